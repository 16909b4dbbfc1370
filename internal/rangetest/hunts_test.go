package rangetest

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"wirehunt/hunts"
	"wirehunt/internal/x/golden"
	"wirehunt/schema"
)

// hunt runs the hunt of that name.
func hunt(t *testing.T, name string) answer {
	t.Helper()
	for _, h := range hunts.All() {
		if h.Name == name {
			return ask(t, h.Query)
		}
	}
	t.Fatalf("no hunt %s", name)
	return answer{}
}

// orders are the columns that hunts sort by; "-": descending.
var orders = map[string][]string{
	"action-types":        {"ActionType"},
	"rare-user-agents":    {"Devices", "Requests"},
	"file-downloads":      {"Timestamp"},
	"download-extensions": {"-Downloads", "Extension"},
	"ssh-brute-force":     {"-Sessions", "LocalIP", "RemoteIP"},
	"ssh-software":        {"-Sessions", "Server"},
}

// anyQuery is the part of a name that differs between queries of the tunnel,
// of which take_any takes any.
var anyQuery = regexp.MustCompile(`^[a-z0-9]+\.\d+\.`)

// TestHunts runs all hunts on the range.
func TestHunts(t *testing.T) {
	for _, h := range hunts.All() {
		t.Run(h.Name, func(t *testing.T) {
			a := ask(t, h.Query)
			if len(a.rows) == 0 {
				t.Error("the hunt finds nothing on the range")
			}
			sorted(t, a, orders[h.Name])
			if h.Name == "dns-unknown-resolver" {
				i := slices.IndexFunc(a.cols, func(c schema.Column) bool { return c.Name == "Sample" })
				for _, row := range a.rows {
					row[i] = anyQuery.ReplaceAllString(row[i], "*.")
				}
			}
			golden.Check(t, filepath.Join("testdata", "hunts", h.Name+".csv"), a.csv())
		})
	}
	for name := range orders {
		if !slices.ContainsFunc(hunts.All(), func(h hunts.Hunt) bool { return h.Name == name }) {
			t.Errorf("no hunt %s", name)
		}
	}
}

// sorted fails t unless the rows are in the order of the columns.
func sorted(t *testing.T, a answer, by []string) {
	t.Helper()
	compare := func(x, y []string) int {
		for _, name := range by {
			desc := name[0] == '-'
			if desc {
				name = name[1:]
			}
			i := slices.IndexFunc(a.cols, func(c schema.Column) bool { return c.Name == name })
			if i < 0 {
				t.Fatalf("no column %s", name)
			}
			c := cmp.Compare(x[i], y[i])
			m, err1 := strconv.ParseInt(x[i], 10, 64)
			n, err2 := strconv.ParseInt(y[i], 10, 64)
			if err1 == nil && err2 == nil {
				c = cmp.Compare(m, n)
			}
			if desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
	if !slices.IsSortedFunc(a.rows, compare) {
		t.Errorf("not sorted by %v: %q", by, a.rows)
	}
}
