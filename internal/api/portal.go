package api

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"wirehunt/internal/query"
	"wirehunt/schema"
)

func (s *Server) portalRoutes() []route {
	p := func(method, path string, a access, summary string, in, out any, h func(http.ResponseWriter, *http.Request, identity) *failure) route {
		return route{method: method, path: "/api/v1/" + path, access: a, dialect: portalDialect, summary: summary, in: in, out: out, handle: h}
	}
	return []route{
		p("GET", "session", open, "Who is signed in", nil, sessionReply{}, s.getSession),
		p("POST", "session", open, "Sign in with a token; the reply sets a cookie", signIn{}, sessionReply{}, s.postSession),
		p("DELETE", "session", open, "Sign out", nil, nil, s.deleteSession),

		p("POST", "query", canQuery, "Run a query; closing the connection cancels it", portalQuery{}, portalResult{}, s.postQuery),
		p("POST", "check", canQuery, "Check a query: diagnostics and the columns of its result", editorText{}, checkReply{}, s.postCheck),
		p("POST", "complete", canQuery, "What can stand at a place of a query", editorText{}, completeReply{}, s.postComplete),
		p("POST", "hover", canQuery, "What the name at a place of a query is", editorText{}, hoverReply{}, s.postHover),
		p("POST", "signature", canQuery, "The call around a place of a query", editorText{}, signatureReply{}, s.postSignature),
		p("POST", "format", canQuery, "A query in canonical layout", editorText{}, formatReply{}, s.postFormat),

		p("GET", "schema", canQuery, "Tables, columns, action types and functions", nil, schemaReply{}, s.getSchema),
		p("GET", "hunts", canQuery, "The queries that come with wirehunt", nil, huntsReply{}, s.getHunts),
		p("GET", "queries", canQuery, "Saved queries: the caller's own and shared ones", nil, savedReply{}, s.getSaved),
		p("POST", "queries", canQuery, "Save a query", savedQuery{}, savedQuery{}, s.postSaved),
		p("PUT", "queries/{id}", canQuery, "Change a saved query", savedQuery{}, savedQuery{}, s.putSaved),
		p("DELETE", "queries/{id}", canQuery, "Delete a saved query", nil, nil, s.deleteSaved),
		p("GET", "history", canQuery, "The caller's last queries, newest first", nil, historyReply{}, s.getHistory),
		p("DELETE", "history", canQuery, "Forget the caller's last queries", nil, nil, s.deleteHistory),
		p("GET", "resources", canQuery, "The latest queries of all interfaces and what they used; only the caller's own, except for administrators", nil, resourcesReply{}, s.getResources),

		p("GET", "overview", canQuery, "What was seen: rows over time by action type, top talkers, rare things", nil, panelsReply{}, s.getOverview),
		p("GET", "devices", canQuery, "Devices, with when they were seen and how many rows they have", nil, panelsReply{}, s.getDevices),
		p("GET", "devices/{id}", canQuery, "One device: identity, traffic, peers, services", nil, panelsReply{}, s.getDevice),

		p("GET", "imports", canQuery, "What was imported, and uploads under way", nil, importsReply{}, s.getImports),
		p("POST", "imports", canImport, "Upload a capture, log or export: the file as the body with ?name=, or as multipart/form-data", nil, job{}, s.postImport),
		p("GET", "imports/{id}", canImport, "How far an upload is", nil, job{}, s.getImport),
		p("GET", "imports/{id}/events", canImport, "How far an upload is, as server-sent events until it ends", nil, nil, s.importEvents),
		p("DELETE", "imports/{id}", canImport, "Cancel an upload", nil, nil, s.deleteImport),
	}
}

type signIn struct {
	Token string `json:"token"`
}

type sessionReply struct {
	SignedIn bool   `json:"signedIn"`
	Name     string `json:"name,omitempty"`
	Role     string `json:"role,omitempty"`
	// Local says that this server asks for no token.
	Local   bool   `json:"local"`
	Version string `json:"version"`
}

