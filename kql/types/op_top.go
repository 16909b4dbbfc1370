package types

import (
	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// topHitters binds top-hitters n of x by y: the n values of x with the
// greatest sums (or counts), exactly.
func (b *binder) topHitters(in Node, op *ast.TopHitters) Node {
	a := &Aggregate{In: in}
	b.withRow(rowOf(in), func() {
		x := b.scalar(op.Of)
		name := b.nameOf(op.Of)
		if name == "" {
			name = "Column1"
		}
		a.Keys = []Def{keyDef(name, x)}
		f, t, args, out := "count", schema.Long, []Expr(nil), "approximate_count_"+name
		if op.By != nil {
			v := b.scalar(op.By)
			f, t, args, out = "sum", v.Type(), []Expr{v}, "approximate_sum_"+b.nameOf(op.By)
			if t == schema.Int {
				t = schema.Long
			}
		}
		a.Aggs = []Def{{&Column{Name: out, Type: t}, &Call{Fn: b.funcs.Aggregate(f), Args: args, T: t, Sp: op.Pos}}}
	})
	return &Limit{In: &Sort{In: a, Keys: []SortKey{{X: &Ref{Col: a.Aggs[0].Col}, Desc: true}}}, N: b.rowCount(op.N)}
}

// topNested binds top-nested: for each value that one level keeps, the next
// level keeps its own top values among the rows of that value.
func (b *binder) topNested(in Node, op *ast.TopNested) Node {
	if broken(in) {
		return in
	}
	s := &Shared{Name: "nested", In: in}
	var out Node
	var order []SortKey
	var kept []Def // the levels' values so far, as expressions over in's rows
	names := newNamer(nil)
	rows := read(s)
	for _, c := range op.Clauses {
		if c.Others != nil && len(op.Clauses) > 1 {
			b.unsupported(c.Others.Span(), "'with others' in a top-nested of several levels")
			return in
		}
		r := read(s)
		var from Node = r
		for _, k := range kept {
			same := &Call{Fn: b.funcs.Operator("same"), T: schema.Bool, Sp: c.Pos,
				Args: []Expr{replaceColumns(k.X, rows.Columns, r.Columns), &Ref{Col: k.Col}}}
			from = &Filter{In: from, Pred: same}
		}
		a := &Aggregate{In: from}
		var of Expr
		desc := true
		by := c.By
		if o, ok := by.(*ast.Ordered); ok {
			desc = o.Order != ast.OrderAsc
			by = o.X
		}
		row := rowOf(from)
		b.withRow(row, func() { of = b.scalar(c.Of) })
		name := b.nameOf(c.Of)
		if name == "" {
			name = names.column()
		} else {
			name = names.unique(name)
		}
		a.Keys = []Def{keyDef(name, of)}
		sum := &summary{b: b, agg: a, names: newNamer(nil), in: from}
		row.aggs = &collector{}
		b.withRow(row, func() { sum.add(by) })
		if len(sum.out) == 0 {
			return in
		}
		value := sum.out[0]
		if ne, ok := by.(*ast.NamedExpr); !ok || len(ne.Names) == 0 {
			value.Name = "aggregated_" + name
		}
		value.Name = names.unique(value.Name)
		keys := []SortKey{{X: &Ref{Col: value}, Desc: desc, NullsFirst: !desc},
			{X: &Ref{Col: a.Keys[0].Col}, Desc: desc, NullsFirst: !desc}}
		order = append(order, keys...)
		level := Node(&Sort{In: sum.node(), Keys: keys})
		if c.N != nil {
			level = &Limit{In: level, N: b.rowCount(c.N)}
		}
		if c.Others != nil {
			level, order = b.withOthers(s, r, level, c, a, of, sum), nil
		}
		kept = append(kept, Def{a.Keys[0].Col, replaceColumns(of, r.Columns, rows.Columns)})
		if out == nil {
			out = level
		} else {
			out = &Apply{In: out, Sub: level, Columns: append(append([]*Column(nil), out.Cols()...), level.Cols()...)}
		}
	}
	if out == nil {
		return in
	}
	if len(order) == 0 {
		return out
	}
	return &Sort{In: out, Keys: order}
}

// withOthers adds a row for all values that a level does not keep.
func (b *binder) withOthers(s *Shared, r *Read, level Node, c *ast.TopNestedClause, a *Aggregate, of Expr, sum *summary) Node {
	kept := &Shared{Name: "kept", In: level}
	keys := read(kept)
	rest := read(s)
	x := replaceColumns(of, r.Columns, rest.Columns)
	among := &In{X: x, Sub: &Map{In: keys, Columns: keys.Columns[:1]}, Not: true, Sp: c.Pos}
	others := &Aggregate{In: &Filter{In: rest, Pred: among}}
	for _, d := range a.Aggs {
		others.Aggs = append(others.Aggs, Def{&Column{Name: d.Col.Name, Type: d.Col.Type}, replaceColumns(d.X, r.Columns, rest.Columns)})
	}
	// The aggregates' results are computed from other columns now.
	var from, to []*Column
	for i, d := range a.Aggs {
		from, to = append(from, d.Col), append(to, others.Aggs[i].Col)
	}
	name := &Column{Name: a.Keys[0].Col.Name, Type: a.Keys[0].Col.Type}
	m := &Map{In: others, Defs: []Def{{name, b.fold(b.convert(b.scalar(c.Others), name.Type))}}, Columns: []*Column{name}}
	for _, col := range sum.out {
		def := Expr(&Ref{Col: col})
		for _, d := range sum.defs {
			if d.Col == col {
				def = d.X
			}
		}
		out := &Column{Name: col.Name, Type: col.Type}
		m.Defs = append(m.Defs, Def{out, replaceColumns(def, from, to)})
		m.Columns = append(m.Columns, out)
	}
	return unionOf([]source{{read(kept), ""}, {m, ""}}, false)
}
