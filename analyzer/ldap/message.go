package ldap

import (
	"bytes"
	"strconv"

	"wirehunt/analyzer/wire/asn1"
)

// message is what a message says of its operation.
type message struct {
	id         int64
	op         uint32
	hasResult  bool
	code       int64
	diagnostic []byte
	object     []byte
	argument   []byte
}

// head reads the start of the contents of a message: id and operation.
func head(b []byte) (m message, op asn1.Element, ok bool) {
	r := asn1.NewReader(b)
	m.id, ok = asn1.Int(r.Read(asn1.Integer))
	if !ok || !r.OK() {
		return m, op, false
	}
	op = r.Next()
	m.op = op.Tag
	return m, op, r.OK() && op.ID&0xc0 == asn1.Application && opName(m.op) != ""
}

// message handles the contents of a message (RFC 4511, 4.1.1).
func (s *session) message(b []byte) bool {
	m, op, ok := head(b)
	if !ok || !s.operationBody(&m, op.Body) {
		return false
	}
	s.event(&m)
	s.Confirm()
	return true
}

// operationBody reads the operation of a message.
func (s *session) operationBody(m *message, b []byte) bool {
	r := asn1.NewReader(b)
	switch m.op {
	case opBindRequest:
		return s.bindRequest(m, r)
	case opSearchRequest:
		return s.searchRequest(m, r)
	case opModifyRequest, opAddRequest, opModDNRequest, opCompareRequest:
		m.object = r.Next().Body
	case opDelRequest:
		m.object = b
	case opAbandon:
		id, ok := asn1.Int(b)
		if !ok {
			return false
		}
		m.object = strconv.AppendInt(nil, id, 10)
	case opExtendedRequest:
		e := r.Next()
		if e.ID&0xc0 != asn1.Context {
			return false
		}
		m.object = e.Body
		if string(e.Body) == startTLS {
			s.startTLS = true
		}
	case opBindResponse, opSearchDone, opModifyResponse, opAddResponse, opDelResponse, opModDNResponse, opCompareResponse, opExtendedResponse:
		if !m.result(&r) {
			return false
		}
		s.resultSeen(m)
	}
	return r.OK()
}

// result reads the fields that all results begin with (RFC 4511, 4.1.9).
func (m *message) result(r *asn1.Reader) bool {
	var ok bool
	m.code, ok = asn1.Int(r.Next().Body)
	r.Next() // matched name
	m.diagnostic = r.Next().Body
	m.hasResult = true
	return ok && r.OK()
}

// resultSeen changes how what follows is read.
func (s *session) resultSeen(m *message) {
	if m.code != resultSuccess {
		return
	}
	switch {
	case m.op == opExtendedResponse && s.startTLS:
		s.mode = modeTLS
	case m.op == opBindResponse && len(s.mechanism) > 0 && s.mode == modePlain:
		s.mode = modeUnknown
	}
}

func (s *session) bindRequest(m *message, r asn1.Reader) bool {
	version, ok := asn1.Int(r.Next().Body)
	m.object = r.Next().Body
	auth := r.Next()
	if !ok || !r.OK() || auth.ID&0xc0 != asn1.Context {
		return false
	}
	switch auth.Tag {
	case bindSimple:
		m.argument = auth.Body
	case bindSASL:
		sasl := asn1.NewReader(auth.Body)
		m.argument = sasl.Next().Body
		if !sasl.OK() {
			return false
		}
		s.mechanism = append(s.mechanism[:0], m.argument...)
	case bindSicilyNego, bindSicilyResponse:
		if bytes.HasPrefix(auth.Body, []byte("NTLM")) {
			m.argument = auth.Body[:4]
		}
	}
	o := s.operation(m.id)
	if !o.hasVersion {
		o.version, o.hasVersion = version, true
	}
	if o.opcode != "" {
		s.Weird("LDAP_bind_opcode_already_set", o.opcode)
	}
	if o.opcode = bindName(auth.Tag); o.opcode == "" {
		s.Weird("LDAP_unknown_auth_type", strconv.FormatUint(uint64(auth.Tag), 10))
		o.opcode = unknown
	}
	return true
}

func (s *session) searchRequest(m *message, r asn1.Reader) bool {
	base := r.Next().Body
	scope, ok1 := asn1.Int(r.Next().Body)
	deref, ok2 := asn1.Int(r.Next().Body)
	r.Next() // size limit
	r.Next() // time limit
	r.Next() // types only
	filter, attributes := r.Next(), asn1.NewReader(r.Next().Body)
	if !ok1 || !ok2 || !r.OK() {
		return false
	}
	q := s.search(m.id)
	if name := nameIn(scopeNames[:], scope); q.scope != name {
		if q.scope != "" {
			s.weird("LDAP_search_scope_change", q.id, q.scope, name)
		}
		q.scope = name
	}
	if name := nameIn(derefNames[:], deref); q.deref != name {
		if q.deref != "" {
			s.weird("LDAP_search_deref_aliases_change", q.id, q.deref, name)
		}
		q.deref = name
	}
	if len(base) > 0 {
		if len(q.base) > 0 && !bytes.Equal(q.base, base) {
			s.weird("LDAP_search_base_object_change", q.id, q.base, base)
		}
		q.base = append(q.base[:0], base...)
	}
	text, ok := appendFilter(s.scratch[:0], filter, 0)
	if !ok {
		text = append(text[:0], badFilter...)
	}
	s.scratch = text
	if q.hasFilter && !bytes.Equal(q.filter, text) {
		s.weird("LDAP_search_filter_change", q.id, q.filter, text)
	}
	q.filter, q.hasFilter = append(q.filter[:0], text...), true
	q.attributes, q.hasAttributes = q.attributes[:0], true
	for !attributes.Empty() {
		q.attributes = append(append(q.attributes, attributes.Next().Body...), 0)
	}
	return true
}
