package ast

// OpName returns "as".
func (*As) OpName() string { return "as" }

// OpName returns "consume".
func (*Consume) OpName() string { return "consume" }

// OpName returns "count".
func (*Count) OpName() string { return "count" }

// OpName returns "distinct".
func (*Distinct) OpName() string { return "distinct" }

// OpName returns "evaluate".
func (*Evaluate) OpName() string { return "evaluate" }

// OpName returns "extend".
func (*Extend) OpName() string { return "extend" }

// OpName returns "facet".
func (*Facet) OpName() string { return "facet" }

// OpName returns "find".
func (*Find) OpName() string { return "find" }

// OpName returns "fork".
func (*Fork) OpName() string { return "fork" }

// OpName returns "getschema".
func (*GetSchema) OpName() string { return "getschema" }

// OpName returns "invoke".
func (*Invoke) OpName() string { return "invoke" }

// OpName returns "join".
func (*Join) OpName() string { return "join" }

// OpName returns "lookup".
func (*Lookup) OpName() string { return "lookup" }

// OpName returns "mv-apply".
func (*MvApply) OpName() string { return "mv-apply" }

// OpName returns "mv-expand".
func (*MvExpand) OpName() string { return "mv-expand" }

// OpName returns "parse-kv".
func (*ParseKV) OpName() string { return "parse-kv" }

// OpName returns "partition".
func (*Partition) OpName() string { return "partition" }

// OpName returns "__partitionby".
func (*PartitionBy) OpName() string { return "__partitionby" }

// OpName returns "reduce".
func (*Reduce) OpName() string { return "reduce" }

// OpName returns "render".
func (*Render) OpName() string { return "render" }

// OpName returns "sample".
func (*Sample) OpName() string { return "sample" }

// OpName returns "sample-distinct".
func (*SampleDistinct) OpName() string { return "sample-distinct" }

// OpName returns "scan".
func (*Scan) OpName() string { return "scan" }

// OpName returns "search".
func (*Search) OpName() string { return "search" }

// OpName returns "serialize".
func (*Serialize) OpName() string { return "serialize" }

// OpName returns "sort".
func (*Sort) OpName() string { return "sort" }

// OpName returns "summarize".
func (*Summarize) OpName() string { return "summarize" }

// OpName returns "take".
func (*Take) OpName() string { return "take" }

// OpName returns "top".
func (*Top) OpName() string { return "top" }

// OpName returns "top-hitters".
func (*TopHitters) OpName() string { return "top-hitters" }

// OpName returns "top-nested".
func (*TopNested) OpName() string { return "top-nested" }

// OpName returns "union".
func (*Union) OpName() string { return "union" }

// OpName returns "where".
func (*Where) OpName() string { return "where" }

// OpName returns "make-series".
func (*MakeSeries) OpName() string { return "make-series" }

// OpName returns "assert-schema".
func (*AssertSchema) OpName() string { return "assert-schema" }

// OpName returns "__executeAndCache".
func (*ExecuteAndCache) OpName() string { return "__executeAndCache" }

// OpName returns the operator's kind.
func (p *Project) OpName() string { return string(p.Kind) }

// OpName returns "parse" or "parse-where".
func (p *Parse) OpName() string {
	if p.Where {
		return "parse-where"
	}
	return "parse"
}

// OpName returns the name as written.
func (b *BadOp) OpName() string { return b.Name }

func (*As) operatorNode()              {}
func (*Consume) operatorNode()         {}
func (*Count) operatorNode()           {}
func (*Distinct) operatorNode()        {}
func (*Evaluate) operatorNode()        {}
func (*Extend) operatorNode()          {}
func (*Facet) operatorNode()           {}
func (*Find) operatorNode()            {}
func (*Fork) operatorNode()            {}
func (*GetSchema) operatorNode()       {}
func (*Invoke) operatorNode()          {}
func (*Join) operatorNode()            {}
func (*Lookup) operatorNode()          {}
func (*MvApply) operatorNode()         {}
func (*MvExpand) operatorNode()        {}
func (*ParseKV) operatorNode()         {}
func (*Partition) operatorNode()       {}
func (*PartitionBy) operatorNode()     {}
func (*Reduce) operatorNode()          {}
func (*Render) operatorNode()          {}
func (*Sample) operatorNode()          {}
func (*SampleDistinct) operatorNode()  {}
func (*Scan) operatorNode()            {}
func (*Search) operatorNode()          {}
func (*Serialize) operatorNode()       {}
func (*Sort) operatorNode()            {}
func (*Summarize) operatorNode()       {}
func (*Take) operatorNode()            {}
func (*Top) operatorNode()             {}
func (*TopHitters) operatorNode()      {}
func (*TopNested) operatorNode()       {}
func (*Union) operatorNode()           {}
func (*Where) operatorNode()           {}
func (*MakeSeries) operatorNode()      {}
func (*AssertSchema) operatorNode()    {}
func (*ExecuteAndCache) operatorNode() {}
func (*Project) operatorNode()         {}
func (*Parse) operatorNode()           {}
func (*BadOp) operatorNode()           {}
