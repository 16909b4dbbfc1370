package complete

import (
	"wirehunt/kql/parser"
	"wirehunt/kql/token"
)

// Info describes the name at an offset.
type Info struct {
	// Span covers the name in the text.
	Span token.Span
	Kind Kind
	// Title is a signature or name: type.
	Title string
	Doc   string
}

// Hover returns what the name at an offset is, and false when nothing is known
// about it.
func Hover(src string, offset int, cat Catalog) (Info, bool) {
	toks, _, _ := parser.Scan(src)
	for i, t := range toks {
		if t.Kind != token.Ident || offset < t.Span.Start || offset > t.Span.End {
			continue
		}
		name := t.Span.Text(src)
		info := Info{Span: t.Span}
		if toks[i+1].Kind == token.LParen {
			for _, f := range cat.Functions() {
				if f.Name == name {
					info.Kind, info.Title, info.Doc = functionKind(f.Kind), f.signature(), f.Doc
					return info, true
				}
			}
		}
		c := newContext(src, t.Span.Start)
		if c.place == placeOperand || c.place == placeAfterOperand {
			s := newScope(c, cat)
			for _, col := range s.columns {
				if col.Name == name {
					info.Kind, info.Title, info.Doc = KindColumn, name, col.Doc
					if col.Type != "" {
						info.Title += ": " + col.Type
					}
					return info, true
				}
			}
		}
		for _, tab := range cat.Tables() {
			if tab.Name == name {
				info.Kind, info.Title, info.Doc = KindTable, name, tab.Doc
				return info, true
			}
		}
	}
	return Info{}, false
}

func functionKind(k FunctionKind) Kind {
	switch k {
	case Aggregate:
		return KindAggregate
	case Plugin:
		return KindPlugin
	}
	return KindFunction
}

// Signature describes the call around an offset.
type Signature struct {
	Function Function
	// Label is the whole signature as text.
	Label string
	// Active is the index of the argument the offset is in.
	Active int
}

// SignatureHelp returns the innermost call of a known function whose
// parentheses are open at an offset.
func SignatureHelp(src string, offset int, cat Catalog) (Signature, bool) {
	toks, _, _ := parser.Scan(src[:min(max(offset, 0), len(src))])
	closed, commas := 0, 0
	for i := len(toks) - 1; i > 0; i-- {
		switch toks[i].Kind {
		case token.RParen, token.RBracket, token.RBrace:
			closed++
		case token.Comma:
			if closed == 0 {
				commas++
			}
		case token.Pipe, token.Semicolon:
			if closed == 0 {
				commas = 0
			}
		case token.LParen, token.LBracket, token.LBrace:
			if closed > 0 {
				closed--
				continue
			}
			if toks[i].Kind == token.LParen && toks[i-1].Kind == token.Ident {
				name := toks[i-1].Span.Text(src)
				for _, f := range cat.Functions() {
					if f.Name == name {
						return Signature{Function: f, Label: f.signature(), Active: commas}, true
					}
				}
			}
			commas = 0
		}
	}
	return Signature{}, false
}
