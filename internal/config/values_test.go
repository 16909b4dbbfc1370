package config

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for in, want := range map[string]time.Duration{"30d": 30 * day, "2w": 14 * day, "36h": 36 * time.Hour, "0": 0, "90m": 90 * time.Minute, " 1d ": day} {
		var a Age
		if err := a.Set(in); err != nil || time.Duration(a) != want {
			t.Errorf("%q is %s, %v, want %s", in, time.Duration(a), err, want)
		}
		var again Age
		if err := again.Set(a.String()); err != nil || again != a {
			t.Errorf("%s is read as %s, %v", a.String(), time.Duration(again), err)
		}
	}
	for _, in := range []string{"", "d", "-1d", "1.5d", "30", "x", "-5h", "999999999d", "99999999999999d"} {
		var a Age
		if err := a.Set(in); err == nil {
			t.Errorf("%q is %s", in, time.Duration(a))
		}
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[string]int64{"50GB": 50e9, "512MiB": 512 << 20, "1000": 1000, "0": 0, "1 TB": 1e12, "3gib": 3 << 30, "7B": 7, "8kb": 8000} {
		var z Size
		if err := z.Set(in); err != nil || int64(z) != want {
			t.Errorf("%q is %d, %v, want %d", in, z, err, want)
		}
		var again Size
		if err := again.Set(z.String()); err != nil || again != z {
			t.Errorf("%s is read as %d, %v", z.String(), again, err)
		}
	}
	for _, in := range []string{"", "GB", "-1GB", "1.5GB", "10XB", "99999999TB"} {
		var z Size
		if err := z.Set(in); err == nil {
			t.Errorf("%q is %d", in, z)
		}
	}
}
