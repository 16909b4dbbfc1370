package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wirehunt/schema"
)

// FormatDatetime writes ticks as Kusto does: 2024-01-02T03:04:05.0000000Z.
func FormatDatetime(ticks int64) string {
	t := TimeOf(ticks)
	return t.Format("2006-01-02T15:04:05") + fmt.Sprintf(".%07dZ", mod(ticks, schema.TicksPerSecond))
}

// TimeOf returns the time of a datetime's ticks, in UTC.
func TimeOf(ticks int64) time.Time {
	n := ticks - schema.UnixEpochTicks
	sec := floorDiv(n, schema.TicksPerSecond)
	return time.Unix(sec, (n-sec*schema.TicksPerSecond)*100).UTC()
}

// TicksOf returns the ticks of a time.
func TicksOf(t time.Time) int64 {
	return t.Unix()*schema.TicksPerSecond + int64(t.Nanosecond())/100 + schema.UnixEpochTicks
}

// FormatTimespan writes ticks as Kusto does: 1.02:03:04.5000000.
func FormatTimespan(ticks int64) string {
	var b strings.Builder
	u := uint64(ticks)
	if ticks < 0 {
		b.WriteByte('-')
		u = -u
	}
	const day = 864_000_000_000
	if d := u / day; d > 0 {
		fmt.Fprintf(&b, "%d.", d)
	}
	s := u % day / schema.TicksPerSecond
	fmt.Fprintf(&b, "%02d:%02d:%02d", s/3600, s/60%60, s%60)
	if f := u % schema.TicksPerSecond; f > 0 {
		fmt.Fprintf(&b, ".%07d", f)
	}
	return b.String()
}

// FormatReal writes a real as Kusto does: the fewest digits that give it
// back, with at least one after the point.
func FormatReal(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	a := math.Abs(f)
	if a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// AppendJSONString appends s in quotes.
func AppendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, '\\', 'n')
			case c == '\r':
				b = append(b, '\\', 'r')
			case c == '\t':
				b = append(b, '\\', 't')
			case c == '\b':
				b = append(b, '\\', 'b')
			case c == '\f':
				b = append(b, '\\', 'f')
			case c < ' ':
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				b = append(b, c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		b = utf8.AppendRune(b, r)
		i += n
	}
	return append(b, '"')
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func mod(a, b int64) int64 { return a - floorDiv(a, b)*b }
