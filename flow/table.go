package flow

import (
	"wirehunt/packet"
	"wirehunt/reassembly"
)

// Handler is told what happens on flows.
type Handler interface {
	// Opened tells of a new flow, before its first packet is worked on.
	Opened(f *Flow)
	// Data is the next bytes of a side's TCP stream, Gap n bytes that are
	// missing, EOF its end.
	Data(f *Flow, d Dir, b []byte)
	Gap(f *Flow, d Dir, n uint64)
	EOF(f *Flow, d Dir)
	// Datagram is a packet of any other protocol.
	Datagram(f *Flow, d Dir, p *packet.Packet)
	// Weird tells of an oddity, by Zeek's name; source may be "".
	Weird(f *Flow, source, name string)
	// Flipped tells that the endpoints have exchanged roles.
	Flipped(f *Flow)
	// Closed tells that the flow is over, since the time at, ns.  f is
	// reused afterwards.
	Closed(f *Flow, at int64)
}

// Options configure a Table.
type Options struct {
	// Seed keys the hash of flow keys.
	Seed uint64
	// MaxFlows bounds how many flows are tracked at once; 0 means 1 << 16.
	MaxFlows int
	// ReassemblyBytes bounds the memory for out-of-order data; 0 means
	// 64 MiB.
	ReassemblyBytes int
	// TCPTimeout, UDPTimeout, ICMPTimeout and OtherTimeout are the inactivity
	// time-outs, ns; 0 means Zeek's 5 minutes for TCP and 1 minute for others.
	TCPTimeout, UDPTimeout, ICMPTimeout, OtherTimeout int64
	// ServerPort tells the ports that likely belong to responders (Zeek's
	// likely_server_ports); nil for none.
	ServerPort func(proto uint8, port uint16) bool
	// Interim is after how many ns of a flow's life OnInterim is called, again
	// and again, with the time and how many calls that makes; 0 means never.
	// What the flow has counted then is what came before that time.  A
	// TCP connection that was closed by both sides is no longer reported.
	Interim   int64
	OnInterim func(f *Flow, at int64, n uint64)
}

// Stats counts what a Table did.
type Stats struct {
	Flows     uint64 // opened
	Live      int    // open now
	MaxLive   int
	Evicted   uint64 // closed early, to make room; of them
	EvictedUp uint64 // ones on which both sides had sent
	// ReassemblyFull counts segments for which there was no memory to wait.
	ReassemblyFull uint64
}

// Table is the flows of one goroutine.
type Table struct {
	// Stats may be read between calls.
	Stats Stats

	opt   Options
	h     Handler
	pool  *reassembly.Pool
	slots []slot
	mask  uint32
	slabs []*[slabSize]Flow
	free  []uint32
	half  lru // flows on which only one side has sent
	both  lru
	wheel wheel
	now   int64
	out   deliver
	tup   tuple
}

// slot is a place in the open-addressed table: the flow's id + 1 and the low
// bits of its hash.
type slot struct {
	id   uint32
	hash uint32
}

const slabSize = 256

// NewTable returns an empty table.
func NewTable(h Handler, o Options) *Table {
	set := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&o.TCPTimeout, 300e9)
	set(&o.UDPTimeout, 60e9)
	set(&o.ICMPTimeout, 60e9)
	set(&o.OtherTimeout, 60e9)
	if o.MaxFlows == 0 {
		o.MaxFlows = 1 << 16
	}
	if o.ReassemblyBytes == 0 {
		o.ReassemblyBytes = 64 << 20
	}
	t := &Table{opt: o, h: h, pool: reassembly.NewPool(o.ReassemblyBytes)}
	t.out.t = t
	t.resize(1 << 12)
	return t
}

func (t *Table) get(id uint32) *Flow { return &t.slabs[id/slabSize][id%slabSize] }

// Flow returns the flow with the given ID, which must be open.
func (t *Table) Flow(id uint32) *Flow { return t.get(id) }

// Find returns the flow of a packet captured at time at, opened if it is new,
// and the side that sent the packet.  now is the clock by which timers go
// off: packet times may go back, the clock may not.
func (t *Table) Find(p *packet.Packet, at, now int64) (*Flow, uint8) {
	t.now = max(t.now, now)
	t.wheel.advance(t, t.now)
	tup := &t.tup
	makeTuple(tup, p)
	var k Key
	tup.key(&k)
	h := k.hash(t.opt.Seed)
	f := t.lookup(&k, h)
	if f != nil && t.now >= f.due {
		if since, over := t.expired(f, t.now); over {
			t.remove(f, since)
			f = nil
		}
	}
	if f != nil && p.Kind == packet.KindTCP && t.isReuse(f, p, at) {
		t.remove(f, t.now)
		f = nil
	}
	if f == nil {
		f = t.open(&k, h, p, at)
		return f, 0
	}
	side := uint8(1)
	if f.port[0] == tup.srcPort && f.addr[0] == tup.src {
		side = 0
	}
	return f, side
}

