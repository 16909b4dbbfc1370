package packet

import (
	"math/rand/v2"
	"testing"
)

// frag4 and frag6 are fragments of payload[lo:hi]; the last one has hi at the
// payload's end.
func frag4(proto byte, payload []byte, lo, hi int) []byte {
	word := lo / 8
	if hi < len(payload) {
		word |= 0x2000
	}
	return ipHeader(a4, b4, proto, payload[lo:hi], word)
}

func frag6(proto byte, payload []byte, lo, hi int) []byte {
	word := lo
	if hi < len(payload) {
		word |= 1
	}
	return ipHeader(a6, b6, 44, cat([]byte{proto, 0}, u16(word), u32(5), payload[lo:hi]), 0)
}

// add decodes and adds fragments and returns what came of the last.
func add(t *testing.T, d *Defrag, p *Packet, frags ...[]byte) (whole bool, all Weirds) {
	t.Helper()
	for i, f := range frags {
		Decode(LinkRaw, f, len(f), p)
		if p.Kind != KindFragment {
			t.Fatalf("fragment %d: %s", i, summary(p))
		}
		whole = d.Add(p, int64(i))
		all |= p.Weirds
		if whole && i < len(frags)-1 {
			t.Fatalf("whole after fragment %d", i)
		}
	}
	return whole, all
}

func TestDefrag(t *testing.T) {
	udp := udp4(7, 53, make([]byte, 3000))[20:]
	udp6 := ip(a6, b6, protoUDP, udpSeg(7, 53, make([]byte, 3000)), 6)[40:]
	other := append([]byte(nil), udp...)
	other[1000] = 1
	f := func(lo, hi int) []byte { return frag4(17, udp, lo, hi) }
	text := "udp 10.0.0.1:7>10.0.0.2:53 len 3000/3000"
	tunnel := ipHeader("192.0.2.1", "192.0.2.2", 47, cat(u16(0, 0x800), frag4(17, udp, 0, 3008)), 0)
	opts6 := cat([]byte{17, 0, 1, 4, 0, 0, 0, 0}, udp6)
	for _, c := range []struct {
		name  string
		frags [][]byte
		want  string // "" if not whole
		weird Status
	}{
		{"in order", [][]byte{f(0, 1480), f(1480, 2960), f(2960, 3008)}, text, OK},
		{"reverse", [][]byte{f(2960, 3008), f(1480, 2960), f(0, 1480)}, text, OK},
		{"ipv6", [][]byte{frag6(17, udp6, 1400, 3008), frag6(17, udp6, 0, 1400)}, "udp 2001:db8::1:7>2001:db8::2:53 len 3000/3000", OK},
		{"ipv6 atomic", [][]byte{frag6(17, udp6, 0, 3008)}, "udp 2001:db8::1:7>2001:db8::2:53 len 3000/3000", OK},
		{"ipv6 options behind", [][]byte{frag6(60, opts6, 0, 800), frag6(60, opts6, 800, 3016)}, "udp 2001:db8::1:7>2001:db8::2:53 len 3000/3000", OK},
		{"overlap", [][]byte{f(0, 1480), f(1400, 3008)}, text, FragmentOverlap},
		{"first copy wins", [][]byte{f(0, 1480), frag4(17, other, 800, 3008)}, text, FragmentInconsistency},
		{"first copy wins, later", [][]byte{f(800, 1480), frag4(17, other, 0, 1600), f(1600, 3008)}, text, FragmentInconsistency},
		{"duplicate", [][]byte{f(0, 1480), f(0, 1480), f(1480, 3008)}, text, FragmentOverlap},
		{"hole", [][]byte{f(0, 800), f(1600, 3008)}, "", OK},
		{"no end", [][]byte{f(0, 800), f(800, 1600)}, "", OK},
		{"small", [][]byte{f(0, 8), f(8, 3008)}, text, ExcessivelySmallFragment},
		{"two ends", [][]byte{frag4(17, udp[:2000], 1480, 2000), f(2960, 3008), f(0, 1480)}, "", FragmentSizeInconsistency},
		{"protocols", [][]byte{f(0, 1480), frag4(6, udp, 1480, 3008)}, text, FragmentProtocolInconsistency},
		{"df", [][]byte{ipHeader(a4, b4, 17, udp[:1480], 0x6000), f(1480, 3008)}, text, FragmentWithDF},
		{"too large", [][]byte{ipHeader(a4, b4, 17, make([]byte, 1000), 0x1fff)}, "", ExcessivelyLargeFragment},
		{"empty", [][]byte{ipHeader(a4, b4, 17, nil, 0x2000), f(0, 1480), f(1480, 3008)}, text, ExcessivelySmallFragment},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Packet
			d := NewDefrag(0, 0)
			whole, weirds := add(t, d, &p, c.frags...)
			if whole != (c.want != "") {
				t.Fatalf("whole: %v", whole)
			}
			p.Weirds = 0
			if whole && summary(&p) != c.want {
				t.Errorf("got  %s\nwant %s", summary(&p), c.want)
			}
			if c.weird == OK && weirds != 0 || c.weird != OK && !weirds.Has(c.weird) {
				t.Errorf("weirds %x, want %v", weirds, c.weird)
			}
			if n, size := d.Len(); whole && (n != 0 || size != 0) {
				t.Errorf("%d packets and %d bytes are left", n, size)
			}
		})
	}
	t.Run("in a tunnel in fragments", func(t *testing.T) {
		// The outer packet is in fragments, and what it carries is one.
		inner := frag4(17, cat(udp, make([]byte, 8)), 0, 3008)
		outer := cat(u16(0, 0x800), inner)
		var p Packet
		d := NewDefrag(0, 0)
		whole, _ := add(t, d, &p, frag4(47, outer, 0, 1480), frag4(47, outer, 1480, len(outer)))
		if !whole || p.Kind != KindFragment || p.NHops != 1 {
			t.Fatalf("whole %v: %s", whole, summary(&p))
		}
		if d.Add(&p, 0) {
			t.Error("the inner fragment alone is no packet")
		}
	})
	t.Run("carried whole", func(t *testing.T) {
		var p Packet
		Decode(LinkRaw, tunnel, len(tunnel), &p)
		if got := summary(&p); got != "[GRE 0 192.0.2.1:0>192.0.2.2:0] "+text {
			t.Error(got)
		}
	})
}

