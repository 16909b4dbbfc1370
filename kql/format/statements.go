package format

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// statements writes statements, each ended by a semicolon but the last, unless
// semicolons are asked for.
func (p *printer) statements(list []ast.Stmt, allEnd bool) {
	for i, s := range list {
		if i > 0 {
			p.newline()
		}
		p.flush(s.Span().Start)
		p.statement(s)
		if i < len(list)-1 || allEnd {
			p.text(";")
			next := s.Span().End + 1
			if i < len(list)-1 {
				next = list[i+1].Span().Start
			}
			p.flushTrailing(s.Span().End, next)
		}
	}
}

func (p *printer) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		p.expr(s.X)
	case *ast.LetStmt:
		p.text("let ")
		p.ident(s.Name)
		p.text(" = ")
		p.letValue(s.Value)
	case *ast.SetStmt:
		p.text("set ")
		p.ident(s.Name)
		if s.Value != nil {
			p.text(" = ")
			p.expr(s.Value)
		}
	case *ast.AliasStmt:
		p.text("alias database ")
		p.ident(s.Name)
		p.text(" = ")
		p.expr(s.Value)
	case *ast.RestrictStmt:
		p.text("restrict access to ")
		p.exprList("(", ")", s.Pos, s.Entities)
	case *ast.QueryParamsStmt:
		p.text("declare query_parameters")
		p.params(s.Params, s.Pos)
	case *ast.PatternStmt:
		p.pattern(s)
	case *ast.CommandStmt:
		p.text(s.Text)
	}
}

// letValue writes what a let statement binds; a pipeline starts on a line of
// its own when it is long.
func (p *printer) letValue(x ast.Expr) {
	if pipe, ok := x.(*ast.Pipe); ok {
		flat := func(q *printer) { q.expr(pipe) }
		if !p.hasComment(pipe.Pos) && p.fits(p.col+maxInline, 1, flat) {
			p.inline(flat)
			return
		}
		p.indent += indentBy
		p.newline()
		p.expr(x)
		p.indent -= indentBy
		return
	}
	p.expr(x)
}

func (p *printer) params(list []*ast.FuncParam, span token.Span) {
	p.list("(", ")", span, len(list), func(i int) token.Span { return list[i].Pos }, func(p *printer, i int) {
		f := list[i]
		p.ident(f.Name)
		p.text(": ")
		switch {
		case f.Schema != nil:
			p.schema(f.Schema)
		case f.Type != nil:
			p.text(f.Type.Name)
		}
		if f.Default != nil {
			p.text(" = ")
			p.expr(f.Default)
		}
	})
}

func (p *printer) funcLit(f *ast.FuncLit) {
	if f.View {
		p.text("view ")
	}
	span := token.Span{Start: f.Pos.Start, End: f.Body.Pos.Start}
	p.params(f.Params, span)
	p.text(" ")
	p.body(f.Body, "{", "}")
}

// body writes { statements; result }.
func (p *printer) body(b *ast.FuncBody, open, closing string) {
	flat := func(q *printer) {
		q.text(open + " ")
		q.expr(b.Result)
		q.text(" " + closing)
	}
	switch {
	case len(b.Statements) == 0 && b.Result == nil && !p.hasComment(b.Pos):
		p.text(open + closing)
	case len(b.Statements) == 0 && b.Result != nil && !p.hasComment(b.Pos) && p.fits(p.col+maxInline, 0, flat):
		p.inline(flat)
	default:
		p.block(open, closing, b.Pos.End, func() {
			p.statements(b.Statements, true)
			if b.Result != nil {
				if len(b.Statements) > 0 {
					p.newline()
				}
				p.expr(b.Result)
			}
		})
	}
}

