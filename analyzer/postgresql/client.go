package postgresql

import (
	"bytes"
	"encoding/binary"
)

// Messages of the client that are looked into.
const (
	msgTerminate = 'X'
	msgQuery     = 'Q'
	msgParse     = 'P'
)

// What a client's first message, which has no type, asks for.
const (
	askCancel = 80877102
	askTLS    = 80877103
	askGSS    = 80877104
)

// first handles a message of the client that has no type: it asks for
// encryption, or logs in.  b is the whole message.
func (s *session) first(b []byte) bool {
	switch binary.BigEndian.Uint32(b[4:]) {
	case askTLS:
		s.begin().frontend = "ssl_request"
		s.state = wantTLS
		return len(b) == 8
	case askGSS:
		s.state = wantGSS
		return len(b) == 8
	case askCancel:
		s.state = plain
		return len(b) == 16
	}
	if binary.BigEndian.Uint16(b[4:]) != 3 {
		return false
	}
	s.begin()
	for b = b[8:]; len(b) > 1; {
		name, rest, ok1 := bytes.Cut(b, []byte{0})
		value, rest, ok2 := bytes.Cut(rest, []byte{0})
		if !ok1 || !ok2 || len(name) == 0 {
			return false
		}
		s.parameter(name, value)
		b = rest
	}
	if len(b) != 1 || b[0] != 0 {
		return false
	}
	s.begin().frontend = "startup"
	s.state = plain
	return true
}

// parameter notes a parameter of the log-in.
func (s *session) parameter(name, value []byte) {
	switch string(name) {
	case "user":
		s.user, s.has = append(s.user[:0], value...), s.has|hasUser
	case "database":
		s.database, s.has = append(s.database[:0], value...), s.has|hasDatabase
	case "application_name":
		s.app, s.has = append(s.app[:0], value...), s.has|hasApp
	}
}

// client handles a message of the client.
func (s *session) client(typ byte, b []byte) bool {
	switch typ {
	case msgTerminate:
		s.end()
		s.begin().frontend = "terminate"
		s.end()
	case msgQuery:
		s.end()
		query, _, _ := bytes.Cut(b, []byte{0})
		s.query("simple_query", query)
	case msgParse:
		_, query, ok := bytes.Cut(b, []byte{0})
		if !ok {
			return false
		}
		query, _, _ = bytes.Cut(query, []byte{0})
		if len(query) > 0 && !s.row.hasQueryOpen() {
			s.query("extended_query", query)
		}
	}
	return true
}

// hasQueryOpen reports whether the row is that of a query: of statements
// prepared together the first counts.
func (r *row) hasQueryOpen() bool { return r.open && r.hasQuery }

func (s *session) query(kind string, text []byte) {
	r := s.begin()
	r.frontend = kind
	r.arg, r.hasQuery = append(r.arg[:0], text...), true
	r.counting, r.rowsCounted = true, 0
}
