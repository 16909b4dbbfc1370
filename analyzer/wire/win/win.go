// Package win reads what the protocols of Windows have in common: strings in
// UTF-16, times in FILETIME and GUIDs ([MS-DTYP]).
package win

import (
	"unicode/utf16"
	"unicode/utf8"
)

// AppendUTF16 appends to dst the little-endian UTF-16 text b in UTF-8.  What
// is no UTF-16 becomes U+FFFD; an odd byte at the end and one NUL character
// at the end are left out.
func AppendUTF16(dst, b []byte) []byte {
	n := len(b) &^ 1
	if n >= 2 && b[n-1] == 0 && b[n-2] == 0 {
		n -= 2
	}
	for i := 0; i < n; i += 2 {
		c := rune(b[i]) | rune(b[i+1])<<8
		if c < utf8.RuneSelf {
			dst = append(dst, byte(c))
			continue
		}
		if utf16.IsSurrogate(c) {
			low := rune(0)
			if i+3 < n {
				low = rune(b[i+2]) | rune(b[i+3])<<8
			}
			if c = utf16.DecodeRune(c, low); c != utf8.RuneError {
				i += 2
			}
		}
		dst = utf8.AppendRune(dst, c)
	}
	return dst
}

// CutUTF16 returns the text at the start of b up to its NUL character, and
// what follows that; all of b where there is none.
func CutUTF16(b []byte) (text, rest []byte) {
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return b[:i], b[i+2:]
		}
	}
	return b, nil
}

// epoch is 1970-01-01 in FILETIME: units of 100 ns since 1601-01-01.
const epoch = 116444736000000000

// Filetime returns the time t, a FILETIME, in ns since 1970.  ok is false
// for times that do not fit.
func Filetime(t uint64) (ns int64, ok bool) {
	const reach = 1<<63/100 - 1
	d := int64(t) - epoch
	if t > 1<<63-1 || d > reach || d < -reach {
		return 0, false
	}
	return d * 100, true
}

// GUIDLen is the length of a GUID in its binary form.
const GUIDLen = 16

// AppendGUID appends the text form of the GUID b, which must have 16 bytes:
// the first three fields little-endian, in lower case, without braces.
func AppendGUID(dst, b []byte) []byte {
	const digits = "0123456789abcdef"
	_ = b[GUIDLen-1]
	for i, k := range [GUIDLen]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15} {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, digits[b[k]>>4], digits[b[k]&15])
	}
	return dst
}
