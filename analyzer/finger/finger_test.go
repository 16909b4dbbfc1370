package finger

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func TestSessions(t *testing.T) {
	o, r := analyzertest.Orig, analyzertest.Resp
	for _, tc := range []struct {
		name, want string
		steps      []analyzertest.Step
	}{
		{"user", "finger", []analyzertest.Step{o("joe\r\n"), r("no such user\r\n")}},
		{"details", "finger", []analyzertest.Step{o("/W joe@host.example\r\n")}},
		{"all details", "finger", []analyzertest.Step{o("/W\n")}},
		{"everyone", "finger", []analyzertest.Step{o("\r\n"), r("Login  Name\n"), r("joe    Joe\n")}},
		{"forwarded for everyone", "", []analyzertest.Step{o("@host\r\n")}},
		{"everyone, short answer", "", []analyzertest.Step{o("\r\n"), r("nobody\r\n")}},
		{"half a question", "", []analyzertest.Step{o("joe")}},
		{"TLS", "", []analyzertest.Step{o("\x16\x03\x01\x00\n\x01")}},
		{"no UTF-8", "", []analyzertest.Step{o("\xff\xfe\n")}},
		{"a long line", "", []analyzertest.Step{o(strings.Repeat("a", maxLine+2))}},
		{"gap", "", []analyzertest.Step{analyzertest.Gap(analyzer.Orig, 4), o("joe\n")}},
	} {
		if got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{Detect: true}, tc.steps...); got != "service "+tc.want+"\n" {
			t.Errorf("%s: got %s", tc.name, got)
		}
	}
}

func FuzzStreams(f *testing.F) {
	f.Add([]byte("/W joe\r\n"), []byte("Login: joe\r\nName: Joe\r\n"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Chunkings(t, Spec(), analyzertest.Options{Size: 1}, analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
	})
}
