package api

import (
	"encoding/json"
	"net/http"
	"time"

	"wirehunt/internal/query"
)

// Panels are the numbers of the start page and of devices.  Each is a query
// and its result, so that a click on it can open the query.

type panelsReply struct {
	// From and To are the time that the panels look at; missing where the
	// store is empty.
	From   *time.Time `json:"from,omitempty"`
	To     *time.Time `json:"to,omitempty"`
	Panels []panel    `json:"panels"`
}

type panel struct {
	Name    string            `json:"name"`
	Title   string            `json:"title"`
	Query   string            `json:"query"`
	Columns []columnInfo      `json:"columns"`
	Rows    []json.RawMessage `json:"rows"`
	Seconds float64           `json:"seconds"`
}

const maxPanelRows = 5000

// panel runs the query of a panel.
func (s *Server) panel(r *http.Request, who identity, opt query.Options, p *panel) *failure {
	a, f := s.ask(r, who, question{api: apiPanel, text: p.Query, opt: opt, rows: maxPanelRows})
	if f != nil {
		if f.kind == badQuery {
			return &failure{kind: internal, message: msgInternal, err: f.diags}
		}
		return f
	}
	defer a.Close()
	columns := a.columns()
	p.Columns, p.Rows = []columnInfo{}, []json.RawMessage{}
	for _, c := range columns {
		p.Columns = append(p.Columns, columnInfo{Name: c.Name, Type: c.Type.String()})
	}
	for a.Next() {
		p.Rows = append(p.Rows, appendArray(nil, a.Values(), columns))
	}
	p.Seconds = a.took().Seconds()
	return a.Err()
}

// span reads the parameters from and to; without them it is what the table
// has.
func (s *Server) span(r *http.Request, who identity, where string) (from, to time.Time, f *failure) {
	for name, t := range map[string]*time.Time{"from": &from, "to": &to} {
		if v := r.URL.Query().Get(name); v != "" {
			var ok bool
			if *t, ok = parseTime(v); !ok {
				return from, to, fail(badRequest, "%s must be a time such as 2026-01-31T12:00:00Z, not %q.", name, v)
			}
		}
	}
	if !from.IsZero() && !to.IsZero() {
		return from, to, nil
	}
	p := panel{Query: "DeviceNetworkEvents" + where + " | summarize From = min(Timestamp), To = max(Timestamp)"}
	if f := s.panel(r, who, query.Options{}, &p); f != nil {
		return from, to, f
	}
	var row [2]*time.Time
	if len(p.Rows) == 1 && json.Unmarshal(p.Rows[0], &row) == nil {
		if from.IsZero() && row[0] != nil {
			from = *row[0]
		}
		if to.IsZero() && row[1] != nil {
			to = *row[1]
		}
	}
	return from, to, nil
}

// binOf returns a round bin that gives about 60 columns.
func binOf(d time.Duration) string {
	const day = 24 * time.Hour
	for _, b := range []struct {
		d    time.Duration
		name string
	}{
		{time.Second, "1s"}, {5 * time.Second, "5s"}, {15 * time.Second, "15s"}, {time.Minute, "1m"}, {5 * time.Minute, "5m"}, {15 * time.Minute, "15m"},
		{time.Hour, "1h"}, {3 * time.Hour, "3h"}, {6 * time.Hour, "6h"}, {12 * time.Hour, "12h"}, {day, "1d"}, {7 * day, "7d"},
	} {
		if d <= 80*b.d {
			return b.name
		}
	}
	return "30d"
}

