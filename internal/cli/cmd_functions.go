package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wirehunt/kql"
	"wirehunt/schema"
)

func functionsCommand(a *app) *cobra.Command {
	format := ""
	c := &cobra.Command{
		Use:   "functions [NAME]",
		Short: "List the functions of the query language, or explain one",
		Example: `  wirehunt functions
  wirehunt functions ipv4_is_private
  wirehunt functions add my_functions.kql`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, f := range kql.Functions() {
				names = append(names, f.Name+"\t"+f.Doc)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return a.explainFunction(strings.TrimSuffix(args[0], "()"))
			}
			var rows [][]any
			for _, f := range kql.Functions() {
				rows = append(rows, []any{f.Name, f.Kind, f.Doc})
			}
			text := func(n string) schema.Column { return schema.Column{Name: n, Type: schema.String} }
			return a.writeList([]schema.Column{text("Function"), text("Kind"), text("Doc")}, rows, format)
		},
	}
	addFormat(c, &format, "table", "json", "csv", "ndjson")
	c.AddCommand(functionsAddCommand(a), functionsRemoveCommand(a), functionsSavedCommand(a))
	return c
}

func (a *app) explainFunction(name string) error {
	found := kql.FunctionsNamed(name)
	if len(found) == 0 {
		if near := kql.SuggestFunction(name); near != "" {
			return fmt.Errorf("no function named %s: did you mean %s?", name, near)
		}
		return fmt.Errorf("no function named %s (wirehunt functions lists all)", name)
	}
	for i, f := range found {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		for _, s := range f.Signatures {
			fmt.Fprintf(a.out, "%s%s\n", f.Name, s)
		}
		fmt.Fprintf(a.out, "\n%s function.  %s\n", strings.ToUpper(f.Kind[:1])+f.Kind[1:], f.Doc)
		if f.Note != "" {
			fmt.Fprintf(a.out, "%s\n", f.Note)
		}
		for _, e := range f.Examples {
			fmt.Fprintf(a.out, "\n  print %s\n  %s\n", e.KQL, e.Want)
		}
	}
	return nil
}
