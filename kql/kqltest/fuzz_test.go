//go:build !js

package kqltest_test

import (
	"testing"

	"wirehunt/kql"
	"wirehunt/kql/kqltest"
)

// FuzzCompile compiles any text: it may be wrong, but must not panic, and SQL
// that comes out must be SQL to DuckDB.
func FuzzCompile(f *testing.F) {
	for _, c := range kqltest.Cases() {
		q, _ := c.Get("query.kql")
		f.Add(q)
	}
	for _, x := range expressions {
		f.Add("print " + x)
	}
	e := newEngine(f)
	opts := kql.Options{Catalog: kqltest.Catalog(), Now: kqltest.Now()}
	f.Fuzz(func(t *testing.T, src string) {
		res, diags := kql.Compile(src, opts)
		if res == nil && !diags.HasErrors() {
			t.Fatal("no result and no error")
		}
		if res == nil || len(src) > 2000 {
			return
		}
		r, err := e.c.PrepareContext(t.Context(), res.SQL)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, src, res.SQL)
		}
		r.Close()
	})
}
