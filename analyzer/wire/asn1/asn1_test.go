package asn1

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNext(t *testing.T) {
	f := func(in string, id byte, tag uint32, body, rest string) {
		t.Helper()
		e, r, ok := Next(unhex(t, in))
		if !ok {
			t.Errorf("%s: not read", in)
			return
		}
		if e.ID != id || e.Tag != tag || hex.EncodeToString(e.Body) != body || hex.EncodeToString(r) != rest {
			t.Errorf("%s: got id %#x tag %d body %x rest %x", in, e.ID, e.Tag, e.Body, r)
		}
		if string(e.Raw)+string(r) != string(unhex(t, in)) {
			t.Errorf("%s: raw %x and rest %x are not the input", in, e.Raw, r)
		}
	}
	f("020105", Integer, 2, "05", "")
	f("0201050500", Integer, 2, "05", "0500")
	f("30030201ff", Sequence, 16, "0201ff", "")
	f("04810141", OctetString, 4, "41", "")
	f("048400000001aabb", OctetString, 4, "aa", "bb")
}

func TestNextForms(t *testing.T) {
	f := func(in string, want bool, body string) {
		t.Helper()
		e, _, ok := Next(unhex(t, in))
		if ok != want || hex.EncodeToString(e.Body) != body {
			t.Errorf("%s: got %v, body %x", in, ok, e.Body)
		}
	}
	f("3080020105000000", true, "020105")                    // indefinite
	f("308030800201050000000099", true, "3080020105"+"0000") // nested
	f("3080020105", false, "")                               // never ends
	f("048000000000", false, "")                             // primitive, indefinite
	f("5f810100", true, "")                                  // tag 129
	f("5f8181818181810100", false, "")                       // tag too long
	f("04850100000000", false, "")                           // length over 31 bits
	f("0405", false, "")
	f("04", false, "")
	f("", false, "")
	if e, _, _ := Next(unhex(t, "5f810100")); e.Tag != 129 {
		t.Errorf("tag %d, want 129", e.Tag)
	}
}

func TestHeader(t *testing.T) {
	f := func(in string, size, length int, st Status) {
		t.Helper()
		if s, l, got := Header(unhex(t, in)); s != size || l != length || got != st {
			t.Errorf("%s: got %d, %d, %d", in, s, l, got)
		}
	}
	f("30", 0, 0, Short)
	f("308201", 0, 0, Short)
	f("30820102", 4, 258, OK)
	f("3080", 2, -1, OK)
	f("1f", 0, 0, Short)
	f("1f81", 0, 0, Short)
	f("1f8101", 0, 0, Short)
	f("1f810105", 4, 5, OK)
}

func TestReader(t *testing.T) {
	// SEQUENCE { 5, [1] { true }, "hi" }
	r := NewReader(unhex(t, "300c020105a1030101ff0c026869"))
	seq := r.Enter(Sequence)
	if v, ok := Int(seq.Read(Integer)); v != 5 || !ok {
		t.Errorf("integer %d, %v", v, ok)
	}
	if _, has := seq.Optional(Context | Constructed | 0); has {
		t.Error("[0] found")
	}
	one := seq.Enter(Context | Constructed | 1)
	if !Bool(one.Read(Boolean)) || !one.OK() || !one.Empty() {
		t.Error("[1] misread")
	}
	if s := seq.Read(UTF8String); string(s) != "hi" || !seq.OK() {
		t.Errorf("string %q", s)
	}
	if seq.Read(Integer) != nil || seq.OK() {
		t.Error("a read past the end succeeded")
	}
	in := seq.Enter(Sequence)
	if in.OK() || !in.Empty() {
		t.Error("failure does not stick")
	}
}

