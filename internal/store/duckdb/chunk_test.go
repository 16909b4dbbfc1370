package duckdb

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/internal/defender"
	"wirehunt/schema"
)

// texts are lengths around what DuckDB keeps within a vector, and around the
// blocks of an arena.
var texts = []string{
	"", "a", "abcd", "abcde", "twelve bytes", "thirteen byte", "ünïcödé text of some length", "nul\x00in the middle of it",
	strings.Repeat("x", firstBlock-1), strings.Repeat("y", firstBlock+1), strings.Repeat("z", 3*firstBlock),
}

func TestAppender(t *testing.T) {
	ctx := t.Context()
	db := open(t, filepath.Join(t.TempDir(), "a.db"), false)
	defer db.Close()
	cols := []defender.PhysColumn{
		{Name: "n", Type: schema.Long}, {Name: "s", Type: schema.String}, {Name: "i", Type: schema.Int}, {Name: "b", Type: schema.Bool},
		{Name: "f", Type: schema.Real}, {Name: "d", Type: schema.Dynamic}, {Name: "always null", Type: schema.String},
	}
	if _, err := db.db.ExecContext(ctx, createTable("x", cols)); err != nil {
		t.Fatal(err)
	}
	// More rows than a flush, and not a multiple of a chunk's.
	const rows = flushRows + 3*chunkRows + 7
	func() {
		conn, err := db.db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		raw, err := rawConn(conn)
		if err != nil {
			t.Fatal(err)
		}
		a, err := newAppender(raw, "", "x", cols)
		if err != nil {
			t.Fatal(err)
		}
		for n := range rows {
			for i, v := range rowOf(n) {
				if err := a.setValue(i, v); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.endRow(); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
	}()
	got, err := db.Query(ctx, `SELECT * FROM x ORDER BY n`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	n := 0
	for ; got.Next(); n++ {
		if got, want := fmt.Sprint(got.Values()), fmt.Sprint(rowOf(n)); got != want {
			t.Fatalf("row %d: %.200s, want %.200s", n, got, want)
		}
	}
	if got.Err() != nil || n != rows {
		t.Errorf("%d rows of %d, %v", n, rows, got.Err())
	}
}

// rowOf returns row n of the test, with nulls at different places.
func rowOf(n int) []any {
	row := []any{int64(n), texts[n%len(texts)], int32(-n), n%3 == 0, float64(n) / 8, fmt.Sprintf(`["element %d","another element"]`, n), nil}
	for i := 1; i < len(row); i++ {
		if (n/7+i)%5 == 0 {
			row[i] = nil
		}
	}
	return row
}

func TestAppenderRefuses(t *testing.T) {
	db := open(t, "", false)
	defer db.Close()
	cols := []defender.PhysColumn{{Name: "n", Type: schema.Long}, {Name: "s", Type: schema.String}}
	if _, err := db.db.ExecContext(t.Context(), createTable("x", cols)); err != nil {
		t.Fatal(err)
	}
	conn, err := db.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := rawConn(conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		relation string
		cols     []defender.PhysColumn
		want     string
	}{
		{"y", cols, "y"},
		{"x", []defender.PhysColumn{{Name: "missing", Type: schema.Long}}, "must exist"},
		{"x", []defender.PhysColumn{{Name: "n", Type: schema.String}}, "column n of x has type"},
	} {
		if _, err := newAppender(raw, "", c.relation, c.cols); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v of %s: %v, want %q", c.cols, c.relation, err, c.want)
		}
	}
	a, err := newAppender(raw, "", "x", cols)
	if err != nil {
		t.Fatal(err)
	}
	defer a.drop()
	for i, v := range []any{"text", int64(1)} {
		if err := a.setValue(i, v); err == nil {
			t.Errorf("%T taken for %s", v, cols[i].Type)
		}
	}
}

func TestAppenderText(t *testing.T) {
	db := open(t, "", false)
	defer db.Close()
	cols := []defender.PhysColumn{{Name: "s", Type: schema.String}}
	if _, err := db.db.ExecContext(t.Context(), createTable("x", cols)); err != nil {
		t.Fatal(err)
	}
	conn, err := db.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rawConn(conn)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAppender(raw, "", "x", cols)
	if err != nil {
		t.Fatal(err)
	}
	a.setString(0, "bytes \xff\xfe that are no text")
	if err := errorsOf(a.endRow, a.close, conn.Close); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := db.db.QueryRowContext(context.Background(), `SELECT s FROM x`).Scan(&got); err != nil || got != `bytes \xff\xfe that are no text` {
		t.Errorf("%q, %v", got, err)
	}
}

func errorsOf(fs ...func() error) error {
	for _, f := range fs {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func TestArena(t *testing.T) {
	var r arena
	defer r.free()
	for range 3 {
		var kept [][]byte
		for range 50 {
			for _, s := range texts {
				kept = append(kept, r.keep([]byte(s)))
			}
		}
		for i, s := range kept {
			if want := texts[i%len(texts)]; string(s) != want {
				t.Fatalf("text %d is %.40q, want %.40q", i, s, want)
			}
		}
		r.reset()
		if r.size != 0 || len(r.blocks) != 1 {
			t.Errorf("after reset: %d bytes, %d blocks", r.size, len(r.blocks))
		}
	}
}
