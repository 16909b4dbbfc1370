package types

import (
	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// topNested binds top-nested: for each value that one level keeps, the next
// level keeps its own top values among the rows of that value.
// https://learn.microsoft.com/kusto/query/top-nested-operator
func (b *binder) topNested(in Node, op *ast.TopNested) Node {
	if broken(in) {
		return in
	}
	s := &Shared{Name: "nested", In: in}
	c, ok := b.nested(s, op.Clauses)
	if !ok || c.node == nil {
		return in
	}
	for _, cl := range op.Clauses {
		if cl.Others != nil {
			return b.withOthers(s, c, op.Clauses)
		}
	}
	return &Sort{In: c.node, Keys: c.order()}
}

// nesting is a chain of levels of top-nested.
type nesting struct {
	node         Node
	keys, values []*Column
	desc         []bool
	// of are the keys as expressions over the columns of base.
	of   []Expr
	base *Read
}

// nested binds a chain of levels, without the rows for others.
func (b *binder) nested(s *Shared, clauses []*ast.TopNestedClause) (*nesting, bool) {
	out := &nesting{base: read(s)}
	names := newNamer(nil)
	for _, c := range clauses {
		r := read(s)
		var from Node = r
		for i, k := range out.keys {
			same := &Call{Fn: b.funcs.Operator("same"), T: schema.Bool, Sp: c.Pos,
				Args: []Expr{replaceColumns(out.of[i], out.base.Columns, r.Columns), &Ref{Col: k}}}
			from = &Filter{In: from, Pred: same}
		}
		by, desc := aggregateOf(c.By)
		row := rowOf(from)
		var of Expr
		b.withRow(row, func() { of = b.scalar(c.Of) })
		name := b.nameOf(c.Of)
		if name == "" {
			name = names.column()
		} else {
			name = names.unique(name)
		}
		a := &Aggregate{In: from, Keys: []Def{keyDef(name, of)}}
		sum := &summary{b: b, agg: a, names: newNamer(nil), in: from}
		row.aggs = &collector{}
		b.withRow(row, func() { sum.add(by) })
		if len(sum.out) == 0 {
			return nil, false
		}
		value := sum.out[0]
		if ne, ok := by.(*ast.NamedExpr); !ok || len(ne.Names) == 0 {
			value.Name = "aggregated_" + name
		}
		value.Name = names.unique(value.Name)
		key := a.Keys[0].Col
		level := Node(&Sort{In: sum.node(), Keys: nestedOrder(key, value, desc)})
		if c.N != nil {
			level = &Limit{In: level, N: b.rowCount(c.N)}
		}
		out.keys, out.values, out.desc = append(out.keys, key), append(out.values, value), append(out.desc, desc)
		out.of = append(out.of, replaceColumns(of, r.Columns, out.base.Columns))
		if out.node == nil {
			out.node = level
		} else {
			out.node = &Apply{In: out.node, Sub: level, Columns: append(append([]*Column(nil), out.node.Cols()...), level.Cols()...)}
		}
	}
	return out, true
}

// aggregateOf parts a level's aggregate and its order.
func aggregateOf(by ast.Expr) (x ast.Expr, desc bool) {
	if o, ok := by.(*ast.Ordered); ok {
		return o.X, o.Order != ast.OrderAsc
	}
	return by, true
}

func nestedOrder(key, value *Column, desc bool) []SortKey {
	return []SortKey{{X: &Ref{Col: value}, Desc: desc, NullsFirst: !desc}, {X: &Ref{Col: key}, Desc: desc, NullsFirst: !desc}}
}

func (n *nesting) order() []SortKey {
	var keys []SortKey
	for i := range n.keys {
		keys = append(keys, nestedOrder(n.keys[i], n.values[i], n.desc[i])...)
	}
	return keys
}

// withOthers adds, for each level that asks for it, a row for the values that
// it does not keep under each value of the levels before.  In such a row the
// deeper levels that ask for others repeat it, and the rest are empty.
func (b *binder) withOthers(s *Shared, c *nesting, clauses []*ast.TopNestedClause) Node {
	u := &Union{}
	marks := make([]*Column, len(clauses))
	for i := range clauses {
		marks[i] = &Column{Name: "others", Type: schema.Long}
		u.Columns = append(u.Columns, &Column{Name: c.keys[i].Name, Type: c.keys[i].Type}, &Column{Name: c.values[i].Name, Type: c.values[i].Type}, marks[i])
	}
	add := func(n Node, cells func(i int) (key, value Expr, mark int64)) {
		var from []Expr
		for i := range clauses {
			key, value, mark := cells(i)
			from = append(from, key, value, Long(mark))
		}
		u.Ins, u.From = append(u.Ins, n), append(u.From, from)
	}
	add(c.node, func(i int) (Expr, Expr, int64) { return &Ref{Col: c.keys[i]}, &Ref{Col: c.values[i]}, 0 })
	for at, cl := range clauses {
		if cl.Others == nil {
			continue
		}
		n, above, values, ok := b.othersOf(s, clauses, at)
		if !ok {
			return c.node
		}
		add(n, func(i int) (Expr, Expr, int64) {
			switch {
			case i < at:
				return &Ref{Col: above.keys[i]}, &Ref{Col: above.values[i]}, 0
			case values[i] == nil:
				return Null(c.keys[i].Type), Null(c.values[i].Type), 1
			}
			return b.fold(b.convert(b.scalar(clauses[i].Others), c.keys[i].Type)), b.convert(&Ref{Col: values[i]}, c.values[i].Type), 1
		})
	}
	sort := &Sort{In: u}
	m := &Map{In: sort}
	for i := range clauses {
		key, value := u.Columns[3*i], u.Columns[3*i+1]
		sort.Keys = append(append(sort.Keys, SortKey{X: &Ref{Col: marks[i]}}), nestedOrder(key, value, c.desc[i])...)
		m.Columns = append(m.Columns, key, value)
	}
	return m
}

// othersOf aggregates what level at does not keep, for each value of the levels
// above it.  values has the aggregates of that level and of those below it
// that have others.
func (b *binder) othersOf(s *Shared, clauses []*ast.TopNestedClause, at int) (n Node, above *nesting, values []*Column, ok bool) {
	kept, ok1 := b.nested(s, clauses[:at+1])
	seen, ok2 := b.nested(s, clauses[:at])
	above, ok3 := b.nested(s, clauses[:at])
	if !ok1 || !ok2 || !ok3 {
		return nil, nil, nil, false
	}
	rest := read(s)
	m := &Map{In: rest, Columns: append([]*Column(nil), rest.Columns...)}
	var keys []*Column
	for i, of := range kept.of {
		k := &Column{Name: kept.keys[i].Name, Type: kept.keys[i].Type}
		keys = append(keys, k)
		m.Defs = append(m.Defs, Def{k, replaceColumns(of, kept.base.Columns, rest.Columns)})
		m.Columns = append(m.Columns, k)
	}
	// As text, a null key is equal to another.
	on := func(l, r []*Column) (pairs [][2]Expr) {
		for i := range r {
			pairs = append(pairs, [2]Expr{b.text(&Ref{Col: l[i]}), b.text(&Ref{Col: r[i]})})
		}
		return pairs
	}
	var from Node = m
	if at > 0 {
		from = &Join{Kind: JoinLeftSemi, L: from, R: seen.node, On: on(keys, seen.keys), Columns: m.Columns}
	}
	from = &Join{Kind: JoinLeftAnti, L: from, R: kept.node, On: on(keys, kept.keys), Columns: m.Columns}
	a := &Aggregate{In: from}
	for _, k := range keys[:at] {
		a.Keys = append(a.Keys, keyDef(k.Name, &Ref{Col: k}))
	}
	sum := &summary{b: b, agg: a, names: newNamer(nil), in: from}
	values = make([]*Column, len(clauses))
	row := &row{cols: rest.Columns, hidden: rest.Hidden, aggs: &collector{}}
	b.withRow(row, func() {
		for i, c := range clauses[at:] {
			if c.Others == nil {
				continue
			}
			by, _ := aggregateOf(c.By)
			if ne, isNamed := by.(*ast.NamedExpr); isNamed {
				by = ne.X
			}
			before := len(sum.out)
			if sum.add(by); len(sum.out) > before {
				values[at+i] = sum.out[before]
			}
		}
	})
	n = sum.node()
	if at > 0 {
		var groups []*Column
		for _, k := range a.Keys {
			groups = append(groups, k.Col)
		}
		n = &Join{Kind: JoinInner, L: above.node, R: n, On: on(groups, above.keys), Columns: append(append([]*Column(nil), above.node.Cols()...), n.Cols()...)}
		for i := range n.(*Join).On { // left side first
			p := &n.(*Join).On[i]
			p[0], p[1] = p[1], p[0]
		}
	}
	return n, above, values, true
}
