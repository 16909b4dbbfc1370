package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// task is what the reader gives to a shard: packets of a batch that all
// shards share, or a mark.
type task struct {
	batch *shared
	items []item
	mark  *mark
}

// item is a packet of the batch, and the clock when it was read.
type item struct {
	now   int64
	index int
}

// shared is a batch of packets, released when the last shard is done with it.
type shared struct {
	capture.Batch
	refs atomic.Int32
	free chan *shared
	// items are the packets of each shard, those of them that were not sent
	// yet, base the memory for all of a batch.
	items, base [][]item
}

func (b *shared) done() {
	if b.refs.Add(-1) == 0 {
		b.Release()
		b.free <- b
	}
}

// mark is a point in packet time at which all shards give up their rows.
type mark struct {
	at    int64
	last  bool
	parts []part
	wg    sync.WaitGroup
}

// part is the rows of one shard, and where to give their memory back.
type part struct {
	rows []*event.Batch
	back chan []*event.Batch
}

// Queue lengths, in batches and marks.
const (
	queuedBatches = 8
	queuedMarks   = 4
)

type sharded struct {
	opt     *Options
	shards  []*shard
	tasks   []chan task
	marks   chan *mark
	free    chan *shared
	clock   clock
	workers sync.WaitGroup
	writer  sync.WaitGroup
	err     error // of the sink; set before stopped is closed
	stopped chan struct{}
	merged  *merger
}

func runSharded(ctx context.Context, src capture.Source, o Options, sink Sink) (Stats, error) {
	p := &sharded{
		opt: &o, marks: make(chan *mark, queuedMarks), free: make(chan *shared, queuedBatches*2),
		stopped: make(chan struct{}), merged: newMerger(sink),
	}
	for range cap(p.free) {
		b := &shared{free: p.free, items: make([][]item, o.Shards), base: make([][]item, o.Shards)}
		for k := range b.base {
			b.base[k] = make([]item, 0, capture.BatchSize)
		}
		p.free <- b
	}
	for range o.Shards {
		s := newShard(&o, o.Shards)
		p.shards = append(p.shards, s)
		p.tasks = append(p.tasks, make(chan task, queuedBatches))
	}
	for i := range p.shards {
		p.workers.Add(1)
		go p.work(i)
	}
	p.writer.Add(1)
	go p.write()

	err := p.read(ctx, src)
	if err == nil {
		p.mark(p.clock.now, true)
	}
	for _, t := range p.tasks {
		close(t)
	}
	p.workers.Wait()
	close(p.marks)
	p.writer.Wait()
	var st Stats
	for i, s := range p.shards {
		one := s.stats()
		p.opt.Progress.set(i, one)
		st.add(&one)
	}
	st.Rows = p.merged.rows
	if p.err != nil {
		return st, p.err
	}
	if e := (*sourceError)(nil); errors.As(err, &e) {
		err = e.err
	}
	return st, err
}

// sourceError is an error after which what was read is still to be written.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }

