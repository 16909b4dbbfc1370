package flow

import "wirehunt/reassembly"

// tcpEndState is how far an endpoint of a TCP connection is.
type tcpEndState uint8

const (
	inactive     tcpEndState = iota // nothing seen of it
	synSent                         // SYN
	synAckSent                      // SYN and ACK, as originator
	partialState                    // data without a SYN
	established                     // SYN exchanged
	closed                          // FIN
	reset                           // RST
)

// endpoint is one end of a flow.
type endpoint struct {
	packets uint64
	ipBytes uint64
	// length is the sum of the payloads' lengths, -1 before the first; for
	// all protocols but TCP.
	length int64

	state, prev    tcpEndState
	didClose       bool
	didEOF         bool
	windowScale    uint8
	fins, resets   uint32
	startSeq       int64
	lastSeq        uint32
	seqWraps       uint32
	ackSeq         uint32
	ackWraps       uint32
	finSeq         uint64
	lastTime       int64
	window         uint32
	windowSeq      uint32
	windowAck      uint32
	lastSYN        uint64 // relative sequence numbers last noted in the history
	lastFIN        uint64
	lastRST        uint64
	rexmit         scaled
	zeroWindow     scaled
	gaps, checksum scaled
	stream         reassembly.Stream
}

func (e *endpoint) init() {
	e.length = -1
	e.stream.Reset()
}

func delta(a, b uint32) int32 { return int32(a - b) }

func (e *endpoint) initSeq(start, last uint32) {
	e.startSeq = int64(start)
	e.ackSeq = start
	e.lastSeq = last
}

func (e *endpoint) updateLast(seq uint32) {
	if seq < e.lastSeq {
		e.seqWraps++
	}
	e.lastSeq = seq
}

func (e *endpoint) updateAck(seq uint32) {
	if seq < e.ackSeq {
		e.ackWraps++
	}
	e.ackSeq = seq
}

func full(seq, wraps uint32) int64 { return int64(wraps)<<32 | int64(seq) }

// relative returns the offset of seq from the start of the stream, where last
// and wraps are the highest sequence number so far; under says that it is
// before the start.
func (e *endpoint) relative(seq, last, wraps uint32) (rel uint64, under bool) {
	d := delta(seq, last)
	if d < 0 {
		if wraps > 0 && seq > last {
			wraps--
		}
	} else if d > 0 && seq < last {
		wraps++
	}
	if wraps == 0 {
		d = delta(seq, uint32(e.startSeq))
		return uint64(int64(d)), d < 0
	}
	return uint64(full(seq, wraps) - e.startSeq), false
}

// relAck returns the offset up to which the stream was acknowledged.
func (e *endpoint) relAck() uint64 { return uint64(full(e.ackSeq, e.ackWraps) - e.startSeq) }

// noneAcked reports whether the peer has acknowledged the SYN at most.
func (e *endpoint) noneAcked() bool {
	ack := full(e.ackSeq, e.ackWraps)
	return ack == e.startSeq || ack == e.startSeq+1
}

// size returns the payload bytes sent, by sequence numbers.
func (e *endpoint) size(peer *endpoint) uint64 {
	if e.prev == synSent && e.state == reset && peer.state == inactive && !e.noneAcked() {
		// A half-open connection that was found and aborted: the numbers mean
		// nothing.
		return 0
	}
	n := max(full(e.lastSeq, e.seqWraps), full(e.ackSeq, e.ackWraps)) - e.startSeq
	if n != 0 {
		n-- // the SYN, seen or not
	}
	if e.fins > 0 && n != 0 {
		n--
	}
	return uint64(n)
}

func (s tcpEndState) handshake() bool { return s <= synAckSent }

// clean reports whether the endpoint is in, or orderly left, an established
// connection.
func (e *endpoint) clean() bool {
	return e.state == established || e.state == closed && e.prev == established
}

// dataPending reports whether data of e is still to be delivered, so that its
// close has to wait.
func (f *Flow) dataPending(e, peer *endpoint) bool {
	if f.flags&skipping != 0 || e.stream.Skipping() {
		return false
	}
	delivered := e.startSeq + int64(e.stream.Next())
	last := full(e.lastSeq, e.seqWraps)
	if last < delivered {
		return false
	}
	if delivered != last-1 && delivered != last {
		return true
	}
	return e.state != reset && peer.stream.Unacked()
}
