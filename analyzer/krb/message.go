package krb

import (
	"wirehunt/analyzer/wire/asn1"
	"wirehunt/analyzer/wire/x509"
)

// Message types: the tags [APPLICATION n] of RFC 4120 section 5.10.
const (
	msgASReq  = 10
	msgASRep  = 11
	msgTGSReq = 12
	msgTGSRep = 13
	msgAPReq  = 14
	msgAPRep  = 15
	msgSafe   = 20
	msgPriv   = 21
	msgCred   = 22
	msgError  = 30
)

const application = asn1.Application | asn1.Constructed

// field returns the identifier octet of the n-th field of a sequence: all
// are tagged [n] explicitly.
func field(n byte) byte { return asn1.Context | asn1.Constructed | n }

// Options of a request (RFC 4120 section 5.4.1), in the first four bytes of
// their BIT STRING.
const (
	optForwardable = 1 << 30
	optRenewable   = 1 << 23
)

// Pre-authentication data with certificates (RFC 4556).
const (
	paPKASReq = 16
	paPKASRep = 17
)

// message is what one message says.  Its texts are in buffers that are
// reused.
type message struct {
	typ                 byte
	cname, realm, sname []byte // client, its realm, service
	text                []byte // of an error
	subject             []byte // of a certificate
	cert                []byte // the certificate, a part of the message
	badCert             bool   // there is something else in its place
	code                int64
	etype               int64
	from, till          int64
	has                 hasBits
	forwardable         bool
	renewable           bool
}

type hasBits uint16

const (
	hasCname hasBits = 1 << iota
	hasRealm
	hasSname
	hasText
	hasFrom
	hasTill
	hasOptions
	hasTicket
	hasSubject
)

func (m *message) clear() {
	*m = message{
		cname: m.cname[:0], realm: m.realm[:0], sname: m.sname[:0], text: m.text[:0], subject: m.subject[:0],
	}
}

// parse reads the message b, and reports whether it is one.
func (m *message) parse(b []byte) bool {
	m.clear()
	r := asn1.NewReader(b)
	id := r.PeekID()
	if id&^0x1f != application {
		return false
	}
	m.typ = id & 0x1f
	outer := r.Enter(id)
	seq := outer.Enter(asn1.Sequence)
	if m.typ == msgError {
		return m.errorBody(&seq)
	}
	version, kind := byte(0), byte(1)
	if m.typ == msgASReq || m.typ == msgTGSReq {
		version, kind = 1, 2
	}
	if v, ok := integer(&seq, version); !ok || v != 5 {
		return false
	}
	if v, ok := integer(&seq, kind); !ok || v != int64(m.typ) {
		return false
	}
	switch m.typ {
	case msgASReq, msgTGSReq:
		if pa, ok := seq.Optional(field(3)); ok {
			m.padata(pa)
		}
		outer := seq.Enter(field(4))
		body := outer.Enter(asn1.Sequence)
		return m.requestBody(&body)
	case msgASRep, msgTGSRep:
		if pa, ok := seq.Optional(field(2)); ok {
			m.padata(pa)
		}
		m.principal(&seq, 3, 4)
		return m.ticket(seq.Read(field(5))) && seq.OK()
	case msgAPReq:
		seq.Skip(field(2))
		return m.ticket(seq.Read(field(3))) && seq.OK()
	case msgAPRep, msgSafe, msgPriv, msgCred:
		return seq.OK()
	}
	return false
}

// integer reads the INTEGER that field n must hold.
func integer(r *asn1.Reader, n byte) (int64, bool) {
	f := r.Enter(field(n))
	return asn1.Int(f.Read(asn1.Integer))
}

func (m *message) requestBody(r *asn1.Reader) bool {
	if f := r.Enter(field(0)); r.OK() {
		if bits, _, ok := asn1.Bits(f.Read(asn1.BitString)); ok && len(bits) >= 4 {
			opts := uint32(bits[0])<<24 | uint32(bits[1])<<16 | uint32(bits[2])<<8 | uint32(bits[3])
			m.has |= hasOptions
			m.forwardable, m.renewable = opts&optForwardable != 0, opts&optRenewable != 0
		}
	}
	if f, ok := r.Optional(field(1)); ok {
		m.has |= hasCname
		m.cname = appendPrincipal(m.cname, f)
	}
	m.realmField(r, 2)
	if f, ok := r.Optional(field(3)); ok {
		m.has |= hasSname
		m.sname = appendPrincipal(m.sname, f)
	}
	for n := byte(4); n <= 5; n++ {
		f, ok := r.Optional(field(n))
		if !ok {
			continue
		}
		inner := asn1.NewReader(f)
		e := inner.Next()
		switch ns, ok := asn1.Time(e.ID, e.Body); {
		case !ok:
		case n == 4:
			m.has |= hasFrom
			m.from = ns
		default:
			m.has |= hasTill
			m.till = ns
		}
	}
	return r.OK()
}

