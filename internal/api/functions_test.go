package api

import (
	"strings"
	"testing"

	"wirehunt/internal/api/token"
)

func TestFunctions(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, func(o *Options) { withTokens(t, tokens)(o); o.Store = emptyDB(t) })
	hunter := []string{"Authorization", "Bearer " + tokens[token.Hunter]}
	reader := []string{"Authorization", "Bearer " + tokens[token.Reader]}
	text := "// Twice the number.\nlet Twice = (n: long = 4) { print x = n * 2 };"
	if r := st.post("/api/v1/functions", map[string]string{"text": text, "folder": "maths"}, reader...); r.status != 403 {
		t.Errorf("a reader saved a function: %d", r.status)
	}
	r := st.post("/api/v1/functions", map[string]string{"text": text, "folder": "maths"}, hunter...).ok(201, nil)
	if r.get("functions", 0, "signature") != "Twice(n: long = 4)" || r.get("functions", 0, "doc") != "Twice the number." || r.get("functions", 0, "folder") != "maths" {
		t.Errorf("saved: %s", r.body)
	}
	st.post("/api/v1/functions", map[string]string{"name": "Three", "text": "print x = 3"}, hunter...).ok(201, nil)
	if got := st.post("/api/v1/query", map[string]string{"query": "union Twice(21), Three() | summarize s = sum(x)"}, reader...).ok(200, nil).get("rows", 0, 0); got != "45" {
		t.Errorf("called: %s", got)
	}
	if r := st.send("GET", "/api/v1/functions", "", reader...).ok(200, nil); r.get("functions", 1, "name") != "Twice" {
		t.Errorf("list: %s", r.body)
	}
	for _, bad := range []map[string]string{
		{"text": "let F = () { F() };"}, {"text": "let count = () { print 1 };"}, {"text": "print 1"}, {"text": "let F = (x:nonsense) { print 1 };"}, {"text": ""},
	} {
		if r := st.post("/api/v1/functions", bad, hunter...); r.status != 400 || r.get("error", "message") == "" {
			t.Errorf("%v: %d %s", bad, r.status, r.body)
		}
	}
	st.send("DELETE", "/api/v1/functions/Three", "", hunter...).ok(204, nil)
	st.send("DELETE", "/api/v1/functions/Three", "", hunter...).ok(404, nil)
}

func TestKustoFunctions(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, func(o *Options) { withTokens(t, tokens)(o); o.Store = emptyDB(t) })
	run := func(role token.Role, text string) reply {
		return st.post("/v1/rest/mgmt", csl(text, nil), "Authorization", "Bearer "+tokens[role])
	}
	create := `.create-or-alter function with (docstring = "Twice (it).", folder = "maths") Twice(n: long, s: string = "}(") { print x = n * 2, s }`
	if r := run(token.Reader, create); r.status != 403 {
		t.Errorf("a reader made a function: %d", r.status)
	}
	want := `[Twice (n: long, s: string = "}(") { print x = n * 2, s } maths Twice (it).]`
	for _, text := range []string{create, ".show functions", ".show function Twice", ".show database wirehunt functions", strings.Replace(create, "create-or-alter", "alter", 1),
		strings.Replace(create, "create-or-alter function", "create function ifnotexists", 1)} {
		if got := run(token.Hunter, text).ok(200, nil).get("Tables", 0, "Rows", 0); got != want {
			t.Errorf("%.40s: %s, want %s", text, got, want)
		}
	}
	if got := st.post("/v2/rest/query", csl("Twice(4)", nil), "Authorization", "Bearer "+tokens[token.Reader]).ok(200, nil).get(2, "Rows", 0, 0); got != "8" {
		t.Errorf("called: %s", got)
	}
	for text, message := range map[string]string{
		strings.Replace(create, "create-or-alter", "create", 1): "already exists",
		".alter function Other() { print 1 }":                   "was not found",
		".show function Other":                                  "was not found",
		".drop function Other":                                  "was not found",
		".create-or-alter function F() { Nonsense }":            "Nonsense",
		".create-or-alter function F( { print 1 }":              "",
	} {
		if r := run(token.Hunter, text); r.status != 400 || !strings.Contains(r.get("error", "@message"), message) {
			t.Errorf("%s: %d %s", text, r.status, r.body)
		}
	}
	run(token.Hunter, ".drop function Other ifexists").ok(200, nil)
	if r := run(token.Reader, ".drop function Twice"); r.status != 403 {
		t.Errorf("a reader dropped a function: %d", r.status)
	}
	if r := run(token.Hunter, ".drop function Twice").ok(200, nil); r.get("Tables", 0, "Rows") != "[]" {
		t.Errorf("dropped: %s", r.body)
	}
}
