package dns

import "wirehunt/event"

// Log is dns.log: one record per query and reply that belong together, and
// one for each that stays alone.  Fields follow Zeek's script
// base/protocols/dns/main.zeek; AdditionalFields has all but the protocol,
// Z and the opcode, as Defender's DnsConnectionInspected.
var Log = event.NewLog("dns", "DnsConnectionInspected",
	"DNS queries and their replies, with mDNS, LLMNR and the NetBIOS name service.")

var (
	colProto      = Log.EnumField("proto", "Transport protocol of the connection.", event.NoBag)
	colTransID    = Log.CountField("trans_id", "Identifier that the asker gave the query.")
	colRTT        = Log.IntervalField("rtt", "Time from the query to the reply.")
	colQuery      = Log.StringField("query", "Domain name that is asked for, in lower case.")
	colQClass     = Log.CountField("qclass", "Class of the query.")
	colQClassName = Log.StringField("qclass_name", "Name of the class of the query.")
	colQType      = Log.CountField("qtype", "Type of record that is asked for.")
	colQTypeName  = Log.StringField("qtype_name", "Name of the type of record that is asked for.")
	colRCode      = Log.CountField("rcode", "Response code of the reply.")
	colRCodeName  = Log.StringField("rcode_name", "Name of the response code.")
	colAA         = Log.BoolField("AA", "The server is an authority for the name.")
	colTC         = Log.BoolField("TC", "The query was truncated.")
	colRD         = Log.BoolField("RD", "The asker wants recursion.")
	colRA         = Log.BoolField("RA", "The server offers recursion.")
	colZ          = Log.CountField("Z", "The three bits after RA of the query: reserved, AD, CD.", event.NoBag)
	colAnswers    = Log.VectorField("answers", event.String, "The answers, one text each.")
	colTTLs       = Log.VectorField("TTLs", event.Interval, "Times for which the answers may be kept, in the order of answers.")
	colRejected   = Log.BoolField("rejected", "The server refused, with no record at all.")
	colOpcode     = Log.CountField("opcode", "Kind of the message.", event.NoBag)
	colOpcodeName = Log.StringField("opcode_name", "Name of the kind of the message.", event.NoBag)
)
