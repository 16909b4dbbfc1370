package types

import (
	"math"
	"strconv"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// maxDepth bounds the nesting of expressions.
const maxDepth = 2000

// scalar binds a scalar expression.  It never returns nil: what is wrong
// becomes a constant of type unknown, which fits everywhere.
func (b *binder) scalar(e ast.Expr) Expr {
	if e == nil {
		return &Const{T: schema.Unknown}
	}
	if !b.spend(e.Span()) {
		return &Const{T: schema.Unknown, Sp: e.Span()}
	}
	if b.depth++; b.depth > maxDepth {
		b.depth--
		if b.budget > 0 {
			b.budget = 1
			b.spend(e.Span())
		}
		return &Const{T: schema.Unknown, Sp: e.Span()}
	}
	defer func() { b.depth-- }()
	switch e := e.(type) {
	case *ast.Paren:
		return b.scalar(e.X)
	case *ast.Literal:
		return literal(e)
	case *ast.DynamicLit:
		return &Const{T: schema.Dynamic, V: dynamicText(e.X), Sp: e.Pos}
	case *ast.Ident:
		return b.name(e)
	case *ast.Unary:
		x := b.scalar(e.X)
		if e.Op == ast.OpPos {
			return x
		}
		return b.unary(e, x)
	case *ast.Binary:
		return b.binary(e)
	case *ast.In:
		return b.in(e)
	case *ast.Between:
		return b.between(e)
	case *ast.Call:
		return b.call(e)
	case *ast.Path:
		return b.path(e)
	case *ast.Index:
		return b.index(e)
	case *ast.NamedExpr:
		return b.scalar(e.X)
	case *ast.BadExpr:
		return &Const{T: schema.Unknown, Sp: e.Pos}
	case *ast.Wildcard:
		b.diags.Add(CodeExpectedType, e.Pos, "The '%s' is not allowed in this context.", e.Pattern)
	case *ast.TypeOf:
		b.diags.Add(CodeExpectedType, e.Pos, "A type is not allowed in this context.")
	default:
		b.diags.Add(CodeExpectedType, e.Span(), "A scalar expression is expected.")
	}
	return &Const{T: schema.Unknown, Sp: e.Span()}
}

func literal(l *ast.Literal) *Const {
	c := &Const{Sp: l.Pos}
	switch l.Type {
	case ast.LitString:
		c.T, c.V = schema.String, l.Text
		return c
	case ast.LitBool:
		c.T, c.V = schema.Bool, l.Bool
	case ast.LitInt:
		c.T, c.V = schema.Int, l.Int
	case ast.LitLong:
		c.T, c.V = schema.Long, l.Int
	case ast.LitReal:
		c.T, c.V = schema.Real, l.Real
	case ast.LitDecimal:
		c.T, c.V = schema.Decimal, l.Text
	case ast.LitDatetime:
		c.T, c.V = schema.DateTime, l.Int
	case ast.LitTimespan:
		c.T, c.V = schema.TimeSpan, l.Int
	case ast.LitGuid:
		c.T, c.V = schema.Guid, l.Text
	case ast.LitNull:
		c.T = schema.Dynamic
	}
	if l.Null {
		c.V = nil
	}
	return c
}

// dynamicText returns the JSON text of a dynamic literal, nil for null.
func dynamicText(e ast.Expr) any {
	if l, ok := e.(*ast.Literal); ok && (l.Null || l.Type == ast.LitNull) {
		return nil
	}
	return string(appendDynamic(nil, e))
}

func appendDynamic(b []byte, e ast.Expr) []byte {
	switch e := e.(type) {
	case *ast.DynArray:
		b = append(b, '[')
		for i, x := range e.Elems {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendDynamic(b, x)
		}
		return append(b, ']')
	case *ast.DynObject:
		b = append(b, '{')
		for i, m := range e.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendJSONString(b, m.Name), ':')
			b = appendDynamic(b, m.Value)
		}
		return append(b, '}')
	case *ast.DynamicLit:
		return appendDynamic(b, e.X)
	case *ast.Paren:
		return appendDynamic(b, e.X)
	case *ast.Unary:
		if l, ok := e.X.(*ast.Literal); ok && e.Op == ast.OpNeg {
			n := *l
			n.Int, n.Real, n.Text = -n.Int, -n.Real, "-"+n.Text
			return appendDynamic(b, &n)
		}
		return appendDynamic(b, e.X)
	case *ast.Literal:
		return AppendJSON(b, literal(e))
	}
	return append(b, "null"...)
}

// AppendJSON appends a constant as Kusto writes it inside a dynamic value.
func AppendJSON(b []byte, c *Const) []byte {
	switch v := c.V.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		switch c.T {
		case schema.DateTime:
			return AppendJSONString(b, FormatDatetime(v))
		case schema.TimeSpan:
			return AppendJSONString(b, FormatTimespan(v))
		}
		return strconv.AppendInt(b, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return AppendJSONString(b, FormatReal(v))
		}
		return append(b, FormatReal(v)...)
	case string:
		if c.T == schema.Dynamic {
			return append(b, v...)
		}
		return AppendJSONString(b, v)
	}
	return append(b, "null"...)
}

