package packet

import "encoding/binary"

// IP protocols.
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoIPIP     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoESP      = 50
	protoAH       = 51
	protoICMPv6   = 58
	protoNone     = 59
	protoDstOpts  = 60
	protoMobility = 135
)

// maxExtensions is how many IPv6 extension headers are followed.
const maxExtensions = 16

// ip decodes IPv4 or IPv6, what it carries, and IP in IP.  The checks and
// their order are those of Zeek's IP analyzer.
func (p *Packet) ip(b []byte, wire int) {
	for {
		if len(b) < 20 {
			p.stop(TruncatedIP)
			return
		}
		var proto uint8
		switch b[0] >> 4 {
		case 4:
			total, hl := int(be16(b[2:])), int(b[0]&15)*4
			if !p.bounds(&b, wire, total, hl) {
				return
			}
			if hl < 20 {
				p.stop(IPv4MinHeaderSize)
				return
			}
			p.Version, p.TOS, p.TTL = 4, b[1], b[8]
			proto = b[9]
			p.Proto = proto
			setAddr4(&p.Src, b[12:16])
			setAddr4(&p.Dst, b[16:20])
			if !header4OK(b[:hl]) {
				p.badIPSum = true
			}
			if off := be16(b[6:]); off&0x3fff != 0 {
				p.FragID, p.FragOff = uint32(be16(b[4:])), int(off&0x1fff)*8
				p.MoreFrags, p.dontFrag = off&0x2000 != 0, off&0x4000 != 0
				if !p.fragment(b) {
					return
				}
			}
		case 6:
			if len(b) < 40 {
				p.stop(TruncatedIP)
				return
			}
			var frag bool
			var ok bool
			if proto, frag, ok = p.ipv6(&b, wire); !ok {
				return
			}
			if frag && !p.fragment(b) {
				return
			}
			if proto == protoNone {
				p.noNext()
				return
			}
		default:
			p.stop(UnknownIPVersion)
			return
		}
		total := p.IPLen
		if total == 0 {
			total = len(b)
		}
		hl := p.IPHeaderLen
		seg, segWire := b[hl:], total-hl
		switch proto {
		case protoTCP:
			p.tcp(seg, segWire)
			return
		case protoUDP:
			p.udp(seg, segWire)
			return
		case protoICMP, protoICMPv6:
			p.icmp(seg, segWire)
			return
		case protoIPIP, protoIPv6:
			if !p.inner(proto, seg, segWire) {
				return
			}
			b, wire = seg, segWire
		case protoGRE:
			p.gre(seg, segWire)
			return
		default:
			p.other(proto, seg, segWire)
			return
		}
	}
}

// bounds checks the lengths that an IP header claims, cuts b to the packet's
// end, and notes them.
func (p *Packet) bounds(b *[]byte, wire, total, hl int) bool {
	p.IPLen = total
	if total == 0 {
		// Segmentation offload leaves the length out.
		p.Weirds.Add(IPLenZero)
		total = len(*b)
	}
	switch {
	case wire < total:
		p.stop(TruncatedIPLen)
		return false
	case hl > total:
		p.stop(InvalidIPHeaderSize)
		return false
	case hl > len(*b):
		p.stop(InternallyTruncatedHeader)
		return false
	}
	if len(*b) > total {
		*b = (*b)[:total]
	}
	p.IP, p.IPHeaderLen = *b, hl
	return true
}

// setAddr4 sets a to the IPv4 address b.
func setAddr4(a *Addr, b []byte) {
	binary.LittleEndian.PutUint64(a[:8], 0)
	binary.LittleEndian.PutUint64(a[8:], 0xffff0000|uint64(binary.LittleEndian.Uint32(b))<<32)
}

// fragment notes that b is a fragment.  It returns whether decoding goes on:
// with the first fragment of a packet that was not captured whole.
func (p *Packet) fragment(b []byte) bool {
	if len(b) >= p.IPLen {
		p.Kind = KindFragment
		p.Payload = b[p.IPHeaderLen:]
		p.PayloadLen = len(p.Payload)
		return false
	}
	if p.FragOff != 0 {
		p.stop(IncompletelyCapturedFragment)
		return false
	}
	p.Weirds.Add(IncompletelyCapturedFragment)
	return true
}

// noNext handles the IPv6 next header "none", which only Teredo bubbles have
// for a reason.
func (p *Packet) noNext() {
	if p.NHops == 0 || p.Hops[p.NHops-1].Tunnel != TunnelTeredo {
		p.stop(IPv6NoNext)
	}
}

// other notes a packet of a protocol that is not decoded.
func (p *Packet) other(proto uint8, seg []byte, wire int) {
	p.Payload, p.PayloadLen, p.segment = seg, wire, seg
	if p.Version == 6 {
		switch proto {
		case protoESP:
			return
		case protoMobility:
			if len(seg) > 0 && seg[0] != protoNone {
				p.Weirds.Add(MobilityPiggyback)
			}
			return
		}
	}
	p.Kind = KindIP
}

// inner checks IP in IP as Zeek does and adds the hop.
func (p *Packet) inner(proto uint8, b []byte, wire int) bool {
	total, version := 0, uint8(4)
	switch {
	case proto == protoIPv6:
		version = 6
		if len(b) < 40 {
			p.stop(TruncatedInnerIP)
			return false
		}
		total = int(be16(b[4:])) + 40
	case len(b) < 20:
		p.stop(InvalidInnerIPVersion)
		return false
	default:
		total = int(be16(b[2:]))
	}
	switch {
	case p.NHops >= MaxHops:
		p.stop(ExceededTunnelMaxDepth)
		return false
	case b[0]>>4 != version:
		p.stop(InvalidInnerIPVersion)
		return false
	case wire < total:
		p.stop(TruncatedInnerIP)
		return false
	case wire > total:
		p.stop(InnerIPPayloadMismatch)
		return false
	}
	return p.push(TunnelIP, 0)
}
