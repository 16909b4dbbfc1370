package funcs

import (
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// logic are the conditional functions and the tests for null and empty.
// https://learn.microsoft.com/kusto/query/scalar-functions
func logic() []types.Func {
	iff := fn("iff", "(if:bool, then:CommonScalarOrDynamic, else:CommonScalarOrDynamic) -> CommonNonDynamic", "The second argument where the first is true, else the third.")
	iff.Strict = false
	iff.SQL = "(CASE WHEN $1 THEN $2 ELSE $3 END)"
	iff.Eval = func(a []types.Value) any {
		if a[0].V == true {
			return a[1].V
		}
		return a[2].V
	}
	iff.Examples = []types.Example{{KQL: "iff(1 > 2, 'a', 'b')", Want: "b"}}
	cas := fn("case", "(predicate...:bool, then...:CommonScalarOrDynamic, else:CommonScalarOrDynamic) -> CommonNonDynamic", "The value behind the first condition that is true.")
	cas.Strict = false
	cas.SQL = types.Lower(func(g types.Gen, c *types.Call) string {
		var b strings.Builder
		b.WriteString("(CASE")
		n := len(c.Args)
		for i := 0; i+1 < n; i += 2 {
			b.WriteString(" WHEN " + g.Expr(c.Args[i]) + " THEN " + g.Expr(c.Args[i+1]))
		}
		return b.String() + " ELSE " + g.Expr(c.Args[n-1]) + " END)"
	})
	cas.Eval = func(a []types.Value) any {
		for i := 0; i+1 < len(a); i += 2 {
			if a[i].V == true {
				return a[i+1].V
			}
		}
		return a[len(a)-1].V
	}
	cas.Examples = []types.Example{{KQL: "case(false, 1, true, 2, 3)", Want: "2"}}
	coalesce := fn("coalesce", "(arg...:CommonScalar) -> Common", "The first argument that is not null or, of strings, not empty.")
	coalesce.Strict = false
	coalesce.SQL = types.Lower(func(g types.Gen, c *types.Call) string {
		parts := make([]string, len(c.Args))
		for i, a := range c.Args {
			parts[i] = g.Expr(a)
			if c.T == schema.String && i+1 < len(c.Args) {
				parts[i] = "nullif(" + parts[i] + ", '')"
			}
		}
		return "coalesce(" + strings.Join(parts, ", ") + ")"
	})
	coalesce.Eval = func(a []types.Value) any {
		for _, v := range a {
			if v.V != nil && v.V != "" {
				return v.V
			}
		}
		return a[len(a)-1].V
	}
	coalesce.Examples = []types.Example{{KQL: "coalesce(tolong('not a number'), 42)", Want: "42"}}
	not := fn("not", "(expression:bool) -> bool", "The opposite; null stays null.")
	not.SQL = "(NOT $1)"
	not.Eval = func(a []types.Value) any { return a[0].V == false }
	out := []types.Func{iff, cas, coalesce, not}
	test := func(name, sig, doc string, want bool, isEmpty bool) {
		f := fn(name, sig, doc)
		f.Strict = false
		f.Eval = func(a []types.Value) any { return none(a[0], isEmpty) == want }
		f.SQL = types.Lower(func(g types.Gen, c *types.Call) string {
			x := g.Expr(c.Args[0])
			is, and := " IS NULL", " = ''"
			if !want {
				is, and = " IS NOT NULL", " <> ''"
			}
			switch t := c.Args[0].Type(); {
			case t == schema.String && isEmpty:
				return "(" + x + and + ")"
			case t == schema.String:
				return boolText(!want)
			case t == schema.Dynamic && isEmpty:
				if want {
					return "(" + x + " IS NULL OR " + x + " = '\"\"')"
				}
				return "(" + x + " IS NOT NULL AND " + x + " <> '\"\"')"
			}
			return "(" + x + is + ")"
		})
		out = append(out, f)
	}
	test("isnull", "(expression:Scalar) -> bool", "Whether the value is null; a string never is.", true, false)
	test("isnotnull", "(expression:Scalar) -> bool", "Whether the value is not null.", false, false)
	test("isempty", "(value:Scalar) -> bool", "Whether the value is null or an empty string.", true, true)
	test("isnotempty", "(value:Scalar) -> bool", "Whether the value is neither null nor an empty string.", false, true)
	assert := fn("assert", "(predicate:bool, message:string) -> bool", "True; the query fails with the message where the condition is false.")
	assert.SQL = "(CASE WHEN $1 THEN true ELSE error($2)::BOOLEAN END)"
	column := fn("column_ifexists", "(column_name:string, defaultValue:Scalar) -> Parameter1", "The column of that name, or a default where there is none.")
	column.Naming = types.NameFirstArg
	column.SQL = "$2"
	return append(out, assert, column)
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// none reports whether a value is null, or (empty) also an empty string.
func none(v types.Value, empty bool) bool {
	if v.V == nil {
		return v.T != schema.String || empty
	}
	if s, ok := v.V.(string); ok && empty {
		if v.T == schema.Dynamic {
			d, ok := dyn.Parse(s)
			return ok && (d == nil || d == "")
		}
		return s == ""
	}
	return false
}
