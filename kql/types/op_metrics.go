package types

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// metric is a call of a plugin about the activity of users over time.
type metric struct {
	b     *binder
	in    Node
	op    *ast.Evaluate
	name  string
	args  []Expr
	given []ast.Expr
}

// metrics binds the plugins about activity that need more than their arguments
// in a row.
func (b *binder) metrics(in Node, op *ast.Evaluate) Node {
	if broken(in) {
		return in
	}
	m := &metric{b: b, in: in, op: op, name: op.Call.Fun.Name}
	least := map[string]int{"activity_metrics": 3, "new_activity_metrics": 5, "session_count": 6, "sequence_detect": 4, "funnel_sequence": 8, "funnel_sequence_completion": 8}[m.name]
	list := op.Call.Args
	if len(list) < least {
		b.diags.Add(CodeArgumentCount, op.Call.Fun.Pos, "The function '%s' expects between %d and 64 arguments.", m.name, least)
		return in
	}
	if n := len(list); m.name == "new_activity_metrics" && b.isTable(list[n-1], b.scope) {
		m.in = b.without(in, list[0], list[n-1])
		list = list[:n-1]
	}
	b.withRow(rowOf(in), func() {
		for _, a := range list {
			m.args, m.given = append(m.args, b.fold(b.scalar(a))), append(m.given, a)
		}
	})
	if slices.ContainsFunc(m.args, func(x Expr) bool { return x.Type() == schema.Unknown }) {
		return &Values{}
	}
	switch m.name {
	case "activity_metrics":
		return m.activity()
	case "new_activity_metrics":
		return m.newActivity()
	case "session_count":
		out := append([]*Column{m.timeline(1, "")}, m.dims(6)...)
		return m.run("rows_session_count", "", m.args, append(out, &Column{Name: "count_sessions", Type: schema.Long}))
	case "sequence_detect":
		return m.sequence()
	case "funnel_sequence":
		return m.funnel()
	}
	return m.completion()
}

// without drops the rows whose id occurs in a table.
func (b *binder) without(in Node, id, lookback ast.Expr) Node {
	table := b.subquery(lookback)
	if len(table.Cols()) == 0 {
		return in
	}
	c := table.Cols()[0]
	if named := columnNamed(table.Cols(), b.nameOf(id)); named != nil {
		c = named
	}
	var x Expr
	b.withRow(rowOf(in), func() { x = b.text(b.scalar(id)) })
	out := &Column{Name: c.Name, Type: schema.String}
	ids := &Map{In: table, Defs: []Def{{out, b.text(&Ref{Col: c})}}, Columns: []*Column{out}}
	return &Filter{In: in, Pred: &In{X: x, Sub: ids, Not: true, Sp: id.Span()}}
}

func (m *metric) run(fn, config string, args []Expr, out []*Column) Node {
	return m.b.viaGo(m.in, fn, config, args, out, m.op.Pos)
}

func (m *metric) timeline(i int, prefix string) *Column {
	return &Column{Name: prefix + m.b.nameOf(m.given[i]), Type: m.args[i].Type()}
}

// dims are the columns behind the arguments that the plugin has.
func (m *metric) dims(from int) (out []*Column) {
	for i := from; i < len(m.args); i++ {
		out = append(out, &Column{Name: m.b.nameOf(m.given[i]), Type: m.args[i].Type()})
	}
	return out
}

// constant reports whether an argument is a constant on the timeline.
func (m *metric) constant(i int) bool {
	if i >= len(m.args) {
		return false
	}
	_, isColumn := m.args[i].(*Ref)
	return !isColumn && (m.args[i].Type() == m.args[1].Type() || numeric(m.args[i].Type()) && numeric(m.args[1].Type()))
}

func (m *metric) activity() Node {
	args, dims := m.args, 5
	if !m.constant(2) || !m.constant(3) {
		// There is no start and no end.
		none := Null(m.args[1].Type())
		args = slices.Concat(m.args[:2], []Expr{none, none}, m.args[2:])
		dims = 3
	} else if len(args) < 5 {
		m.b.diags.Add(CodeArgumentCount, m.op.Call.Fun.Pos, "The function '%s' expects between 5 and 64 arguments.", m.name)
		return m.in
	}
	out := []*Column{m.timeline(1, ""), {Name: "dcount_values", Type: schema.Long}, {Name: "dcount_newvalues", Type: schema.Long}, {Name: "retention_rate", Type: schema.Real}, {Name: "churn_rate", Type: schema.Real}}
	return m.run("rows_activity_metrics", "", args, append(out, m.dims(dims)...))
}

