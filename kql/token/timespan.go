package token

import (
	"math"
	"math/big"
	"strings"
)

// unitTicks returns the length of a timespan unit, such as d, hours, ms or
// nanos, as a fraction of ticks; 0 when there is no such unit.
func unitTicks(unit string) (num, den int64) {
	switch unit {
	case "d", "day", "days":
		return TicksPerDay, 1
	case "h", "hr", "hrs", "hour", "hours":
		return TicksPerHour, 1
	case "m", "min", "minute", "minutes":
		return TicksPerMinute, 1
	case "s", "sec", "second", "seconds":
		return TicksPerSecond, 1
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return TicksPerMillisecond, 1
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return TicksPerMicrosecond, 1
	case "nano", "nanos", "nanosec", "nanosecond", "nanoseconds":
		return 1, 100
	case "tick", "ticks":
		return 1, 1
	}
	return 0, 0
}

// IsTimespanUnit reports whether a word may follow a number in a timespan
// literal.
func IsTimespanUnit(word string) bool {
	num, _ := unitTicks(word)
	return num != 0
}

// ParseTimespan reads the text forms of a timespan: 2d, 1.5h, 10 ms, and
// [-][d.]hh:mm[:ss[.fffffff]]; a number alone counts days.  It returns ticks,
// with what is less than a tick cut off.
func ParseTimespan(s string) (ticks int64, ok bool) {
	s = strings.TrimSpace(s)
	neg := false
	if rest, found := strings.CutPrefix(s, "-"); found {
		neg, s = true, strings.TrimLeft(rest, " ")
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	if s == "" || !isDigit(s[0]) && s[0] != '.' {
		return 0, false
	}
	if strings.Contains(s, ":") {
		ticks, ok = parseClockSpan(s)
	} else {
		ticks, ok = parseUnitSpan(s)
	}
	if neg {
		ticks = -ticks
	}
	return ticks, ok
}

// parseUnitSpan reads a decimal number and a unit.
func parseUnitSpan(s string) (int64, bool) {
	i := 0
	for i < len(s) && (isDigit(s[i]) || s[i] == '.') {
		i++
	}
	number, unit := s[:i], strings.TrimLeft(s[i:], " ")
	if unit == "" {
		unit = "d"
	}
	num, den := unitTicks(unit)
	if num == 0 || len(number) > 64 {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(num, den))
	q := new(big.Int).Quo(r.Num(), r.Denom())
	return q.Int64(), q.IsInt64()
}

// parseClockSpan reads [d.]hh:mm[:ss[.fffffff]].
func parseClockSpan(s string) (int64, bool) {
	d := dateScanner{s: s}
	var days int
	n, digits := d.number(8)
	if digits == 0 {
		return 0, false
	}
	hour := n
	if d.accept('.') {
		days = n
		if hour, digits = d.number(2); digits == 0 {
			return 0, false
		}
	}
	if !d.accept(':') {
		return 0, false
	}
	minute, digits := d.number(2)
	if digits == 0 {
		return 0, false
	}
	var second int
	var fraction int64
	if d.accept(':') {
		if second, digits = d.number(2); digits == 0 {
			return 0, false
		}
		if d.accept('.') {
			var ok bool
			if fraction, ok = d.fraction(); !ok {
				return 0, false
			}
		}
	}
	if d.i != len(s) || hour > 23 || minute > 59 || second > 59 || days > math.MaxInt64/TicksPerDay-1 {
		return 0, false
	}
	return int64(days)*TicksPerDay + int64(hour)*TicksPerHour + int64(minute)*TicksPerMinute + int64(second)*TicksPerSecond + fraction, true
}
