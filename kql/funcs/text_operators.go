package funcs

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
)

// boundary is what stands beside a term: nothing, or what is no letter or
// digit.
const (
	before = `(?:^|[^\pL\pN])`
	after  = `(?:[^\pL\pN]|$)`
	// The same for texts of ASCII characters only, which are most: the
	// database takes milliseconds to compile Unicode's classes.
	beforeASCII = `(?:^|[^0-9A-Za-z])`
	afterASCII  = `(?:[^0-9A-Za-z]|$)`
)

// textOperators are the operators on strings.
// https://learn.microsoft.com/kusto/query/datatypes-string-operators
func textOperators() []types.Func {
	op := func(name string, sql any, eval func(x, y string) bool) types.Func {
		return types.Func{Name: name, Sigs: types.ParseSignatures("(x:string, y:string) -> bool"), SQL: sql,
			Eval: func(a []types.Value) any { return eval(text(a[0]), text(a[1])) }}
	}
	lower := strings.ToLower
	list := func(name string, all bool) types.Func {
		return types.Func{Name: name, Sigs: types.ParseSignatures("(x:string, list:dynamic) -> bool"), SQL: hasList(all),
			Eval: func(a []types.Value) any {
				for _, v := range arr(a[1]) {
					if hasTerm(text(a[0]), dyn.Text(v), true, true, true) != all {
						return !all
					}
				}
				return all && len(arr(a[1])) > 0
			}}
	}
	return []types.Func{
		op("=~", folded("($1 = $2)"), strings.EqualFold),
		op("contains", folded("contains($1, $2)"), func(x, y string) bool { return strings.Contains(lower(x), lower(y)) }),
		op("contains_cs", "contains($1, $2)", strings.Contains),
		op("startswith", folded("starts_with($1, $2)"), func(x, y string) bool { return strings.HasPrefix(lower(x), lower(y)) }),
		op("startswith_cs", "starts_with($1, $2)", strings.HasPrefix),
		op("endswith", folded("suffix($1, $2)"), func(x, y string) bool { return strings.HasSuffix(lower(x), lower(y)) }),
		op("endswith_cs", "suffix($1, $2)", strings.HasSuffix),
		op("has", term(true, true, true), func(x, y string) bool { return hasTerm(x, y, true, true, true) }),
		op("has_cs", term(true, true, false), func(x, y string) bool { return hasTerm(x, y, true, true, false) }),
		op("hasprefix", term(true, false, true), func(x, y string) bool { return hasTerm(x, y, true, false, true) }),
		op("hasprefix_cs", term(true, false, false), func(x, y string) bool { return hasTerm(x, y, true, false, false) }),
		op("hassuffix", term(false, true, true), func(x, y string) bool { return hasTerm(x, y, false, true, true) }),
		op("hassuffix_cs", term(false, true, false), func(x, y string) bool { return hasTerm(x, y, false, true, false) }),
		op("matches regex", "regexp_matches($1, $2)", func(x, y string) bool {
			re, err := regexp.Compile(y)
			return err == nil && re.MatchString(x)
		}),
		list("has_any", false),
		list("has_all", true),
	}
}

// folded writes a template with both operands in lower case; a constant is
// folded here.
func folded(t string) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		s := strings.Replace(t, "$1", lowered(g, c.Args[0]), 1)
		return strings.Replace(s, "$2", lowered(g, c.Args[1]), 1)
	}
}

func lowered(g types.Gen, e types.Expr) string {
	if v, ok := types.IsConst(e); ok {
		s, _ := v.(string)
		return g.Text(strings.ToLower(s))
	}
	return "lower(" + g.Expr(e) + ")"
}

