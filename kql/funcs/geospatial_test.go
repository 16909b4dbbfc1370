package funcs

import (
	"testing"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

func TestWKT(t *testing.T) {
	for _, c := range []struct {
		in   string
		want any
	}{
		{"POLYGON((0 0, 1 0, 1 1, 0 0), (0.1 0.1, 0.2 0.1, 0.2 0.2, 0.1 0.1))", `{"type":"Polygon","coordinates":[[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.0,0.0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}`},
		{"multipoint((1 2),(3 4))", `{"type":"MultiPoint","coordinates":[[1.0,2.0],[3.0,4.0]]}`},
		{"GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1.0,2.0]},{"type":"LineString","coordinates":[[1.0,2.0],[3.0,4.0]]}]}`},
		{"POINT(1)", nil}, {"POINT(1 2", nil}, {"POLYGON", nil}, {"", nil}, {"POINT(1 2) x", nil},
	} {
		got := types.Eval(All().Scalar("geo_from_wkt"), schema.Dynamic, []types.Value{{T: schema.String, V: c.in}})
		if got != c.want {
			t.Errorf("%s: got %v, want %v", c.in, got, c.want)
		}
	}
}

func FuzzShapes(f *testing.F) {
	f.Add(`{"type":"LineString","coordinates":[[0,0],[1,1],[170,2],[-170,3]]}`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`, "POINT(1 2)")
	f.Add(`{"type":"MultiLineString","coordinates":[[[0,0],[180,0]]]}`, `{"type":"MultiPolygon","coordinates":[[[[0,0],[0,90],[0,-90],[0,0]]]]}`, "POLYGON((0 0,1 1))")
	f.Fuzz(func(t *testing.T, line, polygon, wkt string) {
		if len(line)+len(polygon) > 2000 {
			return
		}
		l, p := types.Value{T: schema.Dynamic, V: line}, types.Value{T: schema.Dynamic, V: polygon}
		n := types.Value{T: schema.Real, V: 100000.0}
		call := func(name string, a ...types.Value) { types.Eval(All().Scalar(name), schema.Dynamic, a) }
		for _, s := range []types.Value{l, p} {
			for _, name := range []string{"geo_line_length", "geo_line_centroid", "geo_line_simplify", "geo_polygon_area", "geo_polygon_centroid", "geo_polygon_simplify"} {
				call(name, s)
			}
			call("geo_line_densify", s, n)
			call("geo_polygon_densify", s, n)
			call("geo_line_buffer", s, n, n)
			call("geo_polygon_buffer", s, n, n)
		}
		call("geo_intersection_line_with_polygon", l, p)
		call("geo_intersection_2polygons", p, p)
		call("geo_polygon_to_s2cells", p, types.Value{T: schema.Long, V: int64(2)})
		call("geo_polygon_to_h3cells", p, types.Value{T: schema.Long, V: int64(0)})
		call("geo_from_wkt", types.Value{T: schema.String, V: wkt})
	})
}
