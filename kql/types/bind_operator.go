package types

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// binary binds x op y.
func (b *binder) binary(e *ast.Binary) Expr {
	switch e.Op {
	case ast.OpAnd, ast.OpOr:
		return b.logical(e)
	case ast.OpEq, ast.OpNe, ast.OpLt, ast.OpLe, ast.OpGt, ast.OpGe:
		return b.compare(e)
	case ast.OpAdd, ast.OpSub, ast.OpMul, ast.OpDiv, ast.OpMod:
		return b.arithmetic(e)
	case ast.OpLike, ast.OpNotLike, ast.OpLikeCS, ast.OpNotLikeCS:
		b.unsupported(e.OpPos, "The operator '"+string(e.Op)+"'")
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	return b.textOperator(e)
}

// logical flattens chains of one operator: long lists of alternatives are
// common, and must not nest as deep as they are long.
func (b *binder) logical(e *ast.Binary) Expr {
	var operands []ast.Expr
	var x ast.Expr = e
	for {
		l, ok := x.(*ast.Binary)
		if !ok || l.Op != e.Op {
			break
		}
		operands = append(operands, l.Y)
		x = l.X
	}
	operands = append(operands, x)
	slices.Reverse(operands)
	args := make([]Expr, len(operands))
	for i, o := range operands {
		a := b.scalar(o)
		if t := a.Type(); t != schema.Bool && t != schema.Dynamic && t != schema.Unknown && !numeric(t) || numeric(t) && i > 0 {
			b.diags.Add(CodeOperandTypes, e.OpPos, "The operator '%s' is not defined for the operand types bool and %s.", e.Op, t)
			a = &Const{T: schema.Unknown, Sp: a.Span()}
		}
		args[i] = b.convert(a, schema.Bool)
	}
	return &Call{Fn: b.funcs.Operator(string(e.Op)), Args: args, T: schema.Bool, Sp: e.Pos}
}

func (b *binder) badOperands(e *ast.Binary, x, y Expr) Expr {
	b.diags.Add(CodeOperandTypes, e.OpPos, "The operator '%s' is not defined for the operand types %s and %s.", e.Op, x.Type(), y.Type())
	return &Const{T: schema.Unknown, Sp: e.Pos}
}

func (b *binder) compare(e *ast.Binary) Expr {
	x, y := b.scalar(e.X), b.scalar(e.Y)
	if x.Type() == schema.Unknown || y.Type() == schema.Unknown {
		return &Const{T: schema.Bool, Sp: e.Pos}
	}
	cx, cy, ok := b.comparable(string(e.Op), x, y)
	if !ok {
		b.diags.Add(CodeOperandTypes, e.OpPos, "Cannot compare values of types %s and %s. Try adding explicit casts", x.Type(), y.Type()).Hint = castHint(x, y)
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	b.lintText(e, x, y)
	return &Call{Fn: b.funcs.Operator(string(e.Op)), Args: []Expr{cx, cy}, T: schema.Bool, Sp: e.Pos}
}

// castHint says how the text of two operands becomes comparable with the other.
func castHint(x, y Expr) string {
	t := x.Type()
	if t == schema.String {
		t = y.Type()
	} else if y.Type() != schema.String {
		return ""
	}
	if f := conversion(t); f != "" {
		return "Use " + f + "() on the string."
	}
	return ""
}

// lintText tells of a number that is compared with a text, which the engine
// does as text: "0443" is not 443.
func (b *binder) lintText(e *ast.Binary, x, y Expr) {
	if b.opts.Lint && (numeric(x.Type()) && y.Type() == schema.String || numeric(y.Type()) && x.Type() == schema.String) {
		b.diags.Inform(CodeTextNumber, e.OpPos, "A number and a string are compared as text.").Hint = "Write the number without quotes."
	}
}

// comparable converts two operands to one type.
func (b *binder) comparable(op string, x, y Expr) (Expr, Expr, bool) {
	equality := op == "==" || op == "!=" || op == "in"
	tx, ty := x.Type(), y.Type()
	if !equality && (tx == schema.String || ty == schema.String) {
		return x, y, false
	}
	t := tx
	switch {
	case tx == ty:
		if !equality && tx == schema.Dynamic {
			t = schema.Real
		} else if !equality && tx == schema.Guid {
			return x, y, false
		}
	case numeric(tx) && numeric(ty):
		t, _ = Wider(tx, ty)
		if literalInt(y) && tx == schema.Int || literalInt(x) && ty == schema.Int {
			// An int column against a literal: leave the column bare, so that
			// the store can skip what its statistics exclude.
			return x, y, true
		}
	case tx == schema.Dynamic, ty == schema.Dynamic:
		if t = tx; tx == schema.Dynamic {
			t = ty
		}
		if numeric(t) && t != schema.Decimal {
			t = schema.Real
		}
	case tx == schema.String, ty == schema.String:
		// The engine compares text with what the text reads as; anything but
		// a date compares as text.
		switch {
		case tx == schema.DateTime || ty == schema.DateTime:
			t = schema.DateTime
		case tx == schema.TimeSpan || ty == schema.TimeSpan:
			t = schema.TimeSpan
		case tx == schema.Bool || ty == schema.Bool:
			t = schema.Bool
		default:
			t = schema.String
		}
	case equality && (tx == schema.Bool && numeric(ty) || ty == schema.Bool && numeric(tx)):
		t = schema.Long
	default:
		return x, y, false
	}
	return b.convert(x, t), b.convert(y, t), true
}

func literalInt(e Expr) bool {
	c, ok := e.(*Const)
	return ok && c.T == schema.Long && c.V != nil
}

func (b *binder) arithmetic(e *ast.Binary) Expr {
	x, y := b.scalar(e.X), b.scalar(e.Y)
	if x.Type() == schema.Unknown || y.Type() == schema.Unknown {
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	c := b.arith(string(e.Op), x, y)
	if c == nil {
		return b.badOperands(e, x, y)
	}
	if k, ok := c.(*Call); ok {
		k.Sp = e.Pos
	}
	return c
}

// arith builds x op y, or returns nil where op is not defined.
func (b *binder) arith(op string, x, y Expr) Expr {
	tx, ty := x.Type(), y.Type()
	dt, ts := schema.DateTime, schema.TimeSpan
	call := func(t, ax, ay schema.Type) Expr {
		return &Call{Fn: b.funcs.Operator(op), Args: []Expr{b.convert(x, ax), b.convert(y, ay)}, T: t}
	}
	number := func(t schema.Type) bool { return numeric(t) }
	switch {
	case tx == schema.Dynamic && ty == schema.Dynamic:
		return b.toDynamic(call(schema.Real, schema.Real, schema.Real))
	case tx == schema.Dynamic:
		switch {
		case ty == schema.Int:
			return call(schema.Long, schema.Long, schema.Long)
		case number(ty):
			return call(ty, ty, ty)
		case ty == dt && op == "-":
			return call(ts, dt, dt)
		case ty == ts && (op == "+" || op == "-" || op == "%"):
			return call(ts, ts, ts)
		case ty == ts && op == "/":
			return call(schema.Real, ts, ts)
		}
	case ty == schema.Dynamic:
		switch {
		case tx == schema.Int:
			return call(schema.Long, schema.Long, schema.Long)
		case number(tx):
			return call(tx, tx, tx)
		case tx == dt && op == "-":
			return call(ts, dt, dt)
		case tx == dt && op == "+":
			return call(dt, dt, ts)
		case tx == ts && op != "*":
			if op == "/" {
				return call(schema.Real, ts, ts)
			}
			return call(ts, ts, ts)
		case tx == ts:
			return call(ts, ts, schema.Real)
		}
	case number(tx) && number(ty):
		w, _ := Wider(tx, ty)
		if w == schema.Int {
			w = schema.Long
		}
		return call(w, w, w)
	case tx == ts && ty == ts:
		switch op {
		case "+", "-", "%":
			return call(ts, ts, ts)
		case "/":
			return call(schema.Real, ts, ts)
		}
	case tx == dt && ty == dt && op == "-":
		return call(ts, dt, dt)
	case tx == dt && ty == ts && (op == "+" || op == "-"):
		return call(dt, dt, ts)
	case tx == ts && ty == dt && op == "+":
		return call(dt, ts, dt)
	case tx == ts && number(ty) && (op == "*" || op == "/"):
		if integer(ty) {
			return call(ts, ts, schema.Long)
		}
		return call(ts, ts, schema.Real)
	case number(tx) && ty == ts && op == "*":
		if integer(tx) {
			return call(ts, schema.Long, ts)
		}
		return call(ts, schema.Real, ts)
	case tx == dt && ty == ts && op == "%":
		return call(ts, dt, ts)
	}
	return nil
}

func (b *binder) unary(e *ast.Unary, x Expr) Expr {
	t := x.Type()
	switch {
	case t == schema.Unknown:
		return x
	case t == schema.Dynamic:
		return b.toDynamic(&Call{Fn: b.funcs.Operator("neg"), Args: []Expr{b.convert(x, schema.Real)}, T: schema.Real, Sp: e.Pos})
	case numeric(t) || t == schema.TimeSpan:
		return b.fold(&Call{Fn: b.funcs.Operator("neg"), Args: []Expr{x}, T: t, Sp: e.Pos})
	}
	b.diags.Add(CodeOperandTypes, e.Pos, "The operator '%s' is not defined for the operand type %s.", e.Op, t)
	return &Const{T: schema.Unknown, Sp: e.Pos}
}

// textOperator binds the operators on strings.
func (b *binder) textOperator(e *ast.Binary) Expr {
	op, not := string(e.Op), false
	if op[0] == '!' && len(op) > 1 {
		op, not = op[1:], true
		if op == "~" {
			op = "=~"
		}
	}
	if w, ok := e.X.(*ast.Wildcard); ok && w.Pattern == "*" {
		return b.anyColumn(e, op, not)
	}
	x, y := b.scalar(e.X), b.scalar(e.Y)
	for _, t := range []schema.Type{x.Type(), y.Type()} {
		if t != schema.String && t != schema.Dynamic && t != schema.Unknown && !(op == "=~" && t != schema.Real) {
			return b.badOperands(e, x, y)
		}
	}
	if b.opts.Lint && op == "contains" && wholeTerm(y) {
		b.diags.Inform(CodeWholeTerm, e.OpPos, "'contains' also finds the text inside of words.").Hint = "'has' finds it as a word, and is faster."
	}
	return b.textCall(e, op, not, x, y)
}

// wholeTerm reports whether a constant could be a word of its own: it has
// letters and digits only, and not too few.
func wholeTerm(x Expr) bool {
	v, _ := IsConst(x)
	s, _ := v.(string)
	return len(s) >= 4 && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func (b *binder) textCall(e ast.Expr, op string, not bool, x, y Expr) Expr {
	f := b.funcs.Operator(op)
	if f == nil {
		b.unsupported(e.Span(), "The operator '"+op+"'")
		return &Const{T: schema.Unknown, Sp: e.Span()}
	}
	if op == "matches regex" {
		b.checkRegex(y)
	}
	var c Expr = &Call{Fn: f, Args: []Expr{b.text(x), b.text(y)}, T: schema.Bool, Sp: e.Span()}
	if not {
		c = b.not(c)
	}
	return c
}

// checkRegex complains about a constant that is no regular expression.  Go's
// syntax is RE2's, which is Kusto's and DuckDB's.
func (b *binder) checkRegex(x Expr) {
	if v, ok := IsConst(b.fold(x)); ok {
		if s, ok := v.(string); ok {
			if _, err := regexp.Compile(s); err != nil {
				b.diags.Add(CodeBadValue, x.Span(), "'%s' operator: %v", b.op, err)
			}
		}
	}
}

func (b *binder) not(x Expr) Expr {
	return &Call{Fn: b.funcs.Scalar("not"), Args: []Expr{x}, T: schema.Bool, Sp: x.Span()}
}

// text converts to string.
func (b *binder) text(x Expr) Expr { return b.convert(x, schema.String) }

// anyColumn binds * has "x": any of the row's columns.
func (b *binder) anyColumn(e *ast.Binary, op string, not bool) Expr {
	y := b.text(b.scalar(e.Y))
	var args []Expr
	for _, c := range b.row.cols {
		args = append(args, b.textCall(e, op, not, &Ref{Col: c, Sp: e.Pos}, y))
	}
	if len(args) == 0 {
		return Bool(false)
	}
	word := "or"
	if not {
		word = "and"
	}
	return &Call{Fn: b.funcs.Operator(word), Args: args, T: schema.Bool, Sp: e.Pos}
}

// in binds x in (...) and its relatives.
func (b *binder) in(e *ast.In) Expr {
	x := b.scalar(e.X)
	fold := e.Op == ast.OpInTilde || e.Op == ast.OpNotInTilde
	not := e.Op == ast.OpNotIn || e.Op == ast.OpNotInTilde
	hasAny := e.Op == ast.OpHasAny || e.Op == ast.OpHasAll
	if len(e.List) == 1 && b.isTable(e.List[0], b.scope) && !b.isColumn(e.List[0]) {
		sub := b.subquery(e.List[0])
		if len(sub.Cols()) == 0 {
			return &Const{T: schema.Unknown, Sp: e.Pos}
		}
		if hasAny {
			return b.hasList(e, x, []Expr{b.listOf(sub)})
		}
		return b.inTable(e, x, sub, fold, not)
	}
	var list []Expr
	for _, l := range e.List {
		list = append(list, b.fold(b.scalar(l)))
	}
	if x.Type() == schema.Unknown {
		return &Const{T: schema.Bool, Sp: e.Pos}
	}
	if hasAny {
		return b.hasList(e, x, list)
	}
	in := &In{X: x, Fold: fold, Not: not, Sp: e.Pos}
	if fold || x.Type() == schema.Dynamic && !anyOfType(list, numeric) {
		in.X = b.text(x)
	} else if x.Type() == schema.Dynamic {
		in.X = b.convert(x, schema.Real)
	}
	for _, l := range list {
		if l.Type() != schema.Dynamic {
			if _, y, ok := b.comparable("in", in.X, l); ok && (in.X.Type() == y.Type() || numeric(in.X.Type())) {
				l = y
			} else if l.Type() != schema.Unknown {
				l = b.convert(l, in.X.Type())
			}
		}
		in.List = append(in.List, l)
	}
	return in
}

func anyOfType(list []Expr, f func(schema.Type) bool) bool {
	return slices.ContainsFunc(list, func(e Expr) bool { return f(e.Type()) })
}

// isColumn reports whether a name in a list is a column of the row, which
// hides tables of the same name.
func (b *binder) isColumn(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && b.row.find(id.Name) != nil
}

func (b *binder) inTable(e *ast.In, x Expr, sub Node, fold, not bool) Expr {
	c := sub.Cols()[0]
	y := Expr(&Ref{Col: c})
	cx, cy, ok := b.comparable("in", x, y)
	if !ok {
		cx, cy = b.text(x), b.text(y)
	}
	if fold {
		cx, cy = b.text(cx), b.text(cy)
	}
	if cy != y {
		out := &Column{Name: c.Name, Type: cy.Type()}
		sub = &Map{In: sub, Defs: []Def{{out, cy}}, Columns: []*Column{out}}
	} else if len(sub.Cols()) > 1 {
		sub = &Map{In: sub, Columns: []*Column{c}}
	}
	return &In{X: cx, Sub: sub, Fold: fold, Not: not, Sp: e.Pos}
}

// hasList binds has_any and has_all; the list is one dynamic array.
func (b *binder) hasList(e *ast.In, x Expr, list []Expr) Expr {
	if t := x.Type(); t != schema.String && t != schema.Dynamic && t != schema.Unknown {
		b.diags.Add(CodeOperandTypes, e.OpPos, "The operator '%s' is not defined for the operand types %s and dynamic.", e.Op, t)
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	var arg Expr
	if len(list) == 1 && list[0].Type() == schema.Dynamic {
		arg = list[0]
	} else {
		pack := b.funcs.Scalar("pack_array")
		arg = b.fold(&Call{Fn: pack, Args: list, T: schema.Dynamic, Sp: e.Pos})
	}
	return &Call{Fn: b.funcs.Operator(string(e.Op)), Args: []Expr{b.text(x), arg}, T: schema.Bool, Sp: e.Pos}
}

// listOf is toscalar(sub | summarize make_list(first column)).  Where the
// column holds arrays, their elements count, as has_any takes them.
func (b *binder) listOf(sub Node) Expr {
	c := sub.Cols()[0]
	out := &Column{Name: c.Name, Type: schema.Dynamic}
	set := b.funcs.Aggregate("make_set")
	agg := &Aggregate{In: sub, Aggs: []Def{{out, &Call{Fn: set, Args: []Expr{&Ref{Col: c}}, T: schema.Dynamic}}}}
	return &Scalar{Sub: agg, T: schema.Dynamic}
}

// between binds x between (lo .. hi).
func (b *binder) between(e *ast.Between) Expr {
	x, lo, hi := b.scalar(e.X), b.scalar(e.Lo), b.scalar(e.Hi)
	for _, a := range []Expr{x, lo, hi} {
		if a.Type() == schema.Unknown {
			return &Const{T: schema.Bool, Sp: e.Pos}
		}
	}
	if x.Type() == schema.DateTime && hi.Type() == schema.TimeSpan && lo.Type() == schema.DateTime {
		hi = b.arith("+", lo, hi)
	}
	xl, l, ok1 := b.comparable(">=", x, lo)
	xh, h, ok2 := b.comparable("<=", x, hi)
	if !ok1 || !ok2 {
		at := e.Lo
		if ok1 {
			at = e.Hi
		}
		b.diags.Add(CodeExpectedType, at.Span(), "The expression must have the type %s.", x.Type())
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	var c Expr = &Call{Fn: b.funcs.Operator("and"), T: schema.Bool, Sp: e.Pos, Args: []Expr{
		&Call{Fn: b.funcs.Operator(">="), Args: []Expr{xl, l}, T: schema.Bool, Sp: e.Pos},
		&Call{Fn: b.funcs.Operator("<="), Args: []Expr{xh, h}, T: schema.Bool, Sp: e.Pos}}}
	if e.Not {
		c = b.not(c)
	}
	return c
}

// conversion names the function that converts to each type.
func conversion(t schema.Type) string {
	switch t {
	case schema.Bool:
		return "tobool"
	case schema.Int:
		return "toint"
	case schema.Long:
		return "tolong"
	case schema.Real:
		return "toreal"
	case schema.Decimal:
		return "todecimal"
	case schema.DateTime:
		return "todatetime"
	case schema.TimeSpan:
		return "totimespan"
	case schema.String:
		return "tostring"
	case schema.Guid:
		return "toguid"
	}
	return ""
}

// convert converts implicitly; constants at once.
func (b *binder) convert(x Expr, t schema.Type) Expr {
	if x.Type() == t || x.Type() == schema.Unknown || t == schema.Unknown {
		return x
	}
	if t == schema.Dynamic {
		if isBag(x) {
			return b.apply("parse_json", x)
		}
		return b.toDynamic(x)
	}
	return b.cast(x, t)
}

// cast calls the conversion function of a type.
func (b *binder) cast(x Expr, t schema.Type) Expr {
	if t == schema.Dynamic {
		return b.toDynamic(x)
	}
	c := &Call{Fn: b.funcs.Scalar(conversion(t)), Args: []Expr{x}, T: t, Sp: x.Span()}
	if _, ok := x.(*Const); ok {
		return FoldCall(c)
	}
	return c
}

// toDynamic makes a dynamic that holds the value.
func (b *binder) toDynamic(x Expr) Expr {
	if x.Type() == schema.Dynamic {
		return x
	}
	return FoldCall(&Call{Fn: b.funcs.Operator("dynamic"), Args: []Expr{x}, T: schema.Dynamic, Sp: x.Span()})
}
