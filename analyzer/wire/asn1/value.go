package asn1

import (
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Int returns the value of the contents of an INTEGER or ENUMERATED; ok is
// false where there are none or they exceed 64 bits.
func Int(body []byte) (v int64, ok bool) {
	if len(body) == 0 || len(body) > 8 {
		return 0, false
	}
	v = int64(int8(body[0]))
	for _, c := range body[1:] {
		v = v<<8 | int64(c)
	}
	return v, true
}

// Uint is Int for values that are not negative; it takes the ninth byte that
// a value above 2^63 needs.
func Uint(body []byte) (v uint64, ok bool) {
	if len(body) == 0 || body[0]&0x80 != 0 {
		return 0, false
	}
	for len(body) > 1 && body[0] == 0 {
		body = body[1:]
	}
	if len(body) > 8 {
		return 0, false
	}
	for _, c := range body {
		v = v<<8 | uint64(c)
	}
	return v, true
}

// Bool returns the value of the contents of a BOOLEAN: any byte but zero is
// true (BER).
func Bool(body []byte) bool { return len(body) > 0 && body[0] != 0 }

// Bits returns the bytes of the contents of a BIT STRING and how many bits
// at the end of the last one are unused.
func Bits(body []byte) (b []byte, unused int, ok bool) {
	if len(body) == 0 || body[0] > 7 || body[0] > 0 && len(body) == 1 {
		return nil, 0, false
	}
	return body[1:], int(body[0]), true
}

// AppendOID appends the dotted form of the contents of an OBJECT IDENTIFIER.
// It returns dst unchanged and false where they are not one.
func AppendOID(dst, body []byte) (b []byte, ok bool) {
	if len(body) == 0 || body[len(body)-1]&0x80 != 0 {
		return dst, false
	}
	b = dst
	var v uint64
	first := true
	for _, c := range body {
		if v > 1<<56 {
			return dst, false
		}
		v = v<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		if first {
			arc := min(v/40, 2)
			b = strconv.AppendUint(b, arc, 10)
			v -= arc * 40
			first = false
		}
		b = append(b, '.')
		b = strconv.AppendUint(b, v, 10)
		v = 0
	}
	return b, true
}

// Time returns the value of a UTCTime or GeneralizedTime, by its identifier
// octet, in ns since 1970: YYMMDDhhmm[ss] or YYYYMMDDhhmm[ss[.f]], followed
// by Z, an offset (+hhmm) or nothing.  Years of two digits are 1950 to 2049
// (RFC 5280, 4.1.2.5.1).
func Time(id byte, body []byte) (ns int64, ok bool) {
	year, b := 0, body
	switch id {
	case UTCTime:
		if year, b, ok = digits(b, 2); !ok {
			return 0, false
		}
		if year += 1900; year < 1950 {
			year += 100
		}
	case GeneralizedTime:
		if year, b, ok = digits(b, 4); !ok {
			return 0, false
		}
	default:
		return 0, false
	}
	var part [5]int // month, day, hour, minute, second
	for i := range part {
		v, rest, ok := digits(b, 2)
		if !ok {
			if i == 4 {
				break // seconds may be missing
			}
			return 0, false
		}
		part[i], b = v, rest
	}
	if part[0] < 1 || part[0] > 12 || part[1] < 1 || part[1] > 31 || part[2] > 23 || part[3] > 59 || part[4] > 60 {
		return 0, false
	}
	frac := 0
	if len(b) > 1 && (b[0] == '.' || b[0] == ',') {
		b = b[1:]
		for scale := 100_000_000; len(b) > 0 && '0' <= b[0] && b[0] <= '9'; scale /= 10 {
			frac += int(b[0]-'0') * scale
			b = b[1:]
		}
	}
	t := time.Date(year, time.Month(part[0]), part[1], part[2], part[3], part[4], frac, time.UTC)
	off, ok := zone(b)
	if !ok {
		return 0, false
	}
	s := t.Unix() - off
	if s > 1<<33 || s < -1<<33 {
		// Beyond what ns in 64 bits hold (1677 to 2262): the nearest they do.
		return max(min(s, 9_223_372_036), -9_223_372_036) * 1e9, true
	}
	return s*1e9 + int64(t.Nanosecond()), true
}

func digits(b []byte, n int) (v int, rest []byte, ok bool) {
	if len(b) < n {
		return 0, nil, false
	}
	for _, c := range b[:n] {
		if c < '0' || c > '9' {
			return 0, nil, false
		}
		v = v*10 + int(c-'0')
	}
	return v, b[n:], true
}

// zone reads what follows the digits of a time: seconds east of Greenwich.
func zone(b []byte) (sec int64, ok bool) {
	if len(b) == 0 || len(b) == 1 && b[0] == 'Z' {
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	h, rest, ok1 := digits(b[1:], 2)
	m, rest, ok2 := digits(rest, 2)
	if !ok1 || !ok2 || len(rest) != 0 {
		return 0, false
	}
	sec = int64(h)*3600 + int64(m)*60
	if b[0] == '-' {
		sec = -sec
	}
	return sec, true
}

// AppendText appends the contents of a character string of the given
// universal identifier octet as UTF-8: BMPString and UniversalString are
// converted, T61String is taken as Latin-1 where it is no UTF-8, the others
// are UTF-8 or ASCII already and are appended as they are.
func AppendText(dst []byte, id byte, body []byte) []byte {
	switch id {
	case BMPString:
		for i := 0; i+1 < len(body); i += 2 {
			r := rune(body[i])<<8 | rune(body[i+1])
			if utf16.IsSurrogate(r) && i+3 < len(body) {
				if d := utf16.DecodeRune(r, rune(body[i+2])<<8|rune(body[i+3])); d != utf8.RuneError {
					r = d
					i += 2
				}
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst
	case UniversalString:
		for i := 0; i+3 < len(body); i += 4 {
			dst = utf8.AppendRune(dst, rune(body[i])<<24|rune(body[i+1])<<16|rune(body[i+2])<<8|rune(body[i+3]))
		}
		return dst
	case T61String:
		if !utf8.Valid(body) {
			for _, c := range body {
				dst = utf8.AppendRune(dst, rune(c))
			}
			return dst
		}
	}
	return append(dst, body...)
}
