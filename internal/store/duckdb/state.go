package duckdb

import (
	"context"
	"errors"
)

const createState = `CREATE TABLE IF NOT EXISTS _state (kind VARCHAR, id VARCHAR, body VARCHAR, PRIMARY KEY (kind, id))`

// PutState implements store.State.
func (d *DB) PutState(ctx context.Context, kind, id string, body []byte) error {
	return d.commit(func() error {
		if _, err := d.db.ExecContext(ctx, createState); err != nil {
			return err
		}
		_, err := d.db.ExecContext(ctx, `INSERT OR REPLACE INTO _state VALUES (?, ?, ?)`, kind, id, string(body))
		return err
	})
}

// DeleteState implements store.State.
func (d *DB) DeleteState(ctx context.Context, kind, id string) (bool, error) {
	if ok, err := d.hasState(ctx); !ok {
		return false, err
	}
	var n int64
	err := d.commit(func() error {
		res, err := d.db.ExecContext(ctx, `DELETE FROM _state WHERE kind = ? AND id = ?`, kind, id)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n > 0, err
}

// ListState implements store.State.
func (d *DB) ListState(ctx context.Context, kind string, yield func(id string, body []byte) error) (err error) {
	if ok, err := d.hasState(ctx); !ok {
		return err
	}
	rows, err := d.db.QueryContext(ctx, `SELECT id, body FROM _state WHERE kind = ? ORDER BY id`, kind)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id, body string
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		if err := yield(id, []byte(body)); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (d *DB) hasState(ctx context.Context) (bool, error) {
	tables, err := d.relations(ctx)
	_, ok := tables["_state"]
	return ok, err
}
