package types

import (
	"strconv"

	"wirehunt/schema"
)

// Program is an expression in a form that passes through a database as JSON
// and is run in Go, for functions that go from row to row (scan).
type Program struct {
	// Op is const, slot, call, operator, member or in.
	Op string `json:"o"`
	// T is the type of the value, as schema.Type names it.
	T string `json:"t,omitempty"`
	// Text is the value of a constant, or the name of a function.  Numbers are
	// text too, so that none loses digits.
	Text string `json:"x,omitempty"`
	// Null marks the constant null.
	Null bool `json:"n,omitempty"`
	// Slot is where a column's value stands.
	Slot int `json:"s,omitempty"`
	// Args are the operands; for in, the value and then the list.
	Args []*Program `json:"a,omitempty"`
	// Fold and Not are as in In.
	Fold bool `json:"f,omitempty"`
	Not  bool `json:"!,omitempty"`
}

// program turns an expression into a Program.  It reports what it has no form
// for, or "".
func (b *binder) program(e Expr, slot map[*Column]int) (*Program, string) {
	p := &Program{T: e.Type().String()}
	var args []Expr
	switch e := e.(type) {
	case *Const:
		p.Op = "const"
		switch v := e.V.(type) {
		case nil:
			p.Null = true
		case bool:
			p.Text = strconv.FormatBool(v)
		case int64:
			p.Text = strconv.FormatInt(v, 10)
		case float64:
			p.Text = strconv.FormatFloat(v, 'g', -1, 64)
		case string:
			p.Text = v
		}
	case *Ref:
		i, ok := slot[e.Col]
		if !ok {
			return nil, "the column '" + e.Col.Name + "'"
		}
		p.Op, p.Slot = "slot", i
	case *Call:
		if e.Fn.Eval == nil || e.Fn.Hosted {
			return nil, "the function '" + e.Fn.Name + "'"
		}
		p.Op, p.Text, args = "call", e.Fn.Name, e.Args
		if b.funcs.Operator(e.Fn.Name) == e.Fn {
			p.Op = "operator"
		}
	case *Member:
		p.Op, args = "member", []Expr{e.X, e.Key}
	case *In:
		if e.Sub != nil {
			return nil, "a table"
		}
		p.Op, p.Fold, p.Not = "in", e.Fold, e.Not
		args = append([]Expr{e.X}, e.List...)
	default:
		return nil, "a table"
	}
	for _, a := range args {
		q, missing := b.program(a, slot)
		if missing != "" {
			return nil, missing
		}
		p.Args = append(p.Args, q)
	}
	return p, ""
}

// ScanPlan is what a scan operator does, over slots: the columns of the row
// with the declared ones, then as many for each step.
type ScanPlan struct {
	// Types are the types of the row's columns with the declared ones.
	Types []schema.Type `json:"types"`
	// Inputs is how many of them the input gives.
	Inputs   int        `json:"inputs"`
	Defaults []*Program `json:"defaults"`
	Steps    []ScanStep `json:"steps"`
	// Partition are expressions over the row; each of their values has a state
	// of its own.
	Partition []*Program `json:"partition,omitempty"`
}

// ScanStep is one step of a ScanPlan.
type ScanStep struct {
	Cond *Program `json:"cond"`
	// Assign has, for each declared column, what it becomes, or nil.
	Assign   []*Program `json:"assign"`
	Output   string     `json:"output"`
	Optional bool       `json:"optional,omitempty"`
}
