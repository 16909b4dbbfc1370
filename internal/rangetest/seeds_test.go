package rangetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/internal/x/golden"
	"wirehunt/internal/x/seeds"
)

// TestSeeds runs published queries unchanged.
func TestSeeds(t *testing.T) {
	dir := filepath.Join(seeds.Shared(t), "seeds")
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
		blocks := seeds.Blocks(string(b))
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
