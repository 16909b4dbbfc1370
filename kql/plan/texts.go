package plan

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wirehunt/kql/funcs"
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// asText reports whether a function takes a dynamic argument for its text, so
// that the text may be asked for directly.
func asText(name string) bool {
	switch name {
	case "strcat", "tolower", "toupper", "strlen", "string_size", "split", "substring", "indexof", "trim", "trim_start", "trim_end":
		return true
	}
	return false
}

// textArgs makes the text of members the arguments of a function on text.
func textArgs(c *types.Call) *types.Call {
	var args []types.Expr
	for i, a := range c.Args {
		switch a.(type) {
		case *types.Member, *BagValue:
			if args == nil {
				args = append(args, c.Args...)
			}
			args[i] = textOf(a)
		}
	}
	if args == nil {
		return c
	}
	n := *c
	n.Args = args
	return &n
}

// textOf is tostring(x).
func textOf(x types.Expr) types.Expr {
	return simplifyCall(&types.Call{Fn: funcs.All().Scalar("tostring"), Args: []types.Expr{x}, T: schema.String, Sp: x.Span()})
}

// splitPart rewrites tostring(split(s, d)[i]) and tostring(split(s, d, i)[0]):
// one part is taken, and no JSON is made of all.
func splitPart(m *types.Member) types.Expr {
	call, ok := m.X.(*types.Call)
	if !ok || call.Fn.Name != "split" || call.Args[0].Type() != schema.String {
		return nil
	}
	if d, ok := types.IsConst(call.Args[1]); !ok || d == "" {
		return nil
	}
	v, _ := types.IsConst(m.Key)
	i, ok := v.(int64)
	if !ok {
		return nil
	}
	index := m.Key
	if len(call.Args) > 2 {
		if index = call.Args[2]; i != 0 {
			return types.Str("")
		}
		if k, ok := types.IsConst(index); ok {
			if n, ok := k.(int64); !ok || n < 0 {
				return types.Str("")
			}
		}
	}
	if isLast(index, call.Args[0], call.Args[1]) {
		index = types.Long(-1)
	}
	name := "part"
	if _, ok := index.(*types.Const); !ok {
		name = "part_at" // it may be negative, which is no part at all
	}
	return &types.Call{Fn: funcs.All().Operator(name), Args: []types.Expr{call.Args[0], call.Args[1], index}, T: schema.String, Sp: m.Sp}
}

// isLast reports whether index is countof(s, delimiter) of one character: the
// number of the last part.
func isLast(index, s, delimiter types.Expr) bool {
	c, ok := index.(*types.Call)
	if !ok || c.Fn.Name != "countof" || len(c.Args) != 2 || !same(c.Args[0], s) || !same(c.Args[1], delimiter) {
		return false
	}
	v, _ := types.IsConst(delimiter)
	d, _ := v.(string)
	return utf8.RuneCountInString(d) == 1
}

// same reports whether two expressions are written alike.
func same(a, b types.Expr) bool {
	switch x := a.(type) {
	case *types.Ref:
		y, ok := b.(*types.Ref)
		return ok && x.Col == y.Col
	case *types.Const:
		y, ok := b.(*types.Const)
		return ok && x.T == y.T && x.V == y.V
	case *types.Call:
		y, ok := b.(*types.Call)
		return ok && x.Fn == y.Fn && !x.Fn.Volatile && x.T == y.T && slices.EqualFunc(x.Args, y.Args, same)
	}
	return false
}

// occurs rewrites countof(s, x) > 0, which only asks whether x is there.
func occurs(c *types.Call) types.Expr {
	count, ok := c.Args[0].(*types.Call)
	if v, isConst := types.IsConst(c.Args[1]); !ok || !isConst || v != int64(0) || count.Fn.Name != "countof" || len(count.Args) != 2 {
		return nil
	}
	if v, isConst := types.IsConst(count.Args[1]); !isConst || v == "" {
		return nil
	}
	return simplifyCall(&types.Call{Fn: funcs.All().Operator("contains_cs"), Args: count.Args, T: schema.Bool, Sp: c.Sp})
}

