// Package pipeline turns packets into records: it decodes them, tracks their
// flows, reassembles streams, runs the protocol analyzers, and hands the rows
// they write to a sink, in an order that depends on the packets only.
//
// The work is spread over shards by the pair of addresses, so that whatever
// belongs together (both directions, an FTP session's data connections, the
// flows in a tunnel) meets in one shard.  A shard is one goroutine with its
// own flows, analyzers and rows; nothing is shared on the way of a packet.
// The clock of packet time is the same in all shards: at marks, about a
// second apart, every shard lets its timers go off up to the mark and gives
// up its rows, which are merged in the order of event.Order.  So the output is
// the same for any number of shards, with one exception: a connection that
// comes through tunnels between different pairs of hosts, or with and without
// a tunnel, is one connection in one shard, but may be several in several.
package pipeline

import (
	"context"
	"io"
	"runtime"
	"time"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/flow"
	"wirehunt/internal/capture"
)

// Sink takes the rows.
type Sink interface {
	// Write takes the rows of about a second of packet time, one batch a log,
	// each in order.  Batches are valid during the call only.
	Write(batches ...*event.Batch) error
}

// Options say how packets are analysed.  The zero value is good.
type Options struct {
	// Specs are the protocols to analyse.
	Specs []*analyzer.Spec
	// Shards is the number of goroutines to spread the work over; 0 means as
	// many as there are processors.
	Shards int
	// IgnoreChecksums takes all checksums as right, as Zeek's -C.
	IgnoreChecksums bool
	// LocalNets are the networks that count as local; nil means
	// analyzer.PrivateNets.
	LocalNets []analyzer.Net
	// Seed keys all hashes: the same seed gives the same uids.
	Seed uint64
	// MaxFlows bounds how many flows are tracked at once; 0 means 1 << 16.
	MaxFlows int
	// ReassemblyBytes bounds the memory for out-of-order data and fragments;
	// 0 means 64 MiB.
	ReassemblyBytes int
	// AnalyzerBytes bounds the memory for analyzers in use, roughly; beyond it
	// flows are closed early.  0 means 96 MiB.
	AnalyzerBytes int
	// CommunityID adds the Community ID v1 to conn.log.
	CommunityID bool
	// Interim is how often a row of conn_interim.log tells of a connection that
	// lasts, in packet time; 0 means never.
	Interim time.Duration
	// Progress, if not nil, is kept up to date with the counters while Run
	// works.
	Progress *Progress
}

// Marks are this far apart, in ns of packet time and in packets.
const (
	epochTime    = int64(1e9)
	epochPackets = 1 << 14
	// progressEvery is how many batches go by from one update of Progress to
	// the next.
	progressEvery = 16
)

// Run analyses the packets of src until its end and writes the rows to sink.
// It returns the error of the source or the sink, or that of ctx; rows of
// packets read until then are written in the first case.  The sink's Write is
// called from one goroutine at a time.
func Run(ctx context.Context, src capture.Source, o Options, sink Sink) (Stats, error) {
	if o.Shards == 0 {
		o.Shards = runtime.GOMAXPROCS(0)
	}
	if o.MaxFlows == 0 {
		o.MaxFlows = 1 << 16
	}
	if o.ReassemblyBytes == 0 {
		o.ReassemblyBytes = 64 << 20
	}
	if o.AnalyzerBytes == 0 {
		o.AnalyzerBytes = 96 << 20
	}
	if o.Progress == nil {
		o.Progress = new(Progress)
	}
	if o.Shards <= 1 {
		return runInline(ctx, src, o, sink)
	}
	return runSharded(ctx, src, o, sink)
}

// clock is the packet time over all packets, and tells where the marks are.
type clock struct {
	now     int64 // latest time seen
	mark    int64 // time of the last mark
	packets int   // since
	started bool
}

// startTime is where Zeek's network_time starts; packets before it do not
// take it back.
const startTime = int64(1e9)

// tick takes the time of the next packet, and reports whether a mark at the
// returned time has to be set before it.
func (c *clock) tick(t int64) (mark int64, due bool) {
	t = max(sane(t), startTime)
	if !c.started {
		c.started = true
		c.now, c.mark = t, t-t%epochTime
		c.packets = 1
		return 0, false
	}
	if c.packets++; c.packets > epochPackets {
		c.packets, c.mark = 1, c.now
		mark, due = c.now, true
	}
	if t <= c.now {
		return mark, due
	}
	c.now = t
	if at := t - t%epochTime; at > c.mark && !due {
		c.packets, c.mark = 1, at
		return at, true
	}
	return mark, due
}

// sane brings a packet's time into the range in which times can be added to
// without overflow: 1970 to 2116.
func sane(t int64) int64 { return min(max(t, 0), 1<<62) }

func runInline(ctx context.Context, src capture.Source, o Options, sink Sink) (Stats, error) {
	s := newShard(&o, 1)
	m := newMerger(sink)
	var c clock
	var b capture.Batch
	batches := 0
	for {
		if err := ctx.Err(); err != nil {
			return s.stats(), err
		}
		if err := src.Next(&b); err != nil {
			s.finish(c.now)
			if werr := m.write(s.rows()); werr != nil {
				err = werr
			} else if err == io.EOF {
				err = nil
			}
			st := s.stats()
			st.Rows = m.rows
			o.Progress.set(0, st)
			return st, err
		}
		for i := range b.Records {
			r := &b.Records[i]
			if at, due := c.tick(r.Time); due {
				s.advance(at)
				if err := m.write(s.rows()); err != nil {
					b.Release()
					return s.stats(), err
				}
			}
			s.packet(r, c.now)
		}
		b.Release()
		if batches++; batches%progressEvery == 0 {
			o.Progress.set(0, s.stats())
		}
	}
}

// flowOptions returns the options of one shard's flow table.
func (o *Options) flowOptions(shards int) flow.Options {
	return flow.Options{
		Seed: o.Seed, MaxFlows: max(o.MaxFlows/shards, 1024),
		ReassemblyBytes: o.ReassemblyBytes / shards, ServerPort: flow.ServerPort,
		Interim: int64(o.Interim),
	}
}
