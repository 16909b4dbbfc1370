package ssl

import "strconv"

// Protocol versions as they stand on the wire.
const (
	verSSL2   = 0x0002
	verSSL3   = 0x0300
	verTLS10  = 0x0301
	verTLS11  = 0x0302
	verTLS12  = 0x0303
	verTLS13  = 0x0304
	verDTLS10 = 0xfeff
	verDTLS12 = 0xfefd
	verDTLS13 = 0xfefc
)

// versionName returns Zeek's name of a version; drafts of TLS 1.3 are
// 0x7f00 and their number.
func versionName(v uint16) string {
	switch v {
	case verSSL2:
		return "SSLv2"
	case verSSL3:
		return "SSLv3"
	case verTLS10:
		return "TLSv10"
	case verTLS11:
		return "TLSv11"
	case verTLS12:
		return "TLSv12"
	case verTLS13:
		return "TLSv13"
	case verDTLS10:
		return "DTLSv10"
	case verDTLS12:
		return "DTLSv12"
	case verDTLS13:
		return "DTLSv13"
	}
	if isDraft(v) {
		return "TLSv13-draft" + strconv.Itoa(int(v%0x7f))
	}
	return unknown(uint64(v))
}

// isDraft reports whether v is a draft of TLS 1.3, by the arithmetic of
// Zeek's script.
func isDraft(v uint16) bool { return v/0xff == 0x7f }

// versionOK reports whether a hello may have version v.
func versionOK(v uint16) bool {
	switch v {
	case verSSL2, verSSL3, verTLS10, verTLS11, verTLS12, verTLS13, verDTLS10, verDTLS12, verDTLS13:
		return true
	}
	return v>>8 == 0x7f
}

func unknown(v uint64) string { return "unknown-" + strconv.FormatUint(v, 10) }

// isGrease reports whether v is a value reserved against ossification
// (RFC 8701).
func isGrease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

const hexUpper = "0123456789ABCDEF"

func greaseName(v uint16) string {
	h := hexUpper[v>>12 : v>>12+1]
	return "grease_0x" + h + "A" + h + "A"
}

func cipherName(c uint32) string {
	if n, ok := cipherNames[c]; ok {
		return n
	}
	if c <= 0xffff && isGrease(uint16(c)) {
		return greaseName(uint16(c))
	}
	return unknown(uint64(c))
}

// curveNames are IANA's supported groups 1 to 41.
var curveNames = [...]string{
	1: "sect163k1", "sect163r1", "sect163r2", "sect193r1", "sect193r2", "sect233k1", "sect233r1",
	"sect239k1", "sect283k1", "sect283r1", "sect409k1", "sect409r1", "sect571k1", "sect571r1",
	"secp160k1", "secp160r1", "secp160r2", "secp192k1", "secp192r1", "secp224k1", "secp224r1",
	"secp256k1", "secp256r1", "secp384r1", "secp521r1",
	"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "x25519", "x448",
	"brainpoolP256r1tls13", "brainpoolP384r1tls13", "brainpoolP512r1tls13",
	"GC256A", "GC256B", "GC256C", "GC256D", "GC512A", "GC512B", "GC512C", "curveSM2",
}

// otherCurves are the supported groups beyond those.
var otherCurves = map[uint16]string{
	256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
	512: "MLKEM512", 513: "MLKEM768", 514: "MLKEM1024",
	4587: "SecP256r1MLKEM768", 4588: "X25519MLKEM768", 4589: "SecP384r1MLKEM1024",
	4590: "curveSM2MLKEM768", 16696: "CECPQ2",
	25497: "X25519Kyber768Draft00", 25498: "SecP256r1Kyber768Draft00",
	0xff01: "arbitrary_explicit_prime_curves", 0xff02: "arbitrary_explicit_char2_curves",
}

func curveName(c uint16) string {
	if c > 0 && int(c) < len(curveNames) {
		return curveNames[c]
	}
	if n, ok := otherCurves[c]; ok {
		return n
	}
	if isGrease(c) {
		return greaseName(c)
	}
	return unknown(uint64(c))
}

// alertNames are IANA's alert descriptions.
var alertNames = [...]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
	22: "record_overflow", 30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate",
	42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked",
	45: "certificate_expired", 46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca",
	49: "access_denied", 50: "decode_error", 51: "decrypt_error", 60: "export_restriction",
	70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
	86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation",
	110: "unsupported_extension", 111: "certificate_unobtainable", 112: "unrecognized_name",
	113: "bad_certificate_status_response", 114: "bad_certificate_hash_value",
	115: "unknown_psk_identity", 116: "certificate_required", 117: "general_error",
	120: "no_application_protocol", 121: "ech_required",
}

func alertName(d uint16) string {
	if int(d) < len(alertNames) && alertNames[d] != "" {
		return alertNames[d]
	}
	return unknown(uint64(d))
}
