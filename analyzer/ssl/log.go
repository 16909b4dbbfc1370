package ssl

import "wirehunt/event"

// Log is ssl.log.
var Log = event.NewLog("ssl", "SslConnectionInspected", "SSL, TLS and DTLS handshakes.")

// The fields of ssl.log.
var (
	colVersion     = Log.StringField("version", "Version that the server chose.")
	colCipher      = Log.StringField("cipher", "Cipher suite that the server chose.")
	colCurve       = Log.StringField("curve", "Group of the key exchange that the server chose.")
	colServerName  = Log.StringField("server_name", "Name of the server that the client asked for (SNI).")
	colResumed     = Log.BoolField("resumed", "Whether an earlier session was resumed.")
	colLastAlert   = Log.StringField("last_alert", "Last alert seen in the clear.")
	colNextProto   = Log.StringField("next_protocol", "Application protocol that the server chose (ALPN).")
	colEstablished = Log.BoolField("established", "Whether the handshake succeeded: both sides sent encrypted data.")
	colHistory     = Log.StringField("ssl_history", "The handshake's messages as letters, upper case from the client.")
	colChain       = Log.VectorField("cert_chain_fps", event.String, "SHA-256 fingerprints of the server's certificates.")
	colClientChain = Log.VectorField("client_cert_chain_fps", event.String, "SHA-256 fingerprints of the client's certificates.")
	colSubject     = Log.StringField("subject", "Subject of the server's certificate.", event.Extra)
	colIssuer      = Log.StringField("issuer", "Issuer of the server's certificate.", event.Extra)
	colCliSubject  = Log.StringField("client_subject", "Subject of the client's certificate.", event.Extra)
	colCliIssuer   = Log.StringField("client_issuer", "Issuer of the client's certificate.", event.Extra)
	colSNIMatches  = Log.BoolField("sni_matches_cert", "Whether the server's certificate is for the name asked for.")
	colJA4         = Log.StringField("ja4", "JA4 fingerprint of the client hello.", event.Extra)
	colJA4S        = Log.StringField("ja4s", "JA4S fingerprint of the server hello.", event.Extra)
)

// X509 is x509.log.
var X509 = newX509Log()

func newX509Log() *event.Log {
	l := event.NewBareLog("x509", "", "Certificates, each once.")
	l.UniqueBy = "fingerprint"
	return l
}

// The fields of x509.log.
var (
	colFingerprint = X509.StringField("fingerprint", "SHA-256 of the certificate, in hexadecimal.")
	colCertVersion = X509.CountField("certificate.version", "Version of X.509.")
	colSerial      = X509.StringField("certificate.serial", "Serial number, in hexadecimal.")
	colCertSubject = X509.StringField("certificate.subject", "Subject.")
	colCertIssuer  = X509.StringField("certificate.issuer", "Issuer.")
	colNotBefore   = X509.TimeField("certificate.not_valid_before", "Start of validity.")
	colNotAfter    = X509.TimeField("certificate.not_valid_after", "End of validity.")
	colKeyAlg      = X509.StringField("certificate.key_alg", "Algorithm of the key.")
	colSigAlg      = X509.StringField("certificate.sig_alg", "Algorithm of the signature.")
	colKeyType     = X509.StringField("certificate.key_type", "rsa, dsa or ecdsa.")
	colKeyLength   = X509.CountField("certificate.key_length", "Length of the key, bits.")
	colExponent    = X509.StringField("certificate.exponent", "Exponent of an RSA key.")
	colKeyCurve    = X509.StringField("certificate.curve", "Curve of an elliptic curve key.")
	colSANDNS      = X509.VectorField("san.dns", event.String, "Alternative names: DNS names.")
	colSANURI      = X509.VectorField("san.uri", event.String, "Alternative names: URIs.")
	colSANEmail    = X509.VectorField("san.email", event.String, "Alternative names: mail addresses.")
	colSANIP       = X509.VectorField("san.ip", event.Addr, "Alternative names: IP addresses.")
	colCA          = X509.BoolField("basic_constraints.ca", "Whether the certificate is a certificate authority's.")
	colPathLen     = X509.CountField("basic_constraints.path_len", "Longest chain below the authority.")
	colHostCert    = X509.BoolField("host_cert", "Whether it is an end host's: the first of its chain.")
	colClientCert  = X509.BoolField("client_cert", "Whether the client sent it.")
)
