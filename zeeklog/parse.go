package zeeklog

import (
	"math"
	"strconv"
	"time"

	"wirehunt/event"
)

// setValue sets field i of a row to the value that text says, already
// without escapes.  It reports whether text is a value of the field's kind.
func setValue(row *event.Row, f *event.Field, i int, text []byte) bool {
	switch f.Kind {
	case event.String, event.Enum:
		row.SetBytes(i, text)
		return true
	case event.Addr:
		a, ok := parseAddr(text)
		if ok {
			row.SetBytes(i, a[:])
		}
		return ok
	}
	v, ok := parseCell(f.Kind, text)
	if ok {
		row.SetCell(i, v)
	}
	return ok
}

// addValue appends an element to a list.
func addValue(l event.List, f *event.Field, text []byte) bool {
	switch f.Kind {
	case event.String, event.Enum:
		l.Bytes(text)
		return true
	case event.Addr:
		a, ok := parseAddr(text)
		if ok {
			l.Addr(a)
		}
		return ok
	}
	v, ok := parseCell(f.Kind, text)
	if ok {
		l.Uint(v)
	}
	return ok
}

// parseCell returns the cell of a value of a kind that is no text.
func parseCell(k event.Kind, s []byte) (uint64, bool) {
	switch k {
	case event.Time:
		ns, ok := parseTime(s)
		return uint64(ns), ok
	case event.Interval:
		ns, ok := parseSeconds(s)
		return uint64(ns), ok
	case event.Count:
		return parseUint(s)
	case event.Port:
		v, ok := parseUint(s)
		return v, ok && v <= math.MaxUint16
	case event.Int:
		neg := len(s) > 0 && s[0] == '-'
		if neg {
			s = s[1:]
		}
		v, ok := parseUint(s)
		if neg {
			return -v, ok && v <= 1<<63
		}
		return v, ok && v < 1<<63
	case event.Double:
		f, err := strconv.ParseFloat(string(s), 64)
		return math.Float64bits(f), err == nil
	}
	switch string(s) {
	case "T", "true", "1":
		return 1, true
	case "F", "false", "0":
		return 0, true
	}
	return 0, false
}

func parseUint(s []byte) (uint64, bool) {
	if len(s) == 0 {
		return 0, false
	}
	var v uint64
	for _, c := range s {
		d := uint64(c - '0')
		if d > 9 {
			return uintOfFloat(s)
		}
		if v > math.MaxUint64/10 || v*10 > math.MaxUint64-d {
			return 0, false
		}
		v = v*10 + d
	}
	return v, true
}

// uintOfFloat reads a whole number as other programs may have written it
// over: 17.0, 1e3.
func uintOfFloat(s []byte) (uint64, bool) {
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil || f < 0 || f >= 1<<53 || f != math.Trunc(f) {
		return 0, false
	}
	return uint64(f), true
}

// parseTime reads a time in each of Zeek's forms: seconds since 1970,
// milliseconds (JSON::TS_MILLIS), and ISO 8601.
func parseTime(s []byte) (ns int64, ok bool) {
	if len(s) > 10 && s[4] == '-' {
		return parseISO(s)
	}
	whole := len(s)
	for i, c := range s {
		if c == '.' || c == 'e' || c == 'E' {
			whole = i
			break
		}
	}
	// As seconds, twelve digits are after the year 5000; as milliseconds they
	// begin in 1973.
	if whole >= 12 && whole <= 16 && whole == len(s) {
		ms, ok := parseUint(s)
		return int64(ms) * 1e6, ok && ms <= math.MaxInt64/1_000_000
	}
	return parseSeconds(s)
}

// parseSeconds reads seconds as nanoseconds.
func parseSeconds(s []byte) (ns int64, ok bool) {
	text := s
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	var sec, frac uint64
	i := 0
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		if sec = sec*10 + uint64(s[i]-'0'); sec >= math.MaxInt64/1_000_000_000 {
			return 0, false
		}
	}
	if i == 0 {
		return 0, false
	}
	if i < len(s) && s[i] == '.' {
		unit := uint64(1e9)
		for i++; i < len(s) && s[i]-'0' <= 9; i++ {
			if unit > 1 {
				unit /= 10
				frac += uint64(s[i]-'0') * unit
			} else if unit == 1 {
				unit = 0
				if s[i] >= '5' {
					frac++
				}
			}
		}
	}
	if i < len(s) {
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil || math.Abs(f) >= math.MaxInt64/1e9 {
			return 0, false
		}
		return int64(math.Round(f * 1e9)), true
	}
	ns = int64(sec*1e9 + frac)
	if neg {
		ns = -ns
	}
	return ns, true
}

