package plan

import (
	"slices"
	"strconv"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// planner plans one query.
type planner struct {
	need   map[types.Node]colset
	reads  map[*types.Shared]int
	shared map[*types.Shared]*Shared
	list   []*Shared
	subs   map[types.Node]*Select
}

// New plans a bound query.
func New(q *types.Query) *Query { return Relation(q.Root) }

// Relation plans a relation.
func Relation(root types.Node) *Query {
	p := &planner{need: map[types.Node]colset{}, reads: map[*types.Shared]int{}, shared: map[*types.Shared]*Shared{},
		subs: map[types.Node]*Select{}}
	need := colset{}
	for _, c := range root.Cols() {
		need[c] = true
	}
	p.require(root, need)
	f := p.lower(root)
	q := &Query{Root: p.finish(f, root.Cols()), Shared: p.list, Columns: root.Cols()}
	q.shareAsked()
	q.elementTexts()
	return q
}

// finish makes the SELECT of a whole relation, in its order.
func (p *planner) finish(f *flow, cols []*types.Column) *Select {
	need := colset{}
	for _, c := range cols {
		need[c] = true
	}
	b := p.one(f, f.with(need))
	s := b.sel(cols)
	for _, k := range f.order {
		k.X = b.subst(k.X)
		s.Order = append(s.Order, k)
	}
	return s
}

// sorted returns a set's columns in a stable order.
func sorted(s colset) []*types.Column {
	out := make([]*types.Column, 0, len(s))
	for c := range s {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *types.Column) int {
		switch {
		case a.Name != b.Name && a.Name < b.Name:
			return -1
		case a.Name != b.Name:
			return 1
		}
		return int(a.Type) - int(b.Type)
	})
	return out
}

// lower plans a relation.
func (p *planner) lower(n types.Node) *flow {
	need := p.need[n]
	switch n := n.(type) {
	case *types.Table:
		return p.table(n, need)
	case *types.One:
		return &flow{branches: []*branch{{from: &Dual{}, defs: map[*types.Column]types.Expr{}}}}
	case *types.Values:
		v := &Values{Columns: n.Columns, Rows: n.Rows}
		if len(n.Rows) == 0 {
			v.Rows = nil
		}
		return fromCols(v, n.Columns)
	case *types.Range:
		return fromCols(&Range{Col: n.Col, From: p.plain(n.From), To: p.plain(n.To), Step: p.plain(n.Step)}, []*types.Column{n.Col})
	case *types.Open:
		return p.lower(n.In)
	case *types.Filter:
		f := p.lower(n.In)
		f.filter(p, n.Pred, p.need[n.In])
		return f
	case *types.Map:
		return p.mapping(n, need)
	case *types.Sort:
		f := p.lower(n.In)
		f.order = f.order[:0:0]
		for _, k := range n.Keys {
			k.X = p.subqueries(k.X)
			f.order = append(f.order, k)
		}
		return f
	case *types.Limit:
		return p.limit(n, need)
	case *types.Sample:
		f := p.lower(n.In)
		b := p.one(f, need)
		b.wrap(need, func(s *Select) { s.Limit, s.Random = p.plain(n.N), true })
		f.order = nil
		return f
	case *types.Aggregate:
		return p.aggregate(n, need)
	case *types.Join:
		return p.join(n, need)
	case *types.Union:
		return p.union(n, need)
	case *types.Window:
		return p.window(n)
	case *types.Expand:
		return p.expand(n, need)
	case *types.Apply:
		return p.apply(n, need)
	case *types.Read:
		return p.read(n, need)
	}
	panic("BUG: no plan for a relation")
}

func fromCols(from From, cols []*types.Column) *flow {
	b := &branch{from: from, defs: make(map[*types.Column]types.Expr, len(cols))}
	for _, c := range cols {
		b.defs[c] = &types.Ref{Col: c}
	}
	return &flow{branches: []*branch{b}}
}

// plain simplifies an expression that names no column of its relation.
func (p *planner) plain(e types.Expr) types.Expr {
	return rewrite(p.subqueries(e), simplify)
}

// mapping computes columns in every branch.
func (p *planner) mapping(n *types.Map, need colset) *flow {
	f := p.lower(n.In)
	var defs []types.Def
	var es []types.Expr
	for _, d := range n.Defs {
		if need[d.Col] {
			d.X = p.subqueries(d.X)
			defs = append(defs, d)
			es = append(es, d.X)
		}
	}
	f.settle(es, p.need[n.In])
	for _, b := range f.branches {
		fresh := make([]types.Expr, len(defs))
		for i, d := range defs {
			fresh[i] = b.subst(d.X)
		}
		for i, d := range defs {
			b.defs[d.Col] = fresh[i]
		}
	}
	return f
}

