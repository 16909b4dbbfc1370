package http

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/file/mime"
)

// chunkState is where a chunked body is.
type chunkState uint8

const (
	notChunked chunkState = iota
	beforeChunk
	chunkSize
	chunkData
	chunkEnd
	chunkTrailer
	chunksDone
)

// bodyRule tells whether a message has a body.
type bodyRule uint8

const (
	bodyMaybe bodyRule = iota // if its headers say so
	bodyExpected
	bodyNever
)

type coding uint8

const (
	codingNone coding = iota
	codingZip
)

// message is a request or reply being read, without its first line.
type message struct {
	rule      bodyRule
	inHeader  bool
	ended     bool
	tooLong   bool   // a header went on for longer than is taken
	header    []byte // header line so far, if it may go on
	folds     int
	kind      mime.Kind
	boundary  []byte
	chunks    chunkState
	coding    coding
	length    int64 // Content-Length, -1 if there is none
	rangeLen  int64
	expect100 bool
	left      int64 // bytes left of the body, or of the chunk
	body      uint64
}

func (m *message) reset() {
	*m = message{header: m.header[:0], boundary: m.boundary[:0], inHeader: true, length: -1, rangeLen: -1}
}

// start starts a message on the side.
func (s *side) start(rule bodyRule) {
	if s.started && !s.finished {
		s.a.Weird("HTTP_overlapping_messages", "")
	}
	s.started, s.finished = true, false
	s.msg.reset()
	s.msg.rule = rule
	if s.zip != nil {
		s.zip.reset()
	}
	s.plain = 0
	s.BeginEntity(0)
}

// inParts reports whether the side is in a body of several entities.
func (s *side) inParts() bool {
	return s.state == inMessage && !s.msg.inHeader && !s.msg.ended && s.msg.kind != mime.Leaf && s.msg.coding == codingNone
}

// inHeaders reports whether the next line is a first line or one of a header,
// which is taken whole.
func (s *side) inHeaders() bool {
	if s.state != inMessage || s.msg.inHeader {
		return true
	}
	if s.inParts() {
		return s.parts.InHeader()
	}
	return s.msg.chunks == chunkSize || s.msg.chunks == chunkEnd || s.msg.chunks == chunkTrailer
}

// deliver takes a line, or bytes, of the message.
func (s *side) deliver(b []byte, crlf bool) {
	m := &s.msg
	switch {
	case m.ended || !s.started:
	case m.inHeader:
		s.headerLine(b)
	case m.kind != mime.Leaf:
		s.content(b, crlf)
	case m.chunks != notChunked:
		s.chunk(b)
	case m.length >= 0:
		s.content(b, false)
		if m.left -= int64(len(b)); m.left <= 0 {
			s.plain = 0
			s.endOfData()
		}
	default:
		s.content(b, crlf)
	}
}

func (s *side) chunk(b []byte) {
	m := &s.msg
	switch m.chunks {
	case chunkSize:
		n, ok := number(b, 16)
		if !ok {
			s.a.Weird("HTTP_bad_chunk_size", string(b[:min(len(b), maxString)]))
			n = 0
		}
		if n > 0 {
			m.chunks, m.left, s.plain = chunkData, n, n
		} else {
			m.inHeader, m.chunks = true, chunkTrailer
		}
	case chunkData:
		if m.left -= int64(len(b)); m.left <= 0 {
			s.plain, m.chunks = 0, chunkEnd
		}
		s.content(b, false)
	case chunkEnd:
		m.chunks = chunkSize
	}
}

// content takes bytes of the body, without chunk framing.
func (s *side) content(b []byte, crlf bool) {
	m := &s.msg
	if m.coding == codingZip {
		s.unzip(b)
		return
	}
	m.body += uint64(len(b))
	if crlf {
		m.body += 2
	}
	if m.kind != mime.Leaf {
		if !crlf && s.parts.InHeader() {
			s.a.Weird("http_no_crlf_in_header_list", "")
		}
		s.parts.Line(b, crlf)
		if s.parts.Ended() {
			s.endOfData()
		}
		return
	}
	s.fileData(b)
	if crlf {
		s.fileData(crlfBytes)
	}
}

var crlfBytes = []byte("\r\n")

// rawPart takes bytes of a part of known length.
func (s *side) rawPart(b []byte) {
	s.msg.body += uint64(len(b))
	s.parts.Raw(b)
}

func (s *side) unzip(b []byte) {
	if s.zip == nil {
		s.zip = new(inflater)
	}
	z := s.zip
	head := len(z.out)
	n := z.write(b)
	if n == 0 {
		return
	}
	s.msg.body += n
	out := z.out[min(head, len(z.out)):]
	s.fileData(out)
	if rest := n - uint64(len(out)); rest > 0 && s.file.IsOpen() {
		s.file.Count(rest)
	}
}

// fileData gives content of the innermost entity to its file.
func (s *side) fileData(b []byte) {
	if len(b) == 0 {
		return
	}
	f := s.openFile()
	if f == nil {
		return
	}
	if !s.sized {
		s.sized = true
		switch {
		case s.msg.coding != codingNone:
		case s.pieces && s.instance > 0:
			f.SetSize(uint64(s.instance))
		case !s.pieces && s.total > 0:
			f.SetSize(uint64(s.total))
		}
	}
	if s.pieces {
		f.DataAt(s.offset, b)
		s.offset += uint64(len(b))
	} else {
		f.Data(b)
	}
}

// openFile returns the entity's file, which it opens at its first bytes; nil
// if the file was complete before.
func (s *side) openFile() *file.File {
	a := s.a
	isOrig := s.dir == analyzer.Orig
	if t := a.txns.cur; !isOrig && t != nil && t.rangeRequest {
		if s.sized && (a.ranged == nil || !a.ranged.IsOpen()) {
			return nil
		}
		return &a.rangedFile(t).File
	}
	f := &s.file
	if f.IsOpen() {
		return f
	}
	if s.sized { // complete, yet there is more
		return nil
	}
	f.Open(a.Conn, "HTTP", isOrig, &a.files[s.dir])
	a.fileOpened(f, s.dir)
	return f
}

// endFile ends the entity's file; pieces wait for more.
func (s *side) endFile() {
	if s.dir == analyzer.Resp && s.a.code == 206 {
		return
	}
	s.file.EOF()
	if r := s.a.ranged; s.dir == analyzer.Resp && r != nil && r.IsOpen() {
		r.Join(s.a.Conn, &s.a.files[s.dir])
		r.EOF()
	}
}

// beginEntity forgets what was known of the entity before.
func (s *side) beginEntity() {
	s.pieces, s.offset, s.instance, s.total, s.sized = false, 0, -1, -1, false
}

// BeginEntity implements mime.Handler.
func (s *side) BeginEntity(int) {
	t := s.a.touch(s.dir)
	t.inEntity, t.filename = true, span{}
	if s.file.IsOpen() {
		s.file.TimeOut()
	}
	s.beginEntity()
}

// Header implements mime.Handler.
func (s *side) Header(depth int, name, value []byte) {
	s.entityHeader(depth, name, value, 0)
	s.a.header(s.dir, name, value)
}

// HeadersDone implements mime.Handler.
func (s *side) HeadersDone(int) int64 { return s.total }

// Body implements mime.Handler.
func (s *side) Body(b []byte) { s.fileData(b) }

// EndEntity implements mime.Handler.
func (s *side) EndEntity(depth int) {
	if t := s.a.txns.cur; t != nil {
		t.inEntity = false
	}
	if depth > 0 {
		s.endFile()
	}
}

// Exceeded implements mime.Handler.
func (s *side) Exceeded(l mime.Limit) {
	s.a.Weird(l.Weird())
	s.a.Conn.Limited()
}

// headersDone decides on the message's body.
func (s *side) headersDone() {
	m := &s.msg
	switch {
	case m.chunks == chunkTrailer:
		m.chunks = chunksDone
		s.endOfData()
	case m.rule == bodyNever:
		s.endOfData()
	case m.kind != mime.Leaf && m.coding == codingNone:
		if m.chunks != notChunked {
			s.a.Weird("HTTP_chunked_transfer_for_multipart_message", "")
		}
		if m.length == 0 {
			s.endOfData()
			return
		}
		m.left = max(m.length, 0)
		s.parts.ResetBody(s, m.kind, m.boundary)
	case m.chunks != notChunked:
		m.chunks = chunkSize
	case m.length > 0:
		m.left, s.plain, s.total = m.length, m.length, m.length
	case m.length == 0:
		s.endOfData()
	case s.a.connClose || m.coding != codingNone:
		s.plain = 1<<63 - 1
	case m.rule != bodyExpected:
		s.endOfData()
	}
}

// endOfData ends the message's body, and with it the message.
func (s *side) endOfData() {
	m := &s.msg
	if m.ended {
		return
	}
	m.ended = true
	if m.inHeader {
		s.finishHeader()
		m.inHeader = false
		if m.chunks != chunkTrailer {
			s.headersDone()
		}
	} else if m.kind != mime.Leaf && m.coding == codingNone {
		s.parts.Close()
	}
	if t := s.a.txns.cur; t != nil {
		t.inEntity = false
	}
	s.plain = 0
	s.done()
}

// done reports the message, once.
func (s *side) done() {
	if s.finished || !s.started {
		return
	}
	s.finished = true
	s.endOfData()
	s.endFile()
	a := s.a
	t := a.touch(s.dir)
	if s.dir == analyzer.Orig {
		t.reqLen = s.msg.body
		a.requestMade(false)
		return
	}
	t.respLen = s.msg.body
	if !isInfo(t.status) {
		a.finish(t)
	}
	a.replyMade(false)
}

// undelivered takes a gap and reports whether it lies within the body.
func (s *side) undelivered(n uint64) bool {
	m := &s.msg
	if m.inHeader || m.body == 0 {
		return false
	}
	f := &s.file
	if r := s.a.ranged; s.dir == analyzer.Resp && r != nil && r.IsOpen() {
		r.Join(s.a.Conn, &s.a.files[s.dir])
		f = &r.File
	}
	if f.IsOpen() {
		f.GapAt(m.body, n)
	}
	if s.pieces {
		s.offset += n
	}
	within := m.chunks == chunkData || m.chunks == notChunked && m.length >= 0 && m.kind == mime.Leaf
	if m.ended || !within || uint64(max(m.left, 0)) < n {
		return false
	}
	m.body += n
	m.left -= int64(n)
	s.plain = m.left
	if m.left == 0 {
		if m.chunks == chunkData {
			m.chunks = chunkEnd
		} else {
			s.endOfData()
		}
	}
	return true
}
