// Package snmp analyses SNMP versions 1 (RFC 1157), 2c (RFC 1901, RFC 3416)
// and 3 (RFC 3412), one record a connection, as Zeek's base/protocols/snmp.
package snmp

import (
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "snmp", Title: "SNMP",
		Doc:      "Network management: communities, what is read and written.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{161, 162},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

type session struct {
	analyzer.Base

	seen         bool
	first, last  int64
	version      int64
	hasCommunity bool
	hasDisplay   bool
	hasUp        bool
	community    []byte
	display      []byte
	up           int64
	get, bulk    uint64
	responses    uint64
	set          uint64
}

var _ analyzer.Datagrams = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	*s = session{Base: s.Base, community: s.community[:0], display: s.display[:0]}
}

// Datagram implements analyzer.Datagrams.
func (s *session) Datagram(dir analyzer.Dir, b []byte, _ int) {
	var m message
	ok := m.parse(b)
	if m.hasHeader && dir == analyzer.Resp {
		// Requests alone do not show that anybody speaks SNMP there.
		s.Confirm()
	}
	if !ok {
		s.ViolateEarly("malformed message")
		return
	}
	if !m.unknown {
		s.take(&m)
	}
}

// take adds a message to the record.
func (s *session) take(m *message) {
	now := s.Conn.Now
	if !s.seen {
		s.seen, s.first, s.version = true, now, m.version
	}
	s.last = now
	if !s.hasCommunity && m.version != version3 {
		s.hasCommunity, s.community = true, append(s.community, m.community...)
	}
	if m.tooLong > 0 {
		s.Conn.NetWeird("asn_oid_subidentifier_too_long", strconv.Itoa(m.tooLong))
	}
	switch m.kind {
	case pduGet, pduGetNext:
		s.get += m.count
	case pduBulk:
		s.bulk += m.count
	case pduSet:
		s.set += m.count
	case pduResponse:
		s.responses += m.count
		s.answers(m)
	}
}

// The variables that are looked at, as they are encoded.
const (
	sysDescr  = "\x2b\x06\x01\x02\x01\x01\x01\x00"
	sysUpTime = "\x2b\x06\x01\x02\x01\x01\x03\x00"
)

// tick is the unit of sysUpTime, in ns.
const tick = 10_000_000

// answers looks at the variables of a response.
func (s *session) answers(m *message) {
	list := m.bindings
	for range m.count {
		var v binding
		list, _ = v.next(list)
		switch {
		case string(v.name) == sysDescr && v.isText():
			s.display, s.hasDisplay = append(s.display[:0], v.value...), true
		case string(v.name) == sysUpTime && v.isCount():
			// TimeTicks have 32 bits; more would be no time.
			s.up, s.hasUp = s.Conn.Now-int64(uint32(number(v.value)))*tick, true
		}
	}
}

// Close implements analyzer.Analyzer: the record is written when the
// connection ends.
func (s *session) Close() {
	if !s.seen {
		return
	}
	r := s.Conn.Row(Log, s.first)
	colDuration.Set(r, s.last-s.first)
	switch s.version {
	case version1:
		colVersion.SetString(r, "1")
	case version2:
		colVersion.SetString(r, "2c")
	default:
		colVersion.SetString(r, "3")
	}
	if s.hasCommunity {
		colCommunity.Set(r, s.community)
	}
	colGet.Set(r, s.get)
	colBulk.Set(r, s.bulk)
	colResponses.Set(r, s.responses)
	colSet.Set(r, s.set)
	if s.hasDisplay {
		colDisplay.Set(r, s.display)
	}
	if s.hasUp {
		colUpSince.Set(r, s.up)
	}
}
