// Package duckdb keeps records in a DuckDB database file: one table of typed
// columns per log, as docs/design/0003-store.md explains.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"wirehunt/event"
	"wirehunt/internal/store"
	"wirehunt/kql/funcs"
	"wirehunt/schema"
)

// Options says how to open a database.
type Options struct {
	// Path of the file; "" for a database in memory.
	Path string
	// ReadOnly opens an existing file that several programs may read.
	ReadOnly bool
	// MemoryLimit bounds what DuckDB takes, in bytes; 0 for 4 GiB.
	MemoryLimit int64
	// AppendMemory bounds, in bytes, what DuckDB takes while rows are
	// imported, so that what was written does not stay in memory; 0 for
	// MemoryLimit.  With it SQL may change settings: only for programs that
	// run no SQL of others.
	AppendMemory int64
	// Threads bounds the threads of a query; 0 for one a core.
	Threads int
	// Logs are the logs that the database has tables for.
	Logs []*event.Log
	// Host is what queries may ask beside the database.
	Host funcs.Host
}

// DB is an open database.
type DB struct {
	db   *sql.DB
	opt  Options
	logs map[string]*event.Log

	// commits is held by what commits, so that Backup can keep it off.
	commits sync.Mutex
	file    *os.File // the database's, for Backup; nil before the first

	// known is the catalog as it was last read, after so many changes;
	// reading guards it.
	changes atomic.Int64
	reading sync.Mutex
	known   *catalog
}

// The version of the physical layout, kept in the database.
const layoutVersion = 1

// Open opens or creates a database.
func Open(ctx context.Context, opt Options) (*DB, error) {
	if opt.ReadOnly {
		if _, err := os.Stat(opt.Path); err != nil {
			return nil, fmt.Errorf("no database at %s: import something into it first (wirehunt import --db %s PATH)", opt.Path, opt.Path)
		}
	}
	connector, err := connect(ctx, opt)
	if err != nil {
		return nil, err
	}
	d := &DB{db: sql.OpenDB(connector), opt: opt, logs: map[string]*event.Log{}}
	if opt.Path != "" && !opt.ReadOnly {
		// Nobody else has the file now: what is there was left behind by a
		// program that was killed.
		os.RemoveAll(spillDir(opt))
	}
	for _, l := range opt.Logs {
		d.logs[l.Name] = l
	}
	err = d.checkLayout(ctx)
	if err == nil {
		err = d.registerFunctions(ctx)
	}
	if err != nil {
		d.db.Close()
		return nil, explain(opt.Path, err)
	}
	return d, nil
}

// busyFor is how long Open waits for another program that has the file: one
// that follows logs has it for moments only.
const busyFor = time.Second

func connect(ctx context.Context, opt Options) (*duckdb.Connector, error) {
	for end := time.Now().Add(busyFor); ; {
		c, err := duckdb.NewConnector(dsn(opt), configure(opt))
		if err == nil {
			return c, nil
		}
		if !locked(err) && cutOff(opt.Path) {
			if opt.ReadOnly {
				return nil, explain(opt.Path, errEmpty)
			}
			if err := removeCutOff(opt.Path); err != nil {
				return nil, err
			}
			continue
		}
		err = explain(opt.Path, err)
		if !errors.Is(err, store.ErrBusy) || time.Now().After(end) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(busyFor / 50):
		}
	}
}

// spillDir is where queries put what does not fit in memory.
func spillDir(opt Options) string { return opt.Path + ".tmp" }

func dsn(opt Options) string {
	settings := []string{
		"memory_limit=" + opt.memoryLimit(),
		"autoinstall_known_extensions=false",
		"autoload_known_extensions=false",
		// Rows are written out after each 122,880, not after five times as many.
		"write_buffer_row_group_count=1",
	}
	if opt.ReadOnly {
		settings = append(settings, "access_mode=READ_ONLY")
	}
	if opt.Threads > 0 {
		settings = append(settings, "threads="+strconv.Itoa(opt.Threads))
	}
	return opt.Path + "?" + strings.Join(settings, "&")
}

