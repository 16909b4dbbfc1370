package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"wirehunt/internal/x/golden"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wirehunt": main})
}

// TestScript runs the scripts of testdata/script against the real program.
// RANGE is the folder of the recorded traffic.
func TestScript(t *testing.T) {
	rangeDir, err := filepath.Abs("../../testdata/range")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *golden.Update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("RANGE", rangeDir)
			e.Setenv("COLUMNS", "100")
			// An empty file and one that is no capture cannot be written in
			// a script.
			return os.WriteFile(filepath.Join(e.WorkDir, "empty.pcap"), nil, 0o644)
		},
	})
}
