package types

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// graph is what make-graph gives: relations of edges and of nodes.  Only the
// operators on graphs take it.
type graph struct {
	edges          Node
	source, target *Column // of the edges
	// nodes has a column that names the node, and then its properties.
	nodes Node
}

// Cols returns none: a graph is no table.
func (*graph) Cols() []*Column { return nil }

// id is the column of the nodes' names, props the columns of their properties.
func (g *graph) id() *Column      { return g.nodes.Cols()[0] }
func (g *graph) props() []*Column { return g.nodes.Cols()[1:] }

// makeGraph binds make-graph.  A node is there once, also where several tables
// tell of it, or only an edge.
// https://learn.microsoft.com/kusto/query/make-graph-operator
func (b *binder) makeGraph(in Node, op *ast.MakeGraph) Node {
	if broken(in) || op.Source == nil || op.Target == nil {
		return empty()
	}
	shared := &Shared{Name: "edges", In: in}
	edges := read(shared)
	end := func(n Node, name *ast.Ident) *Column {
		if c := columnNamed(n.Cols(), name.Name); c != nil {
			return c
		}
		b.withRow(rowOf(n), func() { b.unknownName(name.Pos, name.Name) })
		return nil
	}
	g := &graph{edges: edges, source: end(edges, op.Source), target: end(edges, op.Target)}
	if g.source == nil || g.target == nil {
		return empty()
	}
	id := &Column{Name: "id", Type: g.source.Type}
	all := &Union{Columns: []*Column{id}}
	named := map[string]bool{} // properties that are the node's name itself
	property := func(name string, t schema.Type) {
		if columnNamed(all.Columns[1:], name) == nil {
			all.Columns = append(all.Columns, &Column{Name: name, Type: t})
		}
	}
	if p := ast.FindParam(op.Params, "with_node_id"); p != nil {
		if name, ok := p.Value.(*ast.Ident); ok {
			property(name.Name, id.Type)
			named[name.Name] = true
		}
	}
	type table struct {
		rows Node
		on   *Column
	}
	var tables []table
	for _, n := range op.Nodes {
		t := table{rows: b.table(n.Table)}
		if broken(t.rows) || n.On == nil {
			return empty()
		}
		if t.on = end(t.rows, n.On); t.on == nil {
			return empty()
		}
		named[t.on.Name] = true
		for _, c := range t.rows.Cols() {
			property(c.Name, c.Type)
		}
		tables = append(tables, t)
	}
	for _, name := range []string{op.Source.Name, op.Target.Name} {
		r := read(shared)
		tables = append(tables, table{r, columnNamed(r.Columns, name)})
	}
	for k, t := range tables {
		x := b.convert(&Ref{Col: t.on}, id.Type)
		from := []Expr{x}
		for _, c := range all.Columns[1:] {
			old := columnNamed(t.rows.Cols(), c.Name)
			switch {
			case named[c.Name] && (k >= len(op.Nodes) || old == nil):
				from = append(from, b.convert(x, c.Type))
			case k < len(op.Nodes) && old != nil:
				from = append(from, b.convert(&Ref{Col: old}, c.Type))
			default:
				from = append(from, Null(c.Type))
			}
		}
		all.Ins, all.From = append(all.Ins, t.rows), append(all.From, from)
	}
	nodes := &Aggregate{In: all, Keys: []Def{{&Column{Name: "id", Type: id.Type}, &Ref{Col: id}}}}
	for _, c := range all.Columns[1:] {
		f := "take_any"
		if c.Type == schema.String {
			f = "max" // what is empty gives way
		}
		nodes.Aggs = append(nodes.Aggs, Def{&Column{Name: c.Name, Type: c.Type}, &Call{Fn: b.funcs.Aggregate(f), Args: []Expr{&Ref{Col: c}}, T: c.Type}})
	}
	g.nodes = &Sort{In: nodes, Keys: []SortKey{{X: &Ref{Col: nodes.Keys[0].Col}}}}
	return g
}

// onGraph binds an operator behind make-graph.
func (b *binder) onGraph(g *graph, op ast.Operator) Node {
	// Each use has columns of its own.
	edges, nodes := read(&Shared{Name: "edges", In: g.edges}), read(&Shared{Name: "nodes", In: g.nodes})
	at := func(c *Column) *Column { return edges.Columns[slices.Index(g.edges.Cols(), c)] }
	g = &graph{edges: edges, source: at(g.source), target: at(g.target), nodes: nodes}
	switch op := op.(type) {
	case *ast.GraphMatch:
		return b.graphMatch(g, op)
	case *ast.GraphMarkComponents:
		return b.graphMark(g, op)
	case *ast.GraphToTable:
		return b.graphToTable(g, op)
	}
	b.diags.Add(CodeExpectedTable, op.Span(), "The operator '%s' takes a table, and the input is a graph.", op.OpName())
	return empty()
}

// noGraph reports an operator on graphs behind a table.
func (b *binder) noGraph(op ast.Operator) Node {
	b.diags.Add(CodeExpectedTable, op.Span(), "The operator '%s' takes a graph: make-graph must be before it.", op.OpName())
	return empty()
}

