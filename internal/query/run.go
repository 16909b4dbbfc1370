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

// Compile compiles a query against what the store holds now.
func Compile(ctx context.Context, e store.Engine, src string, opt Options) (*kql.Result, diag.List, error) {
	tables, err := e.Tables(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the catalog: %w", err)
	}
	now := opt.Now
	if opt.Latest {
		ticks, ok, err := e.Newest(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("finding the newest event: %w", err)
		}
		if ok {
			now = Time(ticks)
		} else {
			now = time.Unix(0, 0).UTC()
		}
	}
	explore := func(sql string) ([][]any, error) { return all(ctx, e, sql) }
	res, diags := kql.Compile(src, kql.Options{Catalog: NewCatalog(tables), Now: now, Explore: explore, Params: opt.Params, From: opt.From, To: opt.To})
	if res != nil && opt.MaxRows > 0 {
		res.SQL = "SELECT * FROM (" + res.SQL + ") LIMIT " + strconv.FormatInt(opt.MaxRows+1, 10)
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

// Run runs a compiled query.
func Run(ctx context.Context, e store.Engine, res *kql.Result) (store.Rows, error) {
	if res.Refused != "" {
		return nil, fmt.Errorf("%w: %s", ErrRefused, res.Refused)
	}
	return e.Query(ctx, res.SQL, res.Columns)
}
