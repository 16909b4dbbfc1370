package reassembly

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// record collects what is delivered: bytes, and gaps as zeros.
type record struct {
	data []byte
	gaps uint64
	log  []string
}

func (r *record) Data(b []byte) {
	r.data = append(r.data, b...)
	r.log = append(r.log, string(b))
}

func (r *record) Gap(n uint64) {
	r.data = append(r.data, make([]byte, n)...)
	r.gaps += n
	r.log = append(r.log, fmt.Sprintf("<%d>", n))
}

func TestStream(t *testing.T) {
	type op struct {
		seq uint64
		b   string // "" for an ack of seq
	}
	for _, tt := range []struct {
		name    string
		partial bool
		ops     []op
		want    string
	}{
		{"in order", false, []op{{1, "abc"}, {4, "def"}}, "abc def"},
		{"hole filled", false, []op{{4, "def"}, {1, "abc"}}, "abc def"},
		{"first copy wins", false, []op{{4, "def"}, {1, "abcXYZ"}}, "abc def"},
		{"later part is new", false, []op{{4, "def"}, {1, "abcXYZghi"}}, "abc def ghi"},
		{"retransmission", false, []op{{1, "abc"}, {1, "XYZdef"}}, "abc def"},
		{"acknowledged hole", false, []op{{4, "def"}, {7, ""}}, "<3> def"},
		{"acknowledged hole, more after", false, []op{{4, "def"}, {10, "jkl"}, {7, ""}, {7, "ghi"}}, "<3> def ghi jkl"},
		{"acknowledged beyond the data", false, []op{{4, "def"}, {12, ""}, {12, "x"}}, "<3> def <5> x"},
		{"data after its gap", false, []op{{4, ""}, {1, "abc"}, {4, "def"}}, "<3> def"},
		{"partial start", true, []op{{2, ""}, {1, "abc"}, {4, ""}}, "<1> bc"},
		{"old ack", false, []op{{1, "abc"}, {2, ""}, {1, ""}, {4, "d"}}, "abc d"},
		{"two holes", false, []op{{3, "c"}, {5, "e"}, {7, "g"}, {2, "b"}, {6, ""}, {7, ""}}, "<1> b c <1> e <1> g"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s Stream
			s.Reset()
			p, r := NewPool(1<<20), &record{}
			for _, o := range tt.ops {
				if o.b == "" {
					s.Ack(p, o.seq, tt.partial, r)
				} else {
					s.Insert(p, o.seq, []byte(o.b), r)
				}
			}
			if got := strings.Join(r.log, " "); got != tt.want {
				t.Errorf("delivered %q, want %q", got, tt.want)
			}
			s.Release(p)
			if p.Used() != 0 {
				t.Errorf("%d bytes of the pool still in use", p.Used())
			}
		})
	}
}

// TestModel sends a known string in random segments, reordered, duplicated,
// overlapping and with losses, and compares with the string.
func TestModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 2000 {
		size := 1 + rng.IntN(9000)
		text := make([]byte, size)
		for i := range text {
			text[i] = byte(1 + rng.IntN(255))
		}
		type seg struct{ from, to int }
		var segs []seg
		lost := make([]bool, size)
		for from := 0; from < size; {
			to := min(size, from+1+rng.IntN(3000))
			if rng.IntN(8) == 0 {
				for i := from; i < to; i++ {
					lost[i] = true
				}
			} else {
				segs = append(segs, seg{from, to})
			}
			from = to
		}
		for range rng.IntN(4) {
			from := rng.IntN(size)
			s := seg{from, min(size, from+1+rng.IntN(5000))}
			for i := s.from; i < s.to; i++ {
				lost[i] = false
			}
			segs = append(segs, s)
		}
		rng.Shuffle(len(segs), func(i, j int) {
			if rng.IntN(2) == 0 {
				segs[i], segs[j] = segs[j], segs[i]
			}
		})
		var s Stream
		s.Reset()
		p, r := NewPool(1<<20), &record{}
		for _, g := range segs {
			b := bytes.Clone(text[g.from:g.to])
			s.Insert(p, uint64(1+g.from), b, r)
			clear(b)
		}
		s.Ack(p, uint64(1+size), false, r)
		want := bytes.Clone(text)
		for i := range want {
			if lost[i] {
				want[i] = 0
			}
		}
		if !bytes.Equal(r.data, want) {
			t.Fatalf("round %d: delivered %d bytes, want %d, or other bytes", round, len(r.data), len(want))
		}
		if p.Used() != 0 || s.Unacked() {
			t.Fatalf("round %d: %d bytes in use, unacked %v after the last ack", round, p.Used(), s.Unacked())
		}
	}
}

