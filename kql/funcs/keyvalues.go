package funcs

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

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
			setFirst(b, m[1], m[2])
		}
		return b
	}
	if pair == "" && kv == "" {
		return wordPairs(s, quote, escape)
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
		if !setFirst(b, last, unquote(strings.TrimSpace(v), quote, escape)) {
			last = ""
		}
	}
	return b
}

// setFirst keeps the first value of a key.
func setFirst(b *dyn.Bag, k, v string) bool {
	if _, ok := b.Values[k]; ok {
		return false
	}
	b.Set(k, v)
	return true
}

// wordPairs takes every word for a key and the one behind it for its value:
// without delimiters all that is no letter and no digit separates words.
func wordPairs(s, quote, escape string) *dyn.Bag {
	b := dyn.NewBag()
	last, any := "", false
	word := func(w string) {
		if any {
			setFirst(b, last, w)
		}
		last, any = w, true
	}
	start := -1
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			if start < 0 {
				start = i
			}
			i += n
			continue
		}
		if start >= 0 {
			word(s[start:i])
			start = -1
		}
		if quote != "" && s[i] == quote[0] {
			if end := closing(s, i+1, quote[len(quote)-1], escape); end > 0 {
				word(unquote(s[i:end], quote, escape))
				i = end
				continue
			}
		}
		i += n
	}
	if start >= 0 {
		word(s[start:])
	}
	return b
}

// closing returns where the quoted text that starts at i is over, behind its
// quote, or 0.
func closing(s string, i int, quote byte, escape string) int {
	for ; i < len(s); i++ {
		switch {
		case escape != "" && strings.HasPrefix(s[i:], escape):
			i += len(escape)
		case s[i] == quote:
			return i + 1
		}
	}
	return 0
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
