package duckdb

import (
	"math"
	"strconv"
	"strings"

	"wirehunt/kql/funcs"
	"wirehunt/kql/plan"
	"wirehunt/kql/sqlgen"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// Text returns a string literal.
func (g *gen) Text(s string) string { return sqlgen.Text(s) }

// Order returns the order of the rows for aggregates that keep it.
func (g *gen) Order() string { return g.order }

// Unordered reports whether rows come in no fixed order.
func (g *gen) Unordered() bool { return g.unordered }

// value writes an expression as a column of a type: constants with a cast
// where their literal alone would be of another type.
func (g *gen) value(x types.Expr, t schema.Type) string {
	if c, ok := x.(*types.Const); ok {
		switch {
		case c.V == nil:
			return "CAST(NULL AS " + sqlType(t) + ")"
		case t == schema.Long, t == schema.DateTime, t == schema.TimeSpan, t == schema.Int:
			return "CAST(" + g.Expr(x) + " AS " + sqlType(t) + ")"
		}
	}
	return g.Expr(x)
}

// Expr writes an expression.
func (g *gen) Expr(e types.Expr) string {
	switch e := e.(type) {
	case *types.Const:
		return g.constant(e)
	case *types.Ref:
		return g.ref(e.Col)
	case *types.Call:
		return g.call(e)
	case *types.Member:
		return g.member(e)
	case *types.In:
		return g.in(e)
	case *plan.InSelect:
		return g.inSelect(e)
	case *plan.ScalarSelect:
		s := "(\n" + g.subquery(e.Select) + ")"
		if e.T == schema.String {
			return "coalesce(" + s + ", '')"
		}
		return s
	case *plan.Bag:
		return g.bag(e)
	case *plan.BagValue:
		if e.X.Type() == schema.String {
			if r, ok := e.X.(*types.Ref); ok && r.Col.Raw {
				return "to_json(" + g.bare(r.Col) + ")::VARCHAR"
			}
		}
		return "to_json(" + g.bagText(e.X) + ")::VARCHAR"
	case *plan.Translate:
		s := "CASE " + g.Expr(e.X)
		for _, p := range e.Pairs {
			s += " WHEN " + sqlgen.Text(p.From) + " THEN " + sqlgen.Text(p.To)
		}
		return "(" + s + " ELSE " + g.Expr(e.X) + " END)"
	case *plan.Element:
		return g.element(e)
	case *plan.Position:
		return "row_number() OVER (" + g.over + ")"
	}
	panic("BUG: no SQL for an expression")
}

func (g *gen) subquery(s *plan.Select) string {
	limited := *s
	if limited.Limit == nil {
		limited.Limit = types.Long(1)
	}
	return g.query(&limited, 1)
}

// bare writes a column without making its nulls empty strings.
func (g *gen) bare(c *types.Column) string {
	if g.scan != nil {
		if n, ok := g.scan.Names[c]; ok {
			if a := g.scan.Aliases[c]; a != "" {
				return g.joinAlias(a) + "." + sqlgen.Quote(n)
			}
			return g.alias + "." + sqlgen.Quote(n)
		}
	}
	return g.names.Column(c)
}

func (g *gen) ref(c *types.Column) string {
	if c.Raw && c != g.naked {
		return "coalesce(" + g.bare(c) + ", '')"
	}
	return g.bare(c)
}

func (g *gen) constant(c *types.Const) string {
	switch v := c.V.(type) {
	case nil:
		if c.T == schema.String {
			return "''"
		}
		return "CAST(NULL AS " + sqlType(c.T) + ")"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		if v < 0 {
			if v == math.MinInt64 {
				return "(-9223372036854775807 - 1)"
			}
			return "(" + strconv.FormatInt(v, 10) + ")"
		}
		return strconv.FormatInt(v, 10)
	case float64:
		switch {
		case math.IsNaN(v):
			return "CAST('NaN' AS DOUBLE)"
		case math.IsInf(v, 1):
			return "CAST('Infinity' AS DOUBLE)"
		case math.IsInf(v, -1):
			return "CAST('-Infinity' AS DOUBLE)"
		}
		return "CAST(" + strconv.FormatFloat(v, 'g', -1, 64) + " AS DOUBLE)"
	case string:
		if c.T == schema.Decimal {
			return "CAST(" + sqlgen.Text(v) + " AS DECIMAL(38,17))"
		}
		return sqlgen.Text(v)
	}
	panic("BUG: a constant of an unknown kind")
}

// call writes a call by its function's lowering.
func (g *gen) call(c *types.Call) string {
	if c.Fn.Name == "tostring" && len(c.Args) == 1 {
		if v, ok := c.Args[0].(*plan.BagValue); ok {
			return "coalesce(" + g.bagText(v.X) + ", '')"
		}
	}
	if isTerm(c) {
		if r, ok := c.Args[0].(*types.Ref); ok && r.Col.Raw && r.Col != g.naked {
			return g.withBare(r, c)
		}
	}
	switch lower := c.Fn.SQL.(type) {
	case string:
		return g.template(lower, c)
	case types.Lower:
		return lower(g, c)
	}
	if c.Fn.Eval != nil {
		return g.GoCall(c)
	}
	panic("BUG: no SQL for function " + c.Fn.Name)
}

// isTerm reports whether a call looks for a constant term: null has none, as
// the empty string, and the SQL says so itself.
func isTerm(c *types.Call) bool {
	switch c.Fn.Name {
	case "has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs":
		v, ok := types.IsConst(c.Args[1])
		return ok && v != ""
	}
	return false
}

// template fills $1, $2, ... with the arguments and $* with all of them; $over
// is the order of a window.
func (g *gen) template(t string, c *types.Call) string {
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] != '$' || i+1 == len(t) {
			b.WriteByte(t[i])
			continue
		}
		switch n := t[i+1]; {
		case n >= '1' && n <= '9':
			b.WriteString(g.Expr(c.Args[n-'1']))
			i++
		case n == '*':
			for k, a := range c.Args {
				if k > 0 {
					b.WriteString(", ")
				}
				b.WriteString(g.Expr(a))
			}
			i++
		case strings.HasPrefix(t[i:], "$over"):
			b.WriteString(g.over)
			i += 4
		case strings.HasPrefix(t[i:], "$order"):
			b.WriteString(g.order)
			i += 5
		default:
			b.WriteByte('$')
		}
	}
	return b.String()
}

