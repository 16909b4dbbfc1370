package syslog

import "wirehunt/event"

// Log is syslog.log: one record per message.
var Log = event.NewLog("syslog", "SyslogConnectionInspected", "Messages sent to syslog servers.")

// The fields of syslog.log.
var (
	colProto    = Log.EnumField("proto", "Transport: udp.")
	colFacility = Log.StringField("facility", "What kind of program the message comes from.")
	colSeverity = Log.StringField("severity", "How bad it is, EMERG to DEBUG.")
	colMessage  = Log.StringField("message", "The message, without its priority.")
)
