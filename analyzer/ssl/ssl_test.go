package ssl

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	stdx509 "crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

// tape records both directions of a connection as steps.
type tape struct {
	mu    sync.Mutex
	steps []analyzertest.Step
	first []byte // what the client sent first
	sent  []sent
}

type sent struct {
	dir  analyzer.Dir
	data []byte
}

type tapedConn struct {
	net.Conn
	t   *tape
	dir analyzer.Dir
}

func (c *tapedConn) Write(b []byte) (int, error) {
	c.t.mu.Lock()
	if len(c.t.steps) == 0 {
		c.t.first = bytes.Clone(b)
	}
	c.t.sent = append(c.t.sent, sent{c.dir, bytes.Clone(b)})
	c.t.steps = append(c.t.steps, analyzertest.Send(c.dir, bytes.Clone(b)))
	c.t.mu.Unlock()
	return c.Conn.Write(b)
}

func certificate(t testing.TB, cn string, names ...string) tls.Certificate {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &stdx509.Certificate{
		SerialNumber: big.NewInt(0x1234), Subject: pkix.Name{CommonName: cn, Organization: []string{"Example"}},
		DNSNames: names, NotBefore: time.Unix(1.5e9, 0), NotAfter: time.Unix(2e9, 0),
	}
	der, err := stdx509.CreateCertificate(rand.Reader, tmpl, tmpl, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// record runs a handshake, and a little data, and returns what was sent.
func record(t testing.TB, client, server *tls.Config) []analyzertest.Step {
	t.Helper()
	var tp tape
	recordOn(t, &tp, client, server)
	return tp.steps
}

// connect returns the two ends of a loopback connection.
func connect(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	client.SetDeadline(deadline)
	server.SetDeadline(deadline)
	return client, server
}

func recordOn(t testing.TB, tp *tape, client, server *tls.Config) {
	t.Helper()
	a, b := connect(t)
	done := make(chan error, 1)
	go func() {
		s := tls.Server(&tapedConn{b, tp, analyzer.Resp}, server)
		buf := make([]byte, 100)
		n, err := s.Read(buf)
		if err == nil {
			_, err = s.Write(buf[:n])
		}
		done <- err
		b.Close()
	}()
	c := tls.Client(&tapedConn{a, tp, analyzer.Orig}, client)
	_, err := c.Write([]byte("hello"))
	if err == nil {
		_, err = io.ReadFull(c, make([]byte, 5))
	}
	a.Close()
	if serr := <-done; err != nil || serr != nil && !errors.Is(serr, io.EOF) {
		t.Log("handshake:", err, serr)
	}
}

// rows returns the records of a log in the text that Run returns.
func rows(t testing.TB, out, log string) (r []map[string]any) {
	t.Helper()
	for line := range strings.Lines(out) {
		if text, ok := strings.CutPrefix(line, log+" {"); ok {
			var m map[string]any
			if err := json.Unmarshal([]byte("{"+text), &m); err != nil {
				t.Fatal(err)
			}
			r = append(r, m)
		}
	}
	return r
}

// check compares some fields of a record; nil stands for an unset one.
func check(t testing.TB, row map[string]any, want map[string]any) {
	t.Helper()
	for k, v := range want {
		if row[k] != v {
			t.Errorf("%s: got %v, want %v", k, row[k], v)
		}
	}
}

func serviceOf(out string) string {
	_, s, _ := strings.Cut(out, "service ")
	return strings.TrimSpace(s)
}

func TestTLS12(t *testing.T) {
	steps := record(t,
		&tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12,
			NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{certificate(t, "me")}},
		&tls.Config{Certificates: []tls.Certificate{certificate(t, "srv", "*.example.com")},
			NextProtos: []string{"h2"}, ClientAuth: tls.RequireAnyClientCert,
			CurvePreferences: []tls.CurveID{tls.CurveP256}, SessionTicketsDisabled: true})
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...)
	ssl := rows(t, out, "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %d records:\n%s", len(ssl), out)
	}
	check(t, ssl[0], map[string]any{
		"version": "TLSv12", "cipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "curve": "secp256r1",
		"server_name": "www.example.com", "resumed": false, "next_protocol": "h2", "established": true,
		"ssl_history": "CsxkrnXGYIi", "sni_matches_cert": true, "last_alert": nil,
		"subject": "CN=srv,O=Example", "issuer": "CN=srv,O=Example", "client_subject": "CN=me,O=Example",
	})
	if ja4, _ := ssl[0]["ja4"].(string); !strings.HasPrefix(ja4, "t12d") || ja4[8:10] != "h2" {
		t.Errorf("ja4 %s", ja4)
	}
	certs := rows(t, out, "x509")
	if len(certs) != 2 {
		t.Fatalf("got %d certificates:\n%s", len(certs), out)
	}
	check(t, certs[0], map[string]any{"certificate.serial": "1234", "host_cert": true, "client_cert": false,
		"certificate.sig_alg": "ED25519", "certificate.not_valid_before": 1.5e9})
	check(t, certs[1], map[string]any{"host_cert": true, "client_cert": true})
	if fp := ssl[0]["cert_chain_fps"].([]any); len(fp) != 1 || fp[0] != certs[0]["fingerprint"] {
		t.Errorf("chain %v", fp)
	}
	if s := serviceOf(out); s != "ssl" {
		t.Errorf("service %q", s)
	}
}

