// Package all lists the protocol analyzers.
package all

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/dcerpc"
	"wirehunt/analyzer/dns"
	"wirehunt/analyzer/gssapi"
	"wirehunt/analyzer/http"
	"wirehunt/analyzer/krb"
	"wirehunt/analyzer/ntlm"
	"wirehunt/analyzer/smb"
	"wirehunt/analyzer/ssh"
	"wirehunt/analyzer/ssl"
)

// Specs returns the protocols that wirehunt analyses, by name.
func Specs() []*analyzer.Spec {
	return []*analyzer.Spec{
		dcerpc.Spec(),
		dns.Spec(),
		gssapi.Spec(),
		http.Spec(),
		krb.Spec(),
		krb.TCPSpec(),
		ntlm.Spec(),
		smb.Spec(),
		ssh.Spec(),
		ssl.DTLSSpec(),
		ssl.Spec(),
	}
}
