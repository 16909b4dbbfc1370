package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// exprList parses one or more elements separated by commas.
func (p *parser) exprList(element func() ast.Expr) []ast.Expr {
	list := []ast.Expr{element()}
	for p.got(token.Comma) {
		list = append(list, element())
	}
	return list
}

// namedExpr parses x, name = x or (a, b) = x.
func (p *parser) namedExpr() ast.Expr {
	start := p.i
	switch p.kind() {
	case token.Ident:
		if p.peek(1).Kind != token.Assign {
			return p.expr()
		}
	case token.LBracket:
		if p.peek(1).Kind != token.String || p.peek(2).Kind != token.RBracket || p.peek(3).Kind != token.Assign {
			return p.expr()
		}
	case token.LParen:
		if m := p.match[p.i]; m < 0 || p.toks[min(int(m)+1, len(p.toks)-1)].Kind != token.Assign {
			return p.expr()
		}
		return p.tupleExpr()
	default:
		return p.expr()
	}
	n := &ast.NamedExpr{Names: []*ast.Ident{p.declName()}}
	p.advance()
	n.X = p.expr()
	n.Extent = p.from(start)
	return n
}

// tupleExpr parses (a, b) = x.
func (p *parser) tupleExpr() ast.Expr {
	start := p.i
	n := &ast.NamedExpr{Tuple: true}
	p.advance()
	n.Names = append(n.Names, p.declName())
	for p.got(token.Comma) {
		n.Names = append(n.Names, p.declName())
	}
	p.close(start, token.RParen)
	p.want(token.Assign)
	n.X = p.expr()
	n.Extent = p.from(start)
	return n
}

// orderedExpr parses x [asc|desc] [nulls first|last].
func (p *parser) orderedExpr() ast.Expr {
	start := p.i
	x := p.namedExpr()
	o := &ast.Ordered{X: x}
	switch {
	case p.gotWord("asc"):
		o.Order = ast.OrderAsc
	case p.gotWord("desc"):
		o.Order = ast.OrderDesc
	}
	if p.word() == "nulls" {
		p.advance()
		switch {
		case p.gotWord("first"):
			o.Nulls = ast.NullsFirst
		case p.gotWord("last"):
			o.Nulls = ast.NullsLast
		default:
			p.expected("first or last")
		}
	}
	if o.Order == ast.OrderDefault && o.Nulls == ast.NullsDefault {
		return x
	}
	o.Extent = p.from(start)
	return o
}

// expr parses a scalar expression with all of Kusto's precedence levels, from
// or down to a sign.
func (p *parser) expr() ast.Expr {
	if !p.enter() {
		p.leave()
		return p.badExpr()
	}
	x := p.orExpr()
	p.leave()
	return x
}

func (p *parser) badExpr() ast.Expr {
	return &ast.BadExpr{Extent: ast.At(token.At(p.here().Start))}
}

func (p *parser) orExpr() ast.Expr {
	x := p.andExpr()
	for n := 0; p.word() == "or"; n++ {
		if n == maxChain {
			p.tooDeep()
			return x
		}
		x = p.binary(x, ast.OpOr, 1, p.andExpr)
	}
	return x
}

func (p *parser) andExpr() ast.Expr {
	x := p.equalityExpr()
	for n := 0; p.word() == "and"; n++ {
		if n == maxChain {
			p.tooDeep()
			return x
		}
		x = p.binary(x, ast.OpAnd, 1, p.equalityExpr)
	}
	return x
}

// binary parses an operator of n tokens and its right operand.
func (p *parser) binary(x ast.Expr, op ast.BinaryOp, n int, operand func() ast.Expr) ast.Expr {
	pos := p.tok().Span.To(p.peek(n - 1).Span)
	p.i += n
	y := operand()
	b := &ast.Binary{Op: op, OpPos: pos, X: x, Y: y}
	b.Extent = p.fromNode(x)
	return b
}

// equalityExpr parses == and !=, which do not chain, and the list operators.
func (p *parser) equalityExpr() ast.Expr {
	x := p.relationalExpr()
	switch p.kind() {
	case token.Eq:
		return p.binary(x, ast.OpEq, 1, p.relationalExpr)
	case token.Ne:
		return p.binary(x, ast.OpNe, 1, p.relationalExpr)
	}
	name, n := p.wordOperator()
	switch name {
	case "in", "!in", "in~", "!in~", "has_any", "has_all":
		if name == "in" && p.noIn {
			return x
		}
		return p.inExpr(x, ast.InOp(name), n)
	case "between", "!between":
		return p.betweenExpr(x, name == "!between", n)
	}
	return x
}

