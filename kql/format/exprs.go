package format

import (
	"strconv"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// expr writes an expression.
func (p *printer) expr(x ast.Expr) {
	if p.over {
		return
	}
	if !p.flat {
		p.flush(x.Span().Start)
	}
	switch x := x.(type) {
	case *ast.Ident:
		p.ident(x)
	case *ast.Wildcard:
		p.text(x.Pattern)
	case *ast.Literal:
		p.literal(x)
	case *ast.DynamicLit:
		p.text("dynamic(")
		p.expr(x.X)
		p.text(")")
	case *ast.DynArray:
		p.exprList("[", "]", x.Pos, x.Elems)
	case *ast.DynObject:
		p.list("{", "}", x.Pos, len(x.Members), func(i int) token.Span { return x.Members[i].Pos }, func(p *printer, i int) {
			p.text(quote(x.Members[i].Name, '"') + ": ")
			p.expr(x.Members[i].Value)
		})
	case *ast.TypeOf:
		p.typeOf(x)
	case *ast.Unary:
		p.text(string(x.Op))
		if _, ok := x.X.(*ast.Unary); ok {
			p.text(" ") // two signs in a row stay two tokens
		}
		p.expr(x.X)
	case *ast.Binary:
		p.binary(x)
	case *ast.In:
		p.expr(x.X)
		p.text(" " + string(x.Op) + " ")
		p.exprList("(", ")", x.Pos, x.List)
	case *ast.Between:
		p.between(x)
	case *ast.Paren:
		p.paren(x.X, x.Pos)
	case *ast.Call:
		p.ident(x.Fun)
		p.args(x)
	case *ast.Path:
		p.expr(x.X)
		p.text(".")
		p.expr(x.Sel)
	case *ast.Index:
		p.expr(x.X)
		p.text("[")
		p.expr(x.Index)
		p.text("]")
	case *ast.NamedExpr:
		p.named(x)
	case *ast.Ordered:
		p.expr(x.X)
		p.text(orderText[x.Order] + nullsText[x.Nulls])
	case *ast.BadExpr:
	default:
		p.source(x)
	}
}

var orderText = [...]string{
	ast.OrderDefault: "", ast.OrderAsc: " asc", ast.OrderDesc: " desc", ast.OrderGrannyAsc: " granny-asc", ast.OrderGrannyDesc: " granny-desc",
}

var nullsText = [...]string{ast.NullsDefault: "", ast.NullsFirst: " nulls first", ast.NullsLast: " nulls last"}

func (p *printer) ident(id *ast.Ident) {
	if id.Quoted {
		p.text("[" + quote(id.Name, '\'') + "]")
		return
	}
	p.text(id.Name)
}

func (p *printer) literal(l *ast.Literal) {
	if l.Raw != "" {
		p.text(l.Raw)
		return
	}
	switch {
	case l.Type == ast.LitString:
		p.text(quote(l.Text, '"'))
	case l.Type == ast.LitBool:
		p.text(strconv.FormatBool(l.Bool))
	case l.Type == ast.LitLong:
		p.text(strconv.FormatInt(l.Int, 10))
	default:
		p.text(l.Type.String() + "(null)")
	}
}

// quote returns a string literal in a kind of quotes.
func quote(s string, q byte) string {
	b := make([]byte, 0, len(s)+2)
	b = append(b, q)
	for i := range len(s) {
		switch c := s[i]; c {
		case q, '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, q))
}

func (p *printer) typeOf(x *ast.TypeOf) {
	p.text("typeof")
	if x.Schema != nil {
		p.schema(x.Schema)
		return
	}
	p.text("(")
	if x.Type != nil {
		p.text(x.Type.Name)
	}
	p.text(")")
}

// schema writes (a:string, b:long), (*) or (*, a:string).
func (p *printer) schema(s *ast.SchemaType) {
	if s.Any {
		p.text("(*")
		for _, c := range s.Columns {
			p.text(", ")
			p.column(c)
		}
		p.text(")")
		return
	}
	p.columns(s.Columns, s.Pos)
}

func (p *printer) columns(list []*ast.ColumnDecl, span token.Span) {
	p.list("(", ")", span, len(list), func(i int) token.Span { return list[i].Pos }, func(p *printer, i int) { p.column(list[i]) })
}

func (p *printer) column(c *ast.ColumnDecl) {
	p.ident(c.Name)
	if c.Type != nil {
		p.text(": " + c.Type.Name)
	}
}

func (p *printer) exprList(open, closing string, span token.Span, list []ast.Expr) {
	p.list(open, closing, span, len(list), func(i int) token.Span { return list[i].Span() }, func(p *printer, i int) { p.expr(list[i]) })
}

// args writes a call's arguments; a single sub-query takes lines of its own
// when it is long.
func (p *printer) args(c *ast.Call) {
	if len(c.Args) == 1 && isPipe(c.Args[0]) {
		p.paren(c.Args[0], c.Pos)
		return
	}
	p.exprList("(", ")", c.Pos, c.Args)
}

func isPipe(x ast.Expr) bool {
	switch x.(type) {
	case *ast.Pipe, *ast.OpSource:
		return true
	}
	return false
}

// paren writes (x).
func (p *printer) paren(x ast.Expr, span token.Span) {
	flat := func(q *printer) {
		q.text("(")
		q.expr(x)
		q.text(")")
	}
	if !isPipe(x) {
		flat(p)
		return
	}
	if !p.hasComment(span) && p.fits(p.col+maxInline, 0, flat) {
		p.inline(flat)
		return
	}
	p.block("(", ")", span.End, func() { p.expr(x) })
}

// inline writes in flat mode what was found to fit.
func (p *printer) inline(write func(q *printer)) {
	if p.flat {
		write(p)
		return
	}
	q := printer{flat: true, limit: 1 << 30}
	write(&q)
	p.text(string(q.b))
}

// binary writes a chain of one operator; and and or start lines when the chain
// is too long for one.
func (p *printer) binary(x *ast.Binary) {
	var operands []ast.Expr
	var left ast.Expr = x
	for {
		b, ok := left.(*ast.Binary)
		if !ok || b.Op != x.Op {
			break
		}
		operands = append(operands, b.Y)
		left = b.X
	}
	breaks := false
	if x.Op == ast.OpAnd || x.Op == ast.OpOr {
		breaks = !p.flat && (p.hasComment(x.Pos) || !p.fits(maxWidth, 0, func(q *printer) { q.chain(x.Op, left, operands, false) }))
	}
	p.chain(x.Op, left, operands, breaks)
}

// chain writes an operator between operands; rest holds all but the first, in
// reverse.
func (p *printer) chain(op ast.BinaryOp, first ast.Expr, rest []ast.Expr, breaks bool) {
	p.expr(first)
	if breaks {
		p.indent += indentBy
	}
	for i := len(rest) - 1; i >= 0; i-- {
		if p.over {
			return
		}
		if breaks {
			p.newline()
			p.flush(rest[i].Span().Start)
		} else {
			p.text(" ")
		}
		p.text(string(op) + " ")
		p.expr(rest[i])
	}
	if breaks {
		p.indent -= indentBy
	}
}

func (p *printer) between(x *ast.Between) {
	p.expr(x.X)
	if x.Not {
		p.text(" !between (")
	} else {
		p.text(" between (")
	}
	p.expr(x.Lo)
	p.text(" .. ")
	p.expr(x.Hi)
	p.text(")")
}

func (p *printer) named(x *ast.NamedExpr) {
	if x.Tuple {
		p.text("(")
		for i, n := range x.Names {
			if i > 0 {
				p.text(", ")
			}
			p.ident(n)
		}
		p.text(")")
	} else {
		p.ident(x.Names[0])
	}
	p.text(" = ")
	p.expr(x.X)
}
