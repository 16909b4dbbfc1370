package analyzer

import (
	"fmt"
	"reflect"
	"runtime/debug"

	"wirehunt/event"
	"wirehunt/packet"
)

// Control is what analyzers may ask of the layer that tracks connections.
type Control interface {
	// Flip exchanges the roles of the connection's endpoints.
	Flip(c *Conn)
	// SetInactivity sets the connection's inactivity time-out, ns.
	SetInactivity(c *Conn, ns int64)
	// SessionTimer see Conn.SessionTimer.
	SessionTimer(c *Conn, period, idle int64)
	// Skip ends the delivery of payload of the connection.
	Skip(c *Conn)
	// Limited notes that a limit was exceeded on the connection.
	Limited(c *Conn)
	// Partial reports whether the start of a TCP connection was not seen.
	Partial(c *Conn) bool
	// Size returns the payload bytes seen of both sides.
	Size(c *Conn) uint64
}

// Options configure an Engine.
type Options struct {
	// Control is the layer below; nil for none.
	Control Control
	// LocalNets are the networks that count as local; nil means PrivateNets.
	LocalNets []Net
}

// Stats counts what an Engine gave up on.
type Stats struct {
	// Panics is how many analyzers panicked, Panic the first one with its
	// stack.
	Panics uint64
	Panic  string
	// Bytes is the memory of the analyzers in use, roughly.
	Bytes int
	// Violations is how many analyzers were removed.
	Violations uint64
	// ExpectationsDropped is how many expectations there was no room for.
	ExpectationsDropped uint64
}

// Engine runs the analyzers of connections.  It belongs to one goroutine.
type Engine struct {
	// Stats may be read between calls.
	Stats Stats

	control Control
	nets    []Net
	specs   []*Spec
	byName  map[string]int
	ports   [2]portTable // TCP, UDP
	probes  [2]probeSet
	free    [][]*Feeder
	size    []int // bytes of an analyzer, by spec; 0 before the first
	freeDet []*detector
	// freeTails is memory for what analyzers leave unconsumed.
	freeTails     [][]byte
	freeTailBytes int
	expects       expectations
	batches       map[*event.Log]*event.Batch
	seen          map[*event.Log]map[string]struct{}
	list          []*event.Batch
	shared        map[*Spec]any // see Base.Shared
	last          written
	now           int64
	seq           uint32
}

// portTable gives for a port the index+1 of its list of specs.
type portTable struct {
	index [1 << 16]uint8
	lists [][]int
}

// NewEngine returns an Engine for the protocols of specs, at most 64.
func NewEngine(specs []*Spec, o Options) *Engine {
	if len(specs) > 64 {
		panic("BUG: more than 64 analyzers")
	}
	e := &Engine{
		control: o.Control, nets: o.LocalNets, specs: specs,
		byName: make(map[string]int, len(specs)), free: make([][]*Feeder, len(specs)), size: make([]int, len(specs)),
		batches: make(map[*event.Log]*event.Batch),
	}
	if e.control == nil {
		e.control = noControl{}
	}
	if e.nets == nil {
		e.nets = PrivateNets()
	}
	for i, s := range specs {
		e.byName[s.Name] = i
		for _, p := range s.TCPPorts {
			e.ports[0].add(p, i)
		}
		for _, p := range s.UDPPorts {
			e.ports[1].add(p, i)
		}
		if s.TCP && s.Probe != nil {
			e.probes[0].add(i, s)
		}
		if s.UDP && s.Probe != nil {
			e.probes[1].add(i, s)
		}
	}
	return e
}

func (t *portTable) add(port uint16, spec int) {
	if t.index[port] == 0 {
		t.lists = append(t.lists, nil)
		t.index[port] = uint8(len(t.lists))
	}
	l := &t.lists[t.index[port]-1]
	*l = append(*l, spec)
}

func (t *portTable) get(port uint16) []int {
	if i := t.index[port]; i != 0 {
		return t.lists[i-1]
	}
	return nil
}

const (
	protoTCP = 6
	protoUDP = 17
)

func transport(proto uint8) int {
	switch proto {
	case protoTCP:
		return 0
	case protoUDP:
		return 1
	}
	return -1
}

// SetTime sets the time, ns, of what is done from now on: the latest packet
// time so far, as Zeek's network_time.
func (e *Engine) SetTime(ns int64) { e.now = ns }

// Open starts analysis of a new connection, all exported fields of which are
// set.  With its first payload it gets the analyzers expected on it or, if
// there are none, those of the responder's port, and detection by content:
// connections without payload, scans above all, cost nothing.
func (e *Engine) Open(c *Conn) {
	c.eng = e
	if transport(c.Proto) < 0 {
		return
	}
	c.state |= connPending
	// A connection that was expected is what it was expected to be even if
	// nothing is sent: an FTP session's data connection without a transfer.
	if e.expects.n > 0 && len(e.expects.byResp[respKey{c.Resp, c.RespPort, c.Proto}]) > 0 {
		e.start(c)
	}
}