// Over returns the order of window functions.
func (g *gen) Over() string { return g.over }

// typeLetter is how Go calls are told the types of their arguments.
func typeLetter(t schema.Type) byte {
	switch t {
	case schema.Bool:
		return 'b'
	case schema.Int:
		return 'i'
	case schema.Long:
		return 'l'
	case schema.Real:
		return 'r'
	case schema.Decimal:
		return 'm'
	case schema.DateTime:
		return 'd'
	case schema.TimeSpan:
		return 't'
	case schema.Guid:
		return 'g'
	case schema.Dynamic:
		return 'y'
	}
	return 's'
}

// GoCall writes a call of the function in Go.
func (g *gen) GoCall(c *types.Call) string {
	letters := make([]byte, len(c.Args))
	var args strings.Builder
	for i, a := range c.Args {
		letters[i] = typeLetter(a.Type())
		args.WriteString(", ")
		if a.Type() == schema.Decimal {
			args.WriteString("CAST(" + g.Expr(a) + " AS VARCHAR)")
		} else {
			args.WriteString(g.value(a, a.Type()))
		}
	}
	f, post := "kql_text", ""
	switch c.T {
	case schema.Bool:
		f = "kql_bool"
	case schema.Long, schema.DateTime, schema.TimeSpan:
		f = "kql_long"
	case schema.Int:
		f, post = "kql_long", "::INTEGER"
	case schema.Real:
		f = "kql_real"
	case schema.Decimal:
		post = "::DECIMAL(38,17)"
	}
	s := f + "(" + sqlgen.Text(c.Fn.Name) + ", " + sqlgen.Text(string(letters)+string(typeLetter(c.T))) + args.String() + ")" + post
	if c.T == schema.String {
		return "coalesce(" + s + ", '')"
	}
	return s
}

// member writes x.a.b as one extraction.
func (g *gen) member(m *types.Member) string {
	base, path, ok := memberPath(m)
	if !ok {
		return "nullif(json_extract(" + g.document(m.X) + ", " + g.dynamicPath(m.Key) + ")::VARCHAR, 'null')"
	}
	return "nullif(json_extract(" + g.document(base) + ", " + sqlgen.Text(path) + ")::VARCHAR, 'null')"
}

// document writes a dynamic that members are taken from.  Text that is parsed
// for that is read as it is: what is no JSON has no members.
func (g *gen) document(e types.Expr) string {
	c, ok := e.(*types.Call)
	if !ok || !plan.Parses(c) {
		return g.Expr(e)
	}
	x := ""
	if r, ok := c.Args[0].(*types.Ref); ok {
		x = g.bare(r.Col)
	} else {
		x = g.Expr(c.Args[0])
	}
	return "CASE WHEN json_valid(" + x + ") THEN " + x + " END"
}

func (g *gen) dynamicPath(key types.Expr) string {
	switch key.Type() {
	case schema.Int, schema.Long:
		k := g.Expr(key)
		return "CASE WHEN " + k + " < 0 THEN '$[#' || " + k + " || ']' ELSE '$[' || " + k + " || ']' END"
	case schema.Dynamic:
		return pointer("json_extract_string(" + g.Expr(key) + ", '$')")
	}
	return pointer(g.Expr(key))
}

