package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"wirehunt/internal/store"
	"wirehunt/kql"
	"wirehunt/kql/diag"
	"wirehunt/schema"
)

// Options says how a query is run.
type Options struct {
	// Now is the time that now() and ago() count from.
	Now time.Time
	// Latest makes the newest event of the store that time instead.
	Latest bool
	// Params are the values of declared query parameters, by name.
	Params map[string]string
	// From and To limit the rows of tables by their Timestamp, both included;
	// zero for no bound.
	From, To time.Time
	// Functions can be called beside those that the store holds, in place of
	// those of the same names.
	Functions []kql.UserFunction
	// MaxRows bounds the rows that are read of the result, not counting one
	// more, which tells that there are more; 0 for no bound.
	MaxRows int64
}

// Catalog is a fixed set of tables, for the compiler.
type Catalog struct {
	tables []schema.Table
	byName map[string]*schema.Table
}

// NewCatalog returns a catalog of tables.
func NewCatalog(tables []schema.Table) *Catalog {
	c := &Catalog{tables: tables, byName: map[string]*schema.Table{}}
	for i := range tables {
		c.byName[tables[i].Name] = &tables[i]
	}
	return c
}

// Table implements kql.Catalog.
func (c *Catalog) Table(name string) *schema.Table { return c.byName[name] }

// Tables implements kql.Catalog.
func (c *Catalog) Tables() []string {
	names := make([]string, len(c.tables))
	for i := range c.tables {
		names[i] = c.tables[i].Name
	}
	return names
}

// Geo is implemented by stores that tell queries where addresses are.
type Geo interface{ GeoInfo() bool }

// Library is implemented by stores that come with functions beside the saved
// ones, and win over those of the same names.
type Library interface{ Library() []kql.UserFunction }

// CompilerOptions returns what a query is compiled against: the tables and the
// functions that the store holds now, and the time.  Nothing is explored.
func CompilerOptions(ctx context.Context, e store.Engine, opt Options) (kql.Options, error) {
	tables, err := e.Tables(ctx)
	if err != nil {
		return kql.Options{}, fmt.Errorf("reading the catalog: %w", err)
	}
	saved, err := Functions(ctx, e)
	if err != nil {
		return kql.Options{}, fmt.Errorf("reading the saved functions: %w", err)
	}
	more := opt.Functions
	if l, ok := e.(Library); ok {
		more = append(slices.Clone(l.Library()), more...)
	}
	for _, f := range more {
		saved = append(slices.DeleteFunc(saved, func(o kql.UserFunction) bool { return o.Name == f.Name }), f)
	}
	now := opt.Now
	if opt.Latest {
		ticks, ok, err := e.Newest(ctx)
		if err != nil {
			return kql.Options{}, fmt.Errorf("finding the newest event: %w", err)
		}
		if ok {
			now = Time(ticks)
		} else {
			now = time.Unix(0, 0).UTC()
		}
	}
	geo, ok := e.(Geo)
	return kql.Options{Catalog: NewCatalog(tables), Now: now, Params: opt.Params, From: opt.From, To: opt.To, Functions: saved, GeoInfo: ok && geo.GeoInfo()}, nil
}

// Compile compiles a query against what the store holds now.
func Compile(ctx context.Context, e store.Engine, src string, opt Options) (*kql.Result, diag.List, error) {
	o, err := CompilerOptions(ctx, e, opt)
	if err != nil {
		return nil, nil, err
	}
	o.Explore = func(sql string) ([][]any, error) { return all(ctx, e, sql) }
	res, diags := kql.Compile(src, o)
	if res != nil && opt.MaxRows > 0 {
		limit := func(sql string) string {
			return "SELECT * FROM (" + sql + ") LIMIT " + strconv.FormatInt(opt.MaxRows+1, 10)
		}
		res.SQL = limit(res.SQL)
		for i := range res.Tables {
			res.Tables[i].SQL = limit(res.Tables[i].SQL)
		}
	}
	return res, diags, nil
}

// maxExplored bounds the rows that the compiler asks for.
const maxExplored = 100_000

// all returns all rows of a statement.
func all(ctx context.Context, e store.Engine, sql string) ([][]any, error) {
	rows, err := e.Query(ctx, sql, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		if len(out) == maxExplored {
			return nil, fmt.Errorf("more than %d rows decide the columns of the result", maxExplored)
		}
		out = append(out, slices.Clone(rows.Values()))
	}
	return out, rows.Err()
}

// ErrRefused is wrapped by the error of a query that reaches outside the
// store.
var ErrRefused = errors.New("refused")

// Tables are the results of a compiled query in their order; there is one for
// most.
func Tables(res *kql.Result) []kql.Table {
	if len(res.Tables) > 0 {
		return res.Tables
	}
	return []kql.Table{{SQL: res.SQL, Columns: res.Columns}}
}

// RunTable runs a compiled query for one of its Tables.
func RunTable(ctx context.Context, e store.Engine, res *kql.Result, t kql.Table) (store.Rows, error) {
	if res.Refused != "" {
		return nil, fmt.Errorf("%w: %s", ErrRefused, res.Refused)
	}
	return e.Query(ctx, t.SQL, t.Columns)
}

// Run runs a compiled query for the table that stands for its result.
func Run(ctx context.Context, e store.Engine, res *kql.Result) (store.Rows, error) {
	if res.Refused != "" {
		return nil, fmt.Errorf("%w: %s", ErrRefused, res.Refused)
	}
	return e.Query(ctx, res.SQL, res.Columns)
}
