package types

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

func itoa(n int) string { return strconv.Itoa(n) }

// isTable reports whether an expression is tabular.
func (b *binder) isTable(e ast.Expr, s *scope) bool {
	switch e := e.(type) {
	case *ast.Paren:
		return b.isTable(e.X, s)
	case *ast.Pipe, *ast.OpSource, *ast.Print, *ast.Range, *ast.DataTable, *ast.ExternalData, *ast.InlineExternalTable, *ast.MacroExpand:
		return true
	case *ast.Ident:
		if v := s.find(e.Name); v != nil {
			if v.fun != nil {
				return len(v.fun.Params) == 0 && b.bodyIsTable(v)
			}
			return v.expr == nil
		}
		if b.row.find(e.Name) != nil {
			return false
		}
		return b.lookupTable(e.Name) != nil
	case *ast.Call:
		return b.callIsTable(e, s)
	case *ast.Path:
		if id, ok := root(e).(*ast.Ident); ok {
			v := s.find(id.Name)
			return v != nil && v.database || b.aliases[id.Name] != ""
		}
		if s.patternOf(e) != nil {
			return true
		}
		c, ok := root(e).(*ast.Call)
		return ok && c.Fun != nil && (c.Fun.Name == "database" || c.Fun.Name == "cluster" || c.Fun.Name == "workspace" || c.Fun.Name == "app")
	case *ast.Wildcard:
		return e.Pattern != "*"
	}
	return false
}

func (b *binder) callIsTable(e *ast.Call, s *scope) bool {
	if e.Fun == nil {
		return false
	}
	if v := s.find(e.Fun.Name); v != nil && v.fun != nil {
		return b.bodyIsTable(v)
	}
	if s.patternOf(e) != nil {
		return true
	}
	switch e.Fun.Name {
	case "materialize", "view":
		return len(e.Args) > 0 && b.isTable(e.Args[0], s)
	case "table", "external_table", "materialized_view", "stored_query_result":
		return true
	}
	return false
}

// bodyIsTable looks at a function's result without binding it.
func (b *binder) bodyIsTable(v *binding) bool {
	if v.active || v.fun.Body == nil || v.fun.Body.Result == nil {
		return false
	}
	v.active = true
	defer func() { v.active = false }()
	names := map[string]*binding{}
	for _, p := range v.fun.Params {
		if p.Name == nil {
			continue
		}
		names[p.Name.Name] = &binding{}
		if p.Type != nil {
			names[p.Name.Name].expr = &Const{T: schema.Unknown}
		}
	}
	inner := &scope{outer: v.scope, names: names}
	for _, s := range v.fun.Body.Statements {
		l, ok := s.(*ast.LetStmt)
		if !ok || l.Name == nil {
			continue
		}
		n := &binding{scope: inner}
		if f, ok := ast.Unparen(l.Value).(*ast.FuncLit); ok {
			n.fun = f
		} else if !b.isTable(l.Value, inner) {
			n.expr = &Const{T: schema.Unknown}
		}
		inner = &scope{outer: inner, names: map[string]*binding{l.Name.Name: n}}
	}
	return b.isTable(v.fun.Body.Result, inner)
}

// empty is what stands for a relation that could not be bound.  Its columns
// are not known, so one error does not make a hundred.
func empty() Node { return &Values{} }

// table binds a tabular expression.
func (b *binder) table(e ast.Expr) Node {
	if e == nil || !b.spend(e.Span()) {
		return empty()
	}
	if b.depth++; b.depth > maxDepth/8 {
		b.depth--
		b.diags.Add(CodeRecursion, e.Span(), "The query is nested too deeply.")
		b.budget = 0
		return empty()
	}
	defer func() { b.depth-- }()
	all, graphs := b.all, b.graphs
	b.all, b.graphs = false, false
	n := b.tabular(e, all, graphs)
	if _, ok := n.(*graph); ok && !graphs {
		b.diags.Add(CodeExpectedTable, e.Span(), "A table is expected, and this is a graph: graph-match or graph-to-table makes one of it.")
		return empty()
	}
	if !all {
		n = b.first(n, e.Span())
	}
	return n
}

