package types

import (
	"encoding/json"
	"slices"
	"strconv"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// reduce binds reduce by text.
// https://learn.microsoft.com/kusto/query/reduce-operator
func (b *binder) reduce(in Node, op *ast.Reduce) Node {
	var x Expr
	b.withRow(rowOf(in), func() { x = b.text(b.scalar(op.By)) })
	config := struct {
		Threshold  float64 `json:"threshold"`
		Characters string  `json:"characters"`
		Source     bool    `json:"source"`
	}{Threshold: 0.1}
	for _, p := range append(slices.Clone(op.Params), op.With...) {
		if p.Name == nil || p.Value == nil {
			continue
		}
		switch p.Name.Name {
		case "kind":
			id, ok := p.Value.(*ast.Ident)
			config.Source = ok && id.Name == "source"
		case "threshold":
			v, _ := IsConst(b.fold(b.convert(b.scalar(p.Value), schema.Real)))
			f, ok := v.(float64)
			if !ok || f < 0 || f > 1 {
				b.diags.Add(CodeBadValue, p.Value.Span(), "'reduce' operator: threshold must be a number from 0 to 1.")
			}
			config.Threshold = f
		case "characters":
			config.Characters, _ = b.constString(p.Value)
		}
	}
	if broken(in) || x.Type() == schema.Unknown {
		return in
	}
	text, err := json.Marshal(config)
	if err != nil {
		b.unsupported(op.Pos, "This reduce")
		return in
	}
	pattern := &Column{Name: "Pattern", Type: schema.String}
	if config.Source {
		out := append(copyColumns(in.Cols()), pattern)
		return b.viaGo(in, "rows_reduce", string(text), append([]Expr{x}, refs(in.Cols())...), out, op.Pos)
	}
	out := []*Column{pattern, {Name: "Count", Type: schema.Long}, {Name: "Representative", Type: schema.String}}
	return b.viaGo(in, "rows_reduce", string(text), []Expr{x}, out, op.Pos)
}

// rowPlugin binds the plugins that go through the rows in Go.
func (b *binder) rowPlugin(in Node, op *ast.Evaluate) Node {
	if broken(in) {
		return in
	}
	name := op.Call.Fun.Name
	var args []Expr
	var given []ast.Expr
	preserve := Expr(Bool(true))
	b.withRow(rowOf(in), func() {
		for _, a := range op.Call.Args {
			if ne, ok := a.(*ast.NamedExpr); ok && len(ne.Names) == 1 {
				if x := b.fold(b.scalar(ne.X)); name == "schema_merge" {
					preserve = x
					continue
				}
				a = ne.X
			}
			args, given = append(args, b.fold(b.scalar(a))), append(given, a)
		}
	})
	need := map[string]int{"rows_near": 2, "sliding_window_counts": 6, "active_users_count": 8, "activity_counts_metrics": 5, "activity_engagement": 6, "rolling_percentile": 5}
	n := need[name]
	if len(args) < n {
		b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function '%s' expects between %d and 64 arguments.", name, n)
		return in
	}
	for _, a := range args {
		if a.Type() == schema.Unknown {
			return &Values{}
		}
	}
	long := func(n string) *Column { return &Column{Name: n, Type: schema.Long} }
	// dims are the columns behind the arguments that the plugin has.
	dims := func() (out []*Column) {
		for i := n; i < len(args); i++ {
			out = append(out, &Column{Name: b.nameOf(given[i]), Type: args[i].Type()})
		}
		return out
	}
	timeline := func(i int) []*Column { return []*Column{{Name: b.nameOf(given[i]), Type: args[i].Type()}} }
	var out []*Column
	switch name {
	case "rows_near":
		if len(args) == 2 {
			args = append(args, args[1])
		}
		args, out = append(args[:3:3], refs(in.Cols())...), copyColumns(in.Cols())
	case "schema_merge":
		args = nil
		for _, c := range []string{"ColumnName", "ColumnOrdinal", "DataType", "ColumnType"} {
			b.withRow(rowOf(in), func() { args = append(args, b.scalar(&ast.Ident{Extent: op.Extent, Name: c})) })
		}
		args = append(args, preserve)
		out = []*Column{{Name: "ColumnName", Type: schema.String}, long("ColumnOrdinal"), {Name: "DataType", Type: schema.String}, {Name: "ColumnType", Type: schema.String}}
	case "rolling_percentile":
		value := &Column{Name: "rolling_" + constText(args[4]) + "_percentile_" + b.nameOf(given[0]) + "_" + constText(args[1]), Type: args[0].Type()}
		out = append(append(timeline(2), dims()...), value)
	case "sliding_window_counts":
		out = append(append(timeline(1), dims()...), long("Count"), long("Dcount"))
	case "active_users_count":
		out = append(append(timeline(1), dims()...), long("dcount"))
	case "activity_counts_metrics":
		out = append(append(timeline(1), dims()...), long("count"), long("dcount"), long("new_dcount"), long("aggregated_dcount"))
	case "activity_engagement":
		out = append(append(timeline(1), dims()...), long("dcount_activities_inner"), long("dcount_activities_outer"), &Column{Name: "activity_ratio", Type: schema.Real})
	}
	return b.viaGo(in, "rows_"+name, "", args, out, op.Pos)
}

// constText is a constant number as a part of a column's name.
func constText(x Expr) string {
	switch v, _ := IsConst(x); v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return FormatReal(v)
	}
	return ""
}

