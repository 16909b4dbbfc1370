package funcs

import (
	"math"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/geo"
	"wirehunt/kql/types"
)

// defaultTolerance is that of simplifying and densifying, in metres.
const defaultTolerance = 10

// isTrue reads a NumberOrBool argument that may be missing.
func isTrue(a []types.Value, i int) bool {
	return i < len(a) && (a[i].V == true || a[i].V != nil && flt(a[i]) != 0)
}

// pointAt reads a longitude and a latitude.
func pointAt(a []types.Value, i int) (geo.Vec, bool) {
	lng, lat := flt(a[i]), flt(a[i+1])
	return geo.LngLat(lng, lat), geo.Valid(lng, lat)
}

// geospatial are the functions on points, lines and polygons.
// https://learn.microsoft.com/kusto/query/scalar-functions#geospatial-functions
func geospatial() []types.Func {
	list := append(append(geoPoints(), geoLines()...), geoPolygons()...)
	list = append(append(list, geoRelations()...), append(geoOverlays(), geoBuffers()...)...)
	return append(append(list, geoCells()...), geoHexagons()...)
}

func geoPoints() []types.Func {
	return []types.Func{
		goFn("geo_distance_2points", "(p1_longitude:Number, p1_latitude:Number, p2_longitude:Number, p2_latitude:Number, use_spheroid?:NumberOrBool) -> real", "The distance between two points in metres, on a sphere or on the ellipsoid.", func(a []types.Value) any {
			p, ok1 := pointAt(a, 0)
			q, ok2 := pointAt(a, 2)
			if !ok1 || !ok2 {
				return nil
			}
			if isTrue(a, 4) {
				if d, ok := geo.Vincenty(flt(a[0]), flt(a[1]), flt(a[2]), flt(a[3])); ok {
					return d
				}
			}
			return geo.Distance(p, q)
		}),
		goFn("geo_angle", "(p1_longitude:Number, p1_latitude:Number, p2_longitude:Number, p2_latitude:Number, p3_longitude:Number, p3_latitude:Number) -> real", "The angle at the second point, clockwise from the first to the third, in radians.", func(a []types.Value) any {
			p, ok1 := pointAt(a, 0)
			q, ok2 := pointAt(a, 2)
			r, ok3 := pointAt(a, 4)
			if !ok1 || !ok2 || !ok3 || p == q || q == r {
				return nil
			}
			return geo.Angle(p, q, r)
		}),
		goFn("geo_azimuth", "(p1_longitude:Number, p1_latitude:Number, p2_longitude:Number, p2_latitude:Number) -> real", "The direction of a point seen from another, clockwise from north, in radians.", func(a []types.Value) any {
			p, ok1 := pointAt(a, 0)
			q, ok2 := pointAt(a, 2)
			if !ok1 || !ok2 || p == q {
				return nil
			}
			z := geo.Azimuth(flt(a[0]), flt(a[1]), flt(a[2]), flt(a[3]))
			if z < 0 {
				z += 2 * math.Pi
			}
			return z
		}),
		goFn("geo_point_in_circle", "(p_longitude:Number, p_latitude:Number, pc_longitude:Number, pc_latitude:Number, c_radius:Number) -> bool", "Whether a point lies in a circle with a radius in metres.", func(a []types.Value) any {
			p, ok1 := pointAt(a, 0)
			q, ok2 := pointAt(a, 2)
			if r := flt(a[4]); ok1 && ok2 && r >= 0 {
				return geo.Distance(p, q) <= r
			}
			return nil
		}),
		goFn("geo_point_in_polygon", "(longitude:Number, latitude:Number, polygon:DynamicBag) -> bool", "Whether a point lies in a polygon.", func(a []types.Value) any {
			p, ok1 := pointAt(a, 0)
			g, ok2 := polygonsOf(a[2])
			if !ok1 || !ok2 {
				return nil
			}
			return geo.Contains(g, p)
		}),
	}
}

