package types

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

func (b *binder) summarize(in Node, op *ast.Summarize) Node {
	agg := &Aggregate{In: in}
	names := newNamer(nil)
	names.input = in.Cols()
	if op.BinDefault != nil {
		b.unsupported(op.BinDefault.Span(), "'bin=' in summarize")
	}
	b.withRow(rowOf(in), func() { b.keys(agg, names, op.By) })
	s := &summary{b: b, agg: agg, names: names, in: in}
	r := rowOf(in)
	r.aggs = &collector{}
	b.withRow(r, func() {
		for _, e := range op.Aggs {
			s.add(e)
		}
	})
	return s.node()
}

// keys binds the expressions behind by.
func (b *binder) keys(agg *Aggregate, names *namer, by []ast.Expr) {
	for _, e := range by {
		if w, ok := e.(*ast.Wildcard); ok {
			for _, c := range b.row.cols {
				if wildcard(w.Pattern, c.Name) && !names.used[c.Name] {
					agg.Keys = append(agg.Keys, keyDef(names.unique(c.Name), &Ref{Col: c}))
				}
			}
			continue
		}
		if o := b.outputs(e); o != nil {
			b.eachOutput(o, names, false, func(name string, x Expr) { agg.Keys = append(agg.Keys, keyDef(name, x)) })
			continue
		}
		x := b.fold(b.scalar(e))
		name := b.nameOf(e)
		if name == "" {
			name = names.column()
		} else {
			if _, ok := e.(*ast.Ident); ok {
				s, ok := names.state(name)
				if !ok {
					b.diags.Add(CodeDuplicateColumn, e.Span(), "'%s' operator: A column with the name '%s' is already declared.", b.op, name)
					continue
				}
				name = s
			} else {
				name = names.unique(name)
			}
		}
		agg.Keys = append(agg.Keys, keyDef(name, x))
	}
}

// summary gathers the aggregates of one summarize.
type summary struct {
	b     *binder
	agg   *Aggregate
	names *namer
	in    Node
	out   []*Column
	defs  []Def // columns computed from aggregates
}

// node returns the Aggregate, and a Map above it where results are computed
// from aggregates.
func (s *summary) node() Node {
	if len(s.defs) == 0 {
		return s.agg
	}
	cols := make([]*Column, 0, len(s.agg.Keys)+len(s.out))
	for _, k := range s.agg.Keys {
		cols = append(cols, k.Col)
	}
	return &Map{In: s.agg, Defs: s.defs, Columns: append(cols, s.out...)}
}

// add binds one aggregate expression.
func (s *summary) add(e ast.Expr) {
	b := s.b
	var given []*ast.Ident
	x := e
	if n, ok := e.(*ast.NamedExpr); ok {
		given, x = n.Names, n.X
	}
	if call, ok := ast.Unparen(x).(*ast.Call); ok && call.Fun != nil && b.scope.find(call.Fun.Name) == nil {
		if s.multi(call, given) {
			return
		}
	}
	b.row.aggs.defs = nil
	if o := b.outputs(e); o != nil {
		defs := b.row.aggs.defs
		o.x = s.above(o.x, defs)
		s.take(defs)
		b.eachOutput(o, s.names, false, s.define)
		return
	}
	v := b.fold(b.scalar(x))
	defs := b.row.aggs.defs
	name := ""
	if len(given) > 0 {
		var ok bool
		if name, ok = s.names.state(given[0].Name); !ok {
			b.diags.Add(CodeDuplicateColumn, e.Span(), "'%s' operator: A column with the name '%s' is already declared.", b.op, name)
			return
		}
	} else if name = b.nameOf(x); name == "" {
		name = s.names.column()
	} else {
		name = s.names.unique(name)
	}
	if ref, ok := v.(*Ref); ok && len(defs) == 1 && defs[0].Col == ref.Col {
		defs[0].Col.Name = name
		s.agg.Aggs = append(s.agg.Aggs, defs[0])
		s.out = append(s.out, defs[0].Col)
		return
	}
	v = s.above(v, defs)
	s.take(defs)
	s.define(name, v)
}

// take adds the aggregates that an expression is computed from.
func (s *summary) take(defs []Def) {
	for i := range defs {
		if defs[i].Col.Name == "" {
			defs[i].Col.Name = "agg"
		}
	}
	s.agg.Aggs = append(s.agg.Aggs, defs...)
}

