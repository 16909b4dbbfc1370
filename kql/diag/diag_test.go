package diag

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"wirehunt/kql/token"
)

func TestNearest(t *testing.T) {
	names := []string{"where", "extend", "project", "project-away", "summarize", "take", "Timestamp", "RemotePort", "RemoteIP", "LocalIP"}
	tests := []struct{ in, want string }{
		{"whre", "where"}, {"Where", "where"}, {"wehre", "where"}, {"summarise", "summarize"}, {"RemotPort", "RemotePort"}, {"remoteport", "RemotePort"},
		{"projct-away", "project-away"}, {"TimeStamp", "Timestamp"}, {"frobnicate", ""}, {"", ""}, {"x", ""}, {"RemoteIp", "RemoteIP"}, {"tkae", "take"},
		{strings.Repeat("where", 100), ""},
	}
	for _, tt := range tests {
		if got := Nearest(tt.in, slices.Values(names)); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, {"größe", "grösse", 2}}
	for _, tt := range tests {
		var rows [2][]int
		if got := distance([]rune(tt.a), []rune(tt.b), &rows); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestList(t *testing.T) {
	var l List
	if l.Err() != nil || l.HasErrors() {
		t.Error("an empty list is an error")
	}
	l.Warn("KQL2", token.At(9), "careful")
	if l.Err() != nil {
		t.Error("a warning is an error")
	}
	l.Add("KQL1", token.At(5), "no %s", "such").Hint = "try"
	l.Add("KQL0", token.At(9), "100% wrong")
	l.Sort()
	if got := l.Error(); got != "KQL1: no such\nKQL0: 100% wrong\nKQL2: careful" {
		t.Errorf("got %q", got)
	}
	var as List
	if !errors.As(l.Err(), &as) || l[0].Hint != "try" || Warning.String() != "warning" || Severity(99).String() != "error" {
		t.Error("list as an error")
	}
}

func TestPrint(t *testing.T) {
	src := "T\n|\twhere\t名前 == x y\n" + strings.Repeat("a b ", 60) + "HERE " + strings.Repeat("c d ", 60) + "\ne\u0301x z\n"
	at := func(s string) token.Span {
		i := strings.Index(src, s)
		return token.Span{Start: i, End: i + len(s)}
	}
	long := at("HERE")
	list := List{
		{Code: "K1", Span: at("where"), Message: "after a tab", Hint: "none"},
		{Code: "K2", Severity: Warning, Span: at("名前"), Message: "wide"},
		{Code: "K3", Span: at("== x"), Message: "behind wide"},
		{Code: "K4", Span: token.At(at(" y").End), Message: "end of line"},
		{Code: "K5", Span: long, Message: "long line"},
		{Code: "K6", Span: at("z"), Message: "behind a combining mark"},
		{Code: "K7", Severity: Info, Span: token.At(len(src)), Message: "end of text"},
		{Code: "K8", Span: token.Span{Start: 0, End: at("y").End}, Message: "two lines"},
	}
	var b strings.Builder
	if err := Print(&b, "q.kql", src, list); err != nil {
		t.Fatal(err)
	}
	blank := func(n int) string { return strings.Repeat(" ", n) }
	cut := "    " + strings.Repeat("a b ", 60)[240-45:] + "HERE " + strings.Repeat("c d ", 60)[:120-45-5] + "...\n" + blank(4+45) + "~~~~\n"
	want := "q.kql:2:3: error K1: after a tab\n    |   where   名前 == x y\n" + blank(8) + "~~~~~\n    hint: none\n" +
		"q.kql:2:9: warning K2: wide\n    |   where   名前 == x y\n" + blank(16) + "~~~~\n" +
		"q.kql:2:12: error K3: behind wide\n    |   where   名前 == x y\n" + blank(21) + "~~~~\n" +
		"q.kql:2:18: error K4: end of line\n    |   where   名前 == x y\n" + blank(27) + "^\n" +
		"q.kql:3:241: error K5: long line\n" + cut +
		"q.kql:4:5: error K6: behind a combining mark\n    e\u0301x z\n" + blank(7) + "~\n" +
		"q.kql:5:1: info K7: end of text\n" +
		"q.kql:1:1: error K8: two lines\n    T\n    ~\n"
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	src := "T\n| wh\u00e9re x"
	got, err := JSON(src, List{{Code: "KQL1008", Span: token.Span{Start: 4, End: 10}, Message: "no <such>", Hint: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"code":"KQL1008","severity":"error","message":"no \u003csuch\u003e","hint":"h","line":2,"column":3,"endLine":2,"endColumn":8,"start":4,"end":10}]`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got, _ := JSON("", nil); string(got) != "[]" {
		t.Errorf("an empty list is %s", got)
	}
}

func FuzzPrint(f *testing.F) {
	f.Add("T | where \t名前", 3, 9)
	f.Add("", 0, 0)
	f.Fuzz(func(t *testing.T, src string, start, end int) {
		var b strings.Builder
		if err := Print(&b, "", src, List{{Span: token.Span{Start: start, End: end}, Message: "m"}}); err != nil || b.Len() == 0 {
			t.Errorf("%v", err)
		}
	})
}