// tabular is table for an expression within the bounds; with all it may give
// Several tables, with graphs a graph.
func (b *binder) tabular(e ast.Expr, all, graphs bool) Node {
	switch e := e.(type) {
	case *ast.Paren:
		b.all, b.graphs = all, graphs
		return b.table(e.X)
	case *ast.Pipe:
		b.graphs = true
		n := b.table(e.Source)
		if len(e.Ops) > maxOperators {
			b.diags.Add(CodeRecursion, e.Ops[maxOperators].Span(), "A pipe has more than %d operators.", maxOperators)
			return empty()
		}
		for _, op := range e.Ops {
			if _, ok := op.(*ast.Render); !ok {
				n = b.first(n, op.Span())
			}
			n = b.operator(n, op)
		}
		return n
	case *ast.OpSource:
		in := b.input
		if in == nil {
			in = &One{}
		}
		return b.operator(in, e.Op)
	case *ast.Ident:
		b.graphs = graphs
		n := b.tableName(e)
		b.graphs = false
		return n
	case *ast.Call:
		return b.tableCall(e)
	case *ast.Path:
		return b.tablePath(e)
	case *ast.Print:
		return b.print(e)
	case *ast.Range:
		return b.rangeSource(e)
	case *ast.DataTable:
		return b.datatable(e)
	case *ast.ExternalData:
		return b.external(e.Columns, e.Pos)
	case *ast.InlineExternalTable:
		return b.external(e.Columns, e.Pos)
	case *ast.MacroExpand:
		return b.macroExpand(e)
	case *ast.BadExpr:
	case *ast.Wildcard:
		return b.union(nil, &ast.Union{Extent: e.Extent, Tables: []ast.Expr{e}})
	default:
		b.diags.Add(CodeExpectedTable, e.Span(), "A table expression is expected.")
	}
	return empty()
}

func (b *binder) tableName(e *ast.Ident) Node {
	if v := b.scope.find(e.Name); v != nil {
		switch {
		case v.node != nil:
			return again(v.node)
		case v.table != nil:
			return b.tableVar(v)
		case v.fun != nil:
			return b.callTable(e.Name, v, nil, e)
		}
	}
	if t := b.lookupTable(e.Name); t != nil {
		return b.within(newTable(t))
	}
	b.unknownTable(e.Pos, e.Name)
	return empty()
}

func (b *binder) lookupTable(name string) *schema.Table {
	if b.opts.Catalog == nil || !b.scope.visible(name) {
		return nil
	}
	return b.opts.Catalog.Table(name)
}

func (b *binder) unknownTable(sp token.Span, name string) {
	d := b.diags.Add(CodeUnknownTable, sp, "Failed to resolve table or column expression named '%s'", name)
	if b.opts.Catalog != nil {
		names := b.tableNames()
		for s := b.scope; s != nil; s = s.outer {
			for n, v := range s.names {
				if v.expr == nil {
					names = append(names, n)
				}
			}
		}
		slices.Sort(names)
		d.Hint = suggest(name, names)
	}
}

func newTable(t *schema.Table) *Table {
	n := &Table{T: t, Source: make(map[*Column]*schema.Column, len(t.Columns))}
	add := func(cols []schema.Column) (out []*Column) {
		block := make([]Column, len(cols))
		for i := range cols {
			c := &block[i]
			c.Name, c.Type = cols[i].Name, cols[i].Type
			c.Bag = c.Type == schema.String && (c.Name == "AdditionalFields" || hasBag(t, c.Name))
			n.Source[c] = &cols[i]
			out = append(out, c)
		}
		return out
	}
	n.Columns, n.Hidden = add(t.Columns), add(t.Hidden)
	return n
}

func hasBag(t *schema.Table, column string) bool {
	for i := range t.Parts {
		if _, ok := t.Parts[i].Bags[column]; ok {
			return true
		}
	}
	return false
}

