package modbus

import "wirehunt/event"

// Log is modbus.log: one record per message.
var Log = event.NewLog("modbus", "ModbusConnectionInspected", "Modbus requests and responses: what is read from and written to controllers.")

// The fields of modbus.log.
var (
	colTID       = Log.CountField("tid", "Transaction id.")
	colUnit      = Log.CountField("unit", "Unit that is addressed.")
	colFunc      = Log.StringField("func", "Name of the function, with _EXCEPTION where it failed.")
	colType      = Log.StringField("pdu_type", "REQ or RESP.")
	colException = Log.StringField("exception", "Why the function failed.")
)
