// Package ocsp reads responses of the Online Certificate Status Protocol
// (RFC 6960), stapled to TLS handshakes or carried by HTTP, and writes ocsp.log
// as Zeek's script base/files/x509/log-ocsp.zeek does.
package ocsp

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/asn1"
)

// maxSingle bounds the certificates of one response.
const maxSingle = 256

// oidBasic is id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1.
const oidBasic = "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"

// Identifier octets of context-specific elements.
const (
	tag0Simple = asn1.Context
	tag0       = asn1.Context | asn1.Constructed
	tag1       = tag0 | 1
	tag2Simple = asn1.Context | 2
	tag2       = tag0 | 2
)

// statusSuccessful is the responseStatus with which there is a response.
const statusSuccessful = 0

// hashNames are the names of the algorithms of issuers' hashes.
var hashNames = map[string]string{
	"\x2a\x86\x48\x86\xf7\x0d\x02\x05":     "md5",
	"\x2b\x0e\x03\x02\x1a":                 "sha1",
	"\x60\x86\x48\x01\x65\x03\x04\x02\x01": "sha256",
	"\x60\x86\x48\x01\x65\x03\x04\x02\x02": "sha384",
	"\x60\x86\x48\x01\x65\x03\x04\x02\x03": "sha512",
	"\x60\x86\x48\x01\x65\x03\x04\x02\x04": "sha224",
}

// reasons are the names of CRLReason (RFC 5280 section 5.3.1), as OpenSSL
// spells them; 7 is not used.
var reasons = [...]string{
	"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
	"certificateHold", "", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
}

// Response writes a row for each certificate that the response der tells of.
// ts is the time of the rows, ns; id is the file's.  What is no response is
// reported to weird.log.
func Response(c *analyzer.Conn, ts int64, id string, der []byte) {
	responses, ok := open(der)
	if !ok {
		c.FileWeird("openssl_ocsp_reply_parse_error", id)
		return
	}
	for n := 0; n < maxSingle && !responses.Empty(); n++ {
		seq := responses.Enter(asn1.Sequence)
		var s single
		if !s.parse(&seq) {
			return
		}
		s.write(c, ts, id)
	}
}

// open returns a reader of the responses in an OCSPResponse; it is empty where
// the response says that there is none.
func open(der []byte) (responses asn1.Reader, ok bool) {
	r := asn1.NewReader(der)
	outer := r.Enter(asn1.Sequence)
	status, ok := asn1.Int(outer.Read(asn1.Enumerated))
	if !ok || !outer.OK() {
		return asn1.Reader{}, false
	}
	if status != statusSuccessful || outer.Empty() {
		return asn1.Reader{}, true
	}
	explicit := outer.Enter(tag0)
	bytes := explicit.Enter(asn1.Sequence)
	typ := string(bytes.Read(asn1.OID))
	body := asn1.NewReader(bytes.Read(asn1.OctetString))
	if !bytes.OK() {
		return asn1.Reader{}, false
	}
	if typ != oidBasic {
		return asn1.Reader{}, true
	}
	basic := body.Enter(asn1.Sequence)
	data := basic.Enter(asn1.Sequence)
	data.Skip(tag0) // version
	if id := data.PeekID(); id != tag1 && id != tag2 {
		return asn1.Reader{}, false
	}
	data.Next() // responder
	data.Read(asn1.GeneralizedTime)
	responses = data.Enter(asn1.Sequence)
	return responses, responses.OK()
}

// single is a SingleResponse.
type single struct {
	algorithm, nameHash, keyHash, serial []byte
	status                               string
	revoked, thisUpdate, nextUpdate      int64 // ns; 0 for none
	reason                               string
}

func (s *single) parse(r *asn1.Reader) bool {
	cert := r.Enter(asn1.Sequence)
	alg := cert.Enter(asn1.Sequence)
	s.algorithm = alg.Read(asn1.OID)
	s.nameHash = cert.Read(asn1.OctetString)
	s.keyHash = cert.Read(asn1.OctetString)
	s.serial = cert.Read(asn1.Integer)
	if !alg.OK() || !cert.OK() {
		return false
	}
	switch e := r.Next(); e.ID {
	case tag0Simple, tag0:
		s.status = "good"
	case tag1:
		s.status = "revoked"
		info := asn1.NewReader(e.Body)
		s.revoked, _ = asn1.Time(asn1.GeneralizedTime, info.Read(asn1.GeneralizedTime))
		if info.PeekID() == tag0 {
			reason := info.Enter(tag0)
			s.setReason(reason.Read(asn1.Enumerated))
		}
	case tag2Simple, tag2:
		s.status = "unknown"
	default:
		return false
	}
	var ok bool
	if s.thisUpdate, ok = asn1.Time(asn1.GeneralizedTime, r.Read(asn1.GeneralizedTime)); !ok {
		return false
	}
	if r.PeekID() == tag0 {
		next := r.Enter(tag0)
		s.nextUpdate, _ = asn1.Time(asn1.GeneralizedTime, next.Read(asn1.GeneralizedTime))
	}
	return true
}

func (s *single) setReason(body []byte) {
	n, ok := asn1.Int(body)
	if !ok {
		return
	}
	if n >= 0 && n < int64(len(reasons)) {
		s.reason = reasons[n]
	}
	if s.reason == "" {
		s.reason = "(UNKNOWN)"
	}
}

func (s *single) write(c *analyzer.Conn, ts int64, id string) {
	r := c.Row(Log, ts)
	var buf [256]byte
	colID.SetString(r, id)
	if name := hashNames[string(s.algorithm)]; name != "" {
		colAlgorithm.SetString(r, name)
	} else {
		text, _ := asn1.AppendOID(buf[:0], s.algorithm)
		colAlgorithm.Set(r, text)
	}
	colNameHash.Set(r, appendHex(buf[:0], s.nameHash))
	colKeyHash.Set(r, appendHex(buf[:0], s.keyHash))
	colSerial.Set(r, appendSerial(buf[:0], s.serial))
	colStatus.SetString(r, s.status)
	if s.revoked != 0 {
		colRevoked.Set(r, s.revoked)
	}
	if s.reason != "" {
		colReason.SetString(r, s.reason)
	}
	colThisUpdate.Set(r, s.thisUpdate)
	if s.nextUpdate != 0 {
		colNextUpdate.Set(r, s.nextUpdate)
	}
}

// maxHex bounds the bytes of a field written in hexadecimal.
const maxHex = 1 << 10

func appendHex(b, v []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range v[:min(len(v), maxHex)] {
		b = append(b, digits[c>>4], digits[c&15])
	}
	return b
}

// appendSerial appends the contents of an INTEGER as OpenSSL writes it: two
// digits a byte of its absolute value, without leading zero bytes.
func appendSerial(b, v []byte) []byte {
	v = v[:min(len(v), maxHex)]
	if len(v) > 0 && v[0]&0x80 != 0 {
		neg := make([]byte, len(v))
		carry := 1
		for i := len(v) - 1; i >= 0; i-- {
			sum := int(^v[i]) + carry
			neg[i], carry = byte(sum), sum>>8
		}
		b, v = append(b, '-'), neg
	}
	for len(v) > 1 && v[0] == 0 {
		v = v[1:]
	}
	if len(v) == 0 {
		return append(b, "00"...)
	}
	return appendHex(b, v)
}
