package ast

// MakeGraph is make-graph source --> target with nodes on id, or
// with_node_id=name.
type MakeGraph struct {
	Extent
	Params         []*Param
	Source, Target *Ident
	Nodes          []*GraphNodes
}

// GraphNodes is a table of a graph's nodes and the column that names them.
type GraphNodes struct {
	Extent
	Table Expr
	On    *Ident
}

// GraphMatch is graph-match or graph-shortest-paths, with its patterns.
type GraphMatch struct {
	Extent
	// Shortest tells graph-shortest-paths.
	Shortest bool
	Params   []*Param
	Patterns []*GraphPattern
	// Where is nil when not given.
	Where   Expr
	Project []Expr
}

// GraphPattern is a path: a node, and then an edge and a node as often as it
// has them.
type GraphPattern struct {
	Extent
	Elements []*GraphElement
}

// GraphElement is a node (n) or an edge -[e]->, <-[e*1..3]-, --.
type GraphElement struct {
	Extent
	Edge bool
	// Name is nil when the element has none.
	Name *Ident
	// Left and Right tell the heads of an edge's arrow.
	Left, Right bool
	// Min and Max are the ends of a range; nil when the edge is one.
	Min, Max Expr
}

// GraphMarkComponents is graph-mark-components kind=weak with_component_id=name.
type GraphMarkComponents struct {
	Extent
	Params []*Param
}

// GraphToTable is graph-to-table nodes, edges.
type GraphToTable struct {
	Extent
	Outputs []*GraphOutput
}

// GraphOutput is nodes as name with_node_id=id, or edges likewise.
type GraphOutput struct {
	Extent
	Edges bool
	// As is nil when not given.
	As     *Ident
	Params []*Param
}

// OpName returns "make-graph".
func (*MakeGraph) OpName() string { return "make-graph" }

// OpName returns the name as it was written.
func (o *GraphMatch) OpName() string {
	if o.Shortest {
		return "graph-shortest-paths"
	}
	return "graph-match"
}

// OpName returns "graph-mark-components".
func (*GraphMarkComponents) OpName() string { return "graph-mark-components" }

// OpName returns "graph-to-table".
func (*GraphToTable) OpName() string { return "graph-to-table" }

func (*MakeGraph) operatorNode()           {}
func (*GraphMatch) operatorNode()          {}
func (*GraphMarkComponents) operatorNode() {}
func (*GraphToTable) operatorNode()        {}
