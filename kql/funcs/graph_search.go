package funcs

import (
	"slices"

	"wirehunt/kql/types"
)

// search looks for the patterns of a types.GraphPlan in a graph.
type search struct {
	g     *relation
	plan  *types.GraphPlan
	preds [][]*program // by element
	exprs []*program   // by output
	hops  []hop
	// node, edges and inner are what the elements stand for: a node, or the
	// edges and the nodes between them.
	node  []int
	edges [][]int
	inner [][]int
	used  []int // how often each edge is in the match
	on    []int // how often each node is
	found []any
	steps int
}

// hop is one step of the search: to a node, over an edge from another node
// unless a path begins.
type hop struct{ from, edge, to int }

func newSearch(c *Catalogue, plan *types.GraphPlan, g *relation) (*search, bool) {
	n := len(plan.Elements)
	s := &search{g: g, plan: plan, node: make([]int, n), edges: make([][]int, n), inner: make([][]int, n),
		used: make([]int, len(g.edges)), on: make([]int, len(g.ids)), found: []any{}}
	for i, e := range plan.Elements {
		s.node[i] = -1
		var preds []*program
		for _, p := range e.Preds {
			x := c.load(p)
			if x == nil {
				return nil, false
			}
			preds = append(preds, x)
		}
		s.preds = append(s.preds, preds)
	}
	for _, o := range plan.Outputs {
		s.exprs = append(s.exprs, c.load(o.X))
		if o.Element < 0 || o.Element >= n {
			return nil, false
		}
	}
	for _, p := range plan.Paths {
		for i := 0; i < len(p); i += 2 {
			if p[i] < 0 || p[i] >= n {
				return nil, false
			}
			h := hop{-1, -1, p[i]}
			if i > 0 {
				h.from, h.edge = p[i-2], p[i-1]
			}
			s.hops = append(s.hops, h)
		}
	}
	return s, true
}

// holds checks the conditions on one element.
func (s *search) holds(element int, values []types.Value) bool {
	for _, p := range s.preds[element] {
		if p.run(values).V != true {
			return false
		}
	}
	return true
}

// path goes on with the k-th hop.
func (s *search) path(k int) {
	if s.steps++; s.steps > maxGraphSteps {
		return
	}
	if k == len(s.hops) {
		s.emit()
		return
	}
	h := s.hops[k]
	if h.from >= 0 {
		s.walk(k, h, s.node[h.from], 0)
		return
	}
	if s.node[h.to] >= 0 {
		s.path(k + 1)
		return
	}
	s.steps += len(s.g.ids)
	for i := range s.g.ids {
		s.reach(k, h.to, i)
	}
}

// reach lets an element be a node, if it can be, and goes on.
func (s *search) reach(k, element, node int) {
	if old := s.node[element]; old >= 0 {
		if old == node {
			s.path(k + 1)
		}
		return
	}
	if s.plan.Cycles == "none" && s.on[node] > 0 || !s.holds(element, s.g.nodes[node]) {
		return
	}
	s.node[element] = node
	s.on[node]++
	s.path(k + 1)
	s.on[node]--
	s.node[element] = -1
}

// walk goes from a node over one more edge of the hop, of which n are there.
func (s *search) walk(k int, h hop, node, n int) {
	e := &s.plan.Elements[h.edge]
	least, most := 1, 1
	if e.Many {
		least, most = int(e.Min), int(e.Max)
	}
	if n >= least {
		s.reach(k, h.to, node)
	}
	if n >= most {
		return
	}
	if n > 0 && s.plan.Cycles == "none" {
		if s.on[node] > 0 {
			return
		}
		s.on[node]++
		defer func() { s.on[node]-- }()
	}
	s.each(e, node, func(edge, next int) {
		if s.steps++; s.steps > maxGraphSteps || s.plan.Cycles != "all" && s.used[edge] > 0 || !s.holds(h.edge, s.g.edges[edge]) {
			return
		}
		s.used[edge]++
		s.edges[h.edge] = append(s.edges[h.edge], edge)
		s.inner[h.edge] = append(s.inner[h.edge], next)
		s.walk(k, h, next, n+1)
		s.edges[h.edge] = s.edges[h.edge][:n]
		s.inner[h.edge] = s.inner[h.edge][:n]
		s.used[edge]--
	})
}

