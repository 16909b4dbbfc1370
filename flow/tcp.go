package flow

import "wirehunt/packet"

// Limits of Zeek's TCP analysis.
const (
	// maxSeqJump is how far the sequence number of a SYN or RST may be from
	// the last one to be believed.
	maxSeqJump = 1 << 20
	// stormCount FINs or RSTs, each within stormGap of the packet before, are
	// a storm (tcp_storm_thresh, tcp_storm_interarrival_thresh).
	stormCount = 1000
	stormGap   = int64(1e9)
	// maxInitialWindow (tcp_max_initial_window) and maxAboveHole
	// (tcp_max_above_hole_without_any_acks) bound what is kept while nothing
	// is acknowledged, maxUnacked (tcp_excessive_data_without_further_acks)
	// what is kept at all.
	maxInitialWindow = 16384
	maxAboveHole     = 16384
	maxUnacked       = 10 << 20
)

// segment is a TCP segment that is being worked on.
type segment struct {
	p      *packet.Packet
	flags  packet.TCPFlags
	side   uint8
	len    int // payload on the wire
	relSeq uint64
	under  bool // relSeq is before the start of the stream
	delta  int32
	close  bool // the endpoint closes
	report bool // and the close is worth an event
}

func (s *segment) has(f packet.TCPFlags) bool { return s.flags&f != 0 }

// tcp works on a TCP segment, as TCPSessionAdapter::Process does.
func (t *Table) tcp(f *Flow, side uint8, p *packet.Packet, now int64) {
	s := segment{p: p, flags: p.Flags, side: side, len: p.PayloadLen}
	e, peer := &f.ends[side], &f.ends[side^1]
	setPartial(f, &s)
	if !e.didClose && !peer.didClose {
		f.flags &^= expiring
	}

	end := p.Seq
	if !s.has(packet.RST) {
		end += uint32(s.len)
	}
	if s.has(packet.SYN) {
		end++
	}
	if s.has(packet.FIN) {
		end++
	}
	t.initEndpoint(f, e, peer, &s, end)
	s.relSeq, s.under = e.relative(p.Seq, e.lastSeq, e.seqWraps)
	if s.under && !s.has(packet.RST) {
		t.weird(f, "TCP", "TCP_seq_underflow_or_misorder")
	}
	t.lateFlip(f, &s)
	f.tcpHistory(e, &s)
	t.updateWindow(f, e, peer, &s)
	if !e.didClose || !peer.didClose {
		f.Last = now
	}
	if s.has(packet.SYN) {
		t.synWeirds(f, e, peer, &s)
	}
	if s.has(packet.FIN) {
		e.fins++
		if e.fins >= stormCount && now < e.lastTime+stormGap {
			t.weird(f, "TCP", "FIN_storm")
		}
		e.finSeq = s.relSeq + uint64(end-p.Seq)
	}
	if s.has(packet.RST) {
		e.resets++
		if e.resets >= stormCount && now < e.lastTime+stormGap {
			t.weird(f, "TCP", "RST_storm")
		}
	}
	relAck := t.ackSeq(f, e, peer, &s)
	s.delta = t.lastSeq(f, e, &s, end)
	e.lastTime = now

	t.stateMachine(f, e, peer, &s, now)

	if s.has(packet.ACK) {
		t.ackReceived(f, peer, e, relAck)
	}
	if side^f.orig == 0 {
		f.flags |= seenOrig
	} else {
		f.flags |= seenResp
	}
	if s.len > 0 && !s.has(packet.RST) && !s.under && f.flags&skipping == 0 {
		seq := s.relSeq
		if s.has(packet.SYN) {
			seq++
		}
		if len(p.Payload) >= s.len {
			t.dataSent(f, e, peer, seq, p.Payload[:s.len])
		} else {
			t.weird(f, "TCP", "truncated_tcp_payload")
		}
	}
	t.checkEOF(f, e, peer)
	if s.close {
		t.closeEndpoint(f, e, peer, s.report)
	}
}

// setPartial notes from the first packet of each side whether the start of
// the connection was missed.
func setPartial(f *Flow, s *segment) {
	switch {
	case s.side^f.orig == 0:
		if f.flags&seenOrig == 0 {
			f.flags &^= partial
			if !s.has(packet.SYN) || s.has(packet.ACK) {
				f.flags |= partial
			}
		}
	case f.flags&(seenResp|partial) == 0 && !s.has(packet.SYN):
		f.flags |= partial
	}
}

