// Package ldap analyses LDAP (RFC 4511) over TCP and UDP: operations in
// ldap.log and searches in ldap_search.log, as Zeek's scripts
// base/protocols/ldap write them; TLS after StartTLS; and what Kerberos wraps
// without encrypting it (RFC 4121).
package ldap

import (
	"bytes"
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/asn1"
	"wirehunt/event"
)

// Spec declares the analyzer of LDAP over TCP.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Spicy: true,
		Name:  "ldap_tcp", Title: "LDAP",
		Doc:      "Directory operations: binds, changes, searches with their filters.",
		Logs:     []*event.Log{Log, SearchLog},
		TCPPorts: []uint16{389, 3268},
		Probe:    probe, FirstBytes: "0", TCP: true,
		WeirdSource: "LDAP",
		New:         func() analyzer.Analyzer { return &stream{} },
	}
}

// UDPSpec declares the analyzer of LDAP over UDP, which finds domain
// controllers.
func UDPSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Spicy: true,
		Name:  "ldap_udp", Title: "CLDAP",
		Doc:      "Directory searches over UDP.",
		Logs:     []*event.Log{Log, SearchLog},
		UDPPorts: []uint16{389},
		Probe:    probe, FirstBytes: "0", UDP: true,
		WeirdSource: "LDAP",
		New:         func() analyzer.Analyzer { return &datagrams{} },
	}
}

// probe is Zeek's pair of signatures: a request of the originator, and
// something that may be a message of the responder.
func probe(s *analyzer.Start) analyzer.Verdict {
	if len(s.Resp) > 0 && s.Resp[0] != asn1.Sequence {
		return analyzer.No
	}
	v := request(s.Orig, s.UDP)
	if v == analyzer.Yes && len(s.Resp) == 0 {
		return analyzer.NeedMore
	}
	return v
}

// request recognises the start of a message that a client sends: a sequence
// of the id and an operation.
func request(b []byte, udp bool) analyzer.Verdict {
	if len(b) == 0 {
		return analyzer.NeedMore
	}
	if b[0] != asn1.Sequence {
		return analyzer.No
	}
	if len(b) < 2 {
		return analyzer.NeedMore
	}
	i := 2
	switch n := b[1]; {
	case n < 0x80 && n >= 5:
	case n >= 0x81 && n <= 0x84:
		i += int(n & 0x7f)
	default:
		return analyzer.No
	}
	if len(b) < i+2 {
		return analyzer.NeedMore
	}
	n := int(b[i+1])
	if b[i] != asn1.Integer || n < 1 || n > 4 {
		return analyzer.No
	}
	if i += 2 + n; len(b) <= i {
		return analyzer.NeedMore
	}
	switch b[i] {
	case 0x60, 0x63, 0x77: // bind, search, extended
		return analyzer.Yes
	case 0x4a, 0x66, 0x68, 0x6c, 0x6e: // delete, modify, add, modify DN, compare
		if !udp {
			return analyzer.Yes
		}
	}
	return analyzer.No
}

// mode says what a stream consists of.
type mode uint8

const (
	modePlain   mode = iota
	modeUnknown      // the client has authenticated: messages or wrapped ones
	modeWrapped      // Kerberos' wrap tokens, after their length
	modeOpaque       // other encrypted data, after its length
	modeTLS
)

// maxMessage is the longest message that is read whole; of longer ones, which
// are entries with large attributes, only the start is.
const (
	maxMessage = 1 << 17
	startSize  = 1 << 10
)

// session is what goes on in a connection.
type session struct {
	analyzer.Base
	mode      mode
	mechanism []byte // SASL's, of the last bind
	startTLS  bool   // asked for
	ops       []operation
	nops      int // used of ops
	searches  []search
	nsearches int
	scratch   []byte
}

func (s *session) reset() {
	old := *s
	*s = session{Base: old.Base, mechanism: old.mechanism[:0], ops: old.ops, searches: old.searches, scratch: old.scratch}
	if len(s.ops) > 8 {
		s.ops = nil
	}
	if len(s.searches) > 8 {
		s.searches = nil
	}
}

// Close implements analyzer.Analyzer.
func (s *session) Close() { s.finish() }

// datagrams analyses LDAP over UDP.
type datagrams struct{ session }

var _ analyzer.Datagrams = (*datagrams)(nil)

// Reset implements analyzer.Analyzer.
func (a *datagrams) Reset() { a.reset() }

// Datagram implements analyzer.Datagrams.
func (a *datagrams) Datagram(_ analyzer.Dir, b []byte, wireLen int) {
	if !a.messages(b) && wireLen == len(b) {
		a.Violate("not an LDAP message")
	}
}

// messages handles whole messages.
func (s *session) messages(b []byte) bool {
	for len(b) > 0 {
		e, rest, ok := asn1.Next(b)
		if !ok || e.ID != asn1.Sequence || !s.message(e.Body) {
			return false
		}
		b = rest
	}
	return true
}

// stream analyses LDAP over TCP.
type stream struct {
	session
	tls *analyzer.Feeder
}

var _ analyzer.Stream = (*stream)(nil)

