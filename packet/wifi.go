package packet

import "encoding/binary"

// wifiMonitor skips what drivers put before an 802.11 frame.
func (p *Packet) wifiMonitor(link LinkType, b []byte, wire int) {
	if len(b) < 8 {
		p.stop(TruncatedLink)
		return
	}
	var n int
	fcs := false
	switch {
	case link == LinkRadiotap: // https://www.radiotap.org
		n = int(binary.LittleEndian.Uint16(b[2:]))
		fcs = radiotapFCS(b, n)
	case be32(b)&0xfffff000 == 0x80211000: // AVS, also under Prism's number
		n = int(be32(b[4:]) & 0xffff)
	default: // Prism, in the byte order of the machine
		n = int(binary.LittleEndian.Uint32(b[4:]) & 0xffff)
		if n > len(b) {
			n = int(be32(b[4:]) & 0xffff)
		}
	}
	if n < 8 || n >= len(b) {
		p.stop(TruncatedLink)
		return
	}
	b, wire = b[n:], wire-n
	if fcs && wire > 4 {
		wire -= 4
		b = b[:min(len(b), wire)]
	}
	p.wifi(b, wire)
}

// radiotapFCS reports whether a radiotap header of n bytes says that the frame
// ends in a checksum.
func radiotapFCS(b []byte, n int) bool {
	present := binary.LittleEndian.Uint32(b[4:])
	if present&2 == 0 { // no flags field
		return false
	}
	off := 8
	for w := present; w&(1<<31) != 0; off += 4 { // further words of bits
		if off+4 > n || off+4 > len(b) {
			return false
		}
		w = binary.LittleEndian.Uint32(b[off:])
	}
	if present&1 != 0 { // timer, 8 bytes, aligned
		off = (off+7)&^7 + 8
	}
	return off < n && off < len(b) && b[off]&0x10 != 0
}

// wifi decodes an IEEE 802.11 data frame; other frames and encrypted ones
// stay KindOther.
func (p *Packet) wifi(b []byte, wire int) {
	if len(b) <= 24 {
		p.stop(Truncated80211)
		return
	}
	// Data frames with a body only.
	if b[0]&0x0c != 0x08 || b[0]&0x40 != 0 || b[1]&0x40 != 0 {
		return
	}
	n := 24
	toFrom := b[1] & 3
	if toFrom == 3 {
		n += 6
	}
	amsdu := false
	if b[0]&0x80 != 0 { // QoS
		if len(b) <= n+2 {
			p.stop(Truncated80211)
			return
		}
		amsdu = b[n]&0x80 != 0
		n += 2
		if b[1]&0x80 != 0 { // HT control
			n += 4
		}
	}
	if len(b) <= n {
		p.stop(Truncated80211)
		return
	}
	p.HasMAC = true
	src, dst := b[10:], b[4:]
	switch toFrom {
	case 1:
		dst = b[16:]
	case 2:
		src = b[16:]
	case 3:
		src, dst = b[24:], b[16:]
	}
	p.SrcMAC, p.DstMAC = [6]byte(src), [6]byte(dst)
	if amsdu {
		p.amsdu(b[n:], wire-n)
		return
	}
	p.snap(b[n:], wire-n)
}

// snap decodes an LLC/SNAP header and what it carries.
func (p *Packet) snap(b []byte, wire int) {
	if len(b) < 8 {
		p.stop(Truncated80211)
		return
	}
	if be16(b) == 0xaaaa && b[2] == 3 && b[3] == 0 && be16(b[4:]) == 0 {
		p.etherType(be16(b[6:]), b[8:], wire-8)
	}
}

// amsdu decodes the first subframe of an aggregate and keeps the others for
// Next.
func (p *Packet) amsdu(b []byte, wire int) {
	p.rest = nil
	if len(b) < 14 {
		p.stop(Truncated80211)
		return
	}
	p.HasMAC = true
	p.DstMAC, p.SrcMAC = [6]byte(b), [6]byte(b[6:])
	n := int(be16(b[12:]))
	b, wire = b[14:], wire-14
	if n > len(b) {
		p.stop(Truncated80211)
		return
	}
	if next := n + -(n+14)&3; next < len(b) { // subframes start at multiples of 4
		p.rest, p.restLen = b[next:], wire-next
	}
	p.snap(b[:n], n)
}
