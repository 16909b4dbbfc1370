package ldap

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"wirehunt/analyzer/wire/asn1"
)

// Kinds of filters: the tags of the choice (RFC 4511, 4.5.1.7).
const (
	filterAnd = iota
	filterOr
	filterNot
	filterEqual
	filterSubstrings
	filterGreater
	filterLess
	filterPresent
	filterApprox
	filterExtensible
)

// maxDepth is how deep filters may nest.
const maxDepth = 64

// badFilter stands for a filter that cannot be read.
const badFilter = "FILTER_PARSING_ERROR"

// appendFilter appends the text of a filter as Zeek writes it, which is that
// of RFC 4515 but for "and" and "or" of more than two, which are nested:
// (&(&(a=1)(b=2))(c=3)).
func appendFilter(dst []byte, e asn1.Element, depth int) (b []byte, ok bool) {
	if e.ID&0xc0 != asn1.Context || depth == maxDepth {
		return dst, false
	}
	switch e.Tag {
	case filterAnd:
		return appendList(dst, '&', e.Body, depth)
	case filterOr:
		return appendList(dst, '|', e.Body, depth)
	case filterNot:
		sub, _, ok := asn1.Next(e.Body)
		if !ok {
			return dst, false
		}
		if dst, ok = appendFilter(append(dst, "(!"...), sub, depth+1); !ok {
			return dst, false
		}
		return append(dst, ')'), true
	case filterEqual:
		return appendCompare(dst, "=", e.Body)
	case filterGreater:
		return appendCompare(dst, ">=", e.Body)
	case filterLess:
		return appendCompare(dst, "<=", e.Body)
	case filterApprox:
		return appendCompare(dst, "~=", e.Body)
	case filterSubstrings:
		return appendSubstrings(dst, e.Body)
	case filterPresent:
		return append(append(append(dst, '('), e.Body...), "=*)"...), true
	case filterExtensible:
		return appendExtensible(dst, e.Body)
	}
	return dst, false
}

// appendList appends the filters of an "and" or "or".
func appendList(dst []byte, op byte, body []byte, depth int) (b []byte, ok bool) {
	n := 0
	for rest := body; len(rest) > 0; n++ {
		if _, rest, ok = asn1.Next(rest); !ok {
			return dst, false
		}
	}
	for range max(n-1, min(n, 1)) {
		dst = append(dst, '(', op)
	}
	for i := range n {
		var e asn1.Element
		e, body, _ = asn1.Next(body)
		if dst, ok = appendFilter(dst, e, depth+1); !ok {
			return dst, false
		}
		if i > 0 || n == 1 {
			dst = append(dst, ')')
		}
	}
	return dst, true
}

// appendCompare appends a comparison of an attribute with a value.
func appendCompare(dst []byte, op string, body []byte) (b []byte, ok bool) {
	r := asn1.NewReader(body)
	attr, value := r.Next().Body, r.Next().Body
	if !r.OK() {
		return dst, false
	}
	dst = append(append(append(dst, '('), attr...), op...)
	return append(appendValue(dst, attr, value), ')'), true
}

// appendSubstrings appends a filter with wildcards.
func appendSubstrings(dst []byte, body []byte) (b []byte, ok bool) {
	r := asn1.NewReader(body)
	attr := r.Next().Body
	list := asn1.NewReader(r.Next().Body)
	if !r.OK() {
		return dst, false
	}
	dst = append(append(append(dst, '('), attr...), '=')
	star := false
	for !list.Empty() {
		e := list.Next()
		switch e.Tag {
		case 0: // initial
			dst = append(append(dst, e.Body...), '*')
			star = true
		case 1: // any
			if !star {
				dst = append(dst, '*')
			}
			dst = append(append(dst, e.Body...), '*')
			star = true
		case 2: // final
			if !star {
				dst = append(dst, '*')
			}
			dst = append(dst, e.Body...)
			star = true
		default:
			return dst, false
		}
	}
	return append(dst, ')'), list.OK()
}

// appendExtensible appends a filter with a matching rule.
func appendExtensible(dst []byte, body []byte) (b []byte, ok bool) {
	var rule, attr, value []byte
	r := asn1.NewReader(body)
	for !r.Empty() {
		switch e := r.Next(); e.Tag {
		case 1:
			rule = e.Body
		case 2:
			attr = e.Body
		case 3:
			value = e.Body
		}
	}
	dst = append(append(append(dst, '('), attr...), ':')
	dst = append(append(append(dst, rule...), ":="...), value...)
	return append(dst, ')'), r.OK()
}

// appendValue appends the value of an attribute: the binary ones that domain
// controllers are asked for ([MS-ADTS] 6.3.3.2) as Zeek writes them, all
// others as they are.
func appendValue(dst, attr, v []byte) []byte {
	switch string(attr) {
	case "DomainGuid":
		if len(v) != 16 {
			return append(dst, "GUID_FORMAT_FAILED"...)
		}
		le := []byte{v[3], v[2], v[1], v[0], v[5], v[4], v[7], v[6]}
		dst = append(hex.AppendEncode(dst, le[:4]), '-')
		dst = append(hex.AppendEncode(dst, le[4:6]), '-')
		dst = append(hex.AppendEncode(dst, le[6:]), '-')
		dst = append(hex.AppendEncode(dst, v[8:10]), '-')
		return hex.AppendEncode(dst, v[10:])
	case "objectSid", "AAC":
		for i, c := range v {
			if i > 0 {
				dst = append(dst, ':')
			}
			dst = hex.AppendEncode(dst, []byte{c})
		}
		return dst
	case "DomainSid":
		return appendSID(dst, v)
	case "NtVer":
		if len(v) != 4 {
			return append(dst, "HEX_FORMAT_FAILED"...)
		}
		return hex.AppendEncode(append(dst, "0x"...), []byte{v[3], v[2], v[1], v[0]})
	}
	return append(dst, v...)
}

// appendSID appends a security identifier ([MS-DTYP] 2.4.2).
func appendSID(dst, v []byte) []byte {
	if len(v) < 8 || len(v) != 8+4*int(v[1]) {
		return append(dst, "SID_FORMAT_FAILED"...)
	}
	dst = strconv.AppendUint(append(dst, "S-"...), uint64(v[0]), 10)
	authority := uint64(binary.BigEndian.Uint16(v[2:]))<<32 | uint64(binary.BigEndian.Uint32(v[4:]))
	dst = strconv.AppendUint(append(dst, '-'), authority, 10)
	for v = v[8:]; len(v) > 0; v = v[4:] {
		dst = strconv.AppendUint(append(dst, '-'), uint64(binary.LittleEndian.Uint32(v)), 10)
	}
	return dst
}
