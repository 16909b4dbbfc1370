// Package dnp3 analyses DNP3 (IEEE 1815) over TCP and UDP: link frames with
// their checksums, the fragments they carry, and the functions of those, as
// Zeek's base/protocols/dnp3.
package dnp3

import (
	"encoding/binary"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
)

const port = 20000

// Spec declares the analyzer of DNP3 over TCP.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "dnp3_tcp", Title: "DNP3 over TCP",
		Doc:      "Control of power and water plants: functions asked for, indications answered.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{port},
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			switch b := s.Resp; {
			case len(b) >= 2 && b[0] == start0 && b[1] == start1:
				return analyzer.Yes
			case len(b) == 0 || len(b) == 1 && b[0] == start0:
				return analyzer.NeedMore
			}
			return analyzer.No
		},
		FirstBytes: "\x05", TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// UDPSpec declares the analyzer of DNP3 over UDP.
func UDPSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "dnp3_udp", Title: "DNP3 over UDP",
		Doc:      "As over TCP.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{port},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

// A frame is 05 64, a length, a control byte, two addresses and a checksum,
// then user data in blocks of 16 bytes with a checksum each.  The length
// counts control, addresses and user data.
const (
	start0    = 0x05
	start1    = 0x64
	linkLen   = 8 // without the checksum
	headerLen = linkLen + 2
	block     = 16
	uncounted = 5    // what the length counts before the user data
	fromOrig  = 0x80 // bit of the control byte
	first     = 0x40 // bits of the transport byte, which user data starts with
	last      = 0x80
)

type side struct {
	buf     []byte // datagrams: what is left of the one before
	app     int    // bytes of the fragment so far
	head    [4]byte
	started bool
}

// session is the state of a connection.
type session struct {
	analyzer.Base

	side [2]side

	open     bool // a record waits
	ts       int64
	request  byte
	hasReq   bool
	reply    byte
	iin      uint16
	hasReply bool
}

var (
	_ analyzer.Stream    = (*session)(nil)
	_ analyzer.Datagrams = (*session)(nil)
)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	o, r := s.side[0].buf[:0], s.side[1].buf[:0]
	*s = session{Base: s.Base, side: [2]side{{buf: o}, {buf: r}}}
}

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		n, size := s.frame(dir, b[consumed:])
		if n < 0 {
			return len(b), 0
		}
		if n == 0 {
			return consumed, size
		}
		consumed += n
	}
	return consumed, 0
}

// Datagram implements analyzer.Datagrams.  As in Zeek datagrams are a stream:
// frames may go over several.
func (s *session) Datagram(dir analyzer.Dir, b []byte, _ int) {
	d := &s.side[dir]
	if len(d.buf) > 0 {
		d.buf = append(d.buf, b...)
		b = d.buf
	}
	n, _ := s.Data(dir, b)
	d.buf = append(d.buf[:0], b[n:]...)
}

// frame handles the frame at the start of b.  It returns the frame's length,
// 0 and how many bytes are needed if it is not whole, or -1 if it is none.
func (s *session) frame(dir analyzer.Dir, b []byte) (n, need int) {
	if len(b) < headerLen {
		return 0, headerLen
	}
	if b[0] != start0 || b[1] != start1 {
		s.Weird("dnp3_header_lacks_magic", "")
		return s.stop()
	}
	if !s.checked(b[:headerLen], "header") {
		s.Violate("broken checksum")
		return -1, 0
	}
	s.Confirm()
	if b[2] < uncounted {
		s.Weird("dnp3_negative_or_zero_length_link_layer", "")
		return s.stop()
	}
	size := int(b[2]) - uncounted
	if size == 0 {
		return headerLen, 0
	}
	n = headerLen + size + (size+block-1)/block*2
	if len(b) < n {
		return 0, n
	}
	if (b[3]&fromOrig != 0) != (dir == analyzer.Orig) {
		s.Weird("dnp3_unexpected_flow_direction", "")
	}
	if !s.user(dir, b[headerLen:n], size) {
		return s.stop()
	}
	return n, 0
}

// stop ends the analysis without taking back what was confirmed.
func (s *session) stop() (n, need int) {
	s.Done(analyzer.Orig)
	s.Done(analyzer.Resp)
	return -1, 0
}

// user handles the blocks of size bytes of user data.
func (s *session) user(dir analyzer.Dir, b []byte, size int) bool {
	d := &s.side[dir]
	transport := b[0]
	if transport&first != 0 {
		d.started, d.app = true, 0
	} else if !d.started {
		s.Weird("dnp3_first_application_layer_chunk_missing", "")
		return false
	}
	for skip := 1; size > 0; skip = 0 {
		n := min(size, block)
		if !s.checked(b[:n+2], "app_chunk") {
			return false
		}
		if d.app < len(d.head) {
			copy(d.head[d.app:], b[skip:n])
		}
		d.app += n - skip
		b, size = b[n+2:], size-n
	}
	if transport&last != 0 {
		d.started = false
		s.fragment(dir, d.head[:min(d.app, len(d.head))])
	}
	return true
}

// checked reports whether b ends with the checksum of what is before.
func (s *session) checked(b []byte, where string) bool {
	n := len(b) - 2
	if crc(b[:n]) == binary.LittleEndian.Uint16(b[n:]) {
		return true
	}
	s.Weird("dnp3_corrupt_"+where+"_checksum", "")
	return false
}

// fragment handles the start of a whole fragment: application control,
// function code and, of responses, internal indications.
func (s *session) fragment(dir analyzer.Dir, b []byte) {
	if dir == analyzer.Orig {
		if len(b) >= 2 {
			s.open, s.ts = true, s.Conn.Now
			s.request, s.hasReq = b[1], true
		}
		return
	}
	if len(b) < 4 {
		return
	}
	s.ts, s.reply, s.hasReply = s.Conn.Now, b[1], true
	s.iin = binary.BigEndian.Uint16(b[2:])
	s.write()
}

// write writes the record and forgets it.
func (s *session) write() {
	r := s.Conn.Row(Log, s.ts)
	if s.hasReq {
		setName(r, colRequest, s.request)
	}
	if s.hasReply {
		setName(r, colReply, s.reply)
		colIIN.Set(r, uint64(s.iin))
	}
	s.open, s.hasReq, s.hasReply = false, false, false
}

func setName(r *event.Row, col event.StringCol, code byte) {
	if int(code) < len(names) && names[code] != "" {
		col.SetString(r, names[code])
		return
	}
	var text [12]byte
	col.Set(r, strconv.AppendUint(append(text[:0], "unknown-"...), uint64(code), 10))
}

// Gap implements analyzer.Stream.
func (s *session) Gap(dir analyzer.Dir, _ uint64) bool { return true }

// EOF implements analyzer.Stream.
func (s *session) EOF(analyzer.Dir) {}

// Close implements analyzer.Analyzer: a request that was not answered is
// written when the connection ends.
func (s *session) Close() {
	if s.open {
		s.write()
	}
}
