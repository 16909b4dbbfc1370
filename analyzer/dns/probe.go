package dns

import "wirehunt/analyzer"

// probe recognises a query on any port: nothing but one question for a known
// type of the Internet, and at most one additional record.  Zeek goes by
// ports only; so strict a form is not met by accident.
func probe(s *analyzer.Start) analyzer.Verdict {
	b := s.Orig
	if len(b) < headerLen+5 {
		return analyzer.No
	}
	h := parseHeader(b)
	if h.flags&^0x0130 != 0 || h.qd != 1 || h.an != 0 || h.ns != 0 || h.ar > 1 {
		return analyzer.No
	}
	off, labels := headerLen, 0
	for {
		if off >= len(b) {
			return analyzer.No
		}
		n := int(b[off])
		off++
		if n == 0 {
			break
		}
		if n > 63 || n > len(b)-off {
			return analyzer.No
		}
		for _, c := range b[off : off+n] {
			if c <= ' ' || c >= 0x7f {
				return analyzer.No
			}
		}
		off += n
		labels++
	}
	if labels == 0 || len(b)-off < 4 || (h.ar == 0) != (len(b)-off == 4) {
		return analyzer.No
	}
	qtype := int(b[off])<<8 | int(b[off+1])
	if qtype >= len(typeNames) || typeNames[qtype] == "" || b[off+2] != 0 || b[off+3] != 1 {
		return analyzer.No
	}
	return analyzer.Yes
}
