package series

import (
	"math"
	"slices"
)

// Median returns the median of x, which it sorts.
func Median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	if n == 0 {
		return 0
	}
	if n%2 == 1 {
		return x[n/2]
	}
	return (x[n/2-1] + x[n/2]) / 2
}

// Percentile returns a percentile of sorted values, with steps between two
// values in proportion.
func Percentile(sorted []float64, p float64) float64 {
	at := p / 100 * float64(len(sorted)-1)
	i := int(at)
	if i < 0 || i+1 >= len(sorted) {
		return sorted[min(max(i, 0), len(sorted)-1)]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*(at-float64(i))
}

// Seasonal returns, for n places, the medians of the values of y that lie a
// whole number of periods apart.
func Seasonal(y []float64, period, n int) []float64 {
	out := make([]float64, n)
	if period <= 0 || period > len(y) {
		return out
	}
	var same []float64
	for k := range min(period, n) {
		same = same[:0]
		for i := k; i < len(y); i += period {
			same = append(same, y[i])
		}
		m := Median(same)
		for i := k; i < n; i += period {
			out[i] = m
		}
	}
	return out
}

// Trend says what of a series is not seasonal.
type Trend int

// The kinds of trend: the mean, a fitted line, or nothing.
const (
	TrendAvg Trend = iota
	TrendLine
	TrendNone
)

// Parts is a series taken apart: Baseline is Seasonal + Trend, and Residual
// what is left.
type Parts struct{ Baseline, Seasonal, Trend, Residual []float64 }

// Decompose takes y apart.  The last test values are not learned from, but
// have their parts.  A period of -1 is looked for and taken when its score is
// at least threshold; 0 is none.
func Decompose(y []float64, period int, trend Trend, test int, threshold float64) Parts {
	n := len(y)
	learn := y[:n-min(max(test, 0), n)]
	if period < 0 {
		period = mainPeriod(learn, threshold)
	}
	p := Parts{Baseline: make([]float64, n), Seasonal: Seasonal(learn, period, n), Trend: make([]float64, n), Residual: make([]float64, n)}
	rest := make([]float64, len(learn))
	for i, v := range learn {
		rest[i] = v - p.Seasonal[i]
	}
	switch trend {
	case TrendAvg:
		m := Mean(rest)
		for i := range p.Trend {
			p.Trend[i] = m
		}
	case TrendLine:
		l := FitLine(rest)
		for i := range p.Trend {
			p.Trend[i] = l.Interception + l.Slope*float64(i+1)
		}
	}
	for i, v := range y {
		p.Baseline[i] = p.Seasonal[i] + p.Trend[i]
		p.Residual[i] = v - p.Baseline[i]
	}
	return p
}

// mainPeriod is the period of the best score, or 0.
func mainPeriod(y []float64, threshold float64) int {
	periods, scores := DetectPeriods(y, 2, float64(len(y)), 1)
	if len(periods) == 0 || scores[0] < threshold {
		return 0
	}
	return int(math.Round(periods[0]))
}

// correlation returns how well y, less its line, agrees with itself at each
// distance up to half its length: 1 is full agreement.  Far distances, which
// fewer values vouch for, count less in the weighted form.
func correlation(y []float64) (plain, weighted []float64) {
	n := len(y)
	if n < 4 {
		return nil, nil
	}
	size := 1
	for size < 2*n {
		size *= 2
	}
	x := make([]complex128, size)
	l := FitLine(y)
	square := make([]float64, n+1)
	for i, v := range y {
		d := v - l.Fit[i]
		x[i] = complex(d, 0)
		square[i+1] = square[i] + d*d
	}
	if square[n] <= 1e-12*(1+l.Variance)*float64(n) {
		return nil, nil
	}
	radix2(x)
	for i, v := range x {
		x[i] = complex(real(v)*real(v)+imag(v)*imag(v), 0)
	}
	radix2(x)
	plain, weighted = make([]float64, n/2+1), make([]float64, n/2+1)
	for k := range plain {
		c := real(x[k]) / float64(size)
		if both := math.Sqrt(square[n-k] * (square[n] - square[k])); both > 0 {
			plain[k] = min(max(c/both, 0), 1)
		}
		weighted[k] = c / square[n]
	}
	return plain, weighted
}

// DetectPeriods returns the most significant periods of y between two bounds,
// the best first, with scores from 0 to 1.  They are the peaks of the
// correlation of y with itself.
func DetectPeriods(y []float64, least, most float64, count int) (periods, scores []float64) {
	plain, weighted := correlation(y)
	type peak struct {
		at            float64
		score, weight float64
	}
	var peaks []peak
	for k := 2; k+1 < len(plain); k++ {
		if weighted[k] > 0 && weighted[k] >= weighted[k-1] && weighted[k] > weighted[k+1] && float64(k) >= least && float64(k) <= most {
			peaks = append(peaks, peak{float64(k), plain[k], weighted[k]})
		}
	}
	// Half the length is the greatest period that shows twice.
	if k := len(plain) - 1; k >= 2 && weighted[k] > weighted[k-1] && float64(k) >= least && float64(k) <= most {
		peaks = append(peaks, peak{float64(k), plain[k], weighted[k]})
	}
	slices.SortStableFunc(peaks, func(a, b peak) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	for _, p := range peaks {
		if len(periods) == count {
			break
		}
		// A multiple of a period that is already there tells nothing new.
		if slices.ContainsFunc(periods, func(q float64) bool {
			r := p.at / q
			return math.Abs(r-math.Round(r)) <= 0.02*r && p.at > q
		}) {
			continue
		}
		periods, scores = append(periods, p.at), append(scores, p.score)
	}
	return periods, scores
}

// PeriodScore says how well a period fits y, from 0 to 1: the greatest
// agreement within half a step of it.
func PeriodScore(y []float64, period float64) float64 {
	plain, _ := correlation(y)
	lo, hi := int(math.Floor(period)), int(math.Ceil(period))
	best := 0.0
	for k := lo; k <= hi; k++ {
		if k >= 2 && k < len(plain) {
			best = max(best, plain[k])
		}
	}
	return best
}

// z75 is the 75th percentile of the normal distribution.
const z75 = 0.6744897501960817

// fenceScale is the part of the distance between two percentiles that scores
// 1.  Between the quartiles it is all of it, as Tukey has it.  For the 10th and
// 90th the factor is the one that the real engine's scores show; others follow
// the normal distribution, where the same value has the same score.
func fenceScale(lo, hi float64) float64 {
	switch p := math.Min(lo, 100-hi); {
	case p == 25:
		return 1
	case p == 10:
		return 0.36067156396620265
	case p <= 0 || p >= 50:
		return 1
	default:
		z := math.Sqrt2 * math.Erfinv(1-2*p/100)
		return max((4*z75-z)/(3*z), 0.1)
	}
}

// Outliers scores the values of x by how far they lie beyond two percentiles
// of the values of learn: 0 between them, from 1.5 on a mild outlier, from 3
// on a strong one, negative below.
func Outliers(x, learn []float64, lo, hi float64) []float64 {
	out := make([]float64, len(x))
	if len(learn) == 0 {
		return out
	}
	s := slices.Clone(learn)
	slices.Sort(s)
	low, high := Percentile(s, lo), Percentile(s, hi)
	unit := (high - low) * fenceScale(lo, hi)
	for i, v := range x {
		switch {
		case v > high:
			out[i] = (v - high) / unit
		case v < low:
			out[i] = (v - low) / unit
		}
	}
	return out
}
