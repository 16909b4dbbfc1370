package api

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirehunt/internal/api/token"
)

func capture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(rangeDir, "captures", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wait waits until an upload has ended.
func (st *site) wait(id string, headers ...string) (out job) {
	st.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		st.send("GET", "/api/v1/imports/"+id, "", headers...).ok(200, &out)
		if out.ended() {
			return out
		}
		if time.Now().After(end) {
			st.t.Fatalf("the import does not end: %+v", out)
		}
	}
}

func TestUpload(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, func(o *Options) { withTokens(t, tokens)(o); o.Store = emptyDB(t) })
	sensor := []string{"Authorization", "Bearer " + tokens[token.Sensor]}
	reader := []string{"Authorization", "Bearer " + tokens[token.Reader]}
	count := func() string {
		t.Helper()
		return st.post("/api/v1/query", map[string]string{"query": "DeviceNetworkEvents | where ActionType == 'HttpConnectionInspected' | count"}, reader...).ok(200, nil).get("rows", 0, 0)
	}
	if got := count(); got != "0" {
		t.Errorf("%s rows before", got)
	}
	pcap := capture(t, "http.pcap")
	r := st.send("POST", "/api/v1/imports?name=../../%3Cscript%3E.pcap", pcap, sensor...).ok(202, nil)
	if r.get("name") != "<script>.pcap" || r.get("owner") != "sensor" {
		t.Errorf("upload: %s", r.body)
	}
	done := st.wait(r.get("id"), sensor...)
	if done.State != stateDone || done.Bytes != int64(len(pcap)) || done.Read != done.Bytes || done.Rows["HttpConnectionInspected"] == 0 || done.Stats == nil {
		t.Errorf("import: %+v", done)
	}
	all := count()
	if all == "0" {
		t.Error("the server does not see what it imported")
	}
	// The same content again, as a form sends it.
	var form bytes.Buffer
	mw := multipart.NewWriter(&form)
	part, err := mw.CreateFormFile("file", "again.pcap")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(part, pcap)
	mw.Close()
	r = st.send("POST", "/api/v1/imports", form.String(), append(sensor, "Content-Type", mw.FormDataContentType())...).ok(202, nil)
	if again := st.wait(r.get("id"), sensor...); again.State != stateDuplicate || again.Before != "<script>.pcap" || again.Name != "again.pcap" {
		t.Errorf("again: %+v", again)
	}
	if got := count(); got != all {
		t.Errorf("%s rows after the second upload, %s before", got, all)
	}
	var list importsReply
	st.send("GET", "/api/v1/imports", "", reader...).ok(200, &list)
	if len(list.Imports) != 1 || list.Imports[0].Name != "<script>.pcap" || list.Imports[0].Kind != "capture" || len(list.Jobs) != 2 {
		t.Errorf("list: %+v", list)
	}
	events := st.send("GET", "/api/v1/imports/"+done.ID+"/events", "", sensor...)
	if events.header.Get("Content-Type") != "text/event-stream" || !strings.HasPrefix(events.body, "data: {") || !strings.Contains(events.body, `"state":"done"`) {
		t.Errorf("events: %s", events.body)
	}
	left, err := os.ReadDir(st.opt.TempDir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	st.send("DELETE", "/api/v1/imports/"+done.ID, "", sensor...).ok(409, nil)
}

