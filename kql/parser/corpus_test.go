package parser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/kql/diag"
)

// corpusDir holds query corpora of other people, which are read in place and
// are no part of the project.
const corpusDir = "../../../shared/kql"

type corpusQuery struct {
	ID    string `json:"id"`
	Query string `json:"query"`
}

func corpus(t testing.TB, name string) []corpusQuery {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpusDir, name))
	if err != nil {
		t.Skipf("no query corpus: %v", err)
	}
	var list []corpusQuery
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var q corpusQuery
		if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		list = append(list, q)
	}
	if len(list) == 0 {
		t.Fatalf("%s holds no queries", name)
	}
	return list
}

// TestCorpus parses published queries without a single error, but for those on
// graph operators.
func TestCorpus(t *testing.T) {
	for _, name := range []string{"hunting.jsonl", "answers.jsonl"} {
		t.Run(name, func(t *testing.T) {
			bad := 0
			list := corpus(t, name)
			for _, c := range list {
				_, diags := Parse(c.Query)
				if !diags.HasErrors() || onlyGraph(diags) {
					continue
				}
				bad++
				if bad > 20 {
					continue
				}
				var b strings.Builder
				diag.Print(&b, c.ID, c.Query, diags[:min(len(diags), 3)])
				t.Error(b.String())
			}
			t.Logf("%d queries, %d with diagnostics", len(list), bad)
		})
	}
}

func onlyGraph(list diag.List) bool {
	for _, d := range list {
		if d.Code != diag.CodeGraph {
			return false
		}
	}
	return true
}
