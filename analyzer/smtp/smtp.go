package smtp

import (
	"bytes"
	"math"
	"strconv"

	"wirehunt/analyzer"
)

// command is a command that changes the state.
type command int8

const (
	none command = iota - 1
	greeting
	endOfData
	authAnswer
	helo
	mailFrom
	rcptTo
	dataCmd
	quit
	rset
	auth
	startTLS
	turn
	bdat
	other
)

// commands are the words of SMTP's commands.
var commands = [...]struct {
	word string
	cmd  command
}{
	{"EHLO", helo}, {"HELO", helo}, {"MAIL", mailFrom}, {"RCPT", rcptTo}, {"DATA", dataCmd}, {"QUIT", quit}, {"RSET", rset},
	{"VRFY", other}, {"EXPN", other}, {"HELP", other}, {"NOOP", other}, {"AUTH", auth}, {"STARTTLS", startTLS},
	{"X-ANONYMOUSTLS", startTLS}, {"TURN", turn}, {"SEND", mailFrom}, {"SOML", mailFrom}, {"SAML", mailFrom}, {"BDAT", bdat},
}

type state uint8

const (
	initiated state = iota
	ready
	mailOK
	rcptOK
	inData
	inBdat
	afterData
	inAuth
	quitting
	notAvailable
	afterGap
	gapRecovery
)

// Limits of what is remembered.
const (
	maxLine    = 16 << 10
	maxPending = 1000 // commands waiting for replies
)

// Analyzer analyses one connection.
type Analyzer struct {
	analyzer.Base

	part    [2][]byte // start of a line
	midLine bool      // the start of a line of data was given on already
	state   state
	sender  analyzer.Dir // the client; TURN turns it
	waiting []command    // for replies
	pending int          // code of the multi-line reply being read, or 0
	replied command      // what the last reply was for
	chunk   uint64       // bytes left of a BDAT chunk
	last    bool         // that chunk is the message's last
	chunks  bool         // the message comes in chunks
	body    []byte       // start of a line of the message, in chunks
	tls     *analyzer.Feeder
	off     bool // not SMTP, or not worth following
	named   bool // the server's greeting names SMTP

	mail mail
	log  session
}

var _ analyzer.Stream = (*Analyzer)(nil)

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.part[0], a.part[1] = a.part[0][:0], a.part[1][:0]
	a.midLine, a.state, a.sender, a.pending, a.replied = false, initiated, analyzer.Orig, 0, none
	a.waiting = append(a.waiting[:0], greeting)
	a.chunk, a.last, a.chunks, a.tls, a.off, a.named = 0, false, false, nil, false, false
	a.body = a.body[:0]
	a.mail.reset(a)
	a.log.reset(a)
}

// Data implements analyzer.Stream.  It consumes everything.
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	n := len(b)
	if a.Conn.Partial() {
		return n, 0
	}
	for len(b) > 0 && !a.off {
		switch {
		case a.tls != nil:
			a.tls.Data(dir, b)
			return n, 0
		case dir == a.sender && a.state == inBdat:
			b = a.bdat(b)
		default:
			b = a.takeLine(dir, b)
		}
	}
	return n, 0
}

// takeLine takes a line, or the start of one, off b and returns the rest.
func (a *Analyzer) takeLine(dir analyzer.Dir, b []byte) []byte {
	i := bytes.IndexByte(b, '\n')
	isData := dir == a.sender && a.state == inData
	part := a.part[dir]
	if i < 0 {
		if room := maxLine - len(part); len(b) > room && !isData {
			b = b[:max(room, 0)]
		}
		part = append(part, b...)
		if isData && len(part) >= maxLine {
			// A long line goes on in pieces.
			a.mail.line(part, false)
			part, a.midLine = part[:0], true
		}
		a.part[dir] = part
		return nil
	}
	line, rest := b[:i], b[i+1:]
	if len(part) > 0 {
		line = append(part, line...)
		a.part[dir] = line[:0]
	}
	line = bytes.TrimRight(line, "\r")
	if isData && a.midLine {
		a.midLine = false
		a.mail.line(line, true)
		return rest
	}
	if dir == a.sender {
		a.sent(line)
	} else {
		a.reply(line)
	}
	return rest
}

