package funcs

import (
	"encoding/xml"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
)

// documents are the functions on XML, versions and user agents.
func documents() []types.Func {
	version := fn("parse_version", "(version:string) -> decimal", "A version as a number: each of up to four parts has eight digits.")
	// The number needs more digits before the point than other decimals, and
	// none behind it.
	version.SQL = "CAST(kql_text('version_digits', 'sy', $1) AS DECIMAL(38,0))"
	return []types.Func{
		version,
		hidden(goFn("version_digits", "(version:string) -> dynamic", "The digits of parse_version.", func(a []types.Value) any { return versionDigits(text(a[0])) })),
		example(named(goFn("parse_xml", "(xml_text:StringOrDynamic) -> dynamic", "XML as bags and arrays; attributes begin with @, text beside them is #text.", func(a []types.Value) any {
			v, ok := parseXML(text(a[0]))
			if !ok {
				return nil
			}
			return dyn.JSON(v)
		}), types.NameFirstArg, ""), `parse_xml('<a n="1"><b>x</b><b/></a>')`, `{"a":{"@n":"1","b":["x",null]}}`),
		example(goFn("parse_user_agent", "(user_agent:string, look_for?:StringOrArray) -> dynamic", "Browser, operating system and device of a User-Agent; common ones only.", func(a []types.Value) any {
			want := []any{"browser", "os", "device"}
			if len(a) > 1 {
				switch x := val(a[1]).(type) {
				case []any:
					want = x
				default:
					want = []any{dyn.Text(x)}
				}
			}
			return dyn.JSON(userAgent(text(a[0]), want))
		}), `tostring(parse_user_agent('curl/8.5.0', 'browser').Browser.Family)`, "curl"),
	}
}

// versionDigits returns nil for what is no version.
func versionDigits(s string) any {
	parts := strings.Split(strings.TrimSpace(s), ".")
	if len(parts) > 4 {
		return nil
	}
	var b strings.Builder
	for i := range 4 {
		p := ""
		if i < len(parts) {
			if p = parts[i]; p == "" || len(p) > 8 || strings.Trim(p, "0123456789") != "" {
				return nil
			}
		}
		b.WriteString(strings.Repeat("0", 8-len(p)) + p)
	}
	d := strings.TrimLeft(b.String(), "0")
	if d == "" {
		return "0"
	}
	return d
}

// The bounds of XML documents.
const (
	maxXML      = 8 << 20
	maxXMLDepth = 200
)

// element is an element of which the end has not come.
type element struct {
	name string
	bag  *dyn.Bag
	text strings.Builder
}

// value is the element as JSON: null if it is empty, text if it has nothing
// else.
func (e *element) value() any {
	t := e.text.String()
	if strings.TrimSpace(t) == "" {
		t = ""
	}
	switch {
	case len(e.bag.Keys) == 0 && t == "":
		return nil
	case len(e.bag.Keys) == 0:
		return t
	case t != "":
		e.bag.Set("#text", t)
	}
	return e.bag
}

// put adds a member; the second one of a name makes an array.
func put(b *dyn.Bag, name string, v any) {
	old, ok := b.Values[name]
	if !ok {
		b.Set(name, v)
		return
	}
	if l, isList := old.([]any); isList {
		b.Set(name, append(l, v))
		return
	}
	b.Set(name, []any{old, v})
}

// xmlName writes a name with its prefix, as the document does.
func xmlName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// parseXML reads a document with one root.
func parseXML(s string) (any, bool) {
	if len(s) > maxXML {
		return nil, false
	}
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = nil
	stack := []*element{{bag: dyn.NewBag()}}
	for {
		t, err := d.RawToken()
		if err != nil {
			root := stack[0].bag
			return root, len(stack) == 1 && len(root.Keys) > 0 && d.InputOffset() == int64(len(s))
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			if len(stack) > maxXMLDepth {
				return nil, false
			}
			e := &element{name: xmlName(t.Name), bag: dyn.NewBag()}
			for _, a := range t.Attr {
				e.bag.Set("@"+xmlName(a.Name), a.Value)
			}
			stack = append(stack, e)
		case xml.EndElement:
			if len(stack) == 1 || xmlName(t.Name) != top.name {
				return nil, false
			}
			stack = stack[:len(stack)-1]
			put(stack[len(stack)-1].bag, top.name, top.value())
		case xml.CharData:
			if len(stack) > 1 {
				top.text.Write(t)
			} else if strings.TrimSpace(string(t)) != "" {
				return nil, false
			}
		case xml.ProcInst:
			if t.Target == "xml" && len(stack) == 1 {
				if b := declaration(string(t.Inst)); len(b.Keys) > 0 {
					top.bag.Set("?xml", b)
				}
			}
		}
	}
}

// declaration reads version="1.0" encoding="utf-8".
func declaration(s string) *dyn.Bag {
	b := dyn.NewBag()
	for {
		name, rest, ok := strings.Cut(s, "=")
		rest = strings.TrimLeft(rest, " \t\r\n")
		if !ok || rest == "" {
			return b
		}
		v, after, ok := strings.Cut(rest[1:], rest[:1])
		if !ok {
			return b
		}
		b.Set("@"+strings.TrimSpace(name), v)
		s = after
	}
}
