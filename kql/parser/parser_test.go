package parser

import (
	"fmt"
	goast "go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// TestDepth gives the parser nesting that would end the stack of a careless
// one.  It must answer fast, with one error.
func TestDepth(t *testing.T) {
	const n = 10000
	tests := []struct{ name, src string }{
		{"parens", "print " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n)},
		{"open parens", "print " + strings.Repeat("(", n)},
		{"signs", "print " + strings.Repeat("- ", n) + "1"},
		{"calls", "print " + strings.Repeat("f(", n)},
		{"subqueries", strings.Repeat("(T | join ", n)},
		{"dynamic", "print dynamic(" + strings.Repeat("[", n)},
		{"objects", "print dynamic(" + strings.Repeat(`{"a":`, n)},
		{"functions", strings.Repeat("let f = () { ", n)},
		{"forks", "T" + strings.Repeat("| fork (where x ", n)},
		{"elements", "print a" + strings.Repeat("[a", n)},
		{"macro", strings.Repeat("macro-expand a as b (", n)},
		{"ors", "print a" + strings.Repeat(" or a", 30*n)},
		{"sums", "print a" + strings.Repeat(" + a", 30*n)},
		{"members", "print a" + strings.Repeat(".a", 30*n)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, diags := Parse(tt.src)
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("took %v", d)
			}
			if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == diag.CodeTooDeep }) {
				t.Errorf("no %s in %v", diag.CodeTooDeep, diags)
			}
		})
	}
}

// TestWide gives the parser a megabyte in the shapes that queries have.
func TestWide(t *testing.T) {
	tests := []struct{ name, head, part, tail string }{
		{"list", "T | where a in (1", ", 2", ")"},
		{"pipes", "T", " | where a == 1", ""},
		{"statements", "T", "; let x = 1", ""},
		{"datatable", "datatable(a:string)['x'", ",'some value'", "]"},
		{"comments", "T", "\n// comment", ""},
		{"lines", "T", "\n\n", "| count"},
		{"joined strings", "print 'a'", " 'b'", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := tt.head + strings.Repeat(tt.part, 1<<20/len(tt.part)) + tt.tail
			start := time.Now()
			_, diags := Parse(src)
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("took %v", d)
			}
			if len(diags) > 0 {
				t.Error(diags[:1])
			}
		})
	}
}

// TestManyErrors bounds the list of diagnostics.
func TestManyErrors(t *testing.T) {
	for _, part := range []string{"| whre a ", "; print \"\\q\" ", "| where ) ", "§ ", "; 'abc\n"} {
		_, diags := Parse("T " + strings.Repeat(part, 10000))
		if len(diags) == 0 || len(diags) > maxErrors+1 {
			t.Errorf("%q: %d diagnostics", part, len(diags))
		}
	}
}

// TestOperatorNames holds the list of operators against the parsers.
func TestOperatorNames(t *testing.T) {
	for _, name := range Operators() {
		if operatorParser(name) == nil {
			t.Errorf("%s has no parser", name)
		}
		if isGraphOperator(name) {
			t.Errorf("%s is listed as not supported", name)
		}
	}
	aliases := map[string]string{"filter": "where", "limit": "take", "order": "sort", "mvexpand": "mv-expand", "mvapply": "mv-apply"}
	for _, name := range Operators() {
		q, _ := Parse("T | " + name + " x")
		op := q.Statements[0].(*ast.ExprStmt).X.(*ast.Pipe).Ops[0]
		want := name
		if a := aliases[name]; a != "" {
			want = a
		}
		if op.OpName() != want {
			t.Errorf("%s gives the operator %s", name, op.OpName())
		}
	}
}

// TestNotUTF8 reports bytes that are no text once a run.
func TestNotUTF8(t *testing.T) {
	_, diags := Parse("print \xff\xfe, 1")
	if len(diags) != 1 || diags[0].Code != diag.CodeBadCharacter || diags[0].Hint == "" {
		t.Errorf("got %v", diags)
	}
}

// TestEveryNode fails when no golden query has some node of the tree: a new
// node needs a query that uses it.
func TestEveryNode(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"literals", "expressions", "statements", "sources", "operators", "graphs", "errors"} {
		for _, s := range readSections(t, "testdata/"+name+".txtar") {
			if !strings.HasSuffix(s.name, ".kql") {
				continue
			}
			q, _ := Parse(s.text)
			ast.Walk(q, func(n ast.Node) bool {
				seen[strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast.")] = true
				return true
			})
		}
	}
	files, err := filepath.Glob("../ast/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no source of the tree", err)
	}
	for _, file := range files {
		f, err := goparser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		goast.Inspect(f, func(n goast.Node) bool {
			spec, ok := n.(*goast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*goast.StructType); ok && len(s.Fields.List) > 0 && len(s.Fields.List[0].Names) == 0 && !seen[spec.Name.Name] {
				t.Errorf("no golden query has a %s", spec.Name.Name)
			}
			return true
		})
	}
}

