// Package x509 writes x509.log for the analyzers that meet certificates, each
// certificate once, as Zeek's base/files/x509 does.
package x509

import (
	"crypto/sha256"
	"encoding/hex"

	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/asn1"
	wire "wirehunt/analyzer/wire/x509"
	"wirehunt/event"
	"wirehunt/packet"
)

// ID is what makes a record of x509.log: a certificate and the part that it
// plays.
type ID struct {
	// Fingerprint is the SHA-256 of the certificate.
	Fingerprint [32]byte
	// Host tells that it is an end host's: the first of its chain.
	Host bool
	// Client tells that the client sent it.
	Client bool
}

func (id *ID) key() (k [33]byte) {
	copy(k[:], id.Fingerprint[:])
	if id.Host {
		k[32] |= 1
	}
	if id.Client {
		k[32] |= 2
	}
	return k
}

// Certificate handles a certificate that a connection carried: it logs it
// unless that was done before.  With parse set, c holds the parsed
// certificate afterwards; otherwise it may have been left alone.  ok is false
// where der is no certificate, which weird.log then tells.
func Certificate(conn *analyzer.Conn, c *wire.Certificate, der []byte, host, client, parse bool) (id ID, ok bool) {
	e, _, ok := asn1.Next(der)
	if !ok {
		Bad(conn)
		return id, false
	}
	id = ID{sha256.Sum256(e.Raw), host, client}
	key := id.key()
	seen := conn.Seen(Log, key[:])
	if (parse || !seen) && !c.Parse(e.Raw) {
		Bad(conn)
		return id, false
	}
	if !seen {
		conn.MarkSeen(Log, key[:])
		write(conn, c, &id)
	}
	return id, true
}

// Bad writes to weird.log that something is no certificate, although it stands
// where one should.
func Bad(conn *analyzer.Conn) { conn.FileWeird("x509_cert_parse_error", conn.NewFileID()) }

func write(conn *analyzer.Conn, c *wire.Certificate, id *ID) {
	r := conn.Row(Log, conn.Now)
	var text [64]byte
	hex.Encode(text[:], id.Fingerprint[:])
	colFingerprint.Set(r, text[:])
	colVersion.Set(r, uint64(c.Version))
	colSerial.Set(r, c.Serial)
	colSubject.Set(r, c.Subject)
	colIssuer.Set(r, c.Issuer)
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
		colCurve.SetString(r, c.Curve)
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
	colHost.Set(r, id.Host)
	colClient.Set(r, id.Client)
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
