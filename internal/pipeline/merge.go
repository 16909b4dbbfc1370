package pipeline

import (
	"encoding/binary"
	"slices"
	"strings"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// merger puts the rows of all partitions in order, drops repetitions, and
// gives them to the sink.
type merger struct {
	sink   Sink
	shards int
	logs   map[*event.Log]*logMerge
	list   []*logMerge // by name
	weird  dedup
	rows   uint64
	todo   []*logMerge
	out    []*event.Batch
}

// logMerge is the rows of one log.
type logMerge struct {
	in   []rowRun
	out  *event.Batch
	keep func(b *event.Batch, n int, at int64) bool // nil: all rows
}

// rowRun is a batch, and its rows in order that were not taken yet.
type rowRun struct {
	batch *event.Batch
	refs  []rowRef
}

// rowRef is a row and its place.
type rowRef struct {
	order event.Order
	row   int32
}

// sortRows appends the rows of b in order to refs.
func sortRows(refs []rowRef, b *event.Batch) []rowRef {
	sorted := true
	for n := range b.Len() {
		r := rowRef{b.Order(n), int32(n)}
		if n > 0 && r.order.Less(refs[n-1].order) {
			sorted = false
		}
		refs = append(refs, r)
	}
	if !sorted {
		slices.SortFunc(refs, func(a, b rowRef) int {
			if a.order.Less(b.order) {
				return -1
			}
			if b.order.Less(a.order) {
				return 1
			}
			return 0
		})
	}
	return refs
}

func newMerger(sink Sink, shards int) *merger {
	return &merger{sink: sink, shards: shards, logs: make(map[*event.Log]*logMerge)}
}

// spreadRows is from how many rows on several goroutines merge: at the end of a
// capture, when all flows close and no other work is left.
const spreadRows = 1 << 12

// write merges the rows of all partitions and writes them.
func (m *merger) write(parts []*part) error {
	rows := 0
	for _, p := range parts {
		for i, b := range p.rows {
			if b.Len() == 0 {
				continue
			}
			l := m.logs[b.Log]
			if l == nil {
				l = &logMerge{out: event.NewBatch(b.Log), keep: m.filter(b.Log)}
				m.logs[b.Log] = l
				m.list = append(m.list, l)
				slices.SortFunc(m.list, func(a, b *logMerge) int { return strings.Compare(a.out.Log.Name, b.out.Log.Name) })
			}
			l.in = append(l.in, rowRun{b, p.refs[i]})
			rows += b.Len()
		}
	}
	m.todo, m.out = m.todo[:0], m.out[:0]
	for _, l := range m.list {
		if len(l.in) > 0 {
			m.todo = append(m.todo, l)
		}
	}
	shards := m.shards
	if rows < spreadRows {
		shards = 1
	}
	Spread(shards, len(m.todo), func(i int) { m.todo[i].merge() })
	for _, l := range m.todo {
		if l.out.Len() > 0 {
			m.rows += uint64(l.out.Len())
			m.out = append(m.out, l.out)
		}
	}
	if len(m.out) == 0 {
		return nil
	}
	return m.sink.Write(m.out...)
}

// merge puts the rows of the log together.  Where rows have the same place,
// that of the lower partition comes first.
func (l *logMerge) merge() {
	l.out.Reset()
	for runs := l.in; len(runs) > 0; {
		first := 0
		for i := 1; i < len(runs); i++ {
			if runs[i].refs[0].order.Less(runs[first].refs[0].order) {
				first = i
			}
		}
		r := &runs[first]
		ref := &r.refs[0]
		if l.keep == nil || l.keep(r.batch, int(ref.row), ref.order.Time) {
			l.out.AppendRow(r.batch, int(ref.row))
		}
		if r.refs = r.refs[1:]; len(r.refs) == 0 {
			runs = slices.Delete(runs, first, first+1)
		}
	}
	clear(l.in)
	l.in = l.in[:0]
}

// filter returns the test for rows of a log that are to be kept, or nil.
func (m *merger) filter(l *event.Log) func(b *event.Batch, n int, at int64) bool {
	if l == analyzer.WeirdLog {
		return m.weird.keep
	}
	if l.UniqueBy == "" {
		return nil
	}
	u := &uniqueSet{seen: make(map[string]struct{})}
	for name := range strings.SplitSeq(l.UniqueBy, ",") {
		u.fields = append(u.fields, l.FieldIndex(name))
	}
	return u.keep
}

// maxRemembered bounds the sets of what was written already; a full set is
// emptied.
const maxRemembered = 1 << 18

// uniqueSet keeps the first row of each combination of values of some fields.
type uniqueSet struct {
	fields []int
	seen   map[string]struct{}
	key    []byte
}

func (u *uniqueSet) keep(b *event.Batch, n int, _ int64) bool {
	u.key = u.key[:0]
	for _, i := range u.fields {
		switch b.Log.Fields[i].Kind {
		case event.String, event.Enum, event.Addr:
			if b.IsSet(n, i) {
				u.key = append(u.key, b.Bytes(n, i)...)
			}
		default:
			u.key = binary.LittleEndian.AppendUint64(u.key, b.Uint(n, i))
		}
	}
	if len(u.key) == 0 {
		return true
	}
	if _, ok := u.seen[string(u.key)]; ok {
		return false
	}
	if len(u.seen) >= maxRemembered {
		clear(u.seen)
	}
	u.seen[string(u.key)] = struct{}{}
	return true
}

// dedup is Zeek's policy for repeated oddities: each is logged once in 10
// minutes for a connection, or for a pair of hosts, and some once a day for an
// originator (scripts/base/frameworks/notice/weird.zeek).
type dedup struct {
	until map[string]int64
	key   []byte
}

const (
	weirdIgnore = int64(600e9)
	weirdOnce   = int64(24 * 3600e9)
)

func (d *dedup) keep(b *event.Batch, n int, at int64) bool {
	name := string(b.Bytes(n, analyzer.WeirdName))
	switch name {
	case "bad_IP_checksum", "bad_TCP_checksum", "bad_UDP_checksum", "bad_ICMP_checksum":
	default:
		k := append(append(d.key[:0], name...), 0)
		for i := event.FieldOrigH; i <= event.FieldRespP; i++ {
			if !b.IsSet(n, i) {
				continue
			}
			if i == event.FieldOrigH || i == event.FieldRespH {
				k = append(k, b.Bytes(n, i)...)
			} else {
				p := b.Uint(n, i)
				k = append(k, byte(p>>8), byte(p))
			}
		}
		if !d.first(k, at, weirdIgnore) {
			return false
		}
	}
	if analyzer.WeirdPerOrig(name) && b.IsSet(n, event.FieldOrigH) {
		k := append(append(d.key[:0], name...), 1)
		return d.first(append(k, b.Bytes(n, event.FieldOrigH)...), at, weirdOnce)
	}
	return true
}

// first reports whether the key was not met within the time before.
func (d *dedup) first(key []byte, at, within int64) bool {
	d.key = key
	if until, ok := d.until[string(key)]; ok && at < until {
		return false
	}
	if d.until == nil || len(d.until) >= maxRemembered {
		d.until = make(map[string]int64)
	}
	d.until[string(key)] = at + within
	return true
}
