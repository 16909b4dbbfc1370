package file

import "bytes"

// sniffText offers what text formats b could be: markup, JSON, scripts, and
// at last plain text.
func sniffText(b []byte, g *guess) {
	body := bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	trimmed := skipBlank(body)
	if len(trimmed) > 0 {
		switch trimmed[0] {
		case '<':
			sniffMarkup(trimmed, g)
		case '{':
			sniffObject(trimmed, g)
		case '[':
			sniffArray(trimmed, g)
		}
	}
	sniffScript(b, trimmed, g)
	if isPlain(b) {
		g.offer("text/plain", -20)
	}
}

// skipBlank drops blanks and line ends.
func skipBlank(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	return b
}

// skipComments drops blanks and comments.
func skipComments(b []byte) []byte {
	for {
		b = skipBlank(b)
		if !bytes.HasPrefix(b, []byte("<!--")) {
			return b
		}
		end := bytes.Index(b[4:], []byte("-->"))
		if end < 0 {
			return b
		}
		b = b[4+end+3:]
	}
}

// hasFold reports whether b starts with lower, which is in lower case, in
// whatever case.
func hasFold(b []byte, lower string) bool {
	if len(b) < len(lower) {
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

// element is what the first tag of a document says about it.
type element struct {
	mime     string
	strength int
	tag      string
}

// elements are tried in turn; all are offered.
var elements = [...]element{
	{"text/html", 100, "<html"},
	{"text/html", 20, "<head"},
	{"text/html", 20, "<title"},
	{"text/html", 20, "<body"},
	{"text/rss", 90, "<rss"},
	{"application/soap+xml", 49, "<soap:envelope"},
	{"application/soap+xml", 49, "<soap-env:envelope"},
	{"text/x-cross-domain-policy", 49, "<cross-domain-policy"},
	{"application/xml-rpc", 49, "<methodresponse>"},
}

func sniffMarkup(b []byte, g *guess) {
	b = skipComments(b)
	if hasFold(b, "<?xml ") {
		if b[2] == 'x' && b[3] == 'm' && b[4] == 'l' {
			g.offer("application/xml", 10)
		}
		if startsWith(b[6:], `version="`) && len(b) > 19 && b[15] != 0 && bytes.Contains(b[19:], []byte("<svg")) {
			g.offer("image/svg+xml", 38)
		}
		if end := bytes.Index(b, []byte("?>")); end >= 0 {
			b = skipComments(b[end+2:])
		}
	}
	if hasFold(b, "<!doctype ") {
		switch kind := bytes.TrimLeft(b[10:], " "); {
		case hasFold(kind, "html"):
			g.offer("text/html", 100)
		case hasFold(kind, "cross-domain-policy"):
			g.offer("text/x-cross-domain-policy", 49)
		}
		return
	}
	for i := range elements {
		if e := &elements[i]; hasFold(b, e.tag) {
			g.offer(e.mime, e.strength)
		}
	}
	switch {
	case hasFold(b, "<meta ") && hasFold(bytes.TrimLeft(b[6:], " "), "http-equiv"):
		g.offer("text/html", 100)
	case (hasFold(b, "<rss") || hasFold(b, "<feed")) && isAtom(b):
		g.offer("text/atom", 100)
	case startsWith(b, "<CFPARAM", "<CFSET", "<CFIF"):
		g.offer("magnus-internal/cold-fusion", 20)
	case hasFold(b, "<manifest") && bytes.HasPrefix(skipBlank(b[9:]), []byte(`xmlns="http://ns.adobe.com/f4m/`)):
		g.offer("application/f4m", 49)
	}
}

// isAtom looks at the attributes of a feed's first tag.
func isAtom(b []byte) bool {
	if end := bytes.IndexByte(b, '>'); end >= 0 {
		b = b[:end]
	}
	return hasFold(b, "<rss") && bytes.Contains(b, []byte("xmlns:atom")) ||
		hasFold(b, "<feed") && bytes.Contains(b, []byte("http://www.w3.org/2005/Atom"))
}

// sniffObject recognises a JSON object by its first key and value.
func sniffObject(b []byte, g *guess) {
	b = skipBlank(b[1:])
	if len(b) > 0 && b[0] == '}' && len(skipBlank(b[1:])) == 0 {
		g.offer("text/json", 0)
		return
	}
	if len(b) == 0 {
		return
	}
	if b[0] == '"' {
		end := bytes.IndexByte(b[1:], '"')
		if end < 1 {
			return
		}
		b = b[1+end+1:]
	} else {
		n := 0
		for n < len(b) && (isAlnum(b[n]) || n > 0 && (b[n] == '\\' || b[n] == '_')) {
			n++
		}
		if n == 0 || b[0] >= '0' && b[0] <= '9' {
			return
		}
		b = b[n:]
	}
	b = skipBlank(b)
	if len(b) == 0 || b[0] != ':' {
		return
	}
	b = skipBlank(b[1:])
	if len(b) > 0 && (b[0] == '"' || b[0] == '[' || b[0] == '{' || b[0] >= '0' && b[0] <= '9' || startsWith(b, "true", "false")) {
		g.offer("text/json", 1)
	}
}

// sniffArray recognises a JSON array by its first element.
func sniffArray(b []byte, g *guess) {
	b = skipBlank(b[1:])
	if len(b) == 0 {
		return
	}
	switch c := b[0]; {
	case c == '{' || c == '[':
		g.offer("text/json", 1)
		return
	case c == ']':
		if len(skipBlank(b[1:])) == 0 {
			g.offer("text/json", 0)
		}
		return
	case c == '"':
		end := bytes.IndexByte(b[1:], '"')
		if end < 1 {
			return
		}
		b = b[1+end+1:]
	case c >= '0' && c <= '9':
		b = skipDigits(b)
		if len(b) > 1 && b[0] == '.' && b[1] >= '0' && b[1] <= '9' {
			b = skipDigits(b[1:])
		}
	case startsWith(b, "true"):
		b = b[4:]
	case startsWith(b, "false"):
		b = b[5:]
	default:
		return
	}
	if b = skipBlank(b); len(b) > 0 && b[0] == ',' {
		g.offer("text/json", 1)
	}
}

func skipDigits(b []byte) []byte {
	for len(b) > 0 && b[0] >= '0' && b[0] <= '9' {
		b = b[1:]
	}
	return b
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// interpreters are the programs of a script's first line and the script's
// type.
var interpreters = [...]element{
	{"text/x-shellscript", 250, "sh"}, {"text/x-shellscript", 250, "bash"}, {"text/x-shellscript", 250, "tcsh"},
	{"text/x-shellscript", 250, "csh"}, {"text/x-shellscript", 250, "zsh"}, {"text/x-shellscript", 250, "fash"},
	{"text/x-shellscript", 250, "aesh"}, {"text/x-shellscript", 250, "ksh"},
	{"text/x-perl", 60, "perl"}, {"text/x-ruby", 60, "ruby"}, {"text/x-python", 60, "python"},
	{"text/x-awk", 60, "awk"}, {"text/x-awk", 60, "gawk"}, {"text/x-awk", 60, "nawk"},
	{"text/x-tcl", 60, "wish"}, {"text/x-tcl", 60, "tcl"}, {"text/x-lua", 49, "lua"},
	{"application/javascript", 60, "node"}, {"text/x-php", 60, "php"},
}

// sniffScript recognises programs; b is the whole start, t without leading
// blanks.
func sniffScript(b, t []byte, g *guess) {
	if len(b) > 3 && b[0] == '#' && b[1] == '!' {
		sniffShebang(b[2:], g)
	}
	switch {
	case hasFold(t, "<script"):
		sniffScriptTag(t[7:], g)
	case startsWith(t, "for (;;);"), startsWith(t, "document.write(", "document.writeln(", "document.write (", "document.writeln ("):
		g.offer("application/javascript", 60)
	case startsWith(b, "(function()") && len(b) > 11:
		if r := bytes.TrimLeft(b[11:], " \t\n"); len(r) > 0 && r[0] == '{' {
			g.offer("application/javascript", 60)
		}
	case startsWith(b, "dnl "):
		g.offer("text/x-m4", 40)
	case len(b) > 0 && b[0] == '@':
		switch r := bytes.TrimLeft(b[1:], " "); {
		case hasFold(r, "echo ") && hasFold(bytes.TrimLeft(r[5:], " "), "off"):
			g.offer("text/x-msdos-batch", 110)
		case hasFold(b[1:], "rem"):
			g.offer("text/x-msdos-batch", 60)
		case hasFold(b[1:], "set "):
			g.offer("text/x-msdos-batch", 70)
		}
	}
	if bytes.Contains(b, []byte("<?php")) {
		g.offer("text/x-php", 40)
	}
}

// sniffShebang reads the line after "#!": up to 15 characters, "bin/",
// perhaps "env", and the interpreter.
func sniffShebang(b []byte, g *guess) {
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		b = b[:n]
	}
	i := bytes.Index(b, []byte("bin/"))
	if i < 1 || i > 15 {
		return
	}
	b = b[i+4:]
	if startsWith(b, "env ", "env\t") {
		b = bytes.TrimLeft(b[4:], " \t")
	}
	for i := range interpreters {
		if p := &interpreters[i]; bytes.HasPrefix(b, []byte(p.tag)) {
			g.offer(p.mime, p.strength)
		}
	}
}

// sniffScriptTag reads what follows "<script".
func sniffScriptTag(b []byte, g *guess) {
	if startsWith(b, ">") {
		if startsWith(skipBlank(b[1:]), "var ", "function ") {
			g.offer("application/javascript", 60)
		}
		return
	}
	a := bytes.TrimLeft(b, " \t")
	if len(a) == len(b) {
		return
	}
	switch {
	case hasFold(a, "type="):
		a = a[5:]
	case hasFold(a, "language="):
		a = a[9:]
	default:
		return
	}
	if len(a) > 0 && (a[0] == '"' || a[0] == '\'') {
		a = a[1:]
	}
	if hasFold(a, "text/") {
		a = a[5:]
	}
	if hasFold(a, "javascript") {
		g.offer("application/javascript", 60)
	}
}

// isPlain reports whether b starts with at least ten characters of ASCII
// text, perhaps behind a byte order mark.
func isPlain(b []byte) bool {
	for _, bom := range [...]string{"\xef\xbb\xbf", "\x00\x00\xfe\xff", "\xff\xfe\x00\x00", "\xfe\xff", "\xff\xfe"} {
		if len(b) >= len(bom) && string(b[:len(bom)]) == bom {
			b = b[len(bom):]
			break
		}
	}
	if len(b) < 10 {
		return false
	}
	for _, c := range b[:10] {
		if c > '~' || c < ' ' && (c < '\t' || c > '\r') {
			return false
		}
	}
	return true
}
