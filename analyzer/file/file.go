package file

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file/ocsp"
	"wirehunt/analyzer/file/pe"
	"wirehunt/packet"
)

// sniffLen is how many first bytes of a file are looked at, as Zeek's
// default_file_bof_buffer_size.
const sniffLen = 4096

// maxPending is how many out-of-order ranges of a file are remembered;
// beyond it they are given up as overflow, as Zeek does beyond a number of
// bytes (Files::reassembly_buffer_size).
const (
	maxPending      = 64
	maxPendingBytes = 512 << 10
)

// maxContent is the size of the largest OCSP response that is looked at.
const maxContent = 64 << 10

// MimeOCSPResponse is the type of OCSP responses.
const MimeOCSPResponse = "application/ocsp-response"

// mimeProgram is the type of programs for Windows and DOS.
const mimeProgram = "application/x-dosexec"

// Owner is told what a file turned out to be.
type Owner interface {
	// FileType is called once a file, when enough of it was seen; mime is
	// never empty.
	FileType(f *File, mime string)
}

// File is one file on its way through a connection.  The zero File is closed;
// Open starts it, and a closed File may be opened again.
type File struct {
	// ID is the file's unique id ("F...").
	ID string
	// Filename is its name, if the source tells one.
	Filename []byte
	// Depth is the depth of the file in its source.
	Depth uint64
	// Parent is the id of the file that this one was taken from, or "".
	Parent string
	// Tag is the owner's own.
	Tag uint64

	conn    *analyzer.Conn // the one that the file is on now
	conns   []endpoints    // all that it was on
	owner   Owner
	source  string
	mime    string
	isOrig  bool
	open    bool
	sniffed bool
	sized   bool
	whole   bool // head is all that was seen, and goes on being that

	first, last int64 // times of the first and the last bytes
	offset      uint64
	seen        uint64
	missing     uint64
	overflow    uint64
	total       uint64
	head        []byte // the first bytes, until sniffed; or all
	pending     []span // what came out of order, sorted, not touching
	held        uint64 // bytes in pending
}

// span is a range of bytes of the file; its content is kept where it belongs
// to the head.
type span struct{ from, to uint64 }

// endpoints identify a connection.
type endpoints struct {
	uid                string
	orig, resp         packet.Addr
	origPort, respPort uint16
}

// maxConns is how many connections of a file are remembered.
const maxConns = 100

// New returns an open file on connection c.
func New(c *analyzer.Conn, source string, isOrig bool, owner Owner) *File {
	f := new(File)
	f.Open(c, source, isOrig, owner)
	return f
}

// Open starts a file on connection c, carried by source ("HTTP"), sent by
// the originator or the responder.  owner may be nil.
func (f *File) Open(c *analyzer.Conn, source string, isOrig bool, owner Owner) {
	*f = File{
		ID: c.NewFileID(), conn: c, owner: owner, source: source, isOrig: isOrig, open: true,
		first: c.Now, last: c.Now,
		Filename: f.Filename[:0], head: f.head[:0], pending: f.pending[:0], conns: f.conns[:0],
	}
	f.Join(c, owner)
}

// Join puts the file on another connection: what is given from now on comes
// from there.  It reports whether the file was never on that connection; if
// so, owner is the one that is told the file's type.  The file has a row for
// each of its connections.
func (f *File) Join(c *analyzer.Conn, owner Owner) bool {
	f.conn = c
	for i := range f.conns {
		if f.conns[i].uid == c.UID {
			return false
		}
	}
	if len(f.conns) < maxConns {
		f.conns = append(f.conns, endpoints{c.UID, c.Orig, c.Resp, c.OrigPort, c.RespPort})
	}
	f.owner = owner
	return true
}

// IsOpen reports whether the file was opened and has not ended.
func (f *File) IsOpen() bool { return f.open }

// Mime returns the type of the file, or "" if it is not known (yet).
func (f *File) Mime() string { return f.mime }

// Seen returns how many bytes were seen.
func (f *File) Seen() uint64 { return f.seen }

// SetSize tells the size of the whole file.
func (f *File) SetSize(n uint64) {
	f.total, f.sized, f.last = n, true, f.conn.Now
}

