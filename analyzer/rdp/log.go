package rdp

import "wirehunt/event"

// Log is rdp.log.
var Log = event.NewLog("rdp", "RdpConnectionInspected", "Remote desktop sessions.")

// The fields of rdp.log.
var (
	colCookie    = Log.StringField("cookie", "Cookie of the client, mostly the user's name, cut to nine characters.")
	colResult    = Log.StringField("result", "Outcome of the negotiation, or encrypted.")
	colSecurity  = Log.StringField("security_protocol", "Security protocol that the server chose.")
	colChannels  = Log.VectorField("client_channels", event.String, "Channels that the client asked for.")
	colKeyboard  = Log.StringField("keyboard_layout", "Keyboard layout of the client.")
	colBuild     = Log.StringField("client_build", "Version of the client.")
	colName      = Log.StringField("client_name", "Name of the client's machine.")
	colProduct   = Log.StringField("client_dig_product_id", "Product id of the client's machine.")
	colWidth     = Log.CountField("desktop_width", "Width of the desktop, pixels.")
	colHeight    = Log.CountField("desktop_height", "Height of the desktop, pixels.")
	colDepth     = Log.StringField("requested_color_depth", "Colour depth that the client asked for.")
	colCertType  = Log.StringField("cert_type", "Type of the server's certificate, without TLS.")
	colCertCount = Log.CountField("cert_count", "Number of certificates seen.")
	colPermanent = Log.BoolField("cert_permanent", "Whether the certificate is permanent.")
	colLevel     = Log.StringField("encryption_level", "Encryption level, without TLS.")
	colMethod    = Log.StringField("encryption_method", "Encryption method, without TLS.")
)
