package packet

// maxFrames is how deep frames may nest: far deeper than providers nest them.
const maxFrames = 32

// ethernet decodes Ethernet II and IEEE 802.3, and Ethernet in it (PBB, MPLS
// pseudowires), in a loop.
func (p *Packet) ethernet(b []byte, wire int) {
	for depth := 0; b != nil; depth++ {
		if depth > maxFrames {
			p.stop(ExceededTunnelMaxDepth)
			return
		}
		// Zeek wants three bytes of payload as well.
		if len(b) <= 16 {
			p.stop(TruncatedEthernet)
			return
		}
		et := be16(b[12:])
		if et == etherFabricPath {
			if len(b) <= 16+14 {
				p.stop(TruncatedLink)
				return
			}
			b, wire = b[16:], wire-16
			et = be16(b[12:])
		}
		p.HasMAC = true
		p.DstMAC = [6]byte(b)
		p.SrcMAC = [6]byte(b[6:])
		p.EtherType = et
		if et == etherIPv4 {
			p.ip(b[14:], wire-14)
			return
		}
		b, wire = p.etherStep(et, b[14:], wire-14)
	}
}

// etherType decodes what follows an Ethernet type.
func (p *Packet) etherType(et uint16, b []byte, wire int) {
	if b, wire = p.etherStep(et, b, wire); b != nil {
		p.ethernet(b, wire)
	}
}

// etherStep decodes what follows an Ethernet type or length.  It returns the
// Ethernet frame that comes next, or nil when it is done.
func (p *Packet) etherStep(et uint16, b []byte, wire int) ([]byte, int) {
	for {
		p.EtherType = et
		switch et {
		case etherIPv4, etherIPv6:
			p.ip(b, wire)
			return nil, 0
		case etherVLAN, etherQinQ, etherQinQOld:
			if len(b) <= 4 {
				p.stop(TruncatedVLAN)
				return nil, 0
			}
			id := int16(be16(b) & 0xfff)
			if p.VLAN < 0 {
				p.VLAN = id
			} else {
				p.InnerVLAN = id
			}
			et = be16(b[2:])
			b, wire = b[4:], wire-4
		case etherVNTag:
			if len(b) <= 6 {
				p.stop(TruncatedVNTag)
				return nil, 0
			}
			et = be16(b[4:])
			b, wire = b[6:], wire-6
		case etherPBB:
			if len(b) <= 18 {
				p.stop(TruncatedLink)
				return nil, 0
			}
			return b[4:], wire - 4
		case etherMPLS, etherMPLSMulti:
			return p.mpls(b, wire)
		case etherPPPoE:
			p.pppoe(b, wire)
			return nil, 0
		default:
			if et > 1500 {
				if et < 1536 {
					p.stop(UndefinedEtherType)
				}
				return nil, 0
			}
			// An 802.3 length: LLC follows, of which only SNAP (RFC 1042)
			// carries IP.
			if len(b) < 8 || be16(b) != 0xaaaa || b[2] != 3 || b[3] != 0 || be16(b[4:]) != 0 {
				return nil, 0
			}
			if n := int(et); n >= 8 {
				wire = min(wire, n)
				b = b[:min(len(b), wire)]
			}
			et = be16(b[6:])
			b, wire = b[8:], wire-8
		}
	}
}

// mpls skips the label stack (RFC 3032).  What follows is not named: IP by
// its version, else Ethernet behind a control word (RFC 4448).
func (p *Packet) mpls(b []byte, wire int) ([]byte, int) {
	for {
		if len(b) <= 4 {
			p.stop(TruncatedLink)
			return nil, 0
		}
		last := b[2]&1 != 0
		b, wire = b[4:], wire-4
		if last {
			break
		}
	}
	if b[0]>>4 == 0 && len(b) > 4+16 {
		return b[4:], wire - 4
	}
	p.ip(b, wire)
	return nil, 0
}
