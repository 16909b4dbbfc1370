// Package kqltest holds the conformance cases of the query compiler and runs
// them on an engine.
//
// A case is a txtar file in testdata with these sections, of which all but the
// first may be missing and are not checked then:
//
//	-- query.kql --   the query; it sees the tables of Catalog
//	-- diag --        the diagnostics: line:column code message, one a line
//	-- duckdb.sql --  the SQL for DuckDB
//	-- result.csv --  the result: a line of name:type, then the rows; where there
//	                  are several tables, a line with # and its name before each
package kqltest

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"wirehunt/kql"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

//go:embed testdata/*.txtar
var files embed.FS

// Now is the time of now() in the cases.
func Now() time.Time { return time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC) }

// Engine runs SQL on a database that Setup has filled.  Values are nil, bool,
// int32, int64, float64 or string.
type Engine interface {
	Query(sql string) ([][]any, error)
}

// T is what Run needs of a *testing.T.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Section is one part of a case.
type Section struct{ Name, Text string }

// Case is one case.
type Case struct {
	Name     string
	Sections []Section
}

// Get returns the text of a section.
func (c *Case) Get(name string) (string, bool) {
	for _, s := range c.Sections {
		if s.Name == name {
			return s.Text, true
		}
	}
	return "", false
}

// String writes the case as its file holds it.
func (c *Case) String() string {
	var b strings.Builder
	for _, s := range c.Sections {
		b.WriteString("-- " + s.Name + " --\n" + s.Text)
	}
	return b.String()
}

// Cases returns all cases by name.
func Cases() []Case {
	names, err := fs.Glob(files, "testdata/*.txtar")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	var out []Case
	for _, n := range names {
		text, err := files.ReadFile(n)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		out = append(out, Case{Name: strings.TrimSuffix(strings.TrimPrefix(n, "testdata/"), ".txtar"), Sections: sections(string(text))})
	}
	return out
}

func sections(text string) []Section {
	var out []Section
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- "); ok && strings.HasSuffix(name, " --") {
			out = append(out, Section{Name: strings.TrimSuffix(name, " --")})
			continue
		}
		if len(out) > 0 {
			out[len(out)-1].Text += line
		}
	}
	return out
}

// Run checks all cases on an engine.
func Run(t T, e Engine) {
	t.Helper()
	for _, c := range Cases() {
		got := Eval(c, e)
		for i, s := range c.Sections {
			if got.Sections[i].Text != s.Text {
				t.Errorf("%s: %s differs\n got:\n%s\nwant:\n%s", c.Name, s.Name, got.Sections[i].Text, s.Text)
			}
		}
	}
}

// Eval computes the sections of a case anew; those that cannot be computed
// hold the error.
func Eval(c Case, e Engine) Case {
	src, _ := c.Get("query.kql")
	opts := kql.Options{Catalog: Catalog(), Now: Now(), Explore: e.Query}
	res, diags := kql.Compile(src, opts)
	out := Case{Name: c.Name, Sections: slices.Clone(c.Sections)}
	for i, s := range out.Sections {
		switch s.Name {
		case "diag":
			out.Sections[i].Text = diagText(src, diags)
		case "duckdb.sql":
			if res != nil {
				out.Sections[i].Text = res.SQL + "\n"
			}
		case "result.csv":
			if res == nil {
				out.Sections[i].Text = "ERROR " + diagText(src, diags)
				continue
			}
			out.Sections[i].Text = results(res, e)
		}
	}
	return out
}

// results runs a query; several tables have a line with # and the name before
// each.
func results(res *kql.Result, e Engine) string {
	tables := res.Tables
	if tables == nil {
		tables = []kql.Table{{SQL: res.SQL, Columns: res.Columns}}
	}
	text := ""
	for _, t := range tables {
		if res.Tables != nil {
			text += strings.TrimRight("# "+t.Name, " ") + "\n"
		}
		rows, err := e.Query(t.SQL)
		if err != nil {
			return "ERROR " + err.Error() + "\n" + t.SQL + "\n"
		}
		text += resultText(t.Columns, rows)
	}
	return text
}

func diagText(src string, l diag.List) string {
	lines := token.NewLines(src)
	var b strings.Builder
	for _, d := range l {
		p := lines.Position(d.Span.Start)
		fmt.Fprintf(&b, "%d:%d %s %s", p.Line, p.Column, d.Code, d.Message)
		if d.Hint != "" {
			b.WriteString(" (" + d.Hint + ")")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func resultText(cols []schema.Column, rows [][]any) string {
	var b strings.Builder
	for i, c := range cols {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c.Name + ":" + c.Type.String())
	}
	b.WriteByte('\n')
	for _, r := range rows {
		for i, v := range r {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(CellText(v, cols[i].Type))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// CellText writes a value of a result as the cases show it: null as nothing,
// the empty string as "".
func CellText(v any, t schema.Type) string {
	switch x := v.(type) {
	case nil:
		if t == schema.String {
			return "NULL" // never: strings are not null
		}
		return ""
	case bool:
		return strconv.FormatBool(x)
	case int32:
		return strconv.Itoa(int(x))
	case int64:
		switch t {
		case schema.DateTime:
			return types.FormatDatetime(x)
		case schema.TimeSpan:
			return types.FormatTimespan(x)
		}
		return strconv.FormatInt(x, 10)
	case float64:
		return types.FormatReal(x)
	case string:
		if x == "" || strings.ContainsAny(x, ",\"\n") {
			return strconv.Quote(x)
		}
		return x
	}
	return fmt.Sprint(v)
}
