package rows

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// ReduceConfig says how Reduce works.
type ReduceConfig struct {
	// Threshold is the share of the rows, from 0 to 1, that a word must be in
	// at its place to count as one of a pattern.
	Threshold float64 `json:"threshold"`
	// Characters separate words; empty for all but letters and digits.
	Characters string `json:"characters"`
	// Source gives each row its pattern and not each pattern its rows.
	Source bool `json:"source"`
}

// Reduce groups texts by pattern: a pattern has the words that are frequent at
// their place, and * for the others.  The method is that of R. Vaarandi, A
// Data Clustering Algorithm for Mining Patterns From Event Logs (2003).  A row
// is the text and, with Source, the columns that pass.
// https://learn.microsoft.com/kusto/query/reduce-operator
func Reduce(rows [][]any, config string) [][]any {
	c := ReduceConfig{Threshold: 0.1}
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return nil
	}
	type place struct {
		i    int
		word string
	}
	texts := make([][]string, 0, len(rows))
	counts := map[place]int{}
	for _, r := range rows {
		s, _ := r[0].(string)
		parts := words(s, c.Characters)
		texts = append(texts, parts)
		for i := 0; i < len(parts); i += 2 {
			counts[place{i, parts[i]}]++
		}
	}
	need := max(c.Threshold*float64(len(rows)), 1)
	patterns := make([]string, len(rows))
	type cluster struct {
		pattern string
		n       int64
		example any
	}
	var all groups[cluster]
	for k, parts := range texts {
		frequent := func(i int) bool { return parts[i] != "" && float64(counts[place{i, parts[i]}]) > need }
		patterns[k] = pattern(parts, frequent, c.Characters != "")
		if patterns[k] == "*" {
			patterns[k] = ""
		}
	}
	sizes := map[string]int{}
	for _, p := range patterns {
		sizes[p]++
	}
	var out [][]any
	for k, r := range rows {
		p, example := patterns[k], r[0]
		if p == "" || float64(sizes[p]) < need {
			p, example = "others", ""
		}
		if c.Source {
			out = append(out, append(slices.Clone(r[1:]), p))
			continue
		}
		all.get(p, func() cluster { return cluster{pattern: p, example: example} }).n++
	}
	if c.Source {
		return out
	}
	slices.SortStableFunc(all.list, func(a, b cluster) int { return int(b.n - a.n) })
	for _, g := range all.list {
		out = append(out, []any{g.pattern, g.n, g.example})
	}
	return out
}

// words cuts a text into words and what separates them, in turns.
func words(s, characters string) []string {
	separates := func(r rune) bool {
		if characters != "" {
			return strings.ContainsRune(characters, r)
		}
		return r < unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	var out []string
	start, between := 0, false
	for i, r := range s {
		if separates(r) != between {
			out = append(out, s[start:i])
			start, between = i, !between
		}
	}
	return append(out, s[start:])
}

// pattern writes the frequent words and * for the others.  Separators that
// the query named are gone beside a *.
func pattern(parts []string, frequent func(int) bool, named bool) string {
	var b strings.Builder
	star := false
	for i, p := range parts {
		word := i%2 == 0
		switch {
		case word && frequent(i):
			b.WriteString(p)
			star = false
		case word && p != "" && !star:
			b.WriteByte('*')
			star = true
		case word:
		case star && (named || i+1 < len(parts) && !frequent(i+1)):
		case named && i+1 < len(parts) && !frequent(i+1):
		default:
			b.WriteString(p)
		}
	}
	return b.String()
}
