package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"wirehunt/internal/defender"
	"wirehunt/internal/store"
	"wirehunt/zeeklog"
)

// FollowOptions says how the logs of a running Zeek are followed.
type FollowOptions struct {
	// Dir is the directory in which Zeek writes.
	Dir string
	// Open opens the database.  It is open only while rows are stored, so
	// that queries get their turn; store.ErrBusy makes Follow wait.
	Open func(context.Context) (store.Engine, error)
	// Devices tells which addresses are devices.
	Devices *defender.Devices
	// Now gives the time.
	Now func() time.Time
	// Poll is how often to look for what is new; 0 for 250 ms.
	Poll time.Duration
	// Every is how long rows wait before they are stored; 0 for 2 s.
	Every time.Duration
	// Rows is how many rows do not wait; 0 for 10,000.
	Rows int
	// Warn tells the user of something.
	Warn func(string)
}

const (
	// settleEvery is how often devices are named and processes attributed.
	settleEvery = time.Minute
	// busyFor is how long to wait for another program that has the database,
	// at the start and at the end.
	busyFor = 10 * time.Second
	// lingerPolls is for how many polls a file is read on that is gone from
	// the directory: who renamed it may still write to it.
	lingerPolls = 20
)

// follower is the state of Follow.
type follower struct {
	opt     FollowOptions
	key     string
	tails   map[fileID]*tail
	passed  map[fileID]int64 // sizes of files that are no logs of Zeek
	warned  map[string]bool
	known   map[fileID]store.Position // of earlier runs
	faults  map[string]zeeklog.Fault
	sum     Summary
	db      store.Engine // while open
	due     time.Time    // when what was read is stored; zero when there is nothing
	settled time.Time
	owing   bool // rows were stored since
	devices int  // how many were noted
	busy    bool // another program has the database
}

// Follow imports what is in the logs of a directory, and what is written to
// them, until ctx is done; then it stores what is there and returns.  How
// far each file was read is stored with its rows, so that the next Follow
// goes on from there whatever ended this one.
func Follow(ctx context.Context, opt FollowOptions) (Summary, error) {
	st, err := os.Stat(opt.Dir)
	if err != nil {
		return Summary{}, describe(err)
	}
	if !st.IsDir() {
		return Summary{}, fmt.Errorf("%s: no directory: to follow, name the one in which Zeek writes its logs", opt.Dir)
	}
	if _, ok := identify(st); !ok {
		return Summary{}, errors.New("logs cannot be followed on this system: import them when they are rotated")
	}
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return Summary{}, err
	}
	if opt.Poll == 0 {
		opt.Poll = 250 * time.Millisecond
	}
	if opt.Every == 0 {
		opt.Every = 2 * time.Second
	}
	if opt.Rows == 0 {
		opt.Rows = 10_000
	}
	w := &follower{opt: opt, key: "follow:" + dir, tails: map[fileID]*tail{}, warned: map[string]bool{}, known: map[fileID]store.Position{}, faults: map[string]zeeklog.Fault{}}
	w.sum = Summary{File: File{Path: opt.Dir, Kind: KindZeek, Given: true}, Rows: map[string]int64{}, Logs: map[string]int64{}}
	start := opt.Now()
	err = w.run(ctx)
	w.close()
	w.sum.Took = opt.Now().Sub(start)
	return w.sum, err
}

func (w *follower) run(ctx context.Context) error {
	if err := w.load(ctx); err != nil {
		return err
	}
	for first := true; ; first = false {
		behind, err := w.poll()
		if err != nil {
			return err
		}
		if first {
			w.missing()
		}
		stop := ctx.Err() != nil
		if stop && !behind {
			return w.last(ctx)
		}
		now := w.opt.Now()
		settle := now.Sub(w.settled) >= settleEvery
		if w.rows() >= w.opt.Rows || !w.due.IsZero() && !now.Before(w.due) || settle && w.owing {
			if err := w.commit(ctx, settle); err != nil {
				return err
			}
		}
		if behind && !w.busy {
			continue // the database stays open until the backlog is done
		}
		w.closeDB()
		if stop {
			return w.last(ctx)
		}
		select {
		case <-ctx.Done():
		case <-time.After(w.opt.Poll):
		}
	}
}

