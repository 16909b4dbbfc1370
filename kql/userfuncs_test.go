package kql_test

import (
	"strings"
	"testing"

	"wirehunt/kql"
)

// TestParseFunctions reads functions in all forms that they come in.
func TestParseFunctions(t *testing.T) {
	for name, c := range map[string]struct{ given, src, want, doc, folder string }{
		"let":          {"", "// Twice.\nlet Twice = (n: long) { n * 2 };", "Twice(n: long)", "Twice.", ""},
		"no semicolon": {"", "let Twice = (n: long = 3, T: (*)) { T | take n }", "Twice(n: long = 3, T: (*))", "", ""},
		"command":      {"", ".create-or-alter function with (folder='Net', docstring = \"With ) in it\", skipvalidation=true) ['a b'](x: string) { print x }", "a b(x: string)", "With ) in it", "Net"},
		"plain":        {"", ".create function ifnotexists One() { print 1 }", "One()", "", ""},
		"query":        {"My Rows", "// First.\n// Second.\nlet n = 3;\nEvents | take n;\n", "My Rows()", "First. Second.", ""},
	} {
		list, diags := kql.ParseFunctions(c.given, c.src)
		if diags.HasErrors() || len(list) != 1 {
			t.Errorf("%s: %d functions, %v", name, len(list), diags)
			continue
		}
		f := list[0]
		if f.Signature() != c.want || f.Doc != c.doc || f.Folder != c.folder {
			t.Errorf("%s: %s, %q in %q; want %s, %q in %q", name, f.Signature(), f.Doc, f.Folder, c.want, c.doc, c.folder)
		}
		if again, diags := kql.ParseFunctions("", f.Text); diags.HasErrors() || len(again) != 1 || again[0].Signature() != c.want {
			t.Errorf("%s: its text is not read again: %s: %v", name, f.Text, diags)
		}
	}
	for name, src := range map[string]string{
		"empty": "", "scalar": "let x = 1;", "query without a name": "Events", "other command": ".drop table T", "syntax": "let F = (n: long) { n * };", "cut": ".create function F(",
	} {
		if list, diags := kql.ParseFunctions("", src); !diags.HasErrors() {
			t.Errorf("%s: %d functions and no error", name, len(list))
		}
	}
}

// TestUserFunctions calls saved functions, with tables and in each other.
func TestUserFunctions(t *testing.T) {
	list, diags := kql.ParseFunctions("", `
let Twice = (n: long) { n * 2 };
let Ports = (T: (RemotePort: int), least: long = Twice(10)) { T | where RemotePort >= least | summarize Rows = count() by RemotePort };
let Wrong = () { Events | where Missing == 1 };`)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	opts := kql.Options{Catalog: events(), Functions: list}
	for _, q := range []string{"Ports(Events)", "Events | invoke Ports(5)", "print Twice(4)", "let f = () { Twice(1) }; print f()", "union Ports((Events | take 1)), Ports(Events, 7)"} {
		if _, diags := kql.Compile(q, opts); diags.HasErrors() {
			t.Errorf("%s: %v", q, diags)
		}
	}
	_, diags = kql.Check("Events | union (Wrong)", opts)
	if len(diags) != 1 || !strings.Contains(diags[0].Message, "In the function 'Wrong'") || diags[0].Span.Start != 16 {
		t.Errorf("a mistake in a function gives %v", diags)
	}
	for i, want := range []string{"", "", "Missing"} {
		got := ""
		if diags := kql.CheckFunction(list[i], opts); diags.HasErrors() {
			got = diags.Err().Error()
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", list[i].Name, got)
		}
	}
	circle, _ := kql.ParseFunctions("", "let A = () { B() }; let B = () { C | take 1 }; let C = () { A() };")
	opts.Functions = circle
	if diags := kql.CheckFunction(circle[0], opts); !diags.HasErrors() {
		t.Error("a circle is taken")
	}
	if _, diags := kql.Check("A()", opts); !diags.HasErrors() {
		t.Error("a circle is called")
	}
}

// FuzzParseFunctions reads any text: functions or errors, and no panic.
func FuzzParseFunctions(f *testing.F) {
	f.Add("", "let A = (n: long) { n };")
	f.Add("N", "print 1")
	f.Add("", ".create-or-alter function with (docstring='x') A(x: string = 'y', T: (*)) { T }")
	f.Add("", ".create function ['a' ](")
	f.Fuzz(func(t *testing.T, name, src string) {
		list, diags := kql.ParseFunctions(name, src)
		if len(list) == 0 && !diags.HasErrors() {
			t.Fatal("nothing and no error")
		}
		for i := range list {
			list[i].Signature()
			kql.CheckFunction(list[i], kql.Options{Functions: list})
		}
	})
}