// read reads the source to its end and hands the packets out.
func (p *sharded) read(ctx context.Context, src capture.Source) error {
	for {
		var b *shared
		select {
		case b = <-p.free:
		case <-p.stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := src.Next(&b.Batch); err != nil {
			if err == io.EOF {
				return nil
			}
			p.mark(p.clock.now, true)
			return &sourceError{err}
		}
		p.deal(b)
	}
}

// deal hands the packets of a batch out; a mark in the middle of it cuts it
// in pieces.
func (p *sharded) deal(b *shared) {
	// The reader holds a reference while it deals.
	b.refs.Store(1)
	copy(b.items, b.base)
	for i := range b.Records {
		r := &b.Records[i]
		if at, due := p.clock.tick(r.Time); due {
			p.flush(b)
			p.mark(at, false)
		}
		k := p.pick(r)
		b.items[k] = append(b.items[k], item{p.clock.now, i})
	}
	p.flush(b)
	b.done()
}

// pick returns the shard of a packet.  DHCP all goes to one, because an
// exchange goes over several pairs of addresses.
func (p *sharded) pick(r *pcapfile.Record) uint64 {
	if isDHCP(r) {
		return 0
	}
	return mix(packet.HashPair(r.Link, r.Data, p.opt.Seed), 0x5bd1e995) % uint64(len(p.shards))
}

// isDHCP reports whether the frame is DHCP over IPv4, on the links and behind
// the tags on which one meets it.
func isDHCP(r *pcapfile.Record) bool {
	ip := ipv4(r)
	if len(ip) < 20+4 || ip[0]>>4 != 4 || ip[9] != 17 {
		return false
	}
	udp := int(ip[0]&15) * 4
	if len(ip) < udp+4 {
		return false
	}
	src, dst := be16(ip[udp:]), be16(ip[udp+2:])
	return src == 67 || src == 68 || dst == 67 || dst == 68
}

// ipv4 returns the frame from its IPv4 header on, or nil.
func ipv4(r *pcapfile.Record) []byte {
	b := r.Data
	switch r.Link {
	case packet.LinkRaw, packet.LinkRaw12, packet.LinkRaw14, packet.LinkIPv4:
		return b
	case packet.LinkEthernet:
		if len(b) < 14 {
			return nil
		}
		b = b[12:]
	case packet.LinkSLL:
		if len(b) < 16 {
			return nil
		}
		b = b[14:]
	default:
		return nil
	}
	for len(b) > 6 {
		switch be16(b) {
		case 0x0800:
			return b[2:]
		case 0x8100, 0x88a8, 0x9100:
			b = b[4:]
		default:
			return nil
		}
	}
	return nil
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }

// flush sends the packets that were dealt.  The pieces of one batch for one
// shard are slices of the same array, which must not be written again until
// the batch comes back.
func (p *sharded) flush(b *shared) {
	for k, items := range b.items {
		if len(items) == 0 {
			continue
		}
		b.refs.Add(1)
		p.tasks[k] <- task{batch: b, items: items}
		b.items[k] = items[len(items):]
	}
}

// mark sends a mark to all shards, and then to the writer.
func (p *sharded) mark(at int64, last bool) {
	m := &mark{at: at, last: last, parts: make([]part, len(p.shards))}
	m.wg.Add(len(p.shards))
	for _, t := range p.tasks {
		t <- task{mark: m}
	}
	p.marks <- m
}

// work is the goroutine of shard i.
func (p *sharded) work(i int) {
	defer p.workers.Done()
	s := p.shards[i]
	back := make(chan []*event.Batch, queuedMarks+2)
	batches := 0
	for t := range p.tasks[i] {
		if t.mark == nil {
			for _, it := range t.items {
				s.packet(&t.batch.Records[it.index], it.now)
			}
			t.batch.done()
			if batches++; batches%progressEvery == 0 {
				p.opt.Progress.set(i, s.stats())
			}
			continue
		}
		if t.mark.last {
			s.finish(t.mark.at)
		} else {
			s.advance(t.mark.at)
		}
		var spare []*event.Batch
		select {
		case spare = <-back:
		default:
		}
		t.mark.parts[i] = part{rows: s.engine.Swap(spare), back: back}
		t.mark.wg.Done()
	}
}

// write is the goroutine that merges and writes.
func (p *sharded) write() {
	defer p.writer.Done()
	var all []*event.Batch
	for m := range p.marks {
		m.wg.Wait()
		all = all[:0]
		for _, part := range m.parts {
			all = append(all, part.rows...)
		}
		if p.err == nil {
			if err := p.merged.write(all); err != nil {
				p.err = err
				close(p.stopped)
			}
		}
		for _, part := range m.parts {
			select {
			case part.back <- part.rows:
			default:
			}
		}
	}
}
