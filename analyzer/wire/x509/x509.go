// Package x509 reads X.509 certificates (RFC 5280) as protocols carry them,
// into the fields that Zeek logs in x509.log, with OpenSSL's names and
// formats.  It is as loose as OpenSSL about what certificates in the wild
// get wrong, and checks no signature.
package x509

import (
	"bytes"
	"math/big"
	"math/bits"
	"strconv"

	"wirehunt/analyzer/wire/asn1"
)

// Certificate holds what Parse found.  Its byte slices are parts of the
// parsed DER or of the Certificate's own buffer; they are valid until the
// next Parse, and while the DER is.
type Certificate struct {
	// Raw is the certificate's DER element, without what follows it.
	Raw []byte
	// Version is 1, 2 or 3.
	Version int
	// Serial is the serial number in upper-case hexadecimal.
	Serial []byte
	// Subject and Issuer are in the form of AppendName.
	Subject, Issuer []byte
	// NotBefore and NotAfter are in ns since 1970, 0 where they are not
	// readable.
	NotBefore, NotAfter int64
	// KeyAlg and SigAlg are OpenSSL's long names of the algorithms, or dotted
	// object identifiers.
	KeyAlg, SigAlg []byte
	// KeyType is "rsa", "dsa" or "ecdsa", or "" for other keys.
	KeyType string
	// KeyLength is the key's length in bits, 0 if unknown.
	KeyLength int
	// Exponent is the RSA key's exponent, in decimal.
	Exponent []byte
	// Curve is OpenSSL's short name of the key's curve, "" if it has none.
	Curve string

	// DNS, URI, Email and IP are the subject's alternative names, each in
	// the order of the certificate; IP has 4 or 16 bytes an element.
	DNS, URI, Email, IP [][]byte

	// HasBasicConstraints tells whether the extension is there; CA and
	// PathLen (-1: none) are its fields.
	HasBasicConstraints bool
	CA                  bool
	PathLen             int64

	subject []byte // the DER
	buf     []byte
}

// maxNames bounds the alternative names that are kept.
const maxNames = 4096

// Parse reads the certificate at the start of der.  It reports whether it
// could.
func (c *Certificate) Parse(der []byte) bool {
	*c = Certificate{
		PathLen: -1, Version: 1, buf: c.buf[:0],
		DNS: c.DNS[:0], URI: c.URI[:0], Email: c.Email[:0], IP: c.IP[:0],
	}
	e, _, ok := asn1.Next(der)
	if !ok || e.ID != asn1.Sequence {
		return false
	}
	c.Raw = e.Raw
	r := asn1.NewReader(e.Body)
	tbs := r.Enter(asn1.Sequence)
	sig := r.Enter(asn1.Sequence)
	sigAlg := sig.Read(asn1.OID)
	r.Read(asn1.BitString)
	if !r.OK() || !sig.OK() {
		return false
	}
	if v, has := tbs.Optional(asn1.Context | asn1.Constructed | 0); has {
		vr := asn1.NewReader(v)
		n, ok := asn1.Int(vr.Read(asn1.Integer))
		if !ok {
			return false
		}
		c.Version = int(n) + 1
	}
	serial := tbs.Read(asn1.Integer)
	tbs.Read(asn1.Sequence) // the signature algorithm once more
	issuer := tbs.Next()
	validity := tbs.Enter(asn1.Sequence)
	from, to := validity.Next(), validity.Next()
	subject := tbs.Next()
	key := tbs.Enter(asn1.Sequence)
	if !tbs.OK() || !validity.OK() {
		return false
	}
	c.appendSerial(serial)
	c.SigAlg = c.algorithm(sigAlg)
	if c.Issuer, ok = c.name(issuer.Raw); !ok {
		return false
	}
	if c.Subject, ok = c.name(subject.Raw); !ok {
		return false
	}
	c.subject = subject.Raw
	c.NotBefore, _ = asn1.Time(from.ID, from.Body)
	c.NotAfter, _ = asn1.Time(to.ID, to.Body)
	if !c.key(key) {
		return false
	}
	for !tbs.Empty() {
		e := tbs.Next()
		if e.ID == asn1.Context|asn1.Constructed|3 {
			c.extensions(e.Body)
		}
	}
	return tbs.OK()
}

func (c *Certificate) name(der []byte) ([]byte, bool) {
	n := len(c.buf)
	var ok bool
	c.buf, ok = AppendName(c.buf, der)
	return c.buf[n:len(c.buf):len(c.buf)], ok
}

// appendSerial sets Serial: the magnitude without leading zero bytes, with a
// minus sign for negative numbers.
func (c *Certificate) appendSerial(body []byte) {
	n := len(c.buf)
	if len(body) > 0 && body[0]&0x80 != 0 {
		m := bytes.Clone(body) // two's complement; rare and wrong (RFC 5280, 4.1.2.2)
		carry := byte(1)
		for i := len(m) - 1; i >= 0; i-- {
			m[i] = ^m[i] + carry
			if m[i] != 0 {
				carry = 0
			}
		}
		c.buf = append(c.buf, '-')
		body = m
	}
	for len(body) > 1 && body[0] == 0 {
		body = body[1:]
	}
	if len(body) == 0 {
		body = []byte{0}
	}
	c.buf = appendHex(c.buf, body)
	c.Serial = c.buf[n:len(c.buf):len(c.buf)]
}

