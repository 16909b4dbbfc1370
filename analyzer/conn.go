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
	// Start is the time of the first packet, Now that of the packet being
	// worked on, in ns since 1970.
	Start, Now int64

	// Host is where the first server name (HTTP Host, TLS SNI) that an
	// analyzer saw is kept, for RemoteUrl.  Set by SetHost.
	host []byte
	eng  engine
}

// engine is what a connection needs of the engine around it.
type engine interface {
	row(c *Conn, l *event.Log) *event.Row
	weird(c *Conn, source, name, addl string)
	confirm(b *Base)
	violate(b *Base, reason string)
	child(b *Base, name string) *Feeder
	expect(c *Conn, e Expectation)
	fileID(c *Conn) string
}

// Row starts a row of log l, with ts, uid and id set if the log has them.
// Set its fields at once: the row is valid until the next one is started.
func (c *Conn) Row(l *event.Log, ts int64) *event.Row {
	r := c.eng.row(c, l)
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
func (c *Conn) NewFileID() string { return c.eng.fileID(c) }

// Weird writes a record to weird.log: name is Zeek's name of the oddity
// ("bad_HTTP_request"), addl more about it, or "".
func (b *Base) Weird(name, addl string) { b.Conn.eng.weird(b.Conn, b.spec.Name, name, addl) }

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

// Violate tells that the input is not, or no longer, the protocol.  As in
// Zeek the engine then removes the analyzer (Close is called before Violate
// returns to the engine's loop, not before it returns to the caller; return
// from Data at once), and takes the service off the connection again, unless
// the analyzer had been given more than 10 KiB.
func (b *Base) Violate(reason string) {
	if b.flags&violated == 0 {
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
func (b *Base) Child(name string) *Feeder { return b.Conn.eng.child(b, name) }

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
}

// Expect announces a connection between the same two hosts, in either
// direction.
func (b *Base) Expect(e Expectation) { b.Conn.eng.expect(b.Conn, e) }

// AuthResult is implemented by analyzers that learn from their carrier
// whether an authentication succeeded (NTLM in SMB, HTTP, GSSAPI).
type AuthResult interface {
	// Result tells the outcome.
	Result(success bool)
}
