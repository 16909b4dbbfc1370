package ntp

import (
	"encoding/binary"

	"wirehunt/analyzer"
)

// Zeek takes any message of the right length as NTP.  These tests keep what
// merely looks like it, a DNS query above all, from being called so; messages
// that fail them are logged all the same.

// Limits of a plausible message (RFC 5905, 7.3): strata above 16 are reserved;
// clients that hide their clock send a precision of 32.
const (
	maxStratum       = 16
	minPoll, maxPoll = -8, 36
	maxPrecision     = 32
	tenYears         = int64(10 * 365 * 24 * 3600e9)
)

// Limits of plausible control and private messages.
const (
	controlHead       = 12
	maxControlPadding = 3
	maxOperation      = 12
	opUnsetTrap       = 31
	implReserved      = 1
	maxImpl           = 3
)

// plausible reports whether the header of a message of time synchronisation
// may be one: b has 48 bytes at least.
func plausible(dir analyzer.Dir, b []byte, now int64) bool {
	mode := b[0] & 7
	poll := int(int8(b[2]))
	return (mode != modeClient || dir == analyzer.Orig) && b[1] <= maxStratum && poll >= minPoll && poll <= maxPoll && int8(b[3]) <= maxPrecision &&
		plausibleTime(b[16:], now) && (mode != modeServer || plausibleTime(b[32:], now))
}

// plausibleTime reports whether a timestamp is unset, in the years 1968 to
// 2036, or not far from now (RFC 4330, 3: the top bit tells the era).
func plausibleTime(b []byte, now int64) bool {
	if b[0]&0x80 != 0 || binary.BigEndian.Uint64(b) == 0 {
		return true
	}
	const era = 1 << 32 * 1e9 // ns
	d := stamp(b) + era - now
	return -tenYears < d && d < tenYears
}

// plausibleControl reports whether a control message may be one (RFC 9327): it
// has as many bytes as it says, with an authenticator perhaps, and a request
// asks for something and has no status.
func plausibleControl(dir analyzer.Dir, b []byte) bool {
	op, response := b[1]&0x1f, b[1]&0x80 != 0
	if op > maxOperation && op != opUnsetTrap || response != (dir == analyzer.Resp) {
		return false
	}
	if !response && (b[1]&0x60 != 0 || b[4] != 0 || b[5] != 0) {
		return false
	}
	rest := len(b) - controlHead - int(binary.BigEndian.Uint16(b[10:]))
	for _, auth := range [...]int{0, 4 + 16, 4 + 20} {
		if rest >= auth && rest <= auth+maxControlPadding {
			return true
		}
	}
	return false
}

// plausiblePrivate reports whether a message of the private mode may be one:
// the responder answers, its implementation is 0, 2 or 3, and the bits that
// must be 0 are.
func plausiblePrivate(dir analyzer.Dir, b []byte) bool {
	response := b[0]&0x80 != 0
	return response == (dir == analyzer.Resp) && b[2] != implReserved && b[2] <= maxImpl && b[6]>>4 == 0
}
