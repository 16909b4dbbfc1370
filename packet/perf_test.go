package packet

import (
	"math/rand/v2"
	"testing"
)

func TestChecksumOfAnyLength(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 200 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
			if n%3 == 0 {
				b[i] = 0xff // carries
			}
		}
		want := ^sum16(b)
		got := fold(sum(b, 0))
		if got = got<<8 | got>>8; got != want {
			t.Fatalf("%d bytes: got %04x, want %04x", n, got, want)
		}
	}
}

func TestHashPair(t *testing.T) {
	rev := ip(b4, a4, protoTCP, tcpSeg(80, 1234, ACK, ""), 16)
	rev6 := ip(b6, a6, protoTCP, tcpSeg(80, 1234, ACK, ""), 16)
	h := HashPair(LinkEthernet, ether(0x800, tcp4()), 1)
	for name, c := range map[string]struct {
		link  LinkType
		frame []byte
	}{
		"reverse":  {LinkEthernet, ether(0x800, rev)},
		"raw":      {LinkRaw, tcp4()},
		"vlan":     {LinkEthernet, ether(0x8100, cat(u16(5, 0x800), rev))},
		"qinq":     {LinkEthernet, ether(0x88a8, cat(u16(5, 0x8100, 6, 0x800), rev))},
		"fragment": {LinkEthernet, ether(0x800, ipHeader(b4, a4, 17, make([]byte, 40), 0x1000))},
		"cut":      {LinkRaw, tcp4()[:41]},
		"cut qinq": {LinkEthernet, ether(0x88a8, cat(u16(5, 0x8100, 6, 0x800), rev[:30]))},
		"tunnel":   {LinkEthernet, ether(0x800, ipHeader(b4, a4, 41, tcp6(), 0))},
	} {
		if got := HashPair(c.link, c.frame, 1); got != h {
			t.Errorf("%s: %x, want %x", name, got, h)
		}
	}
	h6 := HashPair(LinkRaw, tcp6(), 1)
	if HashPair(LinkEthernet, ether(0x86dd, rev6), 1) != h6 {
		t.Error("IPv6 differs by direction")
	}
	if h6 == h || HashPair(LinkEthernet, ether(0x800, tcp4()), 2) == h {
		t.Error("the hash ignores addresses or seed")
	}
	if HashPair(LinkEthernet, ether(0x806, make([]byte, 50)), 1) != 0 {
		t.Error("ARP has a hash")
	}
	var p Packet
	Decode(LinkRaw, rev, len(rev), &p)
	if p.HashPair(1) != h {
		t.Error("method and function differ")
	}
	// Neighbouring pairs spread over shards.
	var shards [4]int
	for i := range 4000 {
		b := tcp4()
		b[14], b[15] = byte(i>>8), byte(i)
		shards[HashPair(LinkRaw, b, 7)%4]++
	}
	for _, n := range shards {
		if n < 800 {
			t.Errorf("shards get %v of 4000", shards)
			break
		}
	}
}

