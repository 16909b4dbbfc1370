package x509

import (
	"unicode/utf8"

	"wirehunt/analyzer/wire/asn1"
)

// maxName is how many bytes of a name in text form Zeek keeps.
const maxName = 2047

// maxAttributes bounds the attributes of a name.
const maxAttributes = 128

// AppendName appends the text form of a Name (the DER element, a SEQUENCE)
// as OpenSSL's X509_NAME_print_ex with XN_FLAG_RFC2253 gives it: last
// attribute first, OpenSSL's short names, unknown types as dotted object
// identifiers with their values in hexadecimal, everything outside ASCII
// escaped.  ok is false where der is not a Name; nothing is appended then.
func AppendName(dst, der []byte) (b []byte, ok bool) {
	type place struct{ off, rdn uint32 }
	var attrs [maxAttributes]place
	n := 0
	r := asn1.NewReader(der)
	rdns := r.Enter(asn1.Sequence)
	for i := uint32(0); !rdns.Empty(); i++ {
		set := rdns.Enter(asn1.Set)
		for !set.Empty() {
			at := cap(der) - cap(set.Rest())
			if _, _, ok := attribute(set.Next().Raw); !ok || n == maxAttributes {
				return dst, false
			}
			attrs[n] = place{uint32(at), i}
			n++
		}
		if !set.OK() {
			return dst, false
		}
	}
	if !rdns.OK() {
		return dst, false
	}
	b = dst
	for i := n - 1; i >= 0; i-- {
		if i < n-1 {
			if attrs[i+1].rdn == attrs[i].rdn {
				b = append(b, '+')
			} else {
				b = append(b, ',')
			}
		}
		typ, value, _ := attribute(der[attrs[i].off:])
		name, known := attributes[string(typ)]
		if known {
			b = append(b, name...)
		} else {
			b, _ = asn1.AppendOID(b, typ)
		}
		b = append(b, '=')
		if known {
			b = appendValue(b, value)
		} else {
			b = appendDump(b, value.Raw)
		}
	}
	if len(b)-len(dst) > maxName {
		b = b[:len(dst)+maxName]
	}
	return b, true
}

// attribute reads the AttributeTypeAndValue at the start of der.
func attribute(der []byte) (typ []byte, value asn1.Element, ok bool) {
	r := asn1.NewReader(der)
	a := r.Enter(asn1.Sequence)
	typ, value = a.Read(asn1.OID), a.Next()
	return typ, value, a.OK()
}

// appendValue appends an attribute's value, escaped; types that are no
// character strings are dumped.
func appendValue(b []byte, v asn1.Element) []byte {
	body := v.Body
	switch v.ID {
	case asn1.UTF8String:
		for i, c := range body {
			b = appendEscaped(b, c, i == 0, i == len(body)-1)
		}
	case asn1.PrintableString, asn1.T61String, asn1.IA5String, asn1.VisibleString, 0x12,
		asn1.UTCTime, asn1.GeneralizedTime:
		for i, c := range body {
			b = appendRune(b, rune(c), i == 0, i == len(body)-1)
		}
	case asn1.BMPString:
		for i := 0; i+1 < len(body); i += 2 {
			b = appendRune(b, rune(body[i])<<8|rune(body[i+1]), i == 0, i+2 >= len(body))
		}
	case asn1.UniversalString:
		for i := 0; i+3 < len(body); i += 4 {
			r := rune(body[i])<<24 | rune(body[i+1])<<16 | rune(body[i+2])<<8 | rune(body[i+3])
			b = appendRune(b, r, i == 0, i+4 >= len(body))
		}
	default:
		b = appendDump(b, v.Raw)
	}
	return b
}

// appendRune appends r as UTF-8, each byte escaped as needed.
func appendRune(b []byte, r rune, first, last bool) []byte {
	if r < utf8.RuneSelf && r >= 0 {
		return appendEscaped(b, byte(r), first, last)
	}
	var u [utf8.UTFMax]byte
	for _, c := range u[:utf8.EncodeRune(u[:], r)] {
		b = appendEscaped(b, c, false, false)
	}
	return b
}

const hexUpper = "0123456789ABCDEF"

func appendEscaped(b []byte, c byte, first, last bool) []byte {
	switch {
	case c < ' ' || c >= 0x7f:
		return append(b, '\\', hexUpper[c>>4], hexUpper[c&15])
	case c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';',
		c == '#' && first, c == ' ' && (first || last):
		return append(b, '\\', c)
	}
	return append(b, c)
}

func appendDump(b, der []byte) []byte {
	b = append(b, '#')
	return appendHex(b, der)
}

func appendHex(b, v []byte) []byte {
	for _, c := range v {
		b = append(b, hexUpper[c>>4], hexUpper[c&15])
	}
	return b
}
