package types

import "wirehunt/schema"

// TimeRange limits the rows of all tables that have a Timestamp, in ticks;
// the zero value limits nothing.  It is what a time picker sets beside the
// query's own filters.
type TimeRange struct {
	From int64 // included; 0: no bound
	To   int64 // included; 0: no bound
}

// within filters a table by the time range of the query's options.
func (b *binder) within(n *Table) Node {
	r := b.opts.Range
	if r == (TimeRange{}) {
		return n
	}
	at := columnNamed(n.Columns, "Timestamp")
	if at == nil {
		at = columnNamed(n.Hidden, "Timestamp")
	}
	if at == nil || at.Type != schema.DateTime {
		return n
	}
	var out Node = n
	bound := func(op string, ticks int64) {
		if ticks != 0 {
			args := []Expr{&Ref{Col: at}, &Const{T: schema.DateTime, V: ticks}}
			out = &Filter{In: out, Pred: &Call{Fn: b.funcs.Operator(op), Args: args, T: schema.Bool}}
		}
	}
	bound(">=", r.From)
	bound("<=", r.To)
	return out
}
