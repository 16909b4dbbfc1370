package funcs

import (
	"math"
	"strconv"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/token"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// conversions are tostring(), tolong() and their like.  What does not convert
// is null.  https://learn.microsoft.com/kusto/query/scalar-functions#conversion-functions
func conversions() []types.Func {
	conv := func(name, result, doc string, sql types.Lower, eval func(types.Value) any) types.Func {
		f := fn(name, "(value:Scalar) -> "+result, doc)
		f.Naming = types.NameFirstArg
		f.SQL = sql
		f.Eval = func(a []types.Value) any { return eval(a[0]) }
		return f
	}
	gettype := fn("gettype", "(value:Scalar) -> string", "The name of the value's type; of a dynamic, of what it holds.")
	gettype.Strict = false
	gettype.Naming, gettype.Prefix = types.NamePrefixArg, "type"
	gettype.Eval = func(a []types.Value) any { return typeOf(a[0]) }
	tohex := fn("tohex", "(value:Integer, minLength?:Integer) -> string", "The value in hexadecimal, with leading zeros up to a length.")
	tohex.Naming = types.NameFirstArg
	tohex.Eval = func(a []types.Value) any {
		s := strconv.FormatUint(uint64(num(a[0])), 16)
		if len(a) > 1 {
			for int64(len(s)) < min(num(a[1]), 64) {
				s = "0" + s
			}
		}
		return s
	}
	json := fn("parse_json", "(json_text:StringOrDynamic) -> dynamic", "The dynamic value that JSON text stands for; other text is a string.")
	json.Naming = types.NameFirstArg
	json.SQL = types.Lower(parseJSON)
	json.Eval = func(a []types.Value) any { return dyn.JSON(jsonOf(a[0])) }
	json.Examples = []types.Example{{KQL: `tostring(parse_json('{"a": [1, "x"]}').a[1])`, Want: "x"}}
	return []types.Func{
		conv("tostring", "string", "The value as text.", toText, func(v types.Value) any { return text(v) }),
		conv("tolong", "long", "The value as a long.", toInteger("BIGINT"), func(v types.Value) any { return toLong(v, math.MinInt64, math.MaxInt64) }),
		conv("toint", "int", "The value as an int.", toInteger("INTEGER"), func(v types.Value) any { return toLong(v, math.MinInt32, math.MaxInt32) }),
		conv("toreal", "real", "The value as a real.", toReal, toFloat),
		conv("todecimal", "decimal", "The value as a decimal.", toDecimal, func(v types.Value) any {
			if s, ok := v.V.(string); ok && v.T == schema.Decimal {
				return s
			}
			f := toFloat(v)
			if f == nil {
				return nil
			}
			return strconv.FormatFloat(f.(float64), 'f', -1, 64)
		}),
		conv("tobool", "bool", "The value as a bool.", toBool, boolOf),
		conv("todatetime", "datetime", "The value as a datetime.", toDatetime, datetimeOf),
		conv("totimespan", "timespan", "The value as a timespan.", toTimespan, timespanOf),
		conv("toguid", "guid", "The value as a guid.", toGuid, func(v types.Value) any {
			s := strings.TrimSpace(text(v))
			if g, ok := token.ParseGuid(s); ok {
				return g
			}
			// Hyphens may be missing.
			if h := strings.ToLower(strings.ReplaceAll(s, "-", "")); len(h) == 32 && strings.Trim(h, "0123456789abcdef") == "" {
				return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
			}
			return nil
		}),
		gettype, tohex, json,
	}
}

// Conversion returns the function that converts to a type, or nil.
func Conversion(t schema.Type) *types.Func {
	if t == schema.Real {
		return All().Scalar("toreal")
	}
	return All().Scalar("to" + t.String())
}

// typeOf is gettype().
func typeOf(v types.Value) string {
	if v.T != schema.Dynamic {
		return v.T.String()
	}
	switch x := val(v).(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case int64:
		return "long"
	case float64:
		return "double"
	case []any:
		return "array"
	case *dyn.Bag:
		return "dictionary"
	case string:
		if _, ok := token.ParseDatetime(x); ok && strings.Contains(x, "T") && strings.HasSuffix(x, "Z") {
			return "datetime"
		}
	}
	return "string"
}

func parseReal(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		if n, err := strconv.ParseInt(s, 0, 64); err == nil {
			return float64(n), true
		}
		return 0, false
	}
	return f, true
}

