package flow

// ServerPort reports whether a port likely belongs to a responder: the ports
// that Zeek's default scripts register for their protocols
// (likely_server_ports), whether or not this program analyses them.
func ServerPort(proto uint8, port uint16) bool {
	if proto == protoTCP {
		switch port {
		case 21, 2811, // FTP, GridFTP
			22,      // SSH
			25, 587, // SMTP
			53,                                        // DNS
			79,                                        // finger
			80, 81, 631, 1080, 3128, 8000, 8080, 8888, // HTTP, SOCKS
			88,       // Kerberos
			110, 143, // POP3, IMAP
			135, 139, 445, // DCE-RPC, SMB
			389, 3268, // LDAP
			443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, // TLS
			502,                    // Modbus
			1434, 3306, 5432, 6379, // MySQL, PostgreSQL, Redis
			1883,       // MQTT
			3389,       // RDP
			5222, 5269, // XMPP
			6666, 6667, 6668, 6669, // IRC
			20000: // DNP3
			return true
		}
		return false
	}
	switch port {
	case 53, 137, 5353, 5355, // DNS, NetBIOS names, mDNS, LLMNR
		67,       // DHCP
		88,       // Kerberos
		123,      // NTP
		161, 162, // SNMP
		389,        // LDAP
		443,        // DTLS, QUIC
		514,        // syslog
		1812,       // RADIUS
		2123, 2152, // GTP
		3389,             // RDP over UDP
		3544,             // Teredo
		4789, 6081, 5072, // VXLAN, GENEVE, AYIYA
		5060,  // SIP
		20000: // DNP3
		return true
	}
	return false
}
