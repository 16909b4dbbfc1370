package ssl

import (
	"encoding/binary"
	"strings"

	"wirehunt/analyzer"
)

// Handshake message types that come in the clear (IANA TLS HandshakeType).
const (
	msgHelloRequest      = 0
	msgClientHello       = 1
	msgServerHello       = 2
	msgHelloVerify       = 3
	msgTicket            = 4
	msgCertificate       = 11
	msgServerKeyExchange = 12
	msgCertRequest       = 13
	msgServerHelloDone   = 14
	msgCertVerify        = 15
	msgClientKeyExchange = 16
	msgFinished          = 20
	msgCertURL           = 21
	msgCertStatus        = 22
)

// letters are the letters of all messages in ssl_history.
var letters = [256]byte{
	0: 'H', 1: 'C', 2: 'S', 3: 'V', 4: 'T', 5: 'E', 6: 'J', 8: 'O', 11: 'X', 12: 'K', 13: 'R',
	14: 'N', 15: 'Y', 16: 'G', 20: 'F', 21: 'W', 22: 'U', 23: 'A', 24: 'P', 254: 'M',
}

func letterOf(typ byte) byte {
	if c := letters[typ]; c != 0 {
		return c
	}
	return 'Z'
}

// maxMessage bounds a handshake message.
const maxMessage = 1 << 18

// handshakeData takes the next bytes of a side's handshake messages, which
// records may divide or put together as they like.
func (s *session) handshakeData(dir analyzer.Dir, b []byte) {
	buf := s.hs[dir]
	kept := len(buf) > 0
	if kept {
		buf = append(buf, b...)
		b = buf
	}
	for len(b) >= 4 && !s.over {
		n := int(binary.BigEndian.Uint32(b) & 0xffffff)
		if n > maxMessage {
			s.malformed("handshake message too long")
			return
		}
		if len(b) < 4+n {
			break
		}
		s.message(dir, b[0], b[4:4+n])
		b = b[4+n:]
	}
	if kept {
		s.hs[dir] = buf[:copy(buf, b)]
	} else {
		s.hs[dir] = append(buf[:0], b...)
	}
}

// message handles one handshake message.
func (s *session) message(dir analyzer.Dir, typ byte, body []byte) {
	ok := true
	s.hrr = false
	switch typ {
	case msgClientHello:
		s.direction(dir, true)
		ok = s.clientHello(body)
	case msgServerHello:
		s.direction(dir, false)
		ok = s.serverHello(body)
	case msgCertificate:
		ok = s.certificates(dir, body)
	case msgServerKeyExchange:
		ok = s.serverKeyExchange(body)
	case msgHelloVerify:
		ok = len(body) >= 3 && len(body) >= 3+int(body[2])
	case msgTicket:
		ok = len(body) >= 4
	case msgCertStatus:
		ok = s.certificateStatus(body)
	case msgClientKeyExchange:
		if s.isClient(dir) {
			s.keyExchange = true
		}
	case msgHelloRequest, msgServerHelloDone, msgCertRequest, msgCertVerify, msgFinished, msgCertURL:
	default:
		// All others are encrypted, or unknown to Zeek.
		s.violate("unknown handshake message")
	}
	if !ok {
		s.malformed("malformed handshake message")
		return
	}
	if s.hrr {
		s.letter(dir, 'J')
	} else {
		s.letter(dir, letterOf(typ))
	}
}

// direction notes which side is the client: with DTLS, set up by other
// protocols, the originator of the connection may be the server.
func (s *session) direction(dir analyzer.Dir, client bool) {
	if s.isClient(dir) != client {
		s.flipped = !s.flipped
		s.start()
		s.history = append(s.history, '^')
	}
}

// serverKeyExchange takes the group of an ECDHE key exchange.
func (s *session) serverKeyExchange(b []byte) bool {
	if !s.hasCipher || !namesCurve(s.cipher) {
		return true
	}
	if len(b) < 1 {
		return false
	}
	if b[0] != 3 { // named_curve (RFC 8422, 5.4)
		return true
	}
	if len(b) < 4 || len(b) < 4+int(b[3]) {
		return false
	}
	s.curve, s.hasCurve = binary.BigEndian.Uint16(b[1:]), true
	return true
}

// namesCurve reports whether a suite's key exchange message starts with a
// curve: the suites that Zeek takes for ECDHE or anonymous ECDH.
func namesCurve(c uint32) bool {
	if c>>8 == 0xd0 || c == 0xccac {
		return false
	}
	n := cipherNames[c]
	return (strings.HasPrefix(n, "TLS_ECDHE_") || strings.HasPrefix(n, "TLS_ECDH_ANON_")) &&
		!strings.HasSuffix(n, "_OLD")
}
