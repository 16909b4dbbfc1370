package rangetest

import (
	"strings"
	"testing"
)

type tlsRow struct {
	flow
	Version       string `json:"version,omitempty"`
	Cipher        string `json:"cipher,omitempty"`
	ServerName    string `json:"server_name,omitempty"`
	Resumed       bool   `json:"resumed"`
	LastAlert     string `json:"last_alert,omitempty"`
	NextProtocol  string `json:"next_protocol,omitempty"`
	Established   bool   `json:"established"`
	Subject       string `json:"subject,omitempty"`
	Issuer        string `json:"issuer,omitempty"`
	ClientSubject string `json:"client_subject,omitempty"`
	ClientIssuer  string `json:"client_issuer,omitempty"`
}

type tlsFact struct {
	ends
	Version       string `json:"version"`
	Cipher        string `json:"cipher_standard_name"`
	SNI           string `json:"sni"`
	Resumed       bool   `json:"resumed"`
	ALPN          string `json:"alpn"`
	Established   bool   `json:"established"`
	Subject       string `json:"subject"`
	Issuer        string `json:"issuer"`
	ClientSubject string `json:"client_subject"`
	ClientIssuer  string `json:"client_issuer"`
	OnWire        bool   `json:"certificate_on_wire"`
	Curve         string `json:"curve"`
	Alert         *struct {
		From   string `json:"from"`
		Number int    `json:"number"`
	} `json:"alert"`
}

// alertNames are the alerts of the range, by their number (RFC 8446,
// section 6).
var alertNames = map[int]string{40: "handshake_failure", 48: "unknown_ca", 70: "protocol_version"}

func checkTLS(t *testing.T, r records) {
	var truth struct{ Handshakes []tlsFact }
	loadTruth(t, "tls", &truth)
	type curveRow struct {
		tlsRow
		Curve string `json:"curve"`
	}
	var got, want []tlsRow
	records := map[flow]curveRow{}
	for _, g := range rows[curveRow](t, r, "ssl") {
		records[g.flow] = g
		got = append(got, g.tlsRow)
	}
	var all []ends
	for _, f := range truth.Handshakes {
		g := records[f.flow()]
		w := tlsRow{
			flow: f.flow(), Version: strings.Replace(f.Version, "TLSv1.", "TLSv1", 1), Cipher: f.Cipher, ServerName: f.SNI,
			Resumed: f.Resumed, NextProtocol: f.ALPN, Established: f.Established,
		}
		if f.OnWire {
			w.Subject, w.Issuer, w.ClientSubject, w.ClientIssuer = f.Subject, f.Issuer, f.ClientSubject, f.ClientIssuer
		}
		if w.Version == "TLSv13" {
			w.NextProtocol = "" // it is among the encrypted extensions
		}
		if f.Alert != nil {
			w.LastAlert = alertNames[f.Alert.Number]
			if f.Alert.From == "client" {
				// The client refused what the server had sent already, and
				// tells nothing of it.
				w.Version, w.Cipher, w.NextProtocol, w.Subject, w.Issuer = g.Version, g.Cipher, g.NextProtocol, g.Subject, g.Issuer
				if g.Subject == "" || g.Cipher == "" {
					t.Errorf("nothing of the server's flight in %s", text(g))
				}
			}
		}
		want = append(want, w)
		all = append(all, f.ends)
		checkCurve(t, f, g.Curve)
	}
	sameRows(t, "handshakes", got, want)
	sameServices(t, r, "ssl", all)
	checkCertificates(t, r, truth.Handshakes)
}

// checkCurve compares a curve with what OpenSSL calls it.
func checkCurve(t *testing.T, f tlsFact, got string) {
	t.Helper()
	want := map[string]string{"X25519": "x25519", "prime256v1": "secp256r1", "secp384r1": "secp384r1", "": got}[f.Curve]
	if f.Resumed && f.Version == "TLSv1.2" {
		want = "" // the session's curve is that of the handshake it resumes
	}
	if got != want {
		t.Errorf("%s: curve %q, want %q", text(f.ends), got, want)
	}
}

// checkCertificates compares the subjects in x509.log with those that crossed
// the network; the client of one handshake sends its issuer as well.
func checkCertificates(t *testing.T, r records, facts []tlsFact) {
	t.Helper()
	type certificate struct {
		Subject string `json:"certificate.subject"`
		Issuer  string `json:"certificate.issuer"`
	}
	want := map[certificate]bool{}
	for _, f := range facts {
		if f.OnWire {
			want[certificate{f.Subject, f.Issuer}] = true
		}
		if f.ClientSubject != "" {
			want[certificate{f.ClientSubject, f.ClientIssuer}] = true
			want[certificate{f.ClientIssuer, f.ClientIssuer}] = true
		}
	}
	var certificates []certificate
	for c := range want {
		certificates = append(certificates, c)
	}
	sameRows(t, "certificates", rows[certificate](t, r, "x509"), certificates)
}
