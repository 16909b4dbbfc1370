package store

import (
	"context"
	"errors"
)

// ErrNoFile tells that a database in memory cannot be copied.
var ErrNoFile = errors.New("a database in memory has no file to copy")

// Maintainer keeps a database in order while it is used.
type Maintainer interface {
	// Backup writes what is committed now to a new file, which Open takes for
	// a database.  Queries and imports go on meanwhile.
	Backup(ctx context.Context, path string) error
	// Retain removes old rows.  No import may run meanwhile: one that changes
	// a row that is removed would fail.
	Retain(ctx context.Context, r Retention) (Removed, error)
	// Used returns the bytes that what is stored takes.
	Used(ctx context.Context) (int64, error)
}

// Retention says which rows are too many.
type Retention struct {
	// Before is a time in ticks: rows that are older go.  0 for none.
	Before int64
	// Size is how many bytes the database may use: the oldest rows go until
	// it does.  0 for any.
	Size int64
	// DryRun only counts what would go.
	DryRun bool
}

// Removed is what a Retention came to.
type Removed struct {
	// Rows are the rows removed, by relation; there is none of 0.
	Rows map[string]int64
	// Before is the time in ticks before which no rows are left; 0 where
	// none had to go.
	Before int64
	// Used are the bytes used before, and Left those after.  Left is 0 for a
	// dry run.
	Used, Left int64
}

// Total returns how many rows were removed.
func (r Removed) Total() (n int64) {
	for _, rows := range r.Rows {
		n += rows
	}
	return n
}
