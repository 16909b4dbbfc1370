package pipeline

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"wirehunt/internal/capture"
)

// task is what the reader gives to a partition: packets of a batch that all
// partitions share, or a mark.
type task struct {
	batch *shared
	items []uint16 // indexes in the batch
	mark  *mark
}

// shared is a batch of packets, released when the last partition is done with
// it.
type shared struct {
	capture.Batch
	refs atomic.Int32
	free chan *shared
	// now is the clock when each packet was read.
	now [capture.BatchSize]int64
	// items are the packets of each partition, those of them that were not
	// sent yet, base the memory for all of a batch.
	items [partitions][]uint16
	base  [partitions][capture.BatchSize]uint16
}

func (b *shared) done() {
	if b.refs.Add(-1) == 0 {
		b.Release()
		b.free <- b
	}
}

// mark is a point in packet time at which all partitions give up their rows.
type mark struct {
	at     int64
	last   bool
	limits *shares // from now on
	parts  [partitions]*part
	used   shares
	wg     sync.WaitGroup // of the partitions that have not given their part
}

// Limits: batches in flight, so few that packets are still in the cache when
// they are worked on, and marks that wait to be written.
const (
	maxBatches  = 20
	queuedMarks = 4
)

// queue is the work that waits for a partition.  One worker at a time takes
// from it.
type queue struct {
	shard *shard
	home  int // the worker that has its state in the cache
	mu    sync.Mutex
	tasks []task
	ready bool // in sharded.ready, or a worker has it
	spare []task
	count int        // batches worked on
	back  chan *part // rows that are written: their memory
}

// waiting are the partitions with work that no worker has.
type waiting struct {
	mu     sync.Mutex
	some   sync.Cond
	list   []*queue
	closed bool
}

func (w *waiting) put(q *queue) {
	w.mu.Lock()
	w.list = append(w.list, q)
	w.mu.Unlock()
	w.some.Signal()
}

// take waits for a partition for the worker: one of its own if there is one,
// else any, so that none is idle while there is work.  It returns nil at the
// end.
func (w *waiting) take(worker int) *queue {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.list) == 0 {
		if w.closed {
			return nil
		}
		w.some.Wait()
	}
	i := max(slices.IndexFunc(w.list, func(q *queue) bool { return q.home == worker }), 0)
	q := w.list[i]
	w.list = slices.Delete(w.list, i, i+1)
	return q
}

func (w *waiting) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.some.Broadcast()
}

// sharded spreads the partitions over workers.
type sharded struct {
	opt     *Options
	route   *router
	queues  [partitions]queue
	ready   waiting
	marks   chan *mark
	free    chan *shared
	clock   clock
	past    [limitLag]*mark // the latest marks, in turn
	marked  int
	pending sync.WaitGroup // tasks
	workers sync.WaitGroup
	writer  sync.WaitGroup
	err     error // of the sink; set before stopped is closed
	stopped chan struct{}
	merged  *merger
}

