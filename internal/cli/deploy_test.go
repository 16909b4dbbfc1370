package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestUnit checks the unit of systemd: that the flags it gives are there, and
// where systemd is, that it takes the unit as it is.
func TestUnit(t *testing.T) {
	unit, err := os.ReadFile("../../deploy/wirehunt.service")
	if err != nil {
		t.Fatal(err)
	}
	serve := serveCommand(&app{out: io.Discard, err: io.Discard})
	start := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/wirehunt serve (.*)$`).FindSubmatch(unit)
	if start == nil {
		t.Fatal("the unit does not start wirehunt serve")
	}
	flags := regexp.MustCompile(`--([a-z-]+)`).FindAllSubmatch(start[1], -1)
	if len(flags) == 0 {
		t.Error("the unit gives no flags")
	}
	for _, f := range flags {
		if serve.Flags().Lookup(string(f[1])) == nil {
			t.Errorf("there is no flag --%s", f[1])
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze: the unit is not verified")
	}
	// The program need not be installed here.
	path := filepath.Join(t.TempDir(), "wirehunt.service")
	if err := os.WriteFile(path, bytes.ReplaceAll(unit, []byte("/usr/local/bin/wirehunt"), []byte("/bin/true")), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "wirehunt.service") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
