package api

import (
	"wirehunt/internal/query"
	"wirehunt/kql"
)

// GeoInfo implements query.Geo.
func (c *cached) GeoInfo() bool {
	g, ok := c.Store.(query.Geo)
	return ok && g.GeoInfo()
}

// Library implements query.Library.
func (c *cached) Library() []kql.UserFunction {
	if l, ok := c.Store.(query.Library); ok {
		return l.Library()
	}
	return nil
}
