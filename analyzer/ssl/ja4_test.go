package ssl

import "testing"

// TestJA4 has the example of FoxIO's description (Chrome), whose raw form is
// public.
func TestJA4(t *testing.T) {
	h := hello{
		version: verTLS13, hasSNI: true, hasALPN: true, alpn: [2]byte{'h', '2'},
		ciphers: []uint16{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
		exts:    []uint16{0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015},
		sigs:    []uint16{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
	}
	f := h.ja4(false)
	if got, want := string(f[:]), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var none hello
	none.version = verDTLS12
	f = none.ja4(true)
	if got, want := string(f[:]), "dd2i000000_000000000000_000000000000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestJA4S(t *testing.T) {
	h := hello{version: verTLS13, exts: []uint16{0x0033, 0x002b}}
	f := h.ja4s(false, 0x1301)
	if got, want := string(f[:]), "t130200_1301_234ea6891581"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	h.exts = []uint16{0x002b, 0x0033}
	f = h.ja4s(false, 0x1301)
	if got, want := string(f[:]), "t130200_1301_a56c5b993250"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestALPNEnds(t *testing.T) {
	for in, want := range map[string]string{"h2": "h2", "http/1.1": "h1", "x": "xx", "": "00", "\xab\xcd": "ad", "0\xab": "3b"} {
		if e := alpnEnds([]byte(in)); string(e[:]) != want {
			t.Errorf("%q: got %s, want %s", in, e[:], want)
		}
	}
}

func TestNames(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(versionName(0x0303), "TLSv12")
	f(versionName(0x7f12), "TLSv13-draft18")
	f(versionName(0x7e01), "unknown-32257")
	f(versionName(0xfefc), "DTLSv13")
	f(cipherName(0x1301), "TLS_AES_128_GCM_SHA256")
	f(cipherName(0x010080), "SSLv20_CK_RC4_128_WITH_MD5")
	f(cipherName(0x5a5a), "grease_0x5A5A")
	f(cipherName(0x4242), "unknown-16962")
	f(curveName(23), "secp256r1")
	f(curveName(41), "curveSM2")
	f(curveName(4588), "X25519MLKEM768")
	f(curveName(0), "unknown-0")
	f(curveName(0xfafa), "grease_0xFAFA")
	f(alertName(40), "handshake_failure")
	f(alertName(1), "unknown-1")
	f(alertName(300), "unknown-300")
}
