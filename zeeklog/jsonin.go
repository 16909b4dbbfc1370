package zeeklog

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"wirehunt/event"
)

// jsonState reads records that are JSON objects, one a line.
type jsonState struct {
	s    []byte // the line
	i    int    // where in it
	key  []byte // of the current member, with those of the objects around it
	text []byte // a string without its escapes
}

// maxDepth bounds how deep objects and arrays are nested.
const maxDepth = 32

var pathKeys = [][]byte{[]byte(`"_path"`), []byte(`"#path"`)}

// record reads a line.
func (j *jsonState) record(r *Reader, line []byte) {
	lr := r.logs[r.named]
	name := r.named
	for _, k := range pathKeys {
		if !bytes.Contains(line, k) {
			continue
		}
		if p, ok := j.member(line, k); ok {
			if name, lr = string(p), r.logs[string(p)]; lr == nil {
				break
			}
		}
	}
	if lr == nil {
		r.foreign(name)
		return
	}
	row := lr.batch.Add(event.Order{})
	j.s, j.i, j.key = line, 0, j.key[:0]
	bad, ok := j.object(lr, row, 0)
	if j.space(); ok && bad < 0 && j.i == len(j.s) {
		r.add(lr)
		return
	}
	lr.batch.DropLast()
	if bad >= 0 {
		r.fault("of another type", lr.log, bad)
	} else {
		r.fault("not JSON", nil, 0)
	}
}

// member returns the text of the member of that key, given with its quotes,
// of the object in line.
func (j *jsonState) member(line, quoted []byte) ([]byte, bool) {
	j.s, j.i = line, 0
	if !j.eat('{') {
		return nil, false
	}
	for {
		j.space()
		at := j.i
		if !j.skipString() {
			return nil, false
		}
		found := bytes.Equal(j.s[at:j.i], quoted)
		if !j.eat(':') {
			return nil, false
		}
		if j.space(); found && j.i < len(j.s) {
			text, _, ok := j.scalar()
			return text, ok
		}
		if !j.skip() || !j.eat(',') {
			return nil, false
		}
	}
}

// object reads an object into the row.  bad is the field whose value is of
// another type, or -1; ok is false where it is not JSON.
func (j *jsonState) object(lr *logReader, row *event.Row, depth int) (bad int, ok bool) {
	if !j.eat('{') || depth > maxDepth {
		return -1, false
	}
	if j.eat('}') {
		return -1, true
	}
	outer := len(j.key)
	for {
		j.space()
		k, ok := j.string()
		if !ok || !j.eat(':') {
			return -1, false
		}
		j.key = append(j.key[:outer], k...)
		j.space()
		if j.i == len(j.s) {
			return -1, false
		}
		i, known := lr.fields[string(j.key)]
		switch {
		case known:
			valid, ok := j.value(row, &lr.log.Fields[i], i)
			if !ok || !valid {
				if !ok {
					i = -1
				}
				return i, false
			}
		case j.s[j.i] == '{':
			// Tools that ship logs make objects of names with a dot.
			j.key = append(j.key, '.')
			if bad, ok := j.object(lr, row, depth+1); !ok {
				return bad, false
			}
		default:
			lr.skipColumn(j.key)
			if !j.skip() {
				return -1, false
			}
		}
		if j.eat(',') {
			continue
		}
		return -1, j.eat('}')
	}
}

// value reads the value of field i.  valid says whether it is one of its
// kind, ok whether it is JSON.
func (j *jsonState) value(row *event.Row, f *event.Field, i int) (valid, ok bool) {
	if j.s[j.i] != '[' {
		text, null, ok := j.scalar()
		if !ok || null {
			return ok, ok
		}
		if f.Multi == event.Single {
			return setValue(row, f, i, text), true
		}
		l := row.ListAt(i)
		if valid = addValue(l, f, text); valid {
			l.End()
		}
		return valid, true
	}
	j.i++
	var l event.List
	if f.Multi != event.Single {
		l = row.ListAt(i)
	}
	for n := 0; !j.eat(']'); n++ {
		if n > 0 && !j.eat(',') {
			return false, false
		}
		j.space()
		if j.i == len(j.s) {
			return false, false
		}
		text, null, ok := j.scalar()
		switch {
		case !ok:
			return false, false
		case null:
		case f.Multi != event.Single:
			if !addValue(l, f, text) {
				return false, true
			}
		case n == 0 && !setValue(row, f, i, text):
			return false, true
		}
	}
	if f.Multi != event.Single {
		l.End()
	}
	return true, true
}

// scalar reads a string, number or word; what it returns of a string is
// without escapes and valid until the next.
func (j *jsonState) scalar() (text []byte, null, ok bool) {
	if j.s[j.i] == '"' {
		text, ok = j.string()
		return text, false, ok
	}
	at := j.i
	for ; j.i < len(j.s); j.i++ {
		switch j.s[j.i] {
		case ',', '}', ']', ' ', '\t', '\r':
			text = j.s[at:j.i]
			return text, string(text) == "null", isWord(text)
		case '"', '{', '[', ':':
			return nil, false, false
		}
	}
	return nil, false, false
}

// isWord reports whether s is a number, true, false or null.  What kind of
// number, the parsers of values tell.
func isWord(s []byte) bool {
	switch {
	case len(s) == 0:
		return false
	case s[0] == '-' || s[0]-'0' <= 9:
		return true
	}
	return string(s) == "true" || string(s) == "false" || string(s) == "null"
}

