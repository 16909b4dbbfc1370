// Package store is where records are kept and queries run: Engine is what a
// database must offer; package duckdb is the embedded one.
package store

import (
	"context"
	"errors"
	"time"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/schema"
)

// Engine is a database of Zeek records and Defender rows.
type Engine interface {
	// Tables returns all tables that queries can name, with the parts that
	// hold rows now.
	Tables(ctx context.Context) ([]schema.Table, error)
	// Query runs SQL that the query compiler made; cols are the columns of
	// its result, nil for SQL that did not come from it.
	Query(ctx context.Context, sql string, cols []schema.Column) (Rows, error)
	// Newest returns the time of the newest row in ticks, and whether there
	// is any row.
	Newest(ctx context.Context) (ticks int64, ok bool, err error)
	// Begin starts an import, which is one transaction.
	Begin(ctx context.Context) (Import, error)
	// Imports lists what was imported, oldest first.
	Imports(ctx context.Context) ([]Source, error)
	// LoadDevices tells d of the devices that the database knows.
	LoadDevices(ctx context.Context, d *defender.Devices) error
	Close() error
}

// Rows is the result of a query, read row by row.
type Rows interface {
	// Next moves to the next row; false at the end or on error.
	Next() bool
	// Values returns the row: nil, bool, int32, int64 (long, and ticks for
	// datetime and timespan), float64, or string (dynamic as JSON text,
	// decimal in digits).  It is valid until Next.
	Values() []any
	Err() error
	Close() error
}

// Source is one imported file.
type Source struct {
	Path   string
	SHA256 string
	Bytes  int64
	Kind   string // "capture", "zeek", "defender" or "follow"
	Time   time.Time
	Rows   map[string]int64 // by ActionType, or by table where the rows have none
	// Parts are the other files of a capture that is in several; Commit notes
	// them without rows.
	Parts []Source
	// Follow is set for files that are still being written; see
	// Import.Continue.
	Follow *Follow
}

// Follow is what Commit notes of files that are followed.
type Follow struct {
	// Positions replace those that were noted before.
	Positions []Position
	// Settle says to name devices and to attribute processes as well, which
	// looks at all rows of some tables.
	Settle bool
}

// Position is how far a file that grows was imported.
type Position struct {
	Path          string // its name when it was read last
	Device, Inode uint64 // what it is under any name
	Offset        int64  // bytes imported, all of whole lines
	Line          int64  // lines imported
	Head          []byte // its first bytes, to tell it from another of the same inode
	Header        []byte // the header lines in effect at Offset
}

// ErrBusy tells that another program has the database open.
var ErrBusy = errors.New("in use by another program")

// ErrImported tells that a file of the same content was imported before.
var ErrImported = errors.New("imported before")

// Import is an import under way.  Nothing of it is seen before Commit.
type Import interface {
	// AppendRow stores row n of a batch of log records.
	AppendRow(b *event.Batch, n int, devices *defender.Devices) error
	// AppendTable stores rows of one of Defender's tables; values are in the
	// order of its columns, hidden ones after the others, in the forms that
	// Rows.Values has.
	AppendTable(t *schema.Table, values []any) error
	// Imported reports whether content of that hash was imported before, and
	// from where.
	Imported(sha256 string) (path string, ok bool, err error)
	// Continue makes the import part of an earlier one with that
	// Source.SHA256, if there is one, and returns the positions noted then.
	// Rows get its number; Commit notes Source.Follow, and adds Source.Rows,
	// which the caller counts by table, to the counts.
	Continue(key string) ([]Position, error)
	// Prepare does what of Commit needs no Source, for callers that have to
	// wait for it; Commit does it where it was not called.  No rows can be
	// appended after it.
	Prepare(devices *defender.Devices) error
	// Commit completes the import: it notes the devices, names them by what
	// the traffic tells, gives connections the processes that imported rows
	// know, counts the rows into src.Rows, and makes all of it visible.
	Commit(src *Source, devices *defender.Devices) error
	// Rollback drops the import.  After Commit it does nothing.
	Rollback() error
}
