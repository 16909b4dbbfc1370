package types

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// joinKind reads the value of kind=; the left and right
// forms of semi and anti joins have several names.
func joinKind(s string) (JoinKind, bool) {
	switch s {
	case "", "innerunique":
		return JoinInnerUnique, true
	case "inner":
		return JoinInner, true
	case "leftouter":
		return JoinLeftOuter, true
	case "rightouter":
		return JoinRightOuter, true
	case "fullouter":
		return JoinFullOuter, true
	case "leftsemi":
		return JoinLeftSemi, true
	case "rightsemi":
		return JoinRightSemi, true
	case "leftanti", "anti", "leftantisemi":
		return JoinLeftAnti, true
	case "rightanti", "rightantisemi":
		return JoinRightAnti, true
	}
	return 0, false
}

func (b *binder) join(in Node, op *ast.Join) Node {
	kind, ok := joinKind(ast.FindParam(op.Params, "kind").Word())
	if !ok {
		p := ast.FindParam(op.Params, "kind")
		b.diags.Add(CodeBadValue, p.Span(), "'join' operator: unknown kind '%s'.", p.Word()).Hint =
			"The kinds are innerunique, inner, leftouter, rightouter, fullouter, leftsemi, leftanti, rightsemi, rightanti."
	}
	if b.opts.Lint && ast.FindParam(op.Params, "kind") == nil {
		b.diags.Warn(CodeJoinKind, op.Pos, "'join' operator: Without a kind, only one of the left rows with the same key is joined.").Hint =
			"Write kind=innerunique to say so, or kind=inner for all rows."
	}
	r := b.subquery(op.Right)
	j := &Join{Kind: kind, L: in, R: r}
	b.joinOn(j, op.On)
	switch kind {
	case JoinLeftSemi, JoinLeftAnti:
		j.Columns = in.Cols()
		return j
	case JoinRightSemi, JoinRightAnti:
		j.Columns = r.Cols()
		return j
	}
	return b.renamed(j, r.Cols())
}

// renamed gives a join its columns: those of the right side whose names are
// taken get the first free number.
func (b *binder) renamed(j *Join, right []*Column) Node {
	j.Columns = append(slices.Clone(j.L.Cols()), right...)
	m := &Map{In: j, Columns: slices.Clone(j.L.Cols())}
	names := newNamer(j.L.Cols())
	for _, c := range right {
		names.used[c.Name] = true
	}
	left := newNamer(j.L.Cols())
	for _, c := range right {
		if !left.used[c.Name] {
			m.Columns = append(m.Columns, c)
			continue
		}
		n := &Column{Name: names.unique(c.Name), Type: c.Type, Bag: c.Bag}
		m.Defs = append(m.Defs, Def{n, &Ref{Col: c}})
		m.Columns = append(m.Columns, n)
	}
	// The right side's hidden columns are renamed like the others.
	m.Hidden = slices.Clone(hiddenOf(j.L))
	for _, h := range hiddenOf(j.R) {
		n := &Column{Name: names.unique(h.Name), Type: h.Type}
		if columnNamed(m.Hidden, h.Name) != nil && n.Name == h.Name {
			n.Name = names.unique(h.Name)
		}
		m.Defs = append(m.Defs, Def{n, &Ref{Col: h}})
		m.Hidden = append(m.Hidden, n)
	}
	if len(m.Defs) == 0 {
		return j
	}
	return m
}

// joinOn binds the conditions of a join.
func (b *binder) joinOn(j *Join, on []ast.Expr) {
	l, r := rowOf(j.L), rowOf(j.R)
	if broken(j.L) || broken(j.R) {
		return
	}
	for _, e := range on {
		b.joinCondition(j, l, r, e)
	}
	if len(j.On) == 0 && !b.diags.HasErrors() {
		b.diags.Add(CodeExpectedColumn, token.Span{}, "'%s' operator: the conditions are missing.", b.op)
	}
}

func (b *binder) joinCondition(j *Join, l, r *row, e ast.Expr) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		lc, rc := l.find(e.Name), r.find(e.Name)
		if lc == nil || rc == nil {
			side := l
			if lc != nil {
				side = r
			}
			b.withRow(side, func() { b.unknownName(e.Pos, e.Name) })
			return
		}
		b.joinPair(j, e, &Ref{Col: lc, Sp: e.Pos}, &Ref{Col: rc, Sp: e.Pos})
		return
	case *ast.Binary:
		if e.Op == ast.OpAnd {
			b.joinCondition(j, l, r, e.X)
			b.joinCondition(j, l, r, e.Y)
			return
		}
		if e.Op != ast.OpEq {
			break
		}
		var x, y Expr
		b.withRow(&row{left: l, right: r}, func() { x, y = b.scalar(e.X), b.scalar(e.Y) })
		if x.Type() == schema.Unknown || y.Type() == schema.Unknown {
			return
		}
		if refersTo(x, j.R) && refersTo(y, j.L) {
			x, y = y, x
		}
		if !refersTo(x, j.L) || !refersTo(y, j.R) {
			break
		}
		b.joinPair(j, e, x, y)
		return
	}
	b.diags.Add(CodeExpectedColumn, e.Span(), "'%s' operator: a condition must be a column name or $left.a == $right.b.", b.op)
}

