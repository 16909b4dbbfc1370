package token

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db.tokens")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f, other := Open(path), Open(path)
	if list, err := f.List(); len(list) != 0 || err != nil {
		t.Fatal(list, err)
	}
	text, err := f.Create("ann", Hunter, now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	b, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(b), text[len(text)-20:]) {
		t.Errorf("the file holds the secret: %s, %v", b, err)
	}
	// Another process sees it at once.
	got, err := other.Check(text, now)
	if err != nil || got.Name != "ann" || got.Role != Hunter {
		t.Errorf("got %+v, %v", got, err)
	}
	for bad, want := range map[string]error{
		"":                                       ErrUnknown,
		"wh_":                                    ErrUnknown,
		"wh__":                                   ErrUnknown,
		text[:len(text)-1]:                       ErrUnknown,
		text + "0":                               ErrUnknown,
		strings.TrimPrefix(text, "wh_"):          ErrUnknown,
		"wh_000000000000_" + text[len(text)-64:]: ErrUnknown,
	} {
		if _, err := f.Check(bad, now); !errors.Is(err, want) {
			t.Errorf("%q gives %v", bad, err)
		}
	}
	if _, err := f.Check(text, now.Add(time.Hour)); !errors.Is(err, ErrExpired) {
		t.Errorf("after its time: %v", err)
	}
	if _, err := f.Create("ann", Reader, now, time.Time{}); err == nil {
		t.Error("two tokens of one name")
	}
	if _, err := f.Create("bob", "king", now, time.Time{}); err == nil {
		t.Error("an unknown role")
	}
	if _, err := f.Create("a\nb", Reader, now, time.Time{}); err == nil {
		t.Error("a name with a line break")
	}
	if err := other.Revoke("ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Check(text, now); !errors.Is(err, ErrUnknown) {
		t.Errorf("after it was revoked: %v", err)
	}
	if err := f.Revoke("ann"); err == nil {
		t.Error("revoked twice")
	}
}

func TestBrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := Open(path)
	if _, err := f.Check("wh_00_00", time.Now()); err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("a broken file gives %v", err)
	}
}