// define adds a column that is computed from aggregates.
func (s *summary) define(name string, v Expr) {
	c := &Column{Name: name, Type: v.Type()}
	s.defs = append(s.defs, Def{c, v})
	s.out = append(s.out, c)
}

// above makes an expression one over the aggregates and the keys: what is not
// under an aggregate must be a key.
func (s *summary) above(v Expr, defs []Def) Expr {
	return Rewrite(v, func(x Expr) Expr {
		r, ok := x.(*Ref)
		if !ok {
			return x
		}
		for _, d := range defs {
			if d.Col == r.Col {
				return x
			}
		}
		for _, k := range s.agg.Keys {
			if kr, ok := k.X.(*Ref); ok && kr.Col == r.Col {
				return &Ref{Col: k.Col, Sp: r.Sp}
			}
		}
		s.b.diags.Add(CodeAggregateContext, r.Sp, "'%s' operator: the column '%s' is neither aggregated nor a key.", s.b.op, r.Col.Name)
		return &Const{T: schema.Unknown, Sp: r.Sp}
	})
}

// multi binds the aggregates that give several columns; it reports false for
// others.
func (s *summary) multi(call *ast.Call, given []*ast.Ident) bool {
	switch name := call.Fun.Name; name {
	case "arg_max", "arg_min", "argmax", "argmin":
		s.argBest(call, given, strings.Contains(name, "max"), !strings.Contains(name, "_"))
	case "take_any", "any":
		if len(call.Args) == 1 {
			if _, star := call.Args[0].(*ast.Wildcard); !star {
				return false
			}
		}
		s.takeAny(call, given)
	case "percentiles", "percentile", "percentilew", "percentilesw":
		s.percentiles(call, given)
	default:
		return false
	}
	return true
}

// column adds a column that one aggregate call gives.
func (s *summary) column(name string, f string, t schema.Type, e ast.Expr, args ...Expr) {
	fn := s.b.funcs.Aggregate(f)
	if fn == nil {
		s.b.unsupported(e.Span(), "The aggregate function '"+f+"'")
		return
	}
	c := &Column{Name: name, Type: t}
	if len(args) > 0 {
		c.Bag = isBag(args[len(args)-1])
	}
	s.agg.Aggs = append(s.agg.Aggs, Def{c, &Call{Fn: fn, Args: args, T: t, Sp: e.Span()}})
	s.out = append(s.out, c)
}

// givenName returns the i-th name of (a, b) = f(), made unique, or one of the
// names Kusto would choose.
func (s *summary) givenName(given []*ast.Ident, i int, otherwise string) string {
	if i < len(given) {
		otherwise = given[i].Name
	}
	return s.names.unique(otherwise)
}

// argBest binds arg_max and arg_min; old is for argmax and argmin, which name
// their columns otherwise.
func (s *summary) argBest(call *ast.Call, given []*ast.Ident, isMax, old bool) {
	b, f, best := s.b, "arg_min", "min"
	if isMax {
		f, best = "arg_max", "max"
	}
	if len(call.Args) == 0 {
		b.diags.Add(CodeArgumentCount, call.Fun.Pos, "The function '%s' expects between 1 and 64 arguments.", f)
		return
	}
	outer := b.row
	inner := *outer
	inner.aggs = nil
	b.row = &inner
	defer func() { b.row = outer }()
	by := b.scalar(call.Args[0])
	if !accepts("Orderable", by.Type()) {
		b.diags.Add(CodeArgumentType, call.Args[0].Span(), "%s(): %s", f, classError("Orderable"))
		return
	}
	if by.Type() == schema.Unknown {
		by = Long(0)
	}
	first := b.nameOf(call.Args[0])
	byName := first
	prefix := ""
	if old {
		first = best + "_" + byName
		prefix = first + "_"
	} else if first == "" {
		first = best + "_"
	}
	s.column(s.givenName(given, 0, first), best, by.Type(), call, by)
	k := 1
	for i, a := range call.Args[1:] {
		if w, ok := a.(*ast.Wildcard); ok {
			for _, c := range s.star(w.Pattern) {
				if r, ok := by.(*Ref); ok && r.Col == c {
					continue
				}
				s.column(s.givenName(given, k, prefix+c.Name), f, c.Type, call, by, &Ref{Col: c, Sp: a.Span()})
				k++
			}
			continue
		}
		x := b.scalar(a)
		name := b.nameOf(a)
		if name == "" {
			name = best + "_" + byName + "_arg" + itoa(i+1)
		} else {
			name = prefix + name
		}
		s.column(s.givenName(given, k, name), f, x.Type(), call, by, x)
		k++
	}
}

