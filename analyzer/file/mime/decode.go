package mime

// decode undoes the transfer encoding of a line of content.
func (p *Parser) decode(e *entity, b []byte, crlf bool) {
	switch e.enc {
	case encBase64:
		p.base64(e, b)
		return
	case encQuoted:
		p.quoted(b, crlf)
		return
	}
	if e.crlf {
		e.crlf = false
		p.h.Body(lineEnd)
	}
	if len(b) > 0 {
		p.h.Body(b)
	}
	if !crlf {
		return
	}
	// The end of line before a boundary is the boundary's: within a
	// multipart it waits until the next line shows whose it is.
	if n := len(p.stack); n > 1 && p.stack[n-2].kind == Multipart {
		e.crlf = true
	} else {
		p.h.Body(lineEnd)
	}
}

var lineEnd = []byte("\r\n")

// base64 decodes a line; characters outside the alphabet are passed over.
func (p *Parser) base64(e *entity, b []byte) {
	out := p.out[:0]
	for _, c := range b {
		var v uint32
		switch {
		case c >= 'A' && c <= 'Z':
			v = uint32(c - 'A')
		case c >= 'a' && c <= 'z':
			v = uint32(c-'a') + 26
		case c >= '0' && c <= '9':
			v = uint32(c-'0') + 52
		case c == '+':
			v = 62
		case c == '/':
			v = 63
		case c == '=':
			out = flush64(e, out)
			continue
		default:
			continue
		}
		e.bits = e.bits<<6 | v
		if e.nbits += 6; e.nbits == 24 {
			out = append(out, byte(e.bits>>16), byte(e.bits>>8), byte(e.bits))
			e.bits, e.nbits = 0, 0
		}
	}
	p.give(out)
}

// flush64 writes the whole bytes of an unfinished group.
func flush64(e *entity, out []byte) []byte {
	switch e.nbits {
	case 12:
		out = append(out, byte(e.bits>>4))
	case 18:
		out = append(out, byte(e.bits>>10), byte(e.bits>>2))
	}
	e.bits, e.nbits = 0, 0
	return out
}

func (p *Parser) flushBase64(e *entity) { p.give(flush64(e, p.out[:0])) }

// maxKept is the largest buffer kept for reuse.
const maxKept = 16 << 10

func (p *Parser) give(out []byte) {
	if len(out) > 0 {
		p.h.Body(out)
	}
	if cap(out) <= maxKept {
		p.out = out[:0]
	}
}

// quoted decodes a line of quoted-printable text.
func (p *Parser) quoted(b []byte, crlf bool) {
	if crlf {
		for len(b) > 0 && isBlank(b[len(b)-1]) {
			b = b[:len(b)-1]
		}
	}
	out := p.out[:0]
	for i := 0; i < len(b); i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		if i == len(b)-1 { // a soft line break
			crlf = false
			break
		}
		if i+2 < len(b) {
			hi, lo := unhex(b[i+1]), unhex(b[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, '=')
	}
	if crlf {
		out = append(out, '\r', '\n')
	}
	p.give(out)
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
