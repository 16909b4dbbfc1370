package dns

import "strconv"

// Operation codes (RFC 1035, 1996, 2136; RFC 1002 for port 137).
const (
	opQuery  = 0
	opNotify = 4
	opUpdate = 5

	nbRegistration = 5
	nbRelease      = 6
	nbWack         = 7
	nbRefresh      = 8
)

// Classes with a meaning in dynamic updates (RFC 2136).
const (
	classNone = 254
	classAny  = 255
)

// Types of records that are treated on their own.
const (
	typeA          = 1
	typeNS         = 2
	typeCNAME      = 5
	typeSOA        = 6
	typeWKS        = 11
	typePTR        = 12
	typeHINFO      = 13
	typeMX         = 15
	typeTXT        = 16
	typeAAAA       = 28
	typeLOC        = 29
	typeNB         = 32
	typeSRV        = 33
	typeNAPTR      = 35
	typeA6         = 38
	typeOPT        = 41
	typeDS         = 43
	typeSSHFP      = 44
	typeRRSIG      = 46
	typeNSEC       = 47
	typeDNSKEY     = 48
	typeNSEC3      = 50
	typeNSEC3PARAM = 51
	typeSVCB       = 64
	typeHTTPS      = 65
	typeSPF        = 99
	typeTKEY       = 249
	typeTSIG       = 250
	typeANY        = 255
	typeCAA        = 257
	typeBINDS      = 65534
)

// The names are those of Zeek's base/protocols/dns/consts.zeek.  typeNames
// holds the types below its length, highTypeNames the others.
var typeNames = [...]string{
	1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL",
	11: "WKS", 12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB",
	19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP", 23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX",
	27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 31: "EID", 32: "NIMLOC", 33: "SRV", 34: "ATMA",
	35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 40: "SINK", 41: "OPT", 42: "APL",
	43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID",
	50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 56: "NINFO", 57: "RKEY",
	58: "TALINK", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB",
	65: "HTTPS", 99: "SPF", 100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "NID",
	105: "L32", 106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 249: "TKEY", 250: "TSIG",
	251: "IXFR", 252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "*", 256: "URI", 257: "CAA",
}

var highTypeNames = map[uint16]string{
	32768: "TA", 32769: "DLV", 65281: "WINS", 65282: "WINS-R", 65422: "XPF", 65521: "INTEGRITY",
}

var classNames = [...]string{
	1: "C_INTERNET", 2: "C_CSNET", 3: "C_CHAOS", 4: "C_HESIOD", classNone: "C_NONE", classAny: "C_ANY",
}

var rcodeNames = [16]string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSet",
	"NOTAUTH", "NOTZONE", "unassigned-11", "unassigned-12", "unassigned-13", "unassigned-14", "unassigned-15",
}

var opcodeNames = [...]string{
	opQuery: "query", 1: "iquery", 2: "server-status", opNotify: "notify", opUpdate: "dynamic-update", 6: "dso",
}

var netbiosOpcodeNames = [...]string{
	opQuery: "netbios-query", nbRegistration: "netbios-registration", nbRelease: "netbios-release",
	nbWack: "netbios-wack", nbRefresh: "netbios-refresh",
}

func pick(names []string, i int, prefix string) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return prefix + strconv.Itoa(i)
}

func typeName(t uint16) string {
	if int(t) >= len(typeNames) {
		if n, ok := highTypeNames[t]; ok {
			return n
		}
	}
	return pick(typeNames[:], int(t), "query-")
}

func className(c uint16) string { return pick(classNames[:], int(c), "qclass-") }

func opcodeName(op uint8, netbios bool) string {
	if netbios {
		return pick(netbiosOpcodeNames[:], int(op), "netbios-opcode-")
	}
	return pick(opcodeNames[:], int(op), "opcode-")
}
