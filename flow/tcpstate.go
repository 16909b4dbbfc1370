package flow

import "wirehunt/packet"

// setState moves an endpoint to a state.  The transition that ends the
// handshake starts the long inactivity time-out.
func (t *Table) setState(f *Flow, e, peer *endpoint, to tcpEndState) {
	if e.state == to {
		return
	}
	if !to.handshake() && e.state.handshake() && peer.state.handshake() {
		f.setInactivity(t, t.opt.TCPTimeout)
	}
	e.prev, e.state = e.state, to
}

func (t *Table) stateMachine(f *Flow, e, peer *endpoint, s *segment, now int64) {
	switch e.state {
	case inactive:
		t.fromInactive(f, e, peer, s, now)
	case synSent, synAckSent:
		t.fromSynSent(f, e, peer, s)
	case established, partialState:
		t.fromEstablished(f, e, peer, s)
	case closed:
		t.fromClosed(f, e, peer, s, now)
	case reset:
		if s.has(packet.SYN) {
			t.weird(f, "TCP", "SYN_after_reset")
		}
		if s.has(packet.FIN) {
			t.weird(f, "TCP", "FIN_after_reset")
		}
		if s.len > 0 && !s.has(packet.RST) {
			t.weird(f, "TCP", "data_after_reset")
		}
	}
}

// fromInactive handles the first packet of an endpoint.
func (t *Table) fromInactive(f *Flow, e, peer *endpoint, s *segment, now int64) {
	isOrig := s.side == f.orig
	if s.has(packet.SYN) {
		if isOrig {
			if s.has(packet.ACK) {
				t.weird(f, "TCP", "connection_originator_SYN_ack")
				t.setState(f, e, peer, synAckSent)
			} else {
				t.setState(f, e, peer, synSent)
			}
			f.timers.attempt = now + attemptDelay
			f.arm(t, f.timers.attempt)
		} else {
			t.synOfResponder(f, e, peer, s)
		}
	}
	if s.has(packet.FIN) {
		t.setState(f, e, peer, closed)
		s.close, s.report = true, true
		if peer.state != partialState && !s.has(packet.SYN) {
			t.weird(f, "TCP", "spontaneous_FIN")
		}
	}
	if s.has(packet.RST) {
		t.setState(f, e, peer, reset)
		reject := peer.state == synSent || peer.state == synAckSent
		if isOrig {
			// A SYN and ACK without a SYN: a reverse scan.
			reject = peer.state == established
		}
		s.close, s.report = true, !reject
		if !reject && peer.state == inactive {
			t.weird(f, "TCP", "spontaneous_RST")
		}
	}
	if e.state != inactive {
		return
	}
	switch {
	case !isOrig && s.len == 0 && peer.state == synSent:
		// Some responders acknowledge a SYN before they answer it.
	case s.has(packet.ACK) && peer.state == established:
		// SYN and ACK were seen, the SYN was missed.
		t.setState(f, e, peer, established)
		f.flags &^= partial
		f.flags |= seenFlag(isOrig)
	default:
		t.setState(f, e, peer, partialState)
	}
}

func seenFlag(isOrig bool) flags {
	if isOrig {
		return seenOrig
	}
	return seenResp
}

// synOfResponder handles a responder's first packet that is a SYN.
func (t *Table) synOfResponder(f *Flow, e, peer *endpoint, s *segment) {
	switch {
	case s.has(packet.ACK):
		if peer.state != inactive && peer.state != partialState &&
			!between(s.p.Ack, uint32(peer.startSeq), peer.lastSeq) {
			t.weird(f, "TCP", "bad_SYN_ack")
		}
	case peer.state == synAckSent && int64(s.p.Seq) == e.startSeq:
		// SYN, and SYN and ACK, came in the wrong order.
		f.flags &^= partial
		t.flip(f)
		t.setState(f, peer, e, established)
		f.flags |= seenOrig
	default:
		t.weird(f, "TCP", "simultaneous_open")
	}
	switch peer.state {
	case synSent:
		t.setState(f, peer, e, established)
	case inactive:
		t.weird(f, "TCP", "unsolicited_SYN_response")
	}
	t.setState(f, e, peer, established)
	if peer.state != partialState && e.state == established && peer.state == established {
		f.portTimeout(t)
	}
}

// between reports whether seq is in [from, to], modulo 2^32.
func between(seq, from, to uint32) bool {
	if from <= to {
		return from <= seq && seq <= to
	}
	return from <= seq || seq <= to
}

