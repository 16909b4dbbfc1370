package api

import (
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
)

// smallDisk is a folder with room for a megabyte.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small disk can be made (%v): a full disk is not tested", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, 0) })
	return dir
}

// TestDiskFull fills the disk in mid-upload, in a large result and in a
// backup: each gets the documented error, nothing is left behind, and the
// server goes on.
func TestDiskFull(t *testing.T) {
	disk := smallDisk(t)
	st := start(t, func(o *Options) { o.Store, o.TempDir = emptyDB(t), disk })
	noise := make([]byte, 3<<20)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	empty := func(when string) {
		t.Helper()
		if left, err := os.ReadDir(disk); err != nil || len(left) != 0 {
			t.Errorf("left behind after %s: %v, %v", when, left, err)
		}
	}
	full := func(when string, r reply, code string) {
		t.Helper()
		if r.status != 507 || r.get("error", "code") != code || r.get("error", "message") == "" {
			t.Errorf("%s: %d %.300s", when, r.status, r.body)
		}
		empty(when)
	}
	full("an upload", st.send("POST", "/api/v1/imports?name=x.pcap", string(noise)), "InsufficientStorage")
	large := "range x from 1 to 100000 step 1 | extend s = strcat('some text that takes room ', x)"
	full("a result of Defender's API", st.post("/api/advancedqueries/run", map[string]string{"Query": large}), "InsufficientStorage")
	full("a result of Graph's API", st.post("/v1.0/security/runHuntingQuery", map[string]string{"Query": large}), "InsufficientStorage")
	r := st.send("POST", "/api/v1/imports?name=http.pcap", capture(t, "http.pcap")).ok(202, nil)
	if j := st.wait(r.get("id")); j.State != stateDone {
		t.Errorf("import after a full disk: %+v", j)
	}
	full("a backup", st.send("POST", "/api/v1/backup", ""), "InsufficientStorage")
	if got := st.post("/api/advancedqueries/run", map[string]string{"Query": "DeviceNetworkEvents | count"}).ok(200, nil).get("Results", 0, "Count"); got == "0" || got == "" {
		t.Errorf("%q rows at last", got)
	}
	if !strings.Contains(st.send("GET", "/readyz", "").ok(200, nil).body, "ok") {
		t.Error("the server is not ready")
	}
}
