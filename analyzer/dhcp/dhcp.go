// Package dhcp analyzes DHCP (RFC 2131, RFC 2132).  Its messages go between
// broadcast, server and client addresses, so that one exchange is several
// connections: records are put together by transaction id, as in Zeek's script
// base/protocols/dhcp/main.zeek.
package dhcp

import (
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
)

const (
	serverPort = 67
	clientPort = 68
)

// Spec returns the declaration of the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:     "dhcp",
		Title:    "DHCP",
		Doc:      "Dynamic host configuration: one record per exchange, with names and addresses of client and server.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{serverPort, clientPort, 4011},
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			var m message
			if m.parse(s.Orig) || m.parse(s.Resp) {
				return analyzer.Yes
			}
			return analyzer.No
		},
		FirstBytes: "\x01\x02",
		UDP:        true,
		New:        func() analyzer.Analyzer { return &Analyzer{} },
		Shared:     func() any { return &exchanges{byXID: make(map[uint32]*exchange)} },
	}
}

// Analyzer analyzes one connection; what it learns goes to the exchanges of
// its engine.
type Analyzer struct {
	analyzer.Base

	x *exchanges
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.x = a.Shared().(*exchanges)
	a.x.open++
}

// Close implements analyzer.Analyzer.  With the last connection all exchanges
// end: they have been idle for longer than they are waited for, or the
// capture ends.
func (a *Analyzer) Close() {
	if a.x.open--; a.x.open == 0 {
		a.x.endAll(a.Conn)
	} else {
		a.x.expire(a.Conn)
	}
}

// Datagram implements analyzer.Datagrams.
func (a *Analyzer) Datagram(dir analyzer.Dir, b []byte, wireLen int) {
	var m message
	if !m.parse(b) {
		if wireLen <= len(b) {
			a.Violate("no DHCP message")
		}
		return
	}
	a.Confirm()
	a.x.expire(a.Conn)
	a.x.take(a.Conn, dir == analyzer.Orig, &m)
}

// exchange is what the messages of one transaction id tell.
type exchange struct {
	xid            uint32
	first, last    int64
	due            int64 // when to look whether it is over
	uids           []string
	kinds          []byte
	client, server packet.Addr
	requested      packet.Addr
	assigned       packet.Addr
	mac, chaddr    []byte
	host, fqdn     []byte
	domain         []byte
	clientMsg      []byte
	serverMsg      []byte
	lease          uint32
	hasLease       bool
}

// Limits, and how long messages are waited for, as in Zeek.
const (
	maxUIDs      = 10
	maxKinds     = 50
	maxExchanges = 1 << 14
	firstLook    = 10e9
	nextLook     = 5e9
	idle         = 5e9
	watch        = 30e9
)

// exchanges are those of one engine.
type exchanges struct {
	byXID map[uint32]*exchange
	order []*exchange // oldest first
	open  int         // connections
	text  []byte
}

var zeroAddr, broadcast = packet.AddrFrom4([]byte{0, 0, 0, 0}), packet.AddrFrom4([]byte{255, 255, 255, 255})

// take adds a message to its exchange.
func (x *exchanges) take(c *analyzer.Conn, fromOrig bool, m *message) {
	e := x.byXID[m.xid]
	if e == nil {
		if len(x.order) >= maxExchanges {
			x.endAll(c)
		}
		e = &exchange{xid: m.xid, first: c.Now, due: c.Now + firstLook}
		x.byXID[m.xid] = e
		x.order = append(x.order, e)
	}
	e.last = c.Now
	e.addUID(c.UID)
	e.kinds = append(e.kinds, m.kind)
	if fromOrig && (c.Orig == zeroAddr || c.OrigPort == clientPort || c.RespPort == serverPort) {
		e.fromClient(c, m)
	} else {
		e.fromServer(c, fromOrig, m)
	}
	if len(e.uids) >= maxUIDs || len(e.kinds) >= maxKinds {
		x.write(c, e)
		x.drop(e)
	}
}

func (e *exchange) addUID(uid string) {
	for _, u := range e.uids {
		if u == uid {
			return
		}
	}
	e.uids = append(e.uids, uid)
}

