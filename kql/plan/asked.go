package plan

import "wirehunt/kql/types"

// shareAsked makes a table that is asked in several places, as it is by each
// branch that a condition with a subquery is put into, a common table.
func (q *Query) shareAsked() {
	count := map[*Select]int{}
	q.each(func(s *Select) {
		s.exprs(func(e types.Expr) types.Expr {
			walk(e, func(e types.Expr) {
				switch e := e.(type) {
				case *InSelect:
					count[e.Select]++
				case *ScalarSelect:
					count[e.Select]++
				}
			})
			return e
		})
	})
	shared := map[*Select]*Shared{}
	var list []*Shared
	read := func(s *Select, limit types.Expr) *Select {
		if count[s] < 2 {
			return s
		}
		sh := shared[s]
		if sh == nil {
			first := *s
			if first.Limit == nil {
				first.Limit = limit
			}
			sh = &Shared{Name: "asked", Select: &first}
			shared[s] = sh
			list = append(list, sh)
		}
		c := s.Out[0].Col
		return &Select{Out: []types.Def{{Col: c, X: &types.Ref{Col: c}}}, From: &With{Of: sh, Columns: []*types.Column{c}}}
	}
	v := visitor{seen: map[*Select]bool{}, f: func(s *Select) {
		s.exprs(func(e types.Expr) types.Expr {
			return rewrite(e, func(e types.Expr) types.Expr {
				switch x := e.(type) {
				case *InSelect:
					if s := read(x.Select, nil); s != x.Select {
						return &InSelect{X: x.X, Select: s, Fold: x.Fold, Not: x.Not}
					}
				case *ScalarSelect:
					if s := read(x.Select, types.Long(1)); s != x.Select {
						return &ScalarSelect{Select: s, T: x.T}
					}
				}
				return e
			})
		})
	}}
	for _, s := range q.Shared {
		v.visit(s.Select)
		list = append(list, s)
	}
	v.visit(q.Root)
	q.Shared = list
}
