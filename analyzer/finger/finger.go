// Package finger recognises Finger (RFC 1288), the question who is logged in
// to a host.  Like Zeek, whose analyzer Finger it follows, it writes no log.
package finger

import (
	"bytes"
	"unicode/utf8"

	"wirehunt/analyzer"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Spicy: true,
		Name:  "finger", Title: "Finger",
		Doc:      "Questions about a host's users.",
		TCPPorts: []uint16{79},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

// Limits: of a line, and of a reply's line that is too short to tell anything.
const (
	maxLine   = 1 << 12
	shortLine = 10
)

// session is one question and its answer.
type session struct{ analyzer.Base }

var _ analyzer.Stream = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {}

// Close implements analyzer.Analyzer.
func (s *session) Close() {}

// Data implements analyzer.Stream: a question that is not empty, or a line of
// an answer, confirms the protocol; what is not text is not Finger.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for {
		line, rest, ok := bytes.Cut(b[consumed:], []byte{'\n'})
		if !ok {
			if len(line) > maxLine {
				s.Violate("line too long")
				return len(b), 0
			}
			return consumed, len(line) + 1
		}
		line = bytes.TrimSpace(line)
		switch {
		case !isText(line):
			s.Violate("no text")
			return len(b), 0
		case dir == analyzer.Orig:
			if question(line) {
				s.Confirm()
			}
			s.Done(analyzer.Orig)
			return len(b), 0
		case len(line) > shortLine:
			s.Confirm()
			s.Done(analyzer.Resp)
			return len(b), 0
		}
		consumed = len(b) - len(rest)
	}
}

// question reports whether a request asks for anything: details (/W), or a
// user.
func question(line []byte) bool {
	if bytes.HasPrefix(line, []byte("/W")) {
		return true
	}
	user, _, _ := bytes.Cut(line, []byte{'@'})
	return len(user) > 0
}

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' {
			return false
		}
	}
	return utf8.Valid(b)
}

// Gap implements analyzer.Stream.
func (s *session) Gap(analyzer.Dir, uint64) bool { return false }

// EOF implements analyzer.Stream.
func (s *session) EOF(analyzer.Dir) {}
