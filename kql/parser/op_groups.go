package parser

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

// The operators that group rows: summarize, make-series, reduce, partition,
// fork, facet, scan.

func (p *parser) opSummarize(start int) ast.Operator {
	o := &ast.Summarize{Params: p.params(nil)}
	if !p.atEnd() && p.word() != "by" || p.word() == "by" && p.peek(1).Kind == token.Assign {
		o.Aggs = p.exprList(p.namedExpr)
	}
	if p.gotWord("by") {
		o.By = p.exprList(p.namedExpr)
		if p.word() == "bin" && p.peek(1).Kind == token.Assign {
			p.advance()
			p.advance()
			o.BinDefault = p.expr()
		}
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opMakeSeries(start int) ast.Operator {
	o := &ast.MakeSeries{Params: p.params(isKindParam)}
	for {
		first := p.i
		a := &ast.SeriesAgg{X: p.namedExpr()}
		if p.word() == "default" && p.peek(1).Kind == token.Assign {
			p.advance()
			p.advance()
			a.Default = p.namedExpr()
		}
		a.Extent = p.from(first)
		o.Aggs = append(o.Aggs, a)
		if !p.got(token.Comma) {
			break
		}
	}
	p.wantWord("on")
	p.noIn = true
	o.On = p.namedExpr()
	p.noIn = false
	if p.gotWord("in") {
		o.InRange = true
		p.wantWord("range")
		open := p.i
		if p.want(token.LParen) {
			o.From = p.namedExpr()
			p.want(token.Comma)
			o.To = p.namedExpr()
			p.want(token.Comma)
			o.Step = p.namedExpr()
			p.close(open, token.RParen)
		}
	} else {
		if p.gotWord("from") {
			o.From = p.namedExpr()
		}
		if p.gotWord("to") {
			o.To = p.namedExpr()
		}
		if p.wantWord("step") {
			o.Step = p.namedExpr()
		}
	}
	if p.gotWord("by") {
		o.By = p.exprList(p.namedExpr)
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opReduce(start int) ast.Operator {
	o := &ast.Reduce{Params: p.params(isKindParam)}
	p.wantWord("by")
	o.By = p.namedExpr()
	if p.gotWord("with") {
		o.With = append(o.With, p.withParam())
		for p.got(token.Comma) {
			o.With = append(o.With, p.withParam())
		}
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opPartition(start int) ast.Operator {
	o := &ast.Partition{Params: p.params(isKindParam)}
	p.wantWord("by")
	o.By = p.entityExpr()
	if p.gotWord("in") {
		o.Scope = p.postfixExpr()
	}
	if open := p.i; p.got(token.LBrace) {
		o.Braces = true
		o.Body = p.pipeExpr()
		p.close(open, token.RBrace)
	} else {
		o.Body = p.parenSubPipe()
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opPartitionBy(start int) ast.Operator {
	o := &ast.PartitionBy{Params: p.params(isKindParam), By: p.entityExpr()}
	if p.gotWord("id") {
		o.ID = p.expr()
	}
	o.Body = p.parenSubPipe()
	o.Extent = p.from(start)
	return o
}

func (p *parser) opFork(start int) ast.Operator {
	o := &ast.Fork{}
	for {
		first := p.i
		b := &ast.ForkBranch{}
		if (p.kind() == token.Ident || p.kind() == token.LBracket) && !p.atEnd() {
			b.Name = p.declName()
			p.want(token.Assign)
		}
		if p.kind() != token.LParen {
			if b.Name != nil || len(o.Branches) == 0 {
				p.expected("(")
			}
			break
		}
		b.Pipe = p.parenSubPipe()
		b.Extent = p.from(first)
		o.Branches = append(o.Branches, b)
		p.got(token.Comma) // people write commas between the branches
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opFacet(start int) ast.Operator {
	o := &ast.Facet{}
	p.wantWord("by")
	o.Columns = p.exprList(p.entityExpr)
	if p.gotWord("with") {
		if p.kind() == token.LParen {
			o.With = p.parenSubPipe()
		} else {
			s := &ast.OpSource{Op: p.operator()}
			s.Extent = ast.At(s.Op.Span())
			o.With = s
		}
	}
	o.Extent = p.from(start)
	return o
}

func (p *parser) opScan(start int) ast.Operator {
	o := &ast.Scan{Params: p.params(isScanParam)}
	if p.gotWord("order") {
		p.wantWord("by")
		o.OrderBy = p.exprList(p.orderedExpr)
	}
	if p.gotWord("partition") {
		p.wantWord("by")
		o.PartitionBy = p.exprList(p.expr)
	}
	if p.gotWord("declare") {
		o.Declare = p.funcParams()
	}
	p.wantWord("with")
	open := p.i
	if p.want(token.LParen) {
		for p.word() == "step" {
			o.Steps = append(o.Steps, p.scanStep())
		}
		p.close(open, token.RParen)
	}
	o.Extent = p.from(start)
	return o
}

// scanStep parses step name [optional] [output=all]: condition [=> a = x, ...];
func (p *parser) scanStep() *ast.ScanStep {
	start := p.i
	p.advance()
	s := &ast.ScanStep{Name: p.declName()}
	s.Optional = p.gotWord("optional")
	if p.gotWord("output") {
		p.want(token.Assign)
		s.Output = p.word()
		switch s.Output {
		case "all", "last", "none":
			p.advance()
		default:
			p.expected("all, last or none")
			s.Output = ""
		}
	}
	p.want(token.Colon)
	s.Cond = p.expr()
	if p.got(token.Arrow) {
		s.Assign = p.exprList(p.namedExpr)
	}
	p.want(token.Semicolon)
	s.Extent = p.from(start)
	return s
}
