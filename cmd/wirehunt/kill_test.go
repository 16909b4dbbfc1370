package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is the program, serving.
type server struct {
	t   *testing.T
	cmd *exec.Cmd
	url string
	log bytes.Buffer
}

// serve starts the program on a database and waits until it answers.
func serve(t *testing.T, db string, flags ...string) *server {
	t.Helper()
	os.Remove(db + ".server")
	s := &server{t: t, cmd: exec.Command("wirehunt", append([]string{"serve", "--insecure-local", "--db", db, "--listen", "127.0.0.1:0"}, flags...)...)}
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait() })
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if b, err := os.ReadFile(db + ".server"); err == nil && len(b) > 0 {
			s.url = strings.TrimSpace(string(b))
			if res, err := http.Get(s.url + "/readyz"); err == nil {
				res.Body.Close()
				return s
			}
		}
		if time.Now().After(end) {
			s.cmd.Process.Kill()
			s.cmd.Wait()
			t.Fatalf("the server does not start: %s", s.log.String())
		}
	}
}

// kill ends the server as the machine would, and waits until it is gone.
func (s *server) kill() {
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
}

func (s *server) do(ctx context.Context, method, path, body string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, b, err
}

func (s *server) count(query string) (n int) {
	s.t.Helper()
	body, _ := json.Marshal(map[string]string{"Query": query + " | count"})
	status, b, err := s.do(s.t.Context(), "POST", "/api/advancedqueries/run", string(body))
	var reply struct{ Results []struct{ Count int } }
	if err != nil || status != 200 || json.Unmarshal(b, &reply) != nil || len(reply.Results) != 1 {
		s.t.Fatalf("%s: %d %s %v", query, status, b, err)
	}
	return reply.Results[0].Count
}

func (s *server) upload(path string) string {
	s.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	status, reply, err := s.do(s.t.Context(), "POST", "/api/v1/imports?name="+filepath.Base(path), string(b))
	var job struct{ ID, State string }
	if err != nil || status != 202 || json.Unmarshal(reply, &job) != nil {
		s.t.Fatalf("upload: %d %s %v", status, reply, err)
	}
	for end := time.Now().Add(time.Minute); job.State == "queued" || job.State == "running"; time.Sleep(20 * time.Millisecond) {
		if _, reply, err = s.do(s.t.Context(), "GET", "/api/v1/imports/"+job.ID, ""); err != nil || json.Unmarshal(reply, &job) != nil || time.Now().After(end) {
			s.t.Fatalf("upload: %s %v", reply, err)
		}
	}
	return job.State
}

// spilling is a query that needs more memory than the server has and goes on
// for longer than the test.
const spilling = "range a from 1 to 4000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 40000 step 1 | extend k = 1) on k | extend s = strcat('value number ', (a * 40000 + b) * 7919 % 30000001) | sort by s asc | extend n = row_number() | summarize max(n), max(s)"

// TestKilledInQuery kills a server in mid-query, with the query's data in
// files and an upload half received.  The next start is clean: all rows and
// documents are there, and no file is left behind.
func TestKilledInQuery(t *testing.T) {
	db := filepath.Join(t.TempDir(), "w.db")
	s := serve(t, db, "--memory-limit", "100")
	if got := s.upload("../../testdata/range/captures/http.pcap"); got != "done" {
		t.Fatalf("import: %s", got)
	}
	rows := s.count("DeviceNetworkEvents")
	if status, b, err := s.do(t.Context(), "POST", "/api/v1/queries", `{"name":"mine","query":"print 1"}`); err != nil || status != 201 {
		t.Fatalf("save: %d %s %v", status, b, err)
	}
	body, _ := json.Marshal(map[string]string{"Query": spilling})
	go s.do(t.Context(), "POST", "/api/advancedqueries/run", string(body))
	half, feed := io.Pipe()
	go func() {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", s.url+"/api/v1/imports?name=half.pcap", half)
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
		}
	}()
	fmt.Fprint(feed, strings.Repeat("x", 1<<20))
	spilled := func() bool {
		files, _ := filepath.Glob(db + ".tmp/*")
		uploads, _ := filepath.Glob(db + ".work/*/half.pcap")
		return len(files) > 0 && len(uploads) > 0
	}
	for end := time.Now().Add(2 * time.Minute); !spilled(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the queries do not spill: %s", s.log.String())
		}
	}
	s.kill()
	feed.Close()

	// A command line finds the database free, although the note of the
	// server that was killed is still there.
	out, err := exec.Command("wirehunt", "query", "--db", db, "--format", "csv", "DeviceNetworkEvents | count").CombinedOutput()
	if want := fmt.Sprintf("Count\n%d\n", rows); err != nil || string(out) != want {
		t.Errorf("query after the kill: %v %s, want %s", err, out, want)
	}
	s = serve(t, db)
	if got := s.count("DeviceNetworkEvents"); got != rows {
		t.Errorf("%d rows after the kill, %d before", got, rows)
	}
	if _, b, err := s.do(t.Context(), "GET", "/api/v1/queries", ""); err != nil || !strings.Contains(string(b), `"name":"mine"`) {
		t.Errorf("saved queries: %s %v", b, err)
	}
	if got := s.upload("../../testdata/range/captures/http.pcap"); got != "duplicate" {
		t.Errorf("the same capture again: %s", got)
	}
	if left, _ := filepath.Glob(db + ".tmp*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if left, _ := filepath.Glob(db + ".work/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("log: %s", s.log.String())
	}
	s.cmd.Process.Signal(os.Interrupt)
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("stopping: %v", err)
	}
	if left, _ := filepath.Glob(db + ".*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
