package ast

import (
	"reflect"
	"strconv"
	"strings"

	"wirehunt/kql/token"
)

// Dump returns a tree as an s-expression, without spans and comments: two texts
// mean the same query to the parser when their dumps are equal.
//
//	(Pipe T [(Where (Binary == Port long:22))])
func Dump(n Node) string {
	if isNil(n) {
		return "nil"
	}
	var d dumper
	d.value(reflect.ValueOf(n))
	return d.b.String()
}

type dumper struct{ b strings.Builder }

func (d *dumper) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		d.value(v.Elem())
	case reflect.Pointer:
		switch n := v.Interface().(type) {
		case *Ident:
			d.ident(n)
		case *Literal:
			d.literal(n)
		case *Wildcard:
			d.b.WriteString("<" + n.Pattern + ">")
		case *TypeRef:
			d.b.WriteString(n.Name)
		default:
			d.value(v.Elem())
		}
	case reflect.Struct:
		d.structure(v)
	case reflect.Slice:
		d.b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				d.b.WriteByte(' ')
			}
			d.value(v.Index(i))
		}
		d.b.WriteByte(']')
	case reflect.String:
		d.b.WriteString(v.String())
	case reflect.Bool:
		d.b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Uint8:
		d.b.WriteString(strconv.FormatUint(v.Uint(), 10))
	}
}

// structure writes (Type field...).  Fields that are empty are left out; the
// name of a field is written where it is not the type's first.
func (d *dumper) structure(v reflect.Value) {
	t := v.Type()
	d.b.WriteString("(" + t.Name())
	first := true
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == reflect.TypeFor[Extent]() || f.Type == reflect.TypeFor[token.Span]() || f.Type == reflect.TypeFor[[]Comment]() {
			continue
		}
		fv := v.Field(i)
		if fv.IsZero() {
			first = false
			continue
		}
		d.b.WriteByte(' ')
		if !first && (t.NumField() > 2 && f.Name != "X" && f.Name != "Y") {
			d.b.WriteString(f.Name + "=")
		}
		first = false
		d.value(fv)
	}
	d.b.WriteByte(')')
}

func (d *dumper) ident(n *Ident) {
	if n.Quoted || !plainName(n.Name) {
		d.b.WriteString("[" + strconv.Quote(n.Name) + "]")
		return
	}
	d.b.WriteString(n.Name)
}

func plainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && c != '$' && c != '.' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return s != ""
}

func (d *dumper) literal(l *Literal) {
	d.b.WriteString(l.Type.String() + ":")
	switch {
	case l.Null:
		d.b.WriteString("null")
	case l.Type == LitBool:
		d.b.WriteString(strconv.FormatBool(l.Bool))
	case l.Type == LitReal:
		d.b.WriteString(strconv.FormatFloat(l.Real, 'g', -1, 64))
	case l.Type == LitString:
		if l.Hidden {
			d.b.WriteByte('h')
		}
		d.b.WriteString(strconv.Quote(l.Text))
	case l.Type == LitDecimal || l.Type == LitGuid:
		d.b.WriteString(l.Text)
	default:
		d.b.WriteString(strconv.FormatInt(l.Int, 10))
	}
}
