// Package socks analyses SOCKS 4, 4a and 5 (RFC 1928, RFC 1929) up to the
// proxy's answer; what is carried after it is analysed as a connection of its
// own would be.  It follows Zeek's base/protocols/socks.
package socks

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
)

// Log is socks.log.
var Log = event.NewLog("socks", "SocksConnectionInspected", "Requests to SOCKS proxies.")

// The fields of socks.log.
var (
	colVersion   = Log.CountField("version", "Version of the protocol, 4 or 5.")
	colUser      = Log.StringField("user", "User name, if one was given.")
	colStatus    = Log.StringField("status", "The proxy's answer.")
	colReqHost   = Log.AddrField("request.host", "Address that the client wants to reach.")
	colReqName   = Log.StringField("request.name", "Name that the client wants to reach.")
	colReqPort   = Log.PortField("request_p", "Port that the client wants to reach.")
	colBoundHost = Log.AddrField("bound.host", "Address that the proxy uses.")
	colBoundName = Log.StringField("bound.name", "Name that the proxy uses.")
	colBoundPort = Log.PortField("bound_p", "Port that the proxy uses.")
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "socks", Title: "SOCKS",
		Doc:      "Requests to SOCKS proxies and what they carry.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{1080},
		Probe:    probe, FirstBytes: "\x00\x04\x05", TCP: true,
		New:    func() analyzer.Analyzer { return &session{} },
		Shared: func() any { return make(proxies) },
	}
}

// probe recognises both sides' first messages.
func probe(s *analyzer.Start) analyzer.Verdict {
	o, r := s.Orig, s.Resp
	if len(o) < 3 || len(r) < 2 {
		if len(o) > 0 && o[0] != 4 && o[0] != 5 || len(r) > 0 && r[0] != 0 && r[0] != 5 {
			return analyzer.No
		}
		return analyzer.NeedMore
	}
	v5 := o[0] == 5 && o[1] > 0 && o[1] < 10 && o[2] <= 3 && r[0] == 5 && r[1] <= 2
	v4 := o[0] == 4 && (o[1] == 1 || o[1] == 2) && r[0] == 0 && r[1] >= 0x5a && r[1] <= 0x5d
	if v5 || v4 {
		return analyzer.Yes
	}
	return analyzer.No
}

// maxText bounds user names and names of SOCKS 4.
const maxText = 512

type phase uint8

const (
	phaseStart   phase = iota
	phaseAuth          // after the greeting of version 5
	phaseRequest       // waiting for the request, or for the answer to it
	phaseDone          // request or answer seen
)

// endpoint is what a request or an answer names.
type endpoint struct {
	isName bool
	both   bool // the address is set too: version 4a
	addr   packet.Addr
	name   []byte
	port   uint16
}

type session struct {
	analyzer.Base
	phase   [2]phase
	version byte
	method  byte // of authentication, that the proxy chose
	started bool
	logged  bool
	ts      int64
	user    []byte
	status  byte
	request endpoint
	bound   endpoint
	inner   *analyzer.Feeder
}

func (s *session) Reset() {
	old := *s
	*s = session{
		Base: old.Base, user: old.user[:0],
		request: endpoint{name: old.request.name[:0]}, bound: endpoint{name: old.bound.name[:0]},
	}
}

func (s *session) start() {
	if !s.started {
		s.started, s.ts = true, s.Conn.Now
	}
}

func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		if s.inner != nil {
			s.inner.Data(dir, b[consumed:])
			return len(b), 0
		}
		if dir == analyzer.Orig && s.phase[dir] == phaseDone {
			return consumed, 0 // data before the proxy answered waits
		}
		rest := b[consumed:]
		var n int
		var ok bool
		if dir == analyzer.Orig {
			n, ok = s.client(rest)
		} else {
			n, ok = s.server(rest)
		}
		switch {
		case !ok:
			s.Violate("malformed message")
			return len(b), 0
		case n == 0:
			return consumed, len(rest) + 1
		}
		consumed += n
	}
	return consumed, 0
}

