package api

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wirehunt/internal/query"
	"wirehunt/kql"
	"wirehunt/schema"
)

// visualization returns the Visualization property of a result: what render
// asked for, or nulls.
func visualization(r *kql.Render) string {
	v := map[string]any{
		"Visualization": nil, "Title": nil, "XColumn": nil, "Series": nil, "YColumns": nil, "AnomalyColumns": nil, "XTitle": nil, "YTitle": nil,
		"XAxis": nil, "YAxis": nil, "Legend": nil, "YSplit": nil, "Accumulate": false, "IsQuerySorted": false, "Kind": nil,
		"Ymin": "NaN", "Ymax": "NaN", "Xmin": nil, "Xmax": nil,
	}
	if r != nil {
		v["Visualization"] = r.Chart
		for _, p := range r.Props {
			for key := range v {
				if strings.EqualFold(key, p.Name) {
					v[key] = p.Value
				}
			}
			if strings.EqualFold(p.Name, "accumulate") {
				v["Accumulate"] = p.Value == "true"
			}
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// frameWriter writes parts of a reply to a client that may be slow.
type frameWriter struct {
	*bufio.Writer
	w http.ResponseWriter
}

func newFrameWriter(w http.ResponseWriter) *frameWriter {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return &frameWriter{bufio.NewWriterSize(&steady{w}, 64<<10), w}
}

func (w *frameWriter) push() {
	w.Flush()
	http.NewResponseController(w.w).Flush()
}

func appendStatic(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, b...)
}

// columnsV1 writes columns as version 1 has them, with .NET's type beside Kusto's.
func columnsV1(cols []schema.Column) []byte {
	b := []byte{'['}
	for i, c := range cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"ColumnName":`...), c.Name)
		b = append(b, `,"DataType":"`+c.Type.NetName()+`","ColumnType":"`+c.Type.String()+`"}`...)
	}
	return append(b, ']')
}

func columnsV2(cols []schema.Column) []byte {
	b := []byte{'['}
	for i, c := range cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"ColumnName":`...), c.Name)
		b = append(b, `,"ColumnType":"`+c.Type.String()+`"}`...)
	}
	return append(b, ']')
}

// appendRowV1 appends a row with booleans as numbers, as version 1 has them.
func appendRowV1(dst []byte, values []any, cols []schema.Column) []byte {
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch v {
		case true:
			dst = append(dst, '1')
		case false:
			dst = append(dst, '0')
		default:
			dst = query.AppendJSON(dst, v, cols[i].Type)
		}
	}
	return append(dst, ']')
}

func cols(spec string) []schema.Column {
	var out []schema.Column
	for f := range strings.FieldsSeq(spec) {
		name, typ, _ := strings.Cut(f, ":")
		out = append(out, schema.Column{Name: name, Type: schema.ParseType(typ)})
	}
	return out
}

// writeV1 writes a reply of version 1: the result, its properties, its
// status, and the table of contents.
func writeV1(w http.ResponseWriter, q *kustoRequest, columns []schema.Column, rows resultRows, vis string) *failure {
	out := newFrameWriter(w)
	out.WriteString(`{"Tables":[{"TableName":"Table_0","Columns":`)
	out.Write(columnsV1(columns))
	out.WriteString(`,"Rows":[`)
	var buf []byte
	first := true
	for rows.Next() {
		if !first {
			buf = append(buf, ',')
		}
		first = false
		buf = appendRowV1(buf, rows.Values(), columns)
		rows.wrote(len(buf))
		if _, err := out.Write(buf); err != nil {
			return &failure{kind: gone, message: "The client went away.", err: err}
		}
		buf = buf[:0]
	}
	f, _ := rows.end()
	status, text, severity, name := 0, "Query completed successfully", 4, "Info"
	if f != nil {
		if !first {
			out.WriteByte(',')
		}
		out.Write(appendStatic(nil, map[string]any{"Exceptions": []string{f.message}}))
		status, text, severity, name = -2133196797, f.message, 2, "Error"
	}
	out.WriteString(`]},{"TableName":"Table_1","Columns":`)
	out.Write(columnsV1(cols("Value:string")))
	out.WriteString(`,"Rows":[[`)
	out.Write(appendText(nil, vis))
	out.WriteString(`]]},{"TableName":"Table_2","Columns":`)
	out.Write(columnsV1(cols("Timestamp:datetime Severity:int SeverityName:string StatusCode:int StatusDescription:string Count:int RequestId:guid ActivityId:guid SubActivityId:guid ClientActivityId:string")))
	out.WriteString(`,"Rows":[`)
	out.Write(appendStatic(nil, []any{stamp(), severity, name, status, text, 1, q.activityID, q.activityID, q.activityID, q.clientRequestID}))
	out.WriteString(`]},{"TableName":"Table_3","Columns":`)
	out.Write(columnsV1(cols("Ordinal:long Kind:string Name:string Id:string PrettyName:string")))
	out.WriteString(`,"Rows":[`)
	for i, t := range [][2]string{{"QueryResult", "PrimaryResult"}, {"QueryProperties", "@ExtendedProperties"}, {"QueryStatus", "QueryStatus"}} {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(appendStatic(nil, []any{i, t[0], t[1], newID(), ""}))
	}
	out.WriteString("]}]}\n")
	out.Flush()
	return nil
}

