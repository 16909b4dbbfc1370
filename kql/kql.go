// Package kql compiles the Kusto Query Language to SQL.
//
// A text is parsed (kql/parser), bound and checked against a catalogue of
// tables and functions (kql/types, kql/funcs), planned (kql/plan) and written
// as SQL (kql/sqlgen).  Nothing in it reads files, clocks or the network.
package kql

import (
	"slices"
	"time"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/format"
	"wirehunt/kql/funcs"
	"wirehunt/kql/parser"
	"wirehunt/kql/plan"
	"wirehunt/kql/sqlgen/duckdb"
	"wirehunt/kql/token"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// Catalog finds the tables that queries can name.
type Catalog = types.Catalog

// Render is what a render operator asks for.
type Render = types.Render

// Options are what a query is compiled against.  The zero value knows no
// tables, and its now() is the year 1.
type Options struct {
	// Catalog finds tables.
	Catalog Catalog
	// Now is the time of now() and ago().
	Now time.Time
	// Params are the values of declared query parameters, by name.
	Params map[string]string
	// From and To limit the rows of all tables that have a Timestamp, both
	// included; zero for no bound.
	From, To time.Time
	// Explore runs SQL of ours while the query is compiled, and returns the
	// rows: bag_unpack and pivot have the columns that the data gives them.
	// Without it only the columns that the query declares are there.
	Explore func(sql string) ([][]any, error)
	// Lint warns also of what is right and may surprise.
	Lint bool
	// Functions are saved functions that the query can call, as ParseFunctions
	// gives them.
	Functions []UserFunction
	// GeoInfo says that the host runs the SQL with a funcs.Host that knows
	// where addresses are.
	GeoInfo bool
}

// Table is one of several results.
type Table struct {
	// Name is what the query calls it, "" for most.
	Name string
	// SQL and Columns are as in Result.
	SQL     string
	Columns []schema.Column
}

// Result is a compiled query.
type Result struct {
	// SQL is one statement for DuckDB.  It may call the functions kql_bool,
	// kql_long, kql_real and kql_text, which the host registers with
	// funcs.Invoke as their body.
	SQL string
	// Columns are the columns of the result as Kusto names and types them;
	// SQL gives them in this order, in the physical forms of schema.Type.
	// The names that SQL itself gives them can be others.
	Columns []schema.Column
	// Tables are all results in their order where there are several: those of
	// fork, facet and funnel_sequence, and those of statements before the last.
	// SQL is that of the last statement's first table.
	Tables []Table
	// Render is set where the query ends in render.
	Render *Render
	// Refused says why the query, though it is correct, may not run: it
	// reaches outside the database.  Empty for most.
	Refused string
}

// Parse reads a query.
func Parse(src string) (*ast.Query, diag.List) { return parser.Parse(src) }

// Format returns a query in canonical layout; one with syntax errors is
// returned as it is.
func Format(src string) (string, diag.List) {
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		return src, diags
	}
	return format.Query(q), diags
}

// Check compiles a query for its diagnostics and result columns only.
func Check(src string, opts Options) ([]schema.Column, diag.List) {
	opts.Explore = nil
	q, diags := bind(src, opts)
	if q == nil || q.Root == nil {
		return nil, diags
	}
	return columns(q.Root.Cols()), diags
}

// Compile compiles a query.  The result is nil where a diagnostic is an error.
func Compile(src string, opts Options) (*Result, diag.List) {
	q, diags := bind(src, opts)
	if q == nil || q.Root == nil {
		return nil, diags
	}
	p := plan.New(q)
	r := &Result{SQL: duckdb.SQL(p), Columns: columns(q.Root.Cols()), Render: q.Render, Refused: q.Refused}
	for _, t := range q.Tables {
		one := Table{Name: t.Name, SQL: r.SQL, Columns: r.Columns}
		if t.Root != q.Root {
			one.SQL, one.Columns = duckdb.SQL(plan.Relation(t.Root)), columns(t.Root.Cols())
		}
		r.Tables = append(r.Tables, one)
	}
	return r, diags
}

func bind(src string, opts Options) (*types.Query, diag.List) {
	tree, diags := parser.Parse(src)
	if diags.HasErrors() {
		return nil, diags
	}
	o := types.Options{Catalog: opts.Catalog, Funcs: funcs.All(), Params: opts.Params, Now: types.TicksOf(opts.Now), Lint: opts.Lint, Library: opts.library(), Saved: len(library()), Hosted: opts.GeoInfo}
	if opts.Now.IsZero() {
		o.Now = 0
	}
	if !opts.From.IsZero() {
		o.Range.From = types.TicksOf(opts.From)
	}
	if !opts.To.IsZero() {
		o.Range.To = types.TicksOf(opts.To)
	}
	if run := opts.Explore; run != nil {
		o.Explore = func(n types.Node) ([][]any, error) { return run(duckdb.SQL(plan.Relation(n))) }
	}
	q, more := types.Bind(tree, o)
	diags = append(diags, more...)
	if q != nil && q.Root == nil && !diags.HasErrors() {
		diags.Add(diag.CodeEmptyQuery, token.At(len(src)), "The query has no tabular expression.")
		q = nil
	}
	diags.Sort()
	return q, dedupe(diags)
}

// dedupe drops diagnostics that a table or function gives again each time it
// is used.
func dedupe(l diag.List) diag.List {
	return slices.CompactFunc(l, func(a, b diag.Diagnostic) bool {
		return a.Code == b.Code && a.Span == b.Span && a.Message == b.Message
	})
}

func columns(cols []*types.Column) []schema.Column {
	out := make([]schema.Column, len(cols))
	for i, c := range cols {
		t := c.Type
		if t == schema.Unknown {
			t = schema.Dynamic
		}
		out[i] = schema.Column{Name: c.Name, Type: t}
	}
	return out
}