// start attaches the first analyzers of c.
func (e *Engine) start(c *Conn) {
	c.state &^= connPending
	t := transport(c.Proto)
	if !e.attachExpected(c) {
		for _, i := range e.ports[t].get(c.RespPort) {
			e.attach(c, nil, i, nil)
		}
	}
	if e.probes[t].all != 0 {
		c.det = newDetector(c, nil)
	}
}

// OpenWith is Open with the analyzer of the given name and no other, without
// detection.
func (e *Engine) OpenWith(c *Conn, name string) {
	c.eng = e
	e.attach(c, nil, e.byName[name], nil)
}

// Flipped tells that the roles of c were exchanged: expectations are looked
// at again, as Zeek does.
func (e *Engine) Flipped(c *Conn) {
	if transport(c.Proto) >= 0 && c.state&connPending == 0 {
		e.attachExpected(c)
	}
}

// attach puts an analyzer on c, as a child of parent if that is not nil.
func (e *Engine) attach(c *Conn, parent *Base, spec int, expected any) *Feeder {
	s := e.specs[spec]
	var f *Feeder
	if free := e.free[spec]; len(free) > 0 {
		f = free[len(free)-1]
		e.free[spec] = free[:len(free)-1]
	} else {
		a := s.New()
		f = &Feeder{a: a, base: a.base(), spec: spec}
		f.stream, _ = a.(Stream)
		f.grams, _ = a.(Datagrams)
		if e.size[spec] == 0 {
			e.size[spec] = int(reflect.TypeOf(a).Elem().Size()) + ownMemory
		}
	}
	e.Stats.Bytes += e.size[spec]
	*f.base = Base{Conn: c, Expected: expected, spec: s, parent: parent}
	f.next = nil
	if parent != nil {
		f.base.flags = parent.flags & quiet
		f.next, parent.children = parent.children, f
	} else {
		p := &c.top
		for *p != nil {
			p = &(*p).next
		}
		*p = f
	}
	f.a.Reset()
	return f
}

// ownMemory is what an analyzer allocates itself, roughly: buffers for lines
// and fields.
const ownMemory = 1024

// has reports whether an analyzer of the spec is alive in the list.
func has(list *Feeder, spec int) bool {
	for f := list; f != nil; f = f.next {
		if f.det == nil && f.spec == spec && f.base.flags&gone == 0 {
			return true
		}
	}
	return false
}

// recycle returns a closed analyzer and its children to the free list.
func (e *Engine) recycle(f *Feeder) {
	for c := f.base.children; c != nil; {
		next := c.next
		if c.det == nil {
			e.recycle(c)
		}
		c = next
	}
	b := f.base
	b.freeTail(Orig)
	b.freeTail(Resp)
	b.Conn, b.Expected, b.parent, b.children, f.next = nil, nil, nil, nil, nil
	e.free[f.spec] = append(e.free[f.spec], f)
	e.Stats.Bytes -= e.size[f.spec]
}

// Data delivers the next bytes of a side's TCP stream.
func (e *Engine) Data(c *Conn, dir Dir, b []byte) {
	if c.state&connPending != 0 {
		e.start(c)
	}
	if c.top == nil && c.det == nil {
		return
	}
	defer e.guard(c)
	last := lastFeeder(c.top)
	for f := c.top; f != nil; f = f.next {
		f.Data(dir, b)
		if f == last {
			break
		}
	}
	if c.det != nil {
		c.det.data(dir, b)
	}
}

// lastFeeder returns the end of the list: what is attached while a chunk is
// delivered gets the chunk by replay, not by the loop over the list.
func lastFeeder(f *Feeder) *Feeder {
	if f == nil {
		return nil
	}
	for f.next != nil {
		f = f.next
	}
	return f
}

// Gap tells the analyzers that n bytes of a side's stream are missing.
func (e *Engine) Gap(c *Conn, dir Dir, n uint64) {
	if c.state&connPending != 0 {
		e.start(c)
	}
	if c.top == nil && c.det == nil {
		return
	}
	defer e.guard(c)
	for f := c.top; f != nil; f = f.next {
		f.Gap(dir, n)
	}
	if c.det != nil {
		c.det.gap(dir, n)
	}
}

// EOF tells the analyzers that a side will send no more.
func (e *Engine) EOF(c *Conn, dir Dir) {
	if c.top == nil && c.det == nil || c.state&(connEOFOrig<<dir) != 0 {
		return
	}
	defer e.guard(c)
	c.state |= connEOFOrig << dir
	for f := c.top; f != nil; f = f.next {
		f.EOF(dir)
	}
	if c.det != nil {
		c.det.eof(dir)
	}
}

// Datagram delivers a UDP or ICMP payload, wireLen bytes long on the wire.
func (e *Engine) Datagram(c *Conn, dir Dir, b []byte, wireLen int) {
	if c.state&connPending != 0 {
		e.start(c)
	}
	if c.top == nil && c.det == nil {
		return
	}
	defer e.guard(c)
	last := lastFeeder(c.top)
	for f := c.top; f != nil; f = f.next {
		f.Datagram(dir, b, wireLen)
		if f == last {
			break
		}
	}
	if c.det == nil {
		return
	}
	if len(c.services) > 0 && c.top != nil {
		// Exchanges like DNS are many and short: what is known need not be
		// kept for others to look at.
		c.det.finish()
		return
	}
	c.det.datagram(dir, b, wireLen)
}

