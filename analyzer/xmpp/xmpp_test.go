package xmpp

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func TestStreams(t *testing.T) {
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
	port, detect := analyzertest.Options{}, analyzertest.Options{Detect: true, RespPort: 1234}
	const open = "<?xml version='1.0'?><stream:stream to='a' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
	const features = "<stream:features><starttls xmlns='x'/><mechanism>PLAIN</mechanism></stream:features>"
	f("TLS", "xmpp,ssl", port, o(open), r(open+features), o("<starttls xmlns='x'/>"), r("<proceed xmlns='x'/>"), o("\x16\x03"))
	f("on another port", "xmpp,ssl", detect, o(open), r(open+features), o("<starttls xmlns='x'/>"), r("<proceed xmlns='x'/>"), o("\x16\x03"))
	f("without declaration", "xmpp", detect, o("\n"+open[len("<?xml version='1.0'?>"):]), r(open))
	f("log-in", "xmpp", port, o(open), r(open+"<success/>\x00<"), o("<<<"))
	f("dialback", "xmpp", port, o(open+"<db:result from='a'>x</db:result>"), r("<proceed/>"), o("\x16"))
	f("unasked", "xmpp", port, o(open), r("<proceed/>"), o("<a>"))
	f("another name space", "", detect, o("<stream:stream xmlns='other:'>"), r("<a>"))
	f("no tag", "", port, o(open), r("< >"))
	f("gap", "xmpp", port, o(open), analyzertest.Gap(analyzer.Resp, 5), o("<starttls/>"), r("<proceed/>"), o("\x16"))
	f("partial", "", analyzertest.Options{Partial: true}, o(open))
	f("long tag", "", port, o("<a "+strings.Repeat("x", maxTag+5)))
	f("HTML", "", detect, o("<html><body>"), r("<html>"))
}

func TestWeird(t *testing.T) {
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, analyzertest.Resp("<proceed/>"))
	if !strings.Contains(out, "XMPP: proceed without starttls") {
		t.Error("got", out)
	}
}

type confirmer struct{ analyzer.Base }

func (c *confirmer) Reset()                                   {}
func (c *confirmer) Close()                                   {}
func (c *confirmer) Gap(analyzer.Dir, uint64) bool            { return true }
func (c *confirmer) EOF(analyzer.Dir)                         {}
func (c *confirmer) Data(_ analyzer.Dir, b []byte) (int, int) { c.Confirm(); return len(b), 0 }

func FuzzStreams(f *testing.F) {
	f.Add([]byte("<?xml?><stream:stream xmlns='jabber:client'><starttls/>\x16"), []byte("<a>x</a><proceed/>\x16\x03"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Run(t, Spec(), analyzertest.Options{Detect: true, RespPort: 1}, analyzertest.Send(analyzer.Orig, client),
			analyzertest.Send(analyzer.Resp, server), analyzertest.Send(analyzer.Orig, client))
	})
}
