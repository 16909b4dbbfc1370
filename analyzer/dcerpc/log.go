package dcerpc

import "wirehunt/event"

// Log is dce_rpc.log: one record per call that was answered.  Fields follow
// Zeek's script base/protocols/dce-rpc/main.zeek.
var Log = event.NewLog("dce_rpc", "DceRpcConnectionInspected",
	"Remote procedure calls of Windows, over TCP and named pipes.")

var (
	colRTT       = Log.IntervalField("rtt", "Time from the request to the response.")
	colNamedPipe = Log.StringField("named_pipe", "Named pipe or port that the server gives as its address.")
	colEndpoint  = Log.StringField("endpoint", "Name of the interface that was called.")
	colOperation = Log.StringField("operation", "Name of the operation that was called.")
)
