package series

import (
	"math"
	"math/bits"
)

// FFT returns the discrete Fourier transform of a complex series of any
// length, or its inverse, which divides by the length.
func FFT(re, im []float64, inverse bool) (outRe, outIm []float64) {
	n := len(re)
	x := make([]complex128, n)
	for i := range x {
		x[i] = complex(re[i], im[i])
	}
	if inverse {
		for i, v := range x {
			x[i] = complex(real(v), -imag(v))
		}
	}
	x = transform(x)
	outRe, outIm = make([]float64, n), make([]float64, n)
	for i, v := range x {
		outRe[i], outIm[i] = real(v), imag(v)
		if inverse {
			outRe[i], outIm[i] = real(v)/float64(n), -imag(v)/float64(n)
		}
	}
	return outRe, outIm
}

func transform(x []complex128) []complex128 {
	n := len(x)
	switch {
	case n <= 1:
		return x
	case n&(n-1) == 0:
		radix2(x)
		return x
	}
	return bluestein(x)
}

// root returns exp(-i*pi*num/den).
func root(num, den int) complex128 {
	s, c := math.Sincos(math.Pi * float64(num) / float64(den))
	return complex(c, -s)
}

// radix2 transforms in place; the length is a power of two.
func radix2(x []complex128) {
	n := len(x)
	shift := 64 - uint(bits.Len(uint(n-1)))
	for i := range x {
		if j := int(bits.Reverse64(uint64(i)) >> shift); i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	w := make([]complex128, n/2)
	for i := range w {
		w[i] = root(2*i, n)
	}
	for size := 2; size <= n; size *= 2 {
		half, step := size/2, n/size
		for from := 0; from < n; from += size {
			for k := range half {
				a, b := x[from+k], x[from+k+half]*w[k*step]
				x[from+k], x[from+k+half] = a+b, a-b
			}
		}
	}
}

// bluestein turns a transform of any length into a convolution, which
// transforms of a power of two do.
func bluestein(x []complex128) []complex128 {
	n := len(x)
	m := 1 << bits.Len(uint(2*n))
	w := make([]complex128, n)
	for k := range w {
		// k*k modulo 2n keeps the angle exact.
		w[k] = root(int(uint64(k)*uint64(k)%uint64(2*n)), n)
	}
	a, b := make([]complex128, m), make([]complex128, m)
	for k := range n {
		a[k] = x[k] * w[k]
		c := complex(real(w[k]), -imag(w[k]))
		b[k] = c
		if k > 0 {
			b[m-k] = c
		}
	}
	radix2(a)
	radix2(b)
	for i := range a {
		a[i] *= b[i]
		a[i] = complex(real(a[i]), -imag(a[i]))
	}
	radix2(a)
	out := make([]complex128, n)
	for k := range out {
		out[k] = complex(real(a[k]), -imag(a[k])) / complex(float64(m), 0) * w[k]
	}
	return out
}

// FIR applies a finite impulse response filter: each value becomes a sum of
// it and the ones before it, weighted; with center the window lies around the
// value.  Beyond the ends the series is 0.
func FIR(x, filter []float64, center bool) []float64 {
	ahead := 0
	if center {
		ahead = len(filter) / 2
	}
	out := make([]float64, len(x))
	for i := range out {
		for j, f := range filter {
			if k := i + ahead - j; k >= 0 && k < len(x) {
				out[i] += f * x[k]
			}
		}
	}
	return out
}

// IIR applies an infinite impulse response filter with the coefficients of a
// transfer function's numerator and denominator.  It reports false where the
// denominator's first one is missing or 0.
func IIR(x, num, den []float64) ([]float64, bool) {
	if len(den) == 0 || den[0] == 0 {
		return nil, false
	}
	out := make([]float64, len(x))
	for i := range out {
		s := 0.0
		for j, b := range num[:min(len(num), i+1)] {
			s += b * x[i-j]
		}
		for j, a := range den[1:min(len(den), i+1)] {
			s -= a * out[i-j-1]
		}
		out[i] = s / den[0]
	}
	return out, true
}
