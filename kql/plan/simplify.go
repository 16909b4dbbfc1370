package plan

import (
	"slices"
	"strings"

	"wirehunt/kql/funcs"
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// simplify rewrites one node whose children are simple already.
func simplify(e types.Expr) types.Expr {
	switch e := e.(type) {
	case *types.Member:
		return simplifyMember(e)
	case *types.In:
		return simplifyIn(e)
	case *types.Call:
		return simplifyCall(e)
	}
	return e
}

// simplifyMember takes a member of a bag of columns: the column itself.
func simplifyMember(m *types.Member) types.Expr {
	switch x := m.X.(type) {
	case *Bag:
		key, ok := types.IsConst(m.Key)
		name, isText := key.(string)
		if !ok || !isText {
			return m
		}
		for _, b := range x.Members {
			if b.Key == name {
				return &BagValue{b.X}
			}
		}
		return types.Null(schema.Dynamic)
	case *BagValue: // a string has no members
		return types.Null(schema.Dynamic)
	case *types.Const:
		if x.V == nil {
			return types.Null(schema.Dynamic)
		}
	}
	return m
}

// simplifyIn decides membership of constants, and opens up constant arrays.
func simplifyIn(in *types.In) types.Expr {
	if in.Sub != nil {
		return in
	}
	in = openArrays(in)
	if x := inText(in); x != nil {
		return x
	}
	c, ok := in.X.(*types.Const)
	if !ok || c.T == schema.Unknown {
		return in
	}
	found := false
	for _, l := range in.List {
		k, ok := l.(*types.Const)
		if !ok || k.T == schema.Dynamic || k.T != c.T {
			return in
		}
		if k.V == c.V && c.V != nil {
			found = true
		}
		if in.Fold {
			a, _ := c.V.(string)
			b, _ := k.V.(string)
			found = found || strings.EqualFold(a, b)
		}
	}
	return types.Bool(found != in.Not)
}

// openArrays puts the elements of constant arrays into the list.
func openArrays(in *types.In) *types.In {
	var list []types.Expr
	for i, l := range in.List {
		c, ok := l.(*types.Const)
		if !ok || c.T != schema.Dynamic {
			if list != nil {
				list = append(list, l)
			}
			continue
		}
		if list == nil {
			list = slices.Clone(in.List[:i])
		}
		s, _ := c.V.(string)
		v, _ := dyn.Parse(s)
		elems, isArray := v.([]any)
		if !isArray {
			elems = []any{v}
		}
		for _, e := range elems {
			if e == nil {
				continue
			}
			list = append(list, element(e, in.X.Type()))
		}
	}
	if list == nil {
		return in
	}
	n := *in
	n.List = list
	return &n
}

// element is an element of an array as a constant of the type it is compared
// with.
func element(e any, t schema.Type) *types.Const {
	switch x := e.(type) {
	case int64:
		if t == schema.Int || t == schema.Long {
			return &types.Const{T: t, V: x}
		}
		if t == schema.Real {
			return &types.Const{T: t, V: float64(x)}
		}
	case float64:
		if t == schema.Real {
			return &types.Const{T: t, V: x}
		}
	case bool:
		if t == schema.Bool {
			return &types.Const{T: t, V: x}
		}
	}
	text := types.Str(dyn.Text(e))
	if f := funcs.Conversion(t); f != nil && t != schema.String {
		v := types.Eval(f, t, []types.Value{{T: schema.String, V: text.V}})
		return &types.Const{T: t, V: v}
	}
	return text
}

func simplifyCall(c *types.Call) types.Expr {
	if asText(c.Fn.Name) {
		c = textArgs(c)
	}
	switch c.Fn.Name {
	case ">":
		if x := occurs(c); x != nil {
			return x
		}
	case "==", "!=", "=~":
		if x := compareText(c); x != nil {
			return x
		}
	case "or":
		return anyTerm(simplifyLogical(c))
	case "and":
		return simplifyLogical(c)
	case "not":
		if len(c.Args) == 1 {
			if in, ok := c.Args[0].(*types.In); ok {
				n := *in
				n.Not = !n.Not
				return &n
			}
		}
	case "has", "has_cs", "contains", "contains_cs":
		if x := searchBag(c); x != nil {
			return x
		}
	case "parse_json", "todynamic", "parsejson", "toobject":
		if len(c.Args) == 1 {
			switch x := c.Args[0].(type) {
			case *Bag:
				return &Bag{Members: x.Members, T: schema.Dynamic}
			case *BagValue:
				if x.X.Type() == schema.Dynamic {
					return x.X
				}
			case *types.Call:
				// parse_json(tostring(member)) of a member that holds JSON.
				if v := bagValue(x); v != nil && v.X.Type() == schema.Dynamic {
					return v.X
				}
			}
		}
	case "tostring":
		if x := simplifyText(c); x != nil {
			return x
		}
	case "tolong", "toint", "toreal", "todouble", "tobool", "toboolean":
		if x := simplifyNumber(c); x != nil {
			return x
		}
	case "isnull", "isnotnull", "isempty", "isnotempty":
		if x := simplifyNone(c); x != nil {
			return x
		}
	case "iff", "iif":
		if len(c.Args) == 3 {
			if v, ok := types.IsConst(c.Args[0]); ok {
				if v == true {
					return c.Args[1]
				}
				return c.Args[2]
			}
		}
	}
	return types.FoldCall(c)
}

// simplifyNone asks a member's column whether it is there.  The null of a
// string column is not seen by isnull(), so the member keeps its form there;
// and tostring() of a member is never null, only empty.
func simplifyNone(c *types.Call) types.Expr {
	if len(c.Args) != 1 {
		return nil
	}
	empty := c.Fn.Name == "isempty" || c.Fn.Name == "isnotempty"
	v, ok := c.Args[0].(*BagValue)
	if call, isCall := c.Args[0].(*types.Call); isCall && empty {
		v = bagValue(call)
		ok = v != nil
	}
	if !ok || v.X.Type() == schema.String && !empty {
		return nil
	}
	return &types.Call{Fn: c.Fn, Args: []types.Expr{v.X}, T: schema.Bool, Sp: c.Sp}
}

// searchBag looks for a word in the members of a bag and not in its text, which
// then need not be built.  What separates members in the text is no letter or
// digit, so a word of letters and digits lies in one key or one value.
func searchBag(c *types.Call) types.Expr {
	bag, ok := c.Args[0].(*Bag)
	v, isConst := types.IsConst(c.Args[1])
	word, isText := v.(string)
	if !ok || !isConst || !isText || word == "" || strings.ContainsFunc(word, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}) {
		return nil
	}
	all := funcs.All()
	call := func(f *types.Func, t schema.Type, args ...types.Expr) types.Expr {
		return simplifyCall(&types.Call{Fn: f, Args: args, T: t, Sp: c.Sp})
	}
	var any []types.Expr
	for _, m := range bag.Members {
		inKey := call(c.Fn, schema.Bool, types.Str(m.Key), c.Args[1])
		if hit, _ := types.IsConst(inKey); hit == true {
			any = append(any, present(m.X, call))
			continue
		}
		if k, ok := m.X.(*types.Const); ok && k.V == nil {
			continue
		}
		any = append(any, call(c.Fn, schema.Bool, call(all.Scalar("tostring"), schema.String, &BagValue{m.X}), c.Args[1]))
	}
	return simplifyLogical(&types.Call{Fn: all.Operator("or"), Args: any, T: schema.Bool, Sp: c.Sp})
}

