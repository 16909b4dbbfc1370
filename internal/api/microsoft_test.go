package api

import (
	"strings"
	"testing"
	"time"
)

func TestDefenderRun(t *testing.T) {
	st := start(t, nil)
	for _, path := range []string{"/api/advancedqueries/run", "/api/advancedhunting/run"} {
		r := st.post(path, map[string]string{"Query": `DeviceNetworkEvents | where ActionType == 'HttpConnectionInspected' | project Timestamp, DeviceId, RemotePort, AdditionalFields | sort by Timestamp asc | take 2`})
		r.ok(200, nil)
		if got := r.get("Schema", 0, "Name") + r.get("Schema", 0, "Type") + r.get("Schema", 2, "Type"); got != "TimestampDateTimeInt32" {
			t.Errorf("schema: %s", got)
		}
		if ts := r.get("Results", 1, "Timestamp"); len(ts) != 28 || !strings.HasSuffix(ts, "Z") {
			t.Errorf("Timestamp %q", ts)
		}
		if !strings.Contains(r.get("Results", 0, "AdditionalFields"), `"user_agent"`) {
			t.Errorf("AdditionalFields %s", r.get("Results", 0, "AdditionalFields"))
		}
		if r.get("Stats", "dataset_statistics", 0, "table_row_count") != "2" || r.get("Stats", "ExecutionTime") == "" {
			t.Errorf("stats: %s", r.get("Stats"))
		}
	}
	r := st.post("/api/advancedqueries/run", map[string]string{"Query": "DeviceNetworkEvents | take 0"}).ok(200, nil)
	if !strings.Contains(r.body, `"Results":[]`) {
		t.Errorf("no rows: %s", r.body)
	}
	if n := strings.Count(st.audit.String(), `"msg":"query"`); n != 3 {
		t.Errorf("%d queries in the audit log:\n%s", n, st.audit)
	}
}

func TestDefenderLimits(t *testing.T) {
	st := start(t, func(o *Options) { o.Limits.Rows, o.Limits.Bytes = 10, 5000 })
	r := st.post("/api/advancedqueries/run", map[string]string{"Query": "range x from 1 to 20 step 1"}).ok(200, nil)
	if r.get("Results", -1, "x") != "10" {
		t.Errorf("the last row is %s", r.get("Results", -1))
	}
	r = st.post("/api/advancedqueries/run", map[string]string{"Query": "range x from 1 to 8 step 1 | extend y = strrep('y', 1000)"}).ok(400, nil)
	if !strings.HasPrefix(r.get("error", "message"), "Query execution has exceeded the allowed result size.") || r.get("error", "code") != "BadRequest" {
		t.Errorf("too large: %s", r.body)
	}
	st = start(t, func(o *Options) { o.Limits.PerMinute = 2 })
	for i, want := range []int{200, 200, 429} {
		r = st.post("/api/advancedqueries/run", map[string]string{"Query": "print 1"})
		if r.status != want {
			t.Errorf("call %d: %d", i, r.status)
		}
	}
	if r.get("error", "code") != "429" || r.get("error", "message") != "API calls quota exceeded! maximum allowed 2 per 00:01:00" || r.header.Get("Retry-After") == "" {
		t.Errorf("over the rate: %s", r.body)
	}
	if g := st.post("/v1.0/security/runHuntingQuery", map[string]string{"Query": "print 1"}).ok(429, nil); g.get("error", "code") != "TooManyRequests" {
		t.Errorf("over the rate at Graph: %s", g.body)
	}
}

func TestGraphRun(t *testing.T) {
	st := start(t, nil)
	r := st.post("/v1.0/security/runHuntingQuery", map[string]string{"Query": "DeviceInfo | project DeviceName, Timestamp | sort by DeviceName asc | take 1"}).ok(200, nil)
	if r.get("@odata.context") != "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.security.huntingQueryResults" ||
		r.get("schema", 0, "name") != "DeviceName" || r.get("schema", 1, "type") != "DateTime" || r.get("results", 0, "DeviceName") == "" {
		t.Errorf("got %s", r.body)
	}
	if strings.Contains(r.body, "Stats") {
		t.Error("Graph's reply has no Stats")
	}
	count := func(span string) string {
		return st.post("/v1.0/security/runHuntingQuery", map[string]string{"query": "DeviceNetworkEvents | count", "Timespan": span}).ok(200, nil).get("results", 0, "Count")
	}
	all := count("")
	if all == "0" || count("P30D") != all || count("2000-01-01") != all || count("2000-01-01/P1D") != "0" || count("2000-01-01T00:00:00Z/2000-02-01T00:00:00Z") != "0" {
		t.Errorf("Timespan: all %s, 30 days %s, an old day %s", all, count("P30D"), count("2000-01-01/P1D"))
	}
	first := st.post("/v1.0/security/runHuntingQuery", map[string]string{"query": "DeviceNetworkEvents | summarize T = min(Timestamp)"}).ok(200, nil).get("results", 0, "T")
	if some := count(first + "/PT1S"); some == all || some == "0" {
		t.Errorf("the first second has %s of %s rows", some, all)
	}
	r = st.post("/v1.0/security/runHuntingQuery", map[string]string{"Query": "print 1", "Timespan": "soon"}).ok(400, nil)
	if r.get("error", "innerError", "request-id") == "" {
		t.Errorf("no request-id: %s", r.body)
	}
}

func TestParseTimespan(t *testing.T) {
	now := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for in, want := range map[string][2]time.Time{
		"P30D":                  {now.Add(-30 * day), now},
		"PT36H":                 {now.Add(-36 * time.Hour), now},
		"P1DT12H30M":            {now.Add(-36*time.Hour - 30*time.Minute), now},
		"2024-02-01/P1D":        {now.Add(-29 * day), now.Add(-28 * day)},
		"P1D/2024-02-02":        {now.Add(-29 * day), now.Add(-28 * day)},
		"2024-02-01":            {now.Add(-29 * day), {}},
		"2024-02-01/2024-03-01": {now.Add(-29 * day), now},
	} {
		from, to, ok := parseTimespan(in, now)
		if !ok || !from.Equal(want[0]) || !to.Equal(want[1]) {
			t.Errorf("%s is %s to %s, %t", in, from, to, ok)
		}
	}
	for _, in := range []string{"", "P", "PT", "P1", "1D", "P1X", "P1DT", "/", "2024-03-01/2024-02-01", "P1D/P1D", "P99999Y", "P-1D", strings.Repeat("P1D", 9)} {
		if from, to, ok := parseTimespan(in, now); ok {
			t.Errorf("%q is %s to %s", in, from, to)
		}
	}
}

func FuzzParseTimespan(f *testing.F) {
	f.Add("P1DT2H/2024-01-01")
	f.Fuzz(func(t *testing.T, s string) {
		from, to, ok := parseTimespan(s, time.Unix(1e9, 0))
		if ok && !to.IsZero() && to.Before(from) {
			t.Errorf("%q ends before it starts", s)
		}
	})
}
