// Package syslog analyses syslog messages (RFC 3164, RFC 5424) over UDP, as
// Zeek's base/protocols/syslog.
package syslog

import (
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.  As in Zeek it never confirms: anything is a
// message.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "syslog", Title: "Syslog",
		Doc:      "Messages to syslog servers, over UDP.",
		Logs:     []*event.Log{Log},
		UDPPorts: []uint16{514},
		New:      func() analyzer.Analyzer { return &session{} },
	}
}

type session struct{ analyzer.Base }

var _ analyzer.Datagrams = (*session)(nil)

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {}

// Close implements analyzer.Analyzer.
func (s *session) Close() {}

var facilities = [...]string{
	"KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP", "NTP",
	"AUDIT", "ALERT", "CLOCK", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7",
}

var severities = [...]string{"EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"}

// unspecified is the name of facility and severity of messages without a
// priority.
const unspecified = "UNSPECIFIED"

// Datagram implements analyzer.Datagrams.
func (s *session) Datagram(_ analyzer.Dir, b []byte, _ int) {
	if len(b) == 0 {
		return
	}
	pri, msg, ok := priority(b)
	if !ok {
		s.Violate("malformed priority")
		return
	}
	r := s.Conn.Row(Log, s.Conn.Now)
	colProto.SetString(r, "udp")
	switch facility := pri >> 3; {
	case pri < 0:
		colFacility.SetString(r, unspecified)
		colSeverity.SetString(r, unspecified)
	case facility < len(facilities):
		colFacility.SetString(r, facilities[facility])
		colSeverity.SetString(r, severities[pri&7])
	default:
		var text [8]byte
		colFacility.Set(r, strconv.AppendInt(append(text[:0], "?-"...), int64(facility), 10))
		colSeverity.SetString(r, severities[pri&7])
	}
	colMessage.Set(r, msg)
}

// maxPriority is the largest priority that there is room for: 7 bits of
// facility, 3 of severity.
const maxPriority = 0x3ff

// priority takes "<13>" off a message; it is -1 where there is none, and ok
// is false where it is malformed.
func priority(b []byte) (pri int, msg []byte, ok bool) {
	if b[0] != '<' {
		return -1, b, true
	}
	i := 1
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		pri = (pri*10 + int(b[i]-'0')) & (1<<20 - 1)
	}
	if i == 1 || i == len(b) {
		return 0, nil, false
	}
	// Whatever follows the number counts as its end.
	return pri & maxPriority, b[i+1:], true
}
