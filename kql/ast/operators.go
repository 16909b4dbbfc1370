package ast

// As is as name: names the rows so far.
type As struct {
	Extent
	Params []*Param
	Name   *Ident
}

// Consume is consume: reads the rows and gives none.
type Consume struct {
	Extent
	Params []*Param
}

// Count is count, or count as name.
type Count struct {
	Extent
	// Name is nil when the column has its default name.
	Name *Ident
}

// Distinct is distinct a, b or distinct *.
type Distinct struct {
	Extent
	Params []*Param
	Exprs  []Expr
}

// Evaluate is evaluate plugin(args) : schema.
type Evaluate struct {
	Extent
	Params []*Param
	Call   *Call
	// Schema is nil unless the query declares the plugin's columns.
	Schema *SchemaType
	// Keep is true when Schema starts with *, which keeps the input's columns.
	Keep bool
}

// Extend is extend a = x, b.
type Extend struct {
	Extent
	Exprs []Expr
}

// Facet is facet by a, b with (operators).
type Facet struct {
	Extent
	Columns []Expr
	// With is nil, or the sub-pipeline; its Source is an OpSource.
	With Expr
}

// Find is find in (tables) where predicate project columns.
type Find struct {
	Extent
	Params []*Param
	// Tables are names, wildcards or tabular expressions; empty for all.
	Tables []Expr
	Where  Expr
	// Smart is true for project-smart.
	Smart bool
	// Project and ProjectAway list columns; both empty when not given.
	Project     []*FindColumn
	ProjectAway []*FindColumn
}

// FindColumn is a column of find's project list: name, name:type, pack(*).
type FindColumn struct {
	Extent
	// Column is an Ident, a Wildcard, or the Call of pack.
	Column Expr
	Type   *TypeRef
}

// Fork is fork a = (operators) (operators).
type Fork struct {
	Extent
	Branches []*ForkBranch
}

// ForkBranch is one branch of a Fork.
type ForkBranch struct {
	Extent
	// Name is nil when the branch has none.
	Name *Ident
	Pipe Expr
}

// GetSchema is getschema.
type GetSchema struct {
	Extent
	Params []*Param
}

// Invoke is invoke function(args).
type Invoke struct {
	Extent
	// Call is a *Call, or a *Path that ends in one.
	Call Expr
}

// Join is join kind=inner (right) on conditions.
type Join struct {
	Extent
	Params []*Param
	Right  Expr
	// On are column names or comparisons of $left and $right columns.
	On []Expr
	// Where is the condition of a join ... where, nil otherwise.
	Where Expr
}

// Lookup is lookup kind=leftouter (right) on conditions.
type Lookup struct {
	Extent
	Params []*Param
	Right  Expr
	On     []Expr
}

// MvApply is mv-apply columns on (operators).
type MvApply struct {
	Extent
	Params  []*Param
	Columns []*MvColumn
	// Limit is nil when there is none.
	Limit Expr
	// ItemIndex is nil unless with_itemindex= is given.
	ItemIndex *Ident
	// ContextID is nil unless the obsolete id guid is given.
	ContextID Expr
	Body      Expr
}

// MvExpand is mv-expand columns limit n.
type MvExpand struct {
	Extent
	// Params are kind= or bagexpansion=.
	Params    []*Param
	Columns   []*MvColumn
	Limit     Expr
	ItemIndex *Ident
}

// MvColumn is one column of mv-expand or mv-apply: a = x to typeof(long).
type MvColumn struct {
	Extent
	// X is an expression or a NamedExpr.
	X Expr
	// Type is nil when the column stays dynamic.
	Type *TypeRef
}

// ProjectKind tells the project operators apart.
type ProjectKind string

// The project operators.
const (
	ProjectPlain   ProjectKind = "project"
	ProjectAway    ProjectKind = "project-away"
	ProjectKeep    ProjectKind = "project-keep"
	ProjectRename  ProjectKind = "project-rename"
	ProjectReorder ProjectKind = "project-reorder"
	ProjectByNames ProjectKind = "project-by-names"
)

// Project is one of the project operators.
type Project struct {
	Extent
	Kind ProjectKind
	// Exprs are expressions, NamedExprs (project, project-rename), Wildcards
	// (away, keep, reorder), or Ordereds (reorder).
	Exprs []Expr
}

// Parse is parse or parse-where: parse kind=regex x with pattern.
type Parse struct {
	Extent
	// Where is true for parse-where, which drops rows that do not match.
	Where bool
	// Params are kind= and flags=.
	Params  []*Param
	X       Expr
	Pattern []PatternPart
}

// PatternPart is one part of a parse pattern.  Exactly one of Star, Text and
// Column is set.
type PatternPart struct {
	Extent
	// Star is true for *.
	Star bool
	// Text is a string literal or a constant's name.
	Text Expr
	// Column is a column to fill; its type is nil for string.
	Column *ColumnDecl
}

