package types

import (
	"slices"

	"wirehunt/kql/token"
	"wirehunt/schema"
)

// viaGo gives the rows of a relation, in its order, to a function in Go, which
// gives back rows of the columns out.  It is for operators that go from row to
// row with a state.  The values of a row are args; a datetime or timespan
// passes as its ticks.  The rows pass as one JSON text, so the function's input
// is bounded by memory.
func (b *binder) viaGo(in Node, fn, config string, args []Expr, out []*Column, sp token.Span) Node {
	packed := &Column{Name: "row", Type: schema.Dynamic}
	rows := &Map{In: in, Defs: []Def{{packed, b.packed(args, sp)}}, Columns: []*Column{packed}}
	return b.openRows(rows, packed, fn, config, out, sp)
}

// packed is an array of values as rows pass to a function.
func (b *binder) packed(args []Expr, sp token.Span) Expr {
	values := make([]Expr, len(args))
	for i, a := range args {
		if t := a.Type(); t == schema.DateTime || t == schema.TimeSpan {
			a = b.cast(a, schema.Long)
		}
		values[i] = a
	}
	return &Call{Fn: b.funcs.Scalar("pack_array"), Args: values, T: schema.Dynamic, Sp: sp}
}

// openRows gives packed rows to a function in Go and opens what it gives back.
func (b *binder) openRows(rows Node, packed *Column, fn, config string, out []*Column, sp token.Span) Node {
	all := &Column{Name: "rows", Type: schema.Dynamic}
	result := &Column{Name: "result", Type: schema.Dynamic}
	item := &Column{Name: "item", Type: schema.Dynamic}
	index := &Column{Name: "position", Type: schema.Long}
	list := &Call{Fn: b.funcs.Aggregate("make_list_with_nulls"), Args: []Expr{&Ref{Col: packed}}, T: schema.Dynamic, Sp: sp}
	gathered := &Aggregate{In: rows, Aggs: []Def{{all, list}}}
	call := &Call{Fn: b.funcs.Operator(fn), Args: []Expr{&Ref{Col: all}, Str(config)}, T: schema.Dynamic, Sp: sp}
	done := &Map{In: gathered, Defs: []Def{{result, call}}, Columns: []*Column{result}}
	open := &Expand{In: done, Items: []ExpandItem{{&Ref{Col: result}, item}}, Index: index, Columns: []*Column{item, index}}
	m := &Map{In: &Sort{In: open, Keys: []SortKey{{X: &Ref{Col: index}}}}, Columns: out}
	for i, c := range out {
		var x Expr = &Member{X: &Ref{Col: item}, Key: Long(int64(i)), Sp: sp}
		if c.Type == schema.DateTime || c.Type == schema.TimeSpan {
			x = b.cast(x, schema.Long)
		}
		m.Defs = append(m.Defs, Def{c, b.cast(x, c.Type)})
	}
	return m
}

// rowwise computes window functions that no SQL expresses: each call gives a
// column, all others pass.
func (b *binder) rowwise(in Node, defs []Def) Node {
	for _, d := range defs {
		c := d.X.(*Call)
		args := slices.Clone(c.Args)
		var out []*Column
		cols := in.Cols()
		for _, col := range cols {
			args = append(args, &Ref{Col: col})
			k := *col
			k.NotNull, k.Raw = false, false
			out = append(out, &k)
		}
		// What is above knows the columns by identity, so they are given their
		// own names again.
		next := b.viaGo(in, "rows_"+c.Fn.Name, itoa(len(c.Args)), args, append(out, d.Col), c.Sp).(*Map)
		for i := range cols {
			next.Defs[i].Col = cols[i]
		}
		next.Columns = append(slices.Clone(cols), d.Col)
		in = next
	}
	return in
}

// copyColumns returns columns of the same names and types.
func copyColumns(cols []*Column) []*Column {
	out := make([]*Column, len(cols))
	for i, c := range cols {
		out[i] = &Column{Name: c.Name, Type: c.Type, Bag: c.Bag}
	}
	return out
}

func refs(cols []*Column) []Expr {
	out := make([]Expr, len(cols))
	for i, c := range cols {
		out[i] = &Ref{Col: c}
	}
	return out
}
