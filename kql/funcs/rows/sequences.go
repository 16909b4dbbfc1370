package rows

import (
	"encoding/json"
	"slices"

	"wirehunt/kql/funcs/dyn"
)

// SequenceConfig says what SequenceDetect looks for.
type SequenceConfig struct {
	// Step and Span are the longest times between two steps and over all.
	Step int64 `json:"step"`
	Span int64 `json:"span"`
	// Steps is the number of steps.
	Steps int `json:"steps"`
}

// maxMatches bounds the sequences that are found.
const maxMatches = 1_000_000

// SequenceDetect finds events that follow each other.  A row is the time, a
// truth for each step, and the dimensions that all events of a sequence share.
// https://learn.microsoft.com/kusto/query/sequence-detect-plugin
func SequenceDetect(rows [][]any, config string) [][]any {
	var c SequenceConfig
	if json.Unmarshal([]byte(config), &c) != nil || c.Steps < 1 {
		return nil
	}
	type group struct {
		dims  []any
		steps [][]int64 // the times at which each step's condition held
	}
	var all groups[group]
	for _, r := range rows {
		if len(r) < 1+c.Steps || r[0] == nil {
			continue
		}
		dims := r[1+c.Steps:]
		g := all.get(key(dims...), func() group { return group{dims, make([][]int64, c.Steps)} })
		for i := range c.Steps {
			if r[1+i] == true {
				g.steps[i] = append(g.steps[i], integer(r[0]))
			}
		}
	}
	var out [][]any
	for _, g := range all.list {
		for i := range g.steps {
			slices.Sort(g.steps[i])
			g.steps[i] = slices.Compact(g.steps[i])
		}
		times := make([]int64, 0, c.Steps)
		var follow func(i int)
		follow = func(i int) {
			if len(out) >= maxMatches {
				return
			}
			if i == c.Steps {
				row := slices.Clone(g.dims)
				for _, t := range times {
					row = append(row, t)
				}
				out = append(out, append(row, times[i-1]-times[0]))
				return
			}
			list := g.steps[i]
			if i > 0 {
				from, _ := slices.BinarySearch(list, times[i-1]+1)
				list = list[from:]
			}
			for _, t := range list {
				if i > 0 && (t-times[i-1] > c.Step || t-times[0] > c.Span) {
					return
				}
				times = append(times, t)
				follow(i + 1)
				times = times[:i]
			}
		}
		follow(0)
	}
	slices.SortStableFunc(out, func(a, b []any) int {
		k := len(a) - 1 - c.Steps
		for i := k; i < len(a)-1; i++ {
			if x, y := integer(a[i]), integer(b[i]); x != y {
				return int(min(max(x-y, -1), 1))
			}
		}
		return 0
	})
	return out
}

// FunnelConfig is what the funnel plugins are asked.
type FunnelConfig struct {
	Sequence []string `json:"sequence"`
	// Table is which of FunnelSequence's tables is wanted: both, prev or next.
	Table string `json:"table,omitempty"`
	// Windows are the longest times that FunnelCompletion allows over all.
	Windows []int64 `json:"windows,omitempty"`
}

// stay is a run of one state.
type stay struct {
	state      string
	value      any
	start, end int64
}

// stays are the states of an id in order.
type stays struct {
	id   any
	list []stay
}

// staysOf gathers the runs of states by id.  A row begins with id, time, start,
// end; state is where the state stands.
func staysOf(rows [][]any, state int) []stays {
	type event struct {
		t int64
		v any
	}
	type visitor struct {
		id     any
		events []event
	}
	var all groups[visitor]
	for _, r := range rows {
		if len(r) > state && within(r[1], r[2], r[3]) {
			v := all.get(key(r[0]), func() visitor { return visitor{id: r[0]} })
			v.events = append(v.events, event{integer(r[1]), r[state]})
		}
	}
	out := make([]stays, 0, len(all.list))
	for _, v := range all.list {
		slices.SortStableFunc(v.events, func(a, b event) int {
			switch {
			case a.t < b.t:
				return -1
			case a.t > b.t:
				return 1
			}
			return 0
		})
		s := stays{id: v.id}
		for _, e := range v.events {
			name := dyn.Text(e.v)
			if n := len(s.list); n > 0 && s.list[n-1].state == name {
				s.list[n-1].end = e.t
				continue
			}
			s.list = append(s.list, stay{name, e.v, e.t, e.t})
		}
		out = append(out, s)
	}
	return out
}