func (e *exchange) fromClient(c *analyzer.Conn, m *message) {
	if m.has&hasText != 0 {
		e.clientMsg = append(e.clientMsg[:0], m.text...)
	}
	if c.Orig != zeroAddr && c.Orig != broadcast {
		e.client = c.Orig
	}
	if m.has&hasHost != 0 {
		e.host = append(e.host[:0], m.hostName...)
	}
	if m.has&hasFQDN != 0 {
		e.fqdn = m.appendFQDN(e.fqdn[:0])
	}
	if m.clientMAC != nil {
		e.mac = appendMAC(e.mac[:0], m.clientMAC)
	} else {
		e.chaddr = appendMAC(e.chaddr[:0], m.chaddr)
	}
	if m.has&hasRequested != 0 {
		e.requested = addr(m.requested)
	}
}

func (e *exchange) fromServer(c *analyzer.Conn, fromOrig bool, m *message) {
	if m.has&hasText != 0 {
		e.serverMsg = append(e.serverMsg[:0], m.text...)
	}
	if len(m.chaddr) > 0 && len(e.mac) == 0 {
		e.mac = appendMAC(e.mac[:0], m.chaddr)
	}
	if m.yiaddr != [4]byte{} {
		e.assigned = addr(m.yiaddr)
		// A server that broadcasts is the originator.
		if fromOrig {
			e.server = c.Orig
		} else {
			e.server = c.Resp
		}
	}
	if e.client == (packet.Addr{}) {
		e.client = e.assigned
	}
	if m.has&hasDomain != 0 {
		e.domain = append(e.domain[:0], m.domain...)
	}
	if m.has&hasLease != 0 {
		e.hasLease, e.lease = true, m.lease
	}
}

// expire writes the exchanges that are over.
func (x *exchanges) expire(c *analyzer.Conn) {
	kept := x.order[:0]
	for _, e := range x.order {
		over := false
		for ; e.due <= c.Now && !over; e.due += nextLook {
			over = e.due-e.last > idle || e.due-e.first > watch
		}
		if !over {
			kept = append(kept, e)
			continue
		}
		x.end(c, e)
	}
	clear(x.order[len(kept):])
	x.order = kept
}

// end writes an exchange that is over.
func (x *exchanges) end(c *analyzer.Conn, e *exchange) {
	if len(e.mac) == 0 {
		e.mac = e.chaddr
	}
	x.write(c, e)
	delete(x.byXID, e.xid)
}

func (x *exchanges) endAll(c *analyzer.Conn) {
	for _, e := range x.order {
		x.end(c, e)
	}
	clear(x.order)
	x.order = x.order[:0]
}

// drop forgets an exchange.
func (x *exchanges) drop(e *exchange) {
	delete(x.byXID, e.xid)
	for i := range x.order {
		if x.order[i] == e {
			x.order = append(x.order[:i], x.order[i+1:]...)
			return
		}
	}
}

func (x *exchanges) write(c *analyzer.Conn, e *exchange) {
	row := c.Row(Log, e.first)
	colUIDs.SetStrings(row, e.uids)
	set := func(col event.AddrCol, a packet.Addr) {
		if a != (packet.Addr{}) {
			col.Set(row, a)
		}
	}
	set(colClient, e.client)
	set(colServer, e.server)
	colMAC.SetNonEmpty(row, e.mac)
	colHost.SetNonEmpty(row, e.host)
	colFQDN.SetNonEmpty(row, e.fqdn)
	colDomain.SetNonEmpty(row, e.domain)
	set(colRequested, e.requested)
	set(colAssigned, e.assigned)
	if e.hasLease {
		colLease.Set(row, int64(e.lease)*1e9)
	}
	colClientMsg.SetNonEmpty(row, e.clientMsg)
	colServerMsg.SetNonEmpty(row, e.serverMsg)
	kinds := colTypes.List(row)
	for _, k := range e.kinds {
		if int(k) < len(kindNames) && kindNames[k] != "" {
			kinds.String(kindNames[k])
			continue
		}
		x.text = strconv.AppendUint(append(x.text[:0], "Unknown Message Type "...), uint64(k), 10)
		kinds.Bytes(x.text)
	}
	kinds.End()
	colDuration.Set(row, e.last-e.first)
}
