//go:build !js

package kqltest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"testing"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"wirehunt/internal/x/golden"
	"wirehunt/kql/funcs"
	"wirehunt/kql/kqltest"
)

// engine is DuckDB with the functions that the SQL of queries calls.
type engine struct{ c *sql.Conn }

type goFunc struct{ result duckdb.Type }

func (f goFunc) Config() duckdb.ScalarFuncConfig {
	text, _ := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	anyType, _ := duckdb.NewTypeInfo(duckdb.TYPE_ANY)
	res, _ := duckdb.NewTypeInfo(f.result)
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, text}, VariadicTypeInfo: anyType, ResultTypeInfo: res, SpecialNullHandling: true}
}

func (f goFunc) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(v []driver.Value) (any, error) {
		args := make([]any, len(v)-2)
		for i, a := range v[2:] {
			args[i] = a
		}
		return funcs.Invoke(v[0].(string), v[1].(string), args), nil
	}}
}

func newEngine(t testing.TB) engine {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for name, typ := range map[string]duckdb.Type{"kql_bool": duckdb.TYPE_BOOLEAN, "kql_long": duckdb.TYPE_BIGINT, "kql_real": duckdb.TYPE_DOUBLE, "kql_text": duckdb.TYPE_VARCHAR} {
		if err := duckdb.RegisterScalarUDF(c, name, goFunc{typ}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range kqltest.Setup() {
		if _, err := c.ExecContext(context.Background(), s); err != nil {
			t.Fatal(err)
		}
	}
	return engine{c}
}

// Query runs SQL and returns all rows.
func (e engine) Query(q string) ([][]any, error) {
	r, err := e.c.QueryContext(context.Background(), q)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cols, err := r.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for r.Next() {
		row, at := make([]any, len(cols)), make([]any, len(cols))
		for i := range row {
			at[i] = &row[i]
		}
		if err := r.Scan(at...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, r.Err()
}

// TestCases runs the cases on DuckDB; with -update it rewrites the sections
// that they have.
func TestCases(t *testing.T) {
	e := newEngine(t)
	if !*golden.Update {
		kqltest.Run(t, e)
		return
	}
	for _, c := range kqltest.Cases() {
		got := kqltest.Eval(c, e)
		golden.Check(t, filepath.Join("testdata", c.Name+".txtar"), []byte(got.String()))
	}
}
