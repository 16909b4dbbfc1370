package pipeline

import (
	"sync"

	"wirehunt/packet"
)

// Stats are the counters of a run.
type Stats struct {
	Packets uint64
	Bytes   uint64 // on the wire
	Flows   uint64
	Live    int // flows open now
	Rows    uint64
	// Dropped counts packets that came to no flow, by reason: Zeek's name of
	// the oddity, "not_ip" for frames without IP.
	Dropped map[string]uint64
	// Evicted counts flows closed early to make room, EvictedUp those of them
	// on which both sides had sent.
	Evicted, EvictedUp uint64
	// Fragments counts IP fragments.
	Fragments uint64
	// Gaps counts the gaps in TCP streams, GapBytes the bytes missing from
	// streams of closed flows whose sequence numbers can be trusted.
	Gaps, GapBytes uint64
	// ReassemblyFull counts segments for which there was no memory to wait
	// for a hole to be filled.
	ReassemblyFull uint64
	// Violations counts analyzers that were removed because the traffic was
	// not their protocol, Panics those that failed, with the first failure in
	// Panic.
	Violations, Panics uint64
	Panic              string
	// ExpectationsDropped and TunnelsForgotten count what there was no room to
	// remember.
	ExpectationsDropped, TunnelsForgotten uint64
}

// Progress gives the counters while a run works.  It is safe for use by
// several goroutines.
type Progress struct {
	mu     sync.Mutex
	shards []Stats
}

// Stats returns the counters as they were after the latest batch of packets.
func (p *Progress) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all Stats
	for i := range p.shards {
		all.add(&p.shards[i])
	}
	return all
}

func (p *Progress) set(shard int, s Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.shards) <= shard {
		p.shards = append(p.shards, Stats{})
	}
	p.shards[shard] = s
}

func (s *Stats) add(o *Stats) {
	s.Packets += o.Packets
	s.Bytes += o.Bytes
	s.Flows += o.Flows
	s.Live += o.Live
	s.Rows += o.Rows
	s.Evicted += o.Evicted
	s.EvictedUp += o.EvictedUp
	s.Fragments += o.Fragments
	s.Gaps += o.Gaps
	s.GapBytes += o.GapBytes
	s.ReassemblyFull += o.ReassemblyFull
	s.Violations += o.Violations
	s.Panics += o.Panics
	s.ExpectationsDropped += o.ExpectationsDropped
	s.TunnelsForgotten += o.TunnelsForgotten
	if s.Panic == "" {
		s.Panic = o.Panic
	}
	if len(o.Dropped) > 0 && s.Dropped == nil {
		s.Dropped = make(map[string]uint64)
	}
	for k, n := range o.Dropped {
		s.Dropped[k] += n
	}
}

// counters are the shard's own part of Stats.
type counters struct {
	packets, bytes   uint64
	fragments        uint64
	gaps, missed     uint64
	tunnelsForgotten uint64
	rows             uint64
	drops            [64]uint64 // by packet.Status
}

func (c *counters) dropped(s packet.Status) { c.drops[s&63]++ }

// stats returns the shard's counters.
func (s *shard) stats() Stats {
	c := &s.count
	st := Stats{
		Packets: c.packets, Bytes: c.bytes, Fragments: c.fragments, Gaps: c.gaps, GapBytes: c.missed,
		Rows: c.rows, TunnelsForgotten: c.tunnelsForgotten,
		Flows: s.table.Stats.Flows, Live: s.table.Stats.Live,
		Evicted: s.table.Stats.Evicted, EvictedUp: s.table.Stats.EvictedUp,
		ReassemblyFull: s.table.Stats.ReassemblyFull,
		Violations:     s.engine.Stats.Violations, Panics: s.engine.Stats.Panics, Panic: s.engine.Stats.Panic,
		ExpectationsDropped: s.engine.Stats.ExpectationsDropped,
	}
	for i, n := range c.drops {
		if n == 0 {
			continue
		}
		if st.Dropped == nil {
			st.Dropped = make(map[string]uint64)
		}
		name := packet.Status(i).String()
		if name == "" {
			name = "not_ip"
		}
		st.Dropped[name] += n
	}
	return st
}
