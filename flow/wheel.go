package flow

// tick is the width of a slot of the wheel, wheelSlots their number: enough
// for 5 minutes; what is due later is looked at on the way.
const (
	tick       = int64(100e6)
	wheelSlots = 4096
)

// wheel holds each live flow once, in the slot of a time by which it has to
// be looked at.  Slots are lists through the flows' links.
type wheel struct {
	slots [wheelSlots]uint32 // flow id + 1
	pos   int64              // the first tick not yet worked on
}

type wheelLink struct {
	next, prev uint32 // flow id + 1
	slot       uint16
	at         int64
}

func (w *wheel) add(t *Table, f *Flow, at int64) {
	n := at / tick
	n = min(max(n, w.pos), w.pos+wheelSlots-1)
	slot := uint16(n % wheelSlots)
	f.w = wheelLink{next: w.slots[slot], slot: slot, at: at}
	if f.w.next != 0 {
		t.get(f.w.next - 1).w.prev = f.ID + 1
	}
	w.slots[slot] = f.ID + 1
}

func (w *wheel) remove(t *Table, f *Flow) {
	l := &f.w
	if l.next != 0 {
		t.get(l.next - 1).w.prev = l.prev
	}
	if l.prev != 0 {
		t.get(l.prev - 1).w.next = l.next
	} else {
		w.slots[l.slot] = l.next
	}
	l.next, l.prev = 0, 0
}

// advance lets the timers of all flows up to now go off.
func (w *wheel) advance(t *Table, now int64) {
	end := now / tick
	if end-w.pos > wheelSlots {
		// More than a turn: every slot once is all of them.
		w.pos = end - wheelSlots
	}
	for ; w.pos < end; w.pos++ {
		w.look(t, w.pos, now)
	}
}

// look works on one slot.
func (w *wheel) look(t *Table, n, now int64) {
	slot := n % wheelSlots
	id := w.slots[slot]
	if id == 0 {
		return
	}
	// What stays is put into later slots, or this one again.
	w.slots[slot] = 0
	for id != 0 {
		f := t.get(id - 1)
		id = f.w.next
		f.w.next, f.w.prev = 0, 0
		if at, over := t.expired(f, now); over {
			t.close(f, at)
			continue
		}
		w.add(t, f, f.due)
	}
}
