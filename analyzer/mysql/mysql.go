// Package mysql analyses the client/server protocol of MySQL and MariaDB:
// log-ins and commands with their outcome.  Where the client asks for TLS the
// rest goes to the TLS analyzer.  It follows Zeek's base/protocols/mysql;
// formats are those of MySQL's internals manual
// (https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html).
package mysql

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Log is mysql.log.
var Log = event.NewLog("mysql", "MysqlConnectionInspected", "Log-ins and commands of MySQL and MariaDB.")

// The fields of mysql.log.
var (
	colCmd      = Log.StringField("cmd", "Command, or login.")
	colArg      = Log.StringField("arg", "Argument: the query, or the user who logs in.")
	colSuccess  = Log.BoolField("success", "Whether the server says that it succeeded.")
	colRows     = Log.CountField("rows", "Number of affected rows.")
	colResponse = Log.StringField("response", "The server's message, if any.")
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "mysql", Title: "MySQL",
		Doc:      "Log-ins and commands of MySQL and MariaDB.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{1434, 3306},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

// Capabilities that client and server agree upon.
const (
	capCompress     = 1 << 5
	capProtocol41   = 1 << 9
	capSSL          = 1 << 11
	capDeprecateEOF = 1 << 24
	capQueryAttrs   = 1 << 27
)

// How much of a packet is looked at.
const (
	maxArg      = 1 << 16
	maxResponse = 1 << 10
)

// phase is where the dialogue is.
type phase uint8

const (
	phaseGreeting phase = iota // before the server's greeting
	phaseLogin                 // before the client's answer
	phaseAuth                  // until the server accepts or refuses
	phaseCommand
)

// expectation is what the server is expected to send.
type expectation uint8

const (
	expectNothing expectation = iota // whatever comes is of no interest
	expectStatus                     // OK, an error, or the start of a result
	expectColumns                    // definitions of columns
	expectRows                       // rows until the end
)

type session struct {
	analyzer.Base
	phase    phase
	expect   expectation
	caps     uint32 // of the server, then of both
	columns  uint64 // definitions still to come
	tls      *analyzer.Feeder
	pending  bool // a record is being put together
	ts       int64
	cmd      string
	arg      []byte
	answered bool
	success  bool
	hasRows  bool
	rows     uint64
	response []byte
}

func (s *session) Reset() {
	old := *s
	*s = session{Base: old.Base, arg: old.arg[:0], response: old.response[:0]}
}

func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		if s.tls != nil {
			s.tls.Data(dir, b[consumed:])
			return len(b), 0
		}
		rest := b[consumed:]
		if len(rest) < 4 {
			return consumed, 4
		}
		size := int(rest[0]) | int(rest[1])<<8 | int(rest[2])<<16
		look := min(size, maxArg)
		if dir == analyzer.Resp {
			look = min(size, maxResponse)
		}
		if len(rest) < 4+look {
			return consumed, 4 + look
		}
		body := rest[4 : 4+look]
		ok := true
		if dir == analyzer.Orig {
			ok = s.client(rest[3], body)
		} else {
			ok = s.server(body, size)
		}
		if !ok {
			s.Violate("malformed packet")
			return len(b), 0
		}
		consumed += 4 + look
		if size > look {
			s.Skip(dir, uint64(size-look))
			return consumed, 0
		}
	}
	return consumed, 0
}

func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	if s.tls == nil {
		return false
	}
	s.tls.Gap(dir, n)
	return true
}

func (s *session) EOF(dir analyzer.Dir) { s.tls.EOF(dir) }

func (s *session) Close() { s.finish() }

// begin starts a record.
func (s *session) begin(cmd string, arg []byte) {
	s.finish()
	s.pending, s.ts, s.cmd = true, s.Conn.Now, cmd
	s.arg = append(s.arg[:0], arg...)
	s.answered, s.hasRows, s.response = false, false, s.response[:0]
}

// answer completes the record.
func (s *session) answer(success bool, rows uint64) {
	s.expect = expectNothing
	s.answered, s.success = true, success
	s.hasRows, s.rows = success, rows
	s.finish()
}

