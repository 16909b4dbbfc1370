package rows

import (
	"encoding/json"
	"math"
	"slices"
)

// PatternConfig is what the plugins that look for patterns are asked.
type PatternConfig struct {
	// Threshold is the least share of the rows (for diffpatterns the least
	// difference of shares), Size the weight of a pattern's size for autocluster.
	Threshold float64 `json:"threshold,omitempty"`
	Size      float64 `json:"size,omitempty"`
	// Seeds is how many rows autocluster starts from.
	Seeds int `json:"seeds,omitempty"`
	// Depth bounds the values of a pattern that are not implied by the others.
	Depth int `json:"depth,omitempty"`
	// Wild is what stands in each column for any value.
	Wild []any `json:"wild"`
}

// table holds rows of which equal ones are one, as numbers of values.
type table struct {
	values [][]any   // by column and number
	rows   [][]int32 // the number of each column's value
	weight []float64
	a, b   []float64 // diffpatterns: the weight in each set
	total  float64
}

// readTable numbers the values.  A row is its weight and the columns; with
// sets, the set (0 for a, 1 for b) stands between.
func readTable(in [][]any, width int, sets bool) *table {
	t := &table{values: make([][]any, width)}
	codes := make([]map[string]int32, width)
	for i := range codes {
		codes[i] = map[string]int32{}
	}
	skip := 1
	if sets {
		skip = 2
	}
	seen := map[string]int{}
	for _, r := range in {
		if len(r) != skip+width {
			continue
		}
		weight := 1.0
		switch w := r[0].(type) {
		case int64:
			weight = float64(w)
		case float64:
			weight = w
		}
		if weight <= 0 || math.IsNaN(weight) {
			continue
		}
		row := make([]int32, width)
		id := make([]byte, 0, 4*width)
		for i, v := range r[skip:] {
			k := key(v)
			code, ok := codes[i][k]
			if !ok {
				code = int32(len(t.values[i]))
				codes[i][k] = code
				t.values[i] = append(t.values[i], v)
			}
			row[i] = code
			id = append(id, byte(code), byte(code>>8), byte(code>>16), byte(code>>24))
		}
		at, ok := seen[string(id)]
		if !ok {
			at = len(t.rows)
			seen[string(id)] = at
			t.rows, t.weight = append(t.rows, row), append(t.weight, 0)
			t.a, t.b = append(t.a, 0), append(t.b, 0)
		}
		t.weight[at] += weight
		t.total += weight
		if sets && integer(r[1]) == 0 {
			t.a[at] += weight
		} else {
			t.b[at] += weight
		}
	}
	return t
}

// any is the number that stands for any value.
const anyValue = int32(-1)

// empty reports whether a value says nothing.
func (t *table) empty(column int, code int32) bool {
	v := t.values[column][code]
	return v == nil || v == ""
}

// closed fills a pattern with the values that all of some rows share.
func (t *table) closed(rows []int32) []int32 {
	p := slices.Clone(t.rows[rows[0]])
	for _, r := range rows[1:] {
		for i, v := range t.rows[r] {
			if p[i] != v {
				p[i] = anyValue
			}
		}
	}
	for i, v := range p {
		if v != anyValue && t.empty(i, v) {
			p[i] = anyValue
		}
	}
	return p
}

func sum(weights []float64, rows []int32) float64 {
	s := 0.0
	for _, r := range rows {
		s += weights[r]
	}
	return s
}

func specific(p []int32) (n int) {
	for _, v := range p {
		if v != anyValue {
			n++
		}
	}
	return n
}

// found is a pattern with the rows that have it.
type found struct {
	values []int32
	rows   []int32
	weight float64
}

// maxPatterns bounds the patterns that are kept, maxVisits the rows that are
// looked at.
const (
	maxPatterns = 5000
	maxVisits   = 200_000_000
)

