package duckdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/internal/store"
)

// importMany imports n connections that begin at start and come a second
// apart.
func importMany(db *DB, name string, n int, start int64) error {
	tx, err := db.Begin(context.Background())
	if err != nil {
		return err
	}
	defer tx.Rollback()
	devices := defender.NewDevices("", defender.DefaultLocalNets)
	b := event.NewBatch(connTest)
	for i := range n {
		r := b.Add(event.Order{})
		r.SetConn(start+int64(i)*1e9, fmt.Sprintf("C%s.%d", name, i), v4("10.0.0.1"), 40000, v4("203.0.113.1"), 80)
		cState.SetString(r, "SF")
	}
	for i := range b.Len() {
		if err := tx.AppendRow(b, i, devices); err != nil {
			return err
		}
	}
	return tx.Commit(&store.Source{Path: name, SHA256: name, Bytes: int64(n), Kind: "capture", Time: time.Unix(1, 0)}, devices)
}

func number(t *testing.T, db *DB, query string) (n int64) {
	t.Helper()
	if err := db.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackup imports and changes documents while backups are made.  Each
// backup must hold whole imports, and all that was there when it began.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "a.db"), false)
	defer db.Close()
	const rows = 30_000
	if err := importMany(db, "first", rows, t0); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 1
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := importMany(db, fmt.Sprintf("more%d", i), rows, t0); err != nil {
				t.Errorf("import during a backup: %v", err)
				return
			}
			mu.Lock()
			done++
			mu.Unlock()
		}
	})
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.PutState(t.Context(), "history", "me", fmt.Appendf(nil, `"%0*d"`, 10_000, i)); err != nil {
				t.Errorf("document during a backup: %v", err)
				return
			}
		}
	})
	for i := range 6 {
		mu.Lock()
		before := done
		mu.Unlock()
		path := filepath.Join(dir, fmt.Sprintf("backup%d.db", i))
		if err := db.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		copied := open(t, path, true)
		imports := number(t, copied, `SELECT count(*) FROM _imports`)
		conns := number(t, copied, `SELECT count(*) FROM zeek_conn`)
		uids := number(t, copied, `SELECT count(DISTINCT uid) FROM zeek_conn`)
		if imports < int64(before) || conns != imports*rows || uids != conns {
			t.Errorf("backup %d: %d imports, %d rows, %d uids; %d imports were there", i, imports, conns, uids, before)
		}
		if err := copied.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(path + ".wal"); err == nil {
			t.Error("the backup has a log beside it")
		}
	}
	close(stop)
	wg.Wait()
	// The lock of the database is still held.
	if _, err := os.Stat(filepath.Join(dir, "a.db")); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if n := number(t, db, `SELECT count(*) FROM duckdb_tables() WHERE table_name = '_backup'`); n != 0 {
		t.Error("the backup's own table is in the database")
	}
}

func TestBackupFails(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "a.db"), false)
	defer db.Close()
	if err := db.Backup(t.Context(), filepath.Join(dir, "no", "b.db")); err == nil {
		t.Error("a backup into a folder that is not there")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Backup(ctx, filepath.Join(dir, "b.db")); err == nil {
		t.Error("a canceled backup")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "b.db*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := importMany(db, "x", 10, t0); err != nil {
		t.Errorf("after failed backups: %v", err)
	}
	memory := open(t, "", false)
	defer memory.Close()
	if err := memory.Backup(t.Context(), filepath.Join(dir, "b.db")); err == nil {
		t.Error("a backup of a database in memory")
	}
	other := filepath.Join(dir, "other")
	os.WriteFile(other, []byte("hello"), 0o600)
	if err := Check(t.Context(), other); err == nil {
		t.Error("a text was taken for a database")
	}
}
