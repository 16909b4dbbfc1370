package funcs

import (
	"slices"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/sketch"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// jsonList returns a value that SQL wrote as JSON text.
func jsonList(v types.Value) []any {
	d, _ := dyn.Parse(str(v))
	l, _ := d.([]any)
	return l
}

// weightedValues reads values and weights as the aggregates gather them.
func weightedValues(v types.Value) []sketch.Centroid {
	var out []sketch.Centroid
	for _, p := range jsonList(v) {
		b, ok := p.(*dyn.Bag)
		if !ok {
			continue
		}
		x, ok1 := dyn.Number(b.Values["v"])
		w, ok2 := dyn.Number(b.Values["w"])
		if ok1 && ok2 {
			out = append(out, sketch.Centroid{Mean: x, Weight: w})
		}
	}
	return out
}

// typedValue is a number of a digest in the type of its values.
func typedValue(x float64, kind string) any {
	switch schema.ParseType(kind) {
	case schema.DateTime:
		return types.FormatDatetime(int64(x))
	case schema.TimeSpan:
		return types.FormatTimespan(int64(x))
	case schema.Int, schema.Long:
		return int64(x)
	}
	return x
}

// asNumber is an argument in the form that digests hold.
func asNumber(v types.Value, kind string) float64 {
	switch schema.ParseType(kind) {
	case schema.DateTime:
		t, _ := datetimeOf(v).(int64)
		return float64(t)
	case schema.TimeSpan:
		t, _ := timespanOf(v).(int64)
		return float64(t)
	}
	if v.T == schema.Dynamic {
		n, _ := dyn.Number(val(v))
		return n
	}
	return flt(v)
}

// percents returns the percentiles that arguments ask for, one each or all in
// an array.
func percents(a []types.Value) []float64 {
	var out []float64
	for _, v := range a {
		if v.T != schema.Dynamic {
			out = append(out, flt(v))
			continue
		}
		for _, x := range arr(v) {
			n, _ := dyn.Number(x)
			out = append(out, n)
		}
	}
	return out
}

func percentilesOf(d *sketch.Digest, ps []float64) []any {
	out := make([]any, len(ps))
	for i, p := range ps {
		if x, ok := d.Percentile(p); ok {
			out[i] = typedValue(x, d.Kind)
		}
	}
	return out
}

// sketches are the functions on the states of hll and tdigest.  The states are
// our own: Kusto's encoding is not documented and may change.
// https://learn.microsoft.com/kusto/query/using-hll-tdigest
func sketches() []types.Func {
	digest := func(v types.Value) *sketch.Digest {
		d, ok := sketch.ParseDigest(arr(v))
		if !ok {
			return nil
		}
		return d
	}
	rank := func(name, doc string, percent bool) types.Func {
		return goFn(name, "(digest:DynamicArray, value:Scalar) -> real", doc, func(a []types.Value) any {
			d := digest(a[0])
			if d == nil {
				return nil
			}
			r := d.Rank(asNumber(a[1], d.Kind))
			if percent {
				return r / d.Total() * 100
			}
			return r
		})
	}
	percentile := named(goFn("percentile_tdigest", "(tdigest:DynamicArray, percentile1:real) -> dynamic|(tdigest:DynamicArray, percentile1:real, type:type) -> ParameterNLiteral", "A percentile of a tdigest.", func(a []types.Value) any {
		d := digest(a[0])
		if d == nil {
			return nil
		}
		return dyn.JSON(percentilesOf(d, percents(a[1:]))[0])
	}), types.NamePrefixArg, "percentile_tdigest")
	percentile.ResultType = func([]types.Expr) schema.Type { return schema.Dynamic }
	mergeDigests := func(name string) types.Func {
		return named(goFn(name, "(tdigest...:DynamicArray) -> dynamic", "Several tdigests in one.", func(a []types.Value) any {
			return mergeSketches(a, "tdigest")
		}), types.NamePrefix, "tdigests_merge_result")
	}
	return []types.Func{
		percentile,
		named(goFn("percentiles_array_tdigest", "(tdigest:DynamicArray, percentile...:real) -> dynamic|(tdigest:DynamicArray, percentiles:DynamicArray) -> dynamic", "Percentiles of a tdigest.", func(a []types.Value) any {
			d := digest(a[0])
			if d == nil {
				return nil
			}
			return dyn.JSON(percentilesOf(d, percents(a[1:])))
		}), types.NamePrefixArg, "percentile_tdigest"),
		rank("rank_tdigest", "How many values of a tdigest are not greater.", false), rank("percentrank_tdigest", "What part of a tdigest's values is not greater, in per cent.", true),
		mergeDigests("tdigest_merge"), mergeDigests("merge_tdigest"),
		named(goFn("hll_merge", "(hll...:DynamicArray) -> dynamic", "Several hlls in one.", func(a []types.Value) any { return mergeSketches(a, "hll") }), types.NamePrefix, "hll_merged_result"),
		named(goFn("dcount_hll", "(hll:DynamicArray) -> long", "The number of different values in a hll.", func(a []types.Value) any {
			h, ok := sketch.ParseHLL(arr(a[0]))
			if !ok {
				return nil
			}
			return h.Count()
		}), types.NamePrefixArg, "dcount_hll"),
		// What follows is called by the SQL of the aggregates alone.
		hidden(goFn("hll_of", "(hashes:string) -> dynamic", "The hll of hashes.", func(a []types.Value) any {
			h := &sketch.HLL{}
			var hashes []uint64
			for _, x := range jsonList(a[0]) {
				n, _ := x.(int64)
				hashes = append(hashes, uint64(n))
			}
			h.Add(hashes...)
			return dyn.JSON(h.Values())
		})),
		hidden(goFn("tdigest_of", "(pairs:string, kind:string) -> dynamic", "The tdigest of values and weights.", func(a []types.Value) any {
			d := &sketch.Digest{Kind: text(a[1])}
			d.Add(weightedValues(a[0])...)
			return dyn.JSON(d.Values())
		})),
		hidden(goFn("merge_states", "(states:string, kind:string) -> dynamic", "An array of states in one.", func(a []types.Value) any {
			var vals []types.Value
			for _, s := range jsonList(a[0]) {
				vals = append(vals, types.Value{T: schema.Dynamic, V: dyn.JSON(s)})
			}
			return mergeSketches(vals, text(a[1]))
		})),
		hidden(goFn("weighted_percentiles", "(pairs:string, kind:string, percentiles:dynamic) -> dynamic", "Percentiles of values with weights.", func(a []types.Value) any {
			return dyn.JSON(weightedPercentiles(weightedValues(a[0]), text(a[1]), percents(a[2:])))
		})),
		hidden(goFn("build_schema", "(values:string) -> dynamic", "The schema that values share.", func(a []types.Value) any {
			var out any
			for _, v := range jsonList(a[0]) {
				out = mergeSchema(out, schemaOf(v))
			}
			return dyn.JSON(out)
		})),
	}
}

// weightedPercentiles is exact: the least value that the part of the weight
// does not exceed.
func weightedPercentiles(c []sketch.Centroid, kind string, ps []float64) []any {
	slices.SortFunc(c, func(a, b sketch.Centroid) int {
		switch {
		case a.Mean < b.Mean:
			return -1
		case a.Mean > b.Mean:
			return 1
		}
		return 0
	})
	total := 0.0
	for _, x := range c {
		total += x.Weight
	}
	out := make([]any, len(ps))
	for i, p := range ps {
		sum := 0.0
		for _, x := range c {
			if sum += x.Weight; sum >= p/100*total {
				out[i] = typedValue(x.Mean, kind)
				break
			}
		}
	}
	return out
}

func mergeSketches(a []types.Value, kind string) any {
	h, d, found := &sketch.HLL{}, &sketch.Digest{}, false
	for _, v := range a {
		l := arr(v)
		if kind == "hll" {
			if x, ok := sketch.ParseHLL(l); ok {
				h.Merge(x)
				found = true
			}
		} else if x, ok := sketch.ParseDigest(l); ok {
			d.Merge(x)
			found = true
		}
	}
	switch {
	case !found:
		return nil
	case kind == "hll":
		return dyn.JSON(h.Values())
	}
	return dyn.JSON(d.Values())
}

// schemaOf describes a value: a type's name, a bag of its members' schemas, or
// for an array {"`indexer`": what its elements are}.
func schemaOf(v any) any {
	switch x := v.(type) {
	case nil:
		return nil
	case bool:
		return "bool"
	case int64:
		return "long"
	case float64:
		return "double"
	case *dyn.Bag:
		b := dyn.NewBag()
		for _, k := range x.Keys {
			b.Set(k, schemaOf(x.Values[k]))
		}
		return b
	case []any:
		var of any
		for _, e := range x {
			of = mergeSchema(of, schemaOf(e))
		}
		b := dyn.NewBag()
		b.Set("`indexer`", of)
		return b
	}
	return "string"
}

// mergeSchema joins two schemas; an array holds alternatives.
func mergeSchema(a, b any) any {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	list := func(v any) []any {
		if l, ok := v.([]any); ok {
			return l
		}
		return []any{v}
	}
	out := list(a)
next:
	for _, y := range list(b) {
		for i, x := range out {
			bx, isBag := x.(*dyn.Bag)
			by, isBagY := y.(*dyn.Bag)
			if isBag && isBagY && (bx.Values["`indexer`"] == nil) == (by.Values["`indexer`"] == nil) {
				for _, k := range by.Keys {
					bx.Set(k, mergeSchema(bx.Values[k], by.Values[k]))
				}
				out[i] = bx
				continue next
			}
			if !isBag && !isBagY && x == y {
				continue next
			}
		}
		out = append(out, y)
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// sketchAggregates are the aggregates that make and merge such states, and
// what else gathers its values for Go.
func sketchAggregates() []types.Func {
	agg := func(name, prefix, sigs, doc string, lower types.Lower) types.Func {
		f := fn(name, sigs, doc)
		f.Kind, f.Naming, f.Prefix, f.SQL = types.AggregateFunc, types.NamePrefixArg, prefix, lower
		return f
	}
	hashes := func(g types.Gen, c *types.Call, filter string) string {
		x := g.Expr(c.Args[0])
		return "kql_text('hll_of', 'sy', to_json(list(DISTINCT CAST(hash(CAST(" + x + " AS VARCHAR)) >> 1 AS BIGINT)) FILTER (WHERE " + x + " IS NOT NULL" + filter + "))::VARCHAR)"
	}
	merge := func(kind string) types.Lower {
		return func(g types.Gen, c *types.Call) string {
			return "kql_text('merge_states', 'ssy', to_json(list(CAST(" + g.Expr(c.Args[0]) + " AS JSON)))::VARCHAR, '" + kind + "')"
		}
	}
	gather := func(g types.Gen, c *types.Call, weight, kind string) string {
		x := g.Expr(c.Args[0])
		return "to_json(list({'v': " + x + ", 'w': " + weight + "}) FILTER (WHERE " + x + " IS NOT NULL))::VARCHAR, " + g.Text(kind)
	}
	weighted := func(g types.Gen, c *types.Call, kind string) string {
		ps := make([]string, len(c.Args)-2)
		for i, p := range c.Args[2:] {
			if p.Type() == schema.Dynamic {
				ps[i] = g.Expr(p)
			} else {
				ps[i] = "'[' || " + g.Expr(p) + " || ']'"
			}
		}
		return "kql_text('weighted_percentiles', 'ss" + strings.Repeat("y", len(ps)+1) + "', " + gather(g, c, g.Expr(c.Args[1]), kind) + ", " + strings.Join(ps, ", ") + ")"
	}
	array := types.Lower(func(g types.Gen, c *types.Call) string { return weighted(g, c, c.Args[0].Type().String()) })
	covariance := func(name, sql string) types.Func {
		f := agg(name, name, "(x:Summable, y:Summable, predicate:bool) -> real", "The covariance of the rows for which a condition holds.", func(g types.Gen, c *types.Call) string {
			return sql + "(CAST(" + g.Expr(c.Args[0]) + " AS DOUBLE), CAST(" + g.Expr(c.Args[1]) + " AS DOUBLE)) FILTER (WHERE " + g.Expr(c.Args[2]) + ")"
		})
		f.Naming = types.NamePrefixArgs
		return f
	}
	const arraySigs = "(expr:Scalar, weight:Integer, percentile...:Number) -> dynamic|(expr:Scalar, weight:Integer, percentiles:DynamicArray) -> dynamic"
	return []types.Func{
		agg("hll", "hll", "(expr:NotRealOrBool, accuracy?:Integer) -> dynamic", "What dcount_hll counts different values with.", func(g types.Gen, c *types.Call) string { return hashes(g, c, "") }),
		agg("hll_if", "hll_if", "(expr:NotRealOrBool, predicate:bool, accuracy?:Integer) -> dynamic", "hll of the rows for which a condition holds.", func(g types.Gen, c *types.Call) string {
			return hashes(g, c, " AND "+g.Expr(c.Args[1]))
		}),
		agg("hll_merge", "hll_merge", "(hll:DynamicArray) -> dynamic", "Several hlls in one.", merge("hll")),
		agg("tdigest", "tdigest", "(expr:Summable, weight?:Integer) -> dynamic", "What percentile_tdigest takes percentiles from.", func(g types.Gen, c *types.Call) string {
			w := "1"
			if len(c.Args) > 1 {
				w = g.Expr(c.Args[1])
			}
			return "kql_text('tdigest_of', 'ssy', " + gather(g, c, w, c.Args[0].Type().String()) + ")"
		}),
		agg("tdigest_merge", "merge_tdigests", "(tdigest:DynamicArray) -> dynamic", "Several tdigests in one.", merge("tdigest")),
		agg("merge_tdigest", "merge_tdigests", "(tdigest:DynamicArray) -> dynamic", "Several tdigests in one.", merge("tdigest")),
		agg("percentilew", "percentile", "(expr:Scalar, weight:Integer, percentile:Number) -> Parameter0", "A percentile of values with weights.", func(g types.Gen, c *types.Call) string {
			sql := "BIGINT"
			switch c.T {
			case schema.Int:
				sql = "INTEGER"
			case schema.Real:
				sql = "DOUBLE"
			case schema.Decimal:
				sql = "DECIMAL(38,17)"
			}
			return "CAST(json_extract_string(" + weighted(g, c, plainKind(c.T)) + ", '$[0]') AS " + sql + ")"
		}),
		agg("percentilesw", "percentile", "(expr:Scalar, weight:Integer, percentile...:Number) -> Parameter0", "Percentiles of values with weights.", array),
		agg("percentilesw_array", "percentiles", arraySigs, "Percentiles of values with weights as an array.", array),
		agg("buildschema", "schema", "(expr:DynamicBag) -> dynamic", "The schema that all values share.", func(g types.Gen, c *types.Call) string {
			return "kql_text('build_schema', 'sy', to_json(list(CAST(" + g.Expr(c.Args[0]) + " AS JSON)))::VARCHAR)"
		}),
		covariance("covarianceif", "covar_samp"), covariance("covariancepif", "covar_pop"),
	}
}

// plainKind is the kind of the numbers behind a type: ticks stay ticks.
func plainKind(t schema.Type) string {
	if t == schema.Real || t == schema.Decimal {
		return "real"
	}
	return "long"
}
