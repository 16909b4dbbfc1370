package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/query"
	"wirehunt/internal/store/duckdb"
	"wirehunt/kql"
)

// readsMembers reports whether a query names AdditionalFields of
// DeviceNetworkEvents, whose members logs have typed columns for.  Others are
// no slower over JSON text.
func readsMembers(text string) bool {
	return strings.Contains(text, "DeviceNetworkEvents") && strings.Contains(text, "AdditionalFields")
}

// openJSON returns a database of the same rows as the one at path, as an
// engine without typed members keeps them: DeviceNetworkEvents is one table
// with all rows and columns in order of time, AdditionalFields is the text of
// the JSON.  There are no logs, so that the compiler reads the members from
// the text.  The database is made beside the other one where it is missing.
func openJSON(t *testing.T, ctx context.Context, path string) *duckdb.DB {
	t.Helper()
	out := strings.TrimSuffix(path, filepath.Ext(path)) + "-json" + filepath.Ext(path)
	if _, err := os.Stat(out); err != nil {
		start := time.Now()
		fillJSON(t, ctx, path, out+".part")
		if err := os.Rename(out+".part", out); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s made in %s", out, time.Since(start).Round(time.Millisecond))
	}
	db, err := duckdb.Open(ctx, duckdb.Options{Path: out, ReadOnly: true, Logs: all.Logs()})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// fillJSON makes the database at out of the one at path.
func fillJSON(t *testing.T, ctx context.Context, path, out string) {
	t.Helper()
	res, tables := allRows(t, ctx, path)
	empty, err := duckdb.Open(ctx, duckdb.Options{Path: out})
	if err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("duckdb", out+"?memory_limit=6GB")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	const events = `defender_DeviceNetworkEvents`
	var columns []string
	for _, c := range res.Columns {
		columns = append(columns, `"`+c.Name+`"`)
	}
	var name string
	if err := raw.QueryRowContext(ctx, `SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	to := `"` + name + `".main.`
	statements := []string{`ATTACH '` + path + `' AS typed (READ_ONLY)`, `USE typed`,
		`INSERT INTO ` + to + `_devices FROM _devices`, `INSERT INTO ` + to + `_device_addresses FROM _device_addresses`,
		`CREATE TABLE ` + to + events + ` AS FROM ` + events + ` LIMIT 0`,
		fmt.Sprintf(`INSERT INTO %s%s (%s) %s`, to, events, strings.Join(columns, ", "), res.SQL)}
	for _, table := range tables {
		if rel := "defender_" + table; rel != events {
			statements = append(statements, `CREATE TABLE `+to+rel+` AS FROM `+rel)
		}
	}
	for _, s := range append(statements, `USE "`+name+`"`, `CHECKPOINT`) {
		if _, err := raw.ExecContext(ctx, s); err != nil {
			t.Fatalf("%.80s: %v", s, err)
		}
	}
}

// allRows returns the query for all rows of DeviceNetworkEvents of the
// database at path, and the names of the tables that hold imported rows.
func allRows(t *testing.T, ctx context.Context, path string) (res *kql.Result, tables []string) {
	t.Helper()
	db, err := duckdb.Open(ctx, duckdb.Options{Path: path, ReadOnly: true, Logs: all.Logs()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list, err := db.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range list {
		for _, p := range table.Parts {
			if p.Relation == "defender_"+table.Name {
				tables = append(tables, table.Name)
			}
		}
	}
	res, diags, err := query.Compile(ctx, db, `DeviceNetworkEvents | sort by Timestamp asc`, query.Options{Latest: true})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return res, tables
}