// frequent finds the closed patterns, those with all values that their rows
// share, for which enough holds.  It is Apriori's idea, that a part of a
// frequent pattern is frequent, walked in depth; depth bounds the values that
// are chosen.
func (t *table) frequent(depth int, enough func(rows []int32) bool) []found {
	var out []found
	seen := map[string]bool{}
	visits := 0
	var walk func(rows []int32, column, depth int)
	walk = func(rows []int32, column, depth int) {
		for c := column; c < len(t.values); c++ {
			if visits += len(rows); visits > maxVisits {
				return
			}
			byValue := map[int32][]int32{}
			var order []int32
			for _, r := range rows {
				v := t.rows[r][c]
				if byValue[v] == nil {
					order = append(order, v)
				}
				byValue[v] = append(byValue[v], r)
			}
			for _, v := range order {
				some := byValue[v]
				if t.empty(c, v) || !enough(some) {
					continue
				}
				p := t.closed(some)
				id := key(codesOf(p)...)
				if !seen[id] {
					if seen[id] = true; len(out) == maxPatterns {
						return
					}
					out = append(out, found{p, some, sum(t.weight, some)})
				}
				if depth > 1 {
					walk(some, c+1, depth-1)
				}
			}
		}
	}
	all := make([]int32, len(t.rows))
	for i := range all {
		all[i] = int32(i)
	}
	walk(all, 0, depth)
	return out
}

func codesOf(p []int32) []any {
	out := make([]any, len(p))
	for i, v := range p {
		out[i] = int64(v)
	}
	return out
}

// cells are a pattern's values with what stands for any value.
func (t *table) cells(row []any, p []int32, wild []any) []any {
	for i, v := range p {
		switch {
		case v != anyValue:
			row = append(row, t.values[i][v])
		case i < len(wild):
			row = append(row, wild[i])
		default:
			row = append(row, nil)
		}
	}
	return row
}

func round(x float64, digits int) float64 {
	f := math.Pow(10, float64(digits))
	return math.Round(x*f) / f
}

func patternConfig(config string) (PatternConfig, bool) {
	var c PatternConfig
	if json.Unmarshal([]byte(config), &c) != nil {
		return c, false
	}
	for i, w := range c.Wild { // JSON's numbers are reals
		if f, ok := w.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			c.Wild[i] = int64(f)
		}
	}
	return c, true
}

// Basket finds the patterns that a share of the rows has.  A row is its weight
// and the columns.
// https://learn.microsoft.com/kusto/query/basket-plugin
func Basket(in [][]any, config string) [][]any {
	c, ok := patternConfig(config)
	if !ok {
		return nil
	}
	t := readTable(in, len(c.Wild), false)
	list := t.frequent(c.Depth, func(rows []int32) bool { return sum(t.weight, rows) >= c.Threshold*t.total })
	slices.SortStableFunc(list, func(a, b found) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return specific(b.values) - specific(a.values)
	})
	var out [][]any
	for i, p := range list {
		out = append(out, t.cells([]any{int64(i), int64(p.weight), round(100*p.weight/t.total, 1)}, p.values, c.Wild))
	}
	return out
}

// DiffPatterns finds the patterns that are more frequent in one of two sets
// than in the other.  A row is its weight, its set (0 or 1) and the columns.
// Of patterns with mostly the same rows the one with the greatest difference
// stays.
// https://learn.microsoft.com/kusto/query/diffpatterns-plugin
func DiffPatterns(in [][]any, config string) [][]any {
	c, ok := patternConfig(config)
	if !ok {
		return nil
	}
	t := readTable(in, len(c.Wild), true)
	totalA, totalB := 0.0, 0.0
	for i := range t.rows {
		totalA, totalB = totalA+t.a[i], totalB+t.b[i]
	}
	share := func(weights []float64, rows []int32, total float64) float64 {
		if total == 0 {
			return 0
		}
		return sum(weights, rows) / total
	}
	difference := func(rows []int32) float64 {
		return share(t.a, rows, totalA) - share(t.b, rows, totalB)
	}
	list := t.frequent(c.Depth, func(rows []int32) bool {
		return max(share(t.a, rows, totalA), share(t.b, rows, totalB)) >= c.Threshold
	})
	list = slices.DeleteFunc(list, func(p found) bool { return math.Abs(difference(p.rows)) < c.Threshold })
	slices.SortStableFunc(list, func(a, b found) int {
		switch x, y := math.Abs(difference(a.rows)), math.Abs(difference(b.rows)); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return specific(b.values) - specific(a.values)
	})
	var out [][]any
	for i, p := range t.distinct(list) {
		a, b := 100*share(t.a, p.rows, totalA), 100*share(t.b, p.rows, totalB)
		row := []any{int64(i), int64(sum(t.a, p.rows)), int64(sum(t.b, p.rows)), round(a, 2), round(b, 2), round(math.Abs(a-b), 2)}
		out = append(out, t.cells(row, p.values, c.Wild))
	}
	return out
}

