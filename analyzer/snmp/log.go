package snmp

import "wirehunt/event"

// Log is snmp.log: one record per connection.
var Log = event.NewLog("snmp", "SnmpConnectionInspected", "Sessions of SNMP: versions, communities, and how much was asked, set and answered.")

// The fields of snmp.log.
var (
	colDuration  = Log.IntervalField("duration", "Time from the first message to the last.")
	colVersion   = Log.StringField("version", "Version of the protocol: 1, 2c or 3.")
	colCommunity = Log.StringField("community", "Community string of the first message, versions 1 and 2c.")
	colGet       = Log.CountField("get_requests", "Variables asked for by GetRequest and GetNextRequest.")
	colBulk      = Log.CountField("get_bulk_requests", "Variables asked for by GetBulkRequest.")
	colResponses = Log.CountField("get_responses", "Variables in responses.")
	colSet       = Log.CountField("set_requests", "Variables that were set.")
	colDisplay   = Log.StringField("display_string", "What the responder says it is (sysDescr).")
	colUpSince   = Log.TimeField("up_since", "Since when the responder says it has been up.")
)
