package types

import (
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// Output is one of the columns that a function with several gives
// (series_stats).  The function's value is a dynamic array of them.
type Output struct {
	Name string
	Type schema.Type
}

// outputs are the columns of a call that gives several.
type outputs struct {
	x     Expr
	names []string
	types []schema.Type
	given []*ast.Ident
	// whole says that x is the one column itself.
	whole bool
	sp    token.Span
}

// column returns the i-th column.
func (o *outputs) column(b *binder, i int) Expr {
	switch {
	case o.x.Type() == schema.Unknown:
		return &Const{T: o.types[i], Sp: o.sp}
	case o.whole:
		return o.x
	}
	return b.fold(b.cast(&Member{X: o.x, Key: Long(int64(i)), Sp: o.sp}, o.types[i]))
}

// several returns the function of a call that gives several columns, named or
// not, and the names.  It returns nil for every other expression.
func (b *binder) several(e ast.Expr) (*Func, *ast.Call, []*ast.Ident) {
	var given []*ast.Ident
	if ne, named := e.(*ast.NamedExpr); named {
		e, given = ne.X, ne.Names
	}
	call, ok := ast.Unparen(e).(*ast.Call)
	if !ok || call.Fun == nil {
		return nil, nil, nil
	}
	if v := b.scope.find(call.Fun.Name); v != nil && v.fun != nil {
		return nil, nil, nil
	}
	f := b.funcs.Scalar(call.Fun.Name)
	if f == nil || f.Outputs == nil && !f.Sorted {
		return nil, nil, nil
	}
	return f, call, given
}

// outputs binds a call that gives several columns.  It returns nil for every
// other expression, which it leaves alone.
func (b *binder) outputs(e ast.Expr) *outputs {
	f, call, given := b.several(e)
	if f == nil {
		return nil
	}
	x := b.scalar(call)
	o := &outputs{given: given, sp: call.Pos}
	arg := ""
	if len(call.Args) > 0 {
		arg = b.nameOf(call.Args[0])
	}
	for _, c := range f.Outputs {
		o.names = append(o.names, f.Name+"_"+arg+"_"+c.Name)
		o.types = append(o.types, c.Type)
	}
	if bound, ok := x.(*Call); ok && f.Sorted {
		for i, a := range call.Args {
			if bound.Args[i].Type() == schema.Bool {
				break // whether nulls come last
			}
			name := b.nameOf(a)
			if name == "" {
				name = "array" + itoa(i)
			}
			o.names = append(o.names, name+"_sorted")
			o.types = append(o.types, schema.Dynamic)
		}
		o.whole = len(o.names) == 1
	}
	o.x = b.fold(x)
	return o
}

// defineOutputs adds the columns of a call that gives several: the first ones
// have the names given, the others the function's, the argument's and their
// own.  With only, columns without a given name are left out, unless there is
// none at all; and one array is a value like any other.  It reports whether e
// is such a call.
func (b *binder) defineOutputs(m *Map, names *namer, e ast.Expr, only bool) bool {
	o := b.outputs(e)
	if o == nil || only && o.whole && len(o.given) == 0 {
		return false
	}
	b.eachOutput(o, names, only, func(name string, x Expr) { b.setColumn(m, name, x) })
	return true
}

// eachOutput names the columns of a call that gives several.
func (b *binder) eachOutput(o *outputs, names *namer, only bool, define func(name string, x Expr)) {
	for i, name := range o.names {
		switch {
		case i < len(o.given):
			names.used[o.given[i].Name] = true
			define(o.given[i].Name, o.column(b, i))
		case !only || len(o.given) == 0:
			define(names.unique(name), o.column(b, i))
		}
	}
	if len(o.names) == 0 {
		return // an error was reported
	}
	for _, n := range o.given[min(len(o.names), len(o.given)):] {
		b.diags.Add(CodeBadValue, n.Pos, "The name does not have a corresponding expression.")
	}
}
