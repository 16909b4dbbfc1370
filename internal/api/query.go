package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/kql"
	"wirehunt/kql/diag"
	"wirehunt/schema"
)

// question is a query as one of the APIs got it.
type question struct {
	api, text string
	opt       query.Options
	timeout   time.Duration // 0 for the server's
	rows      int64         // most rows of the result; 0 for no bound
}

// answer is a query that runs.  Its rows are read through it, which counts
// them; Close must be called, and records the query.
type answer struct {
	s       *Server
	r       *http.Request
	who     identity
	q       question
	res     *kql.Result
	diags   diag.List
	rows    store.Rows
	cancel  context.CancelFunc
	ctx     context.Context
	start   time.Time
	release func()

	n    int64
	more bool  // there were more rows than the question wanted
	size int64 // bytes of the result, as its writer counted them
	fail *failure
}

const maxAudited = 8 << 10

// apiPanel is the api of questions that the server asks itself.
const apiPanel = "panel"

// ask compiles and starts a query.  A failure is recorded; an answer must be
// closed.
func (s *Server) ask(r *http.Request, who identity, q question) (*answer, *failure) {
	a := &answer{s: s, r: r, who: who, q: q, start: s.opt.Clock(), release: func() {}, cancel: func() {}}
	if f := a.begin(); f != nil {
		a.fail = f
		a.Close()
		return nil, f
	}
	return a, nil
}

func (a *answer) begin() *failure {
	s := a.s
	if limit := s.opt.Limits.PerMinute; limit > 0 && a.q.api != apiPanel {
		if n, left := s.rates.add("query "+a.who.Name, 1); n > limit {
			return &failure{kind: tooManyRequests, retry: int(left.Seconds()) + 1,
				message: fmt.Sprintf("API calls quota exceeded! maximum allowed %d per 00:01:00", limit)}
		}
	}
	if strings.TrimSpace(a.q.text) == "" {
		return fail(badRequest, "The query is empty.")
	}
	if f := a.slot(); f != nil {
		return f
	}
	timeout := s.opt.Limits.Timeout
	if a.q.timeout > 0 && (timeout == 0 || a.q.timeout < timeout) {
		timeout = a.q.timeout
	}
	ctx := a.r.Context()
	if timeout > 0 {
		a.ctx, a.cancel = context.WithTimeout(ctx, timeout)
	} else {
		a.ctx, a.cancel = context.WithCancel(ctx)
	}
	opt := a.q.opt
	opt.MaxRows = a.q.rows
	if opt.Now.IsZero() && !opt.Latest {
		opt.Now, opt.Latest = s.opt.Clock().UTC(), s.opt.NowLatest
	}
	var err error
	if a.res, a.diags, err = query.Compile(a.ctx, s.store, a.q.text, opt); err != nil {
		return a.explain(err)
	}
	if a.diags.HasErrors() || a.res == nil {
		return &failure{kind: badQuery, diags: a.diags, src: a.q.text, message: "The query has errors."}
	}
	if a.rows, err = query.Run(a.ctx, s.store, a.res); err != nil {
		return a.explain(err)
	}
	return nil
}

// slot waits until fewer queries run than may.
func (a *answer) slot() *failure {
	select {
	case a.s.slots <- struct{}{}:
	default:
		a.s.waiting.Add(1)
		defer a.s.waiting.Add(-1)
		wait := time.NewTimer(a.s.opt.Limits.QueueWait)
		defer wait.Stop()
		select {
		case a.s.slots <- struct{}{}:
		case <-wait.C:
			return &failure{kind: tooManyRequests, retry: 5, message: fmt.Sprintf("Too many queries run at the same time; %d may.", cap(a.s.slots))}
		case <-a.r.Context().Done():
			return &failure{kind: gone, message: "The client went away."}
		}
	}
	a.release = func() { <-a.s.slots }
	return nil
}

