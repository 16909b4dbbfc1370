// Package rdpeudp recognises the UDP side of remote desktops: MS-RDPEUDP's
// handshake.  What follows it is TLS or DTLS in RDP's own framing and is not
// looked at, as in Zeek (base/protocols/rdp, analyzer RDPEUDP), which writes
// no log of it either.
package rdpeudp

import (
	"encoding/binary"

	"wirehunt/analyzer"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "rdpeudp", Title: "RDP over UDP",
		Doc:      "Handshakes of RDP's UDP transport.",
		UDPPorts: []uint16{3389},
		Probe:    probe, FirstBytes: "\xff", UDP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// Layout of the header that starts each datagram until the handshake is over
// (MS-RDPEUDP, 2.2.2.1): the number of the datagram acknowledged, the window,
// the flags.
const (
	offFlags   = 6
	headerSize = 8
	flagSyn    = 1
	flagAck    = 4
	noAck      = 0xffffffff
	synSize    = 1232 // a SYN is padded to this
)

// probe is Zeek's signature: a datagram that is only a SYN, of the size that
// the specification wants.
func probe(s *analyzer.Start) analyzer.Verdict {
	for _, b := range [...][]byte{s.Orig, s.Resp} {
		if len(b) >= min(synSize, maxStart) && isSyn(b) && b[offFlags+1] == flagSyn {
			return analyzer.Yes
		}
	}
	return analyzer.No
}

// maxStart is how much of a datagram a probe sees.
const maxStart = 1024

func isSyn(b []byte) bool {
	return binary.BigEndian.Uint32(b) == noAck && b[offFlags+1]&flagSyn != 0
}

// session is one handshake.
type session struct {
	analyzer.Base
	syn bool // of the client, seen
}

var _ analyzer.Datagrams = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() { s.syn = false }

// Close implements analyzer.Analyzer.
func (s *session) Close() {}

// Datagram implements analyzer.Datagrams: the protocol is confirmed by the
// server's answer to a SYN.
func (s *session) Datagram(dir analyzer.Dir, b []byte, _ int) {
	if len(b) < headerSize {
		s.Violate("datagram too short")
		return
	}
	switch {
	case dir == analyzer.Orig && !s.syn:
		s.syn = isSyn(b)
	case dir == analyzer.Resp && s.syn && b[offFlags+1]&(flagSyn|flagAck) != 0:
		s.Confirm()
		s.Done(analyzer.Orig)
		s.Done(analyzer.Resp)
	}
}