// Reset implements analyzer.Analyzer.
func (a *stream) Reset() {
	a.reset()
	a.tls = nil
}

// Data implements analyzer.Stream.
func (a *stream) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		rest := b[consumed:]
		var n, skip int
		switch a.mode {
		case modeTLS:
			if a.tls == nil {
				if a.tls = a.Child("ssl"); a.tls == nil {
					a.Done(analyzer.Orig)
					a.Done(analyzer.Resp)
					return len(b), 0
				}
			}
			a.tls.Data(dir, rest)
			return len(b), 0
		case modePlain:
			n, skip, need = a.plain(rest)
		case modeUnknown:
			if need = a.decide(rest); need == 0 {
				continue
			}
		case modeWrapped:
			if rest[0] == asn1.Sequence {
				n, skip, need = a.plain(rest)
			} else {
				n, skip, need = a.wrapped(rest)
			}
		case modeOpaque:
			n, skip, need = 4, 0, 4
			if len(rest) >= 4 {
				skip, need = int(binary.BigEndian.Uint32(rest)), 0
			}
		}
		switch {
		case n < 0:
			a.Violate("not an LDAP message")
			return len(b), 0
		case need > 0:
			return consumed, need
		}
		consumed += n
		if skip > 0 {
			a.Skip(dir, uint64(skip))
			return consumed, 0
		}
	}
	return consumed, 0
}

// plain handles the message at the start of b.  It returns how many bytes it
// took, how many more to pass over, and how many it needs in all if there are
// not enough; n is -1 where there is no message.
func (a *stream) plain(b []byte) (n, skip, need int) {
	if b[0] != asn1.Sequence {
		return -1, 0, 0
	}
	size, length, st := asn1.Header(b)
	switch {
	case st == asn1.Short:
		return 0, 0, len(b) + 1
	case st == asn1.Bad || length < 0:
		return -1, 0, 0
	case length > maxMessage:
		return a.large(b, size, length)
	case len(b) < size+length:
		return 0, 0, size + length
	case !a.message(b[size : size+length]):
		return -1, 0, 0
	}
	return size + length, 0, 0
}

// large handles a message that is too long to be read whole: only entries
// are.
func (a *stream) large(b []byte, size, length int) (n, skip, need int) {
	if len(b) < startSize {
		return 0, 0, startSize
	}
	r := asn1.NewReader(b[size:startSize])
	id, ok := asn1.Int(r.Read(asn1.Integer))
	if !ok || r.PeekID() != asn1.Application|asn1.Constructed|opSearchEntry {
		return -1, 0, 0
	}
	a.event(&message{id: id, op: opSearchEntry})
	return startSize, size + length - startSize, 0
}

// decide finds out what follows the authentication, by its first bytes: no
// message is so long that its length could be mistaken for the tag of a
// sequence.
func (a *stream) decide(b []byte) (need int) {
	if b[0] == asn1.Sequence {
		a.mode = modePlain
		a.mechanism = a.mechanism[:0]
		return 0
	}
	if bytes.HasPrefix(a.mechanism, []byte("GSS")) {
		if len(b) < 6 {
			return 6
		}
		if binary.BigEndian.Uint16(b[4:]) == wrapToken {
			a.mode = modeWrapped
			return 0
		}
	}
	a.mode = modeOpaque
	return 0
}

// The wrap token of Kerberos (RFC 4121, 4.2.6.2).
const (
	wrapToken  = 0x0504
	wrapHeader = 16
	wrapSealed = 2
)

// wrapped handles a wrap token with its length before it, like plain.
func (a *stream) wrapped(b []byte) (n, skip, need int) {
	if len(b) < 6 {
		return 0, 0, 6
	}
	size := int(binary.BigEndian.Uint32(b))
	if size < wrapHeader || binary.BigEndian.Uint16(b[4:]) != wrapToken {
		return 4, size, 0
	}
	if len(b) < 4+wrapHeader {
		return 0, 0, 4 + wrapHeader
	}
	if b[6]&wrapSealed != 0 || size > maxMessage {
		return 4 + wrapHeader, size - wrapHeader, 0
	}
	if len(b) < 4+size {
		return 0, 0, 4 + size
	}
	// The checksum stands behind the message, or rotated before it.
	extra, rotated := int(binary.BigEndian.Uint16(b[8:])), int(binary.BigEndian.Uint16(b[10:]))
	body := b[4+wrapHeader : 4+size]
	if extra > len(body) || rotated != 0 && rotated != extra {
		return -1, 0, 0
	}
	if rotated == 0 {
		body = body[:len(body)-extra]
	} else {
		body = body[extra:]
	}
	if !a.messages(body) {
		return -1, 0, 0
	}
	return 4 + size, 0, 0
}

// Gap implements analyzer.Stream: where the next message begins is not known.
func (a *stream) Gap(dir analyzer.Dir, n uint64) bool {
	if a.tls != nil {
		a.tls.Gap(dir, n)
		return true
	}
	return false
}

// EOF implements analyzer.Stream.
func (a *stream) EOF(dir analyzer.Dir) { a.tls.EOF(dir) }
