package parser

import (
	"slices"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// typeName returns Kusto's own name of a type, "" when there is no such type.
func typeName(word string) string {
	switch word {
	case "bool", "boolean":
		return "bool"
	case "int", "int32", "int16", "int8", "uint16", "uint8", "byte", "char":
		return "int"
	case "long", "int64", "uint", "uint32", "ulong", "uint64":
		return "long"
	case "real", "double", "float", "single":
		return "real"
	case "datetime", "date":
		return "datetime"
	case "timespan", "time":
		return "timespan"
	case "guid", "uuid", "uniqueid":
		return "guid"
	case "decimal", "string", "dynamic":
		return word
	}
	return ""
}

// properTypes are the names a wrong type name is compared with.
var properTypes = []string{"bool", "int", "long", "real", "decimal", "string", "dynamic", "datetime", "timespan", "guid"}

// typeRef parses the name of a scalar type.
func (p *parser) typeRef() *ast.TypeRef {
	t := p.tok()
	if t.Kind != token.Ident {
		p.expected("type name")
		return &ast.TypeRef{Extent: ast.At(token.At(p.here().Start)), Name: "dynamic"}
	}
	word := p.text(t)
	name := typeName(word)
	if name == "" {
		hint := ""
		if n := diag.Nearest(word, slices.Values(properTypes)); n != "" {
			hint = "did you mean '" + n + "'?"
		}
		p.errorAt(diag.CodeUnknownType, t.Span, hint, "The name '%s' is not a valid type name that can be used here.", word)
		name = "dynamic"
	}
	p.advance()
	return &ast.TypeRef{Extent: ast.At(t.Span), Name: name}
}

// typeOf parses typeof(type) and typeof(a:string, b:long).
func (p *parser) typeOf() *ast.TypeOf {
	start := p.i
	t := &ast.TypeOf{}
	p.advance()
	open := p.i
	if p.want(token.LParen) {
		if p.peek(1).Kind == token.Colon || p.kind() == token.Star || p.kind() == token.LBracket {
			p.i = open
			t.Schema = p.schemaType()
		} else {
			t.Type = p.typeRef()
			p.close(open, token.RParen)
		}
	}
	t.Extent = p.from(start)
	return t
}

// schemaType parses (a:string, b:long) or (*).
func (p *parser) schemaType() *ast.SchemaType {
	start := p.i
	s := &ast.SchemaType{}
	if p.peek(1).Kind == token.Star {
		s.Any = true
		p.advance()
		p.advance()
		if p.got(token.Comma) {
			s.Columns = p.columnDeclList()
		}
		p.close(start, token.RParen)
	} else {
		s.Columns = p.columnDecls()
	}
	s.Extent = p.from(start)
	return s
}

// columnDecls parses (a:string, b:long), with or without a last comma.
func (p *parser) columnDecls() []*ast.ColumnDecl {
	open := p.i
	if !p.want(token.LParen) {
		return nil
	}
	list := p.columnDeclList()
	p.close(open, token.RParen)
	return list
}

func (p *parser) columnDeclList() []*ast.ColumnDecl {
	var list []*ast.ColumnDecl
	for !p.atEnd() {
		list = append(list, p.columnDecl())
		if !p.got(token.Comma) {
			break
		}
	}
	return list
}

// columnDecl parses name:type.
func (p *parser) columnDecl() *ast.ColumnDecl {
	start := p.i
	c := &ast.ColumnDecl{Name: p.declName()}
	if p.want(token.Colon) {
		c.Type = p.typeRef()
	}
	c.Extent = p.from(start)
	return c
}

// dynamicLit parses dynamic(...).
func (p *parser) dynamicLit() ast.Expr {
	start := p.i
	d := &ast.DynamicLit{}
	p.advance()
	open := p.i
	p.advance()
	d.X = p.dynamicValue()
	p.close(open, token.RParen)
	d.Extent = p.from(start)
	return d
}

// dynamicValue parses a JSON value, in which Kusto also allows its typed
// literals and single quotes.
func (p *parser) dynamicValue() ast.Expr {
	start := p.i
	if !p.enter() {
		p.leave()
		return p.badExpr()
	}
	defer p.leave()
	switch p.kind() {
	case token.String:
		return p.stringLiteral()
	case token.Int, token.Real, token.Duration:
		return p.numberLiteral()
	case token.Typed:
		return p.typedLiteral()
	case token.Plus, token.Minus:
		op := ast.OpNeg
		if p.kind() == token.Plus {
			op = ast.OpPos
		}
		p.advance()
		if k := p.kind(); k != token.Int && k != token.Real && k != token.Duration {
			return p.missingExpr("")
		}
		u := &ast.Unary{Op: op, X: p.numberLiteral()}
		u.Extent = p.from(start)
		return u
	case token.LBracket:
		return p.dynArray()
	case token.LBrace:
		return p.dynObject()
	case token.Ident:
		switch w := p.word(); w {
		case "true", "false", "True", "False", "TRUE", "FALSE":
			return p.boolLiteral()
		case "null":
			l := &ast.Literal{Extent: ast.At(p.tok().Span), Type: ast.LitNull, Null: true, Raw: w}
			p.advance()
			return l
		case "dynamic":
			if p.peek(1).Kind == token.LParen {
				return p.dynamicLit()
			}
		}
	}
	if p.errorHere() {
		p.report(diag.CodeExpectedExpression, p.here(), "a dynamic literal holds JSON; pack_array(...) and bag_pack(...) take expressions",
			"Missing expression")
	}
	return p.badExpr()
}

func (p *parser) dynArray() ast.Expr {
	start := p.i
	a := &ast.DynArray{}
	p.advance()
	for p.kind() != token.RBracket && p.kind() != token.EOF {
		a.Elems = append(a.Elems, p.dynamicValue())
		if !p.got(token.Comma) {
			break
		}
	}
	p.close(start, token.RBracket)
	a.Extent = p.from(start)
	return a
}

func (p *parser) dynObject() ast.Expr {
	start := p.i
	o := &ast.DynObject{}
	p.advance()
	for p.kind() != token.RBrace && p.kind() != token.EOF {
		first := p.i
		m := &ast.DynMember{}
		if p.kind() != token.String {
			p.expected("string literal")
			break
		}
		m.Name = p.stringLiteral().Text
		p.want(token.Colon)
		m.Value = p.dynamicValue()
		m.Extent = p.from(first)
		o.Members = append(o.Members, m)
		if !p.got(token.Comma) {
			break
		}
	}
	p.close(start, token.RBrace)
	o.Extent = p.from(start)
	return o
}
