package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// The operators that make columns: project and its relatives, extend,
// serialize, getschema, mv-expand, mv-apply, evaluate, invoke.

func (p *parser) opProject(start int) ast.Operator {
	end := p.toks[p.i-1].Span.End
	o := &ast.Project{Kind: ast.ProjectKind(p.src[p.toks[start].Span.Start:end])}
	if !p.atEnd() {
		switch o.Kind {
		case ast.ProjectAway, ast.ProjectKeep, ast.ProjectReorder:
			o.Exprs = p.exprList(p.columnPattern)
		default:
			o.Exprs = p.exprList(p.namedExpr)
		}
	}
	o.Extent = p.from(start)
	return o
}

// columnPattern parses a column's name, with stars or without, and the order
// that project-reorder takes.
func (p *parser) columnPattern() ast.Expr {
	start := p.i
	x := p.wildcard()
	if x == nil {
		x = p.entityExpr()
	}
	o := &ast.Ordered{X: x}
	switch {
	case p.gotWord("asc"):
		o.Order = ast.OrderAsc
	case p.gotWord("desc"):
		o.Order = ast.OrderDesc
	case p.word() == "granny":
		o.Order = p.grannyOrder()
	default:
		return x
	}
	o.Extent = p.from(start)
	return o
}

// grannyOrder parses granny-asc and granny-desc, which order names with the
// numbers in them by value.
func (p *parser) grannyOrder() ast.Order {
	if p.peek(1).Kind != token.Minus {
		return ast.OrderDefault
	}
	order := ast.OrderDefault
	switch p.wordAt(2) {
	case "asc":
		order = ast.OrderGrannyAsc
	case "desc":
		order = ast.OrderGrannyDesc
	default:
		return order
	}
	p.i += 3
	return order
}

func (p *parser) opExtend(start int) ast.Operator {
	o := &ast.Extend{Exprs: p.exprList(p.namedExpr)}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opSerialize(start int) ast.Operator {
	o := &ast.Serialize{Params: p.params(nil)}
	if !p.atEnd() {
		o.Exprs = p.exprList(p.namedExpr)
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opGetSchema(start int) ast.Operator {
	o := &ast.GetSchema{Params: p.params(isKindParam)}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opAssertSchema(start int) ast.Operator {
	o := &ast.AssertSchema{Columns: p.columnDecls()}
	o.Extent = p.from(start)
	return o
}

// mvColumns parses a = x to typeof(long), b, ...
func (p *parser) mvColumns() []*ast.MvColumn {
	var list []*ast.MvColumn
	for {
		start := p.i
		c := &ast.MvColumn{X: p.namedExpr()}
		if p.gotWord("to") {
			if p.word() == "typeof" {
				c.Type = p.typeOf().Type
			} else {
				p.expected("typeof")
				c.Type = p.typeRef()
			}
		}
		c.Extent = p.from(start)
		list = append(list, c)
		if !p.got(token.Comma) {
			return list
		}
	}
}

// itemIndex takes with_itemindex out of the parameters.
func itemIndex(params []*ast.Param) ([]*ast.Param, *ast.Ident) {
	for i, q := range params {
		if q.Name.Name == "with_itemindex" {
			id, _ := q.Value.(*ast.Ident)
			if len(params) == 1 {
				return nil, id
			}
			return append(params[:i:i], params[i+1:]...), id
		}
	}
	return params, nil
}

func (p *parser) opMvExpand(start int) ast.Operator {
	o := &ast.MvExpand{}
	o.Params, o.ItemIndex = itemIndex(p.params(isExpandParam))
	o.Columns = p.mvColumns()
	if p.gotWord("limit") {
		o.Limit = p.expr()
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opMvApply(start int) ast.Operator {
	o := &ast.MvApply{}
	o.Params, o.ItemIndex = itemIndex(p.params(isExpandParam))
	o.Columns = p.mvColumns()
	if p.gotWord("limit") {
		o.Limit = p.expr()
	}
	if p.gotWord("id") {
		o.ContextID = p.expr()
	}
	p.wantWord("on")
	o.Body = p.parenSubPipe()
	o.Extent = p.from(start)
	return o
}

// parenSubPipe parses ( operators ).
func (p *parser) parenSubPipe() ast.Expr {
	open := p.i
	if !p.want(token.LParen) {
		return p.badExpr()
	}
	x := p.subPipe()
	p.close(open, token.RParen)
	return x
}

func (p *parser) opEvaluate(start int) ast.Operator {
	o := &ast.Evaluate{Params: p.params(nil)}
	name := p.i
	id := p.declName()
	if p.kind() == token.LParen {
		o.Call = p.call(name, id)
	} else {
		p.expected("(")
		o.Call = &ast.Call{Extent: p.from(name), Fun: id}
	}
	if p.got(token.Colon) {
		o.Schema = p.schemaType()
		o.Keep = o.Schema.Any
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opInvoke(start int) ast.Operator {
	o := &ast.Invoke{Call: p.postfixExpr()}
	switch x := o.Call.(type) {
	case *ast.Call:
	case *ast.Path:
		if _, ok := x.Sel.(*ast.Call); !ok {
			p.expected("(")
		}
	default:
		p.expected("(")
	}
	o.Extent = p.from(start)
	return o
}
