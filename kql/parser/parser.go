// Package parser turns the text of a Kusto query into its syntax tree.
//
// The scanner (Scan) knows no keywords; the parser is a recursive descent that
// decides by place what a word is, as Kusto does.  It never fails: what cannot
// be read becomes BadStmt, BadOp or BadExpr with a diagnostic, and reading goes
// on at the next pipe, bracket or semicolon.
//
// The grammar follows Kusto's published one
// (https://github.com/microsoft/Kusto-Query-Language/tree/master/grammar) and
// the pages of each operator.
package parser

import (
	"fmt"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

const (
	// maxDepth bounds how deeply brackets, signs and sub-queries may nest.
	maxDepth = 500
	// maxChain bounds how many operators may stand in one chain (a or b or c
	// ...), which is how deep the tree grows to the left.
	maxChain = 20000
	// maxErrors ends the list of diagnostics.
	maxErrors = 50
)

// Parse parses a query.  The tree is never nil, also when there are errors.
func Parse(src string) (*ast.Query, diag.List) {
	p := newParser(src)
	q := p.query()
	p.diags.Sort()
	return q, p.diags
}

// ParseExpr parses a single expression, scalar or tabular, with nothing behind
// it.
func ParseExpr(src string) (ast.Expr, diag.List) {
	p := newParser(src)
	x := p.pipeExpr()
	if p.kind() != token.EOF {
		p.unexpected()
	}
	p.diags.Sort()
	return x, p.diags
}

func newParser(src string) *parser {
	p := &parser{src: src, errorToken: -1}
	p.toks, p.comments, p.diags = Scan(src)
	p.matchBrackets()
	return p
}

type parser struct {
	src      string
	toks     []token.Token
	comments []ast.Comment
	// match holds for each opening bracket the index of its closing one, -1
	// when it has none, and is 0 for all other tokens.
	match []int32
	// i is the index of the current token.
	i     int
	depth int
	diags diag.List
	// errorToken is the token of the last syntax error: a second one at the
	// same place says nothing new.
	errorToken int
	// stopped is set once no more is read or reported.
	stopped bool
	// noIn keeps the word in from being an operator, for make-series.
	noIn bool
}

// matchBrackets fills p.match.  A closing bracket closes the nearest opening
// one of its kind; opening ones of other kinds in between stay open.
func (p *parser) matchBrackets() {
	p.match = make([]int32, len(p.toks))
	var open []int32
	var count [token.Hash + 1]int
	for i, t := range p.toks {
		var opener token.Kind
		switch t.Kind {
		case token.LParen, token.LBracket, token.LBrace:
			p.match[i] = -1
			open = append(open, int32(i))
			count[t.Kind]++
			continue
		case token.RParen:
			opener = token.LParen
		case token.RBracket:
			opener = token.LBracket
		case token.RBrace:
			opener = token.LBrace
		default:
			continue
		}
		if count[opener] == 0 {
			continue
		}
		for {
			top := open[len(open)-1]
			open = open[:len(open)-1]
			count[p.toks[top].Kind]--
			if p.toks[top].Kind == opener {
				p.match[top] = int32(i)
				break
			}
		}
	}
}

func (p *parser) tok() token.Token { return p.toks[p.i] }

func (p *parser) kind() token.Kind { return p.toks[p.i].Kind }

// peek returns the token n places ahead, EOF behind the end.
func (p *parser) peek(n int) token.Token {
	return p.toks[min(p.i+n, len(p.toks)-1)]
}

func (p *parser) text(t token.Token) string { return t.Span.Text(p.src) }

func (p *parser) advance() {
	if p.i < len(p.toks)-1 {
		p.i++
	}
}

// word returns the text of the current token if it is a name, else "".
func (p *parser) word() string {
	if p.kind() != token.Ident {
		return ""
	}
	return p.text(p.tok())
}

// wordAt returns the text of the token n places ahead if it is a name.
func (p *parser) wordAt(n int) string {
	t := p.peek(n)
	if t.Kind != token.Ident {
		return ""
	}
	return p.text(t)
}

// got moves over a token of a kind, if it is the current one.
func (p *parser) got(k token.Kind) bool {
	if p.kind() != k {
		return false
	}
	p.advance()
	return true
}

// gotWord moves over a keyword, if it is the current token.
func (p *parser) gotWord(w string) bool {
	if p.word() != w {
		return false
	}
	p.advance()
	return true
}

// want moves over a token of a kind or reports that it is missing.
func (p *parser) want(k token.Kind) bool {
	if p.got(k) {
		return true
	}
	p.expected(k.String())
	return false
}

// wantWord moves over a keyword or reports that it is missing.
func (p *parser) wantWord(w string) bool {
	if p.gotWord(w) {
		return true
	}
	p.expected(w)
	return false
}

// close moves over the closing bracket that belongs to the opening one at
// index open, and skips what is left between, which is reported.
func (p *parser) close(open int, k token.Kind) {
	if p.got(k) {
		return
	}
	if m := p.match[open]; m > 0 && int(m) >= p.i {
		p.unexpected()
		p.i = int(m) + 1
		if p.i >= len(p.toks) {
			p.i = len(p.toks) - 1
		}
		return
	}
	if p.errorHere() {
		p.report(diag.CodeUnclosed, p.here(), "", "Expected: %s", k).Hint =
			fmt.Sprintf("the '%s' on line %d is not closed", p.text(p.toks[open]), token.NewLines(p.src).Position(p.toks[open].Span.Start).Line)
	}
}

// adjacent reports whether no space stands between the tokens n-1 and n places
// ahead.
func (p *parser) adjacent(n int) bool {
	i := p.i + n
	return i < len(p.toks) && p.toks[i-1].Span.End == p.toks[i].Span.Start
}

// from returns the extent from the token at index start to the last one read.
func (p *parser) from(start int) ast.Extent {
	begin := p.toks[start].Span.Start
	if p.i <= start {
		return ast.At(token.At(begin))
	}
	return ast.At(token.Span{Start: begin, End: p.toks[p.i-1].Span.End})
}

// fromNode returns the extent from the start of a node to the last token read.
func (p *parser) fromNode(n ast.Node) ast.Extent {
	s := n.Span()
	if p.i > 0 {
		s.End = max(s.End, p.toks[p.i-1].Span.End)
	}
	return ast.At(s)
}

// here returns the span errors about the current token are shown at: the token
// itself, or the end of the one before when the query ends.
func (p *parser) here() token.Span {
	if p.kind() == token.EOF && p.i > 0 {
		return token.At(p.toks[p.i-1].Span.End)
	}
	return p.tok().Span
}

// errorHere reports whether an error at the current token is worth telling,
// and notes that it was told.
func (p *parser) errorHere() bool {
	if p.errorToken == p.i || p.stopped {
		return false
	}
	p.errorToken = p.i
	return true
}

// report adds an error and returns it for its hint to be set.
func (p *parser) report(code diag.Code, span token.Span, hint, format string, args ...any) *diag.Diagnostic {
	if p.stopped {
		return &diag.Diagnostic{}
	}
	if len(p.diags) >= maxErrors {
		p.diags.Add(diag.CodeTooMany, span, "There are too many errors")
		p.stop()
		return &diag.Diagnostic{}
	}
	d := p.diags.Add(code, span, format, args...)
	d.Hint = hint
	return d
}

// errorAt reports an error that is not about the current token's place in the
// grammar.
func (p *parser) errorAt(code diag.Code, span token.Span, hint, format string, args ...any) {
	p.report(code, span, hint, format, args...)
}

// stop moves to the end of the text and silences further errors.
func (p *parser) stop() {
	p.stopped = true
	p.i = len(p.toks) - 1
}

func (p *parser) expected(what string) {
	if p.errorHere() {
		p.report(diag.CodeExpected, p.here(), "", "Expected: %s", what)
	}
}

// unexpected reports the current token, in the words Kusto uses.
func (p *parser) unexpected() {
	if !p.errorHere() {
		return
	}
	t := p.tok()
	hint := ""
	switch t.Kind {
	case token.EOF:
		p.report(diag.CodeUnexpected, p.here(), "", "The query is incomplete")
		return
	case token.Invalid:
		return // the scanner told
	case token.Ampersand:
		hint = "write and"
	case token.Assign:
		hint = "write == to compare"
	case token.Eq:
		hint = "comparisons do not chain; put the first one in parentheses"
	case token.RParen, token.RBracket, token.RBrace:
		hint = "no bracket is open here that it could close"
	case token.Bang:
		hint = "write not(...)"
	case token.Ident:
		switch p.text(t) {
		case "AND", "And", "OR", "Or", "NOT", "Not", "IN", "In":
			hint = "keywords are in lower case"
		}
	}
	p.report(diag.CodeUnexpected, t.Span, hint, "The incomplete fragment is unexpected.")
}

// enter counts one level of nesting.  When there are too many it reports that,
// ends the parsing and returns false.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= maxDepth {
		return true
	}
	p.tooDeep()
	return false
}

func (p *parser) leave() { p.depth-- }

func (p *parser) tooDeep() {
	p.report(diag.CodeTooDeep, p.here(), "split the query with let statements", "The query is nested too deeply")
	p.stop()
}

// atEnd reports whether the current token ends an operator: a pipe, semicolon,
// closing bracket or the end.
func (p *parser) atEnd() bool {
	switch p.kind() {
	case token.Pipe, token.Semicolon, token.RParen, token.RBracket, token.RBrace, token.EOF:
		return true
	}
	return false
}

// skipToEnd moves to the token that ends the operator, over whole brackets.
func (p *parser) skipToEnd() {
	for !p.atEnd() {
		if m := p.match[p.i]; m > 0 {
			p.i = int(m)
		}
		p.advance()
	}
}
