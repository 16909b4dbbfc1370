// Package ast holds the syntax tree of the Kusto Query Language.
//
// A Query is a list of statements.  An expression statement is tabular: a
// source, and operators that each take the rows of the one before (Pipe).
// Scalar and tabular expressions share the Expr interface, as in Kusto, where
// toscalar(T | count) and (T | take 1) are expressions like any other.
//
// Every node knows the bytes it covers.  Nodes hold names and literal values
// decoded, so that nothing behind the parser reads the query's text again.
package ast

import "wirehunt/kql/token"

// Node is anything in the tree.
type Node interface {
	// Span returns the bytes the node covers, without the space around it.
	Span() token.Span
}

// Stmt is a statement.
type Stmt interface {
	Node
	stmtNode()
}

// Expr is an expression, scalar or tabular.
type Expr interface {
	Node
	exprNode()
}

// Operator is a tabular operator: what stands behind a pipe character.
type Operator interface {
	Node
	// OpName returns the operator as it is written in a query ("mv-expand").
	OpName() string
	operatorNode()
}

// Extent is the part of every node that remembers its place.
type Extent struct {
	Pos token.Span
}

// At returns the extent of a span.
func At(s token.Span) Extent { return Extent{s} }

// Span returns the bytes the node covers.
func (e *Extent) Span() token.Span { return e.Pos }

// Query is a whole query text: statements separated by semicolons.
type Query struct {
	Extent
	Statements []Stmt
	// Comments are all comments in the order of the text.
	Comments []Comment
}

// Comment is one // comment.
type Comment struct {
	Extent
	// Text is the comment with its slashes, without the line end.
	Text string
	// OwnLine is true when nothing but space stands before it on its line.
	OwnLine bool
}

// Ident is a name: declared (let x, extend x = ...) or referred to (where x).
type Ident struct {
	Extent
	// Name is the name without brackets and quotes.
	Name string
	// Quoted is true for ['name'], which is never a keyword or a pattern.
	Quoted bool
}

func (*Ident) exprNode() {}

// Wildcard is a column name with stars in it, as in project-away Device*, or a
// star alone, as in arg_max(Timestamp, *) and * has "x".
type Wildcard struct {
	Extent
	// Pattern is the text, where * stands for any number of characters.
	Pattern string
}

func (*Wildcard) exprNode() {}

// TypeRef names a scalar type.
type TypeRef struct {
	Extent
	// Name is Kusto's own name of the type (string, long, datetime, ...);
	// aliases such as double or date are already replaced.
	Name string
}

// ColumnDecl declares a column or a scalar parameter: name and type.
type ColumnDecl struct {
	Extent
	Name *Ident
	// Type is nil where a declaration may leave it out.
	Type *TypeRef
}

// SchemaType is the type of a table: (a:string, b:long), or (*) for any.
type SchemaType struct {
	Extent
	Columns []*ColumnDecl
	// Any is true for (*): columns are not declared.
	Any bool
}

// Param is a parameter of an operator or statement, such as kind=inner,
// hint.strategy=shuffle, isfuzzy=true or withsource=Source.
type Param struct {
	Extent
	// Name is the whole name, with its dots ("hint.strategy"), as written.
	Name *Ident
	// Value is an Ident for words such as inner, otherwise an expression.
	Value Expr
}

// FindParam returns the first parameter called name (in lower case), or nil.
func FindParam(params []*Param, name string) *Param {
	for _, p := range params {
		if lower(p.Name.Name) == name {
			return p
		}
	}
	return nil
}

// Word returns the value of a parameter as text: an identifier's name or a
// string literal's value; "" when it is neither or p is nil.
func (p *Param) Word() string {
	if p == nil {
		return ""
	}
	switch v := p.Value.(type) {
	case *Ident:
		return v.Name
	case *Literal:
		return v.Text
	}
	return ""
}

func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// SpanOf returns the span of a node, and the zero span for nil.
func SpanOf(n Node) token.Span {
	if isNil(n) {
		return token.Span{}
	}
	return n.Span()
}
