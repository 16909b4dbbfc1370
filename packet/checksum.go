package packet

import (
	"encoding/binary"
	"math/bits"
)

// Checksum verifies the packet's checksums (RFC 1071) and returns OK,
// IPLenZero, BadIPChecksum, BadTCPChecksum, BadUDPChecksum, BadICMPChecksum
// or BadMHChecksum.  Like Zeek it takes the checksums of transport segments
// that were not captured whole as right, allows UDP over IPv4 and VXLAN to
// have none, and refuses packets without an IP length, which have no right
// checksum either.  Call it unless checksums are to be ignored (Zeek's -C).
// Fragments are verified for their IP header only; Defrag verifies nothing.
func (p *Packet) Checksum() Status {
	if p.Version == 0 {
		return OK
	}
	if p.badIPSum {
		return BadIPChecksum
	}
	if p.IPLen == 0 {
		return IPLenZero
	}
	if p.Kind == KindFragment || p.Status != OK && p.Kind == KindOther ||
		len(p.segment) < p.IPLen-p.IPHeaderLen {
		return OK
	}
	switch {
	case p.Kind == KindTCP:
		if !p.pseudoOK() {
			return BadTCPChecksum
		}
	case p.Kind == KindUDP:
		if p.segment[6]|p.segment[7] == 0 && (p.Version == 4 || p.vxlan()) {
			return OK
		}
		if !p.pseudoOK() {
			return BadUDPChecksum
		}
	case p.Kind == KindICMP:
		if p.Proto == protoICMP && fold(sum(p.segment, 0)) != 0xffff ||
			p.Proto == protoICMPv6 && !p.pseudoOK() {
			return BadICMPChecksum
		}
	case p.Kind == KindOther && p.Version == 6 && p.Proto == protoMobility:
		if !p.pseudoOK() {
			return BadMHChecksum
		}
	}
	return OK
}

// vxlan reports whether a UDP packet looks like VXLAN on its port, which may
// leave the checksum out over IPv6 too (RFC 7348 5).
func (p *Packet) vxlan() bool {
	return p.DstPort == 4789 && len(p.Payload) > 8+14 && p.Payload[0]&8 != 0
}

// pseudoOK verifies the transport segment with the pseudo header.  IPv4
// addresses may be summed in their mapped form: ffff counts as zero.
func (p *Packet) pseudoOK() bool {
	s := uint64(p.Proto)<<8 + uint64(bits.ReverseBytes32(uint32(len(p.segment))))
	s = sum(p.Src[:], s)
	s = sum(p.Dst[:], s)
	return fold(sum(p.segment, s)) == 0xffff
}

// header4OK verifies the checksum of an IPv4 header.
func header4OK(h []byte) bool {
	if len(h) != 20 {
		return fold(sum(h, 0)) == 0xffff
	}
	s, c := bits.Add64(binary.LittleEndian.Uint64(h), binary.LittleEndian.Uint64(h[8:]), 0)
	s, c = bits.Add64(s, uint64(binary.LittleEndian.Uint32(h[16:20])), c)
	return fold(s+c) == 0xffff
}

// sum adds b to the ones' complement sum s, 8 bytes at a time.  Words are
// little-endian: the sum of swapped words is the swapped sum (RFC 1071 2B).
func sum(b []byte, s uint64) uint64 {
	var c uint64
	for len(b) >= 32 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), c)
		b = b[32:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		b = b[8:]
	}
	var tail uint64
	if len(b) >= 4 {
		tail = uint64(binary.LittleEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		tail += uint64(binary.LittleEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) > 0 {
		tail += uint64(b[0])
	}
	s, c = bits.Add64(s, tail, c)
	s, c = bits.Add64(s, c, 0)
	return s + c
}

// fold reduces a sum to 16 bits.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}
