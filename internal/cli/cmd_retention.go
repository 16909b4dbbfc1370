package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/internal/api"
	"wirehunt/internal/config"
	"wirehunt/internal/query"
	"wirehunt/internal/store"
)

// retainFlags say how long rows are kept.
type retainFlags struct {
	age   config.Age
	size  config.Size
	every config.Age
}

func (f *retainFlags) add(c *cobra.Command) {
	f.every = config.Age(time.Hour)
	c.Flags().Var(&f.age, "retention-age", "remove rows that are older than `SPAN`, such as 30d; 0: never")
	c.Flags().Var(&f.size, "retention-size", "remove the oldest rows when the database uses more than `SIZE`, such as 50GB; 0: never")
}

// leastSize keeps a misspelt size from emptying a database.
const leastSize = 16 << 20

func (f *retainFlags) check() error {
	if f.size > 0 && f.size < leastSize {
		return fmt.Errorf("--retention-size %s: want %s or more", f.size.String(), sizeText(leastSize))
	}
	if f.every <= 0 {
		return errors.New("--retention-every must be more than 0")
	}
	return nil
}

func (f *retainFlags) options() api.Retention {
	return api.Retention{Age: time.Duration(f.age), Size: int64(f.size), Every: time.Duration(f.every)}
}

func retentionCommand(a *app) *cobra.Command {
	var db dbFlags
	var f retainFlags
	var dry bool
	var now string
	c := &cobra.Command{
		Use:   "retention",
		Short: "Remove old rows from the database",
		Long: `Retention removes rows that are too old, by their time, or the oldest of all
tables until the database uses no more than a size.  A server does this by itself
(serve --retention-age, --retention-size); this command is for databases without
one.  Removed files stay known, so that importing them again does not bring the
rows back.  Their space in the file is used again for new rows.`,
		Example: `  wirehunt retention --retention-age 30d --dry-run
  wirehunt retention --retention-size 50GB`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.age == 0 && f.size == 0 {
				return errors.New("say what is too much: --retention-age, --retention-size or both")
			}
			if err := f.check(); err != nil {
				return err
			}
			at, latest, err := parseNow(now)
			if err != nil {
				return err
			}
			// Without --dry-run a database that is not there would be made.
			e, err := db.open(cmd.Context(), true)
			if err != nil {
				return err
			}
			if !dry {
				if err := e.Close(); err != nil {
					return err
				}
				if e, err = db.open(cmd.Context(), false); err != nil {
					return err
				}
			}
			defer e.Close()
			if latest {
				ticks, _, err := e.Newest(cmd.Context())
				if err != nil {
					return err
				}
				at = query.Time(ticks)
			}
			r := store.Retention{Size: int64(f.size), DryRun: dry}
			if f.age > 0 {
				r.Before = query.Ticks(at.Add(-time.Duration(f.age)))
			}
			got, err := e.Retain(cmd.Context(), r)
			if err != nil {
				return err
			}
			a.printRemoved(got, dry)
			return nil
		},
	}
	db.add(c)
	f.add(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "only tell what would be removed")
	c.Flags().StringVar(&now, "now", "", "`TIME` that ages count to; latest: that of the newest event")
	return c
}

func (a *app) printRemoved(r store.Removed, dry bool) {
	what := "removed"
	if dry {
		what = "to be removed"
	}
	if r.Total() == 0 {
		fmt.Fprintf(a.out, "no rows %s; %s used\n", what, sizeText(r.Used))
		return
	}
	fmt.Fprintf(a.out, "%s rows before %s %s; %s used", thousands(r.Total()), query.Time(r.Before).Format(time.RFC3339), what, sizeText(r.Used))
	if !dry {
		fmt.Fprintf(a.out, ", then %s", sizeText(r.Left))
	}
	fmt.Fprintln(a.out)
	printCounts(a.out, r.Rows)
}
