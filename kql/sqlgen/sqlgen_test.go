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

// maxFuzzed bounds the texts in bytes: longer ones hold nothing new, and take
// the time of many. runsOfOne is how many texts one database gets.
const (
	maxFuzzed = 4 << 10
	runsOfOne = 5_000
)

// FuzzText sends literals and identifiers through DuckDB: they must come back
// as they were.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "'", "''", `"`, `\`, `\'`, "a\x00b", "é", "\n", "'; DROP TABLE x; --", "$$", "E'\\x41'", "%", "\u2028", "''';--"} {
		f.Add(s)
	}
	var db *sql.DB
	f.Cleanup(func() {
		if db != nil {
			db.Close()
		}
	})
	runs := 0
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || len(s) > maxFuzzed {
			return
		}
		// A database keeps something of each statement, so a long run takes a
		// fresh one from time to time.
		if runs++; db == nil || runs%runsOfOne == 0 {
			if db != nil {
				db.Close()
			}
			var err error
			if db, err = sql.Open("duckdb", "?memory_limit=256MiB&threads=1"); err != nil {
				t.Fatal(err)
			}
			db.SetMaxOpenConns(1)
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
