package dns

// update reads a dynamic update (RFC 2136): a zone in the place of the
// question, prerequisites in that of the answers, changes in that of the
// authorities.  As in Zeek a reply that repeats them is what gives the
// record's answers: "pre: NoRRSet CNAME host.example.org",
// "del: RRSet AAAA", "add: A host.example.org 192.0.2.1".
func (a *Analyzer) update(r *reader, h header) {
	for range h.qd {
		a.skipName(r)
		r.u16()
		r.u16()
	}
	for range h.an {
		if a.change(r, h, prerequisiteText); r.bad {
			return
		}
	}
	for range h.ns {
		if a.change(r, h, changeText); r.bad {
			return
		}
	}
}

// change reads one record of an update.
func (a *Analyzer) change(r *reader, h header, text func([]byte, record, []byte) []byte) {
	rr := a.record(r, true)
	if r.bad {
		return
	}
	t := a.cur
	mark := len(t.text)
	t.text = text(t.text, rr, a.owner)
	if rr.size > 0 {
		t.text = append(t.text, ' ')
		before := len(t.text)
		t.text, _ = a.rdata(r, t.text, rr.typ, rr.size, a.owner)
		if len(t.text) == before {
			t.text = t.text[:before-1]
		}
	}
	if r.bad || !h.reply() {
		t.text = t.text[:mark]
		return
	}
	a.answer(h, mark, rr.ttl)
}

func prerequisiteText(dst []byte, rr record, owner []byte) []byte {
	switch {
	case rr.class == classAny && rr.typ == typeANY:
		dst = append(dst, "pre: Name"...)
	case rr.class == classNone && rr.typ == typeANY:
		dst = append(dst, "pre: NoName"...)
	case rr.class == classNone:
		dst = append(append(dst, "pre: NoRRSet "...), typeName(rr.typ)...)
	default:
		dst = append(append(dst, "pre: RRSet "...), typeName(rr.typ)...)
	}
	return append(append(dst, ' '), owner...)
}

func changeText(dst []byte, rr record, owner []byte) []byte {
	switch {
	case rr.class == classAny && rr.typ == typeANY:
		return append(append(dst, "del: Name "...), owner...)
	case rr.class == classAny:
		return append(append(dst, "del: RRSet "...), typeName(rr.typ)...)
	case rr.class == classNone:
		dst = append(dst, "del: "...)
	default:
		dst = append(dst, "add: "...)
	}
	dst = append(dst, typeName(rr.typ)...)
	return append(append(dst, ' '), owner...)
}