func (j *jsonState) space() {
	for j.i < len(j.s) && (j.s[j.i] == ' ' || j.s[j.i] == '\t' || j.s[j.i] == '\r') {
		j.i++
	}
}

// eat takes the character c, with spaces before it.
func (j *jsonState) eat(c byte) bool {
	j.space()
	if j.i < len(j.s) && j.s[j.i] == c {
		j.i++
		return true
	}
	return false
}

// skip passes over a value.
func (j *jsonState) skip() bool {
	depth := 0
	for {
		j.space()
		if j.i == len(j.s) {
			return false
		}
		switch j.s[j.i] {
		case '{', '[':
			depth++
			j.i++
			if depth > maxDepth {
				return false
			}
		case '}', ']':
			depth--
			j.i++
		case ',', ':':
			if depth == 0 {
				return false
			}
			j.i++
			continue
		case '"':
			if !j.skipString() {
				return false
			}
		default:
			if _, _, ok := j.scalar(); !ok {
				return false
			}
		}
		if depth <= 0 {
			return depth == 0
		}
	}
}

// skipString passes over a string.
func (j *jsonState) skipString() bool {
	if j.i == len(j.s) || j.s[j.i] != '"' {
		return false
	}
	for j.i++; j.i < len(j.s); j.i++ {
		switch j.s[j.i] {
		case '\\':
			j.i++
		case '"':
			j.i++
			return true
		}
	}
	return false
}

// string reads a string and undoes its escapes, JSON's and Zeek's.
func (j *jsonState) string() ([]byte, bool) {
	at := j.i
	if !j.skipString() {
		return nil, false
	}
	s := j.s[at+1 : j.i-1]
	if bytes.IndexByte(s, '\\') < 0 {
		return s, true
	}
	j.text = j.text[:0]
	hex := false // there is an \xHH
	for len(s) > 0 {
		i := bytes.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			j.text = append(j.text, s...)
			break
		}
		j.text = append(j.text, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case '"', '\\', '/':
			hex = hex || c == '\\' && len(s) > 0 && s[0] == 'x'
			j.text = append(j.text, c)
		case 'b':
			j.text = append(j.text, '\b')
		case 'f':
			j.text = append(j.text, '\f')
		case 'n':
			j.text = append(j.text, '\n')
		case 'r':
			j.text = append(j.text, '\r')
		case 't':
			j.text = append(j.text, '\t')
		case 'u':
			u, rest, ok := unicodeEscape(s)
			if !ok {
				return nil, false
			}
			j.text, s = utf8.AppendRune(j.text, u), rest
		default:
			return nil, false
		}
	}
	if hex {
		j.text = unescapeJSONText(j.text)
	}
	return j.text, true
}

// unicodeEscape reads the digits behind \u, and those of a second escape
// where the two are a pair of surrogates.
func unicodeEscape(s []byte) (u rune, rest []byte, ok bool) {
	if u, ok = hex4(s); !ok {
		return 0, nil, false
	}
	s = s[4:]
	if utf16.IsSurrogate(u) {
		if len(s) >= 6 && s[0] == '\\' && s[1] == 'u' {
			if v, ok := hex4(s[2:]); ok {
				if pair := utf16.DecodeRune(u, v); pair != utf8.RuneError {
					return pair, s[6:], true
				}
			}
		}
		u = utf8.RuneError
	}
	return u, s, true
}

func hex4(s []byte) (u rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		h, ok := unhex(c)
		if !ok {
			return 0, false
		}
		u = u<<4 | rune(h)
	}
	return u, true
}

// unescapeJSONText undoes, in place, the text \xHH which Zeek writes into
// JSON for control characters and for bytes that are not UTF-8.  Zeek does
// not escape the backslash there, so such a text may also have been in the
// traffic: it stays where Zeek would not have written it.
func unescapeJSONText(s []byte) []byte {
	out := s[:0]
	for len(s) > 0 {
		c, ok := hexEscape(s)
		switch {
		case !ok:
			out, s = append(out, s[0]), s[1:]
		case c < 0x20 || c == 0x7f:
			out, s = append(out, c), s[4:]
		case c < utf8.RuneSelf:
			out, s = append(out, s[:4]...), s[4:]
		default:
			n := escapedRun(s)
			if runHasRune(s[:n]) {
				out, s = append(out, s[:n]...), s[n:]
				continue
			}
			for ; n > 0; n -= 4 {
				c, _ = hexEscape(s)
				out, s = append(out, c), s[4:]
			}
		}
	}
	return out
}

// escapedRun returns the length of the escapes of bytes beyond ASCII at the
// start of s.
func escapedRun(s []byte) int {
	n := 0
	for {
		c, ok := hexEscape(s[n:])
		if !ok || c < utf8.RuneSelf {
			return n
		}
		n += 4
	}
}

// runHasRune reports whether the bytes of a run of escapes hold a character
// in UTF-8, which Zeek would have written as it is.
func runHasRune(s []byte) bool {
	var window [utf8.UTFMax]byte
	for i := 0; i < len(s); i += 4 {
		n := 0
		for ; n < len(window) && i+4*n < len(s); n++ {
			window[n], _ = hexEscape(s[i+4*n:])
		}
		if _, size := utf8.DecodeRune(window[:n]); size > 1 {
			return true
		}
	}
	return false
}
