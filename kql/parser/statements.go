package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// query parses all statements.
func (p *parser) query() *ast.Query {
	q := &ast.Query{Comments: p.comments}
	q.Pos = token.Span{Start: 0, End: len(p.src)}
	if p.kind() == token.Dot {
		q.Statements = []ast.Stmt{p.command()}
		return q
	}
	q.Statements = p.statements(token.EOF)
	if len(p.diags) == 0 && !hasResult(q.Statements) {
		p.report(diag.CodeEmptyQuery, token.At(len(p.src)), "end the query with a table or an expression that gives one",
			"No tabular expression statement found")
	}
	return q
}

func hasResult(list []ast.Stmt) bool {
	for _, s := range list {
		if _, ok := s.(*ast.ExprStmt); ok {
			return true
		}
	}
	return false
}

// command recognises a management command and takes all of the text for it.
func (p *parser) command() ast.Stmt {
	span := token.Span{Start: p.tok().Span.Start, End: p.toks[max(0, len(p.toks)-2)].Span.End}
	p.diags = nil // the text of a command follows rules of its own
	p.report(diag.CodeCommand, span, "only queries are",
		"Management commands (%s ...) are not supported", p.src[span.Start:p.commandName()])
	p.stop()
	return &ast.CommandStmt{Extent: ast.At(span), Text: span.Text(p.src)}
}

// commandName returns the offset behind the first word of a command.
func (p *parser) commandName() int {
	if p.peek(1).Kind == token.Ident {
		return p.peek(1).Span.End
	}
	return p.tok().Span.End
}

// statements parses statements up to a closing bracket or the end.
func (p *parser) statements(end token.Kind) []ast.Stmt {
	var list []ast.Stmt
	for p.kind() != end && p.kind() != token.EOF {
		if p.kind() == token.Semicolon {
			if p.errorHere() {
				p.report(diag.CodeUnexpected, p.tok().Span, "remove the semicolon", "The incomplete fragment is unexpected.")
			}
			p.advance()
			continue
		}
		before := p.i
		list = append(list, p.statement())
		if p.kind() == end || p.got(token.Semicolon) {
			continue
		}
		if p.kind() == token.EOF {
			break
		}
		p.afterStatement(before)
	}
	return list
}

// afterStatement handles what stands behind a statement and is no semicolon.
func (p *parser) afterStatement(before int) {
	if p.i > before && p.startsLine() {
		// The likely fault is the semicolon: go on with the next statement.
		p.expected(";")
		return
	}
	p.unexpected()
	for p.kind() != token.Semicolon && p.kind() != token.EOF {
		if m := p.match[p.i]; m > 0 {
			p.i = int(m)
		}
		p.advance()
	}
	p.got(token.Semicolon)
}

// startsLine reports whether the current token is a name that is the first
// thing on its line.
func (p *parser) startsLine() bool {
	if p.kind() != token.Ident {
		return false
	}
	for i := p.tok().Span.Start - 1; i >= 0; i-- {
		switch p.src[i] {
		case '\n', '\r':
			return true
		case ' ', '\t':
		default:
			return false
		}
	}
	return true
}

func (p *parser) statement() ast.Stmt {
	next := p.peek(1)
	switch p.word() {
	case "let":
		if next.Kind == token.Ident || next.Kind == token.LBracket {
			return p.letStmt()
		}
	case "set":
		if next.Kind == token.Ident {
			return p.setStmt()
		}
	case "declare":
		switch p.wordAt(1) {
		case "query_parameters":
			return p.queryParamsStmt()
		case "pattern":
			return p.patternStmt()
		}
	case "alias":
		if p.wordAt(1) == "database" {
			return p.aliasStmt()
		}
	case "restrict":
		if p.wordAt(1) == "access" {
			return p.restrictStmt()
		}
	}
	start := p.i
	if p.kind() == token.Dot {
		return p.command()
	}
	var x ast.Expr
	if p.kind() == token.Pipe {
		if p.errorHere() {
			p.report(diag.CodeUnexpected, p.tok().Span, "a query starts with a table", "The incomplete fragment is unexpected.")
		}
		p.advance()
		x = p.subPipe()
	} else {
		x = p.pipeExpr()
	}
	if p.i == start { // nothing was read: step over the offending token
		p.unexpected()
		p.advance()
		return &ast.BadStmt{Extent: p.from(start)}
	}
	return &ast.ExprStmt{Extent: p.from(start), X: x}
}

func (p *parser) letStmt() ast.Stmt {
	start := p.i
	p.advance()
	s := &ast.LetStmt{Name: p.declName()}
	p.want(token.Assign)
	if f := p.funcLit(); f != nil {
		s.Value = f
	} else {
		s.Value = p.pipeExpr()
	}
	s.Extent = p.from(start)
	return s
}

