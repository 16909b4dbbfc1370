package http

import (
	"bytes"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/file/mime"
)

// Analyzer analyses one connection.
type Analyzer struct {
	analyzer.Base

	side  [2]side
	own   txns
	txns  *txns // own, or those of the HTTP around this
	files [2]sideFiles

	keepAlive  bool   // more than one request may come
	connClose  bool   // the server closes after its reply
	connect    bool   // the last request was a CONNECT, not refused so far
	requests   uint64 // seen
	upgrade    bool   // the reply has "Connection: upgrade"
	protocol   []byte // what it upgrades to
	code       int    // status of the reply being read
	unanswered []byte // one for each request without reply: methodHead or methodOther
	raw        bool   // replies are HTTP/0.9: just a body
	tunnel     *analyzer.Feeder
	upgraded   bool
	sawCR      bool                // a line that ended with a CR only was noted
	gone       bool                // this is not HTTP
	auth       [2]*analyzer.Feeder // authentications with the server and with a proxy

	ranged  *rangedFile // that replies to range requests are pieces of
	scratch []byte
}

const (
	methodOther = iota
	methodHead
)

// maxUnanswered bounds the requests without reply that are told apart.
const maxUnanswered = 1 << 12

// lineState is what the next line of a side is.
type lineState uint8

const (
	wantLine lineState = iota // request or status line
	inMessage
	nothing // the message was interrupted: no more is read
)

// version is an HTTP version; the zero version is not known yet.
type version struct{ major, minor uint8 }

// side is one direction of the connection.
type side struct {
	a     *Analyzer
	dir   analyzer.Dir
	state lineState

	part     []byte // start of a line whose end is still to come
	lastCR   bool   // a CR ended the last line: a LF that follows belongs to it
	bodyCR   bool   // that line was one of a body of known length
	midLine  bool   // the start of the line was given on already
	dead     bool   // a gap: nothing more is read
	plain    int64  // bytes to be given on whatever is in them
	epilogue int64  // bytes to be passed over
	version  version
	ongoing  bool // a message was started and is not reported
	started  bool // there was a message
	finished bool // it is over
	msg      message
	parts    mime.Parser
	zip      *inflater // made when first needed: it is large
	file     file.File
	pieces   bool // the entity is a piece of a file
	offset   uint64
	instance int64 // the whole file's size, -1 unknown
	total    int64 // the entity's length, -1 unknown
	sized    bool  // the file was told its size
}

var _ analyzer.Stream = (*Analyzer)(nil)

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.own.reset()
	a.txns = a.transactions()
	a.keepAlive, a.connClose, a.connect, a.requests = false, false, false, 0
	a.upgrade, a.protocol, a.code, a.unanswered = false, a.protocol[:0], 0, a.unanswered[:0]
	a.raw, a.tunnel, a.upgraded, a.sawCR, a.gone = false, nil, false, false, false
	a.ranged, a.auth = nil, [2]*analyzer.Feeder{}
	for d := range a.side {
		s := &a.side[d]
		s.a, s.dir = a, analyzer.Dir(d)
		a.files[d] = sideFiles{a, s.dir}
		s.part, s.msg.header = trim(s.part), trim(s.msg.header)
		s.state, s.part, s.lastCR, s.bodyCR, s.midLine = wantLine, s.part[:0], false, false, false
		s.dead, s.plain, s.epilogue = false, 0, 0
		s.version, s.ongoing, s.started, s.finished = version{}, false, false, false
		s.msg.reset()
		s.beginEntity()
	}
}

// maxKept is the largest buffer kept for the next connection.
const maxKept = 16 << 10

// trim empties a buffer, and lets go of it if it has grown large.
func trim(b []byte) []byte {
	if cap(b) > maxKept {
		return nil
	}
	return b[:0]
}

