package token

import (
	"testing"
	"time"
)

// ticks returns the ticks of a time as Go counts it, which is how ours are
// checked.
func ticks(s string) int64 {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return (t.Unix()+62135596800)*TicksPerSecond + int64(t.Nanosecond()/100)
}

func TestParseDatetime(t *testing.T) {
	tests := []struct{ in, want string }{
		{"2024", "2024-01-01T00:00:00Z"},
		{"2024-02", "2024-02-01T00:00:00Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{"20240229", "2024-02-29T00:00:00Z"},
		{"2024/2/9", "2024-02-09T00:00:00Z"},
		{"2024.02.09", "2024-02-09T00:00:00Z"},
		{" 2024-02-29T12 ", "2024-02-29T12:00:00Z"},
		{"2024-02-29T12:30", "2024-02-29T12:30:00Z"},
		{"2024-02-29 12:30:15", "2024-02-29T12:30:15Z"},
		{"2024-02-29T12:30:15.1Z", "2024-02-29T12:30:15.1Z"},
		{"2024-02-29T12:30:15.1234567Z", "2024-02-29T12:30:15.1234567Z"},
		{"2024-02-29T12:30:15.123456789Z", "2024-02-29T12:30:15.1234567Z"},
		{"2024-02-29T12:30:15+02:00", "2024-02-29T10:30:15Z"},
		{"2024-02-29T12:30:15 -0530", "2024-02-29T18:00:15Z"},
		{"2024-02-29T24:00", "2024-03-01T00:00:00Z"},
		{"2024-02-29 01:02:03 PM", "2024-02-29T13:02:03Z"},
		{"2024-02-29 12:02 AM", "2024-02-29T00:02:00Z"},
		{"2/29/2024", "2024-02-29T00:00:00Z"},
		{"2/29/24 1:02", "2024-02-29T01:02:00Z"},
		{"12-02-2022", "2022-12-02T00:00:00Z"},
		{"2025, 6, 14", "2025-06-14T00:00:00Z"},
		{"2025,6,14,10,30,5", "2025-06-14T10:30:05Z"},
		{"Sat, 8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02Z"},
		{"Sat, 8 Nov 14 15:05", "2014-11-08T15:05:00Z"},
		{"8 Nov 2014 15:05:02", "2014-11-08T15:05:02Z"},
		{"Saturday, 08-Nov-14 15:05:02 UTC", "2014-11-08T15:05:02Z"},
		{"8 November 1999", "1999-11-08T00:00:00Z"},
		{"0001-01-01", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59.9999999Z"},
		{"1900-03-01", "1900-03-01T00:00:00Z"},
	}
	for _, tt := range tests {
		if got, ok := ParseDatetime(tt.in); !ok || got != ticks(tt.want) {
			t.Errorf("%q = %d, %v, want %d", tt.in, got, ok, ticks(tt.want))
		}
	}
	bad := []string{
		"", " ", "x", "2024-13-01", "2024-02-30", "2023-02-29", "1900-02-29", "0000-01-01", "10000-01-01", "2024-02-29T", "2024-02-29T25:00",
		"2024-02-29T12:60", "2024-02-29T12:30:61", "2024-02-29T12:", "2024-02-29T12:30:15.", "2024-02-29x", "2024-02-29T12:30+", "2024-02-29T12:30+15:00",
		"2024-02-29T12:30 nowhere", "2024-", "31/12/2024", "Foo, 8 Nov 14", "8 Foo 14", "8 Nov", "2025, 6", "2025, 6, ", "2025,6,14,24", "9999-12-31T23:59:59-01:00",
		"0001-01-01T00:00+01:00", "now", "123", "12345",
	}
	for _, in := range bad {
		if got, ok := ParseDatetime(in); ok {
			t.Errorf("%q = %d, want an error", in, got)
		}
	}
}

func TestDateTicks(t *testing.T) {
	day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := int64(0); ; n++ {
		got, ok := DateTicks(day.Year(), int(day.Month()), day.Day())
		if !ok || got != n*TicksPerDay {
			t.Fatalf("%v = %d, %v", day, got, ok)
		}
		if day = day.AddDate(0, 0, 1); day.Year() > 9999 {
			if last := (n+1)*TicksPerDay - 1; last != MaxDatetime {
				t.Errorf("MaxDatetime is %d, want %d", int64(MaxDatetime), last)
			}
			return
		}
	}
}

func TestParseTimespan(t *testing.T) {
	tests := []struct {
		in   string
		want int64
	}{
		{"1d", TicksPerDay}, {"2 days", 2 * TicksPerDay}, {"1.5h", TicksPerDay / 16}, {"0.1s", TicksPerSecond / 10}, {"30m", 30 * TicksPerMinute},
		{"10s", 10 * TicksPerSecond}, {"100ms", 100 * TicksPerMillisecond}, {"5microseconds", 50}, {"3ticks", 3}, {"250nanoseconds", 2},
		{"2", 2 * TicksPerDay}, {"-1d", -TicksPerDay}, {"- 1d", -TicksPerDay}, {"+2h", 2 * TicksPerHour}, {"0", 0},
		{"12:30", 12*TicksPerHour + 30*TicksPerMinute}, {"01:02:03", TicksPerHour + 2*TicksPerMinute + 3*TicksPerSecond},
		{"1.02:03:04.5678901", TicksPerDay + 2*TicksPerHour + 3*TicksPerMinute + 4*TicksPerSecond + 5678901}, {"-00:00:01", -TicksPerSecond},
		{"10675198.23:59:59.9999999", 10675199*TicksPerDay - 1}, {"1.2", TicksPerDay * 6 / 5},
	}
	for _, tt := range tests {
		if got, ok := ParseTimespan(tt.in); !ok || got != tt.want {
			t.Errorf("%q = %d, %v, want %d", tt.in, got, ok, tt.want)
		}
	}
	for _, in := range []string{"", "d", "1x", "-", "1 2", "1..2d", "24:00", "1:60", "1:2:60", "1:2:3.", "1:", "99999999999999999999d", "11000000d", "1d2h", ":"} {
		if got, ok := ParseTimespan(in); ok {
			t.Errorf("%q = %d, want an error", in, got)
		}
	}
}

func TestParseGuid(t *testing.T) {
	const want = "74be27de-1e4e-49d9-b579-fe0b331d3642"
	for _, in := range []string{want, "74BE27DE-1E4E-49D9-B579-FE0B331D3642", "{74be27de-1e4e-49d9-b579-fe0b331d3642}", " 74be27de1e4e49d9b579fe0b331d3642"} {
		if got, ok := ParseGuid(in); !ok || got != want {
			t.Errorf("%q = %q, %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "x", "{}", "74be27de-1e4e-49d9-b579-fe0b331d364", "74be27de-1e4e-49d9-b579-fe0b331d364g", "74be27de01e4e-49d9-b579-fe0b331d36420"} {
		if got, ok := ParseGuid(in); ok {
			t.Errorf("%q = %q, want an error", in, got)
		}
	}
}

func TestLines(t *testing.T) {
	l := NewLines("ab\r\ncd\re\u00e9f\n\nx")
	tests := []struct{ offset, line, column int }{{0, 1, 1}, {2, 1, 3}, {4, 2, 1}, {7, 3, 1}, {10, 3, 3}, {11, 3, 4}, {12, 4, 1}, {13, 5, 1}, {14, 5, 2}, {99, 5, 2}, {-1, 1, 1}}
	for _, tt := range tests {
		if got := l.Position(tt.offset); got != (Position{tt.line, tt.column}) {
			t.Errorf("offset %d is %v, want %d:%d", tt.offset, got, tt.line, tt.column)
		}
	}
	for i, want := range []string{"", "ab", "cd", "e\u00e9f", "", "x", ""} {
		if got := l.Text(i); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
	if l.Count() != 5 || l.Start(2) != 4 || l.Start(0) != 0 || l.Start(9) != 14 {
		t.Errorf("%d lines, starts %d %d %d", l.Count(), l.Start(2), l.Start(0), l.Start(9))
	}
}

func TestSpan(t *testing.T) {
	s := Span{2, 5}
	if s.Len() != 3 || s.Empty() || !At(3).Empty() || !s.Contains(2) || s.Contains(5) || s.To(Span{7, 9}) != (Span{2, 9}) {
		t.Error("span arithmetic")
	}
	if s.Text("abcdef") != "cde" || s.Text("abc") != "c" || s.Text("") != "" || (Span{-1, 2}).Text("abc") != "ab" {
		t.Error("span text")
	}
	for k := range Hash + 1 {
		if k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}

func FuzzLiterals(f *testing.F) {
	for _, s := range []string{"2024-02-29T12:30:15.1234567+02:00", "Sat, 8 Nov 14 15:05:02 GMT", "2/29/24 1:02 PM", "1.02:03:04.5", "-1.5h", "{74be27de-1e4e-49d9-b579-fe0b331d3642}", "2025, 6, 14"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := ParseDatetime(s); ok && (n < 0 || n > MaxDatetime) {
			t.Errorf("datetime %q is out of range: %d", s, n)
		}
		ParseTimespan(s)
		if g, ok := ParseGuid(s); ok && len(g) != 36 {
			t.Errorf("guid %q = %q", s, g)
		}
	})
}
