package ast

import "wirehunt/kql/token"

// LiteralType is the type of a literal.
type LiteralType uint8

// The types of literals.
const (
	LitString LiteralType = iota
	LitBool
	LitInt
	LitLong
	LitReal
	LitDecimal
	LitDatetime
	LitTimespan
	LitGuid
	// LitNull is null inside dynamic(...), which has no type of its own.
	LitNull
)

var literalTypeNames = [...]string{"string", "bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid", "null"}

// String returns Kusto's name of the type.
func (t LiteralType) String() string { return literalTypeNames[t] }

// Literal is a scalar literal with its decoded value.
type Literal struct {
	Extent
	Type LiteralType
	// Null is true for long(null) and its like; no value is set then.
	Null bool
	// Bool is the value of a LitBool.
	Bool bool
	// Int is the value of a LitInt or LitLong; of a LitDatetime the ticks of
	// 100 ns since 0001-01-01 UTC; of a LitTimespan its ticks.
	Int int64
	// Real is the value of a LitReal.
	Real float64
	// Text is the value of a LitString, the digits of a LitDecimal, the 36
	// lower-case characters of a LitGuid.
	Text string
	// Hidden is true for h"..." strings, which logs must not show.
	Hidden bool
	// Raw is the literal as written.
	Raw string
}

// DynamicLit is dynamic(...): a Literal, DynArray or DynObject inside.
type DynamicLit struct {
	Extent
	X Expr
}

// DynArray is [...] inside dynamic(...).
type DynArray struct {
	Extent
	Elems []Expr
}

// DynObject is {...} inside dynamic(...).
type DynObject struct {
	Extent
	Members []*DynMember
}

// DynMember is one "name": value of a DynObject.
type DynMember struct {
	Extent
	Name  string
	Value Expr
}

// TypeOf is typeof(type) or typeof(a:string, b:long), or a bare type name
// where an operator takes one.
type TypeOf struct {
	Extent
	// Type is the scalar type, nil when Schema is set.
	Type   *TypeRef
	Schema *SchemaType
}

// UnaryOp is a prefix operator.
type UnaryOp string

// The prefix operators.
const (
	OpNeg UnaryOp = "-"
	OpPos UnaryOp = "+"
)

// Unary is -x or +x.
type Unary struct {
	Extent
	Op UnaryOp
	X  Expr
}

// BinaryOp is an infix operator as it is written.
type BinaryOp string

// The infix operators with one operand on each side.
const (
	OpOr  BinaryOp = "or"
	OpAnd BinaryOp = "and"
	OpEq  BinaryOp = "=="
	OpNe  BinaryOp = "!="
	OpLt  BinaryOp = "<"
	OpLe  BinaryOp = "<="
	OpGt  BinaryOp = ">"
	OpGe  BinaryOp = ">="
	OpAdd BinaryOp = "+"
	OpSub BinaryOp = "-"
	OpMul BinaryOp = "*"
	OpDiv BinaryOp = "/"
	OpMod BinaryOp = "%"

	OpEqTilde BinaryOp = "=~"
	OpNeTilde BinaryOp = "!~"

	OpHas             BinaryOp = "has"
	OpNotHas          BinaryOp = "!has"
	OpHasCS           BinaryOp = "has_cs"
	OpNotHasCS        BinaryOp = "!has_cs"
	OpHasPrefix       BinaryOp = "hasprefix"
	OpNotHasPrefix    BinaryOp = "!hasprefix"
	OpHasPrefixCS     BinaryOp = "hasprefix_cs"
	OpNotHasPrefixCS  BinaryOp = "!hasprefix_cs"
	OpHasSuffix       BinaryOp = "hassuffix"
	OpNotHasSuffix    BinaryOp = "!hassuffix"
	OpHasSuffixCS     BinaryOp = "hassuffix_cs"
	OpNotHasSuffixCS  BinaryOp = "!hassuffix_cs"
	OpContains        BinaryOp = "contains"
	OpNotContains     BinaryOp = "!contains"
	OpContainsCS      BinaryOp = "contains_cs"
	OpNotContainsCS   BinaryOp = "!contains_cs"
	OpStartsWith      BinaryOp = "startswith"
	OpNotStartsWith   BinaryOp = "!startswith"
	OpStartsWithCS    BinaryOp = "startswith_cs"
	OpNotStartsWithCS BinaryOp = "!startswith_cs"
	OpEndsWith        BinaryOp = "endswith"
	OpNotEndsWith     BinaryOp = "!endswith"
	OpEndsWithCS      BinaryOp = "endswith_cs"
	OpNotEndsWithCS   BinaryOp = "!endswith_cs"
	OpMatchesRegex    BinaryOp = "matches regex"
	OpLike            BinaryOp = "like"
	OpNotLike         BinaryOp = "notlike"
	OpLikeCS          BinaryOp = "likecs"
	OpNotLikeCS       BinaryOp = "notlikecs"
)

