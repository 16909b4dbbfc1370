package types

import (
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

func (b *binder) mvExpand(in Node, op *ast.MvExpand) Node {
	arrays := false
	for _, name := range []string{"kind", "bagexpansion"} {
		if ast.FindParam(op.Params, name).Word() == "array" {
			arrays = true
		}
	}
	x := b.expand(in, op.Columns, op.ItemIndex, op.Limit)
	x.BagsAsArrays = arrays
	return x
}

// expand binds the columns of mv-expand and mv-apply.
func (b *binder) expand(in Node, cols []*ast.MvColumn, index *ast.Ident, limit ast.Expr) *Expand {
	x := &Expand{In: in, Columns: slices.Clone(in.Cols())}
	names := newNamer(in.Cols())
	b.withRow(rowOf(in), func() {
		for _, c := range cols {
			v := b.scalar(c.X)
			switch {
			case v.Type() == schema.Dynamic || v.Type() == schema.Unknown:
			case isBag(v):
				v = b.convert(v, schema.Dynamic)
			case v.Type() == schema.String && isIdent(c.X):
				// A string column that Sentinel has as dynamic.
				v = b.apply("parse_json", v)
			default:
				b.diags.Add(CodeExpectedType, c.X.Span(), "'%s' operator: The expression must have the type dynamic.", b.op)
				v = &Const{T: schema.Dynamic}
			}
			name := b.nameOf(c.X)
			if name == "" {
				name = names.column()
			}
			out := &Column{Name: name, Type: schema.Dynamic}
			if c.Type != nil {
				out.Type = schema.ParseType(c.Type.Name)
			}
			x.Items = append(x.Items, ExpandItem{X: v, Out: out})
			x.Columns = place(x.Columns, out)
		}
	})
	if index != nil {
		x.Index = &Column{Name: index.Name, Type: schema.Long}
		x.Columns = place(x.Columns, x.Index)
	}
	if limit != nil {
		if v, ok := IsConst(b.rowCount(limit)); ok {
			if n, ok := v.(int64); ok {
				x.Limit = n
			}
		}
	}
	return x
}

func isIdent(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.Ident)
	return ok
}

// place puts a column where one of its name stands, or at the end.
func place(cols []*Column, c *Column) []*Column {
	for i, old := range cols {
		if old.Name == c.Name {
			cols[i] = c
			return cols
		}
	}
	return append(cols, c)
}

// mvApply binds mv-apply: for each row its expanded rows go through a
// pipeline of their own.
func (b *binder) mvApply(in Node, op *ast.MvApply) Node {
	sub := b.expand(&One{}, nil, nil, nil)
	x := b.expand(in, op.Columns, op.ItemIndex, op.Limit)
	sub.Items, sub.Index, sub.Limit = x.Items, x.Index, x.Limit
	sub.Columns = nil
	for _, it := range x.Items {
		sub.Columns = append(sub.Columns, it.Out)
	}
	if x.Index != nil {
		sub.Columns = append(sub.Columns, x.Index)
	}
	// Inside, the row's own columns can be named too; they are constants of
	// the row, and not part of the sub-query's result unless it keeps them.
	inner := &Map{In: sub, Columns: slices.Clone(sub.Columns)}
	taken := newNamer(sub.Columns)
	var outer []Def
	for _, c := range in.Cols() {
		if !taken.used[c.Name] {
			k := &Column{Name: c.Name, Type: c.Type, Bag: c.Bag, NotNull: c.NotNull}
			outer = append(outer, Def{k, &Ref{Col: c}})
			inner.Columns = append(inner.Columns, k)
		}
	}
	inner.Defs = outer
	saved, savedRow := b.input, b.row
	b.input, b.row = inner, &row{}
	var body Node = inner
	if op.Body != nil {
		body = b.table(op.Body)
	}
	b.input, b.row = saved, savedRow
	a := &Apply{In: in, Sub: body}
	isOuter := map[*Column]bool{}
	for _, d := range outer {
		isOuter[d.Col] = true
	}
	// The result: the sub-query's columns in the places of those they
	// replace, then the others of the row.
	var result []*Column
	for _, c := range body.Cols() {
		if !isOuter[c] {
			result = append(result, c)
		}
	}
	a.Columns = append(a.Columns, result...)
	got := newNamer(result)
	rest := &Map{In: a, Hidden: hiddenOf(in)}
	expanded := newNamer(sub.Columns)
	for _, c := range in.Cols() {
		if !got.used[c.Name] && !expanded.used[c.Name] {
			a.Columns = append(a.Columns, c)
		}
	}
	for _, c := range in.Cols() {
		if r := columnNamed(result, c.Name); r != nil {
			rest.Columns = append(rest.Columns, r)
		} else if !expanded.used[c.Name] {
			rest.Columns = append(rest.Columns, c)
		}
	}
	for _, c := range result {
		if !slices.Contains(rest.Columns, c) {
			rest.Columns = append(rest.Columns, c)
		}
	}
	return rest
}

// partition binds partition by x (pipeline): the pipeline runs once for each
// value of x.
func (b *binder) partition(in Node, op *ast.Partition) Node {
	var key Expr
	b.withRow(rowOf(in), func() { key = b.scalar(op.By) })
	ref, ok := key.(*Ref)
	if !ok {
		b.diags.Add(CodeExpectedColumn, op.By.Span(), "'partition' operator: Column name expected.")
		return in
	}
	s := &Shared{Name: "partition", In: in}
	at := slices.Index(in.Cols(), ref.Col)
	if at < 0 {
		return in
	}
	keys := read(s)
	kc := &Column{Name: "key", Type: ref.Col.Type}
	distinct := &Aggregate{In: keys, Keys: []Def{{kc, &Ref{Col: keys.Columns[at]}}}}
	rows := read(s)
	same := &Call{Fn: b.funcs.Operator("same"), Args: []Expr{&Ref{Col: rows.Columns[at]}, &Ref{Col: kc}}, T: schema.Bool, Sp: op.By.Span()}
	saved, savedRow := b.input, b.row
	b.input, b.row = &Filter{In: rows, Pred: same}, &row{}
	var body Node
	if op.Braces {
		// The query has a source of its own, and sees the value.
		name := &scope{outer: b.scope, names: map[string]*binding{ref.Col.Name: {expr: &Ref{Col: kc}}}}
		b.inScope(name, func() { body = b.table(op.Body) })
	} else {
		body = b.table(op.Body)
	}
	b.input, b.row = saved, savedRow
	return &Apply{In: distinct, Sub: body, Columns: body.Cols()}
}
