package format

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// opParams writes parameters, each behind a space.
func (p *printer) opParams(list []*ast.Param) {
	for _, q := range list {
		p.text(" " + q.Name.Name + "=")
		p.expr(q.Value)
	}
}

// withParams writes with (a = 1, b = 2), or nothing.
func (p *printer) withParams(list []*ast.Param) {
	if len(list) == 0 {
		return
	}
	p.text(" with ")
	p.list("(", ")", token.Span{}, len(list), func(i int) token.Span { return list[i].Pos }, func(p *printer, i int) { p.withParam(list[i]) })
}

func (p *printer) withParam(q *ast.Param) {
	p.ident(q.Name)
	p.text("=")
	p.expr(q.Value)
}

// operator writes an operator without its pipe.
func (p *printer) operator(op ast.Operator) {
	if p.over {
		return
	}
	p.text(op.OpName())
	switch o := op.(type) {
	case *ast.As:
		p.opParams(o.Params)
		p.text(" ")
		p.ident(o.Name)
	case *ast.Consume:
		p.opParams(o.Params)
	case *ast.Count:
		if o.Name != nil {
			p.text(" as ")
			p.ident(o.Name)
		}
	case *ast.Distinct:
		p.operands(o.Params, o.Exprs)
	case *ast.Extend:
		p.operands(nil, o.Exprs)
	case *ast.Project:
		p.operands(nil, o.Exprs)
	case *ast.Serialize:
		p.operands(o.Params, o.Exprs)
	case *ast.Union:
		p.operands(o.Params, o.Tables)
	case *ast.GetSchema:
		p.opParams(o.Params)
	case *ast.AssertSchema:
		p.text(" ")
		p.columns(o.Columns, o.Pos)
	case *ast.Where:
		p.operands(o.Params, []ast.Expr{o.Pred})
	case *ast.Take:
		p.operands(o.Params, []ast.Expr{o.N})
	case *ast.Sample:
		p.operands(o.Params, []ast.Expr{o.N})
	case *ast.SampleDistinct:
		p.operands(o.Params, []ast.Expr{o.N})
		p.clause("of", o.Of)
	case *ast.Sort:
		p.opParams(o.Params)
		p.text(" by ")
		p.exprs(o.Keys)
	case *ast.Top:
		p.operands(o.Params, []ast.Expr{o.N})
		p.text(" by ")
		p.exprs(o.Keys)
	case *ast.TopHitters:
		p.operands(o.Params, []ast.Expr{o.N})
		p.clause("of", o.Of)
		p.clause("by", o.By)
	case *ast.TopNested:
		p.topNested(o)
	default:
		p.operatorMore(op)
	}
}

// operands writes parameters and a list of expressions.
func (p *printer) operands(params []*ast.Param, list []ast.Expr) {
	p.opParams(params)
	if len(list) > 0 {
		p.text(" ")
		p.exprs(list)
	}
}

// operatorMore writes the operators that have clauses of their own.
func (p *printer) operatorMore(op ast.Operator) {
	switch o := op.(type) {
	case *ast.Summarize:
		p.summarize(o)
	case *ast.Join:
		p.opParams(o.Params)
		p.text(" ")
		p.expr(o.Right)
		p.on(o.On)
		p.clause("where", o.Where)
	case *ast.Lookup:
		p.opParams(o.Params)
		p.text(" ")
		p.expr(o.Right)
		p.on(o.On)
	case *ast.Evaluate:
		p.opParams(o.Params)
		p.text(" ")
		p.expr(o.Call)
		if o.Schema != nil {
			p.text(" : ")
			p.schema(o.Schema)
		}
	case *ast.Invoke:
		p.text(" ")
		p.expr(o.Call)
	case *ast.MvExpand:
		p.mvColumns(o.Params, o.ItemIndex, o.Columns)
		p.clause("limit", o.Limit)
	case *ast.MvApply:
		p.mvColumns(o.Params, o.ItemIndex, o.Columns)
		p.clause("limit", o.Limit)
		p.clause("id", o.ContextID)
		p.text(" on ")
		p.subquery(o.Body, o.Pos)
	case *ast.MakeSeries:
		p.makeSeries(o)
	case *ast.Parse:
		p.parse(o)
	case *ast.ParseKV:
		p.text(" ")
		p.expr(o.X)
		p.text(" as ")
		p.columns(o.Columns, o.Pos)
		p.withParams(o.With)
	case *ast.Partition:
		p.partition(o)
	case *ast.PartitionBy:
		p.opParams(o.Params)
		p.text(" ")
		p.expr(o.By)
		p.clause("id", o.ID)
		p.text(" ")
		p.subquery(o.Body, o.Pos)
	case *ast.Reduce:
		p.reduce(o)
	case *ast.Render:
		p.render(o)
	case *ast.Fork:
		p.fork(o)
	case *ast.Facet:
		p.text(" by ")
		p.exprs(o.Columns)
		if o.With != nil {
			p.text(" with ")
			p.subquery(o.With, o.Pos)
		}
	case *ast.Find:
		p.find(o)
	case *ast.Search:
		p.opParams(o.Params)
		p.inTables(o.Tables, o.Pos)
		p.text(" ")
		p.expr(o.Where)
	case *ast.Scan:
		p.scan(o)
	default:
		p.graphs(op)
	}
}

