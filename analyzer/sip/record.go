package sip

import (
	"bytes"
	"strings"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Headers that are logged, as text.
const (
	textMethod = iota
	textURI
	textDate
	textRequestFrom
	textRequestTo
	textResponseFrom
	textResponseTo
	textReplyTo
	textCallID
	textSeq
	textSubject
	textUserAgent
	textStatus
	textWarning
	textContentType
	texts
)

// maxPath is how many Via headers of each side are remembered, maxVia how
// many bytes of each.
const (
	maxPath = 64
	maxVia  = 512
)

// record is what is known of the request that waits for its answer.
type record struct {
	open      bool
	hasStatus bool
	has       uint32 // bit i: text i is set
	hasLen    [2]bool
	status    int
	ts        int64
	length    [2]int
	text      [texts][]byte
	path      [2][][]byte
}

// start makes the record as new unless it is open.
func (r *record) start(now int64) {
	if r.open {
		return
	}
	r.open, r.ts = true, now
	r.has, r.hasStatus, r.hasLen = 0, false, [2]bool{}
	r.path[0], r.path[1] = r.path[0][:0], r.path[1][:0]
}

func (r *record) set(i int, v []byte) {
	r.text[i] = append(r.text[i][:0], v...)
	r.has |= 1 << i
}

// via adds a Via header.
func (r *record) via(dir analyzer.Dir, v []byte) {
	p := &r.path[dir]
	v = v[:min(len(v), maxVia)]
	if len(*p) == maxPath {
		return
	}
	if n := len(*p); n < cap(*p) {
		*p = (*p)[:n+1]
		(*p)[n] = append((*p)[n][:0], v...)
		return
	}
	*p = append(*p, bytes.Clone(v))
}

// write writes the record.
func (r *record) write(c *analyzer.Conn) {
	row := c.Row(Log, r.ts)
	text := func(i int, col event.StringCol) {
		if r.has>>i&1 != 0 {
			col.Set(row, r.text[i])
		}
	}
	path := func(dir analyzer.Dir, col event.ListCol) {
		l := col.List(row)
		for _, v := range r.path[dir] {
			l.Bytes(v)
		}
		l.End()
	}
	colDepth.Set(row, 0) // Zeek never counts it up
	text(textMethod, colMethod)
	text(textURI, colURI)
	text(textDate, colDate)
	text(textRequestFrom, colRequestFrom)
	text(textRequestTo, colRequestTo)
	text(textResponseFrom, colResponseFrom)
	text(textResponseTo, colResponseTo)
	text(textReplyTo, colReplyTo)
	text(textCallID, colCallID)
	text(textSeq, colSeq)
	text(textSubject, colSubject)
	path(analyzer.Orig, colRequestPath)
	path(analyzer.Resp, colResponsePath)
	text(textUserAgent, colUserAgent)
	if r.hasStatus {
		colStatus.Set(row, uint64(r.status))
	}
	text(textStatus, colStatusMsg)
	text(textWarning, colWarning)
	if r.hasLen[analyzer.Orig] {
		colRequestLen.Set(row, uint64(r.length[analyzer.Orig]))
	}
	if r.hasLen[analyzer.Resp] {
		colResponseLen.Set(row, uint64(r.length[analyzer.Resp]))
	}
	text(textContentType, colContentType)
}

// isLetter reports whether c may be in a method, as Zeek has it.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// request handles a request line.
func (s *session) request(line []byte) bool {
	start := 0
	for start < len(line) && !isLetter(line[start]) {
		start++
	}
	junk, line := line[:start], line[start:]
	n := 0
	for n < len(line) && isLetter(line[n]) {
		n++
	}
	method, rest := line[:n], bytes.TrimLeft(line[n:], " \t")
	n = 0
	for n < len(rest) && rest[n] > ' ' && rest[n] < 0x7f {
		n++
	}
	uri, version := rest[:n], bytes.TrimLeft(rest[n:], " \t")
	if len(method) == 0 || len(uri) == 0 || !isVersion(version) {
		return false
	}
	if len(junk) > 0 {
		s.Weird("sip_junk_before_request", escape(junk))
	}
	s.rec.start(s.Conn.Now)
	s.rec.set(textMethod, method)
	s.rec.set(textURI, uri)
	switch string(method) {
	case "REGISTER", "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "NOTIFY", "SUBSCRIBE":
	default:
		s.WeirdFrom("", "unknown_SIP_method", string(method))
	}
	return true
}

// maxJunk is how much of the bytes before a request is told.
const maxJunk = 256

// escape returns b with what is not printable as \x00.
func escape(b []byte) string {
	const digits = "0123456789abcdef"
	var out strings.Builder
	for _, c := range b[:min(len(b), maxJunk)] {
		if c >= ' ' && c < 0x7f {
			out.WriteByte(c)
		} else {
			out.WriteString(`\x`)
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
	}
	return out.String()
}

// status handles a status line.
func (s *session) status(line []byte) bool {
	if !isVersion(line) {
		return false
	}
	rest := bytes.TrimLeft(line[7:], "0123456789")
	rest = bytes.TrimLeft(rest, " \t")
	if len(rest) < 3 || !isDigits(rest[:3]) {
		return false
	}
	s.Confirm()
	s.rec.start(s.Conn.Now)
	s.rec.status, _ = number(rest[:3])
	s.rec.hasStatus = true
	s.rec.set(textStatus, bytes.TrimLeft(rest[3:], " \t"))
	return true
}

// answered ends a response: the record is written, and with a final response
// the request is over.
func (s *session) answered() {
	r := &s.rec
	if !r.open {
		return
	}
	r.write(s.Conn)
	if r.status < 100 || r.status >= 200 || r.has>>textMethod&1 == 0 {
		r.open = false
	}
}

// header handles a header.
func (s *session) header(dir analyzer.Dir, name, value []byte) {
	r := &s.rec
	var buf [16]byte
	if len(name) > len(buf) {
		return
	}
	upper := buf[:copy(buf[:], name)]
	for i, c := range upper {
		if c >= 'a' && c <= 'z' {
			upper[i] = c - 0x20
		}
	}
	r.start(s.Conn.Now)
	switch string(upper) {
	case "CONTENT-LENGTH", "L":
		s.contentLength(dir, value)
		return
	case "FROM", "F":
		r.set(textRequestFrom+(textResponseFrom-textRequestFrom)*int(dir), cutParam(value, "tag="))
		return
	case "TO", "T":
		r.set(textRequestTo+(textResponseTo-textRequestTo)*int(dir), value)
		return
	case "VIA", "V":
		r.via(dir, cutParam(value, "branch"))
		return
	}
	if i := textHeader(dir, upper); i >= 0 {
		r.set(i, value)
	}
}

// textHeader returns the text that a header of one side sets, -1 for none.
func textHeader(dir analyzer.Dir, name []byte) int {
	if dir == analyzer.Resp {
		switch string(name) {
		case "CONTENT-TYPE", "C":
			return textContentType
		case "WARNING":
			return textWarning
		}
		return -1
	}
	switch string(name) {
	case "CALL-ID":
		return textCallID
	case "CSEQ":
		return textSeq
	case "DATE":
		return textDate
	case "REPLY-TO":
		return textReplyTo
	case "SUBJECT", "S":
		return textSubject
	case "USER-AGENT":
		return textUserAgent
	}
	return -1
}

func (s *session) contentLength(dir analyzer.Dir, value []byte) {
	if n, ok := number(value); ok {
		s.rec.length[dir], s.rec.hasLen[dir] = n, true
		return
	}
	name := "invalid_SIP_request_body_len"
	if dir == analyzer.Resp {
		name = "invalid_SIP_response_body_len"
	}
	s.WeirdFrom("", name, string(value))
}

// cutParam returns what is before ";", maybe a space, and param.
func cutParam(value []byte, param string) []byte {
	for i := range value {
		if value[i] != ';' {
			continue
		}
		rest := value[i+1:]
		if bytes.HasPrefix(rest, []byte(param)) || len(rest) > 0 && rest[0] == ' ' && bytes.HasPrefix(rest[1:], []byte(param)) {
			return value[:i]
		}
	}
	return value
}