func TestIntegers(t *testing.T) {
	f := func(in string, want int64, ok bool) {
		t.Helper()
		if v, got := Int(unhex(t, in)); v != want || got != ok {
			t.Errorf("%s: got %d, %v", in, v, got)
		}
	}
	f("", 0, false)
	f("ff", -1, true)
	f("0080", 128, true)
	f("8000000000000000", -1<<63, true)
	f("008000000000000000", 0, false)
	if v, ok := Uint(unhex(t, "00ffffffffffffffff")); v != 1<<64-1 || !ok {
		t.Errorf("uint %d, %v", v, ok)
	}
	if _, ok := Uint(unhex(t, "ff")); ok {
		t.Error("negative taken")
	}
}

func TestOID(t *testing.T) {
	f := func(in, want string, ok bool) {
		t.Helper()
		if b, got := AppendOID(nil, unhex(t, in)); string(b) != want || got != ok {
			t.Errorf("%s: got %s, %v", in, b, got)
		}
	}
	f("2a864886f70d01010b", "1.2.840.113549.1.1.11", true)
	f("551d11", "2.5.29.17", true)
	f("883703", "2.999.3", true)
	f("2b0601040182371502", "1.3.6.1.4.1.311.21.2", true)
	f("", "", false)
	f("2a86", "", false)
	f("2affffffffffffffffffff01", "", false)
}

func TestTime(t *testing.T) {
	f := func(id byte, in, want string) {
		t.Helper()
		ns, ok := Time(id, []byte(in))
		got := ""
		if ok {
			got = time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	f(UTCTime, "491231235959Z", "2049-12-31T23:59:59Z")
	f(UTCTime, "500101000000Z", "1950-01-01T00:00:00Z")
	f(UTCTime, "1503040506Z", "2015-03-04T05:06:00Z")
	f(UTCTime, "150304050607+0200", "2015-03-04T03:06:07Z")
	f(GeneralizedTime, "20150304050607Z", "2015-03-04T05:06:07Z")
	f(GeneralizedTime, "20150304050607.25Z", "2015-03-04T05:06:07.25Z")
	f(GeneralizedTime, "20150304050607", "2015-03-04T05:06:07Z")
	f(GeneralizedTime, "99991231235959Z", "2262-04-11T23:47:16Z")
	f(GeneralizedTime, "20151304050607Z", "")
	f(UTCTime, "1503", "")
	f(UTCTime, "150304050607X", "")
	f(Integer, "150304050607Z", "")
}

func TestText(t *testing.T) {
	f := func(id byte, in, want string) {
		t.Helper()
		if got := string(AppendText(nil, id, unhex(t, in))); got != want {
			t.Errorf("%#x %s: got %q", id, in, got)
		}
	}
	f(BMPString, "00e40042", "äB")
	f(BMPString, "d83dde00", "😀")
	f(UniversalString, "000000e4", "ä")
	f(T61String, "e4", "ä")
	f(T61String, "c3a4", "ä")
	f(PrintableString, "4142", "AB")
}

func TestBits(t *testing.T) {
	if b, u, ok := Bits([]byte{3, 0xa8}); !ok || u != 3 || !bytes.Equal(b, []byte{0xa8}) {
		t.Errorf("got %x, %d, %v", b, u, ok)
	}
	for _, in := range [][]byte{nil, {8, 1}, {1}} {
		if _, _, ok := Bits(in); ok {
			t.Errorf("%x taken", in)
		}
	}
}

func FuzzNext(f *testing.F) {
	for _, s := range []string{"300c020105a1030101ff0c026869", "3080020105000000", "5f8101023030", "0484ffffffff"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rest := b
		for len(rest) > 0 {
			e, r, ok := Next(rest)
			if !ok {
				break
			}
			if len(e.Raw)+len(r) != len(rest) || len(e.Body) >= len(e.Raw) {
				t.Fatalf("%x: raw %x, body %x, rest %x", rest, e.Raw, e.Body, r)
			}
			Time(e.ID, e.Body)
			AppendOID(nil, e.Body)
			AppendText(nil, e.ID, e.Body)
			Bits(e.Body)
			Uint(e.Body)
			Int(e.Body)
			rest = r
		}
	})
}