func (p *printer) pattern(s *ast.PatternStmt) {
	p.text("declare pattern ")
	p.ident(s.Name)
	if !s.Defined {
		return
	}
	p.text(" = ")
	p.columns(s.Params, s.Pos)
	if s.Path != nil {
		p.text("[")
		p.column(s.Path)
		p.text("]")
	}
	p.block(" {", "}", s.Pos.End, func() {
		for i, c := range s.Cases {
			if i > 0 {
				p.newline()
			}
			p.exprList("(", ")", c.Pos, c.Args)
			if c.Path != nil {
				p.text(".[")
				p.expr(c.Path)
				p.text("]")
			}
			p.text(" = ")
			p.body(c.Body, "{", "}")
			p.text(";")
		}
	})
}

// source writes a tabular expression, or a function.
func (p *printer) source(x ast.Expr) {
	switch x := x.(type) {
	case *ast.FuncLit:
		p.funcLit(x)
	case *ast.Pipe:
		p.expr(x.Source)
		end := x.Source.Span().End
		for _, op := range x.Ops {
			p.flushTrailing(end, op.Span().Start)
			p.newline()
			if !p.flat {
				p.flush(op.Span().Start)
			}
			end = op.Span().End
			p.text("| ")
			p.operator(op)
		}
	case *ast.OpSource:
		p.operator(x.Op)
	case *ast.Print:
		p.text("print ")
		p.exprs(x.Exprs)
	case *ast.Range:
		p.text("range ")
		p.ident(x.Name)
		p.clause("from", x.From)
		p.clause("to", x.To)
		p.clause("step", x.Step)
	case *ast.DataTable:
		p.text("datatable")
		p.opParams(x.Params)
		p.columns(x.Columns, token.Span{})
		p.dataRows(x)
	case *ast.ExternalData:
		p.text("externaldata")
		p.opParams(x.Params)
		p.columns(x.Columns, token.Span{})
		p.text(" ")
		p.exprList("[", "]", token.Span{}, x.URIs)
		p.withParams(x.With)
	case *ast.InlineExternalTable:
		p.inlineTable(x)
	case *ast.EntityGroup:
		p.text("entity_group ")
		p.exprList("[", "]", x.Pos, x.Entities)
	case *ast.MacroExpand:
		p.text("macro-expand")
		p.opParams(x.Params)
		p.text(" ")
		p.expr(x.Group)
		p.text(" as ")
		p.ident(x.Name)
		p.text(" ")
		p.body(x.Body, "(", ")")
	}
}

// clause writes a keyword and its expression, or nothing.
func (p *printer) clause(word string, x ast.Expr) {
	if x != nil {
		p.text(" " + word + " ")
		p.expr(x)
	}
}

// dataRows writes the values of a datatable, a row a line.
func (p *printer) dataRows(x *ast.DataTable) {
	width := max(1, len(x.Columns))
	flat := func(q *printer) { q.exprList(" [", "]", token.Span{}, x.Values) }
	if !p.hasComment(x.Pos) && p.fits(maxWidth, 0, flat) {
		p.inline(flat)
		return
	}
	p.block(" [", "]", x.Pos.End, func() {
		for i, v := range x.Values {
			switch {
			case i == 0:
			case i%width == 0:
				p.flushTrailing(x.Values[i-1].Span().End, v.Span().Start)
				p.newline()
			default:
				p.text(" ")
			}
			p.expr(v)
			if i < len(x.Values)-1 {
				p.text(",")
			}
		}
	})
}

func (p *printer) inlineTable(x *ast.InlineExternalTable) {
	p.text("inline_external_table")
	if x.Columns != nil {
		p.text(" ")
		p.columns(x.Columns, token.Span{})
	}
	p.opParams(x.Params)
	if x.Partition != "" {
		p.text(" partition by (" + x.Partition + ")")
	}
	if x.PathFormat != "" {
		p.text(" pathformat = (" + x.PathFormat + ")")
	}
	p.text(" ")
	p.exprList("(", ")", token.Span{}, x.URIs)
	p.withParams(x.With)
}
