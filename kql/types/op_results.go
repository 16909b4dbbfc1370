package types

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// ResultTable is one of several tables that a query gives.
type ResultTable struct {
	// Name is what the query calls it, "" for most.
	Name string
	Root Node
}

// Several is what fork, facet and some plugins give.  At the end of a
// statement all of its tables are results; everything else takes the first.
type Several struct{ Tables []ResultTable }

// Cols returns the columns of the first table.
func (n *Several) Cols() []*Column { return n.Tables[0].Root.Cols() }

// first is the relation that stands for n where only one can.
func (b *binder) first(n Node, sp token.Span) Node {
	s, ok := n.(*Several)
	if !ok {
		return n
	}
	b.diags.Warn(CodeNotSupported, sp, "Only the first of %d tables is used; all are returned where the statement ends here.", len(s.Tables))
	return s.Tables[0].Root
}

// several is Several of more than one table.
func several(tables []ResultTable, none Node) Node {
	switch len(tables) {
	case 0:
		return none
	case 1:
		return tables[0].Root
	}
	return &Several{tables}
}

// fork binds fork: each branch gives a table.
// https://learn.microsoft.com/kusto/query/fork-operator
func (b *binder) fork(in Node, op *ast.Fork) Node {
	s := &Shared{Name: "fork", In: in}
	var tables []ResultTable
	saved := b.input
	for _, br := range op.Branches {
		b.input = read(s)
		t := ResultTable{Root: b.table(br.Pipe)}
		if br.Name != nil {
			t.Name = br.Name.Name
		} else {
			t.Name = namedByAs(br.Pipe)
		}
		tables = append(tables, t)
	}
	b.input = saved
	return several(tables, in)
}

// namedByAs returns the name that a pipeline ends in: as name.
func namedByAs(e ast.Expr) string {
	var op ast.Operator
	switch e := ast.Unparen(e).(type) {
	case *ast.Pipe:
		if len(e.Ops) > 0 {
			op = e.Ops[len(e.Ops)-1]
		}
	case *ast.OpSource:
		op = e.Op
	}
	if as, ok := op.(*ast.As); ok && as.Name != nil {
		return as.Name.Name
	}
	return ""
}

// facet binds facet by columns: for each of them a table of how often each
// value occurs, and then that of with.
// https://learn.microsoft.com/kusto/query/facet-operator
func (b *binder) facet(in Node, op *ast.Facet) Node {
	s := &Shared{Name: "facet", In: in}
	var tables []ResultTable
	for _, e := range op.Columns {
		r := read(s)
		for _, c := range b.pick(r, e) {
			n := &Column{Name: "count_" + c.Name, Type: schema.Long, NotNull: true}
			a := &Aggregate{In: r, Keys: []Def{keyDef(c.Name, &Ref{Col: c, Sp: e.Span()})}, Aggs: []Def{{n, &Call{Fn: b.funcs.Aggregate("count"), T: schema.Long}}}}
			tables = append(tables, ResultTable{Root: a})
		}
	}
	if op.With != nil {
		saved := b.input
		b.input = read(s)
		tables = append(tables, ResultTable{Root: b.table(op.With)})
		b.input = saved
	}
	return several(tables, in)
}

// projectByNames binds project-by-names: the columns whose names are given as
// constants, in that order; a name may have wildcards, and those that do not
// exist are left out.
func (b *binder) projectByNames(in Node, op *ast.Project) Node {
	m := &Map{In: in}
	for _, e := range op.Exprs {
		v, ok := IsConst(b.fold(b.scalar(e)))
		text, isText := v.(string)
		if !ok || !isText {
			b.diags.Add(CodeExpectedConstant, e.Span(), "'project-by-names' operator: The names must be constant.")
			continue
		}
		var names []string
		if json.Unmarshal([]byte(text), &names) != nil {
			names = []string{text}
		}
		for _, pattern := range names {
			for _, c := range in.Cols() {
				if wildcard(pattern, c.Name) && !slices.Contains(m.Columns, c) {
					m.Columns = append(m.Columns, c)
				}
			}
		}
	}
	return m
}
