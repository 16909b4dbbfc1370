package ntp

import "wirehunt/event"

// Log is ntp.log.
var Log = event.NewLog("ntp", "NtpConnectionInspected", "Messages of the Network Time Protocol, modes 1 to 5.")

// The fields of ntp.log.
var (
	colVersion   = Log.CountField("version", "Version of the protocol, 1 to 4.")
	colMode      = Log.CountField("mode", "Mode: 3 is a client's request, 4 a server's answer.")
	colStratum   = Log.CountField("stratum", "Distance from the reference clock.")
	colPoll      = Log.IntervalField("poll", "Longest interval between messages.")
	colPrecision = Log.IntervalField("precision", "Precision of the system clock.")
	colRootDelay = Log.IntervalField("root_delay", "Round-trip delay to the reference clock.")
	colRootDisp  = Log.IntervalField("root_disp", "Dispersion to the reference clock.")
	colRefID     = Log.StringField("ref_id", "Kiss code (stratum 0), name of the clock (1), or address of the server's server.")
	colRefTime   = Log.TimeField("ref_time", "When the system clock was last set.")
	colOrgTime   = Log.TimeField("org_time", "When the client sent its request.")
	colRecTime   = Log.TimeField("rec_time", "When the server got the request.")
	colXmtTime   = Log.TimeField("xmt_time", "When the answer left.")
	colNumExts   = Log.CountField("num_exts", "Number of extension fields.")
)

// ControlLog is ntp_control.log.
var ControlLog = event.NewLog("ntp_control", "NtpConnectionInspected", "Control messages of NTP, mode 6.")

// The fields of ntp_control.log.
var (
	colCtlVersion  = ControlLog.CountField("version", "Version of the protocol.")
	colCtlMode     = ControlLog.CountField("mode", "Mode: 6.")
	colCtlOp       = ControlLog.CountField("op_code", "Command.")
	colCtlSequence = ControlLog.CountField("sequence", "Sequence number.")
	colCtlStatus   = ControlLog.CountField("status", "Status of the system, peer or clock.")
	colCtlAssoc    = ControlLog.CountField("association_id", "Association.")
	colCtlResp     = ControlLog.BoolField("resp_bit", "Whether it is a response.")
	colCtlErr      = ControlLog.BoolField("err_bit", "Whether it tells an error.")
	colCtlMore     = ControlLog.BoolField("more_bit", "Whether more fragments follow.")
)

// PrivateLog is ntp_private.log.
var PrivateLog = event.NewLog("ntp_private", "NtpConnectionInspected", "Private messages of NTP, mode 7 (monlist and the like).")

// The fields of ntp_private.log.
var (
	colPrvVersion  = PrivateLog.CountField("version", "Version of the protocol.")
	colPrvMode     = PrivateLog.CountField("mode", "Mode: 7.")
	colPrvRequest  = PrivateLog.CountField("req_code", "Request: 42 is monlist.")
	colPrvSequence = PrivateLog.CountField("sequence", "Sequence number.")
	colPrvImpl     = PrivateLog.CountField("implementation", "Implementation that the request is for: 3 is xntpd.")
	colPrvAuth     = PrivateLog.BoolField("auth_bit", "Whether the message is authenticated.")
	colPrvErr      = PrivateLog.CountField("err", "Error.")
)
