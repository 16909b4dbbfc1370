// Package smtp analyses SMTP (RFC 5321, 3030, 3207): mail transactions with
// what their headers tell, written to smtp.log as Zeek's scripts
// base/protocols/smtp do, and the parts of the mails as files.
package smtp

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/event"
)

// Log is smtp.log.
var Log = event.NewLog("smtp", "SmtpConnectionInspected", "SMTP transactions.")

// The columns of Log after uid and id.
var (
	colDepth          = Log.CountField("trans_depth", "Number of the message in its connection, from 1.")
	colHelo           = Log.StringField("helo", "Argument of HELO or EHLO.")
	colMailFrom       = Log.StringField("mailfrom", "Address given with MAIL FROM.")
	colRcptTo         = Log.SetField("rcptto", event.String, "Addresses given with RCPT TO.")
	colDate           = Log.StringField("date", "Date header.")
	colFrom           = Log.StringField("from", "From header.")
	colTo             = Log.SetField("to", event.String, "Addresses of the To header.")
	colCC             = Log.SetField("cc", event.String, "Addresses of the Cc header.")
	colReplyTo        = Log.StringField("reply_to", "Reply-To header.")
	colMsgID          = Log.StringField("msg_id", "Message-ID header.")
	colInReplyTo      = Log.StringField("in_reply_to", "In-Reply-To header.")
	colSubject        = Log.StringField("subject", "Subject header.")
	colXOriginatingIP = Log.AddrField("x_originating_ip", "Address in the X-Originating-IP header.")
	colFirstReceived  = Log.StringField("first_received", "The last Received header, which is the first hop's.")
	colSecondReceived = Log.StringField("second_received", "The Received header before that.")
	colLastReply      = Log.StringField("last_reply", "Last reply of the server.")
	colPath           = Log.VectorField("path", event.Addr, "Hosts that the message went through, the latest first.")
	colUserAgent      = Log.StringField("user_agent", "User-Agent or X-Mailer header.")
	colTLS            = Log.BoolField("tls", "Whether the connection went over to TLS.")
	colFUIDs          = Log.VectorField("fuids", event.String, "Ids of the message's parts.")
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:       "smtp",
		Title:      "SMTP",
		Doc:        "Mail transactions: sender, recipients, headers, path, parts.",
		Logs:       []*event.Log{Log, file.Log},
		TCPPorts:   []uint16{25, 587},
		Probe:      probe,
		FirstBytes: " \t\r\n2ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		TCP:        true,
		New:        func() analyzer.Analyzer { return new(Analyzer) },
	}
}

// probe wants a greeting from the server and HELO or EHLO from the client, as
// Zeek's signatures dpd_smtp_server and dpd_smtp_client.
func probe(s *analyzer.Start) analyzer.Verdict {
	resp := bytes.TrimLeft(s.Resp, " \t\r\n")
	if len(resp) < 4 {
		if len(resp) > 0 && resp[0] != '2' {
			return analyzer.No
		}
		return analyzer.NeedMore
	}
	if string(resp[:3]) != "220" || resp[3] != ' ' && resp[3] != '-' && resp[3] != '\r' && resp[3] != '\n' {
		return analyzer.No
	}
	for b := s.Orig; len(b) > 0; {
		line := bytes.TrimLeft(b, " \t\r\n")
		if len(line) >= 4 && (bytes.EqualFold(line[:4], []byte("HELO")) || bytes.EqualFold(line[:4], []byte("EHLO"))) {
			return analyzer.Yes
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		b = b[i+1:]
	}
	return analyzer.NeedMore
}
