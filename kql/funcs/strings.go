package funcs

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// goFn declares a function that runs in Go only.
func goFn(name, sigs, doc string, eval func(a []types.Value) any) types.Func {
	f := fn(name, sigs, doc)
	f.Eval = eval
	return f
}

// sqlFn declares a function with a lowering.
func sqlFn(name, sigs, doc string, sql any, eval func(a []types.Value) any) types.Func {
	f := goFn(name, sigs, doc, eval)
	f.SQL = sql
	return f
}

// named sets how a result column is named.
func named(f types.Func, n types.Naming, prefix string) types.Func {
	f.Naming, f.Prefix = n, prefix
	return f
}

func example(f types.Func, kql, want string) types.Func {
	f.Examples = append(f.Examples, types.Example{KQL: kql, Want: want})
	return f
}

// texts writes the arguments as text.
func texts(g types.Gen, args []types.Expr) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = toText(g, &types.Call{Fn: &types.Func{Name: "tostring"}, Args: []types.Expr{a}, T: schema.String})
	}
	return out
}

// textArgs is a template whose arguments are text.
func textArgs(t string) types.Lower {
	return func(g types.Gen, c *types.Call) string {
		s := t
		for i, x := range texts(g, c.Args) {
			s = strings.ReplaceAll(s, "$"+itoa(int64(i+1)), x)
		}
		return s
	}
}

// strs are the functions on strings.
// https://learn.microsoft.com/kusto/query/scalar-functions#string-functions
func strs() []types.Func {
	strcat := goFn("strcat", "(arg...:Scalar) -> string", "The arguments as text, one behind the other.", func(a []types.Value) any {
		var b strings.Builder
		for _, v := range a {
			b.WriteString(text(v))
		}
		return b.String()
	})
	strcat.Strict = false
	strcat.SQL = types.Lower(func(g types.Gen, c *types.Call) string { return "(" + strings.Join(texts(g, c.Args), " || ") + ")" })
	delim := goFn("strcat_delim", "(delimiter:Scalar, arg...:Scalar) -> string", "The arguments as text with a delimiter between them.", func(a []types.Value) any {
		var parts []string
		for _, v := range a[1:] {
			parts = append(parts, text(v))
		}
		return strings.Join(parts, text(a[0]))
	})
	delim.Strict = false
	delim.SQL = types.Lower(func(g types.Gen, c *types.Call) string {
		return "concat_ws(" + strings.Join(texts(g, c.Args), ", ") + ")"
	})
	extract := sqlFn("extract", "(regex:string, captureGroup:long, source:string) -> string|(regex:string, captureGroup:long, source:string, typeLiteral:type) -> ParameterNLiteral",
		"What a group of a regular expression takes from a string.", types.Lower(lowerExtract), func(a []types.Value) any {
			re, err := regexp.Compile(str(a[0]))
			if err != nil {
				return ""
			}
			m := re.FindStringSubmatch(text(a[2]))
			if n := num(a[1]); n >= 0 && int(n) < len(m) {
				return m[n]
			}
			return ""
		})
	tolower := sqlFn("tolower", "(value:Scalar) -> string", "The text in lower case.", textArgs("lower($1)"), func(a []types.Value) any { return strings.ToLower(text(a[0])) })
	toupper := sqlFn("toupper", "(value:Scalar) -> string", "The text in upper case.", textArgs("upper($1)"), func(a []types.Value) any { return strings.ToUpper(text(a[0])) })
	return []types.Func{
		example(strcat, "strcat('a', 1, true)", "a1true"), delim, extract, tolower, toupper,
		named(sqlFn("strlen", "(string:StringOrDynamic) -> long", "The number of characters.", textArgs("length($1)"), func(a []types.Value) any {
			return int64(utf8.RuneCountInString(text(a[0])))
		}), types.NamePrefixArg, "strlen"),
		named(sqlFn("string_size", "(string:StringOrDynamic) -> long", "The number of bytes.", textArgs("strlen($1)"), func(a []types.Value) any {
			return int64(len(text(a[0])))
		}), types.NamePrefixArg, "string_size"),
		goFn("strcmp", "(s1:Scalar, s2:Scalar) -> long", "-1, 0 or 1 by the order of two strings.", func(a []types.Value) any {
			return int64(strings.Compare(text(a[0]), text(a[1])))
		}),
		goFn("strrep", "(value:Scalar, multiplier:long, delimiter?:Scalar) -> string", "The text repeated.", func(a []types.Value) any {
			n := int(min(max(num(a[1]), 0), 1024))
			parts := make([]string, n)
			for i := range parts {
				parts[i] = text(a[0])
			}
			d := ""
			if len(a) > 2 {
				d = text(a[2])
			}
			return strings.Join(parts, d)
		}),
		sqlFn("substring", "(string:Scalar, start:Integer, length?:Integer) -> string", "A part of the text.", types.Lower(lowerSubstring), func(a []types.Value) any {
			r := []rune(text(a[0]))
			from := int(num(a[1]))
			if from < 0 {
				from = max(0, len(r)+from)
			}
			from = min(from, len(r))
			to := len(r)
			if len(a) > 2 {
				if n := int(num(a[2])); n >= 0 {
					to = min(len(r), from+n)
				}
			}
			return string(r[from:to])
		}),
		goFn("reverse", "(value:Scalar) -> string", "The characters in reverse.", func(a []types.Value) any {
			r := []rune(text(a[0]))
			for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
				r[i], r[j] = r[j], r[i]
			}
			return string(r)
		}),
	}
}