func TestBadUploads(t *testing.T) {
	st := start(t, func(o *Options) { o.Store = emptyDB(t); o.Limits.Upload = 200_000 })
	st.send("POST", "/api/v1/imports", "x").ok(400, nil)
	st.send("POST", "/api/v1/imports?name=a.pcap", "").ok(400, nil)
	st.send("POST", "/api/v1/imports", "x", "Content-Type", "multipart/form-data; boundary=b").ok(400, nil)
	st.send("POST", "/api/v1/imports?name=a.pcap", strings.Repeat("x", 200_001)).ok(413, nil)
	r := st.send("POST", "/api/v1/imports?name=notes.txt", "no capture").ok(202, nil)
	if j := st.wait(r.get("id")); j.State != stateFailed || !strings.HasPrefix(j.Error, "notes.txt: ") {
		t.Errorf("no capture: %+v", j)
	}
	// A client that goes away in the middle.
	pr, pw := io.Pipe()
	go func() {
		io.WriteString(pw, capture(t, "http.pcap")[:50_000])
		pw.CloseWithError(errors.New("gone"))
	}()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", st.url+"/api/v1/imports?name=half.pcap", pr)
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		res.Body.Close()
		t.Errorf("half an upload gives %d", res.StatusCode)
	}
	var list importsReply
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
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
	st.send("GET", "/api/v1/imports", "").ok(200, &list)
	if len(list.Imports) != 0 || len(list.Jobs) != 1 {
		t.Errorf("list: %+v", list)
	}
}

// TestUploadsWait uploads two captures at once: they are imported one after
// the other, and one that waits can be canceled.
func TestUploadsWait(t *testing.T) {
	st := start(t, func(o *Options) { o.Store = emptyDB(t) })
	first := st.send("POST", "/api/v1/imports?name=a.pcap", capture(t, "ssh.pcap")).ok(202, nil)
	second := st.send("POST", "/api/v1/imports?name=b.pcap", capture(t, "tls.pcap")).ok(202, nil)
	if j := st.wait(first.get("id")); j.State != stateDone {
		t.Errorf("first: %+v", j)
	}
	if j := st.wait(second.get("id")); j.State != stateDone {
		t.Errorf("second: %+v", j)
	}
	p := &pending{path: filepath.Join(t.TempDir(), "x", "x.pcap")}
	p.ID, p.State = "waiting", stateQueued
	st.s.jobs.change(func() { st.s.jobs.list = append(st.s.jobs.list, p) })
	st.send("DELETE", "/api/v1/imports/waiting", "").ok(204, nil)
	if j := st.wait("waiting"); j.State != stateCanceled {
		t.Errorf("canceled: %+v", j)
	}
}

func TestUploadName(t *testing.T) {
	for in, want := range map[string]string{
		"a.pcap": "a.pcap", "../../etc/passwd": "passwd", `C:\x\b.pcap`: "b.pcap", "..": "upload", ".": "upload", "/": "_", "a\x00b\n.pcap": "a_b_.pcap",
		strings.Repeat("é", 200): strings.Repeat("é", 75), ".hidden": "hidden",
	} {
		if got := uploadName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// TestScriptInData plants script in what packets hold and looks at what the
// server makes of it: JSON, which no browser takes for a page.
func TestScriptInData(t *testing.T) {
	st := start(t, func(o *Options) { o.Store = emptyDB(t) })
	row := `{"category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"2026-01-01T00:00:00Z","DeviceId":"<script>alert(1)</script>","DeviceName":"\"><img src=x onerror=alert(1)>"}}` + "\n"
	r := st.send("POST", "/api/v1/imports?name=%3Cimg%20src=x%3E.json", row).ok(202, nil)
	if j := st.wait(r.get("id")); j.State != stateDone {
		t.Fatalf("import: %+v", j)
	}
	for _, r := range []reply{
		st.post("/api/v1/query", map[string]string{"query": "DeviceInfo"}),
		st.post("/api/advancedqueries/run", map[string]string{"Query": "DeviceInfo"}),
		st.post("/v2/rest/query", csl("DeviceInfo", nil)),
		st.send("GET", "/api/v1/imports", ""),
		st.send("GET", "/api/v1/devices/%3Cscript%3E", ""),
		st.send("GET", "/api/v1/%3Cscript%3Ealert(1)%3C/script%3E", ""),
	} {
		if r.header.Get("Content-Type") != "application/json; charset=utf-8" || r.header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%d %v: %.200s", r.status, r.header, r.body)
		}
	}
}