// similar is the share of common rows from which on two patterns say the same.
const similar = 0.5

// distinct keeps of patterns in the order of their worth those that do not
// have mostly the rows of one before.
func (t *table) distinct(list []found) []found {
	var out []found
	member := make([]bool, len(t.rows))
	for _, p := range list {
		for _, r := range p.rows {
			member[r] = true
		}
		same := slices.ContainsFunc(out, func(o found) bool {
			common := 0.0
			for _, r := range o.rows {
				if member[r] {
					common += t.weight[r]
				}
			}
			return common > similar*(o.weight+p.weight-common)
		})
		for _, r := range p.rows {
			member[r] = false
		}
		if !same {
			out = append(out, p)
		}
	}
	return out
}

// AutoCluster finds a few patterns that say much about many rows: it starts
// from the most frequent rows (the seeds) and gives up one column after the
// other, as long as the pattern gets better.  A pattern's worth is the weighted
// geometric mean of the share of the rows that it has and of the share of the
// columns that it has a value for.  A row is its weight and the columns.
// https://learn.microsoft.com/kusto/query/autocluster-plugin
func AutoCluster(in [][]any, config string) [][]any {
	c, ok := patternConfig(config)
	if !ok {
		return nil
	}
	t := readTable(in, len(c.Wild), false)
	worth := func(p []int32, weight float64) float64 {
		return math.Pow(weight/t.total, c.Size) * math.Pow(float64(specific(p))/float64(len(p)), 1-c.Size)
	}
	seeds := make([]int32, len(t.rows))
	for i := range seeds {
		seeds[i] = int32(i)
	}
	slices.SortStableFunc(seeds, func(a, b int32) int {
		switch {
		case t.weight[a] > t.weight[b]:
			return -1
		case t.weight[a] < t.weight[b]:
			return 1
		}
		return 0
	})
	seen := map[string]bool{}
	var list []found
	visits := 0
	for _, s := range seeds[:min(len(seeds), max(c.Seeds, 1))] {
		best := found{}
		at := t.closed([]int32{s})
		for specific(at) > 0 && visits < maxVisits {
			p := t.having(at)
			visits += len(t.rows) * len(at)
			if best.rows == nil || worth(p.values, p.weight) > worth(best.values, best.weight) {
				best = p
			}
			// Give up the column that keeps the most.
			next, most := -1, -1.0
			for i, v := range at {
				if v == anyValue {
					continue
				}
				at[i] = anyValue
				if w := t.weightOf(at); w > most {
					next, most = i, w
				}
				at[i] = v
			}
			at[next] = anyValue
		}
		if best.rows == nil {
			continue
		}
		if id := key(codesOf(best.values)...); !seen[id] {
			seen[id] = true
			list = append(list, best)
		}
	}
	slices.SortStableFunc(list, func(a, b found) int {
		switch x, y := worth(a.values, a.weight), worth(b.values, b.weight); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	var out [][]any
	for i, p := range t.distinct(list) {
		out = append(out, t.cells([]any{int64(i), int64(p.weight), round(100*p.weight/t.total, 1)}, p.values, c.Wild))
	}
	return out
}

func (t *table) matches(r int, p []int32) bool {
	for i, v := range p {
		if v != anyValue && t.rows[r][i] != v {
			return false
		}
	}
	return true
}

func (t *table) weightOf(p []int32) (w float64) {
	for r := range t.rows {
		if t.matches(r, p) {
			w += t.weight[r]
		}
	}
	return w
}

// having returns the closed pattern of the rows that have a pattern.
func (t *table) having(p []int32) found {
	f := found{}
	for r := range t.rows {
		if t.matches(r, p) {
			f.rows = append(f.rows, int32(r))
			f.weight += t.weight[r]
		}
	}
	f.values = t.closed(f.rows)
	return f
}
