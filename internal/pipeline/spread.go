package pipeline

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Spread calls do for 0 to n-1, in that order, from as many goroutines as
// shards says (0: as many as there are processors), and returns when all calls
// have.
func Spread(shards, n int, do func(i int)) {
	if shards == 0 {
		shards = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var wg sync.WaitGroup
	for range min(shards, n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
