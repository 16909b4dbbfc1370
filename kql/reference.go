package kql

import (
	"wirehunt/kql/diag"
	"wirehunt/kql/funcs"
	"wirehunt/kql/types"
)

// Function describes a function of the language.
type Function struct {
	Name string
	// Kind is scalar, aggregate or window.
	Kind string
	// Signatures are the ways to call it: "(text: string, n?: long) -> string".
	Signatures []string
	// Doc is one or two sentences.
	Doc string
	// Note says where the function can answer in part only; empty for most.
	Note     string
	Examples []Example
}

// Example is an expression and its value as print shows it.
type Example struct{ KQL, Want string }

// Functions lists the functions, scalar and window functions first, each kind
// by name.
func Functions() []Function {
	c := funcs.All()
	var out []Function
	for _, n := range c.ScalarNames() {
		out = append(out, describe(c.Scalar(n)))
	}
	for _, n := range c.AggregateNames() {
		out = append(out, describe(c.Aggregate(n)))
	}
	return out
}

// FunctionsNamed returns the functions of that name: none, one, or a scalar
// function and an aggregate.  Old names find the function that they mean.
func FunctionsNamed(name string) []Function {
	c := funcs.All()
	var out []Function
	for _, f := range []*types.Func{c.Scalar(name), c.Aggregate(name)} {
		if f != nil {
			out = append(out, describe(f))
		}
	}
	return out
}

func describe(f *types.Func) Function {
	d := Function{Name: f.Name, Kind: "scalar", Doc: f.Doc, Note: f.Note}
	switch f.Kind {
	case types.AggregateFunc:
		d.Kind = "aggregate"
	case types.WindowFunc:
		d.Kind = "window"
	}
	for _, s := range f.Sigs {
		d.Signatures = append(d.Signatures, s.String())
	}
	for _, e := range f.Examples {
		d.Examples = append(d.Examples, Example(e))
	}
	return d
}

// SuggestFunction returns the function whose name is nearest, or "".
func SuggestFunction(name string) string {
	return diag.Nearest(name, func(yield func(string) bool) {
		for _, f := range Functions() {
			if !yield(f.Name) {
				return
			}
		}
	})
}