// parseISO reads 2026-01-02T03:04:05.123456Z, also with an offset.
func parseISO(s []byte) (ns int64, ok bool) {
	if len(s) < len("2006-01-02T15:04:05") || s[7] != '-' || s[10] != 'T' && s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	var n [6]int
	for i, at := range [...][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		if n[i], ok = parseDigits(s[at[0]:at[1]]); !ok {
			return 0, false
		}
	}
	if n[0] < 1678 || n[0] > 2261 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 || n[3] > 23 || n[4] > 59 || n[5] > 60 {
		return 0, false // int64 nanoseconds hold these years
	}
	s = s[19:]
	frac := 0
	if len(s) > 0 && s[0] == '.' {
		unit := int(1e9)
		for s = s[1:]; len(s) > 0 && s[0]-'0' <= 9; s = s[1:] {
			unit /= 10
			frac += int(s[0]-'0') * unit
		}
	}
	offset, ok := parseZone(s)
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], frac, time.UTC)
	return t.UnixNano() - int64(offset)*60e9, ok
}

// parseZone returns the minutes east of UTC.
func parseZone(s []byte) (minutes int, ok bool) {
	if len(s) == 0 || string(s) == "Z" {
		return 0, true
	}
	sign := 1
	switch s[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	s = s[1:]
	if len(s) == 5 && s[2] == ':' {
		s = []byte{s[0], s[1], s[3], s[4]}
	}
	if len(s) != 4 {
		return 0, false
	}
	h, ok1 := parseDigits(s[:2])
	m, ok2 := parseDigits(s[2:])
	return sign * (h*60 + m), ok1 && ok2
}

func parseDigits(s []byte) (int, bool) {
	n := 0
	for _, c := range s {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// parseAddr reads an address.
func parseAddr(s []byte) (a [16]byte, ok bool) {
	if v4, ok := parseIPv4(s); ok {
		a[10], a[11] = 0xff, 0xff
		copy(a[12:], v4[:])
		return a, true
	}
	return parseIPv6(s)
}

// parseIPv6 reads an address of RFC 4291, section 2.2, without a zone.
func parseIPv6(s []byte) (a [16]byte, ok bool) {
	n, gap := 0, -1 // bytes written, and where :: stands
	if len(s) >= 2 && s[0] == ':' && s[1] == ':' {
		gap, s = 0, s[2:]
	}
	for len(s) > 0 {
		if n == 16 {
			return a, false
		}
		v, digits := 0, 0
		for ; digits < len(s) && digits < 5; digits++ {
			d, ok := unhex(s[digits])
			if !ok {
				break
			}
			v = v<<4 | int(d)
		}
		if digits < len(s) && s[digits] == '.' && n <= 12 {
			v4, ok := parseIPv4(s)
			if !ok || n != 12 && gap < 0 {
				return a, false
			}
			n += copy(a[n:], v4[:])
			s = nil
			break
		}
		if digits == 0 || digits > 4 {
			return a, false
		}
		a[n], a[n+1] = byte(v>>8), byte(v)
		n, s = n+2, s[digits:]
		if len(s) == 0 {
			break
		}
		if s[0] != ':' || len(s) == 1 {
			return a, false
		}
		s = s[1:]
		if s[0] == ':' {
			if gap >= 0 {
				return a, false
			}
			gap, s = n, s[1:]
		}
	}
	if gap < 0 {
		return a, n == 16
	}
	if n == 16 {
		return a, false
	}
	tail := copy(a[16-(n-gap):], a[gap:n])
	clear(a[gap : 16-tail])
	return a, true
}

func parseIPv4(s []byte) (a [4]byte, ok bool) {
	k, n, digits := 0, 0, 0
	for _, c := range s {
		if c == '.' {
			if digits == 0 || k == 3 {
				return a, false
			}
			a[k] = byte(n)
			k, n, digits = k+1, 0, 0
			continue
		}
		if c-'0' > 9 {
			return a, false
		}
		n = n*10 + int(c-'0')
		if digits++; digits > 3 || n > 255 {
			return a, false
		}
	}
	a[3] = byte(n)
	return a, k == 3 && digits > 0
}

func unhex(c byte) (byte, bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// hexEscape returns the byte of an escape \xHH at the start of s.
func hexEscape(s []byte) (byte, bool) {
	if len(s) < 4 || s[0] != '\\' || s[1] != 'x' {
		return 0, false
	}
	h, ok1 := unhex(s[2])
	l, ok2 := unhex(s[3])
	return h<<4 | l, ok1 && ok2
}