// searches are the functions that look for text, replace it or take it apart.
func searches() []types.Func {
	return []types.Func{
		example(named(sqlFn("split", "(source:Scalar, delimiter:string, requestedIndex?:Integer) -> dynamic", "The parts between delimiters as an array; with an index, the array of that part alone.",
			types.Lower(lowerSplit), evalSplit), types.NameFirstArg, ""), "tostring(split('a,b', ',', 1))", `["b"]`),
		example(sqlFn("countof", "(source:string, search:string, kind?:string) -> long", "How often a text occurs; overlaps count, except for regular expressions.",
			types.Lower(lowerCountof), evalCountof), "countof('aaa', 'aa')", "2"),
		sqlFn("indexof", "(string:Scalar, match:Scalar, start?:Integer, length?:Integer, occurrence?:Integer) -> long", "Where a text first occurs, from 0; -1 where it does not.",
			types.Lower(lowerIndexof), evalIndexof),
		goFn("indexof_regex", "(string:Scalar, match:Scalar, start?:Integer, length?:Integer, occurrence?:Integer) -> long", "Where a regular expression first matches, from 0.", evalIndexRegex),
		sqlFn("replace_string", "(text:string, lookup:string, rewrite:string) -> string", "The text with each occurrence of another replaced.", "replace($1, $2, $3)", func(a []types.Value) any {
			if text(a[1]) == "" {
				return text(a[0])
			}
			return strings.ReplaceAll(text(a[0]), text(a[1]), text(a[2]))
		}),
		goFn("replace_strings", "(text:string, lookups:DynamicArray, rewrites:DynamicArray) -> string", "The text with several texts replaced.", func(a []types.Value) any {
			from, to := arr(a[1]), arr(a[2])
			s := text(a[0])
			for i, f := range from {
				if t := dyn.Text(f); t != "" && i < len(to) {
					s = strings.ReplaceAll(s, t, dyn.Text(to[i]))
				}
			}
			return s
		}),
		sqlFn("replace_regex", "(source:string, lookup_regex:string, rewrite_pattern:string) -> string", "The text with the matches of a regular expression replaced.",
			"regexp_replace($1, $2, $3, 'g')", func(a []types.Value) any { return replaceRegex(text(a[0]), text(a[1]), text(a[2])) }),
		hidden(sqlFn("replace_re_first", "(regex:string, rewrite:string, source:string) -> string", "replace() is replace_regex() with other places.",
			"regexp_replace($3, $1, $2, 'g')", func(a []types.Value) any { return replaceRegex(text(a[2]), text(a[0]), text(a[1])) })),
		trim("trim", `^(?:%s)+|(?:%s)+$`, "The text without what a regular expression matches at its ends."),
		trim("trim_start", `^(?:%s)+`, "The text without what a regular expression matches at its start."),
		trim("trim_end", `(?:%s)+$`, "The text without what a regular expression matches at its end."),
	}
}

