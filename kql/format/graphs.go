package format

import "wirehunt/kql/ast"

// graphs writes the operators on graphs.
func (p *printer) graphs(op ast.Operator) {
	switch o := op.(type) {
	case *ast.MakeGraph:
		p.text(" ")
		p.ident(o.Source)
		p.text(" --> ")
		p.ident(o.Target)
		for i, n := range o.Nodes {
			if i == 0 {
				p.text(" with ")
			} else {
				p.text(", ")
			}
			p.expr(n.Table)
			p.text(" on ")
			p.ident(n.On)
		}
		p.opParams(o.Params)
	case *ast.GraphMatch:
		p.opParams(o.Params)
		for i, g := range o.Patterns {
			if i > 0 {
				p.text(",")
			}
			p.text(" ")
			for _, e := range g.Elements {
				p.graphElement(e)
			}
		}
		p.clause("where", o.Where)
		p.text(" project ")
		p.exprs(o.Project)
	case *ast.GraphMarkComponents:
		p.opParams(o.Params)
	case *ast.GraphToTable:
		for i, g := range o.Outputs {
			if i > 0 {
				p.text(",")
			}
			if g.Edges {
				p.text(" edges")
			} else {
				p.text(" nodes")
			}
			if g.As != nil {
				p.text(" as ")
				p.ident(g.As)
			}
			p.opParams(g.Params)
		}
	}
}

func (p *printer) graphElement(e *ast.GraphElement) {
	if !e.Edge {
		p.text("(")
		if e.Name != nil {
			p.ident(e.Name)
		}
		p.text(")")
		return
	}
	if e.Left {
		p.text("<")
	}
	p.text("-")
	if e.Name != nil || e.Min != nil {
		p.text("[")
		if e.Name != nil {
			p.ident(e.Name)
		}
		if e.Min != nil {
			p.text("*")
			p.expr(e.Min)
			p.text("..")
			p.expr(e.Max)
		}
		p.text("]")
	}
	p.text("-")
	if e.Right {
		p.text(">")
	}
}
