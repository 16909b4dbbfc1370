package kql

import (
	_ "embed"
	"sync"

	"wirehunt/kql/ast"
	"wirehunt/kql/parser"
)

//go:embed library.kql
var librarySource string

// library are the functions that every query can call: those of Defender's
// portal that can be answered from the tables.
var library = sync.OnceValue(func() []*ast.LetStmt {
	lets, ok := functionsOf(librarySource)
	if !ok {
		panic("BUG: the library has a syntax error")
	}
	return lets
})

// functionsOf returns the let statements of a text that declare functions.
func functionsOf(src string) ([]*ast.LetStmt, bool) {
	q, diags := parser.Parse(src + "\nprint 0") // a text of declarations alone is no query
	if diags.HasErrors() {
		return nil, false
	}
	var out []*ast.LetStmt
	for _, s := range q.Statements {
		if l, ok := s.(*ast.LetStmt); ok && l.Name != nil {
			if _, ok := ast.Unparen(l.Value).(*ast.FuncLit); ok {
				out = append(out, l)
			}
		}
	}
	return out, true
}
