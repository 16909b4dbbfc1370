package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"wirehunt/hunts"
)

type huntsReply struct {
	Hunts []huntInfo `json:"hunts"`
}

type huntInfo struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Technique string `json:"technique,omitempty"` // MITRE ATT&CK
	Query     string `json:"query"`
}

func (s *Server) getHunts(w http.ResponseWriter, _ *http.Request, _ identity) *failure {
	out := huntsReply{Hunts: []huntInfo{}}
	for _, h := range hunts.All() {
		out.Hunts = append(out.Hunts, huntInfo{h.Name, h.Title, h.Technique, h.Query})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// savedQuery is a query that somebody keeps.
type savedQuery struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Folder      string    `json:"folder,omitempty"` // a/b/c; "" for the top
	Description string    `json:"description,omitempty"`
	Query       string    `json:"query"`
	Shared      bool      `json:"shared"` // others see it
	Owner       string    `json:"owner"`
	Created     time.Time `json:"created"`
	Modified    time.Time `json:"modified"`
}

type savedReply struct {
	Queries []savedQuery `json:"queries"`
}

// Kinds of documents in the store.
const (
	kindQuery   = "query"
	kindHistory = "history"
)

const (
	maxSaved   = 10_000
	maxName    = 200
	maxText    = 256 << 10
	maxHistory = 30 // as the portal keeps
	historyAge = 28 * 24 * time.Hour
)

func (s *Server) allSaved(ctx context.Context) ([]savedQuery, error) {
	var all []savedQuery
	err := s.store.ListState(ctx, kindQuery, func(_ string, body []byte) error {
		var q savedQuery
		if err := json.Unmarshal(body, &q); err != nil {
			return err
		}
		all = append(all, q)
		return nil
	})
	return all, err
}

func (s *Server) getSaved(w http.ResponseWriter, r *http.Request, who identity) *failure {
	all, err := s.allSaved(r.Context())
	if err != nil {
		return broken(err)
	}
	out := savedReply{Queries: []savedQuery{}}
	for _, q := range all {
		if q.Shared || q.Owner == who.Name {
			out.Queries = append(out.Queries, q)
		}
	}
	slices.SortFunc(out.Queries, func(a, b savedQuery) int {
		return cmp.Or(strings.Compare(a.Folder, b.Folder), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	writeJSON(w, http.StatusOK, out)
	return nil
}

// readSaved reads a query to save and checks it.
func (s *Server) readSaved(w http.ResponseWriter, r *http.Request, who identity) (savedQuery, *failure) {
	var q savedQuery
	if f := s.readJSON(w, r, &q); f != nil {
		return q, f
	}
	q.Name, q.Folder = strings.TrimSpace(q.Name), strings.Trim(strings.TrimSpace(q.Folder), "/")
	switch {
	case q.Name == "" || len(q.Name) > maxName || len(q.Folder) > maxName:
		return q, fail(badRequest, "A saved query needs a name; name and folder have at most %d bytes.", maxName)
	case len(q.Query) > maxText || len(q.Description) > maxText:
		return q, fail(badRequest, "The query or its description is longer than %d bytes.", maxText)
	case q.Shared && !who.may(canShare):
		return q, fail(forbidden, "The role %s may not share queries.", who.Role)
	}
	return q, nil
}

func (s *Server) postSaved(w http.ResponseWriter, r *http.Request, who identity) *failure {
	q, f := s.readSaved(w, r, who)
	if f != nil {
		return f
	}
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	all, err := s.allSaved(r.Context())
	if err != nil {
		return broken(err)
	}
	if len(all) >= maxSaved {
		return fail(conflict, "There are %d saved queries already.", maxSaved)
	}
	now := s.opt.Clock().UTC()
	q.ID, q.Owner, q.Created, q.Modified = newID(), who.Name, now, now
	if f := s.putState(r.Context(), kindQuery, q.ID, q); f != nil {
		return f
	}
	writeJSON(w, http.StatusCreated, q)
	return nil
}

func (s *Server) putState(ctx context.Context, kind, id string, v any) *failure {
	b, err := json.Marshal(v)
	if err == nil {
		err = s.store.PutState(ctx, kind, id, b)
	}
	if err != nil {
		return broken(err)
	}
	return nil
}

// ownSaved finds a query that the caller may change: one's own, and shared
// ones for those who may share.
func (s *Server) ownSaved(r *http.Request, who identity) (savedQuery, *failure) {
	all, err := s.allSaved(r.Context())
	if err != nil {
		return savedQuery{}, broken(err)
	}
	for _, q := range all {
		if q.ID != r.PathValue("id") || !q.Shared && q.Owner != who.Name {
			continue
		}
		if q.Owner != who.Name && !who.may(canShare) {
			return q, fail(forbidden, "The query belongs to %s.", q.Owner)
		}
		return q, nil
	}
	return savedQuery{}, fail(notFound, "There is no such saved query.")
}

func (s *Server) putSaved(w http.ResponseWriter, r *http.Request, who identity) *failure {
	q, f := s.readSaved(w, r, who)
	if f != nil {
		return f
	}
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	old, f := s.ownSaved(r, who)
	if f != nil {
		return f
	}
	q.ID, q.Owner, q.Created, q.Modified = old.ID, old.Owner, old.Created, s.opt.Clock().UTC()
	if f := s.putState(r.Context(), kindQuery, q.ID, q); f != nil {
		return f
	}
	writeJSON(w, http.StatusOK, q)
	return nil
}

func (s *Server) deleteSaved(w http.ResponseWriter, r *http.Request, who identity) *failure {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	q, f := s.ownSaved(r, who)
	if f != nil {
		return f
	}
	if _, err := s.store.DeleteState(r.Context(), kindQuery, q.ID); err != nil {
		return broken(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// pastQuery is an entry of the history.
type pastQuery struct {
	Time    time.Time `json:"time"`
	Query   string    `json:"query"`
	Seconds float64   `json:"seconds"`
	Rows    int64     `json:"rows"`
	State   string    `json:"state"` // ok, failed, canceled, timeout, throttled
}

type historyReply struct {
	History []pastQuery `json:"history"`
}

func (s *Server) history(ctx context.Context, who identity) (out []pastQuery, err error) {
	err = s.store.ListState(ctx, kindHistory, func(id string, body []byte) error {
		if id != who.Name {
			return nil
		}
		return json.Unmarshal(body, &out)
	})
	oldest := s.opt.Clock().Add(-historyAge)
	return slices.DeleteFunc(out, func(p pastQuery) bool { return p.Time.Before(oldest) }), err
}

// remember enters a query of the portal into the caller's history.
func (s *Server) remember(r *http.Request, who identity, text string, a *answer, f *failure) {
	if len(text) > maxText {
		return
	}
	p := pastQuery{Time: s.opt.Clock().UTC(), Query: text, State: "failed"}
	switch {
	case a != nil:
		p.Seconds, p.Rows, p.State = a.took().Seconds(), a.n, a.state()
	case f != nil:
		p.State = (&answer{fail: f}).state()
	}
	ctx := context.WithoutCancel(r.Context()) // also when the browser went away
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	past, err := s.history(ctx, who)
	if err == nil {
		past = slices.DeleteFunc(past, func(o pastQuery) bool { return o.Query == text })
		past = append([]pastQuery{p}, past...)
		if len(past) > maxHistory {
			past = past[:maxHistory]
		}
		if f := s.putState(ctx, kindHistory, who.Name, past); f != nil {
			err = f.err
		}
	}
	if err != nil {
		s.opt.Log.Error("history", "error", err.Error())
	}
}

func (s *Server) getHistory(w http.ResponseWriter, r *http.Request, who identity) *failure {
	past, err := s.history(r.Context(), who)
	if err != nil {
		return broken(err)
	}
	writeJSON(w, http.StatusOK, historyReply{append([]pastQuery{}, past...)})
	return nil
}

func (s *Server) deleteHistory(w http.ResponseWriter, r *http.Request, who identity) *failure {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	if _, err := s.store.DeleteState(r.Context(), kindHistory, who.Name); err != nil {
		return broken(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
