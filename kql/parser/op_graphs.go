package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

func isMakeGraphParam(name string) bool  { return name == "with_node_id" }
func isGraphMatchParam(name string) bool { return name == "cycles" || name == "output" }
func isGraphMarkParam(name string) bool  { return name == "kind" || name == "with_component_id" }

func isGraphTableParam(name string) bool {
	return name == "with_node_id" || name == "with_source_id" || name == "with_target_id"
}

// opMakeGraph parses make-graph source --> target, and where the nodes are.
func (p *parser) opMakeGraph(start int) ast.Operator {
	o := &ast.MakeGraph{Source: p.declName()}
	p.want(token.Minus)
	p.want(token.Minus)
	p.want(token.Gt)
	o.Target = p.declName()
	if p.gotWord("with") {
		for {
			at := p.i
			n := &ast.GraphNodes{Table: p.postfixExpr()}
			p.wantWord("on")
			n.On = p.declName()
			n.Extent = p.from(at)
			o.Nodes = append(o.Nodes, n)
			if !p.got(token.Comma) {
				break
			}
		}
	}
	o.Params = p.params(isMakeGraphParam)
	o.Extent = p.from(start)
	return o
}

func (p *parser) opGraphMatch(start int) ast.Operator { return p.graphMatch(start, false) }

func (p *parser) opGraphShortestPaths(start int) ast.Operator { return p.graphMatch(start, true) }

// graphMatch parses patterns, where and project.
func (p *parser) graphMatch(start int, shortest bool) ast.Operator {
	o := &ast.GraphMatch{Shortest: shortest, Params: p.params(isGraphMatchParam)}
	for {
		o.Patterns = append(o.Patterns, p.graphPattern())
		if !p.got(token.Comma) {
			break
		}
	}
	if p.gotWord("where") {
		o.Where = p.expr()
	}
	if p.wantWord("project") {
		o.Project = p.exprList(p.namedExpr)
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) graphPattern() *ast.GraphPattern {
	start := p.i
	g := &ast.GraphPattern{Elements: []*ast.GraphElement{p.graphNode()}}
	for p.kind() == token.Minus || p.kind() == token.Lt {
		g.Elements = append(g.Elements, p.graphEdge(), p.graphNode())
	}
	g.Extent = p.from(start)
	return g
}

func (p *parser) graphNode() *ast.GraphElement {
	start := p.i
	n := &ast.GraphElement{}
	if p.want(token.LParen) {
		if p.kind() != token.RParen {
			n.Name = p.declName()
		}
		p.want(token.RParen)
	}
	n.Extent = p.from(start)
	return n
}

// graphEdge parses -->, -[e]->, <-[e*1..3]- and the like.
func (p *parser) graphEdge() *ast.GraphElement {
	start := p.i
	e := &ast.GraphElement{Edge: true, Left: p.got(token.Lt)}
	p.want(token.Minus)
	if p.got(token.LBracket) {
		if p.kind() == token.Ident {
			e.Name = p.declName()
		}
		if p.got(token.Star) {
			e.Min = p.unaryExpr()
			p.want(token.DotDot)
			e.Max = p.unaryExpr()
		}
		p.want(token.RBracket)
	}
	p.want(token.Minus)
	e.Right = p.got(token.Gt)
	e.Extent = p.from(start)
	return e
}

// opGraphMarkComponents parses graph-mark-components.
func (p *parser) opGraphMarkComponents(start int) ast.Operator {
	return &ast.GraphMarkComponents{Params: p.params(isGraphMarkParam), Extent: p.from(start)}
}

// opGraphToTable parses graph-to-table nodes as name, edges as name.
func (p *parser) opGraphToTable(start int) ast.Operator {
	o := &ast.GraphToTable{}
	for {
		at := p.i
		g := &ast.GraphOutput{}
		switch p.word() {
		case "nodes", "edges":
			g.Edges = p.word() == "edges"
			p.advance()
		default:
			p.expected("nodes or edges")
			o.Extent = p.from(start)
			return o
		}
		if p.gotWord("as") {
			g.As = p.declName()
		}
		g.Params = p.params(isGraphTableParam)
		g.Extent = p.from(at)
		o.Outputs = append(o.Outputs, g)
		if !p.got(token.Comma) {
			break
		}
	}
	o.Extent = p.from(start)
	return o
}
