// Package flow tracks connections: TCP connections, and what goes back and
// forth between two endpoints over UDP, ICMP and other IP protocols.
//
// It follows Zeek: which packets make a connection, who is its originator,
// how it began and ended (State, History), how many bytes each side sent, and
// when it is over.  Zeek's TCPSessionAdapter, TCP_Endpoint and ConnSize are
// the reference.
package flow

import "wirehunt/packet"

// Dir says which endpoint sent something.
type Dir uint8

// The directions.
const (
	Orig Dir = 0
	Resp Dir = 1
)

// Flow is a connection.  Its fields are valid until the Handler's Closed
// returns.
type Flow struct {
	// ID is the flow's place in its table: small, and free for another flow
	// when this one is closed.
	ID uint32
	// Proto is the IP protocol.
	Proto uint8
	// Start and Last are the times of the first and the last packet that
	// counts, ns.
	Start, Last int64
	// Missed is how many payload bytes are missing, of both sides.
	Missed uint64
	// KeyHash is the keyed hash of the flow's key.
	KeyHash uint64

	key    Key
	addr   [2]packet.Addr // by side: side 0 sent the first packet
	port   [2]uint16
	ends   [2]endpoint
	orig   uint8 // the side that is the originator
	flags  flags
	hist   history
	timers timers

	lru lruLink
	w   wheelLink
	due int64 // no timer goes off before; ns
}

type flags uint16

const (
	live          flags = 1 << iota
	active              // TCP: no final event was reported yet
	partial             // TCP: the start was not seen
	closeDeferred       // TCP: data is still to be delivered
	deferredEvent       // TCP: the deferred close is to be reported
	didWeird            // an oddity was reported
	answered            // both sides have sent
	expiring            // TCP: the expire timers matter
	seenOrig            // TCP: a packet of the originator was seen
	seenResp
	skipping // payload is not delivered any more
)

// Addr returns the address and port of the endpoint that sends in direction d.
func (f *Flow) Addr(d Dir) (packet.Addr, uint16) {
	s := uint8(d) ^ f.orig
	return f.addr[s], f.port[s]
}

// end returns the endpoint that sends in direction d.
func (f *Flow) end(d Dir) *endpoint { return &f.ends[uint8(d)^f.orig] }

// dir returns the direction in which the endpoint of a side sends.
func (f *Flow) dir(side uint8) Dir { return Dir(side ^ f.orig) }

// Packets returns the number of packets that an endpoint sent, and the sum
// of their IP lengths.
func (f *Flow) Packets(d Dir) (packets, ipBytes uint64) {
	e := f.end(d)
	return e.packets, e.ipBytes
}

// Seen reports whether a packet was delivered on the flow already.
func (f *Flow) Seen() bool { return f.ends[0].packets|f.ends[1].packets != 0 }

// Bytes returns the payload bytes that an endpoint sent: for TCP by its
// sequence numbers, for others the sum of the payloads' lengths.
func (f *Flow) Bytes(d Dir) uint64 {
	e := f.end(d)
	if f.Proto == protoTCP {
		return e.size(f.end(1 - d))
	}
	return uint64(max(e.length, 0))
}

// History returns what was seen of the flow, one letter a thing.  It is valid
// until the next packet.
func (f *Flow) History() []byte { return f.hist.bytes() }

// Weird marks that an oddity was reported for the flow.  Zeek then keeps
// others to itself.
func (f *Flow) Weird() { f.flags |= didWeird }

// Flip exchanges the roles of the endpoints.
func (f *Flow) Flip() {
	f.orig ^= 1
	if f.Proto == protoUDP {
		// Zeek leaves the lengths with the roles here.
		f.ends[0].length, f.ends[1].length = f.ends[1].length, f.ends[0].length
	}
	var seen flags
	if f.flags&seenOrig != 0 {
		seen |= seenResp
	}
	if f.flags&seenResp != 0 {
		seen |= seenOrig
	}
	f.flags = f.flags&^(seenOrig|seenResp|partial) | seen
	f.hist.add('^')
}

// Limited marks that a limit was exceeded on the flow: the history gets an X.
func (f *Flow) Limited() { f.hist.once(Orig, histLimit, 'X') }

// Skip ends the delivery of what the flow carries: it is only counted from
// now on, and the history has an X.
func (f *Flow) Skip() {
	if f.flags&skipping == 0 {
		f.flags |= skipping
		f.Limited()
	}
}

// Skipping reports whether Skip was called.
func (f *Flow) Skipping() bool { return f.flags&skipping != 0 }

// Partial reports whether the start of a TCP connection was not seen.
func (f *Flow) Partial() bool { return f.flags&partial != 0 }

// State returns Zeek's conn_state.
func (f *Flow) State() string {
	o, r := f.end(Orig), f.end(Resp)
	switch f.Proto {
	case protoUDP:
		switch {
		case o.length >= 0 && r.length >= 0:
			return "SF"
		case o.length >= 0:
			return "S0"
		case r.length >= 0:
			return "SHR"
		}
		return "OTH"
	case protoTCP:
		return f.tcpState(o, r)
	}
	return "OTH"
}

func (f *Flow) tcpState(o, r *endpoint) string {
	oInactive := o.state == inactive || o.state == partialState
	rInactive := r.state == inactive || r.state == partialState
	switch {
	case r.state == reset:
		switch {
		case o.state == synSent || o.state == synAckSent,
			o.state == reset && o.size(r) == 0 && r.size(o) == 0:
			return "REJ"
		case oInactive:
			return "RSTRH"
		}
		return "RSTR"
	case o.state == reset:
		switch {
		case !rInactive:
			return "RSTO"
		case f.hist.synThenReset():
			return "RSTOS0"
		}
		return "OTH"
	case o.state == closed && r.state == closed:
		return "SF"
	case o.state == closed:
		if rInactive {
			return "SH"
		}
		return "S2"
	case r.state == closed:
		if oInactive {
			return "SHR"
		}
		return "S3"
	case o.state == synSent && r.state == inactive:
		return "S0"
	case o.state == established && r.state == established:
		return "S1"
	}
	return "OTH"
}
