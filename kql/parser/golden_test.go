package parser

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/internal/x/golden"
	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
)

// section is one file of a txtar archive.
type section struct{ name, text string }

// readSections reads a txtar archive: files that start with "-- name --" lines.
func readSections(t testing.TB, path string) []section {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []section
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok && strings.HasSuffix(name, " --") {
			list = append(list, section{name: strings.TrimSuffix(name, " --")})
			continue
		}
		if len(list) == 0 {
			t.Fatalf("%s: text before the first section", path)
		}
		list[len(list)-1].text += line
	}
	return list
}

// TestGolden parses each .kql section of testdata/*.txtar; the section behind
// it holds its tree and its diagnostics.
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) == 0 {
		t.Fatal("no archives in testdata")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var got bytes.Buffer
			for _, s := range readSections(t, file) {
				name, ok := strings.CutSuffix(s.name, ".kql")
				if !ok {
					continue
				}
				q, diags := Parse(strings.TrimSuffix(s.text, "\n"))
				fmt.Fprintf(&got, "-- %s --\n%s", s.name, s.text)
				if strings.HasPrefix(filepath.Base(file), "errors") {
					fmt.Fprintf(&got, "-- %s.diag --\n", name)
					if err := diag.Print(&got, "", strings.TrimSuffix(s.text, "\n"), diags); err != nil {
						t.Fatal(err)
					}
					if len(diags) == 0 {
						t.Errorf("%s: no diagnostics", s.name)
					}
					continue
				}
				if len(diags) != 0 {
					t.Errorf("%s: %v", s.name, diags)
				}
				fmt.Fprintf(&got, "-- %s.ast --\n", name)
				for _, stmt := range q.Statements {
					got.WriteString(ast.Dump(stmt) + "\n")
				}
			}
			golden.Check(t, file, got.Bytes())
		})
	}
}
