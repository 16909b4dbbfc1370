package smb

import (
	"wirehunt/analyzer"
	files "wirehunt/analyzer/file"
)

// sink is where the data of a message go that is too long to be looked at as
// a whole.
type sink struct {
	rest uint64 // bytes of the message that are to come
	f    *files.File
	off  uint64 // in the file, of the next byte
	left uint64 // bytes of the file that are to come
}

// take passes over the start of b that belongs to the message, and gives what
// is the file's to it.  It returns how many bytes that were.
func (s *sink) take(b []byte) int {
	n := min(s.rest, uint64(len(b)))
	if k := min(s.left, n); k > 0 {
		s.f.DataAt(s.off, b[:k])
		s.off += k
		s.left -= k
	}
	s.rest -= n
	return int(n)
}

// gap notes that the next n bytes are missing.  It returns false when they
// are more than the message.
func (s *sink) gap(n uint64) bool {
	if n > s.rest {
		*s = sink{}
		return false
	}
	if k := min(s.left, n); k > 0 {
		s.f.GapAt(s.off, k)
		s.off += k
		s.left -= k
	}
	s.rest -= n
	return true
}

// maxContents is how many open files of a connection have their content
// followed.
const maxContents = 1000

// content gives n bytes of file f, from offset off of it, that stand at
// offset at of message b, or follow it where b is only the message's start.
func (a *Analyzer) content(dir analyzer.Dir, f *file, off uint64, b []byte, at, n uint64) {
	if !f.named || n == 0 {
		return
	}
	c := f.content[dir]
	if c == nil {
		if c = a.openContent(dir, f); c == nil {
			return
		}
	}
	if !c.IsOpen() {
		return
	}
	data := upTo(b, at, n)
	c.DataAt(off, data)
	a.sink[dir].f, a.sink[dir].off, a.sink[dir].left = c, off+uint64(len(data)), n-uint64(len(data))
}

func (a *Analyzer) openContent(dir analyzer.Dir, f *file) *files.File {
	if len(a.contents) == maxContents {
		kept := a.contents[:0]
		for _, c := range a.contents {
			if c.IsOpen() {
				kept = append(kept, c)
			}
		}
		clear(a.contents[len(kept):])
		if a.contents = kept; len(kept) == maxContents {
			return nil
		}
	}
	c := files.New(a.Conn, "SMB", dir == analyzer.Orig, nil)
	c.Filename = append(c.Filename, f.name...)
	if dir == analyzer.Resp && f.size > 0 {
		c.SetSize(f.size)
	}
	f.content[dir] = c
	f.fuid = c.ID
	a.contents = append(a.contents, c)
	return c
}

// closeContent ends the content of a file whose handle is closed.
func (f *file) closeContent() {
	for _, c := range f.content {
		if c != nil {
			c.EOF()
		}
	}
}
