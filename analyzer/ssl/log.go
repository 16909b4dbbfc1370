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
