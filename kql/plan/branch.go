package plan

import (
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// branch is rows that come from one place, filtered, with every column of
// the relation as an expression over the columns of from.
type branch struct {
	from  From
	where []types.Expr
	defs  map[*types.Column]types.Expr
	// oneOf has the values that occur in physical columns, where known.
	oneOf map[*types.Column][]string
}

// flow is a relation being planned: the union of its branches.
type flow struct {
	branches []*branch
	// order is the order asked for, over the relation's columns.
	order []types.SortKey
}

// subst replaces a relation's columns by what they are in a branch, and
// simplifies.
func (b *branch) subst(e types.Expr) types.Expr {
	return rewrite(e, func(e types.Expr) types.Expr {
		if r, ok := e.(*types.Ref); ok {
			if d, ok := b.defs[r.Col]; ok {
				return d
			}
			return e
		}
		return simplify(e)
	})
}

// Columns counts the columns that an expression names, up to two.
func Columns(e types.Expr) int {
	var one *types.Column
	n := 0
	walk(e, func(e types.Expr) {
		if r, ok := e.(*types.Ref); ok && r.Col != one {
			one = r.Col
			n++
		}
	})
	return min(n, 2)
}

// Asks reports whether an expression asks another Select.
func Asks(e types.Expr) bool {
	found := false
	walk(e, func(e types.Expr) {
		switch e.(type) {
		case *InSelect, *ScalarSelect:
			found = true
		}
	})
	return found
}

// heavy is the cost from which an expression is computed once and named,
// when it is used more than once.
const heavy = 16

// cost guesses what an expression costs to evaluate.
func cost(e types.Expr) int {
	n := 0
	walk(e, func(e types.Expr) {
		n++
		if c, ok := e.(*types.Call); ok && (c.Fn.Kind != types.ScalarFunc || costly(c)) {
			n += heavy
		}
		switch e.(type) {
		case *types.Scalar, *types.In, *InSelect, *ScalarSelect:
			n += heavy
		}
	})
	return n
}

// Costly reports whether an expression calls something that takes much longer
// than to compare or to search text: a regular expression, a parser, or a
// function of the host.
func Costly(e types.Expr) bool {
	found := false
	walk(e, func(e types.Expr) {
		c, ok := e.(*types.Call)
		found = found || ok && costly(c)
	})
	return found
}

func costly(c *types.Call) bool {
	if c.Fn.SQL == nil {
		return true
	}
	switch c.Fn.Name {
	case "extract", "extract_all", "replace_regex", "parse_json", "todynamic", "parsejson", "toobject", "split", "case", "matches regex", "rand", "new_guid":
		return true
	}
	return false
}

// lazy reports whether an expression is kept as it is when a branch becomes a
// SELECT: its parts are columns already, and what is made of them may be
// simpler than the whole.
func lazy(e types.Expr) bool {
	switch e := e.(type) {
	case *types.Const, *types.Ref, *Bag, *BagValue:
		return true
	case *types.Call:
		if e.Fn.Name != "tostring" || len(e.Args) != 1 {
			return false
		}
		switch e.Args[0].(type) {
		case *BagValue, *Bag, *Element:
			return true
		}
	case *Element:
		return e.T == schema.Dynamic || e.T == schema.String
	}
	return false
}

// isArray reports whether an expression is an array in every row.
func isArray(e types.Expr) bool {
	switch e := e.(type) {
	case *types.Ref:
		return e.Col.Array
	case *types.Call:
		switch e.Fn.Name {
		case "make_set", "make_list", "makeset", "makelist", "make_set_if", "make_list_if", "make_list_with_nulls", "pack_array":
			return true
		case "split":
			return len(e.Args) == 2
		}
	}
	return false
}

// uses counts how often each column of a relation occurs in expressions.
func uses(es []types.Expr) map[*types.Column]int {
	n := map[*types.Column]int{}
	for _, e := range es {
		walk(e, func(e types.Expr) {
			if r, ok := e.(*types.Ref); ok {
				n[r.Col]++
			}
		})
	}
	return n
}

// settle makes branches SELECTs of their own where one of the expressions
// would repeat something heavy.
func (f *flow) settle(es []types.Expr, need colset) {
	n := uses(es)
	for _, b := range f.branches {
		for c, k := range n {
			if d, ok := b.defs[c]; ok && k > 1 && !lazy(d) && cost(d) >= heavy {
				b.wrap(f.with(need), nil)
				break
			}
		}
	}
}

// with adds the columns of the pending order to those that are needed.
func (f *flow) with(need colset) colset {
	if len(f.order) == 0 {
		return need
	}
	all := make(colset, len(need)+len(f.order))
	for c := range need {
		all[c] = true
	}
	for _, k := range f.order {
		all.add(k.X)
	}
	return all
}

// wrap turns the branch into a SELECT that gives the needed columns; finish
// may complete the SELECT.  Lazy definitions are kept above it.
func (b *branch) wrap(need colset, finish func(*Select)) {
	s := &Select{From: b.from, Where: b.where}
	defs := make(map[*types.Column]types.Expr, len(need))
	have := colset{}
	export := func(c *types.Column, x types.Expr) {
		if !have[c] {
			have[c] = true
			s.Out = append(s.Out, types.Def{Col: c, X: x})
		}
	}
	for _, c := range sorted(need) {
		d, ok := b.defs[c]
		if !ok {
			continue
		}
		if lazy(d) {
			walk(d, func(e types.Expr) {
				if r, ok := e.(*types.Ref); ok {
					export(r.Col, r)
				}
			})
			defs[c] = d
			continue
		}
		k := &types.Column{Name: c.Name, Type: c.Type, Bag: c.Bag, Array: isArray(d)}
		export(k, d)
		defs[c] = &types.Ref{Col: k}
	}
	if finish != nil {
		finish(s)
	}
	b.from, b.where, b.defs = &Sub{s}, nil, defs
}

// sel finishes a branch as a SELECT of exactly these columns, under these
// identities.
func (b *branch) sel(cols []*types.Column) *Select {
	s := &Select{From: b.from, Where: b.where}
	for _, c := range cols {
		d, ok := b.defs[c]
		if !ok {
			d = types.Null(c.Type)
		}
		s.Out = append(s.Out, types.Def{Col: c, X: d})
	}
	return s
}

// one brings a flow's rows together in one branch.  The columns keep their
// identities.
func (p *planner) one(f *flow, need colset) *branch {
	if len(f.branches) == 1 {
		return f.branches[0]
	}
	cols := sorted(need)
	b := &branch{defs: make(map[*types.Column]types.Expr, len(cols))}
	if len(f.branches) == 0 {
		b.from = &Values{Columns: cols}
	} else {
		u := &UnionAll{Columns: cols}
		for _, in := range f.branches {
			u.Ins = append(u.Ins, in.sel(cols))
		}
		b.from = u
	}
	for _, c := range cols {
		b.defs[c] = &types.Ref{Col: c}
	}
	f.branches = []*branch{b}
	return b
}

// filter adds a condition to every branch and drops those it excludes.
func (f *flow) filter(p *planner, pred types.Expr, need colset) {
	f.settle([]types.Expr{pred}, need)
	kept := f.branches[:0:0]
	for _, b := range f.branches {
		if b.restrict(b.subst(p.subqueries(pred))) {
			kept = append(kept, b)
		}
	}
	f.branches = kept
}

// restrict adds a condition over physical columns; it reports false when no
// row can pass.
func (b *branch) restrict(x types.Expr) bool {
	switch e := x.(type) {
	case *types.Const:
		return e.V == true || e.T == 0
	case *types.Call:
		if e.Fn.Name == "and" {
			for _, a := range e.Args {
				if !b.restrict(a) {
					return false
				}
			}
			return true
		}
	}
	switch b.known(x) {
	case never:
		return false
	case always:
		return true
	}
	b.where = append(b.where[:len(b.where):len(b.where)], x)
	return true
}

type verdict uint8

const (
	sometimes verdict = iota
	never
	always
)

// known evaluates a condition over one column for every value that occurs.
func (b *branch) known(x types.Expr) verdict {
	if len(b.oneOf) == 0 {
		return sometimes
	}
	var col *types.Column
	several := false
	walk(x, func(e types.Expr) {
		if r, ok := e.(*types.Ref); ok {
			several = several || col != nil && col != r.Col
			col = r.Col
		}
	})
	values, ok := b.oneOf[col]
	if several || !ok {
		return sometimes
	}
	yes, no := 0, 0
	for _, v := range values {
		r := rewrite(x, func(e types.Expr) types.Expr {
			if _, ok := e.(*types.Ref); ok {
				return types.Str(v)
			}
			return simplify(e)
		})
		switch k, ok := types.IsConst(r); {
		case !ok:
			return sometimes
		case k == true:
			yes++
		default:
			no++
		}
	}
	if yes == 0 {
		return never
	}
	if no == 0 {
		return always
	}
	return sometimes
}