// client reads a message of the client: its length, 0 if it is not whole.
func (s *session) client(b []byte) (n int, ok bool) {
	switch s.phase[analyzer.Orig] {
	case phaseStart:
		s.version = b[0]
		switch b[0] {
		case 4:
			return s.request4(b)
		case 5:
			if len(b) < 2 || len(b) < 2+int(b[1]) {
				return 0, true
			}
			s.phase[analyzer.Orig] = phaseAuth
			return 2 + int(b[1]), true
		}
		return 0, false
	case phaseAuth:
		if n, ok = s.authenticate(b); n > 0 || !ok || s.phase[analyzer.Orig] == phaseAuth {
			return n, ok
		}
	}
	if len(b) > 1 && (b[1] < 1 || b[1] > 3) {
		return 0, false
	}
	n, ok = s.request.read5(b)
	if n > 0 {
		s.start()
		s.phase[analyzer.Orig] = phaseDone
		s.tunnel()
	}
	return n, ok
}

// Methods of authentication.
const (
	methodNone     = 0x00
	methodPassword = 0x02
	methodRefused  = 0xff
)

// authenticate reads what the client sends after its greeting.  It reads
// nothing and goes on to the request where that comes next.
func (s *session) authenticate(b []byte) (n int, ok bool) {
	switch {
	case b[0] == 1 && (s.phase[analyzer.Resp] == phaseStart || s.method == methodPassword):
		return s.login(b)
	case s.phase[analyzer.Resp] == phaseAuth && s.method != methodNone && s.method != methodRefused:
		// How long it is nobody knows: as in Zeek all up to the proxy's
		// answer is passed over.
		if s.method == methodPassword {
			s.WeirdFrom("", "socks5_unsupported_authentication", "method 2, version "+strconv.Itoa(int(b[0])))
		} else {
			s.WeirdFrom("", "socks5_unsupported_authentication_method", strconv.Itoa(int(s.method)))
		}
		return len(b), true
	}
	s.phase[analyzer.Orig] = phaseRequest
	return 0, true
}

// login reads a user name and a password (RFC 1929), which is not kept.
func (s *session) login(b []byte) (n int, ok bool) {
	if len(b) < 2 || len(b) < 3+int(b[1]) {
		return 0, true
	}
	u := int(b[1])
	n = 3 + u + int(b[2+u])
	if len(b) < n {
		return 0, true
	}
	s.start()
	s.user = append(s.user[:0], b[2:2+u]...)
	s.phase[analyzer.Orig] = phaseRequest
	return n, true
}

// request4 reads the request of version 4.
func (s *session) request4(b []byte) (n int, ok bool) {
	if len(b) > 1 && b[1] != 1 && b[1] != 2 || len(b) > 8+2*maxText {
		return 0, false
	}
	if len(b) < 9 {
		return 0, true
	}
	end := bytes.IndexByte(b[8:], 0)
	if end < 0 {
		return 0, true
	}
	user := b[8 : 8+end]
	n = 8 + end + 1
	q := &s.request
	q.port, q.addr = binary.BigEndian.Uint16(b[2:]), packet.AddrFrom4(b[4:8])
	if b[4] == 0 && b[5] == 0 && b[6] == 0 && b[7] != 0 { // 4a: a name follows
		end := bytes.IndexByte(b[n:], 0)
		if end < 0 {
			return 0, true
		}
		q.isName, q.both, q.name = true, true, append(q.name[:0], b[n:n+end]...)
		n += end + 1
	}
	s.start()
	s.user = append(s.user[:0], user...)
	s.phase[analyzer.Orig] = phaseDone
	s.tunnel()
	return n, true
}