func stamp() string { return time.Now().UTC().Format("2006-01-02T15:04:05.0000000Z") }

// writeTableV1 writes a reply of version 1 that is one table, as management
// commands give it.
func writeTableV1(w http.ResponseWriter, columns []schema.Column, rows [][]any) {
	out := newFrameWriter(w)
	out.WriteString(`{"Tables":[{"TableName":"Table_0","Columns":`)
	out.Write(columnsV1(columns))
	out.WriteString(`,"Rows":[`)
	for i, row := range rows {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(appendRowV1(nil, row, columns))
	}
	out.WriteString("]}]}\n")
	out.Flush()
}

// Rows of a fragment, at most.
const fragmentBytes = 256 << 10

// v2Writer writes the frames of a reply of version 2.
type v2Writer struct {
	*frameWriter
	o     kustoOptions
	first bool
}

// next starts a frame.  With lines between the frames each frame is a line,
// which starts with the bracket or comma before it.
func (w *v2Writer) next() {
	switch {
	case w.first:
		w.WriteByte('[')
	case w.o.lines:
		w.WriteString("\n,")
	default:
		w.WriteByte(',')
	}
	w.first = false
}

func (w *v2Writer) table(id int, kind, name string, columns []schema.Column, rows ...[]any) {
	w.next()
	w.WriteString(`{"FrameType":"DataTable","TableId":` + strconv.Itoa(id) + `,"TableKind":"` + kind + `","TableName":"` + name + `","Columns":`)
	w.Write(columnsV2(columns))
	w.WriteString(`,"Rows":`)
	w.Write(appendStatic(nil, rows))
	w.WriteByte('}')
}

// writeV2 writes a reply of version 2.
func writeV2(hw http.ResponseWriter, q *kustoRequest, o kustoOptions, columns []schema.Column, rows resultRows, vis string) *failure {
	placement := map[string]string{"endoftable": "EndOfTable", "endofdataset": "EndOfDataSet"}[o.placement]
	if placement == "" {
		placement = "InData"
	}
	w := &v2Writer{newFrameWriter(hw), o, true}
	w.next()
	w.WriteString(`{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0","IsFragmented":` + strconv.FormatBool(o.fragment) + `,"ErrorReportingPlacement":"` + placement + `"}`)
	w.table(0, "QueryProperties", "@ExtendedProperties", cols("TableId:int Key:string Value:dynamic"), []any{1, "Visualization", vis})
	w.next()
	kind := "DataTable"
	if o.fragment {
		kind = "TableHeader"
	}
	w.WriteString(`{"FrameType":"` + kind + `","TableId":1,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":`)
	w.Write(columnsV2(columns))
	if !o.fragment {
		w.WriteString(`,"Rows":[`)
	} else {
		w.WriteByte('}')
	}
	f, err := w.rows(q, columns, rows, placement == "InData")
	if err != nil {
		return &failure{kind: gone, message: "The client went away.", err: err}
	}
	_, stats := rows.end()
	if o.fragment {
		w.next()
		w.WriteString(`{"FrameType":"TableCompletion","TableId":1,"RowCount":` + strconv.FormatInt(stats.rows, 10))
		if f != nil && placement == "EndOfTable" {
			w.WriteString(`,"OneApiErrors":`)
			w.Write(oneAPIErrors(q, f))
		}
		w.WriteByte('}')
	} else {
		w.WriteString("]}")
	}
	w.table(2, "QueryCompletionInformation", "QueryCompletionInformation",
		cols("Timestamp:datetime ClientRequestId:string ActivityId:guid SubActivityId:guid ParentActivityId:guid Level:int LevelName:string StatusCode:int StatusCodeName:string EventType:int EventTypeName:string Payload:string"),
		completion(q, f, stats)...)
	w.next()
	w.WriteString(`{"FrameType":"DataSetCompletion","HasErrors":` + strconv.FormatBool(f != nil) + `,"Cancelled":false`)
	if f != nil && placement != "EndOfTable" {
		w.WriteString(`,"OneApiErrors":`)
		w.Write(oneAPIErrors(q, f))
	}
	w.WriteByte('}')
	if o.lines {
		w.WriteByte('\n')
	}
	w.WriteString("]\n")
	w.Flush()
	return nil
}

