package types

import "wirehunt/schema"

// Node is a relation of the typed tree.
type Node interface {
	// Cols are the columns of the relation, in order.
	Cols() []*Column
}

// Def is a column and the expression that computes it.
type Def struct {
	Col *Column
	X   Expr
}

// Table is a table of the catalogue.
type Table struct {
	T *schema.Table
	// Columns are the visible columns; Hidden can be named only.
	Columns, Hidden []*Column
	// Source has, for each column, the column of T.
	Source map[*Column]*schema.Column
}

// Values is a table of constants (datatable, print of constants).
type Values struct {
	Columns []*Column
	Rows    [][]Expr
}

// Range is range x from a to b step c.
type Range struct {
	Col            *Column
	From, To, Step Expr
}

// Filter keeps the rows for which Pred is true.
type Filter struct {
	In   Node
	Pred Expr
}

// Map computes columns.  Columns is the whole result: columns of In and
// columns of Defs.  No definition uses a column of Defs.
type Map struct {
	In      Node
	Defs    []Def
	Columns []*Column
	// Hidden are columns that can be named only, where they are not those of
	// In.
	Hidden []*Column
}

// Aggregate groups by Keys; each of Aggs is a Call of an aggregate function.
// Without keys it has exactly one row.
type Aggregate struct {
	In   Node
	Keys []Def
	Aggs []Def
}

// SortKey is one key of a sort.
type SortKey struct {
	X          Expr
	Desc       bool
	NullsFirst bool
}

// Sort orders the rows.
type Sort struct {
	In   Node
	Keys []SortKey
}

// Limit keeps the first N rows of the order of In, or any where In has none.
type Limit struct {
	In Node
	N  Expr
}

// Sample keeps N rows picked at random.
type Sample struct {
	In Node
	N  Expr
}

// JoinKind is the kind of a join.
type JoinKind uint8

// The kinds of joins.
const (
	JoinInnerUnique JoinKind = iota
	JoinInner
	JoinLeftOuter
	JoinRightOuter
	JoinFullOuter
	JoinLeftSemi
	JoinLeftAnti
	JoinRightSemi
	JoinRightAnti
)

// Join combines two relations where all pairs of On are equal.  Null equals
// nothing.
type Join struct {
	Kind JoinKind
	L, R Node
	On   [][2]Expr
	// Where is a further condition over both sides, nil if there is none.
	Where   Expr
	Columns []*Column
}

// Union is the rows of all inputs.
type Union struct {
	Ins []Node
	// From has, for each input and each of Columns, the input's expression.
	From    [][]Expr
	Columns []*Column
	// Hidden are columns that can be named only, and HiddenFrom what they are
	// in each input.
	Hidden     []*Column
	HiddenFrom [][]Expr
}

// ExpandItem is one column of mv-expand.
type ExpandItem struct {
	X   Expr
	Out *Column
}

// Expand gives one row for each element of dynamic arrays or bags; several are
// walked side by side, and what is shorter is filled with nulls.
type Expand struct {
	In    Node
	Items []ExpandItem
	// BagsAsArrays gives a bag's members as [key, value] and not {key: value}.
	BagsAsArrays bool
	// Index is the column of the element's number, nil if not asked for.
	Index *Column
	// Limit is the most rows that one input row gives; 0 for no limit.
	Limit   int64
	Columns []*Column
}

// Window computes Defs, calls of window functions (or expressions over them),
// in the order of In.
type Window struct {
	In      Node
	Defs    []Def
	Columns []*Column
}

// Apply evaluates Sub once for each row of In, whose columns Sub may use, and
// joins the row with each row of Sub's result.
type Apply struct {
	In, Sub Node
	Columns []*Column
}

// One is the relation of one row without columns.
type One struct{}

// Shared is a relation that is computed once and read in several places.
type Shared struct {
	Name string
	In   Node
}

// Read reads a Shared.  Columns stand for the columns of the Shared's In, in
// order.
type Read struct {
	Of      *Shared
	Columns []*Column
	// Hidden stand for the hidden columns of In, which can be named only.
	Hidden []*Column
}

// Pairs calls f for each column of the Read, hidden ones too, with the column
// of the Shared's relation that it stands for.
func (n *Read) Pairs(f func(outer, inner *Column)) {
	for i, c := range n.Of.In.Cols() {
		f(n.Columns[i], c)
	}
	for i, c := range hiddenOf(n.Of.In) {
		f(n.Hidden[i], c)
	}
}

// Cols returns the visible columns.
func (n *Table) Cols() []*Column { return n.Columns }

// Cols returns the columns.
func (n *Values) Cols() []*Column { return n.Columns }

// Cols returns the one column.
func (n *Range) Cols() []*Column { return []*Column{n.Col} }

// Cols returns the input's columns.
func (n *Filter) Cols() []*Column { return n.In.Cols() }

// Cols returns the columns.
func (n *Map) Cols() []*Column { return n.Columns }

// Cols returns the keys, then the aggregates.
func (n *Aggregate) Cols() []*Column {
	out := make([]*Column, 0, len(n.Keys)+len(n.Aggs))
	for _, d := range n.Keys {
		out = append(out, d.Col)
	}
	for _, d := range n.Aggs {
		out = append(out, d.Col)
	}
	return out
}

// Cols returns the input's columns.
func (n *Sort) Cols() []*Column { return n.In.Cols() }

// Cols returns the input's columns.
func (n *Limit) Cols() []*Column { return n.In.Cols() }

// Cols returns the input's columns.
func (n *Sample) Cols() []*Column { return n.In.Cols() }

// Cols returns the columns.
func (n *Join) Cols() []*Column { return n.Columns }

// Cols returns the columns.
func (n *Union) Cols() []*Column { return n.Columns }

// Cols returns the columns.
func (n *Expand) Cols() []*Column { return n.Columns }

// Cols returns the columns.
func (n *Window) Cols() []*Column { return n.Columns }

// Cols returns the columns.
func (n *Apply) Cols() []*Column { return n.Columns }

// Cols returns no columns.
func (n *One) Cols() []*Column { return nil }

// Cols returns the columns.
func (n *Read) Cols() []*Column { return n.Columns }
