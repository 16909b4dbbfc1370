package types

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// restriction is what restrict access leaves visible of what is outside its
// scope.
type restriction struct {
	// hidden are the names of let statements that no longer resolve.
	hidden map[string]bool
	// tables are names and patterns of the catalogue's tables.
	tables []string
}

// restrict binds restrict access to (...): the tabular names and tables that it
// does not list are invisible to what follows.  Bodies of views that were
// written before still see everything.
// https://learn.microsoft.com/kusto/query/restrict-statement
func (b *binder) restrict(s *ast.RestrictStmt) {
	r := &restriction{hidden: map[string]bool{}}
	var lets []string
	for _, e := range s.Entities {
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			lets, r.tables = append(lets, e.Name), append(r.tables, e.Name)
		case *ast.Wildcard:
			lets = append(lets, e.Pattern)
		case *ast.Path:
			switch sel := e.Sel.(type) {
			case *ast.Ident:
				r.tables = append(r.tables, sel.Name)
			case *ast.Wildcard:
				r.tables = append(r.tables, sel.Pattern)
			case *ast.Call:
				if sel.Fun != nil {
					lets = append(lets, sel.Fun.Name)
				}
			}
		default:
			b.diags.Add(CodeExpectedTable, e.Span(), "The restrict statement takes names of tables, views and patterns.")
		}
	}
	for at := b.scope; at != nil; at = at.outer {
		for name, v := range at.names {
			tabular := v.expr == nil && (v.fun == nil || b.bodyIsTable(v))
			if tabular && !slices.ContainsFunc(lets, func(p string) bool { return wildcard(p, name) }) {
				r.hidden[name] = true
			}
		}
	}
	b.scope = &scope{outer: b.scope, only: r}
}

// visible reports whether a table of the catalogue can be named in a scope.
func (s *scope) visible(table string) bool {
	for ; s != nil; s = s.outer {
		if s.only != nil && !slices.ContainsFunc(s.only.tables, func(p string) bool { return wildcard(p, table) }) {
			return false
		}
	}
	return true
}

// tableNames lists the tables that can be named.
func (b *binder) tableNames() []string {
	if b.opts.Catalog == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(b.opts.Catalog.Tables()), func(n string) bool { return !b.scope.visible(n) })
}

// alias notes whether a database's other name is one of another cluster.
// https://learn.microsoft.com/kusto/query/alias-statement
func (b *binder) alias(s *ast.AliasStmt) {
	if s.Name == nil {
		return
	}
	x := ast.Unparen(s.Value)
	call, ok := root(x).(*ast.Call)
	if !ok || call.Fun == nil || call.Fun.Name != "database" && call.Fun.Name != "cluster" {
		b.diags.Add(CodeExpectedTable, s.Span(), "An alias names a database: alias database X = database('Y').")
		return
	}
	if b.aliases == nil {
		b.aliases = map[string]string{}
	}
	b.aliases[s.Name.Name] = call.Fun.Name
}

// root is the first element of a path.
func root(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Path)
		if !ok {
			return e
		}
		e = p.X
	}
}

// pattern declares a pattern; one without a definition only makes its name
// known, and each use of it is an error that says which definition is wanted.
// https://learn.microsoft.com/kusto/query/pattern-statement
func (b *binder) pattern(s *ast.PatternStmt) {
	if s.Name == nil {
		return
	}
	for _, p := range append(slices.Clone(s.Params), s.Path) {
		if p != nil && p.Type != nil && schema.ParseType(p.Type.Name) != schema.String {
			b.diags.Add(CodeExpectedType, p.Span(), "The parameters of a pattern have the type string.")
		}
	}
	v := &binding{pattern: s, scope: b.scope}
	for _, c := range s.Cases {
		want := len(s.Params)
		if len(c.Args) != want || (c.Path == nil) != (s.Path == nil) {
			b.diags.Add(CodeArgumentCount, c.Span(), "The pattern '%s' has %s%s.", s.Name.Name, plural(want, "argument"), map[bool]string{true: " and a path"}[s.Path != nil])
			continue
		}
		if c.Body == nil || c.Body.Result == nil {
			continue
		}
		b.inScope(v.scope, func() {
			b.op = s.Name.Name
			b.body(c.Body)
		})
	}
	b.define(s.Name.Name, v)
}

// patternOf returns the pattern that an expression invokes: name(...), or
// name(...).path.
func (s *scope) patternOf(e ast.Expr) *binding {
	c, ok := root(e).(*ast.Call)
	if !ok || c.Fun == nil {
		return nil
	}
	if v := s.find(c.Fun.Name); v != nil && v.pattern != nil {
		return v
	}
	return nil
}

