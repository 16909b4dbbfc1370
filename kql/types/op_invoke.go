package types

import (
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// usesRow reports whether an argument's value differs from row to row.
func (b *binder) usesRow(args []ast.Expr) bool {
	return slices.ContainsFunc(args, func(a ast.Expr) bool {
		used := false
		ast.Walk(a, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			used = used || ok && b.row.find(id.Name) != nil
			return !used
		})
		return used
	})
}

// withHash adds the column that the library's FileProfile looks up: that of the
// first argument, which may also be its name as a string; SHA1 if there is none.
// The second argument bounds the rows that Microsoft's service looks up; here
// all are.
// https://learn.microsoft.com/defender-xdr/advanced-hunting-fileprofile-function
func (b *binder) withHash(in Node, call *ast.Call) Node {
	var x Expr
	arg := ast.Expr(&ast.Ident{Extent: call.Fun.Extent, Name: "SHA1"})
	if len(call.Args) > 0 {
		arg = call.Args[0]
	}
	if name, ok := ast.Unparen(arg).(*ast.Literal); ok && name.Type == ast.LitString {
		arg = &ast.Ident{Extent: name.Extent, Name: name.Text}
	}
	if len(call.Args) > 2 {
		b.diags.Add(CodeArgumentCount, call.Fun.Pos, "The function 'FileProfile' expects between 0 and 2 arguments.")
	}
	b.withRow(rowOf(in), func() {
		x = b.text(b.scalar(arg))
		for _, more := range call.Args[min(1, len(call.Args)):] {
			if t := b.scalar(more).Type(); !integer(t) && t != schema.Unknown {
				b.diags.Add(CodeArgumentType, more.Span(), "FileProfile(): an integer is expected.")
			}
		}
	})
	if x.Type() == schema.Unknown {
		x = Null(schema.String)
	}
	b.diags.Warn(CodeNotSupported, call.Fun.Pos, "'FileProfile' tells what this database has seen: prevalence and times are those of its own devices.")
	hash := &Column{Name: "$hash", Type: schema.String}
	lower := &Call{Fn: b.funcs.Scalar("tolower"), Args: []Expr{x}, T: schema.String, Sp: call.Pos}
	return &Map{In: in, Defs: []Def{{hash, b.fold(lower)}}, Columns: append(slices.Clone(in.Cols()), hash), Hidden: hiddenOf(in)}
}
