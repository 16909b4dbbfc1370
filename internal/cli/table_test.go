package cli

import (
	"bytes"
	"strings"
	"testing"

	"wirehunt/schema"
)

func TestTable(t *testing.T) {
	cols := []schema.Column{{Name: "When", Type: schema.DateTime}, {Name: "Name", Type: schema.String}, {Name: "N", Type: schema.Long}}
	row := []any{int64(637134336000000001), "a\x1b[31m" + strings.Repeat("长", 30), int64(-7)}
	f := func(width int, want string) {
		t.Helper()
		var b bytes.Buffer
		n, err := writeTable(&b, cols, &listRows{rows: [][]any{row}}, width)
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if b.String() != want {
			t.Errorf("width %d:\n%swant\n%s", width, b.String(), want)
		}
	}
	f(70, ` When                        │ Name                            │  N
─────────────────────────────┼─────────────────────────────────┼────
 2020-01-01 00:00:00.0000001 │ a\x1b[31m长长长长长长长长长长…  │ -7
`)
	f(30, "── row 1 ─────────────────────\nWhen  2020-01-01 00:00:00.0000001\nName  a\\x1b[31m"+strings.Repeat("长", 30)+"\n   N  -7\n")
}
