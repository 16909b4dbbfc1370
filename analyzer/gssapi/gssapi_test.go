package gssapi

import (
	"encoding/hex"
	"testing"

	"wirehunt/analyzer"
)

// probeChild stands in for the analyzers below and notes what it is given.
type probeChild struct {
	analyzer.Base
	log *string
}

func (p *probeChild) Reset() {}
func (p *probeChild) Close() {}
func (p *probeChild) Datagram(dir analyzer.Dir, b []byte, _ int) {
	*p.log += p.Spec().Name + []string{">", "<"}[dir] + hex.EncodeToString(b) + " "
}
func (p *probeChild) Result(ok bool) {
	*p.log += p.Spec().Name + map[bool]string{true: "+ ", false: "- "}[ok]
}

func child(name string, log *string) *analyzer.Spec {
	return &analyzer.Spec{Name: name, New: func() analyzer.Analyzer { return &probeChild{log: log} }}
}

// run gives the tokens, "<" in front of those of the responder, and returns
// what went to the children and the confirmed services.
func run(t testing.TB, tokens ...string) (got, services string) {
	t.Helper()
	e := analyzer.NewEngine([]*analyzer.Spec{Spec(), child("ntlm", &got), child("krb", &got)}, analyzer.Options{})
	c := &analyzer.Conn{Proto: 6}
	e.OpenWith(c, "gssapi")
	for _, s := range tokens {
		dir := analyzer.Orig
		if s[0] == '<' {
			dir, s = analyzer.Resp, s[1:]
		}
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		e.Datagram(c, dir, b, len(b))
	}
	services = string(e.AppendServices(nil, c))
	e.Close(c)
	if e.Stats.Panics > 0 {
		t.Fatal(e.Stats.Panic)
	}
	return got, services
}

func tlv(tag, body string) string {
	n := len(body) / 2
	if n < 128 {
		return tag + hex.EncodeToString([]byte{byte(n)}) + body
	}
	return tag + "82" + hex.EncodeToString([]byte{byte(n >> 8), byte(n)}) + body
}

const (
	ntlm1 = "4e544c4d5353500001000000"
	ntlm2 = "4e544c4d5353500002000000"
)

func negInit(token string) string {
	return tlv("60", tlv("06", "2b0601050502")+tlv("a0", tlv("30",
		tlv("a0", tlv("30", tlv("06", "2b06010401823702020a")))+tlv("a2", tlv("04", token)))))
}

func negResp(state, token string) string {
	body := ""
	if state != "" {
		body = tlv("a0", tlv("0a", state))
	}
	if token != "" {
		body += tlv("a2", tlv("04", token))
	}
	return tlv("a1", tlv("30", body))
}

func TestTokens(t *testing.T) {
	apReq := tlv("6e", tlv("30", "020105"))
	apRep := tlv("6f", tlv("30", "020105"))
	krbToken := tlv("60", tlv("06", "2a864886f712010202")+"0100"+apReq)
	f := func(want, services string, tokens ...string) {
		t.Helper()
		if got, s := run(t, tokens...); got != want || s != services {
			t.Errorf("%v: got %q, services %q; want %q, %q", tokens, got, s, want, services)
		}
	}
	f("ntlm>"+ntlm1+" ", "", ntlm1)
	f("ntlm>"+ntlm1+" ntlm<"+ntlm2+" ntlm+ ", "gssapi",
		negInit(ntlm1), "<"+negResp("01", ntlm2), "<"+negResp("00", ""))
	f("ntlm>"+ntlm1+" ntlm- ", "gssapi", negInit(ntlm1), "<"+negResp("02", ""))
	f("ntlm>"+ntlm1+" ", "gssapi", negInit(ntlm1), "<"+negResp("03", ""))
	f("krb>"+apReq+" krb<"+apRep+" ", "gssapi", negInit(krbToken), "<"+negResp("00", apRep))
	f("krb>"+apReq+" ", "gssapi", krbToken)
	f("", "gssapi", "<"+negResp("00", ""))
	f("", "", tlv("60", tlv("06", "2a03")))
}

func TestRefused(t *testing.T) {
	for _, s := range []string{"00", "474554202f", "60", "6005", "a1023000ff"[:6], "a1053003a003", "3000"} {
		got, services := run(t, s)
		if got != "" || services != "" && s != "a1053003a003" {
			t.Errorf("%s: got %q, services %q", s, got, services)
		}
	}
}

func TestGoesOnAfterViolation(t *testing.T) {
	// A violated analyzer takes nothing more.
	if got, _ := run(t, "474554202f", ntlm1); got != "" {
		t.Errorf("got %q after a violation", got)
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{negInit(ntlm1), negResp("01", ntlm2), negInit(tlv("60", tlv("06", "2a864886f712010202")+"0100"))} {
		b, _ := hex.DecodeString(s)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 0 {
			run(t, hex.EncodeToString(b), "<"+hex.EncodeToString(b))
		}
	})
}
