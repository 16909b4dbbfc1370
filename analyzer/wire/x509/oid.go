package x509

import (
	"strconv"
	"strings"
)

// The tables below hold the names that OpenSSL's object database
// (crypto/objects/objects.txt) gives to object identifiers, by the contents
// of their DER encoding.

// byOID returns t with the dotted keys replaced by their DER contents.
func byOID[T any](t map[string]T) map[string]T {
	m := make(map[string]T, len(t))
	for k, v := range t {
		m[encodeOID(k)] = v
	}
	return m
}

// encodeOID returns the DER contents of a dotted object identifier, which
// must be well-formed.
func encodeOID(dotted string) string {
	var b []byte
	var first uint64
	for i, s := range strings.Split(dotted, ".") {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			panic("BUG: object identifier " + dotted)
		}
		switch i {
		case 0:
			first = n * 40
			continue
		case 1:
			n += first
		}
		shift := 0
		for v := n >> 7; v > 0; v >>= 7 {
			shift += 7
		}
		for ; shift > 0; shift -= 7 {
			b = append(b, byte(n>>shift)|0x80)
		}
		b = append(b, byte(n)&0x7f)
	}
	return string(b)
}

// attributes are the short names of the attribute types of names.
var attributes = byOID(map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C",
	"2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O",
	"2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description",
	"2.5.4.14": "searchGuide", "2.5.4.15": "businessCategory",
	"2.5.4.16": "postalAddress", "2.5.4.17": "postalCode", "2.5.4.18": "postOfficeBox",
	"2.5.4.19": "physicalDeliveryOfficeName", "2.5.4.20": "telephoneNumber",
	"2.5.4.21": "telexNumber", "2.5.4.22": "teletexTerminalIdentifier",
	"2.5.4.23": "facsimileTelephoneNumber", "2.5.4.24": "x121Address",
	"2.5.4.25": "internationaliSDNNumber", "2.5.4.26": "registeredAddress",
	"2.5.4.27": "destinationIndicator", "2.5.4.28": "preferredDeliveryMethod",
	"2.5.4.29": "presentationAddress", "2.5.4.30": "supportedApplicationContext",
	"2.5.4.31": "member", "2.5.4.32": "owner", "2.5.4.33": "roleOccupant",
	"2.5.4.34": "seeAlso", "2.5.4.35": "userPassword", "2.5.4.36": "userCertificate",
	"2.5.4.37": "cACertificate", "2.5.4.38": "authorityRevocationList",
	"2.5.4.39": "certificateRevocationList", "2.5.4.40": "crossCertificatePair",
	"2.5.4.41": "name", "2.5.4.42": "GN", "2.5.4.43": "initials",
	"2.5.4.44": "generationQualifier", "2.5.4.45": "x500UniqueIdentifier",
	"2.5.4.46": "dnQualifier", "2.5.4.47": "enhancedSearchGuide",
	"2.5.4.48": "protocolInformation", "2.5.4.49": "distinguishedName",
	"2.5.4.50": "uniqueMember", "2.5.4.51": "houseIdentifier",
	"2.5.4.52": "supportedAlgorithms", "2.5.4.53": "deltaRevocationList",
	"2.5.4.54": "dmdName", "2.5.4.65": "pseudonym", "2.5.4.72": "role",
	"2.5.4.97": "organizationIdentifier", "2.5.4.98": "c3", "2.5.4.99": "n3",
	"2.5.4.100":            "dnsName",
	"1.2.840.113549.1.9.1": "emailAddress", "1.2.840.113549.1.9.2": "unstructuredName",
	"1.2.840.113549.1.9.7": "challengePassword", "1.2.840.113549.1.9.8": "unstructuredAddress",
	"1.2.840.113549.1.9.20":     "friendlyName",
	"0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.3": "mail",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.3.6.1.4.1.311.60.2.1.1":   "jurisdictionL",
	"1.3.6.1.4.1.311.60.2.1.2":   "jurisdictionST",
	"1.3.6.1.4.1.311.60.2.1.3":   "jurisdictionC",
	"1.2.643.3.131.1.1":          "INN", "1.2.643.100.1": "OGRN", "1.2.643.100.3": "SNILS",
	"1.2.643.100.5": "OGRNIP",
})

