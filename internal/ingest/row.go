package ingest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"wirehunt/schema"
)

// tableReader makes rows of a table out of JSON objects and CSV records.
type tableReader struct {
	table  schema.Table
	cols   []schema.Column
	index  map[string]int
	values []any
}

func newTableReader(t schema.Table) *tableReader {
	r := &tableReader{table: t, index: map[string]int{}}
	r.cols = append(append(r.cols, t.Columns...), t.Hidden...)
	for i, c := range r.cols {
		r.index[c.Name] = i
	}
	r.values = make([]any, len(r.cols))
	return r
}

// fromJSON returns the row's values, or the reason why it is none.
// Columns that the table does not have are counted in unknown.
func (t *tableReader) fromJSON(m map[string]json.RawMessage, unknown map[string]int64) ([]any, string) {
	clear(t.values)
	for k, raw := range m {
		i, ok := t.index[k]
		if !ok {
			unknown["column "+t.table.Name+"."+clip(k)+" that the table does not have"]++
			continue
		}
		v, ok := fromJSON(raw, t.cols[i].Type)
		if !ok {
			unknown["value of "+t.table.Name+"."+k+" that is no "+t.cols[i].Type.String()]++
			continue
		}
		t.values[i] = v
	}
	return t.checked()
}

func (t *tableReader) fromCSV(columns, record []string, unknown map[string]int64) ([]any, string) {
	clear(t.values)
	for k, text := range record {
		if k >= len(columns) {
			return nil, "CSV line with more fields than the first"
		}
		i, ok := t.index[columns[k]]
		if !ok || text == "" {
			continue
		}
		v, ok := fromText(text, t.cols[i].Type)
		if !ok {
			unknown["value of "+t.table.Name+"."+columns[k]+" that is no "+t.cols[i].Type.String()]++
			continue
		}
		t.values[i] = v
	}
	return t.checked()
}

func (t *tableReader) checked() ([]any, string) {
	ts, alias := t.index["Timestamp"], t.index["TimeGenerated"]
	if t.values[ts] == nil {
		t.values[ts] = t.values[alias] // Sentinel's name of it
	}
	if t.values[ts] == nil {
		return nil, "row of " + t.table.Name + " without Timestamp"
	}
	return t.values, ""
}

// fromJSON returns a JSON value in the physical form of type typ.
func fromJSON(raw json.RawMessage, typ schema.Type) (any, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return nil, false
		}
		if s == "" && typ != schema.String {
			return nil, true
		}
		return fromText(s, typ)
	}
	if typ == schema.String || typ == schema.Dynamic {
		// AdditionalFields comes as text or as an object, depending on who
		// ships it: as text both are the same.
		var b bytes.Buffer
		if json.Compact(&b, raw) != nil {
			return nil, false
		}
		return b.String(), true
	}
	return fromText(string(raw), typ)
}

// timeLayouts are the forms that exports and the portal use, all UTC.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.9999999", "2006-01-02 15:04:05.9999999", "2006-01-02 15:04:05.9999999Z07:00",
	"Jan 2, 2006 3:04:05 PM", "1/2/2006, 3:04:05.999 PM", "1/2/2006 3:04:05 PM", "2006-01-02",
}

func parseTime(s string) (int64, bool) {
	for _, l := range timeLayouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.Unix()*schema.TicksPerSecond + int64(t.Nanosecond()/100) + schema.UnixEpochTicks, true
		}
	}
	return 0, false
}

// fromText returns text in the physical form of type typ.
func fromText(s string, typ schema.Type) (any, bool) {
	switch typ {
	case schema.DateTime:
		return anyOK(parseTime(s))
	case schema.Int:
		n, err := strconv.ParseInt(s, 10, 32)
		return int32(n), err == nil
	case schema.Long:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, true
		}
		f, err := strconv.ParseFloat(s, 64)
		return int64(f), err == nil && f == float64(int64(f))
	case schema.Real:
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	case schema.Bool:
		switch strings.ToLower(s) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
		return nil, false
	}
	return strings.ToValidUTF8(s, "\uFFFD"), true
}

func anyOK(v int64, ok bool) (any, bool) { return v, ok }
