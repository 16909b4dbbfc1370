package ftp

import (
	"bytes"
	"slices"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/packet"
)

// session is what Zeek's script keeps of a control connection.
type session struct {
	a        *Analyzer
	started  bool
	user     []byte
	password []byte
	hasPass  bool
	cwd      []byte
	pending  []command // without reply, or with the last one's reply
	seq      uint64
	cur      command // that the last reply was for
	hasCur   bool
	code     int // of the last reply, -1 before the first
	msg      []byte
	size     int64 // of the file, -1 unknown
	channel  channel
	hasData  bool
	transfer *transfer
	written  bool // a record
}

type command struct {
	seq      uint64
	ts       int64
	name     string
	arg      []byte
	cwdTaken bool
}

type channel struct {
	passive    bool
	orig, resp packet.Addr
	port       uint16
}

// transfer is what a data connection tells its control connection.
type transfer struct{ fuid, mime string }

func (s *session) reset(a *Analyzer) {
	*s = session{
		a: a, user: append(s.user[:0], "<unknown>"...), password: s.password[:0], cwd: append(s.cwd[:0], '.'),
		pending: s.pending[:0], msg: s.msg[:0], code: -1, size: -1,
	}
}

// start makes the greeting the reply to a command, as the server speaks
// first.
func (s *session) start() {
	if !s.started {
		s.started = true
		s.add("<init>", nil)
	}
}

func (s *session) add(name string, arg []byte) {
	s.seq++
	s.pending = append(s.pending, command{seq: s.seq, ts: s.a.Conn.Now, name: name, arg: slices.Clone(arg[:min(len(arg), maxArg)])})
}

func (s *session) remove(seq uint64) bool {
	for i := range s.pending {
		if s.pending[i].seq == seq {
			s.pending = append(s.pending[:i], s.pending[i+1:]...)
			return true
		}
	}
	return false
}

func (s *session) request(name, arg []byte) {
	// A command is logged when the next one comes: until then more replies
	// may follow.
	if s.hasCur && s.code >= 0 && s.remove(s.cur.seq) {
		s.message(false)
	}
	s.start()
	if len(arg) > maxArg {
		s.a.Weird("FTP_arg_too_long", strconv.Itoa(len(arg)))
	}
	if len(s.pending) < maxCommands {
		s.add(commandName(name), arg)
	} else {
		s.a.Weird("FTP_too_many_pending_commands", strconv.Itoa(maxCommands))
	}
	switch string(name) {
	case "USER":
		if len(arg) > maxNameLen {
			s.a.Weird("FTP_user_too_long", strconv.Itoa(len(arg)))
		}
		s.user = append(s.user[:0], arg[:min(len(arg), maxNameLen)]...)
	case "PASS":
		if len(arg) > maxNameLen {
			s.a.Weird("FTP_password_too_long", strconv.Itoa(len(arg)))
		}
		s.password, s.hasPass = append(s.password[:0], arg[:min(len(arg), maxNameLen)]...), true
	case "PORT":
		if addr, port, ok := parsePort(arg); ok {
			s.expect(channel{false, s.a.Conn.Resp, addr, port})
		}
	case "EPRT":
		if addr, port, ok := parseExtended(arg); ok {
			s.expect(channel{false, s.a.Conn.Resp, addr, port})
		}
	}
}

// dataTimeout is how long a data connection is waited for, ns.
const dataTimeout = 5 * 60 * 1e9

func (s *session) expect(c channel) {
	s.channel, s.hasData = c, true
	if s.transfer == nil {
		s.transfer = new(transfer)
	}
	s.a.Expect(analyzer.Expectation{
		Orig: c.orig, Resp: c.resp, RespPort: c.port, Proto: 6, Analyzer: "ftp-data", Timeout: dataTimeout, Value: s.transfer,
	})
}

func (s *session) reply(code int, msg []byte, more bool) {
	s.start()
	if more && code == 0 && s.code >= 0 && !looksFinal(msg) {
		return
	}
	if len(s.pending) == 0 {
		return
	}
	cur := s.best(code, msg)
	s.cur, s.hasCur = *cur, true
	if len(msg) > maxArg {
		s.a.Weird("FTP_reply_msg_too_long", strconv.Itoa(len(msg)))
		msg = msg[:maxArg]
	}
	s.code, s.msg = code, append(s.msg[:0], msg...)
	if more {
		return
	}
	switch {
	case code == 150 && cur.name == "RETR", code == 213 && cur.name == "SIZE":
		s.size = lastNumber(msg)
	case code == 227 && (cur.name == "PASV" || cur.name == "EPSV"):
		if addr, port, ok := parsePasv(msg); ok {
			s.expect(channel{true, s.a.Conn.Orig, addr, port})
		}
	case code == 229 && (cur.name == "PASV" || cur.name == "EPSV"):
		if i := bytes.IndexByte(msg, '('); i >= 0 {
			if addr, port, ok := parseExtended(msg[i+1:]); ok {
				if addr == (packet.Addr{}) {
					addr = s.a.Conn.Resp
				}
				s.expect(channel{true, s.a.Conn.Orig, addr, port})
			}
		}
	}
	s.changeDir(cur, code, msg)
	// With more commands queued their replies may come in any order.
	if len(s.pending) > 1 {
		s.remove(s.cur.seq)
		s.message(false)
	}
}

