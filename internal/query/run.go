package query

import (
	"context"
	"fmt"
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
	res, diags := kql.Compile(src, kql.Options{Catalog: NewCatalog(tables), Now: now})
	return res, diags, nil
}
