package packet

import (
	"bytes"
	"encoding/binary"
)

// Bounds of a Defrag that is not told others.
const (
	defaultDefragBytes   = 16 << 20
	defaultDefragTimeout = 5 * 60 * 1e9
)

// What Zeek calls excessive, in bytes.
const (
	minFragment = 64
	maxFragment = 64000
)

// Defrag puts the fragments of IP packets together again (RFC 791, 8200 4.5).
// Where fragments overlap the first copy wins, as in Zeek.  It is not safe
// for concurrent use.
type Defrag struct {
	maxBytes int
	timeout  int64
	bytes    int // memory of all datagrams
	open     map[fragKey]*datagram
	// oldest and newest are the ends of the list of datagrams, by the time of
	// their first fragment.
	oldest, newest *datagram
	free           []*datagram
	out            []byte // the packet that Add returned
}

type fragKey struct {
	src, dst Addr
	id       uint32
}

// datagram is a packet of which fragments are missing.
type datagram struct {
	key        fragKey
	prev, next *datagram
	first      int64  // time of the first fragment that came, ns
	header     []byte // IP header of that fragment, without a fragment header
	fragNext   int    // offset in header of the IPv6 next header to be patched
	proto      uint8
	size       int // payload size, 0 if not known
	buf        []byte
	have       []span // what of buf is there, sorted, not touching
}

type span struct{ lo, hi int }

// datagramCost is what a datagram takes besides its bytes, roughly.
const datagramCost = 256

// NewDefrag returns a Defrag that holds up to maxBytes of fragments (0: 16
// MiB), each packet for up to timeout ns of packet time (0: 5 minutes).  The
// oldest make room for the newest.
func NewDefrag(maxBytes int, timeout int64) *Defrag {
	if maxBytes <= 0 {
		maxBytes = defaultDefragBytes
	}
	if timeout <= 0 {
		timeout = defaultDefragTimeout
	}
	return &Defrag{maxBytes: maxBytes, timeout: timeout, open: map[fragKey]*datagram{}}
}

// Add takes a fragment (p.Kind is KindFragment) captured at time now, in ns.
// If that makes a packet whole it returns true, and p is then that packet,
// decoded as Decode would have, and valid until the next call.  Otherwise it
// returns false.  Either way p.Weirds holds only the oddities that Add met.
// The whole packet can carry a fragment in a tunnel: call Add as long as
// p.Kind is KindFragment and Add returns true.
func (d *Defrag) Add(p *Packet, now int64) bool {
	p.Weirds = 0
	if p.Kind != KindFragment || p.PayloadLen > len(p.Payload) {
		return false
	}
	for d.oldest != nil && now-d.oldest.first > d.timeout {
		d.drop(d.oldest)
	}
	key := fragKey{p.Src, p.Dst, p.FragID}
	g := d.open[key]
	if g == nil {
		g = d.add(key, p, now)
	}
	d.insert(g, p)
	if !g.whole(p) {
		for d.bytes > d.maxBytes && d.oldest != nil {
			d.drop(d.oldest)
		}
		return false
	}
	d.assemble(g)
	d.drop(g)
	p.Kind, p.Status = KindOther, OK
	version := p.Version
	p.Version, p.badIPSum = 0, false
	hops := p.NHops
	p.ip(d.out, len(d.out))
	if p.Version == 0 { // its endpoints are known even if it is broken
		p.Version = version
	}
	if p.Kind == KindFragment && p.NHops == hops {
		// A fragment of a fragment, not of a packet in it: nobody sends that.
		p.Kind = KindOther
	}
	return true
}

// Len returns the number of packets of which fragments are missing, and the
// memory they take, in bytes.
func (d *Defrag) Len() (packets, size int) { return len(d.open), d.bytes }

// add starts a datagram with p's header.
func (d *Defrag) add(key fragKey, p *Packet, now int64) *datagram {
	var g *datagram
	if n := len(d.free); n > 0 {
		g = d.free[n-1]
		d.free = d.free[:n-1]
	} else {
		g = &datagram{}
	}
	hl := p.IPHeaderLen
	if p.Version == 6 {
		hl -= 8
	}
	*g = datagram{
		key: key, first: now, prev: d.newest, proto: p.Proto, fragNext: p.fragNext,
		header: append(g.header[:0], p.IP[:hl]...), buf: g.buf[:0], have: g.have[:0],
	}
	if d.newest != nil {
		d.newest.next = g
	} else {
		d.oldest = g
	}
	d.newest = g
	d.open[key] = g
	d.bytes += g.cost()
	return g
}

// cost is the memory of g.
func (g *datagram) cost() int {
	return datagramCost + cap(g.buf) + cap(g.header) + cap(g.have)*16
}

// At most maxFree datagrams with buffers of at most maxFreeBytes are kept for
// reuse: a megabyte.
const (
	maxFree      = 64
	maxFreeBytes = 16 << 10
)

