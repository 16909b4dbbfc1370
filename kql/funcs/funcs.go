// Package funcs declares the functions, aggregates and operators of the Kusto
// Query Language: names, signatures, null rules, what they compute (in Go)
// and how they are written as SQL.  Each family has a file with one list;
// adding a function is adding one value to a list.
//
// The references are the pages of learn.microsoft.com/kusto/query.
package funcs

import (
	"net/netip"
	"slices"
	"sync"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// Catalogue is all functions, by name.
type Catalogue struct {
	scalars, aggregates, operators map[string]*types.Func
	scalarNames, aggregateNames    []string
}

// All returns the catalogue.
var All = sync.OnceValue(build)

func build() *Catalogue {
	c := &Catalogue{scalars: map[string]*types.Func{}, aggregates: map[string]*types.Func{}, operators: map[string]*types.Func{}}
	add := func(m map[string]*types.Func, list []types.Func) (names []string) {
		for i := range list {
			f := &list[i]
			if m[f.Name] != nil {
				panic("BUG: two functions called " + f.Name)
			}
			m[f.Name] = f
			if !f.Hidden {
				names = append(names, f.Name)
			}
		}
		return names
	}
	for _, l := range [][]types.Func{logic(), conversions(), strs(), searches(), characters(), encodings(), datetimes(), moments(), dynamics(), arrays(), moreArrays(), bags(), sets(), maths(), addresses(), windowFuncs(), system(), seriesFuncs(), analyses(), units(), sketches(), statistics(), punycodes(), documents(), extras(), geospatial()} {
		c.scalarNames = append(c.scalarNames, add(c.scalars, l)...)
	}
	c.aggregateNames = add(c.aggregates, append(aggregates(), sketchAggregates()...))
	add(c.operators, operators())
	for _, l := range [][]types.Func{textOperators(), rowFuncs(c)} {
		add(c.operators, l)
	}
	for _, a := range aliases() {
		m := c.scalars
		if m[a.of] == nil {
			m = c.aggregates
		}
		f := *m[a.of]
		f.Hidden = true
		if m[a.name] != nil || m[a.of] == nil {
			panic("BUG: a wrong alias " + a.name)
		}
		m[a.name] = &f
	}
	slices.Sort(c.scalarNames)
	slices.Sort(c.aggregateNames)
	return c
}

// Scalar returns a scalar or window function.
func (c *Catalogue) Scalar(name string) *types.Func { return c.scalars[name] }

// Aggregate returns an aggregate function.
func (c *Catalogue) Aggregate(name string) *types.Func { return c.aggregates[name] }

// Operator returns an operator as written.
func (c *Catalogue) Operator(op string) *types.Func { return c.operators[op] }

// Unsupported reports whether Kusto has a function that is missing here, and
// why.
func (c *Catalogue) Unsupported(name string) (why string, ok bool) { return whyMissing(name) }

// ScalarNames lists the scalar functions.
func (c *Catalogue) ScalarNames() []string { return c.scalarNames }

// AggregateNames lists the aggregate functions.
func (c *Catalogue) AggregateNames() []string { return c.aggregateNames }

// alias is another name of a function: an old one, mostly.
type alias struct{ name, of string }

func aliases() []alias {
	return []alias{
		{"iif", "iff"}, {"todouble", "toreal"}, {"toboolean", "tobool"}, {"totime", "totimespan"}, {"todynamic", "parse_json"},
		{"toobject", "parse_json"}, {"parsejson", "parse_json"}, {"notnull", "isnotnull"}, {"notempty", "isnotempty"},
		{"arraylength", "array_length"}, {"array_strcat", "strcat_array"}, {"extractjson", "extract_json"}, {"extractall", "extract_all"},
		{"replace", "replace_re_first"}, {"make_string", "unicode_codepoints_to_string"}, {"to_utf8", "unicode_codepoints_from_string"},
		{"base64_encodestring", "base64_encode_tostring"}, {"base64_decodestring", "base64_decode_tostring"},
		{"parseurl", "parse_url"}, {"parseurlquery", "parse_urlquery"}, {"weekofyear", "week_of_year"}, {"datepart", "datetime_part"},
		{"pack", "bag_pack"}, {"pack_dictionary", "bag_pack"}, {"floor", "bin"}, {"columnifexists", "column_ifexists"},
		{"array_iif", "array_iff"}, {"extentid", "extent_id"},
		{"makeset", "make_set"}, {"makelist", "make_list"}, {"argmax", "arg_max"}, {"argmin", "arg_min"}, {"make_dictionary", "make_bag"},
	}
}

// fn starts a declaration.
func fn(name, sigs, doc string) types.Func {
	return types.Func{Name: name, Sigs: types.ParseSignatures(sigs), Doc: doc, Strict: true}
}

// HostFunc is a function that the host of the database registers for the SQL
// of queries.
type HostFunc struct {
	Name string
	// Result is bool, long, real or string.
	Result schema.Type
}

// HostFuncs lists the functions that the host registers.  Each takes two
// strings and then any number of values of any type, also null ones, and gives
// Invoke of them.
func HostFuncs() []HostFunc {
	return []HostFunc{{"kql_bool", schema.Bool}, {"kql_long", schema.Long}, {"kql_real", schema.Real}, {"kql_text", schema.String}}
}

// Invoke runs a function's Eval on values as DuckDB hands them over.  kinds
// has a letter for the type of each argument and of the result: b bool, i int,
// l long, r real, m decimal, d datetime, t timespan, g guid, y dynamic, s
// string.  It is the body of the host's kql_bool, kql_long, kql_real and
// kql_text; its result is nil, bool, int64, float64 or string.
func Invoke(name, kinds string, args []any) any {
	f := All().scalars[name]
	if f == nil {
		f = All().operators[name]
	}
	if f == nil || f.Eval == nil || len(kinds) != len(args)+1 {
		return nil
	}
	vals := make([]types.Value, len(args))
	for i, a := range args {
		switch x := a.(type) {
		case int32:
			a = int64(x)
		case float32:
			a = float64(x)
		}
		vals[i] = types.Value{T: kindType(kinds[i]), V: a}
	}
	return types.Eval(f, kindType(kinds[len(kinds)-1]), vals)
}

// Host is what the host of the database knows, beside the functions.
type Host struct {
	// GeoInfo returns where an address is, as the JSON text of a bag; nil where
	// there is no such data.
	GeoInfo func(netip.Addr) string
}

// Invoke is the function Invoke with what the host knows.
func (h Host) Invoke(name, kinds string, args []any) any {
	if name == geoInfoName && h.GeoInfo != nil && len(args) == 1 {
		s, _ := args[0].(string)
		addr, err := netip.ParseAddr(s)
		if err != nil {
			return nil
		}
		return h.GeoInfo(addr)
	}
	return Invoke(name, kinds, args)
}

func kindType(k byte) schema.Type {
	switch k {
	case 'b':
		return schema.Bool
	case 'i':
		return schema.Int
	case 'l':
		return schema.Long
	case 'r':
		return schema.Real
	case 'm':
		return schema.Decimal
	case 'd':
		return schema.DateTime
	case 't':
		return schema.TimeSpan
	case 'g':
		return schema.Guid
	case 'y':
		return schema.Dynamic
	}
	return schema.String
}

// str returns a string argument; "" for anything else.
func str(v types.Value) string {
	s, _ := v.V.(string)
	return s
}

// text returns an argument as tostring() shows it.
func text(v types.Value) string {
	switch x := v.V.(type) {
	case nil:
		return ""
	case string:
		if v.T == schema.Dynamic {
			d, ok := dyn.Parse(x)
			if !ok {
				return x
			}
			if _, isText := d.(string); isText || d == nil {
				return dyn.Text(d)
			}
		}
		return x
	case bool:
		if x {
			return "true"
		}
		return "false"
	case int64:
		switch v.T {
		case schema.DateTime:
			return types.FormatDatetime(x)
		case schema.TimeSpan:
			return types.FormatTimespan(x)
		}
		return itoa(x)
	case float64:
		return types.FormatReal(x)
	}
	return ""
}

// num returns an argument as an integer.
func num(v types.Value) int64 {
	switch x := v.V.(type) {
	case int64:
		return x
	case float64:
		return int64(x)
	case bool:
		if x {
			return 1
		}
	}
	return 0
}

// flt returns an argument as a real.
func flt(v types.Value) float64 {
	switch x := v.V.(type) {
	case int64:
		return float64(x)
	case float64:
		return x
	case string:
		f, _ := parseReal(x)
		return f
	}
	return 0
}

// val returns an argument as a dynamic value.
func val(v types.Value) any {
	switch x := v.V.(type) {
	case string:
		if v.T == schema.Dynamic {
			d, _ := dyn.Parse(x)
			return d
		}
		if v.T == schema.Decimal {
			f, _ := parseReal(x)
			return f
		}
		return x
	case int64:
		switch v.T {
		case schema.DateTime:
			return types.FormatDatetime(x)
		case schema.TimeSpan:
			return types.FormatTimespan(x)
		}
		return x
	}
	return v.V
}

// arr returns an argument as an array.
func arr(v types.Value) []any {
	a, _ := val(v).([]any)
	return a
}
