package pipeline

import (
	"encoding/binary"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// partitions is how many parts the pairs of addresses are dealt to.  It is the
// same whatever the number of goroutines that work on them, so that the output
// is, too; more than the usual number of processors, so that work is spread
// evenly although some pairs have much more of it than others.
const partitions = 8

// router deals packets to partitions.  Packets of a tunnel over IP go where
// the connection in it goes outside of the tunnel, as far as the tunnel
// carries one pair of hosts only.
type router struct {
	seed uint64
	// outer are the partitions of tunnels, inner those of the pairs of hosts
	// that were met in one, by hash.
	outer, inner map[uint64]uint8
}

func newRouter(seed uint64) *router {
	return &router{seed: seed, outer: make(map[uint64]uint8), inner: make(map[uint64]uint8)}
}

// pick returns the partition of a packet.  DHCP all goes to one, because an
// exchange goes over several pairs of addresses.
func (t *router) pick(r *pcapfile.Record) uint8 {
	if isDHCP(r) {
		return 0
	}
	outer, inner, tunnelled := packet.HashPairs(r.Link, r.Data, t.seed)
	if !tunnelled {
		return partition(outer)
	}
	k, ok := t.outer[outer]
	if !ok {
		k, ok = t.inner[inner]
		switch {
		case inner == 0:
			k = partition(outer)
		case !ok:
			k = partition(inner)
		}
		remember(t.outer, outer, k)
	}
	if _, ok := t.inner[inner]; !ok && inner != 0 {
		remember(t.inner, inner, k)
	}
	return k
}

func partition(hash uint64) uint8 { return uint8(mix(hash, 0x5bd1e995) % partitions) }

// remember bounds the map: a full one is emptied.
func remember(m map[uint64]uint8, hash uint64, k uint8) {
	if len(m) >= maxTunnels {
		clear(m)
	}
	m[hash] = k
}

// isDHCP reports whether the frame is DHCP over IPv4, on the links and behind
// the tags on which one meets it.
func isDHCP(r *pcapfile.Record) bool {
	ip := ipv4(r)
	if len(ip) < 20+4 || ip[9] != 17 || ip[0]>>4 != 4 {
		return false
	}
	udp := int(ip[0]&15) * 4
	if len(ip) < udp+4 {
		return false
	}
	src, dst := be16(ip[udp:]), be16(ip[udp+2:])
	return src == 67 || src == 68 || dst == 67 || dst == 68
}

// ipv4 returns the frame from its IPv4 header on, or nil.
func ipv4(r *pcapfile.Record) []byte {
	b := r.Data
	switch r.Link {
	case packet.LinkRaw, packet.LinkRaw12, packet.LinkRaw14, packet.LinkIPv4:
		return b
	case packet.LinkEthernet:
		if len(b) < 14 {
			return nil
		}
		b = b[12:]
	case packet.LinkSLL:
		if len(b) < 16 {
			return nil
		}
		b = b[14:]
	default:
		return nil
	}
	for len(b) > 6 {
		switch be16(b) {
		case 0x0800:
			return b[2:]
		case 0x8100, 0x88a8, 0x9100:
			b = b[4:]
		default:
			return nil
		}
	}
	return nil
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
