package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// pipeExpr parses a source and the operators behind it; without a pipe it is
// an expression like any other.
func (p *parser) pipeExpr() ast.Expr {
	if !p.enter() {
		p.leave()
		return p.badExpr()
	}
	defer p.leave()
	// Only the operators' own list words are taken literally; a nested query
	// has its own.
	noIn := p.noIn
	p.noIn = false
	x := p.source()
	x = p.pipeTail(x)
	p.noIn = noIn
	return x
}

// pipeTail parses the operators behind a source.
func (p *parser) pipeTail(x ast.Expr) ast.Expr {
	if p.kind() != token.Pipe {
		return x
	}
	pipe := &ast.Pipe{Source: x}
	for p.got(token.Pipe) {
		pipe.Ops = append(pipe.Ops, p.operator())
	}
	pipe.Extent = p.fromNode(x)
	return pipe
}

// subPipe parses the operators of a sub-query, which start on its implicit
// input, or a query with a source of its own.
func (p *parser) subPipe() ast.Expr {
	if !p.enter() {
		p.leave()
		return p.badExpr()
	}
	defer p.leave()
	if p.kind() == token.Pipe { // Kusto takes no pipe here; people write one
		p.unexpected()
		p.advance()
	}
	if name, _ := p.operatorName(); operatorParser(name) == nil || p.peek(1).Kind == token.Assign {
		return p.pipeExpr()
	}
	s := &ast.OpSource{Op: p.operator()}
	s.Extent = ast.At(s.Op.Span())
	return p.pipeTail(s)
}

// source parses what may stand before the first pipe.
func (p *parser) source() ast.Expr {
	if p.kind() != token.Ident {
		return p.expr()
	}
	next := p.peek(1)
	switch p.word() {
	case "print":
		if next.Kind != token.Pipe && next.Kind != token.Dot {
			return p.print()
		}
	case "range":
		if next.Kind == token.Ident && p.wordAt(2) == "from" || next.Kind == token.LBracket {
			return p.rangeSource()
		}
	case "union", "find", "search", "evaluate":
		if p.startsOperand(next) {
			s := &ast.OpSource{Op: p.operator()}
			s.Extent = ast.At(s.Op.Span())
			return s
		}
	case "macro":
		if next.Kind == token.Minus && p.wordAt(2) == "expand" {
			return p.macroExpand()
		}
	}
	return p.expr()
}

// startsOperand reports whether a token may follow the name of an operator
// that stands before the first pipe.
func (p *parser) startsOperand(t token.Token) bool {
	switch t.Kind {
	case token.Ident:
		w := p.text(t)
		return w == "in" || w == "where" || !isReserved(w)
	case token.String, token.LParen, token.LBracket, token.Star, token.Typed, token.Int, token.Real:
		return true
	}
	return false
}

func (p *parser) print() ast.Expr {
	start := p.i
	p.advance()
	x := &ast.Print{Exprs: p.exprList(p.namedExpr)}
	x.Extent = p.from(start)
	return x
}

func (p *parser) rangeSource() ast.Expr {
	start := p.i
	p.advance()
	x := &ast.Range{Name: p.declName()}
	p.wantWord("from")
	x.From = p.expr()
	p.wantWord("to")
	x.To = p.expr()
	p.wantWord("step")
	x.Step = p.expr()
	x.Extent = p.from(start)
	return x
}

func (p *parser) dataTable() ast.Expr {
	start := p.i
	p.advance()
	x := &ast.DataTable{Params: p.params(nil), Columns: p.columnDecls()}
	open := p.i
	if p.want(token.LBracket) {
		for p.kind() != token.RBracket && p.kind() != token.EOF {
			before := p.i
			x.Values = append(x.Values, p.expr())
			if !p.got(token.Comma) || p.i == before {
				break
			}
		}
		p.close(open, token.RBracket)
	}
	x.Extent = p.from(start)
	return x
}

func (p *parser) externalData() ast.Expr {
	start := p.i
	p.advance()
	x := &ast.ExternalData{Params: p.params(nil), Columns: p.columnDecls()}
	open := p.i
	if p.want(token.LBracket) {
		for p.kind() != token.RBracket && p.kind() != token.EOF {
			x.URIs = append(x.URIs, p.expr())
			if !p.got(token.Comma) {
				break
			}
		}
		p.close(open, token.RBracket)
	}
	if p.word() == "with" && p.peek(1).Kind == token.LParen {
		p.advance()
		x.With = p.withParams()
	}
	x.Extent = p.from(start)
	return x
}

