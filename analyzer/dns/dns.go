// Package dns analyzes DNS (RFC 1035) over UDP and TCP, with multicast DNS,
// LLMNR and the NetBIOS name service, which share its format.  What it logs,
// and when, follows Zeek's analyzer and its script
// base/protocols/dns/main.zeek: a record is written when query and reply have
// both been seen, whatever their order, and at the end of the connection for
// those that stayed alone.
package dns

import (
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
)

// Spec returns the declaration of the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:  "dns",
		Title: "DNS",
		Doc: "Queries and replies of DNS over UDP and TCP, multicast DNS, LLMNR and the NetBIOS name service, " +
			"paired by transaction id.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{53},
		UDPPorts: []uint16{53, netbiosPort, 5353, 5355},
		UDP:      true,
		Probe:    probe,
		New:      func() analyzer.Analyzer { return &Analyzer{} },
	}
}

// A connection over UDP ends when it has been idle for 9 s at one of the
// looks at it every 10 s (Zeek's dns_session_timeout).
const (
	sessionPeriod = 10e9
	sessionIdle   = 9e9
)

// Analyzer analyzes one connection.
type Analyzer struct {
	analyzer.Base

	seen    bool         // a message came already
	cur     *transaction // what the message being read belongs to
	pend    pending
	scratch []byte // a name that is only passed over
	owner   []byte // name of the record being read
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.seen, a.cur = false, nil
	a.pend.reset()
	if a.Conn.Proto == protoUDP {
		a.Conn.SessionTimer(sessionPeriod, sessionIdle)
	}
}

const protoUDP = 17

// Close writes what stayed alone.
func (a *Analyzer) Close() { a.pend.flushAll(a.write) }

// Datagram implements analyzer.Datagrams.
func (a *Analyzer) Datagram(dir analyzer.Dir, b []byte, _ int) { a.message(dir, b) }

// Data implements analyzer.Stream: messages with their length in front
// (RFC 1035 section 4.2.2).
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for len(b)-consumed >= 2 {
		size := 2 + int(b[consumed])<<8 + int(b[consumed+1])
		if len(b)-consumed < size {
			return consumed, size
		}
		if !a.message(dir, b[consumed+2:consumed+size]) {
			return 0, 0
		}
		consumed += size
	}
	return consumed, 2
}

// Gap implements analyzer.Stream.  Where the next message begins cannot be
// told.
func (a *Analyzer) Gap(analyzer.Dir, uint64) bool { return false }

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(analyzer.Dir) {}

// message analyzes one message.  It returns false when this is no DNS.
func (a *Analyzer) message(dir analyzer.Dir, b []byte) bool {
	if len(b) < headerLen {
		a.Weird("DNS_truncated_len_lt_hdr_len", "")
		return true
	}
	h := parseHeader(b)
	if !a.seen {
		a.seen = true
		if h.reply() && dir == analyzer.Orig && !multicast(a.Conn.Resp) {
			a.Conn.Flip()
		}
	}
	netbios := a.Conn.RespPort == netbiosPort
	if op := h.opcode(); op != opQuery && op != opNotify && op != opUpdate &&
		!(netbios && op >= nbRegistration && op <= nbRefresh) {
		a.Weird("DNS_unknown_opcode", opcodeDigits[op])
		return true
	}
	a.pair(h)
	if h.qd > maxQueries {
		a.Weird("DNS_Conn_count_too_large", strconv.Itoa(int(h.qd))+" > "+strconv.Itoa(maxQueries))
		a.Conn.Limited()
		a.end(h)
		a.Violate("DNS_Conn_count_too_large")
		return false
	}
	r := reader{b: b, off: headerLen, netbios: netbios}
	if !netbios && h.opcode() == opUpdate {
		a.update(&r, h)
	} else {
		a.sections(&r, h)
	}
	if r.long {
		a.Weird("DNS_NAME_too_long", "")
	}
	if r.bad {
		if r.weird != "" {
			a.Weird(r.weird, "")
		}
	} else if plausible(h, b, r.left()) {
		a.Confirm()
	}
	a.end(h)
	return true
}

// plausible reports whether a message that could be read, with rest bytes
// behind its answers, is DNS and not NTP or another protocol whose messages are
// mostly zeros: those ask for a name, type and class of 0, or have neither
// question nor answer and not the length that their counts need.
func plausible(h header, b []byte, rest int) bool {
	const minRecord = 11 // the root's name, type, class, TTL, length
	n := int(h.ns) + int(h.ar)
	switch {
	case h.qd > 0:
		return string(b[headerLen:headerLen+5]) != "\x00\x00\x00\x00\x00"
	case h.an > 0:
		return true
	case n == 0:
		return rest == 0 && h.reply()
	}
	return rest >= n*minRecord
}

var opcodeDigits = [16]string{
	"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
}

func multicast(a packet.Addr) bool {
	if a.Is4() {
		return a[12]>>4 == 14
	}
	return a[0] == 0xff
}

// sections reads questions and answers.  The other sections are not looked
// at: Zeek skips them by default (dns_skip_all_auth, dns_skip_all_addl).
func (a *Analyzer) sections(r *reader, h header) {
	for range h.qd {
		if a.question(r, h); r.bad {
			return
		}
	}
	for range h.an {
		rr := a.record(r, false)
		if r.bad {
			return
		}
		t := a.cur
		mark := len(t.text)
		text, hooked := a.rdata(r, t.text, rr.typ, rr.size, a.owner)
		t.text = text
		if r.bad || !hooked || !h.reply() {
			t.text = t.text[:mark]
			continue
		}
		a.answer(h, mark, rr.ttl)
	}
}

