package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// hostile are texts that packets can hold and that harm who trusts them.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`</script><svg/onload=alert(1)>`,
	`javascript:alert(1)`,
	"a\u2028b\u2029c\u202edrow",
	`{"error":{"code":"x"}}`,
	"\x1b[31mred\a",
	`'; DROP TABLE zeek_http; --`,
	strings.Repeat("<b>", 2000),
}

// TestHostileText plants such texts where packets have them, and reads them
// back by every API: as JSON, whole, and never as a page.
func TestHostileText(t *testing.T) {
	st := start(t, func(o *Options) { o.Store = emptyDB(t) })
	upload := func(name, text string) {
		t.Helper()
		r := st.send("POST", "/api/v1/imports?name="+name, text).ok(202, nil)
		if j := st.wait(r.get("id")); j.State != stateDone {
			t.Fatalf("%s: %+v", name, j)
		}
	}
	var http, ssl, dns, ssh, ftp strings.Builder
	quoted := func(s string) string {
		b, _ := json.Marshal(s)
		return string(b)
	}
	for i, s := range hostile {
		conn := fmt.Sprintf(`"ts":%d.5,"uid":"C%d","id.orig_h":"10.0.0.1","id.orig_p":4000,"id.resp_h":"203.0.113.1","id.resp_p":80`, 1_700_000_000+i, i)
		fmt.Fprintf(&http, `{"_path":"http",%s,"method":"GET","host":%s,"uri":%s,"user_agent":%s}`+"\n", conn, quoted(s), quoted(s), quoted(s))
		fmt.Fprintf(&ssl, `{"_path":"ssl",%s,"server_name":%s}`+"\n", conn, quoted(s))
		fmt.Fprintf(&dns, `{"_path":"dns",%s,"proto":"udp","query":%s}`+"\n", conn, quoted(s))
		fmt.Fprintf(&ssh, `{"_path":"ssh",%s,"client":%s,"server":%s}`+"\n", conn, quoted("SSH-2.0-"+s), quoted(s))
		fmt.Fprintf(&ftp, `{"_path":"ftp",%s,"command":"RETR","arg":%s}`+"\n", conn, quoted(s))
	}
	// A name of control characters, script, another folder, and 300 letters.
	upload("..%2f..%2f%3Cscript%3Ealert(1)%3C%2fscript%3E%00%0a%1b%5b31mhttp.log", http.String())
	upload("ssl.log", ssl.String())
	upload("dns.log", dns.String())
	upload("ssh.log", ssh.String())
	upload(strings.Repeat("x", 300)+"ftp.log", ftp.String())
	for table, column := range map[string]string{"ZeekHttp": "user_agent", "ZeekSsl": "server_name", "ZeekDns": "query", "ZeekSsh": "server", "ZeekFtp": "arg"} {
		q := table + " | sort by ts asc | project V = ['" + column + "']"
		for _, c := range []struct {
			path string
			body any
			cell func(i int) []any
		}{
			{"/api/v1/query", map[string]any{"query": q}, func(i int) []any { return []any{"rows", i, 0} }},
			{"/api/advancedqueries/run", map[string]string{"Query": q}, func(i int) []any { return []any{"Results", i, "V"} }},
			{"/v1.0/security/runHuntingQuery", map[string]string{"Query": q}, func(i int) []any { return []any{"results", i, "V"} }},
			{"/v1/rest/query", csl(q, nil), func(i int) []any { return []any{"Tables", 0, "Rows", i, 0} }},
			{"/v2/rest/query", csl(q, nil), func(i int) []any { return []any{2, "Rows", i, 0} }},
		} {
			r := st.post(c.path, c.body).ok(200, nil)
			dataOnly(t, c.path+" "+table, r)
			for i, want := range hostile {
				if got := r.get(c.cell(i)...); got != want {
					t.Errorf("%s, %s: %.60q, want %.60q", c.path, table, got, want)
				}
			}
		}
	}
	for _, path := range []string{"/api/v1/imports", "/api/v1/overview", "/api/v1/devices", "/api/v1/%3Cscript%3E", "/v1/rest/%3Cscript%3E", "/api/%3Cscript%3E", "/v1.0/%3Cscript%3E"} {
		dataOnly(t, path, st.send("GET", path, ""))
	}
	for _, q := range hostile {
		dataOnly(t, "an error about "+q[:8], st.post("/api/advancedqueries/run", map[string]string{"Query": q}))
		dataOnly(t, "an error about "+q[:8], st.post("/v1/rest/mgmt", csl("."+q, nil)))
	}
	var list importsReply
	st.send("GET", "/api/v1/imports", "").ok(200, &list)
	for _, i := range list.Imports {
		if strings.ContainsAny(i.Name, "/\\\x00\n\x1b") || len(i.Name) > 150 {
			t.Errorf("name %q", i.Name)
		}
	}
}

// dataOnly checks that no browser takes a reply for a page.
func dataOnly(t *testing.T, what string, r reply) {
	t.Helper()
	if r.header.Get("Content-Type") != "application/json; charset=utf-8" || r.header.Get("X-Content-Type-Options") != "nosniff" ||
		r.header.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" || !json.Valid([]byte(r.body)) {
		t.Errorf("%s: %d %v %.100s", what, r.status, r.header, r.body)
	}
}

// TestBrokenUploads sends uploads that stall, or whose client goes away: the
// first gets an error, and nothing is left of either.
func TestBrokenUploads(t *testing.T) {
	st := start(t, func(o *Options) { o.Store = emptyDB(t); o.BodyTime = 200 * time.Millisecond })
	begin := func() net.Conn {
		conn, err := net.Dial("tcp", strings.TrimPrefix(st.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "POST /api/v1/imports?name=x.pcap HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc")
		return conn
	}
	stalled := begin()
	defer stalled.Close()
	stalled.SetReadDeadline(time.Now().Add(20 * time.Second))
	b, _ := io.ReadAll(stalled)
	if !strings.HasPrefix(string(b), "HTTP/1.1 408 ") {
		t.Errorf("a stalled upload: %.200s", b)
	}
	begin().Close()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left, err := os.ReadDir(st.opt.TempDir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("left behind: %v", left)
		}
	}
	var list importsReply
	st.send("GET", "/api/v1/imports", "").ok(200, &list)
	if len(list.Imports) != 0 || len(list.Jobs) != 0 {
		t.Errorf("list: %+v", list)
	}
}
