package geo

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bigSin is the sine by its series in 200 bits, for angles of a few turns.
func bigSin(x float64) float64 {
	b := func(f float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(f) }
	v, sum, term := b(x), b(x), b(x)
	sq := b(0).Mul(v, v)
	for n := 2.0; n < 80; n += 2 {
		term.Mul(term, sq)
		term.Quo(term, b(-n*(n+1)))
		sum.Add(sum, term)
	}
	f, _ := sum.Float64()
	return f
}

func TestSincos(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3_000 {
		x := (rnd.Float64()*2 - 1) * 2 * math.Pi
		sin, cos := Sincos(x)
		if want := bigSin(x); sin != want {
			t.Fatalf("sine of %v is %v, want %v", x, sin, want)
		}
		if math.Abs(sin*sin+cos*cos-1) > 4e-16 {
			t.Fatalf("cosine of %v is %v, with sine %v", x, cos, sin)
		}
		r := rnd.Float64()*10 + 0.1
		if a := Atan2(sin*r, cos*r); math.Abs(math.Remainder(a-x, 2*math.Pi)) > 1e-15*4 {
			t.Fatalf("angle of %v is %v", x, a)
		}
	}
	for _, x := range []float64{0, math.Pi / 2, -math.Pi, math.Pi} {
		sin, _ := Sincos(x)
		if math.Abs(sin-math.Sin(x)) > 1e-15 {
			t.Errorf("sine of %v is %v", x, sin)
		}
	}
	if Atan2(0, 1) != 0 || Atan2(0, -1) != math.Pi || Atan2(0, 0) != 0 {
		t.Error("angles of the axes")
	}
}
