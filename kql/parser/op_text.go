package parser

import (
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// The operators that take text apart (parse, parse-where, parse-kv), and
// render.

func (p *parser) opParse(start int) ast.Operator {
	o := &ast.Parse{Where: p.i > start+1}
	o.Params = p.params(func(name string) bool { return name == "kind" || name == "flags" })
	o.X = p.expr()
	p.wantWord("with")
	for {
		first := p.i
		part := ast.PatternPart{}
		switch p.kind() {
		case token.Star:
			part.Star = true
			p.advance()
		case token.String:
			part.Text = p.stringLiteral()
		case token.Ident, token.LBracket:
			if p.kind() == token.LBracket && p.peek(1).Kind != token.String {
				p.unexpected()
				p.skipToEnd()
			}
			if p.atEnd() {
				break
			}
			c := &ast.ColumnDecl{Name: p.declName()}
			if p.got(token.Colon) {
				c.Type = p.typeRef()
			}
			c.Extent = p.from(first)
			part.Column = c
		}
		if p.i == first {
			break
		}
		part.Extent = p.from(first)
		o.Pattern = append(o.Pattern, part)
	}
	if len(o.Pattern) == 0 {
		p.expected("pattern")
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opParseKV(start int) ast.Operator {
	o := &ast.ParseKV{X: p.expr()}
	p.wantWord("as")
	o.Columns = p.columnDecls()
	if p.gotWord("with") {
		o.With = p.withParams()
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opRender(start int) ast.Operator {
	o := &ast.Render{}
	if p.kind() != token.Ident {
		p.expected("one of: " + strings.Join(Charts(), ", "))
		o.Extent = p.from(start)
		return o
	}
	o.Chart = p.declName()
	if p.word() == "with" && p.peek(1).Kind == token.LParen {
		p.advance()
		open := p.i
		p.advance()
		for !p.atEnd() {
			o.Props = append(o.Props, p.renderProp(true))
			if !p.got(token.Comma) {
				break
			}
		}
		p.close(open, token.RParen)
	} else {
		for p.kind() == token.Ident {
			o.Props = append(o.Props, p.renderProp(false))
		}
	}
	o.Extent = p.from(start)
	return o
}

// Charts returns the visualizations that render knows.
func Charts() []string {
	return []string{"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart",
		"pivotchart", "areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart",
		"card", "treemap", "plotly", "graph", "sankey"}
}

// renderProp parses name = value, value; in the old form without parentheses
// by and with are names that need no =.
func (p *parser) renderProp(parens bool) *ast.RenderProp {
	start := p.i
	r := &ast.RenderProp{Name: p.declName()}
	if parens || r.Name.Name != "by" && r.Name.Name != "with" {
		p.want(token.Assign)
	}
	for {
		r.Values = append(r.Values, p.renderValue())
		// A comma goes on with the list, unless a new property starts behind it.
		if p.kind() != token.Comma || parens && p.peek(2).Kind == token.Assign || p.peek(1).Kind == token.RParen {
			break
		}
		p.advance()
	}
	r.Extent = p.from(start)
	return r
}

// renderValue parses a property's value: a word, a quoted name or a literal.
func (p *parser) renderValue() ast.Expr {
	if p.kind() == token.Ident && isReserved(p.word()) {
		return p.declName()
	}
	return p.unaryExpr()
}
