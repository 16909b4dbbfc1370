package zeeklog

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"wirehunt/event"
)

// Reader turns the lines of one of Zeek's log files, tab-separated or JSON,
// into rows.  Lines that are no record are skipped and counted: see Report.
//
// Lines are given to Feed, or all at once to Read.  Rows gather in batches,
// one a log, until Reset.
type Reader struct {
	file   string
	logs   map[string]*logReader
	named  string // the log that the name of the file tells
	order  []*logReader
	tsv    tsvState
	json   jsonState
	line   int64
	rows   int
	faults map[faultKey]*Fault
	other  map[string]int64 // records of logs without declaration
}

// Fault counts the lines that were skipped for one reason.
type Fault struct {
	Reason string // "wrong number of fields"
	File   string
	Line   int64 // the first such line, from 1
	Count  int64
}

type faultKey struct {
	reason string
	log    *event.Log
	field  int
}

// Report tells what of a file became no row.
type Report struct {
	// Faults are the lines that were skipped, one entry a reason, in the
	// order of their first lines.
	Faults []Fault
	// Columns are the columns that were skipped, as "conn.vlan": those that
	// policy scripts and packages add.
	Columns []string
	// Logs counts the records of logs that are not known, by name.
	Logs map[string]int64
}

// logReader is what the reader knows of one log.
type logReader struct {
	log    *event.Log
	batch  *event.Batch
	fields map[string]int      // by every name that a column may have
	unread map[string]struct{} // columns without field
}

// aliases are the names that older versions of Zeek have for fields, by log.
var aliases = map[string][][2]string{
	"dhcp":  {{"uid", "uids"}, {"assigned_ip", "assigned_addr"}}, // before 2.6
	"files": {{"conn_uids", "uid"}},                              // before 6.0
}

// NewReader returns a reader of the file of that name, which tells what log
// it holds where the file itself does not.  Records of other logs than the
// given ones are counted only.
func NewReader(file string, logs []*event.Log) *Reader {
	r := &Reader{file: file, named: LogName(file), logs: map[string]*logReader{},
		faults: map[faultKey]*Fault{}, other: map[string]int64{}}
	for _, l := range logs {
		lr := &logReader{log: l, batch: event.NewBatch(l), fields: map[string]int{}, unread: map[string]struct{}{}}
		for i := range l.Fields {
			// Log::default_scope_sep is often set to "_": id_orig_h.
			lr.fields[strings.ReplaceAll(l.Fields[i].Name, ".", "_")] = i
		}
		for i := range l.Fields {
			lr.fields[l.Fields[i].Name] = i
		}
		for _, a := range aliases[l.Name] {
			if i := l.FieldIndex(a[1]); i >= 0 && l.FieldIndex(a[0]) < 0 {
				lr.fields[a[0]] = i
			}
		}
		r.logs[l.Name] = lr
		r.order = append(r.order, lr)
	}
	r.tsv.reset()
	return r
}

