package pipeline

import (
	"math/bits"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/flow"
	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// session is what a shard keeps of a flow beside the flow itself.
type session struct {
	conn analyzer.Conn
	tun  *tunnels
}

const slabSize = 256

// shard works on the packets of a partition.
type shard struct {
	opt    *Options
	index  int // of the partition
	table  *flow.Table
	engine *analyzer.Engine
	defrag *packet.Defrag
	slabs  []*[slabSize]session
	count  counters
	budget int // bytes of analyzers

	pkts  [packet.MaxHops + 1]packet.Packet // by tunnel depth
	stack []layer                           // tunnels around the packet that is worked on
	ip    map[ipPair]*ipTunnel
	seen  map[tunnelKey]int64 // tunnels in tunnel.log, and when last met

	ts     int64               // time of the packet
	now    int64               // of the clock
	mark   int64               // the last one: earlier rows are written
	opened map[uint64]struct{} // hashes of the connections opened since
	comm   []byte              // scratch for the community id
}

// newShards returns one for each partition.
func newShards(o *Options) []*shard {
	list := make([]*shard, partitions)
	for k := range list {
		list[k] = newShard(o, k)
	}
	return list
}

func newShard(o *Options, index int) *shard {
	s := &shard{opt: o, index: index, ip: make(map[ipPair]*ipTunnel), seen: make(map[tunnelKey]int64), opened: make(map[uint64]struct{})}
	s.engine = analyzer.NewEngine(o.Specs, analyzer.Options{Control: s, LocalNets: o.LocalNets})
	fopt := o.flowOptions()
	fopt.OnInterim = s.interim
	s.table = flow.NewTable(s, fopt)
	s.limit(o.limits(new(shares))[index])
	s.defrag = packet.NewDefrag(o.ReassemblyBytes/4/partitions, 0)
	return s
}

// packet works on a captured packet at time now of the clock.
func (s *shard) packet(r *pcapfile.Record, now int64) {
	s.count.packets++
	s.count.bytes += uint64(r.WireLen)
	s.ts, s.now = sane(r.Time), now
	s.engine.SetTime(now)
	for s.engine.Stats.Bytes > s.budget && s.table.Evict() {
	}
	p := &s.pkts[0]
	packet.Decode(r.Link, r.Data, r.WireLen, p)
	for {
		s.decoded(p, 0)
		if !p.Next() {
			return
		}
	}
}

// decoded works on a decoded packet inside of depth UDP tunnels.
func (s *shard) decoded(p *packet.Packet, depth int) {
	if depth == 0 {
		s.stack = s.stack[:0]
	}
	if p.Weirds != 0 {
		s.weirds(p)
	}
	for p.Kind == packet.KindFragment {
		if !s.opt.IgnoreChecksums && p.Checksum() == packet.BadIPChecksum {
			s.badChecksum(p, packet.BadIPChecksum)
			return
		}
		s.count.fragments++
		whole := s.defrag.Add(p, s.ts)
		s.weirds(p)
		if !whole {
			return
		}
	}
	if p.Kind == packet.KindOther {
		s.count.dropped(p.Status)
		return
	}
	if p.Kind == packet.KindIP && p.Status != packet.OK {
		s.count.dropped(p.Status)
		return
	}
	if !s.opt.IgnoreChecksums {
		if bad := p.Checksum(); bad != packet.OK {
			s.badChecksum(p, bad)
			return
		}
	}
	s.enclose(p)
	f, side := s.table.Find(p, s.ts, s.now)
	if p.Kind == packet.KindTCP && p.Status != packet.OK {
		s.Weird(f, "TCP", p.Status.String())
		return
	}
	ses := s.session(f)
	ses.conn.Now = s.now
	if len(s.stack) > 0 || ses.tun != nil {
		s.tunneled(f, ses)
	}
	s.table.Deliver(f, side, p, s.ts)
	if p.Kind == packet.KindUDP && depth < len(s.pkts)-1 {
		s.inside(f, ses, p, depth)
	}
}

// badChecksum drops a packet, after noting it on its flow.
func (s *shard) badChecksum(p *packet.Packet, bad packet.Status) {
	s.count.dropped(bad)
	if bad == packet.BadIPChecksum {
		s.engine.FlowWeird(p.Src, p.Dst, pairHash(p.Src, p.Dst), p.Source(bad), bad.String(), "")
		return
	}
	s.enclose(p)
	f, side := s.table.Find(p, s.ts, s.now)
	s.Weird(f, p.Source(bad), bad.String())
	if bad != packet.BadICMPChecksum {
		s.table.BadChecksum(f, side)
	}
}

// weirds reports the oddities that decoding met, other than those that are
// the connection's.
func (s *shard) weirds(p *packet.Packet) {
	for w := p.Weirds; w != 0; {
		st := w.Next()
		if st == packet.UDPDatagramLengthMismatch || st == packet.BadTCPHeaderLen ||
			st == packet.TruncatedHeader && p.Kind == packet.KindTCP {
			continue
		}
		name := st.String()
		if p.NHops > 0 {
			name += "_in_tunnel"
		}
		// The options of an IPv6 header are read before its lengths are checked.
		options := st >= packet.MultipleRoutingHeaders && st <= packet.BadIPv6DestOptLen
		if p.Version != 0 && st != packet.IPLenZero || options {
			s.engine.FlowWeird(p.Src, p.Dst, pairHash(p.Src, p.Dst), p.Source(st), name, "")
		} else {
			s.engine.NetWeird(0, p.Source(st), name, "")
		}
	}
}

func pairHash(a, b packet.Addr) uint64 {
	var h uint64
	for i := range a {
		h = h*31 + uint64(a[i]^b[i])
	}
	return h
}

func (s *shard) session(f *flow.Flow) *session {
	return &s.slabs[f.ID/slabSize][f.ID%slabSize]
}

// Opened implements flow.Handler.
func (s *shard) Opened(f *flow.Flow) {
	for int(f.ID/slabSize) >= len(s.slabs) {
		slab := new([slabSize]session)
		// Memory of the system that is read before it is written costs two
		// page faults, and the second one stops the other processors.
		clear(slab[:])
		s.slabs = append(s.slabs, slab)
	}
	ses := s.session(f)
	c := &ses.conn
	c.Reset()
	ses.tun = nil
	c.Orig, c.OrigPort = f.Addr(flow.Orig)
	c.Resp, c.RespPort = f.Addr(flow.Resp)
	c.Proto, c.Start, c.Now = f.Proto, f.Start, s.now
	c.Hash = s.connHash(f)
	c.UID = analyzer.UID(c.Hash)
	c.FlowID = f.ID
	s.engine.Open(c)
}

// connHash returns a hash of the endpoints and the start of f.  Connections
// that are alike in both, between two marks, get one each.
func (s *shard) connHash(f *flow.Flow) uint64 {
	h := mix(f.KeyHash, uint64(f.Start))
	for {
		if _, taken := s.opened[h]; !taken {
			break
		}
		h = mix(h, 1)
	}
	s.opened[h] = struct{}{}
	return h
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// Data implements flow.Handler.
func (s *shard) Data(f *flow.Flow, d flow.Dir, b []byte) {
	s.engine.Data(&s.session(f).conn, analyzer.Dir(d), b)
}

// Gap implements flow.Handler.
func (s *shard) Gap(f *flow.Flow, d flow.Dir, n uint64) {
	s.count.gaps++
	s.engine.Gap(&s.session(f).conn, analyzer.Dir(d), n)
}

// EOF implements flow.Handler.
func (s *shard) EOF(f *flow.Flow, d flow.Dir) {
	s.engine.EOF(&s.session(f).conn, analyzer.Dir(d))
}

// Datagram implements flow.Handler.
func (s *shard) Datagram(f *flow.Flow, d flow.Dir, p *packet.Packet) {
	c := &s.session(f).conn
	if p.Kind == packet.KindUDP && !f.Skipping() {
		if p.Weirds.Has(packet.UDPDatagramLengthMismatch) {
			s.engine.Weird(c, "UDP", "UDP_datagram_length_mismatch",
				strconv.Itoa(p.UDPLen+8)+" != "+strconv.Itoa(p.PayloadLen+8))
			f.Weird()
		}
		b := p.Payload[:min(len(p.Payload), p.PayloadLen)]
		s.engine.Datagram(c, analyzer.Dir(d), b, p.PayloadLen)
	}
}

// Weird implements flow.Handler.
func (s *shard) Weird(f *flow.Flow, source, name string) {
	f.Weird()
	s.engine.Weird(&s.session(f).conn, source, name, "")
}

// Flipped implements flow.Handler.
func (s *shard) Flipped(f *flow.Flow) {
	c := &s.session(f).conn
	c.Orig, c.OrigPort = f.Addr(flow.Orig)
	c.Resp, c.RespPort = f.Addr(flow.Resp)
	s.engine.Flipped(c)
}

// Closed implements flow.Handler: the connection's analyzers end, and its
// row in conn.log is written.
func (s *shard) Closed(f *flow.Flow, at int64) {
	ses := s.session(f)
	c := &ses.conn
	// Timers of packets with times in the past can have been due long ago.
	at = max(at, s.mark)
	s.engine.SetTime(at)
	c.Now = at
	s.engine.Close(c)
	rec := s.record(f, ses)
	s.engine.WriteConn(c, &rec)
	s.count.missed += f.Missed
	s.closeTunnel(ses)
	ses.tun = nil
	s.engine.SetTime(s.now)
}

// interim writes what is known of a connection that goes on.
func (s *shard) interim(f *flow.Flow, at int64, n uint64) {
	ses := s.session(f)
	s.engine.SetTime(max(at, s.mark))
	rec := s.record(f, ses)
	s.engine.WriteConnInterim(&ses.conn, &rec, n)
	s.engine.SetTime(s.now)
}

// record returns what conn.log tells of a connection.
func (s *shard) record(f *flow.Flow, ses *session) analyzer.ConnRecord {
	c := &ses.conn
	rec := analyzer.ConnRecord{
		Duration: max(f.Last-f.Start, 0), State: f.State(), Missed: f.Missed, History: f.History(),
	}
	for d := range flow.Dir(2) {
		rec.Bytes[d] = f.Bytes(d)
		rec.Pkts[d], rec.IPBytes[d] = f.Packets(d)
	}
	if ses.tun != nil {
		rec.Parents = ses.tun.parents
	}
	if s.opt.CommunityID {
		s.comm = flow.AppendCommunityID(s.comm[:0], 0, c.Proto, c.Orig, c.OrigPort, c.Resp, c.RespPort)
		rec.Community = s.comm
	}
	return rec
}

// Flip implements analyzer.Control.
func (s *shard) Flip(c *analyzer.Conn) {
	f := s.flow(c)
	f.Flip()
	s.Flipped(f)
}

// Skip implements analyzer.Control.
func (s *shard) Skip(c *analyzer.Conn) { s.flow(c).Skip() }

// Partial implements analyzer.Control.
func (s *shard) Partial(c *analyzer.Conn) bool { return s.flow(c).Partial() }

// SetInactivity implements analyzer.Control.
func (s *shard) SetInactivity(c *analyzer.Conn, ns int64) { s.table.SetInactivity(s.flow(c), ns) }

// SessionTimer implements analyzer.Control.
func (s *shard) SessionTimer(c *analyzer.Conn, period, idle int64) {
	s.table.SessionTimer(s.flow(c), s.now, period, idle)
}

// Size implements analyzer.Control.
func (s *shard) Size(c *analyzer.Conn) uint64 {
	f := s.flow(c)
	return f.Bytes(flow.Orig) + f.Bytes(flow.Resp)
}

func (s *shard) flow(c *analyzer.Conn) *flow.Flow { return s.table.Flow(c.FlowID) }

// advance lets the timers go off up to a mark.
func (s *shard) advance(mark int64) {
	s.now = max(s.now, mark)
	s.table.Advance(mark)
	s.mark = mark
	clear(s.opened)
}

// used returns what counts against the limits.
func (s *shard) used() share { return share{s.table.Stats.Live, s.engine.Stats.Bytes} }

// limit bounds what the shard uses from now on.
func (s *shard) limit(l share) {
	s.budget = l.bytes
	s.table.SetMaxFlows(l.flows)
}

// finish closes all flows at the end of the capture.
func (s *shard) finish(now int64) {
	s.advance(now)
	s.ts, s.now = now, now
	s.table.CloseAll(now)
}

// part is the rows of a shard since the mark before, put in order.
type part struct {
	rows []*event.Batch
	refs [][]rowRef // of each batch
}

// give returns the rows written since the last call; the memory of spare is
// used for the next ones.
func (s *shard) give(spare *part) *part {
	p := &part{rows: s.engine.Swap(spare.rows), refs: spare.refs}
	for len(p.refs) < len(p.rows) {
		p.refs = append(p.refs, nil)
	}
	for i, b := range p.rows {
		p.refs[i] = sortRows(p.refs[i][:0], b)
	}
	return p
}
