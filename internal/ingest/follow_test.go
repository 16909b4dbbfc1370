package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/defender"
	"wirehunt/internal/store"
	"wirehunt/internal/store/duckdb"
)

// fakeZeek writes logs as a running Zeek does.
type fakeZeek struct {
	t     testing.TB
	dir   string
	files map[string]*os.File
	n     map[string]int // records written, by log
	sets  int            // rotations
}

func newFakeZeek(t testing.TB, dir string) *fakeZeek {
	return &fakeZeek{t: t, dir: dir, files: map[string]*os.File{}, n: map[string]int{}}
}

// write appends n records to a log: conn is tab-separated, dns JSON.  Lines
// are written in pieces.
func (z *fakeZeek) write(log string, n int) {
	z.t.Helper()
	f := z.files[log]
	text := ""
	if f == nil {
		var err error
		if f, err = os.OpenFile(filepath.Join(z.dir, log+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
			z.t.Fatal(err)
		}
		z.files[log] = f
		text = z.header(log)
	}
	for range n {
		z.n[log]++
		if log == "dns" {
			text += fmt.Sprintf(`{"ts":%d.5,"uid":"D%d","id.orig_h":"10.0.0.%d","id.orig_p":5353,"id.resp_h":"10.0.0.53","id.resp_p":53,"query":"a.example"}`+"\n", z.n[log], z.n[log], z.n[log]%250)
		} else {
			text += fmt.Sprintf("%d.500000\tC%d\t10.0.0.%d\t1\t203.0.113.1\t2\ttcp\tSF\t7\n", z.n[log], z.n[log], z.n[log]%250)
		}
	}
	for len(text) > 0 {
		k := min(len(text), 1+rand.IntN(300))
		if _, err := f.WriteString(text[:k]); err != nil {
			z.t.Fatal(err)
		}
		text = text[k:]
	}
}

func (z *fakeZeek) header(log string) string {
	if log == "dns" {
		return ""
	}
	return fmt.Sprintf("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#open\t2026-01-01-00-00-%d\n"+
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\tvlan\n", log, z.sets)
}

// rotate ends the logs and renames them to dir.
func (z *fakeZeek) rotate(dir string) {
	z.t.Helper()
	for log, f := range z.files {
		f.Close()
		z.sets++
		if err := os.Rename(filepath.Join(z.dir, log+".log"), filepath.Join(dir, fmt.Sprintf("%s.2026-01-01-00-00-%02d.log", log, z.sets))); err != nil {
			z.t.Fatal(err)
		}
		delete(z.files, log)
	}
}

// truncate empties the logs, as copytruncate does, and writes on.
func (z *fakeZeek) truncate() {
	z.t.Helper()
	for log, f := range z.files {
		if err := f.Truncate(0); err != nil {
			z.t.Fatal(err)
		}
		if _, err := f.WriteString(z.header(log)); err != nil {
			z.t.Fatal(err)
		}
	}
}

// oneAtATime lets one Engine of this process be open, as DuckDB does among
// processes.
var oneAtATime sync.Mutex

// turn gives the turn to the next when it is closed.
type turn struct{ store.Engine }

func (e turn) Close() error {
	defer oneAtATime.Unlock()
	return e.Engine.Close()
}

func openEngine(path string, readOnly bool) func(context.Context) (store.Engine, error) {
	return func(ctx context.Context) (store.Engine, error) {
		oneAtATime.Lock()
		db, err := duckdb.Open(ctx, duckdb.Options{Path: path, ReadOnly: readOnly, Logs: all.Logs(), MemoryLimit: 1 << 30, Threads: 1})
		if err != nil {
			oneAtATime.Unlock()
			return nil, err
		}
		return turn{db}, nil
	}
}

func followOptions(dir, db string, warn func(string)) FollowOptions {
	return FollowOptions{Dir: dir, Open: openEngine(db, false), Devices: defender.NewDevices("", defender.DefaultLocalNets),
		Now: time.Now, Poll: 10 * time.Millisecond, Every: 50 * time.Millisecond, Rows: 500, Warn: warn}
}

// uids returns the uids of a log in a database, while others may have it.
func uids(t testing.TB, db, log string) []string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		e, err := openEngine(db, true)(context.Background())
		if err == nil {
			defer e.Close()
			if len(query(t, e, `SELECT table_name FROM duckdb_tables() WHERE table_name = 'zeek_`+log+`'`, 1)) == 0 {
				return nil
			}
			return query(t, e, `SELECT uid FROM zeek_`+log, 1)
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// check reports whether the database holds each record once.
func (z *fakeZeek) check(db string) error {
	for log, n := range z.n {
		want := make([]string, n)
		for i := range want {
			want[i] = fmt.Sprintf("%c%d", map[string]byte{"conn": 'C', "dns": 'D'}[log], i+1)
		}
		slices.Sort(want)
		got := uids(z.t, db, log)
		if !slices.Equal(got, want) {
			return fmt.Errorf("%s: %d rows, %d of them different, want %d", log, len(got), len(slices.Compact(slices.Clone(got))), n)
		}
	}
	return nil
}

func (z *fakeZeek) eventually(db string) {
	z.t.Helper()
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if err = z.check(db); err == nil {
			return
		}
	}
	z.t.Fatal(err)
}

// follow runs Follow beside the test until the returned function is called.
func follow(t testing.TB, opt FollowOptions) (stop func() Summary) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	var sum Summary
	var err error
	go func() {
		defer close(done)
		sum, err = Follow(ctx, opt)
	}()
	return func() Summary {
		t.Helper()
		cancel()
		<-done
		if err != nil {
			t.Error(err)
		}
		return sum
	}
}

func TestFollow(t *testing.T) {
	dir, archive, db := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "w.db")
	z := newFakeZeek(t, dir)
	z.write("conn", 10) // before anybody looks
	for name, text := range map[string]string{"stderr.log": "warning: something\n", "stdout.log": "", "notes.txt": "x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var warnings []string
	opt := followOptions(dir, db, func(s string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, s)
	})
	stop := follow(t, opt)
	z.write("dns", 2000) // more than one batch
	z.eventually(db)
	z.write("conn", 5)
	z.rotate(dir)
	z.write("conn", 5)
	z.write("dns", 3)
	z.eventually(db)
	z.write("conn", 2)
	z.write("dns", 2)
	z.rotate(archive) // out of sight, before the end is read
	z.write("conn", 1)
	z.eventually(db)
	z.truncate()
	z.write("conn", 3)
	z.eventually(db)
	os.WriteFile(filepath.Join(dir, "weather.log"), []byte(`{"ts":1}`+"\n"), 0o644)
	z.files["conn"].WriteString("99\tC99")
	time.Sleep(50 * time.Millisecond)
	sum := stop()
	if sum.Rows["ZeekConn"] != 26 || sum.Rows["ZeekDns"] != 2005 || sum.Logs["weather"] != 1 || !slices.Equal(sum.Columns, []string{"conn.vlan"}) || len(sum.Unparsed) > 0 {
		t.Errorf("summary %+v", sum)
	}

	// The rest of the line, and another Follow.
	z.files["conn"].WriteString("\t10.0.0.1\t1\t10.0.0.2\t2\ttcp\tS0\t7\nnonsense\n")
	z.rotate(dir)
	stop = follow(t, opt)
	z.write("conn", 1)
	for len(uids(t, db, "conn")) < 28 {
		time.Sleep(20 * time.Millisecond)
	}
	sum = stop()
	if sum.Rows["ZeekConn"] != 2 || sum.Unparsed["wrong number of fields (first at conn.2026-01-01-00-00-05.log:12)"] != 1 {
		t.Errorf("second summary %+v", sum)
	}
	checkImports(t, db)

	// What is gone while nobody looks is told.
	if len(warnings) > 0 {
		t.Errorf("warnings %q", warnings)
	}
	z.write("conn", 1)
	z.rotate(archive)
	follow(t, opt)()
	if len(warnings) != 1 || !strings.Contains(warnings[0], "conn.log: gone since it was last followed") {
		t.Errorf("warnings %q", warnings)
	}
}

