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
