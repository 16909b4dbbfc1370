// Package pop3 recognises POP3 sessions (RFC 1939) and hands TLS on after
// STLS (RFC 2595).  Like Zeek, whose base/protocols/pop3 and POP3 analyzer it
// follows, it writes no log of its own.
package pop3

import (
	"bytes"

	"wirehunt/analyzer"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "pop3", Title: "POP3",
		Doc:      "POP3 sessions and the TLS in them.",
		TCPPorts: []uint16{110},
		Probe:    probe, TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// probe is Zeek's pair of signatures: a greeting, and one of the commands
// with which clients start, in any line.  Redis with a password looks the
// same, as it does to Zeek.
func probe(s *analyzer.Start) analyzer.Verdict {
	const ok = "+OK"
	n := min(len(s.Resp), len(ok))
	if string(s.Resp[:n]) != ok[:n] {
		return analyzer.No
	}
	if n < len(ok) || len(s.Orig) < 5 {
		return analyzer.NeedMore
	}
	for rest := s.Orig; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		line = bytes.TrimLeft(line, " \t\r")
		for _, c := range [...]string{"USER ", "APOP ", "CAPA", "AUTH"} {
			if len(line) >= len(c) && bytes.EqualFold(line[:len(c)], []byte(c)) {
				return analyzer.Yes
			}
		}
	}
	return analyzer.NeedMore
}

// Limits: of a line, of commands without an answer, and of commands that are
// none (Zeek's POP3::max_pending_commands and max_unknown_client_commands).
const (
	maxLine    = 1 << 13
	maxPending = 10
	maxUnknown = 10
)

// command is a client's command.
type command uint8

const (
	cmdNone command = iota
	cmdUser
	cmdAuth  // with a method
	cmdMulti // one that is answered with several lines
	cmdCapa
	cmdTLS
	cmdOther
	cmdUnknown
)

// pending is a command that waits for its answer.
type pending struct {
	command command
	word    string // of one that is unknown
}

type session struct {
	analyzer.Base
	tls       *analyzer.Feeder
	pending   [maxPending]pending // commands without an answer, oldest first
	npending  int
	multi     bool // lines of an answer follow
	unknown   int
	authLines bool // the client's lines are parts of an authentication
	singleCR  bool // a line that ends with CR alone was reported
}

func (s *session) Reset() { *s = session{Base: s.Base} }

func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	if s.Conn.Partial() && s.tls == nil {
		return len(b), 0
	}
	for consumed < len(b) {
		rest := b[consumed:]
		if s.tls != nil {
			s.tls.Data(dir, rest)
			return len(b), 0
		}
		line, n := s.line(rest)
		if n == 0 {
			if len(rest) > maxLine {
				if !s.multi {
					s.Violate("line too long")
				}
				return len(b), 0
			}
			return consumed, len(rest) + 1
		}
		consumed += n
		ok := true
		if dir == analyzer.Orig {
			ok = s.client(line)
		} else {
			ok = s.server(line)
		}
		if !ok {
			return len(b), 0
		}
	}
	return consumed, 0
}

// line returns the line at the start of b and its size with its end, 0 where
// the end is not there yet.  A CR ends a line too.
func (s *session) line(b []byte) (line []byte, size int) {
	i := bytes.IndexByte(b, '\n')
	j := bytes.IndexByte(b[:max(i, 0)], '\r')
	if i < 0 {
		j = bytes.IndexByte(b, '\r')
	}
	switch {
	case j < 0 && i < 0 || j >= 0 && j == len(b)-1:
		return nil, 0
	case j < 0:
		return b[:i], i + 1
	case b[j+1] == '\n':
		return b[:j], j + 2
	}
	if !s.singleCR {
		s.singleCR = true
		s.WeirdFrom("CONTENTLINE", "line_terminated_with_single_CR", "")
	}
	return b[:j], j + 1
}

func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	s.tls.Gap(dir, n)
	return true
}

