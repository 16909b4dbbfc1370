package plan

import (
	"slices"

	"wirehunt/kql/types"
)

// inputs calls f for each relation that n reads directly.
func inputs(n types.Node, f func(types.Node)) {
	switch n := n.(type) {
	case *types.Filter:
		f(n.In)
	case *types.Map:
		f(n.In)
	case *types.Aggregate:
		f(n.In)
	case *types.Sort:
		f(n.In)
	case *types.Limit:
		f(n.In)
	case *types.Sample:
		f(n.In)
	case *types.Join:
		f(n.L)
		f(n.R)
	case *types.Union:
		for _, i := range n.Ins {
			f(i)
		}
	case *types.Expand:
		f(n.In)
	case *types.Window:
		f(n.In)
	case *types.Apply:
		f(n.In)
		f(n.Sub)
	case *types.Open:
		f(n.In)
	case *types.Read:
		f(n.Of.In)
	}
}

// visit calls f for n and all relations below it.
func visit(n types.Node, f func(types.Node)) {
	f(n)
	inputs(n, func(i types.Node) { visit(i, f) })
}

// exprs calls f for each expression of n itself.
func exprs(n types.Node, f func(types.Expr)) {
	defs := func(ds []types.Def) {
		for _, d := range ds {
			f(d.X)
		}
	}
	switch n := n.(type) {
	case *types.Filter:
		f(n.Pred)
	case *types.Map:
		defs(n.Defs)
	case *types.Aggregate:
		defs(n.Keys)
		defs(n.Aggs)
	case *types.Sort:
		for _, k := range n.Keys {
			f(k.X)
		}
	case *types.Limit:
		f(n.N)
	case *types.Sample:
		f(n.N)
	case *types.Join:
		for _, p := range n.On {
			f(p[0])
			f(p[1])
		}
		if n.Where != nil {
			f(n.Where)
		}
	case *types.Union:
		for _, from := range slices.Concat(n.From, n.HiddenFrom) {
			for _, x := range from {
				f(x)
			}
		}
	case *types.Expand:
		for _, it := range n.Items {
			f(it.X)
		}
	case *types.Window:
		defs(n.Defs)
	case *types.Range:
		f(n.From)
		f(n.To)
		f(n.Step)
	}
}

// require records in p.need which columns of each relation are used, top
// down.  A shared relation needs what any of its readers needs.
func (p *planner) require(n types.Node, need colset) {
	if s, ok := p.need[n]; ok {
		grew := false
		for c := range need {
			if !s[c] {
				s[c], grew = true, true
			}
		}
		if !grew {
			return
		}
		need = s
	} else {
		p.need[n] = need
		if r, ok := n.(*types.Read); ok {
			p.reads[r.Of]++
		}
	}
	exprs(n, func(e types.Expr) { p.requireSubs(e) })
	down := colset{}
	pass := func(exclude ...*types.Column) {
		for c := range need {
			down[c] = true
		}
		for _, c := range exclude {
			delete(down, c)
		}
	}
	switch n := n.(type) {
	case *types.Filter:
		pass()
		down.add(n.Pred)
		p.require(n.In, down)
	case *types.Sort:
		pass()
		for _, k := range n.Keys {
			down.add(k.X)
		}
		p.require(n.In, down)
	case *types.Limit:
		pass()
		p.require(n.In, down)
	case *types.Sample:
		pass()
		p.require(n.In, down)
	case *types.Open:
		pass()
		p.require(n.In, down)
	case *types.Map:
		pass()
		for _, d := range n.Defs {
			if need[d.Col] {
				delete(down, d.Col)
				down.add(d.X)
			}
		}
		p.require(n.In, down)
	case *types.Window:
		pass()
		for _, d := range n.Defs {
			if need[d.Col] {
				delete(down, d.Col)
				down.add(d.X)
			}
		}
		p.require(n.In, down)
	case *types.Aggregate:
		for _, d := range n.Keys {
			down.add(d.X)
		}
		for _, d := range n.Aggs {
			if need[d.Col] {
				down.add(d.X)
			}
		}
		p.require(n.In, down)
	case *types.Join:
		pass()
		p.requireJoin(n, down)
	case *types.Union:
		p.requireUnion(n, need)
	case *types.Expand:
		pass()
		for _, it := range n.Items {
			down.add(it.X)
		}
		p.require(n.In, down)
	case *types.Apply:
		sub := colset{}
		for c := range need {
			sub[c], down[c] = true, true
		}
		p.require(n.Sub, sub)
		down.addNode(n.Sub)
		p.require(n.In, down.only(n.In))
	case *types.Read:
		n.Pairs(func(outer, inner *types.Column) {
			if need[outer] {
				down[inner] = true
			}
		})
		p.require(n.Of.In, down)
	}
}

// only returns the columns that n gives; it keeps hidden columns of tables.
func (s colset) only(n types.Node) colset {
	out := colset{}
	have := colset{}
	visit(n, func(n types.Node) {
		for _, c := range n.Cols() {
			have[c] = true
		}
		switch t := n.(type) {
		case *types.Table:
			for _, c := range t.Hidden {
				have[c] = true
			}
		case *types.Union:
			for _, c := range t.Hidden {
				have[c] = true
			}
		case *types.Read:
			for _, c := range t.Hidden {
				have[c] = true
			}
		}
	})
	for c := range s {
		if have[c] {
			out[c] = true
		}
	}
	return out
}

// requireSubs plans what the tables inside an expression need: their first
// column.
func (p *planner) requireSubs(e types.Expr) {
	walk(e, func(e types.Expr) {
		var sub types.Node
		switch e := e.(type) {
		case *types.Scalar:
			sub = e.Sub
		case *types.In:
			sub = e.Sub
		}
		if sub == nil || p.need[sub] != nil {
			return
		}
		p.require(sub, colset{sub.Cols()[0]: true})
	})
}

func (p *planner) requireJoin(n *types.Join, down colset) {
	for _, pair := range n.On {
		down.add(pair[0])
		down.add(pair[1])
	}
	if n.Where != nil {
		down.add(n.Where)
	}
	p.require(n.L, down.only(n.L))
	p.require(n.R, down.only(n.R))
}

func (p *planner) requireUnion(n *types.Union, need colset) {
	for i, in := range n.Ins {
		d := colset{}
		for k, c := range n.Columns {
			if need[c] {
				d.add(n.From[i][k])
			}
		}
		for k, c := range n.Hidden {
			if need[c] {
				d.add(n.HiddenFrom[i][k])
			}
		}
		p.require(in, d)
	}
}
