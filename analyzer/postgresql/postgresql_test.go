package postgresql

import (
	"encoding/binary"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// msg is a message with a type.
func msg(typ byte, body string) string {
	return string(binary.BigEndian.AppendUint32([]byte{typ}, uint32(len(body)+4))) + body
}

// untyped is a message without type.
func untyped(body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))) + body
}

func login(parameters ...string) string {
	return untyped("\x00\x03\x00\x00" + strings.Join(append(parameters, ""), "\x00") + "\x00")
}

func auth(id byte, more string) string { return msg('R', "\x00\x00\x00"+string([]byte{id})+more) }

const (
	tls  = "\x04\xd2\x16\x2f"
	gss  = "\x04\xd2\x16\x30"
	idle = "I"
)

func dialogues() map[string][]analyzertest.Step {
	o, r := analyzertest.Orig, analyzertest.Resp
	joe := login("user", "joe", "database", "shop", "application_name", "psql", "client_encoding", "UTF8")
	in := []analyzertest.Step{o(joe), r(auth(0, "") + msg('S', "TimeZone\x00UTC\x00") + msg('K', "12345678") + msg('Z', idle))}
	after := func(steps ...analyzertest.Step) []analyzertest.Step {
		return append(append([]analyzertest.Step{}, in...), steps...)
	}
	errText := "SERROR\x00VERROR\x00C42P01\x00Mrelation \"x\" does not exist\x00P15\x00\x00"
	rows := msg('T', "\x00\x01id\x00") + msg('D', "\x00\x01\x00\x00\x00\x011") + msg('D', "\x00\x01\x00\x00\x00\x012") + msg('C', "SELECT 2\x00")
	return map[string][]analyzertest.Step{
		"trust":    after(o(msg('X', ""))),
		"query":    after(o(msg('Q', "SELECT id FROM t\x00")), r(rows+msg('Z', idle)), o(msg('Q', "BEGIN\x00")), r(msg('C', "BEGIN\x00")+msg('Z', "T"))),
		"error":    after(o(msg('Q', "SELECT * FROM x\x00")), r(msg('E', errText)+msg('Z', "E"))),
		"notice":   after(o(msg('Q', "DROP TABLE IF EXISTS x\x00")), r(msg('N', "SNOTICE\x00C00000\x00Mskipping\x00\x00")+msg('Z', idle))),
		"extended": after(o(msg('P', "s1\x00SELECT $1\x00\x00\x00")+msg('B', "x")+msg('E', "\x00\x00\x00\x00\x00")+msg('S', "")), r(msg('1', "")+msg('2', "")+rows+msg('Z', idle))),
		"prepared": after(o(msg('B', "x")+msg('E', "\x00\x00\x00\x00\x00")+msg('S', "")), r(msg('2', "")+rows+msg('Z', idle))),
		"SASL": {
			o(joe), r(auth(10, "SCRAM-SHA-256\x00\x00")), o(msg('p', "SCRAM-SHA-256\x00n,,n=,r=x")), r(auth(11, "r=x")), o(msg('p', "c=biws")),
			r(auth(12, "v=x") + auth(0, "") + msg('Z', idle)),
		},
		"refused":     {o(login("user", "joe")), r(auth(5, "salt")), o(msg('p', "md5x\x00")), r(msg('E', "SFATAL\x00C28P01\x00Mpassword authentication failed\x00\x00"))},
		"TLS":         {o(untyped(tls)), r("S"), o("\x16\x03\x01"), r("\x16\x03\x03")},
		"no TLS":      {o(untyped(tls)), r("N"), o(joe), r(auth(0, "") + msg('Z', idle))},
		"GSS":         {o(untyped(gss)), r("N"), o(untyped(tls)), r("S"), o("\x16")},
		"GSS taken":   {o(untyped(gss)), r("G"), o("\x00\x00\x00\x05hello")},
		"cancel":      {o(untyped("\x04\xd2\x16\x2e12345678"))},
		"long query":  after(o(msg('Q', "SELECT '"+strings.Repeat("x", maxQuery)+"'\x00")), r(rows+msg('Z', idle))),
		"server left": after(o(msg('Q', "SELECT 1\x00"))),
		"gap":         after(o(msg('Q', "SELECT 1\x00")), analyzertest.Gap(analyzer.Resp, 50), r(msg('Z', idle))),
		"odd":         after(r(msg('Z', "?"))),
		"version 2":   {o(untyped("\x00\x02\x00\x00joe")), r(auth(0, ""))},
		"HTTP":        {o("GET / HTTP/1.0\r\n\r\n"), r("HTTP/1.0 200 OK\r\n\r\n")},
	}
}

func TestGolden(t *testing.T) {
	for name, steps := range dialogues() {
		t.Run(name, func(t *testing.T) {
			ssl := &analyzer.Spec{Name: "ssl", New: func() analyzer.Analyzer { return &confirmer{} }}
			got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{More: []*analyzer.Spec{ssl}}, steps...)
			golden.Check(t, "testdata/"+strings.ReplaceAll(name, " ", "_")+".golden", []byte(got))
		})
	}
}

func TestProbe(t *testing.T) {
	joe := login("user", "joe")
	for _, tc := range []struct {
		name, orig, resp string
		want             analyzer.Verdict
	}{
		{"log-in", joe, "R\x00\x00\x00\x08", analyzer.Yes},
		{"user late", login("database", "x", "user", "joe"), "E\x00\x00\x01", analyzer.Yes},
		{"no answer", joe, "", analyzer.NeedMore},
		{"half a log-in", joe[:9], "", analyzer.NeedMore},
		{"no user", login("x", "y"), "R\x00\x00\x00", analyzer.No},
		{"another answer", joe, "HTTP/1.1", analyzer.No},
		{"TLS", untyped(tls), "S", analyzer.Yes},
		{"TLS refused", untyped(tls), "N", analyzer.Yes},
		{"TLS, another answer", untyped(tls), "E", analyzer.No},
		{"start", "\x00\x00", "", analyzer.NeedMore},
		{"SMB", "\x00\x00\x00\x55\xffSMBr\x00", "", analyzer.No},
	} {
		if got := probe(&analyzer.Start{Orig: []byte(tc.orig), Resp: []byte(tc.resp)}); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
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
	f.Add([]byte(login("user", "joe")+msg('Q', "SELECT 1\x00")), []byte(auth(0, "")+msg('E', "Mx\x00\x00")+msg('Z', idle)))
	f.Add([]byte(untyped(tls)), []byte("S"))
	f.Add([]byte(untyped(gss)+untyped(tls)), []byte("NN"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Chunkings(t, Spec(), analyzertest.Options{Size: 1}, analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
	})
}
