package geo

import (
	"cmp"
	"slices"
)

// maxPairs bounds how many pairs of edges an overlay looks at, to about a
// second of work.
const maxPairs = 1e7

// part is an edge or a piece of one; order is the edge's number.
type part struct {
	a, b  Vec
	order int
}

// Intersection returns the area that two sets of polygons share, and the
// corners in which they only touch.  It reports false where the polygons have
// too many corners.
func Intersection(p, q []Polygon) (area []Polygon, touching []Vec, ok bool) {
	area, ok = overlay(p, q, true)
	if !ok {
		return nil, nil, false
	}
	var taken []Vec
	for _, l := range Borders(area) {
		taken = append(taken, l...)
	}
	for _, l := range Borders(p) {
		for _, v := range l[1:] {
			for _, m := range Borders(q) {
				if slices.Contains(m, v) && !slices.Contains(taken, v) {
					touching, taken = append(touching, v), append(taken, v)
				}
			}
		}
	}
	return area, touching, true
}

// Union returns the area of all polygons together.  It reports false where they
// have too many corners.
func Union(ps []Polygon) ([]Polygon, bool) {
	// The smallest come first, so that large ones are gone through seldom.
	type item struct {
		p    []Polygon
		size int
	}
	var queue []item
	add := func(p []Polygon) {
		n := 0
		for _, l := range Borders(p) {
			n += len(l)
		}
		at := slices.IndexFunc(queue, func(i item) bool { return i.size > n })
		if at < 0 {
			at = len(queue)
		}
		queue = slices.Insert(queue, at, item{p, n})
	}
	for _, p := range ps {
		add([]Polygon{p})
	}
	for len(queue) > 1 {
		u, ok := overlay(queue[0].p, queue[1].p, false)
		if !ok {
			return nil, false
		}
		queue = queue[2:]
		add(u)
	}
	if len(queue) == 0 {
		return nil, true
	}
	return queue[0].p, true
}

// borderParts returns the edges of polygons in order; the inside lies on their
// left, also of those of holes.
func borderParts(ps []Polygon, from int) []part {
	var out []part
	for _, p := range ps {
		for i, r := range p {
			if i > 0 {
				r = slices.Clone(r)
				slices.Reverse(r)
			}
			for k, a := range r {
				out = append(out, part{a, r[(k+1)%len(r)], from + len(out)})
			}
		}
	}
	return out
}

// overlay keeps the pieces of each border that lie inside of the other area, or
// outside of it, and joins them to rings.
func overlay(p, q []Polygon, inside bool) ([]Polygon, bool) {
	a := borderParts(p, 0)
	b := borderParts(q, len(a))
	if float64(len(a))*float64(len(b)) > maxPairs {
		return nil, false
	}
	cutsA, cutsB := make([][]Vec, len(a)), make([][]Vec, len(b))
	for i, e := range a {
		for j, f := range b {
			if e.a != f.a && e.a != f.b && e.b != f.a && e.b != f.b && crosses(e.a, e.b, f.a, f.b) {
				x := intersection(e.a, e.b, f.a, f.b)
				cutsA[i], cutsB[j] = append(cutsA[i], x), append(cutsB[j], x)
			}
		}
	}
	index := func(edges []part) map[[2]Vec]bool {
		m := make(map[[2]Vec]bool, len(edges))
		for _, e := range edges {
			m[[2]Vec{e.a, e.b}] = true
		}
		return m
	}
	var kept []part
	keep := func(edges []part, cuts [][]Vec, other []Polygon, otherEdges map[[2]Vec]bool, first bool) {
		for i, e := range edges {
			l := append(append([]Vec{e.a}, cuts[i]...), e.b)
			slices.SortStableFunc(l, func(x, y Vec) int { return cmp.Compare(e.a.angle(x), e.a.angle(y)) })
			for k := 1; k < len(l); k++ {
				from, to := l[k-1], l[k]
				switch {
				case from == to, otherEdges[[2]Vec{to, from}]:
				case otherEdges[[2]Vec{from, to}]: // a border of both stays once
					if first {
						kept = append(kept, part{from, to, e.order})
					}
				case Contains(other, interpolate(from, to, 0.5)) == inside:
					kept = append(kept, part{from, to, e.order})
				}
			}
		}
	}
	keep(a, cutsA, q, index(b), true)
	keep(b, cutsB, p, index(a), false)
	return assemble(kept), true
}

