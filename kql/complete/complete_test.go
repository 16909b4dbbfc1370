package complete

import (
	"slices"
	"strings"
	"testing"

	"wirehunt/kql/token"
)

type catalog struct{}

func (catalog) Tables() []Table {
	return []Table{
		{Name: "Conns", Doc: "connections", Columns: []Column{{Name: "Timestamp", Type: "datetime", Doc: "when"}, {Name: "Host", Type: "string"}, {Name: "Port", Type: "int"}, {Name: "odd name", Type: "string"}}},
		{Name: "Hosts", Columns: []Column{{Name: "Host", Type: "string"}, {Name: "Owner", Type: "string"}}},
	}
}

func (catalog) Functions() []Function {
	return []Function{
		{Name: "strlen", Params: []string{"text"}, Result: "long", Doc: "length"},
		{Name: "substring", Params: []string{"text", "start", "[length]"}, Result: "string"},
		{Name: "dcount", Kind: Aggregate, Params: []string{"x"}, Result: "long"},
		{Name: "bag_unpack", Kind: Plugin, Params: []string{"bag"}},
	}
}

// cursor splits a text at its ‸.
func cursor(t *testing.T, s string) (src string, offset int) {
	t.Helper()
	before, after, ok := strings.Cut(s, "‸")
	if !ok {
		t.Fatalf("%q has no cursor", s)
	}
	return before + after, len(before)
}