// Data gives the bytes that follow those given before.
func (f *File) Data(b []byte) {
	if len(f.pending) > 0 {
		f.DataAt(f.offset, b)
		return
	}
	f.last = f.conn.Now
	f.deliver(b, uint64(len(b)))
	f.complete()
}

// Count is Data for n bytes whose content is not at hand or no longer of
// interest (see Sniffed).
func (f *File) Count(n uint64) {
	f.last = f.conn.Now
	if !f.sniffed {
		f.sniff()
	}
	f.whole = false
	f.offset += n
	f.seen += n
	f.complete()
}

// Sniffed reports whether the content of the file is no longer of interest.
func (f *File) Sniffed() bool { return f.sniffed }

// DataAt gives bytes of the file from an offset.
func (f *File) DataAt(off uint64, b []byte) {
	f.last = f.conn.Now
	n := uint64(len(b))
	if off == f.offset && len(f.pending) == 0 {
		f.deliver(b, n)
		f.complete()
		return
	}
	if off+n < off {
		return
	}
	if off < f.offset { // old data
		if off+n <= f.offset {
			return
		}
		b, off = b[f.offset-off:], f.offset
		n = uint64(len(b))
	}
	if !f.sniffed && off < sniffLen {
		f.keepHead(off, b)
	}
	f.insert(span{off, off + n})
	if f.held > maxPendingBytes || len(f.pending) > maxPending {
		before := f.missing
		f.flush(^uint64(0))
		f.overflow += f.missing - before
	}
	f.drain()
	f.complete()
}

// keepHead stores content that belongs to the head.
func (f *File) keepHead(off uint64, b []byte) {
	b = b[:min(uint64(len(b)), sniffLen-off)]
	end := off + uint64(len(b))
	if uint64(cap(f.head)) < end {
		head := make([]byte, len(f.head), sniffLen)
		copy(head, f.head)
		f.head = head
	}
	copy(f.head[off:end:cap(f.head)], b)
}

// insert adds a span to the sorted list, merged with those that it touches.
func (f *File) insert(s span) {
	i := 0
	for i < len(f.pending) && f.pending[i].to < s.from {
		i++
	}
	j := i
	for j < len(f.pending) && f.pending[j].from <= s.to {
		s.from, s.to = min(s.from, f.pending[j].from), max(s.to, f.pending[j].to)
		f.held -= f.pending[j].to - f.pending[j].from
		j++
	}
	f.held += s.to - s.from
	if i < j {
		f.pending[i] = s
		f.pending = append(f.pending[:i+1], f.pending[j:]...)
		return
	}
	f.pending = append(f.pending, span{})
	copy(f.pending[i+1:], f.pending[i:])
	f.pending[i] = s
}

// drain delivers what has become contiguous.
func (f *File) drain() {
	for len(f.pending) > 0 && f.pending[0].from <= f.offset {
		s := f.pending[0]
		f.pending = append(f.pending[:0], f.pending[1:]...)
		f.held -= s.to - s.from
		if s.to > f.offset {
			f.deliver(nil, s.to-f.offset)
		}
	}
}

// flush delivers everything that begins before end, with gaps between.
func (f *File) flush(end uint64) {
	for f.drain(); len(f.pending) > 0 && f.pending[0].from < end; f.drain() {
		f.gap(f.pending[0].from - f.offset)
	}
}

// deliver takes n bytes in order; b is nil where the head holds what there is
// of them.
func (f *File) deliver(b []byte, n uint64) {
	f.seen += n
	f.offset += n
	if f.sniffed {
		f.keep(b)
		return
	}
	switch {
	case b == nil:
		f.head = f.head[:min(f.offset, uint64(cap(f.head)), sniffLen)]
	case len(f.head) == 0 && len(b) >= sniffLen:
		f.setType(Sniff(b[:sniffLen]), b)
		f.keep(b)
		return
	default:
		f.keepHead(f.offset-n, b)
		f.head = f.head[:min(f.offset, sniffLen)]
	}
	if f.offset >= sniffLen {
		f.sniff()
		if f.offset > sniffLen && f.whole {
			f.keep(b[uint64(len(b))-min(f.offset-sniffLen, uint64(len(b))):])
		}
	}
}

