// Package dcerpc analyzes DCE/RPC version 5 (The Open Group's C706, Microsoft's
// [MS-RPCE]) over TCP and over the named pipes of SMB.  What it logs follows
// Zeek's script base/protocols/dce-rpc/main.zeek: a record per answered call,
// with the names of interface and operation.
package dcerpc

import (
	"bytes"
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec returns the declaration of the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:       "dce_rpc",
		Title:      "DCE/RPC",
		Doc:        "Remote procedure calls of Windows: interfaces, operations and the authentication they carry.",
		Logs:       []*event.Log{Log},
		TCPPorts:   []uint16{135},
		Probe:      probe,
		FirstBytes: "\x05",
		TCP:        true,
		New:        func() analyzer.Analyzer { return &Analyzer{} },
	}
}

func probe(s *analyzer.Start) analyzer.Verdict {
	v := analyzer.No
	for _, b := range [2][]byte{s.Orig, s.Resp} {
		switch {
		case len(b) == 0:
		case len(b) < headerLen:
			if b[0] == 5 {
				v = analyzer.NeedMore
			}
		case validHeader(b) && b[3]&(flagFirst|flagLast) == flagFirst|flagLast:
			return analyzer.Yes
		}
	}
	return v
}

// Limits, as Zeek's (DCE_RPC::max_cmd_reassembly, max_frag_data), and on what
// is remembered of a connection.
const (
	maxAssembling = 20
	maxFragments  = 30000
	maxCalls      = 256
	maxContexts   = 256
	maxAddress    = 256
)

// Analyzer analyzes one connection, or one named pipe.
type Analyzer struct {
	analyzer.Base

	contexts []context
	address  []byte // the server's, from its bind_ack
	calls    []call
	parts    [2][]assembly
	spare    [][]byte // buffers of finished assemblies
	gssapi   *analyzer.Feeder
	ntlm     *analyzer.Feeder
	lost     [2]bool // bytes are missing: the next header is searched for
}

// context is what a presentation context was bound to.
type context struct {
	id    uint16
	iface *iface
	uuid  [16]byte // where iface is nil
}

// call is a request that waits for its response.
type call struct {
	id      uint32
	context uint16
	opnum   uint16
	ts      int64
}

// assembly is a message whose fragments are not complete.
type assembly struct {
	id  uint32
	buf []byte
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.contexts, a.address, a.calls = a.contexts[:0], a.address[:0], a.calls[:0]
	for i := range a.parts {
		clear(a.parts[i])
		a.parts[i] = a.parts[i][:0]
	}
	a.gssapi, a.ntlm = nil, nil
	a.lost = [2]bool{}
}

// Close implements analyzer.Analyzer.  As in Zeek, calls without an answer
// are not logged.
func (a *Analyzer) Close() {}

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(analyzer.Dir) {}

// Gap implements analyzer.Stream.
func (a *Analyzer) Gap(dir analyzer.Dir, _ uint64) bool {
	a.lost[dir] = true
	clear(a.parts[dir])
	a.parts[dir] = a.parts[dir][:0]
	return true
}

// find returns where the next header begins in b, or how many bytes cannot be
// part of one.
func find(b []byte) (n int, ok bool) {
	for ; n+headerLen <= len(b); n++ {
		if h := b[n:]; validHeader(h) && h[3]&(flagFirst|flagLast) != 0 && h[5]|h[6]|h[7] == 0 {
			return n, true
		}
	}
	return n, false
}

// Data implements analyzer.Stream.
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	if a.lost[dir] {
		n, ok := find(b)
		if !ok {
			return n, 0
		}
		a.lost[dir] = false
		consumed = n
	}
	for len(b)-consumed >= headerLen {
		h := b[consumed:]
		if !validHeader(h) {
			a.Violate("no DCE/RPC header")
			return 0, 0
		}
		n := size(h)
		if len(h) < n {
			return consumed, n
		}
		var p pdu
		if !p.parse(h[:n]) {
			a.Violate("DCE/RPC authentication longer than its PDU")
			return 0, 0
		}
		a.Confirm()
		if !a.pdu(dir, &p) {
			return 0, 0
		}
		consumed += n
	}
	return consumed, headerLen
}

// pdu analyzes one fragment.  It returns false when the analyzer stops.
func (a *Analyzer) pdu(dir analyzer.Dir, p *pdu) bool {
	switch p.typ {
	case pduBind, pduBindAck, pduAlterContext, pduAlterContextResp, pduAuth3:
		a.auth(dir, p)
	}
	body, ok := a.assemble(dir, p)
	if !ok {
		a.Done(analyzer.Orig)
		a.Done(analyzer.Resp)
		return false
	}
	if body == nil {
		return true
	}
	switch p.typ {
	case pduBind, pduAlterContext:
		a.bind(p, body)
	case pduBindAck:
		a.bindAck(p, body)
	case pduRequest:
		a.request(p, body)
	case pduResponse:
		a.response(p, body)
	case pduFault:
		a.takeCall(p.callID)
	}
	return true
}

