package ast

// Pipe is a source and the operators behind it.
type Pipe struct {
	Extent
	// Source is any tabular expression that is not itself a Pipe.
	Source Expr
	Ops    []Operator
}

// OpSource is an operator that starts a pipeline: union, find, search,
// evaluate, or any other that Kusto lets run on the implicit input of a
// sub-query (as in partition by X (summarize count())).
type OpSource struct {
	Extent
	Op Operator
}

// Print is print a = 1, 2.
type Print struct {
	Extent
	Exprs []Expr
}

// Range is range x from a to b step c.
type Range struct {
	Extent
	Name           *Ident
	From, To, Step Expr
}

// DataTable is datatable(a:string, b:long) [values].
type DataTable struct {
	Extent
	Params  []*Param
	Columns []*ColumnDecl
	// Values are the cells row by row.
	Values []Expr
}

// ExternalData is externaldata(a:string) [uris] with (format="csv").
type ExternalData struct {
	Extent
	Params  []*Param
	Columns []*ColumnDecl
	URIs    []Expr
	With    []*Param
}

// InlineExternalTable is inline_external_table (a:string) kind=storage
// partition by (...) pathformat=(...) dataformat=csv (uris) with (...).
type InlineExternalTable struct {
	Extent
	// Columns may be missing: kind=delta knows them.
	Columns []*ColumnDecl
	// Params are kind and dataformat.
	Params []*Param
	// Partition and PathFormat are kept as text: no reader of ours needs them.
	Partition  string
	PathFormat string
	URIs       []Expr
	With       []*Param
}

// EntityGroup is entity_group [cluster(...).database(...), ...].
type EntityGroup struct {
	Extent
	Entities []Expr
}

// MacroExpand is macro-expand group as name (statements).
type MacroExpand struct {
	Extent
	Params []*Param
	// Group is an EntityGroup or the name of one.
	Group Expr
	Name  *Ident
	Body  *FuncBody
}

func (*Pipe) exprNode()                {}
func (*OpSource) exprNode()            {}
func (*Print) exprNode()               {}
func (*Range) exprNode()               {}
func (*DataTable) exprNode()           {}
func (*ExternalData) exprNode()        {}
func (*InlineExternalTable) exprNode() {}
func (*EntityGroup) exprNode()         {}
func (*MacroExpand) exprNode()         {}
