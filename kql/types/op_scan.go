package types

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// scan binds scan: the rows go in order through a machine of steps.
// https://learn.microsoft.com/kusto/query/scan-operator
func (b *binder) scan(in Node, op *ast.Scan) Node {
	if broken(in) || len(op.Steps) == 0 {
		return in
	}
	if len(op.OrderBy) > 0 {
		in = b.sort(in, op.OrderBy)
	}
	s := &scanBinder{b: b, in: in, slot: map[*Column]int{}}
	for i, c := range in.Cols() {
		s.slot[c] = i
		s.plan.Types = append(s.plan.Types, c.Type)
	}
	s.plan.Inputs = len(in.Cols())
	s.declare(op.Declare)
	width := len(s.plan.Types)
	r := &row{cols: slices.Concat(in.Cols(), s.declared), fields: map[string][]*Column{}}
	for k, st := range op.Steps {
		if st.Name == nil {
			continue
		}
		cols := copyColumns(r.cols)
		for i, c := range cols {
			s.slot[c] = (k+1)*width + i
		}
		r.fields[st.Name.Name] = cols
	}
	b.withRow(r, func() {
		for _, st := range op.Steps {
			s.step(st)
		}
		for _, e := range op.PartitionBy {
			s.plan.Partition = append(s.plan.Partition, s.program(b.scalar(e), e.Span()))
		}
	})
	out := copyColumns(r.cols)
	for _, p := range op.Params {
		if p.Name != nil && p.Name.Name == "with_match_id" {
			if id, ok := p.Value.(*ast.Ident); ok {
				out = append(out, &Column{Name: id.Name, Type: schema.Long})
			}
		}
	}
	if s.failed {
		return &Map{In: in, Columns: out, Defs: nullDefs(out)}
	}
	config, err := json.Marshal(s.plan)
	if err != nil {
		b.unsupported(op.Pos, "This scan")
		return in
	}
	return b.viaGo(in, "rows_scan", string(config), refs(in.Cols()), out, op.Pos)
}

func nullDefs(cols []*Column) []Def {
	defs := make([]Def, len(cols))
	for i, c := range cols {
		defs[i] = Def{c, Null(c.Type)}
	}
	return defs
}

type scanBinder struct {
	b        *binder
	in       Node
	declared []*Column
	slot     map[*Column]int
	plan     ScanPlan
	failed   bool
}

func (s *scanBinder) declare(params []*ast.FuncParam) {
	b := s.b
	for _, p := range params {
		if p.Name == nil || p.Type == nil {
			continue
		}
		c := &Column{Name: p.Name.Name, Type: schema.ParseType(p.Type.Name)}
		s.slot[c] = len(s.plan.Types)
		s.plan.Types = append(s.plan.Types, c.Type)
		s.declared = append(s.declared, c)
		var x Expr = Null(c.Type)
		if p.Default != nil {
			x = b.fold(b.convert(b.scalar(p.Default), c.Type))
		}
		s.plan.Defaults = append(s.plan.Defaults, s.program(x, p.Span()))
	}
}

func (s *scanBinder) step(st *ast.ScanStep) {
	b := s.b
	out := ScanStep{Output: st.Output, Optional: st.Optional, Assign: make([]*Program, len(s.declared))}
	if out.Output == "" {
		out.Output = "all"
	}
	cond := b.scalar(st.Cond)
	if t := cond.Type(); t != schema.Bool && t != schema.Unknown {
		if t != schema.Dynamic && !numeric(t) {
			b.diags.Add(CodeExpectedType, st.Cond.Span(), "'scan' operator: The expression must have the type bool.")
		}
		cond = b.convert(cond, schema.Bool)
	}
	out.Cond = s.program(cond, st.Cond.Span())
	for _, a := range st.Assign {
		ne, ok := a.(*ast.NamedExpr)
		if !ok || len(ne.Names) != 1 {
			b.diags.Add(CodeExpectedColumn, a.Span(), "'scan' operator: expected Column = Value.")
			continue
		}
		i := slices.IndexFunc(s.declared, func(c *Column) bool { return c.Name == ne.Names[0].Name })
		if i < 0 {
			b.unknownName(ne.Names[0].Pos, ne.Names[0].Name)
			continue
		}
		out.Assign[i] = s.program(b.convert(b.scalar(ne.X), s.declared[i].Type), ne.X.Span())
	}
	s.plan.Steps = append(s.plan.Steps, out)
}

func (s *scanBinder) program(x Expr, sp token.Span) *Program {
	x = s.b.fold(x)
	if x.Type() == schema.Unknown {
		s.failed = true
		return nil
	}
	p, missing := s.b.program(x, s.slot)
	if missing != "" {
		s.failed = true
		s.b.unsupported(sp, "In scan, "+missing)
	}
	return p
}