// finish writes the record, if there is one.
func (s *session) finish() {
	if !s.pending {
		return
	}
	s.pending = false
	r := s.Conn.Row(Log, s.ts)
	colCmd.SetString(r, s.cmd)
	colArg.Set(r, s.arg)
	if s.answered {
		colSuccess.Set(r, s.success)
	}
	if s.hasRows {
		colRows.Set(r, s.rows)
	}
	colResponse.SetNonEmpty(r, s.response)
}

// client handles a packet of the client.
func (s *session) client(seq byte, b []byte) bool {
	switch s.phase {
	case phaseGreeting:
		return false // the server speaks first
	case phaseLogin:
		return s.login(b)
	case phaseAuth:
		return true // more of an authentication
	}
	if seq != 0 || len(b) == 0 {
		return true // the contents of a file
	}
	s.command(b[0], b[1:])
	return true
}

// login handles the client's answer to the greeting.
func (s *session) login(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	caps := uint32(binary.LittleEndian.Uint16(b))
	at := 5
	if caps&capProtocol41 != 0 {
		caps, at = binary.LittleEndian.Uint32(b), 32
	}
	s.caps &= caps
	if len(b) < at {
		return false
	}
	if caps&capSSL != 0 && len(b) <= 32 {
		if s.tls = s.Child("ssl"); s.tls == nil {
			s.Done(analyzer.Orig)
			s.Done(analyzer.Resp)
		}
		return true
	}
	user, _, ok := bytes.Cut(b[at:], []byte{0})
	if !ok {
		return false
	}
	s.begin("login", user)
	s.phase = phaseAuth
	return true
}

var commands = [...]string{
	"sleep", "quit", "init_db", "query", "field_list", "create_db", "drop_db", "refresh", "shutdown",
	"statistics", "process_info", "connect", "process_kill", "debug", "ping", "time", "delayed_insert",
	"change_user", "binlog_dump", "table_dump", "connect_out", "register_slave", "prepare", "execute",
	"long_data", "close_stmt", "reset_stmt", "set_option", "fetch_stmt", "daemon", "binlog_dump_gtid",
	"reset_connection",
}

// Commands that need more than the rule.
const (
	comQuit        = 1
	comQuery       = 3
	comFieldList   = 4
	comStatistics  = 9
	comChangeUser  = 17
	comBinlogDump  = 18
	comTableDump   = 19
	comPrepare     = 22
	comLongData    = 24
	comCloseStmt   = 25
	comBinlogDump2 = 30
)

// command handles a command.
func (s *session) command(com byte, arg []byte) {
	name := "unknown-" + strconv.Itoa(int(com))
	if int(com) < len(commands) {
		name = commands[com]
	}
	switch {
	case com == comChangeUser:
		arg, _, _ = bytes.Cut(arg, []byte{0})
	case com == comQuery && s.caps&capQueryAttrs != 0:
		arg = skipAttributes(arg)
	}
	s.begin(name, bytes.TrimSuffix(arg, []byte{0}))
	switch com {
	case comQuit:
		s.expect = expectNothing
		s.finish()
	case comStatistics, comBinlogDump, comTableDump, comBinlogDump2, comLongData, comCloseStmt:
		s.expect = expectNothing
	case comChangeUser:
		s.phase = phaseAuth
	case comFieldList:
		s.expect = expectRows
	default:
		s.expect = expectStatus
	}
}

// skipAttributes passes over the attributes in front of a query: how many,
// how many sets, and, if there are any, which are null, types and names, and
// values.
func skipAttributes(b []byte) []byte {
	r := reader{b: b}
	n := r.lenenc()
	r.lenenc()
	if n == 0 || n > uint64(len(b)) {
		return r.orElse(b)
	}
	null := r.bytes((n + 7) / 8)
	r.bytes(1) // types follow
	types := make([]byte, 0, n)
	for range n {
		t := r.bytes(2)
		r.bytes(r.lenenc())
		if r.bad {
			return b
		}
		types = append(types, t[0])
	}
	for i, t := range types {
		if null[i/8]>>(i%8)&1 != 0 {
			continue
		}
		switch t {
		case 1: // TINY
			r.bytes(1)
		case 2, 13: // SHORT, YEAR
			r.bytes(2)
		case 3, 4, 9: // LONG, FLOAT, INT24
			r.bytes(4)
		case 5, 8: // DOUBLE, LONGLONG
			r.bytes(8)
		case 6: // NULL
		default: // strings and, as their lengths are short, dates and times
			r.bytes(r.lenenc())
		}
	}
	return r.orElse(b)
}

