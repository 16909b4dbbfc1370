// Package mime splits the body of a mail or an HTTP message into its MIME
// entities (RFC 2045, 2046) and undoes their transfer encodings, as lines and
// bytes come in.  It is as lenient as Zeek's MIME analyzer.
package mime

// EqualFold reports whether b is lower, which is in lower case, in whatever
// case.
func EqualFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range lower {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isFieldChar(c byte) bool { return c > ' ' && c < 0x7f && c != ':' }

func isTokenChar(c byte) bool {
	if c <= ' ' || c >= 0x7f {
		return false
	}
	switch c {
	case '(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '=':
		return false
	}
	return true
}

// skipComments drops blanks and comments in parentheses.
func skipComments(b []byte) []byte {
	for len(b) > 0 {
		if isBlank(b[0]) {
			b = b[1:]
			continue
		}
		if b[0] != '(' {
			return b
		}
		depth, i := 0, 0
	comment:
		for ; i < len(b); i++ {
			switch b[i] {
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					i++
					break comment
				}
			case '\\':
				i++
			}
		}
		b = b[min(i, len(b)):]
	}
	return b
}

// Field splits a header line, unfolded, into name and value; the value has no
// blanks before it.  ok is false where there is no name and colon.
func Field(line []byte) (name, value []byte, ok bool) {
	b := skipComments(line)
	for len(b) > 0 && !isFieldChar(b[0]) {
		if rest := skipComments(b); len(rest) < len(b) {
			b = rest
		} else {
			b = b[1:]
		}
	}
	n := 0
	for n < len(b) && isFieldChar(b[n]) {
		n++
	}
	if n == 0 {
		return nil, nil, false
	}
	name, b = b[:n], skipComments(b[n:])
	if len(b) == 0 || b[0] != ':' {
		return nil, nil, false
	}
	for b = b[1:]; len(b) > 0 && (isBlank(b[0]) || b[0] >= '\n' && b[0] <= '\r'); {
		b = b[1:]
	}
	return name, b, true
}

// Token returns the first token of b and what follows it; tok is nil where
// there is none.
func Token(b []byte) (tok, rest []byte) {
	b = skipComments(b)
	for len(b) > 0 && !isTokenChar(b[0]) {
		if rest := skipComments(b); len(rest) < len(b) {
			b = rest
		} else {
			b = b[1:]
		}
	}
	n := 0
	for n < len(b) && isTokenChar(b[n]) {
		n++
	}
	if n == 0 {
		return nil, b
	}
	return b[:n], b[n:]
}

// Kind is what matters of an entity's content type.
type Kind uint8

// The kinds.
const (
	Leaf      Kind = iota
	Multipart      // parts between boundaries
	Message        // a message with a header of its own
)

// maxBoundary bounds a boundary; RFC 2046 allows 70 characters.
const maxBoundary = 512

// ContentType reads the value of a Content-Type header; a multipart type
// without boundary is a Leaf.
func ContentType(value []byte) (kind Kind, boundary []byte) {
	main, rest := Token(value)
	rest = skipComments(rest)
	if len(rest) == 0 || rest[0] != '/' {
		return Leaf, nil
	}
	_, rest = Token(rest[1:])
	switch {
	case EqualFold(main, "message"):
		return Message, nil
	case !EqualFold(main, "multipart"):
		return Leaf, nil
	}
	for {
		rest = skipComments(rest)
		if len(rest) == 0 || rest[0] != ';' {
			break
		}
		var attr, v []byte
		attr, rest = Token(rest[1:])
		rest = skipComments(rest)
		if attr == nil || len(rest) == 0 || rest[0] != '=' {
			if attr == nil {
				break
			}
			continue
		}
		isBoundary := EqualFold(attr, "boundary")
		v, rest = paramValue(rest[1:], isBoundary)
		if isBoundary && len(v) > 0 {
			boundary = v
		}
	}
	if len(boundary) == 0 || len(boundary) > maxBoundary {
		return Leaf, nil
	}
	return Multipart, boundary
}

// paramValue reads a token or a quoted string; boundaries may hold any
// printable character but a quote.
func paramValue(b []byte, isBoundary bool) (v, rest []byte) {
	if !isBoundary {
		b = skipComments(b)
	}
	if len(b) > 0 && b[0] == '"' {
		for i := 1; i < len(b); i++ {
			switch b[i] {
			case '"':
				return b[1:i], b[i+1:]
			case '\\':
				i++
			}
		}
		return nil, nil
	}
	if !isBoundary {
		return Token(b)
	}
	for len(b) > 0 && (b[0] <= ' ' || b[0] >= 0x7f) {
		b = b[1:]
	}
	n := 0
	for n < len(b) && b[n] > ' ' && b[n] < 0x7f && b[n] != '"' {
		n++
	}
	return b[:n], b[n:]
}

// Filename returns the file name that a Content-Disposition or Content-Type
// header gives, or nil: what follows the last "name=", unquoted, without the
// language of RFC 5987, as Zeek's extract_filename_from_content_disposition.
func Filename(value []byte) []byte {
	at := -1
	for i := 0; i+4 < len(value); i++ {
		if value[i]|0x20 != 'n' || !EqualFold(value[i:i+4], "name") {
			continue
		}
		j := i + 4
		for j < len(value) && isBlank(value[j]) {
			j++
		}
		if j < len(value) && value[j] == '*' {
			j++
		}
		if j < len(value) && value[j] == '=' {
			at = j + 1
		}
	}
	if at < 0 {
		return nil
	}
	name := value[at:]
	for len(name) > 0 && isBlank(name[0]) {
		name = name[1:]
	}
	if len(name) > 0 && name[0] == '"' {
		name = name[1:]
		for i, c := range name {
			if c == '"' {
				name = name[:i]
				break
			}
		}
	}
	return dropLanguage(name)
}

// dropLanguage drops "charset'language'" before a name.
func dropLanguage(name []byte) []byte {
	quotes := 0
	for i, c := range name {
		switch {
		case c == '\'':
			if i == 0 {
				return name
			}
			if quotes++; quotes == 2 {
				return name[i+1:]
			}
		case c <= ' ' || c >= 0x7f || c == '"' || c == '/' || c == '(' || c == ')':
			return name
		}
	}
	return name
}
