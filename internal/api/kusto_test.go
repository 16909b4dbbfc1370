package api

import (
	"encoding/json"
	"strings"
	"testing"
)

type props map[string]any

func csl(text string, options props) map[string]any {
	return map[string]any{"db": "wirehunt", "csl": text, "properties": props{"Options": options}}
}

func TestKustoV1(t *testing.T) {
	st := start(t, nil)
	r := st.post("/v1/rest/query", csl(`print b=true, l=long(9223372036854775807), r=real(nan), d=datetime(2020-03-04T14:05:01.3109965Z), s="x", t=time(1.02:03:04), y=dynamic({"a":1}), n=int(null), g=guid(00000000-0000-0000-0000-000000000001), m=decimal(1.5)`, nil),
		"x-ms-client-request-id", "me;1").ok(200, nil)
	row, _, _ := strings.Cut(r.body[strings.Index(r.body, `"Rows":[[`)+8:], "]")
	for _, want := range []string{`[1,9223372036854775807,"NaN","2020-03-04T14:05:01.3109965Z","x","1.02:03:04",{"a":1},null,"00000000-0000-0000-0000-000000000001","1.5`} {
		if !strings.HasPrefix(row, want) {
			t.Errorf("row %s, want %s", row, want)
		}
	}
	if c := r.get("Tables", 0, "Columns", 0, "DataType") + r.get("Tables", 0, "Columns", 0, "ColumnType"); c != "SBytebool" {
		t.Errorf("first column %s", c)
	}
	if r.get("Tables", 3, "Rows", 0, 1) != "QueryResult" || r.get("Tables", 3, "Rows", 1, 1) != "QueryProperties" || r.get("Tables", 3, "Rows", 2, 2) != "QueryStatus" {
		t.Errorf("contents %s", r.get("Tables", 3))
	}
	if !strings.Contains(r.get("Tables", 1, "Rows", 0, 0), `"Visualization":null`) || r.header.Get("x-ms-client-request-id") != "me;1" || r.header.Get("x-ms-activity-id") == "" {
		t.Errorf("properties %s, headers %v", r.get("Tables", 1), r.header)
	}
	r = st.send("GET", "/v1/rest/query?db=x&csl=print+1", "").ok(200, nil)
	if r.get("Tables", 0, "Rows", 0, 0) != "1" {
		t.Errorf("by GET: %s", r.body)
	}
}

func TestKustoV2(t *testing.T) {
	st := start(t, nil)
	r := st.post("/v2/rest/query", csl("range x from 1 to 3 step 1 | extend b = x == 2 | render columnchart with (title='T')", nil)).ok(200, nil)
	if r.get(0, "FrameType")+r.get(0, "Version") != "DataSetHeaderv2.0" || r.get(2, "TableKind") != "PrimaryResult" || r.get(2, "Rows") != "[[1 false] [2 true] [3 false]]" ||
		r.get(3, "TableKind") != "QueryCompletionInformation" || r.get(-1, "FrameType")+r.get(-1, "HasErrors") != "DataSetCompletionfalse" {
		t.Errorf("got %s", r.body)
	}
	if v := r.get(1, "Rows", 0, 2); !strings.Contains(v, `"Visualization":"columnchart"`) || !strings.Contains(v, `"Title":"T"`) {
		t.Errorf("visualization %s", v)
	}
	// As Kusto's SDK for Go asks, with properties as text.
	options, _ := json.Marshal(props{"Options": props{"results_v2_fragment_primary_tables": true, "results_v2_newlines_between_frames": true}})
	body := map[string]any{"db": "any", "csl": "range x from 1 to 100000 step 1 | extend y = strcat('value ', x)", "properties": string(options)}
	r = st.post("/v2/rest/query", body).ok(200, nil)
	lines := strings.Split(strings.TrimSuffix(r.body, "\n"), "\n")
	kinds := map[string]int{}
	rows := 0
	for i, l := range lines[:len(lines)-1] {
		if want := ",["[:1]; i > 0 && l[:1] != want || i == 0 && l[0] != '[' {
			t.Fatalf("line %d starts with %.20s", i, l)
		}
		var f struct {
			FrameType string
			Rows      [][]any
		}
		if err := json.Unmarshal([]byte(l[1:]), &f); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(l[1:], `{"FrameType":`) {
			t.Errorf("FrameType is not first: %.40s", l)
		}
		if kinds[f.FrameType]++; f.FrameType == "TableFragment" {
			rows += len(f.Rows)
		}
	}
	if lines[len(lines)-1] != "]" || rows != 100000 || kinds["TableHeader"] != 1 || kinds["TableCompletion"] != 1 || kinds["TableFragment"] < 5 || kinds["DataTable"] != 2 {
		t.Errorf("%d rows in %v, last line %q", rows, kinds, lines[len(lines)-1])
	}
}

func TestKustoLimits(t *testing.T) {
	st := start(t, func(o *Options) { o.Limits.KustoRows, o.Limits.KustoBytes = 5, 100_000 })
	q := "range x from 1 to 9 step 1"
	r := st.post("/v2/rest/query", csl(q, nil)).ok(200, nil)
	if r.get(2, "Rows", 4, 0) != "5" || !strings.Contains(r.get(2, "Rows", 5, "OneApiErrors", 0, "error", "@message"), "E_QUERY_RESULT_SET_TOO_LARGE") || r.get(-1, "HasErrors") != "true" {
		t.Errorf("over the limit: %s", r.body)
	}
	r = st.post("/v2/rest/query", csl(q, props{"results_v2_fragment_primary_tables": true, "results_error_reporting_placement": "end_of_table"})).ok(200, nil)
	if !strings.Contains(r.get(4, "OneApiErrors", 0, "error", "@message"), "0x80DA0003") || r.get(4, "FrameType") != "TableCompletion" || strings.Contains(r.get(3, "Rows"), "OneApi") {
		t.Errorf("errors at the end of the table: %s", r.body)
	}
	r = st.post("/v1/rest/query", csl(q, nil)).ok(200, nil)
	if !strings.Contains(r.get("Tables", 0, "Rows", 5, "Exceptions", 0), "record count limit 5") {
		t.Errorf("version 1 over the limit: %s", r.body)
	}
	for name, want := range map[string]struct {
		csl     string
		options props
		rows    int
	}{
		"notruncation":             {q, props{"notruncation": true}, 9},
		"set notruncation":         {"set notruncation; " + q, nil, 9},
		"truncationmaxrecords":     {q, props{"truncationmaxrecords": 20}, 9},
		"set truncationmaxrecords": {"set truncationmaxrecords=20; " + q, nil, 9},
		"query_take_max_records":   {q, props{"query_take_max_records": 3}, 3},
	} {
		r := st.post("/v2/rest/query", csl(want.csl, want.options)).ok(200, nil)
		if r.get(2, "Rows", want.rows-1, 0) == "" || r.get(2, "Rows", want.rows, 0) != "" || r.get(-1, "HasErrors") != "false" {
			t.Errorf("%s: %s", name, r.body)
		}
	}
	r = st.post("/v2/rest/query", csl("range x from 1 to 5 step 1 | extend y = strrep(strrep('y', 1000), 50)", nil)).ok(200, nil)
	if !strings.Contains(r.body, "size limit 100000") {
		t.Errorf("too many bytes: %.300s", r.body)
	}
	r = st.post("/v2/rest/query", csl("range a from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 100000 step 1 | extend k = 1) on k | summarize sum(a*b)", props{"servertimeout": "00:00:00.2"})).ok(504, nil)
	if r.get("error", "code") != "Timeout" {
		t.Errorf("timeout: %s", r.body)
	}
}

func TestKustoOptions(t *testing.T) {
	st := start(t, nil)
	one := func(body map[string]any) string {
		t.Helper()
		return st.post("/v2/rest/query", body).ok(200, nil).get(2, "Rows", 0, 0)
	}
	if got := one(csl("print now()", props{"query_now": "2020-01-02T03:04:05Z"})); got != "2020-01-02T03:04:05.0000000Z" {
		t.Errorf("query_now: %s", got)
	}
	params := func(text string, p props) map[string]any {
		return map[string]any{"db": "x", "csl": text, "properties": props{"Parameters": p}}
	}
	for want, body := range map[string]map[string]any{
		`it's "v"`:                     params("declare query_parameters(p:string); print p", props{"p": `'it\'s "v"'`}),
		"plain text":                   params("declare query_parameters(p:string); print p", props{"p": "plain text"}),
		"42":                           params("declare query_parameters(p:long); print p", props{"p": "long(42)"}),
		"43":                           params("declare query_parameters(p:long); print p", props{"p": 43}),
		"2020-01-02T00:00:00.0000000Z": params("declare query_parameters(p:datetime); print p", props{"p": "datetime(2020-01-02)"}),
		"01:30:00":                     params("declare query_parameters(p:timespan); print p", props{"p": "1.5h"}),
		"true":                         params("declare query_parameters(p:bool); print p", props{"p": "true"}),
		"7":                            params(`declare query_parameters(p:dynamic); print p.a`, props{"p": `dynamic({"a":7})`}),
		"default":                      params(`declare query_parameters(p:string="default"); print p`, nil),
	} {
		if got := one(body); got != want {
			t.Errorf("%v gives %s, want %s", body["properties"], got, want)
		}
	}
	for _, bad := range []props{{"servertimeout": "soon"}, {"query_now": "soon"}, {"truncationmaxrecords": "many"}, {"truncationmaxsize": -1}} {
		if r := st.post("/v1/rest/query", csl("print 1", bad)); r.status != 400 || r.get("error", "@type") != "Kusto.Data.Exceptions.KustoBadRequestException" {
			t.Errorf("%v: %d %s", bad, r.status, r.body)
		}
	}
}

func TestKustoErrors(t *testing.T) {
	st := start(t, nil)
	for text, want := range map[string][3]string{
		"DeviceNetworkEvents | where Nonsense == 1": {"SEM0100", "Kusto.Data.Exceptions.SemanticException", "Semantic error: SEM0100: "},
		"DeviceNetworkEvents | whre x":              {"SYN0002", "Kusto.Data.Exceptions.SyntaxException", "Syntax error: SYN0002: "},
		"print nonsense(1)":                         {"SEM0260", "Kusto.Data.Exceptions.SemanticException", "Semantic error: SEM0260: "},
	} {
		r := st.post("/v2/rest/query", csl(text, nil)).ok(400, nil)
		if r.get("error", "code") != "General_BadRequest" || r.get("error", "innererror", "code") != want[0] || r.get("error", "@type") != want[1] ||
			!strings.HasPrefix(r.get("error", "@message"), want[2]) || r.get("error", "@permanent") != "true" || r.get("error", "@context", "activityId") == "" {
			t.Errorf("%s: %s", text, r.body)
		}
	}
	if r := st.post("/v1/rest/query", map[string]string{"db": "x"}); r.status != 400 {
		t.Errorf("no csl: %d", r.status)
	}
	if r := st.post("/v1/rest/query", map[string]any{"csl": "print 1", "properties": "{"}); r.status != 400 {
		t.Errorf("broken properties: %d", r.status)
	}
	st.post("/v1/rest/query", csl("externaldata(x:string)[@'https://example.org/x.csv']", nil)).ok(400, nil)
}

func TestKustoCommands(t *testing.T) {
	st := start(t, nil)
	rows := func(path, text string) reply {
		t.Helper()
		return st.post(path, csl(text, nil)).ok(200, nil)
	}
	// Grafana sends commands to the query endpoint.
	for _, path := range []string{"/v1/rest/mgmt", "/v1/rest/query"} {
		r := rows(path, ".show databases schema")
		if r.get("Tables", 0, "Columns", 3, "ColumnName") != "ColumnType" || !strings.Contains(r.body, `"System.DateTime"`) {
			t.Errorf("%s: %.300s", path, r.body)
		}
	}
	for _, text := range []string{".show databases schema as json", ".show database wirehunt schema as json", `.show database ["wirehunt"] schema as json`, ".show databases (['wirehunt']) schema as json with (x=y)", "// comment\n .show  schema as json;"} {
		var doc struct {
			Databases map[string]struct {
				Tables map[string]struct {
					OrderedColumns []struct{ Name, Type, CslType string }
				}
			}
		}
		if err := json.Unmarshal([]byte(rows("/v1/rest/mgmt", text).get("Tables", 0, "Rows", 0, 0)), &doc); err != nil {
			t.Fatal(err)
		}
		cols := doc.Databases["wirehunt"].Tables["DeviceNetworkEvents"].OrderedColumns
		if len(cols) < 10 || cols[0].Name != "Timestamp" || cols[0].Type != "System.DateTime" || cols[0].CslType != "datetime" {
			t.Errorf("%s: %v", text, cols)
		}
	}
	for text, want := range map[string]string{
		".show databases":                              "wirehunt",
		".show database":                               "wirehunt",
		".show databases entities":                     "wirehunt",
		".show version":                                "test",
		".show cluster monitoring":                     "1",
		".show cluster":                                "0",
		".show table DeviceInfo":                       "DeviceInfo",
		".show table ['ZeekConn'] schema as json":      "ZeekConn",
		".show table DeviceInfo cslschema":             "DeviceInfo",
		".show database wirehunt principals":           "",
		".show functions":                              "",
		".show materialized-views":                     "",
		".show external tables":                        "",
		".show database wirehunt cslschema":            ".create-merge table",
		".SHOW TABLES":                                 "",
		".show tables details":                         "",
		".show tables (DeviceInfo, DeviceNetworkInfo)": "",
	} {
		if got := rows("/v1/rest/mgmt", text).get("Tables", 0, "Rows", 0, 0); !strings.HasPrefix(got, want) {
			t.Errorf("%s: first cell %q, want %q", text, got, want)
		}
	}
	if r := rows("/v2/rest/query", ".show tables"); r.get(2, "Columns", 0, "ColumnName") != "TableName" {
		t.Errorf("in version 2: %.300s", r.body)
	}
	for _, bad := range []string{".drop table DeviceInfo", ".show", ".create table T (x:long)", ".show table Nonsense", "print 1", ".show " + strings.Repeat("(", 5000)} {
		if r := st.post("/v1/rest/mgmt", csl(bad, nil)); r.status != 400 || r.get("error", "@message") == "" {
			t.Errorf("%.40s: %d %.200s", bad, r.status, r.body)
		}
	}
	if r := st.send("GET", "/v1/rest/auth/metadata", "").ok(200, nil); r.get("AzureAD", "KustoServiceResourceId") == "" {
		t.Errorf("metadata %s", r.body)
	}
	if r := st.send("GET", "/v1/rest/ping", ""); r.status != 200 {
		t.Errorf("ping %d", r.status)
	}
}

func FuzzParameter(f *testing.F) {
	f.Add(`"datetime(2020)"`)
	f.Add(`{"a":[1]}`)
	f.Add(`"'x'"`)
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return
		}
		if _, err := parameter(json.RawMessage(raw)); err != nil {
			t.Error(err)
		}
	})
}
