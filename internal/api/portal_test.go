package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wirehunt/internal/api/token"
)

func TestPortalQuery(t *testing.T) {
	st := start(t, func(o *Options) { o.Limits.Rows = 50 })
	var out portalResult
	st.post("/api/v1/query", map[string]any{"query": "DeviceNetworkEvents | where Timestamp > ago(36500d) | project Timestamp, RemotePort, AdditionalFields | render timechart with (title='x')"}).ok(200, &out)
	if len(out.Rows) != 50 || !out.Stats.Truncated || out.Stats.Rows != 50 || out.Schema[1] != (columnInfo{Name: "RemotePort", Type: "int"}) || out.Render.Chart != "timechart" || out.Render.Props["title"] != "x" {
		t.Errorf("%d rows, stats %+v, schema %v, render %+v", len(out.Rows), out.Stats, out.Schema, out.Render)
	}
	count := func(more map[string]any) string {
		t.Helper()
		m := map[string]any{"query": "DeviceNetworkEvents | count"}
		maps.Copy(m, more)
		return st.post("/api/v1/query", m).ok(200, nil).get("rows", 0, 0)
	}
	all := count(nil)
	for name, more := range map[string]map[string]any{
		"last":        {"last": "P30D", "now": "latest"},
		"from":        {"from": "2000-01-01T00:00:00Z"},
		"from and to": {"from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"},
	} {
		if got := count(more); got != all {
			t.Errorf("%s: %s rows of %s", name, got, all)
		}
	}
	for name, more := range map[string]map[string]any{
		"to":             {"to": "2000-01-01T00:00:00Z"},
		"last, elsewhen": {"last": "P1D", "now": "2000-01-01"},
	} {
		if got := count(more); got != "0" {
			t.Errorf("%s: %s rows", name, got)
		}
	}
	r := st.post("/api/v1/query", map[string]any{"query": "print now()", "now": "2020-02-03T04:05:06Z"}).ok(200, nil)
	if got := r.get("rows", 0, 0); got != "2020-02-03T04:05:06.0000000Z" {
		t.Errorf("now: %s", got)
	}
	// The time picker also limits tables inside joins, unions and lets.
	r = st.post("/api/v1/query", map[string]any{"query": "let t = DeviceNetworkEvents; union t, (ZeekConn | join kind=inner ZeekHttp on uid) | count", "to": "2000-01-01T00:00:00Z"}).ok(200, nil)
	if got := r.get("rows", 0, 0); got != "0" {
		t.Errorf("in a union: %s rows", got)
	}
	st = start(t, func(o *Options) { o.Limits.Bytes = 1000 })
	r = st.post("/api/v1/query", map[string]any{"query": "DeviceNetworkEvents"}).ok(200, nil)
	if !strings.HasPrefix(r.get("error", "message"), "Result size limit exceeded.") {
		t.Errorf("too large: %s", r.body)
	}
}

func TestEditor(t *testing.T) {
	st := start(t, nil)
	text := "// 😀\nDeviceNetworkEvents | where RemoteP"
	place := units(text)
	r := st.post("/api/v1/complete", editorText{text, place}).ok(200, nil)
	if r.get("items", 0, "label") != "RemotePort" || r.get("items", 0, "start") != "34" || r.get("items", 0, "end") != "41" {
		t.Errorf("complete: %.400s", r.body)
	}
	if r := st.post("/api/v1/hover", editorText{"DeviceNetworkEvents | where tolower(RemoteUrl) == ''", 30}).ok(200, nil); r.get("found") != "true" || r.get("kind") != "function" || r.get("doc") == "" {
		t.Errorf("hover: %s", r.body)
	}
	if r := st.post("/api/v1/signature", editorText{"print strcat('a', ", 18}).ok(200, nil); r.get("found") != "true" || r.get("active") == "" {
		t.Errorf("signature: %s", r.body)
	}
	r = st.post("/api/v1/check", editorText{Query: "// 😀\n  DeviceNetworkEvents | where Nonsense == 1"}).ok(200, nil)
	if r.get("diagnostics", 0, "line") != "2" || r.get("diagnostics", 0, "column") != "31" || r.get("diagnostics", 0, "start") != "36" || r.get("diagnostics", 0, "severity") != "error" {
		t.Errorf("check: %s", r.body)
	}
	if r := st.post("/api/v1/check", editorText{Query: "DeviceInfo | project DeviceName, n = 1"}).ok(200, nil); r.get("columns", 1, "type") != "long" || r.get("diagnostics") != "[]" {
		t.Errorf("check: %s", r.body)
	}
	if r := st.post("/api/v1/format", editorText{Query: "T|where x==1"}).ok(200, nil); !strings.Contains(r.get("query"), "| where x == 1") {
		t.Errorf("format: %s", r.body)
	}
}

