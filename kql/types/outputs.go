package types

import (
	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// Output is one of the columns that a function with several gives
// (series_stats).  The function's value is a dynamic array of them.
type Output struct {
	Name string
	Type schema.Type
}

// outputs binds a call that gives several columns, named or not.  It reports
// false for every other expression, which it leaves alone.
func (b *binder) outputs(e ast.Expr) (x Expr, f *Func, call *ast.Call, given []*ast.Ident, ok bool) {
	if ne, named := e.(*ast.NamedExpr); named {
		e, given = ne.X, ne.Names
	}
	call, ok = ast.Unparen(e).(*ast.Call)
	if !ok || call.Fun == nil {
		return nil, nil, nil, nil, false
	}
	if v := b.scope.find(call.Fun.Name); v != nil && v.fun != nil {
		return nil, nil, nil, nil, false
	}
	f = b.funcs.Scalar(call.Fun.Name)
	if f == nil || f.Outputs == nil {
		return nil, nil, nil, nil, false
	}
	return b.fold(b.scalar(call)), f, call, given, true
}

// defineOutputs adds the columns of a call that gives several: the first ones
// have the names given, the others the function's, the argument's and their
// own.  With only, columns without a given name are left out, unless there is
// none at all.  It reports whether e is such a call.
func (b *binder) defineOutputs(m *Map, names *namer, e ast.Expr, only bool) bool {
	x, f, call, given, ok := b.outputs(e)
	if !ok {
		return false
	}
	arg := ""
	if len(call.Args) > 0 {
		arg = b.nameOf(call.Args[0])
	}
	for i, o := range f.Outputs {
		v := Expr(&Const{T: o.Type, Sp: call.Pos})
		if x.Type() != schema.Unknown {
			v = b.fold(b.cast(&Member{X: x, Key: Long(int64(i)), Sp: call.Pos}, o.Type))
		}
		switch {
		case i < len(given):
			names.used[given[i].Name] = true
			b.setColumn(m, given[i].Name, v)
		case !only || len(given) == 0:
			b.setColumn(m, names.unique(f.Name+"_"+arg+"_"+o.Name), v)
		}
	}
	for _, n := range given[min(len(f.Outputs), len(given)):] {
		b.diags.Add(CodeBadValue, n.Pos, "The name does not have a corresponding expression.")
	}
	return true
}
