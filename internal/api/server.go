// Package api is the HTTP server: the APIs of Defender, Microsoft Graph and
// Kusto, the portal's own API, and who may use them.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"wirehunt/internal/api/token"
	"wirehunt/internal/defender"
	"wirehunt/internal/obs"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

// Store is the database of a server.
type Store interface {
	store.Engine
	store.State
	store.Maintainer
}

// Limits bound what requests may take.
type Limits struct {
	// Rows and Bytes bound the result of a query of Defender, Graph and the
	// portal.  More rows are cut off; more bytes are an error, as documented.
	Rows, Bytes int64
	// KustoRows and KustoBytes are the same for Kusto's API, which calls
	// either too much an error unless a request lifts them.
	KustoRows, KustoBytes int64
	// Timeout is how long a query may run.  A Kusto client may ask for less.
	Timeout time.Duration
	// Queries is how many run at the same time, which bounds the memory that
	// they take together; others wait for QueueWait, in the order they came.
	Queries   int
	QueueWait time.Duration
	// PerMinute bounds the queries of one token in a minute; 0 for no bound.
	PerMinute int
	// Body bounds the bytes of a request, Upload those of an uploaded file.
	Body, Upload int64
}

// DefaultLimits returns the limits that Microsoft documents, where it does.  A
// query uses all cores, so more of them at once than a few only take memory;
// one that waits does so as long as it might run.
func DefaultLimits() Limits {
	return Limits{
		Rows: 100_000, Bytes: 124 << 20, KustoRows: 500_000, KustoBytes: 64 << 20,
		Timeout: 3 * time.Minute, Queries: max(4, 2*runtime.NumCPU()), QueueWait: 3 * time.Minute, PerMinute: 600,
		Body: 1 << 20, Upload: 16 << 30,
	}
}

// Options are what a server is made of.
type Options struct {
	Store  Store
	Limits Limits
	// Tokens are who may do what.  Nil lets everybody do everything: for a
	// server that only programs of the same machine reach.
	Tokens *token.File
	// TLS says that clients come by HTTPS, so that cookies are for it only.
	TLS bool
	// Web is the portal; nil for none.
	Web fs.FS
	// Log is for the operator, Audit gets a record per query and sign-in.
	Log, Audit *slog.Logger
	Clock      func() time.Time
	Version    string
	// NowLatest makes the newest event the time of now() in queries.
	NowLatest bool
	// Pipeline and Devices are how uploaded captures are imported.
	Pipeline pipeline.Options
	Devices  func() (*defender.Devices, error)
	// Tables are all tables with all parts that there can be, for the
	// description of the schema.
	Tables []schema.Table
	// Retention says how long rows are kept.
	Retention Retention
	// BodyTime is how long the body of a request may take to arrive, and a
	// part of an upload; 0 for half a minute.
	BodyTime time.Duration
	// TempDir takes uploads until they are imported, and large results.
	TempDir string
}

// Server answers requests.  Close stops its imports.
type Server struct {
	opt      Options
	store    *cached
	handler  http.Handler
	sessions sessions
	rates    rates
	slots    chan struct{}
	waiting  atomic.Int64 // queries that wait for a slot
	jobs     *jobs
	stateMu  sync.Mutex // state documents are changed one at a time
	backup   sync.Mutex // backups are made one at a time
	recent   recent
	metrics  metrics
	registry obs.Registry
	declared map[string]schema.Table
}

