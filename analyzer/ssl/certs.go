package ssl

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/analyzer/x509"
)

// certificates handles a Certificate message of TLS 1.2 and before; that of
// TLS 1.3 is encrypted.
func (s *session) certificates(dir analyzer.Dir, b []byte) bool {
	c := cursor{b: b}
	list := cursor{b: c.bytes(c.u24())}
	if c.bad {
		return false
	}
	for i := 0; len(list.b) > 0; i++ {
		der := list.bytes(list.u24())
		if list.bad {
			return false
		}
		if i < maxChain {
			s.certificate(dir, i, der)
		}
	}
	return true
}

// certificate handles certificate i of a chain.
func (s *session) certificate(dir analyzer.Dir, i int, der []byte) {
	if len(der) == 0 {
		s.WeirdFrom("", "zero_length_certificate", "")
		return
	}
	s.hasChains = true
	client := s.isClient(dir)
	side := &s.chains[0]
	if client {
		side = &s.chains[1]
	}
	if len(side.fps) >= maxChain {
		return
	}
	leaf := i == 0 && len(side.fps) == 0
	cert := &s.cert
	id, ok := x509.Certificate(s.Conn, cert, der, i == 0, client, leaf)
	if !ok {
		return
	}
	side.fps = append(side.fps, id.Fingerprint)
	if leaf {
		side.leaf = true
		side.subject = append(side.subject[:0], cert.Subject...)
		side.issuer = append(side.issuer[:0], cert.Issuer...)
		if !client && s.hasSNI {
			s.sniSet, s.sniMatches = true, cert.MatchesHost(s.sni)
		}
	}
}

// statusOCSP is the CertificateStatusType of an OCSP response (RFC 6066,
// section 8).
const statusOCSP = 1

// certificateStatus handles a stapled OCSP response, which is a file in Zeek,
// always one of the responder.
func (s *session) certificateStatus(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	typ, response := b[0], b[4:]
	switch {
	case typ != statusOCSP:
	case len(response) == 0:
		s.Weird("SSL_zero_length_stapled_OCSP_message", "")
	default:
		f := &s.status
		f.Open(s.Conn, "SSL", false, nil)
		f.SetType(file.MimeOCSPResponse)
		f.Data(response)
		f.EOF()
	}
	return true
}