// callPattern expands an invocation of a pattern.
func (b *binder) callPattern(v *binding, e ast.Expr) Node {
	call := root(e).(*ast.Call)
	var given []string
	for _, a := range call.Args {
		s, ok := b.constString(a)
		if !ok {
			b.diags.Add(CodeExpectedConstant, a.Span(), "The expression must be a constant string.")
			return empty()
		}
		given = append(given, s)
	}
	path, hasPath := "", false
	if p, ok := e.(*ast.Path); ok {
		sel, ok := p.Sel.(*ast.Ident)
		if _, nested := p.X.(*ast.Path); nested || !ok {
			b.diags.Add(CodeExpectedTable, e.Span(), "A pattern is invoked as %s(...).path.", call.Fun.Name)
			return empty()
		}
		path, hasPath = sel.Name, true
	}
	for _, c := range v.pattern.Cases {
		if len(c.Args) != len(given) || (c.Path != nil) != hasPath || c.Body == nil || c.Body.Result == nil {
			continue
		}
		same := true
		for i, a := range c.Args {
			s, ok := b.constString(a)
			same = same && ok && s == given[i]
		}
		if hasPath {
			s, ok := b.constString(c.Path)
			same = same && ok && s == path
		}
		if !same {
			continue
		}
		if v.active {
			b.diags.Add(CodeRecursion, e.Span(), "The pattern '%s' refers to itself.", call.Fun.Name)
			return empty()
		}
		v.active = true
		defer func() { v.active = false }()
		out := empty()
		b.inScope(v.scope, func() {
			for _, s := range c.Body.Statements {
				b.statement(s)
			}
			if !b.isTable(c.Body.Result, b.scope) {
				b.diags.Add(CodeExpectedTable, c.Body.Span(), "A table expression is expected.")
				return
			}
			out = b.table(c.Body.Result)
		})
		return out
	}
	b.missingPattern(e.Span(), call.Fun.Name, given, path, hasPath)
	return empty()
}

func (b *binder) missingPattern(sp token.Span, name string, args []string, path string, hasPath bool) {
	text := name + "('" + strings.Join(args, "','") + "')"
	if hasPath {
		text += ".['" + path + "']"
	}
	b.diags.Add(CodeUnknownTable, sp, "One or more pattern references were not declared. Detected pattern references: [\"%s\"]", text)
}

// macroExpand repeats a body for each database of a group, and puts the results
// together.  All of them are the one database that is here.
// https://learn.microsoft.com/kusto/query/macro-expand-operator
func (b *binder) macroExpand(e *ast.MacroExpand) Node {
	b.op = "macro-expand"
	group, ok := ast.Unparen(e.Group).(*ast.EntityGroup)
	if id, named := ast.Unparen(e.Group).(*ast.Ident); named {
		if v := b.scope.find(id.Name); v != nil && v.group != nil {
			group, ok = v.group, true
		}
	}
	if !ok || e.Name == nil || e.Body == nil || e.Body.Result == nil {
		b.diags.Add(CodeExpectedTable, e.Group.Span(), "'macro-expand' operator: an entity group is expected: entity_group [database('a'), database('b')].")
		return empty()
	}
	params := &ast.Union{Extent: e.Extent}
	for _, p := range e.Params {
		if p.Name != nil && p.Name.Name != "isfuzzy" {
			params.Params = append(params.Params, p)
		}
	}
	outer := true
	for _, p := range params.Params {
		if id, ok := p.Value.(*ast.Ident); ok && p.Name.Name == "kind" {
			outer = id.Name != "inner"
		}
	}
	var srcs []source
	for _, entity := range group.Entities {
		call, ok := root(ast.Unparen(entity)).(*ast.Call)
		if !ok || call.Fun == nil || call.Fun.Name != "database" && call.Fun.Name != "cluster" {
			b.diags.Add(CodeExpectedTable, entity.Span(), "'macro-expand' operator: expected database('a') or cluster('b').database('a').")
			continue
		}
		if call.Fun.Name == "cluster" {
			b.refuse(entity.Span(), "cluster()")
			continue
		}
		inner := &scope{outer: b.scope, names: map[string]*binding{e.Name.Name: {database: true}}}
		n := empty()
		b.inScope(inner, func() {
			for _, s := range e.Body.Statements {
				b.statement(s)
			}
			n = b.table(e.Body.Result)
		})
		srcs = append(srcs, source{n, ""})
	}
	if len(srcs) == 0 {
		return empty()
	}
	return unionOf(srcs, !outer)
}

// binAuto is bin() with the size that the query sets:
// set query_bin_auto_size = 1h; and perhaps set query_bin_auto_at.
// https://learn.microsoft.com/kusto/query/bin-auto-function
func (b *binder) binAuto(e *ast.Call) Expr {
	size, ok := b.sets["query_bin_auto_size"]
	if !ok {
		b.diags.Add(CodeBadValue, e.Pos, "bin_auto() takes its size from the query: set query_bin_auto_size = 1h;")
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	call := &ast.Call{Extent: e.Extent, Fun: &ast.Ident{Extent: e.Fun.Extent, Name: "bin"}, Args: []ast.Expr{e.Args[0], size}}
	if at, ok := b.sets["query_bin_auto_at"]; ok {
		call.Fun.Name, call.Args = "bin_at", append(call.Args, at)
	}
	return b.call(call)
}
