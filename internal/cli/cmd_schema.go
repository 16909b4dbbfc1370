package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wirehunt/internal/defender"
	"wirehunt/kql/diag"
	"wirehunt/schema"
)

func schemaCommand(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "schema [TABLE]",
		Short: "List the tables, or the columns and ActionTypes of one",
		Example: `  wirehunt schema
  wirehunt schema DeviceNetworkEvents
  wirehunt schema ZeekHttp --format json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeTables,
		RunE: func(cmd *cobra.Command, args []string) error {
			tables := defender.Tables(logs(), nil)
			if len(args) == 0 {
				return a.listTables(tables, format)
			}
			i := slices.IndexFunc(tables, func(t schema.Table) bool { return t.Name == args[0] })
			if i < 0 {
				names := func(yield func(string) bool) {
					for _, t := range tables {
						if !yield(t.Name) {
							return
						}
					}
				}
				hint := ""
				if near := diag.Nearest(args[0], names); near != "" {
					hint = fmt.Sprintf(": did you mean %s?", near)
				}
				return fmt.Errorf("no table named %s%s (wirehunt schema lists all)", args[0], hint)
			}
			return a.showTable(cmd.Context(), &tables[i], format)
		},
	}
	addFormat(c, &format, "table", "json")
	return c
}

func completeTables(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, t := range defender.Tables(logs(), nil) {
		names = append(names, t.Name+"\t"+t.Doc)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func addFormat(c *cobra.Command, format *string, values ...string) {
	c.Flags().StringVar(format, "format", values[0], "output `FORMAT`: "+strings.Join(values, ", "))
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) listTables(tables []schema.Table, format string) error {
	rows := make([][]any, len(tables))
	for i, t := range tables {
		rows[i] = []any{t.Name, int64(len(t.Columns)), t.Doc}
	}
	cols := []schema.Column{{Name: "Table", Type: schema.String}, {Name: "Columns", Type: schema.Long}, {Name: "Description", Type: schema.String}}
	return a.writeList(cols, rows, format)
}

func (a *app) showTable(_ context.Context, t *schema.Table, format string) error {
	rows := make([][]any, len(t.Columns))
	for i, c := range t.Columns {
		rows[i] = []any{c.Name, c.Type.String(), c.Doc}
	}
	cols := []schema.Column{{Name: "Column", Type: schema.String}, {Name: "Type", Type: schema.String}, {Name: "Description", Type: schema.String}}
	if format == "json" {
		return a.tableJSON(t)
	}
	fmt.Fprintf(a.out, "%s: %s\n\n", t.Name, t.Doc)
	if err := a.writeList(cols, rows, format); err != nil {
		return err
	}
	actions := actionTypes(t)
	if len(actions) == 0 {
		return nil
	}
	fmt.Fprintf(a.out, "\nActionTypes from captures, with the members of AdditionalFields:\n")
	for _, at := range actions {
		fmt.Fprintf(a.out, "\n  %s\n", at.Name)
		if len(at.Members) > 0 {
			fmt.Fprintf(a.out, "    %s\n", wrap(strings.Join(at.Members, " "), 76, "    "))
		}
	}
	return nil
}

// wrap breaks text at spaces so that no line is longer than width.
func wrap(s string, width int, indent string) string {
	var b strings.Builder
	n := 0
	for _, w := range strings.Fields(s) {
		if n > 0 && n+1+len(w) > width {
			b.WriteString("\n" + indent)
			n = 0
		} else if n > 0 {
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += len(w)
	}
	return b.String()
}

type actionType struct {
	Name    string   `json:"name"`
	Members []string `json:"additionalFields,omitempty"`
}

// actionTypes returns the ActionTypes that a table's parts give.
func actionTypes(t *schema.Table) []actionType {
	var out []actionType
	seen := map[string]bool{}
	for _, p := range t.Parts {
		name, ok := p.Values["ActionType"].Const.(string)
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		at := actionType{Name: name}
		for _, m := range p.Bags["AdditionalFields"] {
			at.Members = append(at.Members, m.Key)
		}
		out = append(out, at)
	}
	slices.SortFunc(out, func(a, b actionType) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (a *app) tableJSON(t *schema.Table) error {
	type column struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Doc  string `json:"description"`
	}
	out := struct {
		Name    string       `json:"name"`
		Doc     string       `json:"description"`
		Columns []column     `json:"columns"`
		Actions []actionType `json:"actionTypes,omitempty"`
	}{Name: t.Name, Doc: t.Doc, Actions: actionTypes(t)}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, column{c.Name, c.Type.String(), c.Doc})
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s\n", b)
	return err
}
