package types

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// callUser expands a call of a let function that gives a scalar.
func (b *binder) callUser(name string, v *binding, args []ast.Expr, at ast.Expr) Expr {
	var out Expr = &Const{T: schema.Unknown, Sp: at.Span()}
	inner, ok := b.bindArgs(name, v, args, at)
	if !ok {
		return out
	}
	v.active = true
	before := len(b.diags)
	b.inScope(inner, func() { out = b.scalarBody(v.fun.Body) })
	v.active = false
	b.elsewhere(name, v, before, at.Span())
	return out
}

// callTable expands a call of a let function that gives a table.
func (b *binder) callTable(name string, v *binding, args []ast.Expr, at ast.Expr) Node {
	var out Node = &Values{}
	inner, ok := b.bindArgs(name, v, args, at)
	if !ok {
		return out
	}
	v.active = true
	before := len(b.diags)
	b.inScope(inner, func() {
		for _, s := range v.fun.Body.Statements {
			b.statement(s)
		}
		out = b.table(v.fun.Body.Result)
	})
	v.active = false
	b.elsewhere(name, v, before, at.Span())
	return out
}

// elsewhere gives diagnostics in a function that is not in the query's text the
// place of the call.
func (b *binder) elsewhere(name string, v *binding, before int, sp token.Span) {
	if !v.library {
		return
	}
	for i := before; i < len(b.diags); i++ {
		d := &b.diags[i]
		d.Span = sp
		if v.user {
			d.Message = "In the function '" + name + "': " + d.Message
		}
	}
}

func (b *binder) scalarBody(body *ast.FuncBody) Expr {
	for _, s := range body.Statements {
		b.statement(s)
	}
	if b.isTable(body.Result, b.scope) {
		b.diags.Add(CodeExpectedTable, body.Result.Span(), "A scalar expression is expected.")
		return &Const{T: schema.Unknown}
	}
	return b.scalar(body.Result)
}

// body binds a function's body for its diagnostics only.
func (b *binder) body(body *ast.FuncBody) {
	for _, s := range body.Statements {
		b.statement(s)
	}
	if body.Result == nil {
		return
	}
	if b.isTable(body.Result, b.scope) {
		render := b.render
		b.table(body.Result)
		b.render = render
	} else {
		b.scalar(body.Result)
	}
}

// bindArgs makes the scope of a function's body: its parameters bound to the
// arguments, by place or by name.
func (b *binder) bindArgs(name string, v *binding, args []ast.Expr, at ast.Expr) (*scope, bool) {
	f := v.fun
	if v.active {
		b.diags.Add(CodeRecursion, at.Span(), "The function '%s' calls itself.", name)
		return nil, false
	}
	if f.Body == nil || f.Body.Result == nil {
		return nil, false
	}
	inner := &scope{outer: v.scope, names: make(map[string]*binding, len(f.Params))}
	given := make([]ast.Expr, len(f.Params))
	next := 0
	for _, a := range args {
		i := next
		if n, ok := a.(*ast.NamedExpr); ok && len(n.Names) == 1 {
			a = n.X
			i = -1
			for k, p := range f.Params {
				if p.Name != nil && p.Name.Name == n.Names[0].Name {
					i = k
				}
			}
			if i < 0 {
				b.diags.Add(CodeUnknownName, n.Names[0].Pos, "The function '%s' has no parameter '%s'.", name, n.Names[0].Name)
				return nil, false
			}
		}
		next++ // a name counts as a place too
		if i >= len(f.Params) {
			b.diags.Add(CodeArgumentCount, at.Span(), "The function '%s' expects %s.", name, plural(len(f.Params), "argument"))
			return nil, false
		}
		given[i] = a
	}
	for i, p := range f.Params {
		if p.Name == nil {
			return nil, false
		}
		a := given[i]
		if a == nil {
			if p.Default == nil {
				b.diags.Add(CodeArgumentCount, at.Span(), "The function '%s' expects %s.", name, plural(len(f.Params), "argument"))
				return nil, false
			}
			a = p.Default
		}
		if p.Type == nil { // tabular
			if !b.isTable(a, b.scope) {
				b.diags.Add(CodeExpectedTable, a.Span(), "A table is expected.")
				return nil, false
			}
			inner.names[p.Name.Name] = b.tableArg(a)
			continue
		}
		if b.isTable(a, b.scope) && !b.isColumn(a) {
			b.diags.Add(CodeExpectedTable, a.Span(), "'%s' operator: a scalar expression is expected.", b.op)
			return nil, false
		}
		x := b.fold(b.scalar(a))
		t := schema.ParseType(p.Type.Name)
		if xt := x.Type(); xt != t && xt != schema.Unknown && xt != schema.Dynamic && t != schema.Dynamic && !(numeric(xt) && numeric(t)) {
			b.diags.Add(CodeArgumentType, a.Span(), "A value of type %s expected.", t)
		}
		inner.names[p.Name.Name] = &binding{expr: b.convert(x, t)}
	}
	return inner, true
}

// tableArg binds a tabular argument where it is used, in the caller's scope.
func (b *binder) tableArg(a ast.Expr) *binding {
	if id, ok := ast.Unparen(a).(*ast.Ident); ok {
		if v := b.scope.find(id.Name); v != nil && v.node != nil {
			return v
		}
	}
	if b.input != nil {
		if _, ok := a.(*ast.OpSource); ok {
			return &binding{node: b.table(a)}
		}
	}
	return &binding{table: a, scope: b.scope}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}