func TestComplete(t *testing.T) {
	tests := []struct {
		name, src string
		// has and hasNot are labels, separated by spaces.
		has, hasNot string
	}{
		{"start", "‸", "Conns Hosts let union print", "where Host"},
		{"start of a word", "Con‸", "Conns", "Hosts let"},
		{"second statement", "let x = Conns;\n‸", "x Conns let", ""},
		{"let value", "let x = ‸", "Conns", "Port"},
		{"operator", "Conns | ‸", "where project-away mv-expand summarize", "Conns Host"},
		{"operator, partly", "Conns | whe‸", "where", "project"},
		{"operator with hyphen", "Conns | project-a‸", "project-away", "where project-keep"},
		{"operator on a new line", "Conns\n| where Port == 1\n| ‸", "where take", "Host"},
		{"columns", "Conns | where ‸", "Timestamp Host Port strlen", "dcount bag_unpack Owner where"},
		{"columns, partly", "Conns | where Po‸", "Port", "Host"},
		{"any case", "Conns | where host‸", "Host", "Port"},
		{"part of a name", "Conns | where stamp‸", "Timestamp", "Port"},
		{"after operand", "Conns | where Host ‸", "has contains == and", "Port strlen"},
		{"after operator word", "Conns | where Host has ‸", "Port strlen", "contains"},
		{"after and", "Conns | where Host == \"x\" and ‸", "Port", "has"},
		{"extend adds", "Conns | extend Long = strlen(Host) | where ‸", "Long Port", "Owner"},
		{"project replaces", "Conns | project Host, P = Port | where ‸", "Host P", "Timestamp"},
		{"project-away", "Conns | project-away Po*, Host | where ‸", "Timestamp", "Port Host"},
		{"project-keep", "Conns | project-keep *o* | where ‸", "Host Port", "Timestamp"},
		{"project-rename", "Conns | project-rename H = Host | where ‸", "H Port", "Host"},
		{"summarize aggregates", "Conns | summarize ‸", "dcount Host", "bag_unpack"},
		{"summarize by", "Conns | summarize count() ‸", "by", "Host"},
		{"summarize names", "Conns | summarize dcount(Host), n = count() by bin(Timestamp, 1h), Port | where ‸", "dcount_Host n Timestamp Port", "Host"},
		{"count", "Conns | count | where ‸", "Count", "Host"},
		{"distinct", "Conns | distinct Host | where ‸", "Host", "Port"},
		{"join table", "Conns | join ‸", "Conns Hosts", "where"},
		{"join kind", "Conns | join kind=‸", "inner leftanti", "Hosts"},
		{"join table after kind", "Conns | join kind=inner ‸", "Hosts", "Port"},
		{"join table in parens", "Conns | join kind=inner (‸", "Hosts", "Port"},
		{"join sub-query", "Conns | join kind=inner (Hosts | where ‸", "Owner Host", "Port"},
		{"join sub-query operator", "Conns | join (Hosts | ‸", "where", "Owner"},
		{"join on", "Conns | join (Hosts | take 1) on ‸", "$left $right Owner Port", ""},
		{"join left", "Conns | join Hosts on $left.‸", "Port Host", "Owner strlen"},
		{"join right", "Conns | join Hosts on $left.Host == $right.‸", "Owner Host", "Port strlen"},
		{"join result", "Conns | join Hosts on Host | where ‸", "Owner Port", ""},
		{"join semi", "Conns | join kind=leftsemi Hosts on Host | where ‸", "Port", "Owner"},
		{"lookup", "Conns | lookup Hosts on Host | project ‸", "Owner Port", ""},
		{"union", "union Conns, ‸", "Hosts Conns", "Port"},
		{"union result", "Conns | union Hosts | where ‸", "Owner Port", ""},
		{"call argument", "Conns | extend a = strlen(‸", "Host strlen", "where"},
		{"let in scope", "let Limit = 5;\nConns | where Port > ‸", "Limit Port", ""},
		{"let table", "let T = Conns | project Host;\nT | where ‸", "Host", "Port"},
		{"let function", "let F = (n:int) { Hosts | take n };\nF(5) | where ‸", "Owner", "Port n2"},
		{"function parameter", "let F = (Param:int) { Hosts | where ‸", "Param Owner", "Port"},
		{"materialize", "let T = materialize(Hosts);\nT | where ‸", "Owner", "Port"},
		{"materialize argument", "let T = materialize(‸", "Hosts", ""},
		{"recursive lets", "let A = B; let B = A; A | where ‸", "strlen", "Port"},
		{"datatable", "datatable(a:string, b:long)[] | where ‸", "a b", "Port"},
		{"parse", "Conns | parse Host with a \"-\" b:long | where ‸", "a b Port", ""},
		{"mv-expand", "Conns | mv-expand x = Host to typeof(string) | where ‸", "x Port", ""},
		{"mv-apply body", "Conns | mv-apply x = Host on (where ‸", "x Port", "Owner"},
		{"type", "datatable(a:‸", "string datetime", "Port"},
		{"typeof", "Conns | mv-expand x = Host to typeof(‸", "string long", "Port"},
		{"chart", "Conns | render ‸", "timechart piechart", "Port"},
		{"plugin", "Conns | evaluate ‸", "bag_unpack", "strlen"},
		{"sort", "Conns | sort by Port ‸", "asc desc", "Host"},
		{"members are unknown", "Conns | where Host.‸", "", "Port where"},
		{"getschema", "Conns | getschema | where ‸", "ColumnName", "Port"},
		{"print", "print ‸", "strlen", "Port"},
		{"in a string", "Conns | where Host == \"x‸\"", "", "Host where has"},
		{"in an open string", "Conns | where Host == \"x‸", "", "Host where has"},
		{"in a comment", "Conns // no‸\n| where Port == 1", "", "Host where"},
		{"before the end", "Conns | where Po‸ | take 5", "Port", "Host"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, offset := cursor(t, tt.src)
			var labels []string
			for _, it := range Complete(src, offset, catalog{}) {
				labels = append(labels, it.Label)
			}
			for _, want := range strings.Fields(tt.has) {
				if !slices.Contains(labels, want) {
					t.Errorf("no %q in %q", want, labels)
				}
			}
			for _, no := range strings.Fields(tt.hasNot) {
				if slices.Contains(labels, no) {
					t.Errorf("%q in %q", no, labels)
				}
			}
		})
	}
}

