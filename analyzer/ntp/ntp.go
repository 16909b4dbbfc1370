// Package ntp analyses the Network Time Protocol (RFC 5905), its control
// messages (RFC 9327) and the private mode of ntpd, one record a message, as
// Zeek's base/protocols/ntp.
package ntp

import (
	"encoding/binary"
	"math"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "ntp", Title: "NTP",
		Doc:      "Time synchronisation, control and private messages of NTP.",
		Logs:     []*event.Log{Log, ControlLog, PrivateLog},
		UDPPorts: []uint16{123},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

type session struct{ analyzer.Base }

func (s *session) Reset() {}
func (s *session) Close() {}

// Modes.
const (
	modeClient  = 3
	modeServer  = 4
	modeControl = 6
	modePrivate = 7
)

func (s *session) Datagram(dir analyzer.Dir, b []byte, _ int) {
	if len(b) == 0 {
		return
	}
	version, mode := b[0]>>3&7, b[0]&7
	ok := false
	switch {
	case version < 1 || version > 4 || mode == 0:
	case mode == modeControl:
		ok = s.control(dir, b)
	case mode == modePrivate:
		ok = s.private(dir, b)
	default:
		ok = s.standard(dir, b)
	}
	if !ok {
		s.ViolateEarly("malformed message")
	}
}

// standard handles a message of time synchronisation.
func (s *session) standard(dir analyzer.Dir, b []byte) bool {
	if len(b) < 48 {
		return false
	}
	exts, ok := extensions(b[48:])
	if !ok {
		return false
	}
	if plausible(dir, b, s.Conn.Now) {
		s.Confirm()
	}
	if b[0]&7 == modeServer && dir == analyzer.Orig {
		// An answer: the capture does not have the request, or has it later.
		s.Conn.Flip()
	}
	r := s.Conn.Row(Log, s.Conn.Now)
	colVersion.Set(r, uint64(b[0]>>3&7))
	colMode.Set(r, uint64(b[0]&7))
	colStratum.Set(r, uint64(b[1]))
	colPoll.Set(r, power(int8(b[2])))
	colPrecision.Set(r, power(int8(b[3])))
	colRootDelay.Set(r, short(b[4:]))
	colRootDisp.Set(r, short(b[8:]))
	id := b[12:16]
	switch b[1] {
	case 0, 1:
		colRefID.Set(r, id)
	default:
		var text [15]byte
		colRefID.Set(r, packet.AddrFrom4(id).AppendTo(text[:0]))
	}
	colRefTime.Set(r, stamp(b[16:]))
	colOrgTime.Set(r, stamp(b[24:]))
	colRecTime.Set(r, stamp(b[32:]))
	colXmtTime.Set(r, stamp(b[40:]))
	colNumExts.Set(r, exts)
	return true
}

// extensions counts the extension fields, behind which a code may stand that
// authenticates the message: a key's number and 16 or 20 bytes, or the number
// alone (RFC 5905, 7.5; RFC 7822).
func extensions(b []byte) (n uint64, ok bool) {
	for len(b) != 0 && len(b) != 4 && len(b) != 20 && len(b) != 24 {
		if len(b) < 4 {
			return n, false
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		if size < 4 || size > len(b) {
			return n, false
		}
		b = b[size:]
		n++
	}
	return n, true
}

// power returns 2^e seconds, in ns.
func power(e int8) int64 {
	switch ns := math.Ldexp(1e9, int(e)); {
	case ns >= math.MaxInt64:
		return math.MaxInt64
	default:
		return int64(math.Round(ns))
	}
}

// short returns a short time (16 bits of seconds, 16 of a fraction), in ns.
func short(b []byte) int64 {
	return int64(binary.BigEndian.Uint32(b)) * 1e9 >> 16
}

// epoch is 1970 in seconds since 1900.
const epoch = 2_208_988_800

// stamp returns a timestamp (seconds since 1900, 32 bits of a fraction) in ns
// since 1970; 0 stays 0.
func stamp(b []byte) int64 {
	v := binary.BigEndian.Uint64(b)
	if v == 0 {
		return 0
	}
	return (int64(v>>32)-epoch)*1e9 + int64(v&0xffffffff*1e9>>32)
}

// control handles a control message.
func (s *session) control(dir analyzer.Dir, b []byte) bool {
	if len(b) < 12 || len(b) < 12+int(binary.BigEndian.Uint16(b[10:])) {
		return false
	}
	if plausibleControl(dir, b) {
		s.Confirm()
	}
	r := s.Conn.Row(ControlLog, s.Conn.Now)
	colCtlVersion.Set(r, uint64(b[0]>>3&7))
	colCtlMode.Set(r, modeControl)
	colCtlOp.Set(r, uint64(b[1]&0x1f))
	colCtlSequence.Set(r, uint64(binary.BigEndian.Uint16(b[2:])))
	colCtlStatus.Set(r, uint64(binary.BigEndian.Uint16(b[4:])))
	colCtlAssoc.Set(r, uint64(binary.BigEndian.Uint16(b[6:])))
	colCtlResp.Set(r, b[1]&0x80 != 0)
	colCtlErr.Set(r, b[1]&0x40 != 0)
	colCtlMore.Set(r, b[1]&0x20 != 0)
	return true
}

// private handles a message of the private mode.
func (s *session) private(dir analyzer.Dir, b []byte) bool {
	if len(b) < 8 {
		return false
	}
	if plausiblePrivate(dir, b) {
		s.Confirm()
	}
	r := s.Conn.Row(PrivateLog, s.Conn.Now)
	colPrvVersion.Set(r, uint64(b[0]>>3&7))
	colPrvMode.Set(r, modePrivate)
	colPrvRequest.Set(r, uint64(b[3]))
	colPrvSequence.Set(r, uint64(b[1]&0x7f))
	colPrvImpl.Set(r, uint64(b[2]))
	colPrvAuth.Set(r, b[1]&0x80 != 0)
	colPrvErr.Set(r, uint64(b[4]>>4))
	return true
}