// rows writes the rows, as one table or in fragments, and what ended them
// early as a last row where that is the place of errors.
func (w *v2Writer) rows(q *kustoRequest, columns []schema.Column, rows resultRows, inData bool) (*failure, error) {
	var buf []byte
	pending := 0
	start := func() {
		if w.o.fragment && pending == 0 {
			w.next()
			w.WriteString(`{"FrameType":"TableFragment","TableId":1,"FieldCount":` + strconv.Itoa(len(columns)) + `,"TableFragmentType":"DataAppend","Rows":[`)
		}
	}
	n := 0
	separate := func() {
		if w.o.fragment && pending > 0 || !w.o.fragment && n > 0 {
			w.WriteByte(',')
		}
	}
	for ; rows.Next(); n++ {
		start()
		separate()
		buf = appendArray(buf[:0], rows.Values(), columns)
		rows.wrote(len(buf))
		if _, err := w.Write(buf); err != nil {
			return nil, err
		}
		if pending += len(buf); w.o.fragment && pending >= fragmentBytes {
			w.WriteString("]}")
			w.push()
			pending = 0
		}
	}
	f, _ := rows.end()
	if f != nil && inData {
		start()
		separate()
		w.WriteString(`{"OneApiErrors":`)
		w.Write(oneAPIErrors(q, f))
		w.WriteByte('}')
		pending++
	}
	if w.o.fragment && pending > 0 {
		w.WriteString("]}")
	}
	return f, nil
}

func oneAPIErrors(q *kustoRequest, f *failure) []byte {
	code := "LimitsExceeded"
	if f.kind == internal {
		code = "Internal service error"
	}
	return appendStatic(nil, []any{map[string]any{"error": map[string]any{
		"code": code, "message": "Request is invalid and cannot be executed.", "@type": "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException",
		"@message": f.message, "@permanent": false,
		"@context": map[string]any{"timestamp": stamp(), "clientRequestId": q.clientRequestID, "activityId": q.activityID, "subActivityId": q.activityID},
	}}})
}

// completion returns the rows of QueryCompletionInformation.
func completion(q *kustoRequest, f *failure, s resultStats) [][]any {
	level, levelName, status, statusName, text := 4, "Info", 0, "S_OK (0)", "Query completed successfully"
	if f != nil {
		level, levelName, status, statusName, text = 2, "Error", -2133196797, "E_QUERY_RESULT_SET_TOO_LARGE (80DA0003)", f.message
	}
	row := func(event int, name string, payload any) []any {
		return []any{stamp(), q.clientRequestID, q.activityID, q.activityID, q.activityID, level, levelName, status, statusName, event, name, string(appendStatic(nil, payload))}
	}
	zero := map[string]any{"hits": 0, "misses": 0, "total": 0}
	return [][]any{
		row(4, "QueryInfo", map[string]any{"Count": 1, "Text": text}),
		row(5, "WorkloadGroup", map[string]any{"Count": 1, "Text": "default"}),
		row(6, "QueryResourceConsumption", map[string]any{
			"ExecutionTime": s.took.Seconds(),
			"resource_usage": map[string]any{"cache": map[string]any{"memory": zero, "disk": zero},
				"cpu": map[string]any{"user": "00:00:00", "kernel": "00:00:00", "total cpu": "00:00:00"}, "memory": map[string]any{"peak_per_node": 0}},
			"dataset_statistics": []any{map[string]any{"table_row_count": s.rows, "table_size": s.size}},
		}),
	}
}
