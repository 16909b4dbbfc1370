package duckdb

import (
	"context"
	"database/sql"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/internal/store"
	"wirehunt/schema"
	tables "wirehunt/schema/defender"
)

var (
	connTest  = event.NewLog("conn", "", "Connections.")
	cProto    = connTest.EnumField("proto", "doc")
	cState    = connTest.StringField("conn_state", "doc")
	cDuration = connTest.IntervalField("duration", "doc")
	httpTest  = event.NewLog("http", "HttpConnectionInspected", "HTTP.")
	hAgent    = httpTest.StringField("user_agent", "doc")
	hLen      = httpTest.CountField("response_body_len", "doc")
	hTags     = httpTest.SetField("tags", event.Enum, "doc")
)

var testLogs = []*event.Log{connTest, httpTest}

const t0 = int64(1_700_000_000_123_456_700) // ns

func v4(s string) [16]byte { return netip.MustParseAddr(s).As16() }

func addConn(b *event.Batch, uid, orig, resp string) {
	r := b.Add(event.Order{})
	r.SetConn(t0, uid, v4(orig), 40000, v4(resp), 80)
	cProto.SetString(r, "tcp")
	cState.SetString(r, "SF")
	cDuration.Set(r, 2e9)
}

func importRows(t *testing.T, db *DB, sha string, raw bool) {
	t.Helper()
	ctx := context.Background()
	tx, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	devices := defender.NewDevices("", defender.DefaultLocalNets)
	conns, https := event.NewBatch(connTest), event.NewBatch(httpTest)
	addConn(conns, "C1", "10.0.0.1", "203.0.113.1")
	r := https.Add(event.Order{})
	r.SetConn(t0+1, "C1", v4("10.0.0.1"), 40000, v4("203.0.113.1"), 80)
	hAgent.Set(r, []byte("curl'\xff"))
	hLen.Set(r, 1<<63)
	l := hTags.List(r)
	l.String("A")
	l.End()
	for _, b := range []*event.Batch{conns, https} {
		for n := range b.Len() {
			if err := tx.AppendRow(b, n, devices); err != nil {
				t.Fatal(err)
			}
		}
	}
	if raw {
		appendRaw(t, tx)
	}
	src := store.Source{Path: "x.pcap", SHA256: sha, Bytes: 7, Kind: "capture", Time: time.Unix(1, 0)}
	if err := tx.Commit(&src, devices); err != nil {
		t.Fatal(err)
	}
	if src.Rows["HttpConnectionInspected"] != 1 || src.Rows["ConnectionAttempt"] != 1 {
		t.Errorf("counted %v", src.Rows)
	}
}