// Data implements analyzer.Stream.  It consumes everything.
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	n := len(b)
	s := &a.side[dir]
	if a.Conn.Partial() { // as in Zeek, nothing without the connection's start
		return n, 0
	}
	for len(b) > 0 {
		afterCR := s.lastCR
		if s.lastCR {
			s.lastCR = false
			if b[0] == '\n' {
				b = b[1:]
				if s.bodyCR && s.epilogue > 0 {
					s.epilogue--
				} else if s.bodyCR && s.msg.left > 0 {
					s.msg.left--
				}
				continue
			}
		}
		switch {
		case a.tunnel != nil || a.upgraded:
			a.tunnel.Data(dir, b)
			return n, 0
		case s.dead || a.gone:
			return n, 0
		case s.state == nothing:
			if afterCR && b[0] != '\r' {
				a.singleCR()
			}
			s.lookForCR(b)
			return n, 0
		case a.raw && dir == analyzer.Resp:
			a.rawReply(b)
			return n, 0
		case s.plain > 0:
			k := int(min(s.plain, int64(len(b))))
			s.plain -= int64(k)
			s.deliver(b[:k], false)
			b = b[k:]
		case s.epilogue > 0:
			k := min(s.epilogue, int64(len(b)))
			s.epilogue -= k
			b = b[k:]
		case s.inParts() && s.msg.length > 0:
			b = s.takeBounded(b)
		case s.inParts() && s.parts.Plain() > 0:
			k := int(min(s.parts.Plain(), uint64(len(b))))
			s.rawPart(b[:k])
			b = b[k:]
		default:
			if afterCR && b[0] != '\r' {
				a.singleCR()
			}
			b = s.takeLine(b)
			if a.tunnel != nil && !a.upgraded && len(b) > 0 {
				a.Weird("protocol_data_with_HTTP_CONNECT_reply", strconv.Itoa(len(b)))
			}
		}
	}
	return n, 0
}

// giveUp ends the analysis of what is not HTTP.
func (a *Analyzer) giveUp(reason string) {
	a.gone = true
	a.Violate(reason)
}

// singleCR notes that a line ended with a CR only.
func (a *Analyzer) singleCR() {
	if !a.sawCR {
		a.sawCR = true
		a.WeirdFrom("CONTENTLINE", "line_terminated_with_single_CR", "")
	}
}

// lookForCR looks for such lines in what nothing else is looked for.
func (s *side) lookForCR(b []byte) {
	for !s.a.sawCR {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return
		}
		if b = b[i+1:]; len(b) == 0 {
			s.lastCR = true
			return
		}
		if b[0] != '\r' && b[0] != '\n' {
			s.a.singleCR()
		}
	}
}

// maxLine is how long a line of a header may be; the rest is passed over.
// Lines of a body are given on in pieces before that.
const (
	maxLine = 64 << 10
	minPart = maxLine
)

// takeBounded takes what b has of a multipart body of known length, and
// returns the rest.  The length ends the last line.
func (s *side) takeBounded(b []byte) []byte {
	m := &s.msg
	k := int(min(m.left, int64(len(b))))
	body, rest := b[:k], b[k:]
	m.left -= int64(k)
	for len(body) > 0 && !s.finished {
		switch {
		case s.lastCR && body[0] == '\n':
			s.lastCR = false
			body = body[1:]
		case s.parts.Plain() > 0:
			n := int(min(s.parts.Plain(), uint64(len(body))))
			s.rawPart(body[:n])
			body = body[n:]
		default:
			body = s.takeLine(body)
			s.bodyCR = s.lastCR
		}
	}
	switch {
	case s.finished:
		// What follows the closing boundary is passed over.
		s.epilogue = m.left
	case m.left == 0:
		part := s.part
		s.part = s.part[:0]
		if len(part) > 0 || s.midLine {
			s.a.WeirdFrom("CONTENTLINE", "line_terminated_without_CRLF", "")
			s.deliver(part, true)
		}
		s.midLine = false
		s.endOfData()
	}
	return rest
}

// takeLine takes a line, or the start of one, off b and returns the rest.
func (s *side) takeLine(b []byte) []byte {
	onlyCRLF := s.inParts() && s.parts.InPart()
	end, next := lineEnd(b, onlyCRLF, len(s.part) > 0 && s.part[len(s.part)-1] == '\r')
	if end < 0 {
		s.keepPart(b, onlyCRLF)
		return nil
	}
	line := b[:end]
	if len(s.part) > 0 {
		s.part = append(s.part, line...)
		line = s.part
		if onlyCRLF && next == 1 { // the CR came before
			line = line[:len(line)-1]
		}
		s.part = s.part[:0]
	}
	s.lastCR = !onlyCRLF && b[end] == '\r' && next == end+1
	s.bodyCR = false
	s.midLine = false
	s.line(line)
	return b[next:]
}

