package types

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// operator binds one tabular operator on its input.
func (b *binder) operator(in Node, op ast.Operator) Node {
	b.op = op.OpName()
	if g, ok := in.(*graph); ok {
		return b.onGraph(g, op)
	}
	switch op := op.(type) {
	case *ast.Where:
		return b.where(in, op.Pred)
	case *ast.Extend:
		return b.extend(in, op.Exprs)
	case *ast.Serialize:
		return b.extend(in, op.Exprs)
	case *ast.Project:
		return b.project(in, op)
	case *ast.Summarize:
		return b.summarize(in, op)
	case *ast.Distinct:
		return b.distinct(in, op)
	case *ast.Count:
		name := "Count"
		if op.Name != nil {
			name = op.Name.Name
		}
		c := &Column{Name: name, Type: schema.Long, NotNull: true}
		return &Aggregate{In: in, Aggs: []Def{{c, &Call{Fn: b.funcs.Aggregate("count"), T: schema.Long}}}}
	case *ast.Sort:
		return b.sort(in, op.Keys)
	case *ast.Take:
		return &Limit{In: in, N: b.rowCount(op.N)}
	case *ast.Top:
		return &Limit{In: b.sort(in, op.Keys), N: b.rowCount(op.N)}
	case *ast.TopNested:
		return b.topNested(in, op)
	case *ast.TopHitters:
		return b.topHitters(in, op)
	case *ast.Sample:
		return &Sample{In: in, N: b.rowCount(op.N)}
	case *ast.SampleDistinct:
		return b.sampleDistinct(in, op)
	case *ast.Join:
		return b.join(in, op)
	case *ast.Lookup:
		return b.lookup(in, op)
	case *ast.Union:
		return b.union(in, op)
	case *ast.Search:
		return b.search(in, op)
	case *ast.Find:
		return b.find(op)
	case *ast.MvExpand:
		return b.mvExpand(in, op)
	case *ast.MvApply:
		return b.mvApply(in, op)
	case *ast.Parse:
		return b.parse(in, op)
	case *ast.ParseKV:
		return b.parseKV(in, op)
	case *ast.MakeSeries:
		return b.makeSeries(in, op)
	case *ast.Partition:
		return b.partition(in, op)
	case *ast.Evaluate:
		return b.evaluate(in, op)
	case *ast.Fork:
		return b.fork(in, op)
	case *ast.Facet:
		return b.facet(in, op)
	case *ast.Scan:
		return b.scan(in, op)
	case *ast.MakeGraph:
		return b.makeGraph(in, op)
	case *ast.GraphMatch, *ast.GraphMarkComponents, *ast.GraphToTable:
		return b.noGraph(op)
	case *ast.Reduce:
		return b.reduce(in, op)
	case *ast.Invoke:
		return b.invoke(in, op)
	case *ast.As:
		return b.as(in, op)
	case *ast.GetSchema:
		return getSchema(in)
	case *ast.Render:
		b.renderOp(op)
		return in
	case *ast.Consume:
		return &Limit{In: in, N: Long(0)}
	case *ast.AssertSchema:
		return b.assertSchema(in, op)
	case *ast.ExecuteAndCache:
		return in
	case *ast.BadOp:
		return in
	}
	b.unsupported(op.Span(), "'"+op.OpName()+"' operator")
	return in
}

// broken reports whether a relation's columns are not known because of an
// earlier error.
func broken(n Node) bool {
	v, ok := n.(*Values)
	return ok && len(v.Columns) == 0
}

func (b *binder) where(in Node, pred ast.Expr) Node {
	w := &windows{b: b, level: map[*Column]int{}}
	r := rowOf(in)
	r.wins = w
	var x Expr
	b.withRow(r, func() { x = b.scalar(pred) })
	if t := x.Type(); t != schema.Bool && t != schema.Unknown && !numeric(t) {
		if t == schema.Dynamic {
			x = b.convert(x, schema.Bool)
		} else {
			b.diags.Add(CodeExpectedType, pred.Span(), "'%s' operator: The expression must have the type bool.", b.op)
		}
	}
	if numeric(x.Type()) {
		x = b.convert(x, schema.Bool)
	}
	if len(w.layers) == 0 {
		return &Filter{In: in, Pred: x}
	}
	return &Map{In: &Filter{In: windowed(in, w), Pred: x}, Columns: in.Cols()}
}

