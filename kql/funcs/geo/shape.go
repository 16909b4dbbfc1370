package geo

import (
	"math"
	"slices"
)

// Line is a chain of at least two points.
type Line []Vec

// Ring is the border of an area, counterclockwise, without the first point
// repeated at the end.
type Ring []Vec

// Polygon is a ring and the rings of the holes in it.
type Polygon []Ring

// NewRing makes a ring of at least three points; of the two areas it divides
// the Earth into it means the smaller.
func NewRing(points []Vec) Ring {
	r := Ring(slices.Clone(points))
	if r.area() < 0 {
		slices.Reverse(r)
	}
	return r
}

// area is positive for a counterclockwise ring, in steradians.
func (r Ring) area() float64 {
	t := 0.0
	for i := 1; i+1 < len(r); i++ {
		a, b, c := r[0], r[i], r[i+1]
		t += 2 * math.Atan2(a.triple(b, c), 1+a.dot(b)+b.dot(c)+c.dot(a))
	}
	return t
}

// Length returns the lengths of the lines in metres.
func Length(lines []Line) float64 {
	t := 0.0
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			t += l[i-1].angle(l[i])
		}
	}
	return t * Radius
}

// edges calls f for each edge of the rings.
func (p Polygon) edges(f func(a, b Vec)) {
	for _, r := range p {
		for i, a := range r {
			f(a, r[(i+1)%len(r)])
		}
	}
}

// contains reports whether p lies in a ring: seen from there the border goes
// round once.
func (r Ring) contains(p Vec) bool {
	t := 0.0
	for i, a := range r {
		b := r[(i+1)%len(r)]
		u, v := p.cross(a), p.cross(b)
		t += math.Atan2(p.dot(u.cross(v)), u.dot(v))
	}
	return t > math.Pi
}

// Contains reports whether a point lies in a polygon and in none of its holes.
func (p Polygon) Contains(v Vec) bool {
	if len(p) == 0 || !p[0].contains(v) {
		return false
	}
	for _, hole := range p[1:] {
		if hole.contains(v) {
			return false
		}
	}
	return true
}

// Contains reports whether a point lies in one of the polygons.
func Contains(ps []Polygon, v Vec) bool {
	return slices.ContainsFunc(ps, func(p Polygon) bool { return p.Contains(v) })
}

// Area returns the areas of polygons in square metres.
func Area(ps []Polygon) float64 {
	t := 0.0
	for _, p := range ps {
		for i, r := range p {
			if i == 0 {
				t += r.area()
			} else {
				t -= r.area()
			}
		}
	}
	return t * Radius * Radius
}

// Perimeter returns the length of all borders in metres.
func Perimeter(ps []Polygon) float64 {
	t := 0.0
	for _, p := range ps {
		p.edges(func(a, b Vec) { t += a.angle(b) })
	}
	return t * Radius
}

// Centroid returns the centre of the polygons' area.
func Centroid(ps []Polygon) Vec {
	var c Vec
	for _, p := range ps {
		for i, r := range p {
			sign := 0.5
			if i > 0 {
				sign = -0.5
			}
			// The integral of the position over the area is a sum over the
			// edges: of their normals, by their lengths.
			for k, a := range r {
				b := r[(k+1)%len(r)]
				c = c.add(a.cross(b).unit().scale(sign * a.angle(b)))
			}
		}
	}
	return c.unit()
}

// LineCentroid returns the centre of the lines by their length.
func LineCentroid(lines []Line) Vec {
	var c Vec
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			a, b := l[i-1], l[i]
			if sum, diff := a.add(b), a.sub(b); sum.dot(sum) > 0 {
				c = c.add(sum.scale(math.Sqrt(diff.dot(diff) / sum.dot(sum))))
			}
		}
	}
	return c.unit()
}

// closer keeps the nearest point to v so far.
type closer struct {
	v, best Vec
	far     float64
}

func newCloser(v Vec) *closer { return &closer{v: v, far: math.Inf(1)} }

func (c *closer) edge(a, b Vec) {
	p := project(c.v, a, b)
	if d := c.v.angle(p); d < c.far {
		c.best, c.far = p, d
	}
}

// ClosestOnLine returns the point of the lines that is nearest to v, and its
// distance in metres.
func ClosestOnLine(lines []Line, v Vec) (Vec, float64) {
	c := newCloser(v)
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			c.edge(l[i-1], l[i])
		}
	}
	return c.best, c.far * Radius
}

// ClosestOnPolygon is ClosestOnLine for polygons; inside of them it is v
// itself.
func ClosestOnPolygon(ps []Polygon, v Vec) (Vec, float64) {
	if Contains(ps, v) {
		return v, 0
	}
	c := newCloser(v)
	for _, p := range ps {
		p.edges(c.edge)
	}
	return c.best, c.far * Radius
}

// Interpolate returns the point at a part of the way along the line.
func (l Line) Interpolate(t float64) Vec {
	want := t * Length([]Line{l}) / Radius
	for i := 1; i < len(l); i++ {
		d := l[i-1].angle(l[i])
		if want <= d && d > 0 {
			return interpolate(l[i-1], l[i], want/d)
		}
		want -= d
	}
	return l[len(l)-1]
}

