package radius

import "wirehunt/event"

// Log is radius.log: one record per authentication.
var Log = event.NewLog("radius", "RadiusConnectionInspected", "Authentications by RADIUS: who, from where, with which result.")

// The fields of radius.log.
var (
	colUser    = Log.StringField("username", "Name of the user.")
	colMAC     = Log.StringField("mac", "Hardware address of the user's device (Calling-Station-Id).")
	colFramed  = Log.AddrField("framed_addr", "Address that the server suggests for the user.")
	colTunnel  = Log.StringField("tunnel_client", "Address or name of the initiator's end of the tunnel.")
	colConnect = Log.StringField("connect_info", "About the user's connection.")
	colReply   = Log.StringField("reply_msg", "What the server's challenge says to the user.")
	colResult  = Log.StringField("result", "success, failed, or unknown if no result was seen.")
	colTTL     = Log.IntervalField("ttl", "Time from the first request to the result.")
)