// looksFinal reports whether a line of a multi-line reply is a reply of its
// own: servers start with "230-" and end with "226 ".
func looksFinal(msg []byte) bool {
	if len(msg) < 14 || msg[0] < '1' || msg[0] > '9' || !isDigit(msg[1]) || !isDigit(msg[2]) || msg[3] != ' ' {
		return false
	}
	for _, c := range msg[4:14] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// best returns the pending command that a reply is most likely for.
func (s *session) best(code int, msg []byte) *command {
	best, bestScore := &s.pending[0], -1
	for i := range s.pending {
		c := &s.pending[i]
		score := 0
		if code == 500 || fits(c.name, code) {
			score += 100
		}
		if bytes.Contains(msg, []byte(c.name)) {
			score += 20
		}
		if bytes.Contains(msg, c.arg) {
			score += 10
		}
		if score > bestScore {
			best, bestScore = c, score
		}
	}
	return best
}

func (s *session) changeDir(c *command, code int, msg []byte) {
	if c.cwdTaken {
		return
	}
	switch {
	case c.name == "CWD" && code == 250:
		s.cwd = compressPath(joinPath(s.cwd, c.arg))
	case c.name == "CDUP" && (code == 200 || code == 250):
		s.cwd = compressPath(append(slices.Clip(s.cwd), "/.."...))
	case (c.name == "PWD" || c.name == "XPWD") && code == 257:
		s.cwd = append(s.cwd[:0], extractPath(msg)...)
	default:
		return
	}
	s.cwd = s.cwd[:min(len(s.cwd), maxArg)]
	c.cwdTaken = true
}

// hidden is written in place of passwords.
const hidden = "<hidden>"

func (s *session) isGuest() bool {
	for _, g := range [...]string{"anonymous", "ftp", "ftpuser", "guest"} {
		if bytes.EqualFold(s.user, []byte(g)) {
			return true
		}
	}
	return false
}

// message writes the current command if it is one of those that are logged,
// or if last and nothing was.  What belongs to one transfer is forgotten.
func (s *session) message(last bool) {
	c := &s.cur
	if isLogged(c.name) || last && !s.written {
		s.write(c)
		s.written = true
	}
	s.size, s.hasData = -1, false
	if s.transfer != nil {
		*s.transfer = transfer{}
	}
}

func (s *session) write(c *command) {
	a := s.a
	r := a.Conn.Row(Log, c.ts)
	colUser.Set(r, s.user)
	if s.hasPass {
		if s.isGuest() {
			colPassword.Set(r, s.password)
		} else {
			colPassword.SetString(r, hidden)
		}
	}
	colCommand.SetString(r, c.name)
	arg := c.arg
	switch {
	case isFileCommand(c.name):
		arg = s.url(arg)
	case c.name == "PASS" && !s.isGuest():
		arg = []byte(hidden)
	}
	colArg.SetNonEmpty(r, arg)
	if s.transfer != nil && s.transfer.mime != "" {
		colMime.SetString(r, s.transfer.mime)
	}
	if s.size >= 0 {
		colSize.Set(r, uint64(s.size))
	}
	if s.code >= 0 {
		colCode.Set(r, uint64(s.code))
		colMsg.Set(r, s.msg)
	}
	if s.hasData {
		colPassive.Set(r, s.channel.passive)
		colDataOrigH.Set(r, s.channel.orig)
		colDataRespH.Set(r, s.channel.resp)
		colDataRespP.Set(r, s.channel.port)
	}
	if s.transfer != nil && s.transfer.fuid != "" {
		colFUID.SetString(r, s.transfer.fuid)
	}
	colCwd.Set(r, s.cwd)
}

// url returns the URL of a path in the working directory.
func (s *session) url(arg []byte) []byte {
	u := append(s.a.scratch[:0], "ftp://"...)
	if resp := s.a.Conn.Resp; resp.Is4() {
		u = resp.AppendTo(u)
	} else {
		u = append(resp.AppendTo(append(u, '[')), ']')
	}
	path := compressPath(joinPath(s.cwd, arg))
	if len(path) == 0 || path[0] != '/' {
		u = append(u, '/')
	}
	u = append(u, path...)
	s.a.scratch = u[:0]
	return u
}

// finish writes the commands that are left when the connection ends.
func (s *session) finish() {
	for i := range s.pending {
		s.cur, s.hasCur = s.pending[i], true
		s.message(i == len(s.pending)-1)
	}
	s.pending = s.pending[:0]
}