// wordOperator returns the operator made of letters that starts at the current
// token, with ! and ~ where they belong to it, and its number of tokens; or "".
func (p *parser) wordOperator() (name string, n int) {
	negated := p.kind() == token.Bang
	if negated {
		n = 1
		if p.peek(1).Kind != token.Ident || !p.adjacent(1) {
			return "", 0
		}
	}
	t := p.peek(n)
	if t.Kind != token.Ident {
		return "", 0
	}
	n++
	start := p.tok().Span.Start
	end := t.Span.End
	if w := p.text(t); w == "in" && p.peek(n).Kind == token.Tilde && p.adjacent(n) {
		end = p.peek(n).Span.End
		n++
	} else if w == "matches" && !negated && p.wordAt(n) == "regex" {
		return "matches regex", n + 1
	}
	return p.src[start:end], n
}

func (p *parser) inExpr(x ast.Expr, op ast.InOp, n int) ast.Expr {
	in := &ast.In{Op: op, X: x, OpPos: p.tok().Span.To(p.peek(n - 1).Span)}
	p.i += n
	open := p.i
	if p.want(token.LParen) {
		in.List = p.exprList(p.pipeExpr)
		p.close(open, token.RParen)
	}
	in.Extent = p.fromNode(x)
	return in
}

func (p *parser) betweenExpr(x ast.Expr, not bool, n int) ast.Expr {
	b := &ast.Between{Not: not, X: x, OpPos: p.tok().Span.To(p.peek(n - 1).Span)}
	p.i += n
	open := p.i
	if p.want(token.LParen) {
		b.Lo = p.expr()
		p.want(token.DotDot)
		b.Hi = p.expr()
		p.close(open, token.RParen)
	} else {
		b.Lo, b.Hi = p.badExpr(), p.badExpr()
	}
	b.Extent = p.fromNode(x)
	return b
}

func (p *parser) relationalExpr() ast.Expr {
	x := p.additiveExpr()
	var op ast.BinaryOp
	switch p.kind() {
	case token.Lt:
		op = ast.OpLt
	case token.Le:
		op = ast.OpLe
	case token.Gt:
		op = ast.OpGt
	case token.Ge:
		op = ast.OpGe
	default:
		return x
	}
	return p.binary(x, op, 1, p.additiveExpr)
}

func (p *parser) additiveExpr() ast.Expr {
	x := p.multiplicativeExpr()
	for n := 0; ; n++ {
		var op ast.BinaryOp
		switch p.kind() {
		case token.Plus:
			op = ast.OpAdd
		case token.Minus:
			op = ast.OpSub
		default:
			return x
		}
		if n == maxChain {
			p.tooDeep()
			return x
		}
		x = p.binary(x, op, 1, p.multiplicativeExpr)
	}
}

func (p *parser) multiplicativeExpr() ast.Expr {
	x := p.stringOpExpr()
	for n := 0; ; n++ {
		var op ast.BinaryOp
		switch p.kind() {
		case token.Star:
			op = ast.OpMul
		case token.Slash:
			op = ast.OpDiv
		case token.Percent:
			op = ast.OpMod
		default:
			return x
		}
		if n == maxChain {
			p.tooDeep()
			return x
		}
		x = p.binary(x, op, 1, p.stringOpExpr)
	}
}

// stringOpExpr parses the string operators, which bind tighter than * in
// Kusto's grammar and do not chain.
func (p *parser) stringOpExpr() ast.Expr {
	x := p.unaryExpr()
	switch p.kind() {
	case token.EqTilde:
		return p.binary(x, ast.OpEqTilde, 1, p.unaryExpr)
	case token.NeTilde:
		return p.binary(x, ast.OpNeTilde, 1, p.unaryExpr)
	case token.Colon: // search's column:term
		return p.binary(x, ast.OpHas, 1, p.unaryExpr)
	case token.Ident, token.Bang:
		name, n := p.wordOperator()
		if op := stringOperator(name); op != "" {
			return p.binary(x, op, n, p.unaryExpr)
		}
	}
	return x
}

