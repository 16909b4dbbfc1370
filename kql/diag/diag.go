// Package diag holds what the stages of the KQL compiler tell about a query:
// diagnostics with stable codes and spans, a printer that shows the source
// line, and the search for the nearest name.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wirehunt/kql/token"
)

// Severity says how bad a diagnostic is.
type Severity uint8

// The severities.  A query with an Error does not run.
const (
	Error Severity = iota
	Warning
	Info
)

var severityNames = [...]string{"error", "warning", "info"}

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return "error"
}

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Code is a stable name of a kind of diagnostic, such as "KQL1001".  The first
// digit tells the stage: 1 syntax, 2 names and types, 3 what is not supported.
type Code string

// Diagnostic is one message about a query.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     token.Span
	// Message says what is wrong, in Kusto's words where it has some.
	Message string
	// Hint says what to do about it; it may be empty.
	Hint string
}

// Error returns the code and the message.
func (d Diagnostic) Error() string { return string(d.Code) + ": " + d.Message }

// List is a list of diagnostics.
type List []Diagnostic

// Add appends an error.
func (l *List) Add(code Code, span token.Span, format string, args ...any) *Diagnostic {
	return l.add(Error, code, span, format, args)
}

// Warn appends a warning.
func (l *List) Warn(code Code, span token.Span, format string, args ...any) *Diagnostic {
	return l.add(Warning, code, span, format, args)
}

// Inform appends an information.
func (l *List) Inform(code Code, span token.Span, format string, args ...any) *Diagnostic {
	return l.add(Info, code, span, format, args)
}

// add appends a diagnostic and returns it, so that a caller can set its hint
// before the next one is added.
func (l *List) add(severity Severity, code Code, span token.Span, format string, args []any) *Diagnostic {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	*l = append(*l, Diagnostic{Code: code, Severity: severity, Span: span, Message: message})
	return &(*l)[len(*l)-1]
}

// HasErrors reports whether any diagnostic is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort orders the list by place, errors first where places are equal.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Severity, b.Severity))
	})
}

// Err returns the list as an error when it has errors, and nil otherwise.
func (l List) Err() error {
	if l.HasErrors() {
		return l
	}
	return nil
}

// Error returns the messages, one a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}
