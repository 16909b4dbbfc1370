package quic

import "wirehunt/event"

// Log is quic.log.
var Log = event.NewLog("quic", "QuicConnectionInspected", "QUIC connections.")

// The fields of quic.log.
var (
	colVersion    = Log.StringField("version", "Version in the first packet.")
	colDCID       = Log.StringField("client_initial_dcid", "Destination connection id in the client's first packet, in hexadecimal digits.")
	colClientSCID = Log.StringField("client_scid", "Connection id that the client chose.")
	colServerSCID = Log.StringField("server_scid", "Connection id that the server chose.")
	colServerName = Log.StringField("server_name", "Name of the server that the client asked for (SNI).")
	colProtocol   = Log.StringField("client_protocol", "First application protocol that the client offered (ALPN).")
	colHistory    = Log.StringField("history", "What was seen, upper case from the client: I initial, H handshake, Z early data, R retry, "+
		"C close, S hello, U unknown version, X not a QUIC packet, O short packets number 1, 2, 4, 8 and so on.")
)
