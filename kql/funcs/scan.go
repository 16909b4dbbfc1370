package funcs

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
)

// evalScan runs a scan operator over rows: a[0] is their JSON, a[1] that of a
// types.ScanPlan.
func evalScan(c *Catalogue, a []types.Value) any {
	var plan types.ScanPlan
	if err := json.Unmarshal([]byte(str(a[1])), &plan); err != nil || len(plan.Steps) == 0 {
		return "[]"
	}
	m := &machine{plan: plan, width: len(plan.Types), states: map[string][]*sequence{}}
	for _, d := range plan.Defaults {
		m.defaults = append(m.defaults, c.load(d))
	}
	for _, p := range plan.Partition {
		m.partition = append(m.partition, c.load(p))
	}
	for _, s := range plan.Steps {
		l := loadedStep{cond: c.load(s.Cond), output: s.Output, optional: s.Optional}
		for _, x := range s.Assign {
			l.assign = append(l.assign, c.load(x))
		}
		if l.cond == nil {
			return "[]"
		}
		m.steps = append(m.steps, l)
	}
	for _, r := range arr(a[0]) {
		if row, ok := r.([]any); ok && len(row) >= plan.Inputs {
			m.row(row)
		}
	}
	return dyn.JSON(m.finish())
}

// sequence is the state of a step: what the steps up to it matched last.
type sequence struct {
	id int64
	// rows has the values of each step, nil where there are none.
	rows [][]types.Value
	// last is the row that a step with output=last has yet to give.
	last []any
}

type loadedStep struct {
	cond     *program
	assign   []*program
	output   string
	optional bool
}

// machine is a running scan.
type machine struct {
	plan      types.ScanPlan
	width     int
	defaults  []*program
	partition []*program
	steps     []loadedStep
	states    map[string][]*sequence
	order     []string // of the keys of states
	matches   int64
	out       []any
}

// row takes one row through the steps, from the last to the first.
func (m *machine) row(values []any) {
	row := make([]types.Value, m.width)
	for i, t := range m.plan.Types {
		if i < m.plan.Inputs {
			row[i] = typed(values[i], t)
		} else {
			row[i] = m.initial(i - m.plan.Inputs)
		}
	}
	state := m.state(row)
	for k := len(m.steps) - 1; k >= 0; k-- {
		m.step(state, k, row)
	}
}

// initial is the value of a declared column before anything is assigned.
func (m *machine) initial(i int) types.Value {
	if d := m.defaults[i]; d != nil {
		return d.run(nil)
	}
	return types.Value{T: m.plan.Types[m.plan.Inputs+i]}
}

// state returns the sequences of a row's partition, one for each step.
func (m *machine) state(row []types.Value) []*sequence {
	var key []byte
	for _, p := range m.partition {
		if p != nil {
			key = append(dyn.Append(key, untyped(p.run(row))), 0)
		}
	}
	s := m.states[string(key)]
	if s == nil {
		s = make([]*sequence, len(m.steps))
		m.states[string(key)] = s
		m.order = append(m.order, string(key))
	}
	return s
}

// step checks a row against one step.
func (m *machine) step(state []*sequence, k int, row []types.Value) {
	before := k - 1
	for before >= 0 && state[before] == nil && m.steps[before].optional {
		before--
	}
	if before >= 0 && state[before] != nil && m.holds(k, state[before], row) {
		m.flush(state[k])
		m.flush(state[before])
		state[k], state[before] = state[before], nil
		m.match(state[k], k, row)
		return
	}
	seq := state[k]
	first := k == 0 || before < 0
	if seq == nil && !first || !m.holds(k, seq, row) {
		return
	}
	if seq == nil {
		seq = &sequence{id: m.matches, rows: make([][]types.Value, len(m.steps))}
		m.matches++
		state[k] = seq
	}
	m.match(seq, k, row)
}

// slots puts the row and what the steps matched side by side.
func (m *machine) slots(seq *sequence, row []types.Value) []types.Value {
	out := slices.Clone(row)
	for k := range m.steps {
		if seq != nil && seq.rows[k] != nil {
			out = append(out, seq.rows[k]...)
			continue
		}
		for i, t := range m.plan.Types {
			v := typed(nil, t)
			if i >= m.plan.Inputs {
				v = m.initial(i - m.plan.Inputs)
			}
			out = append(out, v)
		}
	}
	return out
}

func (m *machine) holds(k int, seq *sequence, row []types.Value) bool {
	return m.steps[k].cond.run(m.slots(seq, row)).V == true
}

// match assigns a step's columns and puts the row into the sequence and, as
// the step says, into the output.
func (m *machine) match(seq *sequence, k int, row []types.Value) {
	extended := slices.Clone(row)
	slots := m.slots(seq, row)
	for i, p := range m.steps[k].assign {
		if p != nil {
			extended[m.plan.Inputs+i] = p.run(slots)
		}
	}
	seq.rows[k] = extended
	if m.steps[k].output == "none" {
		return
	}
	given := make([]any, 0, m.width+1)
	for _, v := range extended {
		given = append(given, untyped(v))
	}
	given = append(given, seq.id)
	if m.steps[k].output == "last" {
		seq.last = given
		return
	}
	m.out = append(m.out, given)
}

// flush gives the last row of a series that ends.
func (m *machine) flush(seq *sequence) {
	if seq != nil && seq.last != nil {
		m.out = append(m.out, seq.last)
		seq.last = nil
	}
}

func (m *machine) finish() []any {
	for _, key := range m.order {
		for _, seq := range m.states[key] {
			m.flush(seq)
		}
	}
	if m.out == nil {
		return []any{}
	}
	return m.out
}