// each calls f for the edges that lead from a node the way the element asks.
func (s *search) each(e *types.GraphElement, node int, f func(edge, next int)) {
	if e.Right || !e.Left {
		for _, i := range s.g.out[node] {
			f(i, s.g.to[i])
		}
	}
	if e.Left || !e.Right {
		for _, i := range s.g.in[node] {
			f(i, s.g.from[i])
		}
	}
}

// emit adds the row of a match.
func (s *search) emit() {
	row := make([]any, len(s.plan.Outputs))
	for i, o := range s.plan.Outputs {
		row[i] = s.output(i, o)
	}
	s.found = append(s.found, row)
	if len(s.found) > maxGraphRows {
		s.steps = maxGraphSteps + 1
	}
}

func (s *search) output(i int, o types.GraphOutput) any {
	e := s.plan.Elements[o.Element]
	switch o.Kind {
	case "in":
		return int64(len(s.g.in[s.node[o.Element]]))
	case "out":
		return int64(len(s.g.out[s.node[o.Element]]))
	}
	var items [][]types.Value
	switch {
	case o.Inner:
		list := s.inner[o.Element]
		for _, n := range list[:max(0, len(list)-1)] {
			items = append(items, s.g.nodes[n])
		}
	case e.Edge:
		for _, n := range s.edges[o.Element] {
			items = append(items, s.g.edges[n])
		}
	default:
		items = [][]types.Value{s.g.nodes[s.node[o.Element]]}
	}
	at := func(item []types.Value) types.Value {
		if o.Column < len(item) {
			return item[o.Column]
		}
		return types.Value{}
	}
	switch o.Kind {
	case "map":
		out := []any{}
		for _, x := range items {
			out = append(out, val(s.exprs[i].run(x)))
		}
		return out
	case "all":
		return !slices.ContainsFunc(items, func(x []types.Value) bool { return s.exprs[i].run(x).V != true })
	case "any":
		return slices.ContainsFunc(items, func(x []types.Value) bool { return s.exprs[i].run(x).V == true })
	}
	if e.Many {
		out := []any{}
		for _, x := range items {
			out = append(out, val(at(x)))
		}
		return out
	}
	if len(items) == 0 {
		return nil
	}
	return untyped(at(items[0]))
}

// shortest finds the shortest ways of the pattern (a)-[e*1..n]->(b): breadth
// first from every a, keeping for each node all edges that reach it first.
func (s *search) shortest() {
	p := s.plan.Paths[0]
	a, e, b := p[0], p[1], p[2]
	el := &s.plan.Elements[e]
	for start := range s.g.ids {
		if !s.holds(a, s.g.nodes[start]) {
			continue
		}
		depth := map[int]int{start: 0}
		back := map[int][][2]int{} // the edge that leads here, and from where
		level := []int{start}
		for d := 1; d <= int(el.Max) && len(level) > 0; d++ {
			var next []int
			for _, n := range level {
				s.each(el, n, func(edge, to int) {
					if s.steps++; !s.holds(e, s.g.edges[edge]) {
						return
					}
					old, seen := depth[to]
					if !seen {
						depth[to] = d
						next = append(next, to)
					}
					if !seen || old == d && s.plan.Every {
						back[to] = append(back[to], [2]int{edge, n})
					}
				})
			}
			level = next
		}
		s.node[a] = start
		s.steps += len(s.g.ids)
		for end := range s.g.ids {
			d, ok := depth[end]
			if !ok || d == 0 || d < int(el.Min) || a == b && end != start || !s.holds(b, s.g.nodes[end]) {
				continue
			}
			s.node[b] = end
			s.edges[e], s.inner[e] = make([]int, d), make([]int, d)
			s.unwind(e, end, d, back)
		}
		if s.steps > maxGraphSteps {
			return
		}
	}
}

// unwind writes the ways that end at a node, last edge first.
func (s *search) unwind(e, node, d int, back map[int][][2]int) {
	if s.steps++; s.steps > maxGraphSteps {
		return
	}
	if d == 0 {
		s.emit()
		return
	}
	for _, step := range back[node] {
		s.edges[e][d-1], s.inner[e][d-1] = step[0], node
		s.unwind(e, step[1], d-1, back)
	}
}
