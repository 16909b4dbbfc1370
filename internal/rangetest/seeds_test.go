package rangetest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wirehunt/internal/x/golden"
)

// seedDir finds the folder with published queries beside the repository, if
// it is there: they belong to others and are not part of the project.
func seedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		seeds := filepath.Join(dir, "shared", "seeds")
		if st, err := os.Stat(seeds); err == nil && st.IsDir() {
			return seeds
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skip("no folder shared/seeds beside the repository")
		}
		dir = up
	}
}

// blockStart matches the first line of a query in prose.
var blockStart = regexp.MustCompile(`^(//.*|let .*|Device[A-Za-z]+\s*)$`)

// seedBlocks returns the queries of a text, verbatim: what stands between
// fences, or where there are none the paragraphs that start like a query.
func seedBlocks(text string) []string {
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

// TestSeeds runs published queries unchanged.
func TestSeeds(t *testing.T) {
	dir := seedDir(t)
	first := map[string]string{} // the name under which a query came first
	for _, s := range []struct {
		file   string
		blocks int
	}{{"001", 14}, {"002", 10}} {
		m, err := filepath.Glob(filepath.Join(dir, s.file+"_*.txt"))
		if err != nil || len(m) != 1 {
			t.Errorf("%s: %q, %v", s.file, m, err)
			continue
		}
		b, err := os.ReadFile(m[0])
		if err != nil {
			t.Fatal(err)
		}
		blocks := seedBlocks(string(b))
		if len(blocks) != s.blocks {
			t.Errorf("%s: %d queries, want %d: %q", s.file, len(blocks), s.blocks, blocks)
		}
		for i, text := range blocks {
			name := fmt.Sprintf("%s-%02d", s.file, i+1)
			result, ok := first[strings.TrimSpace(text)]
			if !ok {
				result = name
				first[strings.TrimSpace(text)] = name
			}
			t.Run(name, func(t *testing.T) {
				golden.Check(t, filepath.Join("testdata", "seeds", result+".csv"), ask(t, text).csv())
			})
		}
	}
}
