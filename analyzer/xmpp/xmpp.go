// Package xmpp recognises XMPP streams (RFC 6120) up to the log-in, between
// clients and servers and between servers, and hands TLS on after starttls.
// Like Zeek, whose XMPP analyzer it follows, it writes no log of its own.
package xmpp

import (
	"bytes"

	"wirehunt/analyzer"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "xmpp", Title: "XMPP",
		Doc:      "XMPP streams and the TLS in them.",
		TCPPorts: []uint16{5222, 5269},
		Probe:    probe, TCP: true,
		FirstBytes: "<\n\r ",
		New:        func() analyzer.Analyzer { return &session{} },
	}
}

// probe wants the start of a stream in one of jabber's name spaces, as Zeek's
// signature.
func probe(s *analyzer.Start) analyzer.Verdict {
	o, r := stream(s.Orig), stream(s.Resp)
	switch {
	case o == analyzer.Yes || r == analyzer.Yes:
		return analyzer.Yes
	case o == analyzer.No && r == analyzer.No:
		return analyzer.No
	}
	return analyzer.NeedMore
}

func stream(b []byte) analyzer.Verdict {
	const decl, open, space = "<?xml", "<stream:stream ", "xmlns='jabber:"
	if bytes.HasPrefix(b, []byte(decl)) {
		i := bytes.IndexByte(b, '>')
		if i < 0 {
			return analyzer.NeedMore
		}
		b = b[i+1:]
	}
	b = bytes.TrimLeft(b, "\n\r ")
	n := min(len(b), len(open))
	switch tag, _, whole := bytes.Cut(b, []byte(">")); {
	case string(b[:n]) != open[:n] && !bytes.HasPrefix([]byte(decl), b):
		return analyzer.No
	case n == len(open) && bytes.Contains(tag, []byte(space)):
		return analyzer.Yes
	case whole:
		return analyzer.No
	}
	return analyzer.NeedMore
}

// maxTag is how long a tag may be.
const maxTag = 1 << 14

type session struct {
	analyzer.Base
	tls   *analyzer.Feeder
	asked bool // the client wants TLS
	gap   bool // something is missing: tags are not looked at any more
}

// Reset implements analyzer.Analyzer.
func (s *session) Reset() { *s = session{Base: s.Base} }

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
		open := bytes.IndexByte(rest, '<')
		if open < 0 {
			return len(b), 0 // text between tags
		}
		rest = rest[open+1:]
		consumed += open
		n := bytes.IndexAny(rest, "<>")
		switch {
		case n < 0 && len(rest) <= maxTag:
			return consumed, 0
		case n < 0 || rest[n] == '<' || nameLen(rest[:n]) == 0:
			s.Violate("no tag")
			return len(b), 0
		}
		consumed += n + 2
		if !s.tag(dir, rest[:nameLen(rest[:n])]) {
			return len(b), 0
		}
	}
	return consumed, 0
}

// nameLen returns the length of the name that the tag b begins with, with the
// slash of an end tag.
func nameLen(b []byte) int {
	n := 0
	if len(b) > 0 && b[0] == '/' {
		n = 1
	}
	from := n
	for n < len(b) && (b[n] == ':' || b[n] == '?' || b[n] >= '0' && b[n] <= '9' || b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z') {
		n++
	}
	if n == from {
		return 0
	}
	return n
}

// tag handles a tag; it returns false if the analysis is over.
func (s *session) tag(dir analyzer.Dir, name []byte) bool {
	switch string(name) {
	case "stream:stream":
		if dir == analyzer.Orig {
			s.Confirm()
		}
	case "success", "message", "db:result", "db:verify", "presence":
		// Past the log-in, or without one: there will be no TLS.
		return s.stop()
	case "starttls":
		s.asked = s.asked || dir == analyzer.Orig
	case "proceed":
		if dir != analyzer.Resp {
			break
		}
		if !s.asked {
			s.Weird("XMPP: proceed without starttls", "")
			break
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
