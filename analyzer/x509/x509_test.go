package x509

import (
	"crypto/ed25519"
	"crypto/rand"
	stdx509 "crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	wire "wirehunt/analyzer/wire/x509"
)

// carrier takes a certificate for all that each side sends.
type carrier struct {
	analyzer.Base
	cert wire.Certificate
	t    *testing.T
}

func (c *carrier) Reset()                        {}
func (c *carrier) Close()                        {}
func (c *carrier) EOF(analyzer.Dir)              {}
func (c *carrier) Gap(analyzer.Dir, uint64) bool { return true }

func (c *carrier) Data(dir analyzer.Dir, b []byte) (int, int) {
	for i := range 3 { // leaf, the same once more, the same as an authority
		id, ok := Certificate(c.Conn, &c.cert, b, i < 2, dir == analyzer.Orig, i == 1)
		if ok {
			c.Confirm()
			if id.Fingerprint == ([32]byte{}) || i == 1 && c.cert.Version != 3 {
				c.t.Errorf("id %x, version %d", id.Fingerprint, c.cert.Version)
			}
		}
	}
	return len(b), 0
}

func TestCertificate(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &stdx509.Certificate{
		SerialNumber: big.NewInt(0xabcd), Subject: pkix.Name{CommonName: "a, b"}, DNSNames: []string{"a.example", "b.example"},
		EmailAddresses: []string{"a@b.example"}, IPAddresses: []net.IP{{192, 0, 2, 1}, net.ParseIP("2001:db8::1")},
		NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(2e9, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLen: 3,
	}
	der, err := stdx509.CreateCertificate(rand.Reader, tmpl, tmpl, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	spec := &analyzer.Spec{Name: "carrier", New: func() analyzer.Analyzer { return &carrier{t: t} }}
	out := analyzertest.Run(t, spec, analyzertest.Options{Proto: 6}, analyzertest.Send(analyzer.Resp, der),
		analyzertest.Send(analyzer.Resp, der), analyzertest.Send(analyzer.Orig, der))
	const common = `"certificate.version":3,"certificate.serial":"ABCD","certificate.subject":"CN=a\\, b","certificate.issuer":"CN=a\\, b",` +
		`"certificate.not_valid_before":1000000000.0,"certificate.not_valid_after":2000000000.0,"certificate.key_alg":"ED25519","certificate.sig_alg":"ED25519",` +
		`"san.dns":["a.example","b.example"],"san.email":["a@b.example"],"san.ip":["192.0.2.1","2001:db8::1"],"basic_constraints.ca":true,"basic_constraints.path_len":3,`
	for _, roles := range []string{
		`"host_cert":true,"client_cert":false`, `"host_cert":false,"client_cert":false`,
		`"host_cert":true,"client_cert":true`, `"host_cert":false,"client_cert":true`,
	} {
		if n := strings.Count(out, common+roles); n != 1 {
			t.Errorf("%s: %d records", roles, n)
		}
	}
	if n := strings.Count(out, "x509 {"); n != 4 {
		t.Errorf("%d records:\n%s", n, out)
	}
	out = analyzertest.Run(t, spec, analyzertest.Options{Proto: 6}, analyzertest.Resp("no certificate"), analyzertest.Resp("\x30\x03\x02\x01\x00"))
	if n := strings.Count(out, `"name":"x509_cert_parse_error"`); n != 6 || strings.Contains(out, "x509 {") || !strings.HasSuffix(out, "service \n") {
		t.Errorf("garbage: %s", out)
	}
}
