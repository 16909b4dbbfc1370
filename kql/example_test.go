package kql_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"wirehunt/kql"
	"wirehunt/kql/diag"
	"wirehunt/schema"
)

// oneTable is a catalogue of one table.
type oneTable struct{ t schema.Table }

func (c oneTable) Table(name string) *schema.Table {
	if name != c.t.Name {
		return nil
	}
	return &c.t
}

func (c oneTable) Tables() []string { return []string{c.t.Name} }

func events() oneTable {
	return oneTable{schema.Table{
		Name:    "Events",
		Columns: []schema.Column{{Name: "Timestamp", Type: schema.DateTime}, {Name: "RemotePort", Type: schema.Int}},
		Parts: []schema.Part{{Relation: "events", Values: map[string]schema.Value{
			"Timestamp": {Column: "ts", NotNull: true}, "RemotePort": schema.Col("port")}}},
	}}
}

func ExampleCompile() {
	res, diags := kql.Compile(`Events | where RemotePort == 22 | summarize Logins = count()`, kql.Options{Catalog: events(), Now: time.Now()})
	if diags.HasErrors() {
		fmt.Println(diags.Err())
		return
	}
	fmt.Println(res.SQL)
	fmt.Println(res.Columns[0].Name, res.Columns[0].Type)
	// Output:
	// SELECT "Logins"
	// FROM (
	//   SELECT count(*) AS "Logins"
	//   FROM "events" AS "t"
	//   WHERE ("t"."port" = 22)
	// )
	// Logins long
}

func ExampleCheck() {
	query := "Events\n| where RemotPort == 22"
	_, diags := kql.Check(query, kql.Options{Catalog: events()})
	diag.Print(os.Stdout, "hunt.kql", query, diags)
	// Output:
	// hunt.kql:2:9: error KQL2001: 'where' operator: Failed to resolve column or scalar expression named 'RemotPort'
	//     | where RemotPort == 22
	//             ~~~~~~~~~
	//     hint: Did you mean 'RemotePort'?
}

func ExampleFormat() {
	text, _ := kql.Format("Events|where RemotePort==22|take 10")
	fmt.Print(text)
	// Output:
	// Events
	// | where RemotePort == 22
	// | take 10
}

func ExampleFunctionsNamed() {
	for _, f := range kql.FunctionsNamed("strlen") {
		fmt.Println(f.Name+f.Signatures[0], f.Kind)
	}
	// Output:
	// strlen(string: StringOrDynamic) -> long scalar
}

// TestParams gives values to declared query parameters.
func TestParams(t *testing.T) {
	query := "declare query_parameters (port: int = 22, since: datetime); Events | where RemotePort == port and Timestamp > since"
	if _, diags := kql.Compile(query, kql.Options{Catalog: events()}); !diags.HasErrors() {
		t.Error("a parameter without a value is taken")
	}
	res, diags := kql.Compile(query, kql.Options{Catalog: events(), Params: map[string]string{"since": "2024-01-01", "port": "443"}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if !strings.Contains(res.SQL, "443") || !strings.Contains(res.SQL, "638396640000000000") {
		t.Errorf("the values are not in %s", res.SQL)
	}
}

// TestLibrary compiles calls of the portal's functions where the tables that
// they read are missing: an error at the call.
func TestLibrary(t *testing.T) {
	_, diags := kql.Check(`Events | invoke SeenBy("x")`, kql.Options{Catalog: events()})
	if !diags.HasErrors() {
		t.Fatal("a function without its tables is taken")
	}
	for _, d := range diags {
		if d.Span.Start < 9 || d.Span.End > 27 {
			t.Errorf("%s stands at %v, not at the call", d.Error(), d.Span)
		}
	}
}

// TestHostile wants an answer soon for queries that are long or deep.
func TestHostile(t *testing.T) {
	for name, q := range map[string]string{
		"parentheses": "print " + strings.Repeat("(", 10_000) + "1" + strings.Repeat(")", 10_000),
		"brackets":    "print dynamic(" + strings.Repeat("[", 10_000),
		"pipes":       "Events" + strings.Repeat(" | where RemotePort > 1", 20_000),
		"pipe":        "Events" + strings.Repeat(" | where RemotePort > 1", 1_900),
		"extends":     "Events | extend a = 'x'" + strings.Repeat(" | extend a = strcat(a, a)", 60),
		"sum":         "print 1" + strings.Repeat(" + 1", 100_000),
		"or":          "Events | where RemotePort == 1" + strings.Repeat(" or RemotePort == 2", 20_000),
		"lets":        "let a0 = 1;" + doubling(40) + "print a40",
		"tables":      "let t0 = () { Events };" + doublingTables(40) + "t40()",
		"bytes":       strings.Repeat("\xff\x00'\"`", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			kql.Compile(q, kql.Options{Catalog: events()})
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("it takes %v", d)
			}
		})
	}
}

func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "let a%d = strcat(a%d, a%d);", i+1, i, i)
	}
	return b.String()
}

func doublingTables(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "let t%d = () { union t%d(), t%d() };", i+1, i, i)
	}
	return b.String()
}

func BenchmarkCompile(b *testing.B) {
	query := `let hosts = Events | where Timestamp > ago(1d) | summarize by RemotePort;
Events | where RemotePort in (hosts) and RemotePort between (20 .. 30) | summarize Rows = count(), Last = max(Timestamp) by bin(Timestamp, 1h), RemotePort | top 10 by Rows`
	for b.Loop() {
		if _, diags := kql.Compile(query, kql.Options{Catalog: events(), Now: time.Now()}); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}
