package ssl

import (
	"crypto/sha256"
	"encoding/hex"

	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/x509"
	"wirehunt/event"
	"wirehunt/packet"
)

// certParser parses certificates with buffers that are kept.
type certParser struct{ cert x509.Certificate }

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
	first := len(side.fps) == 0
	cert := &s.parser.cert
	if !cert.Parse(der) || len(side.fps) >= maxChain {
		return
	}
	fp := sha256.Sum256(cert.Raw)
	side.fps = append(side.fps, fp)
	if first && i == 0 {
		side.leaf = true
		side.subject = append(side.subject[:0], cert.Subject...)
		side.issuer = append(side.issuer[:0], cert.Issuer...)
		if !client && s.hasSNI {
			s.sniSet, s.sniMatches = true, cert.MatchesHost(s.sni)
		}
	}
	LogCertificate(s.Conn, cert, fp, i == 0, client)
}

// LogCertificate writes a record of x509.log.
func LogCertificate(conn *analyzer.Conn, c *x509.Certificate, fp [32]byte, host, client bool) {
	r := conn.Row(X509, conn.Now)
	var text [64]byte
	hex.Encode(text[:], fp[:])
	colFingerprint.Set(r, text[:])
	colCertVersion.Set(r, uint64(c.Version))
	colSerial.Set(r, c.Serial)
	colCertSubject.Set(r, c.Subject)
	colCertIssuer.Set(r, c.Issuer)
	colNotBefore.Set(r, c.NotBefore)
	colNotAfter.Set(r, c.NotAfter)
	colKeyAlg.Set(r, c.KeyAlg)
	colSigAlg.Set(r, c.SigAlg)
	if c.KeyType != "" {
		colKeyType.SetString(r, c.KeyType)
	}
	if c.KeyLength > 0 {
		colKeyLength.Set(r, uint64(c.KeyLength))
	}
	colExponent.SetNonEmpty(r, c.Exponent)
	if c.Curve != "" {
		colKeyCurve.SetString(r, c.Curve)
	}
	setList(r, colSANDNS, c.DNS)
	setList(r, colSANURI, c.URI)
	setList(r, colSANEmail, c.Email)
	if len(c.IP) > 0 {
		l := colSANIP.List(r)
		for _, ip := range c.IP {
			if len(ip) == 4 {
				l.Addr(packet.AddrFrom4(ip))
			} else {
				l.Addr(packet.AddrFrom16(ip))
			}
		}
		l.End()
	}
	if c.HasBasicConstraints {
		colCA.Set(r, c.CA)
		if c.PathLen >= 0 {
			colPathLen.Set(r, uint64(c.PathLen))
		}
	}
	colHostCert.Set(r, host)
	colClientCert.Set(r, client)
}

func setList(r *event.Row, col event.ListCol, v [][]byte) {
	if len(v) == 0 {
		return
	}
	l := col.List(r)
	for _, b := range v {
		l.Bytes(b)
	}
	l.End()
}