// bdat takes bytes of a BDAT chunk (RFC 3030) and returns the rest.
func (a *Analyzer) bdat(b []byte) []byte {
	k := min(a.chunk, uint64(len(b)))
	body, rest := b[:k], b[k:]
	a.chunk -= k
	for len(body) > 0 {
		i := bytes.IndexByte(body, '\n')
		if i < 0 {
			a.body = append(a.body, body...)
			if len(a.body) >= maxLine {
				a.mail.line(a.body, false)
				a.body = a.body[:0]
			}
			break
		}
		line := body[:i]
		if len(a.body) > 0 {
			line = append(a.body, line...)
			a.body = line[:0]
		}
		a.mail.line(bytes.TrimSuffix(line, []byte("\r")), true)
		body = body[i+1:]
	}
	if a.chunk == 0 {
		a.endChunk()
	}
	return rest
}

func (a *Analyzer) endChunk() {
	a.state = rcptOK
	if !a.last {
		return
	}
	if len(a.body) > 0 {
		a.mail.line(a.body, true)
		a.body = a.body[:0]
	}
	a.mail.end()
	a.chunks = false
	a.state = afterData
}

// breakChunks ends a message in chunks that is not complete.
func (a *Analyzer) breakChunks() {
	if !a.chunks {
		return
	}
	if a.chunk > 0 {
		a.Weird("smtp_bdat_remaining_at_end_data", "")
	}
	if len(a.body) > 0 {
		a.WeirdFrom("SMTP_BDAT", "smtp_bdat_undelivered_at_done", "")
	}
	a.mail.end()
	a.chunk, a.chunks, a.body = 0, false, a.body[:0]
}

// sent takes a line of the client.
func (a *Analyzer) sent(line []byte) {
	switch a.state {
	case afterGap:
		// A command or data: it cannot be told.
	case inData:
		if len(line) == 1 && line[0] == '.' {
			a.wait(endOfData)
			a.mail.end()
			a.state = afterData
			a.request([]byte("."), nil)
			return
		}
		if len(line) > 0 && line[0] == '.' {
			line = line[1:]
		}
		a.mail.line(line, true)
	case inAuth:
		a.wait(authAnswer)
		a.request([]byte("**"), nil)
	default:
		a.command(line)
	}
}

func (a *Analyzer) wait(c command) {
	if len(a.waiting) < maxPending {
		a.waiting = append(a.waiting, c)
	}
}

func (a *Analyzer) command(line []byte) {
	word := line
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		word = line[:i]
	}
	arg := bytes.TrimLeft(line[len(word):], " \t")
	for i := range commands {
		if c := &commands[i]; bytes.EqualFold(word, []byte(c.word)) {
			a.wait(c.cmd)
			a.request([]byte(c.word), arg)
			if a.chunks && c.cmd != bdat {
				a.Weird("smtp_missing_bdat_last_chunk", "")
				a.breakChunks()
			}
			a.sentCommand(c.cmd, arg)
			return
		}
	}
}

func (a *Analyzer) request(word, arg []byte) {
	if a.named || !isShared(word) {
		a.Confirm()
	}
	a.log.request(word, arg)
}

// isShared reports whether FTP or POP3 have the command too.  Such a command
// alone is no sign of SMTP, unless the server's greeting names it.
func isShared(word []byte) bool {
	switch string(word) {
	case "QUIT", "RSET", "HELP", "NOOP", "AUTH", "(UNKNOWN)", "**":
		return true
	}
	return false
}

// sentCommand changes the state as if the command will succeed: clients send
// on without waiting for replies.
func (a *Analyzer) sentCommand(c command, arg []byte) {
	switch c {
	case helo, rset:
		a.state = ready
	case mailFrom:
		a.state = mailOK
	case rcptTo:
		a.state = rcptOK
	case dataCmd:
		a.mail.begin(a.sender)
		a.state = inData
	case quit:
		a.state = quitting
	case bdat:
		n, last, fault := parseBdat(arg)
		switch {
		case fault != "":
			a.Weird("smtp_invalid_bdat_command", fault)
			return
		case n > math.MaxInt64:
			a.Weird("smtp_huge_bdat_chunk", strconv.FormatUint(n, 10))
			return
		}
		a.chunk, a.last, a.chunks = n, last, true
		if !a.mail.open {
			a.mail.begin(a.sender)
		}
		a.state = inBdat
		if n == 0 {
			a.endChunk()
		}
	}
}