// configure returns what runs on each new connection.  The first gives the
// folder for what does not fit in memory, and then shuts the database off:
// SQL can no longer reach other files, or change any setting.
func configure(opt Options) func(driver.ExecerContext) error {
	settings := []string{`SET enable_external_access=false`}
	if opt.AppendMemory == 0 {
		settings = append(settings, `SET lock_configuration=true`)
	}
	if opt.Path != "" {
		settings = append([]string{`SET temp_directory=` + text(spillDir(opt))}, settings...)
	}
	var once sync.Once
	return func(c driver.ExecerContext) (err error) {
		once.Do(func() {
			for _, s := range settings {
				if _, err = c.ExecContext(context.Background(), s, nil); err != nil {
					return
				}
			}
		})
		return err
	}
}

// Close closes the database.
func (d *DB) Close() error {
	err := d.db.Close()
	if d.file != nil {
		err = errors.Join(err, d.file.Close())
	}
	return err
}

// explain turns DuckDB's errors on opening into what a user can act on.
func explain(path string, err error) error {
	msg := err.Error()
	switch {
	case locked(err):
		return busyError(path)
	case strings.Contains(msg, "not a valid DuckDB database"), strings.Contains(msg, "not a DuckDB"):
		return fmt.Errorf("%s is not a wirehunt database: give another file with --db", path)
	case errors.Is(err, errEmpty):
		return fmt.Errorf("nothing was imported into %s: import something first (wirehunt import --db %s PATH)", path, path)
	case errors.Is(err, errForeign):
		return fmt.Errorf("%s is a DuckDB database of another program: give another file with --db", path)
	case strings.Contains(msg, "Cannot open file"), strings.Contains(msg, "No such file"):
		return fmt.Errorf("cannot open %s: %s does not exist or cannot be written", path, filepath.Dir(path))
	}
	return fmt.Errorf("opening database %s: %w", path, err)
}

// busyError is the path of a database that another program has open.
type busyError string

func (e busyError) Error() string {
	return string(e) + " is in use by another program: wait until it is done, or give another database with --db"
}

func (e busyError) Is(target error) bool { return target == store.ErrBusy }

var errForeign = errors.New("foreign database")

// errEmpty is a database without any table, which a program that was killed
// at once leaves behind.
var errEmpty = errors.New("empty database")

// checkLayout makes the tables that every database has, and refuses
// databases that are not ours.
func (d *DB) checkLayout(ctx context.Context) error {
	tables, err := d.relations(ctx)
	if err != nil {
		return err
	}
	if _, ok := tables["_meta"]; ok {
		var v int
		if err := d.db.QueryRowContext(ctx, `SELECT layout FROM _meta`).Scan(&v); err != nil {
			return err
		}
		if v != layoutVersion {
			return fmt.Errorf("it has layout %d, this program layout %d: import the captures again into a new database", v, layoutVersion)
		}
		return nil
	}
	if len(tables) > 0 {
		return errForeign
	}
	if d.opt.ReadOnly {
		return errEmpty
	}
	_, err = d.db.ExecContext(ctx, `BEGIN;
CREATE TABLE _meta (layout INTEGER);
INSERT INTO _meta VALUES (`+strconv.Itoa(layoutVersion)+`);
CREATE TABLE _imports (id INTEGER PRIMARY KEY, path VARCHAR, sha256 VARCHAR UNIQUE, bytes BIGINT, kind VARCHAR, time BIGINT, rows VARCHAR);
CREATE TABLE _devices (DeviceId VARCHAR PRIMARY KEY, DeviceName VARCHAR);
CREATE TABLE _device_addresses (address VARCHAR PRIMARY KEY, DeviceId VARCHAR);
COMMIT`)
	return err
}

// relations returns the physical tables and about how many rows each has.
func (d *DB) relations(ctx context.Context) (map[string]int64, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	m := map[string]int64{}
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		m[name] = n
	}
	return m, rows.Err()
}

var sqlTypes = [...]string{
	schema.Bool: "BOOLEAN", schema.Int: "INTEGER", schema.Long: "BIGINT", schema.Real: "DOUBLE",
	schema.Decimal: "DECIMAL(38,17)", schema.DateTime: "BIGINT", schema.TimeSpan: "BIGINT",
	schema.String: "VARCHAR", schema.Guid: "VARCHAR", schema.Dynamic: "VARCHAR",
}

// ident quotes an identifier.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// text quotes a string.
func text(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }
