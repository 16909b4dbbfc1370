package quic

import (
	"encoding/binary"

	"wirehunt/analyzer"
)

// Handshake messages and extensions of TLS that quic.log tells of (RFC 8446,
// 4; RFC 6066, 3; RFC 7301).
const (
	clientHello   = 1
	serverHello   = 2
	extServerName = 0
	extALPN       = 16
)

// tls is what the session tells the analyzer of TLS.
type tls interface{ OverQUIC() }

// message hands a handshake message to the analyzer of TLS, as a record, and
// notes what it says.
func (s *session) message(dir analyzer.Dir, b []byte) {
	s.hello(dir, b)
	if s.ssl == nil {
		if s.ssl = s.Child("ssl"); s.ssl == nil {
			return
		}
		if t, ok := s.ssl.Analyzer().(tls); ok {
			t.OverQUIC()
		}
	}
	head := [5]byte{22, 3, 3}
	binary.BigEndian.PutUint16(head[3:], uint16(len(b)))
	s.ssl.Data(dir, head[:])
	s.ssl.Data(dir, b)
}

func (c *cursor) u16() uint64 { return c.u8()<<8 | c.u8() }

// hello notes a hello in the record, and what a client's asks for.
func (s *session) hello(dir analyzer.Dir, b []byte) {
	if !s.rec.open {
		return
	}
	if b[0] == serverHello && dir == analyzer.Resp {
		s.letter(dir, 'S')
	}
	if b[0] != clientHello || dir != analyzer.Orig {
		return
	}
	c := cursor{b: b[4:]}
	c.bytes(2 + 32) // version, random
	c.bytes(c.u8()) // session id
	c.bytes(c.u16())
	c.bytes(c.u8()) // compression
	exts := cursor{b: c.bytes(c.u16())}
	for len(exts.b) > 0 && !exts.bad {
		typ := exts.u16()
		body := cursor{b: exts.bytes(exts.u16())}
		list := cursor{b: body.bytes(body.u16())}
		switch typ {
		case extServerName:
			if kind, name := list.u8(), list.bytes(list.u16()); kind == 0 && !list.bad {
				s.rec.name, s.rec.hasName = append(s.rec.name[:0], name...), true
			}
		case extALPN:
			s.protocols(list)
		}
	}
	s.letter(dir, 'S')
}

// protocols notes the first of the application protocols offered.
func (s *session) protocols(list cursor) {
	all := append(s.scratch[:0], '[')
	n := 0
	for ; len(list.b) > 0; n++ {
		name := list.bytes(list.u8())
		if list.bad {
			return
		}
		if n == 0 {
			s.rec.proto, s.rec.hasProto = append(s.rec.proto[:0], name...), true
		} else {
			all = append(all, ", "...)
		}
		all = append(all, name...)
	}
	s.scratch = append(all, ']')
	if n > 1 {
		s.WeirdFrom("", "QUIC_many_protocols", string(s.scratch))
	}
}
