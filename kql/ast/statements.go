package ast

// ExprStmt is a tabular expression statement; it gives a result.
type ExprStmt struct {
	Extent
	X Expr
}

// LetStmt binds a name to a scalar, a table or a function.
type LetStmt struct {
	Extent
	Name *Ident
	// Value is a FuncLit for functions and views.
	Value Expr
}

// SetStmt sets a request property: set notruncation; set x = 1.
type SetStmt struct {
	Extent
	Name *Ident
	// Value is nil when the statement names the property only.
	Value Expr
}

// AliasStmt is alias database name = cluster(...).database(...).
type AliasStmt struct {
	Extent
	Name  *Ident
	Value Expr
}

// RestrictStmt is restrict access to (a, b).
type RestrictStmt struct {
	Extent
	// Entities are names, wildcards or paths.
	Entities []Expr
}

// QueryParamsStmt is declare query_parameters(name:type = default, ...).
type QueryParamsStmt struct {
	Extent
	Params []*FuncParam
}

// PatternStmt is declare pattern name, with a definition or without.
type PatternStmt struct {
	Extent
	Name *Ident
	// Params are the arguments; Path is the argument in brackets, nil if none.
	Params []*ColumnDecl
	Path   *ColumnDecl
	Cases  []*PatternCase
	// Defined is false for a declaration without = (...).
	Defined bool
}

// PatternCase is one row of a pattern: ("a").["b"] = { body }.
type PatternCase struct {
	Extent
	Args []Expr
	Path Expr
	Body *FuncBody
}

// CommandStmt is a management command (.show tables): kept as text.
type CommandStmt struct {
	Extent
	Text string
}

// BadStmt stands for text that could not be read as a statement.
type BadStmt struct {
	Extent
}

func (*ExprStmt) stmtNode()        {}
func (*LetStmt) stmtNode()         {}
func (*SetStmt) stmtNode()         {}
func (*AliasStmt) stmtNode()       {}
func (*RestrictStmt) stmtNode()    {}
func (*QueryParamsStmt) stmtNode() {}
func (*PatternStmt) stmtNode()     {}
func (*CommandStmt) stmtNode()     {}
func (*BadStmt) stmtNode()         {}

// FuncLit is a function value of a let statement: (params) { body }, or
// view () { body }.
type FuncLit struct {
	Extent
	// View is true when the function takes part in union and search by name.
	View   bool
	Params []*FuncParam
	Body   *FuncBody
}

func (*FuncLit) exprNode() {}

// FuncParam is a parameter of a function or query: scalar or tabular.
type FuncParam struct {
	Extent
	Name *Ident
	// Type is the scalar type, nil for a tabular parameter.
	Type *TypeRef
	// Schema is the type of a tabular parameter, nil for a scalar one.
	Schema *SchemaType
	// Default is nil when the argument must be given.
	Default Expr
}

// FuncBody is { let ...; expression }.
type FuncBody struct {
	Extent
	// Statements come before the result; they are let statements, or (as Kusto
	// allows for query parameters) declarations.
	Statements []Stmt
	// Result is nil when the body has none.
	Result Expr
}
