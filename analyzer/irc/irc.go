// Package irc analyses IRC (RFC 1459, RFC 2812) as Zeek's base/protocols/irc:
// names, channels, TLS after STARTTLS, and files sent by DCC.
package irc

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "irc", Title: "IRC",
		Doc:      "Chat, and how older bots take their orders: names, channels, files.",
		Logs:     []*event.Log{Log, file.Log},
		TCPPorts: []uint16{6666, 6667, 6668, 6669},
		Probe:    probe, TCP: true,
		FirstBytes: "\r\n :0123456789CcEeNnPpSsUu",
		New:        func() analyzer.Analyzer { return &session{} },
	}
}

// DataSpec declares the analyzer of connections that carry files, which IRC
// announces.
func DataSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "irc-dcc-data", Title: "IRC DCC data",
		Doc:         "Files sent from client to client.",
		Logs:        []*event.Log{Log, file.Log},
		WeirdSource: "IRC_DATA",
		New:         func() analyzer.Analyzer { return &Data{} },
	}
}

// Limits of lines, as in Zeek.
const (
	maxLine    = 512
	minLine    = 3
	maxCommand = 20
	maxInvalid = 20 // commands that are too long
	maxBuffer  = 1000
)

// session is the state of a connection.
type session struct {
	analyzer.Base

	rec     record
	tls     *analyzer.Feeder
	skip    [2]bool // the rest of a line that is too long
	server  [2]bool // the side registered as a server
	zip     [2]bool // and would compress
	invalid int
	offers  int // files offered
	words   [][]byte
}

var _ analyzer.Stream = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	r := &s.rec
	*s = session{
		Base: s.Base, words: s.words[:0],
		rec: record{nick: r.nick[:0], user: r.user[:0], value: r.value[:0], addl: r.addl[:0]},
	}
}

// Close implements analyzer.Analyzer.
func (s *session) Close() {}

// EOF implements analyzer.Stream.
func (s *session) EOF(dir analyzer.Dir) { s.tls.EOF(dir) }

// Gap implements analyzer.Stream: lines go on after the next line break.
func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	if s.tls != nil {
		s.tls.Gap(dir, n)
		return true
	}
	s.skip[dir] = true
	return true
}

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		if s.tls != nil {
			s.tls.Data(dir, b[consumed:])
			return len(b), 0
		}
		p := b[consumed:]
		i := bytes.IndexAny(p[:min(len(p), maxBuffer)], "\r\n")
		if i < 0 {
			if s.skip[dir] {
				if i = bytes.IndexAny(p, "\r\n"); i >= 0 {
					consumed += i
					continue
				}
				return len(b), 0
			}
			if len(p) <= maxBuffer {
				return consumed, 0
			}
			// As in Zeek, what fits of a line that is too long is one, and two
			// characters are lost.
			s.WeirdFrom("CONTENTLINE", "contentline_size_exceeded", "")
			consumed += maxBuffer + 1
			if !s.line(dir, p[:maxBuffer-1]) {
				return len(b), 0
			}
			continue
		}
		line := p[:i]
		if p[i] == '\r' {
			if i+1 == len(p) {
				return consumed, 0 // its LF comes next
			}
			if p[i+1] == '\n' {
				i++
			}
		}
		consumed += i + 1
		if s.skip[dir] {
			s.skip[dir] = false
			continue
		}
		if !s.line(dir, line) {
			return len(b), 0
		}
	}
	return consumed, 0
}

func trim(b []byte) []byte { return bytes.TrimLeft(b, " ") }

// line handles a line; it returns false if the analysis is over.
func (s *session) line(dir analyzer.Dir, line []byte) bool {
	if len(line) > maxLine {
		s.Weird("irc_line_size_exceeded", "")
		return true
	}
	line = trim(line)
	if len(line) < minLine {
		s.Weird("irc_line_too_short", "")
		return true
	}
	var prefix []byte
	if line[0] == ':' {
		i := bytes.IndexByte(line, ' ')
		if i < 0 {
			s.Weird("irc_invalid_line", "")
			return true
		}
		prefix, line = line[1:i], trim(line[i+1:])
	}
	if len(line) < minLine {
		s.Weird("irc_invalid_line", "")
		s.Violate("line too short")
		return false
	}
	if isDigit(line[0]) {
		return s.reply(line)
	}
	command, params, _ := bytes.Cut(line, []byte(" "))
	params = trim(params)
	if dir == analyzer.Orig && !s.Confirmed() && isCommand(command, params) {
		s.Confirm()
	}
	return s.command(dir, prefix, command, params)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

const replyStartTLS = "670"

// reply handles a server's numeric reply.
func (s *session) reply(line []byte) bool {
	if len(line) < 4 || !isDigit(line[1]) || !isDigit(line[2]) || line[3] != ' ' {
		s.Weird("irc_invalid_reply_number", "")
		s.Violate("invalid reply number")
		return false
	}
	if string(line[:3]) == replyStartTLS {
		if s.tls = s.Child("ssl"); s.tls == nil {
			return s.stop()
		}
	}
	return true
}

// stop ends the analysis: the rest is not for reading.
func (s *session) stop() bool {
	s.Done(analyzer.Orig)
	s.Done(analyzer.Resp)
	return false
}

// command handles a command.
func (s *session) command(dir analyzer.Dir, prefix, command, params []byte) bool {
	if len(command) > maxCommand {
		s.Weird("irc_invalid_command", "")
		if s.invalid++; s.invalid > maxInvalid {
			s.Weird("irc_too_many_invalid", "")
			s.Violate("too many long commands")
			return false
		}
		return true
	}
	var upper [maxCommand]byte
	n := copy(upper[:], command)
	for i, c := range upper[:n] {
		if c >= 'a' && c <= 'z' {
			upper[i] = c - 0x20
		}
	}
	switch string(upper[:n]) {
	case "PASS":
		s.words = split(s.words[:0], params, ' ')
		s.zip[dir] = len(s.words) > 3 && bytes.ContainsAny(s.words[3], "Zz")
	case "SERVER":
		s.server[dir] = s.server[dir] || len(prefix) == 0
	case "PRIVMSG":
		s.privmsg(params)
	case "NICK":
		s.nick(dir, params)
	case "USER":
		s.user(dir, params)
	case "JOIN":
		s.join(dir, params)
	case "NJOIN":
		s.njoin(dir, params)
	}
	if s.server == [2]bool{true, true} && s.zip == [2]bool{true, true} {
		return s.stop() // what follows is compressed
	}
	return true
}

// split appends to words what is between separators, without empty words.
func split(words [][]byte, b []byte, sep byte) [][]byte {
	for len(b) > 0 {
		i := bytes.IndexByte(b, sep)
		if i < 0 {
			return append(words, b)
		}
		if i > 0 {
			words = append(words, b[:i])
		}
		b = b[i+1:]
	}
	return words
}
