package http

import (
	"bytes"
	"encoding/base64"
)

// authorization takes the user name from Basic authentication (RFC 7617).
func (a *Analyzer) authorization(t *txn, value []byte) {
	if len(value) < 6 || !equalFold(value[:6], "BASIC ") {
		return
	}
	a.scratch = decode64(a.scratch[:0], skipSpace(value[6:]))
	user, _, ok := bytes.Cut(a.scratch, []byte(":"))
	if !ok {
		a.scratch = append(append(a.scratch[:0], "<problem-decoding> ("...), value...)
		user = append(a.scratch, ')')
	}
	t.username = t.keep(user)
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
