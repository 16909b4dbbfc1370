package funcs

import (
	"strings"
	"testing"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// TestCatalogue wants every function to be documented and to run somewhere.
func TestCatalogue(t *testing.T) {
	c := All()
	check := func(kind string, f *types.Func) {
		rowwise := f.Kind == types.WindowFunc && c.Operator("rows_"+f.Name) != nil
		if f.SQL == nil && f.Eval == nil && !rowwise {
			t.Errorf("%s %s has neither SQL nor Go", kind, f.Name)
		}
		if f.Doc == "" && kind != "operator" {
			t.Errorf("%s %s has no documentation", kind, f.Name)
		}
		if len(f.Sigs) == 0 {
			t.Errorf("%s %s has no signature", kind, f.Name)
		}
	}
	for _, n := range c.ScalarNames() {
		check("function", c.Scalar(n))
	}
	for _, n := range c.AggregateNames() {
		check("aggregate", c.Aggregate(n))
	}
	for _, f := range c.operators {
		check("operator", f)
	}
}

// FuzzInvoke calls functions as the database does, with any text.
func FuzzInvoke(f *testing.F) {
	f.Add("parse_url", "https://u:p@h:1/p?q=1#f")
	f.Add("parse_path", `C:\a\b.txt:s`)
	f.Add("parse_command_line", `a "b c" \"d`)
	f.Add("parse_csv", `a,"b""c",d`)
	f.Add("ipv4_is_private", "10.0.0.1/8")
	f.Add("gzip_decompress_from_base64_string", "H4sIAAAAAAAA/w==")
	c := All()
	f.Fuzz(func(t *testing.T, name, text string) {
		fn := c.Scalar(name)
		if fn == nil || fn.Eval == nil {
			return
		}
		for _, n := range []int{1, 2, 3} {
			args := make([]any, n)
			kinds := make([]byte, n+1)
			for i := range args {
				args[i], kinds[i] = text, 's'
			}
			kinds[n] = 's'
			lo := 1 << 10
			for _, s := range fn.Sigs {
				k := 0
				for _, p := range s.Params {
					if !p.Optional {
						k++
					}
				}
				lo = min(lo, k)
			}
			if n == lo {
				Invoke(name, string(kinds), args)
			}
		}
	})
}

func TestXXHash(t *testing.T) {
	// The values of the specification's test vectors for seed 0.
	for s, want := range map[string]uint64{"": 0xef46db3751d8e999, "a": 0xd24ec4f1a98c6e5b, "abc": 0x44bc2cf5ad770999} {
		if got := xxHash64([]byte(s)); got != want {
			t.Errorf("xxHash64(%q) = %x, want %x", s, got, want)
		}
	}
	if got := Invoke("strlen", "sl", []any{"äb"}); got != int64(2) {
		t.Errorf("strlen: %v", got)
	}
	if got := text(types.Value{T: schema.Dynamic, V: `"x"`}); got != "x" {
		t.Errorf("text of a dynamic: %s", got)
	}
}

// TestMissing wants the list of what is missing to name nothing that is there.
func TestMissing(t *testing.T) {
	c := All()
	for _, m := range missing {
		for n := range strings.FieldsSeq(m.names) {
			if c.Scalar(n) != nil || c.Aggregate(n) != nil {
				t.Errorf("%s is there and listed as missing", n)
			}
		}
	}
	if why, ok := c.Unsupported("cursor_current"); !ok || why == "" {
		t.Error("cursor_current is missing without a reason")
	}
	if _, ok := c.Unsupported("strlen"); ok {
		t.Error("strlen is missing")
	}
}
