package funcs

import (
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/funcs/geo"
	"wirehunt/kql/types"
)

const (
	// defaultH3 is the resolution of cells and coverings.
	defaultH3 = 6
	// maxRings is how many steps the rings go.
	maxRings = 50
)

// geoHexagons are the functions on H3 cells.
// https://learn.microsoft.com/kusto/query/geo-point-to-h3cell-function
func geoHexagons() []types.Func {
	// on declares a function of a cell; its f returns nil for null.
	on := func(name, sigs, doc string, f func(h geo.Hexagon, a []types.Value) any) types.Func {
		return goFn(name, sigs, doc, func(a []types.Value) any {
			h, ok := geo.ParseHexagon(text(a[0]))
			if !ok {
				return nil
			}
			return f(h, a)
		})
	}
	return []types.Func{
		goFn("geo_point_to_h3cell", "(longitude:Number, latitude:Number, resolution?:Number) -> string", "The H3 cell of a point.", func(a []types.Value) any {
			res := int(option(a, 2, defaultH3))
			p, ok := pointAt(a, 0)
			if !ok || res < 0 || res > geo.MaxResolution {
				return ""
			}
			h, ok := geo.HexagonAt(p, res)
			if !ok {
				return ""
			}
			return h.String()
		}),
		on("geo_h3cell_level", "(h3cell:string) -> int", "The resolution of an H3 cell.", func(h geo.Hexagon, _ []types.Value) any { return int64(h.Resolution()) }),
		on("geo_h3cell_parent", "(h3cell:string, resolution?:Number) -> string", "The H3 cell that contains one.", func(h geo.Hexagon, a []types.Value) any {
			p, ok := h.Parent(int(option(a, 1, float64(h.Resolution()-1))))
			if !ok {
				return ""
			}
			return p.String()
		}),
		on("geo_h3cell_children", "(h3cell:string, resolution?:Number) -> dynamic", "The H3 cells in one.", func(h geo.Hexagon, a []types.Value) any {
			c, ok := h.Children(int(option(a, 1, float64(h.Resolution()+1))))
			if !ok {
				return nil
			}
			return dyn.JSON(hexagonTexts(c))
		}),
		on("geo_h3cell_to_central_point", "(h3cell:string) -> dynamic", "The centre of an H3 cell.", func(h geo.Hexagon, _ []types.Value) any {
			v, ok := h.Center()
			if !ok {
				return nil
			}
			return dyn.JSON(pointJSON(v))
		}),
		on("geo_h3cell_to_polygon", "(h3cell:string) -> dynamic", "The area of an H3 cell.", func(h geo.Hexagon, _ []types.Value) any {
			r, ok := h.Ring()
			if !ok {
				return nil
			}
			return dyn.JSON(polygonJSON(r))
		}),
		on("geo_h3cell_neighbors", "(h3cell:string) -> dynamic", "The H3 cells beside one.", func(h geo.Hexagon, _ []types.Value) any {
			r, ok := h.Rings(1)
			if !ok {
				return nil
			}
			return dyn.JSON(hexagonTexts(r[1]))
		}),
		on("geo_h3cell_rings", "(h3cell:string, distance:Number) -> dynamic", "The H3 cells around one, by the number of steps.", func(h geo.Hexagon, a []types.Value) any {
			n := num(a[1])
			if n < 0 || n > maxRings {
				return nil
			}
			r, ok := h.Rings(int(n))
			if !ok {
				return nil
			}
			out := make([]any, len(r))
			for i, cells := range r {
				out[i] = hexagonTexts(cells)
			}
			return dyn.JSON(out)
		}),
		goFn("geo_polygon_to_h3cells", "(polygon:DynamicBag, resolution?:Number, radius?:Number) -> dynamic", "The H3 cells that cover a polygon, or lie within a radius in metres of it.", func(a []types.Value) any {
			g, ok := polygonsOf(a[0])
			res, radius := int(option(a, 1, defaultH3)), option(a, 2, 0)
			if !ok || res < 0 || res > geo.MaxResolution || radius < 0 {
				return nil
			}
			lines := geo.Borders(g)
			var from []geo.Vec
			for _, l := range lines {
				from = append(from, l...)
			}
			cells, ok := geo.CoverHexagons(from, res, maxCells, func(r geo.Ring) bool {
				return geo.PolygonsIntersect(g, []geo.Polygon{{r}}) || radius > 0 && geo.Within(lines, r, radius)
			})
			if !ok {
				return nil
			}
			return dyn.JSON(hexagonTexts(cells))
		}),
	}
}

func hexagonTexts(l []geo.Hexagon) []any {
	out := make([]any, len(l))
	for i, h := range l {
		out[i] = h.String()
	}
	return out
}
