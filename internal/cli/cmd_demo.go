package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wirehunt/hunts"
	"wirehunt/internal/query"
)

func demoCommand(a *app) *cobra.Command {
	f := &importFlags{quiet: true}
	c := &cobra.Command{
		Use:   "demo PATH...",
		Short: "Import captures and answer all hunts on them",
		Long: `Demo imports the given captures and exports, and runs each hunt that comes with
wirehunt, with now() at the newest event.`,
		Example: `  wirehunt demo --db range.db testdata/range`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.demo(cmd.Context(), f, args)
		},
	}
	f.db.add(c)
	f.capture.add(c)
	f.capture.addDevices(c)
	return c
}

func (a *app) demo(ctx context.Context, f *importFlags, paths []string) error {
	e, err := f.db.open(ctx, false)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := a.importPaths(ctx, e, paths, f); err != nil {
		return err
	}
	imports, err := e.Imports(ctx)
	if err != nil {
		return err
	}
	var rows int64
	for _, s := range imports {
		for _, n := range s.Rows {
			rows += n
		}
	}
	fmt.Fprintf(a.out, "%d files imported into %s, %s rows.\n", len(imports), f.db.path, thousands(rows))
	for _, h := range hunts.All() {
		fmt.Fprintf(a.out, "\n%s\n\n", strings.TrimSpace(h.Query))
		if err := a.answer(ctx, e, h.Name, h.Query, query.Options{Latest: true}, "table", false); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	fmt.Fprintf(a.out, "\nAsk your own: ./bin/wirehunt query --db %s 'DeviceNetworkEvents | take 10'\n", f.db.path)
	return nil
}
