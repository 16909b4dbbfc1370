package packet

// ipv6 decodes an IPv6 header and its extension headers (RFC 8200), as far as
// Zeek follows them: up to a fragment, ESP or mobility header, or one that is
// cut off.  It returns the protocol that follows, and whether the packet is a
// fragment.
func (p *Packet) ipv6(pb *[]byte, wire int) (proto uint8, frag, ok bool) {
	b := *pb
	src, dst := AddrFrom16(b[8:]), AddrFrom16(b[24:])
	next, hl := b[6], 40
	if next == protoTCP || next == protoUDP {
		p.Src, p.Dst = src, dst
	} else {
		next, hl, frag = p.extensions(b, &src, &dst)
		p.Src, p.Dst = src, dst
	}
	if !p.bounds(pb, wire, int(be16(b[4:]))+40, hl) {
		return 0, false, false
	}
	p.Version, p.TTL = 6, b[7]
	p.TOS = b[0]<<4 | b[1]>>4
	p.Proto = next
	p.dontFrag = false
	return next, frag, true
}

// extensions follows the extension headers of the IPv6 packet b, up to len(b).
func (p *Packet) extensions(b []byte, src, dst *Addr) (next uint8, hl int, frag bool) {
	next, hl = b[6], 40
	p.fragNext = 6
	routed, home := false, false
	for range maxExtensions {
		h := b[hl:]
		if len(h) < 2 {
			return next, hl, false
		}
		var n int
		switch next {
		case protoHopByHop, protoRouting, protoDstOpts:
			n = int(h[1])*8 + 8
		case protoAH:
			n = int(h[1])*4 + 8
		case protoFragment:
			if len(h) < 8 {
				return next, hl, false
			}
			off := be16(h[2:])
			p.FragID, p.FragOff, p.MoreFrags = be32(h[4:]), int(off&0xfff8), off&1 != 0
			return h[0], hl + 8, true
		default: // ESP, mobility, the transport
			return next, hl, false
		}
		if n > len(h) {
			return next, hl, false
		}
		switch next {
		case protoRouting:
			routed = p.routing(h[:n], dst, routed)
		case protoDstOpts:
			home = p.dstOpts(h[2:n], src, home)
		}
		p.fragNext = hl
		next = h[0]
		hl += n
	}
	return next, hl, false
}

// routing takes the final destination from a routing header: type 0 (RFC
// 2460, deprecated) and type 2 (RFC 6275).  It reports whether the
// destination is known now.
func (p *Packet) routing(h []byte, dst *Addr, routed bool) bool {
	if routed {
		p.Weirds.Add(MultipleRoutingHeaders)
		return true
	}
	units, left := h[1], h[3]
	switch h[2] {
	case 0:
		p.Weirds.Add(Routing0Hdr)
		if left > 0 && units >= 2 {
			if units%2 == 0 {
				*dst = AddrFrom16(h[len(h)-16:])
				return true
			}
			p.Weirds.Add(OddRouting0Len)
		}
	case 2:
		if left > 0 {
			if units == 2 {
				*dst = AddrFrom16(h[len(h)-16:])
				return true
			}
			p.Weirds.Add(BadRouting2Len)
		}
	default:
		p.Weirds.Add(UnknownRoutingType)
	}
	return false
}

// dstOpts takes the home address (RFC 6275 6.3) from destination options.  It
// reports whether it is known now.
func (p *Packet) dstOpts(o []byte, src *Addr, home bool) bool {
	for len(o) > 0 {
		if o[0] == 0 { // Pad1
			o = o[1:]
			continue
		}
		if len(o) < 2 || len(o) < 2+int(o[1]) {
			p.Weirds.Add(BadIPv6DestOptLen)
			break
		}
		n := 2 + int(o[1])
		if o[0] == 201 {
			switch {
			case n != 18:
				p.Weirds.Add(BadHomeAddrLen)
			case home:
				p.Weirds.Add(MultipleHomeAddrOpts)
			default:
				*src = AddrFrom16(o[2:])
				home = true
			}
		}
		o = o[n:]
	}
	return home
}
