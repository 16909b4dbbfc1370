// Package pipeline turns packets into records: it decodes them, tracks their
// flows, reassembles streams, runs the protocol analyzers, and hands the rows
// they write to a sink, in an order that depends on the packets only.
//
// The work is dealt to a fixed number of partitions by the pair of addresses,
// so that whatever belongs together (both directions, an FTP session's data
// connections, the flows in a tunnel) meets in one.  A partition has its own
// flows, analyzers and rows; nothing is shared on the way of a packet, and one
// goroutine at a time works on it, whichever is free.  The clock of packet
// time is the same in all partitions: at marks, about a second apart, each lets
// its timers go off up to the mark and gives up its rows, which are merged in
// the order of event.Order; what is decided over all rows (a certificate is
// logged once, an oddity once in a while) is decided there.  So the output is
// the same, rows and order, for any number of goroutines.
//
// A connection whose packets come now in a tunnel, now in another or in none,
// is one if the tunnel is one over IP itself and carries no other pair of
// hosts; else it may be several.
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
	// Shards is how many goroutines work on packets, beside those that read and
	// write; 0 means as many as there are processors.  With 1, all is done in
	// the caller's.  More than 8 are of no use.
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
		o.Shards = 1
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

// runInline does all work in one goroutine.
func runInline(ctx context.Context, src capture.Source, o Options, sink Sink) (Stats, error) {
	shards := newShards(&o)
	parts := make([]*part, partitions)
	for k := range parts {
		parts[k] = new(part)
	}
	m := newMerger(sink, o.Shards)
	write := func() error {
		for k, s := range shards {
			parts[k] = s.give(parts[k])
		}
		return m.write(parts)
	}
	stats := func() Stats {
		var st Stats
		for _, s := range shards {
			one := s.stats()
			st.add(&one)
		}
		st.Rows = m.rows
		return st
	}
	// mark lets the timers go off up to a mark, and writes.
	var used [limitLag]shares
	marks := 0
	mark := func(at int64) error {
		u := &used[marks%limitLag]
		marks++
		limits := o.limits(u)
		for k, s := range shards {
			s.advance(at)
			u[k] = s.used()
			s.limit(limits[k])
		}
		return write()
	}
	route := newRouter(o.Seed)
	var c clock
	var b capture.Batch
	for batches := 1; ; batches++ {
		if err := ctx.Err(); err != nil {
			return stats(), err
		}
		if err := src.Next(&b); err != nil {
			for _, s := range shards {
				s.finish(c.now)
			}
			if werr := write(); werr != nil {
				err = werr
			} else if err == io.EOF {
				err = nil
			}
			st := stats()
			o.Progress.set(0, st)
			return st, err
		}
		for i := range b.Records {
			r := &b.Records[i]
			if at, due := c.tick(r.Time); due {
				if err := mark(at); err != nil {
					b.Release()
					return stats(), err
				}
			}
			shards[route.pick(r)].packet(r, c.now)
		}
		b.Release()
		if batches%progressEvery == 0 {
			o.Progress.set(0, stats())
		}
	}
}

// flowOptions returns the options of one partition's flow table.
func (o *Options) flowOptions() flow.Options {
	return flow.Options{
		Seed:            o.Seed,
		ReassemblyBytes: o.ReassemblyBytes / partitions, ServerPort: flow.ServerPort,
		Interim: int64(o.Interim),
	}
}
