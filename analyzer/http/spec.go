// Package http analyses HTTP/0.9 and HTTP/1.x: requests and replies with
// their headers and bodies (RFC 9110, RFC 9112), written to http.log, and the
// files that they carry.  It takes and refuses what Zeek's analyzer and its
// scripts base/protocols/http take and refuse, so that a record stands where
// Zeek writes one.
package http

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/file/ocsp"
	"wirehunt/analyzer/file/pe"
	"wirehunt/event"
)

// Log is http.log.
var Log = event.NewLog("http", "HttpConnectionInspected", "HTTP requests and replies.")

// The columns of Log after uid and id.
var (
	colDepth     = Log.CountField("trans_depth", "Number of the transaction in its connection, from 1.")
	colMethod    = Log.StringField("method", "Request method.")
	colHost      = Log.StringField("host", "Host header.")
	colURI       = Log.StringField("uri", "Request target, percent-decoded.")
	colReferrer  = Log.StringField("referrer", "Referer header.")
	colVersion   = Log.StringField("version", "Version in the reply.")
	colUserAgent = Log.StringField("user_agent", "User-Agent header.")
	colOrigin    = Log.StringField("origin", "Origin header.")
	colReqLen    = Log.CountField("request_body_len", "Bytes of the request's body, decompressed.")
	colRespLen   = Log.CountField("response_body_len", "Bytes of the reply's body, decompressed.")
	colStatus    = Log.CountField("status_code", "Status of the reply.")
	colStatusMsg = Log.StringField("status_msg", "Reason phrase of the reply.")
	colInfo      = Log.CountField("info_code", "Status of the last informational (1xx) reply.")
	colInfoMsg   = Log.StringField("info_msg", "Reason phrase of the last informational reply.")
	colTags      = Log.SetField("tags", event.Enum, "What Zeek's policy scripts noticed about the request; empty with the default ones.")
	colUsername  = Log.StringField("username", "User name of Basic authentication.")
	_            = Log.StringField("password", "Password of Basic authentication; not captured.", event.NoBag)
	colProxied   = Log.SetField("proxied", event.String, "Headers that tell of a proxy, as \"NAME -> value\".")
	colOrigFUIDs = Log.VectorField("orig_fuids", event.String, "Ids of files in the request.")
	colOrigNames = Log.VectorField("orig_filenames", event.String, "Names of files in the request.")
	colOrigMimes = Log.VectorField("orig_mime_types", event.String, "Types of files in the request.")
	colRespFUIDs = Log.VectorField("resp_fuids", event.String, "Ids of files in the reply.")
	colRespNames = Log.VectorField("resp_filenames", event.String, "Names of files in the reply.")
	colRespMimes = Log.VectorField("resp_mime_types", event.String, "Types of files in the reply.")
	colSQLi      = Log.BoolField("uri_sqli", "Whether the target looks like an attempt at SQL injection, as HTTP::URI_SQLI of Zeek's policy scripts; unset if not.", event.Extra)
)

// fileCols are the columns of ids, names and types of a side's files.
var fileCols = [2][3]event.ListCol{{colOrigFUIDs, colOrigNames, colOrigMimes}, {colRespFUIDs, colRespNames, colRespMimes}}

// proxyHeaders tell that a request came through a proxy (HTTP::proxy_headers).
var proxyHeaders = [...]string{
	"forwarded", "x-forwarded-for", "x-forwarded-from", "client-ip", "via", "xroxy-connection", "proxy-connection",
}

// knownMethods are the methods that Zeek does not call unknown
// (HTTP::http_methods).
var knownMethods = [...]string{
	"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE",
	"LOCK", "UNLOCK", "POLL", "REPORT", "SUBSCRIBE", "BMOVE", "SEARCH", "QUERY", "PATCH",
}

// probedMethods are the methods by which a request is recognised.
var probedMethods = [...]string{
	"OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",
	"MOVE", "LOCK", "UNLOCK", "VERSION-CONTROL", "REPORT", "CHECKOUT", "CHECKIN", "UNCHECKOUT", "MKWORKSPACE", "UPDATE",
	"LABEL", "MERGE", "BASELINE-CONTROL", "MKACTIVITY", "ORDERPATCH", "ACL", "PATCH", "SEARCH", "BCOPY", "BDELETE",
	"BMOVE", "BPROPFIND", "BPROPPATCH", "NOTIFY", "POLL", "SUBSCRIBE", "UNSUBSCRIBE", "X-MS-ENUMATTS", "RPC_OUT_DATA",
	"RPC_IN_DATA", "QUERY",
}

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:     "http",
		Title:    "HTTP/1.x",
		Doc:      "Requests and replies with headers, body lengths, files, proxies and user names.",
		Logs:     []*event.Log{Log, file.Log, ocsp.Log, pe.Log},
		TCPPorts: []uint16{80, 81, 631, 1080, 3128, 8000, 8080, 8888},
		Probe:    probe,
		TCP:      true,
		Shared:   newShared,
		New:      newAnalyzer,
	}
}

// probe wants a known method from the client, as Zeek's signature
// dpd_http_client: the server need not have answered.
func probe(s *analyzer.Start) analyzer.Verdict {
	b := s.Orig
	for len(b) > 0 && isSpaceOrEnd(b[0]) {
		b = b[1:]
	}
	if len(b) == 0 {
		return analyzer.NeedMore
	}
	verdict := analyzer.No
	for _, m := range probedMethods {
		switch {
		case m[0] != b[0]:
		case len(b) > len(m):
			if string(b[:len(m)]) == m && isSpaceOrEnd(b[len(m)]) {
				return analyzer.Yes
			}
		case string(b) == m[:len(b)]:
			verdict = analyzer.NeedMore
		}
	}
	return verdict
}

func isSpaceOrEnd(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// newAnalyzer writes the memory before it is read: then it costs one page fault
// a page, not two.
func newAnalyzer() analyzer.Analyzer {
	a := make([]Analyzer, 1)
	clear(a)
	return &a[0]
}
