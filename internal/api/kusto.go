package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"wirehunt/internal/query"
	"wirehunt/kql"
	"wirehunt/kql/ast"
	"wirehunt/kql/token"
)

func (s *Server) kustoRoutes() []route {
	type body struct {
		DB         string `json:"db"`
		CSL        string `json:"csl"`
		Properties any    `json:"properties"`
	}
	v1 := func(w http.ResponseWriter, r *http.Request, who identity) *failure { return s.kusto(w, r, who, 1) }
	v2 := func(w http.ResponseWriter, r *http.Request, who identity) *failure { return s.kusto(w, r, who, 2) }
	return []route{
		{method: "POST", path: "/v1/rest/query", access: canQuery, dialect: kustoDialect, handle: v1, summary: "Kusto: run a query, reply of version 1", in: body{}},
		{method: "GET", path: "/v1/rest/query", access: canQuery, dialect: kustoDialect, handle: v1, summary: "Kusto: run the query of the parameters db and csl"},
		{method: "POST", path: "/v2/rest/query", access: canQuery, dialect: kustoDialect, handle: v2, summary: "Kusto: run a query, reply of version 2", in: body{}},
		{method: "GET", path: "/v2/rest/query", access: canQuery, dialect: kustoDialect, handle: v2, summary: "Kusto: run the query of the parameters db and csl"},
		{method: "POST", path: "/v1/rest/mgmt", access: canQuery, dialect: kustoDialect, handle: s.kustoMgmt, summary: "Kusto: run a management command", in: body{}},
		{method: "POST", path: "/v1/rest/ingest/{db}/{table}", access: canQuery, dialect: kustoDialect, handle: kustoIngest, summary: "Kusto: refused, with where to import instead"},
		{method: "GET", path: "/v1/rest/auth/metadata", access: open, dialect: kustoDialect, handle: kustoAuth, summary: "Kusto: where clients sign in"},
		{method: "GET", path: "/v1/rest/ping", access: open, dialect: kustoDialect, handle: kustoPing, summary: "Kusto: is the server there"},
	}
}

// kustoAuth answers with the defaults that clients have themselves.  They ask
// before they use a token that they were given, and take no answer, or one
// without these values, for an error.
func kustoAuth(w http.ResponseWriter, _ *http.Request, _ identity) *failure {
	writeJSON(w, http.StatusOK, map[string]any{"AzureAD": map[string]any{
		"LoginEndpoint": "https://login.microsoftonline.com", "LoginMfaRequired": false,
		"KustoClientAppId": "db662dc1-0cfe-4e1c-a843-19a68e65be58", "KustoClientRedirectUri": "https://microsoft/kustoclient",
		"KustoServiceResourceId": "https://kusto.kusto.windows.net",
		"FirstPartyAuthorityUrl": "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a",
	}})
	return nil
}

// kustoIngest refuses what Kusto's clients would write: rows come from
// captures, logs and exports only.
func kustoIngest(http.ResponseWriter, *http.Request, identity) *failure {
	return fail(badRequest, "Rows are not taken by Kusto's ingestion: import captures, logs and exports (wirehunt import, POST /api/v1/imports).")
}

func kustoPing(w http.ResponseWriter, _ *http.Request, _ identity) *failure {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("Pong!"))
	return nil
}

// kustoRequest is a request of Kusto's API, read and checked.
type kustoRequest struct {
	csl             string
	options         map[string]json.RawMessage
	params          map[string]string
	clientRequestID string
	activityID      string
}

// readKusto reads a request.  Its db may be any: there is one database, as
// for database("x") in queries, and clients are configured with all sorts of
// names.
func (s *Server) readKusto(w http.ResponseWriter, r *http.Request) (*kustoRequest, *failure) {
	var body struct {
		CSL        *string         `json:"csl"`
		Properties json.RawMessage `json:"properties"`
	}
	if r.Method == http.MethodGet {
		v := r.URL.Query()
		if v.Has("csl") {
			csl := v.Get("csl")
			body.CSL = &csl
		}
		if p := v.Get("properties"); p != "" {
			body.Properties = json.RawMessage(p)
		}
	} else if f := s.readJSON(w, r, &body); f != nil {
		return nil, f
	}
	if body.CSL == nil {
		return nil, fail(badRequest, "The request has no csl.")
	}
	q := &kustoRequest{csl: *body.CSL, clientRequestID: header(r, "X-Ms-Client-Request-Id"), activityID: idOf(r), params: map[string]string{}}
	if q.clientRequestID == "" {
		q.clientRequestID = "unspecified;" + q.activityID
	}
	w.Header().Set("x-ms-client-request-id", q.clientRequestID)
	w.Header().Set("x-ms-activity-id", q.activityID)
	if f := q.readProperties(body.Properties); f != nil {
		return nil, f
	}
	return q, nil
}

// readProperties reads the properties: an object, or text that holds one.
func (q *kustoRequest) readProperties(raw json.RawMessage) *failure {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var props struct {
		Options    map[string]json.RawMessage
		Parameters map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &props); err != nil {
		return fail(badRequest, "The properties are not the JSON that is expected: %v", err)
	}
	q.options = props.Options
	for name, raw := range props.Parameters {
		value, err := parameter(raw)
		if err != nil {
			return fail(badRequest, "Query parameter '%s': %v", name, err)
		}
		q.params[name] = value
	}
	return nil
}

