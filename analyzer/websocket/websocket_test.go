package websocket_test

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
	"wirehunt/analyzer/http"
	"wirehunt/analyzer/websocket"
	"wirehunt/internal/x/golden"
)

const (
	request = "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nUser-Agent: u\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Protocol: c\r\nSec-WebSocket-Extensions: deflate; x\r\n\r\n"
	reply   = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: b\r\n\r\n"
)

// frame returns a frame, masked if key is not zero.
func frame(opcode byte, key byte, payload string) string {
	var b strings.Builder
	b.WriteByte(0x80 | opcode)
	mask := byte(0)
	if key != 0 {
		mask = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b.WriteByte(mask | byte(n))
	default:
		b.WriteByte(mask | 126)
		b.WriteByte(byte(n >> 8))
		b.WriteByte(byte(n))
	}
	if key == 0 {
		return b.String() + payload
	}
	k := []byte{key, key + 1, key + 2, key + 3}
	b.Write(k)
	for i := range len(payload) {
		b.WriteByte(payload[i] ^ k[i&3])
	}
	return b.String()
}

func run(t testing.TB, steps ...Step) string {
	return Chunkings(t, http.Spec(), Options{More: []*analyzer.Spec{websocket.Spec()}}, steps...)
}

func TestTunnel(t *testing.T) {
	got := run(t, Orig(request), Resp(reply+frame(9, 0, "ping")),
		Orig(frame(10, 1, "ping")+frame(2, 7, "GET /in")+frame(0, 9, "ner HTTP/1.1\r\nHost: inner\r\n\r\n")),
		Resp(frame(2, 0, "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"+strings.Repeat("<html>....", 20))), Resp(frame(8, 0, strings.Repeat("x", 200))))
	golden.Check(t, "testdata/tunnel.golden", []byte(got))
}

func TestGap(t *testing.T) {
	got := run(t, Orig(request), Resp(reply), Orig(frame(2, 3, "0123456789")[:10]), Gap(0, 6), Orig(frame(2, 3, "GET / HTTP/1.1\r\n\r\n")), Gap(0, 3), Orig("rest"))
	golden.Check(t, "testdata/gap.golden", []byte(got))
}

func FuzzWebSocket(f *testing.F) {
	f.Add([]byte(frame(2, 7, "GET / HTTP/1.1\r\n\r\n")), []byte(frame(1, 0, strings.Repeat("x", 300))))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, websocket.Spec(), Options{RespPort: 80, Size: 1 << 20}, Send(0, orig), Send(1, resp), Gap(1, 5), Send(1, resp))
	})
}