const maxSamples = 128

// FunnelSequence tells which states come before and after a sequence of
// states, and for how many ids.  Between two states of the sequence others may
// lie.  A row is id, time, start, end, longest time between two steps, bin,
// state.
// https://learn.microsoft.com/kusto/query/funnel-sequence-plugin
func FunnelSequence(rows [][]any, config string) [][]any {
	var c FunnelConfig
	if json.Unmarshal([]byte(config), &c) != nil || len(c.Sequence) == 0 || len(rows) == 0 || len(rows[0]) < 7 {
		return nil
	}
	start, step, bin := integer(rows[0][2]), integer(rows[0][4]), integer(rows[0][5])
	type result struct {
		t          int64
		prev, next any
		ids        map[string]bool
		samples    []any
	}
	var all groups[result]
	for _, s := range staysOf(rows, 6) {
		for i, first := range s.list {
			if first.state != c.Sequence[0] {
				continue
			}
			at := i
			for _, want := range c.Sequence[1:] {
				from := s.list[at].end
				for at++; at < len(s.list) && s.list[at].state != want; at++ {
				}
				if at == len(s.list) || s.list[at].start-from > step {
					at = -1
					break
				}
			}
			if at < 0 {
				continue
			}
			r := result{t: floor(first.start, bin, start)}
			if i > 0 && c.Table != "next" {
				r.prev = s.list[i-1].value
			}
			if at+1 < len(s.list) && c.Table != "prev" {
				r.next = s.list[at+1].value
			}
			r.ids = map[string]bool{}
			g := all.get(key(r.t, r.prev, r.next), func() result { return r })
			if id := key(s.id); !g.ids[id] {
				if g.ids[id] = true; len(g.samples) < maxSamples {
					g.samples = append(g.samples, s.id)
				}
			}
		}
	}
	slices.SortStableFunc(all.list, func(a, b result) int {
		if a.t != b.t {
			return int(min(max(a.t-b.t, -1), 1))
		}
		return len(b.ids) - len(a.ids)
	})
	var out [][]any
	for _, r := range all.list {
		row := []any{r.t}
		if c.Table != "next" {
			row = append(row, r.prev)
		}
		if c.Table != "prev" {
			row = append(row, r.next)
		}
		out = append(out, append(row, int64(len(r.ids)), r.samples))
	}
	return out
}

// FunnelCompletion counts the ids that reach each state of a sequence within
// several times after its first state.  Other states may lie between.  A row
// is id, time, start, end, bin, state.
// https://learn.microsoft.com/kusto/query/funnel-sequence-completion-plugin
func FunnelCompletion(rows [][]any, config string) [][]any {
	var c FunnelConfig
	if json.Unmarshal([]byte(config), &c) != nil || len(c.Sequence) == 0 || len(rows) == 0 || len(rows[0]) < 6 {
		return nil
	}
	start, bin := integer(rows[0][2]), integer(rows[0][4])
	type place struct {
		t            int64
		window, step int
	}
	ids := map[place]map[string]bool{}
	var times []int64
	for _, s := range staysOf(rows, 5) {
		id := key(s.id)
		for i, first := range s.list {
			if first.state != c.Sequence[0] {
				continue
			}
			t := floor(first.start, bin, start)
			times = append(times, t)
			for w, window := range c.Windows {
				at := i
				for k, want := range c.Sequence {
					if k > 0 {
						for at++; at < len(s.list) && s.list[at].state != want; at++ {
						}
						// The first state counts from its last time.
						if at == len(s.list) || s.list[at].start-first.end > window {
							break
						}
					}
					p := place{t, w, k}
					if ids[p] == nil {
						ids[p] = map[string]bool{}
					}
					ids[p][id] = true
				}
			}
		}
	}
	slices.Sort(times)
	var out [][]any
	for _, t := range slices.Compact(times) {
		for w, window := range c.Windows {
			for k, state := range c.Sequence {
				out = append(out, []any{t, state, window, int64(len(ids[place{t, w, k}]))})
			}
		}
	}
	return out
}