// parameter returns the text of a query parameter's value: a literal of KQL,
// or any JSON value.
func parameter(raw json.RawMessage) (string, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return string(raw), nil
	}
	if inner, ok := strings.CutPrefix(strings.TrimSpace(text), "dynamic("); ok && strings.HasSuffix(inner, ")") {
		return strings.TrimSuffix(inner, ")"), nil
	}
	parsed, diags := kql.Parse("print " + text)
	if diags.HasErrors() {
		return text, nil // plain text, as some clients send
	}
	var lit *ast.Literal
	ast.Walk(parsed, func(n ast.Node) bool {
		if l, ok := n.(*ast.Literal); ok && lit == nil {
			lit = l
		}
		return true
	})
	switch {
	case lit == nil:
		return text, nil
	case lit.Null:
		return "", nil
	case lit.Type == ast.LitString, lit.Type == ast.LitGuid, lit.Type == ast.LitDecimal:
		return lit.Text, nil
	}
	// 5, long(5), datetime(2024-01-01), 1h.
	if _, inner, ok := strings.Cut(text, "("); ok && strings.HasSuffix(inner, ")") {
		return strings.TrimSuffix(inner, ")"), nil
	}
	return text, nil
}

// option returns an option of the request as text; set statements of the
// query come first.
func (q *kustoRequest) option(name string, sets map[string]string) string {
	if v, ok := sets[name]; ok {
		return v
	}
	raw, ok := q.options[name]
	if !ok || string(raw) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// setStatements returns the request properties that the query itself sets.
func setStatements(csl string) map[string]string {
	if !strings.Contains(csl, "set") {
		return nil
	}
	parsed, diags := kql.Parse(csl)
	if diags.HasErrors() {
		return nil // told when it is compiled
	}
	sets := map[string]string{}
	for _, st := range parsed.Statements {
		set, ok := st.(*ast.SetStmt)
		if !ok || set.Name == nil {
			continue
		}
		value := "true"
		if set.Value != nil {
			value = set.Value.Span().Text(csl)
			if v, err := parameter(json.RawMessage(strconv.Quote(value))); err == nil {
				value = v
			}
		}
		sets[set.Name.Name] = value
	}
	return sets
}

// kustoOptions are the options that have an effect here.
type kustoOptions struct {
	rows, bytes     int64 // beyond them the result is an error; 0 for no bound
	take            int64 // beyond it the result is cut off; 0 for no bound
	timeout         time.Duration
	now             time.Time
	fragment, lines bool
	placement       string
}

func (s *Server) kustoOptions(q *kustoRequest) (kustoOptions, *failure) {
	sets := setStatements(q.csl)
	o := kustoOptions{rows: s.opt.Limits.KustoRows, bytes: s.opt.Limits.KustoBytes}
	var bad *failure
	number := func(name string, into *int64) {
		if v := q.option(name, sets); v != "" {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n < 0 {
				bad = fail(badRequest, "The option '%s' must be a number, not %q.", name, v)
				return
			}
			*into = n
		}
	}
	yes := func(name string) bool {
		v := strings.ToLower(q.option(name, sets))
		return v == "true" || v == "1"
	}
	number("truncationmaxrecords", &o.rows)
	number("truncationmaxsize", &o.bytes)
	number("query_take_max_records", &o.take)
	if yes("notruncation") {
		o.rows, o.bytes = 0, 0
	}
	if v := q.option("servertimeout", sets); v != "" {
		ticks, ok := token.ParseTimespan(v)
		if !ok || ticks <= 0 {
			bad = fail(badRequest, "The option 'servertimeout' must be a timespan, not %q.", v)
		}
		o.timeout = time.Duration(min(ticks, 36_000_000_000)) * 100 // an hour is the most
	}
	if v := q.option("query_now", sets); v != "" {
		ticks, ok := token.ParseDatetime(v)
		if !ok {
			bad = fail(badRequest, "The option 'query_now' must be a datetime, not %q.", v)
		}
		o.now = query.Time(ticks)
	}
	o.fragment = yes("results_v2_fragment_primary_tables")
	o.lines = yes("results_v2_newlines_between_frames")
	o.placement = strings.ReplaceAll(strings.ToLower(q.option("results_error_reporting_placement", sets)), "_", "")
	return o, bad
}

func (s *Server) kusto(w http.ResponseWriter, r *http.Request, who identity, version int) *failure {
	q, f := s.readKusto(w, r)
	if f != nil {
		return f
	}
	if isCommand(q.csl) {
		return s.command(w, r, who, q, version)
	}
	o, f := s.kustoOptions(q)
	if f != nil {
		return f
	}
	ask := question{api: "kusto", text: q.csl, timeout: o.timeout, rows: o.rows, opt: query.Options{Params: q.params, Now: o.now}}
	if o.take > 0 && (o.rows == 0 || o.take <= o.rows) {
		ask.rows = o.take
	} else {
		o.take = 0
	}
	a, f := s.ask(r, who, ask)
	if f != nil {
		return f
	}
	defer a.Close()
	if version == 1 {
		return writeV1(w, q, a.columns(), &kustoRows{a: a, o: o}, visualization(a.res.Render))
	}
	return writeV2(w, q, o, a.columns(), &kustoRows{a: a, o: o}, visualization(a.res.Render))
}

// resultRows are the rows of a reply of Kusto's API.
type resultRows interface {
	Next() bool
	Values() []any
	// wrote tells how many bytes of the result were written.
	wrote(n int)
	// end tells what ended the rows early, or nil, and the statistics.
	end() (*failure, resultStats)
}

type resultStats struct {
	rows, size int64
	took       time.Duration
}

// kustoRows makes too large a result the error that Kusto has for it.
type kustoRows struct {
	a *answer
	o kustoOptions
	f *failure
}

func (k *kustoRows) Next() bool {
	if k.f != nil {
		return false
	}
	if k.o.bytes > 0 && k.a.size > k.o.bytes {
		k.f = k.over("size", k.o.bytes)
		return false
	}
	if k.a.Next() {
		return true
	}
	if k.a.more && k.o.take == 0 {
		k.f = k.over("record count", k.o.rows)
	}
	return false
}

func (k *kustoRows) over(what string, limit int64) *failure {
	k.a.fail = &failure{kind: tooLarge, message: fmt.Sprintf(
		"Query execution has resulted in error (0x80DA0003): Query result set has exceeded the internal %s limit %d (E_QUERY_RESULT_SET_TOO_LARGE; see https://aka.ms/kustoquerylimits).", what, limit)}
	return k.a.fail
}

func (k *kustoRows) Values() []any { return k.a.Values() }

func (k *kustoRows) wrote(n int) { k.a.size += int64(n) }

func (k *kustoRows) end() (*failure, resultStats) {
	if k.f == nil {
		k.f = k.a.Err()
	}
	return k.f, resultStats{k.a.n, k.a.size, k.a.took()}
}

// kustoDialect writes a failure as Kusto's service does.
func kustoDialect(w http.ResponseWriter, r *http.Request, f *failure) {
	writeError(w, f, map[string]any{"error": kustoError(r, f)})
}

func kustoError(r *http.Request, f *failure) map[string]any {
	code, message, class, inner := "General_BadRequest", "Request is invalid and cannot be executed.", "Kusto.Data.Exceptions.KustoBadRequestException", f.message
	permanent := true
	e := map[string]any{}
	switch f.kind {
	case badQuery:
		d, at := f.queryError()
		c, what := kustoCode(d.Code)
		class = "Kusto.Data.Exceptions.SemanticException"
		if isSyntax(d.Code) {
			class = "Kusto.Data.Exceptions.SyntaxException"
		}
		inner = what + ": " + c + ": " + d.Message
		if d.Hint != "" {
			inner += " " + d.Hint
		}
		e["innererror"] = map[string]any{"code": c, "message": inner, "@line": at.Line, "@pos": at.Column, "@wirehuntCode": d.Code}
	case unauthorized:
		code, message, class = "Unauthorized", "Caller is not authenticated.", "Kusto.Data.Exceptions.KustoRequestDeniedException"
	case forbidden, refused:
		code, message, class = "Forbidden", "Caller is not authorized to perform this action.", "Kusto.Data.Exceptions.KustoRequestDeniedException"
	case notFound:
		code, message, class = "General_NotFound", "The resource does not exist.", "Kusto.Data.Exceptions.KustoServiceException"
	case tooManyRequests:
		code, message, class, permanent = "TooManyRequests", "Too many requests.", "Kusto.Data.Exceptions.KustoRequestThrottledException", false
	case timedOut:
		code, message, class = "Timeout", "Request timed out.", "Kusto.Data.Exceptions.KustoServiceTimeoutException"
		inner = "Query execution has exceeded the allowed limits (80DA0007): " + msgTimeout
	case tooLarge:
		code, message, class = "LimitsExceeded", "Request is invalid and cannot be executed.", "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException"
	case resources:
		code, message, class = "LimitsExceeded", "Request is invalid and cannot be executed.", "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException"
		inner = "Query execution lacks memory resources to complete (80DA0001): E_RUNAWAY_QUERY"
	case internal, diskFull:
		code, message, class, permanent = "Internal service error", "An unexpected error occurred.", "Kusto.Data.Exceptions.KustoServiceException", false
	}
	e["code"], e["message"], e["@type"], e["@message"], e["@permanent"] = code, message, class, inner, permanent
	client := header(r, "X-Ms-Client-Request-Id")
	e["@context"] = map[string]any{
		"timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.0000000Z"), "serviceAlias": "WIREHUNT", "machineName": "wirehunt", "processName": "wirehunt",
		"processId": os.Getpid(), "threadId": 0, "clientRequestId": client, "activityId": idOf(r), "subActivityId": idOf(r),
		"activityType": "DN.FE.ExecuteQuery", "parentActivityId": idOf(r), "activityStack": "",
	}
	return e
}
