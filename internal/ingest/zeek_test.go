package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/internal/defender"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store"
	"wirehunt/internal/store/duckdb"
	"wirehunt/schema"
	"wirehunt/zeeklog"
)

const rangeCaptures = "../../testdata/range/captures"

// logSink writes rows as TSV and JSON files, and keeps them as text by log.
type logSink struct {
	tsv, json *zeeklog.DirWriter
	text      map[string]*bytes.Buffer
}

func (s *logSink) Write(batches ...*event.Batch) error {
	for _, b := range batches {
		for n := range b.Len() {
			if err := s.tsv.WriteRow(b, n); err != nil {
				return err
			}
			if err := s.json.WriteRow(b, n); err != nil {
				return err
			}
		}
		addText(s.text, b)
	}
	return nil
}

// addText adds the rows of b, without the fields that stock Zeek has not.
func addText(m map[string]*bytes.Buffer, b *event.Batch) {
	if m[b.Log.Name] == nil {
		m[b.Log.Name] = new(bytes.Buffer)
	}
	zeeklog.WriteBatch(m[b.Log.Name], b, zeeklog.Options{JSON: true})
}

// writeLogs writes the logs of a capture below dir, as tsv/NAME.log and
// json/NAME.log, and returns the rows as text.
func writeLogs(t *testing.T, path, dir string) map[string]*bytes.Buffer {
	t.Helper()
	tsv, err := zeeklog.NewDirWriter(filepath.Join(dir, "tsv"), zeeklog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	js, err := zeeklog.NewDirWriter(filepath.Join(dir, "json"), zeeklog.Options{JSON: true})
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	sink := &logSink{tsv, js, map[string]*bytes.Buffer{}}
	if _, err := pipeline.Run(context.Background(), src, pipeline.Options{Specs: all.Specs(), Shards: 1}, sink); err != nil {
		t.Logf("%s: %v", path, err) // a torn capture gives rows all the same
	}
	for _, w := range []*zeeklog.DirWriter{tsv, js} {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return sink.text
}

// readLogs reads the logs in a directory back.
func readLogs(t *testing.T, dir string) map[string]*bytes.Buffer {
	t.Helper()
	text := map[string]*bytes.Buffer{}
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r := zeeklog.NewReader(path, all.Logs())
		err = r.Read(f, func(batches ...*event.Batch) error {
			for _, b := range batches {
				addText(text, b)
			}
			return nil
		})
		f.Close()
		if rep := r.Report(); err != nil || len(rep.Faults)+len(rep.Columns)+len(rep.Logs) > 0 {
			t.Errorf("%s: %v, left out %v", path, err, rep)
		}
	}
	return text
}

// tracePaths returns the captures of the range, and those of the folder that
// WIREHUNT_TRACES names.
func tracePaths(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(rangeCaptures, "*.pcap*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no captures", err)
	}
	dir := os.Getenv("WIREHUNT_TRACES")
	if dir == "" {
		t.Log("WIREHUNT_TRACES names no folder of captures: those of the range only")
		return paths
	}
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(path, ".zeek.jsonl.gz"); ok {
			paths = append(paths, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestLogsReadBack reads what was written of captures, and finds the same
// rows.
func TestLogsReadBack(t *testing.T) {
	rows := 0
	for _, path := range tracePaths(t) {
		dir := t.TempDir()
		want := writeLogs(t, path, dir)
		for _, form := range []string{"tsv", "json"} {
			got := readLogs(t, filepath.Join(dir, form))
			if len(got) != len(want) {
				t.Errorf("%s: %d logs from %s, want %d", path, len(got), form, len(want))
			}
			for name, w := range want {
				rows += bytes.Count(w.Bytes(), []byte{'\n'})
				if got[name] == nil {
					t.Errorf("%s: no rows of %s from %s", path, name, form)
					continue
				}
				if diff := firstDiff(got[name].String(), w.String()); diff != "" {
					t.Errorf("%s: %s from %s: %s", path, name, form, diff)
				}
			}
		}
	}
	t.Logf("%d rows", rows)
}

func firstDiff(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range w {
		if i >= len(g) || g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, slices.Concat(g, make([]string, len(w)))[i], w[i])
		}
	}
	if len(g) > len(w) {
		return "more rows"
	}
	return ""
}

// TestZeeksOwnRecords reads what Zeek itself wrote, record by record, and
// compares each value.  WIREHUNT_TRACES names a folder with such records as
// JSON lines with a key "_log" in NAME.zeek.jsonl.gz.
func TestZeeksOwnRecords(t *testing.T) {
	dir := os.Getenv("WIREHUNT_TRACES")
	if dir == "" {
		t.Skip("WIREHUNT_TRACES names no folder of captures")
	}
	records, columns := 0, map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".zeek.jsonl.gz") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		sc := bufio.NewScanner(z)
		sc.Buffer(nil, 1<<24)
		for sc.Scan() {
			if checkRecord(t, path, sc.Bytes(), columns) {
				records++
			}
		}
		return sc.Err()
	})
	if err != nil || records == 0 {
		t.Fatalf("%d records, %v", records, err)
	}
	t.Logf("%d records; columns that are not stored: %v", records, columns)
}

