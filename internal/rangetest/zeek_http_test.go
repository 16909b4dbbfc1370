package rangetest

import "testing"

type httpRow struct {
	flow
	TransDepth      int      `json:"trans_depth"`
	Method          string   `json:"method"`
	Host            string   `json:"host"`
	URI             string   `json:"uri"`
	Referrer        string   `json:"referrer,omitempty"`
	UserAgent       string   `json:"user_agent"`
	RequestBodyLen  int      `json:"request_body_len"`
	ResponseBodyLen int      `json:"response_body_len"`
	StatusCode      int      `json:"status_code"`
	Username        string   `json:"username,omitempty"`
	Proxied         []string `json:"proxied,omitempty"`
}

type httpFact struct {
	ends
	TransDepth      int      `json:"trans_depth"`
	Method          string   `json:"method"`
	Host            string   `json:"host"`
	URI             string   `json:"uri"`
	Referrer        string   `json:"referrer"`
	UserAgent       string   `json:"user_agent"`
	RequestBodyLen  int      `json:"request_body_len"`
	ResponseBodyLen *int     `json:"response_body_len"`
	Decoded         *int     `json:"response_body_decoded_len"`
	StatusCode      int      `json:"status_code"`
	BasicUser       string   `json:"basic_user"`
	Proxied         []string `json:"proxied"`
}

func checkHTTP(t *testing.T, r records) {
	var truth struct {
		Requests []httpFact
		Tunnels  []ends `json:"inside_tunnels"`
	}
	loadTruth(t, "http", &truth)
	got := rows[httpRow](t, r, "http")
	bodies := map[flow]map[int]int{}
	for _, g := range got {
		if bodies[g.flow] == nil {
			bodies[g.flow] = map[int]int{}
		}
		bodies[g.flow][g.TransDepth] = g.ResponseBodyLen
	}
	var want []httpRow
	var http []ends
	for _, f := range truth.Requests {
		w := httpRow{f.flow(), f.TransDepth, f.Method, f.Host, f.URI, f.Referrer, f.UserAgent, f.RequestBodyLen, 0, f.StatusCode, f.BasicUser, f.Proxied}
		// Zeek counts what comes out of decompression.
		switch {
		case f.Decoded != nil:
			w.ResponseBodyLen = *f.Decoded
		case f.ResponseBodyLen != nil:
			w.ResponseBodyLen = *f.ResponseBodyLen
		default:
			// The proxy does not log the length of its own error page.
			w.ResponseBodyLen = bodies[w.flow][w.TransDepth]
			if w.ResponseBodyLen == 0 {
				t.Errorf("no body in the answer to %s", text(w))
			}
		}
		want = append(want, w)
		http = append(http, f.ends)
	}
	sameRows(t, "requests", got, want)
	sameServices(t, r, "http", http)

	// A CONNECT has TLS on both sides of the proxy.
	for _, f := range truth.Requests {
		if f.Method == "CONNECT" && f.StatusCode == 200 {
			truth.Tunnels = append(truth.Tunnels, f.ends)
		}
	}
	sameServices(t, r, "ssl", truth.Tunnels)
}