// algorithms are the long names of key and signature algorithms.
var algorithms = byOID(map[string]string{
	"1.2.840.113549.1.1.1": "rsaEncryption", "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
	"1.2.840.113549.1.1.3": "md4WithRSAEncryption", "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
	"1.2.840.113549.1.1.5": "sha1WithRSAEncryption", "1.2.840.113549.1.1.7": "rsaesOaep",
	"1.2.840.113549.1.1.10": "rsassaPss", "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
	"1.2.840.113549.1.1.12": "sha384WithRSAEncryption", "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
	"1.2.840.113549.1.1.14": "sha224WithRSAEncryption", "1.2.840.113549.1.1.15": "sha512-224WithRSAEncryption",
	"1.2.840.113549.1.1.16": "sha512-256WithRSAEncryption", "1.2.840.113549.1.3.1": "dhKeyAgreement",
	"1.2.840.10040.4.1": "dsaEncryption", "1.2.840.10040.4.3": "dsaWithSHA1",
	"1.2.840.10045.2.1": "id-ecPublicKey", "1.2.840.10045.4.1": "ecdsa-with-SHA1",
	"1.2.840.10045.4.2": "ecdsa-with-Recommended", "1.2.840.10045.4.3": "ecdsa-with-Specified",
	"1.2.840.10045.4.3.1": "ecdsa-with-SHA224", "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
	"1.2.840.10045.4.3.3": "ecdsa-with-SHA384", "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
	"1.2.840.10046.2.1":   "X9.42 DH",
	"1.3.14.3.2.3":        "md5WithRSA",
	"1.3.14.3.2.12":       "dsaEncryption-old",
	"1.3.14.3.2.13":       "dsaWithSHA",
	"1.3.14.3.2.15":       "shaWithRSAEncryption",
	"1.3.14.3.2.27":       "dsaWithSHA1-old",
	"1.3.14.3.2.29":       "sha1WithRSA",
	"1.3.36.3.3.1.2":      "ripemd160WithRSA",
	"1.3.101.110":         "X25519",
	"1.3.101.111":         "X448",
	"1.3.101.112":         "ED25519",
	"1.3.101.113":         "ED448",
	"1.2.156.10197.1.501": "SM2-with-SM3",
	"1.2.643.2.2.3":       "GOST R 34.11-94 with GOST R 34.10-2001",
	"1.2.643.2.2.4":       "GOST R 34.11-94 with GOST R 34.10-94",
	"1.2.643.2.2.19":      "GOST R 34.10-2001",
	"1.2.643.2.2.20":      "GOST R 34.10-94",
	"1.2.643.7.1.1.1.1":   "GOST R 34.10-2012 with 256 bit modulus",
	"1.2.643.7.1.1.1.2":   "GOST R 34.10-2012 with 512 bit modulus",
	"1.2.643.7.1.1.3.2":   "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)",
	"1.2.643.7.1.1.3.3":   "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)",

	"2.16.840.1.101.3.4.3.1":  "dsa_with_SHA224",
	"2.16.840.1.101.3.4.3.2":  "dsa_with_SHA256",
	"2.16.840.1.101.3.4.3.3":  "dsa_with_SHA384",
	"2.16.840.1.101.3.4.3.4":  "dsa_with_SHA512",
	"2.16.840.1.101.3.4.3.9":  "ecdsa_with_SHA3-224",
	"2.16.840.1.101.3.4.3.10": "ecdsa_with_SHA3-256",
	"2.16.840.1.101.3.4.3.11": "ecdsa_with_SHA3-384",
	"2.16.840.1.101.3.4.3.12": "ecdsa_with_SHA3-512",
	"2.16.840.1.101.3.4.3.13": "RSA-SHA3-224",
	"2.16.840.1.101.3.4.3.14": "RSA-SHA3-256",
	"2.16.840.1.101.3.4.3.15": "RSA-SHA3-384",
	"2.16.840.1.101.3.4.3.16": "RSA-SHA3-512",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87",
})

