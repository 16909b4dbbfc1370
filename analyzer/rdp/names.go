package rdp

import "strconv"

func name(t map[uint32]string, v uint32, other string) string {
	if n, ok := t[v]; ok {
		return n
	}
	return other + "-" + strconv.FormatUint(uint64(v), 10)
}

// builds are the versions of RDP that clients of a Windows build speak.
var builds = map[uint32]string{
	419: "RDP 4.0", 2195: "RDP 5.0", 2221: "RDP 5.0", 2600: "RDP 5.1", 3790: "RDP 5.2",
	6000: "RDP 6.0", 6001: "RDP 6.1", 6002: "RDP 6.2", 7600: "RDP 7.0", 7601: "RDP 7.1",
	9200: "RDP 8.0", 9600: "RDP 8.1", 25189: "RDP 8.0 (Mac)", 25282: "RDP 8.0 (Mac)",
}

var protocols = map[uint32]string{0: "RDP", 1: "SSL", 2: "HYBRID", 8: "HYBRID_EX"}

var failures = map[uint32]string{
	1: "SSL_REQUIRED_BY_SERVER", 2: "SSL_NOT_ALLOWED_BY_SERVER", 3: "SSL_CERT_NOT_ON_SERVER",
	4: "INCONSISTENT_FLAGS", 5: "HYBRID_REQUIRED_BY_SERVER", 6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
}

var certTypes = map[uint32]string{1: "RSA", 2: "X.509"}

var methods = map[uint32]string{0: "None", 1: "40bit", 2: "128bit", 8: "56bit", 10: "FIPS"}

var levels = map[uint32]string{0: "None", 1: "Low", 2: "Client compatible", 3: "High", 4: "FIPS"}

var depths = map[uint32]string{4: "4bit", 8: "8bit", 15: "15bit", 16: "16bit", 24: "24bit"}

var results = map[uint32]string{
	0: "Success", 1: "User rejected", 2: "Resources not available",
	3: "Rejected for symmetry breaking", 4: "Locked conference",
}

// layout returns the name of a keyboard layout; one that is not known is
// guessed from its language.
func layout(v uint32) string {
	if n, ok := layouts[v]; ok {
		return n
	}
	if n, ok := layouts[v&0xffff]; ok {
		return n + " (Best Guess for " + strconv.FormatUint(uint64(v), 10) + ")"
	}
	return "keyboard-" + strconv.FormatUint(uint64(v), 10)
}
