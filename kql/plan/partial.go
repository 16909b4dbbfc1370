package plan

import (
	"slices"

	"wirehunt/kql/funcs"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// merging names the aggregate that brings the results of parts together:
// counts are added up.
func merging(name string) string {
	switch name {
	case "count", "countif", "sum", "sumif":
		return "sum"
	case "min", "minif":
		return "min"
	case "max", "maxif":
		return "max"
	}
	return ""
}

// constant reports whether keys have one value in all rows of the branch.
func (b *branch) constant(keys []types.Def) bool {
	return !slices.ContainsFunc(keys, func(k types.Def) bool {
		_, ok := b.subst(k.X).(*types.Const)
		return !ok
	})
}

// partial aggregates each branch on its own, where the results can be merged
// and the keys of some branch are constant: that branch then gives one row, and
// none of its rows goes further.  It returns what remains to be done over the
// branches, and the columns that that needs.
func (p *planner) partial(f *flow, keys, aggs []types.Def) (mergeKeys, mergeAggs []types.Def, need colset, ok bool) {
	for _, d := range aggs {
		if c, isCall := d.X.(*types.Call); !isCall || merging(c.Fn.Name) == "" {
			return nil, nil, nil, false
		}
	}
	if !slices.ContainsFunc(f.branches, func(b *branch) bool { return b.constant(keys) }) {
		return nil, nil, nil, false
	}
	need = colset{}
	for _, d := range keys {
		c := &types.Column{Name: d.Col.Name, Type: d.Col.Type}
		need[c] = true
		mergeKeys = append(mergeKeys, types.Def{Col: d.Col, X: &types.Ref{Col: c}})
	}
	for _, d := range aggs {
		c := &types.Column{Name: d.Col.Name, Type: d.Col.Type}
		need[c] = true
		merge := &types.Call{Fn: funcs.All().Aggregate(merging(d.X.(*types.Call).Fn.Name)), Args: []types.Expr{&types.Ref{Col: c}}, T: d.X.Type(), Sp: d.X.Span()}
		mergeAggs = append(mergeAggs, types.Def{Col: d.Col, X: merge})
	}
	for _, b := range f.branches {
		s := &Select{From: b.from, Where: b.where, Grouped: true}
		defs := map[*types.Column]types.Expr{}
		constant := b.constant(keys)
		for i, d := range keys {
			key := mergeKeys[i].X.(*types.Ref).Col
			defs[key] = b.subst(p.subqueries(d.X))
			if !constant {
				c := &types.Column{Name: key.Name, Type: key.Type}
				s.Keys++
				s.Out = append(s.Out, types.Def{Col: c, X: defs[key]})
				defs[key] = &types.Ref{Col: c}
			}
		}
		for i, d := range aggs {
			c := &types.Column{Name: d.Col.Name, Type: d.Col.Type}
			s.Out = append(s.Out, types.Def{Col: c, X: b.subst(p.subqueries(d.X))})
			defs[mergeAggs[i].X.(*types.Call).Args[0].(*types.Ref).Col] = &types.Ref{Col: c}
		}
		b.from, b.where, b.defs, b.oneOf = &Sub{s}, nil, defs, nil
		if len(keys) == 0 || !constant {
			continue
		}
		// A branch without rows gives a row all the same: its key must go.
		n := &types.Column{Name: "rows", Type: schema.Long, NotNull: true}
		s.Out = append(s.Out, types.Def{Col: n, X: &types.Call{Fn: funcs.All().Aggregate("count"), T: schema.Long}})
		some := &types.Call{Fn: funcs.All().Operator(">"), Args: []types.Expr{&types.Ref{Col: n}, types.Long(0)}, T: schema.Bool}
		b.where = []types.Expr{some}
	}
	return mergeKeys, mergeAggs, need, true
}
