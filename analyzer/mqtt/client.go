package mqtt

import (
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// client is what CONNECT says.
type client struct {
	seen    bool
	will    bool
	version byte
	ts      int64
	proto   []byte
	id      []byte
	topic   []byte // of the will
	payload []byte
}

func (c *client) reset() {
	*c = client{proto: c.proto[:0], id: c.id[:0], topic: c.topic[:0], payload: c.payload[:0]}
}

// Flags of CONNECT.
const (
	flagUser     = 0x80
	flagPassword = 0x40
	flagWill     = 0x04
)

// read reads CONNECT and reports whether it could.
func (c *client) read(now int64, r *reader) bool {
	proto, version, flags := r.text(), r.byte(), r.byte()
	r.uint16() // seconds to keep alive
	if version >= version5 {
		r.properties()
	}
	id := r.text()
	var topic, payload []byte
	if flags&flagWill != 0 {
		if version >= version5 {
			r.properties()
		}
		topic, payload = r.text(), r.text()
	}
	if flags&flagUser != 0 {
		r.text()
	}
	if flags&flagPassword != 0 {
		r.text()
	}
	if r.bad {
		return false
	}
	if !c.seen {
		c.seen, c.ts = true, now
	}
	c.proto, c.version = append(c.proto[:0], proto...), version
	c.id = append(c.id[:0], id...)
	if flags&flagWill != 0 {
		c.will = true
		c.topic, c.payload = append(c.topic[:0], topic...), append(c.payload[:0], payload...)
	}
	return true
}

// version5 is the version from which on packets have properties.
const version5 = 5

var versions = [...]string{3: "3.1", 4: "3.1.1", version5: "5.0"}

var statuses = [...]string{
	"Connection Accepted", "Refused: unacceptable protocol version", "Refused: identifier rejected",
	"Refused: server unavailable", "Refused: bad user name or password", "Refused: not authorized",
}

// setName sets a field to the name of code, "unknown-9" where it has none.
func setName(r *event.Row, col event.StringCol, names []string, code byte) {
	if int(code) < len(names) && names[code] != "" {
		col.SetString(r, names[code])
		return
	}
	var text [12]byte
	col.Set(r, strconv.AppendUint(append(text[:0], "unknown-"...), uint64(code), 10))
}

// write writes the record, with the broker's answer.
func (c *client) write(conn *analyzer.Conn, code byte) {
	ts := conn.Now
	if c.seen {
		ts = c.ts
	}
	r := conn.Row(ConnectLog, ts)
	if c.seen {
		colProtoName.Set(r, c.proto)
		setName(r, colProtoVersion, versions[:], c.version)
		colClientID.Set(r, c.id)
	}
	setName(r, colStatus, statuses[:], code)
	if c.will {
		colWillTopic.Set(r, c.topic)
		colWillPayload.Set(r, c.payload)
	}
}
