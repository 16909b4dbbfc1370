package win

import (
	"encoding/hex"
	"testing"
	"unicode/utf8"
)

func TestAppendUTF16(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := AppendUTF16([]byte("<"), []byte(in)); string(got) != "<"+want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f("", "")
	f("A\x00d\x00", "Ad")
	f("A\x00\x00\x00", "A")
	f("\x00\x00\x00\x00", "\x00")
	f("A\x00d", "A")
	f("\xe9\x00\xac\x20", "é€")
	f("\x3d\xd8\x00\xde", "😀")
	f("\x3d\xd8A\x00", "\ufffdA")
	f("\x3d\xd8", "\ufffd")
	f("\x00\xdeA\x00", "\ufffdA")
}

func TestCutUTF16(t *testing.T) {
	f := func(in, text, rest string) {
		t.Helper()
		a, b := CutUTF16([]byte(in))
		if string(a) != text || string(b) != rest {
			t.Errorf("%q: got %q, %q", in, a, b)
		}
	}
	f("A\x00\x00\x00B\x00", "A\x00", "B\x00")
	f("A\x00B\x00", "A\x00B\x00", "")
	f("\x00\x00", "", "")
	f("", "", "")
}

func TestFiletime(t *testing.T) {
	f := func(in uint64, want int64, ok bool) {
		t.Helper()
		if got, o := Filetime(in); got != want || o != ok {
			t.Errorf("%d: got %d, %v", in, got, o)
		}
	}
	f(116444736000000000, 0, true)
	f(133370937691236740, 1692620169123674000, true)
	f(0, 0, false)
	f(1<<63, 0, false)
	f(1<<64-1, 0, false)
}

func TestAppendGUID(t *testing.T) {
	b, _ := hex.DecodeString("785634123412cdabef000123456789ab")
	if got := string(AppendGUID(nil, b)); got != "12345678-1234-abcd-ef00-0123456789ab" {
		t.Errorf("got %s", got)
	}
}

func FuzzAppendUTF16(f *testing.F) {
	f.Add([]byte("A\x00\x3d\xd8\x00\xde"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := AppendUTF16(nil, b); !utf8.Valid(got) {
			t.Errorf("%x: not UTF-8: %x", b, got)
		}
	})
}