// Locate returns at which part of the way along the line the point nearest to
// v lies.
func (l Line) Locate(v Vec) float64 {
	best, far, before, total := 0.0, math.Inf(1), 0.0, Length([]Line{l})/Radius
	for i := 1; i < len(l); i++ {
		p := project(v, l[i-1], l[i])
		if d := v.angle(p); d < far {
			far, best = d, before+l[i-1].angle(p)
		}
		before += l[i-1].angle(l[i])
	}
	if total == 0 {
		return 0
	}
	return min(best/total, 1)
}

// Simplify drops points of which the line is not farther than a tolerance in
// metres, as Douglas and Peucker do.
func (l Line) Simplify(tolerance float64) Line {
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	type span struct{ from, to int }
	for todo := []span{{0, len(l) - 1}}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		far, at := tolerance/Radius, -1
		for i := s.from + 1; i < s.to; i++ {
			if d := l[i].angle(project(l[i], l[s.from], l[s.to])); d > far {
				far, at = d, i
			}
		}
		if at > 0 {
			keep[at] = true
			todo = append(todo, span{s.from, at}, span{at, s.to})
		}
	}
	var out Line
	for i, k := range keep {
		if k {
			out = append(out, l[i])
		}
	}
	return out
}

// lineEdges calls f for each edge of the lines until it returns true.
func lineEdges(ls []Line, f func(a, b Vec) bool) bool {
	for _, l := range ls {
		for i := 1; i < len(l); i++ {
			if f(l[i-1], l[i]) {
				return true
			}
		}
	}
	return false
}

// Borders returns the rings of polygons as closed lines.
func Borders(ps []Polygon) []Line {
	var out []Line
	for _, p := range ps {
		for _, r := range p {
			out = append(out, append(Line(slices.Clone(r)), r[0]))
		}
	}
	return out
}

// LinesIntersect reports whether two sets of lines have a point in common.
func LinesIntersect(a, b []Line) bool {
	return lineEdges(a, func(p, q Vec) bool {
		return lineEdges(b, func(r, s Vec) bool { return crosses(p, q, r, s) })
	})
}

// LineIntersectsPolygon reports whether lines and polygons have a point in
// common.
func LineIntersectsPolygon(ls []Line, ps []Polygon) bool {
	return slices.ContainsFunc(ls, func(l Line) bool { return Contains(ps, l[0]) }) || LinesIntersect(ls, Borders(ps))
}

// PolygonsIntersect reports whether two sets of polygons have a point in
// common.
func PolygonsIntersect(a, b []Polygon) bool {
	inside := func(of, in []Polygon) bool {
		return slices.ContainsFunc(of, func(p Polygon) bool { return Contains(in, p[0][0]) })
	}
	return inside(a, b) || inside(b, a) || LinesIntersect(Borders(a), Borders(b))
}

// Crossings returns the points where lines cross, in the order of the first
// ones.
func Crossings(a, b []Line) []Vec {
	var out []Vec
	add := func(v Vec) bool {
		if !slices.ContainsFunc(out, func(o Vec) bool { return o.sub(v).norm() < 1e-14 }) {
			out = append(out, v)
		}
		return false
	}
	lineEdges(a, func(p, q Vec) bool {
		return lineEdges(b, func(r, s Vec) bool {
			switch {
			case p == r || p == s:
				return add(p)
			case q == r || q == s:
				return add(q)
			case crosses(p, q, r, s):
				return add(intersection(p, q, r, s))
			}
			return false
		})
	})
	return out
}

// Clip returns the parts of the lines that lie in the polygons.
func Clip(ls []Line, ps []Polygon) []Line {
	border := Borders(ps)
	var out []Line
	for _, l := range ls {
		var part Line
		end := func() {
			if len(part) > 1 {
				out = append(out, part)
			}
			part = nil
		}
		for i := 1; i < len(l); i++ {
			a, b := l[i-1], l[i]
			cuts := append([]Vec{a}, Crossings([]Line{{a, b}}, border)...)
			cuts = append(cuts, b)
			slices.SortStableFunc(cuts, func(x, y Vec) int {
				switch dx, dy := a.angle(x), a.angle(y); {
				case dx < dy:
					return -1
				case dx > dy:
					return 1
				}
				return 0
			})
			for k := 1; k < len(cuts); k++ {
				from, to := cuts[k-1], cuts[k]
				if from == to {
					continue
				}
				if !Contains(ps, interpolate(from, to, 0.5)) {
					end()
					continue
				}
				if part == nil {
					part = Line{from}
				}
				part = append(part, to)
			}
		}
		end()
	}
	return out
}

// Within reports whether lines come within a distance in metres of a ring or
// its area.
func Within(ls []Line, r Ring, distance float64) bool {
	far := distance / Radius
	near := func(v, a, b Vec) bool { return v.angle(project(v, a, b)) <= far }
	return lineEdges(ls, func(a, b Vec) bool {
		if r.contains(a) {
			return true
		}
		for i, c := range r {
			d := r[(i+1)%len(r)]
			if crosses(a, b, c, d) || near(c, a, b) || near(a, c, d) || near(b, c, d) {
				return true
			}
		}
		return false
	})
}