// initEndpoint sets the sequence numbers of an endpoint from its first
// packet, or from a SYN that starts it anew.
func (t *Table) initEndpoint(f *Flow, e, peer *endpoint, s *segment, end uint32) {
	seq, syn := s.p.Seq, s.has(packet.SYN)
	switch e.state {
	case inactive:
		if syn {
			e.initSeq(seq, end)
		} else {
			// As though there had been a SYN, so that offsets are the same.
			e.initSeq(seq-1, seq)
		}
	case synSent, synAckSent:
		if syn && int64(seq) != e.startSeq {
			t.weird(f, "", "SYN_seq_jump")
			e.initSeq(seq, end)
		}
	case established, partialState:
		if syn {
			if e.size(peer) > 0 {
				t.weird(f, "", "SYN_inside_connection")
			}
			if int64(seq) != e.startSeq {
				t.weird(f, "", "SYN_seq_jump")
			}
			e.initSeq(seq, end)
		}
	case reset:
		if syn && e.prev == inactive {
			e.initSeq(seq, end)
		}
	}
}

// lateFlip exchanges the roles where a connection began with a SYN and ACK,
// and goes on with an ACK or data: that was no scan, but a connection whose
// SYN was missed.
func (t *Table) lateFlip(f *Flow, s *segment) {
	if s.has(packet.SYN|packet.FIN|packet.RST) || s.len == 0 && !s.has(packet.ACK) || !f.hist.is("H") {
		return
	}
	t.flip(f)
	f.hist.set("^h")
	f.flags &^= partial
	f.flags |= seenOrig
}

func (f *Flow) tcpHistory(e *endpoint, s *segment) {
	h, d := &f.hist, f.dir(s.side)
	switch s.flags & (packet.SYN | packet.FIN | packet.RST) {
	case 0:
		if s.len > 0 {
			h.once(d, histData, 'D')
		} else if s.has(packet.ACK) {
			h.once(d, histAck, 'A')
		}
	case packet.SYN:
		c := byte('S')
		if s.has(packet.ACK) {
			c = 'H'
		}
		if h.once(d, histSyn, c) && s.relSeq != e.lastSYN {
			h.letter(d, c)
		}
		e.lastSYN = s.relSeq
	case packet.FIN:
		seq := s.relSeq + uint64(s.len)
		if h.once(d, histFin, 'F') && seq != e.lastFIN {
			h.letter(d, 'F')
		}
		e.lastFIN = seq
	case packet.RST:
		if h.once(d, histRst, 'R') && s.relSeq != e.lastRST {
			h.letter(d, 'R')
		}
		e.lastRST = s.relSeq
	default:
		if s.flags&(packet.FIN|packet.RST) == packet.FIN|packet.RST {
			h.once(d, histFinRst, 'I')
		} else {
			h.once(d, histMulti, 'Q')
		}
	}
}

func (t *Table) updateWindow(f *Flow, e, peer *endpoint, s *segment) {
	window := uint32(s.p.Window) << e.windowScale
	if window == 0 && !s.has(packet.RST) && peer.state != closed && e.state != reset {
		e.zeroWindow.hit(&f.hist, f.dir(s.side), 'W')
	}
	if s.has(packet.SYN|packet.FIN|packet.RST) || e.state == closed || e.state == reset {
		return
	}
	if delta(s.p.Seq, e.windowSeq) >= 0 && delta(s.p.Ack, e.windowAck) >= 0 {
		if d := delta(s.p.Ack+window, e.windowAck+e.window); d < 0 && -d >= 1<<e.windowScale {
			t.weird(f, "", "window_recision")
		}
		e.window, e.windowAck, e.windowSeq = window, s.p.Ack, s.p.Seq
	}
}

// synWeirds reports what is odd about a SYN, and takes its window scale.
func (t *Table) synWeirds(f *Flow, e, peer *endpoint, s *segment) {
	if s.has(packet.RST) {
		t.weird(f, "TCP", "TCP_christmas")
	}
	if s.has(packet.URG) {
		t.weird(f, "TCP", "baroque_SYN")
	}
	if s.len > 0 {
		t.weird(f, "TCP", "SYN_with_data")
	}
	scale := s.p.WindowScale()
	if scale < 0 {
		e.windowScale = 0
		if s.has(packet.ACK) {
			peer.windowScale = 0
		}
		return
	}
	if scale > 14 {
		if f.flags&didWeird == 0 {
			t.weird(f, "TCP", "TCP_scale_range")
		}
		scale = 14
	}
	e.windowScale = uint8(scale)
	e.windowSeq, e.windowAck = s.p.Seq, s.p.Ack
	peer.windowSeq, peer.windowAck = s.p.Ack, s.p.Seq
}

