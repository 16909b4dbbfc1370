package ftp

import (
	"encoding/base64"
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
)

// tlsSession stands in for TLS: it is established once both sides sent.
type tlsSession struct {
	analyzer.Base
	sent [2]string
}

func (s *tlsSession) Reset()                        { s.sent = [2]string{} }
func (s *tlsSession) Close()                        {}
func (s *tlsSession) EOF(analyzer.Dir)              {}
func (s *tlsSession) Gap(analyzer.Dir, uint64) bool { return false }
func (s *tlsSession) Established() bool             { return s.sent[0] != "" && s.sent[1] != "" }
func (s *tlsSession) Data(dir analyzer.Dir, b []byte) (int, int) {
	s.sent[dir] += string(b)
	return len(b), 0
}

func TestGridFTP(t *testing.T) {
	more := []*analyzer.Spec{{Name: "ssl", New: func() analyzer.Analyzer { return new(tlsSession) }}}
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	hello := b64("\x16\x03\x01\x00\x02ab")
	for _, c := range []struct{ name, first, answer, want, weird string }{
		{"handshake", hello, "335 ADAT=" + b64("\x16x"), "ftp,gridftp", ""},
		{"last token", hello, "235 ADAT=" + b64("\x16x"), "ftp,gridftp", ""},
		{"no answer", hello, "335 ADAT=", "ftp", ""},
		{"not TLS", b64("\x60\x03\x01\x00\x02ab"), "335 ADAT=" + b64("x"), "ftp", ""},
		{"bad encoding", " " + hello[:4] + " " + hello[4:], "335 ADAT=" + b64("x"), "ftp", "base64_illegal_encoding character 32 ignored by Base64 decoding, ftp_adat_bad_first_token_encoding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Chunkings(t, Spec(), Options{More: more}, Resp("220 x\r\n"), Orig("AUTH GSSAPI\r\n"), Resp("334 go\r\n"),
				Orig("ADAT "+c.first+"\r\n"), Resp(c.answer+"\r\n"))
			var weirds []string
			for line := range strings.Lines(got) {
				if _, rest, ok := strings.Cut(line, `"name":"`); ok {
					rest, _, _ = strings.Cut(strings.ReplaceAll(rest, `","addl":"`, " "), `"`)
					weirds = append(weirds, rest)
				}
			}
			if !strings.HasSuffix(got, "service "+c.want+"\n") || strings.Join(weirds, ", ") != c.weird {
				t.Errorf("want service %s and weirds %q:\n%s", c.want, c.weird, got)
			}
		})
	}
}
