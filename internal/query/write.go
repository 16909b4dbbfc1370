package query

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"

	"wirehunt/internal/store"
	"wirehunt/schema"
)

// marshal is json.Marshal without the escapes for HTML, which make <, > and &
// unreadable in a terminal.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// AppendSchema appends the columns as the Defender API lists them.
func AppendSchema(dst []byte, cols []schema.Column) []byte {
	dst = append(dst, '[')
	for i, c := range cols {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"Name":`...)
		dst = appendString(dst, c.Name)
		dst = append(dst, `,"Type":"`...)
		dst = append(dst, c.Type.NetName()...)
		dst = append(dst, `"}`...)
	}
	return append(dst, ']')
}

// object makes rows into JSON objects.
type object struct {
	cols []schema.Column
	keys [][]byte
	buf  []byte
}

func newObject(cols []schema.Column) *object {
	o := &object{cols: cols}
	for _, c := range cols {
		o.keys = append(o.keys, append(appendString(nil, c.Name), ':'))
	}
	return o
}

func (o *object) row(values []any) []byte {
	b := append(o.buf[:0], '{')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, o.keys[i]...)
		b = AppendJSON(b, v, o.cols[i].Type)
	}
	o.buf = append(b, '}')
	return o.buf
}

// WriteJSON writes the rows as a reply of the Defender API:
// {"Schema":[...],"Results":[...]}, a row a line.
func WriteJSON(w io.Writer, cols []schema.Column, rows store.Rows) (n int, err error) {
	return WriteJSONTables(w, []Result{{Columns: cols, Rows: rows}})
}

// Result is one of several results.
type Result struct {
	Name    string
	Columns []schema.Column
	Rows    store.Rows
}

// WriteJSONTables is WriteJSON for several results: the first stands as a
// single one does, and the others in a further member:
// "MoreTables":[{"Name":"","Schema":[...],"Results":[...]}].  It returns the
// number of all rows.
func WriteJSONTables(w io.Writer, tables []Result) (n int, err error) {
	bw := bufio.NewWriter(w)
	for i, t := range tables {
		switch i {
		case 0:
			bw.WriteByte('{')
		case 1:
			bw.WriteString(",\n\"MoreTables\":[{\"Name\":")
		default:
			bw.WriteString(",\n{\"Name\":")
		}
		if i > 0 {
			bw.Write(appendString(nil, t.Name))
			bw.WriteByte(',')
		}
		k, err := writeTable(bw, t.Columns, t.Rows)
		if n += k; err != nil {
			return n, err
		}
		if i > 0 {
			bw.WriteByte('}')
		}
	}
	if len(tables) > 1 {
		bw.WriteByte(']')
	}
	bw.WriteString("}\n")
	return n, bw.Flush()
}

// writeTable writes the members of one result.
func writeTable(bw *bufio.Writer, cols []schema.Column, rows store.Rows) (n int, err error) {
	bw.WriteString(`"Schema":`)
	bw.Write(AppendSchema(nil, cols))
	bw.WriteString(",\n\"Results\":[")
	o := newObject(cols)
	for ; rows.Next(); n++ {
		if n > 0 {
			bw.WriteByte(',')
		}
		bw.WriteByte('\n')
		bw.Write(o.row(rows.Values()))
	}
	bw.WriteByte(']')
	return n, rows.Err()
}

// WriteNDJSON writes each row as a JSON object on a line of its own.
func WriteNDJSON(w io.Writer, cols []schema.Column, rows store.Rows) (n int, err error) {
	bw := bufio.NewWriter(w)
	o := newObject(cols)
	for ; rows.Next(); n++ {
		bw.Write(o.row(rows.Values()))
		bw.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, bw.Flush()
}

// WriteCSV writes the rows as CSV (RFC 4180) with the column names first.
func WriteCSV(w io.Writer, cols []schema.Column, rows store.Rows) (n int, err error) {
	cw := csv.NewWriter(w)
	rec := make([]string, len(cols))
	for i, c := range cols {
		rec[i] = c.Name
	}
	cw.Write(rec)
	var buf []byte
	for ; rows.Next(); n++ {
		for i, v := range rows.Values() {
			buf = AppendText(buf[:0], v, cols[i].Type)
			rec[i] = string(buf)
		}
		cw.Write(rec)
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	cw.Flush()
	return n, cw.Error()
}
