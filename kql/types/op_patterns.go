package types

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// patternArgs are the arguments of a plugin that looks for patterns, by place;
// nil where there is none, or "~" for the default.
type patternArgs struct {
	b    *binder
	op   *ast.Evaluate
	in   Node
	list []ast.Expr
}

func (p *patternArgs) at(i int) ast.Expr {
	if i >= len(p.list) {
		return nil
	}
	if s, ok := ast.Unparen(p.list[i]).(*ast.Literal); ok && s.Type == ast.LitString && s.Text == "~" {
		return nil
	}
	return p.list[i]
}

// number is a constant within bounds, or the default.
func (p *patternArgs) number(i int, otherwise, least, most float64) float64 {
	e := p.at(i)
	if e == nil {
		return otherwise
	}
	v, _ := IsConst(p.b.fold(p.b.convert(p.b.scalar(e), schema.Real)))
	f, ok := v.(float64)
	if !ok || f < least || f > most {
		p.b.diags.Add(CodeBadValue, e.Span(), "'evaluate' operator: a constant number from %v to %v is expected.", least, most)
		return otherwise
	}
	return f
}

// column is a column by its name.
func (p *patternArgs) column(i int) *Column {
	e := p.at(i)
	if e == nil {
		return nil
	}
	if s, ok := ast.Unparen(e).(*ast.Literal); ok && s.Type == ast.LitString {
		e = &ast.Ident{Extent: s.Extent, Name: s.Text}
	}
	if cols := p.b.pick(p.in, e); len(cols) > 0 {
		return cols[0]
	}
	return nil
}

// wild are what stands for any value: a literal stands in the columns of its
// type.
func (p *patternArgs) wild(from int, cols []*Column) []any {
	out := make([]any, len(cols))
	for i := from; i < len(p.list); i++ {
		e := p.at(i)
		if e == nil {
			continue
		}
		x := p.b.fold(p.b.scalar(e))
		v, ok := IsConst(x)
		if !ok {
			p.b.diags.Add(CodeExpectedConstant, e.Span(), "The expression must be a constant.")
			continue
		}
		for k, c := range cols {
			if c.Type == x.Type() || c.Type == schema.Int && x.Type() == schema.Long {
				out[k] = v
			}
		}
	}
	return out
}

// patterns binds autocluster, basket and diffpatterns.
func (b *binder) patterns(in Node, op *ast.Evaluate) Node {
	if broken(in) {
		return in
	}
	name := op.Call.Fun.Name
	p := &patternArgs{b: b, op: op, in: in, list: op.Call.Args}
	var config struct {
		Threshold float64 `json:"threshold,omitempty"`
		Size      float64 `json:"size,omitempty"`
		Seeds     int     `json:"seeds,omitempty"`
		Depth     int     `json:"depth,omitempty"`
		Wild      []any   `json:"wild"`
	}
	var args []Expr
	var weight, split *Column
	wildFrom := 3
	out := []*Column{{Name: "SegmentId", Type: schema.Long}, {Name: "Count", Type: schema.Long}, {Name: "Percent", Type: schema.Real}}
	switch name {
	case "autocluster":
		config.Size, weight, config.Seeds = p.number(0, 0.5, 0, 1), p.column(1), int(p.number(2, 25, 1, 10_000))
	case "basket":
		config.Threshold, weight, config.Depth = p.number(0, 0.05, 0.015, 1), p.column(1), int(p.number(2, 5, 1, 100))
	case "diffpatterns":
		if len(p.list) < 3 {
			b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function 'diffpatterns' expects between 3 and 64 arguments.")
			return in
		}
		split, weight, config.Threshold, config.Depth = p.column(0), p.column(3), p.number(4, 0.05, 0.015, 1), int(p.number(5, 5, 1, 100))
		wildFrom = 6
		if split == nil {
			return in
		}
		var sides []Expr
		for _, e := range p.list[1:3] {
			sides = append(sides, &Call{Fn: b.funcs.Operator("=="), Args: []Expr{b.text(&Ref{Col: split}), b.text(b.fold(b.scalar(e)))}, T: schema.Bool, Sp: e.Span()})
		}
		in = &Filter{In: in, Pred: &Call{Fn: b.funcs.Operator("or"), Args: sides, T: schema.Bool, Sp: op.Pos}}
		args = []Expr{&Call{Fn: b.funcs.Scalar("iff"), Args: []Expr{sides[0], Long(0), Long(1)}, T: schema.Long, Sp: op.Pos}}
		out = []*Column{{Name: "SegmentId", Type: schema.Long}, {Name: "CountA", Type: schema.Long}, {Name: "CountB", Type: schema.Long},
			{Name: "PercentA", Type: schema.Real}, {Name: "PercentB", Type: schema.Real}, {Name: "PercentDiffAB", Type: schema.Real}}
	}
	w := Expr(Long(1))
	if weight != nil {
		if !numeric(weight.Type) {
			b.diags.Add(CodeArgumentType, op.Call.Args[1].Span(), "%s(): the weight must be a column of numbers.", name)
		}
		w = &Ref{Col: weight}
	}
	cols := slices.DeleteFunc(slices.Clone(in.Cols()), func(c *Column) bool { return c == weight || c == split })
	config.Wild = p.wild(wildFrom, cols)
	text, err := json.Marshal(config)
	if err != nil {
		b.diags.Add(CodeBadValue, op.Pos, "'evaluate' operator: %v", err)
		return in
	}
	args = slices.Concat([]Expr{w}, args, refs(cols))
	return b.viaGo(in, "rows_"+name, string(text), args, append(out, copyColumns(cols)...), op.Pos)
}

// dcountIntersect binds dcount_intersect: how many values several hlls share,
// the first with each that follows.
// https://learn.microsoft.com/kusto/query/dcount-intersect-plugin
func (b *binder) dcountIntersect(in Node, op *ast.Evaluate) Node {
	if n := len(op.Call.Args); n < 2 || n > 16 {
		b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function 'dcount_intersect' expects between 2 and 16 arguments.")
		return in
	}
	var args []Expr
	b.withRow(rowOf(in), func() {
		for _, a := range op.Call.Args {
			x := b.scalar(a)
			if t := x.Type(); t != schema.Dynamic && t != schema.Unknown {
				b.diags.Add(CodeArgumentType, a.Span(), "dcount_intersect(): a value of hll() is expected.")
			}
			args = append(args, x)
		}
	})
	all := &Column{Name: "counts", Type: schema.Dynamic}
	call := &Call{Fn: b.funcs.Operator("dcount_intersect"), Args: args, T: schema.Dynamic, Sp: op.Pos}
	counts := &Map{In: in, Defs: []Def{{all, call}}, Columns: []*Column{all}}
	m := &Map{In: counts}
	for i := range args {
		c := &Column{Name: "s" + itoa(i), Type: schema.Long}
		m.Defs = append(m.Defs, Def{c, b.cast(&Member{X: &Ref{Col: all}, Key: Long(int64(i)), Sp: op.Pos}, schema.Long)})
		m.Columns = append(m.Columns, c)
	}
	return m
}
