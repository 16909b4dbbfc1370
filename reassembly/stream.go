// Package reassembly puts the segments of one direction of a TCP connection
// in order.
//
// It decides as Zeek does (TCP_Reassembler): the first copy of overlapping
// data wins; data in order is delivered at once, straight from the packet;
// data beyond a hole waits until the hole is filled, or until the peer has
// acknowledged what is missing, which is then a gap.  Positions are 64-bit
// offsets in the stream: 0 is the SYN, 1 the first byte of payload.
package reassembly

// Sink takes what a Stream delivers, in order.
type Sink interface {
	// Data is the next bytes.  b is valid during the call only.
	Data(b []byte)
	// Gap is n bytes that are missing.
	Gap(n uint64)
}

// Stream is one direction of a connection.  The zero value is not ready, see
// Reset.
type Stream struct {
	next    uint64 // offset of the next byte to deliver
	trim    uint64 // acknowledged up to here
	upper   uint64 // end of the last segment taken, of those not acknowledged
	head    *chunk // waiting beyond a hole, by offset, disjoint
	pending int    // bytes in chunks
	skip    bool
}

// Reset makes s the start of a stream.  Pending data must have been released.
func (s *Stream) Reset() { *s = Stream{next: 1, trim: 1} }

// Next returns the offset of the next byte to deliver.
func (s *Stream) Next() uint64 { return s.next }

// Acked returns the offset up to which the stream was acknowledged.
func (s *Stream) Acked() uint64 { return s.trim }

// Skipping reports whether the stream was given up on: nothing is delivered
// any more.
func (s *Stream) Skipping() bool { return s.skip }

// Unacked reports whether s has taken data that was not acknowledged or not
// delivered yet.
func (s *Stream) Unacked() bool { return s.head != nil || s.upper > s.trim }

// Undelivered returns the distance from the next byte to deliver to the end
// of the data that waits.
func (s *Stream) Undelivered() uint64 {
	if s.upper > s.next && s.head != nil {
		return s.upper - s.next
	}
	return 0
}

// Held returns how many bytes were taken and not acknowledged yet.
func (s *Stream) Held() uint64 {
	n := uint64(s.pending)
	if s.upper > s.trim && s.next > s.trim {
		n += s.next - s.trim
	}
	return n
}

// GiveUp drops what waits and ends delivery for good.
func (s *Stream) GiveUp(p *Pool) {
	s.Release(p)
	s.skip = true
}

// Release returns the memory of s to p.
func (s *Stream) Release(p *Pool) {
	for s.head != nil {
		c := s.head
		s.head = c.next
		p.put(c)
	}
	s.pending = 0
	s.upper = 0
}

// Insert takes a segment at offset seq.
func (s *Stream) Insert(p *Pool, seq uint64, b []byte, sink Sink) {
	upper := seq + uint64(len(b))
	if s.skip || len(b) == 0 || upper <= s.trim {
		return
	}
	s.upper = max(s.upper, upper)
	if upper <= s.next {
		return
	}
	if from := max(s.next, s.trim); seq < from {
		b = b[from-seq:]
		seq = from
	}
	if s.head == nil && seq == s.next {
		s.next = upper
		sink.Data(b)
		return
	}
	if !s.store(p, seq, b) {
		// No room to wait in: what is missing is taken as lost.
		p.Exhausted++
		s.flush(p, seq, sink)
		if seq >= s.next {
			if seq > s.next {
				n := seq - s.next
				s.next = seq
				sink.Gap(n)
			}
			s.next = upper
			sink.Data(b)
		}
		return
	}
	s.deliver(p, sink)
}

// store keeps the parts of b that are new; it reports false, having stored
// nothing, if there is no room.
func (s *Stream) store(p *Pool, seq uint64, b []byte) bool {
	if p.room() < len(b) {
		return false
	}
	at := &s.head
	for len(b) > 0 {
		for *at != nil && (*at).end() <= seq {
			at = &(*at).next
		}
		n := len(b)
		if c := *at; c != nil {
			if c.seq <= seq {
				// Covered by what came first.
				k := min(int(c.end()-seq), n)
				b, seq = b[k:], seq+uint64(k)
				continue
			}
			if c.seq < seq+uint64(n) {
				n = int(c.seq - seq)
			}
		}
		n = min(n, chunkSize)
		c := p.get()
		c.seq, c.n = seq, copy(c.buf[:], b[:n])
		c.next = *at
		*at = c
		s.pending += n
		b, seq = b[n:], seq+uint64(n)
	}
	return true
}

// deliver delivers what waits at the next offset.
func (s *Stream) deliver(p *Pool, sink Sink) {
	for s.head != nil && s.head.seq <= s.next {
		c := s.head
		s.head = c.next
		s.pending -= c.n
		if end := c.end(); end > s.next {
			b := c.buf[s.next-c.seq : c.n]
			s.next = end
			sink.Data(b)
		}
		p.put(c)
	}
}

// flush delivers everything that waits below upto, with gaps for the holes.
func (s *Stream) flush(p *Pool, upto uint64, sink Sink) {
	for s.head != nil && s.head.seq < upto {
		if n := s.head.seq - s.next; s.head.seq > s.next {
			s.next = s.head.seq
			sink.Gap(n)
		}
		s.deliver(p, sink)
	}
}

// Ack tells that the peer has acknowledged everything before offset seq: what
// of it is missing is a gap.  partial says that the start of the connection
// was not seen; its first byte is then not missed.
func (s *Stream) Ack(p *Pool, seq uint64, partial bool, sink Sink) {
	if seq <= s.trim {
		return
	}
	if seq > s.next && !(partial && seq <= 2) {
		if s.skip {
			s.next = seq
		} else {
			s.flush(p, seq, sink)
			if seq > s.next {
				n := seq - s.next
				s.next = seq
				sink.Gap(n)
			}
			s.deliver(p, sink)
		}
	}
	s.trim = seq
}
