package plan

import (
	"wirehunt/kql/funcs"
	"wirehunt/kql/types"
)

// unordered reports whether rows come from the relations of a store, which
// several threads read: in no fixed order, where none was asked for.  The rows
// of constants keep theirs.
func unordered(f From) bool {
	switch f := f.(type) {
	case *Scan, *With, *Join:
		return true
	case *Sub:
		return f.Select.Grouped || len(f.Select.Order) == 0 && unordered(f.Select.From)
	case *UnionAll:
		for _, in := range f.Ins {
			if in.Grouped || unordered(in.From) {
				return true
			}
		}
	case *Unnest:
		return f.In.Grouped || unordered(f.In.From)
	case *Lateral:
		return f.L.Grouped || unordered(f.L.From)
	}
	return false
}

// pickLeast makes the value of any row the least one, where it is asked of one
// column only, so that it is the same in every run.  Of several columns it has
// to be one row's.
func (s *Select) pickLeast() {
	var one *types.Def
	for i := range s.Out[s.Keys:] {
		d := &s.Out[s.Keys+i]
		if c, ok := d.X.(*types.Call); ok && (c.Fn.Name == "take_any" || c.Fn.Name == "any") {
			if one != nil {
				return
			}
			one = d
		}
	}
	if one == nil {
		return
	}
	c := *one.X.(*types.Call)
	c.Fn = funcs.All().Aggregate("min")
	one.X = &c
}
