package sip

import "wirehunt/event"

// Log is sip.log: one record per request and its answer.
var Log = event.NewLog("sip", "SipConnectionInspected", "SIP requests and their answers: who calls whom.")

// The fields of sip.log.
var (
	colDepth        = Log.CountField("trans_depth", "Place of the request among those of the connection, from 0.")
	colMethod       = Log.StringField("method", "Method: INVITE, REGISTER, ...")
	colURI          = Log.StringField("uri", "Target of the request.")
	colDate         = Log.StringField("date", "Date header of the request.")
	colRequestFrom  = Log.StringField("request_from", "From header of the request, without its tag.")
	colRequestTo    = Log.StringField("request_to", "To header of the request.")
	colResponseFrom = Log.StringField("response_from", "From header of the answer, without its tag.")
	colResponseTo   = Log.StringField("response_to", "To header of the answer.")
	colReplyTo      = Log.StringField("reply_to", "Reply-To header of the request.")
	colCallID       = Log.StringField("call_id", "Call-ID header of the request.")
	colSeq          = Log.StringField("seq", "CSeq header of the request.")
	colSubject      = Log.StringField("subject", "Subject header of the request.")
	colRequestPath  = Log.VectorField("request_path", event.String, "Via headers of the request, without their branches.")
	colResponsePath = Log.VectorField("response_path", event.String, "Via headers of the answer, without their branches.")
	colUserAgent    = Log.StringField("user_agent", "User-Agent header of the request.")
	colStatus       = Log.CountField("status_code", "Status code of the answer.")
	colStatusMsg    = Log.StringField("status_msg", "Status message of the answer.")
	colWarning      = Log.StringField("warning", "Warning header of the answer.")
	colRequestLen   = Log.CountField("request_body_len", "Content-Length header of the request.")
	colResponseLen  = Log.CountField("response_body_len", "Content-Length header of the answer.")
	colContentType  = Log.StringField("content_type", "Content-Type header of the answer.")
)
