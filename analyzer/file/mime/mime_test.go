package mime

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/internal/x/golden"
)

// recorder writes down what a Parser finds.
type recorder struct {
	strings.Builder
	body []byte
	size int64
}

func (r *recorder) flush() {
	if len(r.body) > 0 {
		fmt.Fprintf(r, "body %q\n", r.body)
		r.body = r.body[:0]
	}
}

func (r *recorder) BeginEntity(depth int) { r.flush(); fmt.Fprintf(r, "begin %d\n", depth) }
func (r *recorder) Header(depth int, name, value []byte) {
	fmt.Fprintf(r, "header %d %q %q\n", depth, name, value)
}
func (r *recorder) HeadersDone(depth int) int64 {
	fmt.Fprintf(r, "content %d\n", depth)
	return r.size
}
func (r *recorder) Body(b []byte)       { r.body = append(r.body, b...) }
func (r *recorder) EndEntity(depth int) { r.flush(); fmt.Fprintf(r, "end %d\n", depth) }
func (r *recorder) Exceeded(l Limit) {
	name, addl := l.Weird()
	fmt.Fprintf(r, "%s %s\n", name, addl)
}

func parse(text string) string {
	r := &recorder{size: -1}
	var p Parser
	p.Reset(r)
	for line := range strings.Lines(text) {
		p.Line([]byte(strings.TrimRight(line, "\r\n")), strings.HasSuffix(line, "\n"))
	}
	p.Close()
	return r.String()
}

var messages = []struct{ name, text string }{
	{"plain", "Subject: hi\n there\nX: y\n\nline one\nline two\n"},
	{"base64", "Content-Transfer-Encoding: base64\n\naGVs\nbG8=\nd29y bGQ\n"},
	{"quoted", "Content-Transfer-Encoding: Quoted-Printable\n\na=3Db =\nsoft  \nbad =zz\n"},
	{"multipart", "Content-Type: multipart/mixed; boundary=\"b b\"\n\npreamble\n--b b\nA: 1\n\none\ntwo\n--b b\nContent-Type: multipart/alternative; boundary=in\n\n--in\n\nx\n--in--\nepilogue\n--b b--\nafter\n"},
	{"message", "Content-Type: message/rfc822\n\nSubject: inner\n\nbody\n"},
	{"unclosed", "Content-Type: multipart/mixed; boundary=b\n\n--b\nA: 1\n"},
	{"no boundary", "Content-Type: multipart/mixed\n\n--b\n"},
	{"only headers", "A: 1\nB: 2"},
}

func TestParser(t *testing.T) {
	for _, m := range messages {
		t.Run(m.name, func(t *testing.T) {
			golden.Check(t, filepath.Join("testdata", strings.ReplaceAll(m.name, " ", "_")+".golden"), []byte(parse(m.text)))
		})
	}
}

func TestLimits(t *testing.T) {
	count := func(text, what string) int { return strings.Count(parse(text), what) }
	fold := func(n int) string { return "A: 1\n" + strings.Repeat(" x\n", n) + "B: 2\n\nbody\n" }
	if n := count(fold(MaxHeader/2-2), "exceeded"); n != 0 {
		t.Errorf("a header of the greatest length: %d", n)
	}
	if out := parse(fold(MaxHeader)); strings.Count(out, "exceeded_mime_max_header_bytes 65536\n") != 1 || !strings.Contains(out, "header 0 \"B\"") {
		t.Errorf("a longer one: %d bytes, ends with %q", len(out), out[len(out)-80:])
	}
	nest := func(n int) string { return strings.Repeat("Content-Type: message/rfc822\n\n", n) + "\nbody\n" }
	if n := count(nest(maxDepth-1), "exceeded"); n != 0 {
		t.Errorf("the greatest depth: %d", n)
	}
	if n := count(nest(maxDepth+5), "exceeded_mime_max_depth 100\n"); n != 1 {
		t.Errorf("deeper: %d", n)
	}
}

func TestRaw(t *testing.T) {
	r := &recorder{size: 4}
	var p Parser
	p.ResetBody(r, Multipart, []byte("b"))
	p.Line([]byte("--b"), true)
	p.Line(nil, true)
	if p.Plain() != 4 {
		t.Fatalf("plain %d", p.Plain())
	}
	p.Raw([]byte("--b\n"))
	p.Line(nil, true)
	p.Line([]byte("--b--"), true)
	if want := "begin 1\ncontent 1\nbody \"--b\\n\"\nend 1\nend 0\n"; r.String() != want || !p.Ended() {
		t.Errorf("got %s", r.String())
	}
}

func TestHeader(t *testing.T) {
	for _, c := range [][3]string{
		{"Host: a b ", "Host", "a b "}, {"X (c) :v", "X", "v"}, {"(a(b)c) N:\t v", "N", "v"}, {"none", "", ""}, {": v", "", ""}, {"A B: c", "", ""},
	} {
		name, value, _ := Field([]byte(c[0]))
		if string(name) != c[1] || string(value) != c[2] {
			t.Errorf("Field(%q) = %q, %q", c[0], name, value)
		}
	}
	for _, c := range [][3]string{
		{"chunked", "chunked", ""}, {" \"5\"; x", "5", "\"; x"}, {"-1", "-1", ""}, {"(c) gzip, x", "gzip", ", x"}, {"", "", ""}, {";;", "", ""},
	} {
		tok, rest := Token([]byte(c[0]))
		if string(tok) != c[1] || string(rest) != c[2] {
			t.Errorf("Token(%q) = %q, %q", c[0], tok, rest)
		}
	}
	for _, c := range [][2]string{
		{`attachment; filename="a b.txt"`, "a b.txt"}, {"attachment; filename=a.txt", "a.txt"}, {"attachment; filename*=UTF-8''x.txt", "x.txt"},
		{`image/png; name="logo.png"`, "logo.png"}, {"inline", ""}, {"attachment; FileName = x", "x"}, {`form-data; name="f"; filename=""`, ""},
	} {
		if got := string(Filename([]byte(c[0]))); got != c[1] {
			t.Errorf("Filename(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func FuzzParser(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := &recorder{size: -1}
		var p Parser
		for range 2 { // the second run reuses the memory of the first
			p.Reset(r)
			for line := range bytes.Lines(b) {
				p.Line(bytes.TrimRight(line, "\r\n"), true)
			}
			p.Close()
		}
		if half := r.Len() / 2; r.String()[:half] != r.String()[half:] {
			t.Errorf("not the same twice:\n%s", r.String())
		}
	})
}
