package funcs

import (
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/rows"
	"wirehunt/kql/funcs/sketch"
	"wirehunt/kql/types"
)

// rowFuncs are the functions from rows to rows that the binder calls for scan,
// reduce and plugins: they take the rows and their configuration as JSON.  c is
// where scan finds the functions of its expressions.
func rowFuncs(c *Catalogue) []types.Func {
	sigs := types.ParseSignatures("(rows:dynamic, config:string) -> dynamic")
	out := []types.Func{{Name: "rows_scan", Sigs: sigs, Strict: true, Eval: func(a []types.Value) any { return evalScan(c, a) }}}
	out = append(out, types.Func{Name: "dcount_intersect", Sigs: types.ParseSignatures("(hll...:dynamic) -> dynamic"), Strict: true, Eval: intersect})
	out = append(out, types.Func{Name: "rows_graph", Sigs: sigs, Strict: true, Eval: func(a []types.Value) any { return evalGraph(c, a) },
		SQL: types.Lower(func(g types.Gen, call *types.Call) string {
			return "coalesce(" + g.GoCall(call) + ", error(" + g.Text("The pattern has too many matches in this graph.") + ")::JSON)"
		})})
	for name, f := range rows.Funcs() {
		out = append(out, types.Func{Name: "rows_" + name, Sigs: sigs, Strict: true, Eval: func(a []types.Value) any {
			var in [][]any
			for _, r := range arr(a[0]) {
				if row, ok := r.([]any); ok && len(row) > 0 {
					in = append(in, row)
				}
			}
			list := []any{}
			for _, r := range f(in, str(a[1])) {
				list = append(list, r)
			}
			return dyn.JSON(list)
		}})
	}
	return out
}

// intersect counts what hlls have in common, for the plugin dcount_intersect.
func intersect(a []types.Value) any {
	var list []*sketch.HLL
	for _, v := range a {
		h, ok := sketch.ParseHLL(arr(v))
		if !ok {
			return nil
		}
		list = append(list, h)
	}
	out := []any{}
	for _, n := range sketch.Intersect(list) {
		out = append(out, n)
	}
	return dyn.JSON(out)
}
