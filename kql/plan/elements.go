package plan

import (
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// elementTexts lets each Unnest give the text of its elements where nothing
// else is asked of them, so that the text is taken once, while the array is
// read, and not from each element's JSON wherever it is used.
func (q *Query) elementTexts() {
	items := map[*types.Column]*UnnestItem{}
	q.each(func(s *Select) {
		if u, ok := s.From.(*Unnest); ok {
			for i := range u.Items {
				items[u.Items[i].Out] = &u.Items[i]
			}
		}
	})
	if len(items) == 0 {
		return
	}
	all, texts := map[*types.Column]int{}, map[*types.Column]int{}
	q.each(func(s *Select) {
		for _, d := range s.Out {
			if r, ok := d.X.(*types.Ref); ok && r.Col == d.Col {
				all[r.Col]-- // only passed on
			}
		}
		s.exprs(func(e types.Expr) types.Expr {
			walk(e, func(e types.Expr) {
				if r, ok := e.(*types.Ref); ok {
					all[r.Col]++
				}
				if r := elementText(e); r != nil {
					texts[r.Col]++
				}
			})
			return e
		})
	})
	for c, it := range items {
		if it.Text = texts[c] > 0 && texts[c] == all[c]; it.Text {
			c.Type, c.Raw = schema.String, true
		}
	}
	q.each(func(s *Select) {
		s.exprs(func(e types.Expr) types.Expr {
			return rewrite(e, func(e types.Expr) types.Expr {
				if r := elementText(e); r != nil && r.Col.Raw {
					return r
				}
				return e
			})
		})
	})
}

// elementText returns the element whose text an expression is, or nil.
func elementText(e types.Expr) *types.Ref {
	if c, ok := e.(*types.Call); ok && c.Fn.Name == "tostring" && len(c.Args) == 1 {
		if el, ok := c.Args[0].(*Element); ok && el.T == schema.Dynamic {
			r, _ := el.X.(*types.Ref)
			return r
		}
		return nil
	}
	if el, ok := e.(*Element); ok && el.T == schema.String {
		r, _ := el.X.(*types.Ref)
		return r
	}
	return nil
}

// each calls f for every Select of the query, once.
func (q *Query) each(f func(*Select)) {
	seen := map[*Select]bool{}
	var visit func(s *Select)
	visit = func(s *Select) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		f(s)
		s.exprs(func(e types.Expr) types.Expr {
			walk(e, func(e types.Expr) {
				switch e := e.(type) {
				case *InSelect:
					visit(e.Select)
				case *ScalarSelect:
					visit(e.Select)
				}
			})
			return e
		})
		switch from := s.From.(type) {
		case *Sub:
			visit(from.Select)
		case *UnionAll:
			for _, in := range from.Ins {
				visit(in)
			}
		case *Join:
			visit(from.L)
			visit(from.R)
		case *Unnest:
			visit(from.In)
		case *Lateral:
			visit(from.L)
			visit(from.R)
		}
	}
	for _, s := range q.Shared {
		visit(s.Select)
	}
	visit(q.Root)
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
