package ssl

import "wirehunt/analyzer"

// The probes are Zeek's signatures (base/protocols/ssl/dpd.sig).

// probe recognises a client or server hello of SSL 3.0 to TLS 1.3 at the
// start of either side.
func probe(s *analyzer.Start) analyzer.Verdict {
	o, r := probeSide(s.Orig), probeSide(s.Resp)
	switch {
	case o == analyzer.Yes || r == analyzer.Yes:
		return analyzer.Yes
	case o == analyzer.NeedMore || r == analyzer.NeedMore:
		return analyzer.NeedMore
	}
	return analyzer.No
}

func probeSide(b []byte) analyzer.Verdict {
	if len(b) == 0 {
		return analyzer.NeedMore
	}
	alert := b[0] == typeAlert
	if alert {
		// A warning may precede the server's hello.
		if v := probeVersion(b, 1); v != analyzer.Yes {
			return v
		}
		if len(b) < 8 {
			return analyzer.NeedMore
		}
		b = b[7:]
	}
	if b[0] != typeHandshake {
		return analyzer.No
	}
	if v := probeVersion(b, 1); v != analyzer.Yes {
		return v
	}
	if len(b) < 11 {
		return analyzer.NeedMore
	}
	switch major, minor := b[9], b[10]; b[5] {
	case msgClientHello:
		if !alert && major == 3 && minor <= 3 {
			return analyzer.Yes
		}
	case msgServerHello:
		if major == 3 && minor <= 4 || major == 0x7f && minor <= 0x50 {
			return analyzer.Yes
		}
	}
	return analyzer.No
}

// probeVersion looks for a record's version at b[i:].
func probeVersion(b []byte, i int) analyzer.Verdict {
	if len(b) > i && b[i] != 3 || len(b) > i+1 && b[i+1] > 3 {
		return analyzer.No
	}
	if len(b) < i+2 {
		return analyzer.NeedMore
	}
	return analyzer.Yes
}

// probeDTLS recognises a client hello in a datagram of either side.
func probeDTLS(s *analyzer.Start) analyzer.Verdict {
	if isDTLSHello(s.Orig) || isDTLSHello(s.Resp) {
		return analyzer.Yes
	}
	if isSTUN(s.Orig) || isSTUN(s.Resp) {
		return analyzer.NeedMore
	}
	return analyzer.No
}

func isDTLSHello(b []byte) bool {
	return len(b) >= 27 && b[0] == typeHandshake && isDTLSVersion(b[1:]) &&
		string(b[3:10]) == "\x00\x00\x00\x00\x00\x00\x00" && b[13] == msgClientHello && isDTLSVersion(b[25:])
}

func isDTLSVersion(b []byte) bool { return b[0] == 0xfe && (b[1] == 0xff || b[1] == 0xfd) }

// isSTUN recognises the protocol that precedes DTLS in WebRTC, by its cookie
// (RFC 8489, 5).
func isSTUN(b []byte) bool {
	return len(b) >= 20 && b[0] < 4 && string(b[4:8]) == "\x21\x12\xa4\x42"
}