func toLong(v types.Value, lo, hi int64) any {
	var n int64
	switch x := v.V.(type) {
	case int64:
		n = x
	case bool:
		n = num(v)
	case float64:
		if math.IsNaN(x) || x < -9.3e18 || x >= 9.223372036854775807e18 {
			return nil
		}
		n = int64(x)
	case string:
		s := strings.TrimSpace(text(v))
		if v.T == schema.Dynamic {
			switch d := val(v).(type) {
			case bool:
				return num(types.Value{V: d})
			case int64, float64:
				return toLong(types.Value{T: schema.Real, V: d}, lo, hi)
			case string:
				s = strings.TrimSpace(d)
			default:
				return nil
			}
		}
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil && strings.HasPrefix(strings.ToLower(s), "0x") {
			i, err = strconv.ParseInt(s[2:], 16, 64)
		}
		if err != nil {
			f, ok := parseReal(s)
			if !ok {
				return nil
			}
			return toLong(types.Value{T: schema.Real, V: f}, lo, hi)
		}
		n = i
	default:
		return nil
	}
	if n < lo || n > hi {
		return nil
	}
	return n
}

func toFloat(v types.Value) any {
	switch x := v.V.(type) {
	case int64:
		return float64(x)
	case float64:
		return x
	case bool:
		return float64(num(v))
	case string:
		if v.T == schema.Dynamic {
			switch d := val(v).(type) {
			case int64:
				return float64(d)
			case float64:
				return d
			case bool:
				return float64(num(types.Value{V: d}))
			case string:
				x = d
			default:
				return nil
			}
		}
		if f, ok := parseReal(x); ok {
			return f
		}
	}
	return nil
}

func boolOf(v types.Value) any {
	switch x := v.V.(type) {
	case bool:
		return x
	case int64:
		return x != 0
	case float64:
		return x != 0
	case string:
		if v.T == schema.Dynamic {
			switch d := val(v).(type) {
			case bool:
				return d
			case int64:
				return d != 0
			case float64:
				return d != 0
			}
		}
		switch strings.ToLower(strings.TrimSpace(text(v))) {
		case "true":
			return true
		case "false":
			return false
		default:
			if n, err := strconv.ParseInt(strings.TrimSpace(text(v)), 10, 64); err == nil {
				return n != 0
			}
		}
	}
	return nil
}

func datetimeOf(v types.Value) any {
	switch x := v.V.(type) {
	case int64: // numbers are ticks
		return x
	case string:
		if t, ok := token.ParseDatetime(strings.TrimSpace(text(v))); ok {
			return t
		}
	}
	return nil
}

func timespanOf(v types.Value) any {
	switch x := v.V.(type) {
	case int64: // numbers are ticks
		return x
	case float64:
		return int64(x * 864_000_000_000)
	case string:
		if t, ok := token.ParseTimespan(strings.TrimSpace(text(v))); ok {
			return t
		}
	}
	return nil
}

// jsonOf is parse_json().
func jsonOf(v types.Value) any {
	s, ok := v.V.(string)
	if v.T == schema.Dynamic {
		d := val(v)
		if s, ok = d.(string); !ok {
			return d
		}
	}
	if !ok || s == "" {
		return nil
	}
	d, ok := dyn.Parse(s)
	if !ok {
		return s
	}
	return d
}

// memberText is implemented by generators that write tostring(x.a) as one
// extraction.
type memberText interface {
	MemberText(m *types.Member) string
}

// jsonText writes the text of a dynamic argument, null for null.
func jsonText(g types.Gen, e types.Expr) string {
	if m, ok := e.(*types.Member); ok {
		if t, ok := g.(memberText); ok {
			return "nullif(" + t.MemberText(m) + ", '')"
		}
	}
	return "json_extract_string(" + g.Expr(e) + ", '$')"
}

// isArray reports whether a dynamic is known to be an array in every row.
func isArray(e types.Expr) bool {
	r, ok := e.(*types.Ref)
	return ok && r.Col.Array
}

func toText(g types.Gen, c *types.Call) string {
	e := c.Args[0]
	switch e.Type() {
	case schema.String:
		return g.Expr(e)
	case schema.Dynamic:
		if m, ok := e.(*types.Member); ok {
			if t, ok := g.(memberText); ok {
				return t.MemberText(m)
			}
		}
		if isArray(e) {
			return g.Expr(e) // its JSON is its text
		}
		return "coalesce(json_extract_string(" + g.Expr(e) + ", '$'), '')"
	case schema.DateTime:
		return "coalesce(" + DatetimeText(g.Expr(e)) + ", '')"
	case schema.TimeSpan:
		return g.GoCall(c)
	case schema.Guid:
		return "coalesce(" + g.Expr(e) + ", '')"
	case schema.Decimal:
		return "coalesce(CAST(CAST(" + g.Expr(e) + " AS DOUBLE) AS VARCHAR), '')"
	}
	return "coalesce(CAST(" + g.Expr(e) + " AS VARCHAR), '')"
}

// textual returns the argument as text where it is text or JSON.
func textual(g types.Gen, e types.Expr) (string, bool) {
	switch e.Type() {
	case schema.String:
		return g.Expr(e), true
	case schema.Dynamic:
		return jsonText(g, e), true
	}
	return "", false
}

