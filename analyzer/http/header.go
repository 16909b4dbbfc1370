package http

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file/mime"
)

// headerLine takes a line of the message's header.
func (s *side) headerLine(b []byte) {
	m := &s.msg
	if len(b) == 0 || b[0] == 0 {
		s.finishHeader()
		m.inHeader = false
		s.headersDone()
		return
	}
	if isSpace(b[0]) && len(m.header) > 0 {
		switch {
		case len(m.header)+len(b) <= mime.MaxHeader:
			m.header = append(m.header, b...)
		case !m.tooLong:
			m.tooLong = true
			s.Exceeded(mime.HeaderSize)
		}
		m.folds++
		return
	}
	s.finishHeader()
	m.header = append(m.header[:0], skipSpace(b)...)
}

// finishHeader takes the header whose last line was seen.
func (s *side) finishHeader() {
	m := &s.msg
	if len(m.header) == 0 {
		return
	}
	name, value, ok := mime.Field(m.header)
	folds := m.folds
	m.header, m.folds = m.header[:0], 0
	if !ok || m.chunks == chunkTrailer {
		return
	}
	if s.a.wanted(name) {
		s.entityHeader(0, name, value, folds)
		s.a.header(s.dir, name, value)
	} else if folds > 0 {
		s.a.Weird("HTTP_obsolete_line_folding", string(name))
	}
}

// wanted reports whether a header can matter, by its length and first letter:
// most do not.
func (a *Analyzer) wanted(name []byte) bool {
	switch len(name) {
	case 3, 4, 5, 6, 7, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19:
		switch name[0] | 0x20 {
		case 'c', 't', 'e', 'u', 'r', 'h', 'o', 'a', 'p', 'f', 'v', 'x', 's', 'w':
			return true
		}
	case 20, 22, 24: // Sec-WebSocket-Accept, -Protocol, -Extensions
		return name[0]|0x20 == 's'
	}
	return false
}

// entityHeader takes a header that tells of the entity's body.
func (s *side) entityHeader(depth int, name, value []byte, folds int) {
	if folds > 0 && depth == 0 {
		s.a.Weird("HTTP_obsolete_line_folding", string(name))
	}
	m := &s.msg
	switch len(name) {
	case 6:
		if depth == 0 && mime.EqualFold(name, "expect") {
			s.expect(value)
		}
	case 12:
		if depth == 0 && mime.EqualFold(name, "content-type") {
			var boundary []byte
			m.kind, boundary = mime.ContentType(value)
			m.boundary = append(m.boundary[:0], boundary...)
		}
	case 13:
		if mime.EqualFold(name, "content-range") && s.a.code == 206 {
			s.contentRange(depth, value)
		}
	case 14:
		if mime.EqualFold(name, "content-length") {
			s.contentLength(depth, value)
		}
	case 16:
		if depth == 0 && mime.EqualFold(name, "content-encoding") {
			switch tok, _ := mime.Token(value); {
			case mime.EqualFold(tok, "gzip"), mime.EqualFold(tok, "x-gzip"), mime.EqualFold(tok, "deflate"):
				m.coding = codingZip
			}
		}
	case 17:
		if mime.EqualFold(name, "transfer-encoding") {
			s.transferEncoding(depth, value)
		}
	}
}

func (s *side) expect(value []byte) {
	tok, _ := mime.Token(value)
	if !mime.EqualFold(tok, "100-continue") {
		s.a.Weird("HTTP_expect_not_100_continue", string(tok))
	}
	s.msg.expect100 = true
	if s.msg.length == 0 {
		s.a.Weird("HTTP_content_length_0_and_expect_100_cont", "")
	}
}

func (s *side) contentLength(depth int, value []byte) {
	m, a := &s.msg, s.a
	if depth == 0 && m.chunks != notChunked {
		a.Weird("HTTP_content_length_and_chunked", "")
	}
	tok, _ := mime.Token(value)
	if tok == nil {
		return
	}
	n, ok := number(tok, 10)
	if !ok || n < 0 {
		a.Weird("HTTP_bad_content_length", string(tok))
		n = 0
	} else if n > 0 && tok[0] == '0' {
		a.Weird("HTTP_content_length_leading_zeros", string(tok))
	}
	if ok && s.pieces && m.rangeLen != n {
		a.Weird("HTTP_range_not_matching_len", "")
		n = max(n, m.rangeLen)
	}
	if n == 0 && m.expect100 {
		a.Weird("HTTP_content_length_0_and_expect_100_cont", "")
	}
	if depth == 0 {
		m.length = n
	} else {
		s.total = n
	}
}

