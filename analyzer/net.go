package analyzer

import (
	"encoding/binary"
	"net/netip"

	"wirehunt/packet"
)

// Net is an IP network.
type Net struct {
	addr, mask [2]uint64 // high and low half, big-endian
}

func halves(a *packet.Addr) [2]uint64 {
	return [2]uint64{binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])}
}

// NetFrom returns the network p.
func NetFrom(p netip.Prefix) Net {
	bits := p.Bits()
	if p.Addr().Is4() {
		bits += 96
	}
	a := packet.Addr(p.Addr().As16())
	n := Net{addr: halves(&a)}
	// A shift by 64 or more gives 0.
	n.mask[0] = ^uint64(0) << max(64-bits, 0)
	n.mask[1] = ^uint64(0) << (64 - max(bits-64, 0))
	n.addr[0] &= n.mask[0]
	n.addr[1] &= n.mask[1]
	return n
}

// Contains reports whether a is in n.
func (n *Net) Contains(a packet.Addr) bool { return n.contains(halves(&a)) }

func (n *Net) contains(h [2]uint64) bool {
	return h[1]&n.mask[1] == n.addr[1] && h[0]&n.mask[0] == n.addr[0]
}

// PrivateNets returns the networks that IANA lists as not routable over the
// Internet, which Zeek takes as local by default
// (Site::private_address_space), with their 6to4 forms.
func PrivateNets() []Net {
	v4 := []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/24", "239.0.0.0/8", "240.0.0.0/4", "255.255.255.255/32",
	}
	v6 := []string{
		"::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:2::/48", "2001:db8::/32",
		"fc00::/7", "fe80::/10", "fec0::/10",
	}
	var nets []Net
	for _, s := range v4 {
		p := netip.MustParsePrefix(s)
		nets = append(nets, NetFrom(p))
		a, b := p.Addr().As4(), [16]byte{0x20, 0x02}
		copy(b[2:], a[:])
		nets = append(nets, NetFrom(netip.PrefixFrom(netip.AddrFrom16(b), 16+p.Bits())))
	}
	for _, s := range v6 {
		nets = append(nets, NetFrom(netip.MustParsePrefix(s)))
	}
	return nets
}
