package http

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
	"wirehunt/packet"
)

// Pieces of a file that come on two connections at a time are one file, with
// a row for each connection; a proxy is one tunnel.
func TestShared(t *testing.T) {
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	conns := make([]analyzer.Conn, 3)
	now := Start
	for i := range conns {
		c := &conns[i]
		*c = analyzer.Conn{
			Hash: uint64(i + 1), UID: analyzer.UID(uint64(i + 1)), Proto: 6, Start: now, Now: now,
			Orig: packet.AddrFrom4([]byte{10, 0, 0, 1}), OrigPort: uint16(40000 + i),
			Resp: packet.AddrFrom4([]byte{93, 184, 216, 34}), RespPort: 80,
		}
		e.OpenWith(c, "http")
	}
	send := func(i int, dir analyzer.Dir, data string) {
		now += 1e9
		conns[i].Now = now
		e.SetTime(now)
		e.Data(&conns[i], dir, []byte(data))
	}
	const request = "GET /big HTTP/1.1\r\nHost: h\r\nRange: bytes=x\r\n\r\n"
	send(0, analyzer.Orig, request)
	send(1, analyzer.Orig, request)
	send(1, analyzer.Resp, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 10-19/20\r\n\r\n01234")
	send(0, analyzer.Resp, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-9/20\r\n\r\n%PDF-01234")
	send(1, analyzer.Resp, "56789")
	for i := range 2 {
		send(i, analyzer.Orig, "CONNECT x:1 HTTP/1.1\r\n\r\n")
		send(i, analyzer.Resp, "HTTP/1.1 200 OK\r\n\r\n")
	}
	// A file that is not finished ends with its last connection.
	send(2, analyzer.Orig, strings.ReplaceAll(request, "big", "other"))
	send(2, analyzer.Resp, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/20\r\n\r\n01234")
	for i := range conns {
		e.Close(&conns[i])
	}
	golden.Check(t, "testdata/shared.golden", []byte(Text(t, e)))
}
