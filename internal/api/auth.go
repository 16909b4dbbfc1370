package api

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"wirehunt/internal/api/token"
)

// identity is who makes a request.
type identity struct {
	Name string     `json:"name"`
	Role token.Role `json:"role"`
	id   string     // of the token
}

var allowed = map[token.Role][]access{
	token.Reader: {canQuery},
	token.Hunter: {canQuery, canShare, canImport},
	token.Admin:  {canQuery, canShare, canImport, canAdmin},
	token.Sensor: {canImport},
}

func (i identity) may(a access) bool { return a == open || slices.Contains(allowed[i.Role], a) }

// identify returns who makes the request, and a failure if he may not.
func (s *Server) identify(r *http.Request, need access) (identity, *failure) {
	bearer, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer {
		// A browser sends cookies, and reaches loopback, by itself: what it
		// sends must come from our own pages.
		if f := sameSite(r); f != nil {
			return identity{}, f
		}
	}
	if s.opt.Tokens == nil {
		if !loopbackHost(r.Host) {
			return identity{}, fail(forbidden, "This server answers to localhost only, not to %q.", r.Host)
		}
		return identity{Name: "local", Role: token.Admin}, nil
	}
	var t token.Token
	err := error(token.ErrUnknown)
	cookie, cerr := r.Cookie(s.cookieName())
	switch {
	case isBearer:
		if f := s.rates.guess(r); f != nil {
			return identity{}, f
		}
		if t, err = s.opt.Tokens.Check(strings.TrimSpace(bearer), s.opt.Clock()); err != nil {
			s.rates.wrong(r)
		}
	case cerr == nil:
		if id, ok := s.sessions.find(cookie.Value); ok {
			t, err = s.opt.Tokens.Find(id, s.opt.Clock())
		}
	}
	who := identity{Name: t.Name, Role: t.Role, id: t.ID}
	switch {
	case need == open:
		if err != nil {
			return identity{}, nil
		}
		return who, nil
	case errors.Is(err, token.ErrExpired):
		return identity{}, fail(unauthorized, "The token has expired.")
	case errors.Is(err, token.ErrUnknown) && !isBearer:
		return identity{}, fail(unauthorized, "Sign in, or send a token: Authorization: Bearer TOKEN.")
	case errors.Is(err, token.ErrUnknown):
		return identity{}, fail(unauthorized, "The token is not valid.")
	case err != nil:
		return identity{}, broken(err)
	case !who.may(need):
		return identity{}, fail(forbidden, "The role %s does not allow this.", who.Role)
	}
	return who, nil
}

// sameSite refuses what a page of another site makes a browser send.  Only
// browsers send these headers, and pages cannot set them.
func sameSite(r *http.Request) *failure {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		if site == "same-origin" || site == "none" || r.Header.Get("Sec-Fetch-Mode") == "navigate" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			return nil
		}
		return fail(forbidden, "A page of another site may not call this server.")
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		_, host, _ := strings.Cut(origin, "://")
		if host != r.Host {
			return fail(forbidden, "A page of another site may not call this server.")
		}
	}
	return nil
}

// loopbackHost reports whether a Host header names this machine, so that a
// name of another site that resolves to loopback is no way in.
func loopbackHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}

// A browser takes a cookie of the name __Host- by HTTPS from this host only.
func (s *Server) cookieName() string {
	if s.opt.TLS {
		return "__Host-wirehunt"
	}
	return "wirehunt"
}

const (
	sessionLife = 12 * time.Hour
	maxSessions = 10_000
)

// sessions are the browsers that are signed in.  They end with the server,
// or with their token.
type sessions struct {
	clock func() time.Time
	mu    sync.Mutex
	byKey map[string]session
}

type session struct {
	token string // its id
	ends  time.Time
}

func (s *sessions) start(tokenID string) (key string, ends time.Time, ok bool) {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand
	key = base64.RawURLEncoding.EncodeToString(b[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if len(s.byKey) >= maxSessions {
		for k, v := range s.byKey {
			if !now.Before(v.ends) {
				delete(s.byKey, k)
			}
		}
		if len(s.byKey) >= maxSessions {
			return "", now, false
		}
	}
	if s.byKey == nil {
		s.byKey = map[string]session{}
	}
	ends = now.Add(sessionLife)
	s.byKey[key] = session{tokenID, ends}
	return key, ends, true
}

func (s *sessions) find(key string) (tokenID string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.byKey[key]
	if ok && !s.clock().Before(v.ends) {
		delete(s.byKey, key)
		return "", false
	}
	return v.token, ok
}

func (s *sessions) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, key)
}

// rates bounds queries of a token, and wrong tokens of an address, in a
// minute.
type rates struct {
	clock func() time.Time
	mu    sync.Mutex
	start time.Time
	count map[string]int
}

const (
	wrongPerMinute = 20
	maxRateKeys    = 100_000
)

// add counts an event of key in the current minute.
func (r *rates) add(key string, n int) (count int, left time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock()
	if now.Sub(r.start) >= time.Minute || r.count == nil || len(r.count) > maxRateKeys {
		r.start, r.count = now, map[string]int{}
	}
	r.count[key] += n
	return r.count[key], r.start.Add(time.Minute).Sub(now)
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (r *rates) wrong(req *http.Request) { r.add("wrong "+address(req), 1) }

func (r *rates) guess(req *http.Request) *failure {
	if n, left := r.add("wrong "+address(req), 0); n >= wrongPerMinute {
		return &failure{kind: tooManyRequests, message: "Too many wrong tokens. Try again later.", retry: int(left.Seconds()) + 1}
	}
	return nil
}
