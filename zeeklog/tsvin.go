package zeeklog

import (
	"bytes"

	"wirehunt/event"
)

// maxColumns bounds the columns of a tab-separated log.
const maxColumns = 4096

// tsvState is what the header lines of a tab-separated log say.
type tsvState struct {
	sep, setSep, empty, unset []byte
	header                    []byte // the lines themselves
	inTable                   bool   // #fields was read
	path                      string
	names                     []string
	log                       *logReader // nil for a log that is not known
	fields                    []int      // of each column, -1 for one that is skipped
	types                     []bool     // of each column, whether it is a list
	buf                       []byte
}

func (t *tsvState) reset() {
	*t = tsvState{sep: []byte{'\t'}, setSep: []byte{','}, empty: []byte(emptyField), unset: []byte(unsetField), buf: t.buf}
}

// directive reads a header line and reports whether it is one.
func (t *tsvState) directive(r *Reader, line []byte) bool {
	if v, ok := bytes.CutPrefix(line, []byte("#separator ")); ok {
		// It starts a header; logs are sometimes joined to one file.
		t.reset()
		if sep := unescapeTSV(nil, v); len(sep) > 0 {
			t.sep = sep
		}
		t.keep(line)
		return true
	}
	name, value, ok := bytes.Cut(line, t.sep)
	switch string(name) {
	case "#set_separator":
		if v := unescapeTSV(nil, value); len(v) > 0 {
			t.setSep = v
		}
	case "#empty_field":
		t.empty = bytes.Clone(value)
	case "#unset_field":
		t.unset = bytes.Clone(value)
	case "#path":
		t.path = string(value)
	case "#fields":
		if !ok || bytes.Count(value, t.sep) >= maxColumns {
			return false
		}
		t.names = t.names[:0]
		for _, f := range bytes.Split(value, t.sep) {
			t.names = append(t.names, string(f))
		}
		t.begin(r)
	case "#types":
		t.types = t.types[:0]
		for _, v := range bytes.Split(value, t.sep) {
			t.types = append(t.types, bytes.HasPrefix(v, []byte("set[")) || bytes.HasPrefix(v, []byte("vector[")))
		}
	case "#open":
	case "#close":
		return true
	default:
		return false
	}
	t.keep(line)
	return true
}

const maxHeader = 1 << 20

func (t *tsvState) keep(line []byte) {
	if len(t.header)+len(line) < maxHeader {
		t.header = append(append(t.header, line...), '\n')
	}
}

// begin matches the columns with the fields of the log.
func (t *tsvState) begin(r *Reader) {
	t.inTable = true
	if t.path == "" {
		t.path = r.named
	}
	t.log = r.logs[t.path]
	t.fields = t.fields[:0]
	if t.log == nil {
		return
	}
	for _, n := range t.names {
		i, ok := t.log.fields[n]
		if !ok {
			i = -1
			t.log.skipColumn([]byte(n))
		}
		t.fields = append(t.fields, i)
	}
}

// record reads a line of values.
func (t *tsvState) record(r *Reader, line []byte) {
	if !t.inTable {
		r.fault("line before the line #fields", nil, 0)
		return
	}
	if t.log == nil {
		r.foreign(t.path)
		return
	}
	b := t.log.batch
	row := b.Add(event.Order{})
	for col := 0; ; col++ {
		text, rest, more := line, []byte(nil), false
		if len(t.sep) == 1 {
			if i := bytes.IndexByte(line, t.sep[0]); i >= 0 {
				text, rest, more = line[:i], line[i+1:], true
			}
		} else {
			text, rest, more = bytes.Cut(line, t.sep)
		}
		if col >= len(t.fields) || !more && col < len(t.fields)-1 {
			b.DropLast()
			r.fault("wrong number of fields", nil, 0)
			return
		}
		if i := t.fields[col]; i >= 0 && !bytes.Equal(text, t.unset) {
			f := &t.log.log.Fields[i]
			if f.Multi == event.Single && col < len(t.types) && t.types[col] {
				text, _, _ = bytes.Cut(text, t.setSep)
			}
			if !t.set(row, f, i, text) {
				b.DropLast()
				r.fault("of another type", t.log.log, i)
				return
			}
		}
		if !more {
			break
		}
		line = rest
	}
	r.add(t.log)
}

func (t *tsvState) set(row *event.Row, f *event.Field, i int, text []byte) bool {
	if f.Multi == event.Single {
		if bytes.Equal(text, t.empty) {
			text = nil
			if f.Kind != event.String && f.Kind != event.Enum {
				return true // an empty set, where the log has one value now
			}
		}
		return setValue(row, f, i, t.unescape(text))
	}
	l := row.ListAt(i)
	for more := !bytes.Equal(text, t.empty); more; {
		var elem []byte
		elem, text, more = bytes.Cut(text, t.setSep)
		if bytes.Equal(elem, t.unset) {
			continue // an element of a vector that was never set
		}
		if !addValue(l, f, t.unescape(elem)) {
			return false
		}
	}
	l.End()
	return true
}

// unescape undoes \xHH and \\; the result is valid until the next call.
func (t *tsvState) unescape(s []byte) []byte {
	if bytes.IndexByte(s, '\\') < 0 {
		return s
	}
	t.buf = unescapeTSV(t.buf[:0], s)
	return t.buf
}

func unescapeTSV(dst, s []byte) []byte {
	for len(s) > 0 {
		i := bytes.IndexByte(s, '\\')
		if i < 0 {
			return append(dst, s...)
		}
		dst, s = append(dst, s[:i]...), s[i:]
		if c, ok := hexEscape(s); ok {
			dst, s = append(dst, c), s[4:]
			continue
		}
		dst = append(dst, '\\')
		if s = s[1:]; len(s) > 0 && s[0] == '\\' {
			s = s[1:]
		}
	}
	return dst
}
