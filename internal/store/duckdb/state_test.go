package duckdb

import (
	"slices"
	"testing"
)

func TestState(t *testing.T) {
	ctx := t.Context()
	db, err := Open(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list := func(kind string) (out []string) {
		t.Helper()
		if err := db.ListState(ctx, kind, func(id string, body []byte) error {
			out = append(out, id+"="+string(body))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := list("a"); got != nil {
		t.Errorf("a new database has %q", got)
	}
	if ok, err := db.DeleteState(ctx, "a", "1"); ok || err != nil {
		t.Errorf("deleting from a new database: %t, %v", ok, err)
	}
	for _, d := range [][3]string{{"a", "2", "two"}, {"a", "1", "one"}, {"b", "1", "other"}, {"a", "1", `{"x":"'"}`}} {
		if err := db.PutState(ctx, d[0], d[1], []byte(d[2])); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := list("a"), []string{`1={"x":"'"}`, "2=two"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if ok, err := db.DeleteState(ctx, "a", "1"); !ok || err != nil {
		t.Errorf("deleting: %t, %v", ok, err)
	}
	if got := list("a"); !slices.Equal(got, []string{"2=two"}) {
		t.Errorf("after deleting: %q", got)
	}
}
