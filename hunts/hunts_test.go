package hunts

import (
	"regexp"
	"testing"
)

func TestAll(t *testing.T) {
	technique := regexp.MustCompile(`^(T\d{4}(\.\d{3})?)?$`)
	seen := map[string]bool{}
	for _, h := range All() {
		if h.Name == "" || h.Title == "" || seen[h.Name] || !technique.MatchString(h.Technique) {
			t.Errorf("%+v", h)
		}
		seen[h.Name] = true
	}
	if len(seen) == 0 {
		t.Error("no hunts")
	}
}