func runSharded(ctx context.Context, src capture.Source, o Options, sink Sink) (Stats, error) {
	p := &sharded{
		opt: &o, route: newRouter(o.Seed), marks: make(chan *mark, queuedMarks), free: make(chan *shared, maxBatches),
		stopped: make(chan struct{}), merged: newMerger(sink, o.Shards),
	}
	for range cap(p.free) {
		p.free <- &shared{free: p.free}
	}
	p.ready.some.L = &p.ready.mu
	workers := min(o.Shards, partitions)
	for k, s := range newShards(&o) {
		p.queues[k].shard, p.queues[k].home = s, k%workers
		p.queues[k].back = make(chan *part, queuedMarks+2)
	}
	for i := range workers {
		p.workers.Add(1)
		go p.work(i)
	}
	p.writer.Add(1)
	go p.write()

	err := p.read(ctx, src)
	if err == nil {
		p.mark(p.clock.now, true)
	}
	p.pending.Wait()
	p.ready.close()
	p.workers.Wait()
	close(p.marks)
	p.writer.Wait()
	var st Stats
	for k := range p.queues {
		one := p.queues[k].shard.stats()
		p.opt.Progress.set(k, one)
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
			b.free <- b
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
	for k := range b.items {
		b.items[k] = b.base[k][:0]
	}
	for i := range b.Records {
		r := &b.Records[i]
		if at, due := p.clock.tick(r.Time); due {
			p.flush(b)
			p.mark(at, false)
		}
		b.now[i] = p.clock.now
		k := p.route.pick(r)
		b.items[k] = append(b.items[k], uint16(i))
	}
	p.flush(b)
	b.done()
}

// flush sends the packets that were dealt.  The pieces of one batch for one
// partition are slices of the same array, which must not be written again
// until the batch comes back.
func (p *sharded) flush(b *shared) {
	for k, items := range b.items {
		if len(items) == 0 {
			continue
		}
		b.refs.Add(1)
		p.send(k, task{batch: b, items: items})
		b.items[k] = items[len(items):]
	}
}

// mark sends a mark to all partitions, and then to the writer.
func (p *sharded) mark(at int64, last bool) {
	m := &mark{at: at, last: last}
	before := &p.past[p.marked%limitLag]
	p.marked++
	if *before != nil {
		(*before).wg.Wait()
		m.limits = p.opt.limits(&(*before).used)
	} else {
		m.limits = p.opt.limits(new(shares))
	}
	*before = m
	m.wg.Add(partitions)
	for k := range p.queues {
		p.send(k, task{mark: m})
	}
	p.marks <- m
}

// send gives a task to partition k, and the partition to the workers unless
// one has it.
func (p *sharded) send(k int, t task) {
	p.pending.Add(1)
	q := &p.queues[k]
	q.mu.Lock()
	q.tasks = append(q.tasks, t)
	wake := !q.ready
	q.ready = true
	q.mu.Unlock()
	if wake {
		p.ready.put(q)
	}
}

// work is the goroutine of worker i.
func (p *sharded) work(i int) {
	defer p.workers.Done()
	for q := p.ready.take(i); q != nil; q = p.ready.take(i) {
		q.mu.Lock()
		tasks := q.tasks
		q.tasks = q.spare[:0]
		q.mu.Unlock()
		for _, t := range tasks {
			p.do(q, t)
			p.pending.Done()
		}
		clear(tasks)
		q.mu.Lock()
		q.spare = tasks
		q.ready = len(q.tasks) > 0
		again := q.ready
		q.mu.Unlock()
		if again {
			p.ready.put(q)
		}
	}
}

// do works on a task of partition q.
func (p *sharded) do(q *queue, t task) {
	s := q.shard
	if t.mark == nil {
		for _, i := range t.items {
			s.packet(&t.batch.Records[i], t.batch.now[i])
		}
		t.batch.done()
		if q.count++; q.count%(progressEvery*partitions) == 0 {
			p.opt.Progress.set(s.index, s.stats())
		}
		return
	}
	if t.mark.last {
		s.finish(t.mark.at)
	} else {
		s.advance(t.mark.at)
		t.mark.used[s.index] = s.used()
		s.limit(t.mark.limits[s.index])
	}
	var spare *part
	select {
	case spare = <-q.back:
	default:
		spare = new(part)
	}
	t.mark.parts[s.index] = s.give(spare)
	t.mark.wg.Done()
}

// write is the goroutine that merges and writes.
func (p *sharded) write() {
	defer p.writer.Done()
	for m := range p.marks {
		m.wg.Wait()
		if p.err == nil {
			if err := p.merged.write(m.parts[:]); err != nil {
				p.err = err
				close(p.stopped)
			}
		}
		for k, part := range m.parts {
			select {
			case p.queues[k].back <- part:
			default:
			}
		}
	}
}
