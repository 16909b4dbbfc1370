package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// The operators on several tables: join, lookup, union, find, search.

func (p *parser) opJoin(start int) ast.Operator {
	o := &ast.Join{Params: p.params(isKindParam)}
	o.Right = p.unaryExpr()
	switch {
	case p.gotWord("on"):
		if !p.atEnd() {
			o.On = p.exprList(p.predicate)
		}
	case p.gotWord("where"):
		o.Where = p.expr()
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opLookup(start int) ast.Operator {
	o := &ast.Lookup{Params: p.params(isKindParam)}
	o.Right = p.unaryExpr()
	if p.wantWord("on") {
		o.On = p.exprList(p.predicate)
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opUnion(start int) ast.Operator {
	o := &ast.Union{Params: p.params(isTableParam)}
	o.Tables = p.exprList(p.tableRef)
	o.Extent = p.from(start)
	return o
}

// inTables parses in (tables), if it is there.
func (p *parser) inTables() []ast.Expr {
	if p.word() != "in" || p.peek(1).Kind != token.LParen {
		return nil
	}
	p.advance()
	open := p.i
	p.advance()
	list := p.exprList(func() ast.Expr { return p.pipeTail(p.tableRef()) })
	p.close(open, token.RParen)
	return list
}

func (p *parser) opSearch(start int) ast.Operator {
	o := &ast.Search{Params: p.params(isTableParam)}
	o.Tables = p.inTables()
	o.Where = p.expr()
	o.Extent = p.from(start)
	return o
}

func (p *parser) opFind(start int) ast.Operator {
	o := &ast.Find{Params: p.params(isTableParam)}
	o.Tables = p.inTables()
	if !p.gotWord("where") && (len(o.Params) > 0 || o.Tables != nil) {
		p.expected("where")
	}
	o.Where = p.expr()
	for {
		name, n := p.operatorName()
		switch {
		case name == "project" && p.peek(1).Kind == token.Minus && p.wordAt(2) == "smart":
			p.i += 3
			o.Smart = true
		case name == "project":
			p.i += n
			o.Project = p.findColumns()
		case name == "project-away" || name == "__projectAway":
			p.i += n
			o.ProjectAway = p.findColumns()
		default:
			o.Extent = p.from(start)
			return o
		}
	}
}

// findColumns parses a, b:long, pack(*) behind find's project.
func (p *parser) findColumns() []*ast.FindColumn {
	var list []*ast.FindColumn
	for {
		start := p.i
		c := &ast.FindColumn{}
		if c.Column = p.wildcard(); c.Column == nil {
			name := p.declName()
			c.Column = name
			if p.kind() == token.LParen {
				c.Column = p.call(start, name)
			}
		}
		if p.got(token.Colon) {
			c.Type = p.typeRef()
		}
		c.Extent = p.from(start)
		list = append(list, c)
		if !p.got(token.Comma) {
			return list
		}
	}
}
