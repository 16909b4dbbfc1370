package x509

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	stdx509 "crypto/x509"
	"crypto/x509/pkix"
	encasn1 "encoding/asn1"
	"encoding/hex"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

func create(t testing.TB, tmpl *stdx509.Certificate, key crypto.Signer) []byte {
	t.Helper()
	der, err := stdx509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func template() *stdx509.Certificate {
	return &stdx509.Certificate{
		SerialNumber: big.NewInt(0xfc48f2),
		Subject: pkix.Name{
			CommonName: "www.example.com", Organization: []string{"Müller, Söhne + Co"},
			Country: []string{"DE"},
		},
		NotBefore:             time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
		NotAfter:              time.Date(2051, 1, 2, 3, 4, 5, 0, time.UTC),
		DNSNames:              []string{"www.example.com", "*.example.org"},
		EmailAddresses:        []string{"a@example.com"},
		IPAddresses:           []net.IP{net.IPv4(192, 0, 2, 1), net.ParseIP("2001:db8::1")},
		URIs:                  []*url.URL{{Scheme: "spiffe", Host: "x", Path: "/y"}},
		BasicConstraintsValid: true, IsCA: true, MaxPathLen: 2,
	}
}

func TestParse(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := create(t, template(), key)
	var c Certificate
	if !c.Parse(append(der, "trailing"...)) {
		t.Fatal("not parsed")
	}
	f := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	f("raw", len(c.Raw), len(der))
	f("version", c.Version, 3)
	f("serial", string(c.Serial), "FC48F2")
	f("subject", string(c.Subject), `CN=www.example.com,O=M\C3\BCller\, S\C3\B6hne \+ Co,C=DE`)
	f("issuer", string(c.Issuer), string(c.Subject))
	f("from", time.Unix(0, c.NotBefore).UTC(), template().NotBefore)
	f("to", time.Unix(0, c.NotAfter).UTC(), template().NotAfter)
	f("key alg", string(c.KeyAlg), "id-ecPublicKey")
	f("sig alg", string(c.SigAlg), "ecdsa-with-SHA256")
	f("key type", c.KeyType, "ecdsa")
	f("key length", c.KeyLength, 256)
	f("curve", c.Curve, "prime256v1")
	f("dns", len(c.DNS), 2)
	f("dns 1", string(c.DNS[1]), "*.example.org")
	f("uri", string(c.URI[0]), "spiffe://x/y")
	f("email", string(c.Email[0]), "a@example.com")
	f("ip", hex.EncodeToString(c.IP[0]), "c0000201")
	f("ip6", len(c.IP[1]), 16)
	f("constraints", c.HasBasicConstraints && c.CA, true)
	f("path", c.PathLen, int64(2))
	for i := range der {
		if c.Parse(der[:i]) {
			t.Fatalf("parsed when cut to %d of %d bytes", i, len(der))
		}
	}
}

func TestParseKeys(t *testing.T) {
	var c Certificate
	tmpl := template()
	tmpl.SerialNumber = big.NewInt(0)
	tmpl.DNSNames, tmpl.EmailAddresses, tmpl.IPAddresses, tmpl.URIs = nil, nil, nil, nil
	tmpl.BasicConstraintsValid = false
	rkey, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Parse(create(t, tmpl, rkey)) {
		t.Fatal("not parsed")
	}
	if c.KeyType != "rsa" || c.KeyLength != 1024 || string(c.Exponent) != "65537" || string(c.KeyAlg) != "rsaEncryption" || string(c.SigAlg) != "sha256WithRSAEncryption" {
		t.Errorf("rsa: %s %d %s %s %s", c.KeyType, c.KeyLength, c.Exponent, c.KeyAlg, c.SigAlg)
	}
	if c.HasBasicConstraints || len(c.DNS) > 0 || string(c.Serial) != "00" {
		t.Errorf("leftovers: %+v", c)
	}
	_, ekey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Parse(create(t, tmpl, ekey)) {
		t.Fatal("not parsed")
	}
	if c.KeyType != "" || c.KeyLength != 0 || len(c.Exponent) > 0 || string(c.KeyAlg) != "ED25519" {
		t.Errorf("ed25519: %s %d %s %s", c.KeyType, c.KeyLength, c.Exponent, c.KeyAlg)
	}
}

func TestSerial(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		b, _ := hex.DecodeString(in)
		var c Certificate
		c.appendSerial(b)
		if string(c.Serial) != want {
			t.Errorf("%s: got %s, want %s", in, c.Serial, want)
		}
	}
	f("", "00")
	f("00", "00")
	f("01", "01")
	f("00ff01", "FF01")
	f("ff", "-01")
	f("8000", "-8000")
}

// raw is one attribute of a hand-made name.
type raw struct {
	typ   encasn1.ObjectIdentifier
	id    byte
	value string
}