func TestParseExpr(t *testing.T) {
	x, diags := ParseExpr("a + f(1)")
	if got := ast.Dump(x); len(diags) > 0 || got != "(Binary + a (Call f Args=[long:1]))" {
		t.Errorf("got %s, %v", got, diags)
	}
	if _, diags = ParseExpr("a b"); len(diags) != 1 || diags[0].Code != diag.CodeUnexpected {
		t.Errorf("got %v", diags)
	}
}

// TestSpans checks that the span of a node covers its text.
func TestSpans(t *testing.T) {
	src := "let f = (x:long) { x + 1 };\nT | where a == \"x\" // c\n| extend b = f(2) , c.d[0] | take 5"
	q, _ := Parse(src)
	var got []string
	ast.Walk(q, func(n ast.Node) bool {
		if _, ok := n.(*ast.Query); !ok {
			got = append(got, n.Span().Text(src))
		}
		return true
	})
	want := []string{
		"let f = (x:long) { x + 1 }", "f", "(x:long) { x + 1 }", "x:long", "x", "long", "{ x + 1 }", "x + 1", "x", "1",
		"T | where a == \"x\" // c\n| extend b = f(2) , c.d[0] | take 5", "T | where a == \"x\" // c\n| extend b = f(2) , c.d[0] | take 5",
		"T", "where a == \"x\"", "a == \"x\"", "a", "\"x\"", "extend b = f(2) , c.d[0]", "b = f(2)", "b", "f(2)", "f", "2",
		"c.d[0]", "c.d", "c", "d", "0", "take 5", "5", "// c",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func seeds(f *testing.F) {
	for _, name := range []string{"literals", "expressions", "statements", "sources", "operators", "graphs", "errors"} {
		for _, s := range readSections(f, "testdata/"+name+".txtar") {
			if strings.HasSuffix(s.name, ".kql") {
				f.Add(strings.TrimSuffix(s.text, "\n"))
			}
		}
	}
}

// FuzzScan checks that tokens are in order, inside the text and do not overlap.
func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		toks, comments, _ := Scan(src)
		end := 0
		for i, k := range toks {
			if k.Span.Start < end || k.Span.End > len(src) || k.Span.Empty() != (k.Kind == token.EOF) {
				t.Fatalf("token %d %v is out of order", i, k)
			}
			end = k.Span.End
		}
		if toks[len(toks)-1].Kind != token.EOF {
			t.Fatal("no EOF")
		}
		for _, c := range comments {
			if c.Pos.Start < 0 || c.Pos.End > len(src) || c.Pos.Empty() {
				t.Fatalf("comment %v is outside", c)
			}
		}
	})
}

// FuzzParse checks that any text gives a tree whose nodes lie inside the text,
// children inside their parents.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		q, diags := Parse(src)
		for _, d := range diags {
			if d.Span.Start < 0 || d.Span.End > len(src) || d.Span.End < d.Span.Start {
				t.Fatalf("diagnostic outside the text: %+v", d)
			}
		}
		if len(diags) > maxErrors+maxScanErrors+1 {
			t.Fatalf("%d diagnostics", len(diags))
		}
		var check func(n ast.Node)
		check = func(n ast.Node) {
			s := n.Span()
			if s.Start < 0 || s.End > len(src) || s.End < s.Start {
				t.Fatalf("%T outside the text: %v", n, s)
			}
			ast.Children(n, func(c ast.Node) {
				if k := c.Span(); !diags.HasErrors() && (k.Start < s.Start || k.End > s.End) {
					t.Fatalf("%T %v outside its parent %T %v", c, k, n, s)
				}
				check(c)
			})
		}
		check(q)
		ast.Dump(q)
	})
}

func BenchmarkParseLongest(b *testing.B) {
	longest := ""
	for _, c := range corpus(b, "hunting.jsonl") {
		if len(c.Query) > len(longest) {
			longest = c.Query
		}
	}
	b.SetBytes(int64(len(longest)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(longest)
	}
}

func BenchmarkParseOperators(b *testing.B) {
	var src strings.Builder
	for _, s := range readSections(b, "testdata/operators.txtar") {
		if strings.HasSuffix(s.name, ".kql") {
			src.WriteString(strings.TrimSuffix(s.text, "\n") + ";\n")
		}
	}
	b.SetBytes(int64(src.Len()))
	b.ReportAllocs()
	for b.Loop() {
		Parse(src.String())
	}
}