// present is whether a bag has a member: it is not null.
func present(x types.Expr, call func(*types.Func, schema.Type, ...types.Expr) types.Expr) types.Expr {
	if k, ok := x.(*types.Const); ok {
		return types.Bool(k.V != nil)
	}
	return call(funcs.All().Scalar("isnotnull"), schema.Bool, &BagValue{x})
}

// bagValue returns the member that tostring() is called on, or nil.
func bagValue(c *types.Call) *BagValue {
	if c.Fn.Name != "tostring" || len(c.Args) != 1 {
		return nil
	}
	v, _ := c.Args[0].(*BagValue)
	return v
}

// simplifyText rewrites tostring(x).
func simplifyText(c *types.Call) types.Expr {
	if len(c.Args) != 1 {
		return nil
	}
	switch x := c.Args[0].(type) {
	case *Bag:
		return &Bag{Members: x.Members, T: schema.String}
	case *BagValue:
		if x.X.Type() == schema.String {
			return x.X
		}
		return c
	case *types.Member:
		if part := splitPart(x); part != nil {
			return part
		}
	}
	if c.Args[0].Type() == schema.String {
		return c.Args[0]
	}
	return nil
}

// simplifyNumber rewrites conversions of typed members: a member of type real
// reads as "236.02", and tolong("236.02") is 236, as tolong(236.02) is.
func simplifyNumber(c *types.Call) types.Expr {
	if len(c.Args) != 1 {
		return nil
	}
	v, ok := c.Args[0].(*BagValue)
	if !ok {
		if call, isCall := c.Args[0].(*types.Call); isCall {
			v = bagValue(call)
		}
	}
	if v == nil {
		if c.Args[0].Type() == c.T {
			return c.Args[0]
		}
		return nil
	}
	t := v.X.Type()
	number := t == schema.Int || t == schema.Long || t == schema.Real
	switch {
	case t == c.T:
		return v.X
	case number && c.T != schema.Bool:
		return &types.Call{Fn: c.Fn, Args: []types.Expr{v.X}, T: c.T, Sp: c.Sp}
	}
	return nil
}

// simplifyLogical drops the constants of and and or.  Null is kept only where
// the result can be null.
func simplifyLogical(c *types.Call) types.Expr {
	neutral := c.Fn.Name == "and"
	args := c.Args[:0:0]
	for _, a := range c.Args {
		if v, ok := types.IsConst(a); ok && a.Type() == schema.Bool {
			if v == neutral {
				continue
			}
			if v == !neutral {
				return types.Bool(!neutral)
			}
		}
		if k, ok := a.(*types.Call); ok && k.Fn.Name == c.Fn.Name {
			args = append(args, k.Args...)
			continue
		}
		args = append(args, a)
	}
	switch {
	case len(args) == 0:
		return types.Bool(neutral)
	case len(args) == 1:
		return args[0]
	case len(args) == len(c.Args):
		return c
	}
	return &types.Call{Fn: c.Fn, Args: args, T: c.T, Sp: c.Sp}
}