// server reads a message of the proxy.
func (s *session) server(b []byte) (n int, ok bool) {
	switch {
	case s.version == 4:
		if b[0] != 0 {
			return 0, false
		}
		if len(b) < 8 {
			return 0, true
		}
		s.bound.port, s.bound.addr = binary.BigEndian.Uint16(b[2:]), packet.AddrFrom4(b[4:8])
		s.answer(b[1], b[1] == 0x5a)
		return 8, true
	case s.phase[analyzer.Orig] == phaseStart:
		return 0, false // the proxy never speaks first
	case s.phase[analyzer.Resp] == phaseStart:
		if len(b) < 2 {
			return 0, b[0] == 5
		}
		s.phase[analyzer.Resp], s.method = phaseAuth, b[1]
		return 2, b[0] == 5
	case b[0] == 1 && s.method == methodPassword: // the answer to a login
		if len(b) < 2 {
			return 0, true
		}
		return 2, true
	case s.phase[analyzer.Orig] == phaseAuth && s.method != methodNone && s.method != methodRefused:
		s.phase[analyzer.Orig] = phaseRequest
		return len(b), true
	}
	n, ok = s.bound.read5(b)
	if n > 0 {
		s.answer(b[1], b[1] == 0)
	}
	return n, ok
}

// answer ends the dialogue with the proxy.
func (s *session) answer(status byte, success bool) {
	s.start()
	s.Confirm()
	s.status = status
	s.finish()
	if success {
		s.inner = s.Detect()
	} else {
		s.Done(analyzer.Orig)
		s.Done(analyzer.Resp)
	}
}

// read5 reads a request or an answer of version 5.
func (e *endpoint) read5(b []byte) (n int, ok bool) {
	if b[0] != 5 {
		return 0, false
	}
	if len(b) < 5 {
		return 0, true
	}
	var size int
	switch b[3] {
	case 1:
		size = 4
	case 3:
		size = 1 + int(b[4])
	case 4:
		size = 16
	default:
		return 0, false
	}
	n = 4 + size + 2
	if len(b) < n {
		return 0, true
	}
	switch b[3] {
	case 1:
		e.addr = packet.AddrFrom4(b[4:8])
	case 3:
		e.isName, e.name = true, append(e.name[:0], b[5:4+size]...)
	case 4:
		e.addr = packet.AddrFrom16(b[4:20])
	}
	e.port = binary.BigEndian.Uint16(b[4+size:])
	return n, true
}

func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	if s.inner == nil {
		return false
	}
	s.inner.Gap(dir, n)
	return true
}

func (s *session) EOF(dir analyzer.Dir) { s.inner.EOF(dir) }

func (s *session) Close() {}

var status5 = [...]string{
	"succeeded", "general SOCKS server failure", "connection not allowed by ruleset",
	"Network unreachable", "Host unreachable", "Connection refused", "TTL expired",
	"Command not supported", "Address type not supported",
}

var status4 = [...]string{
	"succeeded", "general SOCKS server failure",
	"request failed because client is not running identd",
	"request failed because client's identd could not confirm the user ID string in the request",
}

func (s *session) statusName() string {
	i, names := int(s.status), status5[:]
	if s.version == 4 {
		i, names = i-0x5a, status4[:]
	}
	if i >= 0 && i < len(names) {
		return names[i]
	}
	return "unknown-" + strconv.Itoa(int(s.status))
}

// finish writes the record.
func (s *session) finish() {
	if s.logged {
		return
	}
	s.logged = true
	r := s.Conn.Row(Log, s.ts)
	colVersion.Set(r, uint64(s.version))
	colUser.SetNonEmpty(r, s.user)
	colStatus.SetString(r, s.statusName())
	s.request.set(r, colReqHost, colReqName, colReqPort)
	s.bound.set(r, colBoundHost, colBoundName, colBoundPort)
}

func (e *endpoint) set(r *event.Row, host event.AddrCol, name event.StringCol, port event.PortCol) {
	if e.both || !e.isName {
		host.Set(r, e.addr)
	}
	if e.isName {
		name.Set(r, e.name)
	}
	port.Set(r, e.port)
}