// checkImports checks that all that was followed is one import.
func checkImports(t *testing.T, path string) {
	t.Helper()
	e, err := openEngine(path, true)(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	list, err := e.Imports(context.Background())
	if err != nil || len(list) != 1 || list[0].Rows["ZeekConn"] != 28 || list[0].Kind != "follow" || list[0].Bytes == 0 {
		t.Errorf("imports %+v %v", list, err)
	}
	if got := query(t, e, `SELECT DISTINCT _import FROM zeek_conn`, 1); !slices.Equal(got, []string{"1"}) {
		t.Errorf("numbers of the import: %v", got)
	}
	if got := query(t, e, `SELECT count(*) > 200 FROM _devices`, 1); got[0] != "true" {
		t.Error("devices were not noted")
	}
}

// TestFollowBusy follows while another program has the database.
func TestFollowBusy(t *testing.T) {
	dir, db := t.TempDir(), filepath.Join(t.TempDir(), "w.db")
	z := newFakeZeek(t, dir)
	var mu sync.Mutex
	busy, refused := false, 0
	opt := followOptions(dir, db, func(string) {})
	opt.Open = func(ctx context.Context) (store.Engine, error) {
		mu.Lock()
		defer mu.Unlock()
		if busy {
			refused++
			return nil, fmt.Errorf("opening: %w", store.ErrBusy)
		}
		return openEngine(db, false)(ctx)
	}
	stop := follow(t, opt)
	z.write("conn", 10)
	z.eventually(db)
	mu.Lock()
	busy = true
	mu.Unlock()
	z.write("conn", 1500) // more than one batch
	for n := 0; n < 3; time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		n = refused
		mu.Unlock()
	}
	mu.Lock()
	busy = false
	mu.Unlock()
	z.eventually(db)
	stop()
}

