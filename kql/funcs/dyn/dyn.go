// Package dyn holds Kusto's dynamic values in Go: reading and writing their
// JSON text with the order of members kept.
package dyn

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"wirehunt/kql/types"
)

// A value is nil, bool, int64, float64, string, []any or *Bag.

// Bag is an object with its members in order.
type Bag struct {
	Keys   []string
	Values map[string]any
}

// NewBag returns an empty bag.
func NewBag() *Bag { return &Bag{Values: map[string]any{}} }

// Set sets a member; a new one goes to the end.
func (b *Bag) Set(key string, v any) {
	if _, ok := b.Values[key]; !ok {
		b.Keys = append(b.Keys, key)
	}
	b.Values[key] = v
}

// maxDepth bounds nesting, so that hostile text cannot exhaust the stack.
const maxDepth = 500

// Parse reads JSON text.  It reports false for text that is not JSON.
func Parse(s string) (any, bool) {
	p := parser{s: s}
	p.space()
	v, ok := p.value(0)
	if !ok {
		return nil, false
	}
	p.space()
	return v, p.i == len(s)
}

type parser struct {
	s string
	i int
}

func (p *parser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\n' || p.s[p.i] == '\r') {
		p.i++
	}
}

func (p *parser) word(w string) bool {
	if strings.HasPrefix(p.s[p.i:], w) {
		p.i += len(w)
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, bool) {
	if p.i >= len(p.s) || depth > maxDepth {
		return nil, false
	}
	switch c := p.s[p.i]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.text()
	case c == 't':
		return true, p.word("true")
	case c == 'f':
		return false, p.word("false")
	case c == 'n':
		return nil, p.word("null")
	}
	return p.number()
}

func (p *parser) object(depth int) (any, bool) {
	b := NewBag()
	p.i++
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '}' {
		p.i++
		return b, true
	}
	for p.i < len(p.s) && p.s[p.i] == '"' {
		k, ok := p.text()
		if !ok {
			return nil, false
		}
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			return nil, false
		}
		p.i++
		p.space()
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		b.Set(k.(string), v)
		p.space()
		if p.i < len(p.s) && p.s[p.i] == '}' {
			p.i++
			return b, true
		}
		if p.i >= len(p.s) || p.s[p.i] != ',' {
			return nil, false
		}
		p.i++
		p.space()
	}
	return nil, false
}

func (p *parser) array(depth int) (any, bool) {
	list := []any{}
	p.i++
	p.space()
	if p.i < len(p.s) && p.s[p.i] == ']' {
		p.i++
		return list, true
	}
	for {
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		p.space()
		if p.i >= len(p.s) {
			return nil, false
		}
		switch p.s[p.i] {
		case ']':
			p.i++
			return list, true
		case ',':
			p.i++
			p.space()
		default:
			return nil, false
		}
	}
}

func (p *parser) number() (any, bool) {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte("+-0123456789.eE", p.s[p.i]) >= 0 {
		p.i++
	}
	t := p.s[start:p.i]
	if t == "" || t[0] == '+' || t[0] == '.' {
		return nil, false
	}
	if n, err := strconv.ParseInt(t, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(t, 64)
	return f, err == nil
}

func (p *parser) text() (any, bool) {
	p.i++
	start := p.i
	for p.i < len(p.s) && p.s[p.i] != '"' && p.s[p.i] != '\\' {
		p.i++
	}
	if p.i < len(p.s) && p.s[p.i] == '"' {
		p.i++
		return p.s[start : p.i-1], true
	}
	b := []byte(p.s[start:p.i])
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(b), true
		case c != '\\':
			b = append(b, c)
			continue
		case p.i >= len(p.s):
			return nil, false
		}
		e := p.s[p.i]
		p.i++
		switch e {
		case '"', '\\', '/':
			b = append(b, e)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, ok := p.hex()
			if !ok {
				return nil, false
			}
			if utf16.IsSurrogate(r) && p.word(`\u`) {
				low, ok := p.hex()
				if !ok {
					return nil, false
				}
				r = utf16.DecodeRune(r, low)
			}
			b = utf8.AppendRune(b, r)
		default:
			return nil, false
		}
	}
	return nil, false
}

func (p *parser) hex() (rune, bool) {
	if p.i+4 > len(p.s) {
		return 0, false
	}
	n, err := strconv.ParseUint(p.s[p.i:p.i+4], 16, 32)
	p.i += 4
	return rune(n), err == nil
}

// Append appends a value's JSON text.
func Append(b []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return types.AppendJSONString(b, types.FormatReal(v))
		}
		return append(b, types.FormatReal(v)...)
	case string:
		return types.AppendJSONString(b, v)
	case []any:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, x)
		}
		return append(b, ']')
	case *Bag:
		b = append(b, '{')
		for i, k := range v.Keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(types.AppendJSONString(b, k), ':')
			b = Append(b, v.Values[k])
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// JSON returns a value's JSON text, nil for null, as Const holds it.
func JSON(v any) any {
	if v == nil {
		return nil
	}
	return string(Append(nil, v))
}

// Text returns what tostring() makes of a value: strings without quotes.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return string(Append(nil, v))
}

// Equal reports whether two values are the same; numbers compare by value.
func Equal(a, b any) bool {
	x, isX := Number(a)
	y, isY := Number(b)
	if isX && isY {
		return x == y
	}
	if isX != isY {
		return false
	}
	return string(Append(nil, a)) == string(Append(nil, b))
}

// Number returns a number's value.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