// ParseKV is parse-kv x as (a:string) with (pair_delimiter=",").
type ParseKV struct {
	Extent
	X       Expr
	Columns []*ColumnDecl
	With    []*Param
}

// Partition is partition by column (operators), or { query } with its own
// sources.
type Partition struct {
	Extent
	Params []*Param
	By     Expr
	Body   Expr
	// Braces is true for the { ... } form.
	Braces bool
	// Scope is the expression of in (dynamic scope), nil otherwise.
	Scope Expr
}

// PartitionBy is __partitionby column id x (operators).
type PartitionBy struct {
	Extent
	Params []*Param
	By     Expr
	ID     Expr
	Body   Expr
}

// Reduce is reduce by x with threshold=0.1, characters="_".
type Reduce struct {
	Extent
	Params []*Param
	By     Expr
	With   []*Param
}

// Render is render chart with (properties).
type Render struct {
	Extent
	// Chart is nil when the visualization is not named.
	Chart *Ident
	Props []*RenderProp
}

// RenderProp is one property of render.  Values has more than one element for
// lists such as ycolumns=a, b.
type RenderProp struct {
	Extent
	Name   *Ident
	Values []Expr
}

// Sample is sample n.
type Sample struct {
	Extent
	Params []*Param
	N      Expr
}

// SampleDistinct is sample-distinct n of x.
type SampleDistinct struct {
	Extent
	Params []*Param
	N      Expr
	Of     Expr
}

// Scan is scan with_match_id=id order by ... declare (...) with (steps).
type Scan struct {
	Extent
	Params      []*Param
	OrderBy     []Expr
	PartitionBy []Expr
	Declare     []*FuncParam
	Steps       []*ScanStep
}

// ScanStep is step name optional output=last: condition => a = x, b = y.
type ScanStep struct {
	Extent
	Name     *Ident
	Optional bool
	// Output is all, last, none, or "" when not given.
	Output string
	Cond   Expr
	Assign []Expr
}

// Search is search kind=default in (tables) predicate.
type Search struct {
	Extent
	Params []*Param
	Tables []Expr
	Where  Expr
}

// Serialize is serialize, or serialize a = x.
type Serialize struct {
	Extent
	Params []*Param
	Exprs  []Expr
}

// Sort is sort by or order by.
type Sort struct {
	Extent
	Params []*Param
	// Keys are Ordereds or plain expressions.
	Keys []Expr
}

// Summarize is summarize aggregates by keys.
type Summarize struct {
	Extent
	Params []*Param
	Aggs   []Expr
	// By is nil without by.
	By []Expr
	// BinDefault is the obsolete bin= after the keys, nil otherwise.
	BinDefault Expr
}

// Take is take n or limit n.
type Take struct {
	Extent
	Params []*Param
	N      Expr
}

// Top is top n by keys.
type Top struct {
	Extent
	Params []*Param
	N      Expr
	Keys   []Expr
}

// TopHitters is top-hitters n of x by y.
type TopHitters struct {
	Extent
	Params []*Param
	N      Expr
	Of     Expr
	// By is nil without by.
	By Expr
}

// TopNested is top-nested n of x with others = y by z, ...
type TopNested struct {
	Extent
	Clauses []*TopNestedClause
}

// TopNestedClause is one level of TopNested.
type TopNestedClause struct {
	Extent
	// N is nil when all values are kept.
	N  Expr
	Of Expr
	// Others is nil without with others =.
	Others Expr
	// By is an aggregate, a NamedExpr or an Ordered.
	By Expr
}

// Union is union a, b or T | union a, b.
type Union struct {
	Extent
	Params []*Param
	// Tables are names, wildcards, or tabular expressions.
	Tables []Expr
}

// Where is where or filter.
type Where struct {
	Extent
	Params []*Param
	// Pred is a NamedExpr for where a = x, which Kusto takes for where x; the
	// parser warns of it.
	Pred Expr
}

// MakeSeries is make-series aggregates on axis from a to b step c by keys.
type MakeSeries struct {
	Extent
	Params []*Param
	Aggs   []*SeriesAgg
	On     Expr
	// From and To are nil when not given.
	From, To, Step Expr
	// InRange is true for the in range(from, to, step) form.
	InRange bool
	By      []Expr
}

// SeriesAgg is one aggregate of MakeSeries: a = sum(x) default = 0.
type SeriesAgg struct {
	Extent
	// X is an expression or a NamedExpr.
	X Expr
	// Default is nil when not given.
	Default Expr
}

// AssertSchema is assert-schema (a:string).
type AssertSchema struct {
	Extent
	Columns []*ColumnDecl
}

// ExecuteAndCache is __executeAndCache.
type ExecuteAndCache struct {
	Extent
}

// BadOp stands for an operator that is unknown, unsupported or could not be
// read; a diagnostic says why.
type BadOp struct {
	Extent
	// Name is the operator's name, "" when there is none.
	Name string
}
