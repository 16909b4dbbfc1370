package http

import (
	"bytes"
	"compress/gzip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

const upload = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.exe\"\r\nContent-Type: application/octet-stream\r\n\r\nMZ\x90\x00\n\r\r\n\r\nxyz\r\n--XX\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nplain text here\r\n--XX--\r\n"

// dialogues are written to testdata/NAME.golden.
var dialogues = []struct {
	name  string
	steps []Step
}{
	{"get", []Step{
		Orig("GET /a%20b?x=1 HTTP/1.1\r\nHost: www.example.com:8080\r\nUser-Agent: test/1\r\nReferer: http://r/\r\nOrigin: http://o\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Type: text/plain\r\n\r\nhello, world"),
	}},
	{"pipeline", []Step{
		Orig("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
		Resp("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
	}},
	{"continue", []Step{
		Orig("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n"),
		Resp("HTTP/1.1 100 Continue\r\n\r\n"),
		Orig("{\"key\": \"value\""),
		Resp("HTTP/1.1 204 No Content\r\n\r\n"),
	}},
	{"chunked", []Step{
		Orig("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n"),
		Orig("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"),
	}},
	{"gzip", []Step{
		Orig("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + strconv.Itoa(len(gz(strings.Repeat("<!DOCTYPE html>\n", 1000)))) + "\r\n\r\n" + gz(strings.Repeat("<!DOCTYPE html>\n", 1000))),
	}},
	{"close", []Step{
		Orig("GET / HTTP/1.0\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nline one\nline two"),
		EOF(1), EOF(0),
	}},
	{"lines", []Step{
		Orig("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\n\r\nline one\nline two\rline three\r\nlast"),
		EOF(1), EOF(0),
	}},
	{"http09", []Step{
		Orig("GET /\r\n"),
		Resp("<html>HTTP/1.1 200 OK\r\n\r\n"),
		EOF(1), EOF(0),
	}},
	{"multipart", []Step{
		Orig("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: " + strconv.Itoa(len(upload)) + "\r\n\r\n" + upload + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
	}},
	{"ranges", []Step{
		Orig("GET /big HTTP/1.1\r\nHost: h\r\nRange: bytes=0-9\r\n\r\n"),
		Resp("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/25\r\nContent-Length: 10\r\n\r\n%PDF-56789"),
		Orig("GET /big HTTP/1.1\r\nHost: h\r\nRange: bytes=15-24\r\n\r\n"),
		Resp("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 15-24/25\r\nContent-Length: 10\r\n\r\n0123456789"),
	}},
	{"auth", []Step{
		Orig("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic dXNlcjpwYXNz\r\nVia: 1.1 proxy\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"),
		Resp("HTTP/1.1 401\r\nContent-Length: 0\r\n\r\n"),
		Orig("GET / HTTP/1.1\r\nAuthorization: basic bm9jb2xvbg==\r\n\r\n"),
	}},
	{"bad base64", []Step{Orig("GET / HTTP/1.1\r\nAuthorization: Basic dXNl*jpwYXNz\r\n\r\n")}},
	{"short base64", []Step{Orig("GET / HTTP/1.1\r\nAuthorization: Basic dXNlcjpwYX\r\n\r\n")}},
	{"upgrade", []Step{
		Orig("GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
		Resp("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello"),
		Orig("\x81\x85\x00\x00\x00\x00hello"),
	}},
	{"connect", []Step{
		Orig("CONNECT inner:80 HTTP/1.1\r\nHost: inner:80\r\n\r\n"),
		Resp("HTTP/1.1 200 Connection established\r\n\r\n"),
		Orig("GET /inner HTTP/1.1\r\nHost: inner\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
	}},
	{"gap in body", []Step{
		Orig("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"),
		Gap(1, 80),
		Resp("0123456789"),
		Orig("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
	}},
	{"gap in header", []Step{
		Orig("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
		Resp("HTTP/1.1 200 OK\r\nContent-"),
		Gap(1, 80),
		Resp("0123456789"),
	}},
	{"early reply", []Step{
		Orig("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234"),
		Resp("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"),
		Orig("56789"),
	}},
	{"smuggling", []Step{
		Orig("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\nTransfer-Encoding:\r\n chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"),
	}},
	{"truncated", []Step{
		Orig("GET /only HTTP/1.1\r\nHost: h\r\nUser-Agent: cut"),
	}},
	{"truncated at the end", []Step{
		Orig("GET /only HTTP/1.1\r\nHost: h\r\nUser-Agent: cut"), EOF(0),
	}},
	{"injection", []Step{Orig("GET /?id=1'%20or%20'1'='1 HTTP/1.1\r\nHost: h\r\n\r\n")}},
	{"not HTTP", []Step{Resp("SSH-2.0-OpenSSH\r\n"), Orig("SSH-2.0-client\r\n")}},
	{"two words", []Step{Orig("SSH-2.0-client Debian\r\n"), Resp("SSH-2.0-OpenSSH\r\n")}},
	{"bad request", []Step{Orig("\x16\x03\x01\x02\x00\x01\r\n"), Resp("HTTP/1.1 400 Bad\r\n\r\n")}},
	{"not a reply", []Step{Orig("GET / HTTP/1.1\r\n\r\n"), Resp("SSH-2.0-OpenSSH\r\n")}},
}

func TestDialogues(t *testing.T) {
	for _, d := range dialogues {
		t.Run(d.name, func(t *testing.T) {
			got := Chunkings(t, Spec(), Options{}, d.steps...)
			golden.Check(t, filepath.Join("testdata", strings.ReplaceAll(d.name, " ", "_")+".golden"), []byte(got))
		})
	}
}

// What comes in one piece with the reply to CONNECT is odd, and part of the
// tunnel.
func TestConnectWithData(t *testing.T) {
	got := Run(t, Spec(), Options{}, Orig("CONNECT inner:80 HTTP/1.1\r\n\r\n"), Resp("HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n"))
	if n := strings.Count(got, `"name":"protocol_data_with_HTTP_CONNECT_reply","addl":"11"`); n != 1 {
		t.Errorf("%d times: %s", n, got)
	}
}

// A body of known length ends its last line.
func TestLineWithoutEnd(t *testing.T) {
	for body, want := range map[string]int{"--b\r\n\r\nx": 1, "--b\r\n\r\nx\r\n": 0, "--b\r\n\r\nx\r\n--b--\r\n": 0} {
		head := "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
		got := Chunkings(t, Spec(), Options{}, Orig(head+body), Resp("HTTP/1.1 200 OK\r\n\r\n"))
		if n := strings.Count(got, `"name":"line_terminated_without_CRLF","notice":false,"peer":"zeek","source":"CONTENTLINE"`); n != want {
			t.Errorf("%q: %d times: %s", body, n, got)
		}
	}
}

// Each dialogue cut short anywhere must not panic, and neither with any step
// missing.
func TestCutShort(t *testing.T) {
	for _, d := range dialogues {
		for n := range d.steps {
			Run(t, Spec(), Options{Chunk: 5}, d.steps[:n]...)
			Run(t, Spec(), Options{}, append(append([]Step{}, d.steps[:n]...), d.steps[n+1:]...)...)
		}
	}
}

func TestProbe(t *testing.T) {
	on := func(orig, resp string) string {
		return Run(t, Spec(), Options{Detect: true, RespPort: 4444}, Orig(orig), Resp(resp))
	}
	if got := on("GET / HTTP/1.1\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"); !strings.HasSuffix(got, "service http\n") {
		t.Errorf("not detected: %s", got)
	}
	for _, s := range [][2]string{
		{"SSH-2.0-x\r\n", "HTTP/1.1 200 OK\r\n"}, {"\x16\x03\x01", "\x16\x03\x03"},
		{"EHLO x\r\n", "220 smtp\r\n"}, {"GETX", "HTTPX"}, {"GE", ""},
	} {
		if got := on(s[0], s[1]); got != "service \n" {
			t.Errorf("%q, %q taken for HTTP: %s", s[0], s[1], got)
		}
	}
}

func FuzzHTTP(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), 3)
	f.Add([]byte("POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=XX\r\n\r\n"+upload), []byte("HTTP/1.0 206 x\r\nContent-Range: bytes 1-5/9\r\n\r\n12345"), 7)
	f.Add([]byte("GET /\r\n"), []byte("raw"), 1)
	f.Fuzz(func(t *testing.T, orig, resp []byte, chunk int) {
		if chunk < 1 || chunk > 1<<16 {
			chunk = 0
		}
		want := Run(t, Spec(), Options{Size: 1 << 20}, Send(0, orig), Send(1, resp), Gap(0, 3), Send(0, orig), EOF(0), EOF(1))
		got := Run(t, Spec(), Options{Size: 1 << 20, Chunk: chunk}, Send(0, orig), Send(1, resp), Gap(0, 3), Send(0, orig), EOF(0), EOF(1))
		if got != want {
			t.Errorf("in pieces of %d:\n%s\nwant\n%s", chunk, got, want)
		}
	})
}
