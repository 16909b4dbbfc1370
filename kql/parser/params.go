package parser

import (
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// params parses the parameters that stand between an operator's name and its
// operands: kind=inner hint.strategy=shuffle.  Hints and names with two
// underscores are parameters of every operator; allowed tells the others.
func (p *parser) params(allowed func(name string) bool) []*ast.Param {
	var list []*ast.Param
	for p.kind() == token.Ident {
		w, n := p.word(), 1
		if w == "hint" && p.peek(1).Kind == token.Dot && p.peek(2).Kind == token.Ident {
			n = 3
		}
		if k := p.peek(n).Kind; k != token.Assign && (k != token.Colon || w != "kind") {
			break
		}
		if n == 1 && !strings.HasPrefix(w, "__") && (allowed == nil || !allowed(w)) {
			break
		}
		start := p.i
		p.i += n
		name := &ast.Ident{Extent: p.from(start)}
		name.Name = name.Pos.Text(p.src)
		if n == 3 {
			name.Name = w + "." + p.text(p.toks[start+2])
		}
		p.advance()
		list = append(list, &ast.Param{Name: name, Value: p.paramValue(), Extent: p.from(start)})
	}
	return list
}

// paramValue parses the value of a parameter: a word or a literal.
func (p *parser) paramValue() ast.Expr {
	switch p.kind() {
	case token.Ident:
		switch w := p.word(); {
		case isBoolWord(w):
			return p.boolLiteral()
		case (w == "dynamic" || w == "typeof") && p.peek(1).Kind == token.LParen:
			return p.wordExpr()
		}
		return p.declName()
	case token.LBracket:
		return p.declName()
	}
	return p.unaryExpr()
}

// withParams parses (name = value, ...) behind the word with.
func (p *parser) withParams() []*ast.Param {
	open := p.i
	if !p.want(token.LParen) {
		return nil
	}
	var list []*ast.Param
	for !p.atEnd() {
		list = append(list, p.withParam())
		if !p.got(token.Comma) {
			break
		}
	}
	p.close(open, token.RParen)
	return list
}

// withParam parses name = value, where value may be any expression.
func (p *parser) withParam() *ast.Param {
	start := p.i
	w := &ast.Param{Name: p.declName()}
	p.want(token.Assign)
	w.Value = p.expr()
	w.Extent = p.from(start)
	return w
}

func isKindParam(name string) bool { return name == "kind" }

func isTableParam(name string) bool {
	switch name {
	case "kind", "withsource", "with_source", "isfuzzy", "datascope", "bestEffort", "best_effort":
		return true
	}
	return false
}

func isExpandParam(name string) bool {
	return name == "kind" || name == "bagexpansion" || name == "with_itemindex"
}

func isScanParam(name string) bool {
	return name == "with_match_id" || name == "with_step_name" || name == "kind"
}

func isConsumeParam(name string) bool { return name == "decodeblocks" }