func TestOffsets(t *testing.T) {
	text := "aé😀b"
	for place, want := range []int{0, 1, 3, 7, 7, 8, 8} {
		if got := byteOffset(text, place); got != want {
			t.Errorf("place %d is byte %d, want %d", place, got, want)
		}
	}
	if units(text) != 5 || (places{text}).offset(4) != 2 || (places{text}).offset(-1) != 0 || (places{text}).offset(99) != 5 {
		t.Error("code units")
	}
}

func TestSchema(t *testing.T) {
	st := start(t, nil)
	var out schemaReply
	st.send("GET", "/api/v1/schema", "").ok(200, &out)
	i := slices.IndexFunc(out.Tables, func(t tableInfo) bool { return t.Name == "DeviceNetworkEvents" })
	if i < 0 || out.Newest == "" {
		t.Fatalf("no DeviceNetworkEvents, newest %q", out.Newest)
	}
	table := out.Tables[i]
	action := func(name string) actionInfo {
		for _, a := range table.Actions {
			if a.Name == name {
				return a
			}
		}
		t.Errorf("no action type %s", name)
		return actionInfo{}
	}
	if a := action("HttpConnectionInspected"); !a.HasRows || !slices.ContainsFunc(a.Members, func(c columnInfo) bool { return c.Name == "user_agent" && c.Doc != "" }) {
		t.Errorf("http: %+v", a)
	}
	if a := action("FtpConnectionInspected"); a.HasRows || len(a.Members) == 0 {
		t.Errorf("ftp, of which there is none: %+v", a)
	}
	if !table.HasRows || table.Columns[0].Doc == "" {
		t.Errorf("table: rows %t, %+v", table.HasRows, table.Columns[0])
	}
	if i := slices.IndexFunc(out.Functions, func(f functionInfo) bool { return f.Name == "strcat" }); i < 0 || out.Functions[i].Doc == "" || len(out.Functions[i].Signatures) == 0 {
		t.Errorf("function strcat: %d", i)
	}
	if r := st.send("GET", "/api/v1/hunts", "").ok(200, nil); r.get("hunts", 0, "query") == "" {
		t.Errorf("hunts: %s", r.body)
	}
}

