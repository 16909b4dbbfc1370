package dns

// transaction is a query, its reply, or both.
type transaction struct {
	ts             int64 // of the first message
	rtt            int64 // 0: none
	query          []byte
	text           []byte   // the answers' texts, one after the other
	ends           []uint32 // where each ends
	ttls           []uint32 // s
	id             uint16
	qtype, qclass  uint16
	rcode, opcode  uint8
	z              uint8
	has            hasBits
	aa, tc, rd, ra bool
	rejected       bool
	sawQuery       bool
	sawReply       bool
}

type hasBits uint8

const (
	hasQuery    hasBits = 1 << iota // query
	hasQuestion                     // qtype, qclass
	hasReply                        // rcode
)

// pair sets a.cur to the transaction that a message with header h belongs to:
// the oldest that waits for it, or a new one.
func (a *Analyzer) pair(h header) {
	t := a.pend.take(h.id, h.reply())
	if t == nil {
		t = a.pend.fresh()
		t.ts, t.id = a.Conn.Now, h.id
	}
	t.opcode = h.opcode()
	if h.reply() {
		t.has |= hasReply
		t.rcode = h.rcode()
		if t.rcode != 0 && h.qd == 0 {
			t.rejected = true
		}
	}
	a.cur = t
}

// Limits on what waits.  The first two are Zeek's max_pending_msgs and
// max_pending_query_ids, the third bounds the text of replies without query,
// as in a zone transfer.
const (
	maxPerID   = 50
	maxIDs     = 50
	maxPending = 1 << 20
	// maxKept is the largest buffer that is kept for reuse.
	maxKept = 1 << 12
)

// pending holds the transactions that wait for their other half, oldest
// first.
type pending struct {
	wait [2]queue // queries, replies
	free []*transaction
}

type queue struct {
	list []*transaction
	ids  int // how many different ids list has
	size int // bytes of text
}

func (p *pending) reset() {
	for i := range p.wait {
		q := &p.wait[i]
		p.free = append(p.free, q.list...)
		clear(q.list)
		*q = queue{list: q.list[:0]}
	}
}

func queueIndex(reply bool) int {
	if reply {
		return 1
	}
	return 0
}

// take removes and returns the oldest transaction of that id that waits for
// a reply (or, if reply is false, for a query).
func (p *pending) take(id uint16, reply bool) *transaction {
	q := &p.wait[queueIndex(!reply)]
	for i, t := range q.list {
		if t.id != id {
			continue
		}
		q.remove(i)
		return t
	}
	return nil
}

func (q *queue) remove(i int) {
	t := q.list[i]
	q.size -= len(t.text)
	q.list = append(q.list[:i], q.list[i+1:]...)
	if q.count(t.id) == 0 {
		q.ids--
	}
}

func (q *queue) count(id uint16) (n int) {
	for _, t := range q.list {
		if t.id == id {
			n++
		}
	}
	return n
}

// add puts a transaction of which one half was seen among those that wait.
// Where too many wait, on the assumption that nothing will come for them,
// they are given to write first.
func (p *pending) add(t *transaction, write func(*transaction)) {
	q := &p.wait[queueIndex(t.sawReply)]
	switch n := q.count(t.id); {
	case n > maxPerID:
		for i := 0; i < len(q.list); {
			old := q.list[i]
			if old.id != t.id {
				i++
				continue
			}
			write(old)
			q.remove(i)
			p.release(old)
		}
		q.ids++
	case n == 0:
		if q.ids > maxIDs {
			p.flush(q, write)
		}
		q.ids++
	}
	if q.size+len(t.text) > maxPending && len(q.list) > 0 {
		p.flush(q, write)
		q.ids = 1
	}
	q.size += len(t.text)
	q.list = append(q.list, t)
}

func (p *pending) flush(q *queue, write func(*transaction)) {
	for _, t := range q.list {
		write(t)
		p.release(t)
	}
	clear(q.list)
	*q = queue{list: q.list[:0]}
}

// flushAll gives all that waits to write, queries first.
func (p *pending) flushAll(write func(*transaction)) {
	for i := range p.wait {
		p.flush(&p.wait[i], write)
	}
}

// fresh returns an empty transaction.
func (p *pending) fresh() *transaction {
	n := len(p.free)
	if n == 0 {
		return &transaction{}
	}
	t := p.free[n-1]
	p.free = p.free[:n-1]
	*t = transaction{query: t.query[:0], text: t.text[:0], ends: t.ends[:0], ttls: t.ttls[:0]}
	return t
}

// maxFree is how many transactions are kept for reuse.
const maxFree = 8

func (p *pending) release(t *transaction) {
	if cap(t.text) <= maxKept && cap(t.ends) <= maxKept/4 && len(p.free) < maxFree {
		p.free = append(p.free, t)
	}
}
