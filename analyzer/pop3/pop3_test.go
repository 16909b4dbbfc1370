package pop3

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
		if _, got, _ := strings.Cut(out, "service "); got != want+"\n" {
			t.Errorf("%s: got %s, want %s", name, out, want)
		}
	}
	o, r := analyzertest.Orig, analyzertest.Resp
	port, detect := analyzertest.Options{}, analyzertest.Options{Detect: true, RespPort: 1110}
	f("log-in", "pop3", detect, r("+OK ready\r\n"), o("USER joe\r\n"), r("+OK\r\n"), o("PASS x\r\n"), r("-ERR no\r\n"), o("QUIT\r\n"), r("+OK\r\n"))
	f("capabilities", "pop3", port, r("+OK ready\r\n"), o("CAPA\r\n"), r("+OK\r\nTOP\r\nUSER\r\n.\r\n"), o("QUIT\r\n"), r("+OK\r\n"))
	f("TLS", "pop3,ssl", port, r("+OK ready\r\n"), o("STLS\r\n"), r("+OK begin\r\n"), o("\x16\x03\x01"))
	f("TLS refused", "", port, r("+OK ready\r\n"), o("STLS\r\n"), r("-ERR no\r\n"), o("\x16\x03\x01"))
	f("pipelined", "pop3,ssl", port, r("+OK ready\r\n"), o("USER joe\r\nLIST\r\nSTLS\r\n"), r("+OK\r\n+OK\r\n1 2\r\n.\r\n+OK\r\n"), o("\x16"))
	f("authentication", "pop3", port, r("+OK ready\r\n"), o("AUTH PLAIN\r\n"), r("+ \r\n"), o("AGpvZQB4\r\n"), r("+OK\r\n"), o("CAPA\r\n"), r("+OK\r\n.\r\n"))
	f("unknown answer", "", port, r("+OK ready\r\n"), o("USER joe\r\n"), r("+OK\r\n"), o("STAT\r\n"), r("+\r\n"))
	f("too many commands", "", port, o(strings.Repeat("NOOP\r\n", 11)))
	f("another server", "", port, r("220 ftp\r\n"))
	f("another protocol", "", detect, r("SSH-2.0-x\r\n"), o("SSH-2.0-x\r\n"))
	f("half a listing", "pop3", port, r("+OK ready\r\n"), o("LIST\r\n"), r("1 120\r\n"), r("+OK 1 message\r\n2 20\r\n.\r\n"), o("CAPA\r\n"), r("+OK\r\n.\r\n"))
	f("unknown commands", "", port, o("PING\r\nPING\r\n"), r("+PONG\r\n"))
}

func TestWeirds(t *testing.T) {
	o, r := analyzertest.Orig, analyzertest.Resp
	for _, tc := range []struct {
		name, want string
		o          analyzertest.Options
		steps      []analyzertest.Step
	}{
		{"Redis", "*2 $4 - LIB-NAME +PONG", analyzertest.Options{Detect: true, RespPort: 6379}, []analyzertest.Step{
			o("*2\r\n$4\r\nAUTH\r\n$4\r\nzeek\r\n"), r("+OK\r\n"),
			o("*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n"), r("+PONG\r\n"),
		}},
		{"CR alone", "CR +", analyzertest.Options{}, []analyzertest.Step{
			r("+OK ready\n"), o("STAT\n"), r("+\r\r..\r\r..x\r\r\n"),
		}},
		{"partial", "", analyzertest.Options{Partial: true}, []analyzertest.Step{r("+OK\r\n"), o("STAT\r\n"), r("+\r\n")}},
	} {
		var got []string
		for line := range strings.Lines(analyzertest.Chunkings(t, Spec(), tc.o, tc.steps...)) {
			switch {
			case strings.Contains(line, "single_CR"):
				got = append(got, "CR")
			case strings.HasPrefix(line, "weird"):
				_, addl, ok := strings.Cut(line, `"addl":"`)
				addl, _, _ = strings.Cut(addl, `"`)
				if !ok {
					addl = "-"
				}
				got = append(got, addl)
			}
		}
		if text := strings.Join(got, " "); text != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, text, tc.want)
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
	f.Add([]byte("USER joe\r\nCAPA\r\nAUTH PLAIN\r\nx\r\nSTLS\r\n"), []byte("+OK\r\n+OK\r\n+OK\r\nx\r\n.\r\n+OK\r\n-ERR\r\n"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
	})
}
