package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"wirehunt/kql"
)

type fmtFlags struct {
	textFlags
	write, list bool
}

func fmtCommand(a *app) *cobra.Command {
	f := &fmtFlags{}
	c := &cobra.Command{
		Use:   "fmt [QUERY | FILE...]",
		Short: "Lay out queries in the canonical form",
		Long: `Fmt prints queries in one layout: an operator a line, comments kept.  A query
with a syntax error is left alone, told, and makes the exit status 1.`,
		Example: `  wirehunt fmt hunt.kql
  wirehunt fmt -w hunts/*.kql
  wirehunt fmt -l hunts/*.kql`,
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := f.sources(a, args)
			if err != nil {
				return err
			}
			return a.format(list, f)
		},
	}
	f.textFlags.add(c)
	c.Flags().BoolVarP(&f.write, "write", "w", false, "write the files instead of printing them")
	c.Flags().BoolVarP(&f.list, "list", "l", false, "print the names of the files whose layout differs, and exit with status 1 if there are any")
	c.MarkFlagsMutuallyExclusive("write", "list")
	return c
}

func (a *app) format(list []source, f *fmtFlags) error {
	bad := false
	for _, s := range list {
		text, diags := kql.Format(s.text)
		if err := a.report(s.name, s.text, diags); err != nil {
			if !errors.Is(err, errReported) {
				return err
			}
			bad = true
			continue
		}
		switch {
		case f.list:
			if text != s.text {
				bad = true
				fmt.Fprintln(a.out, s.name)
			}
		case f.write:
			if !isFile(s.name) {
				return errors.New("-w needs files")
			}
			if text == s.text {
				continue
			}
			if err := rewriteFile(s.name, text); err != nil {
				return err
			}
		default:
			if _, err := fmt.Fprint(a.out, text); err != nil {
				return err
			}
		}
	}
	if bad {
		return errReported
	}
	return nil
}

// rewriteFile puts a new text in the place of a file's at once, so that it is
// never half there.
func rewriteFile(path, text string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, []byte(text), st.Mode().Perm()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		os.Remove(tmp)
		return err
	}
	return nil
}
