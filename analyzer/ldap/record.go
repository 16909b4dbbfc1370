package ldap

import (
	"bytes"
	"fmt"
	"strconv"
)

// maxOpen bounds how many operations of a kind wait for their end.  When one
// more begins, the oldest is written as it is.
const maxOpen = 128

// operation is a row of ldap.log being made.
type operation struct {
	id, ts     int64
	version    int64
	hasVersion bool
	opcode     string
	result     string
	diagnostic []byte
	object     []byte
	argument   []byte
}

// search is a row of ldap_search.log being made.
type search struct {
	id, ts        int64
	scope, deref  string
	base          []byte
	count         uint64
	result        string
	diagnostic    []byte
	filter        []byte
	hasFilter     bool
	attributes    []byte // separated by NUL
	hasAttributes bool
}

// weird reports that messages of one operation do not agree.
func (s *session) weird(name string, id int64, from, to any) {
	s.Weird(name, fmt.Sprintf("%d: %s -> %s", id, from, to))
}

// operation returns the operation with the message's id, which it begins if
// there is none.
func (s *session) operation(id int64) *operation {
	for i := range s.nops {
		if s.ops[i].id == id {
			return &s.ops[i]
		}
	}
	if s.nops == maxOpen {
		s.endOperation(&s.ops[0])
	}
	if s.nops == len(s.ops) {
		s.ops = append(s.ops, operation{})
	}
	o := &s.ops[s.nops]
	s.nops++
	*o = operation{id: id, ts: s.Conn.Now, diagnostic: o.diagnostic[:0], object: o.object[:0], argument: o.argument[:0]}
	return o
}

// search is operation for searches.
func (s *session) search(id int64) *search {
	for i := range s.nsearches {
		if s.searches[i].id == id {
			return &s.searches[i]
		}
	}
	if s.nsearches == maxOpen {
		s.endSearch(&s.searches[0])
	}
	if s.nsearches == len(s.searches) {
		s.searches = append(s.searches, search{})
	}
	q := &s.searches[s.nsearches]
	s.nsearches++
	*q = search{
		id: id, ts: s.Conn.Now, base: q.base[:0], diagnostic: q.diagnostic[:0], filter: q.filter[:0], attributes: q.attributes[:0],
	}
	return q
}

// endOperation writes an operation and drops it.
func (s *session) endOperation(o *operation) {
	s.writeOperation(o)
	for i := range s.nops {
		if &s.ops[i] == o {
			old := *o
			copy(s.ops[i:], s.ops[i+1:s.nops])
			s.nops--
			s.ops[s.nops] = old
			return
		}
	}
}

// endSearch writes a search and drops it.
func (s *session) endSearch(q *search) {
	s.writeSearch(q)
	for i := range s.nsearches {
		if &s.searches[i] == q {
			old := *q
			copy(s.searches[i:], s.searches[i+1:s.nsearches])
			s.nsearches--
			s.searches[s.nsearches] = old
			return
		}
	}
}

func (s *session) writeOperation(o *operation) {
	r := s.Conn.Row(Log, o.ts)
	colID.Set(r, o.id)
	if o.hasVersion {
		colVersion.Set(r, o.version)
	}
	if o.opcode != "" {
		colOpcode.SetString(r, o.opcode)
	}
	if o.result != "" {
		colResult.SetString(r, o.result)
	}
	colDiagnostic.SetNonEmpty(r, o.diagnostic)
	colObject.SetNonEmpty(r, o.object)
	colArgument.SetNonEmpty(r, o.argument)
}

func (s *session) writeSearch(q *search) {
	r := s.Conn.Row(SearchLog, q.ts)
	colSearchID.Set(r, q.id)
	if q.scope != "" {
		colScope.SetString(r, q.scope)
	}
	if q.deref != "" {
		colDeref.SetString(r, q.deref)
	}
	colBase.SetNonEmpty(r, q.base)
	colCount.Set(r, q.count)
	if q.result != "" {
		colSearchResult.SetString(r, q.result)
	}
	colSearchDiagnostic.SetNonEmpty(r, q.diagnostic)
	if q.hasFilter {
		colFilter.Set(r, q.filter)
	}
	if q.hasAttributes {
		l := colAttributes.List(r)
		for rest := q.attributes; len(rest) > 0; {
			var a []byte
			a, rest, _ = bytes.Cut(rest, []byte{0})
			l.Bytes(a)
		}
		l.End()
	}
}

// event notes a message in the record of its operation, and writes it when
// the message is the last, as Zeek's event LDAP::message does.
func (s *session) event(m *message) {
	switch {
	case m.op == opSearchDone:
		q := s.search(m.id)
		s.setSearchResult(q, m)
		s.endSearch(q)
	case isSearch(m.op):
		if m.op == opSearchEntry {
			s.search(m.id).count++
		}
	default:
		o := s.operation(m.id)
		s.note(o, m)
		if ends(m.op) {
			s.endOperation(o)
		}
	}
}

func (s *session) setSearchResult(q *search, m *message) {
	result := nameIn(resultNames[:], m.code)
	if q.result != "" && q.result != result {
		s.weird("LDAP_search_result_change", q.id, q.result, result)
	}
	q.result = result
	if len(m.diagnostic) > 0 {
		q.diagnostic = append(q.diagnostic[:0], m.diagnostic...)
	}
}

// note notes what a message says.
func (s *session) note(o *operation, m *message) {
	name := opName(m.op)
	switch {
	case name != "bind":
		if o.opcode != "" && o.opcode != name {
			s.weird("LDAP_message_opcode_change", o.id, o.opcode, name)
		}
		o.opcode = name
	case o.opcode == "":
		s.Weird("LDAP_bind_without_opcode", strconv.FormatInt(o.id, 10)+": "+name)
		o.opcode = name
	}
	if m.hasResult {
		result := nameIn(resultNames[:], m.code)
		if o.result != "" && o.result != result {
			s.weird("LDAP_message_result_change", o.id, o.result, result)
		}
		o.result = result
	}
	if len(m.diagnostic) > 0 {
		o.diagnostic = append(o.diagnostic[:0], m.diagnostic...)
	}
	if len(m.object) > 0 {
		if len(o.object) > 0 && !bytes.Equal(o.object, m.object) {
			s.weird("LDAP_message_object_change", o.id, o.object, m.object)
		}
		o.object = append(o.object[:0], m.object...)
		if m.op == opExtendedRequest {
			o.object = append(append(append(o.object, " ("...), extension(m.object)...), ')')
		}
	}
	if len(m.argument) > 0 {
		arg := m.argument
		if o.opcode == bindName(bindSimple) {
			arg = redacted
		}
		if len(o.argument) > 0 && !bytes.Equal(o.argument, arg) {
			s.weird("LDAP_message_argument_change", o.id, o.argument, arg)
		}
		o.argument = append(o.argument[:0], arg...)
	}
}

// redacted stands for a password, as in Zeek by default.
var redacted = []byte("REDACTED")

// finish writes what is still open.
func (s *session) finish() {
	for i := range s.nops {
		if s.ops[i].id > 0 {
			s.writeOperation(&s.ops[i])
		}
	}
	for i := range s.nsearches {
		if s.searches[i].id > 0 {
			s.writeSearch(&s.searches[i])
		}
	}
	s.nops, s.nsearches = 0, 0
}
