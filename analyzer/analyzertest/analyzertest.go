// Package analyzertest runs protocol analyzers on dialogues written down in
// tests, without packets: it feeds the bytes in any chunking and returns the
// records written as text.
package analyzertest

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
	"wirehunt/zeeklog"
)

// Step is one thing that happens on a connection.
type Step struct {
	dir   analyzer.Dir
	kind  stepKind
	data  []byte
	n     uint64
	after int64
}

type stepKind uint8

const (
	stepData stepKind = iota
	stepGap
	stepEOF
	stepWait
)

// Orig is payload sent by the originator.
func Orig(data string) Step { return Step{dir: analyzer.Orig, data: []byte(data)} }

// Resp is payload sent by the responder.
func Resp(data string) Step { return Step{dir: analyzer.Resp, data: []byte(data)} }

// Send is payload sent by either side.
func Send(dir analyzer.Dir, data []byte) Step { return Step{dir: dir, data: data} }

// Cut is a datagram of which only data was captured, n bytes on the wire.
func Cut(dir analyzer.Dir, data []byte, n int) Step {
	return Step{dir: dir, data: data, n: uint64(n)}
}

// Gap is n bytes that are missing from the capture.
func Gap(dir analyzer.Dir, n uint64) Step { return Step{dir: dir, kind: stepGap, n: n} }

// EOF is the end of a side's stream.
func EOF(dir analyzer.Dir) Step { return Step{dir: dir, kind: stepEOF} }

// Wait lets ns nanoseconds of packet time pass.
func Wait(ns int64) Step { return Step{kind: stepWait, after: ns} }

// Options describe the connection and how it is fed.
type Options struct {
	// Proto is the IP protocol; 0 means 6 (TCP), or 17 if the first spec has
	// UDP ports or UDP probes only.
	Proto uint8
	// OrigPort and RespPort default to 40000 and the spec's first port.
	OrigPort, RespPort uint16
	// Chunk cuts stream payload into pieces of at most so many bytes; 0
	// leaves the steps whole.
	Chunk int
	// More are further analyzers that the tested one starts.
	More []*analyzer.Spec
	// Detect leaves the choice of the analyzer to the engine, by port and
	// content; otherwise only the tested one is attached.
	Detect bool
	// Size is what Conn.Size returns, for the rule about late violations; 0
	// means the bytes fed so far.
	Size uint64
	// Partial is what Conn.Partial returns.
	Partial bool
}

// Start is the time of a test connection's first packet: one second passes
// from each step to the next.
const Start = int64(1_700_000_000_000_000_000)

// Run runs the analyzer of spec on a dialogue and returns the records
// written, log by log in alphabetical order, one line each: the log's name
// and the record as JSON, extra fields included.  A last line "service" has
// the protocols that were confirmed.  It fails the test when an analyzer
// panics.
func Run(t testing.TB, spec *analyzer.Spec, o Options, steps ...Step) string {
	t.Helper()
	c, e := open(spec, o)
	for _, s := range steps {
		c.conn.Now += 1e9
		e.SetTime(c.conn.Now)
		c.step(e, o, s)
	}
	e.Close(&c.conn)
	if e.Stats.Panics > 0 {
		t.Fatalf("analyzer panicked: %s", e.Stats.Panic)
	}
	return Text(t, e) + "service " + string(e.AppendServices(nil, &c.conn)) + "\n"
}

// Chunkings runs the dialogue whole, and cut into pieces of 1, 2, 3, 7 and 100
// bytes, and fails the test unless all give the same records.  It returns
// them.
func Chunkings(t testing.TB, spec *analyzer.Spec, o Options, steps ...Step) string {
	t.Helper()
	want := Run(t, spec, o, steps...)
	for _, n := range []int{1, 2, 3, 7, 100} {
		o.Chunk = n
		if got := Run(t, spec, o, steps...); got != want {
			t.Fatalf("in pieces of %d bytes:\n%s\nwant\n%s", n, got, want)
		}
	}
	return want
}

