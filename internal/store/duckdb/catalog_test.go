package duckdb

import (
	"path/filepath"
	"testing"

	"wirehunt/internal/store"
	"wirehunt/schema"
)

// TestCatalogKept checks that the catalog is read once, and anew after every
// change that queries must see.
func TestCatalogKept(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), false)
	defer db.Close()
	read := func() *catalog {
		t.Helper()
		c, err := db.catalog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	parts := func(c *catalog) (n int) {
		for _, t := range c.tables {
			n += len(t.Parts)
		}
		return n
	}
	empty := read()
	if n := parts(empty); n != 0 || empty.newest.Valid {
		t.Fatalf("an empty database has %d parts, newest %v", n, empty.newest)
	}
	if err := importMany(db, "x", 10, t0); err != nil {
		t.Fatal(err)
	}
	full := read()
	if parts(full) == 0 || full.newest.Int64 != ticksOf(t0+9e9) {
		t.Errorf("after an import %d parts, newest %v", parts(full), full.newest)
	}
	if read() != full {
		t.Error("the catalog was read again without a change")
	}
	if err := db.PutState(t.Context(), "query", "1", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if c := read(); &c.tables[0] != &full.tables[0] {
		t.Error("the catalog was read again after a change of something else")
	}
	if _, err := db.Retain(t.Context(), store.Retention{Before: ticksOf(t0 + 100e9)}); err != nil {
		t.Fatal(err)
	}
	if c := read(); c.newest.Valid {
		t.Errorf("all rows are gone, the newest is of %d", c.newest.Int64)
	}
	if err := importMany(db, "y", 10, t0+1e12); err != nil {
		t.Fatal(err)
	}
	if at, ok, err := db.Newest(t.Context()); err != nil || !ok || at != ticksOf(t0+1e12+9e9) {
		t.Errorf("newest %d, %v, %v", at, ok, err)
	}
	tables, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tables[0] = schema.Table{}
	if again, err := db.Tables(t.Context()); err != nil || again[0].Name == "" {
		t.Error("the catalog's tables are shared with the caller")
	}
}
