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
