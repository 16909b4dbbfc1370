//go:build !js

package kqltest

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"wirehunt/kql"
	"wirehunt/kql/funcs"
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// goFunc is one of kql_bool, kql_long, kql_real and kql_text.
type goFunc struct{ result duckdb.Type }

func (f goFunc) Config() duckdb.ScalarFuncConfig {
	text, _ := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	anyType, _ := duckdb.NewTypeInfo(duckdb.TYPE_ANY)
	res, _ := duckdb.NewTypeInfo(f.result)
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, text}, VariadicTypeInfo: anyType, ResultTypeInfo: res, SpecialNullHandling: true}
}

func (f goFunc) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(v []driver.Value) (any, error) {
		args := make([]any, len(v)-2)
		for i, a := range v[2:] {
			args[i] = a
		}
		return funcs.Invoke(v[0].(string), v[1].(string), args), nil
	}}
}

// openDuckDB opens an empty database with the functions registered.
func openDuckDB(t testing.TB) *sql.Conn {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for name, typ := range map[string]duckdb.Type{"kql_bool": duckdb.TYPE_BOOLEAN, "kql_long": duckdb.TYPE_BIGINT, "kql_real": duckdb.TYPE_DOUBLE, "kql_text": duckdb.TYPE_VARCHAR} {
		if err := duckdb.RegisterScalarUDF(c, name, goFunc{typ}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// rows runs SQL and returns all rows.
func rows(c *sql.Conn, query string) ([][]any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := c.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cols, err := r.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for r.Next() {
		row, at := make([]any, len(cols)), make([]any, len(cols))
		for i := range row {
			at[i] = &row[i]
		}
		if err := r.Scan(at...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, r.Err()
}

// cell is a value as the scorer compares it.
func cell(v any, t schema.Type, set bool) any {
	switch x := v.(type) {
	case nil:
		if t == schema.String {
			return ""
		}
		return nil
	case int32:
		v = int64(x)
	case duckdb.Decimal:
		return x.Float64()
	}
	switch t {
	case schema.DateTime:
		if n, ok := v.(int64); ok {
			return types.FormatDatetime(n)
		}
	case schema.TimeSpan:
		if n, ok := v.(int64); ok {
			return types.FormatTimespan(n)
		}
	case schema.Dynamic:
		if s, ok := v.(string); ok {
			d, ok := dyn.Parse(s)
			if !ok {
				return "NOT JSON: " + s
			}
			return deep(plain(d), set)
		}
	case schema.Long, schema.Int, schema.Real:
		switch x := v.(type) {
		case int64:
			return float64(x)
		}
	}
	return v
}

func plain(v any) any {
	switch x := v.(type) {
	case *dyn.Bag:
		m := map[string]any{}
		for k, e := range x.Values {
			m[k] = plain(e)
		}
		return m
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = plain(x[i])
		}
		return out
	}
	return v
}

var dateRE = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$`)

// expected is a value of the recorded answers in the same form as cell.
func expected(v any, t string, set bool) any {
	switch t {
	case "String":
		if v == nil {
			return ""
		}
	case "DateTime":
		if s, ok := v.(string); ok {
			return normalDate(s)
		}
	case "SByte":
		switch x := v.(type) {
		case float64:
			return x != 0
		}
	case "Object":
		if s, ok := v.(string); ok {
			d, ok := dyn.Parse(s)
			if ok {
				return deep(plain(d), set)
			}
			return s
		}
		return deep(v, set)
	case "SqlDecimal":
		if s, ok := v.(string); ok {
			var f float64
			fmt.Sscan(s, &f)
			return f
		}
	case "TimeSpan":
		if s, ok := v.(string); ok && strings.Contains(s, ".") {
			return strings.TrimRight(s, "0")
		}
	case "Double":
		if s, ok := v.(string); ok {
			return s
		}
	}
	return v
}

func normalDate(s string) string {
	m := dateRE.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	return m[1] + "T" + m[2] + "." + (m[3] + "0000000")[:7] + "Z"
}

func deep(v any, set bool) any {
	switch x := v.(type) {
	case int64:
		return float64(x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = deep(x[i], set)
		}
		if set {
			sort.Slice(out, func(i, j int) bool { return fmt.Sprint(out[i]) < fmt.Sprint(out[j]) })
		}
		return out
	case map[string]any:
		for k := range x {
			x[k] = deep(x[k], set)
		}
	case string:
		return normalDate(x)
	}
	return v
}

func same(a, b any) bool {
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		if !ok {
			s, _ := b.(string)
			return s == types.FormatReal(x)
		}
		return x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !same(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k := range x {
			if !same(x[k], y[k]) {
				return false
			}
		}
		return true
	case string:
		s, ok := b.(string)
		if f, isNum := b.(float64); isNum {
			return x == types.FormatReal(f)
		}
		return ok && (x == s || strings.TrimRight(x, "0") == strings.TrimRight(s, "0") && strings.Contains(s, ":"))
	}
	return a == b
}

type answer struct {
	ID               string   `json:"id"`
	Query            string   `json:"query"`
	Columns          []string `json:"columns"`
	ColumnTypes      []string `json:"column_types"`
	Rows             [][]any  `json:"rows"`
	Nondeterministic bool     `json:"nondeterministic"`
}

func score(c *sql.Conn, a answer, opts kql.Options) (string, string) {
	res, diags := kql.Compile(a.Query, opts)
	if diags.HasErrors() {
		return "error", diags.Err().Error()
	}
	got, err := rows(c, res.SQL)
	if err != nil {
		return "sql", err.Error() + "\n" + res.SQL
	}
	var names, kinds []string
	for _, col := range res.Columns {
		names = append(names, col.Name)
		kinds = append(kinds, col.Type.NetName())
	}
	if fmt.Sprint(names) != fmt.Sprint(a.Columns) {
		return "columns", fmt.Sprintf("want %v got %v", a.Columns, names)
	}
	if fmt.Sprint(kinds) != fmt.Sprint(a.ColumnTypes) {
		return "types", fmt.Sprintf("want %v got %v", a.ColumnTypes, kinds)
	}
	q := strings.ToLower(a.Query)
	set := strings.Contains(q, "make_set") || strings.Contains(q, "makeset") || strings.Contains(q, "bag_keys") || strings.Contains(q, "set_")
	want := make([][]any, len(a.Rows))
	for i, r := range a.Rows {
		for k, v := range r {
			want[i] = append(want[i], expected(v, a.ColumnTypes[k], set))
		}
	}
	for _, r := range got {
		for k := range r {
			r[k] = cell(r[k], res.Columns[k].Type, set)
		}
	}
	if len(want) != len(got) {
		return "rows", fmt.Sprintf("want %d rows, got %d", len(want), len(got))
	}
	if !regexp.MustCompile(`\b(sort|order)\s+by\b|\btop\b`).MatchString(q) {
		key := func(rs [][]any) func(i, j int) bool {
			return func(i, j int) bool { return fmt.Sprint(rs[i]...) < fmt.Sprint(rs[j]...) }
		}
		sort.SliceStable(want, key(want))
		sort.SliceStable(got, key(got))
	}
	for i := range want {
		for k := range want[i] {
			if !same(want[i][k], got[i][k]) {
				return "values", fmt.Sprintf("row %d column %s: want %v got %v", i, names[k], want[i][k], got[i][k])
			}
		}
	}
	return "right", ""
}

// TestAnswers runs recorded answers of the real engine, where they are, and
// logs the score.
func TestAnswers(t *testing.T) {
	path := os.Getenv("WIREHUNT_ANSWERS")
	if path == "" {
		path = filepath.Join("../../../shared", "kql", "answers.jsonl")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Skip("no recorded answers: ", err)
	}
	defer f.Close()
	c := openDuckDB(t)
	opts := kql.Options{Now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), Explore: func(q string) ([][]any, error) { return rows(c, q) }}
	n := map[string]int{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	total := 0
	for s.Scan() {
		var a answer
		if err := json.Unmarshal(s.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if a.Nondeterministic {
			continue
		}
		total++
		verdict, why := score(c, a, opts)
		n[verdict]++
		if verdict != "right" && testing.Verbose() {
			t.Logf("%s %s: %.300s", verdict, a.ID, why)
		}
	}
	t.Logf("answers: %d of %d right %v", n["right"], total, n)
	if n["right"]*100 < total*minRight {
		t.Errorf("fewer than %d%% of the answers are right", minRight)
	}
}

// minRight is what TestAnswers demands, in per cent.
const minRight = 58
