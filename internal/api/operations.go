package api

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"path"
	"runtime"
	"strings"
	"time"

	"wirehunt/internal/obs"
)

// metrics are what the server counts.  Labels come from the program, never
// from requests.
type metrics struct {
	requests, queries, imports *obs.Counter
	retained, retentions       *obs.Counter
	backups                    *obs.Counter
	seconds, querySeconds      *obs.Histogram
}

func newMetrics(r *obs.Registry, s *Server) metrics {
	bounds := []float64{0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300}
	m := metrics{
		requests:     r.Counter("wirehunt_http_requests_total", "Requests by route and class of status.", "route", "status"),
		seconds:      r.Histogram("wirehunt_http_request_seconds", "Time of requests by route.", bounds, "route"),
		queries:      r.Counter("wirehunt_queries_total", "Queries by API and how they ended.", "api", "state"),
		querySeconds: r.Histogram("wirehunt_query_seconds", "Time of queries by API.", bounds, "api"),
		imports:      r.Counter("wirehunt_imports_total", "Uploads by how their import ended.", "state"),
		retained:     r.Counter("wirehunt_retention_rows_total", "Rows removed because they were old, by relation.", "relation"),
		retentions:   r.Counter("wirehunt_retentions_total", "Looks for old rows by how they ended.", "state"),
		backups:      r.Counter("wirehunt_backups_total", "Backups by how they ended.", "state"),
	}
	r.Gauge("wirehunt_queries_running", "Queries that run now.", func() float64 { return float64(len(s.slots)) })
	r.Gauge("wirehunt_queries_waiting", "Queries that wait until others have ended.", func() float64 { return float64(s.waiting.Load()) })
	r.Gauge("wirehunt_database_used_bytes", "Bytes that what is stored takes in the database's file.", func() float64 {
		used, err := s.store.Used(context.Background())
		if err != nil {
			return -1
		}
		return float64(used)
	})
	r.Gauge("go_goroutines", "Goroutines.", func() float64 { return float64(runtime.NumGoroutine()) })
	r.Gauge("go_heap_bytes", "Bytes of the Go heap, without DuckDB's memory.", func() float64 {
		var st runtime.MemStats
		runtime.ReadMemStats(&st)
		return float64(st.HeapAlloc)
	})
	return m
}

func (s *Server) operationRoutes() []route {
	return []route{
		{method: "GET", path: "/healthz", access: open, dialect: portalDialect, summary: "Is the process alive", handle: func(w http.ResponseWriter, _ *http.Request, _ identity) *failure {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			io.WriteString(w, "ok\n")
			return nil
		}},
		{method: "GET", path: "/readyz", access: open, dialect: portalDialect, summary: "Does the database answer", handle: s.readyz},
		{method: "GET", path: "/metrics", access: canQuery, dialect: portalDialect, summary: "Counters, in the text format of Prometheus", handle: func(w http.ResponseWriter, _ *http.Request, _ identity) *failure {
			w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			s.registry.WriteTo(w)
			return nil
		}},
		{method: "POST", path: "/api/v1/backup", access: canAdmin, dialect: portalDialect, summary: "A copy of the database as it is now, as one file; it may be in use meanwhile", handle: s.postBackup},
		{method: "GET", path: "/api/v1/retention", access: canQuery, dialect: portalDialect, summary: "How long rows are kept, and how much the database uses", out: retentionReply{}, handle: s.getRetention},
		{method: "GET", path: "/api/v1/openapi.json", access: open, dialect: portalDialect, summary: "This description", handle: func(w http.ResponseWriter, _ *http.Request, _ identity) *failure {
			writeJSON(w, http.StatusOK, s.openAPI())
			return nil
		}},
	}
}

func (s *Server) readyz(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	if _, err := s.opt.Store.Imports(r.Context()); err != nil {
		return broken(err)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok\n")
	return nil
}

const noPortal = `<!doctype html>
<title>wirehunt</title>
<p>This build of wirehunt has no portal. Its APIs are described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.
`

// policy is the content-security policy of the portal's pages: everything
// from this server, workers also from the editor's blobs.  Styles are inline
// in Fluent UI and Monaco.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// web serves the portal's files.  A path that is no file is a place inside
// the page, which finds it itself.
func (s *Server) web() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			portalDialect(w, r, fail(badMethod, "The method %s is not allowed here.", r.Method))
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		if s.opt.Web == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, noPortal)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if st, err := fs.Stat(s.opt.Web, name); name == "" || err != nil || st.IsDir() {
			if path.Ext(name) != "" && strings.HasPrefix(name, "assets/") {
				portalDialect(w, r, fail(notFound, "There is nothing at %s.", r.URL.Path))
				return
			}
			name = "index.html"
		}
		if strings.HasPrefix(name, "assets/") {
			// The names of these files change with their content.
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if strings.HasSuffix(name, "index.html") {
			w.Header().Set("Cache-Control", "no-cache")
		}
		f, err := s.opt.Web.Open(name)
		if err != nil {
			portalDialect(w, r, fail(notFound, "There is nothing at %s.", r.URL.Path))
			return
		}
		defer f.Close()
		content, ok := f.(io.ReadSeeker)
		if !ok {
			portalDialect(w, r, broken(fs.ErrInvalid))
			return
		}
		http.ServeContent(w, r, name, time.Time{}, content)
	})
}
