package file

import (
	"bytes"
	"strings"
)

// magic is a signature of a binary file: text at an offset, and perhaps
// more.  Types and strengths are those of Zeek's signatures
// (base/frameworks/files/magic), which take much of libmagic's.
type magic struct {
	mime     string
	strength int
	at       int    // where text is found
	text     string // what is found there
	more     func(b []byte) bool
}

func (m *magic) match(b []byte) bool {
	if len(b) < m.at+len(m.text) || string(b[m.at:m.at+len(m.text)]) != m.text {
		return false
	}
	return m.more == nil || m.more(b)
}

// magicsByFirst lists, for each first byte of a file, the signatures that can
// match.
var magicsByFirst = func() (lists [256][]uint16) {
	for i := range magics {
		m := &magics[i]
		for first := range lists {
			if m.at > 0 || m.text == "" || m.text[0] == byte(first) {
				lists[first] = append(lists[first], uint16(i))
			}
		}
	}
	return lists
}()

// Sniff returns the type of a file that starts with b, or "" if it is not
// known.  At most the first 4 KiB matter.
func Sniff(b []byte) string {
	if len(b) > sniffLen {
		b = b[:sniffLen]
	}
	if len(b) == 0 {
		return ""
	}
	best := guess{strength: -1000}
	for _, i := range magicsByFirst[b[0]] {
		if m := &magics[i]; m.strength >= best.strength && m.match(b) {
			best.offer(m.mime, m.strength)
		}
	}
	sniffText(b, &best)
	return best.mime
}

// guess is the best answer so far.
type guess struct {
	mime     string
	strength int
}

// offer takes an answer if it is stronger; of equals the first in the
// alphabet wins, as in Zeek.
func (g *guess) offer(mime string, strength int) {
	if strength > g.strength || strength == g.strength && mime < g.mime {
		g.mime, g.strength = mime, strength
	}
}

// byteAt returns a test for the byte at offset i to be one of set.
func byteAt(i int, set string) func([]byte) bool {
	return func(b []byte) bool { return len(b) > i && strings.IndexByte(set, b[i]) >= 0 }
}

// textAt returns a test for any of the texts at offset i.
func textAt(i int, texts ...string) func([]byte) bool {
	return func(b []byte) bool { return len(b) >= i && startsWith(b[i:], texts...) }
}

// startsWith reports whether b starts with any of the texts.
func startsWith(b []byte, texts ...string) bool {
	for _, t := range texts {
		if len(b) >= len(t) && string(b[:len(t)]) == t {
			return true
		}
	}
	return false
}

// has returns a test for text anywhere after offset i.
func has(i int, text string) func([]byte) bool {
	return func(b []byte) bool { return len(b) >= i && bytes.Contains(b[i:], []byte(text)) }
}

// elfType returns a test for an ELF file of a type.
func elfType(t byte) func([]byte) bool {
	return func(b []byte) bool {
		if len(b) < 18 {
			return false
		}
		return b[4] >= 1 && b[4] <= 2 && (b[5] == 1 && b[16] == t && b[17] == 0 || b[5] == 2 && b[16] == 0 && b[17] == t)
	}
}

// ooxml returns a test for an Office document: a zip archive whose first
// members are the package's own and then those of a folder.
func ooxml(folder string) func([]byte) bool {
	return func(b []byte) bool {
		if len(b) < 30 || !startsWith(b[30:], "[Content_Types].xml", "_rels/.rels", folder) {
			return false
		}
		for rest := b[4:]; ; {
			i := bytes.Index(rest, []byte("PK\x03\x04"))
			if i < 0 {
				return false
			}
			rest = rest[i+4:]
			if len(rest) > 26 && bytes.HasPrefix(rest[26:], []byte(folder)) {
				return true
			}
		}
	}
}

// isTar recognises a tar header without the word ustar: a name, then octal
// numbers that end in NUL or space.
func isTar(b []byte) bool {
	if len(b) < 157 {
		return false
	}
	for _, c := range b[:100] {
		if c != 0 && (c < ' ' || c > '~') {
			return false
		}
	}
	for i, size := 100, 8; i < 148; i += size {
		if i >= 124 {
			size = 12
		}
		for _, c := range b[i : i+size-1] {
			if c != ' ' && (c < '0' || c > '9') {
				return false
			}
		}
		if b[i+size-1] != 0 {
			return false
		}
	}
	for _, c := range b[148:155] {
		if c != ' ' && c != 0 && (c < '0' || c > '9') {
			return false
		}
	}
	return (b[155] == 0 || b[155] == ' ') && (b[156] == 0 || b[156] >= '0' && b[156] <= '7')
}

// isASN1With returns a test for an object identifier within the first bytes
// of a DER structure, as OCSP messages have them.
func isASN1With(oid string) func([]byte) bool {
	return func(b []byte) bool {
		for i := 11; i <= 19; i++ {
			if len(b) >= i+len(oid) && string(b[i:i+len(oid)]) == oid {
				return true
			}
		}
		return false
	}
}
