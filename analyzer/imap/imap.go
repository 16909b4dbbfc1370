// Package imap recognises IMAP sessions (RFC 9051) up to the log-in, and hands
// TLS on after STARTTLS.  Like Zeek, whose IMAP analyzer it follows, it writes
// no log of its own.
package imap

import (
	"bytes"

	"wirehunt/analyzer"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "imap", Title: "IMAP",
		Doc:      "IMAP sessions and the TLS in them.",
		TCPPorts: []uint16{143},
		TCP:      true,
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

// Limits of a line and of the tag that is remembered.
const (
	maxLine = 1 << 14
	maxTag  = 128
)

type session struct {
	analyzer.Base
	tls   *analyzer.Feeder
	tag   []byte // of the client's STARTTLS
	asked bool   // tag is set
	gap   bool   // something is missing: lines are not looked at any more
}

// Reset implements analyzer.Analyzer.
func (s *session) Reset() { *s = session{Base: s.Base, tag: s.tag[:0]} }

// Close implements analyzer.Analyzer.
func (s *session) Close() {}

// EOF implements analyzer.Stream.
func (s *session) EOF(dir analyzer.Dir) { s.tls.EOF(dir) }

// Gap implements analyzer.Stream.
func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	s.tls.Gap(dir, n)
	s.gap = true
	return s.tls != nil
}

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	if s.tls == nil && (s.Conn.Partial() || s.gap) {
		return len(b), 0
	}
	for consumed < len(b) {
		rest := b[consumed:]
		if s.tls != nil {
			s.tls.Data(dir, rest)
			return len(b), 0
		}
		if rest[0] == '\r' || rest[0] == '\n' {
			consumed++ // of the line before, or empty
			continue
		}
		i := bytes.IndexAny(rest, "\r\n")
		if i < 0 {
			if len(rest) > maxLine {
				s.Violate("line too long")
				return len(b), 0
			}
			return consumed, 0
		}
		consumed += i + 1
		if !s.line(dir, rest[:i]) {
			return len(b), 0
		}
		if s.tls != nil && consumed < len(b) && b[consumed] == '\n' {
			consumed++
		}
	}
	return consumed, 0
}

// token returns the run of printable characters at the start of b and what
// follows it and blanks.
func token(b []byte) (tok, rest []byte, blank bool) {
	n := 0
	for n < len(b) && b[n] > ' ' && b[n] < 0x7f {
		n++
	}
	rest = bytes.TrimLeft(b[n:], " ")
	return b[:n], rest, len(rest) < len(b)-n
}

// line handles a line: a tag, a command or the outcome of one, and more.  It
// returns false if the analysis is over.
func (s *session) line(dir analyzer.Dir, line []byte) bool {
	tag, rest, blank := token(line)
	command, _, _ := token(rest)
	if len(tag) == 0 || !blank || len(command) == 0 {
		s.Violate("line without tag and command")
		return false
	}
	is := func(word string) bool { return bytes.EqualFold(command, []byte(word)) }
	if dir == analyzer.Resp && string(tag) == "*" && is("ok") ||
		dir == analyzer.Orig && (string(command) == "capability" || is("starttls")) {
		s.Confirm()
	}
	// Zeek knows these in lower case only.
	switch string(command) {
	case "authenticate", "login", "examine", "create", "list", "fetch":
		s.Confirm()
		return s.stop()
	}
	switch {
	case dir == analyzer.Orig && is("starttls"):
		if s.asked {
			s.Weird("IMAP: client sent duplicate StartTLS", "")
		}
		s.tag, s.asked = append(s.tag[:0], tag[:min(len(tag), maxTag)]...), true
	case dir == analyzer.Resp && s.asked && bytes.Equal(tag, s.tag):
		if !is("ok") {
			s.Weird("IMAP: server refused StartTLS", "")
			return true
		}
		if s.tls = s.Child("ssl"); s.tls == nil {
			return s.stop()
		}
	}
	return true
}

// stop ends the analysis: what follows is not looked at.
func (s *session) stop() bool {
	s.Done(analyzer.Orig)
	s.Done(analyzer.Resp)
	return false
}