func (s *session) EOF(dir analyzer.Dir) { s.tls.EOF(dir) }

func (s *session) Close() {}

// word returns the first word of a line and whether more follows.
func word(line []byte) (w []byte, more bool) {
	line = bytes.Trim(line, " ")
	w, rest, _ := bytes.Cut(line, []byte{' '})
	return w, len(rest) > 0
}

// firstWord returns the first word of a line, cut, for weird.log.
func firstWord(line []byte) string {
	w, _ := word(line)
	return string(w[:min(len(w), 64)])
}

// parse returns the command of a line.
func parse(line []byte) command {
	w, more := word(line)
	var buf [8]byte
	if len(w) > len(buf) {
		return cmdUnknown
	}
	switch string(append(buf[:0], bytes.ToUpper(w)...)) {
	case "USER":
		return cmdUser
	case "AUTH":
		if more {
			return cmdAuth
		}
		return cmdMulti
	case "LIST", "UIDL":
		if more {
			return cmdOther
		}
		return cmdMulti
	case "RETR", "TOP":
		return cmdMulti
	case "CAPA":
		return cmdCapa
	case "STLS":
		return cmdTLS
	case "PASS", "APOP", "STAT", "DELE", "RSET", "NOOP", "LAST", "QUIT", "XSENDER", "OK", "ERR":
		return cmdOther
	}
	return cmdUnknown
}

// client handles a line of the client.
func (s *session) client(line []byte) bool {
	if s.authLines || len(line) == 0 {
		return true
	}
	if s.npending == maxPending {
		// The server's side was lost, or is not POP3: start over.
		s.Weird("pop3_client_too_many_pending_commands", "")
		s.npending, s.multi = 0, false
	}
	c := pending{command: parse(line)}
	if c.command == cmdUnknown {
		c.word = firstWord(line)
	}
	s.pending[s.npending] = c
	s.npending++
	return s.npending > 1 || s.front()
}

// front looks at the oldest command, once its turn has come: Zeek looks at
// commands sent ahead only when those before have their answers.
func (s *session) front() bool {
	switch s.pending[0].command {
	case cmdAuth:
		s.authLines = true
	case cmdUnknown:
		s.Weird("pop3_client_command_unknown", s.pending[0].word)
		if s.unknown++; s.unknown > maxUnknown {
			s.Violate("too many unknown commands")
			return false
		}
	}
	return true
}

// server handles a line of the server.
func (s *session) server(line []byte) bool {
	if s.multi {
		if string(line) == "." {
			s.multi = false
			return s.next()
		}
		return true
	}
	w, _ := word(line)
	switch {
	case bytes.EqualFold(w, []byte("+OK")):
		return s.ok()
	case bytes.EqualFold(w, []byte("-ERR")):
		s.authLines = false
		return s.next()
	case s.authLines:
	case s.npending > 0 && (s.pending[0].command == cmdMulti || s.pending[0].command == cmdCapa):
		// A line of an answer of several lines whose start is missing.
	default:
		s.Weird("pop3_server_command_unknown", firstWord(line))
		s.Violate("unknown server command")
		return false
	}
	return true
}

// ok handles a positive answer.
func (s *session) ok() bool {
	c := cmdNone // the greeting
	if s.npending > 0 {
		c = s.pending[0].command
	}
	switch c {
	case cmdUser:
		s.Confirm()
	case cmdCapa:
		s.Confirm()
		s.multi = true
	case cmdMulti:
		s.multi = true
	case cmdTLS:
		s.Confirm()
		if s.tls = s.Child("ssl"); s.tls == nil {
			s.Done(analyzer.Orig)
			s.Done(analyzer.Resp)
			return false
		}
		return true
	}
	s.authLines = false
	return s.multi || s.next()
}

// next drops the oldest command; it has its answer.
func (s *session) next() bool {
	if s.npending == 0 {
		return true
	}
	s.npending--
	copy(s.pending[:], s.pending[1:])
	return s.npending == 0 || s.front()
}