// assemble joins pieces of borders to polygons.
func assemble(parts []part) []Polygon {
	from := map[Vec][]int{}
	for i, e := range parts {
		from[e.a] = append(from[e.a], i)
	}
	used := make([]bool, len(parts))
	type loop struct {
		ring  Ring
		order int
	}
	var shells, holes []loop
	for i := range parts {
		if used[i] {
			continue
		}
		var chain []part
		for at := i; at >= 0; {
			used[at] = true
			e := parts[at]
			chain = append(chain, e)
			at = -1
			if e.b == chain[0].a {
				break
			}
			for _, n := range from[e.b] {
				if !used[n] {
					at = n
					break
				}
			}
		}
		if len(chain) < 3 || chain[len(chain)-1].b != chain[0].a {
			continue
		}
		chain = arrange(chain)
		l := loop{order: chain[0].order}
		for _, e := range chain {
			l.ring = append(l.ring, e.a)
		}
		if l.ring.area() >= 0 {
			shells = append(shells, l)
		} else {
			slices.Reverse(l.ring)
			holes = append(holes, l)
		}
	}
	slices.SortStableFunc(shells, func(a, b loop) int { return cmp.Compare(a.order, b.order) })
	out := make([]Polygon, len(shells))
	for i, s := range shells {
		out[i] = Polygon{s.ring}
	}
	for _, h := range holes {
		for i := range out {
			if out[i][0].contains(interpolate(h.ring[0], h.ring[1], 0.5)) {
				out[i] = append(out[i], h.ring)
				break
			}
		}
	}
	return out
}

// arrange turns a ring so that the pieces of the edge with the highest number
// come last, as the real engine does: of several stretches of that edge the
// first one, counted from the point whose S2 cell comes first.
func arrange(chain []part) []part {
	low := 0
	for i, e := range chain {
		if CellAt(e.a, MaxLevel) < CellAt(chain[low].a, MaxLevel) {
			low = i
		}
	}
	chain = append(slices.Clone(chain[low:]), chain[:low]...)
	last, gap := 0, false
	for i, e := range chain[1:] {
		switch d := e.order - chain[last].order; {
		case d < 0:
			gap = true
		case d > 0 || !gap:
			last, gap = i+1, false
		}
	}
	return append(slices.Clone(chain[last+1:]), chain[:last+1]...)
}

// UnionLines returns the lines with each edge that they share only once, joined
// where one ends and one other begins.
func UnionLines(ls []Line) []Line {
	type edge struct{ a, b Vec }
	seen := map[edge]bool{}
	var edges []edge
	at := map[Vec][]int{}
	lineEdges(ls, func(a, b Vec) bool {
		if a != b && !seen[edge{a, b}] && !seen[edge{b, a}] {
			seen[edge{a, b}] = true
			at[a], at[b] = append(at[a], len(edges)), append(at[b], len(edges))
			edges = append(edges, edge{a, b})
		}
		return false
	})
	used := make([]bool, len(edges))
	// next returns the only other edge at a point where two meet.
	next := func(v Vec, not int) int {
		if l := at[v]; len(l) == 2 {
			if l[0] == not {
				return l[1]
			}
			return l[0]
		}
		return -1
	}
	other := func(i int, v Vec) Vec {
		if edges[i].a == v {
			return edges[i].b
		}
		return edges[i].a
	}
	var out []Line
	for i := range edges {
		if used[i] {
			continue
		}
		// Back to where the line begins, then along it.
		start, v := i, edges[i].a
		for n := next(v, start); n >= 0 && n != i; n = next(v, start) {
			start, v = n, other(n, v)
		}
		l := Line{v}
		for n := start; n >= 0 && !used[n]; {
			used[n] = true
			v = other(n, v)
			l = append(l, v)
			n = next(v, n)
		}
		out = append(out, l)
	}
	return out
}
