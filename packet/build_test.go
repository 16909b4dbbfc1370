package packet

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// Builders of packets for tests, with right lengths and checksums.  They share
// no code with the decoder.

var (
	macA = []byte{2, 0, 0, 0, 0, 1}
	macB = []byte{2, 0, 0, 0, 0, 2}
)

func cat(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func u16(v ...int) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, uint16(x))
	}
	return b
}

func u32(v ...uint32) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

func ether(et int, payload []byte) []byte { return cat(macB, macA, u16(et), payload) }

// sum16 is RFC 1071 word by word.
func sum16(parts ...[]byte) uint16 {
	b := cat(parts...)
	if len(b)%2 == 1 {
		b = append(b, 0)
	}
	s := 0
	for i := 0; i < len(b); i += 2 {
		s += int(b[i])<<8 | int(b[i+1])
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

func addr(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

// ip builds an IP packet around a transport segment whose checksum is at
// sumAt, -1 for none.
func ip(src, dst string, proto byte, seg []byte, sumAt int) []byte {
	seg = append([]byte(nil), seg...)
	if sumAt >= 0 {
		pseudo := cat(addr(src), addr(dst), u32(uint32(len(seg)), uint32(proto)))
		if proto == protoICMP {
			pseudo = nil
		}
		c := sum16(pseudo, seg)
		if proto == protoUDP && c == 0 {
			c = 0xffff
		}
		binary.BigEndian.PutUint16(seg[sumAt:], c)
	}
	return ipHeader(src, dst, proto, seg, 0)
}

// ipHeader builds an IP packet; frag is IPv4's fragment word.
func ipHeader(src, dst string, proto byte, seg []byte, frag int) []byte {
	if strings.Contains(src, ":") {
		return cat(u32(6<<28), u16(len(seg)), []byte{proto, 63}, addr(src), addr(dst), seg)
	}
	h := cat(u16(0x4500, 20+len(seg), 77, frag), []byte{64, proto, 0, 0}, addr(src), addr(dst))
	binary.BigEndian.PutUint16(h[10:], sum16(h))
	return cat(h, seg)
}

func tcpSeg(sport, dport int, flags TCPFlags, payload string) []byte {
	return cat(u16(sport, dport), u32(1000, 2000), []byte{5 << 4, byte(flags)}, u16(512, 0, 0), []byte(payload))
}

func udpSeg(sport, dport int, payload []byte) []byte {
	return cat(u16(sport, dport, 8+len(payload), 0), payload)
}

const (
	a4, b4 = "10.0.0.1", "10.0.0.2"
	a6, b6 = "2001:db8::1", "2001:db8::2"
)

// Common packets.
func tcp4() []byte { return ip(a4, b4, protoTCP, tcpSeg(1234, 80, ACK|PSH, "hello"), 16) }
func tcp6() []byte { return ip(a6, b6, protoTCP, tcpSeg(1234, 80, SYN, ""), 16) }
func udp4(sport, dport int, payload []byte) []byte {
	return ip(a4, b4, protoUDP, udpSeg(sport, dport, payload), 6)
}

// summary prints what tests compare.
func summary(p *Packet) string {
	var s strings.Builder
	if p.HasMAC {
		fmt.Fprintf(&s, "%x>%x ", p.SrcMAC, p.DstMAC)
	}
	if p.VLAN >= 0 {
		fmt.Fprintf(&s, "vlan %d", p.VLAN)
		if p.InnerVLAN >= 0 {
			fmt.Fprintf(&s, "/%d", p.InnerVLAN)
		}
		s.WriteByte(' ')
	}
	for i := range p.NHops {
		h := &p.Hops[i]
		fmt.Fprintf(&s, "[%v %d %v:%d>%v:%d] ", h.Tunnel, h.ID, h.Src, h.SrcPort, h.Dst, h.DstPort)
	}
	switch p.Kind {
	case KindOther:
		s.WriteString("other")
	case KindIP:
		fmt.Fprintf(&s, "ip%d %v>%v proto %d len %d/%d", p.Version, p.Src, p.Dst, p.Proto, len(p.Payload), p.PayloadLen)
	case KindFragment:
		fmt.Fprintf(&s, "frag %v>%v proto %d id %d off %d more %v len %d", p.Src, p.Dst, p.Proto, p.FragID, p.FragOff, p.MoreFrags, p.PayloadLen)
	case KindTCP:
		fmt.Fprintf(&s, "tcp %v:%d>%v:%d flags %02x len %d/%d", p.Src, p.SrcPort, p.Dst, p.DstPort, uint8(p.Flags), len(p.Payload), p.PayloadLen)
	case KindUDP:
		fmt.Fprintf(&s, "udp %v:%d>%v:%d len %d/%d", p.Src, p.SrcPort, p.Dst, p.DstPort, len(p.Payload), p.PayloadLen)
	case KindICMP:
		fmt.Fprintf(&s, "icmp %v>%v %d/%d len %d/%d", p.Src, p.Dst, p.ICMPType, p.ICMPCode, len(p.Payload), p.PayloadLen)
	}
	if c := p.Checksum(); c != OK {
		fmt.Fprintf(&s, " sum:%v", c)
	}
	for w := p.Weirds; w != 0; {
		fmt.Fprintf(&s, " weird:%v", w.Next())
	}
	return s.String()
}
