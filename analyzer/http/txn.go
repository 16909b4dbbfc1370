package http

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/event"
)

// Limits of what is remembered.
const (
	maxPending = 100      // transactions waiting for replies (HTTP::max_pending_requests)
	maxString  = 64 << 10 // of one field; Zeek's http.log has no limit for one
	maxText    = 256000   // of all fields of a record (Log::default_max_total_string_bytes)
	keptText   = 16 << 10 // of a transaction kept for reuse
	maxFiles   = 15       // a record lists of one side (HTTP::max_files_orig, _resp)
	maxProxied = 100 + 1  // elements of a set; the engine leaves 100
	maxFree    = 8        // transactions kept for reuse
)

// span is a string in a transaction's text, plus one so that the zero span is
// an unset string.
type span struct{ from, to uint32 }

func (s span) isSet() bool { return s.to != 0 }

// txn is a request with its reply on the way to its record.
type txn struct {
	index uint64 // place in the connection's order of requests
	id    uint64 // tells reuses apart
	ts    int64
	depth uint64
	text  []byte

	// Of a switch to WebSocket: what the client offers, what the server takes.
	protocols, extensions, key, subprotocol, accepted, accept span

	method, host, uri, referrer, version, agent, origin, username, statusMsg, infoMsg span

	status, info    int // -1: none
	reqLen, respLen uint64
	proxied         []span
	rangeRequest    bool
	proves          [2]bool // the request has the last message of an authentication
	inEntity        bool    // of either side: as in Zeek the two share one
	filename        span    // of that entity
	files           [2]files
}

// files are the files of one side.
type files struct {
	ids   []string
	names []span
	mimes []string
}

func (t *txn) reset() {
	*t = txn{
		text: t.text[:0], proxied: t.proxied[:0], status: -1, info: -1,
		files: [2]files{t.files[0].reset(), t.files[1].reset()},
	}
}

func (f *files) reset() files {
	clear(f.ids)
	clear(f.mimes)
	return files{f.ids[:0], f.names[:0], f.mimes[:0]}
}

// keep stores a string.
func (t *txn) keep(v []byte) span {
	v = v[:min(len(v), maxString, max(maxText-len(t.text), 0))]
	t.text = append(t.text, v...)
	return span{uint32(len(t.text)-len(v)) + 1, uint32(len(t.text)) + 1}
}

// get returns a string that is set.
func (t *txn) get(s span) []byte { return t.text[s.from-1 : s.to-1] }

// lookup returns a string, or nil if it is not set.
func (t *txn) lookup(s span) []byte {
	if !s.isSet() {
		return nil
	}
	return t.get(s)
}

// txns are the transactions of a connection: those in the making, by index,
// and Zeek's counters that pair requests with replies.
type txns struct {
	pending []*txn
	free    []*txn
	cur     *txn // the one that was last touched, nil once it is written
	req     uint64
	resp    uint64
	depth   uint64
	ids     uint64
}

func (x *txns) reset() {
	for _, t := range x.pending {
		x.recycle(t)
	}
	*x = txns{pending: x.pending[:0], free: x.free, ids: x.ids}
}

func (x *txns) recycle(t *txn) {
	if len(x.free) < maxFree && cap(t.text) <= keptText {
		x.free = append(x.free, t)
	}
}

func (x *txns) find(index uint64) *txn {
	for _, t := range x.pending {
		if t.index == index {
			return t
		}
	}
	return nil
}

// touch returns the transaction that a side is at, a new one if it has none,
// as the script function set_state does.
func (a *Analyzer) touch(dir analyzer.Dir) *txn {
	x := a.txns
	index := x.req
	if dir == analyzer.Resp {
		index = x.resp
	}
	if x.cur != nil && x.cur.index == index {
		return x.cur
	}
	t := x.find(index)
	if t == nil {
		if n := len(x.free); n > 0 {
			t, x.free = x.free[n-1], x.free[:n-1]
		} else {
			t = new(txn)
		}
		t.reset()
		x.depth++
		x.ids++
		t.index, t.id, t.depth, t.ts = index, x.ids, x.depth, a.Conn.Now
		x.pending = append(x.pending, t)
	}
	x.cur = t
	return t
}

