package zeeklog

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"wirehunt/event"
)

// threeAtOnce is an Options.Spread.
func threeAtOnce(n int, do func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// manyRows returns batches of two logs, the second of few rows.
func manyRows(from, n int) []*event.Batch {
	few := event.NewLog("few", "", "A log for tests.")
	batches := []*event.Batch{event.NewBatch(testLog), event.NewBatch(few)}
	for i := range n {
		r := batches[0].Add(event.Order{})
		r.SetConn(int64(from+i)*1e6, fmt.Sprint("C", from+i), v4(10, 0, 0, 1), 1, v4(10, 0, 0, 2), 2)
	}
	batches[1].Add(event.Order{}).SetConn(0, "C0", v4(10, 0, 0, 1), 1, v4(10, 0, 0, 2), 2)
	return batches
}

func TestWriteBatchesSpread(t *testing.T) {
	all := [][]*event.Batch{manyRows(0, 10), manyRows(10, 2*spreadRows+7), manyRows(20_000, spreadRows), manyRows(30_000, 3)}
	for _, js := range []bool{false, true} {
		opt := Options{JSON: js, Now: func() time.Time { return time.Unix(0, 0).UTC() }}
		var want map[string][]byte
		for _, spread := range []func(int, func(int)){nil, threeAtOnce} {
			opt.Spread = spread
			dir := t.TempDir()
			w, err := NewDirWriter(dir, opt)
			if err != nil {
				t.Fatal(err)
			}
			logs := all[0]
			for _, batches := range all {
				for i, b := range batches {
					b.Log = logs[i].Log
				}
				if err := w.WriteBatches(batches...); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if rows := w.Rows(); rows["test"] != 10+2*spreadRows+7+spreadRows+3 || rows["few"] != 4 {
				t.Errorf("rows: %v", rows)
			}
			got := map[string][]byte{}
			for _, name := range []string{"test.log", "few.log"} {
				if got[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
				if want != nil && !bytes.Equal(got[name], want[name]) {
					t.Errorf("%s is not the same when it is written by several goroutines (JSON %v)", name, js)
				}
			}
			want = got
		}
	}
}

func TestWriteBatchesFails(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	dir := t.TempDir()
	if err := os.Symlink("/dev/full", filepath.Join(dir, "test.log")); err != nil {
		t.Fatal(err)
	}
	w, err := NewDirWriter(dir, Options{Spread: threeAtOnce})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBatches(manyRows(0, spreadRows)[0]); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want ENOSPC", err)
	}
	w.Close()
}