func (b *binder) joinPair(j *Join, e ast.Expr, x, y Expr) {
	cx, cy, ok := b.comparable("==", x, y)
	if !ok {
		b.diags.Add(CodeOperandTypes, e.Span(), "'%s' operator: the types of the keys do not match: %s and %s.", b.op, x.Type(), y.Type())
		return
	}
	j.On = append(j.On, [2]Expr{cx, cy})
}

// refersTo reports whether all columns of x are columns of n, and there are
// some.
func refersTo(x Expr, n Node) bool {
	found, all := false, true
	cols := n.Cols()
	hidden := hiddenOf(n)
	Walk(x, func(x Expr) bool {
		if r, ok := x.(*Ref); ok {
			found = true
			all = all && (slices.Contains(cols, r.Col) || slices.Contains(hidden, r.Col))
		}
		return true
	})
	return found && all
}

// lookup is a join that leaves the right side's key columns out.
func (b *binder) lookup(in Node, op *ast.Lookup) Node {
	kind := JoinLeftOuter
	if p := ast.FindParam(op.Params, "kind"); p != nil {
		switch p.Word() {
		case "inner":
			kind = JoinInner
		case "leftouter":
		default:
			b.diags.Add(CodeBadValue, p.Span(), "'lookup' operator: unknown kind '%s'.", p.Word()).Hint = "The kinds are leftouter and inner."
		}
	}
	r := b.subquery(op.Right)
	j := &Join{Kind: kind, L: in, R: r}
	b.joinOn(j, op.On)
	var right []*Column
	for _, c := range r.Cols() {
		isKey := false
		for _, p := range j.On {
			Walk(p[1], func(x Expr) bool {
				if ref, ok := x.(*Ref); ok && ref.Col == c {
					isKey = true
				}
				return true
			})
		}
		if !isKey {
			right = append(right, c)
		}
	}
	return b.renamed(j, right)
}

// source is one input of a union, with the name that withsource= shows.
type source struct {
	node Node
	name string
}

// sources binds the operands of union, search and find.
func (b *binder) sources(tables []ast.Expr, fuzzy bool, firstArg int) []source {
	var out []source
	for i, t := range tables {
		arg := "union_arg" + itoa(i+firstArg)
		switch e := ast.Unparen(t).(type) {
		case *ast.Wildcard:
			names := b.matchTables(e.Pattern)
			if len(names) == 0 {
				b.diags.Add(CodeUnknownTable, e.Pos, "'%s' operator: no table matches '%s'.", b.op, e.Pattern)
			}
			for _, n := range names {
				out = append(out, source{b.subquery(&ast.Ident{Extent: e.Extent, Name: n}), n})
			}
			continue
		case *ast.Ident:
			if fuzzy && b.scope.find(e.Name) == nil && b.lookupTable(e.Name) == nil {
				b.diags.Warn(CodeUnknownTable, e.Pos, "The fuzzy name '%s' does not refer to any known or currently accessible table.", e.Name)
				continue
			}
			arg = e.Name
		}
		out = append(out, source{b.subquery(t), arg})
	}
	return out
}

func (b *binder) union(in Node, op *ast.Union) Node {
	fuzzy := isTrue(ast.FindParam(op.Params, "isfuzzy"))
	var srcs []source
	if _, ok := in.(*One); !ok && in != nil {
		srcs = append(srcs, source{in, "union_arg0"})
	}
	srcs = append(srcs, b.sources(op.Tables, fuzzy, len(srcs))...)
	inner := ast.FindParam(op.Params, "kind").Word() == "inner"
	if p := ast.FindParam(op.Params, "withsource"); p != nil {
		srcs = withSource(srcs, p.Word())
	} else if p := ast.FindParam(op.Params, "with_source"); p != nil {
		srcs = withSource(srcs, p.Word())
	}
	if len(srcs) == 1 {
		return srcs[0].node
	}
	return unionOf(srcs, inner)
}

// isTrue reports whether a parameter is given as true.
func isTrue(p *ast.Param) bool {
	if p == nil {
		return false
	}
	switch v := p.Value.(type) {
	case *ast.Literal:
		return v.Bool || v.Int != 0
	case *ast.Ident:
		return strings.EqualFold(v.Name, "true")
	}
	return false
}