// question reads a question (RFC 1035 section 4.1.2).
func (a *Analyzer) question(r *reader, h header) {
	t := a.cur
	// Only a query's question is logged; that of a reply repeats it.
	if h.reply() {
		a.skipName(r)
	} else {
		t.query = r.name(t.query[:0])
	}
	if !r.bad && r.left() < 4 {
		r.fail("DNS_truncated_quest_too_short")
	}
	qtype, qclass := r.u16(), r.u16()
	switch {
	case r.bad:
		if !h.reply() {
			t.query = t.query[:0]
		}
	case !h.reply():
		t.has |= hasQuestion | hasQuery
		t.rd, t.tc, t.z = h.rd(), h.tc(), h.z()
		t.qtype, t.qclass = qtype, qclass
		if r.netbios {
			t.netbiosQuery()
		}
	case h.an == 0 && h.ns == 0 && h.ar == 0:
		t.rejected = true
	}
}

// netbiosQuery puts the decoded name in place of the query.
func (t *transaction) netbiosQuery() {
	n := len(t.query)
	t.query = appendNetBIOS(t.query, t.query)
	if decoded := len(t.query) - n; decoded > 0 {
		copy(t.query, t.query[n:])
		t.query = t.query[:decoded]
	} else {
		t.query = t.query[:n]
	}
}

// record is what stands in front of a resource record's data.
type record struct {
	typ, class uint16
	ttl        uint32
	size       int
}

// record reads the head of a resource record (RFC 1035 section 4.1.3); its
// name is in a.owner then.
func (a *Analyzer) record(r *reader, emptyAllowed bool) (rr record) {
	a.owner = r.name(a.owner[:0])
	if !r.bad && r.left() < 4 {
		r.fail("DNS_truncated_ans_too_short")
	}
	rr.typ, rr.class = r.u16(), r.u16()
	rr.ttl, rr.size = r.u32(), int(r.u16())
	switch {
	case r.bad:
	case rr.size > r.left():
		r.fail("DNS_truncated_RR_rdlength_lt_len")
	case rr.size == 0 && r.left() > 0 && !emptyAllowed:
		r.fail("DNS_zero_rdlength")
	}
	return rr
}

// answer takes text that was appended to the transaction's, from mark on, as
// an answer.
func (a *Analyzer) answer(h header, mark int, ttl uint32) {
	t := a.cur
	if t.has&hasQuery == 0 {
		t.has |= hasQuery
		t.query = append(t.query[:0], a.owner...)
	}
	t.aa, t.ra = h.aa(), h.ra()
	if t.rtt == 0 {
		t.rtt = a.Conn.Now - t.ts
	}
	if len(t.text) > mark {
		t.ends = append(t.ends, uint32(len(t.text)))
		t.ttls = append(t.ttls, ttl)
	}
}

// end closes a message: the transaction is written once both sides of it are
// there.
func (a *Analyzer) end(h header) {
	t := a.cur
	if h.reply() {
		t.sawReply = true
	} else {
		t.sawQuery = true
	}
	a.cur = nil
	if t.sawQuery && t.sawReply {
		a.write(t)
		a.pend.release(t)
		return
	}
	a.pend.add(t, a.write)
}

// write writes a record.
func (a *Analyzer) write(t *transaction) {
	row := a.Conn.Row(Log, t.ts)
	netbios := a.Conn.RespPort == netbiosPort
	if a.Conn.Proto == protoUDP {
		colProto.SetString(row, "udp")
	} else {
		colProto.SetString(row, "tcp")
	}
	colTransID.Set(row, uint64(t.id))
	if t.rtt != 0 {
		colRTT.Set(row, t.rtt)
	}
	if t.has&hasQuery != 0 {
		colQuery.Set(row, t.query)
	}
	if t.has&hasQuestion != 0 {
		colQClass.Set(row, uint64(t.qclass))
		colQClassName.SetString(row, className(t.qclass))
		colQType.Set(row, uint64(t.qtype))
		name := typeName(t.qtype)
		if netbios && t.qtype == typeSRV {
			name = "NBSTAT"
		}
		colQTypeName.SetString(row, name)
	}
	if t.has&hasReply != 0 {
		colRCode.Set(row, uint64(t.rcode))
		colRCodeName.SetString(row, rcodeNames[t.rcode])
	}
	colAA.Set(row, t.aa)
	colTC.Set(row, t.tc)
	colRD.Set(row, t.rd)
	colRA.Set(row, t.ra)
	colZ.Set(row, uint64(t.z))
	if len(t.ends) > 0 {
		answers := colAnswers.List(row)
		from := uint32(0)
		for _, to := range t.ends {
			answers.Bytes(t.text[from:to])
			from = to
		}
		answers.End()
		ttls := colTTLs.List(row)
		for _, s := range t.ttls {
			ttls.Int(int64(s) * 1e9)
		}
		ttls.End()
	}
	colRejected.Set(row, t.rejected)
	colOpcode.Set(row, uint64(t.opcode))
	colOpcodeName.SetString(row, opcodeName(t.opcode, netbios))
}
