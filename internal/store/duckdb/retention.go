package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"wirehunt/internal/defender"
	"wirehunt/internal/store"
)

const (
	retainStep   = 500_000 // rows that one transaction removes
	retainRounds = 12      // tries to come below a size
	retainStalls = 3       // tries that may free nothing
)

// timed is a relation whose rows have a time.
type timed struct{ relation, column string }

// timedRelations returns the relations with rows, in order of their names.
func (d *DB) timedRelations(ctx context.Context) ([]timed, error) {
	sizes, err := d.relations(ctx)
	if err != nil {
		return nil, err
	}
	columns := map[string]string{}
	for _, l := range d.opt.Logs {
		columns[defender.LogRelation(l)] = "ts"
	}
	for _, t := range defender.Tables(nil, nil) {
		if t.Column("Timestamp") != nil {
			columns[defender.TableRelation(t.Name)] = "Timestamp"
		}
	}
	var out []timed
	for _, rel := range slices.Sorted(maps.Keys(columns)) {
		if sizes[rel] > 0 {
			out = append(out, timed{rel, columns[rel]})
		}
	}
	return out, nil
}

// Used implements store.Maintainer.
func (d *DB) Used(ctx context.Context) (int64, error) {
	var used, block int64
	err := d.db.QueryRowContext(ctx, `SELECT used_blocks, block_size FROM pragma_database_size() WHERE database_name = current_database()`).Scan(&used, &block)
	if st, serr := os.Stat(wal(d.opt.Path)); serr == nil {
		return used*block + st.Size(), err
	}
	return used * block, err
}

// Retain implements store.Maintainer.
func (d *DB) Retain(ctx context.Context, r store.Retention) (store.Removed, error) {
	out := store.Removed{Rows: map[string]int64{}}
	var err error
	if out.Used, err = d.Used(ctx); err != nil {
		return out, err
	}
	list, err := d.timedRelations(ctx)
	if err != nil {
		return out, err
	}
	if r.Before > 0 {
		if err := d.removeBefore(ctx, list, r.Before, r.DryRun, &out); err != nil {
			return out, err
		}
	}
	if r.Size > 0 {
		if err := d.removeToSize(ctx, list, r, &out); err != nil {
			return out, err
		}
	}
	if r.DryRun {
		return out, nil
	}
	if out.Rows["zeek_conn"] > 0 {
		if err := d.removeProcesses(ctx); err != nil {
			return out, err
		}
	}
	if out.Total() > 0 {
		d.checkpoint(ctx)
	}
	out.Left, err = d.Used(ctx)
	return out, err
}

// removeBefore removes the rows before a time, in steps, or counts them.
func (d *DB) removeBefore(ctx context.Context, list []timed, before int64, dry bool, out *store.Removed) error {
	for _, t := range list {
		if dry {
			n, err := d.countBefore(ctx, t, before)
			if err != nil {
				return err
			}
			addRemoved(out, t.relation, n, before)
			continue
		}
		for {
			n, err := d.removeStep(ctx, t, before)
			if err != nil {
				return fmt.Errorf("removing old rows of %s: %w", t.relation, err)
			}
			addRemoved(out, t.relation, n, before)
			if n < retainStep {
				break
			}
		}
	}
	return nil
}

func addRemoved(out *store.Removed, relation string, n, before int64) {
	if n > 0 {
		out.Rows[relation] += n
		out.Before = max(out.Before, before)
	}
}

func (d *DB) countBefore(ctx context.Context, t timed, before int64) (n int64, err error) {
	err = d.db.QueryRowContext(ctx, `SELECT count(*) FROM `+ident(t.relation)+` WHERE `+ident(t.column)+` < ?`, before).Scan(&n)
	return n, err
}

// removeStep removes at most retainStep rows, in a transaction.
func (d *DB) removeStep(ctx context.Context, t timed, before int64) (n int64, err error) {
	defer d.forget()
	err = d.commit(func() error {
		res, err := d.db.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %s WHERE rowid IN (SELECT rowid FROM %[1]s WHERE %s < ? LIMIT %d)`,
			ident(t.relation), ident(t.column), retainStep), before)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

// removeToSize removes the oldest rows until the database uses no more than
// r.Size.  How many they are is guessed from the bytes of a row in the mean,
// so it goes in rounds.  A round may free nothing: DuckDB frees whole groups
// of 122,880 rows, and none that a query still reads; the next retention
// goes on then.
func (d *DB) removeToSize(ctx context.Context, list []timed, r store.Retention, out *store.Removed) error {
	stalls := 0
	for range retainRounds {
		if !r.DryRun {
			d.checkpoint(ctx)
		}
		used, err := d.Used(ctx)
		if err != nil || used <= r.Size {
			return err
		}
		// A little more than it takes, so that few rounds do.
		share := min(1, float64(used-r.Size)/float64(used)+0.02)
		before, err := d.quantile(ctx, list, share)
		if err != nil || before == 0 {
			return err
		}
		rows := out.Total()
		if err := d.removeBefore(ctx, list, before, r.DryRun, out); err != nil || r.DryRun || out.Total() == rows {
			return err
		}
		d.checkpoint(ctx)
		now, err := d.Used(ctx)
		if err != nil {
			return err
		}
		if now >= used {
			if stalls++; stalls == retainStalls {
				return nil
			}
		}
	}
	return nil
}

// quantile returns a time before which about the given share of all rows is,
// and at least one; 0 where there are no rows.
func (d *DB) quantile(ctx context.Context, list []timed, share float64) (int64, error) {
	var from []string
	for _, t := range list {
		from = append(from, `SELECT `+ident(t.column)+` AS t FROM `+ident(t.relation))
	}
	if len(from) == 0 {
		return 0, nil
	}
	var at, first sql.NullInt64
	err := d.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT approx_quantile(t, %g)::BIGINT, min(t) FROM (%s)`, share, strings.Join(from, " UNION ALL "))).Scan(&at, &first)
	if err != nil || !first.Valid {
		return 0, err
	}
	return max(at.Int64, first.Int64) + 1, nil
}

// removeProcesses removes the processes of connections that are gone.
func (d *DB) removeProcesses(ctx context.Context) error {
	sizes, err := d.relations(ctx)
	if err != nil || sizes[defender.RelProcesses] == 0 {
		return err
	}
	return d.commit(func() error {
		_, err := d.db.ExecContext(ctx, `DELETE FROM `+ident(defender.RelProcesses)+` WHERE NOT EXISTS (SELECT 1 FROM zeek_conn c WHERE c.uid = `+ident(defender.RelProcesses)+`.uid)`)
		return err
	})
}

// checkpoint makes the space of removed rows free for others.  While another
// transaction writes, DuckDB refuses it; the next one does it.
func (d *DB) checkpoint(ctx context.Context) {
	d.commit(func() error {
		_, err := d.db.ExecContext(ctx, `CHECKPOINT`)
		return err
	})
}
