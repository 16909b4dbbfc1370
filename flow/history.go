package flow

// history is the string of letters that tells what was seen.
type history struct {
	seen uint32 // bits of what is noted once
	n    uint8
	buf  [38]byte
	more []byte
}

// maxHistory bounds the history; Zeek's is bounded by the length of the
// connection only.
const maxHistory = 1 << 12

func (h *history) add(c byte) {
	if int(h.n) < len(h.buf) {
		h.buf[h.n] = c
		h.n++
		return
	}
	if h.more == nil {
		h.more = append(h.more, h.buf[:]...)
	}
	if len(h.more) < maxHistory {
		h.more = append(h.more, c)
	}
}

func (h *history) is(s string) bool { return string(h.bytes()) == s }

// set replaces the letters, which are few.
func (h *history) set(s string) { h.n = uint8(copy(h.buf[:], s)) }

func (h *history) bytes() []byte {
	if h.more != nil {
		return h.more
	}
	return h.buf[:h.n]
}

// The bits of what is noted once a side; those of the responder are shifted
// by 8.
const (
	histSyn uint32 = 1 << iota
	histFin
	histRst
	histData
	histAck
	histMulti
	histFinRst
	histLimit
)

// once adds the letter if the bit was not set, lower case for the responder,
// and reports whether it was set.
func (h *history) once(d Dir, bit uint32, c byte) bool {
	if d == Resp {
		bit <<= 8
		c |= 0x20
	}
	if h.seen&bit != 0 {
		return true
	}
	h.seen |= bit
	h.add(c)
	return false
}

func (h *history) letter(d Dir, c byte) {
	if d == Resp {
		c |= 0x20
	}
	h.add(c)
}

// scaled is a counter that is noted when it reaches 1, 10, 100, ...
type scaled struct{ n, next uint32 }

func (s *scaled) hit(h *history, d Dir, c byte) {
	s.n++
	if s.next == 0 {
		s.next = 1
	}
	if s.n != s.next {
		return
	}
	h.letter(d, c)
	if s.next >= 1<<28 {
		s.n = 0
		return
	}
	s.next *= 10
}

// synThenReset reports whether the history is that of an originator that
// sent a SYN and then a RST, and nothing else of note between.
func (h *history) synThenReset() bool {
	b := h.bytes()
	if len(b) > 0 && b[0] == '^' {
		b = b[1:]
	}
	if len(b) == 0 || b[0] != 'S' {
		return false
	}
	for _, c := range b[1:] {
		switch c {
		case 'R':
			return true
		case 'H', 'A', 'F', 'G', 'I', 'Q':
			return false
		}
	}
	return false
}
