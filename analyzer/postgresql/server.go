package postgresql

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// Messages of the server that are looked into.
const (
	msgAuth   = 'R'
	msgError  = 'E'
	msgNotice = 'N'
	msgRow    = 'D'
	msgReady  = 'Z'
)

// server handles a message of the server.
func (s *session) server(typ byte, b []byte) bool {
	switch typ {
	case msgAuth:
		return s.auth(b)
	case msgError:
		return s.serverError(b)
	case msgNotice:
		r := s.begin()
		return fields(b, func(name string, value []byte) {
			r.hasArg = true
			r.backendArg = append(append(list(r.backendArg, name), '='), value...)
		})
	case msgReady:
		return s.ready(b)
	}
	return true
}

// auth handles what the server says about the log-in.
func (s *session) auth(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	id := binary.BigEndian.Uint32(b)
	if id > 12 || id == 0 && len(b) != 4 {
		return false
	}
	s.Confirm()
	r := s.begin()
	r.hasBackend = true
	if id == 0 {
		r.backend = append(r.backend[:0], "auth_ok"...)
		r.hasSuccess, r.success = true, true
		return true
	}
	r.backend = list(r.backend, "auth_request")
	r.hasArg = true
	r.backendArg = list(r.backendArg, authName(id))
	return true
}

func authName(id uint32) string {
	switch id {
	case 2:
		return "KerberosV5"
	case 3:
		return "CleartextPassword"
	case 5:
		return "MD5Password"
	case 7:
		return "GSSAPI"
	case 8:
		return "GSSAPIContinue"
	case 9:
		return "SSPI"
	case 10:
		return "SASL"
	case 11:
		return "SASLContinue"
	case 12:
		return "SASLFinal"
	}
	return "UnknownAuthId" + strconv.FormatUint(uint64(id), 10)
}

// serverError handles an error, which ends what the client asked for.
func (s *session) serverError(b []byte) bool {
	r := s.begin()
	first := true
	ok := fields(b, func(name string, value []byte) {
		if !first || r.hasArg {
			r.backendArg = append(r.backendArg, ',')
		}
		first = false
		r.backendArg = append(append(append(r.backendArg, name...), '='), value...)
	})
	if !ok {
		return false
	}
	s.Confirm()
	r.backend = list(r.backend, "error")
	r.hasBackend, r.hasArg = true, true
	r.hasSuccess, r.success = true, false
	s.end()
	return true
}

// ready handles the end of a query or log-in.
func (s *session) ready(b []byte) bool {
	if len(b) < 1 || b[0] != 'I' && b[0] != 'T' && b[0] != 'E' {
		return false
	}
	r := &s.row
	if !r.open {
		return true
	}
	if !r.hasSuccess {
		r.hasSuccess, r.success = true, b[0] != 'E'
	}
	if r.counting {
		r.hasRows, r.rows = true, r.rowsCounted
		r.counting, r.rowsCounted = false, 0
	}
	s.end()
	return true
}

// dataRow counts a row of a result.
func (s *session) dataRow() {
	r := s.begin()
	r.counting = true
	r.rowsCounted++
}

// fields reads the fields of an error or notice.
func fields(b []byte, fn func(name string, value []byte)) bool {
	for len(b) > 0 {
		if b[0] == 0 {
			return true
		}
		value, rest, ok := bytes.Cut(b[1:], []byte{0})
		if !ok {
			return false
		}
		fn(fieldName(b[0]), value)
		b = rest
	}
	return false
}

// fieldName returns Zeek's name of a field of errors and notices
// (PostgreSQL's manual, "Error and Notice Message Fields").
func fieldName(c byte) string {
	switch c {
	case 'S':
		return "SeverityLocalized"
	case 'V':
		return "Severity"
	case 'C':
		return "Code"
	case 'M':
		return "Message"
	case 'D':
		return "Detail"
	case 'H':
		return "Hint"
	case 'P':
		return "Position"
	case 'p':
		return "InternalPosition"
	case 'q':
		return "InternalQuery"
	case 'W':
		return "Where"
	case 's':
		return "Schema"
	case 't':
		return "Table"
	case 'c':
		return "Column"
	case 'd':
		return "Data"
	case 'n':
		return "Constraint"
	case 'F':
		return "File"
	case 'L':
		return "Line"
	case 'R':
		return "Routine"
	}
	return "UnknownErrorId" + string(rune(c))
}