// New makes a server.
func New(opt Options) *Server {
	s := &Server{opt: opt, store: &cached{Store: opt.Store}, slots: make(chan struct{}, max(1, opt.Limits.Queries))}
	if s.opt.BodyTime == 0 {
		s.opt.BodyTime = 30 * time.Second
	}
	if s.opt.Retention.Every <= 0 {
		s.opt.Retention.Every = retentionEvery
	}
	s.sessions.clock, s.rates.clock = opt.Clock, opt.Clock
	s.metrics = newMetrics(&s.registry, s)
	s.jobs = newJobs(s)
	s.declared = map[string]schema.Table{}
	for _, t := range opt.Tables {
		s.declared[t.Name] = t
	}
	s.handler = s.chain(s.mux())
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends running imports and waits for them.  None of what they did
// stays.
func (s *Server) Close() { s.jobs.close() }

// Database is the name of the one database, as Kusto's clients see it.
const Database = "wirehunt"

// access is what a route asks of the caller.
type access int

const (
	open      access = iota // nobody need be signed in
	canQuery                // query, and look at what is there
	canShare                // change what others see
	canImport               // import captures
	canAdmin
)

// route is one endpoint.
type route struct {
	method, path string
	access       access
	dialect      dialect
	summary      string
	in, out      any // values of the types of the bodies, for the description
	handle       func(w http.ResponseWriter, r *http.Request, who identity) *failure
}

func (s *Server) routes() []route {
	var all []route
	all = append(all, s.microsoftRoutes()...)
	all = append(all, s.kustoRoutes()...)
	all = append(all, s.portalRoutes()...)
	all = append(all, s.functionRoutes()...)
	all = append(all, s.operationRoutes()...)
	return all
}

func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	methods := map[string]bool{}
	for _, rt := range s.routes() {
		mux.Handle(rt.method+" "+rt.path, s.serve(rt))
		if !methods[rt.path] {
			methods[rt.path] = true
			// Other methods of a known path get the error of its API.
			mux.Handle(rt.path, s.serve(route{path: rt.path, dialect: rt.dialect, handle: func(w http.ResponseWriter, r *http.Request, _ identity) *failure {
				return &failure{kind: badMethod, message: "The method " + r.Method + " is not allowed here."}
			}}))
		}
	}
	notFound := func(d dialect) http.Handler {
		return s.serve(route{path: "unknown", dialect: d, handle: func(_ http.ResponseWriter, r *http.Request, _ identity) *failure {
			return &failure{kind: notFound, message: "There is nothing at " + r.URL.Path + "."}
		}})
	}
	mux.Handle("/api/", notFound(defenderDialect))
	mux.Handle("/api/v1/", notFound(portalDialect))
	mux.Handle("/v1.0/", notFound(graphDialect))
	mux.Handle("/v1/", notFound(kustoDialect))
	mux.Handle("/v2/", notFound(kustoDialect))
	// Links of Defender's portal name its page so.
	mux.Handle("GET /v2/advanced-hunting", s.web())
	mux.Handle("/", s.web())
	return mux
}

// serve is what happens to a request of a route: who is it, may he, and what
// is told when it fails.
func (s *Server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.opt.Clock()
		rec := &recorder{ResponseWriter: w, id: newID()}
		// The deadline of the request before on this connection is over.
		http.NewResponseController(w).SetWriteDeadline(time.Time{})
		r = r.WithContext(context.WithValue(r.Context(), requestID{}, rec.id))
		defer func() {
			s.metrics.requests.Add(1, rt.path, statusClass(rec.status))
			s.metrics.seconds.Observe(s.opt.Clock().Sub(start).Seconds(), rt.path)
		}()
		who, f := s.identify(r, rt.access)
		if f == nil {
			f = s.handle(rec, r, rt, who)
		}
		if f != nil && rec.status == 0 {
			if f.err != nil && f.kind == internal {
				s.opt.Log.Error("request failed", "path", r.URL.Path, "id", rec.id, "error", f.err.Error())
			}
			rt.dialect(rec, r, f)
		}
	})
}

// handle calls the handler; a panic of it is an error of that request alone.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, rt route, who identity) (f *failure) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			s.opt.Log.Error("panic", "path", r.URL.Path, "panic", p, "stack", stack())
			f = &failure{kind: internal, message: "An unexpected error occurred. Please try again in a few minutes."}
		} else if p != nil {
			panic(p)
		}
	}()
	return rt.handle(w, r, who)
}

type requestID struct{}

// idOf returns the id of the request, which its errors and records carry.
func idOf(r *http.Request) string {
	id, _ := r.Context().Value(requestID{}).(string)
	return id
}

// recorder remembers the status and the size of a reply.
type recorder struct {
	http.ResponseWriter
	id     string
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController find what is below.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