// explain tells why a query failed while it ran.
func (a *answer) explain(err error) *failure {
	switch {
	case a.r.Context().Err() != nil:
		return &failure{kind: gone, message: "The client went away.", err: err}
	case a.ctx != nil && errors.Is(a.ctx.Err(), context.DeadlineExceeded):
		return &failure{kind: timedOut, message: msgTimeout, err: err}
	case errors.Is(err, query.ErrRefused):
		return &failure{kind: refused, message: strings.TrimPrefix(err.Error(), query.ErrRefused.Error()+": "), err: err}
	case strings.Contains(err.Error(), "Out of Memory"), strings.Contains(err.Error(), "could not allocate"):
		return &failure{kind: resources, message: msgResources, err: err}
	}
	a.s.opt.Log.Error("query failed", "id", idOf(a.r), "error", err.Error())
	return &failure{kind: internal, message: msgInternal, err: err}
}

// Next moves to the next row; false at the end, at the limit or on failure.
func (a *answer) Next() bool {
	if a.fail != nil || a.more || !a.rows.Next() {
		return false
	}
	if a.q.rows > 0 && a.n == a.q.rows {
		a.more = true
		return false
	}
	a.n++
	if a.n%256 == 0 && a.ctx.Err() != nil {
		a.fail = a.explain(a.ctx.Err())
		return false
	}
	return true
}

// Values returns the row.
func (a *answer) Values() []any { return a.rows.Values() }

// Err returns what ended the rows early, as a failure or nil.
func (a *answer) Err() *failure {
	if a.fail == nil {
		if err := a.rows.Err(); err != nil {
			a.fail = a.explain(err)
		}
	}
	return a.fail
}

// columns returns the columns of the result.
func (a *answer) columns() []schema.Column { return a.res.Columns }

// took is the time since the query came.
func (a *answer) took() time.Duration { return a.s.opt.Clock().Sub(a.start) }

// state tells how the query ended.
func (a *answer) state() string {
	switch {
	case a.fail == nil:
		return "ok"
	case a.fail.kind == gone:
		return "canceled"
	case a.fail.kind == timedOut:
		return "timeout"
	case a.fail.kind == tooManyRequests:
		return "throttled"
	}
	return "failed"
}

// Close ends the query and records it.
func (a *answer) Close() {
	if a.rows != nil {
		a.rows.Close()
	}
	a.cancel()
	a.release()
	a.use()
	took := a.took()
	a.s.metrics.queries.Add(1, a.q.api, a.state())
	a.s.metrics.querySeconds.Observe(took.Seconds(), a.q.api)
	text := a.q.text
	if len(text) > maxAudited {
		text = text[:maxAudited]
	}
	attrs := []slog.Attr{
		slog.String("id", idOf(a.r)), slog.String("user", a.who.Name), slog.String("role", string(a.who.Role)), slog.String("api", a.q.api),
		slog.String("client", address(a.r)), slog.String("app", header(a.r, "X-Ms-App", "User-Agent")), slog.String("state", a.state()),
		slog.Int64("rows", a.n), slog.Int64("bytes", a.size), slog.Float64("seconds", took.Seconds()), slog.String("query", text),
	}
	if a.fail != nil {
		attrs = append(attrs, slog.String("error", a.fail.queryMessage()))
	}
	a.s.opt.Audit.LogAttrs(context.WithoutCancel(a.r.Context()), slog.LevelInfo, "query", attrs...)
}

// header returns the first of the named headers that is set, cut to a length
// that a log can take.
func header(r *http.Request, names ...string) string {
	for _, n := range names {
		if v := r.Header.Get(n); v != "" {
			return v[:min(len(v), 200)]
		}
	}
	return ""
}

// readBody reads a body of at most the limit, within the time for it.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *failure) {
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.opt.BodyTime)) // not possible in some tests
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.opt.Limits.Body))
	if err != nil {
		return nil, bodyFailure(err)
	}
	http.NewResponseController(w).SetReadDeadline(time.Time{})
	return bytes.TrimPrefix(b, []byte("\ufeff")), nil
}

// readJSON reads a body into v.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, v any) *failure {
	b, f := s.readBody(w, r)
	if f != nil {
		return f
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return fail(badRequest, "The request has no body.")
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fail(badRequest, "The body is not the JSON that is expected: %v", err)
	}
	return nil
}

// appendArray appends the values of a row as a JSON array.
func appendArray(dst []byte, values []any, cols []schema.Column) []byte {
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = query.AppendJSON(dst, v, cols[i].Type)
	}
	return append(dst, ']')
}

func appendText(dst []byte, s string) []byte { return query.AppendJSON(dst, s, schema.String) }
