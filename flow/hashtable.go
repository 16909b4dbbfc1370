package flow

// The table of slots: open addressing with linear probing, at most half full;
// removal moves later entries back, so that there are no tombstones.

func (t *Table) resize(n int) {
	old := t.slots
	t.slots = make([]slot, n)
	clear(t.slots) // written before read: one page fault each, not two
	t.mask = uint32(n - 1)
	for _, s := range old {
		if s.id != 0 {
			t.place(s)
		}
	}
}

func (t *Table) place(s slot) {
	i := s.hash & t.mask
	for t.slots[i].id != 0 {
		i = (i + 1) & t.mask
	}
	t.slots[i] = s
}

func (t *Table) lookup(k *Key, h uint64) *Flow {
	for i := uint32(h) & t.mask; ; i = (i + 1) & t.mask {
		s := t.slots[i]
		if s.id == 0 {
			return nil
		}
		if s.hash == uint32(h) {
			if f := t.get(s.id - 1); f.key.equal(k) {
				return f
			}
		}
	}
}

func (t *Table) insert(f *Flow) {
	if 2*(t.Stats.Live+1) > len(t.slots) {
		t.resize(2 * len(t.slots))
	}
	t.place(slot{id: f.ID + 1, hash: uint32(f.KeyHash)})
}

func (t *Table) erase(f *Flow) {
	i := uint32(f.KeyHash) & t.mask
	for t.slots[i].id != f.ID+1 {
		i = (i + 1) & t.mask
	}
	for j := (i + 1) & t.mask; t.slots[j].id != 0; j = (j + 1) & t.mask {
		home := t.slots[j].hash & t.mask
		// Move j back to i unless its home lies between them.
		if (j-home)&t.mask >= (j-i)&t.mask {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = slot{}
}