// corpus is frames of many kinds.
func corpus() (links []LinkType, frames [][]byte) {
	put := func(l LinkType, f []byte) { links, frames = append(links, l), append(frames, f) }
	put(LinkEthernet, ether(0x800, tcp4()))
	put(LinkEthernet, ether(0x86dd, tcp6()))
	put(LinkEthernet, ether(0x88a8, cat(u16(7, 0x8100, 8, 0x800), udp4(1, 4789, cat([]byte{8, 0, 0, 0, 0, 0, 7, 0}, ether(0x800, tcp4()))))))
	put(LinkRaw, ipHeader(a4, b4, 47, cat(u16(0x1000, 0x88be), u32(1, 0x10000041, 0), ether(0x800, tcp4())), 0))
	put(LinkRaw, ipHeader(a4, b4, 41, tcp6(), 0))
	put(LinkRaw, ipHeader(a6, b6, 43, cat([]byte{60, 2, 2, 1, 0, 0, 0, 0}, addr(a6), []byte{6, 0, 1, 4, 0, 0, 0, 0}, tcp6()[40:]), 0))
	put(LinkRaw, udp4(1, 2152, cat([]byte{0x34, 255}, u16(8), u32(1), []byte{0, 0, 0, 0x85, 1, 0, 9, 0}, tcp4())))
	put(LinkRaw, udp4(1, 3544, cat(make([]byte, 8), tcp6())))
	put(LinkRaw, udp4(1, 6081, cat([]byte{1, 0}, u16(0x6558), u32(0x700), u32(0), ether(0x86dd, tcp6()))))
	put(LinkRaw, udp4(1, 5072, cat([]byte{0x42, 0x52, 1, 41}, u32(0), make([]byte, 36), tcp6())))
	put(LinkRaw, ip(a4, b4, protoICMP, cat([]byte{3, 1, 0, 0}, u32(0), tcp4()), 2))
	put(LinkRaw, ipHeader(a4, b4, 17, make([]byte, 16), 0x2002))
	snap := cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(0x800), tcp4())
	wifi := cat([]byte{0x88, 1, 0, 0}, make([]byte, 20), []byte{0x80, 0}, macB, macA, u16(len(snap)), snap)
	put(Link80211, wifi)
	put(LinkRadiotap, cat([]byte{0, 0, 9, 0, 2, 0, 0, 0, 0x10}, wifi))
	put(LinkNFLOG, cat([]byte{2, 0, 0, 0, byte(4 + len(tcp4())), 0, 9, 0}, tcp4()))
	put(LinkSLL2, cat(u16(0x86dd, 0), u32(3), u16(1), []byte{0, 6}, macA, u16(0), tcp6()))
	put(LinkPPP, cat([]byte{0xff, 3}, u16(0x21), tcp4()))
	put(LinkNull, cat(u32(30), tcp6()))
	return links, frames
}

// all does everything that can be done with a frame.
func all(link LinkType, frame []byte, wire int, d *Defrag, p, q *Packet) (packets int) {
	var e Embedded
	var in Inner
	Decode(link, frame, wire, p)
	for {
		packets++
		p.Checksum()
		p.Embedded(&e)
		p.WindowScale()
		for p.Kind == KindFragment && d.Add(p, int64(packets)) {
			p.Checksum()
		}
		if p.Kind == KindUDP {
			LooksTeredo(p.Payload)
			for tun := TunnelVXLAN; tun <= TunnelAYIYA+1; tun++ {
				if Inside(tun, p, &in) && len(in.Data) > 0 {
					DecodeInner(p, &in, q)
					q.Checksum()
				}
				if Inside(TunnelGRE, p, &in) {
					DecodeInner(p, &in, q)
				}
			}
		}
		if !p.Next() {
			return packets
		}
	}
}

