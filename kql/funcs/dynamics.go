package funcs

import (
	"slices"
	"sort"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// dynamics are the functions that make arrays and bags.
// https://learn.microsoft.com/kusto/query/scalar-functions#dynamicarray-functions
func dynamics() []types.Func {
	pack := sqlFn("bag_pack", "(key...:string, value...:Scalar) -> dynamic", "A bag of keys and values.", types.Lower(lowerPack), func(a []types.Value) any {
		b := dyn.NewBag()
		for i := 0; i+1 < len(a); i += 2 {
			b.Set(text(a[i]), val(a[i+1]))
		}
		return dyn.JSON(b)
	})
	pack.Strict = false
	nonempty := hidden(goFn("bag_pack_nonempty", "(key...:string, value...:Scalar) -> dynamic", "A bag of keys and values that are not null or empty.", func(a []types.Value) any {
		b := dyn.NewBag()
		for i := 0; i+1 < len(a); i += 2 {
			if v := val(a[i+1]); v != nil && v != "" {
				b.Set(text(a[i]), v)
			}
		}
		return dyn.JSON(b)
	}))
	nonempty.Strict = false
	array := sqlFn("pack_array", "(value...:Scalar) -> dynamic", "An array of values.", types.Lower(func(g types.Gen, c *types.Call) string {
		parts := make([]string, len(c.Args))
		for i, a := range c.Args {
			parts[i] = "coalesce(" + g.JSON(a) + "::VARCHAR, 'null')"
		}
		if len(parts) == 0 {
			return "'[]'"
		}
		return "('[' || " + strings.Join(parts, " || ',' || ") + " || ']')"
	}), func(a []types.Value) any {
		out := make([]any, len(a))
		for i, v := range a {
			out[i] = val(v)
		}
		return dyn.JSON(out)
	})
	array.Strict = false
	array.Sigs[0].Params[0].Optional = true
	all := fn("pack_all", "(ignore_null_empty?:Scalar) -> dynamic", "A bag of all columns.")
	all.SQL = "NULL"
	columns := fn("bag_pack_columns", "(value...:Scalar) -> dynamic", "A bag of columns by name.")
	columns.SQL = "NULL"
	names := fn("column_names_of", "(table:Any) -> dynamic", "The names of a table's columns.")
	names.SQL = "NULL"
	return []types.Func{pack, nonempty, array, all, columns, names}
}

// arrays are the functions on arrays.
func arrays() []types.Func {
	return []types.Func{
		example(sqlFn("array_length", "(array:DynamicArray) -> long", "The number of elements.", types.Lower(lowerArrayLength), func(a []types.Value) any {
			if l, ok := val(a[0]).([]any); ok {
				return int64(len(l))
			}
			return nil
		}), "array_length(dynamic([1,2]))", "2"),
		goFn("array_concat", "(array...:DynamicArray) -> dynamic", "Arrays one behind the other.", func(a []types.Value) any {
			out := []any{}
			for _, v := range a {
				out = append(out, arr(v)...)
			}
			return dyn.JSON(out)
		}),
		goFn("array_slice", "(array:DynamicArray, start:Integer, end:Integer) -> dynamic", "A part of an array, both ends included.", func(a []types.Value) any {
			l := arr(a[0])
			n := len(l)
			from, to := place(num(a[1]), n), place(num(a[2]), n)
			from, to = max(0, from), min(n-1, to)
			if from > to {
				return "[]"
			}
			return dyn.JSON(l[from : to+1])
		}),
		goFn("array_split", "(array:DynamicArray, index:Integer) -> dynamic|(array:DynamicArray, indices:DynamicArray) -> dynamic", "An array cut at places.", func(a []types.Value) any {
			l := arr(a[0])
			var cuts []any
			if a[1].T == schema.Dynamic {
				cuts = arr(a[1])
			} else {
				cuts = []any{num(a[1])}
			}
			out, from := []any{}, 0
			for _, c := range cuts {
				n, _ := dyn.Number(c)
				at := max(min(place(int64(n), len(l)), len(l)), from)
				out = append(out, slices.Clone(l[from:at]))
				from = at
			}
			return dyn.JSON(append(out, l[from:]))
		}),
		goFn("array_index_of", "(array:DynamicArray, value:Scalar, start?:Integer, length?:Integer, occurrence?:Integer) -> long", "Where an element is, from 0; -1 if nowhere.", func(a []types.Value) any {
			l, ok := val(a[0]).([]any)
			if !ok {
				return nil
			}
			from, to, nth := window(a, len(l))
			for i := from; i < to; i++ {
				if dyn.Equal(l[i], val(a[1])) {
					if nth--; nth == 0 {
						return int64(i)
					}
				}
			}
			return int64(-1)
		}),
		goFn("array_reverse", "(value:DynamicArray) -> dynamic", "The elements in reverse.", func(a []types.Value) any {
			l, ok := val(a[0]).([]any)
			if !ok {
				return nil
			}
			slices.Reverse(l)
			return dyn.JSON(l)
		}),
	}
}

func lowerArrayLength(g types.Gen, c *types.Call) string {
	x := g.Expr(c.Args[0])
	n := "CAST(json_array_length(" + x + ") AS BIGINT)"
	if isArray(c.Args[0]) {
		return n
	}
	return "(CASE WHEN json_type(" + x + ") = 'ARRAY' THEN " + n + " END)"
}

// moreArrays are the functions that reorder or join arrays.
func moreArrays() []types.Func {
	return []types.Func{
		rotate("array_rotate_left", 1), rotate("array_rotate_right", -1),
		shift("array_shift_left", 1), shift("array_shift_right", -1),
		sorted("array_sort_asc", false), sorted("array_sort_desc", true),
		goFn("array_sum", "(array:DynamicArray) -> real", "The sum of the elements.", func(a []types.Value) any { return total(arr(a[0])) }),
		goFn("array_iff", "(condition_array:DynamicArray, when_true:Scalar, when_false:Scalar) -> dynamic", "For each condition the element of one array or the other.", func(a []types.Value) any {
			out := []any{}
			pick := func(v types.Value, i int) any {
				x := val(v)
				if l, ok := x.([]any); ok {
					if i < len(l) {
						return l[i]
					}
					return nil
				}
				return x
			}
			for i, c := range arr(a[0]) {
				n, isNum := dyn.Number(c)
				switch {
				case c == true || isNum && n != 0:
					out = append(out, pick(a[1], i))
				case c == false || isNum:
					out = append(out, pick(a[2], i))
				default:
					out = append(out, nil)
				}
			}
			return dyn.JSON(out)
		}),
		strcatArray(),
	}
}

// bags are the functions on bags and on paths into them.
func bags() []types.Func {
	return []types.Func{
		goFn("bag_keys", "(object:DynamicBag) -> dynamic", "The names of a bag's members.", func(a []types.Value) any {
			b, ok := val(a[0]).(*dyn.Bag)
			if !ok {
				return nil
			}
			out := []any{}
			for _, k := range b.Keys {
				out = append(out, k)
			}
			return dyn.JSON(out)
		}),
		goFn("bag_has_key", "(bag:DynamicBag, key:string) -> bool", "Whether a bag has a member; $.a.b asks deeper.", func(a []types.Value) any {
			b, ok := val(a[0]).(*dyn.Bag)
			if !ok {
				return nil
			}
			k := text(a[1])
			if strings.HasPrefix(k, "$") {
				_, ok := follow(b, k)
				return ok
			}
			_, ok = b.Values[k]
			return ok
		}),
		goFn("bag_remove_keys", "(bag:DynamicBag, keys:DynamicArray) -> dynamic", "A bag without some members.", func(a []types.Value) any {
			b, ok := val(a[0]).(*dyn.Bag)
			if !ok {
				return nil
			}
			for _, k := range arr(a[1]) {
				remove(b, jsonPath(dyn.Text(k)))
			}
			return dyn.JSON(b)
		}),
		goFn("bag_set_key", "(bag:DynamicBag, key:string, value:Scalar) -> dynamic", "A bag with a member set.", func(a []types.Value) any {
			b, ok := val(a[0]).(*dyn.Bag)
			if !ok {
				return nil
			}
			in, path := b, jsonPath(text(a[1]))
			for len(path) > 1 {
				next, ok := in.Values[path[0]].(*dyn.Bag)
				if !ok {
					next = dyn.NewBag()
					in.Set(path[0], next)
				}
				in, path = next, path[1:]
			}
			if len(path) == 1 {
				in.Set(path[0], val(a[2]))
			}
			return dyn.JSON(b)
		}),
		lenient(goFn("bag_merge", "(bag...:DynamicBag) -> dynamic", "Bags in one; the first that has a member wins.", func(a []types.Value) any {
			out := dyn.NewBag()
			for _, v := range a {
				if b, ok := val(v).(*dyn.Bag); ok {
					for _, k := range b.Keys {
						if _, has := out.Values[k]; !has {
							out.Set(k, b.Values[k])
						}
					}
				}
			}
			return dyn.JSON(out)
		})),
		goFn("bag_zip", "(keys:DynamicArray, values:DynamicArray) -> dynamic", "A bag of an array of keys and one of values.", func(a []types.Value) any {
			b := dyn.NewBag()
			v := arr(a[1])
			for i, k := range arr(a[0]) {
				if s, ok := k.(string); ok {
					if i < len(v) {
						b.Set(s, v[i])
					} else {
						b.Set(s, nil)
					}
				}
			}
			return dyn.JSON(b)
		}),
		goFn("zip", "(array...:DynamicArray) -> dynamic", "Arrays of the elements at the same places.", func(a []types.Value) any {
			n := 0
			for _, v := range a {
				n = max(n, len(arr(v)))
			}
			out := make([]any, n)
			for i := range out {
				row := make([]any, len(a))
				for j, v := range a {
					if l := arr(v); i < len(l) {
						row[j] = l[i]
					}
				}
				out[i] = row
			}
			return dyn.JSON(out)
		}),
		goFn("repeat", "(value:Scalar, count:long) -> dynamic", "An array of one value repeated.", func(a []types.Value) any {
			out := make([]any, min(max(num(a[1]), 0), 1<<20))
			for i := range out {
				out[i] = val(a[0])
			}
			return dyn.JSON(out)
		}),
		goFn("range", "(start:Summable, stop:Summable, step?:Summable) -> dynamic", "An array of numbers, datetimes or timespans at equal steps.", evalRange),
		goFn("dynamic_to_json", "(dynamic:Scalar) -> string", "JSON text with the members sorted.", func(a []types.Value) any {
			return string(dyn.Append(nil, sortKeys(val(a[0]))))
		}),
		sqlFn("extract_json", "(jsonPath:string, jsonText:string) -> string|(jsonPath:string, jsonText:string, type:type) -> ParameterNLiteral", "What a path takes from JSON text.", nil, func(a []types.Value) any {
			d, _ := dyn.Parse(text(a[1]))
			v, _ := follow(d, text(a[0]))
			return dyn.Text(v)
		}),
		named(goFn("treepath", "(object:DynamicBag) -> dynamic", "The paths of all leaves.", func(a []types.Value) any {
			out := []any{}
			var walk func(v any, at string)
			walk = func(v any, at string) {
				switch x := v.(type) {
				case *dyn.Bag:
					for _, k := range x.Keys {
						p := k
						if at != "" {
							p = at + "['" + k + "']"
						} else {
							p = "['" + k + "']"
						}
						out = append(out, p)
						walk(x.Values[k], p)
					}
				case []any:
					p := at + "[0]"
					out = append(out, p)
					for _, e := range x {
						walk(e, p)
						break
					}
				}
			}
			walk(val(a[0]), "")
			return dyn.JSON(out)
		}), types.NamePrefixArg, "tree"),
	}
}

func lenient(f types.Func) types.Func { f.Strict = false; return f }

func lowerPack(g types.Gen, c *types.Call) string {
	var parts []string
	for i := 0; i+1 < len(c.Args); i += 2 {
		key := "to_json(" + g.Expr(c.Args[i]) + ")::VARCHAR || ':'"
		if v, ok := types.IsConst(c.Args[i]); ok {
			s, _ := v.(string)
			key = g.Text(string(types.AppendJSONString(nil, s)) + ":")
		}
		parts = append(parts, key+" || coalesce("+g.JSON(c.Args[i+1])+"::VARCHAR, 'null')")
	}
	return "('{' || " + strings.Join(parts, " || ',' || ") + " || '}')"
}

// place turns a negative index into one from the start.
func place(i int64, n int) int {
	if i < 0 {
		return n + int(i)
	}
	return int(min(i, int64(n)))
}

func rotate(name string, sign int64) types.Func {
	return goFn(name, "(array:DynamicArray, rotate_count:Integer) -> dynamic", "The elements moved round.", func(a []types.Value) any {
		l, ok := val(a[0]).([]any)
		if !ok || len(l) == 0 {
			return dyn.JSON(val(a[0]))
		}
		k := mod(sign*num(a[1]), int64(len(l)))
		return dyn.JSON(append(slices.Clone(l[k:]), l[:k]...))
	})
}

func shift(name string, sign int64) types.Func {
	return lenient(goFn(name, "(array:DynamicArray, shift_count:Integer, default_value?:Scalar) -> dynamic", "The elements moved, with a default in the gap.", func(a []types.Value) any {
		l, ok := val(a[0]).([]any)
		if !ok {
			return nil
		}
		var def any
		if len(a) > 2 {
			def = val(a[2])
		}
		out := make([]any, len(l))
		for i := range out {
			if k := int64(i) + sign*num(a[1]); k >= 0 && k < int64(len(l)) {
				out[i] = l[k]
			} else {
				out[i] = def
			}
		}
		return dyn.JSON(out)
	}))
}

// less orders dynamic values: numbers, texts, all others.
func less(a, b any) bool {
	x, okX := dyn.Number(a)
	y, okY := dyn.Number(b)
	if okX && okY {
		return x < y
	}
	if p, q := rank(a), rank(b); p != q {
		return p < q
	}
	return dyn.Text(a) < dyn.Text(b)
}

func rank(v any) int {
	if _, ok := dyn.Number(v); ok {
		return 0
	}
	if _, ok := v.(string); ok {
		return 1
	}
	return 2
}

// sorted declares array_sort_asc and desc; further arrays follow the first
// one's order.
func sorted(name string, desc bool) types.Func {
	f := goFn(name, "(arrays...:DynamicArray) -> dynamic|(arrays...:DynamicArray, nulls_last:bool) -> dynamic", "Arrays sorted by the first.", func(a []types.Value) any {
		nullsLast := true
		if a[len(a)-1].T == schema.Bool {
			nullsLast = a[len(a)-1].V == true
			a = a[:len(a)-1]
		}
		l := arr(a[0])
		at := make([]int, len(l))
		for i := range at {
			at[i] = i
		}
		sort.SliceStable(at, func(i, j int) bool {
			x, y := l[at[i]], l[at[j]]
			if x == nil || y == nil {
				return (y == nil) == nullsLast && (x == nil) != (y == nil) && (x != nil) == nullsLast
			}
			if desc {
				return less(y, x)
			}
			return less(x, y)
		})
		outs := make([]any, len(a))
		for k, v := range a {
			src := arr(v)
			if len(src) != len(at) {
				continue // null
			}
			out := make([]any, 0, len(at))
			for _, i := range at {
				out = append(out, src[i])
			}
			outs[k] = out
		}
		if len(outs) == 1 {
			return dyn.JSON(outs[0])
		}
		return dyn.JSON(outs)
	})
	f.Sorted = true
	return f
}

func strcatArray() types.Func {
	return sqlFn("strcat_array", "(array:DynamicArray, delimiter:Scalar) -> string", "The elements as text with a delimiter between them.",
		"coalesce(array_to_string(json_extract_string($1, '$[*]'), $2), '')", func(a []types.Value) any {
			var parts []string
			for _, x := range arr(a[0]) {
				parts = append(parts, dyn.Text(x))
			}
			return strings.Join(parts, text(a[1]))
		})
}

func total(l []any) any {
	t := 0.0
	for _, x := range l {
		n, ok := dyn.Number(x)
		if !ok {
			return nil
		}
		t += n
	}
	return t
}

// maxRange is the most elements that range() gives.
const maxRange = 1 << 20

func evalRange(a []types.Value) any {
	out := []any{}
	step := types.Value{T: a[0].T, V: int64(1)}
	switch a[0].T {
	case schema.DateTime, schema.TimeSpan:
		step.V = 3600 * second
	case schema.Real:
		step.V = 1.0
	}
	if len(a) > 2 {
		step = a[2]
	}
	x, okX := a[0].V.(int64)
	y, okY := a[1].V.(int64)
	s, okS := step.V.(int64)
	if okX && okY && okS {
		for i := x; s != 0 && (s > 0 && i <= y || s < 0 && i >= y) && len(out) < maxRange; i += s {
			out = append(out, val(types.Value{T: a[0].T, V: i}))
		}
		return dyn.JSON(out)
	}
	f, to, by := flt(a[0]), flt(a[1]), flt(step)
	for i := 0; by != 0 && len(out) < maxRange; i++ {
		v := f + float64(i)*by
		if by > 0 && v > to || by < 0 && v < to {
			break
		}
		out = append(out, v)
	}
	return dyn.JSON(out)
}

func sortKeys(v any) any {
	switch x := v.(type) {
	case *dyn.Bag:
		out := dyn.NewBag()
		keys := slices.Clone(x.Keys)
		slices.Sort(keys)
		for _, k := range keys {
			out.Set(k, sortKeys(x.Values[k]))
		}
		return out
	case []any:
		for i := range x {
			x[i] = sortKeys(x[i])
		}
	}
	return v
}

// jsonPath splits $.a['b'][0] into steps; a name without $ is one step.
func jsonPath(p string) []string {
	if !strings.HasPrefix(p, "$") {
		return []string{p}
	}
	var out []string
	for p = p[1:]; p != ""; {
		switch {
		case p[0] == '.':
			n := strings.IndexAny(p[1:], ".[")
			if n < 0 {
				return append(out, p[1:])
			}
			if n > 0 {
				out = append(out, p[1:1+n])
			}
			p = p[1+n:]
		case p[0] == '[':
			n := strings.IndexByte(p, ']')
			if n < 0 {
				return out
			}
			out = append(out, strings.Trim(p[1:n], `'"`))
			p = p[n+1:]
		default:
			return out
		}
	}
	return out
}

func follow(v any, path string) (any, bool) {
	for _, s := range jsonPath(path) {
		switch x := v.(type) {
		case *dyn.Bag:
			m, ok := x.Values[s]
			if !ok {
				return nil, false
			}
			v = m
		case []any:
			i, ok := parseReal(s)
			k := place(int64(i), len(x))
			if !ok || k < 0 || k >= len(x) {
				return nil, false
			}
			v = x[k]
		default:
			return nil, false
		}
	}
	return v, true
}

func remove(b *dyn.Bag, path []string) {
	for len(path) > 1 {
		in, ok := b.Values[path[0]].(*dyn.Bag)
		if !ok {
			return
		}
		b, path = in, path[1:]
	}
	if len(path) == 1 {
		if _, ok := b.Values[path[0]]; ok {
			delete(b.Values, path[0])
			b.Keys = slices.DeleteFunc(b.Keys, func(k string) bool { return k == path[0] })
		}
	}
}
