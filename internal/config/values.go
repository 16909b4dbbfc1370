package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Age is a flag's value that is a time span, in days and weeks too: 30d, 2w,
// 36h.  0 is none.
type Age time.Duration

const day = 24 * time.Hour

// String implements pflag.Value.
func (a *Age) String() string {
	d := time.Duration(*a)
	switch {
	case d == 0:
		return "0"
	case d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}

// Type implements pflag.Value.
func (a *Age) Type() string { return "age" }

// Set implements pflag.Value.
func (a *Age) Set(s string) error {
	unit := map[byte]time.Duration{'d': day, 'w': 7 * day}
	s = strings.TrimSpace(s)
	if s == "0" {
		*a = 0
		return nil
	}
	if n := len(s) - 1; n > 0 && unit[s[n]] > 0 {
		count, err := strconv.ParseUint(s[:n], 10, 32)
		if err != nil || count > uint64(math.MaxInt64/unit[s[n]]) {
			return fmt.Errorf("%q is no time span such as 30d", s)
		}
		*a = Age(time.Duration(count) * unit[s[n]])
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time span such as 30d, 2w or 36h", s)
	}
	*a = Age(d)
	return nil
}

// Size is a flag's value that is a number of bytes: 50GB, 512MiB, 1000.
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// String implements pflag.Value.
func (z *Size) String() string {
	n := int64(*z)
	for _, u := range sizeUnits {
		if n != 0 && u.bytes > 1 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// Type implements pflag.Value.
func (z *Size) Type() string { return "size" }

// Set implements pflag.Value.
func (z *Size) Set(s string) error {
	number, factor := strings.TrimSpace(s), int64(1)
	for _, u := range sizeUnits {
		if n := len(number) - len(u.name); n > 0 && strings.EqualFold(number[n:], u.name) {
			number, factor = strings.TrimSpace(number[:n]), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return fmt.Errorf("%q is no size such as 50GB or 512MiB", s)
	}
	*z = Size(n * factor)
	return nil
}
