package api

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wirehunt/internal/api/token"
)

func TestTokens(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, func(o *Options) {
		withTokens(t, tokens)(o)
		old, err := o.Tokens.Create("old", token.Admin, time.Now(), time.Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		tokens["old"] = old
	})
	query := map[string]string{"Query": "print 1"}
	for _, c := range []struct {
		name, auth, path string
		status           int
		code             string
	}{
		{"no token", "", "/api/advancedqueries/run", 401, "Unauthorized"},
		{"wrong token", "Bearer wh_000000000000_00", "/api/advancedqueries/run", 401, "Unauthorized"},
		{"another scheme", "Basic " + tokens[token.Reader], "/api/advancedqueries/run", 401, "Unauthorized"},
		{"expired token", "Bearer " + tokens["old"], "/api/advancedqueries/run", 401, "Unauthorized"},
		{"expired token at Graph", "Bearer " + tokens["old"], "/v1.0/security/runHuntingQuery", 401, "Unauthorized"},
		{"a sensor may not query", "Bearer " + tokens[token.Sensor], "/api/advancedqueries/run", 403, "Forbidden"},
		{"a reader may", "Bearer " + tokens[token.Reader], "/api/advancedqueries/run", 200, ""},
		{"a hunter may", "Bearer " + tokens[token.Hunter], "/v1.0/security/runHuntingQuery", 200, ""},
		{"an admin may", "Bearer " + tokens[token.Admin], "/api/advancedhunting/run", 200, ""},
		{"a reader may not import", "Bearer " + tokens[token.Reader], "/api/v1/imports?name=x.pcap", 403, "Forbidden"},
	} {
		r := st.post(c.path, query, "Authorization", c.auth)
		if r.status != c.status || c.code != "" && r.get("error", "code") != c.code {
			t.Errorf("%s: %d %s", c.name, r.status, r.body)
		}
		if c.status == 401 && !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: no WWW-Authenticate", c.name)
		}
	}
	if r := st.post("/v2/rest/query", csl("print 1", nil)); r.status != 401 || r.get("error", "code") != "Unauthorized" {
		t.Errorf("Kusto without token: %d %s", r.status, r.body)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/v1/rest/ping": 200, "/v1/rest/auth/metadata": 200, "/metrics": 401, "/api/v1/schema": 401, "/": 200} {
		if r := st.send("GET", path, ""); r.status != want {
			t.Errorf("%s without token: %d, want %d", path, r.status, want)
		}
	}
	if err := st.opt.Tokens.Revoke("hunter"); err != nil {
		t.Fatal(err)
	}
	if r := st.post("/api/advancedqueries/run", query, "Authorization", "Bearer "+tokens[token.Hunter]); r.status != 401 {
		t.Errorf("a revoked token: %d", r.status)
	}
	for range wrongPerMinute {
		st.post("/api/advancedqueries/run", query, "Authorization", "Bearer wh_000000000000_00")
	}
	if r := st.post("/api/advancedqueries/run", query, "Authorization", "Bearer "+tokens[token.Reader]); r.status != 429 {
		t.Errorf("after many wrong tokens: %d", r.status)
	}
}

