package ingest

import (
	"bytes"
	"io"
	"os"
	"slices"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/store"
	"wirehunt/zeeklog"
)

// fileID is what a file is under any name.
type fileID struct{ device, inode uint64 }

// tail is a log file that grows.
type tail struct {
	id     fileID
	path   string // its name when it was seen last
	f      *os.File
	r      *zeeklog.Reader
	offset int64  // bytes given to r, all of whole lines
	saved  int64  // offset that is committed
	buf    []byte // what follows offset and is not a whole line yet
	head   []byte // the file's first bytes
	gone   time.Time
	done   bool // all was read, and the file is gone
}

// headSize is how many bytes of a file's start tell it from another.  They
// include the line #open of tab-separated logs.
const headSize = 256

// openTail opens a file at its beginning.
func openTail(path string) (*tail, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	id, _ := identify(st)
	return &tail{id: id, path: path, f: f, saved: -1, r: zeeklog.NewReader(path, all.Logs())}, nil
}

// isLog reports whether the file begins as a log of Zeek does.
func (t *tail) isLog() bool {
	start := make([]byte, 4096)
	n, _ := t.f.ReadAt(start, 0)
	return zeeklog.Sniff(t.path, start[:n], all.Logs())
}

// resume goes on where p says, if the file is the one that p tells of.
func (t *tail) resume(p *store.Position) bool {
	t.head = p.Head
	if !t.same() {
		t.head = nil
		return false
	}
	if st, err := t.f.Stat(); err != nil || st.Size() < p.Offset {
		t.head = nil
		return false
	}
	t.offset, t.saved = p.Offset, p.Offset
	t.r.Resume(p.Header, p.Line)
	return true
}

// same reports whether the file begins as it did.
func (t *tail) same() bool {
	now := make([]byte, len(t.head))
	n, _ := t.f.ReadAt(now, 0)
	return bytes.Equal(now[:n], t.head)
}

// position returns how far the file was read.
func (t *tail) position() store.Position {
	return store.Position{Path: t.path, Device: t.id.device, Inode: t.id.inode, Offset: t.offset, Line: t.r.Line(), Head: t.head, Header: t.r.Header()}
}

// tailChunk is how much of a file is read at a time.
const tailChunk = 1 << 18

// read reads what is new, until there are limit rows.  It reports whether
// there may be more.
func (t *tail) read(limit int) (more bool, err error) {
	st, err := t.f.Stat()
	if err != nil {
		return false, err
	}
	at := t.offset + int64(len(t.buf))
	if st.Size() == at {
		return false, nil
	}
	if st.Size() < at || !t.same() {
		// The file was truncated, and is written anew.
		t.r.Finish(t.buf)
		t.r.Resume(nil, 0)
		t.offset, t.buf, t.head, at = 0, nil, nil, 0
	}
	for t.r.Rows() < limit {
		from := len(t.buf)
		t.buf = slices.Grow(t.buf, tailChunk)[:from+tailChunk]
		n, err := t.f.ReadAt(t.buf[from:], at)
		t.buf = t.buf[:from+n]
		at += int64(n)
		if len(t.head) < headSize && t.offset == 0 {
			t.head = bytes.Clone(t.buf[:min(len(t.buf), headSize)])
		}
		done := t.r.Feed(t.buf)
		if rest := len(t.buf) - done; rest > zeeklog.MaxLine {
			t.r.Feed(append(t.buf[done:], '\n'))
			done += rest
		}
		t.offset += int64(done)
		t.buf = t.buf[:copy(t.buf, t.buf[done:])]
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// finish reads the end of a file that is gone.
func (t *tail) finish() {
	t.r.Finish(t.buf)
	t.offset += int64(len(t.buf))
	t.buf = nil
	t.done = true
	t.f.Close()
}
