package duckdb

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wirehunt/internal/store"
	"wirehunt/schema"
)

func ticksOf(ns int64) int64 { return ns/100 + schema.UnixEpochTicks }

func TestRetainAge(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), false)
	defer db.Close()
	importRows(t, db, "raw", true) // a connection, an HTTP record, a raw row with its process, at t0
	if err := importMany(db, "x", 1000, t0+1e9); err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, `SELECT count(*) FROM _processes`); n == 0 {
		t.Fatal("no process is known")
	}
	r := store.Retention{Before: ticksOf(t0 + 501e9), DryRun: true}
	want := map[string]int64{"zeek_conn": 501, "zeek_http": 1, "defender_DeviceNetworkEvents": 1}
	for _, dry := range []bool{true, false} {
		r.DryRun = dry
		got, err := db.Retain(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for rel, n := range want {
			if got.Rows[rel] != n {
				t.Errorf("dry run %v: %d rows of %s, want %d", dry, got.Rows[rel], rel, n)
			}
		}
		if len(got.Rows) != len(want) || got.Before != r.Before || got.Used == 0 || dry != (got.Left == 0) {
			t.Errorf("dry run %v: %+v", dry, got)
		}
		left := int64(1001)
		if !dry {
			left -= 501
		}
		if n := number(t, db, `SELECT count(*) FROM zeek_conn`); n != left {
			t.Errorf("dry run %v: %d connections left, want %d", dry, n, left)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM _processes`); n != 0 {
		t.Errorf("%d processes of connections that are gone", n)
	}
	if got, err := db.Retain(t.Context(), r); err != nil || got.Total() != 0 || got.Before != 0 {
		t.Errorf("again: %+v, %v", got, err)
	}
	// What was imported is known still, so it does not come back.
	if list, err := db.Imports(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("imports %v, %v", list, err)
	}
}

func TestRetainSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path, false)
	defer db.Close()
	if err := importMany(db, "x", 1, t0); err != nil {
		t.Fatal(err)
	}
	const rows = 1_000_000
	if _, err := db.db.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO zeek_conn (ts, uid) SELECT %d + range * 10000000, md5(range::VARCHAR) FROM range(1, %d)`, ticksOf(t0), rows)); err != nil {
		t.Fatal(err)
	}
	db.checkpoint(t.Context())
	used, err := db.Used(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.Retain(t.Context(), store.Retention{Size: used * 2}); err != nil || got.Total() != 0 {
		t.Errorf("below the size: %+v, %v", got, err)
	}
	dry, err := db.Retain(t.Context(), store.Retention{Size: used / 3 * 2, DryRun: true})
	if err != nil || dry.Total() < rows/3 || number(t, db, `SELECT count(*) FROM zeek_conn`) != rows {
		t.Errorf("dry run: %+v, %v", dry, err)
	}
	got, err := db.Retain(t.Context(), store.Retention{Size: used / 3 * 2})
	if err != nil || got.Left > used/3*2 || got.Used < used {
		t.Errorf("removed %+v of %d bytes, %v", got, used, err)
	}
	left := number(t, db, `SELECT count(*) FROM zeek_conn`)
	if left == 0 || left+got.Total() != rows {
		t.Errorf("%d rows left, %d removed", left, got.Total())
	}
	// The oldest are gone, and only they.
	if n := number(t, db, `SELECT count(*) FROM zeek_conn WHERE ts >= (SELECT max(ts) FROM zeek_conn) - 10000000::BIGINT * `+`(SELECT count(*) - 1 FROM zeek_conn)`); n != left {
		t.Errorf("%d of %d rows are the newest", n, left)
	}
	if oldest := number(t, db, `SELECT min(ts) FROM zeek_conn`); oldest < got.Before {
		t.Errorf("a row of %d is left, before %d", oldest, got.Before)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("used %d, then %d; file %d", used, got.Left, st.Size())
}
