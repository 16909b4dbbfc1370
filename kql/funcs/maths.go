package funcs

import (
	"math"
	"math/bits"
	"strings"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// maths are the mathematical functions, bin and the bits.
// https://learn.microsoft.com/kusto/query/scalar-functions#mathematical-functions
func maths() []types.Func {
	real := func(name, sql string, f func(float64) float64) types.Func {
		return named(sqlFn(name, "(number:Number) -> real", "The "+name+" of a number.", sql, func(a []types.Value) any { return f(flt(a[0])) }), types.NameFirstArg, "")
	}
	plain := func(f types.Func) types.Func { f.Naming = types.NameNone; return f }
	bit := func(name, sql string, f func(a, b int64) int64) types.Func {
		return named(sqlFn(name, "(value1:Integer, value2:Integer) -> long", "A bitwise operation.", sql, func(a []types.Value) any { return f(num(a[0]), num(a[1])) }), types.NameFirstArg, "")
	}
	const d = "CAST($1 AS DOUBLE)"
	list := []types.Func{
		real("sqrt", "(CASE WHEN $1 < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt("+d+") END)", math.Sqrt),
		real("exp", "exp("+d+")", math.Exp), real("exp2", "pow(2.0, "+d+")", math.Exp2), real("exp10", "pow(10.0, "+d+")", func(x float64) float64 { return math.Pow(10, x) }),
		real("log", "", math.Log), real("log2", "", math.Log2), real("log10", "", math.Log10),
		real("sin", "sin("+d+")", math.Sin), real("cos", "cos("+d+")", math.Cos), real("tan", "tan("+d+")", math.Tan),
		real("asin", "", math.Asin), real("acos", "", math.Acos), real("atan", "atan("+d+")", math.Atan),
		plain(real("cot", "", func(x float64) float64 { return 1 / math.Tan(x) })),
		plain(real("degrees", "degrees("+d+")", func(x float64) float64 { return x * 180 / math.Pi })),
		plain(real("radians", "radians("+d+")", func(x float64) float64 { return x * math.Pi / 180 })),
		plain(real("sign", "CAST(sign($1) AS DOUBLE)", func(x float64) float64 {
			switch {
			case x > 0:
				return 1
			case x < 0:
				return -1
			}
			return 0
		})),
		real("gamma", "", math.Gamma), real("erf", "", math.Erf), real("erfc", "", math.Erfc),
		real("loggamma", "", func(x float64) float64 { v, _ := math.Lgamma(x); return v }),
		named(sqlFn("pow", "(base:Number, exponent:Number) -> real", "A power.", "pow(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))", func(a []types.Value) any { return math.Pow(flt(a[0]), flt(a[1])) }), types.NameFirstArg, ""),
		named(sqlFn("atan2", "(y:Number, x:Number) -> real", "The angle of a point.", "atan2(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))", func(a []types.Value) any { return math.Atan2(flt(a[0]), flt(a[1])) }), types.NameFirstArg, ""),
		goFn("pi", "() -> real", "The number pi.", func([]types.Value) any { return math.Pi }),
		named(sqlFn("abs", "(number:Integer) -> long|(number:Number) -> Parameter0|(number:timespan) -> timespan", "The absolute value.", "abs($1)", func(a []types.Value) any {
			if n, ok := a[0].V.(int64); ok {
				return max(n, -n)
			}
			return math.Abs(flt(a[0]))
		}), types.NameFirstArg, ""),
		named(sqlFn("ceiling", "(number:Number) -> real", "The number rounded up.", "ceil(CAST($1 AS DOUBLE))", func(a []types.Value) any { return math.Ceil(flt(a[0])) }), types.NameFirstArg, ""),
		named(sqlFn("round", "(number:Number, precision?:long) -> Parameter0", "The number rounded, to a number of digits.", types.Lower(lowerRound), evalRound), types.NameFirstArg, ""),
		bit("binary_and", "($1 & $2)", func(a, b int64) int64 { return a & b }),
		bit("binary_or", "($1 | $2)", func(a, b int64) int64 { return a | b }),
		bit("binary_xor", "xor($1, $2)", func(a, b int64) int64 { return a ^ b }),
		bit("binary_shift_left", "", func(a, b int64) int64 { return a << (uint64(b) % 64) }),
		bit("binary_shift_right", "", func(a, b int64) int64 { return a >> (uint64(b) % 64) }),
		named(sqlFn("binary_not", "(value:Integer) -> long", "The bits inverted.", "(~ CAST($1 AS BIGINT))", func(a []types.Value) any { return ^num(a[0]) }), types.NameFirstArg, ""),
		named(goFn("bitset_count_ones", "(value:Integer) -> long", "The number of bits that are set.", func(a []types.Value) any { return int64(bits.OnesCount64(uint64(num(a[0])))) }), types.NameFirstArg, ""),
		sqlFn("isnan", "(number:real) -> bool", "Whether the number is NaN.", "isnan($1)", func(a []types.Value) any { return math.IsNaN(flt(a[0])) }),
		sqlFn("isinf", "(number:real) -> bool", "Whether the number is infinite.", "isinf($1)", func(a []types.Value) any { return math.IsInf(flt(a[0]), 0) }),
		sqlFn("isfinite", "(number:real) -> bool", "Whether the number is finite.", "isfinite($1)", func(a []types.Value) any { return !math.IsInf(flt(a[0]), 0) && !math.IsNaN(flt(a[0])) }),
		extreme("max_of", "greatest", 1, "The greatest argument."), extreme("min_of", "least", -1, "The least argument."),
		bin(), binAt(),
		named(goFn("format_bytes", "(size:Number, precision?:Number, format?:string) -> string", "A number of bytes with a unit.", func(a []types.Value) any { return formatBytes(a) }), types.NameFirstArg, ""),
		volatile(named(sqlFn("rand", "(number?:Integer) -> real", "A random number.", types.Lower(func(g types.Gen, c *types.Call) string {
			if len(c.Args) == 1 {
				return "CAST(floor(random() * " + g.Expr(c.Args[0]) + ") AS DOUBLE)"
			}
			return "random()"
		}), nil), types.NameFirstArg, "")),
		hidden(sqlFn("series_bin_index", "(x:Any, from:Any, step:Any) -> long", "The number of a value's bin.", types.Lower(func(g types.Gen, c *types.Call) string {
			if c.Args[2].Type() == schema.Real {
				return "CAST(floor((" + g.Expr(c.Args[0]) + " - " + g.Expr(c.Args[1]) + ") / " + g.Expr(c.Args[2]) + ") AS BIGINT)"
			}
			return "((" + g.Expr(c.Args[0]) + " - " + g.Expr(c.Args[1]) + ") // " + g.Expr(c.Args[2]) + ")"
		}), nil)),
		hidden(sqlFn("series_bin_count", "(from:Any, to:Any, step:Any) -> long", "The number of bins up to an end.", "CAST(ceil(CAST($2 - $1 AS DOUBLE) / $3) AS BIGINT)", func(a []types.Value) any {
			return int64(math.Ceil((flt(a[1]) - flt(a[0])) / flt(a[2])))
		})),
	}
	for i := range list {
		if s, ok := list[i].SQL.(string); ok && s == "" {
			list[i].SQL = nil
		}
	}
	return list
}

func volatile(f types.Func) types.Func { f.Volatile = true; return f }

func evalRound(a []types.Value) any {
	if n, ok := a[0].V.(int64); ok {
		return n
	}
	p := 1.0
	if len(a) > 1 {
		p = math.Pow(10, float64(num(a[1])))
	}
	return math.RoundToEven(flt(a[0])*p) / p
}

func lowerRound(g types.Gen, c *types.Call) string {
	if c.T == schema.Int || c.T == schema.Long {
		return g.Expr(c.Args[0])
	}
	if len(c.Args) > 1 {
		return "round(" + g.Expr(c.Args[0]) + ", CAST(" + g.Expr(c.Args[1]) + " AS INTEGER))"
	}
	return "round(" + g.Expr(c.Args[0]) + ")"
}

func extreme(name, sql string, sign int, doc string) types.Func {
	f := sqlFn(name, "(arg...:CommonOrderable) -> Common", doc, sql+"($*)", func(a []types.Value) any {
		var best types.Value
		for _, v := range a {
			if v.V == nil {
				continue
			}
			if c, ok := compare(v, best); best.V == nil || ok && c*sign > 0 {
				best = v
			}
		}
		return best.V
	})
	f.Strict = false
	return f
}

// bin floors; datetimes count from year 1, where ticks start.
func bin() types.Func {
	f := named(sqlFn("bin", "(value:Number, roundTo:Number) -> Widest|(value:timespan, roundTo:timespan) -> timespan|(value:datetime, roundTo:timespan) -> datetime|(value:datetime, roundTo:datetime) -> datetime",
		"The value rounded down to a multiple.", types.Lower(func(g types.Gen, c *types.Call) string {
			return lowerBin(g, c, g.Expr(c.Args[0]))
		}), func(a []types.Value) any { return evalBin(a[0], a[1], types.Value{T: a[0].T, V: int64(0)}) }), types.NameFirstArg, "")
	return example(f, "bin(-7, 5)", "-10")
}

func binAt() types.Func {
	return named(sqlFn("bin_at", "(value:Number, bin_size:Number, fixed_point:Number) -> Widest|(value:timespan, bin_size:timespan, fixed_point:timespan) -> timespan|(value:datetime, bin_size:timespan, fixed_point:datetime) -> datetime",
		"The value rounded down to a multiple counted from a fixed point.", types.Lower(func(g types.Gen, c *types.Call) string {
			p := g.Expr(c.Args[2])
			return "(" + lowerBin(g, c, "("+g.Expr(c.Args[0])+" - "+p+")") + " + " + p + ")"
		}), func(a []types.Value) any { return evalBin(a[0], a[1], a[2]) }), types.NameFirstArg, "")
}

func lowerBin(g types.Gen, c *types.Call, x string) string {
	y := g.Expr(c.Args[1])
	if c.T == schema.Real || c.T == schema.Decimal {
		return "(floor(" + x + " / " + y + ") * " + y + ")"
	}
	if c.Fn.Name == "bin" && c.Args[0].Type() == schema.DateTime {
		return "(" + x + " - " + x + " % " + y + ")"
	}
	return "(" + x + " - ((" + x + " % " + y + ") + " + y + ") % " + y + ")"
}

func evalBin(v, size, at types.Value) any {
	x, okX := v.V.(int64)
	n, okN := size.V.(int64)
	p, okP := at.V.(int64)
	if okX && okN && okP {
		if n == 0 {
			return nil
		}
		return x - mod(x-p, max(n, -n))
	}
	f := flt(size)
	if f == 0 {
		return nil
	}
	return math.Floor((flt(v)-flt(at))/f)*f + flt(at)
}

// formatBytes chooses the greatest unit that keeps the number at least 1.
func formatBytes(a []types.Value) any {
	x := flt(a[0])
	digits := 0
	if len(a) > 1 {
		digits = int(min(max(num(a[1]), 0), 15))
	}
	units := []string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}
	at := 0
	if len(a) > 2 {
		for i, u := range units {
			if strings.EqualFold(u, text(a[2])) {
				at = i
			}
		}
		x /= math.Pow(1024, float64(at))
	} else {
		for math.Abs(x) >= 1024 && at < len(units)-1 {
			x /= 1024
			at++
		}
	}
	p := math.Pow(10, float64(digits))
	s := types.FormatReal(math.Round(x*p) / p)
	return strings.TrimSuffix(s, ".0") + " " + units[at]
}
