package kql

import (
	"strings"

	"wirehunt/kql/ast"
)

// LibraryFunction is a function that every query can call, as a user sees it.
type LibraryFunction struct {
	Name string
	Doc  string // one sentence
	// Code is its declaration, a let statement.
	Code string
	// Tabular tells that its first parameter is a table, which `invoke`
	// passes.
	Tabular bool
	// Params are its parameters as declared, without the table.
	Params []string
}

// LibraryFunctions lists the library in its order.
func LibraryFunctions() []LibraryFunction {
	var out []LibraryFunction
	from := 0
	for _, l := range library() {
		span := l.Span()
		f := LibraryFunction{Name: l.Name.Name, Code: librarySource[span.Start:span.End] + ";"}
		for line := range strings.Lines(librarySource[from:span.Start]) {
			if text, ok := strings.CutPrefix(line, "// "); ok {
				f.Doc = strings.TrimSpace(text) // the line just before it
			}
		}
		from = span.End
		fn := ast.Unparen(l.Value).(*ast.FuncLit)
		for _, p := range fn.Params {
			if p.Schema != nil {
				f.Tabular = true
				continue
			}
			f.Params = append(f.Params, librarySource[p.Span().Start:p.Span().End])
		}
		out = append(out, f)
	}
	return out
}
