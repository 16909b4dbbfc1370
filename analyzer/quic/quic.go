// Package quic analyses QUIC (RFC 8999 to 9001, 9369, and drafts): it
// decrypts the Initial packets, whose keys everyone can derive, puts the
// hellos in their CRYPTO frames together, hands them to the analyzer of TLS
// and writes quic.log.  It follows Zeek's analyzer QUIC and scripts
// base/protocols/quic.
package quic

import (
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Spicy: true,
		Name:  "quic", Title: "QUIC",
		Doc:      "QUIC connections with their connection ids, and the TLS hellos in them.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{443, 784, 853},
		Probe:    probe, FirstBytes: firstBytes, UDP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// firstBytes are the first bytes of Initial packets of all versions.
const firstBytes = "\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf" +
	"\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf"

// probe recognises Initial packets by type and version.
func probe(s *analyzer.Start) analyzer.Verdict {
	if isInitial(s.Orig) || isInitial(s.Resp) {
		return analyzer.Yes
	}
	return analyzer.No
}

func isInitial(b []byte) bool {
	if len(b) < 7 {
		return false
	}
	v := binary.BigEndian.Uint32(b[1:])
	return known(v) && b[0]>>6 == 3 && typeOf(b[0], v) == typeInitial
}

// Packet types of long headers, in version 1 (RFC 9000, 17.2).
const (
	typeInitial = iota
	typeZeroRTT
	typeHandshake
	typeRetry
)

// typeOf returns the packet type in the first byte of a long header; version
// 2 numbers them differently (RFC 9369, 3.2).
func typeOf(first byte, version uint32) byte {
	t := first >> 4 & 3
	if version == version2 {
		t = (t - 1) & 3
	}
	return t
}

// header is what all long headers begin with (RFC 8999, 5.1).
type header struct {
	version    uint32
	dcid, scid []byte
}

// maxCID is the longest connection id that a header can hold.
const maxCID = 255

// session is what goes on between two UDP ports.
type session struct {
	analyzer.Base
	ssl       *analyzer.Feeder
	dcid      []byte // the client's first, which the keys follow from
	hasDCID   bool
	keys      [2]*keys // of the sides, once used
	cid       [2]int   // size of the connection ids that a side chose
	streams   [2]stream
	shorts    [2]uint64
	decrypted uint64
	discards  uint64
	rec       record
	plain     []byte // packet being decrypted
	scratch   []byte
}

var _ analyzer.Datagrams = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	old := *s
	*s = session{
		Base: old.Base, dcid: old.dcid[:0], streams: old.streams, rec: old.rec,
		plain: old.plain, scratch: old.scratch,
	}
	s.rec.reset()
	s.resetCrypto()
}

// resetCrypto forgets the keys and hellos: the client starts again.
func (s *session) resetCrypto() {
	s.hasDCID = false
	s.keys = [2]*keys{}
	for i := range s.streams {
		s.streams[i].reset()
	}
}

// Close implements analyzer.Analyzer.
func (s *session) Close() { s.write() }

// Datagram implements analyzer.Datagrams: a datagram holds one packet or
// several (RFC 9000, 12.2).
func (s *session) Datagram(dir analyzer.Dir, b []byte, wireLen int) {
	cut := wireLen > len(b)
	for len(b) > 0 {
		if b[0]&0x40 == 0 {
			s.discarded(dir)
			return
		}
		if b[0]&0x80 == 0 {
			// A short header has the receiver's connection id; all after it is
			// encrypted with keys that are not known.
			if len(b) < 1+s.cid[dir.Other()] {
				s.Violate("short packet too short")
				return
			}
			s.short(dir)
			return
		}
		n, ok := s.long(dir, b)
		if !ok {
			if !cut {
				s.Violate("not a QUIC packet")
			}
			return
		}
		b = b[n:]
	}
}

// long handles a packet with a long header at the start of b and returns its
// size; ok is false where it is none that can be read.
func (s *session) long(dir analyzer.Dir, b []byte) (size int, ok bool) {
	c := cursor{b: b[1:]}
	var h header
	if v := c.bytes(4); v != nil {
		h.version = binary.BigEndian.Uint32(v)
	}
	h.dcid = c.bytes(c.u8())
	h.scid = c.bytes(c.u8())
	if c.bad {
		return 0, false
	}
	if !known(h.version) {
		s.seen(dir, &h)
		s.letter(dir, 'U')
		s.write()
		if h.version == 0 && dir == analyzer.Resp {
			// Version Negotiation (RFC 8999, 6): the client may try again.
			s.resetCrypto()
			return len(b), true
		}
		return 0, false
	}
	typ := typeOf(b[0], h.version)
	if typ == typeRetry {
		if len(c.b) < tagSize {
			return 0, false
		}
		s.retry(dir, &h)
		return len(b), true
	}
	if typ == typeInitial {
		c.bytes(c.varint()) // token
	}
	n := c.varint()
	number := len(b) - len(c.b)
	c.bytes(n)
	if c.bad || typ == typeInitial && n < maxNumber+sampleSize {
		return 0, false
	}
	size = len(b) - len(c.b)
	s.seen(dir, &h)
	switch typ {
	case typeInitial:
		s.letter(dir, 'I')
		return size, s.initial(dir, &h, b[:size], number)
	case typeHandshake:
		s.letter(dir, 'H')
	case typeZeroRTT:
		s.letter(dir, 'Z')
	}
	return size, true
}

// retry handles a Retry packet: the client starts again, with other keys.
func (s *session) retry(dir analyzer.Dir, h *header) {
	if !s.rec.open {
		s.seen(dir, h)
	}
	s.letter(dir, 'R')
	s.write()
	s.resetCrypto()
}

// initial decrypts an Initial packet, p, while the side's hello is wanted.
func (s *session) initial(dir analyzer.Dir, h *header, p []byte, number int) bool {
	if s.streams[dir].done || dir == analyzer.Resp && !s.hasDCID {
		return true
	}
	s.cid[dir], s.cid[dir.Other()] = len(h.scid), len(h.dcid)
	if !s.hasDCID {
		s.dcid, s.hasDCID = append(s.dcid[:0], h.dcid...), true
	}
	k := s.keys[dir]
	if k == nil {
		if k = newKeys(h.version, s.dcid, dir == analyzer.Orig); k == nil {
			return false
		}
		s.keys[dir] = k
	}
	s.plain = append(s.plain[:0], p...)
	frames, ok := k.open(s.plain, number)
	if !ok || len(frames) == 0 {
		return false
	}
	s.decrypted++
	s.Confirm()
	return s.frames(dir, frames)
}
