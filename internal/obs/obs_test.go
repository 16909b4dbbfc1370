package obs

import (
	"strings"
	"sync"
	"testing"
)

func TestRegistry(t *testing.T) {
	var r Registry
	c := r.Counter("queries_total", "Queries.", "api", "status")
	r.Gauge("up", "Is it\nup?", func() float64 { return 1 })
	h := r.Histogram("seconds", "Time.", []float64{0.1, 1}, "api")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c.Add(1, "portal", "ok")
			h.Observe(0.1, "portal")
		})
	}
	wg.Wait()
	c.Add(2, "a\"b\\\n", "bad")
	h.Observe(0.5, "portal")
	h.Observe(5, "portal")
	var b strings.Builder
	n, err := r.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Error(n, err)
	}
	want := `# HELP queries_total Queries.
# TYPE queries_total counter
queries_total{api="a\"b\\\n",status="bad"} 2
queries_total{api="portal",status="ok"} 4
# HELP up Is it\nup?
# TYPE up gauge
up 1
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{api="portal",le="0.1"} 4
seconds_bucket{api="portal",le="1"} 5
seconds_bucket{api="portal",le="+Inf"} 6
seconds_sum{api="portal"} 5.9
seconds_count{api="portal"} 6
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
