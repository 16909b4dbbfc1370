package smtp

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"

	"wirehunt/analyzer/file/mime"
	"wirehunt/packet"
)

// Limits of a record: one more than the engine leaves of it.
const (
	maxString  = 4<<10 + 1 // of one field
	maxElems   = 100 + 1   // of one set or vector
	maxInvalid = 25        // transactions out of order (SMTP::max_invalid_mail_transactions)
)

// session is what Zeek's script keeps of a connection.
type session struct {
	a         *Analyzer
	helo      []byte
	hasHelo   bool
	messages  uint64
	mailSeen  bool
	rcptSeen  bool
	lastChunk bool // BDAT LAST was sent
	invalid   int
	mimeDepth uint64
	hasInfo   bool
	info      info
}

// info is a record in the making.
type info struct {
	ts       int64
	depth    uint64
	helo     []byte
	hasHelo  bool
	text     [numFields][]byte
	has      uint16 // which fields are set
	rcpt     []string
	hasRcpt  bool
	to, cc   []string
	hasTo    bool
	hasCC    bool
	xOrigIP  packet.Addr
	hasXIP   bool
	path     []packet.Addr
	tls      bool
	active   bool // there is something to log
	entities int
	fuids    []string
}

// The text fields of a record.
const (
	fMailFrom = iota
	fDate
	fFrom
	fReplyTo
	fMsgID
	fInReplyTo
	fSubject
	fFirst
	fSecond
	fLastReply
	fUserAgent
	numFields
)

var textCols = [numFields]interface{ Index() int }{
	colMailFrom, colDate, colFrom, colReplyTo, colMsgID, colInReplyTo, colSubject, colFirstReceived, colSecondReceived,
	colLastReply, colUserAgent,
}

func (s *session) reset(a *Analyzer) {
	*s = session{a: a, helo: s.helo[:0], info: s.info}
}

// begin makes sure that there is a record to work on.
func (s *session) begin() *info {
	if !s.hasInfo {
		s.hasInfo = true
		s.newInfo()
	}
	return &s.info
}

func (s *session) newInfo() {
	c := s.a.Conn
	o := &s.info
	n := info{
		ts: c.Now, depth: s.messages + 1, helo: append(o.helo[:0], s.helo...), hasHelo: s.hasHelo,
		rcpt: o.rcpt[:0], to: o.to[:0], cc: o.cc[:0], path: append(o.path[:0], c.Resp, c.Orig), fuids: o.fuids[:0],
	}
	for i := range o.text {
		n.text[i] = o.text[i][:0]
	}
	*o = n
}

// set sets a text field.
func (n *info) set(field int, v []byte) {
	n.text[field] = append(n.text[field][:0], v[:min(len(v), maxString)]...)
	n.has |= 1 << field
}

func (s *session) request(word, arg []byte) {
	n := s.begin()
	switch string(word) {
	case "HELO", "EHLO":
		s.helo, s.hasHelo = append(s.helo[:0], arg[:min(len(arg), maxString)]...), true
		n.helo, n.hasHelo = append(n.helo[:0], s.helo...), true
	case "RCPT":
		if hasPrefixFold(arg, "to:") {
			s.rcptTo(n, arg)
		}
	case "MAIL":
		if hasPrefixFold(arg, "from:") {
			// The message before may have got no reply.
			s.message()
			n = &s.info
			if m := emailAddr.Find(arg); m != nil {
				n.set(fMailFrom, cleanAddr(m))
			}
			n.active = true
			s.mailSeen, s.rcptSeen = true, false
		}
	case "DATA", "BDAT":
		if !s.rcptSeen {
			s.outOfOrder("data missing rcpt to")
		}
		if len(word) == 4 && word[0] == 'B' && bytes.HasSuffix(arg, []byte(" LAST")) {
			s.mailSeen, s.rcptSeen, s.lastChunk = false, false, true
		}
	case ".":
		s.mailSeen, s.rcptSeen = false, false
	}
}

func (s *session) rcptTo(n *info, arg []byte) {
	n.hasRcpt = true
	for _, m := range emailAddr.FindAll(arg, maxElems) {
		addr := cleanAddr(m)
		addr = bytes.ReplaceAll(addr, []byte("ORCPT=rfc822"), nil)
		n.rcpt = addTo(n.rcpt, addr)
	}
	n.active, s.rcptSeen = true, true
	if !s.mailSeen {
		s.outOfOrder("rcpt to missing mail from")
	}
}

func (s *session) outOfOrder(what string) {
	s.a.Weird("smtp_mail_transaction_invalid", what)
	if s.invalid++; s.invalid > maxInvalid {
		s.a.Weird("smtp_excessive_invalid_mail_transactions", "")
		s.a.off = true
	}
}

func (s *session) reply(code int, msg []byte, c command, more bool) {
	n := s.begin()
	text := strconv.AppendInt(n.text[fLastReply][:0], int64(code), 10)
	text = append(append(text, ' '), msg[:min(len(msg), maxString)]...)
	n.text[fLastReply], n.has = text, n.has|1<<fLastReply
	if c == endOfData || !more && c == bdat && s.lastChunk {
		s.messages++
		s.lastChunk = false
		s.message()
		s.newInfo()
	}
}

