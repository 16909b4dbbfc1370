package traffic_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/x/traffic"
)

// counting counts the rows of each log.
type counting map[string]int

func (c counting) Write(batches ...*event.Batch) error {
	for _, b := range batches {
		c[b.Log.Name] += b.Len()
	}
	return nil
}

// peak analyses src and returns the rows, and the most memory in use beyond
// what was before.
func peak(t *testing.T, src capture.Source) (rows counting, st pipeline.Stats, bytes uint64) {
	t.Helper()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse+m.StackInuse))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	rows = counting{}
	st, err := pipeline.Run(t.Context(), src, pipeline.Options{Specs: all.Specs(), Shards: 2, IgnoreChecksums: true}, rows)
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	return rows, st, most.Load() - min(most.Load(), before.HeapInuse)
}

// TestMemory has that a flood and an elephant stay far below what the program
// may take (512 MiB), and are recorded in full.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses a million packets")
	}
	// As in the program: below the limit garbage is collected when the heap
	// has doubled, so that what is in use depends on how busy the machine is.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(384 << 20))
	const flood = 1_000_000
	rows, st, bytes := peak(t, traffic.SYNFlood(flood))
	t.Logf("flood: %d MiB, %d evicted", bytes>>20, st.Evicted)
	if rows["conn"] != flood || bytes > 400<<20 {
		t.Errorf("flood of %d: %d connections, %d MiB", flood, rows["conn"], bytes>>20)
	}
	const size = 256 << 20
	rows, st, bytes = peak(t, traffic.Elephant(size))
	t.Logf("elephant: %d MiB", bytes>>20)
	if fmt.Sprint(rows) != "map[conn:1 files:1 http:1]" || st.Gaps != 0 || bytes > 100<<20 {
		t.Errorf("elephant of %d MiB: %v, %d gaps, %d MiB", size>>20, rows, st.Gaps, bytes>>20)
	}
}

// TestWrite writes both to the folder that WIREHUNT_TRAFFIC names, for
// measurements of the whole program.
func TestWrite(t *testing.T) {
	dir := os.Getenv("WIREHUNT_TRAFFIC")
	if dir == "" {
		t.Skip("WIREHUNT_TRAFFIC names no folder")
	}
	for name, src := range map[string]*traffic.Source{"flood": traffic.SYNFlood(1_000_000), "elephant": traffic.Elephant(1 << 30)} {
		f, err := os.Create(dir + "/" + name + ".pcap")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := src.WriteTo(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