// inlineExternalTable parses inline_external_table [(columns)] kind=storage
// [partition by (...) [pathformat=(...)]] [dataformat=csv] (uris) [with (...)].
func (p *parser) inlineExternalTable() ast.Expr {
	start := p.i
	p.advance()
	x := &ast.InlineExternalTable{}
	if p.kind() == token.LParen {
		x.Columns = p.columnDecls()
	}
	for p.kind() == token.Ident && p.word() != "with" {
		switch p.word() {
		case "partition":
			p.advance()
			p.wantWord("by")
			x.Partition = p.rawParens()
		case "pathformat":
			p.advance()
			p.want(token.Assign)
			x.PathFormat = p.rawParens()
		default:
			q := p.i
			w := &ast.Param{Name: p.declName()}
			p.want(token.Assign)
			w.Value = p.paramValue()
			w.Extent = p.from(q)
			x.Params = append(x.Params, w)
		}
	}
	open := p.i
	if p.want(token.LParen) {
		x.URIs = p.exprList(p.expr)
		p.close(open, token.RParen)
	}
	if p.gotWord("with") {
		x.With = p.withParams()
	}
	x.Extent = p.from(start)
	return x
}

// rawParens returns the text between parentheses as it is.
func (p *parser) rawParens() string {
	open := p.i
	if !p.want(token.LParen) {
		return ""
	}
	m := p.match[open]
	if m < 0 {
		p.close(open, token.RParen)
		return ""
	}
	p.i = int(m)
	text := p.src[p.toks[open].Span.End:p.toks[m].Span.Start]
	p.advance()
	return text
}

func (p *parser) entityGroup() ast.Expr {
	start := p.i
	x := &ast.EntityGroup{}
	p.advance()
	open := p.i
	if p.want(token.LBracket) {
		x.Entities = p.exprList(p.expr)
		p.close(open, token.RBracket)
	}
	x.Extent = p.from(start)
	return x
}

// macroExpand parses macro-expand [params] group as name (statements).
func (p *parser) macroExpand() ast.Expr {
	start := p.i
	p.i += 3
	x := &ast.MacroExpand{Params: p.params(isTableParam)}
	x.Group = p.expr()
	p.wantWord("as")
	x.Name = p.declName()
	open := p.i
	x.Body = &ast.FuncBody{}
	if p.want(token.LParen) {
		if p.enter() {
			p.bodyStatements(x.Body, token.RParen)
		}
		p.leave()
		p.close(open, token.RParen)
	}
	x.Body.Extent = p.from(open)
	x.Extent = p.from(start)
	return x
}

// tableRef parses a table of union, find, search or restrict: a name, a name
// with stars, a path, or a tabular expression in parentheses.
func (p *parser) tableRef() ast.Expr {
	if w := p.wildcard(); w != nil {
		return w
	}
	x := p.postfixExprWild()
	return x
}

// postfixExprWild parses a postfix expression whose last member may have
// stars: database("d").Device*.
func (p *parser) postfixExprWild() ast.Expr {
	x := p.postfix(p.primaryExpr(), true)
	path, ok := x.(*ast.Path)
	if !ok {
		return x
	}
	switch sel := path.Sel.(type) {
	case *ast.Ident:
		if !sel.Quoted && p.kind() == token.Star && p.adjacent(0) {
			p.i-- // the part of the name that was read belongs to the pattern
			path.Sel = p.wildcard()
			path.Extent = p.fromNode(path.X)
		}
	case *ast.BadExpr:
		if p.kind() == token.Star {
			// The error about the missing name is the star's.
			p.dropLastError()
			path.Sel = p.wildcard()
			path.Extent = p.fromNode(path.X)
		}
	}
	return path
}

// dropLastError takes back the error told about the current token.
func (p *parser) dropLastError() {
	if p.errorToken == p.i && len(p.diags) > 0 {
		p.diags = p.diags[:len(p.diags)-1]
		p.errorToken = -1
	}
}

// wildcard parses a name with stars; it returns nil and reads nothing when
// there is no star in it.
func (p *parser) wildcard() ast.Expr {
	start, stars := p.i, false
	for {
		switch p.kind() {
		case token.Star:
			stars = true
		case token.Ident, token.Int:
		default:
			goto done
		}
		p.advance()
		if !p.adjacent(0) {
			break
		}
	}
done:
	if !stars {
		p.i = start
		return nil
	}
	w := &ast.Wildcard{Extent: p.from(start)}
	w.Pattern = w.Pos.Text(p.src)
	return w
}
