// Package krb analyzes Kerberos 5 (RFC 4120): exchanges with a KDC over UDP
// and TCP, and the tokens that GSS-API hands over.  Records follow Zeek's
// script base/protocols/krb/main.zeek: one is written when the answer comes,
// or at the end.
package krb

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/asn1"
	wire "wirehunt/analyzer/wire/x509"
	"wirehunt/analyzer/x509"
	"wirehunt/event"
)

// Spec returns the declaration of the analyzer for UDP and for other analyzers.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:     "krb",
		Title:    "Kerberos",
		Doc:      "Kerberos over UDP, and the tickets that other protocols carry.",
		Logs:     []*event.Log{Log, x509.Log},
		UDPPorts: []uint16{88},
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			if looksLike(s.Orig) || looksLike(s.Resp) {
				return analyzer.Yes
			}
			return analyzer.No
		},
		FirstBytes: "\x6a\x6b\x6c\x6d\x7e",
		UDP:        true,
		New:        func() analyzer.Analyzer { return &Analyzer{} },
	}
}

// TCPSpec returns the declaration of the analyzer for TCP, which Zeek counts as a service of
// its own.
func TCPSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:     "krb_tcp",
		Title:    "Kerberos over TCP",
		Doc:      "Kerberos over TCP.",
		Logs:     []*event.Log{Log, x509.Log},
		TCPPorts: []uint16{88},
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			for _, b := range [2][]byte{s.Orig, s.Resp} {
				if len(b) > 0 && len(b) < lengthSize+minHead && b[0] == 0 {
					return analyzer.NeedMore
				}
				if len(b) > lengthSize && looksLike(b[lengthSize:]) {
					return analyzer.Yes
				}
			}
			return analyzer.No
		},
		FirstBytes: "\x00",
		TCP:        true,
		New:        func() analyzer.Analyzer { return &Analyzer{} },
	}
}

// Over TCP a message has its length in front (RFC 4120 section 7.2.2).
const lengthSize = 4

// minHead is how many bytes tell a message, whatever the form of its
// lengths.
const minHead = 32

// looksLike reports whether b begins as a request, a reply or an error.
func looksLike(b []byte) bool {
	size, _, st := asn1.Header(b)
	if st != asn1.OK {
		return false
	}
	first := byte(0)
	switch b[0] {
	case application | msgASReq, application | msgTGSReq:
		first = 1
	case application | msgASRep, application | msgTGSRep, application | msgError:
	default:
		return false
	}
	b = b[size:]
	size, _, st = asn1.Header(b)
	if st != asn1.OK || b[0] != asn1.Sequence || len(b) < size+9 {
		return false
	}
	b = b[size:]
	return b[0] == field(first) && b[1] == 3 && b[2] == asn1.Integer && b[3] == 1 && b[4] == 5 && b[5] == field(first+1)
}

// Analyzer analyzes one connection.
type Analyzer struct {
	analyzer.Base

	m message
	x exchange
}

