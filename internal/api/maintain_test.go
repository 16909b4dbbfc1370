package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/api/token"
	"wirehunt/internal/store/duckdb"
)

// TestBackup makes a backup while a capture is imported: it has the whole of
// the capture or nothing.
func TestBackup(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, func(o *Options) { withTokens(t, tokens)(o); o.Store = emptyDB(t) })
	admin := []string{"Authorization", "Bearer " + tokens[token.Admin]}
	first := st.send("POST", "/api/v1/imports?name=ssh.pcap", capture(t, "ssh.pcap"), admin...).ok(202, nil)
	st.wait(first.get("id"), admin...)
	second := st.send("POST", "/api/v1/imports?name=http.pcap", capture(t, "http.pcap"), admin...).ok(202, nil)
	r := st.send("POST", "/api/v1/backup", "", admin...)
	if r.status != 200 || r.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(r.header.Get("Content-Disposition"), `attachment; filename="wirehunt-20`) {
		t.Fatalf("backup: %d %v", r.status, r.header)
	}
	st.wait(second.get("id"), admin...)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := os.WriteFile(path, []byte(r.body), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(t.Context(), duckdb.Options{Path: path, ReadOnly: true, Logs: all.Logs()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	copied := start(t, func(o *Options) { o.Store = db })
	count := func(st *site, action string) string {
		t.Helper()
		return st.post("/api/v1/query", map[string]string{"query": "DeviceNetworkEvents | where ActionType == '" + action + "' | count"}, admin...).ok(200, nil).get("rows", 0, 0)
	}
	if got, want := count(copied, "SshConnectionInspected"), count(st, "SshConnectionInspected"); got != want || got == "0" {
		t.Errorf("%s SSH rows in the backup, want %s", got, want)
	}
	if got, want := count(copied, "HttpConnectionInspected"), count(st, "HttpConnectionInspected"); got != want && got != "0" {
		t.Errorf("%s HTTP rows in the backup, want %s or none", got, want)
	}
	for _, role := range []token.Role{token.Reader, token.Hunter, token.Sensor} {
		if r := st.send("POST", "/api/v1/backup", "", "Authorization", "Bearer "+tokens[role]); r.status != 403 {
			t.Errorf("a %s got a backup: %d", role, r.status)
		}
	}
	st.s.backup.Lock()
	if r := st.send("POST", "/api/v1/backup", "", admin...); r.status != 409 {
		t.Errorf("a second backup at once: %d", r.status)
	}
	st.s.backup.Unlock()
	if left, err := os.ReadDir(st.opt.TempDir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if !strings.Contains(st.audit.String(), `"msg":"backup"`) {
		t.Error("the backup is not in the audit log")
	}
}

// TestRetention lets a server look for old rows all the time, while captures
// are imported.
func TestRetention(t *testing.T) {
	log := &lines{}
	st := start(t, func(o *Options) {
		o.Store = emptyDB(t)
		o.NowLatest = false
		o.Log = logTo(log)
		o.Retention = Retention{Age: time.Minute, Every: 10 * time.Millisecond}
	})
	r := st.send("POST", "/api/v1/imports?name=ssh.pcap", capture(t, "ssh.pcap")).ok(202, nil)
	if j := st.wait(r.get("id")); j.State != stateDone {
		t.Fatalf("import: %+v", j)
	}
	row := `{"category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"` + time.Now().UTC().Add(time.Hour).Format(time.RFC3339) + `","DeviceId":"d","DeviceName":"new"}}` + "\n"
	r = st.send("POST", "/api/v1/imports?name=x.json", row).ok(202, nil)
	if j := st.wait(r.get("id")); j.State != stateDone {
		t.Fatalf("import: %+v", j)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := st.post("/api/v1/query", map[string]string{"query": "union (DeviceNetworkEvents | summarize n = count()), (DeviceInfo | summarize n = count()) | order by n asc"}).ok(200, nil).get("rows")
		if got == "[[0] [1]]" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("rows left: %s", got)
		}
	}
	if text := st.send("GET", "/metrics", "").body; !strings.Contains(text, `wirehunt_retention_rows_total{relation="zeek_ssh"}`) || !strings.Contains(text, "wirehunt_database_used_bytes ") {
		t.Errorf("metrics: %s", text)
	}
	if !strings.Contains(log.String(), "msg=retention rows=") {
		t.Errorf("log: %s", log)
	}
	if r := st.send("GET", "/api/v1/retention", "").ok(200, nil); r.get("ageSeconds") != "60" || r.get("used") == "0" {
		t.Errorf("retention: %s", r.body)
	}
	// Its files are known still.
	r = st.send("POST", "/api/v1/imports?name=again.pcap", capture(t, "ssh.pcap")).ok(202, nil)
	if j := st.wait(r.get("id")); j.State != stateDuplicate {
		t.Errorf("again: %+v", j)
	}
}