// star returns the input's columns that are not keys.
func (s *summary) star(pattern string) []*Column {
	var out []*Column
next:
	for _, c := range s.in.Cols() {
		if !wildcard(pattern, c.Name) {
			continue
		}
		for _, k := range s.agg.Keys {
			if r, ok := k.X.(*Ref); ok && r.Col == c || k.Col.Name == c.Name {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

func (s *summary) takeAny(call *ast.Call, given []*ast.Ident) {
	b := s.b
	outer := b.row
	inner := *outer
	inner.aggs = nil
	b.row = &inner
	defer func() { b.row = outer }()
	prefix := ""
	if call.Fun.Name == "any" {
		prefix = "any_"
	}
	k := 0
	for _, a := range call.Args {
		if w, ok := a.(*ast.Wildcard); ok {
			for _, c := range s.star(w.Pattern) {
				s.column(s.givenName(given, k, prefix+c.Name), "take_any", c.Type, call, &Ref{Col: c, Sp: a.Span()})
				k++
			}
			continue
		}
		x := b.scalar(a)
		name := b.nameOf(a)
		if name == "" && prefix == "" {
			name = s.names.column()
			delete(s.names.used, name)
		}
		s.column(s.givenName(given, k, prefix+name), "take_any", x.Type(), call, x)
		k++
	}
}

// percentiles binds percentile, percentiles and their weighted forms: one
// column for each percentile.
func (s *summary) percentiles(call *ast.Call, given []*ast.Ident) {
	b := s.b
	weighted := strings.Contains(call.Fun.Name, "w")
	skip := 1
	if weighted {
		skip = 2
	}
	outer := b.row
	inner := *outer
	inner.aggs = nil
	b.row = &inner
	defer func() { b.row = outer }()
	if len(call.Args) <= skip {
		b.diags.Add(CodeArgumentCount, call.Fun.Pos, "The function '%s' expects between %d and 32768 arguments.", call.Fun.Name, skip+1)
		return
	}
	var args []Expr
	for _, a := range call.Args[:skip] {
		args = append(args, b.scalar(a))
	}
	if t := args[0].Type(); !accepts("Summable", t) && t != schema.Dynamic && t != schema.Unknown {
		b.diags.Add(CodeArgumentType, call.Args[0].Span(), "%s(): %s", call.Fun.Name, classError("Summable"))
		return
	}
	args[0] = b.convert(args[0], percentileType(args[0].Type()))
	for i, a := range call.Args[skip:] {
		p := b.fold(b.scalar(a))
		if r, ok := p.(*Ref); ok && !slices.Contains(b.row.cols, r.Col) {
			p = Long(50) // a parameter, in a function that is only checked
		}
		v, ok := IsConst(p)
		if !ok || !numeric(p.Type()) {
			b.diags.Add(CodeExpectedConstant, a.Span(), "%s(): the percentile must be a constant number.", call.Fun.Name)
			continue
		}
		text := ""
		switch v := v.(type) {
		case int64:
			text = itoa(int(v))
		case float64:
			text = strings.TrimSuffix(FormatReal(v), ".0")
		}
		name := "percentile_" + b.nameOf(call.Args[0]) + "_" + strings.ReplaceAll(text, ".", "_")
		f := "percentile"
		if weighted {
			f = "percentilew"
		}
		s.column(s.givenName(given, i, name), f, args[0].Type(), call, append(append([]Expr(nil), args...), b.convert(p, schema.Real))...)
	}
}

// percentileType is the type of the percentiles of a type.
func percentileType(t schema.Type) schema.Type {
	switch t {
	case schema.Int:
		return schema.Long
	case schema.Decimal:
		return schema.Real
	}
	return t
}
