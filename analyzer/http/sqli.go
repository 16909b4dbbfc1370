package http

import (
	"regexp"
	"strings"
)

// isSQLInjection reports whether a request's target looks like an SQL
// injection, by the rules of Zeek's policy script
// policy/protocols/http/detect-sqli.
func isSQLInjection(uri []byte) bool { return mayInject(uri) && injection.Match(uri) }

// The rules look for a parameter with: (1) a value and a statement's keyword,
// (2) a number and a condition, (3) a quote and arithmetic, (4) a quote and a
// keyword, (5) a function call; or (6) a comment that MySQL executes.
// Separators are blanks, controls, punctuation up to "7", and comments.
var injection = func() *regexp.Regexp {
	const (
		sep     = `(?:[\s\x00-\x37]|/\*.*?\*/)`
		name    = `[?&][^\s\x00-\x37|]+?=`
		keyword = `having|union|exec|select|delete|drop|declare|create|insert`
		logic   = `x?or|n?and`
	)
	return regexp.MustCompile(`(?is)` + strings.Join([]string{
		name + `[-[:alnum:]%]+` + sep + `*['"]?(?:` + sep + `|\)?;)+.*?(?:` + keyword + `)` + sep + `+`,
		name + `[-0-9%]+` + sep + `*['"]?(?:` + sep + `|\)?;)+(?:` + logic + `)` + sep + `+['"]?(?:(?:[^a-zA-Z&]+)?=|exists)`,
		name + `[-0-9%]*` + sep + `*['"]` + sep + `*(?:-|=|\+|\|\|)` + sep + `*(?:[0-9]|\(?convert|cast)`,
		name + sep + `*['"](?:` + sep + `|;)*(?:` + logic + `|` + keyword + `|regexp)(?:` + sep + `|[\[(])+[a-z&]{2,}`,
		name + `[^.]*?(?:char|ascii|substring|truncate|version|length)\(`,
		`/\*![0-9]{5}.*?\*/`,
	}, "|"))
}()

// mayInject reports whether the rules can match at all: most targets have
// neither a quote nor a parenthesis nor one of the words.
func mayInject(uri []byte) bool {
	params := false
	for i, c := range uri {
		switch {
		case c == '?' || c == '&':
			params = true
		case c == '!' && i > 1 && uri[i-1] == '*':
			return true
		case !params:
		case c == '\'' || c == '"' || c == '(':
			return true
		case i > 0 && (uri[i-1] <= '7' || uri[i-1] == ';') && startsKeyword(uri[i:]):
			return true
		}
	}
	return false
}

func startsKeyword(b []byte) bool {
	var words []string
	switch b[0] | 0x20 {
	case 'a':
		words = []string{"AND"}
	case 'c':
		words = []string{"CREATE"}
	case 'd':
		words = []string{"DELETE", "DROP", "DECLARE"}
	case 'e':
		words = []string{"EXEC"}
	case 'h':
		words = []string{"HAVING"}
	case 'i':
		words = []string{"INSERT"}
	case 'n':
		words = []string{"NAND"}
	case 'o':
		words = []string{"OR"}
	case 's':
		words = []string{"SELECT"}
	case 'u':
		words = []string{"UNION"}
	case 'x':
		words = []string{"XOR"}
	}
	for _, w := range words {
		if len(b) >= len(w) && equalFold(b[:len(w)], w) {
			return true
		}
	}
	return false
}