// withSource puts a column with the source's name in front of each source.
func withSource(srcs []source, name string) []source {
	for i, s := range srcs {
		c := &Column{Name: name, Type: schema.String}
		srcs[i].node = &Map{In: s.node, Defs: []Def{{c, Str(s.name)}}, Columns: append([]*Column{c}, s.node.Cols()...)}
	}
	return srcs
}

// unionOf unites relations by column name.  A name that has several types
// becomes several columns, called name_type.
func unionOf(srcs []source, inner bool) Node {
	u := &Union{}
	type key struct {
		name string
		t    schema.Type
	}
	count := map[key]int{}
	typesOf := map[string][]schema.Type{}
	var order []string
	for _, s := range srcs {
		u.Ins = append(u.Ins, s.node)
		for _, c := range s.node.Cols() {
			k := key{c.Name, c.Type}
			if count[k]++; count[k] == 1 {
				if len(typesOf[c.Name]) == 0 {
					order = append(order, c.Name)
				}
				typesOf[c.Name] = append(typesOf[c.Name], c.Type)
			}
		}
	}
	index := map[key]int{}
	for _, n := range order {
		for _, t := range typesOf[n] {
			if inner && count[key{n, t}] < len(srcs) {
				continue
			}
			name := n
			if len(typesOf[n]) > 1 && !inner {
				name += "_" + t.String()
			}
			index[key{n, t}] = len(u.Columns)
			u.Columns = append(u.Columns, &Column{Name: name, Type: t})
		}
	}
	for _, s := range srcs {
		from := make([]Expr, len(u.Columns))
		for _, c := range s.node.Cols() {
			if i, ok := index[key{c.Name, c.Type}]; ok {
				from[i] = &Ref{Col: c}
				u.Columns[i].Bag = u.Columns[i].Bag || c.Bag
			}
		}
		for i, x := range from {
			if x == nil {
				from[i] = Null(u.Columns[i].Type)
			}
		}
		u.From = append(u.From, from)
	}
	u.hide(srcs)
	return u
}

// hide keeps a hidden column reachable where some input has it; the others
// have a column of that name or null.
func (u *Union) hide(srcs []source) {
	for _, s := range srcs {
		for _, h := range hiddenOf(s.node) {
			if columnNamed(u.Columns, h.Name) == nil && columnNamed(u.Hidden, h.Name) == nil {
				u.Hidden = append(u.Hidden, &Column{Name: h.Name, Type: h.Type})
			}
		}
	}
	for _, s := range srcs {
		r := rowOf(s.node)
		from := make([]Expr, len(u.Hidden))
		for i, h := range u.Hidden {
			from[i] = Null(h.Type)
			if c := r.find(h.Name); c != nil && c.Type == h.Type {
				from[i] = &Ref{Col: c}
			}
		}
		u.HiddenFrom = append(u.HiddenFrom, from)
	}
}

// search binds search over the input, the listed tables or all tables.
func (b *binder) search(in Node, op *ast.Search) Node {
	srcs, ok := b.searched(in, op.Tables)
	if !ok {
		srcs = withSource([]source{{in, "search_arg0"}}, "$table")
	} else {
		if len(srcs) == 0 {
			return empty()
		}
		srcs = withSource(srcs, "$table")
	}
	n := srcs[0].node
	if len(srcs) > 1 {
		n = unionOf(srcs, false)
	}
	if op.Where == nil {
		return n
	}
	cs := ast.FindParam(op.Params, "kind").Word() == "case_sensitive"
	return b.where(n, searchTerms(op.Where, cs))
}

// searched returns the sources of search and find, and false where they read
// their input.
func (b *binder) searched(in Node, tables []ast.Expr) ([]source, bool) {
	if len(tables) > 0 {
		return b.sources(tables, true, 0), true
	}
	if _, ok := in.(*One); !ok && in != nil {
		return nil, false
	}
	var out []source
	for _, n := range b.matchTables("*") {
		out = append(out, source{b.subquery(&ast.Ident{Name: n}), n})
	}
	if len(out) == 0 {
		out = append(out, source{empty(), ""})
	}
	return out, true
}

// searchTerms turns bare strings of a search predicate into * has "term".
func searchTerms(e ast.Expr, cs bool) ast.Expr {
	switch x := e.(type) {
	case *ast.Paren:
		return &ast.Paren{Extent: x.Extent, X: searchTerms(x.X, cs)}
	case *ast.Literal:
		if x.Type != ast.LitString {
			return e
		}
		return term(&ast.Wildcard{Extent: x.Extent, Pattern: "*"}, x, cs)
	case *ast.Binary:
		if x.Op == ast.OpAnd || x.Op == ast.OpOr {
			c := *x
			c.X, c.Y = searchTerms(x.X, cs), searchTerms(x.Y, cs)
			return &c
		}
	case *ast.Call:
		if x.Fun != nil && x.Fun.Name == "not" && len(x.Args) == 1 {
			c := *x
			c.Args = []ast.Expr{searchTerms(x.Args[0], cs)}
			return &c
		}
	}
	return e
}

