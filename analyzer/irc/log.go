package irc

import "wirehunt/event"

// Log is irc.log: one record per NICK, USER and JOIN of the client, and per
// file sent from client to client.
var Log = event.NewLog("irc", "IrcConnectionInspected", "IRC: names, channels, files offered (DCC SEND).")

// The fields of irc.log.
var (
	colNick     = Log.StringField("nick", "Nickname of the client so far.")
	colUser     = Log.StringField("user", "User name of the client so far.")
	colCommand  = Log.StringField("command", "Command: NICK, USER, JOIN or DCC.")
	colValue    = Log.StringField("value", "Nickname, user name or channel.")
	colAddl     = Log.StringField("addl", "USER: host, server and real name; JOIN: the channel's key.")
	colFileName = Log.StringField("dcc_file_name", "Name of the file offered.")
	colFileSize = Log.CountField("dcc_file_size", "Size of the file offered, in bytes.")
	colMime     = Log.StringField("dcc_mime_type", "Type of the file's content.")
	colFUID     = Log.StringField("fuid", "Unique id of the file.")
)