// funcLit parses (params) { body } or view (params) { body }; it returns nil
// and reads nothing when that is not what follows.
func (p *parser) funcLit() ast.Expr {
	start, open := p.i, p.i
	if p.word() == "view" && p.peek(1).Kind == token.LParen {
		open++
	}
	if p.toks[open].Kind != token.LParen {
		return nil
	}
	m := p.match[open]
	if m < 0 || p.toks[min(int(m)+1, len(p.toks)-1)].Kind != token.LBrace {
		return nil
	}
	f := &ast.FuncLit{View: open > start}
	p.i = open
	f.Params = p.funcParams()
	f.Body = p.funcBody()
	f.Extent = p.from(start)
	return f
}

// funcParams parses (a:long = 1, T:(*), ...).
func (p *parser) funcParams() []*ast.FuncParam {
	open := p.i
	var list []*ast.FuncParam
	if !p.want(token.LParen) {
		return nil
	}
	for p.kind() != token.RParen && !p.atEnd() {
		start := p.i
		f := &ast.FuncParam{Name: p.declName()}
		if p.want(token.Colon) {
			if p.kind() == token.LParen {
				f.Schema = p.schemaType()
			} else {
				f.Type = p.typeRef()
			}
		}
		if p.got(token.Assign) {
			f.Default = p.expr()
		}
		f.Extent = p.from(start)
		list = append(list, f)
		if !p.got(token.Comma) {
			break
		}
	}
	p.close(open, token.RParen)
	return list
}

// funcBody parses { statements; expression }.
func (p *parser) funcBody() *ast.FuncBody {
	start := p.i
	b := &ast.FuncBody{}
	if !p.want(token.LBrace) {
		b.Extent = p.from(start)
		return b
	}
	if p.enter() {
		p.bodyStatements(b, token.RBrace)
	}
	p.leave()
	p.close(start, token.RBrace)
	b.Extent = p.from(start)
	return b
}

// bodyStatements parses what stands in a body; its last expression is its
// result.
func (p *parser) bodyStatements(b *ast.FuncBody, end token.Kind) {
	b.Statements = p.statements(end)
	if n := len(b.Statements); n > 0 {
		if x, ok := b.Statements[n-1].(*ast.ExprStmt); ok {
			b.Result = x.X
			b.Statements = b.Statements[:n-1]
		}
	}
}

func (p *parser) setStmt() ast.Stmt {
	start := p.i
	p.advance()
	s := &ast.SetStmt{Name: p.declName()}
	if p.got(token.Assign) {
		s.Value = p.paramValue()
	}
	s.Extent = p.from(start)
	return s
}

func (p *parser) aliasStmt() ast.Stmt {
	start := p.i
	p.advance()
	p.advance()
	s := &ast.AliasStmt{Name: p.declName()}
	p.want(token.Assign)
	s.Value = p.expr()
	s.Extent = p.from(start)
	return s
}

func (p *parser) restrictStmt() ast.Stmt {
	start := p.i
	p.advance()
	p.advance()
	s := &ast.RestrictStmt{}
	p.wantWord("to")
	open := p.i
	if p.want(token.LParen) {
		s.Entities = p.exprList(p.tableRef)
		p.close(open, token.RParen)
	}
	s.Extent = p.from(start)
	return s
}

func (p *parser) queryParamsStmt() ast.Stmt {
	start := p.i
	p.advance()
	p.advance()
	s := &ast.QueryParamsStmt{Params: p.funcParams()}
	s.Extent = p.from(start)
	return s
}

func (p *parser) patternStmt() ast.Stmt {
	start := p.i
	p.advance()
	p.advance()
	s := &ast.PatternStmt{Name: p.declName()}
	if p.got(token.Assign) {
		s.Defined = true
		p.patternDefinition(s)
	}
	s.Extent = p.from(start)
	return s
}

// patternDefinition parses (a:string)[b:string] { ("x").["y"] = { ... }; ... }.
func (p *parser) patternDefinition(s *ast.PatternStmt) {
	s.Params = p.columnDecls()
	if open := p.i; p.got(token.LBracket) {
		s.Path = p.columnDecl()
		p.close(open, token.RBracket)
	}
	open := p.i
	if !p.want(token.LBrace) {
		return
	}
	for p.kind() == token.LParen {
		start := p.i
		c := &ast.PatternCase{}
		p.advance()
		c.Args = p.exprList(p.expr)
		p.close(start, token.RParen)
		if p.got(token.Dot) {
			if b := p.i; p.want(token.LBracket) {
				c.Path = p.expr()
				p.close(b, token.RBracket)
			}
		}
		p.want(token.Assign)
		c.Body = p.funcBody()
		c.Extent = p.from(start)
		s.Cases = append(s.Cases, c)
		p.got(token.Semicolon)
	}
	p.close(open, token.RBrace)
}