func TestSession(t *testing.T) {
	tokens := map[token.Role]string{}
	now := &atomic.Int64{}
	now.Store(time.Now().UnixNano())
	st := start(t, func(o *Options) {
		withTokens(t, tokens)(o)
		o.Clock = func() time.Time { return time.Unix(0, now.Load()) }
	})
	if r := st.post("/api/v1/session", map[string]string{"token": "nonsense"}); r.status != 401 || r.header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: %d", r.status)
	}
	r := st.post("/api/v1/session", map[string]string{"token": tokens[token.Hunter]}).ok(200, nil)
	set := r.header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("cookie %s lacks %s", set, want)
		}
	}
	cookie, _, _ := strings.Cut(set, ";")
	body, _ := json.Marshal(map[string]string{"query": "print 1"})
	try := func(headers ...string) int {
		return st.send("POST", "/api/v1/query", string(body), append(headers, "Cookie", cookie)...).status
	}
	if got := st.send("GET", "/api/v1/session", "", "Cookie", cookie).ok(200, nil).get("role"); got != "hunter" {
		t.Errorf("role %q", got)
	}
	for name, c := range map[string]struct {
		status  int
		headers []string
	}{
		"own page":                  {200, []string{"Sec-Fetch-Site", "same-origin", "Origin", st.url}},
		"older browser":             {200, []string{"Origin", st.url}},
		"another site":              {403, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}},
		"another port of this host": {403, []string{"Sec-Fetch-Site", "same-site"}},
		"older browser, other site": {403, []string{"Origin", "https://evil.example"}},
		"sandboxed page":            {403, []string{"Origin", "null"}},
	} {
		if got := try(c.headers...); got != c.status {
			t.Errorf("%s: %d, want %d", name, got, c.status)
		}
	}
	now.Add(int64(sessionLife))
	if got := try(); got != 401 {
		t.Errorf("after its time: %d", got)
	}
	r = st.post("/api/v1/session", map[string]string{"token": tokens[token.Hunter]}).ok(200, nil)
	cookie, _, _ = strings.Cut(r.header.Get("Set-Cookie"), ";")
	if got := try(); got != 200 {
		t.Errorf("signed in again: %d", got)
	}
	st.send("DELETE", "/api/v1/session", "", "Cookie", cookie).ok(204, nil)
	if got := try(); got != 401 {
		t.Errorf("signed out: %d", got)
	}
	if !strings.Contains(st.audit.String(), `"msg":"sign-in refused"`) {
		t.Error("the wrong sign-in is not in the audit log")
	}
}

func TestInsecureLocal(t *testing.T) {
	st := start(t, nil)
	if r := st.send("GET", "/api/v1/session", "").ok(200, nil); r.get("local") != "true" || r.get("role") != "admin" {
		t.Errorf("session %s", r.body)
	}
	for host, want := range map[string]int{"localhost:1": 200, "127.0.0.1": 200, "[::1]:80": 200, "evil.example": 403, "127.0.0.1.evil.example": 403, "10.0.0.1": 403} {
		if r := st.send("GET", "/api/v1/hunts", "", "Host", host); r.status != want {
			t.Errorf("Host %s: %d, want %d", host, r.status, want)
		}
	}
	if r := st.send("GET", "/v1/rest/query?csl=print+1", "", "Sec-Fetch-Site", "cross-site"); r.status != 403 {
		t.Errorf("a page of another site: %d", r.status)
	}
}

func TestHeaders(t *testing.T) {
	st := start(t, nil)
	for _, path := range []string{"/", "/api/v1/hunts", "/nothing"} {
		h := st.send("GET", path, "").header
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if got := st.send("GET", "/api/v1/hunts", "").header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %s", got)
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", st.url+"/api/v1/schema", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	packed, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if plain := st.send("GET", "/api/v1/schema", "", "Accept-Encoding", "gzip;q=0"); res.Header.Get("Content-Encoding") != "gzip" || len(packed)*3 > len(plain.body) || plain.header.Get("Content-Encoding") != "" {
		t.Errorf("gzip: %d of %d bytes, %v", len(packed), len(plain.body), res.Header)
	}
}