func TestSavedQueries(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, func(o *Options) { withTokens(t, tokens)(o); o.Store = emptyDB(t) })
	as := func(r token.Role) []string { return []string{"Authorization", "Bearer " + tokens[r]} }
	mine := st.post("/api/v1/queries", map[string]any{"name": " mine ", "folder": "/a/b/", "query": "print 1"}, as(token.Reader)...).ok(201, nil)
	if mine.get("name") != "mine" || mine.get("folder") != "a/b" || mine.get("owner") != "reader" {
		t.Errorf("saved %s", mine.body)
	}
	shared := st.post("/api/v1/queries", map[string]any{"name": "ours", "query": "print 2", "shared": true}, as(token.Hunter)...).ok(201, nil)
	st.post("/api/v1/queries", map[string]any{"name": "ours", "query": "print 2", "shared": true}, as(token.Reader)...).ok(403, nil)
	st.post("/api/v1/queries", map[string]any{"name": " ", "query": "print 2"}, as(token.Reader)...).ok(400, nil)
	list := func(r token.Role) (out []string) {
		var reply savedReply
		st.send("GET", "/api/v1/queries", "", as(r)...).ok(200, &reply)
		for _, q := range reply.Queries {
			out = append(out, q.Name)
		}
		return out
	}
	if got := list(token.Reader); !slices.Equal(got, []string{"ours", "mine"}) {
		t.Errorf("the reader sees %q", got)
	}
	if got := list(token.Admin); !slices.Equal(got, []string{"ours"}) {
		t.Errorf("the admin sees %q", got)
	}
	change := `{"name":"theirs","query":"print 3","shared":true}`
	st.send("PUT", "/api/v1/queries/"+mine.get("id"), change, as(token.Admin)...).ok(404, nil)
	st.send("PUT", "/api/v1/queries/"+shared.get("id"), `{"name":"x","query":"y"}`, as(token.Reader)...).ok(403, nil)
	r := st.send("PUT", "/api/v1/queries/"+shared.get("id"), change, as(token.Admin)...).ok(200, nil)
	if r.get("owner") != "hunter" || r.get("name") != "theirs" || r.get("created") != shared.get("created") {
		t.Errorf("changed %s", r.body)
	}
	st.send("DELETE", "/api/v1/queries/"+shared.get("id"), "", as(token.Reader)...).ok(403, nil)
	st.send("DELETE", "/api/v1/queries/"+shared.get("id"), "", as(token.Hunter)...).ok(204, nil)
	st.send("DELETE", "/api/v1/queries/"+shared.get("id"), "", as(token.Hunter)...).ok(404, nil)
}

func TestHistory(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	st := start(t, func(o *Options) {
		o.Store = emptyDB(t)
		o.Clock = func() time.Time { return at }
		o.Limits.PerMinute = 0
	})
	for i := range maxHistory + 2 {
		st.post("/api/v1/query", map[string]any{"query": "print " + string(rune('A'+i%26)) + " = " + string(rune('0'+i/26))}).ok(200, nil)
	}
	st.post("/api/v1/query", map[string]any{"query": "print nonsense"}).ok(400, nil)
	st.post("/api/v1/query", map[string]any{"query": "print 'quiet'", "quiet": true}).ok(200, nil)
	var out historyReply
	st.send("GET", "/api/v1/history", "").ok(200, &out)
	if len(out.History) != maxHistory || out.History[0].State != "failed" || out.History[1].State != "ok" || out.History[1].Rows != 1 {
		t.Errorf("%d entries: %+v", len(out.History), out.History[:2])
	}
	at = at.Add(historyAge + time.Second)
	st.send("GET", "/api/v1/history", "").ok(200, &out)
	if len(out.History) != 0 {
		t.Errorf("after 28 days: %d entries", len(out.History))
	}
	at = at.Add(-time.Hour)
	st.send("DELETE", "/api/v1/history", "").ok(204, nil)
	if r := st.send("GET", "/api/v1/history", "").ok(200, nil); r.get("history") != "[]" {
		t.Errorf("after deletion: %s", r.body)
	}
}

