package x509

import "wirehunt/event"

// Log is x509.log.
var Log = newLog()

func newLog() *event.Log {
	l := event.NewBareLog("x509", "", "Certificates, each once.")
	l.UniqueBy = "fingerprint,host_cert,client_cert"
	return l
}

// The fields of x509.log.
var (
	colFingerprint = Log.StringField("fingerprint", "SHA-256 of the certificate, in hexadecimal.")
	colVersion     = Log.CountField("certificate.version", "Version of X.509.")
	colSerial      = Log.StringField("certificate.serial", "Serial number, in hexadecimal.")
	colSubject     = Log.StringField("certificate.subject", "Subject.")
	colIssuer      = Log.StringField("certificate.issuer", "Issuer.")
	colNotBefore   = Log.TimeField("certificate.not_valid_before", "Start of validity.")
	colNotAfter    = Log.TimeField("certificate.not_valid_after", "End of validity.")
	colKeyAlg      = Log.StringField("certificate.key_alg", "Algorithm of the key.")
	colSigAlg      = Log.StringField("certificate.sig_alg", "Algorithm of the signature.")
	colKeyType     = Log.StringField("certificate.key_type", "rsa, dsa or ecdsa.")
	colKeyLength   = Log.CountField("certificate.key_length", "Length of the key, bits.")
	colExponent    = Log.StringField("certificate.exponent", "Exponent of an RSA key.")
	colCurve       = Log.StringField("certificate.curve", "Curve of an elliptic curve key.")
	colSANDNS      = Log.VectorField("san.dns", event.String, "Alternative names: DNS names.")
	colSANURI      = Log.VectorField("san.uri", event.String, "Alternative names: URIs.")
	colSANEmail    = Log.VectorField("san.email", event.String, "Alternative names: mail addresses.")
	colSANIP       = Log.VectorField("san.ip", event.Addr, "Alternative names: IP addresses.")
	colCA          = Log.BoolField("basic_constraints.ca", "Whether the certificate is a certificate authority's.")
	colPathLen     = Log.CountField("basic_constraints.path_len", "Longest chain below the authority.")
	colHost        = Log.BoolField("host_cert", "Whether it is an end host's: the first of its chain.")
	colClient      = Log.BoolField("client_cert", "Whether the client sent it.")
)