// extend adds columns, or replaces those of the same name.  A definition sees
// the columns of the input, and in Kusto also nothing else: not its own
// siblings.
func (b *binder) extend(in Node, exprs []ast.Expr) Node {
	if len(exprs) == 0 {
		return in
	}
	m := &Map{In: in, Columns: slices.Clone(in.Cols())}
	w := &windows{b: b, level: map[*Column]int{}}
	r := rowOf(in)
	r.wins = w
	names := newNamer(in.Cols())
	stated := map[string]bool{}
	b.withRow(r, func() {
		for _, e := range exprs {
			if b.defineOutputs(m, names, e, false) {
				continue
			}
			if ne, ok := e.(*ast.NamedExpr); ok && ne.Tuple && len(ne.Names) > 1 {
				b.tuple(m, names, ne)
				continue
			}
			x := b.fold(b.scalar(e))
			name := b.nameOf(e)
			if name == "" {
				name = names.column()
			}
			if _, ok := e.(*ast.NamedExpr); ok {
				if stated[name] {
					b.diags.Add(CodeDuplicateColumn, e.Span(), "'%s' operator: A column with the name '%s' is already declared.", b.op, name)
					continue
				}
				stated[name] = true
			}
			// A column takes the place of one that has its name already, also
			// where it has it from its argument.
			b.setColumn(m, name, x)
		}
	})
	m.In = windowed(m.In, w)
	return m
}

// setColumn defines a column of a Map, in the place of one with that name.
func (b *binder) setColumn(m *Map, name string, x Expr) {
	c := &Column{Name: name, Type: x.Type(), Bag: isBag(x)}
	if ref, ok := x.(*Ref); ok && ref.Col.Name == name && slices.Contains(m.Columns, ref.Col) {
		return // extend a = a
	}
	m.Defs = append(m.Defs, Def{c, x})
	for i, old := range m.Columns {
		if old.Name == name {
			m.Columns[i] = c
			return
		}
	}
	m.Columns = append(m.Columns, c)
}

// tuple binds (a, b) = f(): the elements of a dynamic array, or of what the
// series functions give.
func (b *binder) tuple(m *Map, names *namer, e *ast.NamedExpr) {
	x := b.scalar(e.X)
	if t := x.Type(); t != schema.Dynamic && t != schema.Unknown {
		b.setColumn(m, e.Names[0].Name, x)
		return
	}
	for i, n := range e.Names {
		names.used[n.Name] = true
		b.setColumn(m, n.Name, &Member{X: x, Key: Long(int64(i)), Sp: e.Pos})
	}
}

func (b *binder) project(in Node, op *ast.Project) Node {
	switch op.Kind {
	case ast.ProjectAway, ast.ProjectKeep:
		return b.projectSome(in, op)
	case ast.ProjectRename:
		return b.projectRename(in, op)
	case ast.ProjectReorder:
		return b.projectReorder(in, op)
	case ast.ProjectByNames:
		return b.projectByNames(in, op)
	}
	m := &Map{In: in}
	w := &windows{b: b, level: map[*Column]int{}}
	r := rowOf(in)
	r.wins = w
	names := newNamer(nil)
	names.input = in.Cols()
	b.withRow(r, func() {
		for _, e := range op.Exprs {
			if wc, ok := e.(*ast.Wildcard); ok && wc.Pattern == "*" {
				m.Columns = append(m.Columns, in.Cols()...)
				continue
			}
			if b.defineOutputs(m, names, e, false) {
				continue
			}
			if ne, ok := e.(*ast.NamedExpr); ok && ne.Tuple && len(ne.Names) > 1 {
				b.tuple(m, names, ne)
				continue
			}
			x := b.fold(b.scalar(e))
			name := b.nameOf(e)
			_, named := e.(*ast.NamedExpr)
			_, plain := e.(*ast.Ident)
			switch {
			case name == "":
				name = names.column()
			case named || plain:
				s, ok := names.state(name)
				if !ok {
					if c := columnNamed(m.Columns, name); !broken(in) && (named || c == nil || !sameRef(x, c)) {
						b.diags.Add(CodeDuplicateColumn, e.Span(), "'%s' operator: A column with the name '%s' is already declared.", b.op, name)
					}
					continue
				}
				name = s
			default:
				name = names.unique(name)
			}
			if ref, ok := x.(*Ref); ok && ref.Col.Name == name && !slices.Contains(m.Columns, ref.Col) {
				m.Columns = append(m.Columns, ref.Col)
				continue
			}
			c := &Column{Name: name, Type: x.Type(), Bag: isBag(x)}
			m.Defs = append(m.Defs, Def{c, x})
			m.Columns = append(m.Columns, c)
		}
	})
	m.In = windowed(m.In, w)
	return m
}

func sameRef(x Expr, c *Column) bool {
	r, ok := x.(*Ref)
	return ok && r.Col == c
}