// limit keeps the first rows of the order.  Each branch is limited first, so
// that a branch that has enough rows is not read to its end, and what is only
// shown is computed for few rows.
func (p *planner) limit(n *types.Limit, need colset) *flow {
	f := p.lower(n.In)
	all := colset{}
	for c := range f.with(need) {
		all[c] = true
	}
	var keys []types.SortKey
	for i, k := range f.order {
		c := &types.Column{Name: "order" + strconv.Itoa(i+1), Type: k.X.Type()}
		for _, b := range f.branches {
			b.defs[c] = b.subst(k.X)
		}
		all[c] = true
		keys = append(keys, types.SortKey{X: &types.Ref{Col: c}, Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	count := p.plain(n.N)
	first := func(b *branch) {
		var order []types.SortKey
		for _, k := range keys {
			k.X = b.subst(k.X)
			order = append(order, k)
		}
		b.wrap(all, func(s *Select) { s.Order, s.Limit = order, count })
	}
	for _, b := range f.branches {
		first(b)
	}
	if len(f.branches) != 1 {
		first(p.one(f, all))
	}
	f.order = keys
	return f
}

// aggregate groups.  Where several branches come together, keys and
// arguments are computed in each branch, where they are simplest.
func (p *planner) aggregate(n *types.Aggregate, need colset) *flow {
	f := p.lower(n.In)
	keys := slices.Clone(n.Keys)
	var aggs []types.Def
	for _, d := range n.Aggs {
		if need[d.Col] {
			aggs = append(aggs, d)
		}
	}
	below := f.with(p.need[n.In])
	order := f.order
	if len(aggs) == 0 && len(keys) > 0 {
		f.one(keys)
	}
	if len(f.branches) > 1 && len(aggs) > 0 {
		if k, a, need, ok := p.partial(f, keys, aggs); ok {
			keys, aggs, order, below = k, a, nil, need
		}
	}
	if len(f.branches) != 1 {
		keys, aggs, order, below = p.early(f, keys, aggs, order)
	} else {
		var es []types.Expr
		for _, d := range slices.Concat(keys, aggs) {
			es = append(es, d.X)
		}
		f.settle(es, below)
	}
	b := p.one(f, below)
	s := &Select{From: b.from, Where: b.where, Grouped: true, Keys: len(keys)}
	for _, d := range slices.Concat(keys, aggs) {
		x := b.subst(p.subqueries(d.X))
		d.Col.Array = isArray(x)
		s.Out = append(s.Out, types.Def{Col: d.Col, X: x})
	}
	for _, k := range order {
		k.X = b.subst(k.X)
		s.AggOrder = append(s.AggOrder, k)
	}
	if s.Unordered = len(order) == 0 && unordered(s.From); s.Unordered {
		s.pickLeast()
	}
	var cols []*types.Column
	for _, d := range s.Out {
		cols = append(cols, d.Col)
	}
	return fromCols(&Sub{s}, cols)
}

// one lets branches whose keys are all constant give one row: that is all
// that distinct takes from them.
func (f *flow) one(keys []types.Def) {
	for _, b := range f.branches {
		constant := true
		need := colset{}
		for _, k := range keys {
			_, ok := types.IsConst(b.subst(k.X))
			constant = constant && ok
			need.add(k.X)
		}
		if constant {
			b.wrap(need, func(s *Select) { s.Limit = types.Long(1) })
		}
	}
}

// early computes the keys and the arguments of aggregates in each branch.
func (p *planner) early(f *flow, keys, aggs []types.Def, order []types.SortKey) ([]types.Def, []types.Def, []types.SortKey, colset) {
	below := colset{}
	pull := func(x types.Expr) types.Expr {
		if _, ok := x.(*types.Const); ok {
			return x
		}
		if r, ok := x.(*types.Ref); ok {
			below[r.Col] = true
			return x
		}
		c := &types.Column{Name: "arg", Type: x.Type()}
		if call, ok := x.(*types.Call); ok {
			c.Name = call.Fn.Name
		}
		x = p.subqueries(x)
		for _, b := range f.branches {
			b.defs[c] = b.subst(x)
		}
		below[c] = true
		return &types.Ref{Col: c, Sp: x.Span()}
	}
	keys, aggs, order = slices.Clone(keys), slices.Clone(aggs), slices.Clone(order)
	for i := range keys {
		keys[i].X = pull(keys[i].X)
	}
	for i, d := range aggs {
		if call, ok := d.X.(*types.Call); ok {
			k := *call
			k.Args = slices.Clone(call.Args)
			for j, a := range k.Args {
				k.Args[j] = pull(a)
			}
			aggs[i].X = &k
		}
	}
	for i := range order {
		order[i].X = pull(order[i].X)
	}
	return keys, aggs, order, below
}

// union puts the branches of all inputs side by side.
func (p *planner) union(n *types.Union, need colset) *flow {
	out := &flow{}
	for i, in := range n.Ins {
		f := p.lower(in)
		for _, b := range f.branches {
			// The same input may occur twice, so the branch is copied.
			nb := &branch{from: b.from, where: b.where, oneOf: b.oneOf, defs: make(map[*types.Column]types.Expr, len(need))}
			for k, c := range n.Columns {
				if need[c] {
					nb.defs[c] = b.subst(p.subqueries(n.From[i][k]))
				}
			}
			for k, c := range n.Hidden {
				if need[c] {
					nb.defs[c] = b.subst(n.HiddenFrom[i][k])
				}
			}
			out.branches = append(out.branches, nb)
		}
	}
	return out
}

// window computes window functions over the order of the rows.  The order is
// made total first, so that all functions and the result see the same one.
func (p *planner) window(n *types.Window) *flow {
	f := p.lower(n.In)
	below := colset{}
	for c := range f.with(p.need[n.In]) {
		below[c] = true
	}
	b := p.one(f, below)
	pos := &types.Column{Name: "position", Type: schema.Long, NotNull: true}
	var order []types.SortKey
	for _, k := range f.order {
		k.X = b.subst(k.X)
		order = append(order, k)
	}
	b.wrap(below, func(s *Select) {
		s.WindowOrder = order
		s.Out = append(s.Out, types.Def{Col: pos, X: &Position{}})
	})
	b.defs[pos] = &types.Ref{Col: pos}
	below[pos] = true
	ordered := []types.SortKey{{X: &types.Ref{Col: pos}}}
	defs := make([]types.Def, 0, len(n.Defs))
	for _, d := range n.Defs {
		if p.need[n][d.Col] {
			defs = append(defs, types.Def{Col: d.Col, X: b.subst(p.subqueries(d.X))})
		}
	}
	b.wrap(below, func(s *Select) {
		s.WindowOrder = ordered
		s.Out = append(s.Out, defs...)
	})
	for _, d := range defs {
		b.defs[d.Col] = &types.Ref{Col: d.Col}
	}
	f.order = ordered
	return f
}

// subqueries plans the tables inside an expression.
func (p *planner) subqueries(e types.Expr) types.Expr {
	return rewrite(e, func(e types.Expr) types.Expr {
		switch e := e.(type) {
		case *types.Scalar:
			return &ScalarSelect{Select: p.sub(e.Sub), T: e.T}
		case *types.In:
			if e.Sub != nil {
				return &InSelect{X: e.X, Select: p.sub(e.Sub), Fold: e.Fold, Not: e.Not}
			}
		}
		return e
	})
}

func (p *planner) sub(n types.Node) *Select {
	if s := p.subs[n]; s != nil {
		return s
	}
	f := p.lower(n)
	s := p.finish(f, n.Cols()[:1])
	p.subs[n] = s
	return s
}

// read reads a shared relation; one that is read once is not shared.
func (p *planner) read(n *types.Read, need colset) *flow {
	if p.reads[n.Of] < 2 {
		f := p.lower(n.Of.In)
		for _, b := range f.branches {
			n.Pairs(func(outer, inner *types.Column) {
				if d, ok := b.defs[inner]; ok && need[outer] {
					b.defs[outer] = d
				}
			})
		}
		return f
	}
	s := p.shared[n.Of]
	if s == nil {
		s = &Shared{Name: n.Of.Name}
		p.shared[n.Of] = s
		var cols []*types.Column
		n.Pairs(func(_, inner *types.Column) {
			if p.need[n.Of.In][inner] {
				cols = append(cols, inner)
			}
		})
		s.Select = p.finish(p.lower(n.Of.In), cols)
		p.list = append(p.list, s)
	}
	s.Read++
	stands := map[*types.Column]*types.Column{}
	n.Pairs(func(outer, inner *types.Column) { stands[inner] = outer })
	var cols []*types.Column
	for _, d := range s.Select.Out {
		stands[d.Col].Array = isArray(d.X)
		cols = append(cols, stands[d.Col])
	}
	return fromCols(&With{Of: s, Columns: cols}, cols)
}
