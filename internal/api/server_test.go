package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/api/token"
	"wirehunt/internal/defender"
	"wirehunt/internal/ingest"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store/duckdb"
)

const rangeDir = "../../testdata/range"

// rangeDB is a database with some of the recorded traffic, which tests only
// read.
var rangeDB = sync.OnceValues(func() (*duckdb.DB, error) {
	db, err := duckdb.Open(context.Background(), duckdb.Options{Logs: all.Logs()})
	if err != nil {
		return nil, err
	}
	files, err := ingest.Files([]string{rangeDir + "/telemetry/DeviceInfo.json", rangeDir + "/captures/http.pcap", rangeDir + "/captures/ssh.pcap", rangeDir + "/captures/tls.pcap"})
	if err != nil {
		return nil, err
	}
	devices := defender.NewDevices("", defender.DefaultLocalNets)
	for _, f := range files {
		if _, err := ingest.Import(context.Background(), db, f, ingest.Options{Devices: devices, Pipeline: pipeline.Options{Specs: all.Specs()}, Now: time.Now}); err != nil {
			return nil, err
		}
	}
	return db, nil
})

// site is a running server.
type site struct {
	t     *testing.T
	url   string
	s     *Server
	audit *lines
	opt   Options
}

// lines collects log records.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// start starts a server on the range; change may set other options.
func start(t *testing.T, change func(*Options)) *site {
	t.Helper()
	st := &site{t: t, audit: &lines{}}
	opt := Options{
		Limits: DefaultLimits(), Log: logTo(&lines{}), Audit: slog.New(slog.NewJSONHandler(st.audit, nil)),
		Clock: time.Now, Version: "test", NowLatest: true, TempDir: t.TempDir(), Tables: defender.Tables(all.Logs(), nil),
		Pipeline: pipeline.Options{Specs: all.Specs()},
		Devices:  func() (*defender.Devices, error) { return defender.NewDevices("", defender.DefaultLocalNets), nil },
	}
	if change != nil {
		change(&opt)
	}
	if opt.Store == nil {
		db, err := rangeDB()
		if err != nil {
			t.Fatal(err)
		}
		opt.Store = db
	}
	st.s, st.opt = New(opt), opt
	hs := httptest.NewServer(st.s)
	st.url = hs.URL
	t.Cleanup(func() {
		hs.Close()
		st.s.Close()
	})
	return st
}

// emptyDB is a database of the test's own.
func emptyDB(t *testing.T) *duckdb.DB {
	t.Helper()
	db, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "w.db"), Logs: all.Logs()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// withTokens gives the server tokens, one of each role, named as the role.
func withTokens(t *testing.T, into map[token.Role]string) func(*Options) {
	return func(o *Options) {
		o.Tokens = token.Open(filepath.Join(t.TempDir(), "tokens"))
		for _, r := range token.Roles() {
			text, err := o.Tokens.Create(string(r), r, time.Now(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			into[r] = text
		}
	}
}

type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// send makes a request; headers are pairs of name and value.
func (st *site) send(method, path, body string, headers ...string) reply {
	st.t.Helper()
	req, err := http.NewRequestWithContext(st.t.Context(), method, st.url+path, strings.NewReader(body))
	if err != nil {
		st.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		st.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return reply{st.t, res.StatusCode, res.Header, string(b)}
}

// post sends v as JSON.
func (st *site) post(path string, v any, headers ...string) reply {
	st.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		st.t.Fatal(err)
	}
	return st.send("POST", path, string(b), headers...)
}

// ok fails the test unless the status is that, and reads the body into v.
func (r reply) ok(status int, v any) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if v != nil {
		d := json.NewDecoder(strings.NewReader(r.body))
		d.UseNumber()
		if err := d.Decode(v); err != nil {
			r.t.Fatalf("%v: %.2000s", err, r.body)
		}
	}
	return r
}

// get returns a value inside a JSON body by keys and indexes.
func (r reply) get(path ...any) string {
	r.t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(r.body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		r.t.Fatalf("%v: %.2000s", err, r.body)
	}
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p.(string)]
		case []any:
			i := p.(int)
			if i < 0 {
				i += len(x)
			}
			if i < 0 || i >= len(x) {
				return ""
			}
			v = x[i]
		default:
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
