// Package radius analyses RADIUS authentication (RFC 2865), one record an
// authentication, as Zeek's base/protocols/radius.
package radius

import (
	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "radius", Title: "RADIUS",
		Doc:      "Network access authentication: users, devices, results.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{1812},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

// Codes of messages.
const (
	accessRequest   = 1
	accessAccept    = 2
	accessReject    = 3
	accessChallenge = 11
)

// Types of attributes (RFC 2865, RFC 2868, RFC 2869).
const (
	attrUserName       = 1
	attrFramedAddress  = 8
	attrReplyMessage   = 18
	attrCallingStation = 31
	attrTunnelClient   = 66
	attrConnectInfo    = 77
)

const headerLen = 20

// session is the authentication that is going on on a connection.
type session struct {
	analyzer.Base

	open    bool
	first   int64
	has     hasBits
	framed  packet.Addr
	user    []byte
	mac     []byte
	tunnel  []byte
	connect []byte
	reply   []byte
}

type hasBits uint8

const (
	hasUser hasBits = 1 << iota
	hasMAC
	hasFramed
	hasTunnel
	hasConnect
	hasReply
)

var _ analyzer.Datagrams = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() { s.open = false }

// Datagram implements analyzer.Datagrams.
func (s *session) Datagram(_ analyzer.Dir, b []byte, _ int) {
	if !valid(b) {
		s.ViolateEarly("malformed message")
		return
	}
	if plausible(b) {
		s.Confirm()
	}
	if !s.open {
		s.open, s.first, s.has = true, s.Conn.Now, 0
	}
	switch b[0] {
	case accessRequest, accessChallenge:
		for a := b[headerLen:]; len(a) > 0; a = a[a[1]:] {
			s.attribute(b[0] == accessRequest, a[0], a[2:a[1]])
		}
	case accessAccept:
		s.write("success")
	case accessReject:
		s.write("failed")
	}
}

// valid reports whether b is a message.  The length that it gives itself is
// not looked at, as in Zeek.
func valid(b []byte) bool {
	if len(b) < headerLen {
		return false
	}
	for a := b[headerLen:]; len(a) > 0; a = a[a[1]:] {
		if len(a) < 2 || a[1] < 2 || int(a[1]) > len(a) {
			return false
		}
	}
	return true
}

// plausible reports whether a valid message has a known code (RFC 2865, 2866,
// 3576, 5997) and the length that it says.  Others are no reason to call the
// connection RADIUS, which Zeek does.
func plausible(b []byte) bool {
	size := int(b[2])<<8 | int(b[3])
	known := b[0] >= 1 && b[0] <= 5 || b[0] >= 11 && b[0] <= 13 || b[0] >= 40 && b[0] <= 45
	return known && size >= headerLen && size <= len(b)
}

// attribute takes an attribute of a request or challenge; the first of a
// type counts.
func (s *session) attribute(request bool, typ byte, v []byte) {
	first := func(bit hasBits) bool {
		if s.has&bit != 0 {
			return false
		}
		s.has |= bit
		return true
	}
	switch {
	case request && typ == attrUserName && first(hasUser):
		s.user = append(s.user[:0], v...)
	case request && typ == attrCallingStation && first(hasMAC):
		s.mac = appendMAC(s.mac[:0], v)
	case request && typ == attrTunnelClient && first(hasTunnel):
		s.tunnel = append(s.tunnel[:0], v...)
	case request && typ == attrConnectInfo && first(hasConnect):
		s.connect = append(s.connect[:0], v...)
	case !request && typ == attrFramedAddress && len(v) == 4 && first(hasFramed):
		s.framed = packet.AddrFrom4(v)
	case !request && typ == attrReplyMessage && first(hasReply):
		s.reply = append(s.reply[:0], v...)
	}
}

// appendMAC appends a hardware address of 6 or 8 bytes, written in hex with
// whatever between, as "00:0a:..."; anything else is left out.
func appendMAC(dst, text []byte) []byte {
	start, digits := len(dst), 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
		case c >= 'A' && c <= 'F':
			c += 'a' - 'A'
		default:
			continue
		}
		if digits > 0 && digits%2 == 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, c)
		digits++
	}
	if digits != 12 && digits != 16 {
		return dst[:start]
	}
	return dst
}

// write writes the record and makes place for the next authentication.
func (s *session) write(result string) {
	s.open = false
	r := s.Conn.Row(Log, s.first)
	text := func(bit hasBits, col event.StringCol, v []byte) {
		if s.has&bit != 0 {
			col.Set(r, v)
		}
	}
	text(hasUser, colUser, s.user)
	text(hasMAC, colMAC, s.mac)
	if s.has&hasFramed != 0 {
		colFramed.Set(r, s.framed)
	}
	text(hasTunnel, colTunnel, s.tunnel)
	text(hasConnect, colConnect, s.connect)
	text(hasReply, colReply, s.reply)
	colResult.SetString(r, result)
	if result != "unknown" && s.Conn.Now > s.first {
		colTTL.Set(r, s.Conn.Now-s.first)
	}
}

// Close implements analyzer.Analyzer.
func (s *session) Close() {
	if s.open {
		s.write("unknown")
	}
}
