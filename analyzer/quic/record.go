package quic

import (
	"encoding/hex"
	"strconv"

	"wirehunt/analyzer"
)

// Limits of the record, as in Zeek: the history's length
// (QUIC::max_history_length), and how many packets that are not QUIC it tells
// of (QUIC::max_discarded_packet_events).
const (
	maxHistory   = 100
	maxDiscarded = 100
)

// record is the row of quic.log being made.
type record struct {
	open              bool
	ts                int64
	version           uint32
	dcid, client      []byte
	server            []byte
	hasDCID           bool
	hasSCID           [2]bool
	name, proto       []byte
	hasName, hasProto bool
	history           []byte
}

func (r *record) reset() {
	*r = record{
		dcid: r.dcid[:0], client: r.client[:0], server: r.server[:0],
		name: r.name[:0], proto: r.proto[:0], history: r.history[:0],
	}
}

// seen opens the record, unless it is, and notes what the header says.
func (s *session) seen(dir analyzer.Dir, h *header) {
	r := &s.rec
	if !r.open {
		r.reset()
		r.open, r.ts, r.version = true, s.Conn.Now, h.version
	}
	if dir == analyzer.Orig {
		if len(h.dcid) > 0 && !r.hasDCID {
			r.dcid, r.hasDCID = append(r.dcid[:0], h.dcid...), true
		}
		r.client = append(r.client[:0], h.scid...)
	} else {
		r.server = append(r.server[:0], h.scid...)
	}
	r.hasSCID[dir] = true
}

// letter adds a letter to the history: upper case for the client.
func (s *session) letter(dir analyzer.Dir, c byte) {
	r := &s.rec
	if !r.open || len(r.history) == maxHistory {
		return
	}
	if dir == analyzer.Resp {
		c |= 0x20
	}
	if r.history = append(r.history, c); len(r.history) == maxHistory {
		s.WeirdFrom("", "QUIC_max_history_length_reached", "")
	}
}

// short counts a packet with a short header; the history tells of the first,
// second, fourth and so on of a side.
func (s *session) short(dir analyzer.Dir) {
	s.shorts[dir]++
	n := s.shorts[dir]
	if n&(n-1) != 0 {
		return
	}
	if !s.rec.open {
		s.WeirdFrom("", "QUIC_spurious_short_packet_threshold_crossed", strconv.FormatUint(n, 10))
		return
	}
	s.letter(dir, 'O')
}

// discarded counts a packet that is not QUIC.
func (s *session) discarded(dir analyzer.Dir) {
	if s.discards++; s.decrypted == 0 || s.discards > maxDiscarded {
		return
	}
	if !s.rec.open {
		s.WeirdFrom("", "QUIC_spurious_discarded_packet", "")
		return
	}
	s.letter(dir, 'X')
}

// closed handles a CONNECTION_CLOSE frame: the record is over.
func (s *session) closed(dir analyzer.Dir) {
	if s.rec.open {
		s.letter(dir, 'C')
		s.write()
	}
}

// write writes the record.
func (s *session) write() {
	r := &s.rec
	if !r.open {
		return
	}
	r.open = false
	row := s.Conn.Row(Log, r.ts)
	s.scratch = appendVersion(s.scratch[:0], r.version)
	colVersion.Set(row, s.scratch)
	var id [2 * maxCID]byte
	if r.hasDCID {
		colDCID.Set(row, id[:hex.Encode(id[:], r.dcid)])
	}
	if r.hasSCID[analyzer.Orig] {
		colClientSCID.Set(row, id[:hex.Encode(id[:], r.client)])
	}
	if r.hasSCID[analyzer.Resp] {
		colServerSCID.Set(row, id[:hex.Encode(id[:], r.server)])
	}
	if r.hasName {
		colServerName.Set(row, r.name)
	}
	if r.hasProto {
		colProtocol.Set(row, r.proto)
	}
	colHistory.Set(row, r.history)
}
