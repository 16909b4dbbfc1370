// Package packet decodes captured frames, from the link layer to the
// transport payload, into one reused struct, without allocating.
package packet

import "net/netip"

// Addr is an IP address; IPv4 addresses are IPv4-mapped (::ffff:a.b.c.d).
type Addr [16]byte

var v4Prefix = [12]byte{10: 0xff, 11: 0xff}

// AddrFrom4 returns the IPv4 address b, which must have 4 bytes.
func AddrFrom4(b []byte) (a Addr) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], b[:4])
	return a
}

// AddrFrom16 returns the IPv6 address b, which must have 16 bytes.
func AddrFrom16(b []byte) (a Addr) {
	copy(a[:], b[:16])
	return a
}

// Is4 reports whether a is an IPv4 address.
func (a Addr) Is4() bool { return [12]byte(a[:12]) == v4Prefix }

// Netip returns a for use with the standard library.
func (a Addr) Netip() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// AppendTo appends the text form of a, as Zeek prints it.
func (a Addr) AppendTo(b []byte) []byte { return a.Netip().AppendTo(b) }

// String returns the text form of a.
func (a Addr) String() string { return a.Netip().String() }
