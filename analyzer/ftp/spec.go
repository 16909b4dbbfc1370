// Package ftp analyses FTP's control connection (RFC 959, 2228, 2428, 4217),
// written to ftp.log as Zeek's scripts base/protocols/ftp do, and the data
// connections that it announces, whose content becomes files.
package ftp

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/event"
)

// Log is ftp.log.
var Log = event.NewLog("ftp", "FtpConnectionInspected", "FTP commands with their replies.")

// The columns of Log after uid and id.
var (
	colUser      = Log.StringField("user", "User name of the session.")
	colPassword  = Log.StringField("password", "Password, if the user is anonymous; else \"<hidden>\".")
	colCommand   = Log.StringField("command", "Command.")
	colArg       = Log.StringField("arg", "Argument of the command; of file commands the whole URL.")
	colMime      = Log.StringField("mime_type", "Type of the file transferred, told from its first bytes.")
	colSize      = Log.CountField("file_size", "Size of the file as the server tells it.")
	colCode      = Log.CountField("reply_code", "Code of the last reply to the command.")
	colMsg       = Log.StringField("reply_msg", "Text of the last reply.")
	colPassive   = Log.BoolField("data_channel.passive", "Whether the server waits for the data connection.")
	colDataOrigH = Log.AddrField("data_channel.orig_h", "Host that opens the data connection.")
	colDataRespH = Log.AddrField("data_channel.resp_h", "Host that accepts the data connection.")
	colDataRespP = Log.PortField("data_channel.resp_p", "Port that accepts the data connection.")
	colFUID      = Log.StringField("fuid", "Id of the file transferred.")
	colCwd       = Log.StringField("cwd", "Working directory of the session; \".\" until it is known.", event.Extra)
)

// Spec declares the analyzer of the control connection.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:       "ftp",
		Title:      "FTP",
		Doc:        "Commands and replies, users, file transfers and their data connections.",
		Logs:       []*event.Log{Log, file.Log},
		TCPPorts:   []uint16{21, 2811},
		Probe:      probe,
		FirstBytes: "\r\n 12ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		TCP:        true,
		New:        func() analyzer.Analyzer { return new(Analyzer) },
	}
}

// DataSpec declares the analyzer of data connections, which control
// connections announce.
func DataSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:        "ftp-data",
		Title:       "FTP data",
		Doc:         "Files and listings on FTP's data connections.",
		Logs:        []*event.Log{file.Log},
		WeirdSource: "FTP_DATA",
		New:         func() analyzer.Analyzer { return new(Data) },
	}
}

// probe wants USER from the client, and a greeting and an answer to USER from
// the server, as Zeek's signatures dpd_ftp_client and dpd_ftp_server.
func probe(s *analyzer.Start) analyzer.Verdict {
	resp := bytes.TrimLeft(s.Resp, "\r\n ")
	if len(resp) < 4 {
		if len(resp) > 0 && resp[0] != '1' && resp[0] != '2' {
			return analyzer.No
		}
		return analyzer.NeedMore
	}
	if greeting := string(resp[:3]); greeting != "120" && greeting != "220" || isDigit(resp[3]) {
		return analyzer.No
	}
	if hasLine(s.Orig, "user ") && (hasLine(resp, "230") || hasLine(resp, "331")) {
		return analyzer.Yes
	}
	return analyzer.NeedMore
}

// hasLine reports whether a line of b starts with lower, after blanks and
// whatever the case.
func hasLine(b []byte, lower string) bool {
	for len(b) > 0 {
		line := bytes.TrimLeft(b, " ")
		if len(line) >= len(lower) && bytes.EqualFold(line[:len(lower)], []byte(lower)) {
			return true
		}
		i := bytes.IndexAny(b, "\r\n")
		if i < 0 {
			return false
		}
		b = b[i+1:]
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
