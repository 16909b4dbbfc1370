package analyzer

// Feeder gives an analyzer its bytes: it keeps what was left unconsumed,
// passes over what is to be skipped, and stops when the analyzer is done.
// The engine feeds the analyzers of a connection through it, analyzers their
// children.
type Feeder struct {
	a      Analyzer
	stream Stream    // a, where it is one
	grams  Datagrams // a, where it is one
	base   *Base
	spec   int       // index of the spec in the engine
	next   *Feeder   // sibling
	det    *detector // of a Feeder without analyzer, see Base.Detect
}

// Analyzer returns the child, for type assertions to small interfaces such
// as AuthResult.  It is nil for a Feeder of Base.Detect.
func (f *Feeder) Analyzer() Analyzer { return f.a }

// Active reports whether the child still takes input.
func (f *Feeder) Active() bool {
	if f == nil {
		return false
	}
	if f.det != nil {
		return f.det.active()
	}
	return f.base.flags&gone == 0 && f.base.flags&done != done
}

// Data gives the child the next bytes of a side's stream.
func (f *Feeder) Data(dir Dir, b []byte) {
	if f == nil || len(b) == 0 {
		return
	}
	if f.det != nil {
		f.det.data(dir, b)
		return
	}
	if f.stream == nil || f.base.flags&(gone|doneOrig<<dir) != 0 {
		return
	}
	f.feed(dir, b)
	if f.base.flags&violated != 0 {
		f.remove()
	}
}

func (f *Feeder) feed(dir Dir, b []byte) {
	base := f.base
	b = base.passOver(dir, b)
	if len(b) == 0 {
		return
	}
	kept := len(base.tail[dir]) > 0
	if kept {
		base.tail[dir] = append(base.tail[dir], b...)
		if len(base.tail[dir]) < base.need[dir] {
			return
		}
		b = base.tail[dir]
	}
	for {
		n, need := f.stream.Data(dir, b)
		if base.flags&(gone|doneOrig<<dir) != 0 {
			base.freeTail(dir)
			return
		}
		rest := b[min(max(n, 0), len(b)):]
		left := base.passOver(dir, rest)
		again := len(left) > 0 && (len(left) < len(rest) || n > 0 && need > 0 && need <= len(left))
		b = left
		if again {
			continue
		}
		if len(b) > MaxTail || need > MaxTail {
			base.Violate("message longer than the limit")
			return
		}
		base.need[dir] = need
		switch {
		case len(b) == 0:
			base.freeTail(dir)
		case kept:
			base.tail[dir] = base.tail[dir][:copy(base.tail[dir], b)]
		default:
			base.keepTail(dir, b)
		}
		return
	}
}

// maxFreeTails is how many bytes of tail buffers an engine keeps for others.
const maxFreeTails = 2 << 20

// keepTail keeps b as what is left of a side, in memory that another tail had
// before, if there is some: few analyzers have a tail at a time.
func (b *Base) keepTail(dir Dir, left []byte) {
	if e := b.Conn.eng; cap(b.tail[dir]) == 0 && len(e.freeTails) > 0 {
		k := len(e.freeTails) - 1
		b.tail[dir], e.freeTails = e.freeTails[k], e.freeTails[:k]
		e.freeTailBytes -= cap(b.tail[dir])
	}
	b.tail[dir] = append(b.tail[dir][:0], left...)
}

// freeTail gives the memory of a side's tail to the engine.
func (b *Base) freeTail(dir Dir) {
	t := b.tail[dir]
	if cap(t) == 0 {
		return
	}
	b.tail[dir] = nil
	if e := b.Conn.eng; e.freeTailBytes+cap(t) <= maxFreeTails {
		e.freeTails = append(e.freeTails, t[:0])
		e.freeTailBytes += cap(t)
	}
}

// passOver drops from b what is to be skipped.
func (b *Base) passOver(dir Dir, p []byte) []byte {
	if b.skip[dir] == 0 {
		return p
	}
	n := min(b.skip[dir], uint64(len(p)))
	b.skip[dir] -= n
	return p[n:]
}

// Gap tells the child that n bytes of a side's stream are missing.
func (f *Feeder) Gap(dir Dir, n uint64) {
	if f == nil || n == 0 {
		return
	}
	if f.det != nil {
		f.det.gap(dir, n)
		return
	}
	base := f.base
	if f.stream == nil || base.flags&(gone|doneOrig<<dir) != 0 {
		return
	}
	skipped := min(base.skip[dir], n)
	base.skip[dir] -= skipped
	if n -= skipped; n == 0 {
		return
	}
	base.tail[dir], base.need[dir] = base.tail[dir][:0], 0
	if !f.stream.Gap(dir, n) {
		base.flags |= done
	}
	if base.flags&violated != 0 {
		f.remove()
	}
}

// EOF tells the child that a side will send no more; only the first call for
// a side has an effect.
func (f *Feeder) EOF(dir Dir) {
	if f == nil {
		return
	}
	if f.det != nil {
		f.det.eof(dir)
		return
	}
	if f.stream == nil || f.base.flags&(gone|eofOrig<<dir) != 0 {
		return
	}
	f.base.flags |= eofOrig << dir
	f.stream.EOF(dir)
	if f.base.flags&violated != 0 {
		f.remove()
	}
}

// Datagram gives the child one payload, see Datagrams.
func (f *Feeder) Datagram(dir Dir, b []byte, wireLen int) {
	if f == nil {
		return
	}
	if f.det != nil {
		f.det.datagram(dir, b, wireLen)
		return
	}
	if f.grams == nil || f.base.flags&(gone|doneOrig<<dir) != 0 {
		return
	}
	f.grams.Datagram(dir, b, wireLen)
	if f.base.flags&violated != 0 {
		f.remove()
	}
}

// Close ends the child before its parent does: EOF for both sides, then
// Close.  The Feeder may not be used afterwards.
func (f *Feeder) Close() {
	if f == nil {
		return
	}
	if f.det != nil {
		f.det.close()
		return
	}
	f.base.flags |= closing
	f.EOF(Orig)
	f.EOF(Resp)
	f.close()
}

// remove takes a violated analyzer off its connection.
func (f *Feeder) remove() {
	f.base.flags |= removed
	f.close()
}

// close calls Close once, children first.
func (f *Feeder) close() {
	if f.base.flags&closed != 0 {
		return
	}
	f.base.flags |= closed
	for c := f.base.children; c != nil; c = c.next {
		c.Close()
	}
	f.a.Close()
}
