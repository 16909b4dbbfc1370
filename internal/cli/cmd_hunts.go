package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"wirehunt/hunts"
	"wirehunt/schema"
)

func huntsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "hunts [NAME]",
		Short: "List the queries that come with wirehunt, or print one",
		Example: `  wirehunt hunts
  wirehunt hunts ssh-brute-force | wirehunt query`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, h := range hunts.All() {
				names = append(names, h.Name+"\t"+h.Title)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			all := hunts.All()
			if len(args) > 0 {
				i := slices.IndexFunc(all, func(h hunts.Hunt) bool { return h.Name == args[0] })
				if i < 0 {
					return fmt.Errorf("no hunt named %s (wirehunt hunts lists all)", args[0])
				}
				_, err := fmt.Fprint(a.out, all[i].Query)
				return err
			}
			var rows [][]any
			for _, h := range all {
				rows = append(rows, []any{h.Name, h.Technique, h.Title})
			}
			cols := []schema.Column{{Name: "Hunt", Type: schema.String}, {Name: "Technique", Type: schema.String}, {Name: "Title", Type: schema.String}}
			return a.writeList(cols, rows, "table")
		},
	}
}