// stringOperator returns the operator a word stands for, or "".  Kusto keeps
// notcontains, containscs and notcontainscs as other spellings.
func stringOperator(word string) ast.BinaryOp {
	switch op := ast.BinaryOp(word); op {
	case ast.OpHas, ast.OpNotHas, ast.OpHasCS, ast.OpNotHasCS,
		ast.OpHasPrefix, ast.OpNotHasPrefix, ast.OpHasPrefixCS, ast.OpNotHasPrefixCS,
		ast.OpHasSuffix, ast.OpNotHasSuffix, ast.OpHasSuffixCS, ast.OpNotHasSuffixCS,
		ast.OpContains, ast.OpNotContains, ast.OpContainsCS, ast.OpNotContainsCS,
		ast.OpStartsWith, ast.OpNotStartsWith, ast.OpStartsWithCS, ast.OpNotStartsWithCS,
		ast.OpEndsWith, ast.OpNotEndsWith, ast.OpEndsWithCS, ast.OpNotEndsWithCS,
		ast.OpMatchesRegex, ast.OpLike, ast.OpNotLike, ast.OpLikeCS, ast.OpNotLikeCS:
		return op
	case "notcontains":
		return ast.OpNotContains
	case "containscs":
		return ast.OpContainsCS
	case "notcontainscs":
		return ast.OpNotContainsCS
	}
	return ""
}

func (p *parser) unaryExpr() ast.Expr {
	op := ast.OpNeg
	switch p.kind() {
	case token.Plus:
		op = ast.OpPos
	case token.Minus:
	default:
		return p.postfixExpr()
	}
	start := p.i
	p.advance()
	if !p.enter() {
		p.leave()
		return p.badExpr()
	}
	u := &ast.Unary{Op: op, X: p.unaryExpr()}
	p.leave()
	u.Extent = p.from(start)
	return u
}

// postfixExpr parses an operand with its members, elements and calls:
// a.b["c"].d(1).
func (p *parser) postfixExpr() ast.Expr {
	return p.postfix(p.primaryExpr(), true)
}

// postfix parses what follows an operand; calls are left out where a
// parenthesis starts something else.
func (p *parser) postfix(x ast.Expr, calls bool) ast.Expr {
	for n := 0; ; n++ {
		if n == maxChain {
			p.tooDeep()
			return x
		}
		switch {
		case p.kind() == token.LBracket:
			if _, ok := x.(*ast.Literal); ok {
				return x
			}
			x = p.index(x)
		case p.kind() == token.Dot && p.peek(1).Kind == token.LBracket &&
			!(p.peek(2).Kind == token.String && p.peek(3).Kind == token.RBracket):
			p.advance() // x.[0] is an old spelling of x[0]
			x = p.index(x)
		case p.kind() == token.Dot:
			p.advance()
			var sel ast.Expr
			start := p.i
			if p.kind() != token.Ident && p.kind() != token.LBracket {
				p.expected("name")
				sel = p.badExpr()
			} else {
				name := p.declName()
				sel = name
				if calls && p.kind() == token.LParen {
					sel = p.call(start, name)
				}
			}
			path := &ast.Path{X: x, Sel: sel}
			path.Extent = p.fromNode(x)
			x = path
		default:
			return x
		}
	}
}

func (p *parser) index(x ast.Expr) ast.Expr {
	open := p.i
	p.advance()
	ix := &ast.Index{X: x, Index: p.expr()}
	p.close(open, token.RBracket)
	ix.Extent = p.fromNode(x)
	return ix
}

// call parses the arguments of a call; start is the token of the name.
func (p *parser) call(start int, name *ast.Ident) *ast.Call {
	c := &ast.Call{Fun: name}
	open := p.i
	p.advance()
	if p.kind() != token.RParen {
		c.Args = p.exprList(p.argument)
	}
	p.close(open, token.RParen)
	c.Extent = p.from(start)
	return c
}

// argument parses a function's argument: scalar, named, a star or a table.
func (p *parser) argument() ast.Expr {
	if p.kind() == token.Star && (p.peek(1).Kind == token.Comma || p.peek(1).Kind == token.RParen) {
		return p.star()
	}
	start := p.i
	if p.kind() == token.Ident && p.peek(1).Kind == token.Assign {
		n := &ast.NamedExpr{Names: []*ast.Ident{p.declName()}}
		p.advance()
		n.X = p.pipeExpr()
		n.Extent = p.from(start)
		return n
	}
	return p.pipeExpr()
}

func (p *parser) star() ast.Expr {
	w := &ast.Wildcard{Extent: ast.At(p.tok().Span), Pattern: "*"}
	p.advance()
	return w
}

// primaryExpr parses an operand without what follows it.
func (p *parser) primaryExpr() ast.Expr {
	start := p.i
	switch p.kind() {
	case token.Ident:
		return p.wordExpr()
	case token.String:
		return p.stringLiteral()
	case token.Int, token.Real, token.Duration:
		return p.numberLiteral()
	case token.Typed:
		return p.typedLiteral()
	case token.Star:
		return p.star()
	case token.LBracket:
		if p.peek(1).Kind == token.String && p.peek(2).Kind == token.RBracket {
			name := p.declName()
			if p.kind() == token.LParen {
				return p.call(start, name)
			}
			return name
		}
	case token.LParen:
		x := &ast.Paren{}
		p.advance()
		x.X = p.pipeExpr()
		p.close(start, token.RParen)
		x.Extent = p.from(start)
		return x
	}
	return p.missingExpr("")
}