// characters are the functions on single characters.
func characters() []types.Func {
	return []types.Func{
		goFn("regex_quote", "(string:Scalar) -> string", "The text with what is special in regular expressions escaped.", func(a []types.Value) any {
			var b strings.Builder
			for _, r := range text(a[0]) {
				if strings.ContainsRune(`\.+*?()|[]{}^$`, r) || r == '#' || r == '-' || r == ' ' || r == '&' || r == '~' {
					b.WriteByte('\\')
				}
				b.WriteRune(r)
			}
			return b.String()
		}),
		goFn("translate", "(searchList:string, replacementList:string, source:string) -> string", "Each character of a list replaced by its counterpart.", func(a []types.Value) any {
			from, to := []rune(text(a[0])), []rune(text(a[1]))
			return strings.Map(func(r rune) rune {
				for i, f := range from {
					if f == r {
						if len(to) == 0 {
							return -1
						}
						return to[min(i, len(to)-1)]
					}
				}
				return r
			}, text(a[2]))
		}),
		goFn("has_any_index", "(source:StringOrDynamic, values:DynamicArray) -> long", "The place in an array of the first term that the text has; -1 if none.", func(a []types.Value) any {
			for i, v := range arr(a[1]) {
				if hasTerm(text(a[0]), dyn.Text(v), true, true, true) {
					return int64(i)
				}
			}
			return int64(-1)
		}),
		sqlFn("extract_all", "(regex:string, source:string) -> dynamic|(regex:string, captureGroups:DynamicArray, source:string) -> dynamic", "All matches of a regular expression: the group, or an array of groups, of each.", nil, evalExtractAll),
		goFn("unicode_codepoints_from_string", "(value:Scalar) -> dynamic", "The characters' code points.", func(a []types.Value) any {
			out := []any{}
			for _, r := range text(a[0]) {
				out = append(out, int64(r))
			}
			return dyn.JSON(out)
		}),
		goFn("unicode_codepoints_to_string", "(value...:IntegerOrArray) -> string", "The text of code points.", func(a []types.Value) any {
			var b strings.Builder
			for _, v := range a {
				if v.T != schema.Dynamic {
					b.WriteRune(rune(num(v)))
					continue
				}
				for _, x := range arr(v) {
					n, _ := dyn.Number(x)
					b.WriteRune(rune(n))
				}
			}
			return b.String()
		}),
		goFn("isascii", "(value:Scalar) -> bool", "Whether all characters are ASCII.", func(a []types.Value) any {
			return strings.IndexFunc(text(a[0]), func(r rune) bool { return r >= utf8.RuneSelf }) < 0
		}),
		goFn("isutf8", "(value:Scalar) -> bool", "Whether the text is valid UTF-8.", func(a []types.Value) any { return utf8.ValidString(text(a[0])) }),
	}
}

func hidden(f types.Func) types.Func { f.Hidden = true; return f }

func lowerExtract(g types.Gen, c *types.Call) string {
	n := "$2"
	if v, ok := types.IsConst(c.Args[1]); ok {
		k, _ := v.(int64)
		n = itoa(k)
		if re, ok := types.IsConst(c.Args[0]); ok {
			s, _ := re.(string)
			if p, err := regexp.Compile(s); err == nil && (k < 0 || int(k) > p.NumSubexp()) {
				return "''"
			}
		}
	} else {
		n = g.Expr(c.Args[1])
	}
	return "regexp_extract(" + g.Expr(c.Args[2]) + ", " + g.Expr(c.Args[0]) + ", CAST(" + n + " AS INTEGER))"
}

func lowerSubstring(g types.Gen, c *types.Call) string {
	x := texts(g, c.Args[:1])[0]
	from := g.Expr(c.Args[1])
	start := "CASE WHEN " + from + " < 0 THEN greatest(length(" + x + ") + " + from + ", 0) ELSE " + from + " END + 1"
	if v, ok := types.IsConst(c.Args[1]); ok {
		if n, _ := v.(int64); n >= 0 {
			start = itoa(n + 1)
		}
	}
	if len(c.Args) > 2 {
		return "coalesce(substring(" + x + ", " + start + ", CASE WHEN " + g.Expr(c.Args[2]) + " < 0 THEN 2147483647 ELSE " + g.Expr(c.Args[2]) + " END), '')"
	}
	return "coalesce(substring(" + x + ", " + start + "), '')"
}

func evalSplit(a []types.Value) any {
	s, d := text(a[0]), text(a[1])
	parts := []string{s}
	if d != "" {
		parts = strings.Split(s, d)
	}
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	if len(a) > 2 {
		if i := num(a[2]); i >= 0 && int(i) < len(out) {
			out = out[i : i+1]
		} else {
			out = []any{}
		}
	}
	return dyn.JSON(out)
}

func lowerSplit(g types.Gen, c *types.Call) string {
	list := "string_split(" + texts(g, c.Args[:1])[0] + ", " + g.Expr(c.Args[1]) + ")"
	if v, ok := types.IsConst(c.Args[1]); ok && v == "" {
		list = "[" + texts(g, c.Args[:1])[0] + "]"
	}
	if len(c.Args) > 2 {
		i := "CAST(" + g.Expr(c.Args[2]) + " AS BIGINT)"
		list = "CASE WHEN " + i + " < 0 THEN [] ELSE " + list + "[" + i + " + 1:" + i + " + 1] END"
	}
	return "to_json(" + list + ")::VARCHAR"
}

func evalCountof(a []types.Value) any {
	s, sub := text(a[0]), text(a[1])
	if len(a) > 2 && text(a[2]) == "regex" {
		re, err := regexp.Compile(sub)
		if err != nil {
			return int64(0)
		}
		return int64(len(re.FindAllStringIndex(s, -1)))
	}
	n := int64(0)
	for i := 0; sub != "" && i < len(s); {
		k := strings.Index(s[i:], sub)
		if k < 0 {
			break
		}
		n++
		i += k + 1
	}
	return n
}

