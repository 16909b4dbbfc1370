package api

import (
	"strings"
	"testing"
)

func TestRecent(t *testing.T) {
	var rs recent
	for range maxRecent + 5 {
		rs.add(usedResources{User: "ann"})
	}
	rs.add(usedResources{User: "bob", Query: strings.Repeat("x", maxRecentText+1)})
	all := rs.list(func(*usedResources) bool { return true })
	if len(all) != maxRecent {
		t.Fatalf("%d queries, want %d", len(all), maxRecent)
	}
	if all[0].User != "bob" || len(all[0].Query) != maxRecentText {
		t.Errorf("the newest is %q with %d bytes", all[0].User, len(all[0].Query))
	}
	for i, u := range all {
		if want := int64(maxRecent + 6 - i); u.ID != want {
			t.Fatalf("query %d has id %d, want %d", i, u.ID, want)
		}
	}
	if bob := rs.list(func(u *usedResources) bool { return u.User == "bob" }); len(bob) != 1 {
		t.Errorf("%d queries of bob, want 1", len(bob))
	}
}

func TestRecentIsEmptyAtFirst(t *testing.T) {
	var rs recent
	if got := rs.list(func(*usedResources) bool { return true }); got == nil || len(got) != 0 {
		t.Errorf("got %v, want an empty list", got)
	}
}
