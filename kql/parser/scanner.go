package parser

import (
	"strings"
	"unicode/utf8"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// Scan splits a query into tokens and comments.  The last token is always EOF.
// Characters that start no token are reported and left out.
func Scan(src string) ([]token.Token, []ast.Comment, diag.List) {
	s := scanner{src: src, toks: make([]token.Token, 0, len(src)/5+8)}
	s.run()
	return s.toks, s.comments, s.diags
}

// maxScanErrors ends reports about characters: a text of another language
// would give one for every other byte.
const maxScanErrors = 20

type scanner struct {
	src      string
	i        int
	toks     []token.Token
	comments []ast.Comment
	diags    diag.List
	// lineStart is true until something other than space is on the line.
	lineStart bool
}

func (s *scanner) run() {
	s.lineStart = true
	for {
		s.space()
		if s.i >= len(s.src) {
			s.add(token.EOF, s.i, s.i)
			return
		}
		s.next()
		s.lineStart = false
	}
}

func (s *scanner) add(k token.Kind, start, end int) {
	s.toks = append(s.toks, token.Token{Kind: k, Span: token.Span{Start: start, End: end}})
	s.i = end
}

func (s *scanner) at(offset int) byte {
	if i := s.i + offset; i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// report adds a diagnostic about a span, unless there are too many.
func (s *scanner) report(code diag.Code, start, end int, hint, format string, args ...any) {
	if len(s.diags) < maxScanErrors {
		s.diags.Add(code, token.Span{Start: start, End: end}, format, args...).Hint = hint
	}
}

// space skips white space, as Kusto's grammar lists it, and comments.
func (s *scanner) space() {
	for s.i < len(s.src) {
		switch c := s.src[s.i]; {
		case c == '\n' || c == '\r':
			s.lineStart = true
			s.i++
		case c == ' ' || c == '\t' || c == '\f' || c == '\v':
			s.i++
		case c == '/' && s.at(1) == '/', c == '#' && s.lineStart:
			// A line that starts with # is a directive to a client (#connect).
			s.comment()
		case c == '/' && s.at(1) == '*':
			s.blockComment()
		case c < utf8.RuneSelf:
			return
		default:
			r, n := utf8.DecodeRuneInString(s.src[s.i:])
			if !isSpace(r) {
				return
			}
			s.i += n
		}
	}
}

func isSpace(r rune) bool {
	switch r {
	case 0x85, 0xa0, 0x1680, 0x180e, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return r >= 0x2000 && r <= 0x200b
}

func (s *scanner) comment() {
	start := s.i
	if n := strings.IndexAny(s.src[start:], "\r\n"); n >= 0 {
		s.i = start + n
	} else {
		s.i = len(s.src)
	}
	s.comments = append(s.comments, ast.Comment{
		Extent:  ast.At(token.Span{Start: start, End: s.i}),
		Text:    strings.TrimRight(s.src[start:s.i], " \t"),
		OwnLine: s.lineStart,
	})
}

// blockComment reports the comment of other languages and skips it.
func (s *scanner) blockComment() {
	start := s.i
	s.i = len(s.src)
	if n := strings.Index(s.src[start+2:], "*/"); n >= 0 {
		s.i = start + 2 + n + 2
	}
	s.report(diag.CodeBadCharacter, start, start+2, "a comment starts with // and ends with its line", "Unexpected: /*")
}

// next scans one token.
func (s *scanner) next() {
	c := s.src[s.i]
	switch {
	case isIdentStart(c):
		s.word()
		return
	case isDigit(c):
		s.number()
		return
	}
	start := s.i
	one := func(k token.Kind) { s.add(k, start, start+1) }
	two := func(k token.Kind) { s.add(k, start, start+2) }
	d := s.at(1)
	switch c {
	case '"', '\'':
		s.str(start, start, false)
	case '@':
		if d == '"' || d == '\'' {
			s.str(start, start+1, true)
		} else {
			one(token.AtSign)
		}
	case '`', '~':
		if d == c && s.at(2) == c {
			s.multiline(start, start)
		} else if c == '~' {
			one(token.Tilde)
		} else {
			one(token.Backtick)
		}
	case '=':
		switch d {
		case '=':
			two(token.Eq)
		case '~':
			two(token.EqTilde)
		case '>':
			two(token.Arrow)
		default:
			one(token.Assign)
		}
	case '!':
		switch d {
		case '=':
			two(token.Ne)
		case '~':
			two(token.NeTilde)
		default:
			one(token.Bang)
		}
	case '<':
		switch d {
		case '=':
			two(token.Le)
		case '>':
			two(token.Ne)
		default:
			one(token.Lt)
		}
	case '>':
		if d == '=' {
			two(token.Ge)
		} else {
			one(token.Gt)
		}
	case '.':
		if d == '.' {
			two(token.DotDot)
		} else {
			one(token.Dot)
		}
	default:
		if k := punctuation[c]; k != token.EOF {
			one(k)
		} else {
			s.badCharacter()
		}
	}
}

// punctuation maps the bytes that are tokens of their own.
var punctuation = [256]token.Kind{
	'(': token.LParen, ')': token.RParen, '[': token.LBracket, ']': token.RBracket, '{': token.LBrace, '}': token.RBrace,
	'|': token.Pipe, ';': token.Semicolon, ',': token.Comma, ':': token.Colon, '+': token.Plus, '-': token.Minus, '*': token.Star,
	'/': token.Slash, '%': token.Percent, '?': token.Question, '&': token.Ampersand, '^': token.Caret, '#': token.Hash,
}

func (s *scanner) badCharacter() {
	r, n := utf8.DecodeRuneInString(s.src[s.i:])
	if last := len(s.toks) - 1; last >= 0 && s.toks[last].Kind == token.Invalid && s.toks[last].Span.End == s.i {
		// One report is enough for a run of them.
		s.toks[last].Span.End += n
		s.i += n
		return
	}
	hint := ""
	switch r {
	case '‘', '’', '“', '”', '„', '«', '»', '´':
		hint = "this is a typographic quote; write \" or '"
	case '–', '—', '−':
		hint = "this is a typographic dash; write -"
	case '…':
		hint = "write .. (two dots)"
	}
	if r == utf8.RuneError && n == 1 {
		s.report(diag.CodeBadCharacter, s.i, s.i+1, "the text is not UTF-8 here", "Unexpected: byte 0x%02x", s.src[s.i])
	} else {
		s.report(diag.CodeBadCharacter, s.i, s.i+n, hint, "Unexpected: %c", r)
	}
	s.add(token.Invalid, s.i, s.i+n)
}

func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isIdentStart(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' }
func isIdentPart(c byte) bool  { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || isDigit(c) }

// word scans a name, a string with an h prefix, or a typed literal.
func (s *scanner) word() {
	start := s.i
	if c := s.src[start]; c == 'h' || c == 'H' {
		switch d := s.at(1); {
		case d == '"' || d == '\'':
			s.str(start, start+1, false)
			return
		case d == '@' && (s.at(2) == '"' || s.at(2) == '\''):
			s.str(start, start+2, true)
			return
		case (d == '`' || d == '~') && s.at(2) == d && s.at(3) == d:
			s.multiline(start, start+1)
			return
		}
	}
	end := start + 1
	for end < len(s.src) && isIdentPart(s.src[end]) {
		end++
	}
	if end < len(s.src) && s.src[end] == '(' && literalType(s.src[start:end]) != ast.LitString {
		// Kusto takes everything up to the first ) as the literal's text.
		if n := strings.IndexByte(s.src[end:], ')'); n >= 0 {
			s.add(token.Typed, start, end+n+1)
			return
		}
	}
	s.add(token.Ident, start, end)
}

// number scans 12, 0x1f, 1.5, 1e5, 2d, and names that start with digits.
func (s *scanner) number() {
	start, end := s.i, s.i
	digits := func() {
		for end < len(s.src) && isDigit(s.src[end]) {
			end++
		}
	}
	at := func(i int) byte {
		if i < len(s.src) {
			return s.src[i]
		}
		return 0
	}
	if c := at(start + 1); s.src[start] == '0' && c|0x20 == 'x' && isHex(at(start+2)) {
		end = start + 2
		for isHex(at(end)) {
			end++
		}
		s.add(token.Int, start, end)
		return
	}
	digits()
	kind := token.Int
	if at(end) == '.' && at(end+1) != '.' && !isIdentStart(at(end+1)) || at(end) == '.' && at(end+1)|0x20 == 'e' && isDigit(at(end+2)) {
		kind = token.Real
		end++
		digits()
	}
	if at(end)|0x20 == 'e' {
		exp := end + 1
		if c := at(exp); c == '+' || c == '-' {
			exp++
		}
		if isDigit(at(exp)) {
			stop := exp
			for isDigit(at(stop)) {
				stop++
			}
			if !isIdentPart(at(stop)) {
				s.add(token.Real, start, stop)
				return
			}
		}
	}
	stop := end
	for isIdentPart(at(stop)) {
		stop++
	}
	switch {
	case stop == end:
	case token.IsTimespanUnit(s.src[end:stop]):
		kind, end = token.Duration, stop
	case kind == token.Int:
		kind, end = token.Ident, stop // 7zip_version is a name
	}
	s.add(kind, start, end)
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// str scans a string literal whose quote is at offset quote.
func (s *scanner) str(start, quote int, verbatim bool) {
	q := s.src[quote]
	for i := quote + 1; i < len(s.src); i++ {
		switch c := s.src[i]; {
		case c == q && verbatim && i+1 < len(s.src) && s.src[i+1] == q:
			i++
		case c == q:
			s.add(token.String, start, i+1)
			return
		case c == '\\' && !verbatim && i+1 < len(s.src) && s.src[i+1] != '\n' && s.src[i+1] != '\r':
			i++
		case c == '\n' || c == '\r':
			s.unterminated(start, i, q)
			return
		}
	}
	s.unterminated(start, len(s.src), q)
}

func (s *scanner) unterminated(start, end int, q byte) {
	s.report(diag.CodeUnterminatedString, start, end,
		"a string ends on its line; write ``` around text of several lines, and @\"...\" around text with backslashes",
		"Missing: %c", q)
	s.add(token.String, start, end)
}

// multiline scans a literal between two fences of three backquotes or tildes;
// the first fence is at offset fence.
func (s *scanner) multiline(start, fence int) {
	mark := s.src[fence : fence+3]
	if n := strings.Index(s.src[fence+3:], mark); n >= 0 {
		s.add(token.String, start, fence+3+n+3)
		return
	}
	s.report(diag.CodeUnterminatedString, start, fence+3, "", "Missing: %s", mark)
	s.add(token.String, start, len(s.src))
}