// reader takes fields off a slice; its first failure sticks.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) lenenc() uint64 {
	v, ok := lenenc(r.b)
	if !ok {
		r.bad, r.b = true, nil
		return 0
	}
	size := 1
	switch r.b[0] {
	case 0xfc:
		size = 3
	case 0xfd:
		size = 4
	case 0xfe:
		size = 9
	}
	r.b = r.b[size:]
	return v
}

// orElse returns what is left, or b after a failure.
func (r *reader) orElse(b []byte) []byte {
	if r.bad {
		return b
	}
	return r.b
}

// Starts of the server's packets.
const (
	startOK    = 0x00
	startEOF   = 0xfe
	startError = 0xff
)

// server handles the start of a packet of the server, size bytes long.
func (s *session) server(b []byte, size int) bool {
	if len(b) == 0 {
		return s.phase != phaseGreeting
	}
	switch s.phase {
	case phaseGreeting:
		return s.greeting(b)
	case phaseLogin:
		return true
	case phaseAuth:
		// Other packets switch the method or go on with it.
		switch b[0] {
		case startOK:
			s.phase = phaseCommand
			s.ok(b)
			if s.caps&capCompress != 0 {
				s.Done(analyzer.Orig)
				s.Done(analyzer.Resp)
			}
		case startError:
			s.phase = phaseCommand
			s.fail(b)
		}
		return true
	}
	if s.expect == expectNothing {
		return true
	}
	end := b[0] == startEOF && (size < 9 || s.caps&capDeprecateEOF != 0)
	switch {
	case b[0] == startError:
		s.fail(b)
	case s.expect == expectStatus:
		switch {
		case b[0] == startOK && s.cmd == commands[comPrepare]:
			s.answer(true, 0)
		case b[0] == startOK:
			s.ok(b)
		case end:
			s.answer(true, 0)
		default:
			if s.columns, _ = lenenc(b); s.columns > 0 && b[0] != 0xfb {
				s.expect = expectColumns
			}
		}
	case s.expect == expectColumns:
		if s.columns > 0 {
			s.columns--
		}
		if s.columns == 0 && (s.caps&capDeprecateEOF != 0 || end) || end {
			s.expect = expectRows
		}
	case end:
		s.answer(true, 0)
	}
	return true
}

// greeting handles the server's first packet.
func (s *session) greeting(b []byte) bool {
	if b[0] == startError {
		s.Done(analyzer.Orig)
		s.Done(analyzer.Resp)
		return true
	}
	if b[0] != 9 && b[0] != 10 {
		return false
	}
	_, rest, ok := bytes.Cut(b[1:], []byte{0})
	if !ok {
		return false
	}
	s.caps = 0
	if b[0] == 10 {
		if len(rest) < 15 { // thread, half of a challenge, filler, capabilities
			return false
		}
		s.caps = uint32(binary.LittleEndian.Uint16(rest[13:]))
		if len(rest) >= 20 {
			s.caps |= uint32(binary.LittleEndian.Uint16(rest[18:])) << 16
		}
	}
	s.Confirm()
	s.phase = phaseLogin
	return true
}

// ok handles an OK packet.
func (s *session) ok(b []byte) {
	rows, _ := lenenc(b[1:])
	s.answer(true, rows)
}

// fail handles an error packet.
func (s *session) fail(b []byte) {
	msg := b[min(len(b), 3):] // 0xff, code
	if len(msg) >= 6 && msg[0] == '#' {
		msg = msg[6:] // SQL state
	}
	s.response = append(s.response[:0], msg...)
	s.answer(false, 0)
}

// lenenc reads a length-encoded integer.
func lenenc(b []byte) (v uint64, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	n := 0
	switch b[0] {
	case 0xfc:
		n = 2
	case 0xfd:
		n = 3
	case 0xfe:
		n = 8
	case 0xfb, 0xff:
		return 0, false
	default:
		return uint64(b[0]), true
	}
	if len(b) < 1+n {
		return 0, false
	}
	for i := n; i > 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v, true
}