// contentRange reads "bytes 0-99/200" of a partial reply.
func (s *side) contentRange(depth int, value []byte) {
	m, a := &s.msg, s.a
	if m.chunks != notChunked {
		a.Weird("HTTP_content_range_and_chunked", "")
	}
	unit, rest := mime.Token(value)
	if string(unit) != "bytes" {
		a.Weird("HTTP_content_range_unknown_byte_unit", "")
		return
	}
	var buf [128]byte
	spec := buf[:0]
	for _, c := range rest[:min(len(rest), len(buf))] {
		if c != ' ' {
			spec = append(spec, c)
		}
	}
	positions, size, ok := bytes.Cut(spec, []byte("/"))
	from, to, ok2 := bytes.Cut(positions, []byte("-"))
	if !ok || !ok2 {
		a.Weird("HTTP_content_range_cannot_parse", "")
		return
	}
	f, ok := number(from, 10)
	l, ok2 := number(to, 10)
	switch {
	case !ok || !ok2:
		a.Weird("HTTP_content_range_cannot_parse", string(spec))
		return
	case f < 0 || l < 0:
		a.Weird("HTTP_content_range_invalid", string(spec))
		return
	case l < f:
		a.Weird("HTTP_non_positive_content_range", string(spec))
		return
	case l-f == 1<<63-1:
		a.Weird("HTTP_content_range_overflow", string(spec))
		return
	}
	if len(size) != 1 || size[0] != '*' {
		if s.instance, ok = number(size, 10); !ok {
			a.Weird("HTTP_content_range_invalid_instance", string(spec))
			s.instance = 0
		}
	}
	s.pieces, s.offset = true, uint64(f)
	m.rangeLen = l - f + 1
	length := &m.length
	if depth > 0 {
		length = &s.total
	}
	if *length > 0 && *length != m.rangeLen {
		a.Weird("HTTP_range_not_matching_len", "")
	}
	*length = max(*length, m.rangeLen)
}

func (s *side) transferEncoding(depth int, value []byte) {
	m, a := &s.msg, s.a
	if depth > 0 {
		a.Weird("HTTP_nested_transfer_encoding_header", "")
		return
	}
	// A reply that comes while the request goes on is taken for one of the
	// request's version, as in Zeek.
	v := a.side[analyzer.Resp].version
	if a.side[analyzer.Orig].ongoing {
		v = a.side[analyzer.Orig].version
	}
	tok, rest := mime.Token(value)
	if !mime.EqualFold(tok, "chunked") || v != (version{1, 1}) {
		return
	}
	m.chunks = beforeChunk
	if len(rest) > 0 {
		a.Weird("HTTP_chunked_multi", string(rest[:min(len(rest), 64)]))
	}
	if m.length >= 0 {
		a.Weird("HTTP_content_length_and_chunked", "")
	}
}

// header takes a header that the record, or the connection's state, holds.
func (a *Analyzer) header(dir analyzer.Dir, name, value []byte) {
	t := a.touch(dir)
	switch len(name) {
	case 12:
		if mime.EqualFold(name, "content-type") {
			a.filename(t, value)
		}
	case 19:
		if mime.EqualFold(name, "content-disposition") && hasFilename(value) {
			a.filename(t, value)
		}
	}
	if name[0]|0x20 == 's' {
		t.webSocketHeader(dir, name, value)
		return
	}
	if dir == analyzer.Resp {
		a.replyHeader(t, name, value)
		return
	}
	switch len(name) {
	case 4:
		if mime.EqualFold(name, "host") {
			t.host = t.keep(value)
			a.noteHost(value)
		}
	case 5:
		if mime.EqualFold(name, "range") {
			t.rangeRequest = true
		}
	case 6:
		if mime.EqualFold(name, "origin") {
			t.origin = t.keep(value)
		}
	case 7:
		if mime.EqualFold(name, "referer") {
			t.referrer = t.keep(value)
		}
	case 10:
		if mime.EqualFold(name, "user-agent") {
			t.agent = t.keep(value)
		} else if mime.EqualFold(name, "connection") {
			if tok, _ := mime.Token(value); mime.EqualFold(tok, "keep-alive") {
				a.keepAlive = true
			}
		}
	case 13, 19:
		if mime.EqualFold(name, "authorization") || mime.EqualFold(name, "proxy-authorization") {
			a.authorization(t, len(name) == 19, value)
		}
	}
	a.proxyHeader(t, name, value)
}

