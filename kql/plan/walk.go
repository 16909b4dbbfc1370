package plan

import "wirehunt/kql/types"

// each calls f for every Select of the query, once, after those that it reads.
func (q *Query) each(f func(*Select)) {
	v := visitor{seen: map[*Select]bool{}, f: f}
	for _, s := range q.Shared {
		v.visit(s.Select)
	}
	v.visit(q.Root)
}

type visitor struct {
	seen map[*Select]bool
	f    func(*Select)
}

func (v *visitor) visit(s *Select) {
	if v.seen[s] {
		return
	}
	v.seen[s] = true
	s.exprs(func(e types.Expr) types.Expr {
		walk(e, func(e types.Expr) {
			switch e := e.(type) {
			case *InSelect:
				v.visit(e.Select)
			case *ScalarSelect:
				v.visit(e.Select)
			}
		})
		return e
	})
	switch from := s.From.(type) {
	case *Sub:
		v.visit(from.Select)
	case *UnionAll:
		for _, in := range from.Ins {
			v.visit(in)
		}
	case *Join:
		v.visit(from.L)
		v.visit(from.R)
	case *Unnest:
		v.visit(from.In)
	case *Lateral:
		v.visit(from.L)
		v.visit(from.R)
	}
	v.f(s)
}

// exprs replaces every expression of a Select, and of what joins or opens its
// rows.
func (s *Select) exprs(f func(types.Expr) types.Expr) {
	list := func(l []types.Expr) {
		for i := range l {
			l[i] = f(l[i])
		}
	}
	keys := func(l []types.SortKey) {
		for i := range l {
			l[i].X = f(l[i].X)
		}
	}
	for i := range s.Out {
		s.Out[i].X = f(s.Out[i].X)
	}
	list(s.Where)
	list(s.DistinctOn)
	keys(s.AggOrder)
	keys(s.Order)
	keys(s.WindowOrder)
	if s.Limit != nil {
		s.Limit = f(s.Limit)
	}
	switch from := s.From.(type) {
	case *Join:
		for i := range from.On {
			from.On[i] = [2]types.Expr{f(from.On[i][0]), f(from.On[i][1])}
		}
		if from.Where != nil {
			from.Where = f(from.Where)
		}
	case *Unnest:
		for i := range from.Items {
			from.Items[i].X = f(from.Items[i].X)
		}
	case *Values:
		for _, row := range from.Rows {
			list(row)
		}
	case *Range:
		from.From, from.To, from.Step = f(from.From), f(from.To), f(from.Step)
	}
}