func TestItem(t *testing.T) {
	src, offset := cursor(t, "Conns | where od‸d")
	items := Complete(src, offset, catalog{})
	want := Item{Label: "odd name", Kind: KindColumn, Detail: "string", Insert: "['odd name']", Replace: token.Span{Start: 14, End: 17}}
	if len(items) == 0 || items[0] != want {
		t.Errorf("got %+v", items)
	}
	src, offset = cursor(t, "Conns | project-aw‸")
	if items = Complete(src, offset, catalog{}); len(items) != 1 || items[0].Replace != (token.Span{Start: 8, End: 18}) {
		t.Errorf("got %+v", items)
	}
	src, offset = cursor(t, "print strl‸")
	if items = Complete(src, offset, catalog{}); len(items) != 1 || items[0].Insert != "strlen(" || items[0].Detail != "strlen(text): long" {
		t.Errorf("got %+v", items)
	}
}

func TestHover(t *testing.T) {
	tests := []struct{ src, title, doc string }{
		{"Con‸ns | take 5", "Conns", "connections"},
		{"Conns | where Time‸stamp > ago(1d)", "Timestamp: datetime", "when"},
		{"Conns | extend a = str‸len(Host)", "strlen(text): long", "length"},
		{"Conns | extend Long = 1 | where Lo‸ng == 1", "Long", ""},
		{"Conns | where nothing‸", "", ""},
		{"‸ Conns", "", ""},
	}
	for _, tt := range tests {
		src, offset := cursor(t, tt.src)
		info, ok := Hover(src, offset, catalog{})
		if info.Title != tt.title || info.Doc != tt.doc || ok != (tt.title != "") {
			t.Errorf("%q: %+v, %v", tt.src, info, ok)
		}
	}
}

func TestSignatureHelp(t *testing.T) {
	tests := []struct {
		src, label string
		active     int
	}{
		{"Conns | extend a = substring(‸", "substring(text, start, [length]): string", 0},
		{"Conns | extend a = substring(Host, ‸", "substring(text, start, [length]): string", 1},
		{"Conns | extend a = substring(strlen(a, b), (1), ‸", "substring(text, start, [length]): string", 2},
		{"Conns | extend a = substring(Host, strlen(‸)", "strlen(text): long", 0},
		{"Conns | extend a = substring(Host, 1)‸", "", 0},
		{"Conns | where unknown(‸", "", 0},
		{"‸", "", 0},
	}
	for _, tt := range tests {
		src, offset := cursor(t, tt.src)
		got, ok := SignatureHelp(src, offset, catalog{})
		if got.Label != tt.label || got.Active != tt.active || ok != (tt.label != "") {
			t.Errorf("%q: %+v, %v", tt.src, got, ok)
		}
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{{"*", "x", true}, {"a*", "ab", true}, {"a*", "b", false}, {"*b", "ab", true}, {"*b", "ba", false}, {"a*c*e", "abcde", true}, {"a*e*c", "abcde", false}, {"ab", "ab", true}, {"ab", "abc", false}, {"a*a", "a", false}}
	for _, tt := range tests {
		if got := matches(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%q on %q is %v", tt.pattern, tt.name, got)
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, s := range []string{"Conns | where Po", "let x = (a:long) { Conns | join kind=inner (Hosts | where ", "union Conns, ", "Conns | mv-apply x on (", "datatable(a:", "Conns | project-", "a | where 'x"} {
		f.Add(s, len(s))
	}
	f.Fuzz(func(t *testing.T, src string, offset int) {
		for _, it := range Complete(src, offset, catalog{}) {
			if it.Replace.Start < 0 || it.Replace.End > len(src) || it.Replace.End < it.Replace.Start || it.Insert == "" {
				t.Fatalf("%+v", it)
			}
		}
		Hover(src, offset, catalog{})
		SignatureHelp(src, offset, catalog{})
	})
}