func toInteger(t string) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		e := c.Args[0]
		if s, ok := textual(g, e); ok {
			return integerOfText(s, t)
		}
		switch e.Type() {
		case schema.Real, schema.Decimal:
			return "TRY_CAST(trunc(" + g.Expr(e) + ") AS " + t + ")"
		}
		return "TRY_CAST(" + g.Expr(e) + " AS " + t + ")"
	}
}

func integerOfText(s, t string) string {
	return "coalesce(CASE WHEN NOT contains(" + s + ", '.') THEN TRY_CAST(" + s + " AS " + t + ") END, TRY_CAST(trunc(TRY_CAST(" + s + " AS DOUBLE)) AS " + t + "), TRY_CAST(TRY_CAST(" + s + " AS BOOLEAN) AS " + t + "))"
}

func toReal(g types.Gen, c *types.Call) string {
	e := c.Args[0]
	if s, ok := textual(g, e); ok {
		return "TRY_CAST(" + s + " AS DOUBLE)"
	}
	return "CAST(" + g.Expr(e) + " AS DOUBLE)"
}

func toDecimal(g types.Gen, c *types.Call) string {
	e := c.Args[0]
	if s, ok := textual(g, e); ok {
		return "TRY_CAST(" + s + " AS DECIMAL(38,17))"
	}
	return "TRY_CAST(" + g.Expr(e) + " AS DECIMAL(38,17))"
}

func toBool(g types.Gen, c *types.Call) string {
	e := c.Args[0]
	if s, ok := textual(g, e); ok {
		return boolOfText(s)
	}
	if e.Type() == schema.Bool {
		return g.Expr(e)
	}
	return "(" + g.Expr(e) + " <> 0)"
}

func boolOfText(s string) string {
	return "(CASE lower(trim(" + s + ")) WHEN 'true' THEN true WHEN 'false' THEN false ELSE TRY_CAST(" + s + " AS BIGINT) <> 0 END)"
}

func toDatetime(g types.Gen, c *types.Call) string {
	if t := c.Args[0].Type(); t == schema.DateTime || t == schema.Long || t == schema.Int {
		return g.Expr(c.Args[0])
	}
	return g.GoCall(c)
}

func toTimespan(g types.Gen, c *types.Call) string {
	if t := c.Args[0].Type(); t == schema.TimeSpan || t == schema.Long || t == schema.Int {
		return g.Expr(c.Args[0])
	}
	return g.GoCall(c)
}

func toGuid(g types.Gen, c *types.Call) string {
	if c.Args[0].Type() == schema.Guid {
		return g.Expr(c.Args[0])
	}
	return g.GoCall(c)
}

// parseJSON writes parse_json(): JSON text as it is without the spaces, other
// text as a JSON string.
func parseJSON(g types.Gen, c *types.Call) string {
	x := g.Expr(c.Args[0])
	if c.Args[0].Type() == schema.Dynamic {
		inner := "json_extract_string(" + x + ", '$')"
		return "(CASE WHEN json_type(" + x + ") = 'VARCHAR' THEN " + parseText(inner) + " ELSE " + x + " END)"
	}
	return parseText(x)
}

func parseText(x string) string {
	return "(CASE WHEN json_valid(" + x + ") THEN nullif(json(" + x + ")::VARCHAR, 'null') WHEN " + x + " = '' THEN NULL ELSE to_json(" + x + ")::VARCHAR END)"
}

// FromJSON writes the conversion of JSON text to a type, as the to-functions
// convert a dynamic.
func FromJSON(x string, t schema.Type) string {
	s := "json_extract_string(" + x + ", '$')"
	switch t {
	case schema.String:
		return "coalesce(" + s + ", '')"
	case schema.Long:
		return integerOfText(s, "BIGINT")
	case schema.Int:
		return integerOfText(s, "INTEGER")
	case schema.Real:
		return "TRY_CAST(" + s + " AS DOUBLE)"
	case schema.Decimal:
		return "TRY_CAST(" + s + " AS DECIMAL(38,17))"
	case schema.Bool:
		return boolOfText(s)
	case schema.DateTime:
		return "kql_long('todatetime', 'yd', " + x + ")"
	case schema.TimeSpan:
		return "kql_long('totimespan', 'yt', " + x + ")"
	case schema.Guid:
		return "kql_text('toguid', 'yg', " + x + ")"
	}
	return x
}

// DatetimeText writes ticks as Kusto's text of a datetime.
func DatetimeText(x string) string {
	return "(strftime(make_timestamp((" + x + " - " + x + " % 10 - 621355968000000000) // 10), '%Y-%m-%dT%H:%M:%S.') || lpad(CAST(" + x + " % 10000000 AS VARCHAR), 7, '0') || 'Z')"
}