// last stores what was read, at the end.
func (w *follower) last(ctx context.Context) error {
	for end := w.opt.Now().Add(busyFor); ; {
		if err := w.commit(ctx, true); err != nil || !w.busy {
			return err
		}
		if w.opt.Now().After(end) {
			return nil // the next Follow reads it again
		}
		time.Sleep(w.opt.Poll)
	}
}

// load reads how far the files were read before.
func (w *follower) load(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // a first look at the logs is always taken
	for end := w.opt.Now().Add(busyFor); w.db == nil; {
		err := w.openDB(ctx)
		if err != nil && (!errors.Is(err, store.ErrBusy) || w.opt.Now().After(end)) {
			return err
		}
		if err != nil {
			time.Sleep(w.opt.Poll)
		}
	}
	defer w.closeDB()
	if err := w.db.LoadDevices(ctx, w.opt.Devices); err != nil {
		return err
	}
	w.devices = w.countDevices()
	tx, err := w.db.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	list, err := tx.Continue(w.key)
	for _, p := range list {
		w.known[fileID{p.Device, p.Inode}] = p
	}
	return err
}

// missing warns of files that are gone since they were followed.
func (w *follower) missing() {
	for _, p := range w.known {
		w.opt.Warn(fmt.Sprintf("%s: gone since it was last followed; what was written to it behind line %d is not imported", p.Path, p.Line))
	}
	clear(w.known)
}

// poll looks for new files and reads what is new in all.  It reports whether
// there may be more.
func (w *follower) poll() (behind bool, err error) {
	if err := w.scan(); err != nil {
		return false, err
	}
	for _, t := range slices.SortedFunc(maps.Values(w.tails), func(a, b *tail) int { return strings.Compare(a.path, b.path) }) {
		if t.done {
			continue
		}
		room := w.opt.Rows - w.rows() + t.r.Rows()
		before := t.offset
		more, err := t.read(room)
		if err != nil {
			return false, fmt.Errorf("%s: %w", t.path, describe(err))
		}
		behind = behind || more
		if t.offset != before {
			t.gone = time.Time{}
		}
		if t.offset != t.saved || t.r.Rows() > 0 {
			w.changed()
		}
	}
	return behind, nil
}

// scan finds the files of the directory.
func (w *follower) scan() error {
	entries, err := os.ReadDir(w.opt.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a Zeek that starts anew may make it anew
		return describe(err)
	}
	present, passed := map[fileID]bool{}, map[fileID]int64{}
	for _, e := range entries {
		path := filepath.Join(w.opt.Dir, e.Name())
		st, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !st.Mode().IsRegular() {
			continue
		}
		if err != nil {
			return describe(err)
		}
		id, _ := identify(st)
		if t := w.tails[id]; t != nil && !t.done {
			t.path = path
			present[id] = true
			continue
		}
		if !strings.HasSuffix(path, ".log") || strings.HasPrefix(e.Name(), ".") || w.tails[id] != nil {
			continue
		}
		if size, ok := w.passed[id]; ok && size == st.Size() {
			passed[id] = size // stderr.log, or a header that is not whole yet
			continue
		}
		t, err := openTail(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			if !w.warned[path] {
				w.opt.Warn(describe(err).Error() + ": passed over")
				w.warned[path] = true
			}
			continue
		}
		if !t.isLog() {
			passed[id] = st.Size()
			t.f.Close()
			continue
		}
		if p, ok := w.known[t.id]; ok && t.resume(&p) {
			delete(w.known, t.id)
		}
		w.tails[t.id] = t
		present[t.id] = true
	}
	w.passed = passed
	now := w.opt.Now()
	for id, t := range w.tails {
		switch {
		case present[id] || t.done:
			t.gone = time.Time{}
		case t.gone.IsZero():
			t.gone = now
		case now.Sub(t.gone) >= lingerPolls*w.opt.Poll:
			t.finish()
			w.changed()
		}
	}
	return nil
}