// LogName returns the log that a file's name tells: "conn" for conn.log,
// conn.2026-01-02-03-04-05.log.gz, conn.00:00:00-01:00:00.log.gz and
// conn_20260102_03:00:00-04:00:00+0000.log.
func LogName(file string) string {
	base := file[strings.LastIndexAny(file, `/\`)+1:]
	base, _, _ = strings.Cut(base, ".")
	for i := 1; i+4 < len(base); i++ {
		if (base[i] == '_' || base[i] == '-') && allDigits(base[i+1:i+5]) {
			return base[:i]
		}
	}
	return base
}

func allDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// MaxLine is the length of the longest line that is read, in bytes.
const MaxLine = 16 << 20

// Feed reads the whole lines of p and returns how many bytes they are.
func (r *Reader) Feed(p []byte) int {
	n := 0
	for {
		i := bytes.IndexByte(p[n:], '\n')
		if i < 0 {
			return n
		}
		r.line++
		r.readLine(p[n : n+i])
		n += i + 1
	}
}

// Finish reads the end of the file, which is not a whole line.  Zeek ends
// every line, so a tab-separated one was torn; a JSON object shows itself
// whether it is whole.
func (r *Reader) Finish(rest []byte) {
	rest = bytes.TrimRight(rest, "\r\x00")
	if len(rest) == 0 {
		return
	}
	r.line++
	if rest[0] == '{' && rest[len(rest)-1] == '}' || rest[0] == '#' {
		r.readLine(rest)
		return
	}
	r.fault("last line torn", nil, 0)
}

// readLine reads one line.
func (r *Reader) readLine(line []byte) {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	switch {
	case len(line) == 0:
	case len(line) > MaxLine:
		r.fault("line too long", nil, 0)
	case line[0] == '#' && r.tsv.directive(r, line):
	case !utf8.Valid(line):
		r.fault("not UTF-8", nil, 0)
	case line[0] == '{' && !r.tsv.inTable:
		r.json.record(r, line)
	default:
		r.tsv.record(r, line)
	}
}

// Read reads src to its end.  sink takes the rows, some thousand at a time;
// the batches are valid during the call only.  Read returns the errors of
// src and of sink.
func (r *Reader) Read(src io.Reader, sink func(...*event.Batch) error) error {
	const chunk = 1 << 18
	buf := make([]byte, 0, 2*chunk)
	skip := false // in a line that is too long
	for {
		if cap(buf)-len(buf) < chunk {
			buf = slices.Grow(buf, len(buf)+chunk)
		}
		n, err := src.Read(buf[len(buf):cap(buf)])
		from := len(buf)
		buf = buf[:from+n]
		if skip {
			i := bytes.IndexByte(buf, '\n')
			if i < 0 {
				buf = buf[:0]
			} else {
				buf, skip = buf[:copy(buf, buf[i+1:])], false
			}
			from = 0
		}
		if i := bytes.LastIndexByte(buf[from:], '\n'); i >= 0 {
			done := r.Feed(buf[:from+i+1])
			buf = buf[:copy(buf, buf[done:])]
		} else if len(buf) > MaxLine {
			r.line++
			r.fault("line too long", nil, 0)
			buf, skip = buf[:0], true
		}
		end := err != nil
		if err == io.EOF {
			err = nil
			if !skip {
				r.Finish(buf)
			}
		}
		if r.rows >= 4096 || end && r.rows > 0 {
			if err := sink(r.Batches()...); err != nil {
				return err
			}
			r.Reset()
		}
		if end {
			return err
		}
	}
}

// Rows returns the number of rows read since Reset.
func (r *Reader) Rows() int { return r.rows }

// Batches returns the rows read since Reset.
func (r *Reader) Batches() []*event.Batch {
	var out []*event.Batch
	for _, lr := range r.order {
		if lr.batch.Len() > 0 {
			out = append(out, lr.batch)
		}
	}
	return out
}

// Reset drops the rows and keeps what is known of the file.
func (r *Reader) Reset() {
	for _, lr := range r.order {
		lr.batch.Reset()
	}
	r.rows = 0
}

// Header returns the header lines that are in effect, for a reader that goes
// on from here later; nothing for JSON.
func (r *Reader) Header() []byte { return r.tsv.header }

// Resume makes the reader go on behind lines that were read before, with
// what Header returned then.
func (r *Reader) Resume(header []byte, lines int64) {
	r.Feed(header)
	r.line = lines
}

// Line returns the number of lines read.
func (r *Reader) Line() int64 { return r.line }

// Report returns what was not read.
func (r *Reader) Report() Report {
	rep := Report{Logs: maps.Clone(r.other)}
	for _, lr := range r.order {
		for _, name := range slices.Sorted(maps.Keys(lr.unread)) {
			rep.Columns = append(rep.Columns, lr.log.Name+"."+name)
		}
	}
	for _, f := range r.faults {
		rep.Faults = append(rep.Faults, *f)
	}
	slices.SortFunc(rep.Faults, func(a, b Fault) int {
		if a.Line != b.Line {
			return int(a.Line - b.Line)
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return rep
}

// fault counts the current line as skipped.
func (r *Reader) fault(reason string, l *event.Log, field int) {
	k := faultKey{reason, l, field}
	f := r.faults[k]
	if f == nil {
		if l != nil {
			reason = l.Name + "." + l.Fields[field].Name + " " + reason
		}
		f = &Fault{Reason: reason, File: r.file, Line: r.line}
		r.faults[k] = f
	}
	f.Count++
}

const (
	// maxNames bounds how many unknown logs and columns are remembered.
	maxNames = 1000
	maxName  = 100
)

// foreign counts a record of a log that is not known.
func (r *Reader) foreign(name string) {
	if len(name) > maxName {
		name = name[:maxName]
	}
	if _, ok := r.other[name]; !ok && len(r.other) >= maxNames {
		return
	}
	r.other[name]++
}

// skipColumn notes a column that is skipped.
func (lr *logReader) skipColumn(name []byte) {
	if _, ok := lr.unread[string(name)]; ok || len(lr.unread) >= maxNames || len(name) > 0 && name[0] == '_' {
		return // _path, _write_ts, _system_name are of the log writer, not of the log
	}
	lr.unread[string(name[:min(len(name), maxName)])] = struct{}{}
}

// add ends the row that was begun.
func (r *Reader) add(lr *logReader) {
	b := lr.batch
	if !b.IsSet(b.Len()-1, event.FieldTs) {
		b.DropLast()
		r.fault("missing", lr.log, event.FieldTs)
		return
	}
	r.rows++
}

// Sniff reports whether a file of that name that begins with start holds logs
// of Zeek.
func Sniff(file string, start []byte, logs []*event.Log) bool {
	start = bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(start, []byte("#separator ")) || bytes.HasPrefix(start, []byte("#fields")) {
		return true
	}
	line, _, _ := bytes.Cut(start, []byte{'\n'})
	var j jsonState
	if _, ok := j.member(line, pathKeys[0]); ok {
		return true
	}
	if _, ok := j.member(line, []byte(`"ts"`)); !ok {
		return false
	}
	name := LogName(file)
	return strings.Contains(file[strings.LastIndexAny(file, `/\`)+1:], ".log") || slices.ContainsFunc(logs, func(l *event.Log) bool { return l.Name == name })
}
