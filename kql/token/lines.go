package token

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text as people count: both numbers from 1.
type Position struct {
	Line int
	// Column counts characters (runes) from the start of the line.
	Column int
}

// Lines finds line and column of byte offsets in one text.
type Lines struct {
	src    string
	starts []int
}

// NewLines returns the line table of src.  Lines end with LF, CR LF or CR.
func NewLines(src string) *Lines {
	l := &Lines{src: src, starts: []int{0}}
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				continue
			}
			l.starts = append(l.starts, i+1)
		case '\n':
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// Count returns the number of lines, which is at least 1.
func (l *Lines) Count() int { return len(l.starts) }

// Position returns the line and column of a byte offset; an offset outside the
// text counts as its nearest end.
func (l *Lines) Position(offset int) Position {
	offset = min(max(offset, 0), len(l.src))
	line := sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset })
	start := l.starts[line-1]
	return Position{Line: line, Column: utf8.RuneCountInString(l.src[start:offset]) + 1}
}

// Start returns the byte offset at which a line (counted from 1) starts.
func (l *Lines) Start(line int) int {
	if line < 1 {
		return 0
	}
	if line > len(l.starts) {
		return len(l.src)
	}
	return l.starts[line-1]
}

// Text returns a line (counted from 1) without its line end.
func (l *Lines) Text(line int) string {
	if line < 1 || line > len(l.starts) {
		return ""
	}
	end := len(l.src)
	if line < len(l.starts) {
		end = l.starts[line]
	}
	return strings.TrimRight(l.src[l.starts[line-1]:end], "\r\n")
}