func (s *Server) session(who identity) sessionReply {
	return sessionReply{SignedIn: who.Role != "", Name: who.Name, Role: string(who.Role), Local: s.opt.Tokens == nil, Version: s.opt.Version}
}

func (s *Server) getSession(w http.ResponseWriter, _ *http.Request, who identity) *failure {
	writeJSON(w, http.StatusOK, s.session(who))
	return nil
}

func (s *Server) postSession(w http.ResponseWriter, r *http.Request, who identity) *failure {
	if s.opt.Tokens == nil {
		writeJSON(w, http.StatusOK, s.session(who))
		return nil
	}
	var in signIn
	if f := s.readJSON(w, r, &in); f != nil {
		return f
	}
	if f := s.rates.guess(r); f != nil {
		return f
	}
	t, err := s.opt.Tokens.Check(strings.TrimSpace(in.Token), s.opt.Clock())
	if err != nil {
		s.rates.wrong(r)
		s.opt.Audit.LogAttrs(r.Context(), slog.LevelWarn, "sign-in refused", slog.String("id", idOf(r)), slog.String("client", address(r)), slog.String("error", err.Error()))
		return fail(unauthorized, "The token is not valid, or has expired.")
	}
	key, ends, ok := s.sessions.start(t.ID)
	if !ok {
		return fail(tooManyRequests, "Too many browsers are signed in.")
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(), Value: key, Path: "/", Expires: ends, HttpOnly: true, Secure: s.opt.TLS, SameSite: http.SameSiteStrictMode})
	s.opt.Audit.LogAttrs(r.Context(), slog.LevelInfo, "sign-in", slog.String("id", idOf(r)), slog.String("client", address(r)), slog.String("user", t.Name))
	writeJSON(w, http.StatusOK, s.session(identity{Name: t.Name, Role: t.Role}))
	return nil
}

func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	if c, err := r.Cookie(s.cookieName()); err == nil {
		s.sessions.end(c.Value)
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.opt.TLS, SameSite: http.SameSiteStrictMode})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// portalQuery is a query of the portal.
type portalQuery struct {
	Query string `json:"query"`
	// From and To limit the rows by their Timestamp; both may be missing.
	From *time.Time `json:"from,omitempty"`
	To   *time.Time `json:"to,omitempty"`
	// Last limits them to so long before now(), an ISO 8601 duration.
	Last string `json:"last,omitempty"`
	// Now is what now() and ago() count from: a time, "latest" for the newest
	// event, or nothing for the server's own choice.
	Now string `json:"now,omitempty"`
	// MaxRows is less than the server's limit, or 0.
	MaxRows int64 `json:"maxRows,omitempty"`
	// Quiet keeps the query out of the history.
	Quiet bool `json:"quiet,omitempty"`
}

// portalResult is the reply; it is written as a stream, and only describes it.
type portalResult struct {
	Schema   []columnInfo `json:"schema"`
	Rows     [][]any      `json:"rows"`
	Render   *renderInfo  `json:"render,omitempty"`
	Warnings []diagnostic `json:"warnings,omitempty"`
	Stats    resultInfo   `json:"stats"`
	// Error is set where the query failed after rows were sent.
	Error *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

type columnInfo struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Doc  string `json:"doc,omitempty"`
}

type renderInfo struct {
	Chart string            `json:"chart"`
	Props map[string]string `json:"properties,omitempty"`
}

type resultInfo struct {
	Rows      int64   `json:"rows"`
	Bytes     int64   `json:"bytes"`
	Seconds   float64 `json:"seconds"`
	Truncated bool    `json:"truncated"`
	// Usage is Low, Medium or High, by the time the query took.
	Usage string `json:"usage"`
}

