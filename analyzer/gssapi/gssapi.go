// Package gssapi analyzes GSS-API tokens: SPNEGO negotiations (RFC 4178) and
// what they carry, NTLM messages and Kerberos tokens (RFC 4121).  Other
// protocols hand the tokens over one by one; the messages inside go to the
// analyzers "ntlm" and "krb".  It writes no log of its own.
package gssapi

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/asn1"
)

// Spec returns the declaration of the analyzer, which only other analyzers start.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:  "gssapi",
		Title: "GSS-API",
		Doc:   "Negotiation of authentication (SPNEGO), as SMB, DCE/RPC, LDAP and HTTP carry it; NTLM and Kerberos inside.",
		New:   func() analyzer.Analyzer { return &Analyzer{} },
	}
}

// Results of a negotiation (RFC 4178 section 4.2.2).
const (
	acceptCompleted = 0
	reject          = 2
)

// Identifier octets of the tokens.
const (
	tagInitial  = asn1.Application | asn1.Constructed // [APPLICATION 0], the token of RFC 2743 section 3.1
	tagNegInit  = asn1.Context | asn1.Constructed
	tagNegResp  = asn1.Context | asn1.Constructed | 1
	tagKrbAPReq = asn1.Application | asn1.Constructed | 14
	tagKrbAPRep = asn1.Application | asn1.Constructed | 15
	tagKrbError = asn1.Application | asn1.Constructed | 30
)

// Mechanisms, as contents of an OBJECT IDENTIFIER.
const (
	oidSPNEGO = "\x2b\x06\x01\x05\x05\x02"                 // 1.3.6.1.5.5.2
	oidKrb5   = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"     // 1.2.840.113554.1.2.2
	oidMSKrb5 = "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"     // 1.2.840.48018.1.2.2
	oidU2U    = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03" // user to user
)

const ntlmSignature = "NTLMSSP\x00"

// Analyzer analyzes the negotiations of one connection.  It is given the
// tokens as datagrams.
type Analyzer struct {
	analyzer.Base

	ntlm, krb *analyzer.Feeder
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() { a.ntlm, a.krb = nil, nil }

// Close implements analyzer.Analyzer.
func (a *Analyzer) Close() {}

// Datagram takes one token.
func (a *Analyzer) Datagram(dir analyzer.Dir, b []byte, wireLen int) {
	if len(b) == 0 {
		return
	}
	if !a.token(dir, b) && wireLen <= len(b) {
		a.Violate("no GSS-API token")
	}
}

// Result implements analyzer.AuthResult for carriers that learn the outcome
// by other means than the negotiation.
func (a *Analyzer) Result(success bool) {
	if a.ntlm != nil {
		if r, ok := a.ntlm.Analyzer().(analyzer.AuthResult); ok {
			r.Result(success)
		}
	}
}

// token reads one token and reports whether it is one.
func (a *Analyzer) token(dir analyzer.Dir, b []byte) bool {
	switch {
	case a.mechanism(dir, b):
		return true
	case b[0] == tagInitial:
		r := asn1.NewReader(b)
		body := r.Enter(tagInitial)
		oid := string(body.Read(asn1.OID))
		if !body.OK() {
			return false
		}
		switch oid {
		case oidSPNEGO:
			return a.negotiation(dir, body.Rest())
		case oidKrb5, oidMSKrb5, oidU2U:
			a.Confirm()
			a.kerberos(dir, body.Rest())
			return true
		}
		return true // some other mechanism
	default:
		return a.negotiation(dir, b)
	}
}

// negotiation reads a NegotiationToken.
func (a *Analyzer) negotiation(dir analyzer.Dir, b []byte) bool {
	r := asn1.NewReader(b)
	id := r.PeekID()
	if id != tagNegInit && id != tagNegResp {
		return false
	}
	choice := r.Enter(id)
	seq := choice.Enter(asn1.Sequence)
	if !seq.OK() {
		return false
	}
	a.Confirm()
	state := int64(-1)
	for !seq.Empty() {
		field := seq.Next()
		if !seq.OK() {
			return false
		}
		inner := asn1.NewReader(field.Body)
		switch {
		case id == tagNegResp && field.Tag == 0:
			if v, ok := asn1.Int(inner.Read(asn1.Enumerated)); ok {
				state = v
			}
		case field.Tag == 2:
			if token := inner.Read(asn1.OctetString); len(token) > 0 {
				a.inner(dir, token)
			}
		}
	}
	if state == acceptCompleted || state == reject {
		a.Result(state == acceptCompleted)
	}
	return true
}

// inner reads the token of the negotiated mechanism.
func (a *Analyzer) inner(dir analyzer.Dir, b []byte) {
	if a.mechanism(dir, b) || b[0] != tagInitial {
		return
	}
	r := asn1.NewReader(b)
	body := r.Enter(tagInitial)
	switch string(body.Read(asn1.OID)) {
	case oidKrb5, oidMSKrb5, oidU2U:
		a.kerberos(dir, body.Rest())
	}
}

// mechanism hands over a message that needs no unpacking.
func (a *Analyzer) mechanism(dir analyzer.Dir, b []byte) bool {
	switch {
	case len(b) > len(ntlmSignature) && string(b[:len(ntlmSignature)]) == ntlmSignature:
		a.ntlm = a.give(a.ntlm, "ntlm", dir, b)
	case b[0] == tagKrbAPReq || b[0] == tagKrbAPRep || b[0] == tagKrbError:
		a.krb = a.give(a.krb, "krb", dir, b)
	default:
		return false
	}
	return true
}

// kerberos hands over the message behind the two-byte token id (RFC 4121
// section 4.1).
func (a *Analyzer) kerberos(dir analyzer.Dir, b []byte) {
	if len(b) > 2 {
		a.krb = a.give(a.krb, "krb", dir, b[2:])
	}
}

func (a *Analyzer) give(f *analyzer.Feeder, name string, dir analyzer.Dir, b []byte) *analyzer.Feeder {
	if f == nil {
		f = a.Child(name)
	}
	f.Datagram(dir, b, len(b))
	return f
}
