package sketch

import (
	"math"
	"testing"
)

func hash(i uint64) uint64 {
	i ^= i >> 33
	i *= 0xff51afd7ed558ccd
	i ^= i >> 33
	i *= 0xc4ceb9fe1a85ec53
	return (i ^ i>>33) >> 1
}

func TestHLL(t *testing.T) {
	for _, n := range []int{0, 1, 4000, 5000, 50_000, 500_000} {
		var a, b HLL
		var x, y []uint64
		for i := range n {
			if i%2 == 0 {
				x = append(x, hash(uint64(i)))
			} else {
				y = append(y, hash(uint64(i)))
			}
		}
		a.Add(x...)
		b.Add(y...)
		b.Add(x[:len(x)/3]...)
		c, ok := ParseHLL(b.Values())
		if !ok {
			t.Fatal("the state is not read back")
		}
		a.Merge(c)
		got := float64(a.Count())
		if n <= maxHashes && got != float64(n) || math.Abs(got-float64(n)) > 0.03*float64(n) {
			t.Errorf("%d values: %v", n, got)
		}
	}
}

func TestDigest(t *testing.T) {
	var d Digest
	for i := 1; i <= 1000; i++ {
		d.Add(Centroid{float64(i), 1})
	}
	if p, _ := d.Percentile(50); p != 500 || d.Rank(685) != 685 {
		t.Errorf("median %v, rank %v", p, d.Rank(685))
	}
	var big Digest
	for i := range 100_000 {
		v := []Centroid{{float64(i * 7919 % 100_000), 1}}
		if i%1000 == 0 {
			big.Add(v...)
			continue
		}
		big.c = append(big.c, v...)
	}
	big.Add()
	if len(big.c) > 4*maxCentroids {
		t.Errorf("%d centroids", len(big.c))
	}
	e, ok := ParseDigest(big.Values())
	if !ok {
		t.Fatal("the state is not read back")
	}
	for _, p := range []float64{1, 25, 50, 99, 99.9} {
		if got, _ := e.Percentile(p); math.Abs(got-p*1000) > 500 {
			t.Errorf("percentile %v: %v", p, got)
		}
	}
	if _, ok := new(Digest).Percentile(50); ok {
		t.Error("nothing has a median")
	}
}

func TestParse(t *testing.T) {
	for _, v := range [][]any{nil, {"hll"}, {"hll", "x"}, {"hll", []any{"x"}}, {"tdigest", "", []any{1.0}}, {"tdigest", "", []any{"x", 1.0}}} {
		if _, ok := ParseHLL(v); ok {
			t.Errorf("HLL %v", v)
		}
		if _, ok := ParseDigest(v); ok {
			t.Errorf("digest %v", v)
		}
	}
}
