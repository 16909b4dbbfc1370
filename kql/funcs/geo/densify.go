package geo

import "math"

// maxDensified bounds how many points one edge becomes.
const maxDensified = 1 << 16

// Densify turns the edge between two points that is straight on a map of
// longitude and latitude into great circles that are nowhere farther from it
// than a tolerance in metres.  It appends the points behind the first to out,
// as pairs of longitude and latitude.
func Densify(out [][2]float64, a, b [2]float64, tolerance float64) [][2]float64 {
	limit := maxDensified + len(out)
	var divide func(a, b [2]float64)
	divide = func(a, b [2]float64) {
		if len(out) >= limit || drift(a, b)*Radius <= 0.83829992569888509*tolerance {
			out = append(out, b)
			return
		}
		m := [2]float64{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}
		divide(a, m)
		divide(m, b)
	}
	divide(a, b)
	return out
}

// drift estimates the greatest angle between both kinds of edge: that at two
// places where it is near its maximum whether it has one or two.
func drift(a, b [2]float64) float64 {
	p, q := LngLat(a[0], a[1]), LngLat(b[0], b[1])
	if p.dot(q) < -1e-14 {
		return math.Inf(1)
	}
	worst := 0.0
	for _, t := range []float64{0.31215691082248312, 1 - 0.31215691082248312} {
		m := LngLat(a[0]+(b[0]-a[0])*t, a[1]+(b[1]-a[1])*t)
		worst = max(worst, interpolate(p, q, t).angle(m))
	}
	return worst
}

// SplitAt180 cuts a line where it crosses the meridian of 180 degrees, so that
// no part goes round a map.  The ends stay just short of the meridian.
func SplitAt180(l Line) []Line {
	const edge = 179.999999999999
	var out []Line
	part := Line{l[0]}
	for i := 1; i < len(l); i++ {
		a, b := l[i-1], l[i]
		if lng1, _ := a.LngLat(); a.Y*b.Y < 0 && math.Abs(lng1) != 180 {
			x := a.cross(b).cross(Vec{0, 1, 0}).unit()
			if x.dot(a.add(b)) < 0 {
				x = x.scale(-1)
			}
			if x.X < 0 {
				side := math.Copysign(edge, a.Y)
				_, lat := x.LngLat()
				out = append(out, append(part, LngLat(side, lat)))
				part = Line{LngLat(-side, lat)}
			}
		}
		part = append(part, b)
	}
	return append(out, part)
}
