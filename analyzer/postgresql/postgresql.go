// Package postgresql analyses PostgreSQL's protocol 3.0 (PostgreSQL's manual,
// "Frontend/Backend Protocol"): log-ins, queries and their outcome in
// postgresql.log, and TLS.  It follows Zeek's analyzer PostgreSQL and scripts
// base/protocols/postgresql, and adds the texts of the extended query
// protocol, which most drivers use.
package postgresql

import (
	"bytes"
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Spicy: true,
		Name:  "postgresql", Title: "PostgreSQL",
		Doc:      "Log-ins and queries of PostgreSQL databases.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{5432},
		Probe:    probe, FirstBytes: "\x00SNREv", TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// probe is Zeek's signatures: the client asks for TLS and the server says yes
// or no, or the client logs in and the server answers with a message.
func probe(s *analyzer.Start) analyzer.Verdict {
	const ask = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	n := min(len(s.Orig), len(ask))
	tls := string(s.Orig[:n]) == ask[:n]
	switch {
	case tls && n < len(ask):
		return analyzer.NeedMore
	case tls && len(s.Resp) == 0:
		return analyzer.NeedMore
	case tls && (s.Resp[0] == 'S' || s.Resp[0] == 'N'):
		return analyzer.Yes
	case tls:
		return analyzer.No
	}
	if len(s.Orig) < 8 {
		return analyzer.NeedMore
	}
	if s.Orig[0] != 0 || string(s.Orig[4:7]) != "\x00\x03\x00" {
		return analyzer.No
	}
	size := binary.BigEndian.Uint32(s.Orig)
	if i := bytes.Index(s.Orig[7:], []byte("user\x00")); i < 0 || i > 256 {
		if len(s.Orig) < 300 && uint32(len(s.Orig)) < size {
			return analyzer.NeedMore
		}
		return analyzer.No
	}
	if len(s.Resp) < 3 {
		return analyzer.NeedMore
	}
	if c := s.Resp[0] | 0x20; c < 'a' || c > 'z' || s.Resp[1] != 0 || s.Resp[2] != 0 {
		return analyzer.No
	}
	return analyzer.Yes
}

// Limits: of messages that are read whole, and of a query's text, beyond
// which it is cut.
const (
	maxMessage = 1 << 16
	maxQuery   = 1 << 15
)

// state says how the next bytes are read.
type state uint8

const (
	start   state = iota // the client's first message is awaited
	wantTLS              // the server's answer to it, a byte, is awaited
	wantGSS
	plain
	encrypted
)

const (
	hasUser = 1 << iota
	hasDatabase
	hasApp
)

// session is a connection to a database.
type session struct {
	analyzer.Base
	state               state
	tls                 *analyzer.Feeder
	has                 uint8 // of the following
	user, database, app []byte
	row                 row
}

var _ analyzer.Stream = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	old := *s
	*s = session{Base: old.Base, user: old.user[:0], database: old.database[:0], app: old.app[:0]}
	s.row = row{arg: old.row.arg[:0], backend: old.row.backend[:0], backendArg: old.row.backendArg[:0]}
}

// Close implements analyzer.Analyzer.
func (s *session) Close() { s.end() }

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		rest := b[consumed:]
		if s.tls != nil {
			s.tls.Data(dir, rest)
			return len(b), 0
		}
		var n, skip int
		switch {
		case s.state == encrypted:
			return len(b), 0
		case s.state == plain:
			n, skip, need = s.message(dir, rest)
		case s.state != start && dir == analyzer.Resp:
			if n = 1; !s.answer(rest[0]) {
				n = -1
			}
		case dir == analyzer.Orig && s.state == start:
			n, need = s.untyped(rest)
		default:
			// Out of turn: it waits for what the other side is to say first.
			if len(rest) > maxMessage {
				n = -1
			} else {
				return consumed, len(rest) + 1
			}
		}
		switch {
		case n < 0:
			s.Violate("not a PostgreSQL message")
			return len(b), 0
		case need > 0:
			return consumed, need
		}
		consumed += n
		if skip > 0 {
			s.Skip(dir, uint64(skip))
			return consumed, 0
		}
	}
	return consumed, 0
}

// untyped handles a message without type at the start of b.  It returns how
// many bytes it took, -1 where there is no message, or how many it needs.
func (s *session) untyped(b []byte) (n, need int) {
	if len(b) < 8 {
		return 0, 8
	}
	size := binary.BigEndian.Uint32(b)
	if size < 8 || size > maxMessage {
		return -1, 0
	}
	if len(b) < int(size) {
		return 0, int(size)
	}
	if !s.first(b[:size]) {
		return -1, 0
	}
	return int(size), 0
}

// answer handles the server's answer to the wish for encryption.
func (s *session) answer(c byte) bool {
	switch {
	case c == 'N', c == 'S' && s.state == wantTLS:
	case c == 'G' && s.state == wantGSS:
		s.state = encrypted
		s.Confirm()
		return true
	default:
		return false
	}
	s.Confirm()
	if s.state == wantTLS {
		r := s.begin()
		r.backend, r.hasBackend = append(r.backend[:0], "ssl_reply"...), true
		r.backendArg, r.hasArg = append(r.backendArg[:0], c), true
		r.hasSuccess, r.success = true, c == 'S'
		s.end()
	}
	s.state = start
	if c == 'S' {
		s.state = encrypted
		s.tls = s.Child("ssl")
	}
	return true
}

// message handles the message at the start of b.  It returns how many bytes
// it took, -1 where there is no message; how many more to pass over; and how
// many it needs in all if there are not enough.
func (s *session) message(dir analyzer.Dir, b []byte) (n, skip, need int) {
	if len(b) < 5 {
		return 0, 0, 5
	}
	typ, size := b[0], int(binary.BigEndian.Uint32(b[1:]))-4
	if size < 0 {
		return -1, 0, 0
	}
	if dir == analyzer.Orig {
		if typ != msgQuery && typ != msgParse && typ != msgTerminate {
			return 5, size, 0
		}
		k := min(size, maxQuery)
		if len(b) < 5+k {
			return 0, 0, 5 + k
		}
		if !s.client(typ, b[5:5+k]) {
			return -1, 0, 0
		}
		return 5 + k, size - k, 0
	}
	switch typ {
	case msgRow:
		s.dataRow()
		return 5, size, 0
	case msgAuth, msgError, msgNotice, msgReady:
	default:
		return 5, size, 0
	}
	if size > maxMessage {
		return -1, 0, 0
	}
	if len(b) < 5+size {
		return 0, 0, 5 + size
	}
	if !s.server(typ, b[5:5+size]) {
		return -1, 0, 0
	}
	return 5 + size, 0, 0
}

// Gap implements analyzer.Stream: where the next message begins is not known.
func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	if s.tls != nil {
		s.tls.Gap(dir, n)
		return true
	}
	return false
}

// EOF implements analyzer.Stream.
func (s *session) EOF(dir analyzer.Dir) { s.tls.EOF(dir) }
