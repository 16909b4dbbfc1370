package ntlm

import "wirehunt/event"

// Log is ntlm.log: one record per authentication.  Fields follow Zeek's
// script base/protocols/ntlm/main.zeek; the extra ones are what Defender's
// NtlmAuthenticationInspected has beyond them.
var Log = event.NewLog("ntlm", "NtlmAuthenticationInspected",
	"NTLM authentications, whatever carried them: SMB, DCE/RPC, HTTP.")

var (
	colUser        = Log.StringField("username", "Name of the user, as the client gives it.")
	colHost        = Log.StringField("hostname", "Name of the client's host, as the client gives it.")
	colDomain      = Log.StringField("domainname", "Name of the user's domain, as the client gives it.")
	colNBComputer  = Log.StringField("server_nb_computer_name", "NetBIOS name of the server, from its challenge.")
	colDNSComputer = Log.StringField("server_dns_computer_name", "DNS name of the server, from its challenge.")
	colTree        = Log.StringField("server_tree_name", "DNS name of the server's forest, from its challenge.")
	colSuccess     = Log.BoolField("success", "Whether the authentication succeeded; unset if nobody said.")
	colNBDomain    = Log.StringField("server_nb_domain_name", "NetBIOS name of the server's domain, from its challenge.", event.Extra)
	colDNSDomain   = Log.StringField("server_dns_domain_name", "DNS name of the server's domain, from its challenge.", event.Extra)
	colServerVer   = Log.StringField("server_version", "Version of the server: major.minor, build, NTLM revision.", event.Extra)
	colVersion     = Log.StringField("version", "Version of the client, in the same form.", event.Extra)
)
