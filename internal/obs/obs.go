// Package obs keeps the counters of a running server and writes them in the
// text format of Prometheus.
package obs

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Registry holds metrics.  All its methods, and those of the metrics, may be
// called from several goroutines.
type Registry struct {
	mu       sync.Mutex
	families []family
}

type family interface {
	write(b *strings.Builder)
}

func (r *Registry) add(f family) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.families = append(r.families, f)
}

// WriteTo writes all metrics in the order in which they were made.  The form
// is that of prometheus.io/docs/instrumenting/exposition_formats, version
// 0.0.4.
func (r *Registry) WriteTo(w io.Writer) (int64, error) {
	r.mu.Lock()
	families := slices.Clone(r.families)
	r.mu.Unlock()
	var b strings.Builder
	for _, f := range families {
		f.write(&b)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func header(b *strings.Builder, name, help, kind string) {
	help = strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help)
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// labels writes {a="x",b="y"}; extra is a pair that follows, or "".
func labels(names, values []string, extra string) string {
	var parts []string
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
	for i, n := range names {
		parts = append(parts, n+`="`+escape.Replace(values[i])+`"`)
	}
	if extra != "" {
		parts = append(parts, extra)
	}
	if len(parts) == 0 {
		return ""
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func number(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "+Inf"
	case math.IsInf(f, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// Gauge registers a value that is asked for when metrics are written.
func (r *Registry) Gauge(name, help string, value func() float64) {
	r.add(&gauge{name, help, value})
}

type gauge struct {
	name, help string
	value      func() float64
}

func (g *gauge) write(b *strings.Builder) {
	header(b, g.name, g.help, "gauge")
	fmt.Fprintf(b, "%s %s\n", g.name, number(g.value()))
}

// vec holds the values of a metric by its labels.  Labels are few: callers
// must not take them from requests.
type vec[T any] struct {
	name, help string
	labels     []string
	mu         sync.Mutex
	values     map[string]*T
	keys       map[string][]string
}

func (v *vec[T]) with(make func() *T, values []string) *T {
	if len(values) != len(v.labels) {
		panic(fmt.Sprintf("BUG: metric %s has %d labels, not %d", v.name, len(v.labels), len(values)))
	}
	key := strings.Join(values, "\x00")
	v.mu.Lock()
	defer v.mu.Unlock()
	x := v.values[key]
	if x == nil {
		x = make()
		v.values[key] = x
		v.keys[key] = slices.Clone(values)
	}
	return x
}

func (v *vec[T]) each(f func(labels []string, x *T)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(v.values)) {
		f(v.keys[k], v.values[k])
	}
}

// Counter counts events by labels.
type Counter struct{ vec[atomic.Uint64] }

// Counter registers a counter with the given labels.
func (r *Registry) Counter(name, help string, labels ...string) *Counter {
	c := &Counter{vec[atomic.Uint64]{name: name, help: help, labels: labels, values: map[string]*atomic.Uint64{}, keys: map[string][]string{}}}
	r.add(c)
	return c
}

// Add adds n to the counter of the given label values.
func (c *Counter) Add(n uint64, values ...string) {
	c.with(func() *atomic.Uint64 { return new(atomic.Uint64) }, values).Add(n)
}

func (c *Counter) write(b *strings.Builder) {
	header(b, c.name, c.help, "counter")
	c.each(func(values []string, x *atomic.Uint64) {
		fmt.Fprintf(b, "%s%s %d\n", c.name, labels(c.labels, values, ""), x.Load())
	})
}

// Histogram counts values in buckets by labels.
type Histogram struct {
	vec[histogram]
	bounds []float64
}

type histogram struct {
	mu     sync.Mutex
	counts []uint64
	sum    float64
	n      uint64
}

// Histogram registers a histogram; bounds are the upper bounds of its
// buckets, rising, without the last, infinite one.
func (r *Registry) Histogram(name, help string, bounds []float64, labels ...string) *Histogram {
	h := &Histogram{vec[histogram]{name: name, help: help, labels: labels, values: map[string]*histogram{}, keys: map[string][]string{}}, bounds}
	r.add(h)
	return h
}

// Observe counts a value.
func (h *Histogram) Observe(x float64, values ...string) {
	b := h.with(func() *histogram { return &histogram{counts: make([]uint64, len(h.bounds))} }, values)
	b.mu.Lock()
	defer b.mu.Unlock()
	if i, _ := slices.BinarySearch(h.bounds, x); i < len(h.bounds) {
		b.counts[i]++
	}
	b.sum += x
	b.n++
}

func (h *Histogram) write(b *strings.Builder) {
	header(b, h.name, h.help, "histogram")
	h.each(func(values []string, x *histogram) {
		x.mu.Lock()
		defer x.mu.Unlock()
		var total uint64
		for i, bound := range h.bounds {
			total += x.counts[i]
			fmt.Fprintf(b, "%s_bucket%s %d\n", h.name, labels(h.labels, values, `le="`+number(bound)+`"`), total)
		}
		fmt.Fprintf(b, "%s_bucket%s %d\n", h.name, labels(h.labels, values, `le="+Inf"`), x.n)
		fmt.Fprintf(b, "%s_sum%s %s\n", h.name, labels(h.labels, values, ""), number(x.sum))
		fmt.Fprintf(b, "%s_count%s %d\n", h.name, labels(h.labels, values, ""), x.n)
	})
}