// A stapled OCSP response is a file, whatever is in it.
func TestStapled(t *testing.T) {
	cert := certificate(t, "srv", "www.example.com")
	cert.OCSPStaple = []byte("no response")
	steps := record(t, &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12},
		&tls.Config{Certificates: []tls.Certificate{cert}, SessionTicketsDisabled: true})
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...)
	files := rows(t, out, "files")
	if len(files) != 1 {
		t.Fatalf("got %d files:\n%s", len(files), out)
	}
	check(t, files[0], map[string]any{"source": "SSL", "mime_type": "application/ocsp-response", "seen_bytes": 11.0, "is_orig": false, "timedout": false})
	weirds := rows(t, out, "weird")
	if len(weirds) != 1 {
		t.Fatalf("got %d oddities:\n%s", len(weirds), out)
	}
	check(t, weirds[0], map[string]any{"name": "openssl_ocsp_reply_parse_error", "addl": files[0]["fuid"]})
	check(t, rows(t, out, "ssl")[0], map[string]any{"ssl_history": "CsxuknGIi", "established": true})

	for message, want := range map[string]string{
		"\x01\x00\x00\x00": `"name":"SSL_zero_length_stapled_OCSP_message"`,
		"\x02\x00\x00\x00": "", // of another type
	} {
		got := analyzertest.Run(t, Spec(), analyzertest.Options{}, steps[0],
			analyzertest.Resp("\x16\x03\x03\x00\x08\x16\x00\x00\x04"+message))
		if !strings.Contains(got, want) || strings.Contains(got, "files {") || want == "" && strings.Contains(got, "weird {") {
			t.Errorf("%x: %s", message, got)
		}
	}
}

func TestTLS13(t *testing.T) {
	cert := certificate(t, "srv", "a.example")
	cache := tls.NewLRUClientSessionCache(1)
	client := &tls.Config{ServerName: "a.example", InsecureSkipVerify: true, ClientSessionCache: cache,
		CurvePreferences: []tls.CurveID{tls.X25519}}
	server := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, resumed := range []bool{false, true} {
		out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, record(t, client, server)...)
		ssl := rows(t, out, "ssl")
		if len(ssl) != 1 {
			t.Fatalf("got %d records:\n%s", len(ssl), out)
		}
		check(t, ssl[0], map[string]any{
			"version": "TLSv13", "curve": "x25519", "server_name": "a.example", "resumed": resumed,
			"established": true, "cert_chain_fps": nil, "subject": nil, "sni_matches_cert": nil,
		})
		// The sides' ChangeCipherSpec may cross.
		if h := ssl[0]["ssl_history"]; h != "CsiI" && h != "CsIi" {
			t.Errorf("history %v", h)
		}
	}
}

func TestHelloRetry(t *testing.T) {
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, record(t,
		&tls.Config{InsecureSkipVerify: true, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP384}},
		&tls.Config{Certificates: []tls.Certificate{certificate(t, "srv")}, CurvePreferences: []tls.CurveID{tls.CurveP384}})...)
	ssl := rows(t, out, "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %d records:\n%s", len(ssl), out)
	}
	check(t, ssl[0], map[string]any{"curve": "secp384r1", "established": true})
	if h := ssl[0]["ssl_history"]; h != "CjiICs" && h != "CjIiCs" && h != "CjICsi" {
		t.Errorf("history %v", h)
	}
}

func TestResumedTicket(t *testing.T) {
	cert := certificate(t, "srv")
	client := &tls.Config{ServerName: "a.example", InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12,
		ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	server := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, resumed := range []bool{false, true} {
		out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, record(t, client, server)...)
		ssl := rows(t, out, "ssl")
		check(t, ssl[0], map[string]any{"resumed": resumed, "established": true})
	}
}

func TestAlert(t *testing.T) {
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, record(t,
		&tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13},
		&tls.Config{Certificates: []tls.Certificate{certificate(t, "srv")}, MaxVersion: tls.VersionTLS12})...)
	ssl := rows(t, out, "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %d records:\n%s", len(ssl), out)
	}
	check(t, ssl[0], map[string]any{"version": nil, "last_alert": "protocol_version", "established": false, "ssl_history": "Cl"})
}