// parseBdat reads the arguments of BDAT: the size of a chunk, and whether it
// is the last one.  fault is what Zeek says of those that are none.
func parseBdat(arg []byte) (n uint64, last bool, fault string) {
	i := 0
	for i < len(arg) && arg[i] >= '0' && arg[i] <= '9' {
		i++
	}
	n, err := strconv.ParseUint(string(arg[:min(i, 24)]), 10, 64)
	if err != nil || i < len(arg) && arg[i] != ' ' && arg[i] != '\t' {
		return 0, false, "BDAT not followed by a valid chunk-size"
	}
	switch rest := bytes.TrimSpace(arg[i:]); {
	case len(rest) == 0:
		return n, false, ""
	case bytes.EqualFold(rest, []byte("LAST")):
		return n, true, ""
	}
	return 0, false, "BDAT chunk-size followed by junk"
}

// reply takes a line of the server.
func (a *Analyzer) reply(line []byte) {
	code := replyCode(line)
	if code < 100 || code > 599 {
		// Before the client's first command the line is only passed over, as
		// in Zeek.
		if a.Confirmed() {
			a.off = true
			a.Violate("reply code out of range")
		}
		return
	}
	if a.pending != 0 && code != a.pending {
		a.pending = 0
	}
	if a.pending == 0 {
		a.newReply(code, line)
	}
	more := len(line) > 3 && line[3] == '-'
	a.pending = 0
	if more {
		a.pending = code
		line = line[4:]
	} else {
		line = line[3:]
	}
	a.log.reply(code, bytes.TrimLeft(line, " \t"), a.replied, more)
}

func replyCode(b []byte) int {
	if len(b) < 3 {
		return -1
	}
	n := 0
	for _, c := range b[:3] {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// newReply takes the code of a reply: it is for the first command that waits.
func (a *Analyzer) newReply(code int, line []byte) {
	if a.state == afterGap {
		a.state = gapRecovery
		a.request([]byte("(UNKNOWN)"), nil)
	}
	c := none
	if len(a.waiting) > 0 {
		c = a.waiting[0]
		a.waiting = a.waiting[:copy(a.waiting, a.waiting[1:])]
	}
	a.replied = c
	switch c {
	case greeting:
		a.named = bytes.Contains(line, []byte("SMTP"))
		if code == 421 || code == 554 {
			a.state = notAvailable
		}
	case helo:
		switch code {
		case 421, 500, 501, 504, 550:
			a.state = initiated
		}
	case mailFrom:
		if code >= 400 && a.state != inData && a.state != inBdat {
			a.state = ready
		}
	case dataCmd:
		if code != 354 {
			if a.state == inData {
				a.mail.end()
			}
			a.state = ready
			if code == 421 {
				a.state = quitting
			}
		}
	case endOfData:
		a.state = ready
	case auth, authAnswer:
		a.state = initiated
		if code == 334 {
			a.state = inAuth
		}
	case turn:
		if code == 250 {
			a.sender = a.sender.Other()
			a.state = initiated
		}
	case startTLS:
		if code == 220 {
			a.goTLS()
		}
	case none, other:
		if a.state == gapRecovery && code == 354 {
			a.mail.begin(a.sender)
			a.state = inData
		}
	}
}

func (a *Analyzer) goTLS() {
	a.tls = a.Child("ssl")
	if a.tls == nil {
		a.off = true
	}
	a.log.startTLS()
}

// Gap implements analyzer.Stream.
func (a *Analyzer) Gap(dir analyzer.Dir, n uint64) bool {
	if a.tls != nil {
		a.tls.Gap(dir, n)
		return true
	}
	a.part[dir] = a.part[dir][:0]
	a.midLine = false
	if a.state == inBdat && dir == a.sender {
		a.mail.gap(n)
		a.breakChunks()
	}
	if a.mail.open {
		a.mail.gap(n)
		a.mail.end()
	}
	a.waiting = a.waiting[:0]
	a.replied = none
	a.state = afterGap
	return true
}

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(dir analyzer.Dir) {
	if a.tls != nil {
		a.tls.EOF(dir)
		return
	}
	if part := a.part[dir]; len(part) > 0 && !a.off {
		a.part[dir] = part[:0]
		switch {
		case dir != a.sender:
			a.reply(part)
		default:
			a.sent(part)
		}
	}
}

// Close implements analyzer.Analyzer.
func (a *Analyzer) Close() {
	a.breakChunks()
	a.mail.end()
	a.log.finish()
}