func TestPanels(t *testing.T) {
	st := start(t, nil)
	panel := func(out panelsReply, name string) panel {
		for _, p := range out.Panels {
			if p.Name == name {
				return p
			}
		}
		t.Fatalf("no panel %s", name)
		return panel{}
	}
	var out panelsReply
	st.send("GET", "/api/v1/overview", "").ok(200, &out)
	for _, name := range []string{"actions", "totals", "talkers", "ports", "agents", "names"} {
		if p := panel(out, name); len(p.Rows) == 0 || p.Query == "" || len(p.Columns) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if out.From == nil || out.To == nil || out.To.Before(*out.From) {
		t.Errorf("from %v to %v", out.From, out.To)
	}
	var devices panelsReply
	st.send("GET", "/api/v1/devices", "").ok(200, &devices)
	var row []any
	if p := panel(devices, "devices"); len(p.Rows) == 0 || json.Unmarshal(p.Rows[0], &row) != nil {
		t.Fatalf("devices: %+v", p)
	}
	st.send("GET", "/api/v1/devices/"+row[0].(string), "").ok(200, &out)
	for _, name := range []string{"identity", "actions", "totals", "peers"} {
		if p := panel(out, name); len(p.Rows) == 0 {
			t.Errorf("%s of a device: %+v", name, p)
		}
	}
	// A device that does not exist, whose id is no way out of the query.
	st.send("GET", "/api/v1/devices/%22%20or%201==1%20%7C%20take%201%5C", "").ok(200, &out)
	if p := panel(out, "peers"); len(p.Rows) != 0 {
		t.Errorf("a device of another name: %+v", p)
	}
	empty := start(t, func(o *Options) { o.Store = emptyDB(t) })
	out = panelsReply{}
	empty.send("GET", "/api/v1/overview", "").ok(200, &out)
	if out.From != nil || len(panel(out, "totals").Rows) != 0 {
		t.Errorf("of an empty store: %+v", out)
	}
}

func TestOpenAPI(t *testing.T) {
	st := start(t, nil)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Summary   string
			Responses map[string]any
		}
	}
	st.send("GET", "/api/v1/openapi.json", "").ok(200, &doc)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, rt := range st.s.routes() {
		if op, ok := doc.Paths[rt.path][strings.ToLower(rt.method)]; !ok || op.Summary == "" || op.Responses["200"] == nil {
			t.Errorf("%s %s is not described", rt.method, rt.path)
		}
		if rt.in != nil && rt.dialect == nil {
			t.Errorf("%s has no dialect", rt.path)
		}
		// Each route answers, if only with an error of its own API.
		r := st.send(rt.method, strings.ReplaceAll(rt.path, "{id}", "none"), "")
		if r.status == 0 || r.status == http.StatusMethodNotAllowed || r.status >= 500 {
			t.Errorf("%s %s gives %d: %s", rt.method, rt.path, r.status, r.body)
		}
	}
}

func TestOperations(t *testing.T) {
	st := start(t, nil)
	st.post("/api/v1/query", map[string]any{"query": "print 1"}).ok(200, nil)
	body := st.send("GET", "/metrics", "").ok(200, nil).body
	for _, want := range []string{`wirehunt_queries_total{api="portal",state="ok"} 1`, `wirehunt_http_requests_total{route="/api/v1/query",status="2xx"} 1`, "wirehunt_queries_running 0"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if got := st.send("GET", "/readyz", "").ok(200, nil).body; got != "ok\n" {
		t.Errorf("readyz %q", got)
	}
}

func TestWeb(t *testing.T) {
	st := start(t, func(o *Options) {
		o.Web = fstest.MapFS{
			"index.html":     {Data: []byte("<!doctype html>portal")},
			"assets/a-1.js":  {Data: []byte("1")},
			"favicon.svg":    {Data: []byte("<svg/>")},
			"assets/b-2.css": {Data: []byte("b{}")},
		}
	})
	for path, want := range map[string][3]string{
		"/":                 {"200", "<!doctype html>portal", "no-cache"},
		"/hunting?query=x":  {"200", "<!doctype html>portal", "no-cache"},
		"/devices/1.2.3.4":  {"200", "<!doctype html>portal", "no-cache"},
		"/assets/a-1.js":    {"200", "1", "public, max-age=31536000, immutable"},
		"/favicon.svg":      {"200", "<svg/>", "no-store"},
		"/assets/gone-1.js": {"404", "{", "no-store"},
	} {
		r := st.send("GET", path, "")
		if got := http.StatusText(r.status); got != map[string]string{"200": "OK", "404": "Not Found"}[want[0]] || !strings.HasPrefix(r.body, want[1]) || r.header.Get("Cache-Control") != want[2] {
			t.Errorf("%s: %d %q %s", path, r.status, r.body, r.header.Get("Cache-Control"))
		}
	}
	if csp := st.send("GET", "/", "").header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") {
		t.Errorf("policy %s", csp)
	}
}
