package packet

// greHeader is what a GRE header (RFC 2784, 2890, 2637) says of its payload.
type greHeader struct {
	link LinkType // link type of the payload
	et   uint16   // its Ethernet type, where link is greEtherType
	n    int      // length of all headers
	key  uint32
	v1   bool // PPTP
}

// greEtherType stands for a payload that its Ethernet type describes.
const greEtherType LinkType = 0xffff

// gre decodes GRE and what it carries.
func (p *Packet) gre(b []byte, wire int) {
	var g greHeader
	if s := g.parse(b); s != OK {
		p.stop(s)
		return
	}
	b, wire = b[g.n:], wire-g.n
	if g.v1 {
		proto := uint8(protoIPIP)
		if g.et == etherIPv6 {
			proto = protoIPv6
		}
		if !p.inner(proto, b, wire) {
			return
		}
		p.Hops[p.NHops-1].Tunnel = TunnelGRE
		p.Hops[p.NHops-1].ID = g.key
		p.ip(b, wire)
		return
	}
	if !p.push(TunnelGRE, g.key) {
		return
	}
	p.payload(g, b, wire)
}

// payload decodes what version 0 GRE carries.
func (p *Packet) payload(g greHeader, b []byte, wire int) {
	if g.link != greEtherType {
		p.link(g.link, b, wire)
		return
	}
	switch g.et {
	case etherMPLS, etherMPLSMulti, etherVLAN, etherQinQ:
		p.etherType(g.et, b, wire)
	case etherPPP:
		p.ppp(b, wire)
	default:
		p.ip(b, wire)
	}
}

// parse reads the header, as Zeek does, in the same order of checks.
func (g *greHeader) parse(b []byte) Status {
	if len(b) < 4 {
		return TruncatedGRE
	}
	flags, et := be16(b), be16(b[2:])
	version := flags & 7
	n := 4
	if flags&0x8000 != 0 { // checksum
		n += 4
	}
	keyAt := -1
	if flags&0x2000 != 0 {
		keyAt = n
		n += 4
	}
	if flags&0x1000 != 0 { // sequence number
		n += 4
	}
	if flags&0x0080 != 0 { // acknowledgement
		n += 4
	}
	g.link, g.et = greEtherType, et
	need := 0
	switch version {
	case 0:
		switch {
		case et == etherTEB:
			g.link, need = LinkEthernet, 15
		case et == 0x88be: // ERSPAN I, or II if there is a sequence number
			g.link, need = LinkEthernet, 15
			if flags&0x1000 != 0 {
				if len(b) >= n+8 {
					g.key = uint32(be16(b[n+2:]) & 0x3ff)
				}
				n, need = n+8, 14
			}
		case et == 0x22eb: // ERSPAN III
			g.link = LinkEthernet
			if len(b) <= n+12+14 {
				return TruncatedGRE
			}
			g.key = uint32(be16(b[n+2:]) & 0x3ff)
			if b[n+11]&1 != 0 { // optional subheader
				n += 8
			}
			n, need = n+12, 15
		case aruba(et):
			g.link, need = Link80211, 1
		}
	case 1:
		if et != etherPPP {
			return EGREProtocolType
		}
		g.v1 = true
		need = 4
	default:
		return UnknownGREVersion
	}
	switch {
	case flags&0x4000 != 0:
		return GRERouting
	case flags&0x0078 != 0:
		return UnknownGREFlags
	case len(b) < n+need:
		return TruncatedGRE
	}
	if keyAt >= 0 && g.key == 0 {
		g.key = be32(b[keyAt:])
	}
	if g.v1 {
		switch be16(b[n+2:]) {
		case 0x0021:
			g.et = etherIPv4
		case 0x0057:
			g.et = etherIPv6
		default:
			return NonIPPacketInEncap
		}
		n += 4
		g.key &= 0xffff // the call; the upper half is the payload's length
	}
	g.n = n
	return OK
}

// aruba reports whether a GRE protocol type is one of those with which Aruba
// access points carry 802.11 frames, as Zeek lists them.
func aruba(et uint16) bool {
	return et&0x8200 == 0x8200 && et&0xf == 0 ||
		et&0x8300 == 0x8300 && et&0xf == 0 && et <= 0x8370 ||
		et == 0x9000
}
