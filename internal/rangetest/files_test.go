package rangetest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

const rangeDir = "../../testdata/range"

// scenarios are the recordings: one capture and one file of facts each.
var scenarios = []string{"dns", "ftp", "http", "icmp-exfil", "icmp-sweep", "ntlm", "smtp", "ssh", "tls"}

// capturePath returns the capture of a scenario.
func capturePath(t testing.TB, scenario string) string {
	t.Helper()
	m, err := filepath.Glob(filepath.Join(rangeDir, "captures", scenario+".pcap*"))
	if err != nil || len(m) != 1 {
		t.Fatalf("captures of %s: %q, %v", scenario, m, err)
	}
	return m[0]
}

// loadTruth reads the facts of a scenario into v, whose fields name those
// that are wanted.
func loadTruth(t testing.TB, scenario string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(rangeDir, "truth", scenario+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("truth of %s: %v", scenario, err)
	}
}

// TestScenarios keeps the list of scenarios complete.
func TestScenarios(t *testing.T) {
	for _, dir := range []string{"captures", "truth"} {
		m, err := os.ReadDir(filepath.Join(rangeDir, dir))
		if err != nil {
			t.Fatal(err)
		}
		if len(m) != len(scenarios) {
			t.Errorf("%s holds %d files for %d scenarios", dir, len(m), len(scenarios))
		}
	}
}
