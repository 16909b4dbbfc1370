package api

import (
	"testing"
	"unicode/utf8"

	"wirehunt/kql"
	"wirehunt/kql/ast"
)

// FuzzKQLString reads literals back: what comes from a request stays inside
// its string.
func FuzzKQLString(f *testing.F) {
	for _, s := range []string{"", "x", `" | take 1 //`, `\`, `\"`, "a\nb\x00\x7f", "é😀", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		q, diags := kql.Parse("print " + kqlString(s))
		if diags.HasErrors() || len(q.Statements) != 1 {
			t.Fatalf("%q: %v", s, diags)
		}
		n := 0
		ast.Walk(q, func(node ast.Node) bool {
			if l, ok := node.(*ast.Literal); ok {
				if n++; l.Text != s {
					t.Errorf("%q reads as %q", s, l.Text)
				}
			}
			return true
		})
		if n != 1 {
			t.Errorf("%q is %d literals", s, n)
		}
	})
}
