package imap

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func TestSessions(t *testing.T) {
	f := func(name, want string, o analyzertest.Options, steps ...analyzertest.Step) {
		t.Helper()
		tls := &analyzer.Spec{Name: "ssl", New: func() analyzer.Analyzer { return &confirmer{} }}
		o.More = []*analyzer.Spec{tls}
		out := analyzertest.Chunkings(t, Spec(), o, steps...)
		if got := strings.TrimSpace(out[strings.LastIndex(out, "service ")+len("service "):]); got != want {
			t.Errorf("%s: got %s, want %s", name, out, want)
		}
	}
	o, r := analyzertest.Orig, analyzertest.Resp
	var port analyzertest.Options
	hello := r("* OK [CAPABILITY IMAP4rev1] ready\r\n")
	f("TLS", "imap,ssl", port, hello, o(". STARTTLS\r\n"), r(". OK begin\r\n"), o("\x16\x03\x01"))
	f("TLS after capabilities", "imap,ssl", port, hello, o("1 capability\r\n"),
		r("* CAPABILITY IMAP4rev1 STARTTLS\r\n1 OK done\r\n"), o("2 starttls\n"), r("2 ok\n"), o("\x16\x03\x01"))
	f("TLS refused", "imap", port, hello, o("a STARTTLS\r\n"), r("a NO not now\r\n"), o("b LOGOUT x\r\n"))
	f("another tag", "imap", port, hello, o("a STARTTLS\r\n"), r("* ok x\r\n"))
	f("log-in", "imap", port, hello, o("a login joe x\r\n"), r("nothing\r\n\x00\r\n"))
	f("another protocol", "", port, o("GET\r\n"))
	f("no greeting", "", port, r("220 mail\r\n"), o("QUIT\r\n"))
	f("gap", "imap", port, hello, analyzertest.Gap(analyzer.Resp, 10), o("a STARTTLS\r\n"), r("a OK x\r\n"), o("\x16"))
	f("gap in TLS", "imap,ssl", port, hello, o("a STARTTLS\r\n"), r("a OK x\r\n"), o("\x16"), analyzertest.Gap(analyzer.Resp, 10), o("\x17"))
	f("partial", "", analyzertest.Options{Partial: true}, hello, o("a STARTTLS\r\n"))
	f("long line", "", port, r("* OK "+strings.Repeat("x", maxLine+5)))
}

func TestWeirds(t *testing.T) {
	o, r := analyzertest.Orig, analyzertest.Resp
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, r("* OK x\r\n"), o("a STARTTLS\r\nb STARTTLS\r\n"), r("b BAD x\r\n"))
	for _, want := range []string{"IMAP: client sent duplicate StartTLS", "IMAP: server refused StartTLS"} {
		if strings.Count(out, want) != 1 {
			t.Errorf("got %s, want %s once", out, want)
		}
	}
}

type confirmer struct{ analyzer.Base }

func (c *confirmer) Reset()                                   {}
func (c *confirmer) Close()                                   {}
func (c *confirmer) Gap(analyzer.Dir, uint64) bool            { return true }
func (c *confirmer) EOF(analyzer.Dir)                         {}
func (c *confirmer) Data(_ analyzer.Dir, b []byte) (int, int) { c.Confirm(); return len(b), 0 }

func FuzzStreams(f *testing.F) {
	f.Add([]byte("a capability\r\nb STARTTLS\r\nc login x y\r\n"), []byte("* OK x\r\n* CAPABILITY A B\r\nb OK\r\n\x16\x03"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
	})
}
