package funcs

import (
	"strconv"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/geo"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// each reads all shapes of an array; it reports false where one is wrong.
func each[T any](v types.Value, read func(types.Value) ([]T, bool)) ([]T, bool) {
	l, ok := val(v).([]any)
	if !ok || len(l) == 0 {
		return nil, false
	}
	var out []T
	for _, x := range l {
		s, ok := read(types.Value{T: schema.Dynamic, V: dyn.JSON(x)})
		if !ok {
			return nil, false
		}
		out = append(out, s...)
	}
	return out, true
}

func polygonsJSON(ps []geo.Polygon) *dyn.Bag {
	var out []any
	for _, p := range ps {
		out = append(out, polygonJSON(p...).Values["coordinates"])
	}
	return multi("Polygon", out)
}

// geoBuffers are the functions that draw a border around shapes.
func geoBuffers() []types.Func {
	// around reads radius and tolerance from the argument at i on.
	around := func(a []types.Value, i int) (geo.Buffer, bool) {
		b := geo.Buffer{Radius: flt(a[i]), Tolerance: option(a, i+1, defaultTolerance)}
		return b, b.Radius > 0 && b.Radius <= geo.Radius && b.Tolerance > 0
	}
	shape := func(ps []geo.Polygon, ok bool) any {
		if !ok || len(ps) == 0 {
			return nil
		}
		return dyn.JSON(polygonsJSON(ps))
	}
	return []types.Func{
		goFn("geo_point_buffer", "(longitude:Number, latitude:Number, radius:Number, tolerance?:Number) -> dynamic", "The circle round a point, with a radius in metres.", func(a []types.Value) any {
			p, ok1 := pointAt(a, 0)
			b, ok2 := around(a, 2)
			if !ok1 || !ok2 {
				return nil
			}
			return shape([]geo.Polygon{b.Point(p)}, true)
		}),
		goFn("geo_line_buffer", "(lineString:DynamicBag, radius:Number, tolerance?:Number) -> dynamic", "What lies within a radius in metres of a line.", func(a []types.Value) any {
			l, ok1 := linesOf(a[0])
			b, ok2 := around(a, 1)
			if !ok1 || !ok2 {
				return nil
			}
			return shape(b.Lines(l))
		}),
		goFn("geo_polygon_buffer", "(polygon:DynamicBag, radius:Number, tolerance?:Number) -> dynamic", "What lies within a radius in metres of a polygon.", func(a []types.Value) any {
			p, ok1 := polygonsOf(a[0])
			b, ok2 := around(a, 1)
			if !ok1 || !ok2 {
				return nil
			}
			return shape(b.Polygons(p))
		}),
	}
}

// geoOverlays are the functions that join shapes, and the reader of WKT.
func geoOverlays() []types.Func {
	return []types.Func{
		goFn("geo_intersection_2polygons", "(polygon1:DynamicBag, polygon2:DynamicBag) -> dynamic", "The area that two polygons share.", func(a []types.Value) any {
			p, ok1 := polygonsOf(a[0])
			q, ok2 := polygonsOf(a[1])
			if !ok1 || !ok2 {
				return nil
			}
			area, points, ok := geo.Intersection(p, q)
			if !ok {
				return nil
			}
			switch {
			case len(area) == 0 && len(points) == 0:
				return dyn.JSON(emptyGeometry())
			case len(area) == 0:
				return dyn.JSON(multi("Point", lineJSON(points)))
			case len(points) == 0:
				return dyn.JSON(polygonsJSON(area))
			}
			return dyn.JSON(pairs("type", "GeometryCollection", "geometries", []any{multi("Point", lineJSON(points)), polygonsJSON(area)}))
		}),
		goFn("geo_union_polygons_array", "(polygons:DynamicArray) -> dynamic", "The area of polygons together.", func(a []types.Value) any {
			ps, ok := each(a[0], polygonsOf)
			if !ok {
				return nil
			}
			u, ok := geo.Union(ps)
			if !ok {
				return nil
			}
			return dyn.JSON(polygonsJSON(u))
		}),
		goFn("geo_union_lines_array", "(lineStrings:DynamicArray) -> dynamic", "Lines joined, with what they share once.", func(a []types.Value) any {
			ls, ok := each(a[0], linesOf)
			if !ok {
				return nil
			}
			return dyn.JSON(linesJSON(geo.UnionLines(ls)))
		}),
		goFn("geo_simplify_polygons_array", "(polygons:DynamicArray, tolerance?:Number) -> dynamic", "Polygons without the points that matter less than a tolerance in metres.", func(a []types.Value) any {
			ps, ok := each(a[0], polygonsOf)
			tolerance := option(a, 1, defaultTolerance)
			if !ok || !(tolerance > 0) {
				return nil
			}
			var out []geo.Polygon
			for _, p := range ps {
				var q geo.Polygon
				for i, r := range p {
					l := geo.Line(append(append(geo.Ring{}, r...), r[0])).Simplify(tolerance)
					if len(l) >= 4 {
						q = append(q, geo.Ring(l[:len(l)-1]))
					} else if i == 0 {
						break
					}
				}
				if q != nil {
					out = append(out, q)
				}
			}
			if out == nil {
				return nil
			}
			return dyn.JSON(polygonsJSON(out))
		}),
		example(goFn("geo_from_wkt", "(wkt:StringOrArray) -> dynamic", "GeoJSON of a geometry in well-known text.", func(a []types.Value) any {
			p := wktParser{s: strings.ToUpper(text(a[0]))}
			g, ok := p.geometry(0)
			if p.space(); !ok || p.s != "" {
				return nil
			}
			return dyn.JSON(g)
		}), "geo_from_wkt('POINT (1.5 -2)')", `{"type":"Point","coordinates":[1.5,-2.0]}`),
	}
}

// wktParser reads well-known text (OGC 06-103r4, 7).
type wktParser struct{ s string }

func (p *wktParser) space() { p.s = strings.TrimLeft(p.s, " \t\r\n") }

func (p *wktParser) take(t string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.s, t)
	if ok {
		p.s = rest
	}
	return ok
}