// compareText compares the text of a typed member with a constant as the
// member's own type, where the constant is the text of such a value; a text
// that no value has equals nothing.
func compareText(c *types.Call) types.Expr {
	if len(c.Args) != 2 {
		return nil
	}
	x, k := c.Args[0], c.Args[1]
	if _, ok := x.(*types.Const); ok {
		x, k = k, x
	}
	call, ok := x.(*types.Call)
	if !ok {
		return nil
	}
	v, _ := types.IsConst(k)
	text, isText := v.(string)
	m := bagValue(call)
	if m == nil || !isText || k.Type() != schema.String {
		return nil
	}
	not := c.Fn.Name == "!="
	t := m.X.Type()
	if t != schema.Bool && t != schema.Int && t != schema.Long {
		return nil
	}
	if text == "" {
		name := "isnull"
		if not {
			name = "isnotnull"
		}
		return simplifyCall(&types.Call{Fn: funcs.All().Scalar(name), Args: []types.Expr{m.X}, T: schema.Bool, Sp: c.Sp})
	}
	if c.Fn.Name == "=~" {
		text = strings.ToLower(text)
	}
	value := valueOfText(text, t)
	if value == nil {
		return types.Bool(not)
	}
	op := "=="
	if not {
		op = "!="
	}
	return simplifyCall(&types.Call{Fn: funcs.All().Operator(op), Args: []types.Expr{m.X, value}, T: schema.Bool, Sp: c.Sp})
}

// valueOfText returns the bool or whole number that a text is written for, or
// nil.
func valueOfText(text string, t schema.Type) *types.Const {
	if t == schema.Bool {
		if text == "true" || text == "false" {
			return types.Bool(text == "true")
		}
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
		return nil
	}
	return &types.Const{T: t, V: n}
}

// inText looks for the text of a typed member in a list of constants by the
// member's own type.
func inText(in *types.In) types.Expr {
	call, ok := in.X.(*types.Call)
	if !ok {
		return nil
	}
	m := bagValue(call)
	if m == nil {
		return nil
	}
	t := m.X.Type()
	if t != schema.Bool && t != schema.Int && t != schema.Long {
		return nil
	}
	n := *in
	n.X, n.Fold, n.List = m.X, false, nil
	for _, l := range in.List {
		v, _ := types.IsConst(l)
		text, ok := v.(string)
		if !ok || text == "" || l.Type() != schema.String {
			return nil
		}
		if in.Fold {
			text = strings.ToLower(text)
		}
		if k := valueOfText(text, t); k != nil {
			n.List = append(n.List, k)
		}
	}
	if len(n.List) == 0 {
		return types.Bool(in.Not)
	}
	return &n
}

// manyTerms is from how many terms on one search for all is cheaper than one
// for each.
const manyTerms = 3

// anyTerm makes x has a or x has b or ... one search for any of the terms.
func anyTerm(e types.Expr) types.Expr {
	or, ok := e.(*types.Call)
	if !ok || or.Fn.Name != "or" || len(or.Args) < manyTerms {
		return e
	}
	var rest []types.Expr
	used := make([]bool, len(or.Args))
	for i, a := range or.Args {
		if used[i] {
			continue
		}
		x, _ := hasTerm(a)
		if x == nil {
			rest = append(rest, a)
			continue
		}
		var terms []any
		var at []int
		for j := i; j < len(or.Args); j++ {
			if y, t := hasTerm(or.Args[j]); y != nil && same(x, y) {
				terms, at = append(terms, t), append(at, j)
			}
		}
		if len(terms) < manyTerms {
			rest = append(rest, a)
			continue
		}
		for _, j := range at {
			used[j] = true
		}
		list := &types.Const{T: schema.Dynamic, V: dyn.JSON(terms)}
		rest = append(rest, &types.Call{Fn: funcs.All().Operator("has_any"), Args: []types.Expr{x, list}, T: schema.Bool, Sp: or.Sp})
	}
	if len(rest) == len(or.Args) {
		return e
	}
	if len(rest) == 1 {
		return rest[0]
	}
	return &types.Call{Fn: or.Fn, Args: rest, T: or.T, Sp: or.Sp}
}

// hasTerm returns the text and the constant term of a has, or nil.
func hasTerm(e types.Expr) (types.Expr, string) {
	c, ok := e.(*types.Call)
	if !ok || c.Fn.Name != "has" {
		return nil, ""
	}
	v, _ := types.IsConst(c.Args[1])
	if s, _ := v.(string); s != "" && c.Args[1].Type() == schema.String {
		return c.Args[0], s
	}
	return nil, ""
}
