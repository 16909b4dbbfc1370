package duckdb

import (
	"regexp"
	"slices"
	"strings"

	"wirehunt/kql/funcs"
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/plan"
	"wirehunt/kql/sqlgen"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// Pred writes a condition of a WHERE or ON, where null counts as false.  There
// Kusto's equality needs no care for nulls, and a comparison of a nullable
// string with a constant that is not empty can leave the column bare, so that
// the store can skip what its statistics exclude.
func (g *gen) Pred(e types.Expr) string {
	switch e := e.(type) {
	case *types.Call:
		if e.Fn.Pred != nil {
			if r, ok := e.Args[0].(*types.Ref); ok && r.Col.Raw {
				g.naked = r.Col
				defer func() { g.naked = nil }()
			}
			return e.Fn.Pred(g, e)
		}
		switch e.Fn.Name {
		case "and", "or":
			word := " AND "
			if e.Fn.Name == "or" {
				word = " OR "
			}
			parts := make([]string, len(e.Args))
			for i, a := range e.Args {
				parts[i] = g.Pred(a)
			}
			return "(" + strings.Join(parts, word) + ")"
		case "==":
			if e.Args[0].Type() == schema.String {
				return "(" + g.bareIf(e.Args[0], e.Args[1]) + " = " + g.bareIf(e.Args[1], e.Args[0]) + ")"
			}
			return "(" + g.Expr(e.Args[0]) + " = " + g.Expr(e.Args[1]) + ")"
		case "not":
			return g.predNot(e)
		case "isnotempty", "!=":
			if r, ok := e.Args[0].(*types.Ref); ok && r.Col.Raw {
				if v, isConst := types.IsConst(e.Args[len(e.Args)-1]); len(e.Args) == 1 || isConst && v == "" {
					return "(" + g.bare(r.Col) + " <> '')"
				}
			}
		case "=~", "contains", "contains_cs", "startswith", "startswith_cs", "endswith", "endswith_cs", "matches regex", "has_any", "has_all":
			if v, ok := types.IsConst(e.Args[1]); ok && v != "" && !matchesEmpty(e) {
				if r, ok := e.Args[0].(*types.Ref); ok && r.Col.Raw {
					return g.withBare(r, e)
				}
			}
		}
	case *types.In:
		if !e.Not && e.X.Type() == schema.String && allNonEmpty(e.List) {
			if r, ok := e.X.(*types.Ref); ok && r.Col.Raw {
				return g.inList(e, g.bare(r.Col))
			}
		}
	}
	return g.Expr(e)
}

// predNot writes not(x).  What it excludes together is asked one by one, so
// that the costly is asked only where the cheap does not decide; null behaves
// alike in both forms.
func (g *gen) predNot(e *types.Call) string {
	c, ok := e.Args[0].(*types.Call)
	if !ok {
		return g.Expr(e)
	}
	switch c.Fn.Name {
	case "and", "or":
		dual := "or"
		if c.Fn.Name == "or" {
			dual = "and"
		}
		parts := make([]types.Expr, len(c.Args))
		for i, a := range c.Args {
			parts[i] = &types.Call{Fn: e.Fn, Args: []types.Expr{a}, T: schema.Bool, Sp: e.Sp}
		}
		return g.Pred(&types.Call{Fn: funcs.All().Operator(dual), Args: parts, T: schema.Bool, Sp: e.Sp})
	case "isempty":
		return g.Pred(&types.Call{Fn: funcs.All().Scalar("isnotempty"), Args: c.Args, T: schema.Bool, Sp: e.Sp})
	case "not":
		return g.Pred(c.Args[0])
	}
	return g.Expr(e)
}

// matchesEmpty reports whether a test may hold of the empty string.
func matchesEmpty(e *types.Call) bool {
	v, _ := types.IsConst(e.Args[1])
	switch e.Fn.Name {
	case "has_any", "has_all":
		c, ok := e.Args[1].(*types.Const)
		return !ok || slices.Contains(constElements(c), "")
	case "matches regex":
	default:
		return false
	}
	s, _ := v.(string)
	re, err := regexp.Compile(s)
	return err != nil || re.MatchString("")
}

// withBare writes a call whose first argument is a nullable column without
// its null guard: null gives null, which a condition takes for false.
func (g *gen) withBare(r *types.Ref, e *types.Call) string {
	saved := g.naked
	g.naked = r.Col
	s := g.call(e)
	g.naked = saved
	return s
}

// bareIf writes x without its null guard where the other side is a constant
// that is not the empty string.
func (g *gen) bareIf(x, other types.Expr) string {
	if v, ok := types.IsConst(other); ok && v != "" {
		if r, ok := x.(*types.Ref); ok && r.Col.Raw {
			return g.bare(r.Col)
		}
	}
	return g.Expr(x)
}

func allNonEmpty(list []types.Expr) bool {
	for _, l := range list {
		v, ok := types.IsConst(l)
		if s, isText := v.(string); !ok || !isText || s == "" || l.Type() != schema.String {
			return false
		}
	}
	return true
}

// in writes x in (list).
func (g *gen) in(e *types.In) string {
	return g.inList(e, g.Expr(e.X))
}

func (g *gen) inList(e *types.In, x string) string {
	var items []string
	var arrays []string
	t := e.X.Type()
	fold := func(s string) string {
		if e.Fold {
			return "lower(" + s + ")"
		}
		return s
	}
	folded := func(l types.Expr) string {
		if v, ok := types.IsConst(l); ok && e.Fold {
			if s, ok := v.(string); ok {
				return sqlgen.Text(strings.ToLower(s))
			}
		}
		return fold(g.Expr(l))
	}
	for _, l := range e.List {
		if l.Type() == schema.Dynamic {
			if c, ok := l.(*types.Const); ok {
				for _, v := range constElements(c) {
					items = append(items, fold(castTo(sqlgen.Text(v), t)))
				}
				continue
			}
			arrays = append(arrays, g.Expr(l))
			continue
		}
		items = append(items, folded(l))
	}
	x = fold(x)
	var or []string
	if len(items) > 0 {
		or = append(or, x+" IN ("+strings.Join(items, ", ")+")")
	}
	for _, a := range arrays {
		list := "json_extract_string(" + a + ", '$[*]')"
		if e.Fold {
			list = "list_transform(" + list + ", lambda v: lower(v))"
		}
		or = append(or, "coalesce(list_contains("+list+", "+castText(x, t)+"), false)")
	}
	s := "false"
	if len(or) > 0 {
		s = "(" + strings.Join(or, " OR ") + ")"
	}
	if t != schema.String && len(or) > 0 {
		s = "coalesce(" + s + ", false)"
	}
	if e.Not {
		return "(NOT " + s + ")"
	}
	return s
}

func castText(x string, t schema.Type) string {
	if t == schema.String || t == schema.Dynamic || t == schema.Guid {
		return x
	}
	return "CAST(" + x + " AS VARCHAR)"
}

func castTo(x string, t schema.Type) string {
	if t == schema.String || t == schema.Dynamic || t == schema.Guid {
		return x
	}
	return "TRY_CAST(" + x + " AS " + sqlType(t) + ")"
}

// constElements returns the elements of a constant JSON array as text.
func constElements(c *types.Const) []string {
	s, _ := c.V.(string)
	v, _ := dyn.Parse(s)
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, x := range list {
		if x != nil {
			out = append(out, dyn.Text(x))
		}
	}
	return out
}

func (g *gen) inSelect(e *plan.InSelect) string {
	x := g.Expr(e.X)
	col := e.Select.Out[0].Col
	sub := "\n" + g.query(e.Select, 1)
	name := g.names.Column(col)
	if e.Fold {
		x, sub = "lower("+x+")", "SELECT lower("+name+") FROM ("+sub+")"
	}
	// Neither side is null where both are strings.
	if col.Type == schema.String && !col.Raw && e.X.Type() == schema.String {
		if e.Not {
			return "(" + x + " NOT IN (" + sub + "))"
		}
		return "(" + x + " IN (" + sub + "))"
	}
	if e.Fold {
		sub += " WHERE " + name + " IS NOT NULL"
	} else {
		sub = "SELECT " + name + " FROM (" + sub + ") WHERE " + name + " IS NOT NULL"
	}
	in := x + " IN (" + sub + ")"
	if e.Not {
		return "(NOT coalesce(" + in + ", false))"
	}
	return "(" + in + ")"
}
