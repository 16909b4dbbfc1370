package mime

import "strconv"

// Handler is told what a Parser finds.  Bytes are valid during the call only.
type Handler interface {
	// BeginEntity starts an entity; depth is 0 for the message itself.
	BeginEntity(depth int)
	// Header gives a header of the innermost entity.
	Header(depth int, name, value []byte)
	// HeadersDone tells that the body of the innermost entity follows.  It
	// returns how many bytes the body has, or -1 where only the boundary
	// tells.
	HeadersDone(depth int) int64
	// Body gives decoded content of the innermost entity.
	Body(b []byte)
	// EndEntity ends the innermost entity.
	EndEntity(depth int)
	// Exceeded tells, once a message, that it exceeds a limit.  What goes
	// beyond is passed over.
	Exceeded(Limit)
}

// Limit is a limit of a Parser.
type Limit uint8

// The limits of a Parser.
const (
	Depth      Limit = iota // how deep entities nest
	HeaderSize              // how long a header is that goes on over several lines
)

// Weird returns what weird.log tells of a limit that was exceeded: its name
// and the limit.
func (l Limit) Weird() (name, addl string) {
	if l == Depth {
		return "exceeded_mime_max_depth", strconv.Itoa(maxDepth)
	}
	return "exceeded_mime_max_header_bytes", strconv.Itoa(MaxHeader)
}

// MaxHeader is how long a header may get (Zeek's MIME::max_header_bytes),
// maxDepth how deep entities nest (MIME::max_depth).
const (
	MaxHeader = 64 << 10
	maxDepth  = 100
)

type encoding uint8

const (
	encNone encoding = iota
	encQuoted
	encBase64
)

type entity struct {
	kind     Kind
	enc      encoding
	inHeader bool
	ended    bool
	crlf     bool // an end of line is held back: it may be the boundary's
	bits     uint32
	nbits    uint8
	boundary []byte
}

// Parser splits a message into entities.  The zero Parser is ready for Reset.
type Parser struct {
	h     Handler
	stack []entity
	line  []byte  // header line so far
	out   []byte  // decoded content
	plain uint64  // bytes left of an entity of known length
	mid   bool    // the last line was given in part
	told  [2]bool // limits that were exceeded
}

// Reset starts a message, at its headers.
func (p *Parser) Reset(h Handler) {
	p.reset(h)
	p.push(0)
}

// ResetBody starts a message whose headers were read elsewhere: kind and
// boundary are what ContentType says.
func (p *Parser) ResetBody(h Handler, kind Kind, boundary []byte) {
	p.reset(h)
	e := p.grow()
	e.inHeader, e.kind = false, kind
	e.boundary = append(e.boundary, boundary...)
	if kind == Message {
		p.push(encNone)
	}
}

func (p *Parser) reset(h Handler) {
	p.h, p.stack, p.line, p.plain, p.mid = h, p.stack[:0], p.line[:0], 0, false
	p.told = [2]bool{}
}

func (p *Parser) exceed(l Limit) {
	if !p.told[l] {
		p.told[l] = true
		p.h.Exceeded(l)
	}
}

// grow adds an entity to the stack, with the memory of an earlier one.
func (p *Parser) grow() *entity {
	n := len(p.stack)
	if n < cap(p.stack) {
		p.stack = p.stack[:n+1]
	} else {
		p.stack = append(p.stack, entity{})
	}
	e := &p.stack[n]
	*e = entity{inHeader: true, boundary: e.boundary[:0]}
	return e
}

func (p *Parser) push(enc encoding) {
	if len(p.stack) >= maxDepth {
		p.exceed(Depth)
		return
	}
	p.grow().enc = enc
	p.h.BeginEntity(len(p.stack) - 1)
}

// Ended reports whether the message is over: its closing boundary was seen.
func (p *Parser) Ended() bool { return len(p.stack) == 0 || p.stack[0].ended }

// Plain returns how many bytes of an entity's body follow that are to be
// given to Raw, whatever is in them.
func (p *Parser) Plain() uint64 { return p.plain }

