package zeeklog

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wirehunt/event"
)

var (
	testLog   = event.NewLog("test", "", "A log for tests.")
	fMethod   = testLog.StringField("method", "doc")
	fLen      = testLog.CountField("len", "doc")
	fRtt      = testLog.IntervalField("rtt", "doc")
	fOk       = testLog.BoolField("ok", "doc")
	fTags     = testLog.SetField("tags", event.Enum, "doc")
	fTTLs     = testLog.VectorField("TTLs", event.Interval, "doc")
	fHosts    = testLog.VectorField("hosts", event.Addr, "doc")
	fScore    = testLog.DoubleField("score", "doc")
	fDelta    = testLog.IntField("delta", "doc")
	fNotStock = testLog.StringField("ja9", "doc", event.Extra)
)

func v4(a, b, c, d byte) [16]byte { return [16]byte{10: 0xff, 11: 0xff, 12: a, 13: b, 14: c, 15: d} }

func testBatch() *event.Batch {
	b := event.NewBatch(testLog)
	r := b.Add(event.Order{})
	r.SetConn(1300475167_096535499, "CHhAvVGS1DHFjwGM9", v4(10, 0, 0, 1), 1234, [16]byte{0xfe, 0x80, 15: 1}, 80)
	fMethod.Set(r, []byte("GET\t\"a\\,\xff\xc3\xa9\x01"))
	fLen.Set(r, 1<<63)
	fRtt.Set(r, 50_000_000)
	fOk.Set(r, true)
	l := fTags.List(r)
	l.String("A,B")
	l.String("C")
	l.End()
	l = fTTLs.List(r)
	l.Int(1200e9)
	l.Int(1)
	l.End()
	l = fHosts.List(r)
	l.Addr(v4(1, 2, 3, 4))
	l.End()
	fScore.Set(r, 3)
	fDelta.Set(r, -5)
	fNotStock.SetString(r, "x")
	r = b.Add(event.Order{})
	r.SetConn(1_000_000_000, "C2", v4(10, 0, 0, 1), 1, v4(10, 0, 0, 2), 2)
	fMethod.SetString(r, "-")
	fTags.SetStrings(r, nil)
	r = b.Add(event.Order{})
	r.SetConn(-1_500_000_000, "C3", v4(0, 0, 0, 0), 0, v4(255, 255, 255, 255), 65535)
	fMethod.SetString(r, "")
	return b
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := WriteBatch(&out, testBatch(), Options{JSON: true, Extra: true}); err != nil {
		t.Fatal(err)
	}
	want := `{"ts":1300475167.096535,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"10.0.0.1","id.orig_p":1234,"id.resp_h":"fe80::1","id.resp_p":80,"method":"GET\t\"a\\,\\xffé\\x01","len":9223372036854775808,"rtt":0.05,"ok":true,"tags":["A,B","C"],"TTLs":[1200.0,0.0],"hosts":["1.2.3.4"],"score":3.0,"delta":-5,"ja9":"x"}
{"ts":1.0,"uid":"C2","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.2","id.resp_p":2,"method":"-","tags":[]}
{"ts":-1.5,"uid":"C3","id.orig_h":"0.0.0.0","id.orig_p":0,"id.resp_h":"255.255.255.255","id.resp_p":65535,"method":""}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n")) {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestTSVFile(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w, err := NewDirWriter(filepath.Join(dir, "logs"), Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	b := testBatch()
	for n := range b.Len() {
		if err := w.WriteRow(b, n); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.Rows()["test"]; got != 3 {
		t.Errorf("rows %d", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "logs", "test.log"))
	if err != nil {
		t.Fatal(err)
	}
	want := "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\ttest\n#open\t2026-01-02-03-04-05\n" +
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\tlen\trtt\tok\ttags\tTTLs\thosts\tscore\tdelta\n" +
		"#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tcount\tinterval\tbool\tset[enum]\tvector[interval]\tvector[addr]\tdouble\tint\n" +
		"1300475167.096535\tCHhAvVGS1DHFjwGM9\t10.0.0.1\t1234\tfe80::1\t80\tGET\\x09\"a\\\\,\\xffé\\x01\t9223372036854775808\t0.050000\tT\tA\\x2cB,C\t1200.000000,0.000000\t1.2.3.4\t3\t-5\n" +
		"1.000000\tC2\t10.0.0.1\t1\t10.0.0.2\t2\t\\x2d\t-\t-\t-\t(empty)\t-\t-\t-\t-\n" +
		"-1.500000\tC3\t0.0.0.0\t0\t255.255.255.255\t65535\t(empty)\t-\t-\t-\t-\t-\t-\t-\t-\n" +
		"#close\t2026-01-02-03-04-05\n"
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func BenchmarkJSON(b *testing.B) {
	batch := testBatch()
	f := newJSON(testLog, 1<<63-1)
	var buf []byte
	b.ReportAllocs()
	for range b.N {
		buf = f.appendRow(buf[:0], batch, 0)
	}
	b.SetBytes(int64(len(buf)))
}

func FuzzJSONString(f *testing.F) {
	f.Add([]byte("a\x00\xff\"\\\u2028"))
	f.Fuzz(func(t *testing.T, s []byte) {
		if j := appendJSONString(nil, s); !json.Valid(j) {
			t.Errorf("%q gives %q", s, j)
		}
		for _, c := range appendTSVString(nil, s, true) {
			if c < 0x20 || c == ',' {
				t.Errorf("%q: separator left", s)
			}
		}
	})
}
