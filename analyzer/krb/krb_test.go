package krb

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// tlv is an element of BER.
func tlv(id byte, parts ...string) string {
	body := strings.Join(parts, "")
	if len(body) < 128 {
		return string([]byte{id, byte(len(body))}) + body
	}
	return string([]byte{id, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
}

func ctx(n byte, parts ...string) string { return tlv(0xa0|n, parts...) }
func app(n byte, parts ...string) string { return tlv(0x60|n, parts...) }
func seq(parts ...string) string         { return tlv(0x30, parts...) }
func integer1(v byte) string             { return tlv(2, string([]byte{v})) }
func str(s string) string                { return tlv(0x1b, s) }
func gtime(s string) string              { return tlv(0x18, s) }

func principal(kind byte, parts ...string) string {
	var list string
	for _, p := range parts {
		list += str(p)
	}
	return seq(ctx(0, integer1(kind)), ctx(1, seq(list)))
}

func ticket(etype byte, service ...string) string {
	return app(1, seq(ctx(0, integer1(5)), ctx(1, str("EXAMPLE.ORG")), ctx(2, principal(2, service...)),
		ctx(3, seq(ctx(0, integer1(etype)), ctx(2, tlv(4, "secret"))))))
}

func request(kind byte, body ...string) string {
	return app(kind, seq(ctx(1, integer1(5)), ctx(2, integer1(kind)), ctx(4, seq(body...))))
}

func asReq() string {
	return request(msgASReq, ctx(0, tlv(3, "\x00\x40\x81\x00\x10")), ctx(1, principal(1, "alice")),
		ctx(2, str("EXAMPLE.ORG")), ctx(3, principal(2, "krbtgt", "EXAMPLE.ORG")),
		ctx(4, gtime("20240101000000Z")), ctx(5, gtime("20370913024805Z")), ctx(7, integer1(1)))
}

func tgsReq() string {
	return request(msgTGSReq, ctx(0, tlv(3, "\x00\x00\x00\x00\x00")), ctx(2, str("EXAMPLE.ORG")),
		ctx(3, principal(2, "HTTP", "web.example.org")), ctx(5, gtime("20370913024805Z")), ctx(7, integer1(1)))
}

func reply(kind, etype byte, service ...string) string {
	return app(kind, seq(ctx(0, integer1(5)), ctx(1, integer1(kind)), ctx(3, str("EXAMPLE.ORG")),
		ctx(4, principal(1, "alice")), ctx(5, ticket(etype, service...)), ctx(6, seq())))
}

func krbError(code byte, text string) string {
	parts := []string{ctx(0, integer1(5)), ctx(1, integer1(msgError)), ctx(4, gtime("20240101000000Z")), ctx(5, integer1(1)),
		ctx(6, integer1(code)), ctx(7, str("EXAMPLE.ORG")), ctx(8, principal(1, "alice")), ctx(9, str("EXAMPLE.ORG")),
		ctx(10, principal(2, "krbtgt", "EXAMPLE.ORG"))}
	if text != "" {
		parts = append(parts, ctx(11, str(text)))
	}
	return app(msgError, seq(parts...))
}

func apReq() string {
	return app(msgAPReq, seq(ctx(0, integer1(5)), ctx(1, integer1(msgAPReq)), ctx(2, tlv(3, "\x00\x20\x00\x00\x00")),
		ctx(3, ticket(23, "cifs", "files.example.org")), ctx(4, seq())))
}

func apRep() string {
	return app(msgAPRep, seq(ctx(0, integer1(5)), ctx(1, integer1(msgAPRep)), ctx(2, seq())))
}

func framed(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s }

func TestRecords(t *testing.T) {
	o, r := analyzertest.Orig, analyzertest.Resp
	for name, steps := range map[string][]string{
		"as":            {asReq(), reply(msgASRep, 18, "krbtgt", "EXAMPLE.ORG")},
		"tgs":           {tgsReq(), reply(msgTGSRep, 23, "HTTP", "web.example.org")},
		"unanswered":    {asReq()},
		"error":         {asReq(), krbError(6, "")},
		"error-text":    {asReq(), krbError(6, "CLIENT_NOT_FOUND")},
		"preauth":       {asReq(), krbError(25, "NEEDED_PREAUTH"), asReq(), reply(msgASRep, 18, "krbtgt", "EXAMPLE.ORG")},
		"two":           {asReq(), reply(msgASRep, 18, "krbtgt", "EXAMPLE.ORG"), tgsReq(), krbError(7, "")},
		"ap":            {apReq(), apRep()},
		"reply-only":    {"", reply(msgASRep, 99, "krbtgt", "EXAMPLE.ORG")},
		"other-message": {asReq(), app(21, seq(ctx(0, integer1(5)), ctx(1, integer1(21))))},
	} {
		t.Run(name, func(t *testing.T) {
			var udp, tcp []analyzertest.Step
			for i, s := range steps {
				if s == "" {
					continue
				}
				if i%2 == 0 {
					udp, tcp = append(udp, o(s)), append(tcp, o(framed(s)))
				} else {
					udp, tcp = append(udp, r(s)), append(tcp, r(framed(s)))
				}
			}
			got := analyzertest.Run(t, Spec(), analyzertest.Options{}, udp...)
			golden.Check(t, filepath.Join("testdata", name+".golden"), []byte(got))
			overTCP := analyzertest.Chunkings(t, TCPSpec(), analyzertest.Options{}, tcp...)
			if want := strings.ReplaceAll(got, "service krb\n", "service krb_tcp\n"); overTCP != want {
				t.Errorf("over TCP: %s\nwant %s", overTCP, want)
			}
		})
	}
}

func TestProbe(t *testing.T) {
	udp, tcp := Spec().Probe, TCPSpec().Probe
	for _, s := range []string{asReq(), tgsReq(), reply(msgASRep, 18, "a"), krbError(6, "x")} {
		if udp(&analyzer.Start{Resp: []byte(s), UDP: true}) != analyzer.Yes || tcp(&analyzer.Start{Orig: []byte(framed(s))}) != analyzer.Yes {
			t.Errorf("%x: not recognised", s[:12])
		}
	}
	if tcp(&analyzer.Start{Orig: []byte(framed(asReq())[:6])}) != analyzer.NeedMore {
		t.Error("six bytes do not ask for more")
	}
	for _, s := range []string{"GET / HTTP/1.1\r\n\r\n" + strings.Repeat("x", 40), "\x16\x03\x01\x02\x00", "\x00\x00\x00\x54\xffSMB" + strings.Repeat("\x00", 80)} {
		if udp(&analyzer.Start{Orig: []byte(s), UDP: true}) != analyzer.No || tcp(&analyzer.Start{Orig: []byte(s)}) == analyzer.Yes {
			t.Errorf("%q was taken for Kerberos", s[:5])
		}
	}
}

// An error needs nothing but its code.
func TestShortError(t *testing.T) {
	short := "\x7e\x14\x30\x12\xa6\x03\x02\x01\x19\xac\x0b\x30\x09\x30\x07\xa1\x03\x02\x01\x02\xa2\x00"
	got := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Orig(short))
	if !strings.Contains(got, `"success":false,"error_msg":"KDC_ERR_PREAUTH_REQUIRED"`) || !strings.HasSuffix(got, "service krb\n") {
		t.Errorf("got %s", got)
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00\x00\x00\x54\xffSMBr", framed("abcdef"), framed(""), "\xff\xff\xff\xff"} {
		if got := analyzertest.Chunkings(t, TCPSpec(), analyzertest.Options{}, analyzertest.Orig(s), analyzertest.Orig(framed(asReq()))); got != "service \n" {
			t.Errorf("%q: %s", s, got)
		}
	}
}

func TestGapAndCut(t *testing.T) {
	got := analyzertest.Run(t, TCPSpec(), analyzertest.Options{}, analyzertest.Orig(framed(asReq())),
		analyzertest.Gap(analyzer.Resp, 100), analyzertest.Resp("rest"))
	if strings.Count(got, "kerberos {") != 1 || strings.Contains(got, `"success"`) {
		t.Errorf("after a gap: %s", got)
	}
	whole := asReq()
	got = analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Cut(analyzer.Orig, []byte(whole[:40]), len(whole)))
	if got != "service \n" {
		t.Errorf("cut: %s", got)
	}
	for n := range whole {
		analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Orig(whole[:n]))
	}
}

