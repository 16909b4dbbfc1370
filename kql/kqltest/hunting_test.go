//go:build !js

package kqltest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"wirehunt/kql"
	"wirehunt/schema"
	"wirehunt/schema/defender"
)

type hunt struct {
	ID      string      `json:"id"`
	Query   string      `json:"query"`
	Columns [][2]string `json:"columns"`
	Open    bool        `json:"open"`
}

// tables is a catalogue of tables.
type tables map[string]*schema.Table

func (t tables) Table(name string) *schema.Table { return t[name] }

func (t tables) Tables() []string {
	var out []string
	for n := range t {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func defenderTables() tables {
	t := tables{}
	for _, d := range defender.All() {
		t[d.Name] = &d
	}
	return t
}

// TestHunting binds and runs published hunting queries, where they are, and
// logs how many are taken and have the right columns.
func TestHunting(t *testing.T) {
	f, err := os.Open("../../../shared/kql/hunting.jsonl")
	if err != nil {
		t.Skip("no hunting queries: ", err)
	}
	defer f.Close()
	c := openDuckDB(t)
	opts := kql.Options{Catalog: defenderTables(), Now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), Explore: func(q string) ([][]any, error) { return rows(c, q) }}
	n := map[string]int{}
	errs := map[string]int{}
	quoted := regexp.MustCompile(`'[^']*'|\d+`)
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	var slowest time.Duration
	for s.Scan() {
		var h hunt
		if err := json.Unmarshal(s.Bytes(), &h); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		res, diags := kql.Compile(h.Query, opts)
		if d := time.Since(start); d > slowest {
			slowest = d
		}
		verdict, why := "right", ""
		switch {
		case diags.HasErrors():
			verdict, why = "error", diags.Err().Error()
			errs[quoted.ReplaceAllString(strings.Split(why, "\n")[0], "_")]++
		default:
			if res.Refused == "" {
				if _, err := rows(c, res.SQL); err != nil {
					verdict, why = "sql", err.Error()+"\n"+res.SQL
					break
				}
			}
			if !h.Open && len(h.Columns) > 0 {
				verdict, why = huntColumns(h, res.Columns)
			}
		}
		n[verdict]++
		if verdict != "right" && testing.Verbose() {
			t.Logf("%s %s: %.900s", verdict, h.ID, why)
		}
	}
	t.Logf("hunting: %v, slowest compile %v", n, slowest)
	for e, k := range errs {
		if testing.Verbose() && k > 1 {
			t.Logf("%4d %s", k, e)
		}
	}
	if n["right"] < minHunting {
		t.Errorf("fewer than %d hunting queries are right", minHunting)
	}
}

// minHunting is how many queries TestHunting wants to be right.
const minHunting = 570

func huntColumns(h hunt, got []schema.Column) (string, string) {
	var want, have []string
	for _, c := range h.Columns {
		want = append(want, c[0])
	}
	for _, c := range got {
		have = append(have, c.Name)
	}
	if fmt.Sprint(want) != fmt.Sprint(have) {
		return "columns", fmt.Sprintf("want %v\n got %v", want, have)
	}
	for i, c := range h.Columns {
		if c[0] != "AdditionalFields" && c[1] != got[i].Type.String() {
			return "types", fmt.Sprintf("%s: want %s got %s", c[0], c[1], got[i].Type)
		}
	}
	return "right", ""
}
