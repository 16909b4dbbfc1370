package ssl

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// JA4 and JA4S are FoxIO's fingerprints of hellos
// (github.com/FoxIO-LLC/ja4, technical_details/JA4.md and JA4S.md).

const hexLower = "0123456789abcdef"

// ja4 returns the fingerprint of a client hello: transport, version, whether
// there is a server name, counts of suites and extensions, ends of the first
// ALPN name; then the hash of the suites, sorted; then that of the
// extensions, sorted, without server name and ALPN, and the signature
// algorithms as they stand.
func (h *hello) ja4(dtls bool) (f [36]byte) {
	f[0] = transport(dtls)
	copy(f[1:], ja4Version(h.version))
	f[3] = 'i'
	if h.hasSNI {
		f[3] = 'd'
	}
	putCount(f[4:], len(h.ciphers))
	putCount(f[6:], len(h.exts))
	h.putALPN(f[8:])
	f[10], f[23] = '_', '_'

	var buf [1024]byte
	slices.Sort(h.ciphers)
	putHash(f[11:23], appendHexList(buf[:0], h.ciphers))
	slices.Sort(h.exts)
	list := slices.DeleteFunc(h.exts, func(e uint16) bool { return e == extServerName || e == extALPN })
	text := appendHexList(buf[:0], list)
	if len(h.sigs) > 0 {
		text = appendHexList(append(text, '_'), h.sigs)
	}
	if len(h.exts) == 0 {
		text = nil
	}
	putHash(f[24:], text)
	return f
}

// ja4s returns the fingerprint of a server hello: transport, version, count
// of extensions, ends of the ALPN name; the suite; the hash of the extensions
// as they stand.
func (h *hello) ja4s(dtls bool, cipher uint16) (f [25]byte) {
	f[0] = transport(dtls)
	copy(f[1:], ja4Version(h.version))
	putCount(f[3:], len(h.exts))
	h.putALPN(f[5:])
	f[7], f[12] = '_', '_'
	appendHex16(f[8:8], cipher)
	var buf [1024]byte
	putHash(f[13:], appendHexList(buf[:0], h.exts))
	return f
}

func transport(dtls bool) byte {
	if dtls {
		return 'd'
	}
	return 't'
}

func ja4Version(v uint16) string {
	switch v {
	case verTLS13:
		return "13"
	case verTLS12:
		return "12"
	case verTLS11:
		return "11"
	case verTLS10:
		return "10"
	case verSSL3:
		return "s3"
	case verSSL2:
		return "s2"
	case verDTLS10:
		return "d1"
	case verDTLS12:
		return "d2"
	case verDTLS13:
		return "d3"
	}
	return "00"
}

func (h *hello) putALPN(b []byte) {
	b[0], b[1] = '0', '0'
	if h.hasALPN {
		b[0], b[1] = h.alpn[0], h.alpn[1]
	}
}

func putCount(b []byte, n int) {
	n = min(n, 99)
	b[0], b[1] = byte('0'+n/10), byte('0'+n%10)
}

// putHash puts the first 12 hexadecimal digits of the SHA-256 of text into b;
// zeros where text is empty.
func putHash(b, text []byte) {
	if len(text) == 0 {
		copy(b, "000000000000")
		return
	}
	sum := sha256.Sum256(text)
	hex.Encode(b[:12], sum[:6])
}

func appendHex16(b []byte, v uint16) []byte {
	return append(b, hexLower[v>>12], hexLower[v>>8&15], hexLower[v>>4&15], hexLower[v&15])
}

func appendHexList(b []byte, l []uint16) []byte {
	for i, v := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendHex16(b, v)
	}
	return b
}
