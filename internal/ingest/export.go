package ingest

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"wirehunt/schema"
	"wirehunt/schema/defender"
)

// export reads rows of Defender's tables out of the forms in which Defender
// gives them: records of the streaming API, replies of the query APIs, CSV
// files of the portal.
type export struct {
	tables map[string]*tableReader
	// table is what the user says the rows are of; "" to tell by the columns.
	table    string
	emit     func(t *schema.Table, values []any) error
	unparsed map[string]int64
	rows     int64
}

func newExport(table string, emit func(*schema.Table, []any) error) *export {
	e := &export{tables: map[string]*tableReader{}, table: table, emit: emit, unparsed: map[string]int64{}}
	for _, t := range defender.All() {
		e.tables[t.Name] = newTableReader(t)
	}
	return e
}

// errNoRows tells that a file holds nothing that is a row.
var errNoRows = errors.New("neither a capture, nor a log of Zeek, nor an export of Defender: want pcap, pcapng, Zeek's TSV or JSON, streaming or API JSON, or CSV with column names in its first line")

// read reads one file.
func (e *export) read(r io.Reader) error {
	br := bufio.NewReaderSize(r, 1<<16)
	start, _ := br.Peek(512)
	trimmed := strings.TrimLeft(strings.TrimPrefix(string(start), "\ufeff"), " \t\r\n")
	var err error
	switch {
	case trimmed == "":
		return errors.New("the file is empty")
	case trimmed[0] == '{' || trimmed[0] == '[':
		if strings.HasPrefix(string(start), "\ufeff") {
			br.Discard(3)
		}
		err = e.readJSON(br)
	case looksLikeCSV(trimmed):
		err = e.readCSV(br)
	default:
		return errNoRows
	}
	if err == nil && e.rows == 0 && len(e.unparsed) == 0 {
		return errors.New("no rows in it")
	}
	return err
}

func looksLikeCSV(s string) bool {
	line, _, _ := strings.Cut(s, "\n")
	return utf8.ValidString(line) && strings.Contains(line, ",") && strings.Contains(line, "Timestamp")
}

// maxBad bounds how much of a broken file is searched for the next record.
const maxBad = 1000

// readJSON reads a stream of JSON values.  A value that is broken is counted,
// and reading goes on with the next line.
func (e *export) readJSON(r io.Reader) error {
	bad := 0
	for {
		dec := json.NewDecoder(r)
		dec.UseNumber()
		err := e.values(dec)
		if err == nil || errors.Is(err, errEmit) {
			return err
		}
		if bad++; bad > maxBad {
			return fmt.Errorf("more than %d broken JSON values", maxBad)
		}
		e.unparsed["broken JSON"]++
		rest := bufio.NewReader(io.MultiReader(dec.Buffered(), r))
		if _, err := rest.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil // the file ends in the broken value
		}
		r = rest
	}
}

// errEmit wraps errors of the store, which end the import.
var errEmit = errors.New("storing rows")

func (e *export) values(dec *json.Decoder) error {
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'):
			err = e.object(dec)
		case json.Delim('['):
			err = e.array(dec, e.bareRow)
		default:
			e.unparsed["JSON value that is no record"]++
		}
		if err != nil {
			return err
		}
	}
}

func (e *export) array(dec *json.Decoder, row func(map[string]json.RawMessage) error) error {
	for dec.More() {
		var m map[string]json.RawMessage
		if err := dec.Decode(&m); err != nil {
			var te *json.UnmarshalTypeError
			if errors.As(err, &te) {
				e.unparsed["JSON value that is no record"]++
				continue
			}
			return err
		}
		if err := row(m); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// object reads the rest of a top-level object: a reply with an array of
// records or results, or a record by itself.
func (e *export) object(dec *json.Decoder) error {
	m := map[string]json.RawMessage{}
	arrays := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var row func(map[string]json.RawMessage) error
		switch key {
		case "records", "value":
			row = e.record
		case "Results", "results":
			row = e.bareRow
		}
		if row == nil {
			var v json.RawMessage
			if err := dec.Decode(&v); err != nil {
				return err
			}
			m[key.(string)] = v
			continue
		}
		t, err := dec.Token()
		if err != nil {
			return err
		}
		if t != json.Delim('[') {
			e.unparsed["JSON value that is no record"]++
			continue
		}
		arrays = true
		if err := e.array(dec, row); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if arrays {
		return nil
	}
	return e.record(m)
}

// record takes a record of the streaming API, or else a row.
func (e *export) record(m map[string]json.RawMessage) error {
	var category string
	if json.Unmarshal(m["category"], &category) != nil || m["properties"] == nil {
		return e.bareRow(m)
	}
	name := strings.TrimPrefix(category, "AdvancedHunting-")
	t := e.tables[name]
	if t == nil {
		e.unparsed["record of unknown table "+clip(name)]++
		return nil
	}
	var row map[string]json.RawMessage
	if err := json.Unmarshal(m["properties"], &row); err != nil {
		e.unparsed["record without properties"]++
		return nil
	}
	return e.row(t, row)
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}

// bareRow takes a row that does not say of which table it is.
func (e *export) bareRow(m map[string]json.RawMessage) error {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	t, err := e.tableOf(keys)
	if err != nil {
		return err
	}
	return e.row(t, m)
}

func (e *export) row(t *tableReader, m map[string]json.RawMessage) error {
	values, reason := t.fromJSON(m, e.unparsed)
	return e.put(t, values, reason)
}

func (e *export) put(t *tableReader, values []any, reason string) error {
	if reason != "" {
		e.unparsed[reason]++
		return nil
	}
	e.rows++
	if err := e.emit(&t.table, values); err != nil {
		return fmt.Errorf("%w: %w", errEmit, err)
	}
	return nil
}

// tableOf tells the table of rows with the given columns: the one the user
// named, or the one table that has them all.
func (e *export) tableOf(columns []string) (*tableReader, error) {
	if e.table != "" {
		t := e.tables[e.table]
		if t == nil {
			return nil, fmt.Errorf("%w: --table %s is no table of Defender", errEmit, e.table)
		}
		return t, nil
	}
	var best *tableReader
	var names []string
	for _, t := range e.tables {
		has := 0
		for _, c := range columns {
			if _, ok := t.index[c]; ok {
				has++
			}
		}
		if has < len(columns) || has == 0 {
			continue
		}
		names = append(names, t.table.Name)
		// Rows of a whole table: nearly all its columns are there.
		if 10*has >= 8*len(t.table.Columns) && (best == nil || len(t.table.Columns) < len(best.table.Columns)) {
			best = t
		}
	}
	if len(names) == 1 {
		return e.tables[names[0]], nil
	}
	if best != nil {
		return best, nil
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no table of Defender has the columns %s", errEmit, clip(strings.Join(columns, ", ")))
	}
	return nil, fmt.Errorf("%w: the rows could be of several tables: say which with --table", errEmit)
}

// readCSV reads a file as the portal exports it.
func (e *export) readCSV(r io.Reader) error {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = -1
	cr.LazyQuotes = true
	cr.ReuseRecord = true
	head, err := cr.Read()
	if err != nil {
		return err
	}
	columns := make([]string, len(head))
	for i, h := range head {
		columns[i] = strings.Trim(strings.TrimPrefix(h, "\ufeff"), ` "`)
	}
	t, err := e.tableOf(columns)
	if err != nil {
		return err
	}
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			e.unparsed["broken CSV line"]++
			continue
		}
		if err != nil {
			return err
		}
		values, reason := t.fromCSV(columns, rec, e.unparsed)
		if err := e.put(t, values, reason); err != nil {
			return err
		}
	}
}
