package packet

import "encoding/binary"

// LinkType is a link type as in capture files
// (https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// The link types that Decode knows.
const (
	LinkNull     LinkType = 0 // BSD loopback, family in the host's byte order
	LinkEthernet LinkType = 1
	LinkPPP      LinkType = 9
	LinkRaw12    LinkType = 12 // raw IP, as some systems number it
	LinkRaw14    LinkType = 14 // likewise
	LinkPPPHDLC  LinkType = 50
	LinkPPPoE    LinkType = 51
	LinkRaw      LinkType = 101 // IPv4 or IPv6
	LinkCHDLC    LinkType = 104 // Cisco HDLC
	Link80211    LinkType = 105
	LinkLoop     LinkType = 108 // OpenBSD loopback, family in network byte order
	LinkSLL      LinkType = 113 // Linux "any" device
	LinkPrism    LinkType = 119
	LinkRadiotap LinkType = 127
	LinkAVS      LinkType = 163
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkNFLOG    LinkType = 239
	LinkSLL2     LinkType = 276
)

// Ethernet types.
const (
	etherIPv4       = 0x0800
	etherARP        = 0x0806
	etherVLAN       = 0x8100
	etherTEB        = 0x6558 // transparent Ethernet bridging
	etherIPv6       = 0x86dd
	etherPPP        = 0x880b
	etherMPLS       = 0x8847
	etherMPLSMulti  = 0x8848
	etherPPPoE      = 0x8864
	etherQinQ       = 0x88a8
	etherPBB        = 0x88e7
	etherFabricPath = 0x8903
	etherVNTag      = 0x8926
	etherQinQOld    = 0x9100
)

// Supported reports whether frames of the link type are decoded.
func (l LinkType) Supported() bool {
	switch l {
	case LinkNull, LinkEthernet, LinkPPP, LinkRaw12, LinkRaw14, LinkPPPHDLC, LinkPPPoE, LinkRaw, LinkCHDLC, Link80211, LinkLoop,
		LinkSLL, LinkPrism, LinkRadiotap, LinkAVS, LinkIPv4, LinkIPv6, LinkNFLOG, LinkSLL2:
		return true
	}
	return false
}

// link decodes a frame of any link type but Ethernet.
func (p *Packet) link(link LinkType, b []byte, wire int) {
	switch link {
	case LinkEthernet:
		p.ethernet(b, wire)
	case LinkRaw, LinkRaw12, LinkRaw14, LinkIPv4, LinkIPv6:
		p.ip(b, wire)
	case LinkNull, LinkLoop:
		p.loopback(link, b, wire)
	case LinkSLL:
		p.sll(b, wire)
	case LinkSLL2:
		if len(b) < 20 {
			p.stop(TruncatedSLL2)
			return
		}
		p.mac(b[12:], b[11], nil)
		p.etherType(be16(b), b[20:], wire-20)
	case LinkPPP, LinkPPPHDLC:
		p.ppp(b, wire)
	case LinkPPPoE:
		p.pppoe(b, wire)
	case LinkCHDLC:
		if len(b) < 4 {
			p.stop(TruncatedLink)
			return
		}
		p.etherType(be16(b[2:]), b[4:], wire-4)
	case Link80211:
		p.wifi(b, wire)
	case LinkRadiotap, LinkPrism, LinkAVS:
		p.wifiMonitor(link, b, wire)
	case LinkNFLOG:
		p.nflog(b, wire)
	default:
		p.stop(UnknownLink)
	}
}

// mac notes the source address of a Linux cooked frame, of n bytes, and the
// destination if the link has one.
func (p *Packet) mac(src []byte, n byte, dst []byte) {
	if n != 6 {
		return
	}
	p.HasMAC = true
	copy(p.SrcMAC[:], src[:6])
	p.DstMAC = [6]byte{}
	copy(p.DstMAC[:], dst)
}

// sll decodes LINKTYPE_LINUX_SLL.
func (p *Packet) sll(b []byte, wire int) {
	if len(b) < 16 {
		p.stop(TruncatedSLL)
		return
	}
	p.mac(b[6:], b[5], nil)
	p.etherType(be16(b[14:]), b[16:], wire-16)
}

// loopback decodes LINKTYPE_NULL and LINKTYPE_LOOP: a 4-byte address family,
// whose number for IPv6 depends on the system.
func (p *Packet) loopback(link LinkType, b []byte, wire int) {
	if len(b) < 4 {
		p.stop(TruncatedNull)
		return
	}
	family := be32(b)
	if link == LinkNull && family > 0xffff {
		// Written on a little-endian machine.
		family = binary.LittleEndian.Uint32(b)
	}
	switch family {
	case 2, 10, 24, 28, 30:
		p.ip(b[4:], wire-4)
	}
}

// ppp decodes PPP with or without HDLC framing (RFC 1661, 1662).
func (p *Packet) ppp(b []byte, wire int) {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b, wire = b[2:], wire-2
	}
	if len(b) < 2 {
		p.stop(TruncatedPPP)
		return
	}
	proto, n := be16(b), 2
	if b[0]&1 != 0 { // compressed to one byte
		proto, n = uint16(b[0]), 1
	}
	p.pppProto(proto, b[n:], wire-n)
}

// pppProto decodes what PPP carries.
func (p *Packet) pppProto(proto uint16, b []byte, wire int) {
	switch proto {
	case 0x0021, 0x0057:
		p.ip(b, wire)
	case 0x0281, 0x0283:
		p.etherType(etherMPLS, b, wire)
	}
}

// pppoe decodes a PPPoE session frame (RFC 2516).
func (p *Packet) pppoe(b []byte, wire int) {
	if len(b) <= 8 {
		p.stop(TruncatedPPPoE)
		return
	}
	p.pppProto(be16(b[6:]), b[8:], wire-8)
}

// nflog decodes LINKTYPE_NFLOG: attributes in the host's byte order, which is
// taken to be little-endian, one of which is the packet.
func (p *Packet) nflog(b []byte, wire int) {
	if len(b) < 4 {
		p.stop(TruncatedNFLOG)
		return
	}
	family := b[0]
	b, wire = b[4:], wire-4
	for len(b) > 4 {
		n := int(binary.LittleEndian.Uint16(b))
		if n < 4 {
			p.stop(NFLOGBadLength)
			return
		}
		if binary.LittleEndian.Uint16(b[2:])&0x7fff == 9 {
			if family == 2 || family == 10 {
				p.ip(b[4:min(n, len(b))], n-4)
			}
			return
		}
		n = (n + 3) &^ 3
		if n > len(b) {
			p.stop(NFLOGBadLength)
			return
		}
		b, wire = b[n:], wire-n
	}
	p.stop(NFLOGNoPayload)
}