// assemble returns the whole body that fragment p completes, nil if more are
// to come.  ok is false when there is too much of them.
func (a *Analyzer) assemble(dir analyzer.Dir, p *pdu) (body []byte, ok bool) {
	list := a.parts[dir]
	k := 0
	for k < len(list) && list[k].id != p.callID {
		k++
	}
	first, last := p.flags&flagFirst != 0, p.flags&flagLast != 0
	if first && last || !first && k == len(list) {
		return p.body, true
	}
	if k == len(list) {
		var buf []byte
		if n := len(a.spare); n > 0 {
			buf, a.spare = a.spare[n-1], a.spare[:n-1]
		}
		list = append(list, assembly{p.callID, append(buf[:0], p.body...)})
		a.parts[dir] = list
		if len(list) > maxAssembling {
			a.Weird("too_many_dce_rpc_msgs_in_reassembly", "")
			return nil, false
		}
	} else {
		list[k].buf = append(list[k].buf, rest(p)...)
	}
	if len(list[k].buf) > maxFragments {
		a.Weird("too_much_dce_rpc_fragment_data", "")
		return nil, false
	}
	if !last {
		return nil, true
	}
	body = list[k].buf
	a.parts[dir] = append(list[:k], list[k+1:]...)
	if len(a.spare) < 2 {
		a.spare = append(a.spare, body)
	}
	return body, true
}

// rest returns the part of a further fragment that continues the first one:
// all but the fields in front of the call's data.
func rest(p *pdu) []byte {
	switch p.typ {
	case pduRequest, pduResponse:
		if len(p.body) >= 8 {
			return p.body[8:]
		}
	}
	return p.body
}

// bind takes the interfaces that contexts are bound to.
func (a *Analyzer) bind(p *pdu, b []byte) {
	if len(b) < 12 {
		return
	}
	n := int(b[8])
	b = b[12:]
	for ; n > 0 && len(b) >= 24; n-- {
		c := context{id: p.order.Uint16(b)}
		copy(c.uuid[:], b[4:20])
		if p.order == binary.BigEndian {
			swapUUID(&c.uuid)
		}
		c.iface = interfaces[c.uuid]
		a.setContext(c)
		skip := 24 + 20*int(b[2])
		if skip > len(b) {
			return
		}
		b = b[skip:]
	}
}

func (a *Analyzer) setContext(c context) {
	for i := range a.contexts {
		if a.contexts[i].id == c.id {
			a.contexts[i] = c
			return
		}
	}
	if len(a.contexts) < maxContexts {
		a.contexts = append(a.contexts, c)
	}
}

// swapUUID turns the first three fields of a UUID round.
func swapUUID(u *[16]byte) {
	u[0], u[1], u[2], u[3] = u[3], u[2], u[1], u[0]
	u[4], u[5] = u[5], u[4]
	u[6], u[7] = u[7], u[6]
}

func (a *Analyzer) bindAck(p *pdu, b []byte) {
	if len(b) < 10 {
		return
	}
	n := int(p.order.Uint16(b[8:]))
	if n > len(b)-10 || n > maxAddress {
		return
	}
	addr := b[10 : 10+n]
	if i := bytes.IndexByte(addr, 0); i >= 0 {
		addr = addr[:i]
	}
	if len(addr) > 0 {
		a.address = append(a.address[:0], addr...)
	}
}

func (a *Analyzer) request(p *pdu, b []byte) {
	if len(b) < 8 {
		return
	}
	if len(a.calls) == maxCalls {
		a.calls = append(a.calls[:0], a.calls[1:]...)
	}
	a.calls = append(a.calls, call{
		id: p.callID, context: p.order.Uint16(b[4:]), opnum: p.order.Uint16(b[6:]), ts: a.Conn.Now,
	})
}

// takeCall removes and returns the call of that id.
func (a *Analyzer) takeCall(id uint32) (c call, ok bool) {
	for i := range a.calls {
		if a.calls[i].id == id {
			c = a.calls[i]
			a.calls = append(a.calls[:i], a.calls[i+1:]...)
			return c, true
		}
	}
	return call{}, false
}

func (a *Analyzer) response(p *pdu, b []byte) {
	if len(b) < 8 {
		return
	}
	c, ok := a.takeCall(p.callID)
	if !ok {
		return
	}
	id := p.order.Uint16(b[4:])
	var ctx *context
	for i := range a.contexts {
		if a.contexts[i].id == id {
			ctx = &a.contexts[i]
		}
	}
	if ctx == nil {
		// As in Zeek, the last interface bound stands in for an unknown
		// context.
		if len(a.contexts) == 0 {
			return
		}
		ctx = &a.contexts[len(a.contexts)-1]
	}
	endpoint, operation := ctx.names(c.opnum)
	if ignored(endpoint, operation) {
		return
	}
	row := a.Conn.Row(Log, c.ts)
	if rtt := a.Conn.Now - c.ts; rtt != 0 {
		colRTT.Set(row, rtt)
	}
	colNamedPipe.SetNonEmpty(row, a.address)
	colEndpoint.SetString(row, endpoint)
	colOperation.SetString(row, operation)
}

// auth hands over the authentication that a PDU carries.  On a named pipe of
// an SMB session that was opened with NTLM it is left out: as in Zeek a
// connection has one record for one authentication.
func (a *Analyzer) auth(dir analyzer.Dir, p *pdu) {
	if len(p.auth) == 0 {
		return
	}
	var f **analyzer.Feeder
	name := ""
	switch p.authType {
	case authSPNEGO, authKerberos:
		f, name = &a.gssapi, "gssapi"
	case authNTLM:
		f, name = &a.ntlm, "ntlm"
	default:
		return
	}
	if *f == nil {
		if a.Conn.Has("ntlm") {
			return
		}
		*f = a.Child(name)
	}
	(*f).Datagram(dir, p.auth, len(p.auth))
}
