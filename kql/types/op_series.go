package types

import (
	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// makeSeries binds make-series out of simpler relations: the rows are grouped
// by key and number of the bin, every key is given every bin, missing values
// get their default, and the values of a key are gathered in order.
func (b *binder) makeSeries(in Node, op *ast.MakeSeries) Node {
	if broken(in) {
		return in
	}
	s := &Shared{Name: "series", In: in}
	rows := read(s)
	names := newNamer(nil)
	var axis, step Expr
	keys := &Aggregate{In: rows}
	b.withRow(rowOf(rows), func() {
		b.keys(keys, names, op.By)
		axis, step = b.scalar(op.On), b.fold(b.scalar(op.Step))
	})
	// Without rows there is no series, unless it is asked for: a key that all
	// rows share sees to it.
	shared := len(keys.Keys) == 0 && ast.FindParam(op.Params, "kind").Word() != "nonempty"
	if shared {
		keys.Keys = []Def{{&Column{Name: "one", Type: schema.Long}, Long(1)}}
	}
	axisName := b.nameOf(op.On)
	if t := axis.Type(); !accepts("Summable", t) {
		if t != schema.Unknown {
			b.diags.Add(CodeArgumentType, op.On.Span(), "'make-series' operator: %s", classError("Summable"))
		}
		return &Values{}
	}
	axis, step = b.axisTypes(axis, step)
	if step.Type() == schema.Unknown {
		return &Values{}
	}
	from, to := b.seriesEnds(op, s, rows, axis, step)
	index := &Column{Name: "index", Type: schema.Long}
	number := func(x Expr) Expr { // which bin x lies in
		return b.apply("series_bin_index", x, from, step)
	}
	inside := &Call{Fn: b.funcs.Operator("and"), T: schema.Bool, Args: []Expr{
		&Call{Fn: b.funcs.Operator(">="), Args: []Expr{axis, from}, T: schema.Bool},
		&Call{Fn: b.funcs.Operator("<"), Args: []Expr{axis, to}, T: schema.Bool}}}
	grouped := &Aggregate{In: &Filter{In: rows, Pred: inside}, Keys: append(copyKeys(keys.Keys), Def{index, number(axis)})}
	results := b.seriesAggs(op, rows, grouped, names)
	// All keys, each with all bins.
	keyRows := read(s)
	all := substitute(keys.Keys, rows.Columns, keyRows.Columns)
	var every Node = &One{}
	if len(all) > 0 {
		every = &Aggregate{In: keyRows, Keys: all}
	}
	bin := &Range{Col: &Column{Name: "bin", Type: schema.Long}, From: Long(0), Step: Long(1),
		To: b.fold(b.arith("-", b.apply("series_bin_count", from, to, step), Long(1)))}
	grid := &Apply{In: every, Sub: bin}
	for _, d := range all {
		grid.Columns = append(grid.Columns, d.Col)
	}
	grid.Columns = append(grid.Columns, bin.Col)
	j := &Join{Kind: JoinLeftOuter, L: grid, R: grouped, Columns: append(append([]*Column(nil), grid.Columns...), grouped.Cols()...)}
	for i, d := range all {
		j.On = append(j.On, [2]Expr{&Ref{Col: d.Col}, &Ref{Col: grouped.Keys[i].Col}})
	}
	j.On = append(j.On, [2]Expr{&Ref{Col: bin.Col}, &Ref{Col: index}})
	filled := &Map{In: j, Columns: append([]*Column(nil), grid.Columns...)}
	out := &Aggregate{}
	for _, d := range all {
		out.Keys = append(out.Keys, Def{&Column{Name: d.Col.Name, Type: d.Col.Type}, &Ref{Col: d.Col}})
	}
	list := b.funcs.Aggregate("make_list_with_nulls")
	gather := func(name string, x Expr) {
		c := &Column{Name: name, Type: x.Type()}
		filled.Defs = append(filled.Defs, Def{c, x})
		filled.Columns = append(filled.Columns, c)
		o := &Column{Name: name, Type: schema.Dynamic}
		out.Aggs = append(out.Aggs, Def{o, &Call{Fn: list, Args: []Expr{&Ref{Col: c}}, T: schema.Dynamic}})
	}
	for _, r := range results {
		gather(r.name, r.x)
	}
	at := b.arith("*", &Ref{Col: bin.Col}, step)
	gather(names.unique(axisName), b.arith("+", from, at))
	out.In = &Sort{In: filled, Keys: []SortKey{{X: &Ref{Col: bin.Col}}}}
	if shared {
		return &Map{In: out, Columns: out.Cols()[1:]}
	}
	return out
}

// axisTypes makes axis and step fit each other.
func (b *binder) axisTypes(axis, step Expr) (Expr, Expr) {
	if numeric(axis.Type()) && numeric(step.Type()) {
		t, _ := Wider(axis.Type(), step.Type())
		if t == schema.Int {
			t = schema.Long
		}
		return b.convert(axis, t), b.convert(step, t)
	}
	return axis, step
}

// seriesEnds returns the first bin's start and the end behind the last one.
func (b *binder) seriesEnds(op *ast.MakeSeries, s *Shared, rows *Read, axis, step Expr) (from, to Expr) {
	end := func(agg string) Expr {
		r := read(s)
		x := replaceColumns(axis, rows.Columns, r.Columns)
		c := &Column{Name: agg, Type: axis.Type()}
		a := &Aggregate{In: r, Aggs: []Def{{c, &Call{Fn: b.funcs.Aggregate(agg), Args: []Expr{x}, T: axis.Type()}}}}
		return &Scalar{Sub: a, T: axis.Type()}
	}
	b.withRow(&row{}, func() {
		if op.From != nil {
			from = b.convertNumber(b.fold(b.scalar(op.From)), axis.Type())
		}
		if op.To != nil {
			to = b.convertNumber(b.fold(b.scalar(op.To)), axis.Type())
		}
	})
	if from == nil {
		from = b.binned(end("min"), step)
	}
	if to == nil {
		to = b.arith("+", b.binned(end("max"), step), step)
	}
	return from, to
}

// binned is bin() of a value, of the value's type.
func (b *binder) binned(x, step Expr) Expr {
	c := b.apply("bin", x, step).(*Call)
	c.T = x.Type()
	return c
}

func (b *binder) convertNumber(x Expr, t schema.Type) Expr {
	if numeric(x.Type()) && numeric(t) || x.Type() == schema.Dynamic {
		return b.convert(x, t)
	}
	return x
}

type seriesResult struct {
	name string
	x    Expr
}

// seriesAggs binds the aggregates into grouped and returns what each gives,
// defaults filled in.
func (b *binder) seriesAggs(op *ast.MakeSeries, rows Node, grouped *Aggregate, names *namer) []seriesResult {
	var out []seriesResult
	for _, a := range op.Aggs {
		sum := &summary{b: b, agg: &Aggregate{In: rows}, names: names, in: rows}
		r := rowOf(rows)
		r.aggs = &collector{}
		b.withRow(r, func() { sum.add(a.X) })
		grouped.Aggs = append(grouped.Aggs, sum.agg.Aggs...)
		if len(sum.out) == 0 {
			continue
		}
		c := sum.out[0]
		x := Expr(&Ref{Col: c})
		for _, d := range sum.defs {
			if d.Col == c {
				x = d.X
			}
		}
		def := Expr(Long(0))
		if a.Default != nil {
			b.withRow(&row{}, func() { def = b.fold(b.scalar(a.Default)) })
		} else if !numeric(x.Type()) {
			def = Null(x.Type())
		}
		t := x.Type()
		if numeric(t) && numeric(def.Type()) {
			t, _ = Wider(t, def.Type())
		}
		if t != schema.String {
			x = &Call{Fn: b.funcs.Scalar("coalesce"), Args: []Expr{b.convert(x, t), b.convert(def, t)}, T: t}
		}
		out = append(out, seriesResult{c.Name, x})
	}
	return out
}

func copyKeys(in []Def) []Def {
	var out []Def
	for _, d := range in {
		out = append(out, Def{&Column{Name: d.Col.Name, Type: d.Col.Type}, d.X})
	}
	return out
}

// substitute copies definitions with columns replaced one by one.
func substitute(in []Def, from, to []*Column) []Def {
	var out []Def
	for _, d := range in {
		out = append(out, Def{&Column{Name: d.Col.Name, Type: d.Col.Type, Bag: d.Col.Bag}, replaceColumns(d.X, from, to)})
	}
	return out
}

func replaceColumns(x Expr, from, to []*Column) Expr {
	m := make(map[*Column]*Column, len(from))
	for i, c := range from {
		m[c] = to[i]
	}
	return Rewrite(x, func(e Expr) Expr {
		if r, ok := e.(*Ref); ok {
			if c := m[r.Col]; c != nil {
				return &Ref{Col: c, Sp: r.Sp}
			}
		}
		return e
	})
}
