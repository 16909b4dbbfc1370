package types

import (
	"fmt"
	"strings"

	"wirehunt/schema"
)

// Param is a parameter of a signature.
type Param struct {
	Name string
	// Class is a type's name, or one of Kusto's classes of types: Scalar,
	// Number, Integer, Summable, Orderable, DynamicArray, CommonScalar, ...
	Class string
	// Optional parameters may be left out; a Repeated one stands for one or
	// more arguments.
	Optional, Repeated bool
}

// Signature is one way to call a function.
type Signature struct {
	Params []Param
	// Result is a type's name, or a rule: Widest, Common, Parameter0,
	// Parameter0Promoted, Parameter0Array, ParameterNLiteral.
	Result string
}

// ParseSignatures reads signatures in the form
// "(text:string, count?:long, more...:Scalar) -> long|(...) -> ...".
// It panics on a malformed one: signatures are part of the program.
func ParseSignatures(s string) []Signature {
	var out []Signature
	for part := range strings.SplitSeq(s, "|") {
		params, result, ok := strings.Cut(strings.TrimSpace(part), ") -> ")
		if !ok || !strings.HasPrefix(params, "(") {
			panic(fmt.Sprintf("BUG: malformed signature %q", s))
		}
		sig := Signature{Result: result}
		if params = params[1:]; params != "" {
			for p := range strings.SplitSeq(params, ", ") {
				name, class, ok := strings.Cut(p, ":")
				if !ok {
					panic(fmt.Sprintf("BUG: malformed signature %q", s))
				}
				q := Param{Class: class}
				name, q.Repeated = cutSuffix(name, "...")
				name, q.Optional = cutSuffix(name, "?")
				q.Name = name
				sig.Params = append(sig.Params, q)
			}
		}
		out = append(out, sig)
	}
	return out
}

// String writes the signature as ParseSignatures reads it, with spaces behind
// colons.
func (s Signature) String() string {
	params := make([]string, len(s.Params))
	for i, p := range s.Params {
		name := p.Name
		if p.Repeated {
			name += "..."
		}
		if p.Optional {
			name += "?"
		}
		params[i] = name + ": " + p.Class
	}
	return "(" + strings.Join(params, ", ") + ") -> " + s.Result
}

func cutSuffix(s, suffix string) (string, bool) {
	if strings.HasSuffix(s, suffix) {
		return s[:len(s)-len(suffix)], true
	}
	return s, false
}

// arity returns the least and the greatest number of arguments; 64 is Kusto's
// limit for repeated ones.
func (s *Signature) arity() (lo, hi int) {
	for _, p := range s.Params {
		if !p.Optional {
			lo++
		}
		if hi++; p.Repeated {
			hi = 1 << 15
		}
	}
	return lo, hi
}

// assign gives each of n arguments its parameter, or reports false.  Repeated
// parameters that stand side by side repeat as a group (case's predicate and
// value), and take what the parameters after them leave.
func (s *Signature) assign(n int) ([]*Param, bool) {
	lo, hi := s.arity()
	if n < lo || n > hi {
		return nil, false
	}
	out := make([]*Param, 0, n)
	i := 0
	for i < len(s.Params) && !s.Params[i].Repeated {
		if len(out) == n {
			return out, true
		}
		out = append(out, &s.Params[i])
		i++
	}
	if i == len(s.Params) {
		return out, len(out) == n
	}
	j := i
	for j < len(s.Params) && s.Params[j].Repeated {
		j++
	}
	group, tail := s.Params[i:j], s.Params[j:]
	after := 0
	for _, p := range tail {
		if !p.Optional {
			after++
		}
	}
	room := n - len(out) - after
	if room%len(group) != 0 && len(group) > 1 {
		return nil, false
	}
	for k := 0; k < room; k++ {
		out = append(out, &s.Params[i+k%len(group)])
	}
	for k := range tail {
		if len(out) == n {
			break
		}
		out = append(out, &s.Params[j+k])
	}
	return out, len(out) == n
}

func numeric(t schema.Type) bool {
	return t == schema.Int || t == schema.Long || t == schema.Real || t == schema.Decimal
}

func integer(t schema.Type) bool { return t == schema.Int || t == schema.Long }

// accepts reports whether an argument of type t may stand for a parameter of
// a class, as Kusto's binder decides.
func accepts(class string, t schema.Type) bool {
	switch class {
	case "Scalar", "Any", "CommonScalar", "CommonScalarOrDynamic":
		return true
	case "NotDynamic":
		return t != schema.Dynamic
	case "Number":
		return numeric(t)
	case "NumberOrBool":
		return numeric(t) || t == schema.Bool
	case "Integer":
		return integer(t)
	case "Summable":
		return numeric(t) || t == schema.TimeSpan || t == schema.DateTime
	case "Orderable", "CommonOrderable":
		return t != schema.Dynamic && t != schema.Guid
	case "DynamicArray", "DynamicBag":
		return t == schema.Dynamic
	case "StringOrDynamic", "StringOrArray":
		return t == schema.String || t == schema.Dynamic
	case "IntegerOrArray":
		return integer(t) || t == schema.Dynamic
	case "NotRealOrBool":
		return t != schema.Real && t != schema.Bool
	case "string":
		return t == schema.String || t == schema.Dynamic
	case "long", "int":
		return integer(t)
	case "real":
		return numeric(t)
	case "decimal":
		return numeric(t)
	case "datetime":
		return t == schema.DateTime
	case "dynamic":
		return t == schema.Dynamic
	}
	return schema.ParseType(class) == t
}

// classError is the message for an argument that does not fit.
func classError(class string) string {
	switch class {
	case "Number", "NumberOrBool", "real", "decimal":
		return "The expression value must be a number."
	case "Integer", "long", "int", "IntegerOrArray":
		return "The expression value must be an integer."
	case "Summable":
		return "The argument value must be summable: a number, timespan or datetime."
	case "Orderable", "CommonOrderable":
		return "The argument value must be orderable: a number, timespan, datetime, string or boolean."
	case "NotDynamic":
		return "The value of type 'dynamic' is not allowed in this context."
	case "DynamicArray", "DynamicBag", "dynamic":
		return "The expression must have the type dynamic."
	case "StringOrDynamic", "StringOrArray":
		return "The expression must have one of the types: string or dynamic."
	case "NotRealOrBool":
		return "The value of type 'real' or 'bool' is not allowed in this context."
	}
	return fmt.Sprintf("A value of type %s expected.", class)
}

// Wider returns the type that holds the values of both, as arithmetic and
// iff() choose it, and false where there is none.
func Wider(a, b schema.Type) (schema.Type, bool) {
	if a == b {
		return a, true
	}
	if numeric(a) && numeric(b) {
		return max(a, b), true // int < long < real < decimal
	}
	return schema.Dynamic, false
}

// commonType is the type of iff, case and coalesce: dynamic gives way to any
// other type, and types that do not mix become dynamic.
func commonType(ts []schema.Type) schema.Type {
	out := schema.Unknown
	for _, t := range ts {
		switch {
		case t == schema.Dynamic, t == schema.Unknown:
		case out == schema.Unknown:
			out = t
		default:
			w, ok := Wider(out, t)
			if !ok {
				return schema.Dynamic
			}
			out = w
		}
	}
	if out == schema.Unknown {
		return schema.Dynamic
	}
	return out
}