// viaGraph gives the rows of a graph to the function that works on graphs, and
// gives back rows of the columns out.
func (b *binder) viaGraph(g *graph, plan *GraphPlan, out []*Column, sp token.Span) Node {
	for _, c := range g.edges.Cols() {
		plan.Edges = append(plan.Edges, c.Type)
	}
	for _, c := range g.props() {
		plan.Nodes = append(plan.Nodes, c.Type)
	}
	config, err := json.Marshal(plan)
	if err != nil {
		b.unsupported(sp, "This pattern")
		return empty()
	}
	row := &Column{Name: "row", Type: schema.Dynamic}
	edge := b.packed(append([]Expr{Long(0), &Ref{Col: g.source}, &Ref{Col: g.target}}, refs(g.edges.Cols())...), sp)
	node := b.packed(append([]Expr{Long(1), &Ref{Col: g.id()}, Null(schema.Long)}, refs(g.props())...), sp)
	all := &Union{Ins: []Node{g.edges, g.nodes}, From: [][]Expr{{edge}, {node}}, Columns: []*Column{row}}
	return b.openRows(all, row, "rows_graph", string(config), out, sp)
}

// graphMark binds graph-mark-components: the nodes get the number of the part
// of the graph that they are in.
func (b *binder) graphMark(g *graph, op *ast.GraphMarkComponents) Node {
	name := "ComponentId"
	if p := ast.FindParam(op.Params, "with_component_id"); p != nil {
		if n, ok := p.Value.(*ast.Ident); ok {
			name = n.Name
		}
	}
	out := append(copyColumns(g.nodes.Cols()), &Column{Name: name, Type: schema.Long})
	plan := &GraphPlan{Op: "components", Strong: ast.FindParam(op.Params, "kind").Word() == "strong"}
	return &graph{edges: g.edges, source: g.source, target: g.target, nodes: b.viaGraph(g, plan, out, op.Pos)}
}

// graphToTable binds graph-to-table.
func (b *binder) graphToTable(g *graph, op *ast.GraphToTable) Node {
	var first Node
	for _, o := range op.Outputs {
		m := &Map{In: g.nodes}
		hash := func(param string, c *Column) {
			p := ast.FindParam(o.Params, param)
			if p == nil {
				return
			}
			if name, ok := p.Value.(*ast.Ident); ok {
				k := &Column{Name: name.Name, Type: schema.Long}
				m.Defs = append(m.Defs, Def{k, b.apply("hash", &Ref{Col: c})})
				m.Columns = append(m.Columns, k)
			}
		}
		if o.Edges {
			m.In = g.edges
			hash("with_source_id", g.source)
			hash("with_target_id", g.target)
			m.Columns = append(m.Columns, g.edges.Cols()...)
		} else {
			hash("with_node_id", g.id())
			m.Columns = append(m.Columns, g.props()...)
		}
		var n Node = m
		if o.As != nil {
			s := &Shared{Name: o.As.Name, In: m}
			b.define(o.As.Name, &binding{node: s})
			n = read(s)
		}
		if first == nil {
			first = n
		}
	}
	if first == nil {
		return empty()
	}
	return first
}

// GraphPlan is what the function on graphs does.  Its rows are edges and nodes:
// 0 or 1, the ends of the edge or the name of the node and null, the columns.
type GraphPlan struct {
	// Op is match, shortest or components.
	Op string `json:"op"`
	// Edges and Nodes are the types of their columns.
	Edges []schema.Type `json:"edges"`
	Nodes []schema.Type `json:"nodes"`
	// Strong asks for components where a way leads from each node to each.
	Strong bool `json:"strong,omitempty"`
	// Elements are the nodes and edges of the patterns; Paths are the
	// patterns, as numbers of elements.
	Elements []GraphElement `json:"elements,omitempty"`
	Paths    [][]int        `json:"paths,omitempty"`
	// Cycles is all, none or unique_edges.
	Cycles string `json:"cycles,omitempty"`
	// Every asks for all shortest paths.
	Every bool `json:"every,omitempty"`
	// Outputs are the columns of the result.
	Outputs []GraphOutput `json:"outputs,omitempty"`
}

// GraphElement is a node or an edge of a pattern.
type GraphElement struct {
	Edge  bool `json:"edge,omitempty"`
	Left  bool `json:"left,omitempty"`
	Right bool `json:"right,omitempty"`
	// Many is an edge that stands for Min to Max of them.
	Many bool  `json:"many,omitempty"`
	Min  int64 `json:"min,omitempty"`
	Max  int64 `json:"max,omitempty"`
	// Preds are conditions on the element's own columns.
	Preds []*Program `json:"preds,omitempty"`
}

// GraphOutput is a column of a result.
type GraphOutput struct {
	Element int `json:"element"`
	// Kind is value, map, all, any, in or out (the degrees of a node).
	Kind   string `json:"kind"`
	Column int    `json:"column,omitempty"`
	// Inner takes the nodes between the edges instead of these.
	Inner bool     `json:"inner,omitempty"`
	X     *Program `json:"x,omitempty"`
}