// drop forgets g and keeps it for reuse.
func (d *Defrag) drop(g *datagram) {
	d.bytes -= g.cost()
	delete(d.open, g.key)
	if g.prev != nil {
		g.prev.next = g.next
	} else {
		d.oldest = g.next
	}
	if g.next != nil {
		g.next.prev = g.prev
	} else {
		d.newest = g.prev
	}
	g.prev, g.next = nil, nil
	if len(d.free) < maxFree && g.cost() <= maxFreeBytes {
		d.free = append(d.free, g)
	}
}

// insert adds p's bytes to g.
func (d *Defrag) insert(g *datagram, p *Packet) {
	hl := p.IPHeaderLen
	if p.Version == 6 {
		hl -= 8
	}
	if p.Proto != g.proto && (p.Version == 4 || p.FragOff == 0) || hl != len(g.header) {
		p.Weirds.Add(FragmentProtocolInconsistency)
	}
	if p.dontFrag {
		p.Weirds.Add(FragmentWithDF)
	}
	if p.FragOff == 0 {
		g.proto = p.Proto
	}
	lo, hi := p.FragOff, p.FragOff+p.PayloadLen
	if !p.MoreFrags {
		if g.size != 0 && hi != g.size {
			p.Weirds.Add(FragmentSizeInconsistency)
		}
		g.size = max(g.size, hi)
	} else if p.IPLen < minFragment {
		p.Weirds.Add(ExcessivelySmallFragment)
	}
	if hi > maxFragment {
		// What is longer than the length field can tell is taken, as in Zeek:
		// the field wraps around, and the whole packet is found wrong.
		p.Weirds.Add(ExcessivelyLargeFragment)
	}
	if g.size != 0 && hi > g.size {
		p.Weirds.Add(FragmentSizeInconsistency)
		g.size = hi
	}
	d.bytes -= g.cost()
	p.Weirds |= g.write(lo, p.Payload[:hi-lo])
	d.bytes += g.cost()
}

// write copies the parts of b that g does not have to offset lo.  It returns
// the oddities of what g has already.
func (g *datagram) write(lo int, b []byte) (w Weirds) {
	hi := lo + len(b)
	if lo == hi {
		return 0
	}
	if hi > len(g.buf) {
		if hi > cap(g.buf) {
			g.buf = append(make([]byte, 0, max(hi, 2*cap(g.buf), 2048)), g.buf...)
		}
		g.buf = g.buf[:hi]
	}
	// first is the first span that ends at or behind lo, last is behind the
	// last one that starts at or before hi: those are merged.
	first, n := 0, len(g.have)
	for first < n && g.have[first].hi < lo {
		first++
	}
	last := first
	at, merged := lo, span{lo, hi}
	for ; last < n && g.have[last].lo <= hi; last++ {
		s := g.have[last]
		merged.lo, merged.hi = min(merged.lo, s.lo), max(merged.hi, s.hi)
		if from, to := max(s.lo, lo), min(s.hi, hi); from < to {
			if bytes.Equal(g.buf[from:to], b[from-lo:to-lo]) {
				w.Add(FragmentOverlap)
			} else {
				w.Add(FragmentInconsistency)
			}
		}
		if at < s.lo {
			copy(g.buf[at:s.lo], b[at-lo:])
		}
		at = max(at, s.hi)
	}
	if at < hi {
		copy(g.buf[at:hi], b[at-lo:])
	}
	if first == last {
		g.have = append(g.have, span{})
		copy(g.have[first+1:], g.have[first:])
		g.have[first] = merged
		return w
	}
	g.have[first] = merged
	g.have = append(g.have[:first+1], g.have[last:]...)
	return w
}

// whole reports whether g is complete, as Zeek decides it: contiguous from
// the start to the end that the last fragment gave, or beyond.
func (g *datagram) whole(p *Packet) bool {
	if g.size == 0 || len(g.have) == 0 || g.have[0].lo != 0 || g.have[0].hi < g.size {
		return false
	}
	if len(g.have) > 1 || g.have[0].hi > g.size {
		p.Weirds.Add(FragmentSizeInconsistency)
		g.size = g.have[0].hi
	}
	return true
}

// assemble builds the whole packet in d.out.
func (d *Defrag) assemble(g *datagram) {
	d.out = append(append(d.out[:0], g.header...), g.buf[:g.size]...)
	h := d.out
	if h[0]>>4 == 4 {
		binary.BigEndian.PutUint16(h[2:], uint16(len(h)))
		h[6], h[7], h[10], h[11] = 0, 0, 0, 0
		c := ^fold(sum(h[:len(g.header)], 0))
		binary.LittleEndian.PutUint16(h[10:], c)
		return
	}
	binary.BigEndian.PutUint16(h[4:], uint16(len(h)-40))
	h[g.fragNext] = g.proto
}