func TestFollowFaults(t *testing.T) {
	db := filepath.Join(t.TempDir(), "w.db")
	for dir, want := range map[string]string{
		filepath.Join(t.TempDir(), "none"): "no such file or directory",
		"follow_test.go":                   "no directory",
	} {
		if _, err := Follow(context.Background(), followOptions(dir, db, nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestFollowKilled kills a program that follows, again and again, while logs
// are written and rotated, and finds each record once.
func TestFollowKilled(t *testing.T) {
	dir, db := t.TempDir(), filepath.Join(t.TempDir(), "w.db")
	z := newFakeZeek(t, dir)
	for round := range 6 {
		child := exec.Command(os.Args[0], "-test.run=^TestFollowChild$")
		child.Env = append(os.Environ(), "FOLLOW_DIR="+dir, "FOLLOW_DB="+db)
		var out strings.Builder
		child.Stdout, child.Stderr = &out, &out
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		before := z.n["conn"]
		for end := time.Now().Add(time.Duration(200+rand.IntN(700)) * time.Millisecond); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
			z.write("conn", rand.IntN(40))
			z.write("dns", rand.IntN(40))
			if rand.IntN(100) == 0 {
				z.rotate(dir)
			}
		}
		if z.n["conn"] == before {
			t.Error("nothing was written")
		}
		if round < 5 {
			child.Process.Kill()
			child.Wait()
			continue
		}
		uids(t, db, "conn") // a query gets its turn between two batches
		child.Process.Signal(syscall.SIGTERM)
		if err := child.Wait(); err != nil {
			t.Fatalf("the last child: %v\n%s", err, out.String())
		}
	}
	if err := z.check(db); err != nil {
		t.Error(err)
	}
	t.Logf("%d records, %d rotations", z.n["conn"]+z.n["dns"], z.sets)
}

// TestFollowChild is the program that TestFollowKilled starts.
func TestFollowChild(t *testing.T) {
	dir := os.Getenv("FOLLOW_DIR")
	if dir == "" {
		t.Skip("the child process of TestFollowKilled")
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	opt := followOptions(dir, os.Getenv("FOLLOW_DB"), func(s string) { t.Error(s) })
	if _, err := Follow(ctx, opt); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
