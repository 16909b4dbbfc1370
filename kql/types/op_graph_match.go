package types

import (
	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// matcher binds the patterns of graph-match and graph-shortest-paths.
type matcher struct {
	b     *binder
	g     *graph
	plan  GraphPlan
	named map[string]int // elements by name
	row   *row
	// outs tells what the columns of row, and those made for calls, are.
	outs map[*Column]GraphOutput
	used []*Column
}

// maxHops bounds the edges that one element of a pattern stands for.
const maxHops = 1000

// graphMatch binds graph-match and graph-shortest-paths.  Conditions on one
// element are checked while the graph is searched, all others on the rows.
// https://learn.microsoft.com/kusto/query/graph-match-operator
func (b *binder) graphMatch(g *graph, op *ast.GraphMatch) Node {
	m := &matcher{b: b, g: g, named: map[string]int{}, outs: map[*Column]GraphOutput{}}
	m.plan.Op, m.plan.Cycles = "match", "unique_edges"
	if op.Shortest {
		m.plan.Op = "shortest"
	}
	if c := ast.FindParam(op.Params, "cycles").Word(); c != "" {
		m.plan.Cycles = c
	}
	m.plan.Every = ast.FindParam(op.Params, "output").Word() == "all"
	m.row = &row{fields: map[string][]*Column{}, graph: m}
	for _, p := range op.Patterns {
		m.pattern(p)
	}
	if op.Shortest && (len(m.plan.Paths) != 1 || len(m.plan.Paths[0]) != 3 || !m.plan.Elements[m.plan.Paths[0][1]].Many) {
		b.unsupported(op.Pos, "graph-shortest-paths of any pattern but (a)-[e*1..n]->(b)")
		return empty()
	}
	var conds []Expr
	for _, c := range conjuncts(op.Where, nil) {
		if m.pushed(c) {
			continue
		}
		if op.Shortest {
			b.unsupported(c.Span(), "In graph-shortest-paths, a condition on several elements")
			continue
		}
		conds = append(conds, m.condition(c, m.row))
	}
	out := &Map{}
	names := newNamer(nil)
	b.withRow(m.row, func() {
		for _, e := range op.Project {
			x := b.fold(b.scalar(e))
			name := b.nameOf(e)
			if name == "" {
				name = names.column()
			} else {
				name = names.unique(name)
			}
			c := &Column{Name: name, Type: x.Type()}
			out.Defs = append(out.Defs, Def{c, m.note(x)})
			out.Columns = append(out.Columns, c)
		}
	})
	for _, c := range conds {
		m.note(c)
	}
	for _, c := range m.used {
		m.plan.Outputs = append(m.plan.Outputs, m.outs[c])
	}
	out.In = b.viaGraph(g, &m.plan, m.used, op.Pos)
	for _, c := range conds {
		out.In = &Filter{In: out.In, Pred: c}
	}
	return out
}

// conjuncts splits a condition at and.
func conjuncts(e ast.Expr, out []ast.Expr) []ast.Expr {
	if e == nil {
		return out
	}
	if x, ok := ast.Unparen(e).(*ast.Binary); ok && x.Op == ast.OpAnd {
		return conjuncts(x.Y, conjuncts(x.X, out))
	}
	return append(out, e)
}

// pattern adds one path.
func (m *matcher) pattern(p *ast.GraphPattern) {
	var path []int
	for _, e := range p.Elements {
		if e.Name != nil {
			if i, ok := m.named[e.Name.Name]; ok && !e.Edge && !m.plan.Elements[i].Edge {
				path = append(path, i)
				continue
			} else if ok {
				m.b.diags.Add(CodeDuplicateColumn, e.Name.Pos, "'%s' operator: An element with the name '%s' is already declared.", m.b.op, e.Name.Name)
			}
		}
		i := len(m.plan.Elements)
		el := GraphElement{Edge: e.Edge, Left: e.Left, Right: e.Right, Many: e.Min != nil}
		if el.Many {
			el.Min, el.Max = m.bound(e.Min), m.bound(e.Max)
		}
		m.plan.Elements = append(m.plan.Elements, el)
		path = append(path, i)
		if e.Name == nil {
			continue
		}
		m.named[e.Name.Name] = i
		cols := copyColumns(m.columns(i))
		for k, c := range cols {
			if el.Many {
				c.Type = schema.Dynamic
			}
			m.outs[c] = GraphOutput{Element: i, Kind: "value", Column: k}
		}
		m.row.fields[e.Name.Name] = cols
	}
	m.plan.Paths = append(m.plan.Paths, path)
}

// columns are those of an element in the graph.
func (m *matcher) columns(i int) []*Column {
	if m.plan.Elements[i].Edge {
		return m.g.edges.Cols()
	}
	return m.g.props()
}

// bound is an end of the range of an edge.
func (m *matcher) bound(e ast.Expr) int64 {
	if e == nil {
		return 0
	}
	v, _ := IsConst(m.b.fold(m.b.scalar(e)))
	n, ok := v.(int64)
	if !ok || n < 0 || n > maxHops {
		m.b.diags.Add(CodeExpectedConstant, e.Span(), "'%s' operator: The range of an edge must be of constants from 0 to %d.", m.b.op, maxHops)
		return 0
	}
	return n
}

// pushed gives a condition on one element to the search, and reports whether
// it could.
func (m *matcher) pushed(e ast.Expr) bool {
	name, several, call := "", false, false
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Path:
			if id, ok := n.X.(*ast.Ident); ok && m.row.fields[id.Name] != nil {
				several = several || name != "" && name != id.Name
				name = id.Name
			}
		case *ast.Call:
			call = call || n.Fun != nil && onElements(n.Fun.Name)
		}
		return true
	})
	if name == "" || several || call {
		return false
	}
	i := m.named[name]
	cols := copyColumns(m.columns(i))
	slot := make(map[*Column]int, len(cols))
	for k, c := range cols {
		slot[c] = k
	}
	n := len(m.b.diags)
	x := m.condition(e, &row{fields: map[string][]*Column{name: cols}})
	p, missing := m.b.program(m.b.fold(x), slot)
	if missing != "" || x.Type() == schema.Unknown {
		m.b.diags = m.b.diags[:n]
		return false
	}
	m.plan.Elements[i].Preds = append(m.plan.Elements[i].Preds, p)
	return true
}

