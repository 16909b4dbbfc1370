package funcs

import (
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// windowFuncs look at other rows of serialized input.  $over is the order of
// the rows.  https://learn.microsoft.com/kusto/query/window-functions
func windowFuncs() []types.Func {
	w := func(name, sigs, doc string, sql any) types.Func {
		f := fn(name, sigs, doc)
		f.Kind = types.WindowFunc
		f.SQL = sql
		return f
	}
	neighbour := func(sql string) types.Lower {
		return func(g types.Gen, c *types.Call) string {
			s := sql + "(" + g.Expr(c.Args[0])
			if len(c.Args) > 1 {
				s += ", " + g.Expr(c.Args[1])
			}
			if len(c.Args) > 2 {
				s += ", " + g.Expr(c.Args[2])
			}
			s += ") OVER (" + over(g) + ")"
			if c.T == schema.String {
				return "coalesce(" + s + ", '')"
			}
			return s
		}
	}
	return []types.Func{
		w("prev", "(column:Scalar, offset?:long, default_value?:Scalar) -> Parameter0", "The value in an earlier row.", neighbour("lag")),
		w("next", "(column:Scalar, offset?:long, default_value?:Scalar) -> Parameter0", "The value in a later row.", neighbour("lead")),
		w("row_number", "(startingIndex?:long, restart?:bool) -> long", "The number of the row; it starts again where restart is true.", types.Lower(func(g types.Gen, c *types.Call) string {
			s := "row_number() OVER (" + over(g) + ")"
			if len(c.Args) > 1 {
				s = "row_number() OVER (" + restarted(g, c.Args[1]) + ")"
			}
			if len(c.Args) > 0 {
				return "(" + s + " + " + g.Expr(c.Args[0]) + " - 1)"
			}
			return s
		})),
		w("row_cumsum", "(term:Number, restart?:bool) -> Parameter0", "The sum of the rows up to this one.", types.Lower(func(g types.Gen, c *types.Call) string {
			o := over(g)
			if len(c.Args) > 1 {
				o = restarted(g, c.Args[1])
			}
			s := "sum(" + g.Expr(c.Args[0]) + ") OVER (" + o + " ROWS UNBOUNDED PRECEDING)"
			return "CAST(" + s + " AS " + sumType(c.T) + ")"
		})),
		w("row_window_session", "(expr:datetime, maxDistanceFromFirst:timespan, maxDistanceBetweenNeighbors:timespan, restart?:bool) -> datetime", "The start of the session that a row is in.", nil),
		w("row_rank_min", "(term:NotDynamic, restart?:bool) -> long", "The rank of the row; equal neighbours share the lowest.", nil),
		// The binder writes this one as a sum of changes.
		w("row_rank_dense", "(term:NotDynamic, restart?:bool) -> long", "The number of changes of the value up to this row.", "NULL"),
	}
}

// overer is implemented by generators: the order of window functions.
type overer interface{ Over() string }

func over(g types.Gen) string {
	if o, ok := g.(overer); ok {
		return o.Over()
	}
	return ""
}

// restarted is the window of the rows of a group; the binder made the restart
// condition the group's number.
func restarted(g types.Gen, group types.Expr) string {
	return "PARTITION BY " + g.Expr(group) + " " + over(g)
}

func sumType(t schema.Type) string {
	if t == schema.Real {
		return "DOUBLE"
	}
	return "BIGINT"
}

// system are the functions about the query's surroundings.
func system() []types.Func {
	constant := func(name, sigs, doc string, v any) types.Func {
		return goFn(name, sigs, doc, func([]types.Value) any { return v })
	}
	time := fn("ingestion_time", "() -> datetime", "When a row was written.")
	time.Naming, time.Prefix, time.SQL = types.NamePrefix, "$IngestionTime", "CAST(NULL AS BIGINT)"
	guid := volatile(sqlFn("new_guid", "() -> guid", "A random guid.", "CAST(uuid() AS VARCHAR)", nil))
	return []types.Func{
		time, guid,
		constant("current_cluster_endpoint", "() -> string", "The name of the cluster.", "wirehunt"),
		constant("current_database", "() -> string", "The name of the database.", "wirehunt"),
		constant("current_principal", "() -> string", "Who runs the query.", "wirehunt"),
		constant("extent_id", "() -> guid", "There are no extents here.", nil),
		constant("extent_tags", "() -> dynamic", "There are no extents here.", nil),
		sqlFn("hash", "(source:NotDynamic, mod?:Integer) -> long", "The xxHash64 of a value.", nil, evalHash),
		sqlFn("hash_xxhash64", "(source:NotDynamic, mod?:Integer) -> long", "The xxHash64 of a value.", nil, evalHash),
	}
}