func appendRaw(t *testing.T, tx store.Import) {
	t.Helper()
	for _, table := range tables.All() {
		if table.Name != "DeviceNetworkEvents" {
			continue
		}
		values := make([]any, len(table.Columns)+len(table.Hidden))
		for i, c := range table.Columns {
			switch c.Name {
			case "Timestamp":
				values[i] = t0/100 + schema.UnixEpochTicks + 5
			case "ActionType":
				values[i] = "ConnectionSuccess"
			case "LocalIP":
				values[i] = "10.0.0.1"
			case "RemoteIP":
				values[i] = "203.0.113.1"
			case "LocalPort":
				values[i] = int32(40000)
			case "RemotePort":
				values[i] = int32(80)
			case "InitiatingProcessFileName":
				values[i] = "curl.exe"
			case "InitiatingProcessId":
				values[i] = int64(4711)
			}
		}
		if err := tx.AppendTable(&table, values); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, path string, readOnly bool) *DB {
	t.Helper()
	db, err := Open(context.Background(), Options{Path: path, ReadOnly: readOnly, Logs: testLogs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func one(t *testing.T, db *DB, query string, n int) []any {
	t.Helper()
	rows, err := db.Query(context.Background(), query, make([]schema.Column, n))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row (%v)", query, rows.Err())
	}
	return append([]any{}, rows.Values()...)
}

func TestImport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	db := open(t, path, false)
	importRows(t, db, "aa", true)
	got := one(t, db, `SELECT ts, user_agent, response_body_len, tags, _orig_device, _resp_device, _orig_ip_type FROM zeek_http`, 7)
	want := []any{t0/100 + schema.UnixEpochTicks, `curl'\xff`, int64(1<<63 - 1), `["A"]`, defender.DeviceID("", "10.0.0.1"), nil, "Private"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("column %d is %v, want %v", i, got[i], want[i])
		}
	}
	if got := one(t, db, `SELECT uid, side, InitiatingProcessFileName, InitiatingProcessId FROM _processes`, 4); got[0] != "C1" || got[1] != "orig" || got[2] != "curl.exe" || got[3] != int64(4711) {
		t.Errorf("process %v", got)
	}
	if got := one(t, db, `SELECT _orig_process, _resp_process FROM zeek_conn`, 2); got[0] != true || got[1] != nil {
		t.Errorf("flags %v", got)
	}
	ticks, ok, err := db.Newest(context.Background())
	if err != nil || !ok || ticks != t0/100+schema.UnixEpochTicks+5 {
		t.Errorf("newest %d %v %v", ticks, ok, err)
	}
	list, err := db.Imports(context.Background())
	if err != nil || len(list) != 1 || list[0].SHA256 != "aa" || list[0].Rows["HttpConnectionInspected"] != 1 {
		t.Errorf("imports %v %v", list, err)
	}
	db.Close()

	db = open(t, path, true)
	tabs, err := db.Tables(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	for _, tab := range tabs {
		if tab.Name == "DeviceNetworkEvents" {
			parts = len(tab.Parts)
			for _, p := range tab.Parts {
				if p.Relation == "defender_DeviceNetworkEvents" && (len(p.OneOf["ActionType"]) != 1 || p.OneOf["ActionType"][0] != "ConnectionSuccess") {
					t.Errorf("OneOf %v", p.OneOf)
				}
			}
		}
	}
	if parts == 0 {
		t.Error("no parts")
	}
}

func TestRollback(t *testing.T) {
	db := open(t, "", false)
	tx, err := db.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b := event.NewBatch(connTest)
	addConn(b, "C1", "10.0.0.1", "10.0.0.2")
	if err := tx.AppendRow(b, 0, defender.NewDevices("", nil)); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	rels, err := db.relations(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := rels["zeek_conn"]; ok {
		t.Error("the rolled back import left a table")
	}
	importRows(t, db, "bb", false)
}

func TestImportedIsKnown(t *testing.T) {
	db := open(t, "", false)
	importRows(t, db, "aa", false)
	tx, err := db.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if path, ok, err := tx.Imported("aa"); !ok || path != "x.pcap" || err != nil {
		t.Error(path, ok, err)
	}
	if _, ok, err := tx.Imported("bb"); ok || err != nil {
		t.Error(ok, err)
	}
}

// TestNoOutside checks that SQL, whatever gets into it, reaches neither the
// file system nor settings.
func TestNoOutside(t *testing.T) {
	db := open(t, "", false)
	for _, q := range []string{
		`SELECT * FROM read_csv('/etc/passwd')`, `SELECT * FROM '/etc/passwd'`, `COPY (SELECT 1) TO '/tmp/wirehunt-leak'`,
		`ATTACH '/tmp/wirehunt-leak.db'`, `INSTALL httpfs`, `LOAD httpfs`, `SET enable_external_access=true`, `SET memory_limit='1TB'`,
		`SELECT * FROM read_text('/etc/hostname')`, `SELECT * FROM glob('/*')`,
	} {
		if rows, err := db.Query(context.Background(), q, make([]schema.Column, 1)); err == nil {
			for rows.Next() {
			}
			if rows.Err() == nil {
				t.Errorf("%s works", q)
			}
			rows.Close()
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	f := func(path string, readOnly bool, want string) {
		t.Helper()
		db, err := Open(context.Background(), Options{Path: path, ReadOnly: readOnly, Logs: testLogs})
		if err == nil {
			db.Close()
			t.Errorf("%s opens", path)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want ...%s...", err, want)
		}
	}
	f(filepath.Join(dir, "missing.db"), true, "import something into it first")
	f(filepath.Join(dir, "no", "dir.db"), false, "does not exist or cannot be written")
	text := filepath.Join(dir, "text.db")
	os.WriteFile(text, []byte(strings.Repeat("not a database\n", 1000)), 0o644)
	f(text, false, "is not a wirehunt database")
	foreign := filepath.Join(dir, "foreign.db")
	other, err := sql.Open("duckdb", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(`CREATE TABLE x (a INTEGER)`); err != nil {
		t.Fatal(err)
	}
	other.Close()
	f(foreign, false, "of another program")
	f(foreign, true, "of another program")
}

// TestOlderTables opens a database whose tables lack columns that the program
// has since: they are null, and the rest is there.
func TestOlderTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	older := open(t, path, false)
	importRows(t, older, "aa", false)
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}
	newer := event.NewLog("http", "HttpConnectionInspected", "HTTP.")
	newer.StringField("user_agent", "doc")
	newer.BoolField("uri_sqli", "doc")
	db, err := Open(context.Background(), Options{Path: path, Logs: []*event.Log{newer}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	tabs, err := db.Tables(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range tabs {
		for _, p := range tab.Parts {
			for c, v := range p.Values {
				if v.Column == "uri_sqli" {
					t.Errorf("%s.%s is read from a column that is not there", tab.Name, c)
				}
			}
			for _, m := range p.Bags["AdditionalFields"] {
				if m.Key == "uri_sqli" {
					t.Errorf("%s: AdditionalFields is made of a column that is not there", tab.Name)
				}
			}
			if p.Relation == "zeek_http" && tab.Name == "ZeekHttp" && p.Values["user_agent"].Column == "" {
				t.Error("a column that is there is left out")
			}
		}
	}
}