// keep adds the bytes that follow to those of a file that is kept whole.
func (f *File) keep(b []byte) {
	if !f.whole {
		return
	}
	if b == nil || len(f.head)+len(b) > maxContent {
		f.whole = false
		return
	}
	f.head = append(f.head, b...)
}

// SetType tells the type of a file of which nothing was given yet, instead of
// letting its content tell.
func (f *File) SetType(mime string) { f.setType(mime, nil) }

func (f *File) sniff() { f.setType(Sniff(f.head), f.head) }

// setType takes the type, told by the content's start b.
func (f *File) setType(mime string, b []byte) {
	f.sniffed = true
	f.mime = mime
	switch mime {
	case MimeOCSPResponse:
		f.whole = true
	case mimeProgram:
		pe.Header(f.conn, f.first, f.ID, b)
	}
	if mime != "" && f.owner != nil {
		f.owner.FileType(f, mime)
	}
}

// Gap tells that the next n bytes of the file are missing from the capture.
func (f *File) Gap(n uint64) {
	f.last = f.conn.Now
	if len(f.pending) > 0 {
		end := f.offset + n
		f.flush(end)
		if f.offset < end {
			f.gap(end - f.offset)
		}
		return
	}
	f.gap(n)
}

// GapAt tells that n bytes from an offset are missing.
func (f *File) GapAt(off, n uint64) {
	if len(f.pending) == 0 {
		f.Gap(n)
		return
	}
	f.last = f.conn.Now
	f.flush(off + n)
	if end := off + n; f.offset < end {
		f.gap(end - f.offset)
	}
}

func (f *File) gap(n uint64) {
	if !f.sniffed {
		f.sniff()
	}
	f.whole = false
	f.offset += n
	f.missing += n
}

// complete ends the file once all of it was seen.
func (f *File) complete() {
	if f.sized && f.offset >= f.total {
		f.EOF()
	}
}

// EOF ends the file and writes its row; on a closed file it does nothing.
func (f *File) EOF() { f.end(false) }

// TimeOut ends a file that never came to its end.
func (f *File) TimeOut() { f.end(true) }

func (f *File) end(timedOut bool) {
	if !f.open {
		return
	}
	f.open = false
	f.flush(^uint64(0))
	if !f.sniffed {
		f.sniff()
	}
	if f.whole && uint64(len(f.head)) == f.offset {
		ocsp.Response(f.conn, f.first, f.ID, f.head)
	}
	for i := range f.conns {
		f.write(&f.conns[i], timedOut)
	}
}

// write writes the file's row for one of its connections.
func (f *File) write(c *endpoints, timedOut bool) {
	r := f.conn.Row(Log, f.first)
	if c.uid != f.conn.UID {
		r.SetConn(f.first, c.uid, c.orig, c.origPort, c.resp, c.respPort)
	}
	colFUID.SetString(r, f.ID)
	colSource.SetString(r, f.source)
	colDepth.Set(r, f.Depth)
	l := colAnalyzers.List(r)
	if a := contentAnalyzer(f.mime); a != "" {
		l.String(a)
	}
	l.End()
	if f.mime != "" {
		colMime.SetString(r, f.mime)
	}
	colFilename.SetNonEmpty(r, f.Filename)
	colDuration.Set(r, f.last-f.first)
	sender := c.resp
	if f.isOrig {
		sender = c.orig
	}
	colLocalOrig.Set(r, f.conn.IsLocal(sender))
	colIsOrig.Set(r, f.isOrig)
	colSeen.Set(r, f.seen)
	if f.sized {
		colTotal.Set(r, f.total)
	}
	colMissing.Set(r, f.missing)
	colOverflow.Set(r, f.overflow)
	colTimedOut.Set(r, timedOut)
	if f.Parent != "" {
		colParent.SetString(r, f.Parent)
	}
}

// contentAnalyzer names the file analyzer that Zeek attaches to a type by
// default, or "".
func contentAnalyzer(mime string) string {
	switch mime {
	case mimeProgram:
		return "PE"
	case MimeOCSPResponse:
		return "OCSP_REPLY"
	}
	return ""
}

// Idle returns how long ago the file's last bytes came, ns.
func (f *File) Idle(now int64) int64 { return now - f.last }