func (t *Table) fromSynSent(f *Flow, e, peer *endpoint, s *segment) {
	if s.has(packet.SYN) {
		if s.side == f.orig {
			if s.has(packet.ACK) && !s.has(packet.FIN|packet.RST) && e.state != synAckSent {
				t.weird(f, "TCP", "repeated_SYN_with_ack")
			}
		} else if !s.has(packet.ACK) && e.state != synSent {
			t.weird(f, "TCP", "repeated_SYN_reply_wo_ack")
		}
	}
	if s.has(packet.FIN) {
		if peer.state == inactive || peer.state == synSent {
			t.weird(f, "TCP", "inappropriate_FIN")
		}
		t.setState(f, e, peer, closed)
		s.close, s.report = true, true
	}
	if s.has(packet.RST) {
		t.setState(f, e, peer, reset)
		f.flags &^= active
		s.close = true
	} else if s.len > 0 {
		t.weird(f, "TCP", "data_before_established")
	}
}

func (t *Table) fromEstablished(f *Flow, e, peer *endpoint, s *segment) {
	if s.has(packet.SYN) && e.state == partialState && peer.state == inactive && !s.has(packet.ACK) {
		t.weird(f, "TCP", "SYN_after_partial")
		t.setState(f, e, peer, synSent)
	}
	if s.has(packet.FIN) && !s.has(packet.RST) {
		t.setState(f, e, peer, closed)
		if peer.state == reset && peer.prev == closed {
			// FIN and then RST of the peer was a normal end after all.
			t.setState(f, peer, e, closed)
		}
		s.close, s.report = true, true
	}
	if s.has(packet.RST) {
		t.setState(f, e, peer, reset)
		s.close = true
		if peer.state != reset || peer.prev != established {
			f.flags &^= active
		}
	}
}

func (t *Table) fromClosed(f *Flow, e, peer *endpoint, s *segment, now int64) {
	if s.has(packet.SYN) {
		t.weird(f, "TCP", "SYN_after_close")
	}
	if s.has(packet.FIN) && s.delta > 0 {
		t.weird(f, "TCP", "FIN_advanced_last_seq")
	}
	if s.has(packet.RST) && peer.state != closed {
		t.setState(f, e, peer, reset)
		if !e.didClose {
			s.close = true
		}
		f.timers.reset = now + resetDelay
		f.arm(t, f.timers.reset)
	}
}

// closeEndpoint notes that an endpoint has closed, when its data is
// delivered, and starts the timers that end the connection.
func (t *Table) closeEndpoint(f *Flow, e, peer *endpoint, report bool) {
	if f.dataPending(e, peer) {
		f.flags |= closeDeferred
		if report {
			f.flags |= deferredEvent
		}
		return
	}
	f.flags &^= closeDeferred
	if e.didClose {
		return
	}
	e.didClose = true
	if e.state == reset || peer.didClose || peer.state == inactive {
		if e.prev != inactive || peer.state != inactive {
			if report || f.flags&deferredEvent != 0 {
				f.flags &^= active | deferredEvent
			}
		}
		f.timers.cancel()
		f.timers.remove = f.Last + closeDelay
		f.arm(t, f.timers.remove)
		return
	}
	f.flags |= expiring
	if at := &f.timers.expire[0]; *at != 0 {
		if late := t.now - *at; late >= 0 {
			*at += (late/sessionTimer + 1) * sessionTimer
		}
		f.arm(t, *at)
	}
	if e.prev != inactive {
		f.timers.addExpire(f.Last + sessionTimer)
		f.arm(t, f.Last+sessionTimer)
	}
}

// isReuse reports whether a packet starts a new connection between the
// endpoints of f, as TCPSessionAdapter::IsReuse decides.
func (t *Table) isReuse(f *Flow, p *packet.Packet, now int64) bool {
	if p.Flags&packet.SYN == 0 {
		return false
	}
	o, r := f.end(Orig), f.end(Resp)
	e := o
	if p.Flags&packet.ACK != 0 {
		if o.state != inactive {
			return false
		}
		e = r
	}
	activeEnd := func(e *endpoint) bool { return e.state != inactive && !e.didClose }
	resetSeen := o.state == reset || r.state == reset
	switch {
	case !o.didClose && !r.didClose:
		if int64(p.Seq) == e.startSeq {
			return false
		}
		if p.Flags&packet.ACK == 0 && e.state == synAckSent && r.state == inactive && int64(p.Seq) == r.startSeq {
			return false
		}
		if e.state == synSent {
			t.weird(f, "TCP", "SYN_seq_jump")
		} else {
			t.weird(f, "TCP", "active_connection_reuse")
		}
	case (activeEnd(o) || activeEnd(r)) && !resetSeen:
		t.weird(f, "TCP", "active_connection_reuse")
	case now-f.Last < linger && !resetSeen:
		t.weird(f, "TCP", "premature_connection_reuse")
	}
	return true
}
