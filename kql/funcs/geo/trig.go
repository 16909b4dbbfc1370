package geo

import "math"

// Go's sine, cosine and arc tangent can be off in the last digit, which
// Kusto, whose coordinates come from the C library, shows.  These compute
// with twice the precision and round once.

// dd is a sum of two floats, the second less than half a digit of the first.
type dd struct{ hi, lo float64 }

func twoSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

func (a dd) add(b dd) dd {
	s := twoSum(a.hi, b.hi)
	return twoSum(s.hi, s.lo+a.lo+b.lo)
}

func (a dd) mul(b dd) dd {
	p := a.hi * b.hi
	return twoSum(p, math.FMA(a.hi, b.hi, -p)+a.hi*b.lo+a.lo*b.hi)
}

func (a dd) div(f float64) dd {
	q := a.hi / f
	return twoSum(q, (math.FMA(-q, f, a.hi)+a.lo)/f)
}

func (a dd) neg() dd { return dd{-a.hi, -a.lo} }

// halfPi1 and halfPi2 add up to π/2.
const (
	halfPi1 = 1.5707963267948966
	halfPi2 = 6.123233995736766e-17
)

// sincos returns sine and cosine of an angle of a few turns at most.
func sincos(x float64) (sin, cos dd) {
	quadrant := math.Round(x / halfPi1)
	p := quadrant * halfPi1
	r := twoSum(x, -p).add(dd{-math.FMA(quadrant, halfPi1, -p), 0}).add(dd{-quadrant * halfPi2, 0})
	sq := r.mul(r)
	// Both series at once: term n is r^n / n!.
	sin, cos = r, dd{1, 0}
	ts, tc := r, dd{1, 0}
	for n := 2.0; n < 30; n += 2 {
		tc = tc.mul(sq).div(n * (n - 1)).neg()
		ts = ts.mul(sq).div(n * (n + 1)).neg()
		sin, cos = sin.add(ts), cos.add(tc)
	}
	switch (int(quadrant)%4 + 4) % 4 {
	case 1:
		return cos, sin.neg()
	case 2:
		return sin.neg(), cos.neg()
	case 3:
		return cos.neg(), sin
	}
	return sin, cos
}

// Sincos returns sine and cosine of an angle.
func Sincos(x float64) (sin, cos float64) {
	s, c := sincos(x)
	return s.hi, c.hi
}

// Atan2 returns the angle of the direction (x, y).
func Atan2(y, x float64) float64 {
	a := math.Atan2(y, x)
	r := math.Hypot(x, y)
	if a == 0 || r == 0 || math.IsInf(r, 0) || math.IsNaN(r) {
		return a
	}
	// One step of Newton: the part of (x, y) across the angle.
	sin, cos := sincos(a)
	across := cos.mul(dd{y, 0}).add(sin.mul(dd{x, 0}).neg())
	return a + across.hi/r
}
