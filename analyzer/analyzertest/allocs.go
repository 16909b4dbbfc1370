package analyzertest

import (
	"testing"

	"wirehunt/analyzer"
)

// Allocs returns how many allocations the payloads of steps cost each time
// they are given again, on one connection and with the records written taken
// away.
func Allocs(t testing.TB, spec *analyzer.Spec, o Options, steps ...Step) float64 {
	t.Helper()
	c, e := open(spec, o)
	run := func() {
		for _, s := range steps {
			if c.conn.Proto == 6 {
				e.Data(&c.conn, s.dir, s.data)
			} else {
				e.Datagram(&c.conn, s.dir, s.data, len(s.data))
			}
		}
		for _, b := range e.Batches() {
			b.Reset()
		}
	}
	run()
	n := testing.AllocsPerRun(100, run)
	if e.Stats.Panics > 0 {
		t.Fatalf("analyzer panicked: %s", e.Stats.Panic)
	}
	return n
}