// tableVar binds a let table, each time anew: its columns are new columns.
func (b *binder) tableVar(v *binding) Node {
	if v.active {
		b.diags.Add(CodeRecursion, v.table.Span(), "A variable refers to itself.")
		return empty()
	}
	v.active = true
	defer func() { v.active = false }()
	var n Node
	render := b.render
	b.inScope(v.scope, func() { n = b.table(v.table) })
	b.render = render
	return n
}

// again gives a relation that is already bound under new columns.
func again(n Node) Node {
	s, ok := n.(*Shared)
	if !ok {
		return n
	}
	return read(s)
}

func read(s *Shared) *Read {
	r := &Read{Of: s}
	for _, c := range s.In.Cols() {
		k := *c
		r.Columns = append(r.Columns, &k)
	}
	for _, c := range hiddenOf(s.In) {
		k := *c
		r.Hidden = append(r.Hidden, &k)
	}
	return r
}

// Cols returns the columns of the relation.
func (s *Shared) Cols() []*Column { return s.In.Cols() }

func (b *binder) tableCall(e *ast.Call) Node {
	name := e.Fun.Name
	if v := b.scope.find(name); v != nil && v.fun != nil {
		return b.callTable(name, v, e.Args, e)
	}
	if v := b.scope.patternOf(e); v != nil {
		return b.callPattern(v, e)
	}
	switch name {
	case "materialize":
		if len(e.Args) == 1 || len(e.Args) == 2 {
			key := sharedKey{e, b.scope}
			s := b.shared[key]
			if s == nil {
				s = &Shared{Name: "m" + itoa(len(b.shared)+1), In: b.subquery(e.Args[0])}
				b.shared[key] = s
			}
			return read(s)
		}
	case "view":
		if len(e.Args) == 1 {
			return b.table(e.Args[0])
		}
	case "table":
		if len(e.Args) > 0 {
			if s, ok := b.constString(e.Args[0]); ok {
				return b.tableName(&ast.Ident{Extent: e.Extent, Name: s})
			}
			b.diags.Add(CodeExpectedConstant, e.Args[0].Span(), "The expression must be a constant string.")
			return empty()
		}
	case "external_table", "materialized_view", "stored_query_result":
		b.unsupported(e.Pos, "The function '"+name+"'")
		return empty()
	}
	if b.funcs.Scalar(name) != nil {
		b.diags.Add(CodeExpectedTable, e.Pos, "A table expression is expected; %s() is a scalar function.", name)
	} else {
		b.diags.Add(CodeUnknownFunction, e.Fun.Pos, "Unknown function: '%s'.", name).Hint = suggest(name, b.funcs.ScalarNames())
	}
	return empty()
}

// tablePath binds database("x").Table: there is one database here.
func (b *binder) tablePath(e *ast.Path) Node {
	if v := b.scope.patternOf(e); v != nil {
		return b.callPattern(v, e)
	}
	remote, ok := "", false
	switch x := root(e).(type) {
	case *ast.Ident:
		v := b.scope.find(x.Name)
		ok = v != nil && v.database || b.aliases[x.Name] != ""
		remote = b.aliases[x.Name]
	case *ast.Call:
		if x.Fun == nil {
			break
		}
		switch ok = true; x.Fun.Name {
		case "cluster", "workspace", "app":
			remote = x.Fun.Name
		case "database":
			if len(x.Args) == 1 && len(b.aliases) > 0 {
				if name, ok := b.constString(x.Args[0]); ok {
					remote = b.aliases[name]
				}
			}
		default:
			ok = false
		}
	}
	if ok && remote != "" && remote != "database" {
		b.refuse(e.Pos, remote+"()")
		return empty()
	}
	if ok {
		switch sel := e.Sel.(type) {
		case *ast.Ident:
			return b.tableName(sel)
		case *ast.Call:
			return b.tableCall(sel)
		}
	}
	b.diags.Add(CodeExpectedTable, e.Pos, "A table expression is expected.")
	return empty()
}

func (b *binder) refuse(sp token.Span, what string) {
	b.diags.Add(CodeRefused, sp, "%s reaches outside this database and is refused.", what)
}

