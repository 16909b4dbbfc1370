// Package zeeklog writes records as Zeek's ASCII writer does, and reads them:
// one file per log, tab-separated with Zeek's header lines, or one JSON object
// a line.
package zeeklog

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"unicode/utf8"

	"wirehunt/event"
)

// appendSeconds appends ns nanoseconds as seconds with six decimals, rounded
// to the microsecond, which is Zeek's precision.  With trim it drops zeros at
// the end but for one, as a JSON number has it.
func appendSeconds(dst []byte, ns int64, trim bool) []byte {
	if ns < 0 {
		dst = append(dst, '-')
		ns = -ns
	}
	us := uint64(ns)
	us = (us + 500) / 1000
	dst = strconv.AppendUint(dst, us/1e6, 10)
	frac := us % 1e6
	digits := 6
	if trim {
		for digits > 1 && frac%10 == 0 {
			frac /= 10
			digits--
		}
	}
	dst = append(dst, ".000000"[:1+digits]...)
	for i := len(dst) - 1; frac > 0; i-- {
		dst[i] = '0' + byte(frac%10)
		frac /= 10
	}
	return dst
}

// appendAddr appends the text form of a 16-byte address.
func appendAddr(dst, a []byte) []byte {
	if [12]byte(a[:12]) == [12]byte{10: 0xff, 11: 0xff} {
		for i := 12; i < 16; i++ {
			if i > 12 {
				dst = append(dst, '.')
			}
			dst = strconv.AppendUint(dst, uint64(a[i]), 10)
		}
		return dst
	}
	return netip.AddrFrom16([16]byte(a)).AppendTo(dst)
}

func appendDouble(dst []byte, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(dst, '0')
	}
	n := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	for _, c := range dst[n:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

func appendHexEscape(dst []byte, c byte) []byte {
	return hex.AppendEncode(append(dst, '\\', 'x'), []byte{c})
}

// AppendText appends s with each byte that is not part of valid UTF-8
// written as \xHH, which is how Zeek makes text of bytes.
func AppendText(dst, s []byte) []byte {
	for len(s) > 0 {
		i := 0
		for i < len(s) && s[i] < utf8.RuneSelf {
			i++
		}
		dst = append(dst, s[:i]...)
		if s = s[i:]; len(s) == 0 {
			break
		}
		_, n := utf8.DecodeRune(s)
		if n == 1 {
			dst = appendHexEscape(dst, s[0])
		} else {
			dst = append(dst, s[:n]...)
		}
		s = s[n:]
	}
	return dst
}

// appendJSONString appends s as a JSON string; bytes that are not UTF-8, and
// other control characters than those with an escape of one letter, become
// the text \xHH, as in Zeek.
func appendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' && c != 0x7f {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if _, n := utf8.DecodeRune(s[i:]); n > 1 {
				i += n
				continue
			}
		}
		dst = append(dst, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		default:
			dst = append(dst, '\\')
			dst = appendHexEscape(dst, c)
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func typeName(f *event.Field) string {
	n := kindNames[f.Kind]
	switch f.Multi {
	case event.Vector:
		return "vector[" + n + "]"
	case event.Set:
		return "set[" + n + "]"
	}
	return n
}

var kindNames = [...]string{
	event.Time: "time", event.Interval: "interval", event.Count: "count", event.Int: "int",
	event.Double: "double", event.Bool: "bool", event.String: "string", event.Enum: "enum",
	event.Addr: "addr", event.Port: "port",
}
