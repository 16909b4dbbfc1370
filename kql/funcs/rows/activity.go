package rows

import "slices"

// cell is what is counted for one bin and one value of the dimensions.
type cell struct {
	t    int64
	dims []any
	n    int64
	ids  map[string]bool
}

func newCell(t int64, dims []any) func() cell {
	return func() cell { return cell{t: t, dims: dims, ids: map[string]bool{}} }
}

// sorted returns the cells by time.
func sorted(cells []cell) []cell {
	slices.SortStableFunc(cells, func(a, b cell) int {
		switch {
		case a.t < b.t:
			return -1
		case a.t > b.t:
			return 1
		}
		return 0
	})
	return cells
}

// SlidingWindowCounts counts rows and their ids for each bin in the window
// that ends with it.  A row is id, time, start, end, window, bin, dimensions.
// https://learn.microsoft.com/kusto/query/sliding-window-counts-plugin
func SlidingWindowCounts(rows [][]any, _ string) [][]any {
	var all groups[cell]
	for _, r := range rows {
		if len(r) < 6 || r[1] == nil {
			continue
		}
		start, end, window, step := integer(r[2]), integer(r[3]), integer(r[4]), integer(r[5])
		if step <= 0 || window/step > maxBins {
			return nil
		}
		b := floor(integer(r[1]), step, start)
		for t := b; t < b+window && t <= end; t += step {
			if t < start {
				continue
			}
			c := all.get(key(append([]any{t}, r[6:]...)...), newCell(t, r[6:]))
			c.n++
			c.ids[key(r[0])] = true
		}
	}
	var out [][]any
	for _, c := range sorted(all.list) {
		out = append(out, append(append([]any{c.t}, c.dims...), c.n, int64(len(c.ids))))
	}
	return out
}

// ActiveUsersCount counts, for each bin, the ids that were active when they
// appeared in it: that appeared in enough periods of the window before.  A row
// is id, time, start, end, window, period, number of periods, bin, dimensions.
// https://learn.microsoft.com/kusto/query/active-users-count-plugin
func ActiveUsersCount(rows [][]any, _ string) [][]any {
	type user struct {
		id    string
		dims  []any
		times []int64
	}
	var users groups[user]
	var start, end, window, period, need, step int64
	for _, r := range rows {
		if len(r) < 8 || r[1] == nil {
			continue
		}
		start, end, window, period, need, step = integer(r[2]), integer(r[3]), integer(r[4]), integer(r[5]), integer(r[6]), integer(r[7])
		id := key(r[0])
		u := users.get(key(append([]any{r[0]}, r[8:]...)...), func() user { return user{id: id, dims: r[8:]} })
		u.times = append(u.times, integer(r[1]))
	}
	var all groups[cell]
	for _, u := range users.list {
		slices.Sort(u.times)
		first := 0
		for i, t := range u.times {
			for first < i && u.times[first] <= t-window {
				first++
			}
			if t < start || t > end {
				continue
			}
			periods := int64(0)
			for k := first; k <= i; k++ {
				if k == first || floor(u.times[k], period, 0) != floor(u.times[k-1], period, 0) {
					periods++
				}
			}
			if periods >= need {
				b := floor(t, step, start)
				all.get(key(append([]any{b}, u.dims...)...), newCell(b, u.dims)).ids[u.id] = true
			}
		}
	}
	var out [][]any
	for _, c := range sorted(all.list) {
		out = append(out, append(append([]any{c.t}, c.dims...), int64(len(c.ids))))
	}
	return out
}

// ActivityCounts counts, for each bin, rows, ids, ids that are new and ids so
// far.  A row is id, time, start, end, bin, dimensions.
// https://learn.microsoft.com/kusto/query/activity-counts-metrics-plugin
func ActivityCounts(rows [][]any, _ string) [][]any {
	var all groups[cell]
	for _, r := range rows {
		if len(r) < 5 || r[1] == nil || integer(r[1]) < integer(r[2]) || integer(r[1]) > integer(r[3]) {
			continue
		}
		b := floor(integer(r[1]), integer(r[4]), integer(r[2]))
		c := all.get(key(append([]any{b}, r[5:]...)...), newCell(b, r[5:]))
		c.n++
		c.ids[key(r[0])] = true
	}
	seen := map[string]map[string]bool{}
	var out [][]any
	for _, c := range sorted(all.list) {
		k := key(c.dims...)
		if seen[k] == nil {
			seen[k] = map[string]bool{}
		}
		before := len(seen[k])
		for id := range c.ids {
			seen[k][id] = true
		}
		out = append(out, append(append([]any{c.t}, c.dims...), c.n, int64(len(c.ids)), int64(len(seen[k])-before), int64(len(seen[k]))))
	}
	return out
}

// ActivityEngagement sets the ids of each inner window against those of the
// outer window that ends with it.  A row is id, time, start, end, inner
// window, outer window, dimensions.
// https://learn.microsoft.com/kusto/query/activity-engagement-plugin
func ActivityEngagement(rows [][]any, _ string) [][]any {
	var inner, outer groups[cell]
	for _, r := range rows {
		if len(r) < 6 || r[1] == nil {
			continue
		}
		start, end, in, out := integer(r[2]), integer(r[3]), integer(r[4]), integer(r[5])
		if in <= 0 || out/in > maxBins {
			return nil
		}
		b := floor(integer(r[1]), in, start)
		for t := b; t < b+out && t <= end; t += in {
			if t < start {
				continue
			}
			k := key(append([]any{t}, r[6:]...)...)
			outer.get(k, newCell(t, r[6:])).ids[key(r[0])] = true
			if t == b {
				inner.get(k, newCell(t, r[6:])).ids[key(r[0])] = true
			}
		}
	}
	var out [][]any
	for _, c := range sorted(inner.list) {
		n := len(outer.get(key(append([]any{c.t}, c.dims...)...), newCell(c.t, c.dims)).ids)
		out = append(out, append(append([]any{c.t}, c.dims...), int64(len(c.ids)), int64(n), float64(len(c.ids))/float64(n)))
	}
	return out
}
