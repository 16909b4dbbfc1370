package analyzer

import "math/bits"

// probeSet holds the probes of one transport: which specs have one, and by
// the first byte of a side which of them are still possible.
type probeSet struct {
	all   uint64
	first [256]uint64
}

func (p *probeSet) add(i int, s *Spec) {
	bit := uint64(1) << i
	p.all |= bit
	if s.FirstBytes == "" {
		for b := range p.first {
			p.first[b] |= bit
		}
		return
	}
	for k := range len(s.FirstBytes) {
		p.first[s.FirstBytes[k]] |= bit
	}
}

// Limits of detection: Zeek's dpd_buffer_size and dpd_max_packets.
const (
	maxStart  = 1024
	maxChunks = 100
)

// chunk is a piece of a connection's start: data, or a gap of n bytes, or an
// end.
type chunk struct {
	kind    chunkKind
	dir     Dir
	n       uint64 // bytes, of a gap
	wireLen int    // of a datagram
	from    int    // offset in the detector's buffer
	to      int
}

type chunkKind uint8

const (
	chunkData chunkKind = iota
	chunkGap
	chunkEOF
	chunkDatagram
)

// detector looks at the start of a connection, or of what an analyzer hands
// to it, and attaches the analyzers that recognise it.  It keeps the start to
// replay it to them.
type detector struct {
	c      *Conn
	parent *Base     // nil at the top
	found  *Feeder   // analyzers attached below parent, by this detector
	cand   uint64    // specs that may still answer Yes
	buf    []byte    // the start, both sides
	chunks []chunk   // of buf
	start  [2][]byte // first bytes per side, for Probe
	full   bool      // the start is over: no more detection
	udp    bool
}

func newDetector(c *Conn, parent *Base) *detector {
	e := c.eng
	var d *detector
	if n := len(e.freeDet); n > 0 {
		d = e.freeDet[n-1]
		e.freeDet = e.freeDet[:n-1]
	} else {
		d = &detector{}
	}
	udp := c.Proto == protoUDP
	*d = detector{
		c: c, parent: parent, udp: udp,
		buf: d.buf[:0], chunks: d.chunks[:0], start: [2][]byte{d.start[0][:0], d.start[1][:0]},
	}
	if t := transport(c.Proto); t >= 0 {
		d.cand = e.probes[t].all
	}
	return d
}

func (d *detector) active() bool {
	if !d.full {
		return true
	}
	for f := d.found; f != nil; f = f.next {
		if f.Active() {
			return true
		}
	}
	return false
}

// feeders calls fn for the analyzers found so far.
func (d *detector) feeders(fn func(f *Feeder)) {
	last := lastFeeder(d.found)
	for f := d.found; f != nil; f = f.next {
		fn(f)
		if f == last {
			return
		}
	}
}

func (d *detector) data(dir Dir, b []byte) {
	d.feeders(func(f *Feeder) { f.Data(dir, b) })
	d.look(chunk{kind: chunkData, dir: dir}, b)
}

func (d *detector) datagram(dir Dir, b []byte, wireLen int) {
	d.feeders(func(f *Feeder) { f.Datagram(dir, b, wireLen) })
	d.look(chunk{kind: chunkDatagram, dir: dir, wireLen: wireLen}, b)
}

func (d *detector) gap(dir Dir, n uint64) {
	d.feeders(func(f *Feeder) { f.Gap(dir, n) })
	if d.full {
		return
	}
	if len(d.chunks) > 0 {
		d.chunks = append(d.chunks, chunk{kind: chunkGap, dir: dir, n: n})
	}
	d.limit()
}

func (d *detector) eof(dir Dir) {
	d.feeders(func(f *Feeder) { f.EOF(dir) })
	if !d.full {
		d.chunks = append(d.chunks, chunk{kind: chunkEOF, dir: dir})
	}
}

// look takes a piece of the start and asks the probes.
func (d *detector) look(ck chunk, b []byte) {
	if d.full || len(b) == 0 {
		return
	}
	if d.cand == 0 {
		d.finish()
		return
	}
	e := d.c.eng
	t := transport(d.c.Proto)
	dir := ck.dir
	if d.udp {
		// A datagram is looked at by itself, as signatures on UDP are.
		d.start[dir] = d.start[dir][:0]
	}
	cand := d.cand
	if len(d.start[dir]) == 0 {
		cand &= e.probes[t].first[b[0]]
		if !d.udp {
			d.cand = cand
		}
	}
	if d.cand == 0 {
		d.finish()
		return
	}
	if room := maxStart - len(d.start[dir]); room > 0 {
		d.start[dir] = append(d.start[dir], b[:min(room, len(b))]...)
	}
	s := Start{
		Orig: d.start[Orig], Resp: d.start[Resp],
		OrigPort: d.c.OrigPort, RespPort: d.c.RespPort, UDP: d.udp,
	}
	for m := cand; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		switch e.specs[i].Probe(&s) {
		case No:
			if !d.udp {
				d.cand &^= 1 << i
			}
		case Yes:
			d.cand &^= 1 << i
			d.attach(i, ck, b)
		}
		if d.c == nil || d.c.state&connPanicked != 0 {
			return
		}
	}
	if d.cand == 0 {
		d.finish()
		return
	}
	ck.from = len(d.buf)
	d.buf = append(d.buf, b[:min(len(b), maxStart+1)]...)
	ck.to = len(d.buf)
	d.chunks = append(d.chunks, ck)
	d.limit()
}

// attach attaches analyzer i and replays the start to it, with the piece that
// is being looked at.
func (d *detector) attach(i int, ck chunk, b []byte) {
	e := d.c.eng
	var f *Feeder
	if d.parent == nil {
		if has(d.c.top, i) {
			return
		}
		f = e.attach(d.c, nil, i, nil)
	} else {
		if has(d.found, i) {
			return
		}
		f = e.attach(d.c, d.parent, i, nil)
		// Below a parent the detector feeds its own list; the parent's list
		// is for closing.
		d.parent.children = f.next
		f.next = nil
		p := &d.found
		for *p != nil {
			p = &(*p).next
		}
		*p = f
	}
	for _, k := range d.chunks {
		switch k.kind {
		case chunkData:
			f.Data(k.dir, d.buf[k.from:k.to])
		case chunkDatagram:
			f.Datagram(k.dir, d.buf[k.from:k.to], k.wireLen)
		case chunkGap:
			f.Gap(k.dir, k.n)
		case chunkEOF:
			f.EOF(k.dir)
		}
	}
	if ck.kind == chunkDatagram {
		f.Datagram(ck.dir, b, ck.wireLen)
	} else {
		f.Data(ck.dir, b)
	}
}

// limit ends detection when the start is over.
func (d *detector) limit() {
	if len(d.buf) > maxStart || len(d.chunks) > maxChunks {
		d.finish()
	}
}

// finish ends detection; what was found goes on.
func (d *detector) finish() {
	d.full = true
	if d.parent == nil && d.c.det == d {
		d.c.det = nil
		d.release()
	}
}

func (d *detector) close() {
	d.full = true
	for f := d.found; f != nil; {
		next := f.next
		f.Close()
		d.c.eng.recycle(f)
		f = next
	}
	d.found = nil
	if d.parent == nil {
		d.release()
	}
}

// release gives a detector at the top back for reuse.  Those below an
// analyzer are rare and left to the garbage collector, because the analyzer
// may still hold them.
func (d *detector) release() {
	e := d.c.eng
	d.c = nil
	e.freeDet = append(e.freeDet, d)
}