// lowerCountof counts one-character texts in SQL, where nothing overlaps.
func lowerCountof(g types.Gen, c *types.Call) string {
	v, ok := types.IsConst(c.Args[1])
	if s, _ := v.(string); ok && utf8.RuneCountInString(s) == 1 && len(c.Args) == 2 {
		x := g.Expr(c.Args[0])
		return "(length(" + x + ") - length(replace(" + x + ", " + g.Text(s) + ", '')))"
	}
	return g.GoCall(c)
}

func evalIndexof(a []types.Value) any {
	s, sub := []rune(text(a[0])), []rune(text(a[1]))
	start, end, nth := window(a, len(s))
	if start < 0 {
		return nil
	}
	for i := start; i+len(sub) <= end; i++ {
		if string(s[i:i+len(sub)]) == string(sub) {
			if nth--; nth == 0 {
				return int64(i)
			}
			// The length counts from where the search goes on.
			if len(a) > 3 && num(a[3]) >= 0 {
				end = min(len(s), i+1+int(num(a[3])))
			}
		}
	}
	return int64(-1)
}

// window reads the start, length and occurrence arguments.
func window(a []types.Value, n int) (start, end, nth int) {
	end, nth = n, 1
	if len(a) > 2 {
		start = int(num(a[2]))
		if start < 0 {
			start = max(0, n+start)
		}
		start = min(start, n)
	}
	if len(a) > 3 {
		if l := int(num(a[3])); l >= 0 {
			end = min(n, start+l)
		}
	}
	if len(a) > 4 {
		nth = int(num(a[4]))
	}
	return start, end, nth
}

func lowerIndexof(g types.Gen, c *types.Call) string {
	if len(c.Args) == 2 {
		t := texts(g, c.Args)
		return "CAST(strpos(" + t[0] + ", " + t[1] + ") - 1 AS BIGINT)"
	}
	return g.GoCall(c)
}

func evalIndexRegex(a []types.Value) any {
	re, err := regexp.Compile(text(a[1]))
	if err != nil {
		return nil
	}
	s := []rune(text(a[0]))
	if len(a) > 2 && num(a[2]) < 0 {
		return nil
	}
	start, end, nth := window(a, len(s))
	if start > end {
		return int64(-1)
	}
	part := string(s[start:end])
	for _, m := range re.FindAllStringIndex(part, -1) {
		if nth--; nth == 0 {
			return int64(start + utf8.RuneCountInString(part[:m[0]]))
		}
	}
	return int64(-1)
}

var groupRef = regexp.MustCompile(`\\(\d)`)

func replaceRegex(s, re, with string) string {
	p, err := regexp.Compile(re)
	if err != nil {
		return s
	}
	return p.ReplaceAllString(s, groupRef.ReplaceAllString(strings.ReplaceAll(with, "$", "$$"), "$${$1}"))
}

// trim declares trim and its like; the pattern is of Go and of SQL alike.
func trim(name, pattern, doc string) types.Func {
	f := goFn(name, "(regex:string, source:string) -> string", doc, func(a []types.Value) any {
		re, err := regexp.Compile(strings.ReplaceAll(pattern, "%s", text(a[0])))
		if err != nil {
			return text(a[1])
		}
		return re.ReplaceAllString(text(a[1]), "")
	})
	f.SQL = types.Lower(func(g types.Gen, c *types.Call) string {
		if v, ok := types.IsConst(c.Args[0]); ok {
			s, _ := v.(string)
			return "regexp_replace(" + g.Expr(c.Args[1]) + ", " + g.Text(strings.ReplaceAll(pattern, "%s", s)) + ", '', 'g')"
		}
		return g.GoCall(c)
	})
	return f
}

func evalExtractAll(a []types.Value) any {
	re, err := regexp.Compile(text(a[0]))
	if err != nil {
		return nil
	}
	src := text(a[len(a)-1])
	var groups []int
	if len(a) == 3 {
		for _, x := range arr(a[1]) {
			switch k := x.(type) {
			case int64:
				groups = append(groups, int(k))
			case string:
				groups = append(groups, re.SubexpIndex(k))
			}
		}
	} else {
		for i := 1; i <= re.NumSubexp(); i++ {
			groups = append(groups, i)
		}
	}
	if len(groups) == 0 {
		groups = []int{0}
	}
	out := []any{}
	for _, m := range re.FindAllStringSubmatch(src, -1) {
		var row []any
		for _, k := range groups {
			if k >= 0 && k < len(m) {
				row = append(row, m[k])
			}
		}
		if len(groups) == 1 && len(row) == 1 {
			out = append(out, row[0])
		} else {
			out = append(out, row)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return dyn.JSON(out)
}
