package funcs

import (
	"math"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/series"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// several declares a function that gives several columns, as name:type.  Its
// Eval returns their values, or nil where all are null.
func several(name, sigs, doc, columns string, eval func(a []types.Value) []any) types.Func {
	f := goFn(name, sigs, doc, func(a []types.Value) any {
		if out := eval(a); out != nil {
			return dyn.JSON(out)
		}
		return nil
	})
	for c := range strings.FieldsSeq(columns) {
		n, t, _ := strings.Cut(c, ":")
		f.Outputs = append(f.Outputs, types.Output{Name: n, Type: schema.ParseType(t)})
	}
	return f
}

// bagOf declares the form of a function with several columns that gives one
// bag.
func bagOf(f types.Func, name string, bag func(out []any) any) types.Func {
	eval := f.Eval
	g := goFn(name, "(series:DynamicArray) -> dynamic", f.Doc+"  As one bag.", func(a []types.Value) any {
		d, _ := dyn.Parse(text(types.Value{T: schema.String, V: eval(a)}))
		out, ok := d.([]any)
		if !ok {
			return nil
		}
		return dyn.JSON(bag(out))
	})
	return g
}

// numbers returns the elements of a series; it reports false where one is no
// number.
func numbers(v types.Value) ([]float64, bool) {
	l, ok := val(v).([]any)
	if !ok {
		return nil, false
	}
	out := make([]float64, len(l))
	for i, x := range l {
		n, ok := dyn.Number(x)
		if !ok || math.IsNaN(n) {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

func list(x []float64) []any {
	out := make([]any, len(x))
	for i, v := range x {
		out[i] = v
	}
	return out
}

// option returns a number argument that may be missing.
func option(a []types.Value, i int, def float64) float64 {
	if i < len(a) && a[i].V != nil {
		return flt(a[i])
	}
	return def
}

// word returns a text argument that may be missing, in small letters.
func word(a []types.Value, i int) string {
	if i < len(a) {
		return strings.ToLower(text(a[i]))
	}
	return ""
}

// analyses are the functions that fit, transform and take apart series.
// https://learn.microsoft.com/kusto/query/scalar-functions#series-processing-functions
func analyses() []types.Func {
	return append(append(fits(), transforms()...), decompositions()...)
}

func fits() []types.Func {
	const one = "(series:DynamicArray) -> dynamic"
	line := several("series_fit_line", one, "The line that fits a series.", "rsquare:real slope:real variance:real rvariance:real interception:real line_fit:dynamic", func(a []types.Value) []any {
		y, ok := numbers(a[0])
		if !ok || len(y) == 0 {
			return nil
		}
		l := series.FitLine(y)
		return []any{l.RSquare, l.Slope, l.Variance, l.RVariance, l.Interception, list(l.Fit)}
	})
	two := several("series_fit_2lines", one, "The two lines, one behind the other, that fit a series.", "rsquare:real split_idx:long variance:real rvariance:real line_fit:dynamic "+
		"right_rsquare:real right_slope:real right_interception:real right_variance:real right_rvariance:real "+
		"left_rsquare:real left_slope:real left_interception:real left_variance:real left_rvariance:real", func(a []types.Value) []any {
		y, ok := numbers(a[0])
		if !ok {
			return nil
		}
		t, ok := series.FitTwoLines(y)
		if !ok {
			return nil
		}
		r, l := t.Right, t.Left
		return []any{t.RSquare, int64(t.Split), t.Variance, t.RVariance, list(t.Fit), r.RSquare, r.Slope, r.Interception, r.Variance, r.RVariance, l.RSquare, l.Slope, l.Interception, l.Variance, l.RVariance}
	})
	poly := several("series_fit_poly", "(y_series:DynamicArray, x_series?:DynamicArray, degree?:int) -> dynamic", "The polynomial that fits a series.", "rsquare:real coefficients:dynamic variance:real rvariance:real poly_fit:dynamic", func(a []types.Value) []any {
		y, ok := numbers(a[0])
		if !ok || len(y) == 0 {
			return nil
		}
		var x []float64
		if len(a) > 1 && a[1].V != nil {
			if x, ok = numbers(a[1]); !ok {
				return nil
			}
		}
		p, ok := series.FitPoly(y, x, int(min(option(a, 2, 1), 20)))
		if !ok {
			return nil
		}
		return []any{p.RSquare, list(p.Coefficients), p.Variance, p.RVariance, list(p.Fit)}
	})
	poly.Strict = false
	side := func(out []any) *dyn.Bag {
		return pairs("rsquare", out[0], "slope", out[1], "interception", out[2], "variance", out[3], "rvariance", out[4])
	}
	stats := several("series_stats", "(series:DynamicArray, ignore_nonfinite?:bool) -> dynamic", "The least and greatest value, where they are, mean and spread.", "min:real min_idx:long max:real max_idx:long avg:real stdev:real variance:real", func(a []types.Value) []any {
		return seriesStats(a)[:7]
	})
	return []types.Func{
		line, two, poly, stats,
		bagOf(line, "series_fit_line_dynamic", func(o []any) any {
			return pairs("rsquare", o[0], "slope", o[1], "variance", o[2], "rvariance", o[3], "interception", o[4], "line_fit", o[5])
		}),
		bagOf(two, "series_fit_2lines_dynamic", func(o []any) any {
			return pairs("rsquare", o[0], "split_idx", o[1], "variance", o[2], "rvariance", o[3], "line_fit", o[4], "right", side(o[5:]), "left", side(o[10:]))
		}),
		goFn("series_stats_dynamic", "(series:DynamicArray, ignore_nonfinite?:bool) -> dynamic", "The least and greatest value, where they are, mean, spread, sum and length, as one bag.", func(a []types.Value) any {
			o := seriesStats(a)
			return dyn.JSON(pairs("min", o[0], "min_idx", o[1], "max", o[2], "max_idx", o[3], "avg", o[4], "stdev", o[5], "variance", o[6], "sum", o[7], "len", o[8]))
		}),
	}
}

// pairs returns a bag of names and values.
func pairs(kv ...any) *dyn.Bag {
	b := dyn.NewBag()
	for i := 0; i+1 < len(kv); i += 2 {
		b.Set(kv[i].(string), kv[i+1])
	}
	return b
}

// seriesStats returns min, min_idx, max, max_idx, avg, stdev, variance, sum and
// len.  A value that is no finite number makes all but the length null, unless
// such values are to be left out.
func seriesStats(a []types.Value) []any {
	l := arr(a[0])
	skip := len(a) > 1 && a[1].V == true
	out := make([]any, 9)
	var xs []float64
	lo, hi := -1, -1
	var least, most, sum float64
	for i, v := range l {
		x, ok := dyn.Number(v)
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
			if skip {
				continue
			}
			out[8] = int64(len(l))
			return out
		}
		if lo < 0 || x < least {
			lo, least = i, x
		}
		if hi < 0 || x > most {
			hi, most = i, x
		}
		sum += x
		xs = append(xs, x)
	}
	if out[8] = int64(len(xs)); lo < 0 {
		return out
	}
	m, sq := sum/float64(len(xs)), 0.0
	for _, x := range xs {
		sq += (x - m) * (x - m)
	}
	variance := 0.0
	if len(xs) > 1 {
		variance = sq / float64(len(xs)-1)
	}
	copy(out, []any{least, int64(lo), most, int64(hi), m, math.Sqrt(variance), variance, sum})
	return out
}

func transforms() []types.Func {
	fft := func(name, doc string, inverse bool) types.Func {
		f := several(name, "(series:DynamicArray, series_imaginary?:DynamicArray) -> dynamic", doc, "real:dynamic imag:dynamic", func(a []types.Value) []any {
			re, ok := numbers(a[0])
			if !ok {
				return nil
			}
			im := make([]float64, len(re))
			if len(a) > 1 && a[1].V != nil {
				if im, ok = numbers(a[1]); !ok || len(im) != len(re) {
					return nil
				}
			}
			x, y := series.FFT(re, im, inverse)
			return []any{list(x), list(y)}
		})
		f.Strict = false
		return f
	}
	return []types.Func{
		fft("series_fft", "The Fourier transform.", false), fft("series_ifft", "The inverse Fourier transform.", true),
		named(goFn("series_fir", "(series:DynamicArray, filter:DynamicArray, normalize?:bool, center?:bool) -> dynamic", "A finite impulse response filter.", fir), types.NameFirstArg, ""),
		example(named(goFn("series_iir", "(series:DynamicArray, numerators:DynamicArray, denominators:DynamicArray) -> dynamic", "An infinite impulse response filter.", func(a []types.Value) any {
			x, ok1 := numbers(a[0])
			num, ok2 := numbers(a[1])
			den, ok3 := numbers(a[2])
			if !ok1 || !ok2 || !ok3 {
				return nil
			}
			y, ok := series.IIR(x, num, den)
			if !ok {
				return nil
			}
			return dyn.JSON(list(y))
		}), types.NameFirstArg, ""), "series_iir(dynamic([1,2,3]), dynamic([1]), dynamic([1,-1]))", "[1.0,3.0,6.0]"),
		named(lenient(goFn("series_fill_linear", "(series:DynamicArray, missing_value_placeholder?:Number, fill_edges?:bool, constant_value?:Number) -> dynamic", "Gaps filled with values on the line between their neighbours.", fillLinear)), types.NameFirstArg, ""),
	}
}

// fir divides the filter by its sum if asked, and by itself where no factor is
// negative.
func fir(a []types.Value) any {
	x, ok1 := numbers(a[0])
	filter, ok2 := numbers(a[1])
	if !ok1 || !ok2 {
		return nil
	}
	negative, sum := false, 0.0
	for _, f := range filter {
		negative = negative || f < 0
		sum += f
	}
	normalize := !negative
	if len(a) > 2 {
		if normalize = a[2].V == true; normalize && negative {
			return nil
		}
	}
	if normalize && sum != 0 {
		for i := range filter {
			filter[i] /= sum
		}
	}
	y := series.FIR(x, filter, len(a) > 3 && a[3].V == true)
	if !normalize && whole(a[0]) && whole(a[1]) {
		return dyn.JSON(longs(y))
	}
	return dyn.JSON(list(y))
}

// whole reports whether all elements of a series are integers.
func whole(v types.Value) bool {
	for _, x := range arr(v) {
		if _, ok := x.(int64); !ok && x != nil {
			return false
		}
	}
	return true
}

func longs(x []float64) []any {
	out := make([]any, len(x))
	for i, v := range x {
		out[i] = int64(v)
	}
	return out
}

// fillLinear keeps integers integers.  At the edges the nearest value
// continues, if asked; a series without any value is filled with the constant.
func fillLinear(a []types.Value) any {
	l, ok := val(a[0]).([]any)
	if !ok {
		return nil
	}
	edges := len(a) < 3 || a[2].V != false
	constant := option(a, 3, 0)
	var at []int
	integers := true
	for i, x := range l {
		if _, isNum := dyn.Number(x); isNum && !gap(x, a, 1) {
			at = append(at, i)
			_, isInt := x.(int64)
			integers = integers && isInt
		}
	}
	if len(at) == 0 {
		for i := range l {
			l[i] = constant
		}
		return dyn.JSON(l)
	}
	for i := range l {
		if i < at[0] && edges {
			l[i] = l[at[0]]
		} else if i > at[len(at)-1] && edges {
			l[i] = l[at[len(at)-1]]
		}
	}
	for k := range len(at) - 1 {
		from, to := at[k], at[k+1]
		x, _ := dyn.Number(l[from])
		y, _ := dyn.Number(l[to])
		for i := from + 1; i < to; i++ {
			v := x + (y-x)/float64(to-from)*float64(i-from)
			if l[i] = v; integers {
				l[i] = int64(v)
			}
		}
	}
	return dyn.JSON(l)
}

func trendOf(s string) series.Trend {
	switch s {
	case "linefit":
		return series.TrendLine
	case "none":
		return series.TrendNone
	}
	return series.TrendAvg
}

func decompositions() []types.Func {
	const threshold = 0.6
	decompose := several("series_decompose", "(series:DynamicArray, period?:Integer, trend?:string, test_points?:Integer, seasonality_threshold?:Number) -> dynamic",
		"A series as seasonal part, trend and rest.", "baseline:dynamic seasonal:dynamic trend:dynamic residual:dynamic", func(a []types.Value) []any {
			y, ok := numbers(a[0])
			if !ok {
				return nil
			}
			p := series.Decompose(y, int(option(a, 1, -1)), trendOf(word(a, 2)), int(option(a, 3, 0)), option(a, 4, threshold))
			return []any{list(p.Baseline), list(p.Seasonal), list(p.Trend), list(p.Residual)}
		})
	anomalies := several("series_decompose_anomalies", "(series:DynamicArray, threshold?:Number, period?:Integer, trend?:string, test_points?:Integer, method?:string, seasonality_threshold?:Number) -> dynamic",
		"The outliers of what a series' seasonal part and trend leave.", "ad_flag:dynamic ad_score:dynamic baseline:dynamic", func(a []types.Value) []any {
			y, ok := numbers(a[0])
			if !ok {
				return nil
			}
			test := min(max(int(option(a, 4, 0)), 0), len(y))
			p := series.Decompose(y, int(option(a, 2, -1)), trendOf(word(a, 3)), test, option(a, 6, threshold))
			lo, hi := fences(word(a, 5))
			score := series.Outliers(p.Residual, p.Residual[:len(y)-test], lo, hi)
			limit := option(a, 1, 1.5)
			flag := make([]any, len(score))
			for i, s := range score {
				switch {
				case s > limit:
					flag[i] = int64(1)
				case s < -limit:
					flag[i] = int64(-1)
				default:
					flag[i] = int64(0)
				}
			}
			return []any{flag, list(score), list(p.Baseline)}
		})
	return []types.Func{
		decompose, anomalies,
		goFn("series_decompose_forecast", "(series:DynamicArray, test_points:Integer, period?:Integer, trend?:string, seasonality_threshold?:Number) -> dynamic", "The values that the seasonal part and the trend of a series make likely.", func(a []types.Value) any {
			y, ok := numbers(a[0])
			if !ok {
				return nil
			}
			trend := word(a, 3)
			if trend == "" {
				trend = "linefit"
			}
			p := series.Decompose(y, int(option(a, 2, -1)), trendOf(trend), int(num(a[1])), option(a, 4, threshold))
			return dyn.JSON(list(p.Baseline))
		}),
		example(goFn("series_seasonal", "(series:DynamicArray, period?:Integer, test_points?:Integer) -> dynamic", "The seasonal part of a series.", func(a []types.Value) any {
			y, ok := numbers(a[0])
			if !ok {
				return nil
			}
			p := series.Decompose(y, int(option(a, 1, -1)), series.TrendNone, int(option(a, 2, 0)), threshold)
			return dyn.JSON(list(p.Seasonal))
		}), "series_seasonal(dynamic([2,5,3,1,2,3,1,2,3]), 3)", "[1.0,2.0,3.0,1.0,2.0,3.0,1.0,2.0,3.0]"),
		named(goFn("series_outliers", "(series:DynamicArray, kind?:string, ignore_val?:Number) -> dynamic|(series:DynamicArray, kind:string, ignore_val:real, min_percentile:real, max_percentile?:real, test_points?:Integer) -> dynamic", "How far values lie outside of what is usual; from 1.5 on they are outliers.", outliers), types.NameFirstArg, ""),
		several("series_periods_detect", "(series:DynamicArray, min_period:Number, max_period:Number, num_periods:long) -> dynamic", "The periods in a series, and how well they fit.", "periods:dynamic scores:dynamic", func(a []types.Value) []any {
			y, ok := numbers(a[0])
			if !ok {
				return nil
			}
			p, s := series.DetectPeriods(y, flt(a[1]), flt(a[2]), int(min(max(num(a[3]), 0), 64)))
			return []any{list(p), list(s)}
		}),
		several("series_periods_validate", "(series:DynamicArray, period...:Number) -> dynamic", "How well periods fit a series.", "periods:dynamic scores:dynamic", func(a []types.Value) []any {
			y, ok := numbers(a[0])
			if !ok {
				return nil
			}
			var p, s []float64
			for _, v := range a[1:] {
				p, s = append(p, flt(v)), append(s, series.PeriodScore(y, flt(v)))
			}
			return []any{list(p), list(s)}
		}),
	}
}

func fences(kind string) (lo, hi float64) {
	if kind == "tukey" {
		return 25, 75
	}
	return 10, 90
}

// outliers leaves the value to ignore, and what is no number, out of the
// percentiles; such values score 0.
func outliers(a []types.Value) any {
	l, ok := val(a[0]).([]any)
	if !ok {
		return nil
	}
	lo, hi := fences(word(a, 1))
	if word(a, 1) != "tukey" {
		lo, hi = option(a, 3, lo), option(a, 4, hi)
	}
	ignore := math.NaN()
	if len(a) > 2 && a[2].V != nil {
		ignore = flt(a[2])
	}
	test := min(max(int(option(a, 5, 0)), 0), len(l))
	var learn, x []float64
	var at []int
	for i, v := range l {
		n, ok := dyn.Number(v)
		if l[i] = 0.0; !ok || n == ignore || math.IsNaN(n) {
			continue
		}
		at, x = append(at, i), append(x, n)
		if i < len(l)-test {
			learn = append(learn, n)
		}
	}
	for k, s := range series.Outliers(x, learn, lo, hi) {
		l[at[k]] = s
	}
	return dyn.JSON(l)
}
