package http

import (
	"bytes"
	"encoding/base64"
	"strconv"

	"wirehunt/analyzer"
)

// Whose authentication a token is part of.
const (
	authServer = iota
	authProxy
)

// authenticateMessage is the start of NTLM's last message ([MS-NLMP] 2.2.1.3),
// bare or within a token of SPNEGO.
var authenticateMessage = []byte("NTLMSSP\x00\x03\x00\x00\x00")

// authToken hands the token of "NTLM <base64>" or "Negotiate <base64>"
// (RFC 4559, [MS-NTHT]) on.  Zeek does not look at these, so conn.log's
// service does not have what is found in them.
func (a *Analyzer) authToken(t *txn, dir analyzer.Dir, proxy bool, value []byte) {
	scheme, token, _ := bytes.Cut(value, []byte(" "))
	if !equalFold(scheme, "NTLM") && !equalFold(scheme, "NEGOTIATE") {
		return
	}
	if token = skipSpace(token); len(token) == 0 {
		return
	}
	who := authServer
	if proxy {
		who = authProxy
	}
	if a.auth[who] == nil {
		if a.auth[who] = a.QuietChild("gssapi"); a.auth[who] == nil {
			return
		}
	}
	a.scratch = decode64(a.scratch[:0], token)
	if dir == analyzer.Orig && bytes.Contains(a.scratch, authenticateMessage) {
		t.proves[who] = true
	}
	a.auth[who].Datagram(dir, a.scratch, len(a.scratch))
}

// authResult tells the outcome of authentications whose last message the
// request had: the reply asks for another one, or does not.
func (a *Analyzer) authResult(t *txn) {
	if isInfo(t.status) {
		return
	}
	for who, refusal := range [...]int{authServer: 401, authProxy: 407} {
		if !t.proves[who] || who == authServer && t.status == 407 {
			continue
		}
		t.proves[who] = false
		if r, ok := a.auth[who].Analyzer().(analyzer.AuthResult); ok {
			r.Result(t.status != refusal)
		}
	}
}

// authorization takes the user name from Basic authentication (RFC 7617), and
// the token of the others.
func (a *Analyzer) authorization(t *txn, proxy bool, value []byte) {
	if len(value) < 6 || !equalFold(value[:6], "BASIC ") {
		a.authToken(t, analyzer.Orig, proxy, value)
		return
	}
	a.scratch = a.decodeBasic(a.scratch[:0], skipSpace(value[6:]))
	user, _, ok := bytes.Cut(a.scratch, []byte(":"))
	if !ok {
		a.scratch = append(append(a.scratch[:0], "<problem-decoding> ("...), value...)
		user = append(a.scratch, ')')
	}
	t.username = t.keep(user)
}

// decodeBasic appends what the base64 text b says; as in Zeek that is nothing
// where it has a character that it may not have.
func (a *Analyzer) decodeBasic(out, b []byte) []byte {
	text := bytes.TrimRight(b, "=")
	for _, c := range text {
		if !isBase64(c) {
			a.WeirdFrom("", "base64_illegal_encoding", "character "+strconv.Itoa(int(c))+" ignored by Base64 decoding")
			return out
		}
	}
	if n := len(b) % 4; n != 0 {
		a.WeirdFrom("", "base64_illegal_encoding", "incomplete base64 group, padding with "+strconv.Itoa((4-n)*6)+" bits of 0")
	}
	return decode64(out, b)
}

func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '+' || c == '/'
}

// decode64 appends what the base64 text b says; what cannot be decoded is
// left out.
func decode64(out, b []byte) []byte {
	b = bytes.TrimRight(b, "= \t")
	n := base64.RawStdEncoding.DecodedLen(len(b))
	start := len(out)
	for cap(out)-start < n {
		out = append(out[:cap(out)], 0)
	}
	k, _ := base64.RawStdEncoding.Decode(out[start:start+n], b)
	return out[:start+k]
}