// lineEnd returns where the first line of b ends and where the next begins;
// -1 if its end is still to come.  CR, LF and CR LF end a line, or only
// CR LF; cr tells that a CR came before b.
func lineEnd(b []byte, onlyCRLF, cr bool) (end, next int) {
	if onlyCRLF {
		if cr && b[0] == '\n' {
			return 0, 1
		}
		for from := 0; ; {
			i := bytes.IndexByte(b[from:], '\n')
			if i < 0 {
				return -1, 0
			}
			if i += from; i > 0 && b[i-1] == '\r' {
				return i - 1, i + 1
			}
			from = i + 1
		}
	}
	end = bytes.IndexByte(b, '\n')
	line := b
	if end >= 0 {
		line = b[:end]
	}
	switch i := bytes.IndexByte(line, '\r'); {
	case i < 0 && end < 0:
		return -1, 0
	case i < 0:
		return end, end + 1
	case i == end-1:
		return i, i + 2
	default:
		return i, i + 1
	}
}

// keepPart keeps the start of a line, or gives it on where it is long and
// part of a body.
func (s *side) keepPart(b []byte, onlyCRLF bool) {
	if room := maxLine - len(s.part); len(b) > room {
		if s.inHeaders() {
			b = b[:max(room, 0)]
		}
	}
	s.part = append(s.part, b...)
	if s.inHeaders() || len(s.part) < minPart {
		return
	}
	part, held := s.part, 0
	if onlyCRLF && part[len(part)-1] == '\r' {
		held = 1
	}
	s.midLine = true
	s.deliver(part[:len(part)-held], false)
	s.part = s.part[:copy(s.part, part[len(part)-held:])]
}

// line takes a line without its end.
func (s *side) line(b []byte) {
	a := s.a
	switch {
	case s.state == inMessage:
		tunnel := s.dir == analyzer.Resp && a.connect && len(b) == 0 && s.inHeaders()
		s.deliver(b, true)
		if tunnel {
			a.around()
			a.tunnel = a.Detect()
		}
	case s.dir == analyzer.Orig:
		a.requestLine(b)
	default:
		a.replyLine(b)
	}
}

// Gap implements analyzer.Stream.
func (a *Analyzer) Gap(dir analyzer.Dir, n uint64) bool {
	if a.tunnel != nil || a.upgraded {
		a.tunnel.Gap(dir, n)
		return true
	}
	s := &a.side[dir]
	s.lastCR = false
	if len(s.part) > 0 {
		part := s.part
		s.part = s.part[:0]
		if s.started && !s.finished && !s.inHeaders() {
			s.deliver(part, false)
		}
	}
	if s.started && s.undelivered(n) {
		return true
	}
	if dir == analyzer.Orig {
		a.requestMade(true)
		// Whether a reply has a body depends on the request.
		a.replyMade(true)
	} else {
		a.replyMade(true)
	}
	s.dead = true
	return true
}

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(dir analyzer.Dir) {
	s := &a.side[dir]
	// As in Zeek, a line without end is taken only where the stream ends.
	if (len(s.part) > 0 || s.midLine) && !a.Cut() && !s.dead && s.state != nothing && a.tunnel == nil && !a.upgraded {
		part := s.part
		s.part, s.midLine = s.part[:0], false
		s.line(part)
	}
	if dir == analyzer.Orig {
		a.requestMade(false)
	} else {
		a.replyMade(false)
	}
	a.tunnel.EOF(dir)
}

// Close implements analyzer.Analyzer: requests without reply are written.
func (a *Analyzer) Close() {
	a.requestMade(true)
	a.replyMade(true)
	for d := range a.side {
		a.side[d].file.TimeOut()
	}
	a.leaveRanged()
	if a.txns != &a.own {
		return
	}
	if a.tunnel != nil {
		delete(a.Shared().(*shared).around, a.Conn)
	}
	for len(a.txns.pending) > 0 {
		t := a.txns.pending[0]
		if t.index == 0 { // never made by a request or a reply
			a.txns.pending = a.txns.pending[1:]
			continue
		}
		a.finish(t)
	}
}
