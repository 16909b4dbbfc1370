package zeeklog

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"wirehunt/event"
)

var readerLogs = []*event.Log{testLog}

// text returns rows as JSON with all fields, the batches one after another.
func text(t testing.TB, batches ...*event.Batch) string {
	t.Helper()
	var b bytes.Buffer
	for _, batch := range batches {
		if err := WriteBatch(&b, batch, Options{JSON: true, Extra: true}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// read returns what a reader makes of a file.
func read(t testing.TB, file, content string) (string, Report) {
	t.Helper()
	r := NewReader(file, readerLogs)
	var b strings.Builder
	err := r.Read(strings.NewReader(content), func(batches ...*event.Batch) error {
		b.WriteString(text(t, batches...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), r.Report()
}

// roundBatch is a batch whose values Zeek's formats hold without loss.
func roundBatch() *event.Batch {
	b := event.NewBatch(testLog)
	for n, s := range []string{"GET\t\"a\\,\xff\xc3\xa9\x01\x7f", "-", "(empty)", "", `\`, `\x41`, `a\\x41`, "\xe2\x80", "\xc3é", "x,y", "#", "é\u2028😀", "\\x", "a\r\n\b\f", `\xc3\xa9`} {
		r := b.Add(event.Order{})
		r.SetConn(int64(n-3)*1_000_001_000, "C"+s, v4(10, 0, 0, byte(n)), uint16(n), [16]byte{0: 0xfe, 1: 0x80, 15: byte(n)}, 65535)
		fMethod.Set(r, []byte(s))
		fLen.Set(r, math.MaxUint64-uint64(n))
		fRtt.Set(r, -int64(n)*1000)
		fOk.Set(r, n%2 == 0)
		fTags.SetStrings(r, []string{s, "", "A,B", "-"}[:n%5])
		l := fTTLs.List(r)
		for i := range n {
			l.Int(int64(i) * 1e6)
		}
		l.End()
		l = fHosts.List(r)
		l.Addr(v4(1, 2, 3, byte(n)))
		l.Addr([16]byte{3: 1, 9: 2, 15: 3})
		l.End()
		fScore.Set(r, float64(n)/8)
		fDelta.Set(r, int64(n)-math.MaxInt64)
		fNotStock.SetString(r, s)
	}
	r := b.Add(event.Order{})
	r.SetTs(1)
	return b
}

func rows(t testing.TB, b *event.Batch) []string {
	t.Helper()
	var out []string
	for n := range b.Len() {
		s := ""
		for i := range b.Log.Fields {
			switch f := &b.Log.Fields[i]; {
			case !b.IsSet(n, i):
				s += " unset"
			case f.Multi != event.Single || f.Kind == event.String || f.Kind == event.Enum || f.Kind == event.Addr:
				s += fmt.Sprintf(" %s=%x", f.Name, b.Bytes(n, i))
			default:
				s += fmt.Sprintf(" %s=%d", f.Name, b.Uint(n, i))
			}
		}
		out = append(out, s)
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	want := roundBatch()
	want.DropLast() // its time is no whole microsecond
	var js bytes.Buffer
	if err := WriteBatch(&js, want, Options{JSON: true, Extra: true}); err != nil {
		t.Fatal(err)
	}
	tsv := &tsvFormat{log: testLog, mask: 1<<len(testLog.Fields) - 1}
	ts := tsv.appendHeader(nil, time.Unix(0, 0))
	for n := range want.Len() {
		ts = tsv.appendRow(ts, want, n)
	}
	for name, content := range map[string][]byte{"TSV": ts, "JSON": js.Bytes()} {
		r := NewReader("test.log", readerLogs)
		err := r.Read(iotest.HalfReader(bytes.NewReader(content)), func(batches ...*event.Batch) error {
			got, want := rows(t, batches[0]), rows(t, want)
			for i := range want {
				if i >= len(got) || got[i] != want[i] {
					t.Errorf("%s: row %d\n got %s\nwant %s", name, i, got[i], want[i])
				}
			}
			return nil
		})
		if rep := r.Report(); err != nil || len(rep.Faults) > 0 {
			t.Errorf("%s: %v, faults %v", name, err, rep.Faults)
		}
	}
}

const head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\ttest\n#open\t2026-01-02-03-04-05\n"

func TestReadTSV(t *testing.T) {
	for _, c := range []struct{ name, file, in, want, report string }{
		{"other order, some columns, some unknown", "x.log", head + "#fields\tlen\tvlan\tts\tok\tid.orig_h\n#types\tcount\tint\ttime\tbool\taddr\n7\t3\t1.5\tT\t::ffff:1.2.3.4\n-\t-\t2.000000\tF\t2001:db8::1\n#close\t2026\n",
			`{"ts":1.5,"id.orig_h":"1.2.3.4","len":7,"ok":true}` + "\n" + `{"ts":2.0,"id.orig_h":"2001:db8::1","ok":false}` + "\n", "[test.vlan]"},
		{"other separators", "x.log", "#separator \\x7c\\x7c\n#set_separator||;\n#empty_field||EMPTY\n#unset_field||NULL\n#path||test\n#fields||ts||method||tags\n1||NULL||a;b\n2||EMPTY||EMPTY\n3||-||(empty)\n",
			`{"ts":1.0,"tags":["a","b"]}` + "\n" + `{"ts":2.0,"method":"","tags":[]}` + "\n" + `{"ts":3.0,"method":"-","tags":["(empty)"]}` + "\n", ""},
		{"list where one is wanted, one where a list is", "x.log", head + "#fields\tts\tmethod\ttags\n#types\ttime\tset[string]\tstring\n1\ta,b\tc\n", `{"ts":1.0,"method":"a","tags":["c"]}` + "\n", ""},
		{"Windows line ends", "x.log", strings.ReplaceAll(head+"#fields\tts\tmethod\n1\ta\n", "\n", "\r\n"), `{"ts":1.0,"method":"a"}` + "\n", ""},
		{"two logs joined", "x.log", head + "#fields\tts\n1\n" + strings.Replace(head, "test", "pe", 1) + "#fields\tts\tx\n1\t2\n" + head + "#fields\tts\tlen\n2\t3\n",
			`{"ts":1.0}` + "\n" + `{"ts":2.0,"len":3}` + "\n", "pe:1"},
		{"log by the file's name", "/logs/test.2026-01-02-03-04-05.log", "#fields\tts\n1\n", `{"ts":1.0}` + "\n", ""},
		{"no header", "test.log", "1\ta\n", "", "test.log:1 line before the line #fields (1)"},
		{"faults", "test.log", head + "#fields\tts\tlen\tmethod\n1\tx\ta\n2\t1\n3\t1\ta\tb\n-\t1\ta\n5\t1\t\xff\n6\t1\tok\n7\ty\ta\n8\t1\tto",
			`{"ts":6.0,"method":"ok","len":1}` + "\n",
			"test.log:8 test.len of another type (2) test.log:9 wrong number of fields (2) test.log:11 test.ts missing (1) test.log:12 not UTF-8 (1) test.log:15 last line torn (1)"},
	} {
		checkRead(t, c.name, c.file, c.in, c.want, c.report)
	}
}

func checkRead(t *testing.T, name, file, in, want, report string) {
	t.Helper()
	got, rep := read(t, file, in)
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
	var parts []string
	for _, f := range rep.Faults {
		parts = append(parts, fmt.Sprintf("%s:%d %s (%d)", f.File, f.Line, f.Reason, f.Count))
	}
	if len(rep.Columns) > 0 {
		parts = append(parts, fmt.Sprint(rep.Columns))
	}
	for l, n := range rep.Logs {
		parts = append(parts, fmt.Sprintf("%s:%d", l, n))
	}
	if r := strings.Join(parts, " "); r != report {
		t.Errorf("%s: report\n got %s\nwant %s", name, r, report)
	}
}

func TestReadJSON(t *testing.T) {
	one := `{"ts":1.0}` + "\n"
	for _, c := range []struct{ name, file, in, want, report string }{
		{"seconds", "test.log", `{"ts":1300475167.096535,"rtt":9.5367431640625e-07}`, `{"ts":1300475167.096535,"rtt":0.000001}` + "\n", ""},
		{"milliseconds", "test.log", `{"ts":1300475167096}`, `{"ts":1300475167.096}` + "\n", ""},
		{"ISO 8601", "test.log", `{"ts":"2011-03-18T19:06:07.096535Z"}` + "\n" + `{"ts":"2011-03-18T21:06:07+02:00"}`, `{"ts":1300475167.096535}` + "\n" + `{"ts":1300475167.0}` + "\n", ""},
		{"_path", "whatever.log", `{"_path":"test","_system_name":"s","_write_ts":"x","ts":1}` + "\n" + `{"ts":1,"_path":"test"}` + "\n", one + one, ""},
		{"_path of another log", "test.log", `{"_path":"pe","ts":1}` + "\n" + `{"ts":1}` + "\n", one, "pe:1"},
		{"underscores and objects", "test.log", `{"ts":1,"id_orig_h":"1.2.3.4","id":{"resp_h":"1.2.3.5","resp_p":"80","x":[{"a":"]"}]}}`, `{"ts":1.0,"id.orig_h":"1.2.3.4","id.resp_h":"1.2.3.5","id.resp_p":80}` + "\n", "[test.id.x]"},
		{"null, spaces, escapes", "test.log", ` {"ts":1}` + "\n" + `{ "ts" : 1 , "method" : null , "tags" : [ "a" , null , "\u00e9\ud83d\ude00\/" ] }`,
			`{"ts":1.0,"tags":["a","é😀/"]}` + "\n", "test.log:1 line before the line #fields (1)"},
		{"unknown values are skipped", "test.log", `{"ts":1,"a":{"b":[1,{"c":"}"}]},"d":[[]],"e":-1.5e3,"f":true}`, one, "[test.a.b test.d test.e test.f]"},
		{"last line without an end", "test.log", `{"ts":1}`, one, ""},
		{"torn", "test.log", `{"ts":1}` + "\n" + `{"ts":2,"met`, one, "test.log:2 last line torn (1)"},
		{"faults", "test.log", strings.Join([]string{`{"ts":1}`, `{"ts":1,}`, `{"ts":"x"}`, `{"len":1}`, `{"ts":1,"len":-1}`, `{"ts":1,"ok":"maybe"}`, `{"ts":1,"id.orig_p":65536}`, `{"ts":1}x`, `{"ts":[}`, `{"ts":1,"len":tru}`, ""}, "\n"),
			one, "test.log:2 not JSON (4) test.log:3 test.ts of another type (1) test.log:4 test.ts missing (1) test.log:5 test.len of another type (1) test.log:6 test.ok of another type (1) test.log:7 test.id.orig_p of another type (1)"},
	} {
		checkRead(t, c.name, c.file, c.in, c.want, c.report)
	}
}

func TestLogName(t *testing.T) {
	for file, want := range map[string]string{
		"conn.log": "conn", "/var/log/zeek/2026-01-01/conn.00:00:00-01:00:00.log.gz": "conn",
		"conn.2026-01-02-03-04-05.log": "conn", "conn_20260101_00:00:00-01:00:00+0000.log.gz": "conn",
		"smb_files-20260101.log": "smb_files", "smb_files.log": "smb_files", "conn_long.log": "conn_long", "x509": "x509", "": "",
	} {
		if got := LogName(file); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		file, start string
		want        bool
	}{
		{"x", head, true},
		{"x", "#fields\tts\n", true},
		{"conn.log", `{"ts":1.5,"uid":"C1`, true},
		{"test", `{"ts":"2026-01-01T00:00:00Z","uid":"C1"}`, true},
		{"x.json", `{"_path":"conn","ts":1}`, true},
		{"x.json", `{"ts":1.5,"uid":"C1"}`, false},
		{"conn.log", `{"Timestamp":"x","AdditionalFields":{"ts":"1"}}`, false},
		{"conn.log", "# a comment\n", false},
		{"conn.log", "", false},
		{"conn.log", "{", false},
	} {
		if got := Sniff(c.file, []byte(c.start), readerLogs); got != c.want {
			t.Errorf("%s %s: %v", c.file, c.start, got)
		}
	}
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", MaxLine+1<<20)
	got, rep := read(t, "test.log", `{"ts":1}`+"\n"+`{"method":"`+long+`"}`+"\n"+`{"ts":1}`+"\n")
	if got != `{"ts":1.0}`+"\n"+`{"ts":1.0}`+"\n" || len(rep.Faults) != 1 || rep.Faults[0].Line != 2 || rep.Faults[0].Reason != "line too long" {
		t.Errorf("%.100s %v", got, rep.Faults)
	}
}

// TestResume reads a file in two halves with two readers.
func TestResume(t *testing.T) {
	content := head + "#fields\tts\tlen\n1\t2\n3\t4\n5"
	a := NewReader("test.log", readerLogs)
	n := a.Feed([]byte(content[:len(content)-5]))
	if got := text(t, a.Batches()...); got != `{"ts":1.0,"len":2}`+"\n" {
		t.Fatalf("first %s", got)
	}
	b := NewReader("test.log", readerLogs)
	b.Resume(a.Header(), a.Line())
	b.Feed([]byte(content[n:]))
	b.Finish([]byte("5"))
	if got := text(t, b.Batches()...); got != `{"ts":3.0,"len":4}`+"\n" {
		t.Errorf("second %s", got)
	}
	if rep := b.Report(); len(rep.Faults) != 1 || rep.Faults[0].Line != 10 {
		t.Errorf("faults %v", rep.Faults)
	}
}

func TestNoAllocations(t *testing.T) {
	lines := []string{
		head + "#fields\tts\tuid\tid.orig_h\tid.resp_h\tmethod\tlen\trtt\ttags\n",
		"1300475167.096535\tCHhAvVGS1DHFjwGM9\t10.0.0.1\tfe80::1\ta\\x09b\t7\t0.050000\ta,b\n",
		`{"ts":"2011-03-18T19:06:07.096535Z","uid":"C1","id.orig_h":"10.0.0.1","id.resp_h":"fe80::1","method":"a\tb\\xff","rtt":1e-05,"vlan":7,"tags":["a"]}` + "\n",
	}
	for name, in := range map[string][]string{"TSV": lines[:2], "JSON": {"", lines[2]}} {
		r := NewReader("test.log", readerLogs)
		r.Feed([]byte(in[0]))
		line := []byte(in[1])
		feed := func() {
			r.Reset()
			for range 100 {
				r.Feed(line)
			}
		}
		feed()
		if n := testing.AllocsPerRun(10, feed); n > 1 {
			t.Errorf("%s: %.0f allocations in 100 rows", name, n)
		}
		if r.Rows() != 100 {
			t.Errorf("%s: %d rows, %v", name, r.Rows(), r.Report())
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for name, in := range map[string][2]string{
		"TSV": {head + "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\tlen\trtt\tok\ttags\n",
			"1300475167.096535\tCHhAvVGS1DHFjwGM9\t10.0.0.1\t1234\t10.20.30.40\t443\tsome text here\t7\t0.050000\tT\ta,b\n"},
		"JSON": {"", `{"ts":1300475167.096535,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"10.0.0.1","id.orig_p":1234,"id.resp_h":"10.20.30.40","id.resp_p":443,"method":"some text here","len":7,"rtt":0.05,"ok":true,"tags":["a","b"]}` + "\n"},
	} {
		b.Run(name, func(b *testing.B) {
			r := NewReader("test.log", readerLogs)
			r.Feed([]byte(in[0]))
			lines := bytes.Repeat([]byte(in[1]), 100)
			b.SetBytes(int64(len(lines)))
			b.ReportAllocs()
			for b.Loop() {
				r.Feed(lines)
				r.Reset()
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	var js bytes.Buffer
	if err := WriteBatch(&js, roundBatch(), Options{JSON: true, Extra: true}); err != nil {
		f.Fatal(err)
	}
	f.Add(js.String())
	f.Add(head + "#fields\tts\tlen\tmethod\ttags\thosts\n1.5\t3\ta\\x2cb\ta,-\t::1,1.2.3.4\n")
	f.Add("#separator \\x2c\n#fields,ts\n1\n{")
	f.Add(`{"ts":1,"id":{"orig_h":"::"},"x":[[{"a":1}]],"method":"\ud800\\xff"}`)
	f.Fuzz(func(t *testing.T, in string) {
		whole, rep := read(t, "test.log", in)
		// Rows do not depend on how the file comes in.
		r := NewReader("test.log", readerLogs)
		var got strings.Builder
		err := r.Read(iotest.OneByteReader(strings.NewReader(in)), func(batches ...*event.Batch) error {
			got.WriteString(text(t, batches...))
			return nil
		})
		if err != nil || got.String() != whole {
			t.Errorf("byte by byte: %v\n got %q\nwant %q", err, got.String(), whole)
		}
		if !slices.Equal(r.Report().Faults, rep.Faults) {
			t.Errorf("faults %v, want %v", r.Report().Faults, rep.Faults)
		}
		// What was read, written and read again is the same.
		if strings.Contains(whole, `\\x`) {
			return // see unescapeJSONText
		}
		again, _ := read(t, "test.log", whole)
		if again != whole && !strings.Contains(whole, "e+") {
			t.Errorf("read again\n got %q\nwant %q", again, whole)
		}
	})
}

func FuzzAddr(f *testing.F) {
	for _, s := range []string{"::", "::1", "1.2.3.4", "::ffff:1.2.3.4", "2001:db8::1:0:0:1", "1:2:3:4:5:6:7:8", "1::8::", "1:2:3:4:5:6:7::", "01.2.3.4", "fe80::1%eth0", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4:5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := parseAddr([]byte(s))
		want, err := netip.ParseAddr(s)
		if err != nil || want.Zone() != "" {
			// Leading zeros are read as what Zeek means by them: decimal.
			if ok && !strings.Contains(s, "0") {
				t.Errorf("%q read as %v, want %v", s, netip.AddrFrom16(a), err)
			}
			return
		}
		if !ok || a != want.As16() {
			t.Errorf("%q: %v %v, want %v", s, netip.AddrFrom16(a), ok, want)
		}
	})
}
