package quic

import "wirehunt/analyzer"

// Frame types that Initial packets may hold (RFC 9000, 12.4).
const (
	framePadding = 0x00
	framePing    = 0x01
	frameAck     = 0x02
	frameAckECN  = 0x03
	frameCrypto  = 0x06
	frameClose   = 0x1c
)

// cursor reads QUIC's fields; its first failure sticks.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) bytes(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.b, c.bad = nil, true
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) u8() uint64 {
	if v := c.bytes(1); v != nil {
		return uint64(v[0])
	}
	return 0
}

// varint reads a variable-length integer (RFC 9000, 16).
func (c *cursor) varint() uint64 {
	v := c.u8()
	n := 1<<(v>>6) - 1
	v &= 0x3f
	for range n {
		v = v<<8 | c.u8()
	}
	return v
}

// frames handles the frames of a packet; it returns false where they are none
// that an Initial packet may hold.
func (s *session) frames(dir analyzer.Dir, b []byte) bool {
	c := cursor{b: b}
	for len(c.b) > 0 {
		switch typ := c.u8(); typ {
		case framePadding, framePing:
		case frameAck, frameAckECN:
			c.ack(typ == frameAckECN)
		case frameCrypto:
			offset, n := c.varint(), c.varint()
			if data := c.bytes(n); !c.bad && !s.crypto(dir, offset, data) {
				return false
			}
		case frameClose:
			c.varint() // error
			c.varint() // frame type
			c.bytes(c.varint())
			if !c.bad {
				s.closed(dir)
			}
		default:
			return false
		}
		if c.bad {
			return false
		}
	}
	return true
}

// ack passes over an ACK frame (RFC 9000, 19.3).
func (c *cursor) ack(ecn bool) {
	c.varint() // largest acknowledged
	c.varint() // delay
	n := c.varint()
	c.varint() // first range
	for ; n > 0 && !c.bad; n-- {
		c.varint()
		c.varint()
	}
	if ecn {
		c.varint()
		c.varint()
		c.varint()
	}
}

// Limits of a side's handshake message: its size, which as in Zeek is that of
// a TLS record, and how many pieces out of order are kept.
const (
	maxMessage = 1<<14 + 256
	maxPieces  = 64
)

// stream puts the first handshake message of a side together.
type stream struct {
	buf    []byte
	pieces []piece // what buf holds, in order, apart from each other
	done   bool    // the message was given on
}

// piece is the range [from, to) of a stream.
type piece struct{ from, to int }

func (t *stream) reset() {
	t.buf, t.pieces, t.done = t.buf[:0], t.pieces[:0], false
	if cap(t.buf) > 1<<12 {
		t.buf = nil
	}
}

// add adds data at offset from; what was there before wins.  It returns false
// where there is no room.
func (t *stream) add(from int, data []byte) bool {
	to := from + len(data)
	if to > len(t.buf) {
		t.buf = append(t.buf, make([]byte, to-len(t.buf))...)
	}
	// Copy what lies between the pieces there are, and merge those that touch.
	at := from
	i := 0
	for i < len(t.pieces) && t.pieces[i].to < from {
		i++
	}
	j := i
	merged := piece{from, to}
	for ; j < len(t.pieces) && t.pieces[j].from <= to; j++ {
		p := t.pieces[j]
		if p.from > at {
			copy(t.buf[at:p.from], data[at-from:])
		}
		at = max(at, p.to)
		merged.from, merged.to = min(merged.from, p.from), max(merged.to, p.to)
	}
	if at < to {
		copy(t.buf[at:to], data[at-from:])
	}
	if i == j && len(t.pieces) == maxPieces {
		return false
	}
	if i == j {
		t.pieces = append(t.pieces, piece{})
		copy(t.pieces[i+1:], t.pieces[i:])
		t.pieces[i] = merged
		return true
	}
	t.pieces[i] = merged
	t.pieces = t.pieces[:i+1+copy(t.pieces[i+1:], t.pieces[j:])]
	return true
}

// head returns what there is from the start without a hole.
func (t *stream) head() []byte {
	if len(t.pieces) == 0 || t.pieces[0].from > 0 {
		return nil
	}
	return t.buf[:t.pieces[0].to]
}

// crypto takes the data of a CRYPTO frame.  It returns false where there is
// more of it than a hello can be.
func (s *session) crypto(dir analyzer.Dir, offset uint64, data []byte) bool {
	t := &s.streams[dir]
	if t.done || len(data) == 0 {
		return true
	}
	if offset > maxMessage || int(offset)+len(data) > maxMessage || !t.add(int(offset), data) {
		return false
	}
	b := t.head()
	if len(b) < 4 {
		return true
	}
	size := 4 + int(b[1])<<16 + int(b[2])<<8 + int(b[3])
	if size > maxMessage {
		return false
	}
	if len(b) >= size {
		t.done = true
		s.message(dir, b[:size])
	}
	return true
}