// ackSeq takes the segment's acknowledgement and returns it as an offset in
// the peer's stream.
func (t *Table) ackSeq(f *Flow, e, peer *endpoint, s *segment) uint64 {
	if !s.has(packet.ACK) {
		return 0
	}
	ack := s.p.Ack
	if peer.state == inactive {
		if !s.has(packet.SYN | packet.FIN | packet.RST) {
			switch e.state {
			case synSent, synAckSent, established:
				if f.flags&didWeird == 0 {
					t.weird(f, "", "possible_split_routing")
				}
			}
		}
		peer.initSeq(ack-1, ack-1)
		return 1
	}
	rel, under := peer.relative(ack, peer.ackSeq, peer.ackWraps)
	if under {
		t.weird(f, "TCP", "TCP_ack_underflow_or_misorder")
		return 0
	}
	if !s.has(packet.RST) {
		d := delta(ack, peer.ackSeq)
		if d > 0 && !(ack == 0 && d > maxSeqJump) {
			peer.updateAck(ack)
		}
	}
	return rel
}

// lastSeq takes the end of the segment and returns how far beyond the last
// one it is.
func (t *Table) lastSeq(f *Flow, e *endpoint, s *segment, end uint32) int32 {
	d := delta(end, e.lastSeq)
	switch {
	case s.has(packet.SYN|packet.RST) && (d > maxSeqJump || d < -maxSeqJump):
	case s.has(packet.FIN) && e.lastSeq == uint32(e.startSeq)+1:
		e.updateLast(end)
	case e.state == reset:
	case d > 0:
		e.updateLast(end)
	case s.len > 0:
		e.rexmit.hit(&f.hist, f.dir(s.side), 'T')
	}
	return d
}

// deliver adapts a Flow's stream to reassembly.Sink.
type deliver struct {
	t    *Table
	f    *Flow
	side uint8
}

func (d *deliver) Data(b []byte) { d.t.h.Data(d.f, d.f.dir(d.side), b) }

func (d *deliver) Gap(n uint64) {
	if d.f.flags&skipping != 0 {
		return
	}
	e, peer := &d.f.ends[d.side], &d.f.ends[d.side^1]
	if e.clean() && peer.clean() {
		// Others come from sequence numbers that cannot be trusted.
		e.gaps.hit(&d.f.hist, d.f.dir(d.side), 'G')
		d.f.Missed += n
	}
	d.t.h.Gap(d.f, d.f.dir(d.side), n)
}

// sink returns the Sink for what e sends.
func (t *Table) sink(f *Flow, e *endpoint) *deliver {
	t.out.f = f
	t.out.side = 0
	if e == &f.ends[1] {
		t.out.side = 1
	}
	return &t.out
}

// dataSent gives payload to the reassembly.
func (t *Table) dataSent(f *Flow, e, peer *endpoint, seq uint64, b []byte) {
	if e.stream.Skipping() {
		return
	}
	if ack := e.relAck(); seq < ack {
		if seq+uint64(len(b)) <= ack {
			return
		}
		b = b[ack-seq:]
		seq = ack
	}
	before := e.stream.Next()
	e.stream.Insert(t.pool, seq, b, t.sink(f, e))
	none := e.noneAcked()
	if none && e.stream.Next() != before && e.size(peer) > maxInitialWindow {
		// The peer's packets are not seen: waiting for them is no use.
		e.stream.Ack(t.pool, e.stream.Next(), false, t.sink(f, e))
	}
	if none && e.stream.Undelivered() > maxAboveHole {
		t.weird(f, "TCP", "above_hole_data_without_any_acks")
		e.stream.GiveUp(t.pool)
	}
	if e.stream.Held() > maxUnacked {
		t.weird(f, "TCP", "excessive_data_without_further_acks")
		e.stream.GiveUp(t.pool)
	}
}

// ackReceived tells the reassembly of e's stream what peer acknowledged.
func (t *Table) ackReceived(f *Flow, e, peer *endpoint, rel uint64) {
	if e.fins > 0 && rel >= e.finSeq {
		rel = e.finSeq - 1
	}
	if rel <= e.stream.Acked() {
		return
	}
	e.stream.Ack(t.pool, rel, f.flags&partial != 0, t.sink(f, e))
	t.checkEOF(f, e, peer)
}

// checkEOF reports the end of e's stream once all of it was delivered.
func (t *Table) checkEOF(f *Flow, e, peer *endpoint) {
	if e.didEOF || e.fins == 0 && e.state != closed && e.state != reset || f.dataPending(e, peer) {
		return
	}
	e.didEOF = true
	t.h.EOF(f, t.sink(f, e).dir())
	if f.flags&closeDeferred != 0 {
		if f.dataPending(e, peer) && e.didClose && peer.didClose {
			t.weird(f, "TCP", "pending_data_when_closed")
		}
		t.closeEndpoint(f, e, peer, f.flags&deferredEvent != 0)
		f.flags &^= closeDeferred
	}
}

func (d *deliver) dir() Dir { return d.f.dir(d.side) }