func (m *metric) newActivity() Node {
	args, dims := m.args, 6
	if !m.constant(5) {
		args = slices.Concat(m.args[:5], []Expr{Null(m.args[1].Type())}, m.args[5:])
		dims = 5
	}
	out := []*Column{m.timeline(1, "from_"), m.timeline(1, "to_")}
	for _, n := range []string{"dcount_new_values", "dcount_retained_values", "dcount_churn_values"} {
		out = append(out, &Column{Name: n, Type: schema.Long})
	}
	out = append(out, &Column{Name: "retention_rate", Type: schema.Real}, &Column{Name: "churn_rate", Type: schema.Real})
	return m.run("rows_new_activity_metrics", "", args, append(out, m.dims(dims)...))
}

// ticks is a constant number or timespan.
func (m *metric) ticks(i int) int64 {
	v, _ := IsConst(m.args[i])
	n, ok := v.(int64)
	if f, isReal := v.(float64); isReal {
		n, ok = int64(f), true
	}
	if !ok {
		m.b.diags.Add(CodeExpectedConstant, m.given[i].Span(), "The expression must be a constant.")
	}
	return n
}

func (m *metric) config(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		m.b.diags.Add(CodeBadValue, m.op.Pos, "'evaluate' operator: %v", err)
	}
	return string(text)
}

// sequence binds sequence_detect: the conditions among the arguments are the
// steps, and what follows them are the dimensions.
func (m *metric) sequence() Node {
	steps := 0
	for steps+3 < len(m.args) && m.args[3+steps].Type() == schema.Bool {
		steps++
	}
	if steps == 0 {
		m.b.diags.Add(CodeArgumentType, m.given[3].Span(), "sequence_detect(): a condition is expected.")
		return m.in
	}
	time := m.timeline(0, "")
	duration := time.Type
	if duration == schema.DateTime {
		duration = schema.TimeSpan
	}
	out := m.dims(3 + steps)
	names := newNamer(nil)
	for i := range steps {
		step := m.b.nameOf(m.given[3+i])
		if step == "" {
			step = "Step" + itoa(i+1)
		}
		out = append(out, &Column{Name: names.unique(step + "_" + time.Name), Type: time.Type})
	}
	config := m.config(map[string]int64{"step": m.ticks(1), "span": m.ticks(2), "steps": int64(steps)})
	args := slices.Concat(m.args[:1], m.args[3:])
	return m.run("rows_sequence_detect", config, args, append(out, &Column{Name: "Duration", Type: duration}))
}

// states reads a constant array.
func (m *metric) states(i int) []any {
	v, _ := IsConst(m.args[i])
	text, _ := v.(string)
	var list []any
	if m.args[i].Type() != schema.Dynamic || json.Unmarshal([]byte(text), &list) != nil || len(list) == 0 {
		m.b.diags.Add(CodeExpectedConstant, m.given[i].Span(), "'evaluate' operator: a constant dynamic array is expected.")
	}
	return list
}

// texts are the elements of an array as they are compared with the states.
func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		switch v := v.(type) {
		case string:
			out[i] = v
		case float64:
			out[i] = FormatReal(v)
			if v == float64(int64(v)) {
				out[i] = itoa(int(v))
			}
		case bool:
			out[i] = map[bool]string{true: "true", false: "false"}[v]
		}
	}
	return out
}

func (m *metric) funnel() Node {
	sequence := texts(m.states(7))
	var tables []ResultTable
	saved := m.in
	s := &Shared{Name: "funnel", In: saved}
	for _, table := range []string{"both", "prev", "next"} {
		out := []*Column{m.timeline(1, "")}
		for _, side := range []string{"prev", "next"} {
			if table == "both" || table == side {
				out = append(out, &Column{Name: side, Type: m.args[6].Type()})
			}
		}
		out = append(out, &Column{Name: "dcount", Type: schema.Long}, &Column{Name: "samples", Type: schema.Dynamic})
		r := read(s)
		m.in = r
		args := make([]Expr, 7)
		for i := range args {
			args[i] = replaceColumns(m.args[i], saved.Cols(), r.Columns)
		}
		tables = append(tables, ResultTable{Name: table, Root: m.run("rows_funnel_sequence", m.config(map[string]any{"sequence": sequence, "table": table}), args, out)})
	}
	return several(tables, saved)
}

func (m *metric) completion() Node {
	var windows []int64
	for _, w := range m.states(7) {
		switch w := w.(type) {
		case string:
			c, _ := m.b.fold(m.b.cast(Str(w), schema.TimeSpan)).(*Const)
			if c != nil {
				n, _ := c.V.(int64)
				windows = append(windows, n)
			}
		case float64:
			windows = append(windows, int64(w))
		}
	}
	period := schema.TimeSpan
	if m.args[1].Type() != schema.DateTime {
		period = m.args[1].Type()
	}
	out := []*Column{m.timeline(1, ""), m.timeline(5, ""), {Name: "Period", Type: period}, {Name: "dcount", Type: schema.Long}}
	config := m.config(map[string]any{"sequence": texts(m.states(6)), "windows": windows})
	return m.run("rows_funnel_sequence_completion", config, m.args[:6], out)
}
