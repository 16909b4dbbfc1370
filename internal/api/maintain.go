package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

// Retention says how long rows are kept.
type Retention struct {
	// Age is how old rows may grow, counted from now, or from the newest
	// event where NowLatest is set; 0 for any age.
	Age time.Duration
	// Size is how many bytes the database may use: beyond it, the oldest rows
	// go.  0 for any.
	Size int64
	// Every is the time between two looks; 0 for an hour.
	Every time.Duration
}

const retentionEvery = time.Hour

func (r Retention) on() bool { return r.Age > 0 || r.Size > 0 }

// firstLook is when a server looks for old rows first: not at once, so that
// it answers first.
const firstLook = 10 * time.Second

// retentionTimer ticks when the next look is due; it never does where
// everything is kept.
func (s *Server) retentionTimer() *time.Timer {
	t := time.NewTimer(min(firstLook, s.opt.Retention.Every))
	if !s.opt.Retention.on() {
		t.Stop()
	}
	return t
}

// retain removes old rows.  The goroutine that imports calls it, so no import
// runs meanwhile.
func (s *Server) retain(ctx context.Context) {
	start := time.Now()
	now := s.opt.Clock().UTC()
	if s.opt.NowLatest {
		if ticks, ok, err := s.store.Newest(ctx); err == nil && ok {
			now = query.Time(ticks)
		}
	}
	r := store.Retention{Size: s.opt.Retention.Size}
	if s.opt.Retention.Age > 0 {
		r.Before = query.Ticks(now.Add(-s.opt.Retention.Age))
	}
	got, err := s.store.Retain(ctx, r)
	for rel, n := range got.Rows {
		s.metrics.retained.Add(uint64(n), rel)
	}
	if got.Total() > 0 {
		s.store.forget()
	}
	switch {
	case err != nil && ctx.Err() != nil:
	case err != nil:
		s.metrics.retentions.Add(1, "failed")
		s.opt.Log.Error("retention failed", "error", err.Error())
	default:
		s.metrics.retentions.Add(1, "done")
		if got.Total() > 0 {
			s.opt.Log.Info("retention", "rows", got.Total(), "before", query.Time(got.Before).Format(time.RFC3339), "used", got.Used, "left", got.Left,
				"seconds", time.Since(start).Seconds())
		}
		if r.Size > 0 && got.Left > r.Size {
			s.opt.Log.Warn("the database uses more than its retention size", "left", got.Left, "size", r.Size)
		}
	}
}

// postBackup sends a copy of the database as it is now.
func (s *Server) postBackup(w http.ResponseWriter, r *http.Request, who identity) *failure {
	if !s.backup.TryLock() {
		return fail(conflict, "A backup is being made already.")
	}
	defer s.backup.Unlock()
	start := time.Now()
	n, f := s.sendBackup(w, r)
	state := "done"
	if f != nil {
		state = "failed"
	}
	s.metrics.backups.Add(1, state)
	s.opt.Audit.Info("backup", "id", idOf(r), "user", who.Name, "client", address(r), "state", state, "bytes", n, "seconds", time.Since(start).Seconds())
	return f
}

func (s *Server) sendBackup(w http.ResponseWriter, r *http.Request) (int64, *failure) {
	dir, err := os.MkdirTemp(s.opt.TempDir, "wirehunt-backup-*")
	if err != nil {
		return 0, broken(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "backup.db")
	if err := s.opt.Store.Backup(r.Context(), path); err != nil {
		switch {
		case r.Context().Err() != nil:
			return 0, &failure{kind: gone, message: "The client went away.", err: err}
		case errors.Is(err, store.ErrNoFile):
			return 0, fail(conflict, "The database is in memory and has no file to copy.")
		}
		return 0, broken(err)
	}
	file, err := os.Open(path)
	if err != nil {
		return 0, broken(err)
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		return 0, broken(err)
	}
	name := "wirehunt-" + s.opt.Clock().UTC().Format("20060102T150405Z") + ".db"
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.FormatInt(st.Size(), 10))
	n, err := io.Copy(&steady{w}, file)
	if err != nil {
		return n, &failure{kind: gone, message: "The client went away.", err: err}
	}
	return n, nil
}

// retentionReply tells what is kept, and what the database uses.
type retentionReply struct {
	AgeSeconds float64    `json:"ageSeconds"` // 0: any age
	Size       int64      `json:"size"`       // 0: any size
	Used       int64      `json:"used"`
	Newest     *time.Time `json:"newest,omitempty"`
}

func (s *Server) getRetention(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	used, err := s.store.Used(r.Context())
	if err != nil {
		return broken(err)
	}
	out := retentionReply{AgeSeconds: s.opt.Retention.Age.Seconds(), Size: s.opt.Retention.Size, Used: used}
	ticks, ok, err := s.store.Newest(r.Context())
	if err != nil {
		return broken(err)
	}
	if ok && ticks >= schema.UnixEpochTicks {
		t := query.Time(ticks)
		out.Newest = &t
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}
