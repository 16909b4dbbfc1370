package analyzer

import (
	"wirehunt/event"
	"wirehunt/packet"
)

// Conn is the connection that analyzers work on: a TCP connection, or the
// UDP or ICMP exchange that Zeek calls a connection.
type Conn struct {
	// UID is the connection's unique id: "C" and base-62 of a keyed hash of
	// its endpoints and first time.
	UID string
	// Orig and Resp are the addresses of originator and responder.
	Orig, Resp         packet.Addr
	OrigPort, RespPort uint16
	// Proto is the IP protocol number: 6, 17, 1, 58.
	Proto uint8
	// Start is the time of the first packet, Now the latest packet time so
	// far (Zeek's network_time, which does not go back where packets do), in
	// ns since 1970.
	Start, Now int64

	// Hash is a keyed hash of the endpoints and Start: the connection's place
	// in event.Order, and what UID is made of.
	Hash uint64
	// FlowID is how the layer below knows the connection.
	FlowID uint32

	eng      *Engine
	host     []byte
	top      *Feeder   // analyzers of the connection, in the order attached
	det      *detector // while the start is looked at
	services []string  // confirmed protocols, in order
	files    uint32    // file ids handed out
	state    connState
}

type connState uint8

const (
	connPanicked connState = 1 << iota
	connPending            // nothing was attached yet
	connEOFOrig
	connEOFResp
)

// Row starts a row of log l, with ts, uid and id set if the log has them.
// Set its fields at once: the row is valid until the next one is started.
func (c *Conn) Row(l *event.Log, ts int64) *event.Row {
	r := c.eng.row(c.Hash, l)
	if l.HasConn {
		r.SetConn(ts, c.UID, c.Orig, c.OrigPort, c.Resp, c.RespPort)
	} else {
		r.SetTs(ts)
	}
	return r
}

// SetHost notes the server's name as the traffic gives it; the first wins.
func (c *Conn) SetHost(name []byte) {
	if len(c.host) == 0 && len(name) <= 255 {
		c.host = append(c.host[:0], name...)
	}
}

// Host returns what SetHost noted.
func (c *Conn) Host() []byte { return c.host }

// NewFileID returns a new id for a file seen on the connection: "F" and
// base-62, the same for the same capture.
func (c *Conn) NewFileID() string {
	c.files++
	return FileID(c.Hash, c.files)
}

// IsLocal reports whether a is an address of the local networks.
func (c *Conn) IsLocal(a packet.Addr) bool { return c.eng.IsLocal(a) }

// SessionTimer makes the engine look at the connection every period ns of
// packet time, from now on, and end it if it has been idle for idle ns then,
// as Zeek ends DNS exchanges over UDP long before the transport's time-out.
func (c *Conn) SessionTimer(period, idle int64) { c.eng.control.SessionTimer(c, period, idle) }

// SetInactivity sets after how many ns of packet time without a packet the
// connection ends.
func (c *Conn) SetInactivity(ns int64) { c.eng.control.SetInactivity(c, ns) }

// Flip makes the originator the responder and the other way round, for
// analyzers that find that the roles are not as they looked (a DNS reply
// without its query).  The Dir of the call that is being worked on is not
// changed; later calls have the new roles.
func (c *Conn) Flip() { c.eng.control.Flip(c) }

// Skip ends the analysis of the connection: what follows is only counted,
// and its history gets an X.
func (c *Conn) Skip() { c.eng.control.Skip(c) }

// Limited notes that something on the connection exceeded a limit of the
// analysis, which goes on: its history gets an X.
func (c *Conn) Limited() { c.eng.control.Limited(c) }

// Partial reports whether the start of a TCP connection was not seen: no SYN
// of the originator, or none of the responder.  Most of Zeek's analyzers do
// not look at such connections.
func (c *Conn) Partial() bool { return c.eng.control.Partial(c) }

// Size returns the payload bytes of both sides together, as conn.log will
// have them.
func (c *Conn) Size() uint64 { return c.eng.control.Size(c) }

// Weird writes a record to weird.log: name is Zeek's name of the oddity
// ("bad_HTTP_request"), addl more about it, or "".
func (b *Base) Weird(name, addl string) { b.WeirdFrom(b.spec.weirdSource(), name, addl) }

