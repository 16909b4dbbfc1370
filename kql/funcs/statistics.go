package funcs

import (
	"math"

	"wirehunt/kql/types"
)

// statistics are the beta distribution and Welch's test.
// https://learn.microsoft.com/kusto/query/scalar-functions#mathematical-functions
func statistics() []types.Func {
	beta := func(name, sigs, doc string, f func(x, a, b float64) any) types.Func {
		return goFn(name, sigs, doc, func(v []types.Value) any {
			x, a, b := flt(v[0]), flt(v[1]), flt(v[2])
			if a <= 0 || b <= 0 || math.IsNaN(a) || math.IsNaN(b) || math.IsNaN(x) {
				return math.NaN()
			}
			return f(x, a, b)
		})
	}
	return []types.Func{
		example(beta("beta_cdf", "(x:Number, alpha:Number, beta:Number) -> real", "The cumulative beta distribution.", func(x, a, b float64) any {
			if x < 0 || x > 1 {
				return nil
			}
			return betaCDF(x, a, b)
		}), "round(beta_cdf(0.5, 2.0, 2.0), 9)", "0.5"),
		beta("beta_pdf", "(x:Number, alpha:Number, beta:Number) -> real", "The density of the beta distribution.", func(x, a, b float64) any {
			if x < 0 || x > 1 {
				return nil
			}
			return math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - logBeta(a, b))
		}),
		beta("beta_inv", "(probability:Number, alpha:Number, beta:Number) -> real", "The value at which the cumulative beta distribution has a probability.", func(p, a, b float64) any {
			if p < 0 || p > 1 {
				return nil
			}
			return betaInv(p, a, b)
		}),
		goFn("welch_test", "(mean1:Number, variance1:Number, count1:Number, mean2:Number, variance2:Number, count2:Number) -> real", "The probability that two samples have the same mean, by Welch's test.", func(v []types.Value) any {
			n1, n2 := flt(v[2]), flt(v[5])
			s1, s2 := flt(v[1])/n1, flt(v[4])/n2
			t := (flt(v[0]) - flt(v[3])) / math.Sqrt(s1+s2)
			df := (s1 + s2) * (s1 + s2) / (s1*s1/(n1-1) + s2*s2/(n2-1))
			if math.IsNaN(t) || math.IsNaN(df) || df <= 0 {
				return math.NaN()
			}
			return betaCDF(df/(df+t*t), df/2, 0.5)
		}),
	}
}

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// betaCDF is the regularized incomplete beta function, by its continued
// fraction.  https://dlmf.nist.gov/8.17#v
func betaCDF(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaCDF(1-x, b, a)
	}
	front := math.Exp(a*math.Log(x)+b*math.Log1p(-x)-logBeta(a, b)) / a
	// Lentz's method.
	const tiny = 1e-300
	some := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/some(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < 500; m++ {
		e := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/some(1+e*d), some(1+e/c)
		f *= c * d
		e = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/some(1+e*d), some(1+e/c)
		f *= c * d
		if math.Abs(c*d-1) < 1e-16 {
			break
		}
	}
	return front * f
}

// betaInv halves the interval until nothing is left of it.
func betaInv(p, a, b float64) float64 {
	lo, hi := 0.0, 1.0
	for range 200 {
		m := lo + (hi-lo)/2
		if m == lo || m == hi {
			break
		}
		if betaCDF(m, a, b) < p {
			lo = m
		} else {
			hi = m
		}
	}
	return lo + (hi-lo)/2
}
