// Package types gives a query its meaning: it resolves names, checks types,
// inserts Kusto's implicit conversions and names result columns as Kusto
// does.  The result is a typed tree of relational nodes over columns that are
// known by identity, so that no later stage looks at a name again.
package types

import (
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// Column is a column of the typed tree.  Two columns are the same when their
// pointers are; a name may occur twice in one tree.
type Column struct {
	Name string
	Type schema.Type
	// Bag marks a string column that Defender shows as a string and Sentinel
	// as dynamic (AdditionalFields): members may be taken from it directly.
	Bag bool
	// NotNull says that the column is never null.
	NotNull bool
	// Raw marks a string column of the plan that may hold null all the same:
	// a physical one, or one of the outer side of a join.  Everything else of
	// type string is never null.
	Raw bool
	// Array says that a dynamic column of the plan holds an array in every row.
	Array bool
}

// Expr is a typed scalar expression.  Expressions are immutable.
type Expr interface {
	// Type is the Kusto type of the value.
	Type() schema.Type
	// Span is the place in the query that the expression comes from.
	Span() token.Span
}

// Const is a constant.
type Const struct {
	T schema.Type
	// V is nil for null, else bool, int64 (int, long, and the ticks of
	// datetime and timespan), float64 (real) or string (string, guid, the
	// digits of a decimal, the JSON text of a dynamic).
	V  any
	Sp token.Span
}

// Ref is the value of a column.
type Ref struct {
	Col *Column
	Sp  token.Span
}

// Call is a call of a function or an operator.
type Call struct {
	Fn   *Func
	Args []Expr
	T    schema.Type
	Sp   token.Span
}

// Member is x.key or x[key] of a dynamic value.  A key of type string takes a
// member of a bag, an integer an element of an array (negative from its end).
type Member struct {
	X, Key Expr
	Sp     token.Span
}

// In is x in (list) or x in (table).
type In struct {
	X Expr
	// List holds the values; a dynamic array among them stands for its
	// elements.  It is nil when Sub is set.
	List []Expr
	// Sub gives the values as the first column of a table.
	Sub Node
	// Fold compares without case (in~), Not negates.
	Fold, Not bool
	Sp        token.Span
}

// Scalar is toscalar(table): the first column of the first row, or null.
type Scalar struct {
	Sub Node
	T   schema.Type
	Sp  token.Span
}

// Type returns the constant's type.
func (c *Const) Type() schema.Type { return c.T }

// Type returns the column's type.
func (r *Ref) Type() schema.Type { return r.Col.Type }

// Type returns the type of the result.
func (c *Call) Type() schema.Type { return c.T }

// Type returns dynamic.
func (m *Member) Type() schema.Type { return schema.Dynamic }

// Type returns bool.
func (i *In) Type() schema.Type { return schema.Bool }

// Type returns the type of the table's first column.
func (s *Scalar) Type() schema.Type { return s.T }

// Span returns the place in the query.
func (c *Const) Span() token.Span { return c.Sp }

// Span returns the place in the query.
func (r *Ref) Span() token.Span { return r.Sp }

// Span returns the place in the query.
func (c *Call) Span() token.Span { return c.Sp }

// Span returns the place in the query.
func (m *Member) Span() token.Span { return m.Sp }

// Span returns the place in the query.
func (i *In) Span() token.Span { return i.Sp }

// Span returns the place in the query.
func (s *Scalar) Span() token.Span { return s.Sp }

// Children calls f for each direct sub-expression of e.
func Children(e Expr, f func(Expr)) {
	switch e := e.(type) {
	case *Call:
		for _, a := range e.Args {
			f(a)
		}
	case *Member:
		f(e.X)
		f(e.Key)
	case *In:
		f(e.X)
		for _, a := range e.List {
			f(a)
		}
	}
}

// Walk calls f for e and everything below it, parents first; where f returns
// false it does not go deeper.
func Walk(e Expr, f func(Expr) bool) {
	if !f(e) {
		return
	}
	Children(e, func(c Expr) { Walk(c, f) })
}

// Rewrite rebuilds e bottom-up: f gets each node with its children rewritten
// and returns what replaces it.  Nodes that do not change are shared.
func Rewrite(e Expr, f func(Expr) Expr) Expr {
	switch x := e.(type) {
	case *Call:
		if args, changed := rewriteAll(x.Args, f); changed {
			c := *x
			c.Args = args
			return f(&c)
		}
	case *Member:
		a, k := Rewrite(x.X, f), Rewrite(x.Key, f)
		if a != x.X || k != x.Key {
			m := *x
			m.X, m.Key = a, k
			return f(&m)
		}
	case *In:
		a := Rewrite(x.X, f)
		list, changed := rewriteAll(x.List, f)
		if changed || a != x.X {
			i := *x
			i.X, i.List = a, list
			return f(&i)
		}
	}
	return f(e)
}

func rewriteAll(in []Expr, f func(Expr) Expr) (out []Expr, changed bool) {
	out = in
	for i, e := range in {
		n := Rewrite(e, f)
		if n != e && !changed {
			out, changed = append([]Expr(nil), in...), true
		}
		out[i] = n
	}
	return out, changed
}

// IsConst reports whether e is a constant, and its value.
func IsConst(e Expr) (any, bool) {
	c, ok := e.(*Const)
	if !ok {
		return nil, false
	}
	return c.V, true
}

// Str returns a string constant.
func Str(s string) *Const { return &Const{T: schema.String, V: s} }

// Long returns a constant of type long.
func Long(n int64) *Const { return &Const{T: schema.Long, V: n} }

// Bool returns a bool constant.
func Bool(b bool) *Const { return &Const{T: schema.Bool, V: b} }

// Null returns the null of a type; the null of string is the empty string.
func Null(t schema.Type) *Const {
	if t == schema.String {
		return Str("")
	}
	return &Const{T: t}
}