// memberPath joins steps with constant keys to one JSON pointer or path.
func memberPath(m *types.Member) (types.Expr, string, bool) {
	step, kind, ok := memberStep(m.Key)
	if !ok {
		return nil, "", false
	}
	if inner, ok := m.X.(*types.Member); ok && kind == '/' {
		if base, path, ok := memberPath(inner); ok && path[0] == '/' {
			return base, path + step, true
		}
	}
	if kind == '$' {
		step = "$" + step
	}
	return m.X, step, true
}

func memberStep(key types.Expr) (step string, kind byte, ok bool) {
	v, ok := types.IsConst(key)
	switch k := v.(type) {
	case string:
		if key.Type() == schema.Dynamic || isDigits(k) {
			return "", 0, false
		}
		return "/" + strings.ReplaceAll(strings.ReplaceAll(k, "~", "~0"), "/", "~1"), '/', true
	case int64:
		if k < 0 {
			return "[#" + strconv.FormatInt(k, 10) + "]", '$', true
		}
		return "[" + strconv.FormatInt(k, 10) + "]", '$', true
	}
	return "", 0, ok && false
}

// isDigits reports whether a JSON pointer would take s for an array's index.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// MemberText writes tostring(x.a.b).
func (g *gen) MemberText(m *types.Member) string {
	if base, path, ok := memberPath(m); ok {
		return "coalesce(json_extract_string(" + g.document(base) + ", " + sqlgen.Text(path) + "), '')"
	}
	return "coalesce(json_extract_string(" + g.document(m.X) + ", " + g.dynamicPath(m.Key) + "), '')"
}

// bagText is a member's value as text, or null.
func (g *gen) bagText(x types.Expr) string {
	switch x.Type() {
	case schema.String:
		if r, ok := x.(*types.Ref); ok {
			return g.bare(r.Col)
		}
		return g.Expr(x)
	case schema.DateTime:
		return "CAST(" + g.Expr(x) + " - " + strconv.FormatInt(schema.FileTimeEpochTicks, 10) + " AS VARCHAR)"
	case schema.Dynamic, schema.Guid:
		return g.Expr(x)
	}
	return "CAST(" + g.Expr(x) + " AS VARCHAR)"
}

// bag writes the object; members that are null are left out.  It is often the
// longest expression of a query, and the database takes longer to plan it than
// to run it over few rows, so it has as few parts as can be.
func (g *gen) bag(b *plan.Bag) string {
	lead := ""
	var parts []string
	for _, m := range b.Members {
		key := string(append(types.AppendJSONString(nil, m.Key), ':'))
		c, isConst := m.X.(*types.Const)
		switch {
		case isConst && c.V == nil:
		case isConst:
			s, ok := c.V.(string)
			if !ok {
				s = strings.Trim(string(types.AppendJSON(nil, c)), `"`)
			}
			key += string(types.AppendJSONString(nil, s))
			if len(parts) == 0 {
				if lead != "" {
					lead += ","
				}
				lead += key
				continue
			}
			parts = append(parts, sqlgen.Text(","+key))
		case quotable(m.X.Type()):
			parts = append(parts, sqlgen.Text(","+key)+" || to_json("+g.bagText(m.X)+")")
		default:
			parts = append(parts, sqlgen.Text(","+key+`"`)+" || "+g.bagText(m.X)+` || '"'`)
		}
	}
	switch {
	case len(parts) == 0:
		return sqlgen.Text("{" + lead + "}")
	case lead == "":
		// Which member is the first depends on the row.
		return "('{' || substr(concat(" + strings.Join(parts, ", ") + "), 2) || '}')"
	}
	return "concat(" + sqlgen.Text("{"+lead) + ", " + strings.Join(parts, ", ") + ", '}')"
}

// quotable reports whether the text of a type can hold what JSON escapes.
func quotable(t schema.Type) bool {
	switch t {
	case schema.Bool, schema.Int, schema.Long, schema.Real, schema.DateTime:
		return false
	}
	return true
}

// element writes an unnested JSON value as a value of its type.
func (g *gen) element(e *plan.Element) string {
	x := g.Expr(e.X)
	if e.T == schema.Dynamic {
		return "nullif(" + x + ", 'null')"
	}
	return funcs.FromJSON(x, e.T)
}

// JSON writes a value as JSON, null as null.
func (g *gen) JSON(e types.Expr) string {
	if c, ok := e.(*types.Const); ok {
		return "CAST(" + sqlgen.Text(string(types.AppendJSON(nil, c))) + " AS JSON)"
	}
	x := g.Expr(e)
	switch e.Type() {
	case schema.Dynamic:
		return "CAST(" + x + " AS JSON)"
	case schema.DateTime:
		return "to_json(" + funcs.DatetimeText(x) + ")"
	case schema.TimeSpan:
		return "to_json(kql_text('tostring', 'ts', " + x + "))"
	case schema.Unknown:
		return "CAST(NULL AS JSON)"
	case schema.Decimal:
		return "to_json(CAST(" + x + " AS DOUBLE))"
	}
	return "to_json(" + x + ")"
}