// Close ends the analysis of c.  Its analyzers get EOF for both sides and
// Close, and are free for other connections afterwards.
func (e *Engine) Close(c *Conn) {
	if c.det != nil {
		c.det.close()
		c.det = nil
	}
	if c.top == nil {
		return
	}
	e.closeAll(c)
	for f := c.top; f != nil; {
		next := f.next
		if c.state&connPanicked == 0 {
			e.recycle(f)
		}
		f = next
	}
	c.top = nil
}

func (e *Engine) closeAll(c *Conn) {
	defer e.guard(c)
	for f := c.top; f != nil; f = f.next {
		f.Close()
	}
}

// guard recovers from a panic of an analyzer: the connection has no analyzers
// from then on.
func (e *Engine) guard(c *Conn) {
	r := recover()
	if r == nil {
		return
	}
	if e.Stats.Panics++; e.Stats.Panics == 1 {
		e.Stats.Panic = fmt.Sprintf("%v\n%s", r, debug.Stack())
	}
	c.state |= connPanicked
	e.forget(c.top)
	c.top, c.det = nil, nil
}

// forget leaves analyzers to the garbage collector: after a panic nobody knows
// what they are like.
func (e *Engine) forget(list *Feeder) {
	for f := list; f != nil; f = f.next {
		if f.det != nil {
			e.forget(f.det.found)
			continue
		}
		e.Stats.Bytes -= e.size[f.spec]
		e.forget(f.base.children)
	}
}

// maxViolationSize is the connection's size up to which a violation takes the
// service away (DPD::ignore_violations_after).
const maxViolationSize = 10 << 10

func (e *Engine) violate(b *Base, _ string) {
	e.Stats.Violations++
	c := b.Conn
	if b.flags&quiet != 0 || e.control.Size(c) > maxViolationSize {
		return
	}
	for k, s := range c.services {
		if s == b.spec.Name {
			c.services = append(c.services[:k], c.services[k+1:]...)
			return
		}
	}
}

const interactiveTimeout = int64(3600e9)

func (e *Engine) confirm(b *Base) {
	if b.flags&quiet != 0 {
		return
	}
	switch b.spec.Name {
	case "ssh", "ftp":
		// People work on these: Zeek's analyzer_inactivity_timeouts.
		e.control.SetInactivity(b.Conn, interactiveTimeout)
	}
	b.Conn.AddService(b.spec.Name)
}

// AddService adds a protocol to those confirmed on c, for what is found
// without an analyzer (tunnels).
func (c *Conn) AddService(name string) {
	for _, s := range c.services {
		if s == name {
			return
		}
	}
	c.services = append(c.services, name)
}

// AppendServices appends the names of the confirmed protocols of c, joined
// with commas in the order of their confirmation.
func (e *Engine) AppendServices(b []byte, c *Conn) []byte {
	for k, s := range c.services {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, s...)
	}
	return b
}

// Batches returns the batches of rows written since they were last reset, one
// a log, in the order in which the logs were first written to.
func (e *Engine) Batches() []*event.Batch {
	if e.last.b != nil {
		e.settle()
	}
	return e.list
}

// Swap returns the batches written, as Batches does, and takes spare, which
// it empties, to write to from now on.
func (e *Engine) Swap(spare []*event.Batch) []*event.Batch {
	old := e.Batches()
	e.list = spare
	clear(e.batches)
	for _, b := range spare {
		b.Reset()
		e.batches[b.Log] = b
	}
	return old
}

// Row starts a row of log l that belongs to no connection of the engine; hash
// places it among rows of the same time.
func (e *Engine) Row(l *event.Log, hash uint64) *event.Row { return e.row(hash, l) }

func (e *Engine) row(hash uint64, l *event.Log) *event.Row {
	if e.last.b != nil {
		e.settle()
	}
	b := e.batches[l]
	if b == nil {
		b = event.NewBatch(l)
		e.batches[l] = b
		e.list = append(e.list, b)
	}
	e.seq++
	r := b.Add(event.Order{Time: e.now, Conn: hash, Seq: e.seq})
	e.last = written{r, b, b.Size(), e.now}
	return r
}

// IsLocal reports whether a is an address of the local networks.
func (e *Engine) IsLocal(a packet.Addr) bool {
	h := halves(&a)
	for i := range e.nets {
		if e.nets[i].contains(h) {
			return true
		}
	}
	return false
}

type noControl struct{}

func (noControl) Flip(c *Conn) {
	c.Orig, c.Resp, c.OrigPort, c.RespPort = c.Resp, c.Orig, c.RespPort, c.OrigPort
}
func (noControl) Skip(*Conn)                       {}
func (noControl) Limited(*Conn)                    {}
func (noControl) Partial(*Conn) bool               { return false }
func (noControl) SetInactivity(*Conn, int64)       {}
func (noControl) SessionTimer(*Conn, int64, int64) {}
func (noControl) Size(*Conn) uint64                { return 0 }
