package funcs

import (
	"math"
	"strconv"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// operators are the infix operators that are not about text.  The types of
// their operands are brought together before they are called.
// https://learn.microsoft.com/kusto/query/scalar-operators
func operators() []types.Func {
	op := func(name string, sql any, eval func([]types.Value) any) types.Func {
		return types.Func{Name: name, Sigs: types.ParseSignatures("(x:Any, y:Any) -> bool"), SQL: sql, Eval: eval}
	}
	return []types.Func{
		op("and", logical(" AND "), func(a []types.Value) any { return connect(a, false) }),
		op("or", logical(" OR "), func(a []types.Value) any { return connect(a, true) }),
		op("==", equality(true), func(a []types.Value) any { return equal(a, true) }),
		op("!=", equality(false), func(a []types.Value) any { return equal(a, false) }),
		op("<", "($1 < $2)", ordering(func(c int) bool { return c < 0 })),
		op("<=", "($1 <= $2)", ordering(func(c int) bool { return c <= 0 })),
		op(">", "($1 > $2)", ordering(func(c int) bool { return c > 0 })),
		op(">=", "($1 >= $2)", ordering(func(c int) bool { return c >= 0 })),
		op("+", types.Lower(arithmetic), calc),
		op("-", types.Lower(arithmetic), calc2),
		op("*", types.Lower(arithmetic), calcMul),
		op("/", types.Lower(arithmetic), calcDiv),
		op("%", types.Lower(arithmetic), calcMod),
		{Name: "neg", Sigs: types.ParseSignatures("(x:Any) -> Parameter0"), SQL: "(- $1)", Strict: true, Eval: func(a []types.Value) any {
			switch x := a[0].V.(type) {
			case int64:
				return -x
			case float64:
				return -x
			case string:
				if s, ok := strings.CutPrefix(x, "-"); ok {
					return s
				}
				return "-" + x
			}
			return nil
		}},
		// same is equality that takes null for a value; rewrites use it.
		{Name: "same", Sigs: types.ParseSignatures("(x:Any, y:Any) -> bool"), SQL: "($1 IS NOT DISTINCT FROM $2)"},
		// part is the text of split(s, delimiter)[i], for an i that is constant;
		// part_at takes any i and is empty for a negative one.
		{Name: "part", Sigs: types.ParseSignatures("(s:string, delimiter:string, i:long) -> string"),
			SQL: types.Lower(func(g types.Gen, c *types.Call) string {
				n, _ := types.IsConst(c.Args[2])
				i, _ := n.(int64)
				if i >= 0 {
					i++ // SQL counts from 1; from the end both count from -1
				}
				return "coalesce(string_split(" + g.Expr(c.Args[0]) + ", " + g.Expr(c.Args[1]) + ")[" + itoa(i) + "], '')"
			})},
		{Name: "part_at", Sigs: types.ParseSignatures("(s:string, delimiter:string, i:long) -> string"),
			SQL: "coalesce(string_split($1, $2)[greatest(-1, CAST($3 AS BIGINT)) + 1], '')"},
		// dynamic makes a dynamic of any value.
		{Name: "dynamic", Sigs: types.ParseSignatures("(x:Any) -> dynamic"),
			SQL:  types.Lower(func(g types.Gen, c *types.Call) string { return g.JSON(c.Args[0]) + "::VARCHAR" }),
			Eval: func(a []types.Value) any { return dyn.JSON(val(a[0])) }},
	}
}

func logical(word string) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		parts := make([]string, len(c.Args))
		for i, a := range c.Args {
			parts[i] = g.Expr(a)
		}
		return "(" + strings.Join(parts, word) + ")"
	}
}

// connect is and (decisive false) or or (decisive true) with three values.
func connect(a []types.Value, decisive bool) any {
	var out any = !decisive
	for _, v := range a {
		switch v.V {
		case nil:
			out = nil
		case decisive:
			return decisive
		}
	}
	return out
}

// equality: a null equals nothing and differs from everything; whether two
// nulls are equal is not known.
func equality(eq bool) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		x, y := g.Expr(c.Args[0]), g.Expr(c.Args[1])
		op, distinct := " = ", " IS NOT DISTINCT FROM "
		if !eq {
			op, distinct = " <> ", " IS DISTINCT FROM "
		}
		if c.Args[0].Type() == schema.String && c.Args[1].Type() == schema.String {
			return "(" + x + op + y + ")"
		}
		for _, a := range c.Args {
			if v, ok := types.IsConst(a); ok && v != nil {
				return "(" + x + distinct + y + ")"
			}
		}
		return "(CASE WHEN " + x + " IS NULL AND " + y + " IS NULL THEN NULL ELSE " + x + distinct + y + " END)"
	}
}