func (s *session) startTLS() {
	if s.hasInfo {
		s.info.tls, s.info.active = true, true
	}
}

func (s *session) beginEntity() {
	s.mimeDepth++
	if s.hasInfo {
		s.info.entities++
	}
}

func (s *session) file(id string) {
	if s.hasInfo && len(s.info.fuids) < maxElems {
		s.info.fuids = append(s.info.fuids, id)
	}
}

// header takes a header of the message itself; those of its parts do not
// count.
func (s *session) header(name, value []byte) {
	n := &s.info
	if !s.hasInfo || n.entities > 1 {
		return
	}
	switch {
	case mime.EqualFold(name, "message-id"):
		n.set(fMsgID, value)
	case mime.EqualFold(name, "received"):
		if n.has>>fFirst&1 != 0 {
			n.set(fSecond, n.text[fFirst])
		}
		n.set(fFirst, value)
		s.hop(n, value)
	case mime.EqualFold(name, "in-reply-to"):
		n.set(fInReplyTo, value)
	case mime.EqualFold(name, "subject"):
		n.set(fSubject, value)
	case mime.EqualFold(name, "from"):
		n.set(fFrom, value)
	case mime.EqualFold(name, "reply-to"):
		n.set(fReplyTo, value)
	case mime.EqualFold(name, "date"):
		n.set(fDate, value)
	case mime.EqualFold(name, "to"):
		n.to, n.hasTo = addAll(n.to, value), true
	case mime.EqualFold(name, "cc"):
		n.cc, n.hasCC = addAll(n.cc, value), true
	case mime.EqualFold(name, "x-originating-ip"):
		if ips := findAddrs(value, false); len(ips) > 0 {
			n.xOrigIP, n.hasXIP = ips[0], true
		}
	case mime.EqualFold(name, "x-mailer"), mime.EqualFold(name, "user-agent"), mime.EqualFold(name, "x-user-agent"):
		n.set(fUserAgent, value)
	}
}

// hop adds the sender of a Received header to the path: of the addresses in
// it that stand between brackets or blanks the second, or else the first.
func (s *session) hop(n *info, value []byte) {
	ips := findAddrs(value, true)
	if len(ips) == 0 {
		return
	}
	ip := ips[0]
	if len(ips) > 1 {
		ip = ips[1]
	}
	if n.path[len(n.path)-1] != ip && len(n.path) < maxElems {
		n.path = append(n.path, ip)
	}
}

func addTo(set []string, v []byte) []string {
	if v = v[:min(len(v), maxString)]; len(set) < maxElems && !slices.Contains(set, string(v)) {
		set = append(set, string(v))
	}
	return set
}

// emailAddr finds an address in a command, with what is around it
// (extract_email_addrs_vec of Zeek's base/utils/email).
var emailAddr = regexp.MustCompilePOSIX("(^|[<,: \t])[^<,: \t@]+@[^>,; \t]+([>,; \t]|$)")

// headerAddr finds an address with its display name in a header.
var headerAddr = regexp.MustCompilePOSIX(`("[^"]*")?[^,]+@[^,]+`)

// cleanAddr drops what is around an address.
func cleanAddr(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		switch c {
		case '<', '>', ',', ':', ';', ' ', '\t':
		default:
			out = append(out, c)
		}
	}
	return out
}

func addAll(set []string, value []byte) []string {
	for _, m := range headerAddr.FindAll(value, maxElems) {
		set = addTo(set, bytes.TrimSpace(m))
	}
	return set
}

func hasPrefixFold(b []byte, lower string) bool {
	return len(b) >= len(lower) && mime.EqualFold(b[:len(lower)], lower)
}

// message writes the record if the client did something since the last one.
func (s *session) message() {
	if s.hasInfo && s.info.active {
		s.write()
		s.newInfo()
	}
}

// finish writes what is left when the connection ends.
func (s *session) finish() { s.message() }

func (s *session) write() {
	n := &s.info
	r := s.a.Conn.Row(Log, n.ts)
	colDepth.Set(r, n.depth)
	if n.hasHelo {
		colHelo.Set(r, n.helo)
	}
	for i := range n.text {
		if n.has>>i&1 != 0 {
			r.SetBytes(textCols[i].Index(), n.text[i])
		}
	}
	if n.hasRcpt {
		colRcptTo.SetStrings(r, n.rcpt)
	}
	if n.hasTo {
		colTo.SetStrings(r, n.to)
	}
	if n.hasCC {
		colCC.SetStrings(r, n.cc)
	}
	if n.hasXIP {
		colXOriginatingIP.Set(r, n.xOrigIP)
	}
	l := colPath.List(r)
	for _, a := range n.path {
		l.Addr(a)
	}
	l.End()
	colTLS.Set(r, n.tls)
	colFUIDs.SetStrings(r, n.fuids)
}
