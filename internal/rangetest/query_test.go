package rangetest

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/defender"
	"wirehunt/internal/ingest"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/internal/store/duckdb"
	"wirehunt/kql/diag"
	"wirehunt/schema"
)

// rangeStore is a database in memory with all of the range, as the command
// line would import it.
var rangeStore = sync.OnceValues(func() (store.Engine, error) {
	ctx := context.Background()
	db, err := duckdb.Open(ctx, duckdb.Options{Logs: all.Logs()})
	if err != nil {
		return nil, err
	}
	files, err := ingest.Files([]string{rangeDir + "/telemetry", rangeDir + "/captures"})
	if err != nil {
		return nil, err
	}
	devices := defender.NewDevices("", defender.DefaultLocalNets)
	for _, f := range files {
		sum, err := ingest.Import(ctx, db, f, ingest.Options{
			Devices: devices, Pipeline: pipeline.Options{Specs: all.Specs()}, Now: time.Now,
		})
		if err != nil {
			return nil, err
		}
		if len(sum.Warnings) > 0 || len(sum.Unparsed) > 0 {
			return nil, fmt.Errorf("%s: %q, not parsed %v", f.Path, sum.Warnings, sum.Unparsed)
		}
	}
	return db, nil
})

// answer is the result of a query, as text.
type answer struct {
	cols []schema.Column
	rows [][]string
}

// ask runs a query on the range; now is the time of the newest event.
func ask(t *testing.T, text string) answer {
	t.Helper()
	engine, err := rangeStore()
	if err != nil {
		t.Fatal(err)
	}
	res, diags, err := query.Compile(t.Context(), engine, text, query.Options{Latest: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(diags) > 0 {
		var b bytes.Buffer
		if err := diag.Print(&b, "query", text, diags); err != nil {
			t.Fatal(err)
		}
		if diags.HasErrors() {
			t.Fatalf("%s", b.Bytes())
		}
		t.Logf("%s", b.Bytes())
	}
	rows, err := engine.Query(t.Context(), res.SQL, res.Columns)
	if err != nil {
		t.Fatalf("%v\n%s", err, res.SQL)
	}
	defer rows.Close()
	a := answer{cols: res.Columns}
	for rows.Next() {
		row := make([]string, len(a.cols))
		for i, v := range rows.Values() {
			row[i] = string(query.AppendText(nil, v, a.cols[i].Type))
		}
		a.rows = append(a.rows, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return a
}

// table returns the named columns of all rows, each row joined with spaces.
func (a answer) table(t *testing.T, names ...string) []string {
	t.Helper()
	var at []int
	for _, name := range names {
		i := slices.IndexFunc(a.cols, func(c schema.Column) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("no column %s in %v", name, a.cols)
		}
		at = append(at, i)
	}
	var out []string
	for _, row := range a.rows {
		var values []string
		for _, i := range at {
			values = append(values, row[i])
		}
		out = append(out, strings.Join(values, " "))
	}
	return out
}

// csv returns the answer in a form that is the same every time: the order of
// rows is checked elsewhere, and sets have none.
func (a answer) csv() []byte {
	rows := make([][]string, len(a.rows))
	for i, row := range a.rows {
		rows[i] = slices.Clone(row)
		for j, c := range a.cols {
			if c.Type == schema.Dynamic {
				rows[i][j] = sortedSet(row[j])
			}
		}
	}
	slices.SortFunc(rows, slices.Compare)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var names []string
	for _, c := range a.cols {
		names = append(names, c.Name)
	}
	w.Write(names)
	w.WriteAll(rows)
	return b.Bytes()
}

// sortedSet sorts the elements of a JSON array; other text stays.
func sortedSet(s string) string {
	var elems []json.RawMessage
	if json.Unmarshal([]byte(s), &elems) != nil {
		return s
	}
	slices.SortFunc(elems, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	b, err := json.Marshal(elems)
	if err != nil {
		return s
	}
	return string(b)
}