// finish writes a transaction and forgets it.
func (a *Analyzer) finish(t *txn) {
	a.write(t)
	x := a.txns
	for i, p := range x.pending {
		if p == t {
			x.pending = append(x.pending[:i], x.pending[i+1:]...)
			break
		}
	}
	if x.cur == t {
		x.cur = nil
	}
	t.id = 0
	x.recycle(t)
}

// newRequest moves to the next transaction of the originator's side.
func (a *Analyzer) newRequest() *txn {
	x := a.txns
	if x.req < x.resp {
		a.WeirdFrom("", "HTTP_response_before_request", "")
		x.req = x.resp
	}
	if len(x.pending) > maxPending {
		a.WeirdFrom("", "HTTP_excessive_pipelining", "")
		if x.resp == 0 {
			x.resp++
		}
		for ; x.resp < x.req; x.resp++ {
			if t := x.find(x.resp); t != nil {
				a.finish(t)
			}
		}
	}
	x.req++
	return a.touch(analyzer.Orig)
}

// newReply moves to the transaction that a reply is for: the next one, unless
// the last reply was an informational one.
func (a *Analyzer) newReply() *txn {
	x := a.txns
	if t := x.find(x.resp); t == nil || t.status >= 0 && !isInfo(t.status) {
		x.resp++
	}
	return a.touch(analyzer.Resp)
}

func isInfo(code int) bool { return code >= 100 && code <= 199 }

// fileOpened notes a file in the transaction that was last touched.
func (a *Analyzer) fileOpened(f *file.File, dir analyzer.Dir) {
	t := a.txns.cur
	if t == nil {
		return
	}
	f.Tag = t.id
	if t.inEntity && t.filename.isSet() {
		f.Filename = append(f.Filename[:0], t.get(t.filename)...)
	}
	l := &t.files[dir]
	if len(l.ids) >= maxFiles {
		return
	}
	l.ids = append(l.ids, f.ID)
	if len(f.Filename) > 0 {
		l.names = append(l.names, t.keep(f.Filename))
	}
}

// sideFiles makes the analyzer the owner of a side's files.
type sideFiles struct {
	a   *Analyzer
	dir analyzer.Dir
}

// FileType implements file.Owner: it notes the type in the file's
// transaction, unless that has been written.
func (s *sideFiles) FileType(f *file.File, mime string) {
	for _, t := range s.a.txns.pending {
		if t.id == f.Tag {
			if l := &t.files[s.dir]; len(l.mimes) < maxFiles {
				l.mimes = append(l.mimes, mime)
			}
			return
		}
	}
}

func (t *txn) set(r *event.Row, c event.StringCol, s span) {
	if s.isSet() {
		c.Set(r, t.get(s))
	}
}

// write writes a transaction's record.
func (a *Analyzer) write(t *txn) {
	r := a.Conn.Row(Log, t.ts)
	colDepth.Set(r, t.depth)
	t.set(r, colMethod, t.method)
	t.set(r, colHost, t.host)
	t.set(r, colURI, t.uri)
	t.set(r, colReferrer, t.referrer)
	t.set(r, colVersion, t.version)
	t.set(r, colUserAgent, t.agent)
	t.set(r, colOrigin, t.origin)
	t.set(r, colStatusMsg, t.statusMsg)
	t.set(r, colInfoMsg, t.infoMsg)
	t.set(r, colUsername, t.username)
	colReqLen.Set(r, t.reqLen)
	colRespLen.Set(r, t.respLen)
	if t.status >= 0 {
		colStatus.Set(r, uint64(t.status))
	}
	if t.info >= 0 {
		colInfo.Set(r, uint64(t.info))
	}
	tags := colTags.List(r)
	tags.End()
	if t.uri.isSet() && isSQLInjection(t.get(t.uri)) {
		colSQLi.Set(r, true)
	}
	if len(t.proxied) > 0 {
		l := colProxied.List(r)
		for _, s := range t.proxied {
			l.Bytes(t.get(s))
		}
		l.End()
	}
	for dir := range t.files {
		f, cols := &t.files[dir], &fileCols[dir]
		if len(f.ids) > 0 {
			cols[0].SetStrings(r, f.ids)
		}
		if len(f.names) > 0 {
			l := cols[1].List(r)
			for _, s := range f.names {
				l.Bytes(t.get(s))
			}
			l.End()
		}
		if len(f.mimes) > 0 {
			cols[2].SetStrings(r, f.mimes)
		}
	}
}