// geoLookup binds geo_polygon_lookup and geo_line_lookup: each row is joined
// with the shapes of a table that its point lies in or near.
// https://learn.microsoft.com/kusto/query/geo-polygon-lookup-plugin
func (b *binder) geoLookup(in Node, op *ast.Evaluate) Node {
	name := op.Call.Fun.Name
	line := name == "geo_line_lookup"
	places := []string{"LookupTable", "LookupKey", "Longitude", "Latitude", "radius", "return_unmatched", "lookup_area_radius", "return_lookup_key"}
	given := map[string]ast.Expr{}
	for i, a := range op.Call.Args {
		if ne, ok := a.(*ast.NamedExpr); ok && len(ne.Names) == 1 {
			given[ne.Names[0].Name] = ne.X
		} else if i < len(places) {
			given[places[i]] = a
		}
	}
	for _, p := range places[:4] {
		if given[p] == nil || p == "LookupTable" && !b.isTable(given[p], b.scope) || line && given["radius"] == nil {
			b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function '%s' expects between 4 and 8 arguments.", name)
			return in
		}
	}
	table := b.subquery(given["LookupTable"])
	var at []Expr
	var shape Expr
	b.withRow(rowOf(in), func() {
		for _, p := range places[2:4] {
			at = append(at, b.convert(b.scalar(given[p]), schema.Real))
		}
	})
	b.withRow(rowOf(table), func() { shape = b.convert(b.scalar(given["LookupKey"]), schema.Dynamic) })
	flag := func(p string) bool {
		if given[p] == nil {
			return false
		}
		v, _ := IsConst(b.fold(b.scalar(given[p])))
		return v == true
	}
	call := func(fn string, t schema.Type, args ...Expr) Expr {
		f := b.funcs.Scalar(fn)
		if f == nil {
			b.unsupported(op.Call.Fun.Pos, "The plugin '"+name+"'")
			return Bool(false)
		}
		return &Call{Fn: f, Args: args, T: t, Sp: op.Pos}
	}
	j := &Join{Kind: JoinInner, L: in, R: table}
	if flag("return_unmatched") {
		j.Kind = JoinLeftOuter
	}
	if !line {
		j.Where = call("geo_point_in_polygon", schema.Bool, at[0], at[1], shape)
	}
	if given["radius"] != nil {
		distance := "geo_distance_point_to_polygon"
		if line {
			distance = "geo_distance_point_to_line"
		}
		radius := b.convert(b.fold(b.scalar(given["radius"])), schema.Real)
		j.Where = &Call{Fn: b.funcs.Operator("<="), Args: []Expr{call(distance, schema.Real, at[0], at[1], shape), radius}, T: schema.Bool, Sp: op.Pos}
	}
	right := table.Cols()
	if r, ok := shape.(*Ref); ok && !flag("return_lookup_key") {
		right = slices.DeleteFunc(slices.Clone(right), func(c *Column) bool { return c == r.Col })
	}
	return b.renamed(j, right)
}
