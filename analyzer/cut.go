package analyzer

import (
	"strings"

	"wirehunt/event"
)

// Limits of what a record holds: those of Zeek's logging framework
// (Log::default_max_field_string_bytes, default_max_field_container_elements).
const (
	maxFieldBytes = 4096
	maxFieldElems = 100
)

// cutFrom is how much text a row has at least whose fields may exceed a
// limit: as much as the shortest list of too many elements.
const cutFrom = maxFieldElems * 8

// written is the row that was started last.
type written struct {
	row  *event.Row
	b    *event.Batch
	size int // of the batch when it was started
	now  int64
}

// settle cuts the fields of the row that was started last down to the limits,
// and notes in weird.log that it did.  Rows are looked at when the next one is
// started, for only then are they complete.
func (e *Engine) settle() {
	w := e.last
	e.last = written{}
	if w.b.Size()-w.size < cutFrom {
		return
	}
	n := w.b.Len() - 1
	var text, list bool
	for i := range w.b.Log.Fields {
		f := &w.b.Log.Fields[i]
		if !w.b.IsSet(n, i) {
			continue
		}
		isText := f.Kind == event.String || f.Kind == event.Enum
		switch {
		case f.Multi != event.Single:
			t, l := cutList(w.row, w.b, n, i, isText)
			text, list = text || t, list || l
		case isText && len(w.b.Bytes(n, i)) > maxFieldBytes && w.b.Log.Name != unlimited:
			text = true
			w.row.SetCell(i, w.b.Uint(n, i)>>32<<32|maxFieldBytes)
		}
	}
	now := e.now
	e.now = w.now
	if text {
		e.NetWeird(0, "", "log_string_field_truncated", stream(w.b.Log.Name))
	}
	if list {
		e.NetWeird(0, "", "log_container_field_truncated", stream(w.b.Log.Name))
	}
	e.last = written{}
	e.now = now
}

// unlimited is the log whose strings have no limit in Zeek.
const unlimited = "http"

// cutList cuts a list field, and tells whether it cut an element, and whether
// it left elements out.
func cutList(r *event.Row, b *event.Batch, n, i int, isText bool) (text, list bool) {
	all := b.Bytes(n, i)
	count := 0
	rest := all
	for ; len(rest) > 0 && count < maxFieldElems; count++ {
		var elem []byte
		elem, _, rest = b.Elem(i, rest)
		text = text || isText && len(elem) > maxFieldBytes && b.Log.Name != unlimited
	}
	list = len(rest) > 0
	kept := all[:len(all)-len(rest)]
	if !text {
		if list {
			r.SetCell(i, b.Uint(n, i)>>32<<32|uint64(len(kept)))
		}
		return false, list
	}
	kept = append([]byte(nil), kept...) // the list below may move what it points to
	l := r.ListAt(i)
	for len(kept) > 0 {
		var elem []byte
		elem, _, kept = b.Elem(i, kept)
		l.Bytes(elem[:min(len(elem), maxFieldBytes)])
	}
	l.End()
	return true, list
}

// stream returns the name of a log in Zeek's scripts.
func stream(log string) string {
	switch log {
	case "kerberos":
		return "KRB::LOG"
	case "files":
		return "Files::LOG"
	case "conn":
		return "Conn::LOG"
	case "mysql":
		return "mysql::LOG"
	case "syslog":
		return "Syslog::LOG"
	case "smb_files", "smb_mapping":
		return "SMB::" + strings.ToUpper(log[len("smb_"):]) + "_LOG"
	}
	return strings.ToUpper(log) + "::LOG"
}
