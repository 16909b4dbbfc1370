package types

import (
	"slices"
	"sort"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// Open is a relation that may have more columns than are known: those of a
// plugin depend on the data.  A name that is not among them is null.
type Open struct{ In Node }

// Cols returns the known columns.
func (n *Open) Cols() []*Column { return n.In.Cols() }

// isOpen reports whether names may exist that are not known.
func isOpen(n Node) bool {
	switch x := n.(type) {
	case *Open:
		return true
	case *Filter:
		return isOpen(x.In)
	case *Sort:
		return isOpen(x.In)
	case *Limit:
		return isOpen(x.In)
	case *Map:
		return len(x.Columns) >= len(x.In.Cols()) && isOpen(x.In)
	case *Window:
		return isOpen(x.In)
	case *Expand:
		return isOpen(x.In)
	case *Join:
		return isOpen(x.L) || isOpen(x.R)
	case *Union:
		return slices.ContainsFunc(x.Ins, isOpen)
	case *Read:
		return isOpen(x.Of.In)
	}
	return false
}

// evaluate binds the plugins.
func (b *binder) evaluate(in Node, op *ast.Evaluate) Node {
	if op.Call == nil || op.Call.Fun == nil {
		return in
	}
	var n Node
	switch name := op.Call.Fun.Name; name {
	case "bag_unpack":
		n = b.bagUnpack(in, op)
	case "pivot":
		n = b.pivot(in, op)
	case "narrow":
		n = b.narrow(in)
	case "ipv4_lookup", "ipv6_lookup":
		n = b.ipLookup(in, op, strings.TrimSuffix(name, "_lookup"))
	case "rows_near", "sliding_window_counts", "active_users_count", "activity_counts_metrics", "activity_engagement", "rolling_percentile", "schema_merge":
		n = b.rowPlugin(in, op)
	case "autocluster", "basket", "diffpatterns":
		n = b.patterns(in, op)
	case "activity_metrics", "new_activity_metrics", "session_count", "sequence_detect", "funnel_sequence", "funnel_sequence_completion":
		n = b.metrics(in, op)
	case "dcount_intersect":
		n = b.dcountIntersect(in, op)
	case "geo_polygon_lookup", "geo_line_lookup":
		n = b.geoLookup(in, op)
	case "preview", "identity", "identity_v3":
		n = in
	case "http_request", "http_request_post", "sql_request", "mysql_request", "postgresql_request", "cosmosdb_sql_request",
		"azure_digital_twins_query_request", "execute_query", "execute_show_command", "ai_chat_completion", "ai_chat_completion_prompt",
		"ai_embeddings", "ai_embed_text", "infer_storage_schema", "infer_storage_schema_with_suggestions", "dax_request", "external_datatable", "python", "r", "csharp":
		b.refuse(op.Pos, "The plugin '"+name+"'")
		return in
	default:
		b.unsupported(op.Call.Fun.Pos, "The plugin '"+name+"'")
		return in
	}
	return n
}

func (b *binder) bagUnpack(in Node, op *ast.Evaluate) Node {
	args := op.Call.Args
	if len(args) == 0 {
		b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function 'bag_unpack' expects between 1 and 4 arguments.")
		return in
	}
	var x Expr
	b.withRow(rowOf(in), func() { x = b.scalar(args[0]) })
	if isBag(x) || x.Type() == schema.String {
		x = b.apply("parse_json", x)
	}
	ref, _ := ast.Unparen(args[0]).(*ast.Ident)
	prefix := ""
	var ignored []string
	conflict := ""
	for i, a := range args[1:] {
		place := i
		if ne, ok := a.(*ast.NamedExpr); ok && len(ne.Names) == 1 {
			place = slices.Index([]string{"OutputColumnPrefix", "columnsConflict", "ignoredProperties"}, ne.Names[0].Name)
			a = ne.X
		}
		if place == 2 {
			if v, ok := IsConst(b.fold(b.scalar(a))); ok {
				if text, ok := v.(string); ok {
					ignored = append(ignored, text)
				}
			}
			continue
		}
		s, ok := b.constString(a)
		switch {
		case !ok:
		case place == 0:
			prefix = s
		case place == 1:
			conflict = s
		}
	}
	m := &Map{In: in}
	for _, c := range in.Cols() {
		if ref == nil || c.Name != ref.Name {
			m.Columns = append(m.Columns, c)
		}
	}
	add := func(name, key string, t schema.Type) {
		c := &Column{Name: name, Type: t}
		def := Def{c, b.cast(&Member{X: x, Key: Str(key), Sp: op.Pos}, t)}
		if t == schema.Dynamic {
			def.X = &Member{X: x, Key: Str(key), Sp: op.Pos}
		}
		for i, o := range m.Columns {
			if o.Name == name {
				switch conflict {
				case "keep_source":
				case "replace_source":
					m.Defs = append(m.Defs, def)
					m.Columns[i] = c
				default:
					b.diags.Add(CodeDuplicateColumn, op.Pos, "'evaluate' operator: A column with the name '%s' is already declared.", name)
				}
				return
			}
		}
		m.Defs = append(m.Defs, def)
		m.Columns = append(m.Columns, c)
	}
	if op.Schema != nil {
		var keep []*Column
		if op.Keep {
			keep = m.Columns
		}
		all := m.Columns
		m.Columns = keep
		for _, d := range op.Schema.Columns {
			c := declared(d)
			if old := columnNamed(all, c.Name); old != nil {
				if !slices.Contains(m.Columns, old) {
					m.Columns = append(m.Columns, old)
				}
				continue
			}
			add(c.Name, strings.TrimPrefix(c.Name, prefix), c.Type)
		}
		return m
	}
	for _, k := range b.bagKeys(in, x, op.Pos) {
		if !slices.ContainsFunc(ignored, func(s string) bool { return strings.Contains(s, `"`+k.name+`"`) }) {
			add(prefix+k.name, k.name, k.t)
		}
	}
	return &Open{In: m}
}

type bagKey struct {
	name string
	t    schema.Type
}

// bagKeys asks the data for the keys of a bag and the types of their values.
func (b *binder) bagKeys(in Node, x Expr, sp token.Span) []bagKey {
	if b.opts.Explore == nil || broken(in) || b.diags.HasErrors() {
		return nil
	}
	item := &Column{Name: "item", Type: schema.Dynamic}
	e := &Expand{In: in, Items: []ExpandItem{{x, item}}, BagsAsArrays: true, Columns: []*Column{item}}
	key := &Column{Name: "key", Type: schema.String}
	kind := &Column{Name: "kind", Type: schema.String}
	kinds := &Aggregate{In: e, Keys: []Def{
		{key, b.cast(&Member{X: &Ref{Col: item}, Key: Long(0)}, schema.String)},
		{kind, b.apply("gettype", &Member{X: &Ref{Col: item}, Key: Long(1)})}}}
	rows, err := b.opts.Explore(kinds)
	if err != nil {
		b.diags.Add(CodeNotSupported, sp, "'evaluate' operator: looking for the columns: %v", err)
		return nil
	}
	found := map[string]schema.Type{}
	for _, r := range rows {
		k, _ := r[0].(string)
		g, _ := r[1].(string)
		if k == "" {
			continue
		}
		t := schema.ParseType(g)
		if g == "array" || g == "dictionary" {
			t = schema.Dynamic
		}
		if g == "int" {
			t = schema.Long
		}
		old, seen := found[k]
		switch {
		case g == "null":
			if !seen {
				found[k] = schema.Unknown
			}
		case !seen || old == schema.Unknown:
			found[k] = t
		case old != t:
			w, ok := Wider(old, t)
			if !ok {
				w = schema.Dynamic
			}
			found[k] = w
		}
	}
	var out []bagKey
	for k, t := range found {
		if t == schema.Unknown {
			t = schema.Dynamic
		}
		out = append(out, bagKey{k, t})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// pivot binds pivot(column, aggregate, keys...): one column for each value.
func (b *binder) pivot(in Node, op *ast.Evaluate) Node {
	args := op.Call.Args
	if len(args) == 0 {
		b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function 'pivot' expects between 1 and 64 arguments.")
		return in
	}
	var col Expr
	b.withRow(rowOf(in), func() { col = b.scalar(args[0]) })
	pivotRef, ok := col.(*Ref)
	if !ok {
		if col.Type() != schema.Unknown {
			b.diags.Add(CodeExpectedColumn, args[0].Span(), "Column name expected.")
		}
		return in
	}
	call := &Call{Fn: b.funcs.Aggregate("count"), T: schema.Long, Sp: op.Pos}
	if len(args) > 1 {
		c, ok := ast.Unparen(args[1]).(*ast.Call)
		var f *Func
		if ok && c.Fun != nil {
			f = b.funcs.Aggregate(c.Fun.Name)
		}
		if f == nil {
			b.diags.Add(CodeExpectedType, args[1].Span(), "'evaluate' operator: pivot() takes an aggregate function.")
			return in
		}
		b.withRow(rowOf(in), func() { call, ok = b.aggregateCall(f, c) })
		if !ok {
			return in
		}
	}
	a := &Aggregate{In: in}
	inCall := func(c *Column) bool {
		used := false
		Walk(call, func(x Expr) bool {
			if r, ok := x.(*Ref); ok && r.Col == c {
				used = true
			}
			return true
		})
		return used
	}
	if len(args) > 2 {
		for _, k := range args[2:] {
			for _, c := range b.pick(in, k) {
				a.Keys = append(a.Keys, keyDef(c.Name, &Ref{Col: c}))
			}
		}
	} else {
		for _, c := range in.Cols() {
			if c != pivotRef.Col && !inCall(c) {
				a.Keys = append(a.Keys, keyDef(c.Name, &Ref{Col: c}))
			}
		}
	}
	var values []string
	if op.Schema != nil {
		for _, d := range op.Schema.Columns {
			if c := declared(d); !slices.ContainsFunc(a.Keys, func(k Def) bool { return k.Col.Name == c.Name }) {
				values = append(values, c.Name)
			}
		}
	} else {
		values = b.pivotValues(in, pivotRef, op)
	}
	for _, v := range values {
		is := &Call{Fn: b.funcs.Operator("=="), Args: []Expr{b.text(col), Str(v)}, T: schema.Bool, Sp: op.Pos}
		a.Aggs = append(a.Aggs, Def{&Column{Name: v, Type: call.T}, b.aggregateIf(call, is)})
	}
	if op.Schema != nil {
		return a
	}
	return &Open{In: a}
}

func (b *binder) pivotValues(in Node, col *Ref, op *ast.Evaluate) []string {
	if b.opts.Explore == nil || broken(in) || b.diags.HasErrors() {
		return nil
	}
	c := &Column{Name: "value", Type: schema.String}
	rows, err := b.opts.Explore(&Aggregate{In: in, Keys: []Def{{c, b.text(col)}}})
	if err != nil {
		b.diags.Add(CodeNotSupported, op.Pos, "'evaluate' operator: looking for the columns: %v", err)
	}
	var out []string
	for _, r := range rows {
		if s, ok := r[0].(string); ok && s != "" {
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return out
}

// aggregateIf restricts an aggregate to the rows where a condition holds: by
// the function's own -if form, or by making the other values null.
func (b *binder) aggregateIf(c *Call, is Expr) Expr {
	if f := b.funcs.Aggregate(c.Fn.Name + "if"); f != nil {
		args := append(slices.Clone(c.Args[:min(1, len(c.Args))]), is)
		return &Call{Fn: f, Args: args, T: c.T, Sp: c.Sp}
	}
	if f := b.funcs.Aggregate(c.Fn.Name + "_if"); f != nil && len(c.Args) > 0 {
		return &Call{Fn: f, Args: []Expr{c.Args[0], is}, T: c.T, Sp: c.Sp}
	}
	args := slices.Clone(c.Args)
	for i, x := range args {
		if _, ok := x.(*Const); !ok {
			args[i] = &Call{Fn: b.funcs.Scalar("iff"), Args: []Expr{is, x, Null(x.Type())}, T: x.Type(), Sp: c.Sp}
		}
	}
	k := *c
	k.Args = args
	return &k
}

// narrow gives one row for each cell: row number, column name, value.
func (b *binder) narrow(in Node) Node {
	num := &Column{Name: "Row", Type: schema.Long}
	w := &Window{In: in, Defs: []Def{{num, &Call{Fn: b.funcs.Scalar("row_number"), Args: []Expr{Long(0)}, T: schema.Long}}},
		Columns: append(slices.Clone(in.Cols()), num)}
	s := &Shared{Name: "narrow", In: w}
	var srcs []source
	for i, c := range in.Cols() {
		r := read(s)
		name, value := &Column{Name: "Column", Type: schema.String}, &Column{Name: "Value", Type: schema.String}
		row := &Column{Name: "Row", Type: schema.Long}
		m := &Map{In: r, Defs: []Def{{row, &Ref{Col: r.Columns[len(r.Columns)-1]}}, {name, Str(c.Name)}, {value, b.text(&Ref{Col: r.Columns[i]})}},
			Columns: []*Column{row, name, value}}
		srcs = append(srcs, source{m, ""})
	}
	if len(srcs) == 0 {
		return in
	}
	u := unionOf(srcs, false)
	return &Sort{In: u, Keys: []SortKey{{X: &Ref{Col: u.Cols()[0]}}}}
}

// ipLookup joins each row with the ranges of a table that hold its address.
func (b *binder) ipLookup(in Node, op *ast.Evaluate, family string) Node {
	var args []ast.Expr
	unmatched := false
	for _, a := range op.Call.Args {
		if ne, ok := a.(*ast.NamedExpr); ok && len(ne.Names) == 1 && ne.Names[0].Name == "return_unmatched" {
			v, _ := IsConst(b.fold(b.scalar(ne.X)))
			unmatched = v == true
			continue
		}
		args = append(args, a)
	}
	if len(args) < 3 || !b.isTable(args[0], b.scope) {
		b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function '%s' expects between 3 and 64 arguments.", op.Call.Fun.Name)
		return in
	}
	if n := len(args); n > 3 {
		if l, ok := args[n-1].(*ast.Literal); ok && l.Type == ast.LitBool {
			unmatched = l.Bool
			args = args[:n-1]
		}
	}
	table := b.subquery(args[0])
	var ip, key Expr
	b.withRow(rowOf(in), func() { ip = b.text(b.scalar(args[1])) })
	b.withRow(rowOf(table), func() { key = b.text(b.scalar(args[2])) })
	// The looked-up columns come first, so the input is the right side.
	j := &Join{Kind: JoinInner, L: table, R: in}
	if unmatched {
		j.Kind = JoinRightOuter
	}
	j.Where = &Call{Fn: b.funcs.Scalar(family + "_is_in_range"), Args: []Expr{ip, key}, T: schema.Bool, Sp: op.Pos}
	for _, a := range args[3:] {
		if id, ok := a.(*ast.Ident); ok {
			b.joinCondition(j, rowOf(table), rowOf(in), id)
		}
	}
	return b.renamed(j, in.Cols())
}