func TestCertificate(t *testing.T) {
	for _, b := range []string{"\x30\x05\x80\x03abc", "", "\x30\x00"} {
		for _, typ := range []int64{paPKASReq, paPKASRep} {
			if got, has := certificate([]byte(b), typ); got != nil || has {
				t.Errorf("a certificate out of %x: %x", b, got)
			}
		}
	}
	signed := func(certs string) string {
		return seq(tlv(0x80, seq(tlv(6, "\x2a"), ctx(0, seq(integer1(3), tlv(0x31), seq(tlv(6, "\x2a")), certs)))))
	}
	for _, c := range []struct{ certs, want string }{
		{ctx(0, seq("cert")), seq("cert")}, {ctx(0), ""}, {tlv(0x31), ""}, // no certificates, but the signers
	} {
		for typ, message := range map[int64]string{paPKASReq: signed(c.certs), paPKASRep: ctx(0, signed(c.certs))} {
			if got, has := certificate([]byte(message), typ); string(got) != c.want || !has {
				t.Errorf("%x: got %x, %v", message, got, has)
			}
		}
	}
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte(asReq()), []byte(krbError(6, "x")), 3)
	f.Add([]byte(tgsReq()), []byte(reply(msgTGSRep, 23, "HTTP", "web")), 1)
	f.Add([]byte(apReq()), []byte(apRep()), 7)
	f.Fuzz(func(t *testing.T, q, r []byte, chunk int) {
		analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, q), analyzertest.Send(analyzer.Resp, r))
		steps := []analyzertest.Step{analyzertest.Orig(framed(string(q)) + string(r)), analyzertest.Resp(framed(string(r)))}
		want := analyzertest.Run(t, TCPSpec(), analyzertest.Options{}, steps...)
		if chunk > 0 {
			if got := analyzertest.Run(t, TCPSpec(), analyzertest.Options{Chunk: chunk}, steps...); got != want {
				t.Errorf("in pieces of %d bytes: %s\nwant %s", chunk, got, want)
			}
		}
	})
}