func isTerm(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// hasTerm reports whether x holds y with term boundaries where asked.
func hasTerm(x, y string, start, end, fold bool) bool {
	if fold {
		x, y = strings.ToLower(x), strings.ToLower(y)
	}
	if y == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(y)
	last, _ := utf8.DecodeLastRuneInString(y)
	for from := 0; ; {
		i := strings.Index(x[from:], y)
		if i < 0 {
			return false
		}
		i += from
		l, _ := utf8.DecodeLastRuneInString(x[:i])
		r, _ := utf8.DecodeRuneInString(x[i+len(y):])
		okStart := !start || i == 0 || !isTerm(first) || !isTerm(l)
		okEnd := !end || i+len(y) == len(x) || !isTerm(last) || !isTerm(r)
		if okStart && okEnd {
			return true
		}
		_, n := utf8.DecodeRuneInString(x[i:])
		from = i + n
	}
}

// termRegex is the regular expression of a term, for texts of ASCII
// characters.
func termRegex(y string, start, end bool) string {
	first, _ := utf8.DecodeRuneInString(y)
	last, _ := utf8.DecodeLastRuneInString(y)
	s := regexp.QuoteMeta(y)
	if start && isTerm(first) {
		s = beforeASCII + s
	}
	if end && isTerm(last) {
		s += afterASCII
	}
	return s
}

// beginAlike reports whether two terms begin with the same punctuation.
func beginAlike(a, b string) bool {
	return a != "" && b != "" && a[0] == b[0] && a[0] < utf8.RuneSelf && !isTerm(rune(a[0]))
}

// termsRegex is the regular expression of any of several terms: those with the
// same boundaries stand together.
func termsRegex(terms []string) string {
	var out []string
	done := make([]bool, len(terms))
	for i, t := range terms {
		if done[i] {
			continue
		}
		quoted := regexp.QuoteMeta(t)
		frame := termRegex(t, true, true)
		start, end := strings.HasPrefix(frame, beforeASCII), strings.HasSuffix(frame, afterASCII)
		var group []string
		for j := i; j < len(terms); j++ {
			f := termRegex(terms[j], true, true)
			if strings.HasPrefix(f, beforeASCII) == start && strings.HasSuffix(f, afterASCII) == end {
				group, done[j] = append(group, regexp.QuoteMeta(terms[j])), true
			}
		}
		if len(group) > 1 {
			quoted = "(?:" + strings.Join(group, "|") + ")"
		}
		if start {
			quoted = beforeASCII + quoted
		}
		if end {
			quoted += afterASCII
		}
		out = append(out, quoted)
	}
	return strings.Join(out, "|")
}

// matchTerm writes the test of rows that hold the text of a term: a regular
// expression where x is ASCII, else the operator name as the host has it.
func matchTerm(g types.Gen, x, re, name, kinds, arg string) string {
	return "CASE WHEN strlen(" + x + ") <> length(" + x + ") THEN kql_bool('" + name + "', '" + kinds + "', " + x + ", " + g.Text(arg) + ") ELSE regexp_matches(" + x + ", " + g.Text(re) + ") END"
}

// term writes has and its like: rows that do not hold the text at all are
// dropped by a plain search, and only the others meet the regular expression.
func term(start, end, fold bool) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		x := g.Expr(c.Args[0])
		v, ok := types.IsConst(c.Args[1])
		y, _ := v.(string)
		if !ok {
			return termDynamic(g, x, g.Expr(c.Args[1]), start, end, fold)
		}
		if y == "" {
			return "true"
		}
		re := termRegex(y, start, end)
		if fold {
			return "CASE WHEN contains(lower(" + x + "), " + g.Text(strings.ToLower(y)) + ") THEN " + matchTerm(g, x, "(?i)"+re, c.Fn.Name, "ssb", y) + " ELSE false END"
		}
		return "CASE WHEN contains(" + x + ", " + g.Text(y) + ") THEN " + matchTerm(g, x, re, c.Fn.Name, "ssb", y) + " ELSE false END"
	}
}

// termDynamic is term for a text that is not constant.
func termDynamic(g types.Gen, x, y string, start, end, fold bool) string {
	re := "regexp_escape(" + y + ")"
	if start {
		re = g.Text(before) + " || " + re
	}
	if end {
		re += " || " + g.Text(after)
	}
	if fold {
		return "(contains(lower(" + x + "), lower(" + y + ")) AND regexp_matches(" + x + ", '(?i)' || " + re + "))"
	}
	return "(contains(" + x + ", " + y + ") AND regexp_matches(" + x + ", " + re + "))"
}

// hasList writes has_any and has_all.  Constant terms are one regular
// expression for has_any.
func hasList(all bool) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		x := g.Expr(c.Args[0])
		if v, ok := types.IsConst(c.Args[1]); ok {
			s, _ := v.(string)
			d, _ := dyn.Parse(s)
			list, _ := d.([]any)
			var parts, terms []string
			for _, t := range list {
				y := dyn.Text(t)
				re := termRegex(y, true, true)
				terms = append(terms, y)
				parts = append(parts, "CASE WHEN contains(lower("+x+"), "+g.Text(strings.ToLower(y))+") THEN "+matchTerm(g, x, "(?i)"+re, "has", "ssb", y)+" ELSE false END")
			}
			switch {
			case len(parts) == 0:
				return "false"
			case all:
				return "(" + strings.Join(parts, " AND ") + ")"
			case len(parts) > 2, len(parts) == 2 && beginAlike(terms[0], terms[1]):
				// A regular expression takes as long as two or three
				// searches, and as one where all terms begin alike.
				return matchTerm(g, x, "(?i)"+termsRegex(terms), "has_any", "syb", s)
			}
			return "(" + strings.Join(parts, " OR ") + ")"
		}
		test := termDynamic(g, x, "v", true, true, true)
		agg := "list_bool_or"
		if all {
			agg = "list_bool_and"
		}
		return "coalesce(" + agg + "(list_transform(json_extract_string(" + g.Expr(c.Args[1]) + ", '$[*]'), lambda v: " + test + ")), false)"
	}
}
