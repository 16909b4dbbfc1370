// Package all lists the protocol analyzers.
package all

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/dcerpc"
	"wirehunt/analyzer/dhcp"
	"wirehunt/analyzer/dnp3"
	"wirehunt/analyzer/dns"
	"wirehunt/analyzer/finger"
	"wirehunt/analyzer/ftp"
	"wirehunt/analyzer/gssapi"
	"wirehunt/analyzer/http"
	"wirehunt/analyzer/imap"
	"wirehunt/analyzer/irc"
	"wirehunt/analyzer/krb"
	"wirehunt/analyzer/ldap"
	"wirehunt/analyzer/modbus"
	"wirehunt/analyzer/mqtt"
	"wirehunt/analyzer/mysql"
	"wirehunt/analyzer/ntlm"
	"wirehunt/analyzer/ntp"
	"wirehunt/analyzer/pop3"
	"wirehunt/analyzer/postgresql"
	"wirehunt/analyzer/quic"
	"wirehunt/analyzer/radius"
	"wirehunt/analyzer/rdp"
	"wirehunt/analyzer/rdpeudp"
	"wirehunt/analyzer/redis"
	"wirehunt/analyzer/rfb"
	"wirehunt/analyzer/sip"
	"wirehunt/analyzer/smb"
	"wirehunt/analyzer/smtp"
	"wirehunt/analyzer/snmp"
	"wirehunt/analyzer/socks"
	"wirehunt/analyzer/ssh"
	"wirehunt/analyzer/ssl"
	"wirehunt/analyzer/syslog"
	"wirehunt/analyzer/websocket"
	"wirehunt/analyzer/xmpp"
)

// Specs returns the protocols that wirehunt analyses, by name.
func Specs() []*analyzer.Spec {
	return []*analyzer.Spec{
		dcerpc.Spec(),
		dhcp.Spec(),
		dnp3.Spec(),
		dnp3.UDPSpec(),
		dns.Spec(),
		finger.Spec(),
		ftp.DataSpec(),
		ftp.Spec(),
		gssapi.Spec(),
		http.Spec(),
		imap.Spec(),
		irc.DataSpec(),
		irc.Spec(),
		krb.Spec(),
		krb.TCPSpec(),
		ldap.Spec(),
		ldap.UDPSpec(),
		modbus.Spec(),
		mqtt.Spec(),
		mysql.Spec(),
		ntlm.Spec(),
		ntp.Spec(),
		pop3.Spec(),
		postgresql.Spec(),
		quic.Spec(),
		radius.Spec(),
		rdp.Spec(),
		rdpeudp.Spec(),
		redis.Spec(),
		rfb.Spec(),
		sip.Spec(),
		smb.Spec(),
		smtp.Spec(),
		snmp.Spec(),
		socks.Spec(),
		ssh.Spec(),
		ssl.DTLSSpec(),
		ssl.Spec(),
		syslog.Spec(),
		websocket.Spec(),
		xmpp.Spec(),
	}
}