func checkRecord(t *testing.T, path string, line []byte, columns map[string]bool) bool {
	t.Helper()
	var want, got map[string]any
	if err := json.Unmarshal(line, &want); err != nil {
		t.Fatal(err)
	}
	name := want["_log"].(string)
	r := zeeklog.NewReader(name+".log", all.Logs())
	r.Feed(append(line, '\n'))
	rep := r.Report()
	if rep.Logs[name] == 1 {
		return false
	}
	if r.Rows() != 1 || len(rep.Faults) > 0 {
		t.Errorf("%s: not read: %v\n%s", path, rep.Faults, line)
		return false
	}
	text := map[string]*bytes.Buffer{}
	addText(text, r.Batches()[0])
	if err := json.Unmarshal(text[name].Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, c := range rep.Columns {
		columns[c] = true
		delete(want, strings.TrimPrefix(c, name+"."))
	}
	for k, w := range want {
		i := r.Batches()[0].Log.FieldIndex(k)
		if k == "_log" || i >= 0 && r.Batches()[0].Log.Fields[i].Extra {
			continue
		}
		if !sameValue(got[k], w) {
			t.Errorf("%s: %s.%s is %v, want %v", path, name, k, got[k], w)
		}
	}
	return true
}

// sameValue compares values of JSON, numbers to the microsecond.
func sameValue(a, b any) bool {
	switch b := b.(type) {
	case float64:
		n, ok := a.(float64)
		return ok && math.Abs(n-b) <= 1e-6
	case []any:
		list, ok := a.([]any)
		return ok && slices.EqualFunc(list, b, sameValue)
	}
	return a == b
}

// openDB opens a database in memory, or in a file.
func openDB(t *testing.T, path string) *duckdb.DB {
	t.Helper()
	db, err := duckdb.Open(context.Background(), duckdb.Options{Path: path, Logs: all.Logs(), MemoryLimit: 1 << 30, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func importAll(t *testing.T, db *duckdb.DB, path string) []Summary {
	t.Helper()
	files, err := Files([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	devices := defender.NewDevices("", defender.DefaultLocalNets)
	var out []Summary
	for _, f := range files {
		sum, err := Import(context.Background(), db, f, Options{Devices: devices, Pipeline: pipeline.Options{Specs: all.Specs(), Shards: 1}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if len(sum.Unparsed)+len(sum.Logs)+len(sum.Columns) > 0 || len(sum.Warnings) > 0 && f.Kind == KindZeek || sum.Before != "" {
			t.Errorf("%s: left out %v %v %v %v %s", f.Path, sum.Unparsed, sum.Logs, sum.Columns, sum.Warnings, sum.Before)
		}
		out = append(out, sum)
	}
	return out
}

// query returns rows as text, sorted.
func query(t testing.TB, e store.Engine, sql string, columns int) []string {
	t.Helper()
	rows, err := e.Query(context.Background(), sql, make([]schema.Column, columns))
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		out = append(out, fmt.Sprint(rows.Values()...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// controls matches the text that stands for a control character in Zeek's
// JSON; where it was text in the traffic, JSON does not tell.
var controls = regexp.MustCompile(`\\x([01][0-9a-f]|7f)`)

// dump returns what a database holds: for each log its rows, without the
// fields that stock Zeek has not, times to the microsecond; and the rows of
// DeviceNetworkEvents by ActionType and direction.
func dump(t *testing.T, db *duckdb.DB) map[string][]string {
	t.Helper()
	relations := query(t, db, `SELECT table_name FROM duckdb_tables()`, 1)
	out := map[string][]string{}
	for _, l := range all.Logs() {
		if !slices.Contains(relations, defender.LogRelation(l)) {
			continue
		}
		var cols []string
		for i := range l.Fields {
			f := &l.Fields[i]
			col := `"` + f.Name + `"`
			switch {
			case f.Extra:
				continue
			case f.Multi == event.Single && f.Kind == event.Time:
				col = "(" + col + " + 5) // 10"
			case f.Multi == event.Single && f.Kind == event.Interval:
				col = "round(" + col + " * 1e6)"
			}
			cols = append(cols, col)
		}
		if l.HasConn {
			cols = append(cols, defender.ColOrigDevice, defender.ColRespDevice, defender.ColOrigIPType, defender.ColRespIPType)
		}
		out[l.Name] = query(t, db, "SELECT "+strings.Join(cols, ", ")+" FROM "+defender.LogRelation(l), len(cols))
	}
	for _, table := range defender.Tables(all.Logs(), nil) {
		for _, p := range table.Parts {
			if table.Name != "DeviceNetworkEvents" || !slices.Contains(relations, p.Relation) {
				continue
			}
			direction := "In"
			if p.Values["LocalIP"].Column == "id.orig_h" {
				direction = "Out"
			}
			where := []string{"true"}
			for _, c := range p.Where {
				where = append(where, conditionSQL(c))
			}
			n := query(t, db, "SELECT count(*) FROM "+p.Relation+" WHERE "+strings.Join(where, " AND "), 1)
			key := fmt.Sprint(p.Values["ActionType"].Const, " ", direction)
			out[key] = append(out[key], n...)
		}
	}
	return out
}

func conditionSQL(c schema.Cond) string {
	col, list := `"`+c.Column+`"`, "('"+strings.Join(c.Values, "', '")+"')"
	switch c.Op {
	case schema.IsNull:
		return col + " IS NULL"
	case schema.In:
		return col + " IN " + list
	case schema.NotIn:
		return "coalesce(" + col + " NOT IN " + list + ", true)"
	case schema.IsTrue:
		return col + " IS TRUE"
	case schema.IsNotTrue:
		return col + " IS NOT TRUE"
	}
	return col + " IS NOT NULL"
}

// TestSameRows imports captures, and the logs written of them, and finds the
// same rows in every table.
func TestSameRows(t *testing.T) {
	captures := tracePaths(t)
	direct, fromTSV, fromJSON := openDB(t, ""), openDB(t, ""), openDB(t, "")
	dir := t.TempDir()
	seen := map[string]bool{}
	for i, path := range captures {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if seen[string(content)] {
			continue // would not be imported again
		}
		seen[string(content)] = true
		day := filepath.Join(dir, fmt.Sprintf("day-%d", i+1))
		if len(writeLogs(t, path, day)) == 0 {
			continue // no packets, or no records of them
		}
		importAll(t, direct, path)
		for form, db := range map[string]*duckdb.DB{"tsv": fromTSV, "json": fromJSON} {
			pack(t, filepath.Join(day, form), i)
			importAll(t, db, filepath.Join(day, form))
		}
	}
	want := dump(t, direct)
	if len(want) < 15 || len(want["conn"]) < 100 {
		t.Fatalf("the captures give %d tables, %d connections", len(want), len(want["conn"]))
	}
	for form, db := range map[string]*duckdb.DB{"tsv": fromTSV, "json": fromJSON} {
		got := dump(t, db)
		for k, w := range want {
			if diff := firstDiff(plain(got[k]), plain(w)); diff != "" {
				t.Errorf("%s: %s: %s", form, k, diff)
			}
		}
	}
}

// plain joins rows, without control characters.
func plain(rows []string) string {
	for i, r := range rows {
		rows[i] = strings.Map(func(c rune) rune {
			if c < 0x20 || c == 0x7f {
				return '?'
			}
			return c
		}, controls.ReplaceAllString(r, "?"))
	}
	slices.Sort(rows)
	return strings.Join(rows, "\n")
}

// TestImportZeekFaults imports logs of which not all can be stored.
func TestImportZeekFaults(t *testing.T) {
	db, dir := openDB(t, ""), t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	load := func(path string) Summary {
		t.Helper()
		files, err := Files([]string{path})
		if err != nil || len(files) != 1 || files[0].Kind != KindZeek {
			t.Fatalf("%v %v", files, err)
		}
		sum, err := Import(context.Background(), db, files[0], Options{Devices: defender.NewDevices("", nil), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	line := `{"ts":1.5,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.2","id.resp_p":2,"proto":"icmp"}` + "\n"
	var many []byte
	for i := range 50_000 {
		many = append(many, strings.Replace(line, "C1", fmt.Sprintf("C%d", i*i), 1)...)
	}
	z := gzipped(many)
	sum := load(put("conn.2026-01-01-00-00-00.log.gz", z[:len(z)/2]))
	if n := sum.Rows["IcmpConnectionInspected"]; n < 1000 || n >= 50_000 || len(sum.Warnings) != 1 || !strings.Contains(sum.Warnings[0], "the compressed file ends in the middle") {
		t.Errorf("%d rows, warnings %q", n, sum.Warnings)
	}
	sum = load(put("conn.log", []byte(line+`{"ts":1.5}x`+"\n"+`{"ts":2}`+"\n"+line[:40])))
	if want := map[string]int64{"not JSON (first at conn.log:2)": 1, "last line torn (first at conn.log:4)": 1}; !maps.Equal(sum.Unparsed, want) {
		t.Errorf("left out %v", sum.Unparsed)
	}
	// A log without a table is told, and not noted: a later version may have one.
	for range 2 {
		if sum = load(put("foo.log", []byte(`{"ts":1.5,"_path":"foo"}`+"\n"))); sum.Logs["foo"] != 1 || sum.Before != "" {
			t.Errorf("foo: %+v", sum)
		}
	}
	// One without rows is nothing to complain about.
	if sum = load(put("dns.log", []byte("#separator \\x09\n#path\tdns\n#fields\tts\n#close\tx\n"))); len(sum.Rows)+len(sum.Unparsed)+len(sum.Logs) > 0 {
		t.Errorf("dns: %+v", sum)
	}
}

// pack renames and compresses the first log of a directory, as Zeek's
// rotation does.  It adds n empty lines to each, so that logs of captures of
// the same connection are not taken for the same file.
func pack(t *testing.T, dir string, n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatal("no logs in", dir, err)
	}
	for i, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, strings.Repeat("\n", n)...)
		if i == 0 {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			path, data = strings.TrimSuffix(path, ".log")+".10:00:00-11:00:00.log.gz", gzipped(data)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// BenchmarkImportZeek imports a conn.log of 200,000 records.
func BenchmarkImportZeek(b *testing.B) {
	l := all.Logs()
	conn := l[slices.IndexFunc(l, func(l *event.Log) bool { return l.Name == "conn" })]
	batch := event.NewBatch(conn)
	for i := range 200_000 {
		r := batch.Add(event.Order{})
		r.SetConn(1_700_000_000_123_456_000+int64(i)*1e6, fmt.Sprintf("C%016x", i*7919), [16]byte{10: 0xff, 11: 0xff, 12: 10, 13: byte(i >> 8), 14: byte(i), 15: 1}, uint16(i), [16]byte{10: 0xff, 11: 0xff, 12: 8, 15: byte(i)}, 443)
		for name, v := range map[string]string{"proto": "tcp", "service": "ssl", "conn_state": "SF", "history": "ShADadFf"} {
			r.SetBytes(conn.FieldIndex(name), []byte(v))
		}
		for _, name := range []string{"duration", "orig_bytes", "resp_bytes", "orig_pkts", "resp_pkts", "orig_ip_bytes", "resp_ip_bytes", "missed_bytes", "local_orig", "local_resp", "ip_proto"} {
			r.SetCell(conn.FieldIndex(name), uint64(i)*1000)
		}
	}
	for _, opt := range []zeeklog.Options{{}, {JSON: true}} {
		dir := b.TempDir()
		w, err := zeeklog.NewDirWriter(dir, opt)
		if err != nil {
			b.Fatal(err)
		}
		for n := range batch.Len() {
			if err := w.WriteRow(batch, n); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.Run(map[bool]string{true: "JSON", false: "TSV"}[opt.JSON], func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				e, err := openEngine(filepath.Join(b.TempDir(), "w.db"), false)(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				_, err = Import(b.Context(), e, File{Path: filepath.Join(dir, "conn.log"), Kind: KindZeek, Size: 1}, Options{Devices: defender.NewDevices("", defender.DefaultLocalNets), Now: time.Now})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				e.Close()
				b.StartTimer()
			}
			b.ReportMetric(float64(batch.Len())*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