// algorithm returns the name of an algorithm.
func (c *Certificate) algorithm(oid []byte) []byte {
	n := len(c.buf)
	if name, ok := algorithms[string(oid)]; ok {
		c.buf = append(c.buf, name...)
	} else {
		c.buf, _ = asn1.AppendOID(c.buf, oid)
	}
	return c.buf[n:len(c.buf):len(c.buf)]
}

// key reads the SubjectPublicKeyInfo.  A key that cannot be read leaves its
// fields unset, as with OpenSSL; only a malformed frame is a failure.
func (c *Certificate) key(r asn1.Reader) bool {
	alg := r.Enter(asn1.Sequence)
	oid := alg.Read(asn1.OID)
	var params asn1.Element
	if !alg.Empty() {
		params = alg.Next()
	}
	b, _, ok := asn1.Bits(r.Read(asn1.BitString))
	if !r.OK() || !alg.OK() || !ok {
		return false
	}
	c.KeyAlg = c.algorithm(oid)
	switch string(oid) {
	case oidRSA, oidMD5WithRSA: // the latter in certificates of Windows terminal servers
		kr := asn1.NewReader(b)
		pair := kr.Enter(asn1.Sequence)
		n, e := pair.Read(asn1.Integer), pair.Read(asn1.Integer)
		if pair.OK() {
			c.KeyType = "rsa"
			c.KeyLength = bitLen(n)
			c.exponent(e)
		}
	case oidDSA:
		pr := asn1.NewReader(params.Body)
		if p := pr.Read(asn1.Integer); pr.OK() {
			c.KeyType = "dsa"
			c.KeyLength = bitLen(p)
		}
	case oidEC:
		c.ecKey(params)
	}
	return true
}

func (c *Certificate) ecKey(params asn1.Element) {
	switch params.ID {
	case asn1.OID:
		if k, ok := curves[string(params.Body)]; ok {
			c.KeyType, c.Curve, c.KeyLength = "ecdsa", k.name, k.bits
		}
	case asn1.Sequence: // explicit parameters: version, field, curve, base, order
		r := asn1.NewReader(params.Body)
		r.Read(asn1.Integer)
		r.Read(asn1.Sequence)
		r.Read(asn1.Sequence)
		r.Read(asn1.OctetString)
		if order := r.Read(asn1.Integer); r.OK() {
			c.KeyType, c.KeyLength = "ecdsa", bitLen(order)
		}
	}
}

func (c *Certificate) exponent(e []byte) {
	n := len(c.buf)
	if v, ok := asn1.Uint(e); ok {
		c.buf = strconv.AppendUint(c.buf, v, 10)
	} else if len(e) <= 512 {
		c.buf = new(big.Int).SetBytes(e).Append(c.buf, 10)
	}
	c.Exponent = c.buf[n:len(c.buf):len(c.buf)]
}

// bitLen returns the number of bits of an INTEGER that is not negative.
func bitLen(b []byte) int {
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0
	}
	return (len(b)-1)*8 + bits.Len8(b[0])
}

func (c *Certificate) extensions(b []byte) {
	r := asn1.NewReader(b)
	list := r.Enter(asn1.Sequence)
	for !list.Empty() {
		ext := list.Enter(asn1.Sequence)
		oid := ext.Read(asn1.OID)
		ext.Skip(asn1.Boolean) // critical
		value := ext.Read(asn1.OctetString)
		if !ext.OK() {
			continue
		}
		switch string(oid) {
		case oidBasicConstraints:
			c.basicConstraints(value)
		case oidSubjectAltName:
			c.altNames(value)
		}
	}
}

func (c *Certificate) basicConstraints(b []byte) {
	r := asn1.NewReader(b)
	seq := r.Enter(asn1.Sequence)
	ca, _ := seq.Optional(asn1.Boolean)
	path, has := seq.Optional(asn1.Integer)
	if !seq.OK() {
		return
	}
	c.HasBasicConstraints, c.CA = true, asn1.Bool(ca)
	if has {
		if v, ok := asn1.Int(path); ok {
			c.PathLen = v
		}
	}
}

// altNames reads the GeneralNames of the extension; as OpenSSL it takes all
// of them or none.
func (c *Certificate) altNames(b []byte) {
	c.DNS, c.URI, c.Email, c.IP = c.DNS[:0], c.URI[:0], c.Email[:0], c.IP[:0]
	r := asn1.NewReader(b)
	names := r.Enter(asn1.Sequence)
	for n := 0; !names.Empty() && n < maxNames; n++ {
		e := names.Next()
		switch e.ID {
		case asn1.Context | 1:
			c.Email = append(c.Email, cString(e.Body))
		case asn1.Context | 2:
			c.DNS = append(c.DNS, cString(e.Body))
		case asn1.Context | 6:
			c.URI = append(c.URI, cString(e.Body))
		case asn1.Context | 7:
			if len(e.Body) == 4 || len(e.Body) == 16 {
				c.IP = append(c.IP, e.Body)
			}
		}
	}
	if !names.OK() {
		c.DNS, c.URI, c.Email, c.IP = c.DNS[:0], c.URI[:0], c.Email[:0], c.IP[:0]
	}
}

// cString returns b up to its first zero byte, as Zeek logs it.
func cString(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}
