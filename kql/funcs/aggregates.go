package funcs

import (
	"strings"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// aggregates are the aggregate functions.  Nulls do not count.
// https://learn.microsoft.com/kusto/query/aggregation-functions
func aggregates() []types.Func {
	var out []types.Func
	agg := func(name, prefix, sigs, doc string, sql any) *types.Func {
		f := fn(name, sigs, doc)
		f.Kind, f.Naming, f.Prefix, f.SQL = types.AggregateFunc, types.NamePrefixArg, prefix, sql
		out = append(out, f)
		return &out[len(out)-1]
	}
	// with adds a function and its form with a condition, which stands behind
	// the function's arguments.
	with := func(name, ifName, prefix, ifPrefix, params, result, doc string, lower func(g types.Gen, c *types.Call, filter string) string) {
		agg(name, prefix, "("+params+") -> "+result, doc, types.Lower(func(g types.Gen, c *types.Call) string { return lower(g, c, "") }))
		if ifName == "" {
			return
		}
		first, rest, _ := strings.Cut(params, ", ")
		sig := first + ", predicate:bool"
		if rest != "" {
			sig += ", " + rest
		}
		agg(ifName, ifPrefix, "("+sig+") -> "+result, doc+"  Only rows for which a condition holds count.", types.Lower(func(g types.Gen, c *types.Call) string {
			k := *c
			k.Args = append(append([]types.Expr(nil), c.Args[:1]...), c.Args[2:]...)
			return lower(g, &k, " FILTER (WHERE "+g.Expr(c.Args[1])+")")
		}))
	}
	agg("count", "count", "() -> long", "The number of rows.", "count(*)")
	out[0].Sigs = append(out[0].Sigs, types.ParseSignatures("(predicate:bool) -> long")...)
	out[0].SQL = types.Lower(func(g types.Gen, c *types.Call) string {
		if len(c.Args) == 1 {
			return "count(*) FILTER (WHERE " + g.Expr(c.Args[0]) + ")"
		}
		return "count(*)"
	})
	agg("cnt", "cnt", "() -> long", "The number of rows.", "count(*)").Hidden = true
	agg("countif", "countif", "(predicate:bool) -> long", "The number of rows for which a condition holds.", "count(*) FILTER (WHERE $1)")
	with("sum", "sumif", "sum", "sumif", "expr:Summable", "Parameter0Promoted", "The sum.", lowerSum)
	with("min", "minif", "min", "minif", "expr:Orderable", "Parameter0", "The least value.", textExtreme("min"))
	with("max", "maxif", "max", "maxif", "expr:Orderable", "Parameter0", "The greatest value.", textExtreme("max"))
	with("avg", "avgif", "avg", "avgif", "expr:Summable", "Parameter0", "The mean.", lowerAvg)
	for i := len(out) - 2; i < len(out); i++ {
		out[i].ResultType = func(args []types.Expr) schema.Type {
			if t := args[0].Type(); t == schema.TimeSpan || t == schema.DateTime || t == schema.Decimal {
				return t
			}
			return schema.Real
		}
	}
	with("dcount", "dcountif", "dcount", "dcountif", "expr:Scalar, accuracy?:NotDynamic", "long", "The number of different values, exactly.", distinctCount)
	with("count_distinct", "count_distinctif", "count_distinct", "count_distinctif", "expr:NotDynamic", "long", "The number of different values.", distinctCount)
	with("stdev", "stdevif", "stdev", "stdevif", "expr:Summable", "real", "The standard deviation of a sample.", spread("stddev_samp"))
	with("variance", "varianceif", "variance", "varianceif", "expr:Summable", "real", "The variance of a sample.", spread("var_samp"))
	with("stdevp", "", "stdevp", "", "expr:Summable", "real", "The standard deviation.", spread("stddev_pop"))
	with("variancep", "variancepif", "variancep", "variancepif", "expr:Summable", "real", "The variance.", spread("var_pop"))
	with("make_list", "make_list_if", "list", "list", "expr:Scalar, maxSize?:Integer", "dynamic", "An array of the values.", gather(false, false))
	with("make_list_with_nulls", "", "list", "", "expr:Scalar", "dynamic", "An array of the values, nulls included.", gather(false, true))
	with("make_set", "make_set_if", "set", "set", "expr:Scalar, maxSize?:Integer", "dynamic", "An array of the different values.", gather(true, false))
	with("make_bag", "make_bag_if", "bag", "bag", "expr:DynamicBag, maxSize?:Integer", "dynamic", "The bags merged in one.", func(g types.Gen, c *types.Call, filter string) string {
		return "kql_text('merge_bags', 'yy', coalesce(to_json(list(CAST(" + g.Expr(c.Args[0]) + " AS JSON)" + g.Order() + ")" + filter + ")::VARCHAR, '[]'))"
	})
	with("take_any", "take_anyif", "", "", "expr:Scalar", "Parameter0", "The value of any row.", anyValue)
	for i := len(out) - 2; i < len(out); i++ {
		out[i].Naming = types.NameFirstArg
	}
	with("any", "anyif", "any", "anyif", "expr:Scalar", "Parameter0", "The value of any row.", anyValue)
	out[len(out)-1].Hidden, out[len(out)-2].Hidden = true, true
	best := func(name string) {
		f := agg(name, "", "(by:Orderable, returned?...:Scalar) -> dynamic", "The values in the row with the extreme value.", types.Lower(func(g types.Gen, c *types.Call) string {
			x := g.Expr(c.Args[min(1, len(c.Args)-1)])
			// Where the extreme value is null in all rows, any row serves.
			by := g.Expr(c.Args[0])
			s := "CASE WHEN count(" + by + ") = 0 THEN first(" + x + ") ELSE " + name + "_null(" + x + ", " + by + ") END"
			if r, ok := c.Args[0].(*types.Ref); c.Args[0].Type() == schema.String || ok && r.Col.NotNull {
				s = name + "_null(" + x + ", " + by + ")"
			}
			if c.T == schema.String {
				return "coalesce(" + s + ", '')"
			}
			return s
		}))
		f.ResultType = func(args []types.Expr) schema.Type { return args[min(1, len(args)-1)].Type() }
	}
	best("arg_max")
	best("arg_min")
	for _, op := range []string{"and", "or", "xor"} {
		f := agg("binary_all_"+op, "", "(expr:Summable) -> Parameter0", "The bits of all values brought together.", "bit_"+op+"($1)")
		f.Naming = types.NameFirstArg
	}
	agg("covariance", "covariance", "(x:Summable, y:Summable) -> real", "The covariance of a sample.", "covar_samp(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))")
	agg("covariancep", "covariancep", "(x:Summable, y:Summable) -> real", "The covariance.", "covar_pop(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))")
	out[len(out)-1].Naming, out[len(out)-2].Naming = types.NamePrefixArgs, types.NamePrefixArgs
	agg("percentile", "percentile", "(expr:Scalar, percentile:Number) -> Parameter0", "A percentile, by nearest rank.", types.Lower(func(g types.Gen, c *types.Call) string {
		return "quantile_disc(" + g.Expr(c.Args[0]) + ", " + g.Expr(c.Args[1]) + " / 100)"
	}))
	agg("percentiles", "percentile", "(expr:Scalar, percentile...:Number) -> Parameter0", "Percentiles, by nearest rank.", "quantile_disc($1, $2 / 100)")
	agg("percentiles_array", "percentiles", "(expr:Scalar, percentile...:Number) -> dynamic|(expr:Scalar, percentiles:DynamicArray) -> dynamic", "Percentiles as an array.", types.Lower(lowerPercentilesArray))
	return out
}

func lowerSum(g types.Gen, c *types.Call, filter string) string {
	if c.T == schema.Real || c.T == schema.Decimal {
		return "coalesce(sum(" + g.Expr(c.Args[0]) + ")" + filter + ", 0)"
	}
	return "coalesce(CAST(sum(" + g.Expr(c.Args[0]) + ")" + filter + " AS BIGINT), 0)"
}

func lowerAvg(g types.Gen, c *types.Call, filter string) string {
	s := "avg(" + g.Expr(c.Args[0]) + ")" + filter
	if c.T == schema.TimeSpan || c.T == schema.DateTime {
		return "CAST(trunc(" + s + ") AS BIGINT)"
	}
	return s
}

// textExtreme is min or max; the empty string stands for a missing one.
func textExtreme(f string) func(g types.Gen, c *types.Call, filter string) string {
	return func(g types.Gen, c *types.Call, filter string) string {
		if c.T == schema.String {
			return "coalesce(" + f + "(nullif(" + g.Expr(c.Args[0]) + ", ''))" + filter + ", '')"
		}
		return f + "(" + g.Expr(c.Args[0]) + ")" + filter
	}
}

func distinctCount(g types.Gen, c *types.Call, filter string) string {
	return "count(DISTINCT " + g.Expr(c.Args[0]) + ")" + filter
}

// spread is a measure that is 0, not null, for fewer than two values.
func spread(f string) func(g types.Gen, c *types.Call, filter string) string {
	return func(g types.Gen, c *types.Call, filter string) string {
		return "coalesce(" + f + "(CAST(" + g.Expr(c.Args[0]) + " AS DOUBLE))" + filter + ", 0)"
	}
}

func anyValue(g types.Gen, c *types.Call, filter string) string {
	s := "any_value(" + g.Expr(c.Args[0]) + ")" + filter
	if c.T == schema.String {
		return "coalesce(any_value(nullif(" + g.Expr(c.Args[0]) + ", ''))" + filter + ", '')"
	}
	return s
}

// gather is make_list and make_set.  A set of arrays is the set of their
// elements.
func gather(distinct, nulls bool) func(g types.Gen, c *types.Call, filter string) string {
	return func(g types.Gen, c *types.Call, filter string) string {
		t := c.Args[0].Type()
		x := g.Expr(c.Args[0])
		if t != schema.String && t != schema.Bool && !numeric(t) {
			x = g.JSON(c.Args[0])
		}
		if distinct {
			x = "DISTINCT " + x
		}
		if !nulls && t != schema.String {
			cond := g.Expr(c.Args[0]) + " IS NOT NULL"
			if filter == "" {
				filter = " FILTER (WHERE " + cond + ")"
			} else {
				filter = strings.TrimSuffix(filter, ")") + " AND " + cond + ")"
			}
		}
		order := g.Order()
		if distinct {
			order = ""
		}
		list := "list(" + x + order + ")" + filter
		if g.Unordered() || distinct {
			list = "list_sort(" + list + ")" // the same in every run
		}
		if len(c.Args) > 1 {
			list = "(" + list + ")[1:" + g.Expr(c.Args[1]) + "]"
		}
		s := "coalesce(to_json(" + list + ")::VARCHAR, '[]')"
		if distinct && c.Args[0].Type() == schema.Dynamic {
			return "kql_text('flatten_set', 'yy', " + s + ")"
		}
		return s
	}
}

func numeric(t schema.Type) bool {
	return t == schema.Int || t == schema.Long || t == schema.Real
}

func lowerPercentilesArray(g types.Gen, c *types.Call) string {
	var parts []string
	for _, p := range c.Args[1:] {
		if p.Type() == schema.Dynamic {
			return "to_json(list_transform(CAST(json_extract_string(" + g.Expr(p) + ", '$[*]') AS DOUBLE[]), lambda p: list_sort(list(" + g.Expr(c.Args[0]) +
				"))[greatest(1, CAST(ceil(p / 100 * count(" + g.Expr(c.Args[0]) + ")) AS BIGINT))]))::VARCHAR"
		}
		parts = append(parts, g.Expr(p)+" / 100")
	}
	return "to_json(quantile_disc(" + g.Expr(c.Args[0]) + ", [" + strings.Join(parts, ", ") + "]))::VARCHAR"
}
