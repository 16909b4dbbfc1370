// Package geo computes on the Earth as a sphere: points, lines and polygons
// with great circles as edges, and the cells of geohash, S2 and H3.
//
// https://learn.microsoft.com/kusto/query/geospatial-grid-systems
package geo

import "math"

// Radius is the Earth's mean radius in metres, as the engine has it.
const Radius = 6371010.0

// Vec is a point on the unit sphere, or a direction.
type Vec struct{ X, Y, Z float64 }

// radian and degree convert angles.  Products with one constant, and a root
// instead of Hypot below, are how the S2 library has it, whose last digits
// Kusto shows.
const (
	radian = math.Pi / 180
	degree = 180 / math.Pi
)

// LngLat returns the point at a longitude and a latitude in degrees.
func LngLat(lng, lat float64) Vec {
	sinLng, cosLng := Sincos(lng * radian)
	sinLat, cosLat := Sincos(lat * radian)
	return Vec{cosLat * cosLng, cosLat * sinLng, sinLat}
}

// Valid reports whether a longitude and a latitude are in their ranges.
func Valid(lng, lat float64) bool {
	return lng >= -180 && lng <= 180 && lat >= -90 && lat <= 90
}

// LngLat returns the longitude and the latitude of a direction in degrees.
func (v Vec) LngLat() (lng, lat float64) {
	return Atan2(v.Y, v.X) * degree, Atan2(v.Z, math.Sqrt(v.X*v.X+v.Y*v.Y)) * degree
}

func (v Vec) dot(w Vec) float64       { return v.X*w.X + v.Y*w.Y + v.Z*w.Z }
func (v Vec) add(w Vec) Vec           { return Vec{v.X + w.X, v.Y + w.Y, v.Z + w.Z} }
func (v Vec) sub(w Vec) Vec           { return Vec{v.X - w.X, v.Y - w.Y, v.Z - w.Z} }
func (v Vec) scale(f float64) Vec     { return Vec{v.X * f, v.Y * f, v.Z * f} }
func (v Vec) norm() float64           { return math.Sqrt(v.dot(v)) }
func (v Vec) angle(w Vec) float64     { return math.Atan2(v.cross(w).norm(), v.dot(w)) }
func (v Vec) triple(a, b Vec) float64 { return v.dot(a.cross(b)) }

func (v Vec) cross(w Vec) Vec {
	return Vec{v.Y*w.Z - v.Z*w.Y, v.Z*w.X - v.X*w.Z, v.X*w.Y - v.Y*w.X}
}

func (v Vec) unit() Vec {
	if n := v.norm(); n > 0 {
		return v.scale(1 / n)
	}
	return v
}

// Distance returns the length of the great circle between two points in
// metres.
func Distance(a, b Vec) float64 { return a.angle(b) * Radius }

// The ellipsoid of WGS 84.
const (
	majorAxis  = 6378137.0
	flattening = 1 / 298.257223563
)

// Vincenty returns the distance on the ellipsoid in metres.  It reports false
// where the series does not converge, near antipodes.
//
// Vincenty: Direct and inverse solutions of geodesics on the ellipsoid, 1975.
func Vincenty(lng1, lat1, lng2, lat2 float64) (float64, bool) {
	const f, rad = flattening, math.Pi / 180
	minor := majorAxis * (1 - f)
	l := (lng2 - lng1) * rad
	sinU1, cosU1 := math.Sincos(math.Atan((1 - f) * math.Tan(lat1*rad)))
	sinU2, cosU2 := math.Sincos(math.Atan((1 - f) * math.Tan(lat2*rad)))
	lambda := l
	for range 200 {
		sinL, cosL := math.Sincos(lambda)
		sinS := math.Hypot(cosU2*sinL, cosU1*sinU2-sinU1*cosU2*cosL)
		if sinS == 0 {
			return 0, true
		}
		cosS := sinU1*sinU2 + cosU1*cosU2*cosL
		sigma := math.Atan2(sinS, cosS)
		sinA := cosU1 * cosU2 * sinL / sinS
		cos2A := 1 - sinA*sinA
		cosM := 0.0
		if cos2A != 0 {
			cosM = cosS - 2*sinU1*sinU2/cos2A
		}
		c := f / 16 * cos2A * (4 + f*(4-3*cos2A))
		old := lambda
		lambda = l + (1-c)*f*sinA*(sigma+c*sinS*(cosM+c*cosS*(2*cosM*cosM-1)))
		if math.Abs(lambda-old) > 1e-13 {
			continue
		}
		u2 := cos2A * (majorAxis*majorAxis - minor*minor) / (minor * minor)
		a := 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2)))
		b := u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
		d := b * sinS * (cosM + b/4*(cosS*(2*cosM*cosM-1)-b/6*cosM*(4*sinS*sinS-3)*(4*cosM*cosM-3)))
		return minor * a * (sigma - d), true
	}
	return 0, false
}

// Angle returns the angle at b between the ways to a and to c in radians.
func Angle(a, b, c Vec) float64 { return a.cross(b).angle(c.cross(b)) }

// Azimuth returns the direction from a to b in radians, clockwise from north.
func Azimuth(lng1, lat1, lng2, lat2 float64) float64 {
	const rad = math.Pi / 180
	sinD, cosD := math.Sincos((lng2 - lng1) * rad)
	sin1, cos1 := math.Sincos(lat1 * rad)
	sin2, cos2 := math.Sincos(lat2 * rad)
	return math.Atan2(sinD*cos2, cos1*sin2-sin1*cos2*cosD)
}

// interpolate returns the point at a part of the way from a to b.
func interpolate(a, b Vec, t float64) Vec {
	if t == 0 {
		return a
	}
	if t == 1 {
		return b
	}
	n := a.cross(b).cross(a).unit() // at right angles to a, towards b
	sin, cos := math.Sincos(t * a.angle(b))
	return a.scale(cos).add(n.scale(sin)).unit()
}

// project returns the point of the edge from a to b that is nearest to x.
func project(x, a, b Vec) Vec {
	n := a.cross(b)
	if n.norm() > 0 {
		n = n.unit()
		// x lies beside the edge if its foot lies between the ends.
		if n.cross(a).dot(x) > 0 && b.cross(n).dot(x) > 0 {
			return x.sub(n.scale(x.dot(n))).unit()
		}
	}
	if x.sub(a).norm() <= x.sub(b).norm() {
		return a
	}
	return b
}

// crosses reports whether two edges have a point in common.
func crosses(a, b, c, d Vec) bool {
	if a == c || a == d || b == c || b == d {
		return true
	}
	ab, cd := a.cross(b), c.cross(d)
	abc, abd := ab.dot(c), ab.dot(d)
	cda, cdb := cd.dot(a), cd.dot(b)
	// c and d lie on different sides of ab, a and b of cd, and the four turn
	// the same way, else the edges cross on the other side of the Earth.
	return abc*abd < 0 && cda*cdb < 0 && abd*cda > 0
}

// intersection returns the point where two edges cross.
func intersection(a, b, c, d Vec) Vec {
	x := a.cross(b).unit().cross(c.cross(d).unit()).unit()
	if x.dot(a.add(b).add(c).add(d)) < 0 {
		x = x.scale(-1)
	}
	return x
}