// missingExpr reports that an expression should stand here.
func (p *parser) missingExpr(word string) ast.Expr {
	if p.kind() != token.Invalid && p.errorHere() {
		hint := ""
		if word != "" {
			hint = "a column with this name is written ['" + word + "']"
		}
		p.report(diag.CodeExpectedExpression, p.here(), hint, "Missing expression")
	}
	bad := p.badExpr()
	if p.kind() == token.Invalid { // the scanner told
		p.advance()
		p.errorToken = p.i
	}
	return bad
}

// paramFollows reports whether the word is followed by a parameter, NAME=VALUE
// or hint.NAME=VALUE, and not by an operator that is a word: "datatable" may be
// a column.
func (p *parser) paramFollows() bool {
	if p.peek(1).Kind != token.Ident {
		return false
	}
	k := p.peek(2).Kind
	return k == token.Assign || k == token.Dot
}

// wordExpr parses an operand that starts with a name or keyword.
func (p *parser) wordExpr() ast.Expr {
	start := p.i
	w, next := p.word(), p.peek(1).Kind
	switch w {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return p.boolLiteral()
	case "dynamic":
		if next == token.LParen {
			return p.dynamicLit()
		}
	case "typeof":
		if next == token.LParen {
			return p.typeOf()
		}
	case "datatable":
		if next == token.LParen || p.paramFollows() {
			return p.dataTable()
		}
	case "externaldata", "external_data":
		if next == token.LParen || p.paramFollows() {
			return p.externalData()
		}
	case "entity_group":
		if next == token.LBracket {
			return p.entityGroup()
		}
	case "inline_external_table":
		return p.inlineExternalTable()
	case "not":
		if next == token.Ident || next == token.LBracket {
			if p.errorHere() {
				p.report(diag.CodeExpected, p.peek(1).Span, "write not(...)", "Expected: (")
			}
			p.advance()
			return p.relationalExpr()
		}
	}
	if isReserved(w) {
		return p.reservedName(w)
	}
	name := p.declName()
	if (w == "toscalar" || w == "totable") && p.word() == "kind" {
		p.params(isKindParam) // kind=nooptimization changes no answer
	}
	if p.kind() == token.LParen {
		return p.call(start, name)
	}
	return name
}

// reservedName handles a keyword where an operand should be: as a name that
// needs brackets when the text goes on like behind a name, else as the keyword
// in front of which the operand is missing.
func (p *parser) reservedName(w string) ast.Expr {
	switch p.peek(1).Kind {
	case token.Eq, token.Ne, token.EqTilde, token.NeTilde, token.Lt, token.Le, token.Gt, token.Ge, token.Comma,
		token.RParen, token.Dot, token.Plus, token.Slash, token.Bang:
		if p.errorHere() {
			p.report(diag.CodeUnexpected, p.tok().Span, "",
				"The name '%s' needs to be bracketed as ['%s'] to be used in this context.", w, w)
		}
		return p.declName()
	}
	return p.missingExpr(w)
}

// isReserved reports whether a word cannot stand for a column unless it is in
// brackets, because expressions and clauses end at it.
func isReserved(w string) bool {
	switch w {
	case "and", "or", "in", "between", "by", "of", "to", "where", "asc", "desc", "matches",
		"has_any", "has_all":
		return true
	}
	return stringOperator(w) != ""
}

// declName parses a name, plain or as ['name'].
func (p *parser) declName() *ast.Ident {
	start := p.i
	switch p.kind() {
	case token.Ident:
		id := &ast.Ident{Extent: ast.At(p.tok().Span), Name: p.word()}
		p.advance()
		return id
	case token.LBracket:
		if p.peek(1).Kind == token.String {
			p.advance()
			l := p.stringLiteral()
			p.close(start, token.RBracket)
			return &ast.Ident{Extent: p.from(start), Name: l.Text, Quoted: true}
		}
	}
	p.expected("name")
	return &ast.Ident{Extent: ast.At(token.At(p.here().Start))}
}

// entityExpr parses a column's name or path without any call, for clauses that
// have a parenthesis behind it.
func (p *parser) entityExpr() ast.Expr {
	if p.kind() == token.Ident && isReserved(p.word()) {
		return p.reservedName(p.word())
	}
	if p.kind() != token.Ident && p.kind() != token.LBracket {
		return p.missingExpr("")
	}
	return p.postfix(p.declName(), false)
}