func TestNoAllocations(t *testing.T) {
	links, frames := corpus()
	d := NewDefrag(0, 0)
	var p, q Packet
	for i, f := range frames {
		if n := testing.AllocsPerRun(10, func() {
			all(links[i], f, len(f), d, &p, &q)
			HashPair(links[i], f, 1)
		}); n != 0 {
			t.Errorf("frame %d: %v allocations", i, n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	links, frames := corpus()
	for i, b := range frames {
		f.Add(uint16(links[i]), len(b), b)
	}
	f.Fuzz(func(t *testing.T, link uint16, wire int, b []byte) {
		wire %= 1 << 20
		var p, q Packet
		d := NewDefrag(1<<16, 0)
		if n := all(LinkType(link), b, wire, d, &p, &q); n > 1+len(b)/14 {
			t.Errorf("%d packets in a frame of %d bytes", n, len(b))
		}
		Decode(LinkType(link), b, wire, &p)
		HashPair(LinkType(link), b, 1)
		if p.NHops > MaxHops {
			t.Errorf("%d hops", p.NHops)
		}
		if p.Kind >= KindIP && (len(p.Payload) > max(p.PayloadLen, 0) || len(p.IP) > len(b)) {
			t.Errorf("lengths: payload %d of %d, ip %d of %d", len(p.Payload), p.PayloadLen, len(p.IP), len(b))
		}
		if p.Status != OK && !p.Weirds.Has(p.Status) {
			t.Errorf("status %v is not in Weirds", p.Status)
		}
	})
}

// FuzzDefrag takes a script of fragments: per 6 bytes offset, length, more,
// protocol and version.
func FuzzDefrag(f *testing.F) {
	f.Add([]byte{0, 0, 64, 1, 17, 4, 0, 8, 64, 0, 17, 4})
	f.Add([]byte{0, 8, 64, 0, 60, 6, 0, 0, 64, 1, 60, 6})
	f.Add([]byte{31, 255, 255, 0, 6, 4, 0, 0, 0, 0, 6, 4})
	f.Fuzz(func(t *testing.T, script []byte) {
		const limit = 1 << 18
		script = script[:min(len(script), 6*200)]
		d := NewDefrag(limit, 1000)
		var p Packet
		for i := 0; i+6 <= len(script); i += 6 {
			s := script[i:]
			off, n := int(be16(s))&0x1fff, int(s[2])
			if s[3]&2 != 0 {
				n *= 40
			}
			payload := make([]byte, n)
			for j := range payload {
				payload[j] = s[j%6]
			}
			var b []byte
			if s[5] == 6 {
				b = ipHeader(a6, b6, 44, cat([]byte{s[4], 0}, u16(off<<3|int(s[3]&1)), u32(5), payload), 0)
			} else {
				b = ipHeader(a4, b4, s[4], payload, off|int(s[3]&1)<<13)
			}
			Decode(LinkRaw, b, len(b), &p)
			for p.Kind == KindFragment && d.Add(&p, int64(i)) {
				p.Checksum()
			}
			if _, size := d.Len(); size > limit {
				t.Fatalf("holds %d bytes", size)
			}
		}
	})
}

func bench(b *testing.B, link LinkType, frame []byte) {
	var p Packet
	b.ReportAllocs()
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		Decode(link, frame, len(frame), &p)
	}
}

func BenchmarkDecodeTCP4(b *testing.B) { bench(b, LinkEthernet, ether(0x800, tcp4())) }
func BenchmarkDecodeTCP6(b *testing.B) { bench(b, LinkEthernet, ether(0x86dd, tcp6())) }
func BenchmarkDecodeVLAN(b *testing.B) {
	bench(b, LinkEthernet, ether(0x8100, cat(u16(5, 0x800), tcp4())))
}
func BenchmarkDecodeGRE(b *testing.B) {
	bench(b, LinkEthernet, ether(0x800, ipHeader(a4, b4, 47, cat(u16(0, 0x800), tcp4()), 0)))
}

func BenchmarkHashPair(b *testing.B) {
	frame := ether(0x800, tcp4())
	for b.Loop() {
		HashPair(LinkEthernet, frame, 1)
	}
}

func BenchmarkChecksum1460(b *testing.B) {
	frame := ip(a4, b4, protoTCP, tcpSeg(1, 2, ACK, string(make([]byte, 1460))), 16)
	var p Packet
	Decode(LinkRaw, frame, len(frame), &p)
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		if p.Checksum() != OK {
			b.Fatal("wrong checksum")
		}
	}
}

func BenchmarkDefrag(b *testing.B) {
	udp := udp4(7, 53, make([]byte, 3000))[20:]
	frags := [][]byte{frag4(17, udp, 0, 1480), frag4(17, udp, 1480, 3008)}
	d := NewDefrag(0, 0)
	var p Packet
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range frags {
			Decode(LinkRaw, f, len(f), &p)
			d.Add(&p, 0)
		}
	}
}
