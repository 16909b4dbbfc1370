// Package sip analyses SIP over UDP (RFC 3261) as Zeek's base/protocols/sip:
// a request and its answer make a record.
package sip

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "sip", Title: "SIP",
		Doc:      "Telephony: calls, registrations and how they ended.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{5060},
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			if isFirstLine(s.Orig) || isFirstLine(s.Resp) {
				return analyzer.Yes
			}
			return analyzer.No
		},
		// Methods and versions; what binary protocols start with is not
		// worth a look.
		FirstBytes: " ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		UDP:        true,
		New:        func() analyzer.Analyzer { return &session{} },
	}
}

// isFirstLine reports whether b starts as a request ("... SIP/2.0", end of
// line) or a response ("SIP/2.0 200 ").
func isFirstLine(b []byte) bool {
	if len(b) > 11 && isVersion(b) && b[7] == ' ' && isDigits(b[8:11]) && b[11] == ' ' {
		return true
	}
	end := bytes.IndexByte(b, '\n')
	return end >= 9 && b[end-1] == '\r' && b[end-9] == ' ' && isVersion(b[end-8:end-1])
}

// isVersion reports whether b starts with "SIP/" and a version.
func isVersion(b []byte) bool {
	return len(b) >= 7 && string(b[:4]) == "SIP/" && isDigits(b[4:5]) && b[5] == '.' && isDigits(b[6:7])
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// part is where a side's message is.
type part uint8

const (
	partFirst part = iota // before the first line
	partHeaders
	partBody
)

// maxLine is the longest line.
const maxLine = 16 << 10

// side is the stream of one side's messages, which as in Zeek may go on in
// the next datagram.
type side struct {
	part part
	left int    // bytes of the body
	line []byte // the start of a line
	size int    // of the body, as Content-Length has it
}

// session is the state of a connection.
type session struct {
	analyzer.Base

	side [2]side
	rec  record
}

var _ analyzer.Datagrams = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	for i := range s.side {
		s.side[i] = side{line: s.side[i].line[:0]}
	}
	s.rec.open = false
}

// Close implements analyzer.Analyzer: a request that has no final answer is
// written when the connection ends.
func (s *session) Close() {
	if s.rec.open {
		s.rec.write(s.Conn)
	}
}

// Datagram implements analyzer.Datagrams.
func (s *session) Datagram(dir analyzer.Dir, b []byte, _ int) {
	d := &s.side[dir]
	for len(b) > 0 {
		if d.part == partBody {
			n := min(d.left, len(b))
			d.left -= n
			b = b[n:]
			s.bodyDone(dir)
			continue
		}
		line, rest, whole := cutLine(b)
		if !whole {
			if len(d.line)+len(b) > maxLine {
				s.lost(dir)
				return
			}
			d.line = append(d.line, b...)
			return
		}
		b = rest
		if len(d.line) > 0 {
			d.line = append(d.line, line...)
			line = d.line
		}
		ok := s.handle(dir, line)
		d.line = d.line[:0]
		if !ok {
			s.lost(dir)
			return
		}
	}
}

// lost drops a message that is none.
func (s *session) lost(dir analyzer.Dir) {
	d := &s.side[dir]
	d.part, d.line = partFirst, d.line[:0]
	s.ViolateEarly("malformed message")
}

// cutLine takes the first line off b, which ends with CR, LF or both.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 {
		return b, nil, false
	}
	if b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n' {
		return b[:i], b[i+2:], true
	}
	return b[:i], b[i+1:], true
}

// handle handles a line and reports whether it is one of SIP.
func (s *session) handle(dir analyzer.Dir, line []byte) bool {
	d := &s.side[dir]
	if d.part == partFirst {
		if len(line) == 0 {
			return true // keeps ports open (RFC 3261, 7.5; RFC 5626, 3.5.1)
		}
		d.part, d.size = partHeaders, 0
		if dir == analyzer.Orig {
			return s.request(line)
		}
		return s.status(line)
	}
	if len(line) == 0 {
		d.part, d.left = partBody, d.size
		s.bodyDone(dir)
		return true
	}
	name, value, ok := cutHeader(line)
	if !ok {
		return false
	}
	if n := string(name); n == "Content-Length" || n == "L" {
		d.size, _ = number(value)
	}
	s.header(dir, name, value)
	return true
}

// bodyDone ends a message whose body was all there.
func (s *session) bodyDone(dir analyzer.Dir) {
	d := &s.side[dir]
	if d.left > 0 {
		return
	}
	d.part = partFirst
	if dir == analyzer.Resp {
		s.answered()
	}
}

// cutHeader cuts a header line into name and value.
func cutHeader(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexAny(line, ": \t")
	if i <= 0 {
		return nil, nil, false
	}
	name, value = line[:i], bytes.TrimLeft(line[i:], " \t")
	if len(value) == 0 || value[0] != ':' {
		return nil, nil, false
	}
	return name, bytes.TrimLeft(value[1:], " \t"), true
}

// number returns the number that b is.
func number(b []byte) (n int, ok bool) {
	b = bytes.TrimSpace(b)
	if !isDigits(b) || len(b) > 9 {
		return 0, false
	}
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n, true
}
