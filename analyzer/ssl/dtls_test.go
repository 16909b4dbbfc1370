package ssl

import (
	"encoding/binary"
	"strings"
	"testing"

	"wirehunt/analyzer/analyzertest"
)

// dtlsRecord makes a record of DTLS 1.2.
func dtlsRecord(typ byte, number uint64, body string) string {
	b := []byte{typ, 0xfe, 0xfd}
	b = binary.BigEndian.AppendUint64(b, number)
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return string(b) + body
}

// dtlsMessage makes a fragment of a handshake message.
func dtlsMessage(typ byte, seq uint16, message string, from, to int) string {
	n := func(v int) string { return string([]byte{byte(v >> 16), byte(v >> 8), byte(v)}) }
	return string([]byte{typ}) + n(len(message)) + string([]byte{byte(seq >> 8), byte(seq)}) +
		n(from) + n(to-from) + message[from:to]
}

var (
	dtlsClientHello = "\xfe\xfd" + strings.Repeat("r", 32) + "\x00\x00\x00\x02\xc0\x2b\x01\x00" +
		"\x00\x12\x00\x00\x00\x0e\x00\x0c\x00\x00\x09a.example"
	dtlsServerHello = "\xfe\xfd" + strings.Repeat("s", 32) + "\x00\xc0\x2b\x00"
)

func TestDTLS(t *testing.T) {
	ch, sh := dtlsClientHello, dtlsServerHello
	half := len(ch) / 2
	out := analyzertest.Run(t, DTLSSpec(), analyzertest.Options{Detect: true, RespPort: 5000},
		analyzertest.Orig("\x00\x01\x00\x00\x21\x12\xa4\x42"+strings.Repeat("t", 12)), // STUN
		analyzertest.Orig(dtlsRecord(22, 0, dtlsMessage(1, 0, ch, 0, len(ch)))),
		analyzertest.Resp(dtlsRecord(22, 0, dtlsMessage(3, 0, "\xfe\xff\x02cc", 0, 5))),
		analyzertest.Orig("\x00\x01\x00\x00\x21\x12\xa4\x42"+strings.Repeat("t", 12)),
		analyzertest.Orig(dtlsRecord(22, 2, dtlsMessage(1, 1, ch, half, len(ch)))),
		analyzertest.Orig(dtlsRecord(22, 1, dtlsMessage(1, 1, ch, 0, half))),
		analyzertest.Resp(dtlsRecord(22, 1, dtlsMessage(2, 1, sh, 0, len(sh)))+dtlsRecord(22, 2, dtlsMessage(14, 2, "", 0, 0))),
		analyzertest.Orig(dtlsRecord(22, 3, dtlsMessage(16, 2, "k", 0, 1))+dtlsRecord(20, 4, "\x01")+dtlsRecord(22, 1<<48, "enc")),
		analyzertest.Resp(dtlsRecord(20, 3, "\x01")+dtlsRecord(22, 1<<48, "enc")))
	ssl := rows(t, out, "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %s", out)
	}
	check(t, ssl[0], map[string]any{"version": "DTLSv12", "server_name": "a.example", "established": true,
		"cipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ssl_history": "CvCsnGIi"})
	if s := serviceOf(out); s != "dtls" {
		t.Errorf("service %q", s)
	}
}

// TestDTLSFlipped has the originator as the server.
func TestDTLSFlipped(t *testing.T) {
	out := analyzertest.Run(t, DTLSSpec(), analyzertest.Options{},
		analyzertest.Resp(dtlsRecord(22, 0, dtlsMessage(1, 0, dtlsClientHello, 0, len(dtlsClientHello)))),
		analyzertest.Orig(dtlsRecord(22, 0, dtlsMessage(2, 0, dtlsServerHello, 0, len(dtlsServerHello)))))
	ssl := rows(t, out, "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %s", out)
	}
	check(t, ssl[0], map[string]any{"ssl_history": "^Cs", "server_name": "a.example"})
}

func TestDTLSBroken(t *testing.T) {
	ch := dtlsClientHello
	f := func(name, want string, steps ...analyzertest.Step) {
		t.Helper()
		ssl := rows(t, analyzertest.Run(t, DTLSSpec(), analyzertest.Options{}, steps...), "ssl")
		got := "-"
		if len(ssl) == 1 {
			got, _ = ssl[0]["ssl_history"].(string)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	send := func(number uint64, from, to int) analyzertest.Step {
		return analyzertest.Orig(dtlsRecord(22, number, dtlsMessage(1, 0, ch, from, to)))
	}
	third := len(ch) / 3
	f("in order", "C", send(0, 0, third), send(1, third, 2*third), send(2, 2*third, len(ch)))
	f("backwards", "C", send(2, 2*third, len(ch)), send(1, third, 2*third), send(0, 0, third))
	f("numbers too far apart", "", send(0, 0, third), send(0x80, third, 2*third), send(0x100, 2*third, len(ch)))
	f("other protocols", "-", analyzertest.Orig("\x80\x60abcdefghijklmnop"), analyzertest.Orig("GET / HTTP/1.1\r\n"))
	f("cut", "-", analyzertest.Orig(dtlsRecord(22, 0, dtlsMessage(1, 0, ch, 0, len(ch)))[:40]))
	f("cut header", "-", analyzertest.Orig("\x16\xfe\xfd\x00"))
}
