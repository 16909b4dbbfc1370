// Package rows holds what plugins and operators do that goes from row to row:
// sessions, sliding windows, patterns of texts.  A row is a slice of dynamic
// values (package dyn); a datetime or timespan in it is its ticks.
package rows

import (
	"slices"

	"wirehunt/kql/funcs/dyn"
)

// Func turns rows into others.  config is what the operator was given that
// does not differ from row to row.
type Func func(rows [][]any, config string) [][]any

// Funcs returns the functions by name.
func Funcs() map[string]Func {
	return map[string]Func{
		"reduce":                  Reduce,
		"row_window_session":      WindowSession,
		"row_rank_min":            RankMin,
		"rows_near":               Near,
		"sliding_window_counts":   SlidingWindowCounts,
		"active_users_count":      ActiveUsersCount,
		"activity_counts_metrics": ActivityCounts,
		"activity_engagement":     ActivityEngagement,
		"rolling_percentile":      RollingPercentile,
		"schema_merge":            SchemaMerge,
		"activity_metrics":        ActivityMetrics,
		"new_activity_metrics":    NewActivityMetrics,
		"session_count":           SessionCount,
		"sequence_detect":         SequenceDetect,
		"funnel_sequence":         FunnelSequence,
		"basket":                  Basket,
		"diffpatterns":            DiffPatterns,
		"autocluster":             AutoCluster,

		"funnel_sequence_completion": FunnelCompletion,
	}
}

// integer returns an element as a whole number; 0 for what is none.
func integer(x any) int64 {
	switch x := x.(type) {
	case int64:
		return x
	case float64:
		return int64(x)
	}
	return 0
}

// key is a text that is equal for equal values.
func key(values ...any) string {
	var b []byte
	for _, v := range values {
		b = append(dyn.Append(b, v), 0)
	}
	return string(b)
}

// floor is the start of the bin that t lies in, of bins of size step from
// origin on.
func floor(t, step, origin int64) int64 {
	if step <= 0 {
		return t
	}
	d := t - origin
	q := d / step
	if d%step < 0 {
		q--
	}
	return origin + q*step
}

// maxBins bounds the bins that one row is counted in.
const maxBins = 100_000

// maxSteps bounds the work on windows.
const maxSteps = 100_000_000

// groups keeps things by key in the order in which the keys come.
type groups[T any] struct {
	at   map[string]int
	list []T
}

func (g *groups[T]) get(k string, fresh func() T) *T {
	if g.at == nil {
		g.at = map[string]int{}
	}
	i, ok := g.at[k]
	if !ok {
		i = len(g.list)
		g.at[k] = i
		g.list = append(g.list, fresh())
	}
	return &g.list[i]
}

// byTime sorts rows by their first column, those of one time in the order in
// which they came.
func byTime(rows [][]any) [][]any {
	slices.SortStableFunc(rows, func(a, b []any) int {
		switch x, y := integer(a[0]), integer(b[0]); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return rows
}