func (m *matcher) condition(e ast.Expr, r *row) (x Expr) {
	m.b.withRow(r, func() { x = m.b.convert(m.b.fold(m.b.scalar(e)), schema.Bool) })
	return x
}

// note remembers the columns that an expression uses.
func (m *matcher) note(x Expr) Expr {
	return Rewrite(x, func(e Expr) Expr {
		if r, ok := e.(*Ref); ok {
			if _, known := m.outs[r.Col]; known && columnAt(m.used, r.Col) < 0 {
				m.used = append(m.used, r.Col)
			}
		}
		return e
	})
}

func columnAt(cols []*Column, c *Column) int {
	for i, x := range cols {
		if x == c {
			return i
		}
	}
	return -1
}

func onElements(name string) bool {
	switch name {
	case "all", "any", "map", "node_degree_in", "node_degree_out":
		return true
	}
	return false
}

// call binds the functions on elements of a graph: map(e, x), all(e, x),
// any(e, x), where e may be inner_nodes(e), and the degrees of a node.
func (m *matcher) call(e *ast.Call) (Expr, bool) {
	if !onElements(e.Fun.Name) || len(e.Args) == 0 {
		return nil, false
	}
	of, inner := ast.Unparen(e.Args[0]), false
	if c, ok := of.(*ast.Call); ok && c.Fun != nil && c.Fun.Name == "inner_nodes" && len(c.Args) == 1 {
		of, inner = ast.Unparen(c.Args[0]), true
	}
	id, ok := of.(*ast.Ident)
	if !ok {
		return nil, false
	}
	i, ok := m.named[id.Name]
	if !ok {
		return nil, false
	}
	o := GraphOutput{Element: i, Kind: e.Fun.Name, Inner: inner}
	t := schema.Bool
	switch o.Kind {
	case "node_degree_in", "node_degree_out":
		if m.plan.Elements[i].Edge || len(e.Args) != 1 {
			return nil, false
		}
		o.Kind, t = o.Kind[len("node_degree_"):], schema.Long
	default:
		if len(e.Args) != 2 {
			return nil, false
		}
		cols := copyColumns(m.columns(i))
		if inner {
			cols = copyColumns(m.g.props())
		}
		slot := make(map[*Column]int, len(cols))
		for k, c := range cols {
			slot[c] = k
		}
		var x Expr
		m.b.withRow(&row{cols: cols}, func() { x = m.b.fold(m.b.scalar(e.Args[1])) })
		if o.Kind == "map" {
			t = schema.Dynamic
		} else {
			x = m.b.convert(x, schema.Bool)
		}
		p, missing := m.b.program(x, slot)
		if missing != "" {
			m.b.unsupported(e.Pos, "In "+o.Kind+"(), "+missing)
			return &Const{T: schema.Unknown, Sp: e.Pos}, true
		}
		o.X = p
	}
	c := &Column{Name: o.Kind, Type: t}
	m.outs[c] = o
	return &Ref{Col: c, Sp: e.Pos}, true
}