// name resolves a name: a column first, then a variable.
func (b *binder) name(e *ast.Ident) Expr {
	if c := b.row.find(e.Name); c != nil {
		return &Ref{Col: c, Sp: e.Pos}
	}
	if v := b.scope.find(e.Name); v != nil {
		switch {
		case v.expr != nil:
			return v.expr
		case v.fun != nil && len(v.fun.Params) == 0:
			return b.callUser(e.Name, v, nil, e)
		case v.table != nil || v.node != nil:
			b.diags.Add(CodeExpectedTable, e.Pos, "'%s' operator: '%s' is a table; a scalar expression is expected.", b.op, e.Name)
			return &Const{T: schema.Unknown, Sp: e.Pos}
		}
	}
	if r := b.row; r.left != nil && (e.Name == "$left" || e.Name == "$right") {
		b.diags.Add(CodeExpectedColumn, e.Pos, "Column name expected.")
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	return b.unknownName(e.Pos, e.Name)
}

// path binds x.name.
func (b *binder) path(e *ast.Path) Expr {
	sel, ok := e.Sel.(*ast.Ident)
	if !ok {
		b.diags.Add(CodeExpectedType, e.Pos, "A scalar expression is expected.")
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	if id, ok := e.X.(*ast.Ident); ok {
		var cols []*Column
		if fields, ok := b.row.fields[id.Name]; ok {
			cols = fields
		} else if b.row.left != nil && id.Name == "$left" {
			cols = b.row.left.cols
		} else if b.row.right != nil && id.Name == "$right" {
			cols = b.row.right.cols
		}
		if cols != nil {
			r := &row{cols: cols}
			if b.row.left != nil && id.Name == "$left" {
				r = b.row.left
			} else if b.row.right != nil && id.Name == "$right" {
				r = b.row.right
			}
			if c := r.find(sel.Name); c != nil {
				return &Ref{Col: c, Sp: e.Pos}
			}
			saved := b.row
			b.row = r
			x := b.unknownName(sel.Pos, sel.Name)
			b.row = saved
			return x
		}
	}
	return b.member(b.scalar(e.X), &Const{T: schema.String, V: sel.Name, Sp: sel.Pos}, e)
}

// index binds x[key].
func (b *binder) index(e *ast.Index) Expr {
	x, key := b.scalar(e.X), b.fold(b.scalar(e.Index))
	switch key.Type() {
	case schema.String, schema.Unknown, schema.Dynamic:
	case schema.Int, schema.Long:
		key = b.fold(b.convert(key, schema.Long))
	default:
		b.diags.Add(CodeExpectedType, e.Index.Span(), "The expression must have the type string or long.")
	}
	return b.member(x, key, e)
}

func (b *binder) member(x, key Expr, e ast.Expr) Expr {
	switch {
	case x.Type() == schema.Dynamic:
	case x.Type() == schema.Unknown:
		return &Const{T: schema.Unknown, Sp: e.Span()}
	case isBag(x):
		x = b.apply("parse_json", x)
	default:
		b.diags.Add(CodeExpectedType, x.Span(), "'%s' operator: the expression has the type %s; only dynamic values have members.", b.op, x.Type()).
			Hint = "Use parse_json() first."
		return &Const{T: schema.Unknown, Sp: e.Span()}
	}
	return &Member{X: x, Key: key, Sp: e.Span()}
}

func isBag(x Expr) bool {
	r, ok := x.(*Ref)
	return ok && r.Col.Bag && r.Col.Type == schema.String
}

// apply calls a catalogue function on bound arguments.
func (b *binder) apply(name string, args ...Expr) Expr {
	f := b.funcs.Scalar(name)
	if f == nil {
		f = b.funcs.Operator(name)
	}
	if f == nil {
		panic("BUG: no function " + name)
	}
	c := &Call{Fn: f, Args: args}
	if len(args) > 0 {
		c.Sp = args[0].Span()
	}
	c.T = b.resultType(f, &f.Sigs[0], args, nil)
	return c
}

// fold evaluates what is constant.
func (b *binder) fold(e Expr) Expr { return Fold(e) }

// Fold evaluates the constant parts of an expression in Go.
func Fold(e Expr) Expr { return Rewrite(e, foldNode) }

func foldNode(e Expr) Expr {
	c, ok := e.(*Call)
	if !ok || c.Fn.Eval == nil || c.Fn.Volatile || c.Fn.Hosted || c.Fn.Kind != ScalarFunc {
		return e
	}
	return FoldCall(c)
}

// FoldCall evaluates a call whose arguments are all constants, and returns
// others as they are.
func FoldCall(c *Call) Expr {
	if c.Fn.Eval == nil || c.Fn.Volatile || c.Fn.Hosted || c.Fn.Kind != ScalarFunc {
		return c
	}
	args := make([]Value, len(c.Args))
	for i, a := range c.Args {
		k, ok := a.(*Const)
		if !ok || k.T == schema.Unknown {
			return c
		}
		args[i] = Value{k.T, k.V}
		if s, ok := k.V.(string); ok && len(s) > maxFolded {
			return c
		}
	}
	return &Const{T: c.T, V: Eval(c.Fn, c.T, args), Sp: c.Sp}
}

// maxFolded bounds the texts in bytes that constants are computed from, so
// that a short query cannot double one for ever.
const maxFolded = 1 << 20

// larger reports whether an expression has more than n nodes, counting those
// that occur twice twice, as SQL does.
func larger(e Expr, n int) bool {
	Walk(e, func(Expr) bool {
		n--
		return n > 0
	})
	return n <= 0
}

// Eval calls a function's Eval with the null rule applied, and makes the
// result fit the type: strings are never null.
func Eval(f *Func, t schema.Type, args []Value) any {
	if f.Strict {
		for _, a := range args {
			if a.V == nil && a.T != schema.String {
				if t == schema.String {
					return ""
				}
				return nil
			}
		}
	}
	v := f.Eval(args)
	switch x := v.(type) {
	case int:
		v = int64(x)
	case int64:
		if t == schema.Real {
			v = float64(x)
		}
	case nil:
		if t == schema.String {
			return ""
		}
	}
	return v
}