// Deliver works on a packet, captured at time now, for which Find returned f
// and side.
func (t *Table) Deliver(f *Flow, side uint8, p *packet.Packet, now int64) {
	d := f.dir(side)
	e := &f.ends[side]
	if side == 1 && f.flags&answered == 0 {
		f.flags |= answered
		t.half.remove(t, f)
		t.both.push(t, f)
	}
	if p.Kind == packet.KindTCP {
		t.tcp(f, side, p, now)
	} else {
		f.Last = now
		n := p.PayloadLen
		if p.Kind == packet.KindUDP {
			n = p.UDPLen
			f.hist.once(d, histData, 'D')
		}
		if p.Kind != packet.KindIP {
			e.length = max(e.length, 0) + int64(n)
		}
		t.h.Datagram(f, d, p)
		if p.Kind == packet.KindICMP && len(p.Payload) < n {
			return // Zeek does not count these
		}
		// A flip while the packet was worked on leaves it with the role that
		// its sender had.
		e = f.end(d)
	}
	e.packets++
	e.ipBytes += uint64(p.IPLen)
}

// BadChecksum notes a packet whose checksum is wrong, and which is therefore
// not delivered.
func (t *Table) BadChecksum(f *Flow, side uint8) {
	f.ends[side].checksum.hit(&f.hist, f.dir(side), 'C')
}

// open makes a new flow, evicting another if there is no room.
func (t *Table) open(k *Key, h uint64, p *packet.Packet, now int64) *Flow {
	if t.Stats.Live >= t.opt.MaxFlows {
		t.evict()
	}
	if len(t.free) == 0 {
		base := uint32(len(t.slabs) * slabSize)
		slab := new([slabSize]Flow)
		clear(slab[:]) // one page fault each, not two: written before read
		t.slabs = append(t.slabs, slab)
		for i := slabSize - 1; i >= 0; i-- {
			t.free = append(t.free, base+uint32(i))
		}
	}
	id := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	f := t.get(id)
	*f = Flow{
		ID: id, Proto: t.tup.proto, Start: now, Last: now, KeyHash: h, key: *k,
		addr: [2]packet.Addr{t.tup.src, t.tup.dst}, port: [2]uint16{t.tup.srcPort, t.tup.dstPort},
		flags: live | active, due: never, w: wheelLink{at: never},
	}
	f.ends[0].init()
	f.ends[1].init()
	t.insert(f)
	t.half.push(t, f)
	t.Stats.Flows++
	t.Stats.Live++
	t.Stats.MaxLive = max(t.Stats.MaxLive, t.Stats.Live)
	switch {
	case p.Kind == packet.KindTCP:
		f.timers.inactivity = t.opt.UDPTimeout
		f.timers.addExpire(now + synTimeout)
		f.flags |= expiring
	case p.Kind == packet.KindUDP:
		f.timers.inactivity = t.opt.UDPTimeout
	case p.Kind == packet.KindICMP:
		f.timers.inactivity = t.opt.ICMPTimeout
	default:
		f.timers.inactivity = t.opt.OtherTimeout
	}
	if t.opt.Interim > 0 {
		f.timers.interim = now + t.opt.Interim
	}
	f.due = f.next()
	t.wheel.add(t, f, f.due)
	if t.wrongWay(p) && p.Dst != broadcast {
		f.Flip()
	}
	t.h.Opened(f)
	return f
}

var broadcast = packet.Addr{10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff}

// wrongWay guesses from the ports whether the first packet seen is from the
// responder, as Zeek does.
func (t *Table) wrongWay(p *packet.Packet) bool {
	server := t.opt.ServerPort
	if server == nil {
		return false
	}
	switch p.Kind {
	case packet.KindUDP:
		return server(protoUDP, p.SrcPort) && !server(protoUDP, p.DstPort)
	case packet.KindTCP:
		syn := p.Flags&packet.SYN != 0
		if syn && p.Flags&packet.ACK == 0 || !server(protoTCP, p.SrcPort) {
			return false
		}
		return !server(protoTCP, p.DstPort) || !syn && p.SrcPort < p.DstPort
	}
	return false
}

// Advance lets the timers of all flows up to now go off.
func (t *Table) Advance(now int64) {
	t.now = max(t.now, now)
	t.wheel.advance(t, t.now)
	// Flows due within the tick that now is in.
	t.wheel.look(t, t.wheel.pos, t.now)
}

// CloseAll closes all flows at time now, in no particular order.
func (t *Table) CloseAll(now int64) {
	t.now = max(t.now, now)
	for i := range t.slabs {
		for j := range t.slabs[i] {
			if f := &t.slabs[i][j]; f.flags&live != 0 {
				t.remove(f, t.now)
			}
		}
	}
}

// remove closes a flow and takes it off the wheel.
func (t *Table) remove(f *Flow, at int64) {
	t.wheel.remove(t, f)
	t.close(f, at)
}

// close ends a flow that is not on the wheel.
func (t *Table) close(f *Flow, at int64) {
	// The handler may set timers, which must not put the flow on the wheel.
	f.w.at = -1
	t.h.Closed(f, at)
	f.ends[0].stream.Release(t.pool)
	f.ends[1].stream.Release(t.pool)
	t.Stats.ReassemblyFull = t.pool.Exhausted
	t.list(f).remove(t, f)
	t.erase(f)
	f.flags = 0
	f.hist.more = nil
	t.free = append(t.free, f.ID)
	t.Stats.Live--
}

func (t *Table) weird(f *Flow, source, name string) {
	f.flags |= didWeird
	t.h.Weird(f, source, name)
}

func (t *Table) flip(f *Flow) {
	f.Flip()
	t.h.Flipped(f)
}
