package http

import "wirehunt/analyzer"

// isTokenChar reports whether c may be in a method (RFC 9110, 5.6.2).
func isTokenChar(c byte) bool {
	if c <= ' ' || c >= 0x7f {
		return false
	}
	switch c {
	case '(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '=', '{', '}':
		return false
	}
	return true
}

func isURIChar(c byte) bool {
	if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
		return true
	}
	switch c {
	case ':', '/', '?', '#', '[', ']', '@', '!', '$', '&', '\'', '(', ')', '*', '+', ',', ';', '=', '-', '_', '.', '~', '%':
		return true
	}
	return false
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func skipSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return b
}

// equalFold compares ignoring the case of letters; upper is in upper case.
func equalFold(b []byte, upper string) bool {
	if len(b) != len(upper) {
		return false
	}
	for i := range upper {
		c := b[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}

// requestLine takes a request line, or what stands in its place.
func (a *Analyzer) requestLine(b []byte) {
	s := &a.side[analyzer.Orig]
	method, uri, ok := a.parseRequest(b)
	if !ok {
		if a.requests > 0 && !a.keepAlive {
			return // something after the only request
		}
		if len(b) == 0 {
			a.Weird("empty_http_request", "")
			return
		}
		s.state = nothing
		if a.Confirmed() {
			// Servers answer a client that speaks something else in HTTP.
			a.giveUp("not a http request line")
		}
		return
	}
	a.requests++
	if !a.keepAlive && a.requests > 1 {
		a.Weird("unexpected_multiple_HTTP_requests", "")
	}
	s.state, s.ongoing = inMessage, true
	kind := byte(methodOther)
	if equalFold(method, "HEAD") {
		kind = methodHead
	}
	if len(a.unanswered) < maxUnanswered {
		a.unanswered = append(a.unanswered, kind)
	}
	if s.version != (version{0, 9}) || isKnown(method) {
		// Zeek takes any two words as a request of HTTP/0.9.
		a.Confirm()
	}
	if equalFold(method, "CONNECT") {
		a.connect = true
	}
	t := a.newRequest()
	t.method = t.keep(method)
	a.scratch = a.unescape(a.scratch[:0], uri)
	t.uri = t.keep(a.scratch)
	if !isKnown(method) {
		a.WeirdFrom("", "unknown_HTTP_method", string(method[:min(len(method), 64)]))
	}
	s.start(bodyMaybe)
	if s.version == (version{0, 9}) {
		a.startRaw(method)
	}
}

// isKnown reports whether a method is one that Zeek knows.
func isKnown(method []byte) bool {
	for _, m := range knownMethods {
		if string(method) == m {
			return true
		}
	}
	return false
}

// startRaw makes the server's side one of HTTP/0.9: a body, nothing else.
func (a *Analyzer) startRaw(method []byte) {
	if string(method) != "GET" {
		a.Weird("invalid_http_09_request_method", string(method[:min(len(method), 64)]))
	}
	s := &a.side[analyzer.Resp]
	if s.started {
		a.Weird("http_09_reply_before_request", "")
		s.done()
		s.started = false
	}
	a.raw = true
}

// rawReply takes bytes of an HTTP/0.9 reply.
func (a *Analyzer) rawReply(b []byte) {
	s := &a.side[analyzer.Resp]
	if !s.started {
		a.setVersion(s, version{0, 9})
		a.answered()
		a.connClose = true
		s.ongoing, s.state = true, inMessage
		a.reply(nil, false)
		s.start(a.replyRule())
		s.deliver(nil, true)
	}
	s.deliver(b, false)
}

// parseRequest splits a request line; ok is false if it is none.
func (a *Analyzer) parseRequest(b []byte) (method, uri []byte, ok bool) {
	n := 0
	for n < len(b) && isTokenChar(b[n]) {
		n++
	}
	rest := skipSpace(b[n:])
	if n == 0 {
		if len(b) >= 9 && equalFold(b[len(b)-9:len(b)-3], " HTTP/") {
			a.Weird("bad_HTTP_request_with_version", "")
		} else {
			a.Weird("bad_HTTP_request", "")
		}
		return nil, nil, false
	}
	if len(rest) == len(b)-n {
		a.Weird("bad_HTTP_request", "")
		return nil, nil, false
	}
	uri = a.parseTarget(rest)
	// Without a version anything of two words could be a request.  Zeek takes
	// that, and banners like "SSH-2.0-x comment" with it; here the method has
	// to be one.
	if a.side[analyzer.Orig].version == (version{0, 9}) && (!isKnown(b[:n]) || len(uri) == 0) {
		a.Weird("bad_HTTP_request", "")
		return nil, nil, false
	}
	return b[:n], uri, true
}

// parseTarget reads the target and the version after it.  A target may have
// blanks and other odd characters as long as a version follows.
func (a *Analyzer) parseTarget(b []byte) (uri []byte) {
	s := &a.side[analyzer.Orig]
	end := 0
	for end < len(b) && isURIChar(b[end]) {
		end++
	}
	if end == len(b) && a.isProtocol(b) {
		a.Weird("missing_HTTP_uri", "")
		end = 0
	}
	at := end
	for ; at < len(b); at++ {
		end = at
		at = len(b) - len(skipSpace(b[at:]))
		if a.isProtocol(b[at:]) {
			break
		}
	}
	if at >= len(b) {
		a.setVersion(s, version{0, 9})
	} else if at+8 <= len(b) {
		a.setVersion(s, parseVersion(b[at+5:]))
	}
	return b[:end]
}

// isProtocol reports whether b starts with "HTTP/".
func (a *Analyzer) isProtocol(b []byte) bool {
	if len(b) < 5 || !equalFold(b[:5], "HTTP/") {
		return false
	}
	if string(b[:5]) != "HTTP/" {
		a.Weird("lowercase_HTTP_keyword", "")
	}
	return true
}

func parseVersion(b []byte) version {
	if len(b) >= 3 && isDigit(b[0]) && b[1] == '.' && isDigit(b[2]) {
		return version{b[0] - '0', b[2] - '0'}
	}
	return version{}
}

func (a *Analyzer) setVersion(s *side, v version) {
	if s.version != v {
		if s.version != (version{}) {
			a.Weird("HTTP_version_mismatch", "")
		}
		s.version = v
	}
	if v.major > 1 || v.major == 1 && v.minor > 0 {
		a.keepAlive = true
	}
}

// unescape appends a target to out, percent-decoded as Zeek does.
func (a *Analyzer) unescape(out, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		if b[i] != '%' {
			out = append(out, b[i])
			continue
		}
		rest := b[i+1:]
		switch {
		case len(rest) == 0:
			a.Weird("illegal_%_at_end_of_URI", "")
			return append(out, '%')
		case len(rest) == 1:
			a.Weird("partial_escape_at_end_of_URI", "")
			return append(out, '%', rest[0])
		case rest[0] == '%':
			a.Weird("double_%_in_URI", "")
		case unhex(rest[0]) >= 0 && unhex(rest[1]) >= 0:
			out = append(out, byte(unhex(rest[0])<<4|unhex(rest[1])))
			i += 2
		case len(rest) >= 5 && rest[0] == 'u' && unhex(rest[1]) >= 0 && unhex(rest[2]) >= 0 && unhex(rest[3]) >= 0 && unhex(rest[4]) >= 0:
			if hi := unhex(rest[1])<<4 | unhex(rest[2]); hi != 0 {
				out = append(out, byte(hi))
			}
			out = append(out, byte(unhex(rest[3])<<4|unhex(rest[4])))
			i += 5
		default:
			a.Weird("unescaped_%_in_URI", "")
			out = append(out, '%', rest[0])
			i++
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// number reads the number that b starts with; ok is false if there is none or
// it does not fit.
func number(b []byte, base int64) (n int64, ok bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	i := 0
	for ; i < len(b); i++ {
		d := int64(unhex(b[i]))
		if d < 0 || d >= base {
			break
		}
		if n > (1<<63-1-d)/base {
			return 0, false
		}
		n = n*base + d
	}
	if neg {
		n = -n
	}
	return n, i > 0
}

// requestMade ends the request.
func (a *Analyzer) requestMade(interrupted bool) {
	s := &a.side[analyzer.Orig]
	if !s.ongoing {
		return
	}
	s.ongoing = false
	s.done()
	s.state = wantLine
	if interrupted {
		s.state = nothing
	}
}
