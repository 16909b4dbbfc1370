package funcs

import (
	"math"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/geo"
	"wirehunt/kql/types"
)

// lngLat reads a GeoJSON position.
func lngLat(v any) (p [2]float64, ok bool) {
	l, _ := v.([]any)
	if len(l) < 2 {
		return p, false
	}
	lng, ok1 := dyn.Number(l[0])
	lat, ok2 := dyn.Number(l[1])
	if !ok1 || !ok2 || math.IsNaN(lng) || math.Abs(lng) > 1e6 || !(lat >= -90 && lat <= 90) {
		return p, false
	}
	return [2]float64{lng, lat}, true
}

func positions(v any) ([][2]float64, bool) {
	l, ok := v.([]any)
	out := make([][2]float64, len(l))
	for i, x := range l {
		p, isPos := lngLat(x)
		out[i], ok = p, ok && isPos
	}
	return out, ok
}

func vectors(ps [][2]float64) []geo.Vec {
	out := make([]geo.Vec, len(ps))
	for i, p := range ps {
		out[i] = geo.LngLat(p[0], p[1])
	}
	return out
}

// geometry returns the type and the coordinates of a GeoJSON geometry; those
// of a Multi form and of a plain one look the same.
func geometry(v types.Value, plain string) (list []any, ok bool) {
	b, isBag := val(v).(*dyn.Bag)
	if !isBag {
		return nil, false
	}
	c, isList := b.Values["coordinates"].([]any)
	switch t := b.Values["type"]; {
	case !isList || len(c) == 0:
		return nil, false
	case t == plain:
		return []any{c}, true
	case t == "Multi"+plain:
		return c, true
	}
	return nil, false
}

// linePositions reads LineString or MultiLineString.
func linePositions(v types.Value) ([][][2]float64, bool) {
	list, ok := geometry(v, "LineString")
	if !ok {
		return nil, false
	}
	var out [][][2]float64
	for _, x := range list {
		ps, ok := positions(x)
		if !ok || len(ps) < 2 {
			return nil, false
		}
		out = append(out, ps)
	}
	return out, true
}

func linesOf(v types.Value) ([]geo.Line, bool) {
	all, ok := linePositions(v)
	var out []geo.Line
	for _, ps := range all {
		out = append(out, vectors(ps))
	}
	return out, ok
}

// polygonsOf reads Polygon or MultiPolygon.  A ring is closed, has at least
// three different points and none twice in a row.
func polygonsOf(v types.Value) ([]geo.Polygon, bool) {
	list, ok := geometry(v, "Polygon")
	if !ok {
		return nil, false
	}
	var out []geo.Polygon
	for _, x := range list {
		rings, _ := x.([]any)
		var p geo.Polygon
		for _, r := range rings {
			ps, ok := positions(r)
			n := len(ps) - 1
			if !ok || n < 3 || ps[0] != ps[n] {
				return nil, false
			}
			for i := range n {
				if ps[i] == ps[i+1] {
					return nil, false
				}
			}
			p = append(p, geo.NewRing(vectors(ps[:n])))
		}
		if len(p) == 0 {
			return nil, false
		}
		out = append(out, p)
	}
	return out, true
}

func position(v geo.Vec) any {
	lng, lat := v.LngLat()
	return []any{lng, lat}
}

func pointJSON(v geo.Vec) *dyn.Bag { return pairs("type", "Point", "coordinates", position(v)) }

func lineJSON(l []geo.Vec) []any {
	out := make([]any, len(l))
	for i, v := range l {
		out[i] = position(v)
	}
	return out
}

// multi writes one shape as the plain type and several as the Multi type.
func multi(plain string, shapes []any) *dyn.Bag {
	if len(shapes) == 1 {
		return pairs("type", plain, "coordinates", shapes[0])
	}
	return pairs("type", "Multi"+plain, "coordinates", shapes)
}

func linesJSON(ls []geo.Line) *dyn.Bag {
	var out []any
	for _, l := range ls {
		out = append(out, lineJSON(l))
	}
	return multi("LineString", out)
}

// ringJSON writes a closed ring.
func ringJSON(r geo.Ring) []any {
	l := lineJSON(r)
	return append(l, l[0])
}

func polygonJSON(rings ...geo.Ring) *dyn.Bag {
	var out []any
	for _, r := range rings {
		out = append(out, ringJSON(r))
	}
	return pairs("type", "Polygon", "coordinates", out)
}

// emptyGeometry is what an intersection of nothing is.
func emptyGeometry() *dyn.Bag { return pairs("type", "GeometryCollection", "geometries", []any{}) }
