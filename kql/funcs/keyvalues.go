package funcs

import (
	"regexp"
	"strings"

	"wirehunt/kql/funcs/dyn"
)

// keyValues finds the pairs of parse-kv: by delimiters, with quotes and an
// escape character, or by a regular expression with two groups.
func keyValues(s, pair, kv, quote, escape string, greedy bool, regex string) any {
	b := dyn.NewBag()
	if regex != "" {
		re, err := regexp.Compile(regex)
		if err != nil || re.NumSubexp() < 2 {
			return b
		}
		for _, m := range re.FindAllStringSubmatch(s, -1) {
			b.Set(m[1], m[2])
		}
		return b
	}
	if pair == "" {
		pair = " "
	}
	if kv == "" {
		kv = "="
	}
	last := ""
	for _, p := range splitQuoted(s, pair, quote, escape) {
		k, v, ok := strings.Cut(p, kv)
		if !ok {
			if old, isText := b.Values[last].(string); greedy && last != "" && isText {
				b.Set(last, old+pair+unquote(p, quote, escape))
			}
			continue
		}
		last = unquote(strings.TrimSpace(k), quote, escape)
		b.Set(last, unquote(v, quote, escape))
	}
	return b
}

// splitQuoted splits at a delimiter that is not inside quotes.
func splitQuoted(s, delim, quote, escape string) []string {
	if quote == "" {
		return strings.Split(s, delim)
	}
	open, end := quote[:1], quote[len(quote)-1:]
	var out []string
	start, inside := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case escape != "" && strings.HasPrefix(s[i:], escape) && inside:
			i += len(escape)
		case !inside && s[i:i+1] == open:
			inside = true
		case inside && s[i:i+1] == end:
			inside = false
		case !inside && strings.HasPrefix(s[i:], delim):
			out = append(out, s[start:i])
			start = i + len(delim)
			i = start - 1
		}
	}
	return append(out, s[start:])
}

func unquote(s, quote, escape string) string {
	if quote != "" && len(s) >= 2 && s[:1] == quote[:1] && s[len(s)-1:] == quote[len(quote)-1:] {
		s = s[1 : len(s)-1]
	}
	if escape != "" && quote != "" {
		s = strings.ReplaceAll(s, escape+quote[len(quote)-1:], quote[len(quote)-1:])
	}
	return s
}