type curve struct {
	name string
	bits int // of the order of the group
}

// curves are the short names of named curves.
var curves = byOID(map[string]curve{
	"1.2.840.10045.3.1.1": {"prime192v1", 192}, "1.2.840.10045.3.1.2": {"prime192v2", 192},
	"1.2.840.10045.3.1.3": {"prime192v3", 192}, "1.2.840.10045.3.1.4": {"prime239v1", 239},
	"1.2.840.10045.3.1.5": {"prime239v2", 239}, "1.2.840.10045.3.1.6": {"prime239v3", 239},
	"1.2.840.10045.3.1.7": {"prime256v1", 256},
	"1.3.132.0.1":         {"sect163k1", 163}, "1.3.132.0.2": {"sect163r1", 162},
	"1.3.132.0.8": {"secp160r1", 161}, "1.3.132.0.9": {"secp160k1", 161},
	"1.3.132.0.10": {"secp256k1", 256}, "1.3.132.0.15": {"sect163r2", 163},
	"1.3.132.0.16": {"sect283k1", 281}, "1.3.132.0.17": {"sect283r1", 282},
	"1.3.132.0.26": {"sect233k1", 232}, "1.3.132.0.27": {"sect233r1", 233},
	"1.3.132.0.30": {"secp160r2", 161}, "1.3.132.0.31": {"secp192k1", 192},
	"1.3.132.0.32": {"secp224k1", 225}, "1.3.132.0.33": {"secp224r1", 224},
	"1.3.132.0.34": {"secp384r1", 384}, "1.3.132.0.35": {"secp521r1", 521},
	"1.3.132.0.36": {"sect409k1", 407}, "1.3.132.0.37": {"sect409r1", 409},
	"1.3.132.0.38": {"sect571k1", 570}, "1.3.132.0.39": {"sect571r1", 570},
	"1.3.36.3.3.2.8.1.1.1": {"brainpoolP160r1", 160}, "1.3.36.3.3.2.8.1.1.2": {"brainpoolP160t1", 160},
	"1.3.36.3.3.2.8.1.1.3": {"brainpoolP192r1", 192}, "1.3.36.3.3.2.8.1.1.4": {"brainpoolP192t1", 192},
	"1.3.36.3.3.2.8.1.1.5": {"brainpoolP224r1", 224}, "1.3.36.3.3.2.8.1.1.6": {"brainpoolP224t1", 224},
	"1.3.36.3.3.2.8.1.1.7": {"brainpoolP256r1", 256}, "1.3.36.3.3.2.8.1.1.8": {"brainpoolP256t1", 256},
	"1.3.36.3.3.2.8.1.1.9": {"brainpoolP320r1", 320}, "1.3.36.3.3.2.8.1.1.10": {"brainpoolP320t1", 320},
	"1.3.36.3.3.2.8.1.1.11": {"brainpoolP384r1", 384}, "1.3.36.3.3.2.8.1.1.12": {"brainpoolP384t1", 384},
	"1.3.36.3.3.2.8.1.1.13": {"brainpoolP512r1", 512}, "1.3.36.3.3.2.8.1.1.14": {"brainpoolP512t1", 512},
	"1.2.156.10197.1.301": {"SM2", 256},
})

// The object identifiers that the parser itself looks for, as DER contents.
const (
	oidRSA              = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidMD5WithRSA       = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"
	oidDSA              = "\x2a\x86\x48\xce\x38\x04\x01"
	oidEC               = "\x2a\x86\x48\xce\x3d\x02\x01"
	oidCommonName       = "\x55\x04\x03"
	oidSubjectAltName   = "\x55\x1d\x11"
	oidBasicConstraints = "\x55\x1d\x13"
)
