package http

import (
	"encoding/base64"
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
	"wirehunt/analyzer/gssapi"
	"wirehunt/analyzer/ntlm"
)

// Messages of NTLM with the fields that a record needs: a negotiation, a
// challenge without target, and a proof of bob's (OEM strings).
var (
	ntlmNegotiate = "NTLMSSP\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 20)
	ntlmChallenge = "NTLMSSP\x00\x02\x00\x00\x00" + strings.Repeat("\x00", 36)
	ntlmProof     = "NTLMSSP\x00\x03\x00\x00\x00" + strings.Repeat("\x00", 16) + // no responses
		"\x00\x00\x00\x00\x00\x00\x00\x00" + // domain
		"\x03\x00\x03\x00\x40\x00\x00\x00" + // user
		strings.Repeat("\x00", 20) + "bob"
)

func request(header, token string) Step {
	return Orig("GET / HTTP/1.1\r\nHost: h\r\n" + header + base64.StdEncoding.EncodeToString([]byte(token)) + "\r\n\r\n")
}

func reply(status, header, token string) Step {
	return Resp("HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n" + header + base64.StdEncoding.EncodeToString([]byte(token)) + "\r\n\r\n")
}

// NTLM in HTTP has records in ntlm.log, but is no service.
func TestNTLM(t *testing.T) {
	const bob = `"username":"bob"`
	const auth, ask = "Authorization: NTLM ", "WWW-Authenticate: NTLM "
	for _, c := range []struct {
		name  string
		steps []Step
		want  string // "" for no record
	}{
		{"success", []Step{request(auth, ntlmNegotiate), reply("401", ask, ntlmChallenge), request(auth, ntlmProof), reply("404", "X: ", "")}, `"success":true`},
		{"failure", []Step{request(auth, ntlmNegotiate), reply("401", ask, ntlmChallenge), request(auth, ntlmProof), reply("401", ask, "")}, `"success":false`},
		{"negotiate", []Step{request("authorization: Negotiate ", ntlmProof), reply("100", "X: ", ""), reply("200", "X: ", "")}, `"success":true`},
		{"proxy", []Step{request("Proxy-Authorization: NTLM ", ntlmProof), reply("401", "X: ", "")}, `"success":true`},
		{"refused by proxy", []Step{request("Proxy-Authorization: NTLM ", ntlmProof), reply("407", "Proxy-Authenticate: NTLM ", "")}, `"success":false`},
		{"not by the server", []Step{request(auth, ntlmProof), reply("407", "X: ", "")}, bob + `}`},
		{"no token", []Step{request(auth, ""), request("Authorization: Basic ", ntlmProof), reply("401", "WWW-Authenticate: Negotiate, NTLM", "")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Chunkings(t, Spec(), Options{More: []*analyzer.Spec{gssapi.Spec(), ntlm.Spec()}}, c.steps...)
			if n := strings.Count(got, "ntlm {"); n != strings.Count(got, bob) || (n > 0) != (c.want != "") || n > 1 || !strings.Contains(got, c.want) {
				t.Errorf("want one with %s, got %d records:\n%s", c.want, n, got)
			}
			if !strings.HasSuffix(got, "service http\n") {
				t.Errorf("service: %s", got)
			}
		})
	}
	// Nobody to take the tokens.
	Run(t, Spec(), Options{}, request(auth, ntlmProof), reply("200", ask, ntlmChallenge))
}
