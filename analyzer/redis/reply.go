package redis

import (
	"bytes"
	"strconv"
)

// Limits of a reply: of a line, of how deep values nest, and of the text that
// is kept of it.
const (
	maxLine  = 1 << 14
	maxDepth = 32
	maxReply = 1 << 14
)

// frame is a value that holds others.
type frame struct {
	typ  byte
	left int // values that follow
	n    int // values read
	mark int // where attributes begin in the text
}

// reply reads the server's side and writes replies as text: a list as
// [a, b], a set as {a, b}, a map as {k: v}.
type reply struct {
	typ    byte // of the outermost value
	frames []frame
	text   []byte
}

func (p *reply) reset() { p.typ, p.frames, p.text = 0, p.frames[:0], p.text[:0] }

// cutLine returns the line at the start of b without its end, and its size
// with it, 0 if the end is not there.
func cutLine(b []byte) (line []byte, size int) {
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			return nil, 0
		}
		if i += j + 1; i > 1 && b[i-2] == '\r' {
			return b[:i-2], i
		}
	}
}

// number reads a count or length, -1 for what is not there.
func number(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 10 {
		return 0, false
	}
	n, err := strconv.Atoi(string(b))
	return n, err == nil && n >= -1
}

// isRESP3 reports whether a type came with RESP3.
func isRESP3(typ byte) bool { return typ != 0 && bytes.IndexByte([]byte("_#,(!=%~>|"), typ) >= 0 }

// add adds to the text, up to its limit.
func (p *reply) add(b []byte) {
	p.text = append(p.text, b[:min(len(b), max(0, maxReply-len(p.text)))]...)
}

func (p *reply) addString(s string) {
	if len(p.text)+len(s) <= maxReply {
		p.text = append(p.text, s...)
	}
}

// server handles what is at the start of b, like client.
func (s *session) server(b []byte) (n, skip, need int) {
	line, size := cutLine(b)
	if size == 0 {
		if len(b) > maxLine {
			return -1, 0, 0
		}
		return 0, 0, len(b) + 1
	}
	if len(line) == 0 {
		return -1, 0, 0
	}
	p := &s.rep
	typ, arg := line[0], line[1:]
	if len(p.frames) == 0 {
		p.typ, p.text = typ, p.text[:0]
	} else if p.top().typ == '|' && p.top().left == 0 {
		// Attributes are before the value that they are of.
		p.text = p.text[:p.top().mark]
		p.frames = p.frames[:len(p.frames)-1]
		if len(p.frames) == 0 {
			p.typ = typ
		}
	}
	switch typ {
	case '$', '!', '=':
		return s.bulk(b, arg, size)
	case '*', '~', '>', '%', '|':
		count, ok := number(arg)
		if !ok || count > maxCount || len(p.frames) == maxDepth {
			return -1, 0, 0
		}
		s.aggregate(typ, count)
		return size, 0, 0
	}
	p.separate()
	switch typ {
	case '+', '-', ':', ',', '(':
		p.add(arg)
	case '_':
		p.addString("null")
	case '#':
		switch string(arg) {
		case "t":
			p.addString("T")
		case "f":
			p.addString("F")
		default:
			return -1, 0, 0
		}
	default:
		return -1, 0, 0
	}
	s.value()
	return size, 0, 0
}

// bulk handles a string of a length; b is all from its first line on.
func (s *session) bulk(b, arg []byte, size int) (n, skip, need int) {
	length, ok := number(arg)
	if !ok || length > maxBulk {
		return -1, 0, 0
	}
	p := &s.rep
	if length < 0 {
		p.separate()
		p.addString("null")
		s.value()
		return size, 0, 0
	}
	k := min(length, max(0, maxReply-len(p.text)))
	if len(b) < size+k {
		return 0, 0, size + k
	}
	p.separate()
	p.add(b[size : size+k])
	s.value()
	return size + k, length - k + 2, 0
}

// aggregate begins a value that holds others.
func (s *session) aggregate(typ byte, count int) {
	p := &s.rep
	mark := len(p.text)
	if typ != '|' {
		p.separate()
	}
	if count < 0 {
		p.addString("null")
		s.value()
		return
	}
	left := count
	if typ == '%' || typ == '|' {
		left *= 2
	}
	if typ == '%' || typ == '~' {
		p.addString("{")
	} else {
		p.addString("[")
	}
	p.frames = append(p.frames, frame{typ: typ, left: left, mark: mark})
	if left == 0 && typ != '|' {
		s.close()
	}
}

func (p *reply) top() *frame { return &p.frames[len(p.frames)-1] }

// separate writes what stands before a value.
func (p *reply) separate() {
	if len(p.frames) == 0 {
		return
	}
	switch f := p.top(); {
	case f.n == 0:
	case f.typ == '%' && f.n%2 == 1:
		p.addString(": ")
	default:
		p.addString(", ")
	}
}

// value ends a value.
func (s *session) value() {
	p := &s.rep
	if len(p.frames) == 0 {
		s.done()
		return
	}
	f := p.top()
	f.n++
	if f.left--; f.left == 0 && f.typ != '|' {
		s.close()
	}
}

// close ends the innermost value that holds others.
func (s *session) close() {
	p := &s.rep
	if t := p.top().typ; t == '%' || t == '~' {
		p.addString("}")
	} else {
		p.addString("]")
	}
	p.frames = p.frames[:len(p.frames)-1]
	s.value()
}

// done handles a whole reply.
func (s *session) done() {
	if s.commands {
		s.Confirm()
	}
	s.replied(s.rep.typ, s.rep.text)
}
