package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"wirehunt/internal/defender"
	"wirehunt/schema"
)

// catalog is what queries are compiled against, as it was after so many
// changes, when the relations were as state says.
type catalog struct {
	changes int64
	state   string
	tables  []schema.Table
	newest  sql.NullInt64
}

// Tables implements store.Engine.  Relations without rows give no parts.
func (d *DB) Tables(ctx context.Context) ([]schema.Table, error) {
	c, err := d.catalog(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.tables), nil
}

// Newest implements store.Engine.
func (d *DB) Newest(ctx context.Context) (int64, bool, error) {
	c, err := d.catalog(ctx)
	if err != nil {
		return 0, false, err
	}
	return c.newest.Int64, c.newest.Valid, nil
}

// catalog reads the catalog, or gives that of before where no relation has
// changed since: a query should not pay for reading it anew.
func (d *DB) catalog(ctx context.Context) (*catalog, error) {
	d.reading.Lock()
	defer d.reading.Unlock()
	changes := d.changes.Load()
	if d.known != nil && d.known.changes == changes {
		return d.known, nil
	}
	state, sizes, err := d.state(ctx)
	if err != nil {
		return nil, err
	}
	c := &catalog{changes: changes, state: state}
	if d.known != nil && d.known.state == state { // something else changed
		c.tables, c.newest = d.known.tables, d.known.newest
		d.known = c
		return c, nil
	}
	if c.tables, err = d.readTables(ctx, sizes); err != nil {
		return nil, err
	}
	if c.newest, err = d.readNewest(ctx, sizes); err != nil {
		return nil, err
	}
	d.known = c
	return c, nil
}

// forget makes the next query read the catalog anew: rows are gone, which the
// sizes of relations do not tell.
func (d *DB) forget() {
	d.reading.Lock()
	defer d.reading.Unlock()
	d.known = nil
}

// state returns text that changes with every relation that is made, grows or
// gets columns, and about how many rows each has.
func (d *DB) state(ctx context.Context) (string, map[string]int64, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT table_name, table_oid, estimated_size, column_count FROM duckdb_tables() WHERE NOT internal AND table_name <> '_state' ORDER BY ALL`)
	if err != nil {
		return "", nil, err
	}
	defer rows.Close()
	var b strings.Builder
	sizes := map[string]int64{}
	for rows.Next() {
		var name string
		var id, size, columns int64
		if err := rows.Scan(&name, &id, &size, &columns); err != nil {
			return "", nil, err
		}
		sizes[name] = size
		fmt.Fprintf(&b, "%s %d %d %d\n", name, id, size, columns)
	}
	return b.String(), sizes, rows.Err()
}

// readTables reads the tables with what their relations hold.
func (d *DB) readTables(ctx context.Context, sizes map[string]int64) (_ []schema.Table, err error) {
	imported := map[string][]string{}
	all := defender.Tables(d.opt.Logs, nil)
	for _, t := range all {
		rel := defender.TableRelation(t.Name)
		if sizes[rel] == 0 {
			continue
		}
		imported[t.Name] = nil
		if t.Column("ActionType") != nil {
			if imported[t.Name], err = d.strings(ctx, `SELECT DISTINCT coalesce(ActionType, '') FROM `+ident(rel)); err != nil {
				return nil, err
			}
		}
	}
	columns, err := d.columns(ctx)
	if err != nil {
		return nil, err
	}
	tables := defender.Tables(d.opt.Logs, imported)
	_, processes := sizes[defender.RelProcesses]
	for i := range tables {
		var parts []schema.Part
		for _, p := range tables[i].Parts {
			if sizes[p.Relation] == 0 {
				continue
			}
			if !processes {
				dropJoin(&p, defender.RelProcesses)
			}
			dropMissing(&p, columns[p.Relation])
			parts = append(parts, p)
		}
		tables[i].Parts = parts
	}
	return tables, nil
}

// columns returns the columns of each relation.
func (d *DB) columns(ctx context.Context) (map[string]map[string]bool, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	m := map[string]map[string]bool{}
	for rows.Next() {
		var rel, col string
		if err := rows.Scan(&rel, &col); err != nil {
			return nil, err
		}
		if m[rel] == nil {
			m[rel] = map[string]bool{}
		}
		m[rel][col] = true
	}
	return m, rows.Err()
}

// dropMissing removes what a part takes from columns that its relation does
// not have: an older version of the program made it, and no import has added
// them since.  Such values are null.
func dropMissing(p *schema.Part, columns map[string]bool) {
	missing := func(v schema.Value) bool {
		return !v.IsConst && v.Join == "" && v.Column != "rowid" && !columns[v.Column]
	}
	values := map[string]schema.Value{}
	for c, v := range p.Values {
		if !missing(v) {
			values[c] = v
		}
	}
	bags := map[string][]schema.Member{}
	for c, members := range p.Bags {
		for _, m := range members {
			if !missing(m.Value) {
				bags[c] = append(bags[c], m)
			}
		}
	}
	p.Values, p.Bags = values, bags
}

// dropJoin removes a join whose relation does not exist, and what it gives.
func dropJoin(p *schema.Part, relation string) {
	var joins []schema.Join
	values := map[string]schema.Value{}
	alias := ""
	for _, j := range p.Joins {
		if j.Relation == relation {
			alias = j.Alias
		} else {
			joins = append(joins, j)
		}
	}
	if alias == "" {
		return
	}
	for c, v := range p.Values {
		if v.Join != alias {
			values[c] = v
		}
	}
	p.Joins, p.Values = joins, values
}

func (d *DB) strings(ctx context.Context, query string) ([]string, error) {
	rows, err := d.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// readNewest reads the time of the newest row.
func (d *DB) readNewest(ctx context.Context, sizes map[string]int64) (newest sql.NullInt64, err error) {
	see := func(rel, col string) error {
		if sizes[rel] == 0 {
			return nil
		}
		var n sql.NullInt64
		if err := d.db.QueryRowContext(ctx, `SELECT max(`+ident(col)+`) FROM `+ident(rel)).Scan(&n); err != nil {
			return err
		}
		if n.Valid && (!newest.Valid || n.Int64 > newest.Int64) {
			newest = n
		}
		return nil
	}
	for _, l := range d.opt.Logs {
		if err := see(defender.LogRelation(l), "ts"); err != nil {
			return newest, err
		}
	}
	for _, t := range defender.Tables(nil, nil) {
		if err := see(defender.TableRelation(t.Name), "Timestamp"); err != nil {
			return newest, err
		}
	}
	return newest, nil
}
