package types

import "testing"

func TestAssign(t *testing.T) {
	f := func(sig string, n int, want ...string) {
		t.Helper()
		params, ok := ParseSignatures(sig)[0].assign(n)
		if !ok {
			if want != nil {
				t.Errorf("%s with %d arguments does not fit", sig, n)
			}
			return
		}
		if len(params) != len(want) {
			t.Fatalf("%s with %d arguments: %d parameters, want %d", sig, n, len(params), len(want))
		}
		for i, p := range params {
			if p.Name != want[i] {
				t.Errorf("%s: argument %d is %s, want %s", sig, i, p.Name, want[i])
			}
		}
	}
	f("(a:long, b?:long) -> long", 1, "a")
	f("(a:long, b?:long) -> long", 2, "a", "b")
	f("(a:long, b?:long) -> long", 3)
	f("(x...:Scalar) -> string", 3, "x", "x", "x")
	f("(if...:bool, then...:Scalar, else:Scalar) -> Common", 5, "if", "then", "if", "then", "else")
	f("(if...:bool, then...:Scalar, else:Scalar) -> Common", 4)
	f("() -> long", 0)
}

func TestFormat(t *testing.T) {
	for ticks, want := range map[int64]string{0: "00:00:00", 864_000_000_001: "1.00:00:00.0000001", -36_000_000_000: "-01:00:00"} {
		if got := FormatTimespan(ticks); got != want {
			t.Errorf("timespan %d: got %s, want %s", ticks, got, want)
		}
	}
	for ticks, want := range map[int64]string{0: "0001-01-01T00:00:00.0000000Z", 638528400000000001: "2024-06-01T12:00:00.0000001Z"} {
		if got := FormatDatetime(ticks); got != want {
			t.Errorf("datetime %d: got %s, want %s", ticks, got, want)
		}
		if back := TicksOf(TimeOf(ticks)); back != ticks {
			t.Errorf("datetime %d comes back as %d", ticks, back)
		}
	}
	for x, want := range map[float64]string{1: "1.0", 0.1: "0.1", 236.02: "236.02", 1e20: "1e+20"} {
		if got := FormatReal(x); got != want {
			t.Errorf("real %g: got %s, want %s", x, got, want)
		}
	}
}
