// Package series computes on arrays of numbers at equal distances: fitted
// lines, transforms, filters, periods, seasonal decomposition and outliers.
// It knows numbers only; package funcs reads and writes dynamic values.
//
// https://learn.microsoft.com/kusto/query/scalar-functions#series-processing-functions
package series

import "math"

// Line is a straight line fitted to a series by least squares.  The points lie
// at x = 1, 2, ...
type Line struct {
	// RSquare is how much of the variance the line explains, from 0 to 1.
	RSquare float64
	// Slope and Interception give the line: y = Interception + Slope*x.
	Slope, Interception float64
	// Variance is that of the values, RVariance that of what the line leaves.
	Variance, RVariance float64
	// Fit has the line's values.
	Fit []float64
}

// FitLine fits a line to y.
func FitLine(y []float64) Line {
	n := float64(len(y))
	mx, my := (n+1)/2, Mean(y)
	var xy, xx, yy float64
	for i, v := range y {
		x := float64(i+1) - mx
		xy += x * (v - my)
		xx += x * x
		yy += (v - my) * (v - my)
	}
	l := Line{Fit: make([]float64, len(y))}
	if xx > 0 {
		l.Slope = xy / xx
	}
	l.Interception = my - l.Slope*mx
	var rest float64
	for i, v := range y {
		l.Fit[i] = l.Interception + l.Slope*float64(i+1)
		rest += (v - l.Fit[i]) * (v - l.Fit[i])
	}
	l.RSquare, l.Variance, l.RVariance = explained(yy, rest, n)
	return l
}

// explained returns r square and the variances of sums of squares.
func explained(all, rest, n float64) (r, variance, left float64) {
	if n > 1 {
		variance, left = all/(n-1), rest/(n-1)
	}
	if all > 0 {
		r = 1 - rest/all
	}
	return r, variance, left
}

// TwoLines is a series fitted with one line up to a point and another one
// from it on.
type TwoLines struct {
	// Split is the place of the second line's first value.
	Split int
	// RSquare, Variance, RVariance and Fit are those of both lines together.
	RSquare, Variance, RVariance float64
	Fit                          []float64
	Left, Right                  Line
}

// sums holds running sums, from which the rest of a line over any stretch
// follows at once.
type sums struct{ y, xy, yy []float64 }

func (s *sums) rest(from, to int) float64 {
	n := float64(to - from)
	y, yy := s.y[to]-s.y[from], s.yy[to]-s.yy[from]
	xy := s.xy[to] - s.xy[from] - float64(from)*y
	mx := (n - 1) / 2
	xx := n * (n*n - 1) / 12
	if xx == 0 {
		return 0
	}
	sxy := xy - mx*y
	return max(yy-y*y/n-sxy*sxy/xx, 0)
}

// FitTwoLines fits the two lines that leave the least; each has at least two
// values.  It reports false for fewer than four values.
func FitTwoLines(y []float64) (TwoLines, bool) {
	n := len(y)
	if n < 4 {
		return TwoLines{}, false
	}
	my := Mean(y)
	s := sums{make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)}
	for i, v := range y {
		v -= my // keeps the sums small
		s.y[i+1], s.xy[i+1], s.yy[i+1] = s.y[i]+v, s.xy[i]+float64(i)*v, s.yy[i]+v*v
	}
	best, split := math.Inf(1), 2
	for k := 2; k <= n-2; k++ {
		if r := s.rest(0, k) + s.rest(k, n); r < best {
			best, split = r, k
		}
	}
	t := TwoLines{Split: split, Left: FitLine(y[:split]), Right: FitLine(y[split:])}
	t.Fit = append(append(make([]float64, 0, n), t.Left.Fit...), t.Right.Fit...)
	var all, rest float64
	for i, v := range y {
		all += (v - my) * (v - my)
		rest += (v - t.Fit[i]) * (v - t.Fit[i])
	}
	t.RSquare, t.Variance, t.RVariance = explained(all, rest, float64(n))
	return t, true
}

// Poly is a polynomial fitted to a series by least squares.
type Poly struct {
	RSquare, Variance, RVariance float64
	// Coefficients has the factor of the highest power first.
	Coefficients []float64
	Fit          []float64
}

// FitPoly fits a polynomial of a degree to the points (x, y); without x they
// lie at 1, 2, ...  It reports false where there are too few points.
func FitPoly(y, x []float64, degree int) (Poly, bool) {
	n, k := len(y), degree+1
	if x == nil {
		x = make([]float64, n)
		for i := range x {
			x[i] = float64(i + 1)
		}
	}
	if len(x) != n || n < k || degree < 0 {
		return Poly{}, false
	}
	// The powers are those of (x - centre) / scale, so that they stay apart.
	centre, scale := Mean(x), 0.0
	for _, v := range x {
		scale = max(scale, math.Abs(v-centre))
	}
	if scale == 0 {
		scale = 1
	}
	rows := make([][]float64, n)
	for i, v := range x {
		rows[i] = make([]float64, k+1)
		p := 1.0
		for j := range k {
			rows[i][j] = p
			p *= (v - centre) / scale
		}
		rows[i][k] = y[i]
	}
	c, ok := leastSquares(rows, k)
	if !ok {
		return Poly{}, false
	}
	p := Poly{Fit: make([]float64, n), Coefficients: make([]float64, k)}
	my, all, rest := Mean(y), 0.0, 0.0
	for i, v := range x {
		f := 0.0
		for j := k - 1; j >= 0; j-- {
			f = f*(v-centre)/scale + c[j]
		}
		p.Fit[i] = f
		all += (y[i] - my) * (y[i] - my)
		rest += (y[i] - f) * (y[i] - f)
	}
	p.RSquare, p.Variance, p.RVariance = explained(all, rest, float64(n))
	// Multiply out: the polynomial in x, by Horner's rule on polynomials.
	plain := make([]float64, 1, k)
	for j := k - 1; j >= 0; j-- {
		next := make([]float64, len(plain)+1)
		for i, v := range plain {
			next[i+1] += v / scale
			next[i] -= v * centre / scale
		}
		next[0] += c[j]
		plain = next[:min(len(next), k)]
	}
	for i, v := range plain {
		p.Coefficients[k-1-i] = v
	}
	return p, true
}

// leastSquares solves rows (k factors and the value each) by Householder
// reflections.
func leastSquares(rows [][]float64, k int) ([]float64, bool) {
	n := len(rows)
	for j := range k {
		norm := 0.0
		for i := j; i < n; i++ {
			norm = math.Hypot(norm, rows[i][j])
		}
		if norm < 1e-13 {
			return nil, false
		}
		if rows[j][j] > 0 {
			norm = -norm
		}
		v := make([]float64, n)
		for i := j; i < n; i++ {
			v[i] = rows[i][j]
		}
		v[j] -= norm
		vv := 0.0
		for _, x := range v[j:] {
			vv += x * x
		}
		for c := j; c <= k; c++ {
			d := 0.0
			for i := j; i < n; i++ {
				d += v[i] * rows[i][c]
			}
			d *= 2 / vv
			for i := j; i < n; i++ {
				rows[i][c] -= d * v[i]
			}
		}
	}
	out := make([]float64, k)
	for j := k - 1; j >= 0; j-- {
		s := rows[j][k]
		for c := j + 1; c < k; c++ {
			s -= rows[j][c] * out[c]
		}
		out[j] = s / rows[j][j]
	}
	return out, true
}

// Mean returns the mean of x, 0 for none.
func Mean(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	t := 0.0
	for _, v := range x {
		t += v
	}
	return t / float64(len(x))
}
