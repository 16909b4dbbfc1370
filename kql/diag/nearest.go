package diag

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate that is most like name, or "" when none is
// near enough to be what was meant: at most a third of the letters differ, not
// counting their case.  Of candidates that are equally near, one that starts
// with the same letter wins, then the first one.
func Nearest(name string, candidates iter.Seq[string]) string {
	const maxLen = 128 // names longer than this are not typing mistakes
	if name == "" || len(name) > maxLen {
		return ""
	}
	lowered := []rune(strings.ToLower(name))
	limit := max(1, len(lowered)/3)
	best, bestCost := "", 2*limit+2
	var rows [2][]int
	for c := range candidates {
		if c == name || len(c) > maxLen {
			continue
		}
		n := utf8.RuneCountInString(c)
		if n > len(lowered)+limit || n < len(lowered)-limit {
			continue
		}
		// Twice the distance leaves room for half a point: the first letter.
		cost := 2 * distance(lowered, []rune(strings.ToLower(c)), &rows)
		if cost > 2*limit {
			continue
		}
		if !strings.HasPrefix(c, name[:1]) {
			cost++
		}
		if cost < bestCost {
			best, bestCost = c, cost
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions,
// replacements, and swaps of neighbours.
func distance(a, b []rune, rows *[2][]int) int {
	prev, cur := grow(rows[0], len(b)+1), grow(rows[1], len(b)+1)
	var before []int // the row before prev, for swaps
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		if before == nil {
			before = make([]int, len(b)+1)
		}
		before, prev, cur = prev, cur, before
	}
	rows[0], rows[1] = prev, cur
	return prev[len(b)]
}

func grow(s []int, n int) []int {
	if cap(s) < n {
		return make([]int, n)
	}
	return s[:n]
}
