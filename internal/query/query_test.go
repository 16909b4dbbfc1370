package query

import (
	"bytes"
	"math"
	"testing"
	"time"

	"wirehunt/schema"
)

type fakeRows struct {
	rows [][]any
	at   int
}

func (r *fakeRows) Next() bool    { r.at++; return r.at <= len(r.rows) }
func (r *fakeRows) Values() []any { return r.rows[r.at-1] }
func (r *fakeRows) Err() error    { return nil }
func (r *fakeRows) Close() error  { return nil }

func TestText(t *testing.T) {
	f := func(v any, typ schema.Type, want, wantJSON string) {
		t.Helper()
		if got := string(AppendText(nil, v, typ)); got != want {
			t.Errorf("%v (%s) as text is %q, want %q", v, typ, got, want)
		}
		if got := string(AppendJSON(nil, v, typ)); got != wantJSON {
			t.Errorf("%v (%s) as JSON is %s, want %s", v, typ, got, wantJSON)
		}
	}
	at := Ticks(time.Date(2023, 11, 7, 11, 0, 0, 123456700, time.UTC))
	f(at, schema.DateTime, "2023-11-07T11:00:00.1234567Z", `"2023-11-07T11:00:00.1234567Z"`)
	f(int64(0), schema.DateTime, "0001-01-01T00:00:00.0000000Z", `"0001-01-01T00:00:00.0000000Z"`)
	f(int64(864000000000+3661*schema.TicksPerSecond+5), schema.TimeSpan, "1.01:01:01.0000005", `"1.01:01:01.0000005"`)
	f(int64(-10000000), schema.TimeSpan, "-00:00:01", `"-00:00:01"`)
	f(int64(math.MinInt64), schema.TimeSpan, "-10675199.02:48:05.4775808", `"-10675199.02:48:05.4775808"`)
	f(int64(7), schema.Long, "7", "7")
	f(int32(-7), schema.Int, "-7", "-7")
	f(true, schema.Bool, "true", "true")
	f(1.5, schema.Real, "1.5", "1.5")
	f(math.NaN(), schema.Real, "NaN", `"NaN"`)
	f(`{"a":[1,"x"]}`, schema.Dynamic, `{"a":[1,"x"]}`, `{"a":[1,"x"]}`)
	f(`"x<y"`, schema.Dynamic, "x<y", `"x<y"`)
	f("a\"<b>\n", schema.String, "a\"<b>\n", `"a\"<b>\n"`)
	f(nil, schema.String, "", `""`)
	f(nil, schema.Long, "", "null")
}

func TestWriters(t *testing.T) {
	cols := []schema.Column{{Name: "a b", Type: schema.String}, {Name: "n", Type: schema.Long}}
	rows := func() *fakeRows { return &fakeRows{rows: [][]any{{"x,y", int64(1)}, {nil, nil}}} }
	var out bytes.Buffer
	if n, err := WriteJSON(&out, cols, rows()); n != 2 || err != nil {
		t.Error(n, err)
	}
	want := "{\"Schema\":[{\"Name\":\"a b\",\"Type\":\"String\"},{\"Name\":\"n\",\"Type\":\"Int64\"}],\n\"Results\":[\n{\"a b\":\"x,y\",\"n\":1},\n{\"a b\":\"\",\"n\":null}]}\n"
	if out.String() != want {
		t.Errorf("JSON:\n%swant\n%s", out.String(), want)
	}
	out.Reset()
	if n, err := WriteCSV(&out, cols, rows()); n != 2 || err != nil {
		t.Error(n, err)
	}
	if out.String() != "a b,n\n\"x,y\",1\n,\n" {
		t.Errorf("CSV:\n%s", out.String())
	}
	out.Reset()
	if n, err := WriteNDJSON(&out, cols, rows()); n != 2 || err != nil {
		t.Error(n, err)
	}
	if out.String() != "{\"a b\":\"x,y\",\"n\":1}\n{\"a b\":\"\",\"n\":null}\n" {
		t.Errorf("NDJSON:\n%s", out.String())
	}
}