func equal(a []types.Value, eq bool) any {
	x, y := a[0], a[1]
	switch {
	case x.V == nil && y.V == nil:
		return nil
	case x.V == nil || y.V == nil:
		return !eq
	}
	if x.T == schema.Dynamic || y.T == schema.Dynamic {
		return dyn.Equal(val(x), val(y)) == eq
	}
	c, ok := compare(x, y)
	return (ok && c == 0) == eq
}

// compare orders two values of one type.
func compare(x, y types.Value) (int, bool) {
	switch a := x.V.(type) {
	case string:
		b, ok := y.V.(string)
		return strings.Compare(a, b), ok
	case bool:
		return int(num(x) - num(y)), true
	case int64:
		if b, ok := y.V.(int64); ok {
			switch {
			case a < b:
				return -1, true
			case a > b:
				return 1, true
			}
			return 0, true
		}
	}
	a, b := flt(x), flt(y)
	switch {
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	case a == b:
		return 0, true
	}
	return 0, false
}

func ordering(ok func(int) bool) func([]types.Value) any {
	return func(a []types.Value) any {
		if a[0].V == nil || a[1].V == nil {
			return nil
		}
		c, valid := compare(a[0], a[1])
		return valid && ok(c)
	}
}

// arithmetic writes + - * / % for numbers and ticks.
func arithmetic(g types.Gen, c *types.Call) string {
	x, y := g.Expr(c.Args[0]), g.Expr(c.Args[1])
	tx, ty := c.Args[0].Type(), c.Args[1].Type()
	whole := c.T != schema.Real && c.T != schema.Decimal
	switch c.Fn.Name {
	case "*":
		if c.T == schema.TimeSpan && (tx == schema.Real || ty == schema.Real) {
			return "CAST(trunc(" + x + " * " + y + ") AS BIGINT)"
		}
	case "/":
		switch {
		case c.T == schema.Real && tx == schema.TimeSpan:
			return "(CAST(" + x + " AS DOUBLE) / " + y + ")"
		case c.T == schema.TimeSpan && ty == schema.Real:
			return "CAST(trunc(" + x + " / " + y + ") AS BIGINT)"
		case whole:
			return "(" + x + " // " + y + ")"
		}
	case "%":
		return "(((" + x + " % " + y + ") + abs(" + y + ")) % abs(" + y + "))"
	}
	return "(" + x + " " + c.Fn.Name + " " + y + ")"
}

func calc(a []types.Value) any {
	return arith(a, func(x, y int64) any { return x + y }, func(x, y float64) float64 { return x + y })
}
func calc2(a []types.Value) any {
	return arith(a, func(x, y int64) any { return x - y }, func(x, y float64) float64 { return x - y })
}
func calcMul(a []types.Value) any {
	return arith(a, func(x, y int64) any { return x * y }, func(x, y float64) float64 { return x * y })
}

func calcDiv(a []types.Value) any {
	if a[0].V != nil && a[1].V != nil && a[0].T == schema.TimeSpan && a[1].T == schema.TimeSpan {
		return flt(a[0]) / flt(a[1])
	}
	return arith(a, func(x, y int64) any {
		if y == 0 || x == math.MinInt64 && y == -1 {
			return nil
		}
		return x / y
	}, func(x, y float64) float64 { return x / y })
}

// calcMod is never negative, as Kusto's page on numerical operators says.
func calcMod(a []types.Value) any {
	return arith(a, func(x, y int64) any {
		if y == 0 {
			return nil
		}
		y = max(y, -y)
		return (x%y + y) % y
	}, func(x, y float64) float64 {
		y = math.Abs(y)
		return math.Mod(math.Mod(x, y)+y, y)
	})
}

func arith(a []types.Value, whole func(x, y int64) any, real func(x, y float64) float64) any {
	if a[0].V == nil || a[1].V == nil {
		return nil
	}
	if a[0].T == schema.Decimal || a[1].T == schema.Decimal {
		return strconv.FormatFloat(real(flt(a[0]), flt(a[1])), 'f', -1, 64)
	}
	x, okX := a[0].V.(int64)
	y, okY := a[1].V.(int64)
	if okX && okY {
		return whole(x, y)
	}
	r := real(flt(a[0]), flt(a[1]))
	if a[0].T == schema.TimeSpan || a[1].T == schema.TimeSpan {
		return int64(r)
	}
	return r
}
