package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wirehunt/internal/query"
	"wirehunt/kql"
	"wirehunt/schema"
)

func functionsAddCommand(a *app) *cobra.Command {
	var db dbFlags
	name := ""
	c := &cobra.Command{
		Use:   "add FILE...",
		Short: "Save functions that queries can call",
		Long: `Add saves the functions that files declare in the database: as
let Name = (parameters) { body }; or as Kusto's .create-or-alter function.  A file
that holds a query becomes a function without parameters, with the name given with
--name or else that of the file.  Functions of the same names are replaced.  A
FILE of - is standard input.

Queries of everybody who uses the database can call them; parameters have types,
and may be tables.  A function may call others, but not itself.`,
		Example: `  wirehunt functions add triage.kql
  echo 'let RareHosts = (T: (RemoteIP: string), n: long = 3) { T | summarize c = count() by RemoteIP | where c <= n };' | wirehunt functions add -
  wirehunt functions add --name LateLogons hunts/late.kql`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if name != "" && len(args) > 1 {
				return fmt.Errorf("--name is for one file")
			}
			return a.addFunctions(cmd.Context(), &db, name, args)
		},
	}
	db.add(c)
	c.Flags().StringVar(&name, "name", "", "`NAME` of the function that a query becomes")
	return c
}

func (a *app) addFunctions(ctx context.Context, f *dbFlags, name string, files []string) error {
	var list []kql.UserFunction
	for _, path := range files {
		one := textFlags{file: path}
		called, text, err := one.read(a, nil)
		if err != nil {
			return err
		}
		fallback := name
		if fallback == "" && path != "-" {
			fallback = strings.TrimSuffix(filepath.Base(path), ".kql")
		}
		more, diags := kql.ParseFunctions(fallback, text)
		if err := a.report(called, text, diags); err != nil {
			return err
		}
		list = append(list, more...)
	}
	db, err := f.open(ctx, false)
	if err != nil {
		return err
	}
	defer db.Close()
	at, diags, err := query.SaveFunctions(ctx, db, list)
	if err != nil {
		return err
	}
	if err := a.report(list[at].Name, list[at].Text, diags); err != nil {
		return err
	}
	for _, f := range list {
		fmt.Fprintln(a.out, f.Signature())
	}
	return nil
}

func functionsRemoveCommand(a *app) *cobra.Command {
	var f dbFlags
	c := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a saved function",
		Example: "  wirehunt functions remove RareHosts",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := f.open(cmd.Context(), false)
			if err != nil {
				return err
			}
			defer db.Close()
			ok, err := query.DeleteFunction(cmd.Context(), db, args[0])
			if err == nil && !ok {
				err = fmt.Errorf("no saved function named %s", args[0])
			}
			return err
		},
	}
	f.add(c)
	return c
}

func functionsSavedCommand(a *app) *cobra.Command {
	var f dbFlags
	format := ""
	c := &cobra.Command{
		Use:   "saved [NAME]",
		Short: "List the saved functions, or print one",
		Example: `  wirehunt functions saved
  wirehunt functions saved RareHosts`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := f.open(cmd.Context(), true)
			if err != nil {
				return err
			}
			defer db.Close()
			list, err := query.Functions(cmd.Context(), db)
			if err != nil {
				return err
			}
			if len(args) > 0 {
				i := slices.IndexFunc(list, func(f kql.UserFunction) bool { return f.Name == args[0] })
				if i < 0 {
					return fmt.Errorf("no saved function named %s", args[0])
				}
				_, err := fmt.Fprintln(a.out, list[i].Text)
				return err
			}
			var rows [][]any
			for i := range list {
				rows = append(rows, []any{list[i].Signature(), list[i].Folder, list[i].Doc})
			}
			text := func(n string) schema.Column { return schema.Column{Name: n, Type: schema.String} }
			return a.writeList([]schema.Column{text("Function"), text("Folder"), text("Doc")}, rows, format)
		},
	}
	f.add(c)
	addFormat(c, &format, "table", "json", "csv", "ndjson")
	return c
}
