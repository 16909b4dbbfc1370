package api

import (
	"context"
	"sync"

	"wirehunt/internal/store"
	"wirehunt/schema"
)

// cached remembers what every query asks of the store until an import
// changes it.
type cached struct {
	Store
	mu     sync.Mutex
	tables []schema.Table
	newest int64
	any    bool
	known  bool
}

// forget is called after an import.
func (c *cached) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tables, c.known = nil, false
}

// Tables implements store.Engine.
func (c *cached) Tables(ctx context.Context) ([]schema.Table, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tables == nil {
		t, err := c.Store.Tables(ctx)
		if err != nil {
			return nil, err
		}
		c.tables = t
	}
	return c.tables, nil
}

// Newest implements store.Engine.
func (c *cached) Newest(ctx context.Context) (int64, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		n, ok, err := c.Store.Newest(ctx)
		if err != nil {
			return 0, false, err
		}
		c.newest, c.any, c.known = n, ok, true
	}
	return c.newest, c.any, nil
}

// Begin implements store.Engine: a committed import is seen at once.
func (c *cached) Begin(ctx context.Context) (store.Import, error) {
	tx, err := c.Store.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &forgetting{tx, c}, nil
}
