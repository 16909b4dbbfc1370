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
