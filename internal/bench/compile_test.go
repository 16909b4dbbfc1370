package bench

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/hunts"
	"wirehunt/internal/defender"
	"wirehunt/internal/query"
	"wirehunt/internal/x/seeds"
	"wirehunt/kql"
)

// maxCompile bounds what a user waits for a long query to be compiled.  A short
// one over all rows of DeviceNetworkEvents can take longer: here every log has
// rows, and the SQL has two SELECTs for each.
const (
	maxCompile = 5 * time.Millisecond
	long       = 5000 // bytes
)

// corpora are what is compiled: our own hunts, and the published queries that
// stand beside the repository, without which the second is skipped.
var corpora = []struct {
	name string
	get  func(t testing.TB) []published
}{
	{"hunts", func(testing.TB) (out []published) {
		for _, h := range hunts.All() {
			out = append(out, published{h.Name, h.Query})
		}
		return out
	}},
	{"published", func(t testing.TB) (out []published) {
		f, err := os.Open(filepath.Join(seeds.Shared(t), "kql", "hunting.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for s := json.NewDecoder(bufio.NewReader(f)); s.More(); {
			var q struct{ ID, Query string }
			if err := s.Decode(&q); err != nil {
				t.Fatal(err)
			}
			out = append(out, published{q.ID, q.Query})
		}
		return out
	}},
}

func compileOptions() kql.Options {
	return kql.Options{Catalog: query.NewCatalog(defender.Tables(all.Logs(), nil)), Now: time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)}
}

// TestCompile compiles every query, and logs what takes longest.
func TestCompile(t *testing.T) {
	for _, c := range corpora {
		t.Run(c.name, func(t *testing.T) { compileAll(t, c.get(t)) })
	}
}

// compileAll compiles queries.  The best of five counts, since a collection of
// garbage takes as long.
func compileAll(t *testing.T, queries []published) {
	type result struct {
		published
		best time.Duration
	}
	opts := compileOptions()
	var results []result
	for _, q := range queries {
		r := result{q, time.Hour}
		for range 5 {
			start := time.Now()
			res, diags := kql.Compile(q.text, opts)
			r.best = min(r.best, time.Since(start))
			if res == nil {
				t.Errorf("%s: %v", q.name, diags)
				break
			}
		}
		if len(q.text) >= long && r.best > maxCompile && *runsFlag > 1 {
			t.Errorf("%s takes %s to compile", r.name, r.best)
		}
		results = append(results, r)
	}
	show := func(what string) {
		t.Logf("%-8s %8s %10s", what, "bytes", "compile")
		for _, r := range results[:min(8, len(results))] {
			t.Logf("%-8s %8d %10s  %s", "", len(r.text), r.best.Round(time.Microsecond), r.name)
		}
	}
	slices.SortFunc(results, func(a, b result) int { return cmp.Compare(b.best, a.best) })
	show("slowest")
	slices.SortFunc(results, func(a, b result) int { return cmp.Compare(len(b.text), len(a.text)) })
	show("longest")
}

// BenchmarkCompile compiles all queries once each time.
func BenchmarkCompile(b *testing.B) {
	for _, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			opts := compileOptions()
			queries := c.get(b)
			size := 0
			for _, q := range queries {
				size += len(q.text)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, q := range queries {
					if res, diags := kql.Compile(q.text, opts); res == nil {
						b.Fatalf("%s: %v", q.name, diags)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(queries)), "µs/query")
		})
	}
}