func name(rdns ...[]raw) []byte {
	tlv := func(id byte, body []byte) []byte {
		if len(body) < 128 {
			return append([]byte{id, byte(len(body))}, body...)
		}
		return append([]byte{id, 0x82, byte(len(body) >> 8), byte(len(body))}, body...)
	}
	var all []byte
	for _, rdn := range rdns {
		var set []byte
		for _, a := range rdn {
			oid, err := encasn1.Marshal(a.typ)
			if err != nil {
				panic(err)
			}
			set = append(set, tlv(0x30, append(oid, tlv(a.id, []byte(a.value))...))...)
		}
		all = append(all, tlv(0x31, set)...)
	}
	return tlv(0x30, all)
}

func TestAppendName(t *testing.T) {
	cn := encasn1.ObjectIdentifier{2, 5, 4, 3}
	uid := encasn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	odd := encasn1.ObjectIdentifier{1, 2, 3, 4}
	f := func(want string, rdns ...[]raw) {
		t.Helper()
		got, ok := AppendName([]byte("x"), name(rdns...))
		if !ok || string(got) != "x"+want {
			t.Errorf("got %s, want x%s", got, want)
		}
	}
	f("")
	f("CN=a", []raw{{cn, 0x0c, "a"}})
	f("CN=b+UID=a", []raw{{uid, 0x13, "a"}, {cn, 0x13, "b"}})
	f("CN=b,UID=a", []raw{{uid, 0x13, "a"}}, []raw{{cn, 0x13, "b"}})
	f(`CN=\ a b\ `, []raw{{cn, 0x13, " a b "}})
	f(`CN=\#a#`, []raw{{cn, 0x13, "#a#"}})
	f(`CN=\,\+\"\\\<\>\;=`, []raw{{cn, 0x13, `,+"\<>;=`}})
	f(`CN=\00\1F\7F`, []raw{{cn, 0x13, "\x00\x1f\x7f"}})
	f(`CN=\C3\A4`, []raw{{cn, 0x14, "\xe4"}})
	f(`CN=\C3\A4`, []raw{{cn, 0x0c, "ä"}})
	f(`CN=\C3\A4b`, []raw{{cn, 0x1e, "\x00\xe4\x00b"}})
	f(`CN=\C3\A4`, []raw{{cn, 0x1c, "\x00\x00\x00\xe4"}})
	f(`1.2.3.4=#0C0161`, []raw{{odd, 0x0c, "a"}})
	f(`CN=#03020780`, []raw{{cn, 0x03, "\x07\x80"}})
	long, ok := AppendName(nil, name([]raw{{cn, 0x13, strings.Repeat("a", 3000)}}))
	if !ok || len(long) != maxName {
		t.Errorf("long name: %d bytes", len(long))
	}
	if b, ok := AppendName([]byte("x"), []byte{0x30, 1, 0}); ok || string(b) != "x" {
		t.Errorf("garbage taken: %q", b)
	}
}

func TestMatches(t *testing.T) {
	f := func(pattern, host string, want bool) {
		t.Helper()
		if matches([]byte(pattern), []byte(host)) != want {
			t.Errorf("%s against %s: got %v", pattern, host, !want)
		}
	}
	f("example.com", "EXAMPLE.com", true)
	f("example.com", "www.example.com", false)
	f("*.example.com", "www.example.com", true)
	f("*.example.com", "example.com", false)
	f("*.example.com", ".example.com", false)
	f("*.example.com", "a.b.example.com", false)
	f("*.example.com", "xn--abc.example.com", true)
	f("w*.example.com", "www.example.com", true)
	f("*w.example.com", "www.example.com", true)
	f("w*w.example.com", "www.example.com", false)
	f("x*.example.com", "xn--abc.example.com", true)
	f("*c.example.com", "xn--abc.example.com", false)
	f("*.com", "example.com", false)
	f("www.*.com", "www.example.com", false)
	f("**.example.com", "www.example.com", false)
	f("*", "com", false)
}

func TestMatchesHost(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var c Certificate
	tmpl := template()
	c.Parse(create(t, tmpl, key))
	if !c.MatchesHost([]byte("a.example.org")) || c.MatchesHost([]byte("example.net")) || c.MatchesHost(nil) {
		t.Error("alternative names misjudged")
	}
	tmpl.DNSNames = []string{"other.example"}
	c.Parse(create(t, tmpl, key))
	if c.MatchesHost([]byte("www.example.com")) {
		t.Error("common name counts in spite of alternative names")
	}
	tmpl.DNSNames = nil
	c.Parse(create(t, tmpl, key))
	if !c.MatchesHost([]byte("www.example.com")) {
		t.Error("common name does not count")
	}
}

func TestParseAllocs(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := create(t, template(), key)
	var c Certificate
	c.Parse(der)
	if n := testing.AllocsPerRun(100, func() { c.Parse(der) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(create(f, template(), key))
	f.Add([]byte{0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		var c Certificate
		if c.Parse(der) {
			if len(c.Raw) > len(der) || len(c.Subject) > maxName || len(c.Issuer) > maxName {
				t.Fatalf("%d bytes of %d, names of %d and %d", len(c.Raw), len(der), len(c.Subject), len(c.Issuer))
			}
			c.MatchesHost([]byte("www.example.com"))
		}
	})
}

func BenchmarkParse(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	der := create(b, template(), key)
	var c Certificate
	b.ReportAllocs()
	for b.Loop() {
		c.Parse(der)
	}
}
