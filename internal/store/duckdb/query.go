package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"

	"github.com/duckdb/duckdb-go/v2"

	"wirehunt/internal/defender"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

// Tables implements store.Engine.  Relations without rows give no parts.
func (d *DB) Tables(ctx context.Context) ([]schema.Table, error) {
	sizes, err := d.relations(ctx)
	if err != nil {
		return nil, err
	}
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

// Newest implements store.Engine.
func (d *DB) Newest(ctx context.Context) (int64, bool, error) {
	sizes, err := d.relations(ctx)
	if err != nil {
		return 0, false, err
	}
	newest := sql.NullInt64{}
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
			return 0, false, err
		}
	}
	for _, t := range defender.Tables(nil, nil) {
		if err := see(defender.TableRelation(t.Name), "Timestamp"); err != nil {
			return 0, false, err
		}
	}
	return newest.Int64, newest.Valid, nil
}

// Query implements store.Engine.
func (d *DB) Query(ctx context.Context, query string, cols []schema.Column) (store.Rows, error) {
	r, err := d.db.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("running the query: %w", err)
	}
	names, err := r.Columns()
	if err == nil && cols != nil && len(names) != len(cols) {
		err = fmt.Errorf("BUG: the SQL gives %d columns, the query has %d", len(names), len(cols))
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	rs := &rows{rows: r, values: make([]any, len(names)), dest: make([]any, len(names))}
	for i := range rs.values {
		rs.dest[i] = &rs.values[i]
	}
	return rs, nil
}

type rows struct {
	rows   *sql.Rows
	values []any
	dest   []any
	err    error
}

func (r *rows) Next() bool {
	if r.err != nil || !r.rows.Next() {
		return false
	}
	if r.err = r.rows.Scan(r.dest...); r.err != nil {
		return false
	}
	for i, v := range r.values {
		switch v := v.(type) {
		case []byte:
			r.values[i] = string(v)
		case duckdb.Decimal:
			r.values[i] = v.String()
		case *big.Int:
			r.values[i] = v.Int64()
		case int8:
			r.values[i] = int32(v)
		case int16:
			r.values[i] = int32(v)
		case uint8:
			r.values[i] = int32(v)
		case uint16:
			r.values[i] = int32(v)
		case uint32:
			r.values[i] = int64(v)
		case uint64:
			r.values[i] = int64(v)
		case float32:
			r.values[i] = float64(v)
		}
	}
	return true
}

func (r *rows) Values() []any { return r.values }

func (r *rows) Err() error {
	if r.err != nil {
		return r.err
	}
	return r.rows.Err()
}

func (r *rows) Close() error { return r.rows.Close() }