// closest declares the distance to a shape and the point of it that is
// nearest.
func closest[T any](kind, param string, read func(types.Value) (T, bool), find func(T, geo.Vec) (geo.Vec, float64)) []types.Func {
	both := func(a []types.Value) (geo.Vec, float64, bool) {
		p, ok1 := pointAt(a, 0)
		g, ok2 := read(a[2])
		if !ok1 || !ok2 {
			return geo.Vec{}, 0, false
		}
		v, d := find(g, p)
		return v, d, true
	}
	sigs := "(longitude:Number, latitude:Number, " + param + ":DynamicBag) -> "
	return []types.Func{
		goFn("geo_distance_point_to_"+kind, sigs+"real", "The distance from a point to a "+kind+" in metres.", func(a []types.Value) any {
			_, d, ok := both(a)
			if !ok {
				return nil
			}
			return d
		}),
		goFn("geo_closest_point_on_"+kind, sigs+"dynamic", "The point of a "+kind+" that is nearest.", func(a []types.Value) any {
			v, _, ok := both(a)
			if !ok {
				return nil
			}
			return dyn.JSON(pointJSON(v))
		}),
	}
}

func geoLines() []types.Func {
	one := func(a []types.Value) (geo.Line, bool) {
		l, ok := linesOf(a[0])
		if !ok || len(l) != 1 {
			return nil, false
		}
		return l[0], true
	}
	return append(closest("line", "lineString", linesOf, geo.ClosestOnLine),
		goFn("geo_line_length", "(lineString:DynamicBag) -> real", "The length of a line in metres.", func(a []types.Value) any {
			l, ok := linesOf(a[0])
			if !ok {
				return nil
			}
			return geo.Length(l)
		}),
		goFn("geo_line_centroid", "(lineString:DynamicBag) -> dynamic", "The centre of a line.", func(a []types.Value) any {
			l, ok := linesOf(a[0])
			if !ok {
				return nil
			}
			return dyn.JSON(pointJSON(geo.LineCentroid(l)))
		}),
		goFn("geo_line_interpolate_point", "(lineString:DynamicBag, fraction:Number) -> dynamic", "The point at a part of the way along a line.", func(a []types.Value) any {
			l, ok := one(a)
			if t := flt(a[1]); ok && t >= 0 && t <= 1 {
				return dyn.JSON(pointJSON(l.Interpolate(t)))
			}
			return nil
		}),
		goFn("geo_line_locate_point", "(lineString:DynamicBag, longitude:Number, latitude:Number, use_spheroid?:NumberOrBool) -> real", "At which part of the way along a line the nearest point lies.", func(a []types.Value) any {
			l, ok1 := one(a)
			p, ok2 := pointAt(a, 1)
			if !ok1 || !ok2 {
				return nil
			}
			return l.Locate(p)
		}),
		goFn("geo_line_simplify", "(lineString:DynamicBag, tolerance?:Number) -> dynamic", "A line without the points that matter less than a tolerance in metres.", func(a []types.Value) any {
			ls, ok := linesOf(a[0])
			tolerance := option(a, 1, defaultTolerance)
			if !ok || !(tolerance > 0) {
				return nil
			}
			for i, l := range ls {
				ls[i] = l.Simplify(tolerance)
			}
			return dyn.JSON(linesJSON(ls))
		}),
		goFn("geo_line_densify", "(lineString:DynamicBag, tolerance?:Number, preserve_crossing?:NumberOrBool) -> dynamic", "A line that is straight on a map, with points added so that great circles follow it.", func(a []types.Value) any {
			ls, ok := linePositions(a[0])
			tolerance := option(a, 1, defaultTolerance)
			if !ok || !(tolerance > 0) {
				return nil
			}
			var out []geo.Line
			for _, l := range ls {
				out = append(out, geo.SplitAt180(densified(l, tolerance))...)
			}
			return dyn.JSON(linesJSON(out))
		}),
	)
}

func densified(l [][2]float64, tolerance float64) geo.Line {
	ps := [][2]float64{l[0]}
	for i := 1; i < len(l); i++ {
		ps = geo.Densify(ps, l[i-1], l[i], tolerance)
	}
	return vectors(ps)
}