// WeirdFrom is Weird with another source; "" for none.
func (b *Base) WeirdFrom(source, name, addl string) { b.Conn.eng.Weird(b.Conn, source, name, addl) }

// NetWeird writes a record to weird.log that, as in Zeek, does not tell the
// connection.
func (c *Conn) NetWeird(name, addl string) { c.eng.NetWeird(c.Hash, "", name, addl) }

// FileWeird writes a record about the file id to weird.log; as in Zeek it does
// not tell the connection.
func (c *Conn) FileWeird(name, id string) { c.eng.NetWeird(c.Hash, "", name, id) }

// Confirm tells that the connection really speaks the protocol: conn.log
// lists it as service.  Calls after the first do nothing.
func (b *Base) Confirm() {
	if b.flags&confirmed == 0 {
		b.flags |= confirmed
		b.Conn.eng.confirm(b)
	}
}

// Confirmed reports whether Confirm was called.
func (b *Base) Confirmed() bool { return b.flags&confirmed != 0 }

// Cut reports, within EOF, that the side's stream did not end: the analysis
// does, because the connection was reset, was idle for too long or goes on
// after the capture.
func (b *Base) Cut() bool { return b.flags&closing != 0 }

// Violate tells that the input is not, or no longer, the protocol.  As in
// Zeek the engine then removes the analyzer (Close is called before Violate
// returns to the engine's loop, not before it returns to the caller; return
// from Data at once), and takes the service off the connection again.  Once
// the connection is larger than 10 KiB the service stays.
func (b *Base) Violate(reason string) {
	if b.flags&gone == 0 {
		b.flags |= violated
		b.Conn.eng.violate(b, reason)
	}
}

// Done tells that the analyzer needs no more bytes of a side: they are only
// counted from now on.  Datagrams are no longer given either.
func (b *Base) Done(dir Dir) { b.flags |= doneOrig << dir }

// Skip makes the engine pass over the next n bytes of the side that follow
// those consumed, without giving them (a body nobody looks at).  Gaps inside
// them go unreported.
func (b *Base) Skip(dir Dir, n uint64) { b.skip[dir] += n }

// Child starts the analyzer of that name on the same connection, fed by this
// one (NTLM in HTTP, TLS after STARTTLS).  It returns nil where no such
// analyzer is registered.  The child is closed with its parent.
func (b *Base) Child(name string) *Feeder {
	i, ok := b.Conn.eng.byName[name]
	if !ok {
		return nil
	}
	return b.Conn.eng.attach(b.Conn, b, i, nil)
}

// IsChild reports whether another analyzer started this one.
func (b *Base) IsChild() bool { return b.parent != nil }

// QuietChild is Child for what Zeek does not look at: whatever the child, and
// those below it, find or do not find changes nothing in conn.log's service.
func (b *Base) QuietChild(name string) *Feeder {
	f := b.Child(name)
	if f != nil {
		f.base.flags |= quiet
	}
	return f
}

// Detect starts a child that finds out by content what it is given, as the
// engine does at the start of a connection (what follows HTTP's CONNECT): the
// analyzers that recognise their protocol in the first bytes get all of them.
func (b *Base) Detect() *Feeder {
	f := &Feeder{det: newDetector(b.Conn, b)}
	f.next, b.children = b.children, f
	return f
}

// Expectation announces a connection: its responder and which analyzer it
// gets (FTP's data channels).
type Expectation struct {
	// Orig is the expected originator; the zero Addr means any.
	Orig     packet.Addr
	Resp     packet.Addr
	RespPort uint16
	Proto    uint8
	Analyzer string
	// Timeout is how long to wait, in ns of packet time.
	Timeout int64
	// Value is given to the analyzer of the expected connection, which finds
	// it in Base.Expected.
	Value any

	until int64
}

// Expect announces a connection between the same two hosts, in either
// direction.
func (b *Base) Expect(e Expectation) { b.Conn.eng.expect(e) }

// AuthResult is implemented by analyzers that learn from their carrier
// whether an authentication succeeded (NTLM in SMB, HTTP, GSSAPI).
type AuthResult interface {
	// Result tells the outcome.
	Result(success bool)
}

// Reset clears c for another connection, which may reuse its memory.
func (c *Conn) Reset() {
	services, host := c.services, c.host
	clear(services)
	*c = Conn{services: services[:0], host: host[:0]}
}