func (b *binder) print(e *ast.Print) Node {
	b.op = "print"
	m := &Map{In: &One{}}
	n := newNamer(nil)
	b.withRow(&row{wins: &windows{b: b, level: map[*Column]int{}}}, func() {
		for i, x := range e.Exprs {
			if b.defineOutputs(m, n, x, true) {
				continue
			}
			name := "print_" + itoa(i)
			if ne, ok := x.(*ast.NamedExpr); ok {
				if ne.Tuple && len(ne.Names) > 1 {
					b.tuple(m, n, ne)
					continue
				}
				name = ne.Names[0].Name
			}
			v := b.fold(b.scalar(x))
			c := &Column{Name: n.unique(name), Type: v.Type()}
			m.Defs = append(m.Defs, Def{c, v})
			m.Columns = append(m.Columns, c)
		}
		m.In = windowed(m.In, b.row.wins)
	})
	return m
}

func (b *binder) rangeSource(e *ast.Range) Node {
	b.op = "range"
	from, to, step := b.fold(b.scalar(e.From)), b.fold(b.scalar(e.To)), b.fold(b.scalar(e.Step))
	t := from.Type()
	if numeric(t) {
		for _, x := range []Expr{to, step} {
			if x.Type() == schema.Dynamic {
				continue
			}
			if w, ok := Wider(t, x.Type()); ok {
				t = w
			}
		}
		if t == schema.Int {
			t = schema.Long
		}
		from, to, step = b.convert(from, t), b.convert(to, t), b.convert(step, t)
	}
	name := ""
	if e.Name != nil {
		name = e.Name.Name
	}
	if t != schema.DateTime && t != schema.TimeSpan && !numeric(t) && t != schema.Unknown {
		b.diags.Add(CodeExpectedType, e.From.Span(), "The argument value must be summable: a number, timespan or datetime.")
	}
	return &Range{Col: &Column{Name: name, Type: t}, From: from, To: to, Step: step}
}

func (b *binder) datatable(e *ast.DataTable) Node {
	b.op = "datatable"
	v := &Values{}
	for _, d := range e.Columns {
		v.Columns = append(v.Columns, declared(d))
	}
	k := len(v.Columns)
	if k == 0 {
		return v
	}
	if len(e.Values)%k != 0 {
		b.diags.Add(CodeBadValue, e.Pos, "Incorrect number of data values. The values should appear in multiples of %d.", k)
		return v
	}
	for i := 0; i+k <= len(e.Values); i += k {
		r := make([]Expr, k)
		for j := range k {
			x := b.fold(b.scalar(e.Values[i+j]))
			r[j] = b.cell(x, v.Columns[j].Type)
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

// cell converts a literal to the type its column declares, as datatable does.
func (b *binder) cell(x Expr, t schema.Type) Expr {
	if c, ok := x.(*Const); ok && c.V == nil && c.T != schema.Unknown {
		return Null(t)
	}
	return b.fold(b.convert(x, t))
}

func (b *binder) external(decls []*ast.ColumnDecl, sp token.Span) Node {
	v := &Values{}
	for _, d := range decls {
		v.Columns = append(v.Columns, declared(d))
	}
	if b.refused == "" {
		b.refused = "externaldata reaches outside this database and is refused."
	}
	return v
}

// matchTables returns the tables and views whose names match a pattern.
func (b *binder) matchTables(pattern string) []string {
	var out []string
	for _, n := range b.tableNames() {
		if wildcard(pattern, n) {
			out = append(out, n)
		}
	}
	for s := b.scope; s != nil; s = s.outer {
		for n, v := range s.names {
			if v.fun != nil && v.fun.View && wildcard(pattern, n) {
				out = append(out, n)
			}
		}
	}
	slices.Sort(out)
	return out
}

func wildcard(pattern, name string) bool {
	if !strings.ContainsAny(pattern, `[]?\`) {
		ok, err := path.Match(pattern, strings.ReplaceAll(name, "/", "_"))
		return err == nil && ok
	}
	return pattern == name
}
