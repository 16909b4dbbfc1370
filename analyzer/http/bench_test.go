package http

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/packet"
)

// exchange is a request and its reply as browsers and servers send them.
const (
	exchangeRequest = "GET /static/js/app.3f2a91.js?v=20240501&lang=en HTTP/1.1\r\nHost: www.example.com\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36\r\nAccept: */*\r\nReferer: https://www.example.com/index.html\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\nCookie: session=0123456789abcdef; theme=dark\r\n\r\n"
	exchangeReply   = "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: nginx\r\nContent-Type: application/javascript\r\nContent-Length: 5600\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nETag: \"abc\"\r\nCache-Control: max-age=600\r\nAccept-Ranges: bytes\r\n\r\n"
)

// An exchange is a request of one segment and a reply of five.
func BenchmarkExchange(b *testing.B) {
	request, reply := []byte(exchangeRequest), []byte(exchangeReply)
	body := []byte(strings.Repeat("(function() { return 1; })();", 200))[:1400]
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	c := &analyzer.Conn{
		Hash: 1, Orig: packet.AddrFrom4([]byte{10, 0, 0, 1}), OrigPort: 40000,
		Resp: packet.AddrFrom4([]byte{10, 0, 0, 2}), RespPort: 80, Proto: 6, UID: "Cbenchmark",
	}
	e.OpenWith(c, "http")
	b.ReportAllocs()
	b.SetBytes(int64(len(request) + len(reply) + 4*len(body)))
	for b.Loop() {
		e.Data(c, analyzer.Orig, request)
		e.Data(c, analyzer.Resp, reply)
		for range 4 {
			e.Data(c, analyzer.Resp, body)
		}
		for _, batch := range e.Batches() {
			batch.Reset()
		}
	}
}
