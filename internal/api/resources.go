package api

import (
	"net/http"
	"sync"
	"time"

	"wirehunt/internal/api/token"
)

// maxRecent is how many queries the report of resources remembers, and
// maxRecentText the most bytes of a query's text in it.
const (
	maxRecent     = 1000
	maxRecentText = 4 << 10
)

// usedResources is a query of any interface, and what it used.
type usedResources struct {
	ID        int64      `json:"id"`
	Time      time.Time  `json:"time"`
	Interface string     `json:"interface"` // portal, or one of the APIs
	User      string     `json:"user"`
	Usage     string     `json:"usage"` // Low, Medium or High
	State     string     `json:"state"`
	Seconds   float64    `json:"seconds"`
	Rows      int64      `json:"rows"`
	From      *time.Time `json:"from,omitempty"`
	To        *time.Time `json:"to,omitempty"`
	Query     string     `json:"query"`
}

type resourcesReply struct {
	Queries []usedResources `json:"queries"`
}

// recent holds the latest queries since the server started.
type recent struct {
	mu   sync.Mutex
	last int64
	ring []usedResources
}

func (rs *recent) add(u usedResources) {
	if len(u.Query) > maxRecentText {
		u.Query = u.Query[:maxRecentText]
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.last++
	u.ID = rs.last
	if len(rs.ring) < maxRecent {
		rs.ring = append(rs.ring, u)
		return
	}
	rs.ring[(rs.last-1)%maxRecent] = u
}

// list returns the queries that fit, newest first.
func (rs *recent) list(fits func(*usedResources) bool) []usedResources {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	out := []usedResources{}
	for i := range int64(len(rs.ring)) {
		if u := &rs.ring[(rs.last-1-i)%maxRecent]; fits(u) {
			out = append(out, *u)
		}
	}
	return out
}

// use records what a query used; the panels of our own pages are no queries
// of a user.
func (a *answer) use() {
	if a.q.api == apiPanel {
		return
	}
	took := a.took()
	u := usedResources{Time: a.start.UTC(), Interface: a.q.api, User: a.who.Name, Usage: usage(took), State: a.state(), Seconds: took.Seconds(), Rows: a.n, Query: a.q.text}
	if t := a.q.opt.From; !t.IsZero() {
		u.From = &t
	}
	if t := a.q.opt.To; !t.IsZero() {
		u.To = &t
	}
	a.s.recent.add(u)
}

// getResources answers an administrator with everybody's queries, others with
// their own.
func (s *Server) getResources(w http.ResponseWriter, _ *http.Request, who identity) *failure {
	all := who.Role == token.Admin
	writeJSON(w, http.StatusOK, resourcesReply{s.recent.list(func(u *usedResources) bool { return all || u.User == who.Name })})
	return nil
}
