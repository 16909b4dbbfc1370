// Package seeds finds published queries for tests: the folder that holds them
// where it lies beside the repository, and the queries in a text.
package seeds

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Shared returns the folder shared above the package under test.  It belongs
// to others and is not part of the project; without it the test is skipped.
func Shared(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		shared := filepath.Join(dir, "shared")
		if st, err := os.Stat(filepath.Join(shared, "seeds")); err == nil && st.IsDir() {
			return shared
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skip("no folder shared beside the repository")
		}
		dir = up
	}
}

// blockStart matches the first line of a query in prose.
var blockStart = regexp.MustCompile(`^(//.*|let .*|Device[A-Za-z]+\s*)$`)

// Blocks returns the queries of a text, verbatim: what stands between
// fences, or where there are none the paragraphs that start like a query.
func Blocks(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	fenced := strings.Contains(text, "\n```")
	begins := func(s string) bool {
		if fenced {
			return strings.HasPrefix(s, "```")
		}
		return blockStart.MatchString(strings.TrimRight(s, "\r\n"))
	}
	ends := func(s string) bool {
		if fenced {
			return strings.HasPrefix(s, "```")
		}
		return strings.TrimSpace(s) == ""
	}
	var out []string
	for i := 0; i < len(lines); i++ {
		if !begins(lines[i]) {
			continue
		}
		from := i
		if fenced {
			from++
		}
		for i++; i < len(lines) && !ends(lines[i]); i++ {
		}
		out = append(out, strings.Join(lines[from:i], ""))
	}
	return out
}
