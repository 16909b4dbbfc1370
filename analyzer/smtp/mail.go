package smtp

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/file/mime"
)

// mail is the message being sent: its parts become files.
type mail struct {
	a        *Analyzer
	open     bool
	sender   analyzer.Dir
	parser   mime.Parser
	file     file.File
	filename []byte
}

func (m *mail) reset(a *Analyzer) { m.a, m.open = a, false }

func (m *mail) begin(sender analyzer.Dir) {
	if m.open {
		m.a.Weird("smtp_nested_mail_transaction", "")
		m.end()
	}
	m.open, m.sender = true, sender
	m.parser.Reset(m)
}

func (m *mail) line(b []byte, crlf bool) {
	if m.open {
		m.parser.Line(b, crlf)
	}
}

// gap notes that bytes of the message are missing.  As in Zeek they are
// missing from a file, whatever they were.
func (m *mail) gap(n uint64) {
	if !m.open {
		return
	}
	m.openFile()
	m.file.Gap(n)
}

func (m *mail) end() {
	if m.open {
		m.open = false
		m.parser.Close()
	}
}

// BeginEntity implements mime.Handler.
func (m *mail) BeginEntity(depth int) {
	m.file.EOF()
	m.filename = m.filename[:0]
	m.a.log.beginEntity()
}

// Header implements mime.Handler.
func (m *mail) Header(_ int, name, value []byte) {
	if mime.EqualFold(name, "content-disposition") && bytes.Contains(bytes.ToLower(value), []byte("filename")) ||
		mime.EqualFold(name, "content-type") {
		if n := mime.Filename(value); n != nil {
			m.filename = append(m.filename[:0], n[:min(len(n), maxString)]...)
		}
	}
	m.a.log.header(name, value)
}

// HeadersDone implements mime.Handler.
func (m *mail) HeadersDone(int) int64 { return -1 }

// Body implements mime.Handler.
func (m *mail) Body(b []byte) {
	m.openFile()
	m.file.Data(b)
}

// openFile opens the file of the innermost entity, unless it is open.
func (m *mail) openFile() {
	f := &m.file
	if f.IsOpen() {
		return
	}
	f.Open(m.a.Conn, "SMTP", m.sender == analyzer.Orig, nil)
	f.Filename = append(f.Filename, m.filename...)
	f.Depth = m.a.log.mimeDepth
	m.a.log.file(f.ID)
}

// EndEntity implements mime.Handler.
func (m *mail) EndEntity(int) { m.file.EOF() }

// Exceeded implements mime.Handler.
func (m *mail) Exceeded(l mime.Limit) {
	m.a.Weird(l.Weird())
	m.a.Conn.Limited()
}