func TestPoolIsBounded(t *testing.T) {
	p := NewPool(256 << 10)
	var s Stream
	s.Reset()
	r := &record{}
	for i := range 10_000 {
		s.Insert(p, uint64(2+2*i*1000), bytes.Repeat([]byte{7}, 1000), r)
	}
	if p.Used() > 256<<10 {
		t.Errorf("pool holds %d bytes, limit is %d", p.Used(), 256<<10)
	}
	if p.Exhausted == 0 || r.gaps == 0 {
		t.Errorf("exhausted %d, gaps %d, want both above 0", p.Exhausted, r.gaps)
	}
}

func TestGiveUp(t *testing.T) {
	p, r := NewPool(1<<20), &record{}
	var s Stream
	s.Reset()
	s.Insert(p, 5, []byte("efg"), r)
	if s.Undelivered() != 7 || !s.Unacked() || s.Held() != 3 {
		t.Errorf("undelivered %d, unacked %v, held %d; want 7, true, 3", s.Undelivered(), s.Unacked(), s.Held())
	}
	s.GiveUp(p)
	s.Insert(p, 1, []byte("abcd"), r)
	s.Ack(p, 100, false, r)
	if len(r.log) != 0 || !s.Skipping() || p.Used() != 0 || s.Next() != 100 {
		t.Errorf("after GiveUp: delivered %v, skipping %v, used %d, next %d", r.log, s.Skipping(), p.Used(), s.Next())
	}
}

func TestInOrderDoesNotAllocate(t *testing.T) {
	p, r := NewPool(1<<20), discard{}
	var s Stream
	s.Reset()
	b := make([]byte, 1448)
	seq := uint64(1)
	n := testing.AllocsPerRun(1000, func() {
		s.Insert(p, seq+1448, b, r)
		s.Insert(p, seq, b, r)
		seq += 2 * 1448
		s.Ack(p, seq, false, r)
	})
	if n != 0 {
		t.Errorf("%v allocations per pair of segments", n)
	}
}

type discard struct{}

func (discard) Data([]byte) {}
func (discard) Gap(uint64)  {}

func BenchmarkInOrder(b *testing.B) {
	p, r := NewPool(1<<20), discard{}
	var s Stream
	s.Reset()
	buf := make([]byte, 512)
	seq := uint64(1)
	for b.Loop() {
		s.Insert(p, seq, buf, r)
		seq += 512
		s.Ack(p, seq, false, r)
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte{1, 3, 5, 2, 0, 9, 7, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, r := NewPool(64*2048), &record{}
		var s Stream
		s.Reset()
		last := uint64(1)
		for len(b) >= 2 {
			seq, n := uint64(b[0])*16, int(b[1])*16
			if n == 0 {
				s.Ack(p, seq, b[0]&1 != 0, r)
			} else {
				s.Insert(p, seq, make([]byte, n), r)
			}
			if s.Next() < last {
				t.Fatalf("next went back from %d to %d", last, s.Next())
			}
			last = s.Next()
			b = b[2:]
		}
		if got := uint64(len(r.data)); got > s.Next() {
			t.Fatalf("delivered %d bytes, but next is %d", got, s.Next())
		}
		s.Release(p)
		if p.Used() != 0 {
			t.Fatalf("%d bytes still in use", p.Used())
		}
	})
}