// InPart reports whether the parser is in the body of a part, where only
// CR LF ends a line.
func (p *Parser) InPart() bool {
	n := len(p.stack)
	return n > 1 && p.stack[n-2].kind == Multipart && !p.stack[n-1].inHeader && !p.stack[n-1].ended
}

// InHeader reports whether the next line is one of a header.
func (p *Parser) InHeader() bool {
	n := len(p.stack)
	return n > 0 && p.stack[n-1].inHeader
}

// Raw gives bytes of an entity of known length, at most Plain of them.
func (p *Parser) Raw(b []byte) {
	p.plain -= uint64(len(b))
	n := len(p.stack)
	if n == 0 {
		return
	}
	p.decode(&p.stack[n-1], b, false)
	if p.plain == 0 {
		p.end(n - 1)
	}
}

// Line gives a line without its end; crlf tells whether there was an end.
func (p *Parser) Line(b []byte, crlf bool) {
	mid := p.mid
	p.mid = !crlf
	for i := 0; i < len(p.stack); i++ {
		e := &p.stack[i]
		switch {
		case e.ended:
			return
		case e.inHeader:
			p.headerLine(i, b)
			return
		case e.kind == Leaf:
			p.decode(e, b, crlf)
			return
		case e.kind == Multipart && !mid:
			if closing, ok := isBoundary(b, e.boundary); ok {
				p.end(i + 1)
				p.stack = p.stack[:i+1]
				if closing {
					p.end(i)
				} else {
					p.push(e.enc)
				}
				return
			}
		}
	}
}

// isBoundary reports whether a line is "--" and the boundary, and whether it
// is the last one.
func isBoundary(line, boundary []byte) (closing, ok bool) {
	n := 2 + len(boundary)
	if len(line) < n || line[0] != '-' || line[1] != '-' || string(line[2:n]) != string(boundary) {
		return false, false
	}
	return len(line) >= n+2 && line[n] == '-' && line[n+1] == '-', true
}

func (p *Parser) headerLine(i int, b []byte) {
	if len(b) == 0 || b[0] == 0 {
		p.finishHeader(i)
		p.stack[i].inHeader = false
		n := p.h.HeadersDone(i)
		if e := &p.stack[i]; e.kind == Message {
			p.push(e.enc)
		} else if n == 0 {
			p.end(i)
		} else if n > 0 && e.kind == Leaf {
			p.plain = uint64(n)
		}
		return
	}
	if isBlank(b[0]) && len(p.line) > 0 {
		if len(p.line)+len(b) > MaxHeader {
			p.exceed(HeaderSize)
			return
		}
		p.line = append(p.line, b...)
		return
	}
	p.finishHeader(i)
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	p.line = append(p.line[:0], b...)
}

func (p *Parser) finishHeader(i int) {
	if len(p.line) == 0 {
		return
	}
	name, value, ok := Field(p.line)
	p.line = p.line[:0]
	if !ok {
		return
	}
	e := &p.stack[i]
	switch {
	case EqualFold(name, "content-type"):
		var boundary []byte
		e.kind, boundary = ContentType(value)
		e.boundary = append(e.boundary[:0], boundary...)
	case EqualFold(name, "content-transfer-encoding"):
		tok, _ := Token(value)
		switch {
		case EqualFold(tok, "base64"):
			e.enc = encBase64
		case EqualFold(tok, "quoted-printable"):
			e.enc = encQuoted
		default:
			e.enc = encNone
		}
	}
	p.h.Header(i, name, value)
}

// end ends the entities from depth i on, the innermost first.
func (p *Parser) end(i int) {
	for n := len(p.stack) - 1; n >= i; n-- {
		e := &p.stack[n]
		if e.ended {
			continue
		}
		e.ended = true
		if e.inHeader {
			p.finishHeader(n)
			e = &p.stack[n]
			e.inHeader = false
			p.h.HeadersDone(n)
		}
		if e.enc == encBase64 && e.kind == Leaf {
			p.flushBase64(e)
		}
		p.h.EndEntity(n)
	}
	if i <= len(p.stack)-1 {
		p.plain = 0
	}
}

// Close ends the message.
func (p *Parser) Close() {
	if len(p.stack) > 0 {
		p.end(0)
	}
}
