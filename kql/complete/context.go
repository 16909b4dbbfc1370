package complete

import (
	"strings"

	"wirehunt/kql/parser"
	"wirehunt/kql/token"
)

// place is the kind of thing that can stand at the cursor.
type place uint8

const (
	placeOperand place = iota
	placeAfterOperand
	placeOperator
	placeStatement
	placeTable
	placeChart
	placeType
	placeJoinKind
)

// context is what the tokens before the cursor say.
type context struct {
	// prefix is the text before the word at the cursor.
	prefix string
	// word is the part of a word before the cursor; replace covers all of it.
	word    string
	replace token.Span
	toks    []token.Token
	// inText is true inside a string or a comment.
	inText bool
	place  place
	// operator is the tabular operator around the cursor, "" for none.
	operator string
	// depth counts the brackets open between the operator and the cursor.
	depth int
	// side is $left or $right when the cursor is behind its dot.
	side string
}

func newContext(src string, offset int) context {
	offset = min(max(offset, 0), len(src))
	start, end := offset, offset
	for start > 0 && isWord(src[start-1]) {
		start--
	}
	for end < len(src) && isWord(src[end]) {
		end++
	}
	c := context{prefix: src[:start], word: src[start:offset], replace: token.Span{Start: start, End: end}}
	if c.inText = insideText(src, offset); c.inText {
		return c
	}
	// A hyphen belongs to the word behind a pipe: mv-e is one word there.
	c.scan()
	if n := len(c.toks); n >= 2 && c.toks[n-1].Kind == token.Minus && c.toks[n-2].Kind == token.Ident && c.place != placeOperator {
		c.joinHyphen(src, offset)
	}
	return c
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// insideText reports whether an offset lies in a string literal or comment.
func insideText(src string, offset int) bool {
	toks, comments, _ := parser.Scan(src)
	for _, c := range comments {
		if c.Pos.Start < offset && offset <= c.Pos.End {
			return true
		}
	}
	for _, t := range toks {
		if t.Kind == token.String && t.Span.Start < offset && offset < t.Span.End {
			return true
		}
		// The end of a literal that is not closed is inside it.
		if t.Kind == token.String && offset == t.Span.End && !closed(t.Span.Text(src)) {
			return true
		}
	}
	return false
}

// closed reports whether a string literal has its closing quote.
func closed(s string) bool {
	s = strings.TrimLeft(s, "hH@")
	return len(s) >= 2 && s[len(s)-1] == s[0]
}

// joinHyphen takes the hyphen and the word before it for a part of the word at
// the cursor, when they stand behind a pipe.
func (c *context) joinHyphen(src string, offset int) {
	n := len(c.toks)
	first := n - 2
	for first >= 2 && c.toks[first-1].Kind == token.Minus && c.toks[first-2].Kind == token.Ident {
		first -= 2
	}
	if first == 0 || c.toks[first-1].Kind != token.Pipe {
		return
	}
	start := c.toks[first].Span.Start
	if strings.ContainsAny(src[start:offset], " \t\r\n") {
		return
	}
	c.prefix, c.word = src[:start], src[start:offset]
	c.replace.Start = start
	c.scan()
}

// scan reads the tokens of the prefix and decides the place.
func (c *context) scan() {
	toks, _, _ := parser.Scan(c.prefix)
	c.toks = toks[:len(toks)-1]
	c.operator, c.depth, c.side = "", 0, ""
	n := len(c.toks)
	if n == 0 {
		c.place = placeStatement
		return
	}
	c.findOperator()
	last := c.toks[n-1]
	switch last.Kind {
	case token.Semicolon, token.LBrace:
		c.place = placeStatement
	case token.Pipe:
		c.place = placeOperator
	case token.Colon:
		c.place = placeType
	case token.Assign:
		c.place = c.afterAssign()
	case token.Dot:
		c.afterDot()
	case token.LParen:
		c.place = c.afterParen()
	case token.Comma:
		c.place = placeOperand
		if c.operator == "union" && c.depth == 0 {
			c.place = placeTable
		}
	case token.Ident:
		c.place = c.afterWord(c.text(n - 1))
	case token.String, token.Int, token.Real, token.Duration, token.Typed, token.RParen, token.RBracket:
		c.place = placeAfterOperand
	default:
		c.place = placeOperand
	}
}

// text returns the text of a token.
func (c *context) text(i int) string {
	if i < 0 || i >= len(c.toks) {
		return ""
	}
	return c.toks[i].Span.Text(c.prefix)
}

// findOperator goes back to the pipe or bracket that starts the operator the
// cursor is in.
func (c *context) findOperator() {
	closed := 0
	for i := len(c.toks) - 1; i >= 0; i-- {
		switch c.toks[i].Kind {
		case token.RParen, token.RBracket, token.RBrace:
			closed++
		case token.LParen, token.LBracket, token.LBrace:
			if closed > 0 {
				closed--
				continue
			}
			if name := operatorAt(c, i+1); name != "" {
				c.operator = name // ( starts a sub-query
				return
			}
			c.depth++
		case token.Pipe:
			if closed == 0 {
				c.operator = operatorAt(c, i+1)
				return
			}
		case token.Semicolon:
			if closed == 0 {
				c.operator = operatorAt(c, i+1)
				return
			}
		}
	}
	c.operator = operatorAt(c, 0)
}

// operatorAt returns the name of the operator that starts at token i, or "".
func operatorAt(c *context, i int) string {
	best := ""
	if i >= len(c.toks) {
		return ""
	}
	rest := c.prefix[c.toks[i].Span.Start:]
	for _, name := range parser.Operators() {
		if len(name) > len(best) && strings.HasPrefix(rest, name) && (len(rest) == len(name) || !isWord(rest[len(name)]) && rest[len(name)] != '-') {
			best = name
		}
	}
	if best == "count" && strings.HasPrefix(rest, "count(") {
		return ""
	}
	return best
}

func (c *context) afterAssign() place {
	if c.text(len(c.toks)-2) == "kind" && (c.operator == "join" || c.operator == "lookup") {
		return placeJoinKind
	}
	if len(c.toks) == 3 && c.text(0) == "let" || len(c.toks) > 3 && c.text(len(c.toks)-3) == "let" {
		return placeStatement
	}
	return placeOperand
}

func (c *context) afterDot() {
	c.place = placeAfterOperand
	if name := c.text(len(c.toks) - 2); name == "$left" || name == "$right" {
		c.place, c.side = placeOperand, name
	} else {
		c.operator = "" // members of a value are not known
	}
}

func (c *context) afterParen() place {
	switch before := c.text(len(c.toks) - 2); {
	case before == "typeof":
		return placeType
	case before == "materialize" || before == "toscalar" || c.operator == "join" || c.operator == "lookup" || c.operator == "union":
		return placeTable
	case before == "on" && (c.operator == "mv-apply" || c.operator == ""):
		return placeOperator
	}
	return placeOperand
}

// afterWord decides what follows a word: the name of an operator, a keyword, or
// an operand.
func (c *context) afterWord(w string) place {
	n := len(c.toks)
	atOperator := n == 1 || c.toks[n-2].Kind == token.Pipe || c.toks[n-2].Kind == token.Semicolon || c.toks[n-2].Kind == token.Minus
	switch w {
	case "render":
		return placeChart
	case "join", "lookup", "union":
		return placeTable
	case "and", "or", "by", "where", "on", "has", "contains", "startswith", "endswith", "in", "has_any", "has_all", "between", "of",
		"with", "regex", "from", "to", "step", "print", "extend", "project", "summarize", "distinct", "top", "take", "limit",
		"has_cs", "contains_cs", "startswith_cs", "endswith_cs", "hasprefix", "hassuffix", "not", "evaluate", "invoke", "parse",
		"serialize", "mvexpand", "search", "find", "filter":
		return placeOperand
	}
	if atOperator && n > 1 && c.depth == 0 && strings.HasSuffix(c.operator, w) && c.operator != "" {
		return placeOperand
	}
	if c.operator == "join" || c.operator == "lookup" {
		if n >= 2 && c.toks[n-2].Kind == token.Assign {
			return placeTable // behind kind=inner
		}
	}
	return placeAfterOperand
}
