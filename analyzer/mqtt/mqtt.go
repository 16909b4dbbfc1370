// Package mqtt analyses MQTT 3.1, 3.1.1 and 5 as Zeek's base/protocols/mqtt:
// connections to brokers, subscriptions, messages.  Of version 5, which Zeek
// reads as if it were 3.1.1, the properties are passed over.
package mqtt

import (
	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "mqtt", Title: "MQTT",
		Doc:      "Messages between devices and brokers: who connects, subscribes, publishes.",
		Logs:     []*event.Log{ConnectLog, SubscribeLog, PublishLog},
		TCPPorts: []uint16{1883},
		Probe:    probe, TCP: true,
		// CONNECT comes first; Zeek looks for its "MQ" whatever is before.
		FirstBytes: "\x10",
		New:        func() analyzer.Analyzer { return &session{} },
	}
}

// probe looks for the protocol's name in CONNECT.
func probe(s *analyzer.Start) analyzer.Verdict {
	b := s.Orig
	if len(b) == 0 {
		b = s.Resp
	}
	for i := 4; i <= 7; i++ {
		if len(b) >= i+2 && b[i] == 'M' && b[i+1] == 'Q' {
			return analyzer.Yes
		}
	}
	if len(b) < 9 {
		return analyzer.NeedMore
	}
	return analyzer.No
}

// Kinds of packets.
const (
	kindConnect = iota + 1
	kindConnack
	kindPublish
	kindPuback
	kindPubrec
	kindPubrel
	kindPubcomp
	kindSubscribe
	kindSuback
	kindUnsubscribe
	kindUnsuback
)

// Limits.
const (
	// maxLengthBytes is how many bytes of length Zeek takes; the protocol has
	// one more.
	maxLengthBytes = 3
	// maxPayload is how much of a message is logged (MQTT::max_payload_size).
	maxPayload = 100
	// maxPending is how many unacknowledged messages and subscriptions are
	// remembered, and maxHeld how many bytes of their topics; beyond it the
	// oldest are written.
	maxPending = 64
	maxHeld    = 16 << 10
	// expiry is how long acknowledgements are waited for, in ns.
	expiry = 5e9
)

// session is the state of a connection.
type session struct {
	analyzer.Base

	client    client
	published []message
	asked     []subscription
}

var _ analyzer.Stream = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	s.client.reset()
	s.published, s.asked = s.published[:0], s.asked[:0]
}

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	s.expire()
	for consumed < len(b) {
		p := b[consumed:]
		head, size, ok := header(p)
		if !ok {
			s.Violate("malformed length")
			return len(b), 0
		}
		if head == 0 {
			return consumed, len(p) + 1
		}
		body, rest := p[head:], 0
		if size > analyzer.MaxTail-head {
			// Only messages are that long, and of them the start is enough.
			if len(body) < analyzer.MaxTail/2 {
				return consumed, analyzer.MaxTail / 2
			}
			rest = size - len(body)
		} else if len(body) < size {
			return consumed, head + size
		} else {
			body = body[:size]
		}
		if !s.packet(dir, p[0], body, size) {
			s.Violate("malformed packet")
			return len(b), 0
		}
		consumed += head + len(body)
		s.Skip(dir, uint64(rest))
	}
	return consumed, 0
}

// header reads the first byte and the length of what follows.  size is 0
// while the header is not whole.
func header(b []byte) (n, size int, ok bool) {
	for i := 1; i < len(b); i++ {
		if i > maxLengthBytes {
			return 0, 0, false
		}
		size |= int(b[i]&0x7f) << (7 * (i - 1))
		if b[i]&0x80 == 0 {
			return i + 1, size, true
		}
	}
	return 0, 0, true
}

// packet handles a packet, of whose size bytes body is the start.  It reports
// whether it could be read.
func (s *session) packet(dir analyzer.Dir, first byte, body []byte, size int) bool {
	r := reader{b: body}
	switch first >> 4 {
	case kindConnect:
		if !s.client.read(s.Conn.Now, &r) {
			return false
		}
		s.Confirm()
	case kindConnack:
		r.byte() // flags
		code := r.byte()
		if r.bad {
			return false
		}
		s.client.write(s.Conn, code)
	case kindPublish:
		if !s.publish(dir, first, &r, size) {
			return false
		}
		s.Confirm()
	case kindPuback, kindPubrec, kindPubrel, kindPubcomp:
		id := r.uint16()
		if r.bad {
			return false
		}
		s.acknowledge(first>>4, id)
	case kindSubscribe, kindUnsubscribe:
		return s.subscribe(first>>4 == kindSubscribe, &r)
	case kindSuback:
		id := r.uint16()
		s.properties(&r)
		qos := r.byte()
		if r.bad {
			return false
		}
		s.granted(id, true, qos)
	case kindUnsuback:
		id := r.uint16()
		if r.bad {
			return false
		}
		s.granted(id, false, 0)
	}
	return true
}

// Gap implements analyzer.Stream: what follows is taken as the start of a
// packet.
func (s *session) Gap(analyzer.Dir, uint64) bool { return true }

// EOF implements analyzer.Stream.
func (s *session) EOF(analyzer.Dir) {}

// Close implements analyzer.Analyzer.  As in Zeek what was not waited for
// long enough is not written.
func (s *session) Close() { s.expire() }

// properties passes over the properties that packets of version 5 have.
func (s *session) properties(r *reader) {
	if s.client.version >= version5 {
		r.properties()
	}
}

// reader takes values off the front of a packet.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.b, r.bad = nil, true
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) byte() byte {
	if v := r.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if v := r.take(2); v != nil {
		return uint16(v[0])<<8 | uint16(v[1])
	}
	return 0
}

// properties takes a length of up to four bytes and what it counts.
func (r *reader) properties() {
	n := 0
	for i := range 4 {
		c := r.byte()
		n |= int(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			r.take(n)
			return
		}
	}
	r.b, r.bad = nil, true
}

func (r *reader) text() []byte { return r.take(int(r.uint16())) }
