package plan

import (
	"slices"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// table opens a table into its parts.
func (p *planner) table(n *types.Table, need colset) *flow {
	f := &flow{}
	for i := range n.T.Parts {
		f.branches = append(f.branches, part(n, &n.T.Parts[i], need))
	}
	return f
}

// part makes the branch of one part.
func part(n *types.Table, pt *schema.Part, need colset) *branch {
	scan := &Scan{Relation: pt.Relation, Where: pt.Where, Names: map[*types.Column]string{}, Aliases: map[*types.Column]string{}}
	b := &branch{from: scan, defs: make(map[*types.Column]types.Expr, len(need)), oneOf: map[*types.Column][]string{}}
	physical := map[[2]string]*types.Column{}
	value := func(v schema.Value, t schema.Type) types.Expr {
		if v.IsConst {
			return constant(v.Const, t)
		}
		key := [2]string{v.Join, v.Column}
		c := physical[key]
		if c == nil {
			c = &types.Column{Name: v.Column, Type: t, NotNull: v.NotNull, Raw: t == schema.String && !v.NotNull}
			physical[key] = c
			scan.Names[c] = v.Column
			if v.Join != "" {
				scan.Aliases[c] = v.Join
			}
		}
		if len(v.Map) == 0 {
			return &types.Ref{Col: c}
		}
		return &Translate{X: &types.Ref{Col: c}, Pairs: v.Map}
	}
	for _, c := range slices.Concat(n.Columns, n.Hidden) {
		if !need[c] {
			continue
		}
		src := n.Source[c]
		if v, ok := pt.Values[src.Name]; ok {
			x := value(v, src.Type)
			b.defs[c] = x
			if vals := pt.OneOf[src.Name]; vals != nil {
				if r, ok := x.(*types.Ref); ok {
					b.oneOf[r.Col] = vals
				}
			}
			continue
		}
		if members, ok := pt.Bags[src.Name]; ok {
			bag := &Bag{T: src.Type, Members: make([]BagMember, 0, len(members))}
			for _, m := range members {
				bag.Members = append(bag.Members, BagMember{m.Key, value(m.Value, m.Type)})
			}
			b.defs[c] = bag
			continue
		}
		b.defs[c] = types.Null(src.Type)
	}
	scan.Joins = pt.Joins
	return b
}

// constant makes a typed constant of a schema's constant.
func constant(v any, t schema.Type) *types.Const {
	switch x := v.(type) {
	case int:
		v = int64(x)
	case nil:
		return types.Null(t)
	}
	return &types.Const{T: t, V: v}
}

// join joins two relations.
func (p *planner) join(n *types.Join, need colset) *flow {
	j := &Join{Kind: n.Kind}
	l, r := p.lower(n.L), p.lower(n.R)
	ls, ldefs := p.side(l, n.L, p.need[n.L], n.On, 0, n.Kind == types.JoinRightOuter || n.Kind == types.JoinFullOuter)
	rs, rdefs := p.side(r, n.R, p.need[n.R], n.On, 1, n.Kind == types.JoinLeftOuter || n.Kind == types.JoinFullOuter)
	j.L, j.R = ls.sel, rs.sel
	for i := range n.On {
		j.On = append(j.On, [2]types.Expr{ls.keys[i], rs.keys[i]})
	}
	if n.Kind == types.JoinInnerUnique {
		j.L.DistinctOn = nil
		for _, k := range ls.plain {
			j.L.DistinctOn = append(j.L.DistinctOn, k)
		}
	}
	b := &branch{from: j, defs: ldefs}
	for c, x := range rdefs {
		b.defs[c] = x
	}
	if n.Where != nil {
		j.Where = b.subst(p.subqueries(n.Where))
	}
	return &flow{branches: []*branch{b}}
}

// joinSide is one side of a join.
type joinSide struct {
	sel *Select
	// keys are over the columns that sel gives, plain over those it reads.
	keys, plain []types.Expr
}

// side plans one side of a join: what it must give, and its keys.  Columns of
// a side that may be missing can be null, whatever they were.
func (p *planner) side(f *flow, n types.Node, need colset, on [][2]types.Expr, which int, outer bool) (joinSide, map[*types.Column]types.Expr) {
	var s joinSide
	keys := make([]types.Expr, len(on))
	all := colset{}
	for c := range need {
		all[c] = true
	}
	for i, pair := range on {
		keys[i] = p.subqueries(pair[which])
		if _, ok := keys[i].(*types.Ref); !ok {
			c := &types.Column{Name: "key", Type: keys[i].Type()}
			for _, b := range f.branches {
				b.defs[c] = b.subst(keys[i])
			}
			keys[i] = &types.Ref{Col: c}
			all[c] = true
		}
	}
	b := p.one(f, all)
	for _, k := range keys {
		s.plain = append(s.plain, b.subst(k))
	}
	if len(f.branches) == 1 {
		b = f.branches[0]
	}
	cols := sorted(all)
	sel := &Select{From: b.from, Where: b.where}
	defs := make(map[*types.Column]types.Expr, len(cols))
	have := colset{}
	for _, c := range cols {
		d, ok := b.defs[c]
		if !ok {
			continue
		}
		if lazy(d) && !outer && !isKey(keys, c) {
			walk(d, func(e types.Expr) {
				if r, ok := e.(*types.Ref); ok && !have[r.Col] {
					have[r.Col] = true
					sel.Out = append(sel.Out, types.Def{Col: r.Col, X: r})
				}
			})
			defs[c] = d
			continue
		}
		k := &types.Column{Name: c.Name, Type: c.Type, Bag: c.Bag, Raw: outer && c.Type == schema.String, Array: !outer && isArray(d)}
		sel.Out = append(sel.Out, types.Def{Col: k, X: d})
		defs[c] = &types.Ref{Col: k}
	}
	for _, k := range keys {
		s.keys = append(s.keys, defs[k.(*types.Ref).Col])
	}
	if len(sel.Out) == 0 {
		sel.Out = []types.Def{{Col: &types.Column{Name: "one", Type: schema.Long}, X: types.Long(1)}}
	}
	s.sel = sel
	return s, defs
}

func isKey(keys []types.Expr, c *types.Column) bool {
	return slices.ContainsFunc(keys, func(k types.Expr) bool {
		r, ok := k.(*types.Ref)
		return ok && r.Col == c
	})
}

// expand unnests dynamic values.
func (p *planner) expand(n *types.Expand, need colset) *flow {
	f := p.lower(n.In)
	es := make([]types.Expr, len(n.Items))
	for i, it := range n.Items {
		es[i] = p.subqueries(it.X)
	}
	above := f.with(need)
	for _, b := range f.branches {
		u := &Unnest{BagsAsArrays: n.BagsAsArrays, Limit: n.Limit}
		conv := make([]types.Expr, len(n.Items))
		for i, it := range n.Items {
			raw := &types.Column{Name: it.Out.Name, Type: schema.Dynamic}
			item := UnnestItem{X: b.subst(es[i]), Out: raw}
			if c, ok := item.X.(*types.Call); ok && Parses(c) {
				item.X, item.Parse = c.Args[0], true
			}
			u.Items = append(u.Items, item)
			conv[i] = &Element{X: &types.Ref{Col: raw}, T: it.Out.Type}
		}
		if n.Index != nil {
			u.Index = &types.Column{Name: n.Index.Name, Type: schema.Long, NotNull: true}
		}
		b.wrapUnnest(above, u)
		for i, it := range n.Items {
			b.defs[it.Out] = conv[i]
		}
		if n.Index != nil {
			b.defs[n.Index] = &types.Ref{Col: u.Index}
		}
	}
	return f
}

// wrapUnnest puts the branch under an Unnest whose items are over the columns
// of the branch.
func (b *branch) wrapUnnest(need colset, u *Unnest) {
	items := make([]*types.Column, len(u.Items))
	for i, it := range u.Items {
		items[i] = &types.Column{Name: it.Out.Name, Type: it.X.Type(), Raw: it.Parse}
		b.defs[items[i]] = it.X
	}
	b.wrap(need, func(s *Select) {
		for i, c := range items {
			s.Out = append(s.Out, types.Def{Col: c, X: u.Items[i].X})
			u.Items[i].X = &types.Ref{Col: c}
		}
		u.In = s
	})
	b.from = u
}

// apply joins each row with a relation of its own.
func (p *planner) apply(n *types.Apply, need colset) *flow {
	l := p.lower(n.In)
	lneed := p.need[n.In]
	b := p.one(l, lneed)
	// The inner relation names the outer columns, so they must be columns.
	cols := sorted(lneed)
	left := b.sel(cols)
	inner := p.lower(n.Sub)
	var sub []*types.Column
	for _, c := range n.Sub.Cols() {
		if need[c] || p.need[n.Sub][c] {
			sub = append(sub, c)
		}
	}
	right := p.finish(inner, sub)
	if len(right.Out) == 0 {
		right.Out = []types.Def{{Col: &types.Column{Name: "one", Type: schema.Long}, X: types.Long(1)}}
	}
	if len(left.Out) == 0 {
		left.Out = []types.Def{{Col: &types.Column{Name: "one", Type: schema.Long}, X: types.Long(1)}}
	}
	return fromCols(&Lateral{L: left, R: right}, append(cols, sub...))
}
