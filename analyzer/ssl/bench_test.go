package ssl

import (
	"crypto/tls"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/packet"
)

// handshake returns what the two sides of a session with one certificate
// sent, in order.
func handshake(b testing.TB, max uint16) *tape {
	var tp tape
	recordOn(b, &tp, &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true, MaxVersion: max, NextProtos: []string{"h2"}},
		&tls.Config{Certificates: []tls.Certificate{certificate(b, "srv", "*.example.com")}, NextProtos: []string{"h2"}})
	return &tp
}

// play feeds a handshake to an engine, as one connection.
func play(e *analyzer.Engine, c *analyzer.Conn, tp *tape, n uint64) {
	*c = analyzer.Conn{
		Hash: n, UID: "C", Orig: packet.AddrFrom4([]byte{10, 0, 0, 1}), OrigPort: 40000,
		Resp: packet.AddrFrom4([]byte{10, 0, 0, 2}), RespPort: 443, Proto: 6,
	}
	e.Open(c)
	for _, s := range tp.sent {
		e.Data(c, s.dir, s.data)
	}
	e.Close(c)
	for _, b := range e.Batches() {
		b.Reset()
	}
}

func TestAllocs(t *testing.T) {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		tp := handshake(t, v)
		e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
		var c analyzer.Conn
		play(e, &c, tp, 1)
		// The connection itself keeps the server's name and its services.
		if n := testing.AllocsPerRun(100, func() { play(e, &c, tp, 2) }); n > 4 {
			t.Errorf("version %#x: %v allocations a connection", v, n)
		}
	}
}

func BenchmarkTLS12(b *testing.B) { benchmark(b, tls.VersionTLS12) }
func BenchmarkTLS13(b *testing.B) { benchmark(b, tls.VersionTLS13) }

func benchmark(b *testing.B, version uint16) {
	tp := handshake(b, version)
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	var c analyzer.Conn
	size := 0
	for _, s := range tp.sent {
		size += len(s.data)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		play(e, &c, tp, 1)
	}
}