// subquery writes (operators).
func (p *printer) subquery(x ast.Expr, span token.Span) {
	flat := func(q *printer) {
		q.text("(")
		q.expr(x)
		q.text(")")
	}
	if !p.hasComment(span) && p.fits(p.col+maxInline, 0, flat) {
		p.inline(flat)
		return
	}
	p.block("(", ")", x.Span().End, func() { p.expr(x) })
}

func (p *printer) on(list []ast.Expr) {
	if len(list) > 0 {
		p.text(" on ")
		p.exprs(list)
	}
}

func (p *printer) summarize(o *ast.Summarize) {
	p.operands(o.Params, o.Aggs)
	if len(o.By) == 0 {
		return
	}
	if !p.flat && p.col > maxWidth-indentBy*5 {
		p.indent += indentBy
		p.newline()
		p.indent -= indentBy
		p.text("by ")
	} else {
		p.text(" by ")
	}
	p.exprs(o.By)
	if o.BinDefault != nil {
		p.text(" bin=")
		p.expr(o.BinDefault)
	}
}

func (p *printer) mvColumns(params []*ast.Param, index *ast.Ident, list []*ast.MvColumn) {
	p.opParams(params)
	if index != nil {
		p.text(" with_itemindex=")
		p.ident(index)
	}
	p.text(" ")
	p.items(len(list), func(i int) token.Span { return list[i].Pos }, func(p *printer, i int) {
		p.expr(list[i].X)
		if list[i].Type != nil {
			p.text(" to typeof(" + list[i].Type.Name + ")")
		}
	})
}

func (p *printer) makeSeries(o *ast.MakeSeries) {
	p.opParams(o.Params)
	p.text(" ")
	p.items(len(o.Aggs), func(i int) token.Span { return o.Aggs[i].Pos }, func(p *printer, i int) {
		p.expr(o.Aggs[i].X)
		if o.Aggs[i].Default != nil {
			p.text(" default=")
			p.expr(o.Aggs[i].Default)
		}
	})
	p.clause("on", o.On)
	if o.InRange {
		p.text(" in range")
		p.exprList("(", ")", token.Span{}, []ast.Expr{o.From, o.To, o.Step})
	} else {
		p.clause("from", o.From)
		p.clause("to", o.To)
		p.clause("step", o.Step)
	}
	if len(o.By) > 0 {
		p.text(" by ")
		p.exprs(o.By)
	}
}

func (p *printer) parse(o *ast.Parse) {
	p.opParams(o.Params)
	p.text(" ")
	p.expr(o.X)
	p.text(" with")
	for _, part := range o.Pattern {
		p.text(" ")
		switch {
		case part.Star:
			p.text("*")
		case part.Text != nil:
			p.expr(part.Text)
		default:
			p.ident(part.Column.Name)
			if part.Column.Type != nil {
				p.text(":" + part.Column.Type.Name)
			}
		}
	}
}

