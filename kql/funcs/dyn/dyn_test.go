package dyn

import (
	"encoding/json"
	"testing"
)

// FuzzParse wants what is written to be read back the same, and to be JSON.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"b":1,"a":[true,null,-1.5,"x\u00e9\n"]}`, `[]`, `{}`, `""`, `1e400`, `"\ud83d\ude00"`, `{"a":1,"a":2}`, `[[[[`, `01`, ` null `} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := Parse(s)
		if !ok {
			return
		}
		text := Append(nil, v)
		if !json.Valid(text) {
			t.Fatalf("%q gives %q, which is not JSON", s, text)
		}
		w, ok := Parse(string(text))
		if !ok || string(Append(nil, w)) != string(text) {
			t.Fatalf("%q gives %q, which reads as %q", s, text, Append(nil, w))
		}
	})
}

func TestOrder(t *testing.T) {
	v, ok := Parse(`{"z":1,"a":{"y":2,"b":3}}`)
	if got := string(Append(nil, v)); !ok || got != `{"z":1,"a":{"y":2,"b":3}}` {
		t.Errorf("members moved: %s", got)
	}
}