// TestDefragRandom compares with a byte map: any order, any overlap with equal
// bytes gives the packet.
func TestDefragRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		d := NewDefrag(0, 0)
		payload := make([]byte, 8+rng.IntN(4000))
		for i := range payload {
			payload[i] = byte(rng.Uint32())
		}
		have := make([]bool, len(payload))
		missing, end := len(payload), false
		var p Packet
		for try := 0; ; try++ {
			if try > 5000 {
				t.Fatal("never whole")
			}
			lo := rng.IntN(len(payload)) &^ 7
			hi := min(len(payload), lo+8*(1+rng.IntN(60)))
			for i := lo; i < hi; i++ {
				if !have[i] {
					have[i] = true
					missing--
				}
			}
			end = end || hi == len(payload)
			f := frag4(99, payload, lo, hi)
			Decode(LinkRaw, f, len(f), &p)
			want := missing == 0 && end
			if p.Kind != KindFragment { // one piece from start to end
				break
			}
			if got := d.Add(&p, 0); got != want {
				t.Fatalf("whole: %v, want %v", got, want)
			}
			if p.Weirds.Has(FragmentInconsistency) {
				t.Fatal("inconsistent")
			}
			if want {
				if string(p.Payload) != string(payload) {
					t.Fatal("wrong bytes")
				}
				break
			}
		}
	}
}

func TestDefragBounds(t *testing.T) {
	var p Packet
	d := NewDefrag(100_000, 1000)
	for i := range 1000 {
		f := ipHeader(a4, b4, 17, make([]byte, 1000), 0x2000)
		f[4], f[5] = byte(i>>8), byte(i)
		Decode(LinkRaw, f, len(f), &p)
		d.Add(&p, 0)
		if _, size := d.Len(); size > 100_000 {
			t.Fatalf("%d bytes after %d fragments", size, i)
		}
	}
	if n, _ := d.Len(); n < 10 {
		t.Errorf("only %d packets are kept", n)
	}
	f := ipHeader(b4, a4, 17, make([]byte, 1000), 0x2000)
	Decode(LinkRaw, f, len(f), &p)
	d.Add(&p, 1001)
	if n, _ := d.Len(); n != 1 {
		t.Errorf("%d packets are left after the timeout", n)
	}
}
