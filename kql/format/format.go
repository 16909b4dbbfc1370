// Package format writes a syntax tree as query text in one canonical layout:
// an operator a line, four spaces of indentation, lists and conditions broken
// where a line would be longer than 100 characters.  Parsing the result gives
// an equal tree (ast.Dump), and formatting it again gives the same text.
package format

import (
	"strings"
	"unicode/utf8"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

const (
	// maxWidth is where lines are broken, in characters.
	maxWidth = 100
	// maxInline is the longest sub-query that stays on its line.
	maxInline = 60
	indentBy  = 4
)

// Query returns a query as text, which ends with a line end unless it is empty.
// Comments are kept: on lines of their own, or behind what they stood behind.
// The tree must come from the parser without errors.
func Query(q *ast.Query) string {
	p := &printer{comments: q.Comments}
	p.statements(q.Statements, false)
	p.flush(len(p.b) + q.Pos.End + 1)
	text := strings.TrimRight(string(p.b), "\n")
	if text == "" {
		return ""
	}
	return text + "\n"
}

// Expr returns an expression as text, without a line end.
func Expr(x ast.Expr) string {
	p := &printer{}
	p.expr(x)
	return string(p.b)
}

// printer writes text with a layout.  In flat mode it writes one line and gives
// up once that is longer than limit.
type printer struct {
	b      []byte
	indent int
	// col is the number of characters on the current line.
	col  int
	flat bool
	// limit and over belong to flat mode.
	limit int
	over  bool
	// comments are those not written yet, in the order of the text.
	comments []ast.Comment
	// mustBreak is true behind a comment: only a line end may follow.
	mustBreak bool
}

// text writes s, which holds no line end unless it is a literal of several
// lines.
func (p *printer) text(s string) {
	if p.flat {
		p.b = append(p.b, s...)
		p.col += utf8.RuneCountInString(s)
		p.over = p.over || p.col > p.limit || strings.ContainsAny(s, "\r\n")
		return
	}
	if p.mustBreak {
		if s == " " {
			return
		}
		p.newline()
	}
	p.b = append(p.b, s...)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		p.col = utf8.RuneCountInString(s[i+1:])
	} else {
		p.col += utf8.RuneCountInString(s)
	}
}

// newline ends the line and indents the next one; in flat mode it is a space.
func (p *printer) newline() {
	if p.flat {
		p.text(" ")
		return
	}
	for len(p.b) > 0 && p.b[len(p.b)-1] == ' ' && !p.mustBreak {
		p.b = p.b[:len(p.b)-1]
	}
	p.mustBreak = false
	p.b = append(p.b, '\n')
	for range p.indent {
		p.b = append(p.b, ' ')
	}
	p.col = p.indent
}

// atLineStart reports whether nothing but indentation is on the line.
func (p *printer) atLineStart() bool {
	for i := len(p.b) - 1; i >= 0; i-- {
		switch p.b[i] {
		case '\n':
			return true
		case ' ':
		default:
			return false
		}
	}
	return true
}

// flush writes the comments that stand before an offset of the query's text.
func (p *printer) flush(before int) {
	for len(p.comments) > 0 && p.comments[0].Pos.Start < before {
		c := p.comments[0]
		p.comments = p.comments[1:]
		switch {
		case p.mustBreak || c.OwnLine && !p.atLineStart():
			p.newline()
		case !p.atLineStart() && p.b[len(p.b)-1] != ' ':
			p.b = append(p.b, ' ')
		}
		p.b = append(p.b, strings.TrimRight(c.Text, " \t")...)
		p.mustBreak = true
	}
}

// hasComment reports whether a comment stands inside a span.
func (p *printer) hasComment(s token.Span) bool {
	return len(p.comments) > 0 && p.comments[0].Pos.Start < s.End
}

// fits reports whether what write writes fits on a line of width characters
// from the current column, with extra more behind it.
func (p *printer) fits(width, extra int, write func(q *printer)) bool {
	if p.flat {
		return true
	}
	q := printer{flat: true, limit: width - p.col - extra}
	write(&q)
	return !q.over
}

// list writes elements between brackets: on one line if they fit there, else
// one a line.
func (p *printer) list(open, closing string, span token.Span, n int, span1 func(i int) token.Span, element func(p *printer, i int)) {
	flat := func(q *printer) {
		q.text(open)
		for i := range n {
			if q.over {
				return
			}
			if i > 0 {
				q.text(", ")
			}
			element(q, i)
		}
		q.text(closing)
	}
	if n == 0 || !p.hasComment(span) && p.fits(maxWidth, 0, flat) {
		flat(p)
		return
	}
	p.text(open)
	p.indent += indentBy
	for i := range n {
		p.newline()
		p.flush(span1(i).Start)
		element(p, i)
		if i < n-1 {
			p.text(",")
		}
		if i < n-1 {
			p.flushTrailing(span1(i).End, span1(i+1).Start)
		}
	}
	p.flush(span.End)
	p.indent -= indentBy
	p.newline()
	p.text(closing)
}

// flushTrailing writes the comments behind an element that stand on its line.
func (p *printer) flushTrailing(from, to int) {
	for len(p.comments) > 0 && !p.comments[0].OwnLine && p.comments[0].Pos.Start >= from && p.comments[0].Pos.Start < to {
		p.flush(p.comments[0].Pos.Start + 1)
	}
}

// items writes the operands of an operator: on the operator's line if all fit,
// else one a line.
func (p *printer) items(n int, span func(i int) token.Span, element func(p *printer, i int)) {
	if n == 0 {
		return
	}
	flat := func(q *printer) {
		for i := range n {
			if q.over {
				return
			}
			if i > 0 {
				q.text(", ")
			}
			element(q, i)
		}
	}
	if n == 1 || !p.hasComment(span(n-1)) && p.fits(maxWidth, 0, flat) {
		p.flush(span(0).Start)
		flat(p)
		return
	}
	p.indent += indentBy
	for i := range n {
		if i > 0 {
			p.newline()
		}
		p.flush(span(i).Start)
		element(p, i)
		if i < n-1 {
			p.text(",")
			p.flushTrailing(span(i).End, span(i+1).Start)
		}
	}
	p.indent -= indentBy
}

// exprs writes expressions as the operands of an operator.
func (p *printer) exprs(list []ast.Expr) {
	p.items(len(list), func(i int) token.Span { return list[i].Span() }, func(p *printer, i int) { p.expr(list[i]) })
}

// block writes something between brackets on lines of its own.
func (p *printer) block(open, closing string, end int, write func()) {
	p.text(open)
	p.indent += indentBy
	p.newline()
	write()
	p.flush(end)
	p.indent -= indentBy
	p.newline()
	p.text(closing)
}