func TestGap(t *testing.T) {
	steps := record(t, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12},
		&tls.Config{Certificates: []tls.Certificate{certificate(t, "srv")}})
	cut := append([]analyzertest.Step{steps[0], analyzertest.Gap(analyzer.Resp, 100)}, steps[1:]...)
	ssl := rows(t, analyzertest.Run(t, Spec(), analyzertest.Options{}, cut...), "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %d records", len(ssl))
	}
	check(t, ssl[0], map[string]any{"version": nil, "established": false, "ssl_history": "C"})
	// Any prefix of the dialogue gives one record at most and no panic.
	for i := range steps {
		if n := len(rows(t, analyzertest.Run(t, Spec(), analyzertest.Options{}, steps[:i]...), "ssl")); n != min(i, 1) {
			t.Errorf("%d steps: %d records", i, n)
		}
	}
}

// TestStart has sessions that begin with, or are, something else.
func TestStart(t *testing.T) {
	f := func(want string, steps ...analyzertest.Step) {
		t.Helper()
		if got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{Detect: true}, steps...); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	f("service \n", analyzertest.Orig("GET / HTTP/1.1\r\n\r\n"), analyzertest.Resp("HTTP/1.1 200 OK\r\n\r\n"))
	f("service \n", analyzertest.Orig("SSH-2.0-x\r\n"), analyzertest.Resp("SSH-2.0-y\r\n"))
	f("service \n", analyzertest.Orig("\x00\x00\x00\x2f\xfeSMB0123456789"))
}

func TestProbe(t *testing.T) {
	f := func(orig, resp string, want analyzer.Verdict) {
		t.Helper()
		if got := probe(&analyzer.Start{Orig: []byte(orig), Resp: []byte(resp)}); got != want {
			t.Errorf("%q, %q: got %d, want %d", orig, resp, got, want)
		}
	}
	f("", "", analyzer.NeedMore)
	f("\x16\x03", "", analyzer.NeedMore)
	f("\x16\x03\x01\x00\x72\x01\x00\x00\x6e\x03\x03", "", analyzer.Yes)
	f("\x16\x03\x01\x00\x72\x01\x00\x00\x6e\x03\x04", "x", analyzer.No)
	f("", "\x16\x03\x03\x00\x72\x02\x00\x00\x6e\x7f\x12", analyzer.Yes)
	f("x", "\x15\x03\x01\x00\x02\x01\x70\x16\x03\x01\x00\x72\x02\x00\x00\x6e\x03\x01", analyzer.Yes)
	f("x", "\x15\x03\x01\x00\x02\x01\x70\x16\x03\x01\x00\x72\x01\x00\x00\x6e\x03\x01", analyzer.No)
	f("GET /", "HTTP/", analyzer.No)
	f("\x16\x04", "x", analyzer.No)
}

// TestSSL2 is a whole handshake of SSL 2.0, made by hand.
func TestSSL2(t *testing.T) {
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{},
		analyzertest.Orig("\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80"+strings.Repeat("c", 16)),
		analyzertest.Resp("\x80\x1e\x04\x00\x01\x00\x02\x00\x00\x00\x03\x00\x10\x01\x00\x80"+strings.Repeat("i", 16)),
		analyzertest.Orig("\x80\x1a\x02\x01\x00\x80\x00\x00\x00\x10\x00\x00"+strings.Repeat("k", 16)),
		analyzertest.Resp("\x80\x03\x06aaaa"))
	ssl := rows(t, out, "ssl")
	if len(ssl) != 1 {
		t.Fatalf("got %s", out)
	}
	check(t, ssl[0], map[string]any{"version": "SSLv2", "cipher": "SSLv20_CK_RC4_128_WITH_MD5", "established": true, "ssl_history": "Cs"})
}

// TestBrokenHello feeds hellos that end too early.
func TestBrokenHello(t *testing.T) {
	var tp tape
	recordOn(t, &tp, &tls.Config{ServerName: "a.example", InsecureSkipVerify: true},
		&tls.Config{Certificates: []tls.Certificate{certificate(t, "srv")}})
	hello := tp.first[9:]
	for i := range hello {
		rec := []byte{typeHandshake, 3, 1, byte((i + 4) >> 8), byte(i + 4), msgClientHello, 0, byte(i >> 8), byte(i)}
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, append(rec, hello[:i]...)))
		if n := len(rows(t, out, "ssl")); n > 1 {
			t.Errorf("%d bytes: %d records", i, n)
		}
	}
}