// panels runs panels over a time and writes them.
func (s *Server) panels(w http.ResponseWriter, r *http.Request, who identity, where string, list func(bin string) []panel) *failure {
	from, to, f := s.span(r, who, where)
	if f != nil {
		return f
	}
	out := panelsReply{Panels: list(binOf(to.Sub(from)))}
	opt := query.Options{From: from, To: to}
	if !to.IsZero() {
		out.From, out.To = &from, &to
	}
	for i := range out.Panels {
		if f := s.panel(r, who, opt, &out.Panels[i]); f != nil {
			return f
		}
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) getOverview(w http.ResponseWriter, r *http.Request, who identity) *failure {
	return s.panels(w, r, who, "", func(bin string) []panel {
		return []panel{
			{Name: "actions", Title: "Events over time", Query: `DeviceNetworkEvents
| summarize Events = count() by Time = bin(Timestamp, ` + bin + `), ActionType
| sort by Time asc`},
			{Name: "totals", Title: "Events by action type", Query: `DeviceNetworkEvents
| summarize Events = count(), Devices = dcount(DeviceId), Last = max(Timestamp) by ActionType
| sort by Events desc`},
			{Name: "talkers", Title: "Top talkers", Query: `ZeekConn
| summarize Connections = count(), Bytes = sum(coalesce(orig_ip_bytes, 0) + coalesce(resp_ip_bytes, 0)) by Source = ['id.orig_h'], Destination = ['id.resp_h']
| top 10 by Bytes desc`},
			{Name: "ports", Title: "Services", Query: `ZeekConn
| summarize Connections = count(), Clients = dcount(['id.orig_h']) by Service = service, Port = ['id.resp_p'], Protocol = proto
| top 15 by Connections desc`},
			{Name: "agents", Title: "Rare user agents", Query: `DeviceNetworkEvents
| where ActionType == "HttpConnectionInspected"
| extend UserAgent = tostring(parse_json(AdditionalFields).user_agent), Direction = tostring(parse_json(AdditionalFields).direction)
| where Direction == "Out" and isnotempty(UserAgent)
| summarize Requests = count(), Devices = dcount(DeviceId), Last = max(Timestamp) by UserAgent
| top 10 by Devices asc, Requests asc`},
			{Name: "names", Title: "Rare TLS server names", Query: `ZeekSsl
| where isnotempty(server_name)
| summarize Connections = count(), Clients = dcount(['id.orig_h']), Last = max(ts) by ServerName = server_name
| top 10 by Clients asc, Connections asc`},
			{Name: "failed", Title: "Failed connections", Query: `DeviceNetworkEvents
| where ActionType in ("ConnectionFailed", "ConnectionAttempt")
| summarize Events = count(), Ports = dcount(RemotePort) by LocalIP, RemoteIP
| top 10 by Events desc`},
		}
	})
}

func (s *Server) getDevices(w http.ResponseWriter, r *http.Request, who identity) *failure {
	return s.panels(w, r, who, "", func(string) []panel {
		return []panel{{Name: "devices", Title: "Devices", Query: `DeviceNetworkEvents
| where isnotempty(DeviceId)
| summarize FirstSeen = min(Timestamp), LastSeen = max(Timestamp), Events = count(), Addresses = make_set(LocalIP, 16), Peers = dcount(RemoteIP), ActionTypes = make_set(ActionType, 64) by DeviceId, DeviceName
| top 1000 by Events desc`}}
	})
}

func (s *Server) getDevice(w http.ResponseWriter, r *http.Request, who identity) *failure {
	id := r.PathValue("id")
	if len(id) > 200 {
		return fail(badRequest, "The device's id is too long.")
	}
	where := " | where DeviceId == " + kqlString(id)
	from := "DeviceNetworkEvents\n| where DeviceId == " + kqlString(id) + "\n"
	return s.panels(w, r, who, where, func(bin string) []panel {
		return []panel{
			{Name: "identity", Title: "Identity", Query: from + `| summarize DeviceName = take_any(DeviceName), FirstSeen = min(Timestamp), LastSeen = max(Timestamp), Events = count(), Addresses = make_set(LocalIP, 64)`},
			{Name: "info", Title: "Device information", Query: "DeviceInfo\n| where DeviceId == " + kqlString(id) + "\n| summarize arg_max(Timestamp, *) by DeviceId"},
			{Name: "actions", Title: "Events over time", Query: from + "| summarize Events = count() by Time = bin(Timestamp, " + bin + "), ActionType\n| sort by Time asc"},
			{Name: "totals", Title: "Events by action type", Query: from + "| summarize Events = count(), First = min(Timestamp), Last = max(Timestamp) by ActionType\n| sort by Events desc"},
			{Name: "peers", Title: "Peers", Query: from + "| summarize Events = count(), Ports = make_set(RemotePort, 16), First = min(Timestamp), Last = max(Timestamp) by RemoteIP, RemoteUrl\n| top 50 by Events desc"},
			{Name: "services", Title: "Open services", Query: from + "| where ActionType == \"InboundConnectionAccepted\"\n| summarize Connections = count(), Clients = dcount(RemoteIP), Last = max(Timestamp) by LocalPort, Protocol\n| top 50 by Connections desc"},
			{Name: "tls", Title: "TLS", Query: "ZeekSsl\n| where OrigDeviceId == " + kqlString(id) + "\n| summarize Connections = count(), Last = max(ts) by version, cipher, server_name\n| top 50 by Connections desc"},
			{Name: "agents", Title: "User agents", Query: from + `| where ActionType == "HttpConnectionInspected"
| extend UserAgent = tostring(parse_json(AdditionalFields).user_agent), Direction = tostring(parse_json(AdditionalFields).direction)
| where Direction == "Out" and isnotempty(UserAgent)
| summarize Requests = count(), Last = max(Timestamp) by UserAgent
| top 50 by Requests desc`},
			{Name: "processes", Title: "Processes", Query: from + "| where isnotempty(InitiatingProcessFileName)\n| summarize Events = count(), Peers = dcount(RemoteIP), Last = max(Timestamp) by InitiatingProcessFileName, InitiatingProcessFolderPath\n| top 50 by Events desc"},
		}
	})
}
