package file

import "wirehunt/event"

// Log is files.log.
var Log = event.NewLog("files", "FileConnectionInspected", "Files seen in connections.")

// The columns of Log after uid and id.
var (
	colFUID      = Log.StringField("fuid", "Unique id of the file.")
	colSource    = Log.StringField("source", "Protocol that carried the file.")
	colDepth     = Log.CountField("depth", "Depth of the file in its source, such as that of a MIME part.")
	colAnalyzers = Log.SetField("analyzers", event.String, "Analyzers that looked at the content.")
	colMime      = Log.StringField("mime_type", "Type of the content, told from its first bytes.")
	colFilename  = Log.StringField("filename", "Name that the source gives the file.")
	colDuration  = Log.IntervalField("duration", "Time from the file's first bytes to its last.")
	colLocalOrig = Log.BoolField("local_orig", "Whether the sender is a local host.")
	colIsOrig    = Log.BoolField("is_orig", "Whether the connection's originator sent the file.")
	colSeen      = Log.CountField("seen_bytes", "Bytes seen.")
	colTotal     = Log.CountField("total_bytes", "Size of the whole file as the source tells it.")
	colMissing   = Log.CountField("missing_bytes", "Bytes missing from the capture.")
	colOverflow  = Log.CountField("overflow_bytes", "Bytes given up because too much came out of order.")
	colTimedOut  = Log.BoolField("timedout", "Whether the file never came to its end.")
	colParent    = Log.StringField("parent_fuid", "File that this one was taken from.")
)
