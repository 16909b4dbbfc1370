package quic

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// TestKeys derives the client's keys of the examples in the versions'
// specifications (appendix A.1).
func TestKeys(t *testing.T) {
	for _, tc := range []struct {
		name                string
		version             uint32
		prefix, key, iv, hp string
	}{
		{"RFC 9001", version1, "quic ", "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{"RFC 9369", version2, "quicv2 ", "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"},
		{"draft 29", draft29, "quic ", "175257a31eb09dea9366d8bb79ad80ba", "6b26114b9cba2b63a9e8dd4f", "9ddd12c994c0698b89374a9c077a3077"},
		{"draft 27", 0xff00001b, "quic ", "af7fd7efebd21878ff66811248983694", "8681359410a70bb9c92f0420", "a980b8b4fb7d9fbc13e814c23164253d"},
	} {
		secret, err := hkdf.Extract(sha256.New, unhex(t, rfcDCID), []byte(saltOf(tc.version)))
		if err != nil {
			t.Fatal(err)
		}
		secret = expand(secret, "client in", sha256.Size)
		for label, want := range map[string]string{"key": tc.key, "iv": tc.iv, "hp": tc.hp} {
			if got := hex.EncodeToString(expand(secret, tc.prefix+label, len(want)/2)); got != want {
				t.Errorf("%s: %s is %s, want %s", tc.name, label, got, want)
			}
		}
	}
}