// changed notes that there is something to store.
func (w *follower) changed() {
	if w.due.IsZero() {
		w.due = w.opt.Now().Add(w.opt.Every)
	}
}

func (w *follower) rows() int {
	n := 0
	for _, t := range w.tails {
		n += t.r.Rows()
	}
	return n
}

func (w *follower) countDevices() int {
	return len(w.opt.Devices.Names()) + len(w.opt.Devices.Addresses())
}

// commit stores what was read, and how far, in one transaction.  When
// another program has the database, it sets busy and leaves it for later.
func (w *follower) commit(ctx context.Context, settle bool) error {
	ctx = context.WithoutCancel(ctx) // what is begun is brought to its end
	w.busy = false
	if w.due.IsZero() && !(settle && w.owing) {
		return nil
	}
	if err := w.openDB(ctx); err != nil {
		if errors.Is(err, store.ErrBusy) {
			w.busy = true
			return nil
		}
		return err
	}
	if settle {
		if err := w.db.LoadDevices(ctx, w.opt.Devices); err != nil {
			return err
		}
	}
	tx, err := w.db.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Continue(w.key); err != nil {
		return err
	}
	src := store.Source{Path: w.opt.Dir, SHA256: w.key, Kind: "follow", Time: w.opt.Now(), Rows: map[string]int64{}, Follow: &store.Follow{Settle: settle}}
	sink := &storeSink{tx, w.opt.Devices}
	for _, t := range w.tails {
		batches := t.r.Batches()
		if err := sink.Write(batches...); err != nil {
			return err
		}
		for _, b := range batches {
			src.Rows[defender.TableName(b.Log.Name)] += int64(b.Len())
		}
		src.Bytes += max(t.offset-max(t.saved, 0), 0)
		if !t.done {
			src.Follow.Positions = append(src.Follow.Positions, t.position())
		}
	}
	devices := w.opt.Devices
	if w.countDevices() == w.devices && !settle {
		devices = nil // nothing to note
	}
	if err := tx.Commit(&src, devices); err != nil {
		return fmt.Errorf("storing what %s holds: %w", w.opt.Dir, err)
	}
	w.devices = w.countDevices()
	w.owing = w.owing || len(src.Rows) > 0
	if settle {
		w.settled, w.owing = w.opt.Now(), false
	}
	w.due = time.Time{}
	for k, n := range src.Rows {
		w.sum.Rows[k] += n
	}
	for id, t := range w.tails {
		t.saved = t.offset
		t.r.Reset()
		if t.done {
			w.note(t)
			delete(w.tails, id)
		}
	}
	return nil
}

func (w *follower) openDB(ctx context.Context) error {
	if w.db != nil {
		return nil
	}
	db, err := w.opt.Open(ctx)
	if err == nil {
		w.db = db
	}
	return err
}

func (w *follower) closeDB() {
	if w.db != nil {
		w.db.Close()
		w.db = nil
	}
}

// note takes over what the reader of a file left out.
func (w *follower) note(t *tail) {
	rep := t.r.Report()
	for _, f := range rep.Faults {
		if first, ok := w.faults[f.Reason]; ok {
			f.File, f.Line, f.Count = first.File, first.Line, first.Count+f.Count
		}
		w.faults[f.Reason] = f
	}
	for name, n := range rep.Logs {
		w.sum.Logs[name] += n
	}
	for _, c := range rep.Columns {
		if !slices.Contains(w.sum.Columns, c) {
			w.sum.Columns = append(w.sum.Columns, c)
		}
	}
}

// close ends the reading of all files and sums up.
func (w *follower) close() {
	w.closeDB()
	for _, t := range w.tails {
		w.note(t)
		t.f.Close()
	}
	rep := zeeklog.Report{Logs: w.sum.Logs, Columns: w.sum.Columns, Faults: slices.Collect(maps.Values(w.faults))}
	slices.Sort(rep.Columns)
	w.sum.report(rep)
}
