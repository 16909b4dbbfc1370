package types

import (
	"fmt"
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// Catalog finds the tables of a database.
type Catalog interface {
	// Table returns the table called name, or nil.
	Table(name string) *schema.Table
	// Tables lists the names of all tables.
	Tables() []string
}

// Options are what a query is bound against.
type Options struct {
	Catalog Catalog
	Funcs   Catalogue
	// Now is the time of now(), in ticks.
	Now int64
	// Params are the values of declared query parameters, by name.
	Params map[string]string
	// Range limits the rows of tables by their Timestamp.
	Range TimeRange
	// Explore runs a relation and returns its rows, for plugins whose columns
	// depend on the data.  Without it only their known columns are there.
	Explore func(Node) ([][]any, error)
	// Library are functions that the query can call; from number Saved on they
	// are users'.
	Library []*ast.LetStmt
	Saved   int
	// Lint warns also of what is right and may surprise.
	Lint bool
	// Hosted says that the host answers the functions that are Func.Hosted.
	Hosted bool
}

// Query is a bound query.
type Query struct {
	// Root is the relation of the last tabular statement; nil if there is
	// none.
	Root Node
	// Tables are all results in their order, where there are several: those of
	// an operator, and those of earlier statements.  Root is one of them.
	Tables []ResultTable
	// Render is what a final render operator asks for, or nil.
	Render *Render
	// Refused says why the query may be checked but not run: the part of it
	// that reaches outside; empty if it may run.
	Refused string
}

// Render is what the render operator asks for.
type Render struct {
	// Chart is the visualization ("timechart"), "" if not named.
	Chart string
	// Props are the properties, in order; lists are joined with commas.
	Props []RenderProp
}

// RenderProp is one property of Render.
type RenderProp struct{ Name, Value string }

// maxNodes bounds what let functions and tables may expand to.
const maxNodes = 200_000

// maxOperators bounds the operators of one pipe.
const maxOperators = 2_000

// binder binds one query.
type binder struct {
	opts    Options
	diags   diag.List
	funcs   Catalogue
	row     *row
	scope   *scope
	op      string // the operator being bound, for messages
	render  *Render
	refused string
	shared  map[sharedKey]*Shared
	budget  int
	depth   int
	// sets are the values of set statements.
	sets map[string]ast.Expr
	// aliases are the other names of databases, with what they stand for:
	// database or cluster.
	aliases map[string]string
	// all says that the tabular expression that is bound next may give Several.
	all bool
	// graphs says that it may give a graph.
	graphs bool
	// input is the relation that an operator without a source starts from.
	input Node
}

type sharedKey struct {
	node  ast.Node
	scope *scope
}

// scope is a level of let names.
type scope struct {
	outer *scope
	names map[string]*binding
	// only limits what can be seen of the levels outside, nil if nothing does.
	only *restriction
}

// binding is what a let name stands for.
type binding struct {
	expr     Expr         // scalar
	table    ast.Expr     // tabular, bound at each use in scope
	fun      *ast.FuncLit // function, bound at each call in scope
	node     Node         // tabular parameter or as-name: a Shared to read
	scope    *scope
	active   bool // being bound: using it again is recursion
	pattern  *ast.PatternStmt
	group    *ast.EntityGroup
	database bool // one of macro-expand's databases
	// user says that the text is a saved function's.
	user bool
	// library says that the text is not the query's own.
	library bool
}

// row is what scalar expressions can refer to.
type row struct {
	cols   []*Column
	hidden []*Column
	// open says that there may be more columns than are known.
	open bool
	// left and right are the sides of a join's conditions.
	left, right *row
	// aggs collects aggregate calls where they are allowed.
	aggs *collector
	// wins collects window calls.
	wins *windows
	// fields are named records whose members columns may be reached by
	// (scan's steps).
	fields map[string][]*Column
	// graph is the pattern whose elements fields are.
	graph *matcher
}

// collector turns calls into columns.
type collector struct{ defs []Def }

// Bind binds and checks a parsed query.  The query is nil where a diagnostic
// is an error.
func Bind(q *ast.Query, opts Options) (*Query, diag.List) {
	b := &binder{opts: opts, funcs: opts.Funcs, scope: &scope{}, shared: map[sharedKey]*Shared{}, budget: maxNodes, row: &row{}}
	b.scope.names = libraryOf(opts.Library, opts.Saved)
	out := &Query{}
	for _, s := range q.Statements {
		_, b.all = s.(*ast.ExprStmt)
		switch n := b.statement(s).(type) {
		case nil:
		case *Several:
			out.Root = n.Tables[0].Root
			out.Tables = append(out.Tables, n.Tables...)
		default:
			out.Root = n
			out.Tables = append(out.Tables, ResultTable{Root: n})
		}
	}
	if b.diags.HasErrors() {
		return nil, b.diags
	}
	if len(out.Tables) < 2 {
		out.Tables = nil
	}
	out.Render, out.Refused = b.render, b.refused
	return out, b.diags
}

// libraryOf binds the names of a library's functions.
func libraryOf(lets []*ast.LetStmt, saved int) map[string]*binding {
	root := &scope{names: make(map[string]*binding, len(lets))}
	for i, l := range lets {
		if f, ok := ast.Unparen(l.Value).(*ast.FuncLit); ok {
			root.names[l.Name.Name] = &binding{fun: f, scope: root, library: true, user: i >= saved}
		}
	}
	return root.names
}

func (b *binder) statement(s ast.Stmt) Node {
	switch s := s.(type) {
	case *ast.ExprStmt:
		if b.isTable(s.X, b.scope) {
			return b.table(s.X)
		}
		b.all = false
		// A scalar statement is a table of one row, as print makes it.
		x := b.scalar(s.X)
		c := &Column{Name: "Column1", Type: x.Type()}
		return &Map{In: &One{}, Defs: []Def{{c, x}}, Columns: []*Column{c}}
	case *ast.LetStmt:
		b.let(s)
	case *ast.QueryParamsStmt:
		b.params(s)
	case *ast.PatternStmt:
		b.pattern(s)
	case *ast.AliasStmt:
		b.alias(s)
	case *ast.RestrictStmt:
		b.restrict(s)
	case *ast.SetStmt:
		if s.Name != nil && s.Value != nil {
			if b.sets == nil {
				b.sets = map[string]ast.Expr{}
			}
			b.sets[s.Name.Name] = s.Value
		}
	}
	return nil
}

func (b *binder) unsupported(sp token.Span, what string) {
	b.diags.Add(CodeNotSupported, sp, "%s is not supported.", what)
}

func (b *binder) let(s *ast.LetStmt) {
	if s.Name == nil || s.Value == nil {
		return
	}
	v := &binding{scope: b.scope}
	switch x := ast.Unparen(s.Value).(type) {
	case *ast.FuncLit:
		v.fun = x
		b.checkFunction(s.Name.Name, x)
	case *ast.EntityGroup:
		v.group = x
	default:
		if b.isTable(s.Value, b.scope) {
			v.table = s.Value
			// Bind once so that errors show even where it is not used; the
			// result is thrown away, unused tables cost nothing else.
			b.op = "let"
			b.tableLet(v)
		} else {
			b.op = "let"
			v.expr = b.fold(b.scalar(s.Value))
			if larger(v.expr, maxNodes) {
				b.diags.Add(CodeRecursion, s.Span(), "The query is too large when its variables are expanded.")
				v.expr = &Const{T: v.expr.Type(), Sp: s.Span()}
			}
		}
	}
	b.define(s.Name.Name, v)
}

// tableLet binds a table variable to see its errors.
func (b *binder) tableLet(v *binding) {
	saved := *b
	b.row, b.graphs = &row{}, true
	b.table(v.table)
	b.row, b.input, b.render = saved.row, saved.input, saved.render
}

// checkFunction binds a function's body when it has no tabular parameters, so
// that errors in it show where it stands.
func (b *binder) checkFunction(name string, f *ast.FuncLit) {
	if f.Body == nil || f.Body.Result == nil {
		return
	}
	inner := &scope{outer: b.scope, names: map[string]*binding{}}
	for _, p := range f.Params {
		if p.Type == nil {
			if p.Schema == nil || p.Schema.Any || p.Name == nil {
				return // what it does depends on the argument
			}
			v := &Values{}
			for _, c := range p.Schema.Columns {
				v.Columns = append(v.Columns, declared(c))
			}
			inner.names[p.Name.Name] = &binding{node: v}
			continue
		}
		c := &Column{Name: p.Name.Name, Type: schema.ParseType(p.Type.Name)}
		inner.names[p.Name.Name] = &binding{expr: &Ref{Col: c}}
	}
	b.inScope(inner, func() {
		b.op = name
		b.body(f.Body)
	})
}

func (b *binder) define(name string, v *binding) {
	// A new level for each name, so that closures see what was there before.
	b.scope = &scope{outer: b.scope, names: map[string]*binding{name: v}}
}

func (s *scope) find(name string) *binding {
	for ; s != nil; s = s.outer {
		if v := s.names[name]; v != nil {
			return v
		}
		if s.only != nil && s.only.hidden[name] {
			return nil
		}
	}
	return nil
}

func (b *binder) params(s *ast.QueryParamsStmt) {
	for _, p := range s.Params {
		if p.Name == nil || p.Type == nil {
			continue
		}
		t := schema.ParseType(p.Type.Name)
		var x Expr = Null(t)
		if text, ok := b.opts.Params[p.Name.Name]; ok {
			x = b.fold(b.cast(Str(text), t))
			if t == schema.Dynamic {
				x = b.fold(&Call{Fn: b.funcs.Scalar("parse_json"), Args: []Expr{Str(text)}, T: t, Sp: p.Span()})
			}
		} else if p.Default != nil {
			x = b.fold(b.convert(b.scalar(p.Default), t))
		} else {
			b.diags.Add(CodeUnknownName, p.Span(), "Query parameter '%s' has no value.", p.Name.Name)
		}
		b.define(p.Name.Name, &binding{expr: x, scope: b.scope})
	}
}

// inScope runs f with another scope and no row.
func (b *binder) inScope(s *scope, f func()) {
	outer, cols, op, input := b.scope, b.row, b.op, b.input
	b.scope, b.row, b.input = s, &row{}, nil
	f()
	b.scope, b.row, b.op, b.input = outer, cols, op, input
}

// withRow runs f with the columns that expressions can see.
func (b *binder) withRow(r *row, f func()) {
	saved := b.row
	b.row = r
	f()
	b.row = saved
}

// rowOf returns the row of a relation.
func rowOf(n Node) *row {
	r := &row{cols: n.Cols(), open: isOpen(n) || broken(n)}
	r.hidden = hiddenOf(n)
	return r
}

// hiddenOf returns the hidden columns of tables (TimeGenerated) that are still
// reachable: operators that keep the rows of a table keep them.
func hiddenOf(n Node) []*Column {
	for {
		switch x := n.(type) {
		case *Table:
			return x.Hidden
		case *Filter:
			n = x.In
		case *Sort:
			n = x.In
		case *Limit:
			n = x.In
		case *Window:
			n = x.In
		case *Expand:
			n = x.In
		case *Open:
			n = x.In
		case *Map:
			if x.Hidden != nil {
				return x.Hidden
			}
			if len(x.Columns) < len(x.In.Cols()) {
				return nil
			}
			n = x.In
		case *Join:
			switch x.Kind {
			case JoinRightSemi, JoinRightAnti:
				n = x.R
			case JoinLeftSemi, JoinLeftAnti:
				n = x.L
			default:
				if l := hiddenOf(x.L); len(l) > 0 {
					return l
				}
				n = x.R
			}
		case *Union:
			return x.Hidden
		case *Read:
			return x.Hidden
		default:
			return nil
		}
	}
}

func (r *row) find(name string) *Column {
	for _, c := range r.cols {
		if c.Name == name {
			return c
		}
	}
	for _, c := range r.hidden {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (r *row) names() []string {
	var out []string
	for _, c := range r.cols {
		out = append(out, c.Name)
	}
	return out
}

func (b *binder) unknownName(sp token.Span, name string) Expr {
	if b.row.open {
		return &Const{T: schema.Unknown, Sp: sp}
	}
	d := b.diags.Add(CodeUnknownName, sp, "'%s' operator: Failed to resolve column or scalar expression named '%s'", b.op, name)
	names := b.row.names()
	for s := b.scope; s != nil; s = s.outer {
		for n, v := range s.names {
			if v.expr != nil {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	d.Hint = suggest(name, names)
	return &Const{T: schema.Unknown, Sp: sp}
}

func suggest(name string, among []string) string {
	for _, n := range among {
		if n != name && strings.EqualFold(n, name) {
			return fmt.Sprintf("Names are case-sensitive: did you mean '%s'?", n)
		}
	}
	if n := diag.Nearest(name, slices.Values(among)); n != "" {
		return fmt.Sprintf("Did you mean '%s'?", n)
	}
	return ""
}

// spend counts nodes, so that expanding functions cannot grow for ever.
func (b *binder) spend(sp token.Span) bool {
	if b.budget--; b.budget == 0 {
		b.diags.Add(CodeRecursion, sp, "The query is too large when its functions and tables are expanded.")
	}
	return b.budget > 0
}
