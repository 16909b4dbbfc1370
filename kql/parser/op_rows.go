package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// The operators that choose rows: where, take, top, sample, sort, distinct.

func (p *parser) opWhere(start int) ast.Operator {
	o := &ast.Where{Params: p.params(nil), Pred: p.namedExpr()}
	if n, ok := o.Pred.(*ast.NamedExpr); ok && !p.stopped {
		p.diags.Warn(diag.CodeNamedPredicate, n.Span(),
			"'where' operator: '=' gives the condition a name and compares nothing").Hint = "write == to compare"
	}
	o.Extent = p.from(start)
	return o
}

// predicate parses a condition of join, and takes a single = for the == that
// was meant after it has told so.
func (p *parser) predicate() ast.Expr {
	x := p.expr()
	if p.kind() != token.Assign {
		return x
	}
	p.report(diag.CodeUnexpected, p.tok().Span, "write == to compare", "The incomplete fragment is unexpected.")
	pos := p.tok().Span
	p.advance()
	b := &ast.Binary{Op: ast.OpEq, OpPos: pos, X: x, Y: p.expr()}
	b.Extent = p.fromNode(x)
	return b
}

func (p *parser) opTake(start int) ast.Operator {
	o := &ast.Take{Params: p.params(nil), N: p.namedExpr()}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opTop(start int) ast.Operator {
	o := &ast.Top{Params: p.params(nil), N: p.namedExpr()}
	if p.wantWord("by") {
		o.Keys = p.exprList(p.orderedExpr)
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opTopHitters(start int) ast.Operator {
	o := &ast.TopHitters{Params: p.params(nil), N: p.namedExpr()}
	p.wantWord("of")
	o.Of = p.namedExpr()
	if p.gotWord("by") {
		o.By = p.orderedExpr()
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opTopNested(start int) ast.Operator {
	o := &ast.TopNested{}
	first := start
	for {
		c := &ast.TopNestedClause{}
		if p.word() != "of" {
			c.N = p.namedExpr()
		}
		p.wantWord("of")
		c.Of = p.namedExpr()
		if p.word() == "with" && p.wordAt(1) == "others" {
			p.advance()
			p.advance()
			p.want(token.Assign)
			c.Others = p.expr()
		}
		p.wantWord("by")
		c.By = p.orderedExpr()
		c.Extent = p.from(first)
		o.Clauses = append(o.Clauses, c)
		if !p.got(token.Comma) {
			break
		}
		first = p.i
		if name, n := p.operatorName(); name == "top-nested" {
			p.i += n
		} else {
			p.expected("top-nested")
			break
		}
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opSample(start int) ast.Operator {
	o := &ast.Sample{Params: p.params(nil), N: p.namedExpr()}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opSampleDistinct(start int) ast.Operator {
	o := &ast.SampleDistinct{Params: p.params(nil), N: p.namedExpr()}
	p.wantWord("of")
	o.Of = p.namedExpr()
	o.Extent = p.from(start)
	return o
}

func (p *parser) opSort(start int) ast.Operator {
	o := &ast.Sort{Params: p.params(nil)}
	p.wantWord("by")
	o.Keys = p.exprList(p.orderedExpr)
	o.Extent = p.from(start)
	return o
}

func (p *parser) opDistinct(start int) ast.Operator {
	o := &ast.Distinct{Params: p.params(nil), Exprs: p.exprList(p.namedExpr)}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opCount(start int) ast.Operator {
	o := &ast.Count{}
	if p.gotWord("as") {
		o.Name = p.declName()
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opConsume(start int) ast.Operator {
	o := &ast.Consume{Params: p.params(isConsumeParam)}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opAs(start int) ast.Operator {
	o := &ast.As{Params: p.params(nil), Name: p.declName()}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opExecuteAndCache(start int) ast.Operator {
	return &ast.ExecuteAndCache{Extent: p.from(start)}
}