// exchange is a request and its answer.
type exchange struct {
	ts              int64
	request         string
	client, service []byte
	errorMsg        []byte
	clientSubject   []byte
	serverSubject   []byte
	cipher          string
	from, till      int64
	has             hasBits
	forwardable     bool
	renewable       bool
	opened          bool
	decided, ok     bool
	written         bool
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() { a.x.clear() }

func (x *exchange) clear() {
	*x = exchange{
		client: x.client[:0], service: x.service[:0], errorMsg: x.errorMsg[:0],
		clientSubject: x.clientSubject[:0], serverSubject: x.serverSubject[:0],
	}
}

// Close writes a request without answer.
func (a *Analyzer) Close() { a.write() }

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(analyzer.Dir) {}

// Gap implements analyzer.Stream.
func (a *Analyzer) Gap(analyzer.Dir, uint64) bool { return false }

// Data implements analyzer.Stream.
func (a *Analyzer) Data(_ analyzer.Dir, b []byte) (consumed, need int) {
	for len(b)-consumed >= lengthSize {
		h := b[consumed:]
		size := uint64(h[0])<<24 | uint64(h[1])<<16 | uint64(h[2])<<8 | uint64(h[3])
		if size == 0 || size > analyzer.MaxTail-lengthSize {
			a.Violate("bad length of a Kerberos message")
			return 0, 0
		}
		n := lengthSize + int(size)
		if len(h) > lengthSize && h[lengthSize]&^0x1f != application {
			a.Violate("no Kerberos message")
			return 0, 0
		}
		if len(h) < n {
			return consumed, n
		}
		if !a.message(h[lengthSize:n]) {
			return 0, 0
		}
		consumed += n
	}
	return consumed, lengthSize
}

// Datagram implements analyzer.Datagrams.
func (a *Analyzer) Datagram(_ analyzer.Dir, b []byte, wireLen int) {
	if wireLen > len(b) {
		return // the capture cut it
	}
	a.message(b)
}

// message analyzes one message, and reports whether it is one.
func (a *Analyzer) message(b []byte) bool {
	m := &a.m
	if !m.parse(b) {
		a.Violate("no Kerberos message")
		return false
	}
	a.Confirm()
	if m.cert != nil {
		var c wire.Certificate
		x509.Certificate(a.Conn, &c, m.cert, true, m.typ == msgASReq || m.typ == msgTGSReq, false)
		m.cert = nil
	}
	if m.badCert {
		x509.Bad(a.Conn)
	}
	switch m.typ {
	case msgASReq:
		a.start("AS")
		a.x.setClient(m.cname, m.realm)
		a.takeRequest()
	case msgTGSReq:
		a.start("TGS")
		a.takeRequest()
	case msgAPReq:
		a.start("AP")
		a.x.setClient(nil, m.realm)
		a.takeTicket()
	case msgASRep, msgTGSRep:
		if !a.open() {
			break
		}
		if len(a.x.client) == 0 && m.has&(hasCname|hasRealm) != 0 {
			a.x.setClient(m.cname, m.realm)
		}
		if m.has&hasSubject != 0 {
			a.x.serverSubject = append(a.x.serverSubject[:0], m.subject...)
		}
		a.takeTicket()
		a.finish(true)
	case msgAPRep:
		if a.x.opened && !a.x.written {
			a.finish(true)
		}
	case msgError:
		a.krbError()
	}
	return true
}

// start begins the exchange that a request opens, or adds the request to one
// that is open.
func (a *Analyzer) start(request string) {
	if a.x.written {
		a.x.clear()
	}
	a.open()
	a.x.request = request
}

// open makes sure that an exchange is open.  It reports whether it still
// waits for its outcome.
func (a *Analyzer) open() bool {
	if !a.x.opened {
		a.x.opened, a.x.ts = true, a.Conn.Now
	}
	return !a.x.written
}

func (x *exchange) setClient(name, realm []byte) {
	x.client = append(append(append(x.client[:0], name...), '/'), realm...)
}

func (a *Analyzer) takeRequest() {
	m, x := &a.m, &a.x
	if m.has&hasSname != 0 {
		x.service = append(x.service[:0], m.sname...)
	}
	if m.has&hasSubject != 0 {
		x.clientSubject = append(x.clientSubject[:0], m.subject...)
	}
	x.has |= m.has & (hasFrom | hasTill | hasOptions)
	if m.has&hasFrom != 0 {
		x.from = m.from
	}
	if m.has&hasTill != 0 {
		x.till = m.till
	}
	if m.has&hasOptions != 0 {
		x.forwardable, x.renewable = m.forwardable, m.renewable
	}
}

func (a *Analyzer) takeTicket() {
	a.x.service = append(a.x.service[:0], a.m.sname...)
	a.x.cipher = cipherName(a.m.etype)
}

func (a *Analyzer) krbError() {
	m, x := &a.m, &a.x
	if !a.open() {
		return
	}
	if m.has&hasText != 0 {
		for _, s := range ignoredErrors {
			if string(m.text) == s {
				x.clear()
				return
			}
		}
	}
	if len(x.client) == 0 && m.has&(hasCname|hasRealm) != 0 {
		if m.has&hasCname != 0 {
			x.client = append(append(x.client, m.cname...), '/')
		}
		x.client = append(x.client, m.realm...)
	}
	if m.has&hasSname != 0 {
		x.service = append(x.service[:0], m.sname...)
	}
	if m.has&hasText != 0 {
		x.errorMsg = append(x.errorMsg[:0], m.text...)
	} else if m.code >= 0 && m.code < int64(len(errorNames)) {
		x.errorMsg = append(x.errorMsg[:0], errorNames[m.code]...)
	}
	a.finish(false)
}

// finish ends the exchange with its outcome.
func (a *Analyzer) finish(ok bool) {
	a.x.decided, a.x.ok = true, ok
	a.write()
}

func (a *Analyzer) write() {
	x := &a.x
	if !x.opened || x.written {
		return
	}
	x.written = true
	row := a.Conn.Row(Log, x.ts)
	if x.request != "" {
		colRequest.SetString(row, x.request)
	}
	colClient.SetNonEmpty(row, x.client)
	colService.SetNonEmpty(row, x.service)
	if x.decided {
		colSuccess.Set(row, x.ok)
	}
	colErrorMsg.SetNonEmpty(row, x.errorMsg)
	if x.has&hasFrom != 0 {
		colFrom.Set(row, x.from)
	}
	if x.has&hasTill != 0 {
		colTill.Set(row, x.till)
	}
	if x.cipher != "" {
		colCipher.SetString(row, x.cipher)
	}
	if x.has&hasOptions != 0 {
		colForwardable.Set(row, x.forwardable)
		colRenewable.Set(row, x.renewable)
	}
	colClientSubject.SetNonEmpty(row, x.clientSubject)
	colServerSubject.SetNonEmpty(row, x.serverSubject)
}
