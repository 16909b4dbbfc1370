package dcerpc

import "encoding/binary"

// Types of PDUs (C706 section 12.6.4.1, [MS-RPCE] section 2.2.2.10).
const (
	pduRequest          = 0
	pduResponse         = 2
	pduFault            = 3
	pduBind             = 11
	pduBindAck          = 12
	pduAlterContext     = 14
	pduAlterContextResp = 15
	pduAuth3            = 16
	pduMax              = 19
)

// Flags of a PDU.
const (
	flagFirst  = 0x01
	flagLast   = 0x02
	flagObject = 0x80
)

// Kinds of authentication ([MS-RPCE] section 2.2.1.1.7).
const (
	authSPNEGO   = 9
	authNTLM     = 10
	authKerberos = 16
)

const (
	headerLen  = 16
	trailerLen = 8
)

// pdu is one fragment.
type pdu struct {
	typ, flags byte
	order      binary.ByteOrder
	callID     uint32
	body       []byte // without the authentication trailer
	authType   byte
	auth       []byte
}

// validHeader reports whether b, of 16 bytes or more, begins as a PDU.
func validHeader(b []byte) bool {
	return b[0] == 5 && b[1] <= 1 && b[2] <= pduMax && b[4]&^0x11 == 0 && size(b) >= headerLen
}

func order(b []byte) binary.ByteOrder {
	if b[4]&0x10 != 0 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// size returns the length of the PDU whose header is b.
func size(b []byte) int { return int(order(b).Uint16(b[8:])) }

// parse reads the PDU that is all of b, whose header is valid.
func (p *pdu) parse(b []byte) bool {
	o := order(b)
	*p = pdu{typ: b[2], flags: b[3], order: o, callID: o.Uint32(b[12:]), body: b[headerLen:]}
	n := int(o.Uint16(b[10:]))
	if n == 0 {
		return true
	}
	cut := len(p.body) - n - trailerLen
	if cut < 0 {
		return false
	}
	p.authType = p.body[cut]
	p.auth = p.body[cut+trailerLen:]
	p.body = p.body[:cut]
	return true
}
