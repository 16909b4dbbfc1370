package irc

import (
	"bytes"

	"wirehunt/analyzer"
)

// probe recognises a client that gives its names and a server that answers,
// or two servers.
func probe(s *analyzer.Start) analyzer.Verdict {
	if !mayStart(s.Orig) {
		return analyzer.No
	}
	o := look(s.Orig)
	if o&(hasNick|hasUser) == hasNick|hasUser && look(s.Resp)&hasReply != 0 {
		return analyzer.Yes
	}
	if o&hasServer != 0 && look(s.Resp)&hasServer != 0 {
		return analyzer.Yes
	}
	return analyzer.NeedMore
}

// mayStart reports whether b may be the start of what a client or server
// sends first.
func mayStart(b []byte) bool {
	b = bytes.TrimLeft(b, "\r\n ")
	for _, word := range [...]string{"CAP", "PASS", "NICK", "USER", "SERVER"} {
		if n := min(len(b), len(word)); equalFold(b[:n], word[:n]) {
			return true
		}
	}
	return false
}

func equalFold(b []byte, upper string) bool {
	if len(b) != len(upper) {
		return false
	}
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			c -= 0x20
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}

// hasBits tell which lines there are.
type hasBits uint8

const (
	hasNick hasBits = 1 << iota
	hasUser
	hasServer
	hasReply
)

// look looks for the lines that tell IRC from others.
func look(b []byte) (has hasBits) {
	for len(b) > 0 {
		i := bytes.IndexAny(b, "\r\n")
		line, rest := b, []byte(nil)
		if i >= 0 {
			line, rest = b[:i], b[i+1:]
		}
		has |= lookLine(line, i >= 0)
		b = rest
	}
	return has
}

func lookLine(line []byte, whole bool) hasBits {
	reply := line
	if len(line) > 0 && line[0] == ':' {
		_, reply, _ = bytes.Cut(line, []byte(" "))
	}
	if len(reply) >= 4 && isDigit(reply[0]) && isDigit(reply[1]) && isDigit(reply[2]) && reply[3] == ' ' {
		return hasReply
	}
	word, args, ok := bytes.Cut(trim(line), []byte(" "))
	if !whole || !ok || len(args) == 0 {
		return 0
	}
	switch {
	case equalFold(word, "NICK"):
		return hasNick
	case equalFold(word, "USER"):
		return hasUser
	case equalFold(word, "SERVER") && bytes.Contains(args, []byte(" :")):
		return hasServer
	}
	return 0
}
