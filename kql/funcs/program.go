package funcs

import (
	"strconv"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// program is a types.Program made ready to run.
type program struct {
	op    string
	t     schema.Type
	value types.Value // of a constant
	fn    *types.Func
	slot  int
	args  []*program
	vals  []types.Value // of the arguments of a call, used again for each row
	fold  bool
	not   bool
}

// load makes a Program ready; nil for nil, and for what it does not know.
func (c *Catalogue) load(p *types.Program) *program {
	if p == nil {
		return nil
	}
	r := &program{op: p.Op, t: schema.ParseType(p.T), slot: p.Slot, fold: p.Fold, not: p.Not}
	switch p.Op {
	case "const":
		r.value = constOf(p, r.t)
	case "call":
		r.fn = c.Scalar(p.Text)
	case "operator":
		r.fn = c.Operator(p.Text)
	}
	if (p.Op == "call" || p.Op == "operator") && (r.fn == nil || r.fn.Eval == nil) {
		return nil
	}
	for _, a := range p.Args {
		q := c.load(a)
		if q == nil {
			return nil
		}
		r.args = append(r.args, q)
	}
	r.vals = make([]types.Value, len(r.args))
	return r
}

func constOf(p *types.Program, t schema.Type) types.Value {
	v := types.Value{T: t}
	if p.Null {
		return v
	}
	switch t {
	case schema.Bool:
		v.V = p.Text == "true"
	case schema.Int, schema.Long, schema.DateTime, schema.TimeSpan:
		n, _ := strconv.ParseInt(p.Text, 10, 64)
		v.V = n
	case schema.Real:
		f, _ := strconv.ParseFloat(p.Text, 64)
		v.V = f
	default:
		v.V = p.Text
	}
	return v
}

// run evaluates over the values in the slots.
func (p *program) run(slots []types.Value) types.Value {
	switch p.op {
	case "const":
		return p.value
	case "slot":
		if p.slot < 0 || p.slot >= len(slots) {
			return types.Value{T: p.t}
		}
		return slots[p.slot]
	}
	for i, a := range p.args {
		p.vals[i] = a.run(slots)
	}
	switch p.op {
	case "member":
		return types.Value{T: schema.Dynamic, V: dyn.JSON(memberOf(val(p.vals[0]), p.vals[1]))}
	case "in":
		return types.Value{T: schema.Bool, V: p.among() != p.not}
	}
	return types.Value{T: p.t, V: types.Eval(p.fn, p.t, p.vals)}
}

// memberOf is x[key].
func memberOf(x any, key types.Value) any {
	switch x := x.(type) {
	case *dyn.Bag:
		return x.Values[text(key)]
	case []any:
		i, ok := key.V.(int64)
		if i < 0 {
			i += int64(len(x))
		}
		if ok && i >= 0 && i < int64(len(x)) {
			return x[i]
		}
	}
	return nil
}

// among is whether the first value is one of the others; arrays among these
// stand for their elements.
func (p *program) among() bool {
	x := val(p.vals[0])
	if x == nil {
		return false
	}
	same := func(y any) bool {
		if p.fold {
			return strings.EqualFold(dyn.Text(x), dyn.Text(y))
		}
		return dyn.Equal(x, y)
	}
	for _, v := range p.vals[1:] {
		y := val(v)
		if l, ok := y.([]any); ok && v.T == schema.Dynamic {
			for _, e := range l {
				if same(e) {
					return true
				}
			}
			continue
		}
		if same(y) {
			return true
		}
	}
	return false
}

// typed is an element of a row as a value of a type; rows hold datetimes and
// timespans as ticks.
func typed(x any, t schema.Type) types.Value {
	v := types.Value{T: t, V: x}
	switch t {
	case schema.Dynamic:
		v.V = dyn.JSON(x)
	case schema.String, schema.Guid:
		if x == nil && t == schema.String {
			v.V = ""
		} else if _, ok := x.(string); !ok && x != nil {
			v.V = dyn.Text(x)
		}
	case schema.Real:
		if n, ok := x.(int64); ok {
			v.V = float64(n)
		}
	case schema.Decimal:
		if x != nil {
			v.V = dyn.Text(x)
		}
	}
	return v
}

// untyped is a value as an element of a row.
func untyped(v types.Value) any {
	if v.T == schema.DateTime || v.T == schema.TimeSpan {
		return v.V
	}
	return val(v)
}
