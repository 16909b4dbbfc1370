// Package modbus analyses Modbus/TCP (Modbus Application Protocol V1.1b), one
// record a message, as Zeek's base/protocols/modbus.
package modbus

import (
	"encoding/binary"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "modbus", Title: "Modbus/TCP",
		Doc:      "Industrial control: functions asked for and their failures.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{502},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

const (
	// headerLen is the length of a header, the function code included.
	headerLen = 8
	// uncounted is how much of the header its length does not count.
	uncounted = 6
	// failed is the bit of a response's function code that tells that the
	// function failed.
	failed = 0x80
)

type session struct {
	analyzer.Base

	// size is the length of a side's message whose header was read, and the
	// rest of which was not there; 0 for none.
	size [2]int
	ts   [2]int64 // of the header
	drop [2]int   // bytes to pass over after a gap
	text []byte
}

var _ analyzer.Stream = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() { s.size, s.drop = [2]int{}, [2]int{} }

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	consumed = min(s.drop[dir], len(b))
	s.drop[dir] -= consumed
	for consumed < len(b) {
		m := b[consumed:]
		if len(m) < headerLen {
			return consumed, headerLen
		}
		size := int(binary.BigEndian.Uint16(m[4:])) + uncounted
		if size < headerLen || binary.BigEndian.Uint16(m[2:]) != 0 {
			return s.lost(dir, b)
		}
		// As in Zeek a message is told of by its header, before the rest of
		// it is there; a failure is told of with its reason.
		if s.size[dir] == 0 {
			s.size[dir], s.ts[dir] = size, s.Conn.Now
			if m[7]&failed == 0 {
				s.write(dir, m, nil)
			}
		}
		if len(m) < size {
			return consumed, size
		}
		s.size[dir] = 0
		if !s.whole(dir, m[:size]) {
			return s.lost(dir, b)
		}
		s.Confirm()
		consumed += size
	}
	return consumed, 0
}

// lost handles a message that is none.
func (s *session) lost(dir analyzer.Dir, b []byte) (consumed, need int) {
	s.size[dir] = 0
	s.ViolateEarly("malformed message")
	return len(b), 0
}

// whole handles a whole message and reports whether it could be read.
func (s *session) whole(dir analyzer.Dir, m []byte) bool {
	if m[7]&failed != 0 && dir == analyzer.Resp {
		if len(m) == headerLen {
			return false
		}
		s.write(dir, m, m[headerLen:])
		return true
	}
	return fits(dir, m[7], m[headerLen:])
}

// write writes the record of a message; reason starts with the exception's
// code, or is nil.
func (s *session) write(dir analyzer.Dir, m, reason []byte) {
	r := s.Conn.Row(Log, s.ts[dir])
	colTID.Set(r, uint64(binary.BigEndian.Uint16(m)))
	colUnit.Set(r, uint64(m[6]))
	colFunc.Set(r, s.function(m[7]))
	if dir == analyzer.Orig {
		colType.SetString(r, "REQ")
	} else {
		colType.SetString(r, "RESP")
	}
	if reason == nil {
		return
	}
	if c := int(reason[0]); c < len(exceptions) && exceptions[c] != "" {
		colException.SetString(r, exceptions[c])
	} else {
		colException.Set(r, s.unknown(reason[0]))
	}
}

// function returns the name of a function, valid until the next call.
func (s *session) function(code byte) []byte {
	name := functions[code&^failed]
	if name == "" {
		return s.unknown(code)
	}
	s.text = append(s.text[:0], name...)
	if code&failed != 0 {
		s.text = append(s.text, "_EXCEPTION"...)
	}
	return s.text
}

func (s *session) unknown(code byte) []byte {
	s.text = strconv.AppendUint(append(s.text[:0], "unknown-"...), uint64(code), 10)
	return s.text
}

// Gap implements analyzer.Stream: what follows is taken as the start of a
// message.  After a gap inside a message Zeek waits for as many bytes as the
// whole message has, and looks at those after them.
func (s *session) Gap(dir analyzer.Dir, _ uint64) bool {
	s.drop[dir], s.size[dir] = s.drop[dir]+s.size[dir], 0
	return true
}

// EOF implements analyzer.Stream.
func (s *session) EOF(analyzer.Dir) {}

// Close implements analyzer.Analyzer.
func (s *session) Close() {}
