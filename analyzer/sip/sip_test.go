package sip

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// message makes a message from its lines.
func message(body string, lines ...string) string {
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

var (
	invite = message("v=0\r\n\r\no=-", "INVITE sip:bob@b.example SIP/2.0",
		"Via: SIP/2.0/UDP pc.a.example;branch=z9hG4bK776", "v:SIP/2.0/UDP gw.a.example; branch=z9", "Max-Forwards: 70",
		"From: Alice <sip:alice@a.example>;tag=1928", "To: Bob <sip:bob@b.example>", "Call-ID: a84b4c76@pc", "CSeq: 314 INVITE",
		"User-Agent: phone/1.0", "Subject: lunch", "Reply-To: x", "Date: today", "Content-Type: application/sdp", "Content-Length:   10")
	trying = message("", "SIP/2.0 100 Trying", "Via: SIP/2.0/UDP pc.a.example;branch=z9hG4bK776", "Content-Length: 0")
	ok     = message("1234", "SIP/2.0 200 OK", "Via: SIP/2.0/UDP pc.a.example;received=10.0.0.1", "From: <sip:alice@a.example>; tag=1928",
		"t: <sip:bob@b.example>;tag=a6c", "Warning: 399 x", "C: text/plain", "L: 4")
	bye = message("", "BYE sip:bob@b.example SIP/2.0", "Call-ID: a84b4c76@pc")
)

var dialogues = map[string][]Step{
	"call":                 {Orig(invite), Resp(trying), Resp(ok), Orig(bye), Resp(message("", "SIP/2.0 200 OK"))},
	"no answer":            {Orig(invite), Resp(trying)},
	"request sent again":   {Orig(bye), Orig(bye)},
	"answer alone":         {Resp(ok)},
	"two in a datagram":    {Orig(bye + bye), Resp(message("", "SIP/2.0 481 Gone") + message("", "SIP/2.0 481 Gone again"))},
	"over two datagrams":   {Orig(invite[:100]), Orig(invite[100:]), Resp(ok[:len(ok)-2]), Resp(ok[len(ok)-2:])},
	"keep-alive":           {Orig("\r\n\r\n"), Orig("\x00\x00\x00\x00" + bye), Resp("\r\n"), Resp(ok)},
	"other line ends":      {Orig("OPTIONS sip:x SIP/2.0\nTo: y\n\n")},
	"unknown method":       {Orig(message("", "PUBLISH sip:x SIP/2.0"))},
	"bad lengths":          {Orig(message("", "BYE sip:x SIP/2.0", "Content-Length: ten")), Resp(message("", "SIP/2.0 200 OK", "Content-Length: -1"))},
	"roles exchanged":      {Orig(ok)},
	"no SIP":               {Orig("\x16\xfe\xff\x00\x00")},
	"no SIP but text":      {Orig("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n")},
	"header without colon": {Orig(message("", "BYE sip:x SIP/2.0", "Continued", "x"))},
	"no status":            {Resp("SIP/2.0 OK\r\n")},
	"endless line":         {Orig(strings.Repeat("x", maxLine)), Orig("x")},
	"many Vias":            {Orig(message("", "BYE sip:x SIP/2.0", strings.TrimSuffix(strings.Repeat("Via: a;branch=b\r\n", maxPath+5), "\r\n")))},
}

func TestDialogues(t *testing.T) {
	for name, steps := range dialogues {
		t.Run(name, func(t *testing.T) {
			got := Run(t, Spec(), Options{}, steps...)
			golden.Check(t, "testdata/"+strings.ReplaceAll(name, " ", "-")+".golden", []byte(got))
		})
	}
}

// TestLateNonsense has a request of the callee, which as in Zeek is none, on
// a large connection.
func TestLateNonsense(t *testing.T) {
	got := Run(t, Spec(), Options{Size: 1 << 20}, Orig(bye), Resp(bye), Resp(message("", "SIP/2.0 200 OK")))
	if !strings.Contains(got, `"status_code":200`) || !strings.HasSuffix(got, "service sip\n") {
		t.Errorf("got %s", got)
	}
}

func TestProbe(t *testing.T) {
	f := func(want bool, dir analyzer.Dir, b string) {
		t.Helper()
		got := Run(t, Spec(), Options{Detect: true, RespPort: 9999}, Send(dir, []byte(b)))
		if strings.Contains(got, "sip {") != want {
			t.Errorf("%q: got %s", b, got)
		}
	}
	f(true, analyzer.Orig, bye)
	f(true, analyzer.Resp, ok)
	f(false, analyzer.Orig, "BYE sip:x SIP/2.0\n\n")
	f(false, analyzer.Orig, "GET / HTTP/1.1\r\n\r\n")
	f(false, analyzer.Orig, " SIP/2.")
	f(false, analyzer.Resp, "SIP/2.0 20")
}

func FuzzSIP(f *testing.F) {
	f.Add([]byte(invite+bye), []byte(trying+ok))
	f.Add([]byte("\x00\x00\x00\x00"+bye), []byte("SIP/2.0 999  \r\nL:3\r\n\r\nab"))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Run(t, Spec(), Options{Size: 1}, Send(0, orig), Send(1, resp), Send(0, orig), Send(1, resp))
	})
}

func TestAllocs(t *testing.T) {
	if n := Allocs(t, Spec(), Options{}, Orig(invite), Resp(ok)); n > 0 {
		t.Errorf("%v allocations per request and answer", n)
	}
}
