package funcs

import (
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/geo"
	"wirehunt/kql/types"
)

// maxCells is how many cells a covering has at most.
const maxCells = 65536

// defaultS2Level is that of cells and coverings.
const defaultS2Level = 11

// geoCells are the functions on geohashes and S2 cells.
// https://learn.microsoft.com/kusto/query/geospatial-grid-systems
func geoCells() []types.Func {
	hash := func(name, doc string, f func(west, south, east, north float64) any) types.Func {
		return goFn(name, "(geohash:string) -> dynamic", doc, func(a []types.Value) any {
			w, s, e, n, ok := geo.GeohashBox(text(a[0]))
			if !ok {
				return nil
			}
			return dyn.JSON(f(w, s, e, n))
		})
	}
	cell := func(name, doc string, f func(geo.Cell) any) types.Func {
		return goFn(name, "(s2cell:string) -> dynamic", doc, func(a []types.Value) any {
			c, ok := geo.ParseCell(text(a[0]))
			if !ok {
				return nil
			}
			return dyn.JSON(f(c))
		})
	}
	return []types.Func{
		goFn("geo_point_to_geohash", "(longitude:Number, latitude:Number, accuracy?:Number) -> string", "The geohash of a point.", func(a []types.Value) any {
			digits := int(option(a, 2, 5))
			if _, ok := pointAt(a, 0); !ok || digits < 1 || digits > 18 {
				return ""
			}
			return geo.Geohash(flt(a[0]), flt(a[1]), digits)
		}),
		hash("geo_geohash_to_polygon", "The area of a geohash.", func(w, s, e, n float64) any {
			return pairs("type", "Polygon", "coordinates", []any{[]any{[]any{w, s}, []any{e, s}, []any{e, n}, []any{w, n}, []any{w, s}}})
		}),
		hash("geo_geohash_to_central_point", "The centre of a geohash.", func(w, s, e, n float64) any {
			return pairs("type", "Point", "coordinates", []any{(w + e) / 2, (s + n) / 2})
		}),
		goFn("geo_geohash_neighbors", "(geohash:string) -> dynamic", "The geohashes around one.", func(a []types.Value) any {
			l := geo.GeohashNeighbors(text(a[0]))
			if l == nil {
				return nil
			}
			return dyn.JSON(texts1(l))
		}),
		goFn("geo_point_to_s2cell", "(longitude:Number, latitude:Number, level?:Number) -> string", "The S2 cell of a point.", func(a []types.Value) any {
			level := int(option(a, 2, defaultS2Level))
			p, ok := pointAt(a, 0)
			if !ok || level < 0 || level > geo.MaxLevel {
				return ""
			}
			return geo.CellAt(p, level).Token()
		}),
		cell("geo_s2cell_to_central_point", "The centre of an S2 cell.", func(c geo.Cell) any { return pointJSON(c.Center()) }),
		cell("geo_s2cell_to_polygon", "The area of an S2 cell.", func(c geo.Cell) any { return polygonJSON(c.Ring()) }),
		cell("geo_s2cell_neighbors", "The S2 cells beside one.", func(c geo.Cell) any {
			var out []any
			for _, n := range c.Neighbors() {
				out = append(out, n.Token())
			}
			return out
		}),
		covering("geo_polygon_to_s2cells", "polygon", "The S2 cells that cover a polygon, or lie within a radius in metres of it.", polygonsOf, func(g []geo.Polygon, r geo.Ring) bool {
			return geo.PolygonsIntersect(g, []geo.Polygon{{r}})
		}, geo.Borders),
		covering("geo_line_to_s2cells", "lineString", "The S2 cells that cover a line, or lie within a radius in metres of it.", linesOf, func(g []geo.Line, r geo.Ring) bool {
			return geo.LineIntersectsPolygon(g, []geo.Polygon{{r}})
		}, func(g []geo.Line) []geo.Line { return g }),
	}
}

func texts1(l []string) []any {
	out := make([]any, len(l))
	for i, s := range l {
		out[i] = s
	}
	return out
}

// covering declares a function that covers shapes with S2 cells.
func covering[T any](name, param, doc string, read func(types.Value) (T, bool), touches func(T, geo.Ring) bool, border func(T) []geo.Line) types.Func {
	return goFn(name, "("+param+":DynamicBag, level?:Number, radius?:Number) -> dynamic", doc, func(a []types.Value) any {
		g, ok := read(a[0])
		level, radius := int(option(a, 1, defaultS2Level)), option(a, 2, 0)
		if !ok || level < 0 || level > geo.MaxLevel || radius < 0 {
			return nil
		}
		lines := border(g)
		cells, ok := geo.Cover(level, maxCells, func(r geo.Ring) bool {
			return touches(g, r) || radius > 0 && geo.Within(lines, r, radius)
		})
		if !ok {
			return nil
		}
		out := make([]any, len(cells))
		for i, c := range cells {
			out[i] = c.Token()
		}
		return dyn.JSON(out)
	})
}
