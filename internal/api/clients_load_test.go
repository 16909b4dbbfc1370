package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/hunts"
	"wirehunt/internal/store/duckdb"
	"wirehunt/internal/x/seeds"
)

var (
	loadTime    = flag.Duration("load", time.Second, "how long TestLoad asks")
	loadClients = flag.Int("clients", 50, "how many clients of TestLoad ask at the same time")
	loadDB      = flag.String("db", "", "the database of TestLoad, which is only read (default: the range)")
	loadQueries = flag.String("queries", "", "the folder of texts with queries for TestLoad (default: the hunts)")
)

// queriesForLoad returns the queries that compile here.
func queriesForLoad(t *testing.T, st *site) []string {
	t.Helper()
	var texts []string
	if *loadQueries == "" {
		for _, h := range hunts.All() {
			texts = append(texts, h.Query)
		}
	} else {
		files, err := filepath.Glob(filepath.Join(*loadQueries, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil {
				texts = append(texts, seeds.Blocks(string(b))...)
			}
		}
	}
	var out []string
	for _, q := range texts {
		if r := st.post("/api/v1/check", map[string]string{"query": q}); r.status == 200 && !strings.Contains(r.body, `"severity":"error"`) && !strings.Contains(r.body, `"columns":[]`) {
			out = append(out, q)
		}
	}
	if len(out) < 5 {
		t.Fatalf("only %d of %d queries compile", len(out), len(texts))
	}
	return out
}

// requests are the ways to ask: Defender's, Graph's, Kusto's and the portal's.
var requests = []struct {
	path string
	body func(q string) any
}{
	{"/api/advancedqueries/run", func(q string) any { return map[string]string{"Query": q} }},
	{"/v1.0/security/runHuntingQuery", func(q string) any { return map[string]string{"Query": q} }},
	{"/v2/rest/query", func(q string) any { return csl("set query_take_max_records=100000; "+q, nil) }},
	{"/api/v1/query", func(q string) any { return map[string]any{"query": q, "quiet": true} }},
}

// residentMiB is the memory of the process, where Linux tells.
func residentMiB() int {
	b, _ := os.ReadFile("/proc/self/statm")
	if f := bytes.Fields(b); len(f) > 1 {
		pages, _ := strconv.Atoi(string(f[1]))
		return pages * os.Getpagesize() >> 20
	}
	return 0
}

// load lets clients ask for a time and returns how long their requests took.
func load(t *testing.T, st *site, queries []string, clients int, d time.Duration) (took []time.Duration, bytes int64, peak int) {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	var mu sync.Mutex
	var wg sync.WaitGroup
	end := time.Now().Add(d)
	for n := range clients {
		wg.Go(func() {
			for i := n; time.Now().Before(end); i++ {
				ask := requests[(i+i/len(queries))%len(requests)]
				q := queries[(i*7+n)%len(queries)]
				body, _ := json.Marshal(ask.body(q))
				start := time.Now()
				req, err := http.NewRequestWithContext(t.Context(), "POST", st.url+ask.path, strings.NewReader(string(body)))
				if err != nil {
					t.Error(err)
					return
				}
				res, err := transport.RoundTrip(req)
				if err != nil {
					t.Errorf("%s: %v", ask.path, err)
					return
				}
				var head [300]byte
				k, _ := io.ReadFull(res.Body, head[:])
				rest, err := io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != 200 || err != nil {
					t.Errorf("%s: %d %v %s\n%.300s", ask.path, res.StatusCode, err, head[:k], q)
				}
				mu.Lock()
				took = append(took, time.Since(start))
				bytes += int64(k) + rest
				mu.Unlock()
			}
		})
	}
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				mu.Lock()
				peak = max(peak, residentMiB())
				mu.Unlock()
			}
		}
	}()
	wg.Wait()
	close(stop)
	mu.Lock()
	defer mu.Unlock()
	return took, bytes, peak
}

// TestLoad lets many clients ask at the same time, by all APIs: no request
// fails, and when they are gone so are their goroutines and memory.
//
//	go test ./internal/api -run TestLoad -v -load 60s -clients 50 -db big.db -queries DIR
func TestLoad(t *testing.T) {
	st := start(t, func(o *Options) {
		o.Limits.PerMinute = 0 // all clients here are one user
		if *loadDB == "" {
			return
		}
		db, err := duckdb.Open(t.Context(), duckdb.Options{Path: *loadDB, ReadOnly: true, Logs: all.Logs()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		o.Store = db
	})
	queries := queriesForLoad(t, st)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	load(t, st, queries, 2, *loadTime/20) // the caches fill
	settle := func() (goroutines int, heap uint64) {
		time.Sleep(50 * time.Millisecond)
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	before, heapBefore := settle()
	rssBefore := residentMiB()
	start := time.Now()
	took, size, peak := load(t, st, queries, *loadClients, *loadTime)
	wall := time.Since(start)
	after, heapAfter := settle()
	for end := time.Now().Add(10 * time.Second); after > before+5 && time.Now().Before(end); {
		after, heapAfter = settle()
	}
	if after > before+5 {
		buf := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", after, before, buf[:runtime.Stack(buf, true)])
	}
	if heapAfter > heapBefore+32<<20 {
		t.Errorf("the heap has %d MiB, %d before", heapAfter>>20, heapBefore>>20)
	}
	if left, err := os.ReadDir(st.opt.TempDir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	slices.SortFunc(took, cmp.Compare)
	at := func(p float64) time.Duration { return took[int(p*float64(len(took)-1))].Round(time.Millisecond) }
	t.Logf("%d clients, %d queries: %d requests in %s, %.1f a second, %d MiB", *loadClients, len(queries), len(took), wall.Round(time.Millisecond), float64(len(took))/wall.Seconds(), size>>20)
	t.Logf("latency: p50 %s, p90 %s, p95 %s, p99 %s, most %s", at(0.5), at(0.9), at(0.95), at(0.99), at(1))
	t.Logf("resident memory: %d MiB before, %d at most, %d after; heap %d and %d MiB; goroutines %d and %d", rssBefore, peak, residentMiB(), heapBefore>>20, heapAfter>>20, before, after)
}
