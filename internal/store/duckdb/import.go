package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

const networkEvents = "DeviceNetworkEvents"

// importTx is an import under way: one connection with an open transaction,
// and an appender per table that got rows.
type importTx struct {
	db      *DB
	ctx     context.Context
	conn    *sql.Conn
	raw     mapping.Connection // of conn
	id      int32
	logs    map[*event.Log]*logAppender
	tables  map[string]*appender
	rels    map[string]int64 // relations that exist
	written map[string]bool  // relations that got rows
	// before are the counts of the import that this one continues; nil for
	// one that continues none.
	before map[string]int64
	// counts are the rows that the import gave, known once it is prepared.
	counts map[string]int64
	done   bool
}

// Begin implements store.Engine.
func (d *DB) Begin(ctx context.Context) (store.Import, error) {
	rels, err := d.relations(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx := &importTx{db: d, ctx: ctx, conn: conn, rels: rels, logs: map[*event.Log]*logAppender{}, tables: map[string]*appender{}, written: map[string]bool{}}
	if tx.raw, err = rawConn(conn); err == nil {
		err = tx.exec(`BEGIN`)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	if err = tx.spareMemory(); err == nil {
		err = conn.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) + 1 FROM _imports`).Scan(&tx.id)
	}
	if err != nil {
		tx.Rollback()
		return nil, err
	}
	return tx, nil
}

func (tx *importTx) exec(query string, args ...any) error {
	_, err := tx.conn.ExecContext(tx.ctx, query, args...)
	return explainFull(err)
}

// explainFull tells a user what to do where a disk is full.
func explainFull(err error) error {
	if err == nil {
		return nil
	}
	for _, s := range []string{"No space left", "File too large", "quota exceeded", "failed to offload data block"} {
		if strings.Contains(err.Error(), s) {
			return fmt.Errorf("no room for the database, so that nothing of the file is imported: make room, then import it again (%v)", err)
		}
	}
	return err
}

// Imported implements store.Import.
func (tx *importTx) Imported(sha256 string) (path string, ok bool, err error) {
	err = tx.conn.QueryRowContext(tx.ctx, `SELECT path FROM _imports WHERE sha256 = ?`, sha256).Scan(&path)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return path, err == nil, err
}

// ensure makes the relation, or adds the columns that an older version of
// the program did not have.
func (tx *importTx) ensure(relation string, cols []defender.PhysColumn) error {
	if _, ok := tx.rels[relation]; !ok {
		tx.rels[relation] = 0
		return tx.exec(createTable(relation, cols))
	}
	for _, c := range cols {
		if err := tx.exec(`ALTER TABLE ` + ident(relation) + ` ADD COLUMN IF NOT EXISTS ` + ident(c.Name) + ` ` + sqlTypes[c.Type]); err != nil {
			return err
		}
	}
	return nil
}

func createTable(relation string, cols []defender.PhysColumn) string {
	return `CREATE TABLE ` + columnList(relation, cols)
}

// columnList is what follows CREATE TABLE.
func columnList(relation string, cols []defender.PhysColumn) string {
	var defs []string
	for _, c := range cols {
		def := ident(c.Name) + " " + sqlTypes[c.Type]
		if sqlTypes[c.Type] == "VARCHAR" {
			// Without this DuckDB tries out FSST for each text column at each
			// checkpoint: half the time of one, for files 3 % smaller.
			def += " USING COMPRESSION dictionary"
		}
		defs = append(defs, def)
	}
	return ident(relation) + ` (` + strings.Join(defs, ", ") + `)`
}

// CreateTable returns the statement that makes the table of a log.
func CreateTable(l *event.Log) string {
	return createTable(defender.LogRelation(l), defender.LogColumns(l))
}

// CreateDefenderTable returns the statement that makes the table of imported
// rows of one of Defender's tables.
func CreateDefenderTable(t *schema.Table) string {
	return createTable(defender.TableRelation(t.Name), defender.TableColumns(t))
}

func (tx *importTx) appender(relation string, cols []defender.PhysColumn) (*appender, error) {
	if err := tx.ensure(relation, cols); err != nil {
		return nil, err
	}
	tx.written[relation] = true
	return newAppender(tx.raw, "", relation, cols)
}

// AppendRow implements store.Import.
func (tx *importTx) AppendRow(b *event.Batch, n int, devices *defender.Devices) error {
	a := tx.logs[b.Log]
	if a == nil {
		app, err := tx.appender(defender.LogRelation(b.Log), defender.LogColumns(b.Log))
		if err != nil {
			return err
		}
		a = &logAppender{appender: app, importID: tx.id}
		tx.logs[b.Log] = a
	}
	return a.append(b, n, devices)
}

// AppendTable implements store.Import.
func (tx *importTx) AppendTable(t *schema.Table, values []any) error {
	a := tx.tables[t.Name]
	if a == nil {
		var err error
		if a, err = tx.appender(defender.TableRelation(t.Name), defender.TableColumns(t)); err != nil {
			return err
		}
		tx.tables[t.Name] = a
	}
	for i, v := range values {
		if err := a.setValue(i, v); err != nil {
			return fmt.Errorf("column %d of %s: %w", i, t.Name, err)
		}
	}
	a.setInt32(len(values), tx.id)
	return a.endRow()
}

// endAppenders does the same to all appenders, and forgets them.
func (tx *importTx) endAppenders(end func(*appender) error) error {
	var errs []error
	for _, a := range tx.logs {
		errs = append(errs, end(a.appender))
	}
	for _, a := range tx.tables {
		errs = append(errs, end(a))
	}
	clear(tx.logs)
	clear(tx.tables)
	return errors.Join(errs...)
}

// Rollback implements store.Import.
func (tx *importTx) Rollback() error {
	if tx.done {
		return nil
	}
	tx.done = true
	tx.endAppenders((*appender).drop) // what they flushed goes with the transaction
	_, err := tx.conn.ExecContext(context.WithoutCancel(tx.ctx), `ROLLBACK`)
	return errors.Join(err, tx.conn.Close())
}

// Prepare implements store.Import.
func (tx *importTx) Prepare(devices *defender.Devices) (err error) {
	if err := tx.endAppenders((*appender).close); err != nil {
		return fmt.Errorf("storing rows: %w", err)
	}
	if err := tx.settle(devices); err != nil {
		return err
	}
	if tx.counts, err = tx.count(); err != nil {
		return fmt.Errorf("counting rows: %w", err)
	}
	return nil
}

// Commit implements store.Import.
func (tx *importTx) Commit(src *store.Source, devices *defender.Devices) error {
	if err := tx.finish(src, devices); err != nil {
		return err
	}
	if err := tx.db.commit(func() error { return tx.exec(`COMMIT`) }); err != nil {
		return err
	}
	tx.done = true
	return tx.conn.Close()
}

func (tx *importTx) finish(src *store.Source, devices *defender.Devices) error {
	if src.Follow != nil {
		if err := tx.endAppenders((*appender).close); err != nil {
			return fmt.Errorf("storing rows: %w", err)
		}
		return tx.finishFollow(src, devices)
	}
	if tx.counts == nil {
		if err := tx.Prepare(devices); err != nil {
			return err
		}
	}
	src.Rows = tx.counts
	if err := tx.note(tx.id, src, src.Rows); err != nil {
		return err
	}
	for i := range src.Parts {
		if err := tx.note(tx.id+int32(i)+1, &src.Parts[i], map[string]int64{}); err != nil {
			return err
		}
	}
	return nil
}

// settle notes and names the devices, and attributes processes.
func (tx *importTx) settle(devices *defender.Devices) error {
	if err := tx.saveDevices(devices); err != nil {
		return fmt.Errorf("storing devices: %w", err)
	}
	if err := tx.nameDevices(); err != nil {
		return fmt.Errorf("naming devices: %w", err)
	}
	if err := tx.attribute(); err != nil {
		return fmt.Errorf("attributing processes: %w", err)
	}
	return nil
}

// note enters the import into the list.
func (tx *importTx) note(id int32, src *store.Source, rows map[string]int64) error {
	counts, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.exec(`INSERT INTO _imports VALUES (?, ?, ?, ?, ?, ?, ?)`, id, src.Path, src.SHA256, src.Bytes, src.Kind, ticks(src.Time), string(counts))
}

func ticks(t time.Time) int64 {
	return t.Unix()*schema.TicksPerSecond + int64(t.Nanosecond()/100) + schema.UnixEpochTicks
}

// count returns the rows that the import gave, by ActionType, and by table
// for tables without.
func (tx *importTx) count() (map[string]int64, error) {
	counts := map[string]int64{}
	id := fmt.Sprintf("%s = %d", ident(defender.ColImport), tx.id)
	actions := map[string][]string{} // by relation, what the parts of a log are
	filters := map[string][]string{} // and their conditions
	for _, t := range defender.Tables(tx.db.opt.Logs, nil) {
		if t.Name == networkEvents {
			for _, p := range t.Parts {
				where := []string{"true"}
				for _, c := range p.Where {
					where = append(where, condition(c))
				}
				actions[p.Relation] = append(actions[p.Relation], p.Values["ActionType"].Const.(string))
				filters[p.Relation] = append(filters[p.Relation], `count(*) FILTER (WHERE `+strings.Join(where, " AND ")+`)`)
			}
		}
		rel := defender.TableRelation(t.Name)
		if !tx.written[rel] {
			continue
		}
		name := text(t.Name)
		if t.Name == networkEvents {
			name = "ActionType"
		}
		err := tx.each(`SELECT coalesce(`+name+`, ''), count(*) FROM `+ident(rel)+` WHERE `+id+` GROUP BY 1`, func(rows *sql.Rows) error {
			var k string
			var n int64
			err := rows.Scan(&k, &n)
			counts[k] += n
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for rel, list := range filters {
		if !tx.written[rel] {
			continue
		}
		err := tx.each(`SELECT unnest([`+strings.Join(list, ", ")+`]) FROM `+ident(rel)+` WHERE `+id, func(rows *sql.Rows) error {
			var n int64
			err := rows.Scan(&n)
			if n > 0 {
				counts[actions[rel][0]] += n
			}
			actions[rel] = actions[rel][1:]
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// each calls f for each row of the result of a query.
func (tx *importTx) each(query string, f func(*sql.Rows) error) error {
	rows, err := tx.conn.QueryContext(tx.ctx, query)
	if err != nil {
		return err
	}
	for err == nil && rows.Next() {
		err = f(rows)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// condition returns a condition of a part as SQL.
func condition(c schema.Cond) string {
	col := ident(c.Column)
	var in []string
	for _, v := range c.Values {
		in = append(in, text(v))
	}
	list := "(" + strings.Join(in, ", ") + ")"
	switch c.Op {
	case schema.IsNull:
		return col + " IS NULL"
	case schema.In:
		return col + " IN " + list
	case schema.NotIn:
		return "coalesce(" + col + " NOT IN " + list + ", true)"
	case schema.IsTrue:
		return col + " IS TRUE"
	case schema.IsNotTrue:
		return col + " IS NOT TRUE"
	}
	return col + " IS NOT NULL"
}

// Imports implements store.Engine.
func (d *DB) Imports(ctx context.Context) ([]store.Source, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT path, sha256, bytes, kind, time, rows FROM _imports ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []store.Source
	for rows.Next() {
		var s store.Source
		var at int64
		var counts string
		if err := rows.Scan(&s.Path, &s.SHA256, &s.Bytes, &s.Kind, &at, &counts); err != nil {
			return nil, err
		}
		at -= schema.UnixEpochTicks
		s.Time = time.Unix(at/schema.TicksPerSecond, at%schema.TicksPerSecond*100).UTC()
		if err := json.Unmarshal([]byte(counts), &s.Rows); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// LoadDevices implements store.Engine.
func (d *DB) LoadDevices(ctx context.Context, devices *defender.Devices) error {
	rows, err := d.db.QueryContext(ctx, `SELECT a.address, a.DeviceId, coalesce(d.DeviceName, '') FROM _device_addresses a LEFT JOIN _devices d USING (DeviceId)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var addr, id, name string
		if err := rows.Scan(&addr, &id, &name); err != nil {
			return err
		}
		a, err := netip.ParseAddr(addr)
		if err != nil {
			return fmt.Errorf("stored address of device %s: %w", id, err)
		}
		devices.Add(id, name, a)
	}
	return rows.Err()
}
