package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	"wirehunt/internal/defender"
	"wirehunt/internal/ingest"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store"
)

// importInfo is a file that was imported.
type importInfo struct {
	Name  string           `json:"name"`
	Hash  string           `json:"sha256"`
	Bytes int64            `json:"bytes"`
	Kind  string           `json:"kind"`
	Time  time.Time        `json:"time"`
	Rows  map[string]int64 `json:"rows"`
}

type importsReply struct {
	Imports []importInfo `json:"imports"`
	Jobs    []job        `json:"jobs"`
}

// The states of an upload.
const (
	stateQueued    = "queued"
	stateRunning   = "running"
	stateDone      = "done"
	stateDuplicate = "duplicate" // the same content was imported before
	stateFailed    = "failed"
	stateCanceled  = "canceled"
)

// job is an upload and its import.
type job struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Owner   string    `json:"owner"`
	State   string    `json:"state"`
	Created time.Time `json:"created"`
	Bytes   int64     `json:"bytes"`
	Read    int64     `json:"read"`
	Packets uint64    `json:"packets"`
	Error   string    `json:"error,omitempty"`
	// Before is the name under which the content was imported before.
	Before   string           `json:"before,omitempty"`
	Rows     map[string]int64 `json:"rows,omitempty"`
	Unparsed map[string]int64 `json:"unparsed,omitempty"`
	Stats    *pipeline.Stats  `json:"stats,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
	Seconds  float64          `json:"seconds"`
}

func (j *job) ended() bool { return j.State != stateQueued && j.State != stateRunning }

// jobs imports uploads, one after the other: an import takes all cores.
type jobs struct {
	s      *Server
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
	wake   chan struct{}

	mu    sync.Mutex
	list  []*pending // oldest first
	moved chan struct{}
}

type pending struct {
	job
	path   string // in a directory of its own
	cancel context.CancelFunc
}

const maxJobs = 200

func newJobs(s *Server) *jobs {
	ctx, cancel := context.WithCancel(context.Background())
	j := &jobs{s: s, ctx: ctx, cancel: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1), moved: make(chan struct{})}
	go j.work()
	return j
}

func (j *jobs) close() {
	j.cancel()
	<-j.done
}

// change changes jobs and tells those who watch.
func (j *jobs) change(f func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f()
	close(j.moved)
	j.moved = make(chan struct{})
}

// watch returns a job, and a channel that is closed when any job changes.
func (j *jobs) watch(id string) (job, <-chan struct{}, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, p := range j.list {
		if p.ID == id {
			return p.job, j.moved, true
		}
	}
	return job{}, nil, false
}

func (j *jobs) snapshot() []job {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]job, 0, len(j.list))
	for i := len(j.list) - 1; i >= 0; i-- {
		out = append(out, j.list[i].job)
	}
	return out
}

// add queues an upload; false where too many wait.
func (j *jobs) add(p *pending) bool {
	ok := true
	j.change(func() {
		if len(j.list) >= maxJobs {
			ok = false
			for i, old := range j.list {
				if old.ended() {
					j.list, ok = append(j.list[:i:i], j.list[i+1:]...), true
					break
				}
			}
		}
		if ok {
			j.list = append(j.list, p)
		}
	})
	if ok {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
	return ok
}

func (j *jobs) work() {
	defer close(j.done)
	old := j.s.retentionTimer()
	defer old.Stop()
	due := false
	for {
		select {
		case <-old.C:
			due = true
		default:
		}
		if due {
			j.s.retain(j.ctx)
			old.Reset(j.s.opt.Retention.Every)
			due = false
		}
		var next *pending
		var ctx context.Context
		j.change(func() {
			for _, p := range j.list {
				if p.State == stateQueued && next == nil && j.ctx.Err() == nil {
					next = p
					p.State = stateRunning
					ctx, p.cancel = context.WithCancel(j.ctx)
				}
			}
		})
		if next != nil {
			j.run(ctx, next)
			continue
		}
		select {
		case <-j.ctx.Done():
			j.change(func() {
				for _, p := range j.list {
					os.RemoveAll(filepath.Dir(p.path))
				}
			})
			return
		case <-j.wake:
		case <-old.C:
			due = true
		}
	}
}

// run imports one upload.
func (j *jobs) run(ctx context.Context, p *pending) {
	start := time.Now()
	sum, err := j.s.importFile(ctx, p.path, p.Name, func(at ingest.Progress) {
		j.change(func() { p.Read, p.Packets = at.Read, at.Packets })
	})
	os.RemoveAll(filepath.Dir(p.path))
	canceled := ctx.Err() != nil
	j.change(func() {
		p.cancel()
		p.Seconds = time.Since(start).Seconds()
		p.Rows, p.Unparsed, p.Warnings, p.Stats, p.Before = sum.Rows, sum.Unparsed, sum.Warnings, sum.Stats, sum.Before
		switch {
		case err != nil && canceled:
			p.State = stateCanceled
		case err != nil:
			p.State, p.Error = stateFailed, strings.ReplaceAll(err.Error(), p.path, p.Name)
		case sum.Before != "":
			p.State = stateDuplicate
		default:
			p.State, p.Read = stateDone, p.Bytes
		}
	})
	j.s.metrics.imports.Add(1, p.State)
	j.s.opt.Log.Info("import", "name", p.Name, "user", p.Owner, "state", p.State, "bytes", p.Bytes, "seconds", p.Seconds, "error", p.Error)
}

// importFile imports an uploaded file under the name it came with.
func (s *Server) importFile(ctx context.Context, path, name string, progress func(ingest.Progress)) (ingest.Summary, error) {
	files, err := ingest.Files([]string{path})
	if err != nil {
		return ingest.Summary{}, err
	}
	devices, err := s.opt.Devices()
	if err != nil {
		return ingest.Summary{}, err
	}
	if err := s.store.LoadDevices(ctx, devices); err != nil {
		return ingest.Summary{}, err
	}
	return ingest.Import(ctx, &named{s.store, name}, files[0], ingest.Options{Devices: devices, Pipeline: s.opt.Pipeline, Now: time.Now, Progress: progress})
}

// named gives what is imported through it another name than that of the
// temporary file.
type named struct {
	store.Engine
	name string
}

// Begin implements store.Engine.
func (n *named) Begin(ctx context.Context) (store.Import, error) {
	tx, err := n.Engine.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &namedImport{tx, n.name}, nil
}

type namedImport struct {
	store.Import
	name string
}

// Commit implements store.Import.
func (n *namedImport) Commit(src *store.Source, devices *defender.Devices) error {
	src.Path = n.name
	return n.Import.Commit(src, devices)
}

// forgetting makes the server see what an import changed.
type forgetting struct {
	store.Import
	c *cached
}

// Commit implements store.Import.
func (f *forgetting) Commit(src *store.Source, devices *defender.Devices) error {
	defer f.c.forget()
	return f.Import.Commit(src, devices)
}

// uploadName makes a name that a client sent one of a plain file.
func uploadName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if r == '/' || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, s)
	if len(s) > 150 {
		s = strings.ToValidUTF8(s[len(s)-150:], "")
	}
	if s = strings.TrimLeft(s, "."); s == "" {
		return "upload"
	}
	return s
}

// postImport stores the upload and queues its import.
func (s *Server) postImport(w http.ResponseWriter, r *http.Request, who identity) *failure {
	name, body, f := uploadBody(r)
	if f != nil {
		return f
	}
	dir, err := os.MkdirTemp(s.opt.TempDir, "wirehunt-upload-*")
	if err != nil {
		return broken(err)
	}
	p := &pending{path: filepath.Join(dir, name)}
	p.job = job{ID: newID(), Name: name, Owner: who.Name, State: stateQueued, Created: s.opt.Clock().UTC()}
	n, f := s.receive(w, p.path, body)
	if f == nil && n == 0 {
		f = fail(badRequest, "%s: the file is empty", name)
	}
	if p.Bytes = n; f == nil && !s.jobs.add(p) {
		f = &failure{kind: tooManyRequests, message: "Too many uploads wait.", retry: 60}
	}
	if f != nil {
		os.RemoveAll(dir)
		return f
	}
	j, _, _ := s.jobs.watch(p.ID)
	w.Header().Set("Location", "/api/v1/imports/"+p.ID)
	writeJSON(w, http.StatusAccepted, j)
	return nil
}

// uploadBody returns the file of an upload: the body, or the first file of a
// form.
func uploadBody(r *http.Request) (string, io.Reader, *failure) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "multipart/form-data" {
		name := r.URL.Query().Get("name")
		if name == "" {
			return "", nil, fail(badRequest, "The name of the file is missing: ?name=capture.pcap")
		}
		return uploadName(name), r.Body, nil
	}
	mr, err := r.MultipartReader()
	if err != nil {
		return "", nil, bodyFailure(err)
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, fail(badRequest, "The form has no file.")
		}
		if err != nil {
			return "", nil, bodyFailure(err)
		}
		if part.FileName() != "" {
			return uploadName(part.FileName()), part, nil
		}
	}
}

// receive writes the body to a file, as long as it keeps coming.
func (s *Server) receive(w http.ResponseWriter, path string, body io.Reader) (int64, *failure) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, broken(err)
	}
	limit := s.opt.Limits.Upload
	control := http.NewResponseController(w)
	var n int64
	buf := make([]byte, 256<<10)
	for err == nil {
		control.SetReadDeadline(time.Now().Add(s.opt.BodyTime)) // not possible in some tests
		var m int
		m, err = body.Read(buf)
		if n += int64(m); n > limit {
			file.Close()
			return n, fail(bodyTooLarge, "The file is larger than %d bytes.", limit)
		}
		if _, werr := file.Write(buf[:m]); werr != nil {
			file.Close()
			return n, broken(werr)
		}
	}
	control.SetReadDeadline(time.Time{})
	if cerr := file.Close(); cerr != nil {
		return n, broken(cerr)
	}
	if !errors.Is(err, io.EOF) {
		return n, bodyFailure(err)
	}
	return n, nil
}

func (s *Server) getImports(w http.ResponseWriter, r *http.Request, who identity) *failure {
	list, err := s.store.Imports(r.Context())
	if err != nil {
		return broken(err)
	}
	out := importsReply{Imports: []importInfo{}, Jobs: s.jobs.snapshot()}
	for _, i := range list {
		out.Imports = append(out.Imports, importInfo{Name: i.Path, Hash: i.SHA256, Bytes: i.Bytes, Kind: i.Kind, Time: i.Time, Rows: i.Rows})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func noJob() *failure { return fail(notFound, "There is no such upload.") }

func (s *Server) getImport(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	j, _, ok := s.jobs.watch(r.PathValue("id"))
	if !ok {
		return noJob()
	}
	writeJSON(w, http.StatusOK, j)
	return nil
}

// importEvents sends the job whenever it changes, not more than some times a
// second, until it ends.
func (s *Server) importEvents(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	id := r.PathValue("id")
	if _, _, ok := s.jobs.watch(id); !ok {
		return noJob()
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &steady{w}
	for {
		j, moved, ok := s.jobs.watch(id)
		if !ok {
			return nil
		}
		b, err := json.Marshal(j)
		if err != nil {
			return broken(err)
		}
		if _, err := out.Write(append(append([]byte("data: "), b...), "\n\n"...)); err != nil || j.ended() {
			return nil
		}
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-s.jobs.ctx.Done():
			return nil
		case <-moved:
		case <-time.After(15 * time.Second): // keeps proxies from closing
		}
	}
}

func (s *Server) deleteImport(w http.ResponseWriter, r *http.Request, who identity) *failure {
	id := r.PathValue("id")
	f := noJob()
	s.jobs.change(func() {
		for _, p := range s.jobs.list {
			if p.ID != id {
				continue
			}
			switch {
			case p.Owner != who.Name && !who.may(canAdmin):
				f = fail(forbidden, "The upload belongs to %s.", p.Owner)
			case p.ended():
				f = fail(conflict, "The import has ended.")
			case p.State == stateRunning:
				p.cancel()
				f = nil
			default:
				p.State, f = stateCanceled, nil
				os.RemoveAll(filepath.Dir(p.path))
			}
		}
	})
	if f == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return f
}
