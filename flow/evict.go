package flow

// lru is a list of flows by the time they came in or were last spared.
type lru struct {
	head, tail uint32 // flow id + 1
}

type lruLink struct {
	next, prev uint32
	stamp      int64 // Last when put into the list
}

func (l *lru) push(t *Table, f *Flow) {
	f.lru = lruLink{prev: l.tail, stamp: f.Last}
	if l.tail != 0 {
		t.get(l.tail - 1).lru.next = f.ID + 1
	} else {
		l.head = f.ID + 1
	}
	l.tail = f.ID + 1
}

func (l *lru) remove(t *Table, f *Flow) {
	k := f.lru
	if k.prev != 0 {
		t.get(k.prev - 1).lru.next = k.next
	} else {
		l.head = k.next
	}
	if k.next != 0 {
		t.get(k.next - 1).lru.prev = k.prev
	} else {
		l.tail = k.prev
	}
	f.lru = lruLink{}
}

// list returns the list that f is in.
func (t *Table) list(f *Flow) *lru {
	if f.flags&answered != 0 {
		return &t.both
	}
	return &t.half
}

// spare is how many flows in use are passed over in search of an idle one.
const spare = 16

// SetMaxFlows changes Options.MaxFlows.  Flows above the new limit stay until
// they end; a new one takes the place of another.
func (t *Table) SetMaxFlows(n int) { t.opt.MaxFlows = n }

// Evict closes a flow to save memory, and reports whether there was one.
func (t *Table) Evict() bool {
	if t.Stats.Live == 0 {
		return false
	}
	t.evict()
	return true
}

// evict closes a flow to make room: the oldest on which only one side has
// sent, so that a flood of SYNs pushes out its own; failing that one that has
// been idle for long.
func (t *Table) evict() {
	t.Stats.Evicted++
	if t.half.head != 0 {
		t.remove(t.get(t.half.head-1), t.now)
		return
	}
	t.Stats.EvictedUp++
	for range spare {
		f := t.get(t.both.head - 1)
		if f.Last == f.lru.stamp {
			break
		}
		t.both.remove(t, f)
		t.both.push(t, f)
	}
	t.remove(t.get(t.both.head-1), t.now)
}