func (m *message) realmField(r *asn1.Reader, n byte) {
	if f, ok := r.Optional(field(n)); ok {
		m.has |= hasRealm
		m.realm = appendString(m.realm, f)
	}
}

// principal reads the client's realm and name from the fields of those
// numbers.
func (m *message) principal(r *asn1.Reader, realm, name byte) {
	m.realmField(r, realm)
	if f, ok := r.Optional(field(name)); ok {
		m.has |= hasCname
		m.cname = appendPrincipal(m.cname, f)
	}
}

// ticket reads a Ticket (RFC 4120 section 5.3): its service, and how it is
// encrypted; in AP-REQ its realm is all that is said of the client.
func (m *message) ticket(b []byte) bool {
	r := asn1.NewReader(b)
	outer := r.Enter(application | 1)
	seq := outer.Enter(asn1.Sequence)
	seq.Skip(field(0))
	if m.typ == msgAPReq {
		m.realmField(&seq, 1)
	} else {
		seq.Skip(field(1))
	}
	m.sname = appendPrincipal(m.sname, seq.Read(field(2)))
	part := seq.Enter(field(3))
	enc := part.Enter(asn1.Sequence)
	etype, ok := integer(&enc, 0)
	m.etype = etype
	m.has |= hasSname | hasTicket
	return ok
}

// errorBody reads the fields of KRB-ERROR (RFC 4120 section 5.9.1), of which
// Zeek misses none but the code.
func (m *message) errorBody(r *asn1.Reader) bool {
	code := false
	for !r.Empty() {
		e := r.Next()
		if !r.OK() || e.ID&^0x1f != field(0) {
			return false
		}
		switch e.ID & 0x1f {
		case 6:
			inner := asn1.NewReader(e.Body)
			m.code, code = asn1.Int(inner.Read(asn1.Integer))
		case 7:
			m.has |= hasRealm
			m.realm = appendString(m.realm[:0], e.Body)
		case 8:
			m.has |= hasCname
			m.cname = appendPrincipal(m.cname[:0], e.Body)
		case 10:
			m.has |= hasSname
			m.sname = appendPrincipal(m.sname[:0], e.Body)
		case 11:
			m.has |= hasText
			m.text = appendString(m.text[:0], e.Body)
		}
	}
	return code
}

// appendString appends the string that is all of b.
func appendString(dst, b []byte) []byte {
	r := asn1.NewReader(b)
	return append(dst, r.Next().Body...)
}

// appendPrincipal appends the components of the PrincipalName b, with slashes
// between them.
func appendPrincipal(dst, b []byte) []byte {
	r := asn1.NewReader(b)
	seq := r.Enter(asn1.Sequence)
	seq.Skip(field(0))
	outer := seq.Enter(field(1))
	parts := outer.Enter(asn1.Sequence)
	for first := true; !parts.Empty(); first = false {
		if !first {
			dst = append(dst, '/')
		}
		dst = append(dst, parts.Next().Body...)
	}
	return dst
}

// padata looks for a certificate in pre-authentication data.
func (m *message) padata(b []byte) {
	r := asn1.NewReader(b)
	for list := r.Enter(asn1.Sequence); !list.Empty(); {
		pa := list.Enter(asn1.Sequence)
		typ, ok := integer(&pa, 1)
		if !ok || typ != paPKASReq && typ != paPKASRep {
			continue
		}
		f := pa.Enter(field(2))
		cert, has := certificate(f.Read(asn1.OctetString), typ)
		if !has {
			continue
		}
		var c x509.Certificate
		if c.Parse(cert) {
			m.has |= hasSubject
			m.subject = append(m.subject[:0], c.Subject...)
			m.cert = cert
		} else {
			m.badCert = true
		}
	}
}

// certificate returns the first certificate in the signed data of PKINIT's
// messages (RFC 4556 section 3.2; RFC 5652).  As Zeek does, it takes whatever
// stands where certificates would: has is false only where nothing does.
func certificate(b []byte, typ int64) (der []byte, has bool) {
	r := asn1.NewReader(b)
	if typ == paPKASRep {
		r = r.Enter(field(0)) // dhInfo
	}
	info := r.Enter(asn1.Sequence)
	signed := asn1.NewReader(info.Read(asn1.Context)) // [0] IMPLICIT OCTET STRING
	content := signed.Enter(asn1.Sequence)
	content.Skip(asn1.OID)
	outer := content.Enter(field(0))
	data := outer.Enter(asn1.Sequence)
	data.Skip(asn1.Integer)
	data.Skip(asn1.Set)
	data.Skip(asn1.Sequence)
	certs := data.Next()
	first, _, _ := asn1.Next(certs.Body)
	return first.Raw, data.OK()
}
