package packet

// short checks that a transport header of n bytes is there.
func (p *Packet) short(seg []byte, wire, n int) bool {
	if wire < n {
		p.stop(TruncatedHeader)
		return true
	}
	if len(seg) < n {
		p.stop(InternallyTruncatedHeader)
		return true
	}
	return false
}

// tcp decodes a TCP header (RFC 9293).
func (p *Packet) tcp(seg []byte, wire int) {
	if len(seg) < 20 && p.short(seg, wire, 20) {
		return
	}
	p.Kind = KindTCP
	p.segment = seg
	p.SrcPort, p.DstPort = be16(seg), be16(seg[2:])
	p.Seq, p.Ack = be32(seg[4:]), be32(seg[8:])
	p.Flags = TCPFlags(seg[13])
	p.Window, p.Urgent = be16(seg[14:]), be16(seg[18:])
	hl := int(seg[12]>>4) * 4
	if hl < 20 || hl > len(seg) {
		p.Status = TruncatedHeader
		if hl < 20 {
			p.Status = BadTCPHeaderLen
		}
		p.Weirds.Add(p.Status)
		p.Options, p.Payload, p.PayloadLen = nil, nil, max(0, wire-max(hl, 20))
		return
	}
	p.Options = seg[20:hl]
	p.Payload, p.PayloadLen = seg[hl:], wire-hl
}

// TCPOption returns the value of the first TCP option of a kind (RFC 9293
// 3.1), without kind and length.
func (p *Packet) TCPOption(kind uint8) ([]byte, bool) {
	for o := p.Options; len(o) > 0; {
		switch o[0] {
		case 0:
			return nil, false
		case 1:
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			return nil, false
		}
		if o[0] == kind {
			return o[2:o[1]], true
		}
		o = o[o[1]:]
	}
	return nil, false
}

// WindowScale returns the shift of the window scale option (RFC 7323), -1 if
// there is none.
func (p *Packet) WindowScale() int {
	if v, ok := p.TCPOption(3); ok && len(v) > 0 {
		return int(v[0])
	}
	return -1
}

// udp decodes a UDP header (RFC 768).
func (p *Packet) udp(seg []byte, wire int) {
	if len(seg) < 8 && p.short(seg, wire, 8) {
		return
	}
	p.Kind = KindUDP
	p.segment = seg
	p.SrcPort, p.DstPort = be16(seg), be16(seg[2:])
	claim := int(be16(seg[4:]))
	p.UDPLen = claim - 8
	p.Payload, p.PayloadLen = seg[8:], wire-8
	if claim != wire {
		p.Weirds.Add(UDPDatagramLengthMismatch)
	}
}

// icmp decodes the head of an ICMP or ICMPv6 message (RFC 792, 4443).
func (p *Packet) icmp(seg []byte, wire int) {
	if len(seg) < 8 && p.short(seg, wire, 8) {
		return
	}
	p.Kind = KindICMP
	p.segment = seg
	p.ICMPType, p.ICMPCode = seg[0], seg[1]
	p.ICMPID, p.ICMPSeq = be16(seg[4:]), be16(seg[6:])
	p.Payload, p.PayloadLen = seg[8:], wire-8
}

// Embedded is the start of the packet that an ICMP error quotes.
type Embedded struct {
	Src, Dst Addr
	// SrcPort and DstPort are set for TCP and UDP; for ICMP SrcPort is the
	// type and DstPort the code.
	SrcPort, DstPort uint16
	Proto            uint8
	// Len is its total length by its header.
	Len int
}

// Embedded decodes what an ICMP error message quotes.  It returns false for
// other messages, and for quotes without a whole IP header and the first 4
// bytes behind it.
func (p *Packet) Embedded(e *Embedded) bool {
	if p.Kind != KindICMP {
		return false
	}
	b := p.Payload
	hl := 0
	if p.Proto == protoICMPv6 {
		if p.ICMPType >= 128 || len(b) < 40 || b[0]>>4 != 6 {
			return false
		}
		// The quoted packet's own oddities are nobody's business.
		var q Packet
		e.Src, e.Dst = AddrFrom16(b[8:]), AddrFrom16(b[24:])
		e.Proto, hl, _ = q.extensions(b, &e.Src, &e.Dst)
		e.Len = int(be16(b[4:])) + 40
	} else {
		switch p.ICMPType {
		case 3, 4, 5, 11, 12:
		default:
			return false
		}
		if len(b) < 20 || b[0]>>4 != 4 {
			return false
		}
		hl = int(b[0]&15) * 4
		setAddr4(&e.Src, b[12:16])
		setAddr4(&e.Dst, b[16:20])
		e.Proto, e.Len = b[9], int(be16(b[2:]))
	}
	if hl < 20 || len(b) < hl+4 {
		return false
	}
	e.SrcPort, e.DstPort = 0, 0
	switch e.Proto {
	case protoTCP, protoUDP:
		e.SrcPort, e.DstPort = be16(b[hl:]), be16(b[hl+2:])
	case protoICMP, protoICMPv6:
		e.SrcPort, e.DstPort = uint16(b[hl]), uint16(b[hl+1])
	}
	return true
}