func (q *portalQuery) question(s *Server, r *http.Request) (question, *failure) {
	out := question{api: "portal", text: q.Query, rows: s.opt.Limits.Rows}
	if q.MaxRows > 0 && q.MaxRows < out.rows {
		out.rows = q.MaxRows
	}
	opt := &out.opt
	switch t, ok := parseTime(q.Now); {
	case q.Now == "latest":
		opt.Latest = true
	case ok:
		opt.Now = t
	case q.Now != "":
		return out, fail(badRequest, "now must be a time or latest, not %q.", q.Now)
	}
	if q.From != nil {
		opt.From = q.From.UTC()
	}
	if q.To != nil {
		opt.To = q.To.UTC()
	}
	if q.Last != "" {
		d, ok := parseDuration(q.Last)
		if !ok {
			return out, fail(badRequest, "last must be an ISO 8601 duration such as P7D, not %q.", q.Last)
		}
		end := opt.Now
		if opt.Latest || end.IsZero() {
			var f *failure
			if end, f = s.anchor(r, opt); f != nil {
				return out, f
			}
		}
		opt.From, opt.To = end.Add(-d), end
	}
	return out, nil
}

// anchor is the time that a query's options count from.
func (s *Server) anchor(r *http.Request, opt *query.Options) (time.Time, *failure) {
	if !opt.Latest {
		return s.now(r)
	}
	ticks, ok, err := s.store.Newest(r.Context())
	if err != nil {
		return time.Time{}, broken(err)
	}
	if !ok {
		return s.opt.Clock().UTC(), nil
	}
	return query.Time(ticks), nil
}

func (s *Server) postQuery(w http.ResponseWriter, r *http.Request, who identity) *failure {
	var in portalQuery
	if f := s.readJSON(w, r, &in); f != nil {
		return f
	}
	q, f := in.question(s, r)
	if f != nil {
		return f
	}
	a, f := s.ask(r, who, q)
	if !in.Quiet {
		defer func() { s.remember(r, who, in.Query, a, f) }()
	}
	if f != nil {
		return f
	}
	defer a.Close()
	a.writePortal(w)
	return nil
}

func usage(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "Low"
	case d < 20*time.Second:
		return "Medium"
	}
	return "High"
}

// writePortal streams the result.
func (a *answer) writePortal(w http.ResponseWriter) {
	out := newFrameWriter(w)
	out.Write(append(appendColumns([]byte(`{"schema":`), a.columns(), schema.Type.String), `,"rows":[`...))
	columns := a.columns()
	var buf []byte
	for a.Next() {
		buf = buf[:0]
		if a.n > 1 {
			buf = append(buf, ',')
		}
		buf = append(appendArray(buf, a.Values(), columns), '\n')
		if a.size += int64(len(buf)); a.size > a.s.opt.Limits.Bytes {
			a.fail = &failure{kind: tooLarge, message: "Result size limit exceeded. Use \"summarize\" to aggregate results, \"project\" to drop uninteresting columns, or \"take\" to truncate results."}
			break
		}
		if _, err := out.Write(buf); err != nil {
			a.fail = &failure{kind: gone, message: "The client went away.", err: err}
			return
		}
	}
	f := a.Err()
	out.WriteString(`]`)
	if ren := a.res.Render; ren != nil {
		info := renderInfo{Chart: ren.Chart, Props: map[string]string{}}
		for _, p := range ren.Props {
			info.Props[p.Name] = p.Value
		}
		out.Write(appendStatic([]byte(`,"render":`), info))
	}
	if len(a.diags) > 0 {
		out.Write(appendStatic([]byte(`,"warnings":`), diagnostics(a.q.text, a.diags)))
	}
	out.Write(appendStatic([]byte(`,"stats":`), a.info()))
	if f != nil {
		out.Write(appendStatic([]byte(`,"error":`), map[string]string{"code": odataCode(f.kind), "message": f.message}))
	}
	out.WriteString("}\n")
	out.Flush()
}

func (a *answer) info() resultInfo {
	return resultInfo{Rows: a.n, Bytes: a.size, Seconds: a.took().Seconds(), Truncated: a.more, Usage: usage(a.took())}
}