// term is x has "text"; stars at the ends make it a prefix, a suffix or any
// part of a term.
func term(x ast.Expr, l *ast.Literal, cs bool) ast.Expr {
	t := *l
	pre, post := strings.HasPrefix(t.Text, "*"), strings.HasSuffix(t.Text, "*")
	t.Text = strings.Trim(t.Text, "*")
	op := ast.OpHas
	switch {
	case pre && post:
		op = ast.OpContains
	case pre:
		op = ast.OpHasSuffix
	case post:
		op = ast.OpHasPrefix
	}
	if t.Text == "" {
		return &ast.Literal{Extent: l.Extent, Type: ast.LitBool, Bool: true}
	}
	if cs {
		op += "_cs"
	}
	return &ast.Binary{Extent: l.Extent, Op: op, OpPos: l.Pos, X: x, Y: &t}
}

// find binds find: the rows of several tables, with the columns they share
// and the rest in a bag.
func (b *binder) find(op *ast.Find) Node {
	srcs, _ := b.searched(nil, op.Tables)
	name := "source_"
	if p := ast.FindParam(op.Params, "withsource"); p != nil {
		name = p.Word()
	}
	var want []*Column
	pack := len(op.Project) == 0 && !op.Smart
	if len(op.Project) > 0 {
		for _, p := range op.Project {
			switch c := p.Column.(type) {
			case *ast.Ident:
				col := &Column{Name: c.Name, Type: schema.Dynamic}
				if p.Type != nil {
					col.Type = schema.ParseType(p.Type.Name)
				} else {
					for _, s := range srcs {
						if f := columnNamed(s.node.Cols(), c.Name); f != nil {
							col.Type = f.Type
							break
						}
					}
				}
				want = append(want, col)
			default:
				pack = true
			}
		}
	} else {
		want = b.findColumns(srcs, op.Where)
	}
	var out []source
	for _, s := range srcs {
		n := s.node
		if op.Where != nil {
			if !b.canFind(n, op.Where) {
				continue
			}
			n = b.where(n, searchTerms(op.Where, false))
		}
		out = append(out, source{b.found(n, name, s.name, want, pack), s.name})
	}
	if len(out) == 0 {
		b.diags.Add(CodeUnknownName, op.Pos, "'find' operator: no table has the columns of the predicate.")
		return empty()
	}
	if len(out) == 1 {
		return out[0].node
	}
	return unionOf(out, false)
}

// canFind reports whether a table has all columns that a predicate names.
func (b *binder) canFind(n Node, pred ast.Expr) bool {
	saved, budget := b.diags, b.budget
	b.diags = nil
	b.where(n, searchTerms(pred, false))
	ok := !b.diags.HasErrors()
	b.diags, b.budget = saved, budget
	return ok
}

func (b *binder) findColumns(srcs []source, pred ast.Expr) []*Column {
	var able []Node
	for _, s := range srcs {
		if pred == nil || b.canFind(s.node, pred) {
			able = append(able, s.node)
		}
	}
	var out []*Column
	if len(able) == 0 {
		return nil
	}
	for _, c := range able[0].Cols() {
		shared := true
		for _, n := range able[1:] {
			o := columnNamed(n.Cols(), c.Name)
			shared = shared && o != nil && o.Type == c.Type
		}
		if shared {
			out = append(out, &Column{Name: c.Name, Type: c.Type})
		}
	}
	return out
}

// found projects one table of find.
func (b *binder) found(n Node, sourceName, table string, want []*Column, pack bool) Node {
	src := &Column{Name: sourceName, Type: schema.String}
	m := &Map{In: n, Defs: []Def{{src, Str(table)}}, Columns: []*Column{src}}
	used := map[*Column]bool{}
	for _, w := range want {
		c := &Column{Name: w.Name, Type: w.Type}
		x := Expr(Null(w.Type))
		if f := columnNamed(n.Cols(), w.Name); f != nil {
			used[f] = true
			x = b.convert(&Ref{Col: f}, w.Type)
		}
		m.Defs = append(m.Defs, Def{c, x})
		m.Columns = append(m.Columns, c)
	}
	if pack {
		var args []Expr
		for _, c := range n.Cols() {
			if !used[c] {
				args = append(args, Str(c.Name), &Ref{Col: c})
			}
		}
		p := &Column{Name: "pack_", Type: schema.Dynamic}
		m.Defs = append(m.Defs, Def{p, &Call{Fn: b.funcs.Scalar("bag_pack_nonempty"), Args: args, T: schema.Dynamic}})
		m.Columns = append(m.Columns, p)
	}
	return m
}
