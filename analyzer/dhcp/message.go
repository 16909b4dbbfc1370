package dhcp

import (
	"encoding/binary"

	"wirehunt/packet"
)

// Options that are looked at (RFC 2132, RFC 4702).
const (
	optPad       = 0
	optHostName  = 12
	optDomain    = 15
	optRequested = 50
	optLease     = 51
	optType      = 53
	optMessage   = 56
	optClientID  = 61
	optFQDN      = 81
	optEnd       = 255
)

const (
	cookieOffset = 236
	cookie       = 0x63825363
	// fqdnEncoded is the flag of option 81 that says that the name is in
	// DNS's wire format.
	fqdnEncoded = 0x04
	ethernet    = 1
)

// message is what one message says; its slices are parts of the message.
type message struct {
	xid       uint32
	kind      byte
	yiaddr    [4]byte
	chaddr    []byte
	hostName  []byte
	domain    []byte
	text      []byte
	clientMAC []byte // of the client identifier, where that is one
	fqdn      []byte
	fqdnFlags byte
	requested [4]byte
	lease     uint32
	has       hasBits
}

type hasBits uint8

const (
	hasHost hasBits = 1 << iota
	hasDomain
	hasText
	hasFQDN
	hasRequested
	hasLease
)

// parse reads message b and reports whether it is one of DHCP.
func (m *message) parse(b []byte) bool {
	if len(b) < cookieOffset+4 || binary.BigEndian.Uint32(b[cookieOffset:]) != cookie {
		return false
	}
	*m = message{xid: binary.BigEndian.Uint32(b[4:]), yiaddr: [4]byte(b[16:20])}
	if n := int(b[2]); n > 0 && n <= 16 {
		m.chaddr = b[28 : 28+n]
	}
	for b = b[cookieOffset+4:]; len(b) > 0; {
		if b[0] == optPad {
			b = b[1:]
			continue
		}
		if b[0] == optEnd || len(b) < 2 || int(b[1]) > len(b)-2 {
			break
		}
		m.option(b[0], b[2:2+int(b[1])])
		b = b[2+int(b[1]):]
	}
	return m.kind != 0
}

func (m *message) option(id byte, v []byte) {
	switch id {
	case optHostName:
		m.hostName, m.has = trimNUL(v), m.has|hasHost
	case optDomain:
		m.domain, m.has = trimNUL(v), m.has|hasDomain
	case optMessage:
		m.text, m.has = trimNUL(v), m.has|hasText
	case optRequested:
		if len(v) == 4 {
			m.requested, m.has = [4]byte(v), m.has|hasRequested
		}
	case optLease:
		if len(v) == 4 {
			m.lease, m.has = binary.BigEndian.Uint32(v), m.has|hasLease
		}
	case optType:
		if len(v) == 1 {
			m.kind = v[0]
		}
	case optClientID:
		if len(v) == 7 && v[0] == ethernet {
			m.clientMAC = v[1:]
		}
	case optFQDN:
		if len(v) >= 3 {
			m.fqdnFlags, m.fqdn, m.has = v[0], v[3:], m.has|hasFQDN
		}
	}
}

func trimNUL(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

// appendFQDN appends the client's full name.
func (m *message) appendFQDN(dst []byte) []byte {
	if m.fqdnFlags&fqdnEncoded == 0 {
		return append(dst, trimNUL(m.fqdn)...)
	}
	start := len(dst)
	for b := m.fqdn; len(b) > 0 && b[0] != 0 && int(b[0]) < len(b); b = b[1+int(b[0]):] {
		if len(dst) > start {
			dst = append(dst, '.')
		}
		dst = append(dst, b[1:1+int(b[0])]...)
	}
	return dst
}

// appendMAC appends a hardware address as "00:0a:...".
func appendMAC(dst, mac []byte) []byte {
	const digits = "0123456789abcdef"
	for i, c := range mac {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}

var kindNames = [...]string{
	1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE", 5: "ACK", 6: "NAK", 7: "RELEASE", 8: "INFORM",
	9: "FORCERENEW", 10: "LEASEQUERY", 11: "LEASEUNASSIGNED", 12: "LEASEUNKNOWN", 13: "LEASEACTIVE",
	14: "BULKLEASEQUERY", 15: "LEASEQUERYDONE", 16: "ACTIVELEASEQUERY", 17: "LEASEQUERYSTATUS", 18: "TLS",
}

func addr(b [4]byte) packet.Addr { return packet.AddrFrom4(b[:]) }
