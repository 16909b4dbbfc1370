package rows

import (
	"math"
	"slices"

	"wirehunt/kql/funcs/dyn"
)

// WindowSession gives each row the start of its session: a row is of the
// session before it unless it is too far from the session's first row or from
// its neighbour, or says that a session starts.  A row is the time, the
// greatest distance from the first, that from the neighbour, whether to
// restart (where there are four values before the columns that pass), and then
// the columns that pass.  config is the number of values before those.
// https://learn.microsoft.com/kusto/query/row-window-session-function
func WindowSession(rows [][]any, config string) [][]any {
	skip := 3
	if config == "4" {
		skip = 4
	}
	var first, before any
	out := make([][]any, 0, len(rows))
	for _, r := range rows {
		if len(r) < skip {
			continue
		}
		t := r[0]
		fresh := first == nil || t == nil || skip == 4 && r[3] == true ||
			integer(t)-integer(first) > integer(r[1]) || integer(t)-integer(before) > integer(r[2])
		if fresh {
			first = t
		}
		before = t
		out = append(out, append(slices.Clone(r[skip:]), first))
	}
	return out
}

// RankMin gives each row its rank among rows that are sorted: equal
// neighbours share the lowest.  A row is the value, whether to restart (where
// config is 2), and the columns that pass.
// https://learn.microsoft.com/kusto/query/row-rank-min-function
func RankMin(rows [][]any, config string) [][]any {
	skip := 1
	if config == "2" {
		skip = 2
	}
	out := make([][]any, 0, len(rows))
	var before any
	n, rank := int64(0), int64(0)
	for i, r := range rows {
		if len(r) < skip {
			continue
		}
		n++
		if skip == 2 && r[1] == true {
			n = 1
		}
		if i == 0 || n == 1 || !dyn.Equal(before, r[0]) {
			rank = n
		}
		before = r[0]
		out = append(out, append(slices.Clone(r[skip:]), rank))
	}
	return out
}

// Near keeps the rows near those for which a condition holds.  A row is the
// condition, how many rows before it are kept, how many after, and the
// columns.  https://learn.microsoft.com/kusto/query/rows-near-plugin
func Near(rows [][]any, _ string) [][]any {
	keep := make([]bool, len(rows))
	for i, r := range rows {
		if len(r) < 3 || r[0] != true {
			continue
		}
		lo := max(0, i-int(min(max(integer(r[1]), 0), int64(i))))
		hi := min(int64(len(rows)-1), int64(i)+min(max(integer(r[2]), 0), int64(len(rows))))
		for k := lo; k <= int(hi); k++ {
			keep[k] = true
		}
	}
	var out [][]any
	for i, r := range rows {
		if keep[i] {
			out = append(out, r[3:])
		}
	}
	return out
}

// RollingPercentile gives, for each bin and each value of the dimensions, a
// percentile by nearest rank of the values in it and the bins before.  A row
// is value, percentile, index, bin size, bins in a window, dimensions.
// https://learn.microsoft.com/kusto/query/rolling-percentile-plugin
func RollingPercentile(rows [][]any, _ string) [][]any {
	type series struct {
		dims []any
		bins map[int64][]any
	}
	var all groups[series]
	var lo, hi, step, window int64
	percentile := 0.0
	for i, r := range rows {
		if len(r) < 5 || r[0] == nil || r[2] == nil {
			continue
		}
		if step = integer(r[3]); step <= 0 {
			return nil
		}
		window, percentile = min(max(integer(r[4]), 1), maxBins), number(r[1])
		t := floor(integer(r[2]), step, 0)
		if i == 0 || t < lo {
			lo = t
		}
		if i == 0 || t > hi {
			hi = t
		}
		s := all.get(key(r[5:]...), func() series { return series{r[5:], map[int64][]any{}} })
		s.bins[t] = append(s.bins[t], r[0])
	}
	var out [][]any
	bins := (float64(hi)-float64(lo))/float64(step) + 1
	if step == 0 || bins > maxBins || bins*float64(window)*float64(len(all.list)) > maxSteps || hi > math.MaxInt64-step {
		return nil
	}
	for t := lo; t <= hi; t += step {
		for _, s := range all.list {
			var values []any
			for k := range window {
				values = append(values, s.bins[t-k*step]...)
			}
			if len(values) == 0 {
				continue
			}
			slices.SortStableFunc(values, func(a, b any) int {
				switch x, y := number(a), number(b); {
				case x < y:
					return -1
				case x > y:
					return 1
				}
				return 0
			})
			at := int(math.Ceil(percentile/100*float64(len(values)))) - 1
			out = append(out, append(append([]any{t}, s.dims...), values[min(max(at, 0), len(values)-1)]))
		}
	}
	return out
}

func number(x any) float64 {
	f, _ := dyn.Number(x)
	return f
}

// SchemaMerge merges the rows that getschema gives of several tables: name,
// ordinal, data type, column type, and whether the order of the columns must
// be the same everywhere.
// https://learn.microsoft.com/kusto/query/schema-merge-plugin
func SchemaMerge(rows [][]any, _ string) [][]any {
	type column struct {
		name, data, kind any
		lo, hi           int64
		clash            bool
	}
	var all groups[column]
	preserve := true
	for _, r := range rows {
		if len(r) < 5 {
			continue
		}
		n := integer(r[1])
		preserve = r[4] != false
		c := all.get(key(r[0]), func() column { return column{name: r[0], data: r[2], kind: r[3], lo: n, hi: n} })
		c.lo, c.hi = min(c.lo, n), max(c.hi, n)
		c.clash = c.clash || !dyn.Equal(c.kind, r[3])
	}
	bad := func(c column) bool { return c.clash || preserve && c.lo != c.hi }
	slices.SortStableFunc(all.list, func(a, b column) int {
		switch {
		case bad(a) != bad(b) && bad(a):
			return 1
		case bad(a) != bad(b):
			return -1
		}
		return int(a.hi - b.hi)
	})
	var out [][]any
	for i, c := range all.list {
		why := "conflicting types"
		if !c.clash {
			why = "columns are out of order"
		}
		switch {
		case bad(c):
			out = append(out, []any{c.name, int64(-1), "ERROR(unknown CSL type:ERROR(" + why + "))", "ERROR(" + why + ")"})
		default:
			out = append(out, []any{c.name, int64(i), c.data, c.kind})
		}
	}
	return out
}
