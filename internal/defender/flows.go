package defender

import (
	"wirehunt/event"
	"wirehunt/schema"
)

// established are the states of TCP connections whose handshake completed,
// and of UDP exchanges with an answer.
var established = []string{"S1", "SF", "S2", "S3", "RSTO", "RSTR"}

// refused are the states of TCP connections that the originator tried and did
// not get.
var refused = []string{"S0", "REJ", "SH", "RSTOS0"}

// unanswered are the states of connections whose SYN got no SYN-ACK;
// answeredOnly those of which only the SYN-ACK was seen.
var (
	unanswered   = []string{"S0", "REJ", "SH", "RSTOS0"}
	answeredOnly = []string{"RSTRH", "SHR"}
)

// flowAction is one of the ActionTypes that conn.log's records give.
type flowAction struct {
	action    string
	direction string // "" for both
	protos    []string
	states    []string
	// sensor actions are what a network sensor sees (a SYN, a SYN-ACK),
	// beside what the device itself reports; they never name a process.
	sensor bool
}

// flowActions follow Defender: the device that opens a connection reports
// ConnectionSuccess or ConnectionFailed, the one that accepts it
// InboundConnectionAccepted, and the network sensor of either tells of each
// TCP SYN (ConnectionAttempt) and each answering SYN-ACK
// (ConnectionAcknowledged).
var flowActions = []flowAction{
	{"ConnectionSuccess", "Out", []string{"tcp", "udp"}, established, false},
	{"ConnectionFailed", "Out", []string{"tcp"}, refused, false},
	{"InboundConnectionAccepted", "In", []string{"tcp", "udp"}, established, false},
	{"ConnectionAttempt", "", []string{"tcp"}, append(append([]string{}, established...), unanswered...), true},
	{"ConnectionAcknowledged", "", []string{"tcp"}, append(append([]string{}, established...), answeredOnly...), true},
}

// FlowActions returns the ActionTypes that are made of conn.log's records,
// with the states that make them.
func FlowActions() map[string][]string {
	m := map[string][]string{}
	for _, a := range flowActions {
		m[a.action] = a.states
	}
	return m
}

func flowParts(l *event.Log, s side) []schema.Part {
	var parts []schema.Part
	for _, a := range flowActions {
		if a.direction != "" && a.direction != s.direction {
			continue
		}
		p := basePart(l, s, a.action)
		p.Where = append(p.Where,
			schema.Cond{Column: "proto", Op: schema.In, Values: a.protos},
			schema.Cond{Column: "conn_state", Op: schema.In, Values: a.states})
		if a.sensor {
			for _, c := range ProcessColumns() {
				delete(p.Values, c.Name)
			}
		} else {
			// The device's own report of the connection was imported: it is
			// the row, and tells more.
			p.Where = append(p.Where, schema.Cond{Column: s.process, Op: schema.IsNotTrue})
		}
		if l.FieldIndex("host") >= 0 && s.direction == "Out" {
			p.Values["RemoteUrl"] = schema.Col("host")
		}
		parts = append(parts, p)
	}
	return parts
}
