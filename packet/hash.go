package packet

import (
	"encoding/binary"
	"math/bits"
)

// HashPair returns a hash of the pair of addresses of the frame's outermost
// IP packet, the same for both directions and for fragments; 0 for frames
// without IP.  It is for choosing a shard: all packets between two hosts go to
// one.  It reads no more than that needs.
func HashPair(link LinkType, frame []byte, seed uint64) uint64 {
	if link == LinkEthernet && len(frame) >= 14+40 {
		b, et := frame[14:], be16(frame[12:])
		if et == etherVLAN && len(frame) >= 18+40 {
			b, et = frame[18:], be16(frame[16:])
		}
		if et == etherIPv4 && b[0]>>4 == 4 {
			return hashPair(seed, 0xffff0000|uint64(binary.LittleEndian.Uint32(b[12:]))<<32, 0,
				0xffff0000|uint64(binary.LittleEndian.Uint32(b[16:]))<<32, 0)
		}
		// Extension headers may change the endpoints: the long way.
		if et == etherIPv6 && b[0]>>4 == 6 && plainIPv6(b[6]) {
			return hashPair(seed, binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[8:]),
				binary.LittleEndian.Uint64(b[32:]), binary.LittleEndian.Uint64(b[24:]))
		}
	}
	var p Packet
	// However long it was on the wire: what is cut off has addresses too.
	Decode(link, frame, 1<<30, &p)
	if p.NHops > 0 {
		return hashAddrs(seed, &p.Hops[0].Src, &p.Hops[0].Dst)
	}
	if p.Version == 0 {
		return 0
	}
	return hashAddrs(seed, &p.Src, &p.Dst)
}

// HashPairs returns what HashPair does, and the same of the frame's innermost
// IP packet, inside of tunnels over IP itself (not of those over UDP).
// Tunnelled tells that there is such a tunnel; inner is 0 where what is in it
// cannot be told, as in a fragment.
func HashPairs(link LinkType, frame []byte, seed uint64) (outer, inner uint64, tunnelled bool) {
	if link == LinkEthernet && len(frame) >= 14+40 {
		b, et := frame[14:], be16(frame[12:])
		if et == etherVLAN && len(frame) >= 18+40 {
			b, et = frame[18:], be16(frame[16:])
		}
		if et == etherIPv4 && b[0]>>4 == 4 && !carriesIP(b[9]) || et == etherIPv6 && b[0]>>4 == 6 && plainIPv6(b[6]) {
			h := HashPair(link, frame, seed)
			return h, h, false
		}
	}
	var p Packet
	Decode(link, frame, 1<<30, &p)
	if p.Version == 0 && p.NHops == 0 {
		return 0, 0, false
	}
	inner = hashAddrs(seed, &p.Src, &p.Dst)
	if p.NHops > 0 {
		return hashAddrs(seed, &p.Hops[0].Src, &p.Hops[0].Dst), inner, true
	}
	if carriesIP(p.Proto) {
		return inner, 0, true
	}
	return inner, inner, false
}

// carriesIP reports whether an IP protocol is a tunnel: IP in IP, GRE.
func carriesIP(proto uint8) bool {
	return proto == protoIPIP || proto == protoIPv6 || proto == protoGRE
}

// plainIPv6 reports whether an IPv6 next header is not an extension that can
// change the endpoints.
func plainIPv6(next uint8) bool {
	return next == protoTCP || next == protoUDP || next == protoICMPv6
}

// HashPair returns what the function HashPair returns for p's frame.
func (p *Packet) HashPair(seed uint64) uint64 { return HashPair(p.Link, p.Frame, seed) }

func hashAddrs(seed uint64, a, b *Addr) uint64 {
	return hashPair(seed, binary.LittleEndian.Uint64(a[8:]), binary.LittleEndian.Uint64(a[:]),
		binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[:]))
}

// hashPair mixes each address with the seed and adds them up.
func hashPair(seed, alo, ahi, blo, bhi uint64) uint64 {
	h := hashAddr(seed, alo, ahi) + hashAddr(seed, blo, bhi)
	return mix(h^0x9e3779b97f4a7c15, seed|1)
}

func hashAddr(seed, lo, hi uint64) uint64 {
	return mix(lo^seed^0xa0761d6478bd642f, hi^0xe7037ed1a0b428db)
}

// mix folds a 128-bit product, as wyhash and Go's own map hash do.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
