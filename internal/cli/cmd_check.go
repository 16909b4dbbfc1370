package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/internal/defender"
	"wirehunt/internal/query"
	"wirehunt/kql"
	"wirehunt/kql/diag"
	"wirehunt/kql/token"
)

// source is a query and what it is called in messages.
type source struct{ name, text string }

// sources returns the queries that a command was given: each argument that
// names a file is one, and a single argument that does not is a query itself.
func (f *textFlags) sources(a *app, args []string) ([]source, error) {
	if len(args) == 0 || f.file != "" || len(args) == 1 && !isFile(args[0]) {
		name, text, err := f.read(a, args)
		return []source{{name, text}}, err
	}
	var out []source
	for _, path := range args {
		one := textFlags{file: path}
		name, text, err := one.read(a, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, source{name, text})
	}
	return out, nil
}

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && !st.IsDir()
}

type checkFlags struct {
	textFlags
	queryFiles
	format string
}

func checkCommand(a *app) *cobra.Command {
	f := &checkFlags{}
	c := &cobra.Command{
		Use:   "check [QUERY | FILE...]",
		Short: "Check queries without running them",
		Long: `Check reads queries, tells what is wrong with them, and prints the columns of the
result of a single one.  It exits with status 1 where a query has an error.

It also warns of what runs but may surprise, such as a join without a kind.
With --format json there is one object a line for each query.`,
		Example: `  wirehunt check -f hunt.kql
  wirehunt check hunts/*.kql
  wirehunt check 'DeviceNetworkEvents | whre RemotePort == 22'`,
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := f.sources(a, args)
			if err != nil {
				return err
			}
			saved, err := f.saved()
			if err != nil {
				return err
			}
			return a.check(list, saved, f.format)
		},
	}
	f.textFlags.add(c)
	f.addFunctions(c)
	addFormat(c, &f.format, "text", "json")
	return c
}

func (a *app) check(list []source, saved []kql.UserFunction, format string) error {
	catalog := query.NewCatalog(defender.Tables(logs(), nil))
	failed := 0
	for _, s := range list {
		cols, diags := kql.Check(s.text, kql.Options{Catalog: catalog, Now: time.Now().UTC(), Lint: true, Functions: saved})
		if diags.HasErrors() {
			failed++
		}
		if format == "json" {
			if err := writeChecked(a.out, s, query.AppendSchema(nil, cols), diags); err != nil {
				return err
			}
			continue
		}
		if err := a.report(s.name, s.text, diags); err != nil && !errors.Is(err, errReported) {
			return err
		}
		if len(list) > 1 || diags.HasErrors() {
			continue
		}
		for _, c := range cols {
			fmt.Fprintf(a.out, "%s: %s\n", c.Name, c.Type)
		}
	}
	if len(list) > 1 && format == "text" {
		fmt.Fprintf(a.out, "%d queries, %d with errors\n", len(list), failed)
	}
	if failed > 0 {
		return errReported
	}
	return nil
}

// finding is a diagnostic as --format json gives it.  Lines and columns count
// from 1; the end is behind the last character.
type finding struct {
	Code      diag.Code     `json:"code"`
	Severity  diag.Severity `json:"severity"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint,omitempty"`
	Line      int           `json:"line"`
	Column    int           `json:"column"`
	EndLine   int           `json:"endLine"`
	EndColumn int           `json:"endColumn"`
}

func writeChecked(w io.Writer, s source, schema []byte, diags diag.List) error {
	lines := token.NewLines(s.text)
	found := make([]finding, len(diags))
	for i, d := range diags {
		p, e := lines.Position(d.Span.Start), lines.Position(d.Span.End)
		found[i] = finding{d.Code, d.Severity, d.Message, d.Hint, p.Line, p.Column, e.Line, e.Column}
	}
	b, err := json.Marshal(struct {
		Name        string
		Valid       bool
		Diagnostics []finding
		Schema      json.RawMessage
	}{s.name, !diags.HasErrors(), found, schema})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	return err
}
