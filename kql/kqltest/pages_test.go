//go:build !js

package kqltest_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wirehunt/internal/x/golden"
	"wirehunt/kql"
	"wirehunt/kql/funcs"
	"wirehunt/kql/kqltest"
)

// The pages of docs/reference on the language are written from its
// declarations.

const generated = "<!-- Written by the tests from the program's declarations (go test ./kql/kqltest -update). -->\n\n"

func page(t *testing.T, name string, b *bytes.Buffer) {
	t.Helper()
	golden.Check(t, "../../docs/reference/"+name+".md", b.Bytes())
}

func TestFunctionsPage(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Functions\n\n" + generated + "What each computes is described by Microsoft's documentation of the Kusto Query Language; `wirehunt functions NAME` prints an entry of this page.\n")
	for _, kind := range []string{"scalar", "window", "aggregate"} {
		fmt.Fprintf(&b, "\n## %s functions\n", strings.ToUpper(kind[:1])+kind[1:])
		for _, f := range kql.Functions() {
			if f.Kind != kind {
				continue
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n```\n", f.Name, strings.TrimSpace(f.Doc+" "+f.Note))
			for _, s := range f.Signatures {
				b.WriteString(f.Name + s + "\n")
			}
			for _, e := range f.Examples {
				fmt.Fprintf(&b, "\nprint %s\n// %s\n", e.KQL, e.Want)
			}
			b.WriteString("```\n")
		}
	}
	page(t, "functions", &b)
}

// TestOperatorsPage runs the example of every operator and plugin.
func TestOperatorsPage(t *testing.T) {
	e := newEngine(t)
	var b bytes.Buffer
	b.WriteString("# Tabular operators\n\n" + generated + "Each example shows its result. `Net` and `Names` are small tables of the tests.\n")
	write := func(list []operator) {
		for _, o := range list {
			if o.query == "" {
				continue
			}
			c := kqltest.Case{Sections: []kqltest.Section{{Name: "query.kql", Text: o.query}, {Name: "result.csv"}}}
			got := eval(c, e)
			result, _ := got.Get("result.csv")
			if strings.HasPrefix(result, "ERROR") {
				t.Errorf("%s: %s", o.name, result)
			}
			fmt.Fprintf(&b, "\n## %s\n\n`%s` %s\n\n```kusto\n%s\n```\n\n```\n%s```\n", o.name, o.name, o.doc, o.query, result)
		}
	}
	write(operators)
	b.WriteString("\n# Plugins\n\nThey are called with `evaluate`.\n")
	write(plugins)
	page(t, "operators", &b)
}

// eval is kqltest.Eval; a query that is refused at run time has no result.
func eval(c kqltest.Case, e engine) kqltest.Case {
	src, _ := c.Get("query.kql")
	if res, _ := kql.Compile(src, kql.Options{Catalog: kqltest.Catalog(), Now: kqltest.Now()}); res != nil && res.Refused != "" {
		c.Sections[1].Text = res.Refused + "\n"
		return c
	}
	return kqltest.Eval(c, e)
}

// TestDiagnosticsPage lists the codes with their comments in the source.
func TestDiagnosticsPage(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Diagnostics\n\n" + generated + "Codes are stable. The first digit tells the stage: 1 syntax, 2 names and types, 3 what is not supported.\n\n| code | |\n|---|---|\n")
	seen := map[string]bool{}
	for _, file := range []string{"../diag/codes.go", "../types/codes.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.ValueSpec)
			if !ok || len(s.Values) != 1 {
				return true
			}
			code, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			if err != nil || seen[code] {
				t.Errorf("%s: code %s is not a text of its own", file, code)
			}
			seen[code] = true
			_, doc, _ := strings.Cut(strings.Join(strings.Fields(s.Doc.Text()), " "), " ")
			fmt.Fprintf(&b, "| %s | %s |\n", code, strings.TrimPrefix(doc, "is "))
			return true
		})
	}
	page(t, "diagnostics", &b)
}

// names reads a list of testdata/lists: the names that Microsoft's language
// service knows.
func names(t *testing.T, list string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/lists/" + list + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Fields(string(b)), func(n string) bool { return strings.HasPrefix(n, "__") })
}

// TestCoveragePage sets what is here against what Kusto has.
func TestCoveragePage(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Coverage of the Kusto Query Language\n\n" + generated +
		"The names are those of Microsoft's language service and documentation, without internal ones. What is not here is refused with an error that names it.\n\n| | of | here | |\n|---|---:|---:|---:|\n")
	c := funcs.All()
	// These take or give tables, and are part of the language itself.
	special := []string{"table", "materialize", "toscalar", "now", "ago", "column_ifexists", "pack_all", "database", "cluster", "iscolumnexists"}
	var rest strings.Builder
	section := func(title string, list []string, least float64, has func(string) bool) {
		var missing []string
		for _, n := range list {
			if !has(n) {
				missing = append(missing, "`"+n+"`")
			}
		}
		done := len(list) - len(missing)
		share := 100 * float64(done) / float64(len(list))
		fmt.Fprintf(&b, "| %s | %d | %d | %.0f %% |\n", title, len(list), done, share)
		if share < least {
			t.Errorf("%s: %.1f %% are here, want %.0f %%; missing: %s", title, share, least, strings.Join(missing, " "))
		}
		if len(missing) > 0 {
			fmt.Fprintf(&rest, "\n## %s that are not here\n\n%s\n", title, strings.Join(missing, ", "))
		}
	}
	listed := func(list []operator) (all []string, has func(string) bool) {
		for _, o := range list {
			all = append(all, o.name)
		}
		return all, func(n string) bool {
			return slices.ContainsFunc(list, func(o operator) bool { return o.name == n && o.query != "" })
		}
	}
	all, has := listed(operators)
	section("Tabular operators", all, 95, has)
	section("Functions", names(t, "functions"), 90, func(n string) bool { return c.Scalar(n) != nil || slices.Contains(special, n) })
	section("Aggregates", names(t, "aggregates"), 95, func(n string) bool { return c.Aggregate(n) != nil })
	_, has = listed(plugins)
	section("Plugins", names(t, "plugins"), 55, has)
	b.WriteString(rest.String())
	page(t, "coverage", &b)
}
