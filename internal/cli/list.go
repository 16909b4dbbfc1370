package cli

import (
	"fmt"
	"io"

	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

// listRows are rows that are in memory.
type listRows struct {
	rows [][]any
	at   int
}

func (r *listRows) Next() bool    { r.at++; return r.at <= len(r.rows) }
func (r *listRows) Values() []any { return r.rows[r.at-1] }
func (r *listRows) Err() error    { return nil }
func (r *listRows) Close() error  { return nil }

// writeList writes a list that a command made itself.
func (a *app) writeList(cols []schema.Column, rows [][]any, format string) error {
	_, err := writeRows(a.out, cols, &listRows{rows: rows}, format)
	return err
}

// writeRows writes rows in one of the output formats and returns how many
// there were.
func writeRows(w io.Writer, cols []schema.Column, rows store.Rows, format string) (int, error) {
	switch format {
	case "json":
		return query.WriteJSON(w, cols, rows)
	case "ndjson":
		return query.WriteNDJSON(w, cols, rows)
	case "csv":
		return query.WriteCSV(w, cols, rows)
	case "table":
		return writeTable(w, cols, rows, terminalWidth(w))
	}
	return 0, fmt.Errorf("unknown format %q: want table, json, csv or ndjson", format)
}
