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