// webSocketHeader notes what websocket.log holds (RFC 6455, 11.3).
func (t *txn) webSocketHeader(dir analyzer.Dir, name, value []byte) {
	var field *span
	reply := dir == analyzer.Resp
	switch {
	case mime.EqualFold(name, "sec-websocket-key"):
		t.key = t.keep(value)
		return
	case mime.EqualFold(name, "sec-websocket-accept"):
		t.accept = t.keep(value)
		return
	case mime.EqualFold(name, "sec-websocket-protocol") && !reply:
		field = &t.protocols
	case mime.EqualFold(name, "sec-websocket-protocol"):
		field = &t.subprotocol
	case mime.EqualFold(name, "sec-websocket-extensions") && !reply:
		field = &t.extensions
	case mime.EqualFold(name, "sec-websocket-extensions"):
		field = &t.accepted
	default:
		return
	}
	if !field.isSet() {
		*field = t.keep(value)
		return
	}
	// A list in several headers is one list.
	joined := append(append(append([]byte(nil), t.get(*field)...), ','), value...)
	*field = t.keep(joined)
}

func (a *Analyzer) replyHeader(t *txn, name, value []byte) {
	switch len(name) {
	case 16, 18:
		if mime.EqualFold(name, "www-authenticate") || mime.EqualFold(name, "proxy-authenticate") {
			a.authToken(t, analyzer.Resp, len(name) == 18, value)
		}
	case 7:
		if mime.EqualFold(name, "upgrade") {
			tok, _ := mime.Token(value)
			a.protocol = append(a.protocol[:0], tok[:min(len(tok), 64)]...)
		}
	case 10:
		if mime.EqualFold(name, "connection") {
			switch tok, _ := mime.Token(value); {
			case mime.EqualFold(tok, "close"):
				a.connClose = true
			case mime.EqualFold(tok, "upgrade"):
				a.upgrade = true
			}
		}
	}
}

// filename notes the file name that a header gives to the entity.
func (a *Analyzer) filename(t *txn, value []byte) {
	n := mime.Filename(value)
	switch {
	case n == nil:
	case t.inEntity:
		t.filename = t.keep(n)
	default:
		a.Weird("missing_HTTP_entity", "")
	}
}

// hasFilename reports whether a Content-Disposition has a file name, and not
// only the name of a form's field.
func hasFilename(value []byte) bool {
	for i := 0; i+8 <= len(value); i++ {
		if value[i]|0x20 == 'f' && mime.EqualFold(value[i:i+8], "filename") {
			return true
		}
	}
	return false
}

// noteHost notes the Host header, without its port, as the server's name.
func (a *Analyzer) noteHost(value []byte) {
	if i := bytes.LastIndexByte(value, ':'); i > 0 && bytes.IndexByte(value[i:], ']') < 0 {
		if n, ok := number(value[i+1:], 10); ok && n >= 0 && bytes.IndexByte(value[:i], ':') < 0 || value[0] == '[' {
			value = value[:i]
		}
	}
	if len(value) > 0 {
		a.Conn.SetHost(value)
	}
}

func (a *Analyzer) proxyHeader(t *txn, name, value []byte) {
	if len(t.proxied) >= maxProxied {
		return
	}
	for _, p := range proxyHeaders {
		if !mime.EqualFold(name, p) {
			continue
		}
		a.scratch = append(bytes.ToUpper(name), " -> "...)
		a.scratch = append(a.scratch, value...)
		for _, s := range t.proxied {
			if string(t.get(s)) == string(a.scratch) {
				return
			}
		}
		t.proxied = append(t.proxied, t.keep(a.scratch))
		return
	}
}
