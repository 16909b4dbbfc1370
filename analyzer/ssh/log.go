package ssh

import "wirehunt/event"

// Log is ssh.log.
var Log = event.NewLog("ssh", "SshConnectionInspected", "SSH sessions and whether their log-in succeeded.")

// The fields of ssh.log.
var (
	colVersion     = Log.CountField("version", "Major version of the protocol that both sides speak.")
	colSuccess     = Log.BoolField("auth_success", "Whether authentication succeeded; unset if that cannot be told.")
	colAttempts    = Log.CountField("auth_attempts", "Number of authentication attempts seen.")
	colDirection   = Log.EnumField("direction", "INBOUND or OUTBOUND, where exactly one side is local.")
	colClient      = Log.StringField("client", "The client's version line.")
	colServer      = Log.StringField("server", "The server's version line.")
	colCipher      = Log.StringField("cipher_alg", "Encryption algorithm.")
	colMAC         = Log.StringField("mac_alg", "Message authentication algorithm.")
	colCompression = Log.StringField("compression_alg", "Compression algorithm.")
	colKex         = Log.StringField("kex_alg", "Key exchange algorithm.")
	colHostKeyAlg  = Log.StringField("host_key_alg", "Algorithm of the server's host key.")
	colFingerprint = Log.StringField("host_key_fingerprint", "SHA-256 fingerprint of the server's host key.")
	colHostKey     = Log.StringField("host_key", "MD5 fingerprint of the server's host key, as older versions of Zeek and Defender show it.", event.Extra)
)
