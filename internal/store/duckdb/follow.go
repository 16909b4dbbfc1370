package duckdb

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"wirehunt/internal/defender"
	"wirehunt/internal/store"
)

// relFollow holds the positions of files that are followed.
const relFollow = "_follow"

// Continue implements store.Import.
func (tx *importTx) Continue(key string) ([]store.Position, error) {
	tx.before = map[string]int64{}
	var counts string
	var id int32
	err := tx.conn.QueryRowContext(tx.ctx, `SELECT id, rows FROM _imports WHERE sha256 = ?`, key).Scan(&id, &counts)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tx.id = id
	if err := json.Unmarshal([]byte(counts), &tx.before); err != nil {
		return nil, err
	}
	if _, ok := tx.rels[relFollow]; !ok {
		return nil, nil
	}
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT path, device, inode, "offset", line, head, header FROM _follow WHERE import = ?`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []store.Position
	for rows.Next() {
		var p store.Position
		if err := rows.Scan(&p.Path, &p.Device, &p.Inode, &p.Offset, &p.Line, &p.Head, &p.Header); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// finishFollow is finish for an import that Continue began.
func (tx *importTx) finishFollow(src *store.Source, devices *defender.Devices) error {
	var err error
	if src.Follow.Settle {
		err = tx.settle(devices)
	} else if devices != nil {
		err = tx.saveDevices(devices)
	}
	if err != nil {
		return err
	}
	rows := maps.Clone(tx.before)
	for k, n := range src.Rows {
		rows[k] += n
	}
	// An update of a key would be refused, as the row is still there for
	// others: only what is no key is updated.
	var known bool
	if err := tx.conn.QueryRowContext(tx.ctx, `SELECT count(*) > 0 FROM _imports WHERE id = ?`, tx.id).Scan(&known); err != nil {
		return err
	}
	if known {
		counts, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		err = tx.exec(`UPDATE _imports SET bytes = bytes + ?, time = ?, rows = ? WHERE id = ?`, src.Bytes, ticks(src.Time), string(counts), tx.id)
		if err != nil {
			return err
		}
	} else if err := tx.note(tx.id, src, rows); err != nil {
		return err
	}
	if err := tx.savePositions(src.Follow.Positions); err != nil {
		return fmt.Errorf("storing positions: %w", err)
	}
	return nil
}

func (tx *importTx) savePositions(list []store.Position) error {
	if err := tx.exec(`CREATE TABLE IF NOT EXISTS _follow (import INTEGER, path VARCHAR, device UBIGINT, inode UBIGINT, "offset" BIGINT, line BIGINT, head BLOB, header BLOB)`); err != nil {
		return err
	}
	if err := tx.exec(`DELETE FROM _follow WHERE import = ?`, tx.id); err != nil {
		return err
	}
	for _, p := range list {
		if err := tx.exec(`INSERT INTO _follow VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, tx.id, p.Path, p.Device, p.Inode, p.Offset, p.Line, p.Head, p.Header); err != nil {
			return err
		}
	}
	return nil
}
