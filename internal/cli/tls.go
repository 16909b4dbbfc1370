package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// tlsFlags are the flags of a server's certificate.
type tlsFlags struct {
	cert, key  string
	selfSigned bool
}

func (f *tlsFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.cert, "tls-cert", "", "serve HTTPS with the certificate chain in `FILE` (PEM)")
	c.Flags().StringVar(&f.key, "tls-key", "", "`FILE` of the certificate's key (PEM)")
	c.Flags().BoolVar(&f.selfSigned, "tls-self-signed", false, "serve HTTPS with a certificate that is made at the first start and kept beside the database")
	c.MarkFlagsMutuallyExclusive("tls-cert", "tls-self-signed")
}

func (f *tlsFlags) on() bool { return f.cert != "" || f.key != "" || f.selfSigned }

// config returns the TLS settings, nil without TLS.
func (f *tlsFlags) config(db, listen string) (*tls.Config, error) {
	if !f.on() {
		return nil, nil
	}
	if f.selfSigned && (f.cert != "" || f.key != "") {
		return nil, errors.New("--tls-self-signed makes a certificate: do not give --tls-cert and --tls-key with it")
	}
	cert, key := f.cert, f.key
	if f.selfSigned {
		cert, key = db+".crt", db+".key"
		if err := selfSigned(cert, key, listen, time.Now()); err != nil {
			return nil, err
		}
	}
	if cert == "" || key == "" {
		return nil, errors.New("--tls-cert and --tls-key belong together")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert %s: %w", cert, err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}

// fingerprint is the SHA-256 of the certificate, for users to compare.
func fingerprint(c *tls.Config) string {
	return fmt.Sprintf("%x", sha256.Sum256(c.Certificates[0].Certificate[0]))
}

// selfSigned makes a certificate unless there is one that is valid for
// another day.
func selfSigned(certFile, keyFile, listen string, now time.Time) error {
	if b, err := os.ReadFile(certFile); err == nil {
		if p, _ := pem.Decode(b); p != nil {
			if c, err := x509.ParseCertificate(p.Bytes); err == nil && now.Before(c.NotAfter.AddDate(0, 0, -1)) {
				return nil
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "wirehunt"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if host, _, err := net.SplitHostPort(listen); err == nil {
		if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else if ip == nil && host != "" && host != "localhost" {
			c.DNSNames = append(c.DNSNames, host)
		}
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		c.DNSNames = append(c.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}
