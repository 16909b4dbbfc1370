package parser

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// decodeString returns the value of one string token and whether it is an
// obfuscated (h"...") one.  Faults in escapes are reported.
func (p *parser) decodeString(span token.Span) (value string, hidden bool) {
	s := span.Text(p.src)
	at := span.Start
	if s[0] == 'h' || s[0] == 'H' {
		hidden = true
		s, at = s[1:], at+1
	}
	verbatim := s[0] == '@'
	if verbatim {
		s, at = s[1:], at+1
	}
	if s[0] == '`' || s[0] == '~' {
		return strings.TrimSuffix(s[3:], s[:3]), hidden
	}
	q := s[0]
	s, at = s[1:], at+1
	// An unterminated literal, already reported, has no closing quote.
	if n := len(s); n > 0 && s[n-1] == q && (verbatim || !escapedEnd(s[:n-1])) {
		s = s[:n-1]
	}
	if verbatim {
		return strings.ReplaceAll(s, string([]byte{q, q}), string(q)), hidden
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s, hidden
	}
	return p.unescape(s, at), hidden
}

// escapedEnd reports whether s ends in an odd number of backslashes.
func escapedEnd(s string) bool {
	n := len(s) - len(strings.TrimRight(s, `\`))
	return n%2 == 1
}

// simpleEscapes maps the letter of an escape to its character.
var simpleEscapes = [256]byte{
	'\'': '\'', '"': '"', '\\': '\\', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// unescape replaces the escapes of a string; at is the offset of s in the text.
func (p *parser) unescape(s string, at int) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		c := s[i+1]
		if e := simpleEscapes[c]; e != 0 {
			b.WriteByte(e)
			i += 2
			continue
		}
		if r, n := numericEscape(s[i+1:]); n > 0 {
			b.WriteRune(r)
			i += 1 + n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i+1:])
		p.errorAt(diag.CodeBadEscape, token.Span{Start: at + i, End: at + i + 1 + n},
			`write \\ for a backslash, or @"..." around text with backslashes`, "Unexpected: \\%c", r)
		b.WriteString(s[i : i+1+n])
		i += 1 + n
	}
	return b.String()
}

// numericEscape reads xHH, uHHHH, UHHHHHHHH and octal escapes, and returns the
// character and the number of bytes; 0 bytes mean that it is none of them.
func numericEscape(s string) (rune, int) {
	digits := 0
	switch s[0] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		n := 0
		for n < len(s) && n < 3 && '0' <= s[n] && s[n] <= '7' {
			n++
		}
		if n == 3 && s[0] > '3' {
			n = 2
		}
		if n == 0 {
			return 0, 0
		}
		v, _ := strconv.ParseUint(s[:n], 8, 16)
		return rune(v), n
	}
	if len(s) < 1+digits {
		return 0, 0
	}
	v, err := strconv.ParseUint(s[1:1+digits], 16, 32)
	if err != nil || v > utf8.MaxRune {
		return 0, 0
	}
	return rune(v), 1 + digits
}

// stringLiteral parses one string literal; literals that follow each other are
// one.
func (p *parser) stringLiteral() *ast.Literal {
	start := p.i
	l := &ast.Literal{Type: ast.LitString}
	l.Text, l.Hidden = p.decodeString(p.tok().Span)
	l.Raw = p.tok().Span.Text(p.src)
	p.advance()
	if p.kind() == token.String {
		var text, raw strings.Builder
		text.WriteString(l.Text)
		raw.WriteString(l.Raw)
		for p.kind() == token.String {
			t, hidden := p.decodeString(p.tok().Span)
			text.WriteString(t)
			raw.WriteByte(' ')
			raw.WriteString(p.tok().Span.Text(p.src))
			l.Hidden = l.Hidden || hidden
			p.advance()
		}
		l.Text, l.Raw = text.String(), raw.String()
	}
	l.Extent = p.from(start)
	return l
}

// numberLiteral parses an Int, Real or Duration token.
func (p *parser) numberLiteral() *ast.Literal {
	t := p.tok()
	text := t.Span.Text(p.src)
	l := &ast.Literal{Extent: ast.At(t.Span), Raw: text}
	ok := true
	switch t.Kind {
	case token.Int:
		l.Type = ast.LitLong
		l.Int, ok = parseLong(text)
	case token.Real:
		l.Type = ast.LitReal
		l.Real, ok = parseReal(text)
	default:
		l.Type = ast.LitTimespan
		l.Int, ok = token.ParseTimespan(text)
	}
	if l.Int == math.MinInt64 && (p.i == 0 || p.toks[p.i-1].Kind != token.Minus) && text[len(text)-1] == '8' {
		ok = ok && text[0] == '0' // only behind a minus sign, or in hexadecimal
	}
	if !ok {
		p.errorAt(diag.CodeBadLiteral, t.Span, "", "The %s literal %s is out of range", l.Type, text)
	}
	p.advance()
	return l
}

func isBoolWord(w string) bool {
	switch w {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}

// boolLiteral parses true and false.
func (p *parser) boolLiteral() *ast.Literal {
	w := p.word()
	l := &ast.Literal{Extent: ast.At(p.tok().Span), Type: ast.LitBool, Bool: w[0]|0x20 == 't', Raw: w}
	p.advance()
	return l
}

// parseLong reads a decimal or hexadecimal number of 64 bits.  A hexadecimal
// one may use the sign bit, and 9223372036854775808 is taken for the sake of
// the minus sign that must stand before it.
func parseLong(s string) (int64, bool) {
	if len(s) > 2 && s[1]|0x20 == 'x' {
		v, err := strconv.ParseUint(s[2:], 16, 64)
		return int64(v), err == nil
	}
	if s == "9223372036854775808" {
		return math.MinInt64, true
	}
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil
}

func parseReal(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// literalType returns the type of the literal that a word before ( starts.
func literalType(word string) ast.LiteralType {
	switch word {
	case "bool", "boolean":
		return ast.LitBool
	case "int", "int32":
		return ast.LitInt
	case "long", "int64":
		return ast.LitLong
	case "real", "double":
		return ast.LitReal
	case "decimal":
		return ast.LitDecimal
	case "datetime", "date":
		return ast.LitDatetime
	case "time", "timespan":
		return ast.LitTimespan
	case "guid", "uuid", "uniqueid":
		return ast.LitGuid
	}
	return ast.LitString
}

// typedLiteral parses a Typed token: datetime(2024-01-01), long(null).
func (p *parser) typedLiteral() *ast.Literal {
	t := p.tok()
	text := t.Span.Text(p.src)
	word, inner, _ := strings.Cut(text, "(")
	inner = strings.TrimSpace(strings.TrimSuffix(inner, ")"))
	l := &ast.Literal{Extent: ast.At(t.Span), Type: literalType(word), Raw: text}
	p.advance()
	if unquoted, ok := unquote(inner); ok {
		inner = unquoted
	}
	if inner == "null" || inner == "" {
		l.Null = true
		return l
	}
	if !setLiteral(l, inner) {
		hint := ""
		if f := conversion[l.Type]; isIdentStart(inner[0]) && f != "" {
			hint = "a literal takes constants only; to convert a value use " + f + "(...)"
		}
		p.errorAt(diag.CodeBadLiteral, t.Span, hint, "The %s literal '%s' is not valid", l.Type, inner)
		l.Null = true
	}
	return l
}

// conversion names the function that people mean when a typed literal holds an
// expression.
var conversion = [...]string{
	ast.LitBool: "tobool", ast.LitInt: "toint", ast.LitLong: "tolong", ast.LitReal: "toreal", ast.LitDecimal: "todecimal",
	ast.LitDatetime: "todatetime", ast.LitTimespan: "totimespan", ast.LitGuid: "toguid",
}

// unquote removes a pair of equal quotes.
func unquote(s string) (string, bool) {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return strings.TrimSpace(s[1 : n-1]), true
	}
	return s, false
}

// setLiteral decodes the text inside the parentheses of a typed literal.
func setLiteral(l *ast.Literal, s string) (ok bool) {
	switch l.Type {
	case ast.LitBool:
		l.Bool, ok = parseBool(s)
	case ast.LitInt:
		l.Int, ok = parseSigned(s)
		ok = ok && l.Int >= math.MinInt32 && l.Int <= math.MaxInt32
	case ast.LitLong:
		l.Int, ok = parseSigned(s)
	case ast.LitReal:
		l.Real, ok = parseRealWord(s)
	case ast.LitDecimal:
		l.Text, ok = parseDecimal(s)
	case ast.LitDatetime:
		l.Int, ok = parseDatetimeWord(s)
	case ast.LitTimespan:
		l.Int, ok = parseTimespanWord(s)
	case ast.LitGuid:
		l.Text, ok = token.ParseGuid(s)
	}
	return ok
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	n, ok := parseSigned(s)
	return n != 0, ok
}

func parseSigned(s string) (int64, bool) {
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimLeft(strings.TrimLeft(s, "+-"), " ")
	if s == "" || !isDigit(s[0]) {
		return 0, false
	}
	v, ok := parseLong(s)
	if neg {
		return -v, ok
	}
	return v, ok && s != "9223372036854775808"
}

func parseRealWord(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return math.NaN(), true
	case "+inf", "inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	}
	if v, ok := parseSigned(s); ok {
		return float64(v), true
	}
	if strings.ContainsAny(s, "xXpP_") {
		return 0, false
	}
	return parseReal(s)
}

// parseDecimal checks a decimal number and returns it without an exponent, so
// that later stages read digits only.
func parseDecimal(s string) (string, bool) {
	const maxDigits = 64 // more than Kusto's 34 significant digits
	if len(s) > maxDigits || strings.ContainsAny(s, "xXpP_/") {
		return "", false
	}
	if mantissa, exp, found := strings.Cut(strings.ToLower(s), "e"); found {
		n, err := strconv.Atoi(exp)
		if err != nil || n > maxDigits || n < -maxDigits || mantissa == "" {
			return "", false
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			return "", false
		}
		digits := r.FloatString(2 * maxDigits)
		return strings.TrimSuffix(strings.TrimRight(digits, "0"), "."), true
	}
	if _, ok := new(big.Rat).SetString(s); !ok {
		return "", false
	}
	return strings.TrimPrefix(s, "+"), true
}

func parseDatetimeWord(s string) (int64, bool) {
	switch strings.ToLower(s) {
	case "min":
		return 0, true
	case "max":
		return token.MaxDatetime, true
	}
	return token.ParseDatetime(s)
}

func parseTimespanWord(s string) (int64, bool) {
	switch strings.ToLower(s) {
	case "min":
		return math.MinInt64, true
	case "max":
		return math.MaxInt64, true
	}
	return token.ParseTimespan(s)
}
