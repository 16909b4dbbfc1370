package types

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// fork binds fork.  A query gives one table here: the first branch's.  The
// others are checked.
func (b *binder) fork(in Node, op *ast.Fork) Node {
	s := &Shared{Name: "fork", In: in}
	var first Node
	saved := b.input
	for _, br := range op.Branches {
		b.input = read(s)
		if n := b.table(br.Pipe); first == nil {
			first = n
		}
	}
	b.input = saved
	if len(op.Branches) > 1 {
		b.diags.Warn(CodeNotSupported, op.Pos, "'fork' operator: Only the first of %d tables is returned.", len(op.Branches))
	}
	if first == nil {
		return in
	}
	return first
}

// facet binds facet by columns: how often each value of a column occurs.  A
// query gives one table here: the first column's.
func (b *binder) facet(in Node, op *ast.Facet) Node {
	s := &Shared{Name: "facet", In: in}
	var first Node
	for _, e := range op.Columns {
		r := read(s)
		for _, c := range b.pick(r, e) {
			n := &Column{Name: "count_" + c.Name, Type: schema.Long, NotNull: true}
			a := &Aggregate{In: r, Keys: []Def{keyDef(c.Name, &Ref{Col: c, Sp: e.Span()})}, Aggs: []Def{{n, &Call{Fn: b.funcs.Aggregate("count"), T: schema.Long}}}}
			if first == nil {
				first = a
			}
		}
	}
	tables := len(op.Columns)
	if op.With != nil {
		tables++
		saved := b.input
		b.input = read(s)
		b.table(op.With)
		b.input = saved
	}
	if tables > 1 {
		b.diags.Warn(CodeNotSupported, op.Pos, "'facet' operator: Only the first of %d tables is returned.", tables)
	}
	if first == nil {
		return in
	}
	return first
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