func geoPolygons() []types.Func {
	number := func(name, doc string, f func([]geo.Polygon) float64) types.Func {
		return goFn(name, "(polygon:DynamicBag) -> real", doc, func(a []types.Value) any {
			g, ok := polygonsOf(a[0])
			if !ok {
				return nil
			}
			return f(g)
		})
	}
	// rings declares a function that changes the rings of polygons.
	rings := func(name, sigs, doc string, f func(r [][2]float64, tolerance float64) []any) types.Func {
		return goFn(name, sigs, doc, func(a []types.Value) any {
			list, ok1 := geometry(a[0], "Polygon")
			_, ok2 := polygonsOf(a[0])
			tolerance := option(a, 1, defaultTolerance)
			if !ok1 || !ok2 || !(tolerance > 0) {
				return nil
			}
			var out []any
			for _, p := range list {
				var rs []any
				l, _ := p.([]any)
				for i, r := range l {
					ps, _ := positions(r)
					switch c := f(ps, tolerance); {
					case len(c) >= 4:
						rs = append(rs, c)
					case i == 0:
						return nil // nothing is left of it
					}
				}
				out = append(out, rs)
			}
			return dyn.JSON(multi("Polygon", out))
		})
	}
	return append(closest("polygon", "polygon", polygonsOf, geo.ClosestOnPolygon),
		number("geo_polygon_area", "The area of a polygon in square metres.", geo.Area), number("geo_polygon_perimeter", "The length of a polygon's border in metres.", geo.Perimeter),
		goFn("geo_polygon_centroid", "(polygon:DynamicBag) -> dynamic", "The centre of a polygon.", func(a []types.Value) any {
			g, ok := polygonsOf(a[0])
			if !ok {
				return nil
			}
			return dyn.JSON(pointJSON(geo.Centroid(g)))
		}),
		rings("geo_polygon_densify", "(polygon:DynamicBag, tolerance?:Number, preserve_crossing?:NumberOrBool) -> dynamic", "A polygon that is straight on a map, with points added so that great circles follow it.", func(r [][2]float64, tolerance float64) []any {
			return lineJSON(densified(r, tolerance))
		}),
		rings("geo_polygon_simplify", "(polygon:DynamicBag, tolerance?:Number) -> dynamic", "A polygon without the points that matter less than a tolerance in metres.", func(r [][2]float64, tolerance float64) []any {
			return lineJSON(geo.Line(vectors(r)).Simplify(tolerance))
		}),
	)
}

// geoRelations are the functions on two shapes.
func geoRelations() []types.Func {
	lines := "(lineString1:DynamicBag, lineString2:DynamicBag) -> "
	mixed := "(lineString:DynamicBag, polygon:DynamicBag) -> "
	return []types.Func{
		goFn("geo_intersects_2lines", lines+"bool", "Whether two lines meet.", func(a []types.Value) any {
			l, ok1 := linesOf(a[0])
			m, ok2 := linesOf(a[1])
			if !ok1 || !ok2 {
				return nil
			}
			return geo.LinesIntersect(l, m)
		}),
		goFn("geo_intersects_line_with_polygon", mixed+"bool", "Whether a line meets a polygon.", func(a []types.Value) any {
			l, ok1 := linesOf(a[0])
			p, ok2 := polygonsOf(a[1])
			if !ok1 || !ok2 {
				return nil
			}
			return geo.LineIntersectsPolygon(l, p)
		}),
		goFn("geo_intersects_2polygons", "(polygon1:DynamicBag, polygon2:DynamicBag) -> bool", "Whether two polygons meet.", func(a []types.Value) any {
			p, ok1 := polygonsOf(a[0])
			q, ok2 := polygonsOf(a[1])
			if !ok1 || !ok2 {
				return nil
			}
			return geo.PolygonsIntersect(p, q)
		}),
		goFn("geo_intersection_2lines", lines+"dynamic", "The points where two lines cross.", func(a []types.Value) any {
			l, ok1 := linesOf(a[0])
			m, ok2 := linesOf(a[1])
			if !ok1 || !ok2 {
				return nil
			}
			points := geo.Crossings(l, m)
			if len(points) == 0 {
				return dyn.JSON(emptyGeometry())
			}
			return dyn.JSON(multi("Point", lineJSON(points)))
		}),
		goFn("geo_intersection_line_with_polygon", mixed+"dynamic", "The parts of a line in a polygon.", func(a []types.Value) any {
			l, ok1 := linesOf(a[0])
			p, ok2 := polygonsOf(a[1])
			if !ok1 || !ok2 {
				return nil
			}
			parts := geo.Clip(l, p)
			if len(parts) == 0 {
				return dyn.JSON(emptyGeometry())
			}
			return dyn.JSON(linesJSON(parts))
		}),
	}
}
