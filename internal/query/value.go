// Package query compiles Kusto queries, runs them on a store and gives the
// results the forms that people and clients read.
package query

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"wirehunt/schema"
)

// Time returns a datetime in ticks as a time.
func Time(ticks int64) time.Time {
	t := ticks - schema.UnixEpochTicks
	sec := t / schema.TicksPerSecond
	rest := t % schema.TicksPerSecond
	if rest < 0 {
		sec--
		rest += schema.TicksPerSecond
	}
	return time.Unix(sec, rest*100).UTC()
}

// Ticks returns a time as a datetime in ticks.
func Ticks(t time.Time) int64 {
	return t.Unix()*schema.TicksPerSecond + int64(t.Nanosecond()/100) + schema.UnixEpochTicks
}

// AppendDateTime appends a datetime as Kusto's clients expect it:
// 2023-11-07T11:00:00.1234567Z, always with seven digits.
func AppendDateTime(dst []byte, ticks int64) []byte {
	return Time(ticks).AppendFormat(dst, "2006-01-02T15:04:05.0000000Z")
}

// AppendTimeSpan appends a timespan as [-][d.]hh:mm:ss[.fffffff].
func AppendTimeSpan(dst []byte, ticks int64) []byte {
	u := uint64(ticks)
	if ticks < 0 {
		dst = append(dst, '-')
		u = -u
	}
	frac := u % schema.TicksPerSecond
	sec := u / schema.TicksPerSecond
	if days := sec / 86400; days > 0 {
		dst = strconv.AppendUint(dst, days, 10)
		dst = append(dst, '.')
	}
	two := func(n uint64, sep string) {
		dst = append(dst, byte('0'+n/10), byte('0'+n%10))
		dst = append(dst, sep...)
	}
	two(sec/3600%24, ":")
	two(sec/60%60, ":")
	two(sec%60, "")
	if frac > 0 {
		dst = append(dst, '.')
		for d := uint64(schema.TicksPerSecond / 10); d > 0; d /= 10 {
			dst = append(dst, byte('0'+frac/d%10))
		}
	}
	return dst
}

// AppendReal appends a real in the fewest digits that give it back.
func AppendReal(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-5 || a >= 1e15) {
		return strconv.AppendFloat(dst, f, 'E', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// AppendText appends a value as plain text; null is empty.
func AppendText(dst []byte, v any, t schema.Type) []byte {
	switch v := v.(type) {
	case nil:
		return dst
	case bool:
		return strconv.AppendBool(dst, v)
	case int32:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		switch t {
		case schema.DateTime:
			return AppendDateTime(dst, v)
		case schema.TimeSpan:
			return AppendTimeSpan(dst, v)
		}
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return AppendReal(dst, v)
	case string:
		if t == schema.Dynamic {
			// A dynamic that holds a string shows as the string.
			if len(v) > 1 && v[0] == '"' {
				var s string
				if json.Unmarshal([]byte(v), &s) == nil {
					return append(dst, s...)
				}
			}
			if v == "null" {
				return dst
			}
		}
		return append(dst, v...)
	}
	return dst
}

// AppendJSON appends a value as the Defender API gives it.
func AppendJSON(dst []byte, v any, t schema.Type) []byte {
	if v == nil {
		if t == schema.String {
			return append(dst, `""`...)
		}
		return append(dst, "null"...)
	}
	switch x := v.(type) {
	case string:
		if t == schema.Dynamic {
			if json.Valid([]byte(x)) {
				return append(dst, x...)
			}
		}
		return appendString(dst, x)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return append(AppendReal(append(dst, '"'), x), '"')
		}
		n, _ := json.Marshal(x)
		return append(dst, n...)
	case int64:
		if t == schema.DateTime || t == schema.TimeSpan {
			return append(AppendText(append(dst, '"'), v, t), '"')
		}
	}
	return AppendText(dst, v, t)
}

func appendString(dst []byte, s string) []byte {
	if plain(s) {
		return append(append(append(dst, '"'), s...), '"')
	}
	b, err := marshal(s)
	if err != nil {
		return append(dst, `""`...)
	}
	return append(dst, b...)
}

// plain reports whether a string stands in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
