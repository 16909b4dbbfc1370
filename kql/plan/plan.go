// Package plan turns the typed tree of a query into a tree of SELECTs over
// the relations of a store.
//
// Rows that are only filtered and extended stay branches: one for each part
// of a table, with every column as an expression over the part's physical
// columns.  A filter is put into these expressions and evaluated as far as it
// is constant; a part that it excludes is left out.  A member that is taken
// from a bag of physical columns becomes the physical column.  Only where rows
// must come together (grouping, joins, limits) do branches become a SELECT.
package plan

import (
	"wirehunt/kql/token"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// Select is one SELECT.
type Select struct {
	// Out are the columns it gives, in order.
	Out  []types.Def
	From From
	// Where holds conditions; all must be true.
	Where []types.Expr
	// Grouped says that the first Keys of Out are grouped by and the others
	// are calls of aggregate functions.
	Grouped bool
	Keys    int
	// AggOrder is the order in which order-sensitive aggregates see the rows.
	AggOrder []types.SortKey
	// Unordered says that the rows come from a store, in no fixed order.
	Unordered bool
	// DistinctOn keeps one row for each value of these.
	DistinctOn []types.Expr
	Order      []types.SortKey
	// WindowOrder is the order of the window functions in Out.
	WindowOrder []types.SortKey
	// Limit is nil for none.
	Limit types.Expr
	// Random picks the limited rows at random.
	Random bool
}

// From is what a Select reads.
type From interface{ from() }

// Dual is one row without columns.
type Dual struct{}

// Scan reads a physical relation.
type Scan struct {
	Relation string
	// Names gives the physical name of each column used.
	Names map[*types.Column]string
	// Aliases gives the join that a column comes from, where it is of one.
	Aliases map[*types.Column]string
	Joins   []schema.Join
	Where   []schema.Cond
}

// Sub reads another Select.
type Sub struct{ Select *Select }

// UnionAll reads several Selects of the same columns: those of Columns.
type UnionAll struct {
	Columns []*types.Column
	Ins     []*Select
}

// Join joins two Selects.
type Join struct {
	Kind  types.JoinKind
	L, R  *Select
	On    [][2]types.Expr
	Where types.Expr
}

// Values is a table of constants.
type Values struct {
	Columns []*types.Column
	Rows    [][]types.Expr
}

// Range is a series of numbers or ticks.
type Range struct {
	Col            *types.Column
	From, To, Step types.Expr
}

// Unnest gives a row for each element; see types.Expand.
type Unnest struct {
	In           *Select
	Items        []UnnestItem
	BagsAsArrays bool
	Index        *types.Column
	Limit        int64
}

// UnnestItem is one column that an Unnest opens.
type UnnestItem struct {
	X   types.Expr
	Out *types.Column
	// Parse says that X is the text of the JSON, which may be none.
	Parse bool
	// Text says that Out is the elements' text, null for null, and not JSON.
	Text bool
}

// Lateral joins each row of L with the rows that R gives for it.
type Lateral struct{ L, R *Select }

// With reads a common table.
type With struct {
	Of      *Shared
	Columns []*types.Column
}

// Shared is a common table: computed once, read in several places.
type Shared struct {
	Name   string
	Select *Select
	// Read is the number of Withs that read it.
	Read int
}

func (*Dual) from()     {}
func (*Scan) from()     {}
func (*Sub) from()      {}
func (*UnionAll) from() {}
func (*Join) from()     {}
func (*Values) from()   {}
func (*Range) from()    {}
func (*Unnest) from()   {}
func (*Lateral) from()  {}
func (*With) from()     {}

// Query is a planned query.
type Query struct {
	Root *Select
	// Shared are the common tables, each after those it reads.
	Shared []*Shared
	// Columns are the columns of the result.
	Columns []*types.Column
}

// Bag is a JSON object built from physical columns: AdditionalFields.  As a
// string it is the object's text, as a dynamic the object.
type Bag struct {
	Members []BagMember
	T       schema.Type
}

// BagMember is one member of a Bag; it is left out where X is null.
type BagMember struct {
	Key string
	X   types.Expr
}

// BagValue is a member's value taken from a Bag: a dynamic that holds X
// written as a string, or null.
type BagValue struct{ X types.Expr }

// InSelect is x in (table).
type InSelect struct {
	X         types.Expr
	Select    *Select
	Fold, Not bool
}

// ScalarSelect is the first column of the first row of a Select.
type ScalarSelect struct {
	Select *Select
	T      schema.Type
}

// Translate replaces some values of a string; others pass.
type Translate struct {
	X     types.Expr
	Pairs []schema.Pair
}

// Element is an element that Unnest gave, as a value of a type.
type Element struct {
	X types.Expr
	T schema.Type
}

// Parses reports whether a call reads JSON text.
func Parses(c *types.Call) bool {
	switch c.Fn.Name {
	case "parse_json", "todynamic", "parsejson", "toobject":
		return len(c.Args) == 1 && c.Args[0].Type() == schema.String
	}
	return false
}

// Type returns string.
func (*Translate) Type() schema.Type { return schema.String }

// Type returns the type of the column.
func (e *Element) Type() schema.Type { return e.T }

// Span returns no place: the expression is not in the query's text.
func (*Translate) Span() token.Span { return token.Span{} }

// Span returns no place: the expression is not in the query's text.
func (*Element) Span() token.Span { return token.Span{} }

// Position is the number of a row in the order of its Select.
type Position struct{}

// Type returns long.
func (*Position) Type() schema.Type { return schema.Long }

// Span returns no place: the expression is not in the query's text.
func (*Position) Span() token.Span { return token.Span{} }

// Type returns string or dynamic.
func (b *Bag) Type() schema.Type { return b.T }

// Type returns dynamic.
func (b *BagValue) Type() schema.Type { return schema.Dynamic }

// Type returns bool.
func (i *InSelect) Type() schema.Type { return schema.Bool }

// Type returns the type of the value.
func (s *ScalarSelect) Type() schema.Type { return s.T }

// Span returns no place: the expression is not in the query's text.
func (b *Bag) Span() token.Span { return token.Span{} }

// Span returns no place: the expression is not in the query's text.
func (b *BagValue) Span() token.Span { return token.Span{} }

// Span returns no place: the expression is not in the query's text.
func (i *InSelect) Span() token.Span { return token.Span{} }

// Span returns no place: the expression is not in the query's text.
func (s *ScalarSelect) Span() token.Span { return token.Span{} }

// walk is types.Walk that also sees into the plan's own expressions.
func walk(e types.Expr, f func(types.Expr)) {
	types.Walk(e, func(e types.Expr) bool {
		f(e)
		switch e := e.(type) {
		case *Bag:
			for _, m := range e.Members {
				walk(m.X, f)
			}
		case *BagValue:
			walk(e.X, f)
		case *InSelect:
			walk(e.X, f)
		case *Translate:
			walk(e.X, f)
		case *Element:
			walk(e.X, f)
		}
		return true
	})
}

// rewrite is types.Rewrite that also goes into the plan's own expressions.
func rewrite(e types.Expr, f func(types.Expr) types.Expr) types.Expr {
	var g func(types.Expr) types.Expr
	g = func(e types.Expr) types.Expr {
		switch x := e.(type) {
		case *Bag:
			b := &Bag{T: x.T, Members: make([]BagMember, len(x.Members))}
			for i, m := range x.Members {
				b.Members[i] = BagMember{m.Key, rewrite(m.X, f)}
			}
			return f(b)
		case *BagValue:
			if v := rewrite(x.X, f); v != x.X {
				return f(&BagValue{v})
			}
		case *Translate:
			if v := rewrite(x.X, f); v != x.X {
				return f(&Translate{v, x.Pairs})
			}
		case *Element:
			if v := rewrite(x.X, f); v != x.X {
				return f(&Element{v, x.T})
			}
		case *InSelect:
			if v := rewrite(x.X, f); v != x.X {
				i := *x
				i.X = v
				return f(&i)
			}
		}
		return f(e)
	}
	return types.Rewrite(e, g)
}

// colset is a set of columns.
type colset map[*types.Column]bool

func (s colset) add(e types.Expr) {
	walk(e, func(e types.Expr) {
		switch e := e.(type) {
		case *types.Ref:
			s[e.Col] = true
		case *types.Scalar:
			s.addNode(e.Sub)
		case *types.In:
			if e.Sub != nil {
				s.addNode(e.Sub)
			}
		}
	})
}

// addNode adds every column that a relation's expressions mention; it is how
// the columns of an outer row are found that an inner relation uses.
func (s colset) addNode(n types.Node) {
	visit(n, func(n types.Node) {
		exprs(n, func(e types.Expr) { s.add(e) })
	})
}