func (p *printer) partition(o *ast.Partition) {
	p.opParams(o.Params)
	p.clause("by", o.By)
	p.clause("in", o.Scope)
	p.text(" ")
	if !o.Braces {
		p.subquery(o.Body, o.Pos)
		return
	}
	p.body(&ast.FuncBody{Extent: o.Extent, Result: o.Body}, "{", "}")
}

func (p *printer) reduce(o *ast.Reduce) {
	p.opParams(o.Params)
	p.clause("by", o.By)
	for i, w := range o.With {
		if i == 0 {
			p.text(" with ")
		} else {
			p.text(", ")
		}
		p.withParam(w)
	}
}

func (p *printer) render(o *ast.Render) {
	if o.Chart != nil {
		p.text(" ")
		p.ident(o.Chart)
	}
	if len(o.Props) == 0 {
		return
	}
	p.text(" with ")
	p.list("(", ")", o.Pos, len(o.Props), func(i int) token.Span { return o.Props[i].Pos }, func(p *printer, i int) {
		p.ident(o.Props[i].Name)
		p.text("=")
		for j, v := range o.Props[i].Values {
			if j > 0 {
				p.text(", ")
			}
			p.expr(v)
		}
	})
}

func (p *printer) fork(o *ast.Fork) {
	p.indent += indentBy
	for _, b := range o.Branches {
		p.newline()
		if b.Name != nil {
			p.ident(b.Name)
			p.text(" = ")
		}
		p.subquery(b.Pipe, b.Pos)
	}
	p.indent -= indentBy
}

func (p *printer) topNested(o *ast.TopNested) {
	p.indent += indentBy
	for i, c := range o.Clauses {
		if i > 0 {
			p.text(",")
			p.flushTrailing(o.Clauses[i-1].Pos.End, c.Pos.Start)
			p.newline()
			p.text("top-nested")
		}
		if c.N != nil {
			p.text(" ")
			p.expr(c.N)
		}
		p.clause("of", c.Of)
		if c.Others != nil {
			p.text(" with others=")
			p.expr(c.Others)
		}
		p.clause("by", c.By)
	}
	p.indent -= indentBy
}

func (p *printer) inTables(tables []ast.Expr, span token.Span) {
	if len(tables) > 0 {
		p.text(" in ")
		p.exprList("(", ")", span, tables)
	}
}

func (p *printer) find(o *ast.Find) {
	p.opParams(o.Params)
	p.inTables(o.Tables, o.Pos)
	if len(o.Tables) > 0 || len(o.Params) > 0 {
		p.text(" where")
	}
	p.text(" ")
	p.expr(o.Where)
	if o.Smart {
		p.text(" project-smart")
	}
	p.findColumns(" project ", o.Project)
	p.findColumns(" project-away ", o.ProjectAway)
}

func (p *printer) findColumns(word string, list []*ast.FindColumn) {
	for i, c := range list {
		if i == 0 {
			p.text(word)
		} else {
			p.text(", ")
		}
		p.expr(c.Column)
		if c.Type != nil {
			p.text(": " + c.Type.Name)
		}
	}
}

func (p *printer) scan(o *ast.Scan) {
	p.opParams(o.Params)
	if len(o.OrderBy) > 0 {
		p.text(" order by ")
		p.exprs(o.OrderBy)
	}
	if len(o.PartitionBy) > 0 {
		p.text(" partition by ")
		p.exprs(o.PartitionBy)
	}
	if len(o.Declare) > 0 {
		p.text(" declare ")
		p.params(o.Declare, token.Span{Start: o.Pos.Start, End: o.Declare[len(o.Declare)-1].Pos.End})
	}
	p.text(" with ")
	p.block("(", ")", o.Pos.End, func() {
		for i, s := range o.Steps {
			if i > 0 {
				p.newline()
			}
			p.flush(s.Pos.Start)
			p.text("step ")
			p.ident(s.Name)
			if s.Optional {
				p.text(" optional")
			}
			if s.Output != "" {
				p.text(" output=" + s.Output)
			}
			p.text(": ")
			p.expr(s.Cond)
			if len(s.Assign) > 0 {
				p.text(" => ")
				p.exprs(s.Assign)
			}
			p.text(";")
		}
	})
}
