package funcs

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// maxGraphSteps bounds the work of a search in a graph: a pattern without
// conditions has more matches than anyone can read.
const maxGraphSteps = 20_000_000

// maxGraphRows bounds the matches that it gives.
const maxGraphRows = 1_000_000

// evalGraph searches a graph: a[0] are its edges and nodes as JSON, a[1] that
// of a types.GraphPlan.  It gives nil where the search is too long.
func evalGraph(c *Catalogue, a []types.Value) any {
	var plan types.GraphPlan
	if err := json.Unmarshal([]byte(str(a[1])), &plan); err != nil {
		return "[]"
	}
	g := readGraph(&plan, arr(a[0]))
	if plan.Op == "components" {
		return dyn.JSON(g.withComponents(plan.Strong))
	}
	s, ok := newSearch(c, &plan, g)
	if !ok {
		return "[]"
	}
	if plan.Op == "shortest" {
		s.shortest()
	} else {
		s.path(0)
	}
	if s.steps > maxGraphSteps {
		return nil
	}
	return dyn.JSON(s.found)
}

// relation is a graph in memory.
type relation struct {
	ids      []any // the nodes' names
	nodes    [][]types.Value
	edges    [][]types.Value
	from, to []int   // by edge
	out, in  [][]int // edges by node
}

// readGraph reads rows of edges and nodes.
func readGraph(plan *types.GraphPlan, rows []any) *relation {
	g := &relation{}
	at := map[string]int{}
	node := func(id any) int {
		k := string(dyn.Append(nil, id))
		i, ok := at[k]
		if !ok {
			i = len(g.ids)
			at[k] = i
			g.ids = append(g.ids, id)
			g.nodes = append(g.nodes, make([]types.Value, len(plan.Nodes)))
			g.out, g.in = append(g.out, nil), append(g.in, nil)
		}
		return i
	}
	values := func(in []any, ts []schema.Type) []types.Value {
		out := make([]types.Value, len(ts))
		for i, t := range ts {
			if i < len(in) {
				out[i] = typed(in[i], t)
			}
		}
		return out
	}
	for _, r := range rows {
		row, ok := r.([]any)
		if !ok || len(row) < 3 {
			continue
		}
		if row[0] == int64(1) {
			g.nodes[node(row[1])] = values(row[3:], plan.Nodes)
			continue
		}
		e, f, t := len(g.edges), node(row[1]), node(row[2])
		g.edges = append(g.edges, values(row[3:], plan.Edges))
		g.from, g.to = append(g.from, f), append(g.to, t)
		g.out[f], g.in[t] = append(g.out[f], e), append(g.in[t], e)
	}
	return g
}

// withComponents gives the nodes with the numbers of their components, which
// count in the order of the first edge of each.
func (g *relation) withComponents(strong bool) []any {
	part := g.weak()
	if strong {
		part = g.strong()
	}
	number := map[int]int64{}
	count := func(i int) {
		if _, ok := number[part[i]]; !ok {
			number[part[i]] = int64(len(number))
		}
	}
	for e := range g.edges {
		count(g.from[e])
		count(g.to[e])
	}
	rows := []any{}
	for i, id := range g.ids {
		count(i)
		row := []any{id}
		for _, v := range g.nodes[i] {
			row = append(row, untyped(v))
		}
		rows = append(rows, append(row, number[part[i]]))
	}
	return rows
}

// weak gives each node a node that stands for all it is connected with.
func (g *relation) weak() []int {
	part := make([]int, len(g.ids))
	for i := range part {
		part[i] = i
	}
	root := func(i int) int {
		for part[i] != i {
			part[i] = part[part[i]]
			i = part[i]
		}
		return i
	}
	for e := range g.edges {
		part[root(g.from[e])] = root(g.to[e])
	}
	for i := range part {
		part[i] = root(i)
	}
	return part
}

// strong gives each node a node that stands for all which ways lead to and
// from: Kosaraju's two searches.
func (g *relation) strong() []int {
	part := make([]int, len(g.ids))
	seen := make([]bool, len(g.ids))
	var order []int
	type frame struct{ node, edge int }
	for i := range g.ids {
		if seen[i] {
			continue
		}
		seen[i] = true
		for stack := []frame{{i, 0}}; len(stack) > 0; {
			f := &stack[len(stack)-1]
			if f.edge == len(g.out[f.node]) {
				order = append(order, f.node)
				stack = stack[:len(stack)-1]
				continue
			}
			n := g.to[g.out[f.node][f.edge]]
			f.edge++
			if !seen[n] {
				seen[n] = true
				stack = append(stack, frame{n, 0})
			}
		}
	}
	for i := range part {
		part[i] = -1
	}
	for _, i := range slices.Backward(order) {
		if part[i] >= 0 {
			continue
		}
		part[i] = i
		for stack := []int{i}; len(stack) > 0; {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, e := range g.in[n] {
				if f := g.from[e]; part[f] < 0 {
					part[f] = i
					stack = append(stack, f)
				}
			}
		}
	}
	return part
}
