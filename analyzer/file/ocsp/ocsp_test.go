package ocsp

import (
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// carrier takes each datagram for a response.
type carrier struct{ analyzer.Base }

func (c *carrier) Reset() {}
func (c *carrier) Close() {}
func (c *carrier) Datagram(_ analyzer.Dir, b []byte, _ int) {
	Response(c.Conn, c.Conn.Start, "Fid", b)
}

func run(t testing.TB, der string) string {
	t.Helper()
	spec := &analyzer.Spec{Name: "carrier", New: func() analyzer.Analyzer { return new(carrier) }}
	return analyzertest.Run(t, spec, analyzertest.Options{Proto: 17}, analyzertest.Resp(der))
}

// tlv puts an element together.
func tlv(id byte, parts ...string) string {
	body := strings.Join(parts, "")
	return string([]byte{id, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
}

const (
	sha1   = "\x2b\x0e\x03\x02\x1a"
	sha256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
	basic  = oidBasic
	other  = "\x2a\x03\x04"
)

func certID(alg, serial string) string {
	return tlv(0x30, tlv(0x30, tlv(6, alg), tlv(5)), tlv(4, "\xab\xcd"), tlv(4, "\x01\x02"), tlv(2, serial))
}

func date(s string) string { return tlv(0x18, s) }

var (
	good    = tlv(0x30, certID(sha1, "\x00\x9f\x01"), "\x80\x00", date("20260102030405Z"), tlv(0xa0, date("20260109030405Z")))
	revoked = tlv(0x30, certID(sha256, "\x05"), tlv(0xa1, date("20250102030405Z"), tlv(0xa0, "\x0a\x01\x01")), date("20260102030405Z"))
	bare    = tlv(0x30, certID(other, "\xff\x00"), tlv(0xa1, date("20250102030405Z")), date("20260102030405Z"))
	odd     = tlv(0x30, certID(sha1, "\x00"), tlv(0xa1, date("20250102030405Z"), tlv(0xa0, "\x0a\x01\x07")), date("20260102030405Z"))
	unknown = tlv(0x30, certID(sha1, "\x01"), "\x82\x00", date("20260102030405Z"), tlv(0xa1))
)

// response is a whole one with version and a responder by name.
func response(typ string, singles ...string) string {
	data := tlv(0x30, tlv(0xa0, tlv(2, "\x00")), tlv(0xa1, tlv(0x30)), date("20260102030405Z"), tlv(0x30, singles...))
	return tlv(0x30, "\x0a\x01\x00", tlv(0xa0, tlv(0x30, tlv(6, typ), tlv(4, tlv(0x30, data, tlv(0x30), tlv(3, "\x00"))))))
}

func TestResponse(t *testing.T) {
	golden.Check(t, filepath.Join("testdata", "response.golden"), []byte(run(t, response(basic, good, revoked, bare, odd, unknown))))
	for name, der := range map[string]string{
		"try later":        tlv(0x30, "\x0a\x01\x03"),
		"of another kind":  response(other, good),
		"nothing in it":    response(basic),
		"malformed single": response(basic, tlv(0x30, tlv(0x30))),
	} {
		if got := run(t, der); got != "service \n" {
			t.Errorf("%s: %s", name, got)
		}
	}
	whole := response(basic, good)
	for _, der := range []string{"\x00", "HTTP/1.1", whole[:len(whole)-1], strings.Replace(whole, "\xa1\x82\x00\x04", "\xa5\x82\x00\x04", 1)} {
		got := run(t, der)
		if !strings.Contains(got, `"name":"openssl_ocsp_reply_parse_error","addl":"Fid"`) || strings.Contains(got, "ocsp {") || strings.Contains(got, "orig_h") {
			t.Errorf("%s: %s", hex.EncodeToString([]byte(der)), got)
		}
	}
	many := response(basic, strings.Repeat(unknown, 2*maxSingle))
	if n := strings.Count(run(t, many), "ocsp {"); n != maxSingle {
		t.Errorf("%d rows of one response", n)
	}
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte(response(basic, good, revoked, bare, odd, unknown)))
	f.Add([]byte(tlv(0x30, "\x0a\x01\x03")))
	f.Fuzz(func(t *testing.T, der []byte) { run(t, string(der)) })
}
