// Package token holds the lexical ground of the Kusto Query Language: byte
// spans, line tables, token kinds, and the text forms of Kusto's datetime,
// timespan and guid literals.
package token

// Span is a half-open range of byte offsets into the text of a query.
type Span struct {
	// Start is the offset of the first byte, End the offset after the last.
	Start, End int
}

// At returns the empty span at an offset.
func At(offset int) Span { return Span{offset, offset} }

// Len returns the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Empty reports whether the span holds no bytes.
func (s Span) Empty() bool { return s.End <= s.Start }

// Contains reports whether offset lies inside the span.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset < s.End }

// To returns the span from the start of s to the end of t.
func (s Span) To(t Span) Span {
	return Span{s.Start, max(s.End, t.End)}
}

// Text returns the part of src that the span covers, cut to what src holds.
func (s Span) Text(src string) string {
	start := min(max(s.Start, 0), len(src))
	end := min(max(s.End, start), len(src))
	return src[start:end]
}

// Kind says what a token is.
type Kind uint8

// The kinds of tokens.  Kusto's keywords are not reserved everywhere, so a
// keyword is an Ident and the parser decides by its place.
const (
	EOF       Kind = iota
	Invalid        // a byte or character that starts no token
	Ident          // Timestamp, where, $left, has_any
	String         // any form of string literal
	Int            // 12, 0x1F
	Real           // 1.5, 2e10
	Duration       // 1d, 2.5h, 10ms: a timespan literal with a unit
	Typed          // datetime(2024-01-01), guid(...), long(null): type and raw text
	LParen         // (
	RParen         // )
	LBracket       // [
	RBracket       // ]
	LBrace         // {
	RBrace         // }
	Pipe           // |
	Semicolon      // ;
	Comma          // ,
	Dot            // .
	DotDot         // ..
	Colon          // :
	Assign         // =
	Eq             // ==
	Ne             // != and <>
	EqTilde        // =~
	NeTilde        // !~
	Lt             // <
	Le             // <=
	Gt             // >
	Ge             // >=
	Arrow          // =>
	Plus           // +
	Minus          // -
	Star           // *
	Slash          // /
	Percent        // %
	Bang           // !
	Tilde          // ~
	Question       // ?
	AtSign         // @
	Ampersand      // &
	Caret          // ^
	Backtick       // `
	Hash           // #
)

var kindNames = [...]string{
	EOF: "end of query", Invalid: "character", Ident: "name", String: "string literal", Int: "number", Real: "number",
	Duration: "timespan literal", Typed: "literal", LParen: "(", RParen: ")", LBracket: "[", RBracket: "]", LBrace: "{", RBrace: "}",
	Pipe: "|", Semicolon: ";", Comma: ",", Dot: ".", DotDot: "..", Colon: ":", Assign: "=", Eq: "==", Ne: "!=", EqTilde: "=~",
	NeTilde: "!~", Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Arrow: "=>", Plus: "+", Minus: "-", Star: "*", Slash: "/", Percent: "%",
	Bang: "!", Tilde: "~", Question: "?", AtSign: "@", Ampersand: "&", Caret: "^", Backtick: "`", Hash: "#",
}

// String returns the token's text, or what an error message calls the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "token"
}

// Token is one lexical element of a query.
type Token struct {
	Kind Kind
	// Span covers the token's text, without the space around it.
	Span Span
}
