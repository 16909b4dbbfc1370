package parser

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// opParser parses one operator.  It starts behind the operator's name; start
// is the token of the name.
type opParser = func(p *parser, start int) ast.Operator

// operatorNames are the names of all tabular operators, aliases included.
var operatorNames = [...]string{
	"as", "assert-schema", "consume", "count", "distinct", "evaluate", "__executeAndCache", "extend", "facet", "filter", "find",
	"fork", "getschema", "graph-mark-components", "graph-match", "graph-shortest-paths", "graph-to-table", "invoke", "join", "limit",
	"lookup", "make-graph", "make-series", "mv-apply", "mv-expand", "mvapply", "mvexpand",
	"order", "parse", "parse-kv", "parse-where", "partition", "__partitionby", "project", "project-away", "project-by-names",
	"project-keep", "project-rename", "project-reorder", "reduce", "render", "sample", "sample-distinct", "scan", "search",
	"serialize", "sort", "summarize", "take", "top", "top-hitters", "top-nested", "union", "where",
}

// Operators returns the names of all tabular operators, aliases included.
func Operators() []string { return slices.Clone(operatorNames[:]) }

// operatorParser returns the parser of an operator, nil when there is none.
func operatorParser(name string) opParser {
	switch name {
	case "as":
		return (*parser).opAs
	case "assert-schema":
		return (*parser).opAssertSchema
	case "consume":
		return (*parser).opConsume
	case "count":
		return (*parser).opCount
	case "distinct":
		return (*parser).opDistinct
	case "evaluate":
		return (*parser).opEvaluate
	case "__executeAndCache":
		return (*parser).opExecuteAndCache
	case "extend":
		return (*parser).opExtend
	case "facet":
		return (*parser).opFacet
	case "find":
		return (*parser).opFind
	case "fork":
		return (*parser).opFork
	case "getschema":
		return (*parser).opGetSchema
	case "invoke":
		return (*parser).opInvoke
	case "make-graph":
		return (*parser).opMakeGraph
	case "graph-match":
		return (*parser).opGraphMatch
	case "graph-shortest-paths":
		return (*parser).opGraphShortestPaths
	case "graph-mark-components":
		return (*parser).opGraphMarkComponents
	case "graph-to-table":
		return (*parser).opGraphToTable
	case "join":
		return (*parser).opJoin
	case "lookup":
		return (*parser).opLookup
	case "make-series":
		return (*parser).opMakeSeries
	case "mv-apply", "mvapply":
		return (*parser).opMvApply
	case "mv-expand", "mvexpand":
		return (*parser).opMvExpand
	case "parse", "parse-where":
		return (*parser).opParse
	case "parse-kv":
		return (*parser).opParseKV
	case "partition":
		return (*parser).opPartition
	case "__partitionby":
		return (*parser).opPartitionBy
	case "project", "project-away", "project-by-names", "project-keep", "project-rename", "project-reorder":
		return (*parser).opProject
	case "reduce":
		return (*parser).opReduce
	case "render":
		return (*parser).opRender
	case "sample":
		return (*parser).opSample
	case "sample-distinct":
		return (*parser).opSampleDistinct
	case "scan":
		return (*parser).opScan
	case "search":
		return (*parser).opSearch
	case "serialize":
		return (*parser).opSerialize
	case "sort", "order":
		return (*parser).opSort
	case "summarize":
		return (*parser).opSummarize
	case "take", "limit":
		return (*parser).opTake
	case "top":
		return (*parser).opTop
	case "top-hitters":
		return (*parser).opTopHitters
	case "top-nested":
		return (*parser).opTopNested
	case "union":
		return (*parser).opUnion
	case "where", "filter":
		return (*parser).opWhere
	}
	return nil
}

// isGraphOperator reports whether an operator is recognised and not supported
// because it works on graphs.
func isGraphOperator(name string) bool {
	switch name {
	case "graph-where-nodes", "graph-where-edges", "graph-merge":
		return true
	}
	return false
}

// operatorName returns the name of the operator at the current token, with the
// hyphens in it, and its number of tokens.  Of the readings that are operators
// it is the longest; when none is, it is the longest reading of all.
func (p *parser) operatorName() (name string, n int) {
	if p.kind() != token.Ident {
		return "", 0
	}
	start := p.tok().Span.Start
	n = 1
	for p.peek(n).Kind == token.Minus && p.adjacent(n) && p.peek(n+1).Kind == token.Ident && p.adjacent(n+1) {
		n += 2
	}
	for k := n; k > 0; k -= 2 {
		w := p.src[start:p.peek(k-1).Span.End]
		if operatorParser(w) != nil || isGraphOperator(w) {
			return w, k
		}
	}
	return p.src[start:p.peek(n-1).Span.End], n
}

// operator parses one tabular operator and skips what is left of it after an
// error.
func (p *parser) operator() ast.Operator {
	start := p.i
	name, n := p.operatorName()
	parse := operatorParser(name)
	if parse == nil {
		return p.badOperator(name, n)
	}
	p.i += n
	noIn := p.noIn
	p.noIn = false
	op := parse(p, start)
	p.noIn = noIn
	if !p.atEnd() {
		p.afterOperator()
	}
	return op
}

// afterOperator reports what stands behind an operator and skips it, unless it
// looks like the next statement.
func (p *parser) afterOperator() {
	if p.startsLine() {
		switch p.word() {
		case "let", "set", "declare", "print", "union", "range", "datatable", "find", "search":
			return // the statement list asks for the semicolon
		}
		if k := p.peek(1).Kind; k == token.Pipe || k == token.EOF {
			return
		}
	}
	p.unexpected()
	p.skipToEnd()
}

// badOperator reports a name that is no operator and skips its operands.
func (p *parser) badOperator(name string, n int) ast.Operator {
	start := p.i
	span := p.here()
	p.i += n
	if n > 0 {
		span = p.from(start).Pos
	}
	switch {
	case isGraphOperator(name):
		p.report(diag.CodeGraph, span, "", "The operator '%s' is not supported", name)
	case name == "":
		if p.errorHere() {
			p.report(diag.CodeUnknownOperator, span, p.pipeHint(), "Query operator expected.")
		}
		if p.kind() == token.Pipe && p.adjacent(0) {
			p.advance() // || for or: what follows is no operator
		}
	default:
		hint := ""
		if near := diag.Nearest(name, slices.Values(operatorNames[:])); near != "" {
			hint = "did you mean '" + near + "'?"
			if strings.EqualFold(near, name) {
				hint = "operators are in lower case: '" + near + "'"
			}
		}
		p.report(diag.CodeUnknownOperator, span, hint, "Query operator expected. The operator '%s' is not known.", name)
	}
	p.errorToken = p.i
	p.skipToEnd()
	return &ast.BadOp{Extent: p.from(start), Name: name}
}

// pipeHint says what to do about a pipe with no operator behind it.
func (p *parser) pipeHint() string {
	switch p.kind() {
	case token.EOF, token.Semicolon:
		return "remove the last |"
	case token.Pipe:
		if p.adjacent(0) {
			return "write or"
		}
		return "an operator is missing between two |"
	}
	return ""
}
