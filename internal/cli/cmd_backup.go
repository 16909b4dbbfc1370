package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"wirehunt/internal/store/duckdb"
)

func backupCommand(a *app) *cobra.Command {
	var db dbFlags
	var server clientFlags
	var force bool
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database, also while a server uses it",
		Long: `Backup writes what the database holds now to FILE, which is a database itself.
With --server it asks a running server, by a token of the role admin; queries and
imports go on meanwhile, and an import that is under way is not in the copy.  The
copy is checked before FILE is there.  Tokens are not part of it: they are in
their own file beside the database.`,
		Example: `  wirehunt backup wirehunt-2026-01-31.db
  wirehunt backup --server https://hunt.example:8443 hunt.db`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := args[0]
			if _, err := os.Lstat(path); err == nil && !force {
				return fmt.Errorf("%s is there already: give another name, or --force", path)
			}
			var err error
			if server.server != "" {
				err = a.fetchBackup(cmd.Context(), &server, path)
			} else {
				err = backup(cmd.Context(), &db, path)
			}
			if err != nil {
				return err
			}
			st, err := os.Stat(path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "%s: %s\n", path, sizeText(st.Size()))
			return err
		},
	}
	db.add(c)
	server.add(c)
	c.Flags().BoolVar(&force, "force", false, "replace FILE if it is there")
	c.MarkFlagsMutuallyExclusive("db", "server")
	return c
}

func backup(ctx context.Context, f *dbFlags, path string) error {
	if _, err := os.Stat(f.path); err != nil {
		return fmt.Errorf("no database at %s", f.path)
	}
	if same(f.path, path) {
		return fmt.Errorf("%s is the database itself", path)
	}
	db, err := f.open(ctx, false)
	if err != nil {
		return err
	}
	return errors.Join(db.Backup(ctx, path), db.Close())
}

func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// fetchBackup gets a backup from a server.
func (a *app) fetchBackup(ctx context.Context, f *clientFlags, path string) (err error) {
	client, err := f.client()
	if err != nil {
		return err
	}
	res, err := f.do(ctx, client, http.MethodPost, "/api/v1/backup", "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return a.serverFailure(f, "", res)
	}
	part := path + ".part"
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	if err := writeNew(part, res.Body); err != nil {
		return fmt.Errorf("receiving the backup: %w", err)
	}
	if err := duckdb.Check(ctx, part); err != nil {
		return err
	}
	return duckdb.Install(part, path)
}

func writeNew(path string, r io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, r)
	return errors.Join(err, file.Sync(), file.Close())
}

func restoreCommand(a *app) *cobra.Command {
	var db dbFlags
	var force bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a backup the database again",
		Long: `Restore checks a backup and makes it the database given with --db.  The database
must not be in use; one that is there is replaced with --force only.`,
		Example: `  wirehunt restore wirehunt-2026-01-31.db
  wirehunt restore --force --db case.db backup.db`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := restore(cmd.Context(), &db, args[0], force); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.out, "%s is now what %s holds\n", db.path, args[0])
			return err
		},
	}
	db.add(c)
	c.Flags().BoolVar(&force, "force", false, "replace the database that is there")
	return c
}

func restore(ctx context.Context, f *dbFlags, from string, force bool) (err error) {
	if same(f.path, from) {
		return fmt.Errorf("%s is the database itself", from)
	}
	if _, err := os.Stat(f.path + ".wal"); err == nil && !force {
		return fmt.Errorf("%s.wal is there: it belongs to a database; --force removes it", f.path)
	}
	switch _, err := os.Stat(f.path); {
	case err == nil && !force:
		return fmt.Errorf("%s is there already: give --force to replace it, or another --db", f.path)
	case err == nil:
		// Replaced under a program that has it open, it would be lost.
		db, err := f.open(ctx, false)
		if err != nil {
			return fmt.Errorf("the database to replace: %w", err)
		}
		defer db.Close()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	part := filepath.Clean(f.path) + ".part"
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	if err := writeNew(part, in); err != nil {
		return err
	}
	if err := duckdb.Check(ctx, part); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return duckdb.Install(part, f.path)
}
