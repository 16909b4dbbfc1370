package ast

import "reflect"

// Walk calls visit for n and the nodes below it, parents first and children in
// the order of the text as far as the tree keeps it.  Where visit returns
// false, the children are left out.  Nil nodes are skipped.
func Walk(n Node, visit func(Node) bool) {
	if isNil(n) || !visit(n) {
		return
	}
	Children(n, func(c Node) { Walk(c, visit) })
}

// Children calls f for the direct children of a node that are not nil.
func Children(n Node, f func(Node)) {
	c := childVisitor{f}
	switch n := n.(type) {
	case Stmt:
		c.stmt(n)
	case Expr:
		c.expr(n)
	case Operator:
		c.operator(n)
	default:
		c.part(n)
	}
}

// isNil reports whether an interface holds nothing or a nil pointer.
func isNil(n Node) bool {
	if n == nil {
		return true
	}
	v := reflect.ValueOf(n)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// childVisitor calls f for children, by the kind of their parent.
type childVisitor struct {
	f func(Node)
}

// node visits a child that may be missing.
func node[T Node](c childVisitor, n T) {
	if !isNil(n) {
		c.f(n)
	}
}

// nodes visits a list of children.
func nodes[T Node](c childVisitor, list []T) {
	for _, n := range list {
		node(c, n)
	}
}

// stmt visits the children of statements.
func (c childVisitor) stmt(n Stmt) {
	switch n := n.(type) {
	case *ExprStmt:
		node(c, n.X)
	case *LetStmt:
		node(c, n.Name)
		node(c, n.Value)
	case *SetStmt:
		node(c, n.Name)
		node(c, n.Value)
	case *AliasStmt:
		node(c, n.Name)
		node(c, n.Value)
	case *RestrictStmt:
		nodes(c, n.Entities)
	case *QueryParamsStmt:
		nodes(c, n.Params)
	case *PatternStmt:
		node(c, n.Name)
		nodes(c, n.Params)
		node(c, n.Path)
		nodes(c, n.Cases)
	}
}

// expr visits the children of expressions.
func (c childVisitor) expr(n Expr) {
	switch n := n.(type) {
	case *FuncLit:
		nodes(c, n.Params)
		node(c, n.Body)
	case *DynamicLit:
		node(c, n.X)
	case *DynArray:
		nodes(c, n.Elems)
	case *DynObject:
		nodes(c, n.Members)
	case *TypeOf:
		node(c, n.Type)
		node(c, n.Schema)
	case *Unary:
		node(c, n.X)
	case *Binary:
		node(c, n.X)
		node(c, n.Y)
	case *In:
		node(c, n.X)
		nodes(c, n.List)
	case *Between:
		node(c, n.X)
		node(c, n.Lo)
		node(c, n.Hi)
	case *Paren:
		node(c, n.X)
	case *Call:
		node(c, n.Fun)
		nodes(c, n.Args)
	case *Path:
		node(c, n.X)
		node(c, n.Sel)
	case *Index:
		node(c, n.X)
		node(c, n.Index)
	case *NamedExpr:
		nodes(c, n.Names)
		node(c, n.X)
	case *Ordered:
		node(c, n.X)
	case *Pipe:
		node(c, n.Source)
		nodes(c, n.Ops)
	case *OpSource:
		node(c, n.Op)
	case *Print:
		nodes(c, n.Exprs)
	case *Range:
		node(c, n.Name)
		node(c, n.From)
		node(c, n.To)
		node(c, n.Step)
	case *DataTable:
		nodes(c, n.Params)
		nodes(c, n.Columns)
		nodes(c, n.Values)
	case *ExternalData:
		nodes(c, n.Params)
		nodes(c, n.Columns)
		nodes(c, n.URIs)
		nodes(c, n.With)
	case *InlineExternalTable:
		nodes(c, n.Columns)
		nodes(c, n.Params)
		nodes(c, n.URIs)
		nodes(c, n.With)
	case *EntityGroup:
		nodes(c, n.Entities)
	case *MacroExpand:
		nodes(c, n.Params)
		node(c, n.Group)
		node(c, n.Name)
		node(c, n.Body)
	}
}

// operator visits the children of operators.
func (c childVisitor) operator(n Operator) {
	switch n := n.(type) {
	case *As:
		nodes(c, n.Params)
		node(c, n.Name)
	case *Consume:
		nodes(c, n.Params)
	case *Count:
		node(c, n.Name)
	case *Distinct:
		nodes(c, n.Params)
		nodes(c, n.Exprs)
	case *Evaluate:
		nodes(c, n.Params)
		node(c, n.Call)
		node(c, n.Schema)
	case *Extend:
		nodes(c, n.Exprs)
	case *Facet:
		nodes(c, n.Columns)
		node(c, n.With)
	case *Find:
		nodes(c, n.Params)
		nodes(c, n.Tables)
		node(c, n.Where)
		nodes(c, n.Project)
		nodes(c, n.ProjectAway)
	case *Fork:
		nodes(c, n.Branches)
	case *GetSchema:
		nodes(c, n.Params)
	case *Invoke:
		node(c, n.Call)
	case *Join:
		nodes(c, n.Params)
		node(c, n.Right)
		nodes(c, n.On)
		node(c, n.Where)
	case *Lookup:
		nodes(c, n.Params)
		node(c, n.Right)
		nodes(c, n.On)
	case *MvApply:
		nodes(c, n.Params)
		nodes(c, n.Columns)
		node(c, n.Limit)
		node(c, n.ItemIndex)
		node(c, n.ContextID)
		node(c, n.Body)
	case *MvExpand:
		nodes(c, n.Params)
		nodes(c, n.Columns)
		node(c, n.Limit)
		node(c, n.ItemIndex)
	case *Project:
		nodes(c, n.Exprs)
	case *Parse:
		nodes(c, n.Params)
		node(c, n.X)
		for i := range n.Pattern {
			c.f(&n.Pattern[i])
		}
	default:
		c.laterOperator(n)
	}
}

// laterOperator visits the children of the operators from parse-kv on.
func (c childVisitor) laterOperator(n Operator) {
	switch n := n.(type) {
	case *ParseKV:
		node(c, n.X)
		nodes(c, n.Columns)
		nodes(c, n.With)
	case *Partition:
		nodes(c, n.Params)
		node(c, n.By)
		node(c, n.Body)
		node(c, n.Scope)
	case *PartitionBy:
		nodes(c, n.Params)
		node(c, n.By)
		node(c, n.ID)
		node(c, n.Body)
	case *Reduce:
		nodes(c, n.Params)
		node(c, n.By)
		nodes(c, n.With)
	case *Render:
		node(c, n.Chart)
		nodes(c, n.Props)
	case *Sample:
		nodes(c, n.Params)
		node(c, n.N)
	case *SampleDistinct:
		nodes(c, n.Params)
		node(c, n.N)
		node(c, n.Of)
	case *MakeGraph:
		node(c, n.Source)
		node(c, n.Target)
		nodes(c, n.Nodes)
		nodes(c, n.Params)
	case *GraphMatch:
		nodes(c, n.Params)
		nodes(c, n.Patterns)
		node(c, n.Where)
		nodes(c, n.Project)
	case *GraphMarkComponents:
		nodes(c, n.Params)
	case *GraphToTable:
		nodes(c, n.Outputs)
	case *Scan:
		nodes(c, n.Params)
		nodes(c, n.OrderBy)
		nodes(c, n.PartitionBy)
		nodes(c, n.Declare)
		nodes(c, n.Steps)
	case *Search:
		nodes(c, n.Params)
		nodes(c, n.Tables)
		node(c, n.Where)
	case *Serialize:
		nodes(c, n.Params)
		nodes(c, n.Exprs)
	case *Sort:
		nodes(c, n.Params)
		nodes(c, n.Keys)
	case *Summarize:
		nodes(c, n.Params)
		nodes(c, n.Aggs)
		nodes(c, n.By)
		node(c, n.BinDefault)
	case *Take:
		nodes(c, n.Params)
		node(c, n.N)
	case *Top:
		nodes(c, n.Params)
		node(c, n.N)
		nodes(c, n.Keys)
	case *TopHitters:
		nodes(c, n.Params)
		node(c, n.N)
		node(c, n.Of)
		node(c, n.By)
	case *TopNested:
		nodes(c, n.Clauses)
	case *Union:
		nodes(c, n.Params)
		nodes(c, n.Tables)
	case *Where:
		nodes(c, n.Params)
		node(c, n.Pred)
	case *MakeSeries:
		nodes(c, n.Params)
		nodes(c, n.Aggs)
		node(c, n.On)
		node(c, n.From)
		node(c, n.To)
		node(c, n.Step)
		nodes(c, n.By)
	case *AssertSchema:
		nodes(c, n.Columns)
	}
}

// part visits the children of what is no statement, expression or operator.
func (c childVisitor) part(n Node) {
	switch n := n.(type) {
	case *Query:
		nodes(c, n.Statements)
		for i := range n.Comments {
			c.f(&n.Comments[i])
		}
	case *ColumnDecl:
		node(c, n.Name)
		node(c, n.Type)
	case *SchemaType:
		nodes(c, n.Columns)
	case *Param:
		node(c, n.Name)
		node(c, n.Value)
	case *PatternCase:
		nodes(c, n.Args)
		node(c, n.Path)
		node(c, n.Body)
	case *FuncParam:
		node(c, n.Name)
		node(c, n.Type)
		node(c, n.Schema)
		node(c, n.Default)
	case *FuncBody:
		nodes(c, n.Statements)
		node(c, n.Result)
	case *DynMember:
		node(c, n.Value)
	case *FindColumn:
		node(c, n.Column)
		node(c, n.Type)
	case *ForkBranch:
		node(c, n.Name)
		node(c, n.Pipe)
	case *MvColumn:
		node(c, n.X)
		node(c, n.Type)
	case *PatternPart:
		node(c, n.Text)
		node(c, n.Column)
	case *RenderProp:
		node(c, n.Name)
		nodes(c, n.Values)
	case *GraphNodes:
		node(c, n.Table)
		node(c, n.On)
	case *GraphPattern:
		nodes(c, n.Elements)
	case *GraphElement:
		node(c, n.Name)
		node(c, n.Min)
		node(c, n.Max)
	case *GraphOutput:
		node(c, n.As)
		nodes(c, n.Params)
	case *ScanStep:
		node(c, n.Name)
		node(c, n.Cond)
		nodes(c, n.Assign)
	case *TopNestedClause:
		node(c, n.N)
		node(c, n.Of)
		node(c, n.Others)
		node(c, n.By)
	case *SeriesAgg:
		node(c, n.X)
		node(c, n.Default)
	}
}
