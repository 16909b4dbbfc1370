package ssl

import (
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/file/ocsp"
	"wirehunt/analyzer/x509"
	"wirehunt/event"
)

// DTLSSpec declares the analyzer of DTLS.
func DTLSSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "dtls", Title: "DTLS",
		Doc:      "DTLS 1.0 to 1.3 handshakes with certificates, JA4 and JA4S.",
		Logs:     []*event.Log{Log, x509.Log, file.Log, ocsp.Log},
		UDPPorts: []uint16{443},
		Probe:    probeDTLS, UDP: true,
		New: func() analyzer.Analyzer { return &datagrams{} },
	}
}

// Limits of DTLS: Zeek's SSL::dtls_max_version_errors, and the fragments and
// the length of a handshake message.
const (
	maxVersionErrors = 10
	maxFragments     = 30
	maxDTLSMessage   = 1 << 16
)

// datagrams analyses DTLS.
type datagrams struct {
	session
	versionErrors int
	parts         [2]parts
}

// parts is a handshake message that is put together from fragments.
type parts struct {
	active  bool
	seq     uint16 // of the message
	typ     byte
	first   uint64 // lowest record number
	start   bool   // the fragment with offset 0 was seen
	last    uint64 // record number of the last fragment
	end     bool   // the last fragment was seen
	seen    uint64 // record numbers seen, from first
	message []byte
}

func (a *datagrams) Reset() {
	a.reset(true)
	a.versionErrors = 0
	for i := range a.parts {
		m := a.parts[i].message
		if cap(m) > 1<<14 {
			m = nil
		}
		a.parts[i] = parts{message: m[:0]}
	}
}

func (a *datagrams) Datagram(dir analyzer.Dir, b []byte, _ int) {
	if isSTUN(b) {
		return // shares the ports with DTLS in WebRTC
	}
	for len(b) > 0 && !a.over {
		if b[0]&0xe0 == 0x20 && a.negotiated == verDTLS13 {
			// The unified header of an encrypted record of DTLS 1.3
			// (RFC 9147, 4): its size depends on what was negotiated, so that
			// what follows in the datagram, encrypted too, is left alone.
			a.encrypted[dir] = true
			a.ciphertext()
			return
		}
		if len(b) < 13 {
			a.shortRecord(b)
			return
		}
		if !a.checkVersion(b) {
			return
		}
		size := int(binary.BigEndian.Uint16(b[11:]))
		if len(b) < 13+size {
			a.malformed("record cut short")
			return
		}
		number := binary.BigEndian.Uint64(b[3:]) & (1<<48 - 1)
		body := b[13 : 13+size]
		if b[0] == typeHandshake && !a.encrypted[dir] {
			a.fragments(dir, number, body)
		} else {
			a.content(dir, b[0], body)
		}
		b = b[13+size:]
	}
}

// shortRecord handles a datagram too short for a record.
func (a *datagrams) shortRecord(b []byte) {
	if len(b) >= 3 && !a.checkVersion(b) {
		return
	}
	a.malformed("record cut short")
}

// checkVersion checks the version of the record at the start of b.  A few
// datagrams of other protocols are let pass until the protocol is confirmed.
func (a *datagrams) checkVersion(b []byte) bool {
	switch binary.BigEndian.Uint16(b[1:]) {
	case verDTLS10, verDTLS12, verDTLS13:
		a.versionErrors = 0
		return true
	}
	a.versionErrors++
	if a.Confirmed() {
		a.violate("invalid version late in connection")
	} else if a.versionErrors > maxVersionErrors {
		a.over = true
		a.Done(analyzer.Orig)
		a.Done(analyzer.Resp)
	}
	return false
}

// fragments handles the fragments of handshake messages in a record.
func (a *datagrams) fragments(dir analyzer.Dir, number uint64, b []byte) {
	for len(b) > 0 && !a.over {
		c := cursor{b: b}
		typ, length, seq := byte(c.u8()), c.u24(), uint16(c.u16())
		off := c.u24()
		data := c.bytes(c.u24())
		if c.bad {
			a.malformed("handshake fragment cut short")
			return
		}
		b = c.b
		if off == 0 && len(data) == length {
			a.message(dir, typ, data)
		} else {
			a.fragment(dir, number, typ, length, seq, off, data)
		}
	}
	if !a.broken {
		a.start()
	}
}

// fragment adds a fragment to the message that it is of.  As in Zeek a
// message is complete when all records between that with its first and that
// with its last fragment were seen.
func (a *datagrams) fragment(dir analyzer.Dir, number uint64, typ byte, length int, seq uint16, off int, data []byte) {
	p := &a.parts[dir]
	if length > maxDTLSMessage || off+len(data) > length {
		a.violate("handshake fragment outside its message")
		return
	}
	if !p.active || p.seq != seq || len(p.message) != length {
		m := p.message[:0]
		if cap(m) < length {
			m = make([]byte, 0, length)
		}
		*p = parts{active: true, seq: seq, typ: typ, first: number, message: m[:length]}
		clear(p.message)
	}
	if number < p.first {
		if p.start || p.first-number > maxFragments {
			a.violate("handshake fragments out of order")
			return
		}
		p.seen <<= p.first - number
		p.first = number
	}
	if number-p.first > maxFragments {
		a.violate("handshake message in too many fragments")
		return
	}
	if off == 0 {
		p.start = true
	}
	if p.seen>>(number-p.first)&1 != 0 {
		return
	}
	p.seen |= 1 << (number - p.first)
	copy(p.message[off:], data)
	if off+len(data) == length {
		p.last, p.end = number, true
	}
	if p.start && p.end && p.last >= p.first {
		all := uint64(1)<<(p.last-p.first+1) - 1
		if p.seen&all == all {
			p.active = false
			a.message(dir, typ, p.message)
		}
	}
}

func (a *datagrams) Close() { a.finish() }
