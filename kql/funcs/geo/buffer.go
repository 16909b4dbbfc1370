package geo

import (
	"math"
	"slices"
)

// Buffer is what lies within a radius of shapes, in metres.  Round parts have
// corners on the circle, such that its arcs are nowhere farther from the edges
// than a tolerance.
type Buffer struct{ Radius, Tolerance float64 }

// step is the angle between two corners of an arc: their chord comes within the
// tolerance of the circle.
func (b Buffer) step() float64 {
	r := b.Radius / Radius
	return max(2*math.Acos(math.Tan(r-min(b.Tolerance/Radius, r/2))/math.Tan(r)), 0.002)
}

// out returns the point at the radius from v in a direction.
func (b Buffer) out(v, direction Vec) Vec {
	sin, cos := math.Sincos(b.Radius / Radius)
	return v.scale(cos).add(direction.scale(sin)).unit()
}

// arc appends the corners round v, counterclockwise from one direction by an
// angle.
func (b Buffer) arc(r Ring, v, start Vec, span float64) Ring {
	left := v.cross(start)
	for at := 0.0; at < span; at += b.step() {
		sin, cos := math.Sincos(at)
		r = append(r, b.out(v, start.scale(cos).add(left.scale(sin))))
	}
	return r
}

// right returns the direction to the right of the edge from a to b.
func right(a, b Vec) Vec { return b.cross(a).unit() }

// Point returns the circle round a point.
func (b Buffer) Point(v Vec) Polygon {
	start := Vec{0, 0, 1}.cross(v)
	if start.norm() < 1e-9 {
		start = Vec{1, 0, 0}
	}
	return Polygon{b.arc(nil, v, start.unit(), 2*math.Pi)}
}

// round goes round the points, outside of them; they must turn left
// everywhere, if only about.  It reports false if they do not.
func (b Buffer) round(points []Vec) (Ring, bool) {
	var out Ring
	n := len(points)
	for i, v := range points {
		from, to := right(points[(i+n-1)%n], v), right(v, points[(i+1)%n])
		turn := math.Atan2(v.dot(from.cross(to)), from.dot(to))
		if n == 2 {
			turn = math.Pi
		}
		if turn < 0 {
			return nil, false
		}
		out = append(b.arc(out, v, from, turn), b.out(v, to))
	}
	return out, true
}

// Lines returns what lies within the radius of lines; it reports false where
// that is too much to compute.
func (b Buffer) Lines(ls []Line) ([]Polygon, bool) {
	var all []Polygon
	lineEdges(ls, func(p, q Vec) bool {
		if r, ok := b.round([]Vec{p, q}); ok && p != q {
			all = append(all, Polygon{r})
		}
		return false
	})
	return joined(all)
}

// Polygons returns what lies within the radius of polygons; it reports false
// where that is too much to compute.
func (b Buffer) Polygons(ps []Polygon) ([]Polygon, bool) {
	var all []Polygon
	for _, p := range ps {
		if r, ok := b.round(p[0]); ok && len(p) == 1 {
			// The first corner is the last one round the first point.
			start := slices.Index(r, b.out(p[0][0], right(p[0][0], p[0][1])))
			all = append(all, Polygon{append(slices.Clone(r[start:]), r[:start]...)})
			continue
		}
		border, ok := b.Lines(Borders([]Polygon{p}))
		if !ok {
			return nil, false
		}
		all = append(append(all, p), border...)
	}
	return joined(all)
}

// joined is the union of overlapping areas.  Where borders coincide by chance
// pieces could be lost, so the result must hold the areas.
func joined(ps []Polygon) ([]Polygon, bool) {
	if len(ps) < 2 {
		return ps, true
	}
	u, ok := Union(ps)
	if !ok {
		return nil, false
	}
	least := 0.0
	for _, p := range ps {
		least = max(least, Area([]Polygon{p}))
	}
	return u, Area(u) >= least*(1-1e-9)
}