// Binary is x op y.  Chains of one operator lean left: (a and b) and c.
type Binary struct {
	Extent
	Op BinaryOp
	// OpPos covers the operator alone.
	OpPos token.Span
	X, Y  Expr
}

// InOp is an infix operator with a list on its right.
type InOp string

// The list operators.
const (
	OpIn         InOp = "in"
	OpNotIn      InOp = "!in"
	OpInTilde    InOp = "in~"
	OpNotInTilde InOp = "!in~"
	OpHasAny     InOp = "has_any"
	OpHasAll     InOp = "has_all"
)

// In is x in (list) and the operators like it.  A list of one element may be a
// table, a dynamic array, or a tabular expression.
type In struct {
	Extent
	Op    InOp
	OpPos token.Span
	X     Expr
	List  []Expr
}

// Between is x between (lo .. hi) or x !between (lo .. hi).
type Between struct {
	Extent
	Not    bool
	OpPos  token.Span
	X      Expr
	Lo, Hi Expr
}

// Paren is (x), with x scalar or tabular.
type Paren struct {
	Extent
	X Expr
}

// Call is a function call.
type Call struct {
	Extent
	Fun *Ident
	// Args are expressions; a NamedExpr is a named argument, a Wildcard a star.
	Args []Expr
}

// Path is x.y: a member of a dynamic value, a column of $left or $right, or
// database("d").Table.
type Path struct {
	Extent
	X Expr
	// Sel is an Ident or a Call.
	Sel Expr
}

// Index is x[i].
type Index struct {
	Extent
	X, Index Expr
}

// NamedExpr is name = x, or (a, b) = x.
type NamedExpr struct {
	Extent
	Names []*Ident
	// Tuple is true when the names stand in parentheses.
	Tuple bool
	X     Expr
}

// Order is the direction of a sort key.
type Order uint8

// The directions; Kusto's default for sort and top is descending.
const (
	OrderDefault Order = iota
	OrderAsc
	OrderDesc
	// OrderGrannyAsc and OrderGrannyDesc order the column names of
	// project-reorder with the numbers in them by value.
	OrderGrannyAsc
	OrderGrannyDesc
)

// Nulls says where nulls go.
type Nulls uint8

// Where nulls go; by default first when ascending and last when descending.
const (
	NullsDefault Nulls = iota
	NullsFirst
	NullsLast
)

// Ordered is a sort key: x asc nulls first.
type Ordered struct {
	Extent
	X     Expr
	Order Order
	Nulls Nulls
}

// BadExpr stands for an expression that is missing or could not be read.
type BadExpr struct {
	Extent
}

func (*Literal) exprNode()    {}
func (*DynamicLit) exprNode() {}
func (*DynArray) exprNode()   {}
func (*DynObject) exprNode()  {}
func (*TypeOf) exprNode()     {}
func (*Unary) exprNode()      {}
func (*Binary) exprNode()     {}
func (*In) exprNode()         {}
func (*Between) exprNode()    {}
func (*Paren) exprNode()      {}
func (*Call) exprNode()       {}
func (*Path) exprNode()       {}
func (*Index) exprNode()      {}
func (*NamedExpr) exprNode()  {}
func (*Ordered) exprNode()    {}
func (*BadExpr) exprNode()    {}

// Unparen removes the parentheses around an expression.
func Unparen(x Expr) Expr {
	for {
		p, ok := x.(*Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}
