package syslog

import (
	"strings"
	"testing"

	"wirehunt/analyzer/analyzertest"
)

func TestMessages(t *testing.T) {
	f := func(msg, want string) {
		t.Helper()
		got := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Orig(msg))
		_, row, _ := strings.Cut(got, `"proto":"udp",`)
		if row, _, _ = strings.Cut(row, "}"); row != want {
			t.Errorf("%q: got %s, want %s", msg, row, want)
		}
		if !strings.HasSuffix(got, "service \n") {
			t.Errorf("%q: got %s", msg, got)
		}
	}
	f("<34>su: failed", `"facility":"AUTH","severity":"CRIT","message":"su: failed"`)
	f("<0>", `"facility":"KERN","severity":"EMERG","message":""`)
	f("<191>1 - x", `"facility":"LOCAL7","severity":"DEBUG","message":"1 - x"`)
	f("<192>x", `"facility":"?-24","severity":"EMERG","message":"x"`)
	f("<999999999999999999999>x", `"facility":"?-127","severity":"DEBUG","message":"x"`)
	f("no priority\n", `"facility":"UNSPECIFIED","severity":"UNSPECIFIED","message":"no priority\n"`)
	f("<", "")
	f("<13", "")
	f("<x>", "")
	f("", "")
}

func FuzzDatagram(f *testing.F) {
	for _, s := range []string{"<34>su: failed", "<", "plain", "<99999>x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Orig(string(b)))
		if strings.Count(got, "\n") > 2 {
			t.Fatalf("got %s", got)
		}
	})
}

func TestAllocs(t *testing.T) {
	if n := analyzertest.Allocs(t, Spec(), analyzertest.Options{}, analyzertest.Orig("<34>su: failed"), analyzertest.Orig("<192>x")); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