func columnNamed(cols []*Column, name string) *Column {
	for _, c := range cols {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// pick returns the columns that a name or pattern stands for.
func (b *binder) pick(in Node, e ast.Expr) []*Column {
	switch e := e.(type) {
	case *ast.Ident:
		if c := rowOf(in).find(e.Name); c != nil {
			return []*Column{c}
		}
		if !broken(in) {
			b.withRow(rowOf(in), func() { b.unknownName(e.Pos, e.Name) })
		}
	case *ast.Wildcard:
		var out []*Column
		for _, c := range in.Cols() {
			if wildcard(e.Pattern, c.Name) {
				out = append(out, c)
			}
		}
		return out
	case *ast.Ordered:
		return b.pick(in, e.X)
	default:
		b.diags.Add(CodeExpectedColumn, e.Span(), "Column name expected.")
	}
	return nil
}

func (b *binder) projectSome(in Node, op *ast.Project) Node {
	picked := map[*Column]bool{}
	for _, e := range op.Exprs {
		for _, c := range b.pick(in, e) {
			picked[c] = true
		}
	}
	m := &Map{In: in}
	for _, c := range in.Cols() {
		if picked[c] == (op.Kind == ast.ProjectKeep) {
			m.Columns = append(m.Columns, c)
		}
	}
	return m
}

func (b *binder) projectRename(in Node, op *ast.Project) Node {
	m := &Map{In: in, Columns: slices.Clone(in.Cols())}
	for _, e := range op.Exprs {
		ne, ok := e.(*ast.NamedExpr)
		if !ok || len(ne.Names) != 1 {
			b.diags.Add(CodeExpectedColumn, e.Span(), "'project-rename' operator: expected NewName = OldName.")
			continue
		}
		id, ok := ast.Unparen(ne.X).(*ast.Ident)
		if !ok {
			b.diags.Add(CodeExpectedColumn, ne.X.Span(), "Column name expected.")
			continue
		}
		for _, c := range b.pick(in, id) {
			n := &Column{Name: ne.Names[0].Name, Type: c.Type, Bag: c.Bag, NotNull: c.NotNull}
			m.Defs = append(m.Defs, Def{n, &Ref{Col: c, Sp: id.Pos}})
			if i := slices.Index(m.Columns, c); i >= 0 {
				m.Columns[i] = n
			}
		}
	}
	return m
}

func (b *binder) projectReorder(in Node, op *ast.Project) Node {
	m := &Map{In: in}
	placed := map[*Column]bool{}
	for _, e := range op.Exprs {
		cols := slices.Clone(b.pick(in, e))
		if o, ok := e.(*ast.Ordered); ok {
			cmp := func(x, y *Column) int { return strings.Compare(x.Name, y.Name) }
			slices.SortStableFunc(cols, cmp)
			if o.Order == ast.OrderDesc {
				slices.Reverse(cols)
			}
		}
		for _, c := range cols {
			if !placed[c] {
				placed[c] = true
				m.Columns = append(m.Columns, c)
			}
		}
	}
	for _, c := range in.Cols() {
		if !placed[c] {
			m.Columns = append(m.Columns, c)
		}
	}
	return m
}

// sort binds sort keys: descending unless asc is written; nulls first when
// ascending, last when descending.
func (b *binder) sort(in Node, keys []ast.Expr) Node {
	s := &Sort{In: in}
	b.withRow(rowOf(in), func() {
		for _, k := range keys {
			key := SortKey{Desc: true}
			nulls := ast.NullsDefault
			x := k
			if ne, ok := x.(*ast.NamedExpr); ok {
				x = ne.X
			}
			if o, ok := x.(*ast.Ordered); ok {
				key.Desc = o.Order != ast.OrderAsc
				nulls = o.Nulls
				x = o.X
			}
			key.X = b.scalar(x)
			if key.X.Type() == schema.Dynamic {
				b.diags.Add(CodeArgumentType, x.Span(), "'%s' operator: The value of type 'dynamic' is not allowed in this context.", b.op)
			}
			key.NullsFirst = !key.Desc
			if nulls != ast.NullsDefault {
				key.NullsFirst = nulls == ast.NullsFirst
			}
			s.Keys = append(s.Keys, key)
		}
	})
	return s
}

// rowCount binds the number of take, top and sample.
func (b *binder) rowCount(e ast.Expr) Expr {
	var x Expr
	b.withRow(&row{}, func() { x = b.fold(b.scalar(e)) })
	if t := x.Type(); !integer(t) && t != schema.Unknown && t != schema.Dynamic && t != schema.Real {
		b.diags.Add(CodeExpectedType, e.Span(), "'%s' operator: The expression value must be an integer.", b.op)
		return Long(0)
	}
	return b.convert(x, schema.Long)
}

func (b *binder) distinct(in Node, op *ast.Distinct) Node {
	a := &Aggregate{In: in}
	names := newNamer(nil)
	names.input = in.Cols()
	b.withRow(rowOf(in), func() {
		for _, e := range op.Exprs {
			if w, ok := e.(*ast.Wildcard); ok {
				for _, c := range in.Cols() {
					if wildcard(w.Pattern, c.Name) && !names.used[c.Name] {
						a.Keys = append(a.Keys, keyDef(names.unique(c.Name), &Ref{Col: c}))
					}
				}
				continue
			}
			x := b.fold(b.scalar(e))
			name := b.nameOf(e)
			if name == "" {
				name = names.column()
			} else {
				name = names.unique(name)
			}
			a.Keys = append(a.Keys, keyDef(name, x))
		}
	})
	if len(a.Keys) == 0 && !broken(in) {
		return in
	}
	return a
}

func keyDef(name string, x Expr) Def {
	return Def{&Column{Name: name, Type: x.Type(), Bag: isBag(x)}, x}
}

func (b *binder) sampleDistinct(in Node, op *ast.SampleDistinct) Node {
	n := b.rowCount(op.N)
	a := &Aggregate{In: in}
	b.withRow(rowOf(in), func() {
		name := b.nameOf(op.Of)
		if name == "" {
			name = "Column1"
		}
		a.Keys = []Def{keyDef(name, b.scalar(op.Of))}
	})
	return &Limit{In: a, N: n}
}

// as names the rows so far; they are computed once.
func (b *binder) as(in Node, op *ast.As) Node {
	if op.Name == nil {
		return in
	}
	s := &Shared{Name: op.Name.Name, In: in}
	b.define(op.Name.Name, &binding{node: s})
	return read(s)
}

// invoke calls a function with the input as its first argument.
func (b *binder) invoke(in Node, op *ast.Invoke) Node {
	call, ok := op.Call.(*ast.Call)
	if !ok || call.Fun == nil {
		b.unsupported(op.Pos, "'invoke' of a function in another database")
		return in
	}
	v := b.scope.find(call.Fun.Name)
	if v == nil || v.fun == nil {
		b.diags.Add(CodeUnknownFunction, call.Fun.Pos, "Unknown function: '%s'.", call.Fun.Name)
		return in
	}
	if len(v.fun.Params) == 0 || v.fun.Params[0].Type != nil {
		b.diags.Add(CodeExpectedTable, call.Fun.Pos, "'invoke' operator: the first parameter of '%s' must be tabular.", call.Fun.Name)
		return in
	}
	args := call.Args
	if v.library && !v.user && call.Fun.Name == "FileProfile" {
		in, args = b.withHash(in, call), nil
	}
	var out Node
	b.withRow(rowOf(in), func() {
		bound := &ast.Ident{Extent: call.Fun.Extent, Name: "$invoke"}
		s := b.scope
		input := &binding{node: in}
		if !b.usesRow(args) && !(v.library && len(v.fun.Params) > 1) {
			// The function may read its table several times.
			input.node = &Shared{Name: "invoke", In: in}
		}
		b.define("$invoke", input)
		args := append([]ast.Expr{bound}, args...)
		out = b.callTable(call.Fun.Name, v, args, call)
		b.scope = s
	})
	return out
}

// getSchema lists the columns of a relation.
func getSchema(in Node) Node {
	v := &Values{Columns: []*Column{{Name: "ColumnName", Type: schema.String}, {Name: "ColumnOrdinal", Type: schema.Long},
		{Name: "DataType", Type: schema.String}, {Name: "ColumnType", Type: schema.String}}}
	for i, c := range in.Cols() {
		v.Rows = append(v.Rows, []Expr{Str(c.Name), Long(int64(i)), Str("System." + c.Type.NetName()), Str(c.Type.String())})
	}
	return v
}

func (b *binder) assertSchema(in Node, op *ast.AssertSchema) Node {
	cols := in.Cols()
	ok := len(cols) == len(op.Columns)
	for i := 0; ok && i < len(cols); i++ {
		d := declared(op.Columns[i])
		ok = cols[i].Name == d.Name && cols[i].Type == d.Type
	}
	if !ok && !broken(in) {
		b.diags.Add(CodeExpectedType, op.Pos, "'assert-schema' operator: the columns are not as asserted.")
	}
	return in
}

func (b *binder) renderOp(op *ast.Render) {
	r := &Render{}
	if op.Chart != nil {
		r.Chart = op.Chart.Name
	}
	for _, p := range op.Props {
		var vals []string
		for _, v := range p.Values {
			switch v := v.(type) {
			case *ast.Ident:
				vals = append(vals, v.Name)
			case *ast.Literal:
				if v.Type == ast.LitString {
					vals = append(vals, v.Text)
				} else {
					vals = append(vals, v.Raw)
				}
			}
		}
		if p.Name != nil {
			r.Props = append(r.Props, RenderProp{p.Name.Name, strings.Join(vals, ",")})
		}
	}
	b.render = r
}
