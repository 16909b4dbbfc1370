package ldap

// Operations: the tags of protocolOp (RFC 4511, 4.2 to 4.13).
const (
	opBindRequest      = 0
	opBindResponse     = 1
	opUnbind           = 2
	opSearchRequest    = 3
	opSearchEntry      = 4
	opSearchDone       = 5
	opModifyRequest    = 6
	opModifyResponse   = 7
	opAddRequest       = 8
	opAddResponse      = 9
	opDelRequest       = 10
	opDelResponse      = 11
	opModDNRequest     = 12
	opModDNResponse    = 13
	opCompareRequest   = 14
	opCompareResponse  = 15
	opAbandon          = 16
	opSearchReference  = 19
	opExtendedRequest  = 23
	opExtendedResponse = 24
	opIntermediate     = 25
)

// opName returns Zeek's name of an operation, "" for one that does not exist.
func opName(op uint32) string {
	switch op {
	case opBindRequest, opBindResponse:
		return "bind"
	case opUnbind:
		return "unbind"
	case opSearchRequest, opSearchEntry, opSearchDone, opSearchReference:
		return "search"
	case opModifyRequest, opModifyResponse, opModDNRequest, opModDNResponse:
		return "modify"
	case opAddRequest, opAddResponse:
		return "add"
	case opDelRequest, opDelResponse:
		return "delete"
	case opCompareRequest, opCompareResponse:
		return "compare"
	case opAbandon:
		return "abandon"
	case opExtendedRequest, opExtendedResponse:
		return "extended"
	case opIntermediate:
		return "intermediate"
	}
	return ""
}

// isSearch reports whether an operation is told of in ldap_search.log.
func isSearch(op uint32) bool { return opName(op) == "search" }

// ends reports whether a message is the last of its operation.
func ends(op uint32) bool {
	switch op {
	case opBindResponse, opUnbind, opSearchDone, opModifyResponse, opAddResponse, opDelResponse, opModDNResponse,
		opCompareResponse, opAbandon, opExtendedResponse:
		return true
	}
	return false
}

// resultSuccess is the result code of success.
const resultSuccess = 0

// resultNames are the names of result codes (RFC 4511, appendix A, and those
// that clients and extensions add), "" for those that do not exist.
var resultNames = [124]string{
	0: "success", 1: "operations error", 2: "protocol error", 3: "time limit exceeded", 4: "size limit exceeded",
	5: "compare false", 6: "compare true", 7: "auth method not supported", 8: "stronger auth required",
	9: "partial results", 10: "referral", 11: "admin limit exceeded", 12: "unavailable critical extension",
	13: "confidentiality required", 14: "SASL bind in progress", 16: "no such attribute",
	17: "undefined attribute type", 18: "inappropriate matching", 19: "constraint violation",
	20: "attribute or value exists", 21: "invalid attribute syntax", 32: "no such object", 33: "alias problem",
	34: "invalid DN syntax", 36: "alias dereferencing problem", 48: "inappropriate authentication",
	49: "invalid credentials", 50: "insufficient access rights", 51: "busy", 52: "unavailable",
	53: "unwilling to perform", 54: "loop detect", 60: "sort control missing", 61: "offset range error",
	64: "naming violation", 65: "object class violation", 66: "not allowed on non-leaf", 67: "not allowed on RDN",
	68: "entry already exists", 69: "object class mods prohibited", 70: "results too large",
	71: "affects multiple DSAs", 76: "control error", 80: "other", 81: "server down", 82: "local error",
	83: "encoding error", 84: "decoding error", 85: "timeout", 86: "auth unknown", 87: "filter error",
	88: "user canceled", 89: "param error", 90: "no memory", 91: "connect error", 92: "not supported",
	93: "control not found", 94: "no results returned", 95: "more results to return", 96: "client loop",
	97: "referral limit exceeded", 100: "invalid response", 101: "ambiguous response", 112: "TLS not supported",
	113: "intermediate response", 114: "unknown type", 115: "LCUP invalid data", 116: "LCUP unsupported scheme",
	117: "LCUP reload required", 118: "canceled", 119: "no such operation", 120: "too late", 121: "cannot cancel",
	122: "assertion failed", 123: "authorization denied",
}

const unknown = "unknown"

// nameIn returns the name at index i of a list, or "unknown".
func nameIn(names []string, i int64) string {
	if i >= 0 && i < int64(len(names)) && names[i] != "" {
		return names[i]
	}
	return unknown
}

var (
	scopeNames = [...]string{"base", "single", "tree"}
	derefNames = [...]string{"never", "searching", "finding", "always"}
)

// Ways to bind (RFC 4511, 4.2; [MS-ADTS] 5.1.1.1.3 for Sicily).
const (
	bindSimple         = 0
	bindSASL           = 3
	bindSicilyPackages = 9
	bindSicilyNego     = 10
	bindSicilyResponse = 11
)

func bindName(auth uint32) string {
	switch auth {
	case bindSimple:
		return "bind simple"
	case bindSASL:
		return "bind SASL"
	case bindSicilyPackages:
		return "bind SICILY_PACKAGE_DISCOVERY"
	case bindSicilyNego:
		return "bind SICILY_NEGOTIATE"
	case bindSicilyResponse:
		return "bind SICILY_RESPONSE"
	}
	return ""
}

// startTLS is the extended operation of that name (RFC 4511, 4.14).
const startTLS = "1.3.6.1.4.1.1466.20037"

// extension returns the name of an extended operation.
func extension(oid []byte) string {
	switch string(oid) {
	case startTLS:
		return "StartTLS"
	case "1.3.6.1.4.1.4203.1.11.3": // RFC 4532
		return "whoami"
	}
	return unknown
}
