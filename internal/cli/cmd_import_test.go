package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFollow interrupts the command at once: it takes one look at the logs.
func TestFollow(t *testing.T) {
	dir := t.TempDir()
	log := "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\tvlan\n" +
		"1.5\tC1\t10.0.0.1\t1\t203.0.113.1\t2\ttcp\tSF\t7\n"
	if err := os.WriteFile(filepath.Join(dir, "conn.log"), []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	db := filepath.Join(t.TempDir(), "w.db")
	for _, want := range []string{"1 rows", "0 rows"} {
		var out, errOut bytes.Buffer
		root := rootCommand(&app{out: &out, err: &errOut})
		root.SetArgs([]string{"import", "--follow", "--db", db, dir})
		if err := root.ExecuteContext(ctx); err != nil || errOut.Len() > 0 {
			t.Fatalf("%v %s", err, errOut.String())
		}
		if !strings.Contains(out.String(), dir+": "+want) || !strings.Contains(out.String(), "columns that are not stored: conn.vlan") {
			t.Errorf("want %s, got %s", want, out.String())
		}
	}
}
