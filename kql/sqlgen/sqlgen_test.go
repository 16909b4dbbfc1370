//go:build !js

package sqlgen

import (
	"database/sql"
	"strings"
	"testing"
	"unicode/utf8"

	_ "github.com/duckdb/duckdb-go/v2"

	"wirehunt/kql/types"
)

// FuzzText sends literals and identifiers through DuckDB: they must come back
// as they were.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "'", "''", `"`, `\`, `\'`, "a\x00b", "é", "\n", "'; DROP TABLE x; --", "$$", "E'\\x41'", "%", "\u2028", "''';--"} {
		f.Add(s)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		var got string
		if err := db.QueryRow("SELECT " + Text(s)).Scan(&got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if got != s {
			t.Fatalf("%q came back as %q", s, got)
		}
		if s == "" || strings.ContainsRune(s, 0) {
			return // no identifier
		}
		rows, err := db.Query("SELECT 1 AS " + Quote(s))
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		defer rows.Close()
		if cols, _ := rows.Columns(); len(cols) != 1 || cols[0] != s {
			t.Fatalf("identifier %q came back as %q", s, cols)
		}
	})
}

func TestNames(t *testing.T) {
	n := NewNames()
	a, b, c, d := &types.Column{Name: "Id"}, &types.Column{Name: "ID"}, &types.Column{Name: "Id"}, &types.Column{}
	got := []string{n.Column(a), n.Column(b), n.Column(c), n.Column(d), n.Column(a)}
	want := []string{`"Id"`, `"ID_2"`, `"Id_3"`, `"_"`, `"Id"`}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("name %d: got %s, want %s", i, got[i], want[i])
		}
	}
}
