// Package ssl analyses SSL and TLS over streams (SSL 2.0 to TLS 1.3) and
// DTLS over datagrams (1.0 to 1.3): what is in the clear of their handshakes,
// and the certificates in them.  It follows Zeek's analyzers SSL and DTLS and
// scripts base/protocols/ssl and base/files/x509, and adds the fingerprints
// JA4 and JA4S.  Once a session is established nothing more is looked at.
package ssl

import (
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/file/ocsp"
	"wirehunt/analyzer/x509"
	"wirehunt/event"
)

// Spec declares the analyzer of TLS over streams.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "ssl", Title: "SSL/TLS",
		Doc:      "SSL 2.0 to TLS 1.3 handshakes with certificates, JA4 and JA4S.",
		Logs:     []*event.Log{Log, x509.Log, file.Log, ocsp.Log},
		TCPPorts: []uint16{443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223},
		Probe:    probe, FirstBytes: "\x15\x16", TCP: true,
		New: func() analyzer.Analyzer { return &stream{} },
	}
}

// Record types.
const (
	typeCCS       = 20
	typeAlert     = 21
	typeHandshake = 22
	typeData      = 23
	typeHeartbeat = 24
	typeV2        = 300 // + the message type of SSL 2.0
)

// stream analyses TLS over a byte stream.
type stream struct {
	session
	recordVersion uint16 // 0 until known; verSSL2 once a server said so
}

func (a *stream) Reset() {
	a.reset(false)
	a.recordVersion = 0
}

func (a *stream) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for {
		rest := b[consumed:]
		if len(rest) < 5 {
			return consumed, 5
		}
		v2, ok := a.recordLayer(dir, rest)
		if !ok {
			return len(b), 0
		}
		typ, size := int(rest[0]), int(binary.BigEndian.Uint16(rest[3:]))
		if v2 {
			typ, size = typeV2+int(rest[2]), int(binary.BigEndian.Uint16(rest)&0x7fff)-3
			if size < 0 {
				a.malformed("record too short")
				return len(b), 0
			}
		}
		if len(rest) < 5+size {
			return consumed, 5 + size
		}
		a.record(dir, typ, rest[:5+size])
		if a.over {
			return len(b), 0
		}
		consumed += 5 + size
	}
}

// recordLayer checks a record's header, which may change from SSL 2.0 to
// later versions, but not back.
func (a *stream) recordLayer(dir analyzer.Dir, h []byte) (v2, ok bool) {
	v := binary.BigEndian.Uint16(h[1:])
	switch {
	case a.recordVersion == verSSL2:
		return true, true
	case a.recordVersion != 0:
		if v < verSSL3 || v > verTLS12 {
			a.violate("invalid version late in connection")
			return false, false
		}
		return false, true
	case h[0]&0x80 != 0:
		hello := binary.BigEndian.Uint16(h[3:])
		switch {
		case h[2] == 1 && dir == analyzer.Orig:
			if hello != verSSL2 && (hello < verSSL3 || hello > verTLS12) {
				a.violate("invalid version in SSL client hello")
				return false, false
			}
			return true, true
		case h[2] == 4 && h[4] < 2 && dir == analyzer.Resp:
			a.recordVersion = verSSL2
			return true, true
		}
		a.violate("invalid header")
		return false, false
	case v < verSSL3 || v > verTLS12:
		a.violate("invalid version")
		return false, false
	case h[0] < 20 || h[0] > 30:
		a.violate("invalid record type")
		return false, false
	}
	a.recordVersion = v
	return false, true
}

// record handles a whole record, header included.
func (a *stream) record(dir analyzer.Dir, typ int, rec []byte) {
	body := rec[5:]
	if typ < typeV2 {
		a.content(dir, byte(typ), body)
		return
	}
	if a.encrypted[dir] {
		a.ciphertext()
		return
	}
	switch typ - typeV2 {
	case 0:
		a.alert(dir, binary.BigEndian.Uint16(rec[3:]))
	case 1:
		a.v2ClientHello(body)
	case 2:
		a.v2ClientMasterKey(body)
	case 4:
		a.v2ServerHello(dir, body)
	default:
		a.violate("unknown SSL 2.0 record")
	}
	if !a.broken {
		a.start()
	}
}

func (a *stream) Gap(analyzer.Dir, uint64) bool { return false }

func (a *stream) EOF(analyzer.Dir) {}

func (a *stream) Close() { a.finish() }

// content handles the contents of a record, which may hold several messages
// of its type; after ChangeCipherSpec the rest is encrypted.
func (s *session) content(dir analyzer.Dir, typ byte, body []byte) {
	for len(body) > 0 && !s.over {
		if typ == typeData && !s.encrypted[dir] && !s.oldVersion() {
			// TLS 1.3 needs no ChangeCipherSpec before encrypted records.
			s.encrypted[dir] = true
		}
		if s.encrypted[dir] {
			s.ciphertext()
			return
		}
		n := len(body)
		switch typ {
		case typeCCS:
			n = 1
			s.changeCipher(dir)
		case typeAlert:
			if n < 2 {
				s.malformed("alert too short")
				return
			}
			n = 2
			s.alert(dir, uint16(body[1]))
		case typeHandshake:
			s.handshakeData(dir, body)
		case typeData:
			s.plainData()
		case typeHeartbeat:
			if n < 3 {
				s.malformed("heartbeat too short")
				return
			}
			s.letter(dir, 'B')
		default:
			s.violate("unknown record type")
		}
		if s.broken {
			return
		}
		// Any record in the clear starts a session in Zeek, but after what is
		// in it.
		s.start()
		body = body[n:]
	}
}

// oldVersion reports whether a version below TLS 1.3 was negotiated.
func (s *session) oldVersion() bool {
	switch s.negotiated {
	case verSSL2, verSSL3, verTLS10, verTLS11, verTLS12:
		return true
	case verDTLS10, verDTLS12:
		return s.dtls
	}
	return false
}
