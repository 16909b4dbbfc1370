package http

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/packet"
)

// shared is what connections between the same two hosts have in common.
type shared struct {
	ranges  map[string]*rangedFile
	proxies map[proxy]int64              // when a tunnel through it was last seen
	around  map[*analyzer.Conn]*Analyzer // those that others are within
}

// rangedFile is a file that replies to range requests are pieces of, perhaps
// on several connections at a time.
type rangedFile struct {
	file.File
	key  string
	refs int // connections that may still bring pieces
}

// proxy is a client and the proxy that it uses.
type proxy struct {
	client, server packet.Addr
	port           uint16
}

// Limits of what is shared, and Zeek's time-outs of it
// (default_file_timeout_interval, Tunnel::expire_interval), ns.
const (
	maxShared    = 1 << 12
	rangeTimeout = 2 * 60 * 1e9
	proxyTimeout = 24 * 3600 * 1e9
)

func newShared() any {
	return &shared{ranges: make(map[string]*rangedFile), proxies: make(map[proxy]int64), around: make(map[*analyzer.Conn]*Analyzer)}
}

// rangedFile returns the file that the transaction's reply is a piece of, as
// Zeek's get_file_handle for HTTP tells files apart: by client and URL.  It
// is open.
func (a *Analyzer) rangedFile(t *txn) *rangedFile {
	c := a.Conn
	key := append(a.scratch[:0], c.Orig[:]...)
	key = append(key, c.Resp[:]...)
	key = append(key, byte(c.RespPort>>8), byte(c.RespPort))
	key = append(append(key, t.lookup(t.host)...), t.lookup(t.uri)...)
	a.scratch = key
	if a.ranged == nil || a.ranged.key != string(key) {
		a.leaveRanged()
		x := a.Shared().(*shared)
		r := x.ranges[string(key)]
		if r == nil {
			r = &rangedFile{key: string(key)}
			if len(x.ranges) < maxShared {
				x.ranges[r.key] = r
			}
		}
		r.refs++
		a.ranged = r
	}
	r := a.ranged
	owner := &a.files[analyzer.Resp]
	if r.IsOpen() && r.Idle(c.Now) > rangeTimeout {
		r.Join(c, owner)
		r.TimeOut()
	}
	switch {
	case !r.IsOpen():
		r.Open(c, "HTTP", false, owner)
		a.fileOpened(&r.File, analyzer.Resp)
	case r.Join(c, owner):
		a.fileOpened(&r.File, analyzer.Resp)
	}
	return r
}

// leaveRanged gives up the file of pieces, which ends with the last
// connection that had a part in it.
func (a *Analyzer) leaveRanged() {
	r := a.ranged
	if r == nil {
		return
	}
	a.ranged = nil
	if r.refs--; r.refs > 0 {
		return
	}
	if r.IsOpen() {
		r.Join(a.Conn, &a.files[analyzer.Resp])
		r.TimeOut()
	}
	delete(a.Shared().(*shared).ranges, r.key)
}

// tunnelFound writes to tunnel.log that the server is a proxy, once for a
// client and a day.
func (a *Analyzer) tunnelFound() {
	c := a.Conn
	x := a.Shared().(*shared)
	p := proxy{c.Orig, c.Resp, c.RespPort}
	last, seen := x.proxies[p]
	if len(x.proxies) < maxShared || seen {
		x.proxies[p] = c.Now
	}
	if !seen || c.Now-last > proxyTimeout {
		c.Tunnel(c.Orig, 0, c.Resp, c.RespPort, "HTTP")
	}
}

// around notes that HTTP may follow within this: after CONNECT or an upgrade.
func (a *Analyzer) around() {
	if a.txns == &a.own {
		a.Shared().(*shared).around[a.Conn] = a
	}
}

// transactions returns those of the HTTP that this is within, as Zeek's
// scripts have one list for a connection, or its own.
func (a *Analyzer) transactions() *txns {
	if a.IsChild() {
		if outer := a.Shared().(*shared).around[a.Conn]; outer != nil {
			return &outer.own
		}
	}
	return &a.own
}
