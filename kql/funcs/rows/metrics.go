package rows

import (
	"math"
	"slices"
	"time"

	"wirehunt/kql/types"
)

// period is how a timeline is cut: a number, or week, month or year.
type period struct {
	step   int64
	unit   string
	origin int64
}

func periodOf(window, start any) period {
	p := period{step: integer(window), origin: integer(start)}
	p.unit, _ = window.(string)
	return p
}

func (p period) valid() bool {
	switch p.unit {
	case "":
		return p.step > 0
	case "week", "month", "year":
		return true
	}
	return false
}

// floor is the start of the period that t lies in.
func (p period) floor(t int64) int64 {
	if p.unit == "" {
		return floor(t, p.step, p.origin)
	}
	at := types.TimeOf(t)
	switch p.unit {
	case "week":
		at = at.AddDate(0, 0, -int(at.Weekday()))
	case "month":
		at = at.AddDate(0, 0, 1-at.Day())
	case "year":
		at = at.AddDate(0, 0, 1-at.YearDay())
	}
	return types.TicksOf(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC))
}

// add is the start of the n-th period after that which starts at t.
func (p period) add(t int64, n int) int64 {
	at := types.TimeOf(t)
	switch p.unit {
	case "week":
		return types.TicksOf(at.AddDate(0, 0, 7*n))
	case "month":
		return types.TicksOf(at.AddDate(0, n, 0))
	case "year":
		return types.TicksOf(at.AddDate(n, 0, 0))
	}
	return t + int64(n)*p.step
}

// ratio is a share; that of nothing is not a number.
func ratio(n, of int) any {
	if of == 0 {
		return "NaN" // as JSON has no such number
	}
	return float64(n) / float64(of)
}

// within reports whether a row's time lies in its period of analysis.
func within(t, start, end any) bool {
	return t != nil && (start == nil || integer(t) >= integer(start)) && (end == nil || integer(t) <= integer(end))
}

// ActivityMetrics sets the ids of each period against those of the period
// before.  A row is id, time, start, end, window, dimensions; start and end may
// be null.
// https://learn.microsoft.com/kusto/query/activity-metrics-plugin
func ActivityMetrics(rows [][]any, _ string) [][]any {
	var all groups[cell]
	var p period
	for _, r := range rows {
		if len(r) < 5 || !within(r[1], r[2], r[3]) {
			continue
		}
		if p = periodOf(r[4], r[2]); !p.valid() {
			return nil
		}
		b := p.floor(integer(r[1]))
		all.get(key(append([]any{b}, r[5:]...)...), newCell(b, r[5:])).ids[key(r[0])] = true
	}
	var out [][]any
	for _, c := range sorted(slices.Clone(all.list)) {
		before := map[string]bool{}
		if i, ok := all.at[key(append([]any{p.add(c.t, -1)}, c.dims...)...)]; ok {
			before = all.list[i].ids
		}
		kept := 0
		for id := range c.ids {
			if before[id] {
				kept++
			}
		}
		out = append(out, append([]any{c.t, int64(len(c.ids)), int64(len(c.ids) - kept), ratio(kept, len(before)), ratio(len(before)-kept, len(before))}, c.dims...))
	}
	return out
}

// cohorts are the ids of one value of the dimensions.
type cohorts struct {
	dims  []any
	first map[string]int          // the period in which an id came first
	in    map[int]map[string]bool // the ids of a period
	fresh map[int]int             // how many came first in a period
	kept  map[[2]int]int          // of those, how many came again in another
}

// NewActivityMetrics follows the ids that come first in a period through the
// periods after it.  A row is id, time, start, end, window, cohort,
// dimensions; the cohort may be null.
// https://learn.microsoft.com/kusto/query/new-activity-metrics-plugin
func NewActivityMetrics(rows [][]any, _ string) [][]any {
	var all groups[cohorts]
	var p period
	var starts []int64
	only := int64(math.MinInt64)
	for _, r := range rows {
		if len(r) < 6 || !within(r[1], r[2], r[3]) {
			continue
		}
		if starts == nil {
			if p = periodOf(r[4], r[2]); !p.valid() || r[2] == nil || r[3] == nil {
				return nil
			}
			for t := p.floor(integer(r[2])); t <= integer(r[3]); t = p.add(t, 1) {
				if starts = append(starts, t); len(starts) > maxPeriods {
					return nil
				}
			}
			if r[5] != nil {
				only = p.floor(integer(r[5]))
			}
		}
		at, ok := slices.BinarySearch(starts, p.floor(integer(r[1])))
		if !ok {
			continue
		}
		c := all.get(key(r[6:]...), func() cohorts {
			return cohorts{dims: r[6:], first: map[string]int{}, in: map[int]map[string]bool{}, fresh: map[int]int{}, kept: map[[2]int]int{}}
		})
		id := key(r[0])
		if was, ok := c.first[id]; !ok || at < was {
			c.first[id] = at
		}
		if c.in[at] == nil {
			c.in[at] = map[string]bool{}
		}
		c.in[at][id] = true
	}
	var out [][]any
	for i := range all.list {
		c := &all.list[i]
		for _, at := range c.first {
			c.fresh[at]++
		}
		// Of the ids of a period, those that came first later than another.
		for to, ids := range c.in {
			for id := range ids {
				c.kept[[2]int{c.first[id], to}]++
			}
		}
		for from := range starts {
			size := c.fresh[from]
			if size == 0 || only != math.MinInt64 && starts[from] != only {
				continue
			}
			for to := from; to < len(starts); to++ {
				added := 0
				for k := from; k <= to; k++ {
					if k > from || to == from {
						added += c.kept[[2]int{k, to}]
					}
				}
				kept := c.kept[[2]int{from, to}]
				out = append(out, append([]any{starts[from], starts[to], int64(added), int64(kept), int64(size - kept), ratio(kept, size), ratio(size-kept, size)}, c.dims...))
			}
		}
	}
	return out
}

// maxPeriods bounds the periods whose pairs a plugin gives.
const maxPeriods = 1000

// SessionCount counts the sessions that start in each bin: an id starts one
// when it was not there in the time before.  A row is id, time, start, end,
// bin, lookback, dimensions.
// https://learn.microsoft.com/kusto/query/session-count-plugin
func SessionCount(rows [][]any, _ string) [][]any {
	type visitor struct {
		dims  []any
		times []int64
	}
	var visitors groups[visitor]
	var start, end, step, back int64
	for _, r := range rows {
		if len(r) < 6 || r[1] == nil {
			continue
		}
		start, end, step, back = integer(r[2]), integer(r[3]), integer(r[4]), integer(r[5])
		v := visitors.get(key(append([]any{r[0]}, r[6:]...)...), func() visitor { return visitor{dims: r[6:]} })
		v.times = append(v.times, integer(r[1]))
	}
	var all groups[cell]
	for _, v := range visitors.list {
		slices.Sort(v.times)
		for i, t := range v.times {
			if t < start || t > end || i > 0 && t-v.times[i-1] <= back {
				continue
			}
			b := floor(t, step, start)
			all.get(key(append([]any{b}, v.dims...)...), newCell(b, v.dims)).n++
		}
	}
	var out [][]any
	for _, c := range sorted(all.list) {
		out = append(out, append(append([]any{c.t}, c.dims...), c.n))
	}
	return out
}
