package format_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/internal/x/golden"
	"wirehunt/kql/ast"
	"wirehunt/kql/format"
	"wirehunt/kql/parser"
)

// checkRoundTrip fails t unless formatting src keeps its tree and its comments
// and is stable.
func checkRoundTrip(t *testing.T, src string) {
	t.Helper()
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		return
	}
	once := format.Query(q)
	q2, diags := parser.Parse(once)
	if diags.HasErrors() {
		t.Fatalf("the formatted query does not parse: %v\n--- source\n%s\n--- formatted\n%s", diags, src, once)
	}
	if a, b := ast.Dump(q), ast.Dump(q2); a != b {
		t.Fatalf("formatting changed the tree\n--- source\n%s\n--- formatted\n%s\n--- tree\n%s\n--- tree after\n%s", src, once, a, b)
	}
	if len(q.Comments) != len(q2.Comments) {
		t.Fatalf("%d comments became %d\n--- source\n%s\n--- formatted\n%s", len(q.Comments), len(q2.Comments), src, once)
	}
	for i := range q.Comments {
		if a, b := q.Comments[i].Text, q2.Comments[i].Text; strings.TrimSpace(a) != strings.TrimSpace(b) {
			t.Fatalf("comment %q became %q\n--- formatted\n%s", a, b, once)
		}
	}
	if twice := format.Query(q2); twice != once {
		t.Fatalf("formatting is not stable\n--- once\n%s\n--- twice\n%s", once, twice)
	}
}

// TestCorpus round-trips published queries that are read in place.
func TestCorpus(t *testing.T) {
	for _, name := range []string{"hunting.jsonl", "answers.jsonl"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("../../../shared/kql", name))
			if err != nil {
				t.Skipf("no query corpus: %v", err)
			}
			sc := bufio.NewScanner(bytes.NewReader(data))
			sc.Buffer(nil, 1<<24)
			for sc.Scan() {
				var q struct{ ID, Query string }
				if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
					t.Fatal(err)
				}
				t.Run(q.ID, func(t *testing.T) { checkRoundTrip(t, q.Query) })
			}
		})
	}
}

// TestGolden formats the queries of testdata/*.kql.
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.kql")
	if len(files) == 0 {
		t.Fatal("no queries in testdata")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			q, diags := parser.Parse(string(src))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			checkRoundTrip(t, string(src))
			golden.Check(t, strings.TrimSuffix(file, ".kql")+".golden", []byte(format.Query(q)))
		})
	}
}

func FuzzRoundTrip(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.kql")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
		for _, part := range strings.Split(string(src), ";\n") {
			f.Add(part)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) < 1<<14 {
			checkRoundTrip(t, src)
		}
	})
}
