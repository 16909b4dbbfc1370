package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wirehunt/internal/x/traffic"
)

// importKinds are inputs of some size: what makes them, and the table that
// gets their rows.
var importKinds = []struct {
	name, table string
	write       func(w *bufio.Writer, n int) error
}{
	{"flood.pcap", "ZeekConn", func(w *bufio.Writer, n int) error {
		_, err := traffic.SYNFlood(n).WriteTo(w)
		return err
	}},
	{"conn.log", "ZeekConn", func(w *bufio.Writer, n int) error {
		fmt.Fprint(w, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\n")
		for i := range n {
			fmt.Fprintf(w, "%d.5\tC%d\t10.0.%d.%d\t%d\t203.0.113.1\t443\ttcp\tSF\n", 1_700_000_000+i, i, i>>8&255, i&255, 1024+i%60000)
		}
		return nil
	}},
	{"events.json", "DeviceNetworkEvents", func(w *bufio.Writer, n int) error {
		for i := range n {
			fmt.Fprintf(w, `{"category":"AdvancedHunting-DeviceNetworkEvents","properties":{"Timestamp":"2026-01-31T12:00:00Z","DeviceId":"d%d","DeviceName":"host-%d","ActionType":"ConnectionSuccess","RemoteIP":"203.0.113.1","RemotePort":443}}`+"\n", i%100, i%100)
		}
		return nil
	}},
}

func makeInput(t *testing.T, path string, n int, write func(*bufio.Writer, int) error) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	if err := write(w, n); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func wirehunt(args ...string) (string, error) {
	out, err := exec.Command("wirehunt", args...).CombinedOutput()
	return string(out), err
}

// rowsIn returns the rows of a table, "" where there is no database.
func rowsIn(t *testing.T, db, table string) string {
	t.Helper()
	if _, err := os.Stat(db); err != nil {
		return ""
	}
	out, err := wirehunt("query", "--db", db, "--format", "csv", table+" | count")
	if err != nil && strings.Contains(out, "nothing was imported into "+db) {
		return ""
	}
	if err != nil {
		t.Fatalf("query after an import that was cut off: %v: %s", err, out)
	}
	lines := strings.Fields(out)
	return lines[len(lines)-1]
}

// TestImportKilled kills imports at many moments: nothing or all of a file is
// there afterwards, and the next import makes it complete, once.
func TestImportKilled(t *testing.T) {
	const rows = 60_000
	for _, k := range importKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			input, db := filepath.Join(dir, k.name), filepath.Join(dir, "w.db")
			makeInput(t, input, rows, k.write)
			all := fmt.Sprint(rows)
			killed := 0
			for wait := 10 * time.Millisecond; wait < 10*time.Second; wait = wait * 3 / 2 {
				c := exec.Command("wirehunt", "import", "-C", "--db", db, input)
				var out bytes.Buffer
				c.Stdout, c.Stderr = &out, &out
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(wait, func() { c.Process.Signal(syscall.SIGKILL) })
				if c.Wait() == nil {
					break
				}
				killed++
				if !c.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
					t.Fatalf("after a kill: %s", out.String())
				}
				got := rowsIn(t, db, k.table)
				if got == all {
					break // killed after it was done
				}
				if got != "" && got != "0" {
					t.Fatalf("killed after %v: %s rows of %s", wait, got, all)
				}
			}
			if killed == 0 {
				t.Error("no import was killed")
			}
			for _, copied := range []string{input, filepath.Join(dir, "other-"+k.name)} {
				if copied != input {
					makeInput(t, copied, rows, k.write)
				}
				out, err := wirehunt("import", "-C", "--db", db, copied)
				if got := rowsIn(t, db, k.table); err != nil || got != all || !strings.Contains(out, "imported before") {
					t.Errorf("%s again: %s rows of %s, %v: %s", copied, got, all, err, out)
				}
			}
		})
	}
}

// TestImportDiskFull lets the database grow to a size that is too small.
func TestImportDiskFull(t *testing.T) {
	sh, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no shell that can limit the size of files")
	}
	for _, k := range importKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			small, large, db := filepath.Join(dir, "small-"+k.name), filepath.Join(dir, k.name), filepath.Join(dir, "w.db")
			makeInput(t, small, 10, k.write)
			makeInput(t, large, 300_000, k.write)
			if out, err := wirehunt("import", "-C", "--db", db, small); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			info, err := os.Stat(db)
			if err != nil {
				t.Fatal(err)
			}
			c := exec.Command(sh, "-c", `trap '' XFSZ; ulimit -f "$0"; exec wirehunt import -C --db "$@"`, fmt.Sprint(info.Size()>>10+200), db, large)
			out, err := c.CombinedOutput()
			if err == nil {
				t.Fatalf("no error: %s", out)
			}
			if !strings.Contains(string(out), "no room") || bytes.Contains(out, []byte("goroutine")) {
				t.Errorf("the error does not tell: %s", out)
			}
			if got := rowsIn(t, db, k.table); got != "10" {
				t.Errorf("%s rows, want 10", got)
			}
			if out, err := wirehunt("import", "-C", "--db", db, large); err != nil {
				t.Errorf("with room again: %v: %s", err, out)
			}
			if got := rowsIn(t, db, k.table); got != "300010" {
				t.Errorf("with room again: %s rows", got)
			}
		})
	}
}

// TestImportTwice imports into a database while another import has it.
func TestImportTwice(t *testing.T) {
	dir := t.TempDir()
	input, db := filepath.Join(dir, "flood.pcap"), filepath.Join(dir, "w.db")
	makeInput(t, input, 100, importKinds[0].write)
	packets, err := os.ReadFile(input)
	if err != nil {
		t.Fatal(err)
	}
	first := exec.Command("wirehunt", "import", "-C", "--db", db, "-")
	var out bytes.Buffer
	first.Stdout, first.Stderr = &out, &out
	in, err := first.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(packets[:len(packets)/2]); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if s, err := os.Stat(db); err == nil && s.Size() > 0 || time.Now().After(end) {
			break
		}
	}
	got, err := wirehunt("import", "-C", "--db", db, input)
	if want := db + " is in use by another program"; err == nil || !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("%v: %q, want one line with %q", err, got, want)
	}
	if _, err := in.Write(packets[len(packets)/2:]); err != nil {
		t.Error(err)
	}
	in.Close()
	if err := first.Wait(); err != nil {
		t.Errorf("the first: %v: %s", err, out.String())
	}
	if got, err := wirehunt("import", "-C", "--db", db, input); err != nil || !strings.Contains(got, "imported before") {
		t.Errorf("the same content from a file: %v: %s", err, got)
	}
}
