package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wirehunt/kql/token"
)

// tabWidth is how many cells a tab of a source line is printed as.
const tabWidth = 4

// maxShown is the number of cells of a source line that are printed; a longer
// line is cut around the place the diagnostic is about.
const maxShown = 120

// Print writes the diagnostics with line, column, source line and an underline:
//
//	hunt.kql:3:9: error KQL1008: The operator 'whre' is not known
//	    | whre RemotePort == 22
//	      ~~~~
//	    hint: did you mean 'where'?
//
// name is what the text is called; it may be empty.
func Print(w io.Writer, name, src string, list List) error {
	lines := token.NewLines(src)
	var b strings.Builder
	for _, d := range list {
		p := lines.Position(d.Span.Start)
		if name != "" {
			b.WriteString(name)
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%d:%d: %s %s: %s\n", p.Line, p.Column, d.Severity, d.Code, d.Message)
		writeSource(&b, lines, p.Line, d.Span)
		if d.Hint != "" {
			fmt.Fprintf(&b, "    hint: %s\n", d.Hint)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeSource writes the source line and the underline below it.
func writeSource(b *strings.Builder, lines *token.Lines, line int, span token.Span) {
	text := lines.Text(line)
	if strings.TrimSpace(text) == "" {
		return
	}
	start := lines.Start(line)
	var shown, under strings.Builder
	from := max(0, min(span.Start-start, len(text)))
	to := max(from, min(span.End-start, len(text)))
	cells, before := 0, 0
	cut := 0
	if w := width(text[:from]); w > maxShown-30 {
		cut = w - (maxShown-30)/2 // leave some text before the place
	}
	marked := false
	for i, r := range text {
		n := runeWidth(r)
		if r == '\t' {
			n = tabWidth - before%tabWidth
		}
		before += n
		if before <= cut {
			continue
		}
		if cells+n > maxShown {
			shown.WriteString("...")
			break
		}
		if r == '\t' {
			shown.WriteString(strings.Repeat(" ", n))
		} else if n > 0 || r > 0x7f {
			shown.WriteRune(r)
		}
		cells += n
		mark := " "
		if i >= from && i < to {
			mark, marked = "~", true
		} else if i == from {
			mark, marked = "^", true
		}
		under.WriteString(strings.Repeat(mark, n))
	}
	if !marked {
		under.WriteByte('^')
	}
	fmt.Fprintf(b, "    %s\n    %s\n", shown.String(), strings.TrimRight(under.String(), " "))
}

func width(s string) int {
	n := 0
	for _, r := range s {
		if r == '\t' {
			n += tabWidth - n%tabWidth
		} else {
			n += runeWidth(r)
		}
	}
	return n
}

// runeWidth returns how many cells a terminal shows a character in: 0 for
// combining and zero-width characters and controls, 2 for East Asian wide ones
// and most emoji, 1 otherwise (Unicode TR 11, in coarse ranges).
func runeWidth(r rune) int {
	switch {
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return 0
	case r < 0x300:
		return 1
	case r <= 0x36f || r >= 0x200b && r <= 0x200f || r >= 0xfe00 && r <= 0xfe0f || r == 0xfeff:
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// jsonDiagnostic is the JSON form of a Diagnostic.
type jsonDiagnostic struct {
	Code      Code     `json:"code"`
	Severity  Severity `json:"severity"`
	Message   string   `json:"message"`
	Hint      string   `json:"hint,omitempty"`
	Line      int      `json:"line"`
	Column    int      `json:"column"`
	EndLine   int      `json:"endLine"`
	EndColumn int      `json:"endColumn"`
	Start     int      `json:"start"`
	End       int      `json:"end"`
}

// JSON returns the diagnostics as a JSON array.  Lines and columns count from
// 1, columns in characters; start and end are byte offsets.
func JSON(src string, list List) ([]byte, error) {
	lines := token.NewLines(src)
	out := make([]jsonDiagnostic, len(list))
	for i, d := range list {
		from, to := lines.Position(d.Span.Start), lines.Position(d.Span.End)
		out[i] = jsonDiagnostic{
			Code: d.Code, Severity: d.Severity, Message: d.Message, Hint: d.Hint,
			Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column,
			Start: d.Span.Start, End: d.Span.End,
		}
	}
	return json.Marshal(out)
}
