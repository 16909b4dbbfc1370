package funcs

import (
	"math"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// seriesFuncs are the functions on arrays of numbers.  Values that are no numbers
// stay null.  https://learn.microsoft.com/kusto/query/scalar-functions#series-processing-functions
func seriesFuncs() []types.Func {
	var out []types.Func
	for _, m := range []struct {
		name, doc string
		f         func(float64) float64
	}{
		{"series_abs", "The absolute values.", math.Abs}, {"series_exp", "The exponentials.", math.Exp}, {"series_log", "The natural logarithms.", math.Log},
		{"series_sin", "The sines.", math.Sin}, {"series_cos", "The cosines.", math.Cos}, {"series_tan", "The tangents.", math.Tan},
		{"series_asin", "The arc sines.", math.Asin}, {"series_acos", "The arc cosines.", math.Acos}, {"series_atan", "The arc tangents.", math.Atan},
		{"series_floor", "The values rounded down.", math.Floor}, {"series_ceiling", "The values rounded up.", math.Ceil},
		{"series_sign", "The signs.", func(x float64) float64 {
			switch {
			case x > 0:
				return 1
			case x < 0:
				return -1
			}
			return 0
		}},
	} {
		out = append(out, goFn(m.name, "(series:DynamicArray) -> dynamic", m.doc, func(a []types.Value) any {
			keep := (m.name == "series_abs" || m.name == "series_sign") && whole(a[0])
			l := arr(a[0])
			for i, x := range l {
				n, ok := dyn.Number(x)
				l[i] = nil
				if ok {
					l[i] = m.f(n)
				}
			}
			if keep {
				truncate(l)
			}
			return dyn.JSON(l)
		}))
	}
	const pair = "(series1:DynamicArray, series2:DynamicArray) -> dynamic|(series1:DynamicArray, series2:Number) -> dynamic|(series1:Number, series2:DynamicArray) -> dynamic"
	for _, m := range []struct {
		name, doc string
		f         func(x, y float64) any
		// integers give integers.
		integers bool
	}{
		{"series_add", "The sums by place.", func(x, y float64) any { return x + y }, true}, {"series_subtract", "The differences by place.", func(x, y float64) any { return x - y }, true},
		{"series_multiply", "The products by place.", func(x, y float64) any { return x * y }, true}, {"series_divide", "The quotients by place.", func(x, y float64) any { return x / y }, false},
		{"series_pow", "The powers by place.", func(x, y float64) any { return math.Pow(x, y) }, false},
		{"series_greater", "Which values are greater.", func(x, y float64) any { return x > y }, false}, {"series_greater_equals", "Which values are greater or equal.", func(x, y float64) any { return x >= y }, false},
		{"series_less", "Which values are less.", func(x, y float64) any { return x < y }, false}, {"series_less_equals", "Which values are less or equal.", func(x, y float64) any { return x <= y }, false},
		{"series_equals", "Which values are equal.", func(x, y float64) any { return x == y }, false}, {"series_not_equals", "Which values differ.", func(x, y float64) any { return x != y }, false},
	} {
		out = append(out, goFn(m.name, pair, m.doc, func(a []types.Value) any {
			l := byPlace(a[0], a[1], m.f)
			if m.integers && integral(a[0]) && integral(a[1]) {
				truncate(l)
			}
			return dyn.JSON(l)
		}))
	}
	return append(out, seriesMeasures()...)
}

// byPlace combines two series, or a series and a number.
func byPlace(a, b types.Value, f func(x, y float64) any) []any {
	at := func(v types.Value) (func(int) (float64, bool), int) {
		if v.T != schema.Dynamic {
			n := flt(v)
			return func(int) (float64, bool) { return n, true }, -1
		}
		l := arr(v)
		return func(i int) (float64, bool) {
			if i >= len(l) {
				return 0, false
			}
			return dyn.Number(l[i])
		}, len(l)
	}
	x, n := at(a)
	y, m := at(b)
	out := make([]any, max(n, m))
	for i := range out {
		p, ok1 := x(i)
		q, ok2 := y(i)
		if ok1 && ok2 {
			out[i] = f(p, q)
		}
	}
	return out
}

// integral reports whether a series or a number has integers only.
func integral(v types.Value) bool {
	if v.T == schema.Dynamic {
		return whole(v)
	}
	_, ok := v.V.(int64)
	return ok
}

// truncate makes integers of reals.
func truncate(l []any) {
	for i, x := range l {
		if f, ok := x.(float64); ok {
			l[i] = int64(f)
		}
	}
}

// reals returns the numbers of a series.
func reals(v types.Value) []float64 {
	var out []float64
	for _, x := range arr(v) {
		if n, ok := dyn.Number(x); ok {
			out = append(out, n)
		}
	}
	return out
}

func dot(x, y []float64) float64 {
	t := 0.0
	for i := range min(len(x), len(y)) {
		t += x[i] * y[i]
	}
	return t
}

// seriesMeasures are the functions that give one number, or fill gaps.
func seriesMeasures() []types.Func {
	real := func(name, doc string, f func(x []float64) any) types.Func {
		return goFn(name, "(series:DynamicArray) -> real", doc, func(a []types.Value) any { return f(reals(a[0])) })
	}
	fill := func(name, doc, more string, f func(l []any, a []types.Value)) types.Func {
		return named(goFn(name, "(series:DynamicArray"+more+") -> dynamic", doc, func(a []types.Value) any {
			l := arr(a[0])
			f(l, a)
			return dyn.JSON(l)
		}), types.NameFirstArg, "")
	}
	return []types.Func{
		real("series_sum", "The sum.", func(x []float64) any {
			t := 0.0
			for _, v := range x {
				t += v
			}
			return t
		}),
		real("series_product", "The product.", func(x []float64) any {
			t := 1.0
			for _, v := range x {
				t *= v
			}
			return t
		}),
		real("series_magnitude", "The length as a vector.", func(x []float64) any { return math.Sqrt(dot(x, x)) }),
		goFn("series_dot_product", "(series1:DynamicArray, series2:DynamicArray) -> real|(series1:DynamicArray, series2:Number) -> real|(series1:Number, series2:DynamicArray) -> real", "The sum of the products by place.", func(a []types.Value) any {
			t := 0.0
			l := byPlace(a[0], a[1], func(x, y float64) any { return x * y })
			for _, v := range l {
				n, ok := dyn.Number(v)
				if !ok {
					return nil
				}
				t += n
			}
			return t
		}),
		goFn("series_cosine_similarity", "(series1:DynamicArray, series2:DynamicArray, magnitude1?:real, magnitude2?:real) -> real", "The cosine of the angle between two series.", func(a []types.Value) any {
			x, y := reals(a[0]), reals(a[1])
			return dot(x, y) / math.Sqrt(dot(x, x)) / math.Sqrt(dot(y, y))
		}),
		goFn("series_pearson_correlation", "(series1:DynamicArray, series2:DynamicArray) -> real", "The correlation of two series.", func(a []types.Value) any { return pearson(reals(a[0]), reals(a[1])) }),
		fill("series_fill_forward", "Gaps filled with the value before.", ", missing_value_placeholder?:Number", func(l []any, a []types.Value) {
			var last any
			for i, x := range l {
				if gap(x, a, 1) {
					if last != nil {
						l[i] = last
					}
				} else {
					last = x
				}
			}
		}),
		fill("series_fill_backward", "Gaps filled with the value behind.", ", missing_value_placeholder?:Number", func(l []any, a []types.Value) {
			var last any
			for i := len(l) - 1; i >= 0; i-- {
				if gap(l[i], a, 1) {
					if last != nil {
						l[i] = last
					}
				} else {
					last = l[i]
				}
			}
		}),
		fill("series_fill_const", "Gaps filled with a constant.", ", constant_value?:Number, missing_value_placeholder?:Number", func(l []any, a []types.Value) {
			c := any(int64(0))
			if len(a) > 1 {
				c = val(a[1])
			}
			for i := range l {
				if gap(l[i], a, 2) {
					l[i] = c
				}
			}
		}),
	}
}

func gap(x any, a []types.Value, at int) bool {
	if len(a) > at && a[at].V != nil {
		return dyn.Equal(x, val(a[at]))
	}
	return x == nil
}

func mean(x []float64) float64 {
	t := 0.0
	for _, v := range x {
		t += v
	}
	return t / float64(len(x))
}

func pearson(x, y []float64) any {
	n := min(len(x), len(y))
	if n < 2 {
		return nil
	}
	mx, my := mean(x[:n]), mean(y[:n])
	var xy, xx, yy float64
	for i := range n {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}
