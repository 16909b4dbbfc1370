// Package sqlgen holds what all SQL dialects share: quoting, and identifiers
// for the columns of a plan.
package sqlgen

import (
	"strconv"
	"strings"

	"wirehunt/kql/types"
)

// Quote returns an identifier in double quotes.  What is not UTF-8, and NUL,
// becomes U+FFFD.
func Quote(name string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", "\uFFFD")
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Text returns a string literal of standard SQL.  A NUL byte cannot stand in
// SQL text, so a string with one is put together from parts.  What is not UTF-8
// becomes U+FFFD, as it does where text comes in.
func Text(s string) string {
	q := "'" + strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "'", "''") + "'"
	if !strings.Contains(s, "\x00") {
		return q
	}
	return "('" + strings.ReplaceAll(q[1:len(q)-1], "\x00", "' || chr(0) || '") + "')"
}

// Names gives each column of a plan an identifier of its own: its name, with
// a number behind it where the name is taken.  Identifiers differ in more than
// letter case, because some engines fold it.
type Names struct {
	of   map[*types.Column]string
	used map[string]int
}

// NewNames returns an empty Names.
func NewNames() *Names {
	return &Names{of: map[*types.Column]string{}, used: map[string]int{}}
}

// Column returns the quoted identifier of a column.
func (n *Names) Column(c *types.Column) string {
	if s, ok := n.of[c]; ok {
		return s
	}
	s := Quote(n.Fresh(c.Name))
	n.of[c] = s
	return s
}

// Known reports whether a column has an identifier already.
func (n *Names) Known(c *types.Column) bool { return n.of[c] != "" }

// Alias makes a column share the identifier of another.
func (n *Names) Alias(c, as *types.Column) { n.of[c] = n.Column(as) }

// Fresh returns an identifier like name that nothing else has, unquoted.
func (n *Names) Fresh(name string) string {
	if name == "" {
		name = "_"
	}
	key := strings.ToLower(name)
	k := n.used[key]
	n.used[key] = k + 1
	if k == 0 {
		return name
	}
	for {
		s := name + "_" + strconv.Itoa(k+1)
		low := strings.ToLower(s)
		if n.used[low] == 0 {
			n.used[low] = 1
			return s
		}
		k++
	}
}
