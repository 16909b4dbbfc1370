package api

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"wirehunt/kql/diag"
	"wirehunt/kql/token"
	"wirehunt/kql/types"
)

// kind is what sort of thing went wrong.
type kind int

const (
	internal     kind = iota
	badRequest        // the request is malformed
	badQuery          // the query does not compile
	refused           // the query may not run here
	unauthorized      // nobody is signed in
	forbidden         // the role does not allow it
	notFound
	badMethod
	conflict
	bodyTooLarge
	slowBody
	diskFull
	tooManyRequests
	timedOut
	tooLarge  // the result is over the limit
	resources // the query needs too much memory
	gone      // the client went away
)

var statuses = [...]int{
	internal: 500, badRequest: 400, badQuery: 400, refused: 400, unauthorized: 401, forbidden: 403, notFound: 404, badMethod: 405,
	conflict: 409, bodyTooLarge: 413, slowBody: 408, diskFull: 507, tooManyRequests: 429, timedOut: 504, tooLarge: 400, resources: 400, gone: 499,
}

// Messages that Microsoft documents.
const (
	msgTimeout   = "Query exceeded the timeout period."
	msgTooLarge  = "Query execution has exceeded the allowed result size. Optimize your query by limiting the number of results and try again"
	msgResources = "Query stopped due to excessive resource consumption."
	msgInternal  = "An unexpected error occurred during query execution. Please try again in a few minutes."
)

// failure is why a request failed.
type failure struct {
	kind    kind
	message string
	// diags and src are set for a query that does not compile.
	diags diag.List
	src   string
	retry int   // seconds after which to try again; 0 for none
	err   error // for the log
}

func (f *failure) status() int { return statuses[f.kind] }

func fail(k kind, format string, args ...any) *failure {
	return &failure{kind: k, message: fmt.Sprintf(format, args...)}
}

// broken is a failure of the server itself.
func broken(err error) *failure {
	if errors.Is(err, syscall.ENOSPC) {
		return &failure{kind: diskFull, message: "The disk is full.", err: err}
	}
	return &failure{kind: internal, message: "An unexpected error occurred. Please try again in a few minutes.", err: err}
}

// bodyFailure tells why a body could not be read.
func bodyFailure(err error) *failure {
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return fail(bodyTooLarge, "The request is larger than %d bytes.", tooBig.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fail(slowBody, "The request took too long to arrive.")
	case errors.Is(err, syscall.ENOSPC):
		return broken(err)
	}
	return fail(badRequest, "The request could not be read: %v", err)
}

// queryError returns the first error of a query, and its place.
func (f *failure) queryError() (diag.Diagnostic, token.Position) {
	for _, d := range f.diags {
		if d.Severity == diag.Error {
			return d, token.NewLines(f.src).Position(d.Span.Start)
		}
	}
	return diag.Diagnostic{}, token.Position{}
}

func isSyntax(c diag.Code) bool { return strings.HasPrefix(string(c), "KQL1") }

// queryMessage tells what is wrong with a query in the words of Defender's
// API.
func (f *failure) queryMessage() string {
	if f.kind != badQuery {
		return f.message
	}
	d, at := f.queryError()
	msg := strings.TrimSuffix(d.Message, ".")
	if d.Hint != "" {
		msg += " (" + strings.TrimSuffix(d.Hint, ".") + ")"
	}
	if isSyntax(d.Code) {
		return fmt.Sprintf("Query could not be parsed on line [%d,%d]: %s. Fix syntax errors in your query.", at.Line, at.Column, msg)
	}
	return msg + ". Fix semantic errors in your query."
}

// kustoCode returns Kusto's code and class of a query's error.
func kustoCode(c diag.Code) (code, class string) {
	switch {
	case isSyntax(c):
		return "SYN0002", "Syntax error"
	case c == types.CodeUnknownFunction:
		return "SEM0260", "Semantic error"
	}
	return "SEM0100", "Semantic error"
}

// dialect writes a failure as one of the APIs does.
type dialect func(w http.ResponseWriter, r *http.Request, f *failure)

var odataCodes = map[kind]string{
	badRequest: "InvalidRequestBody", badQuery: "BadRequest", refused: "DisallowedOperation", unauthorized: "Unauthorized", forbidden: "Forbidden",
	notFound: "NotFound", badMethod: "BadRequest", conflict: "Conflict", bodyTooLarge: "RequestEntityTooLarge", slowBody: "RequestTimeout",
	tooManyRequests: "TooManyRequests", timedOut: "GatewayTimeout", tooLarge: "BadRequest", resources: "BadRequest", diskFull: "InsufficientStorage",
}

func odataCode(k kind) string {
	if c := odataCodes[k]; c != "" {
		return c
	}
	return "InternalServerError"
}

func defenderDialect(w http.ResponseWriter, r *http.Request, f *failure) {
	code := odataCode(f.kind)
	if f.kind == tooManyRequests {
		code = "429" // as the service answers, and its pages show
	}
	writeError(w, f, map[string]any{"error": map[string]any{"code": code, "message": f.queryMessage(), "target": idOf(r)}})
}

func graphDialect(w http.ResponseWriter, r *http.Request, f *failure) {
	client := r.Header.Get("client-request-id")
	if client == "" {
		client = idOf(r)
	}
	w.Header().Set("request-id", idOf(r))
	w.Header().Set("client-request-id", client)
	inner := map[string]any{"date": time.Now().UTC().Format("2006-01-02T15:04:05"), "request-id": idOf(r), "client-request-id": client}
	code := odataCode(f.kind)
	if f.kind == timedOut {
		code = "UnknownError"
	}
	writeError(w, f, map[string]any{"error": map[string]any{"code": code, "message": f.queryMessage(), "innerError": inner}})
}

// portalError is the body of a failure of the portal's API.
type portalError struct {
	Error struct {
		Code        string       `json:"code"`
		Message     string       `json:"message"`
		ID          string       `json:"id"`
		Diagnostics []diagnostic `json:"diagnostics,omitempty"`
	} `json:"error"`
}

func portalDialect(w http.ResponseWriter, r *http.Request, f *failure) {
	var e portalError
	e.Error.Code, e.Error.Message, e.Error.ID = odataCode(f.kind), f.message, idOf(r)
	if f.kind == badQuery {
		d, _ := f.queryError()
		e.Error.Message = d.Message
		e.Error.Diagnostics = diagnostics(f.src, f.diags)
	}
	writeError(w, f, e)
}

func writeError(w http.ResponseWriter, f *failure, body any) {
	if f.kind == gone {
		return // nobody is there to read it
	}
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.retry))
	}
	if f.kind == unauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="wirehunt"`)
	}
	writeJSON(w, f.status(), body)
}

// writeJSON writes a whole reply.
func writeJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	(&steady{w}).Write(append(b, '\n')) // nobody can be told that it failed
}

// newID returns a random guid.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func stack() string { return string(debug.Stack()) }

func statusClass(status int) string {
	if status == 0 {
		return "closed"
	}
	return strconv.Itoa(status/100) + "xx"
}