// wktDepth says, for each geometry, its GeoJSON name and how many lists its
// positions lie in.
var wktDepth = []struct {
	word, name string
	depth      int
}{
	{"MULTIPOLYGON", "MultiPolygon", 3}, {"MULTILINESTRING", "MultiLineString", 2}, {"MULTIPOINT", "MultiPoint", 1},
	{"POLYGON", "Polygon", 2}, {"LINESTRING", "LineString", 1}, {"POINT", "Point", 0},
}

func (p *wktParser) geometry(depth int) (any, bool) {
	if p.take("GEOMETRYCOLLECTION") {
		list, ok := []any{}, depth < 20 && p.take("(")
		for ok {
			g, isGeometry := p.geometry(depth + 1)
			list = append(list, g)
			if !isGeometry {
				return nil, false
			}
			if !p.take(",") {
				return pairs("type", "GeometryCollection", "geometries", list), p.take(")")
			}
		}
		return nil, false
	}
	for _, w := range wktDepth {
		if !p.take(w.word) {
			continue
		}
		if w.depth == 0 {
			if !p.take("(") {
				return nil, false
			}
			c, ok := p.position()
			return pairs("type", w.name, "coordinates", c), ok && p.take(")")
		}
		c, ok := p.list(w.depth)
		return pairs("type", w.name, "coordinates", c), ok
	}
	return nil, false
}

func (p *wktParser) list(depth int) ([]any, bool) {
	if !p.take("(") {
		return nil, false
	}
	var out []any
	for {
		var v any
		var ok bool
		if depth > 1 {
			v, ok = p.list(depth - 1)
		} else {
			// A point of several may have its own parentheses.
			inner := p.take("(")
			v, ok = p.position()
			ok = ok && (!inner || p.take(")"))
		}
		if !ok {
			return nil, false
		}
		out = append(out, v)
		if !p.take(",") {
			return out, p.take(")")
		}
	}
}

func (p *wktParser) position() ([]any, bool) {
	var out []any
	for {
		p.space()
		n := strings.IndexFunc(p.s, func(r rune) bool { return !strings.ContainsRune("+-.0123456789E", r) })
		if n < 0 {
			n = len(p.s)
		}
		if n == 0 {
			return out, len(out) >= 2
		}
		f, err := strconv.ParseFloat(p.s[:n], 64)
		if err != nil || len(out) == 4 {
			return nil, false
		}
		out = append(out, f)
		p.s = p.s[n:]
	}
}