func TestBadRequests(t *testing.T) {
	st := start(t, func(o *Options) { o.Limits.Body = 1000 })
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/api/advancedqueries/run", "", 400, "InvalidRequestBody"},
		{"POST", "/api/advancedqueries/run", "{", 400, "InvalidRequestBody"},
		{"POST", "/api/advancedqueries/run", "[]", 400, "InvalidRequestBody"},
		{"POST", "/api/advancedqueries/run", `{"query":"print 1"}`, 400, "InvalidRequestBody"},
		{"POST", "/api/advancedqueries/run", `{"Query":1}`, 400, "InvalidRequestBody"},
		{"POST", "/api/advancedqueries/run", `{"Query":" "}`, 400, "InvalidRequestBody"},
		{"POST", "/api/advancedqueries/run", `{"Query":"T"}`, 400, "BadRequest"},
		{"POST", "/api/advancedqueries/run", `{"Query":"` + strings.Repeat("x", 1000) + `"}`, 413, "RequestEntityTooLarge"},
		{"GET", "/api/advancedqueries/run", "", 405, "BadRequest"},
		{"POST", "/api/nothing", "", 404, "NotFound"},
		{"POST", "/v1.0/security/nothing", "", 404, "NotFound"},
		{"POST", "/v2/rest/nothing", "", 404, "General_NotFound"},
		{"PUT", "/v2/rest/query", "", 405, "General_BadRequest"},
		{"GET", "/api/v1/nothing", "", 404, "NotFound"},
		{"PUT", "/api/v1/query", "", 405, "BadRequest"},
		{"POST", "/api/v1/query", `{"query":"print 1","last":"soon"}`, 400, "InvalidRequestBody"},
		{"POST", "/api/v1/query", `{"query":"print 1","now":"soon"}`, 400, "InvalidRequestBody"},
		{"POST", "/api/v1/query", `{"query":"print 1","from":"soon"}`, 400, "InvalidRequestBody"},
		{"GET", "/api/v1/overview?from=soon", "", 400, "InvalidRequestBody"},
		{"GET", "/api/v1/imports/nothing", "", 404, "NotFound"},
		{"DELETE", "/api/v1/queries/nothing", "", 404, "NotFound"},
		{"POST", "/", "", 405, "BadRequest"},
	} {
		r := st.send(c.method, c.path, c.body)
		if r.status != c.status || r.get("error", "code") != c.code || r.get("error", "message") == "" {
			t.Errorf("%s %s %.40s: %d %s, want %d %s", c.method, c.path, c.body, r.status, r.body, c.status, c.code)
		}
	}
	r := st.post("/api/advancedqueries/run", map[string]string{"Query": "DeviceNetworkEvents\n| where Nonsense == 1"})
	if got := r.get("error", "message"); got != "'where' operator: Failed to resolve column or scalar expression named 'Nonsense'. Fix semantic errors in your query." && !strings.HasSuffix(got, "Fix semantic errors in your query.") {
		t.Errorf("message %q", got)
	}
	r = st.post("/api/v1/query", map[string]string{"query": "DeviceNetworkEvents\n| whre Nonsense == 1"}).ok(400, nil)
	if r.get("error", "diagnostics", 0, "line") != "2" || r.get("error", "diagnostics", 0, "column") != "3" {
		t.Errorf("diagnostics %s", r.body)
	}
}

// TestSlowBody sends a part of a body and waits.
func TestSlowBody(t *testing.T) {
	st := start(t, func(o *Options) { o.BodyTime = 100 * time.Millisecond })
	conn, err := net.Dial("tcp", strings.TrimPrefix(st.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST /api/advancedqueries/run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"Query\"")
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	b, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(b), "HTTP/1.1 408 ") || !strings.Contains(string(b), "RequestTimeout") {
		t.Errorf("got %s", b)
	}
}

const slowQuery = "range a from 1 to 200000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 200000 step 1 | extend k = 1) on k | summarize sum(a*b)"

// TestDisconnect checks that a query ends when its client goes away, and that
// others wait for a slot no longer than they should.
func TestDisconnect(t *testing.T) {
	st := start(t, func(o *Options) { o.Limits.Queries, o.Limits.QueueWait = 1, 50*time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", st.url+"/api/v1/query", strings.NewReader(`{"query":"`+slowQuery+`"}`))
		res, err := http.DefaultTransport.RoundTrip(req)
		if err == nil {
			res.Body.Close()
		}
		done <- err
	}()
	for len(st.s.slots) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	r := st.post("/api/advancedqueries/run", map[string]string{"Query": "print 1"}).ok(429, nil)
	if r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("the query ended before its client went away")
	}
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(st.audit.String(), `"state":"canceled"`) {
		if time.Now().After(deadline) {
			t.Fatalf("the query was not canceled: %s", st.audit)
		}
		time.Sleep(10 * time.Millisecond)
	}
	st.post("/api/advancedqueries/run", map[string]string{"Query": "print 1"}).ok(200, nil)
}

func TestTimeout(t *testing.T) {
	st := start(t, func(o *Options) { o.Limits.Timeout = 100 * time.Millisecond })
	r := st.post("/api/advancedqueries/run", map[string]string{"Query": slowQuery}).ok(504, nil)
	if r.get("error", "message") != msgTimeout {
		t.Errorf("Defender: %s", r.body)
	}
	if r := st.post("/v1.0/security/runHuntingQuery", map[string]string{"Query": slowQuery}).ok(504, nil); r.get("error", "code") != "UnknownError" {
		t.Errorf("Graph: %s", r.body)
	}
}
