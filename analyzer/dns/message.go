package dns

import "encoding/binary"

const (
	headerLen = 12
	// maxName is how long a name may get, as in Zeek: more than RFC 1035
	// allows, which is a weird from tooLong on.
	maxName = 512
	tooLong = 255
	// maxPointers is how many compression pointers a name may follow one
	// another (Zeek's dns_max_compression_chain_depth).
	maxPointers = 20
	// maxQueries is Zeek's dns_max_queries: a message with more questions is
	// no DNS.
	maxQueries = 25
)

// header is a message's first 12 bytes (RFC 1035 section 4.1.1).
type header struct {
	id             uint16
	flags          uint16
	qd, an, ns, ar uint16
}

func parseHeader(b []byte) header {
	_ = b[11]
	return header{
		id: binary.BigEndian.Uint16(b), flags: binary.BigEndian.Uint16(b[2:]),
		qd: binary.BigEndian.Uint16(b[4:]), an: binary.BigEndian.Uint16(b[6:]),
		ns: binary.BigEndian.Uint16(b[8:]), ar: binary.BigEndian.Uint16(b[10:]),
	}
}

func (h header) reply() bool   { return h.flags&0x8000 != 0 }
func (h header) opcode() uint8 { return uint8(h.flags>>11) & 15 }
func (h header) aa() bool      { return h.flags&0x0400 != 0 }
func (h header) tc() bool      { return h.flags&0x0200 != 0 }
func (h header) rd() bool      { return h.flags&0x0100 != 0 }
func (h header) ra() bool      { return h.flags&0x0080 != 0 }
func (h header) z() uint8      { return uint8(h.flags>>4) & 7 }
func (h header) rcode() uint8  { return uint8(h.flags) & 15 }

// reader reads a message.  Its first failure sticks; weird is then Zeek's
// name for it, or "" where Zeek gives none.
type reader struct {
	b       []byte // the whole message
	off     int
	netbios bool // labels may be longer than 63 bytes
	long    bool // a name had 255 bytes or more
	bad     bool
	weird   string
}

func (r *reader) fail(weird string) {
	if !r.bad {
		r.bad, r.weird = true, weird
	}
}

func (r *reader) left() int { return len(r.b) - r.off }

func (r *reader) u8() uint8 {
	if r.left() < 1 {
		r.fail("")
		return 0
	}
	r.off++
	return r.b[r.off-1]
}

func (r *reader) u16() uint16 {
	if r.left() < 2 {
		r.fail("")
		return 0
	}
	r.off += 2
	return binary.BigEndian.Uint16(r.b[r.off-2:])
}

func (r *reader) u32() uint32 {
	if r.left() < 4 {
		r.fail("")
		return 0
	}
	r.off += 4
	return binary.BigEndian.Uint32(r.b[r.off-4:])
}

// bytes returns the next n bytes.
func (r *reader) bytes(n int) []byte {
	if n < 0 || n > r.left() {
		r.fail("")
		return nil
	}
	r.off += n
	return r.b[r.off-n : r.off]
}

// name appends the name at the current place to dst, in lower case and
// without a dot at its end.
func (r *reader) name(dst []byte) []byte {
	dst, r.off = r.nameAt(dst, len(dst), r.off, len(r.b), 0)
	return dst
}

// nameAt appends the name at off, which may go up to end, to a name that
// begins at start in dst.  It returns the offset behind the name.  A pointer
// only leads backwards, and what it leads to ends where the pointer stands,
// so that no loop can form.
func (r *reader) nameAt(dst []byte, start, off, end, pointers int) ([]byte, int) {
	for {
		if off >= end {
			r.fail("dns_invalid_name")
			return dst, off
		}
		at, n := off, int(r.b[off])
		off++
		if n == 0 {
			r.long = r.long || len(dst)-start >= tooLong
			return trimDot(dst, start), off
		}
		if off >= end {
			r.fail("dns_invalid_name")
			return dst, off
		}
		if n&0xc0 == 0xc0 {
			target := n&0x3f<<8 | int(r.b[off])
			off++
			switch {
			case target >= at:
				r.fail("DNS_label_forward_compress_offset")
			case pointers == maxPointers:
				r.fail("DNS_max_compression_depth")
			default:
				dst, _ = r.nameAt(dst, start, target, at, pointers+1)
			}
			return dst, off
		}
		switch {
		case n > end-off:
			r.fail("DNS_label_len_gt_pkt")
		case n > 63 && !r.netbios:
			r.fail("DNS_label_too_long")
		case n >= maxName-(len(dst)-start):
			r.fail("DNS_label_len_gt_name_len")
		}
		if r.bad {
			return dst, off
		}
		for _, c := range r.b[off : off+n] {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
		}
		dst = append(dst, '.')
		off += n
	}
}

func trimDot(dst []byte, start int) []byte {
	if n := len(dst); n-start >= 2 && dst[n-1] == '.' {
		return dst[:n-1]
	}
	return dst
}