// Text returns the records in the engine's batches as Run does.
func Text(t testing.TB, e *analyzer.Engine) string {
	t.Helper()
	batches := append([]*event.Batch(nil), e.Batches()...)
	sort.SliceStable(batches, func(i, j int) bool { return batches[i].Log.Name < batches[j].Log.Name })
	var out strings.Builder
	for _, b := range batches {
		var buf bytes.Buffer
		if err := zeeklog.WriteBatch(&buf, b, zeeklog.Options{JSON: true, Extra: true}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(buf.String()) {
			fmt.Fprintf(&out, "%s %s", b.Log.Name, line)
		}
	}
	return out.String()
}

type conn struct {
	conn analyzer.Conn
	size uint64
}

func open(spec *analyzer.Spec, o Options) (*conn, *analyzer.Engine) {
	if o.Proto == 0 {
		o.Proto = 6
		if !spec.TCP && len(spec.TCPPorts) == 0 && (spec.UDP || len(spec.UDPPorts) > 0) {
			o.Proto = 17
		}
	}
	if o.OrigPort == 0 {
		o.OrigPort = 40000
	}
	if o.RespPort == 0 {
		if ports := spec.TCPPorts; o.Proto == 6 && len(ports) > 0 {
			o.RespPort = ports[0]
		} else if ports := spec.UDPPorts; o.Proto == 17 && len(ports) > 0 {
			o.RespPort = ports[0]
		}
	}
	c := &conn{conn: analyzer.Conn{
		Hash: 1,
		Orig: packet.AddrFrom4([]byte{10, 0, 0, 1}), OrigPort: o.OrigPort,
		Resp: packet.AddrFrom4([]byte{93, 184, 216, 34}), RespPort: o.RespPort,
		Proto: o.Proto, Start: Start, Now: Start,
	}}
	c.conn.UID = analyzer.UID(c.conn.Hash)
	e := analyzer.NewEngine(append([]*analyzer.Spec{spec}, o.More...), analyzer.Options{Control: control{c, o}})
	e.SetTime(Start)
	if o.Detect {
		e.Open(&c.conn)
	} else {
		e.OpenWith(&c.conn, spec.Name)
	}
	return c, e
}

func (c *conn) step(e *analyzer.Engine, o Options, s Step) {
	switch s.kind {
	case stepGap:
		e.Gap(&c.conn, s.dir, s.n)
	case stepEOF:
		e.EOF(&c.conn, s.dir)
	case stepWait:
		c.conn.Now += s.after
		e.SetTime(c.conn.Now)
	case stepData:
		c.size += uint64(len(s.data))
		if c.conn.Proto != 6 {
			e.Datagram(&c.conn, s.dir, s.data, max(len(s.data), int(s.n)))
			return
		}
		b := s.data
		for len(b) > 0 {
			n := len(b)
			if o.Chunk > 0 {
				n = min(n, o.Chunk)
			}
			// A copy of its own finds analyzers that keep what they are given.
			piece := bytes.Clone(b[:n])
			e.Data(&c.conn, s.dir, piece)
			for i := range piece {
				piece[i] = 0xdd
			}
			b = b[n:]
		}
	}
}

// control stands in for the layer that tracks connections.
type control struct {
	c *conn
	o Options
}

func (k control) Flip(c *analyzer.Conn) {
	c.Orig, c.Resp, c.OrigPort, c.RespPort = c.Resp, c.Orig, c.RespPort, c.OrigPort
}
func (k control) Skip(*analyzer.Conn)                       {}
func (k control) Partial(*analyzer.Conn) bool               { return k.o.Partial }
func (k control) SetInactivity(*analyzer.Conn, int64)       {}
func (k control) Limited(*analyzer.Conn)                    {}
func (k control) SessionTimer(*analyzer.Conn, int64, int64) {}
func (k control) Size(*analyzer.Conn) uint64 {
	if k.o.Size > 0 {
		return k.o.Size
	}
	return k.c.size
}
