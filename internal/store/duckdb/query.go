package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"

	"github.com/duckdb/duckdb-go/v2"

	"wirehunt/internal/store"
	"wirehunt/schema"
)

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
