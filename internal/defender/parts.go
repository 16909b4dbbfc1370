package defender

import (
	"slices"
	"strings"

	"wirehunt/event"
	"wirehunt/schema"
	"wirehunt/schema/defender"
)

const (
	connLog       = "conn"
	networkEvents = "DeviceNetworkEvents"
)

// side is one view of a connection: the originator's or the responder's.
type side struct {
	direction                          string
	device, process                    string
	localIP, localPort, localType      string
	remoteIP, remotePort, remoteIPType string
	processSide                        string
}

var sides = []side{
	{"Out", ColOrigDevice, ColOrigProcess, "id.orig_h", "id.orig_p", ColOrigIPType, "id.resp_h", "id.resp_p", ColRespIPType, "orig"},
	{"In", ColRespDevice, ColRespProcess, "id.resp_h", "id.resp_p", ColRespIPType, "id.orig_h", "id.orig_p", ColOrigIPType, "resp"},
}

// Tables returns all tables that queries can name: Defender's, and one per
// log.  relations says what the store holds beside the logs: for each of
// Defender's tables that has imported rows, the ActionTypes that occur in it.
func Tables(logs []*event.Log, imported map[string][]string) []schema.Table {
	tables := defender.All()
	for i := range tables {
		t := &tables[i]
		if t.Name == networkEvents {
			for _, l := range logs {
				t.Parts = append(t.Parts, logParts(l)...)
			}
		}
		if actions, ok := imported[t.Name]; ok {
			t.Parts = append(t.Parts, importedPart(t, actions))
		}
	}
	for _, l := range logs {
		tables = append(tables, LogTable(l))
	}
	return tables
}

// importedPart is the part of a table that holds rows as Defender exported
// them.
func importedPart(t *schema.Table, actions []string) schema.Part {
	p := schema.Part{Relation: TableRelation(t.Name), Values: map[string]schema.Value{}}
	phys := TableColumns(t)
	for i, c := range slices.Concat(t.Columns, t.Hidden) {
		p.Values[c.Name] = schema.Value{Column: phys[i].Name, NotNull: c.Name == "Timestamp"}
	}
	p.Values["TimeGenerated"] = p.Values["Timestamp"]
	p.Values["Type"] = schema.Const(t.Name)
	if t.Column("ActionType") != nil {
		p.OneOf = map[string][]string{"ActionType": actions}
	}
	return p
}

// LogTable returns the table of a log: its fields under Zeek's names, and the
// DeviceId of each side.
func LogTable(l *event.Log) schema.Table {
	t := schema.Table{Name: TableName(l.Name), Doc: l.Doc}
	p := schema.Part{Relation: LogRelation(l), Values: map[string]schema.Value{}}
	for i := range l.Fields {
		f := &l.Fields[i]
		t.Columns = append(t.Columns, schema.Column{Name: f.Name, Type: FieldType(f), Doc: f.Doc})
		p.Values[f.Name] = schema.Value{Column: f.Name, NotNull: f.Name == "ts"}
	}
	if l.HasSides() {
		t.Columns = append(t.Columns,
			schema.Column{Name: "OrigDeviceId", Type: schema.String, Doc: "DeviceId of the originator, empty where it is no device."},
			schema.Column{Name: "RespDeviceId", Type: schema.String, Doc: "DeviceId of the responder, empty where it is no device."})
		p.Values["OrigDeviceId"] = schema.Col(ColOrigDevice)
		p.Values["RespDeviceId"] = schema.Col(ColRespDevice)
	}
	for _, alias := range []string{"Timestamp", "TimeGenerated"} {
		t.Hidden = append(t.Hidden, schema.Column{Name: alias, Type: schema.DateTime, Doc: "Another name of ts."})
		p.Values[alias] = p.Values["ts"]
	}
	t.Parts = []schema.Part{p}
	return t
}

// logParts returns the parts of DeviceNetworkEvents that a log gives: for
// each ActionType one for the originator's and one for the responder's view.
func logParts(l *event.Log) []schema.Part {
	var parts []schema.Part
	for _, s := range sides {
		if l.Action != "" && l.HasSides() {
			p := basePart(l, s, l.Action)
			bag := []schema.Member{{Key: "direction", Value: schema.Const(s.direction), Type: schema.String, Doc: "Out where the device is the originator, else In."}}
			p.Bags = map[string][]schema.Member{"AdditionalFields": append(bag, bagMembers(l)...)}
			parts = append(parts, p)
		}
		if l.Name == connLog {
			parts = append(parts, icmpPart(l, s))
			parts = append(parts, flowParts(l, s)...)
		}
	}
	return parts
}

// transports gives Defender's Protocol for Zeek's proto.
var transports = []schema.Pair{{From: "tcp", To: "Tcp"}, {From: "udp", To: "Udp"}, {From: "icmp", To: "Icmp"}}

func basePart(l *event.Log, s side, action string) schema.Part {
	ts := schema.Value{Column: "ts", NotNull: true}
	protocol := schema.Const("Tcp")
	if l.FieldIndex("proto") >= 0 {
		protocol = schema.Value{Column: "proto", Map: transports}
	}
	p := schema.Part{
		Relation: LogRelation(l),
		Where:    []schema.Cond{{Column: s.device, Op: schema.IsNotNull}},
		Values: map[string]schema.Value{
			"Timestamp":     ts,
			"TimeGenerated": ts,
			"Type":          schema.Const(networkEvents),
			"DeviceId":      {Column: s.device, NotNull: true},
			"DeviceName":    {Column: "DeviceName", Join: "device"},
			"ActionType":    schema.Const(action),
			"LocalIP":       schema.Col(s.localIP),
			"LocalPort":     schema.Col(s.localPort),
			"LocalIPType":   schema.Col(s.localType),
			"RemoteIP":      schema.Col(s.remoteIP),
			"RemotePort":    schema.Col(s.remotePort),
			"RemoteIPType":  schema.Col(s.remoteIPType),
			"Protocol":      protocol,
			"ReportId":      schema.Col("rowid"),
		},
		Joins: []schema.Join{
			{Alias: "device", Relation: RelDevices, On: []schema.JoinKey{{Joined: "DeviceId", Column: s.device}}},
			{Alias: "process", Relation: RelProcesses, On: []schema.JoinKey{{Joined: "uid", Column: "uid"}, {Joined: "side", Const: s.processSide}}},
		},
	}
	for _, c := range ProcessColumns() {
		p.Values[c.Name] = schema.Value{Column: c.Name, Join: "process"}
	}
	if !l.HasConn {
		withoutConn(&p, l, s)
	}
	return p
}

// withoutConn makes a part of a log that has no connection of its own.
func withoutConn(p *schema.Part, l *event.Log, s side) {
	for _, c := range ProcessColumns() {
		delete(p.Values, c.Name)
	}
	p.Joins = p.Joins[:1]
	orig, resp := schema.Col(ColOrigAddr), schema.Col(ColRespAddr)
	origPort, respPort := schema.Const(int64(l.OrigPort)), schema.Const(int64(l.RespPort))
	p.Values["Protocol"] = schema.Const("Udp")
	p.Values["LocalIP"], p.Values["LocalPort"] = orig, origPort
	p.Values["RemoteIP"], p.Values["RemotePort"] = resp, respPort
	if s.device == ColRespDevice {
		p.Values["LocalIP"], p.Values["LocalPort"] = resp, respPort
		p.Values["RemoteIP"], p.Values["RemotePort"] = orig, origPort
	}
}

// ProcessColumns returns the columns of DeviceNetworkEvents that tell of the
// initiating process.
func ProcessColumns() []schema.Column {
	var cols []schema.Column
	for _, t := range defender.All() {
		if t.Name != networkEvents {
			continue
		}
		for _, c := range t.Columns {
			if strings.HasPrefix(c.Name, "InitiatingProcess") || c.Name == "IsInitiatingProcessRemoteSession" {
				cols = append(cols, c)
			}
		}
	}
	return cols
}

// noTs are the logs in whose AdditionalFields Defender gives no ts.
var noTs = map[string]bool{"http": true, "ssh": true, "smtp": true, "ftp": true, connLog: true}

// bagMembers returns the members of AdditionalFields that come from the
// fields of l, in the order of the fields.
func bagMembers(l *event.Log) []schema.Member {
	var ms []schema.Member
	for i := range l.Fields {
		f := &l.Fields[i]
		key := f.BagKey
		if f.Name == "ts" && !noTs[l.Name] {
			key = "ts"
		}
		// Zeek's direction (of ssh) is another than Defender's.
		if key != "" && key != "direction" {
			ms = append(ms, schema.Member{Key: key, Value: schema.Col(f.Name), Type: FieldType(f), Doc: f.Doc})
		}
	}
	return ms
}

// icmpKeys are the counters of conn.log that IcmpConnectionInspected gives.
var icmpKeys = map[string]bool{"uid": true, "conn_state": true, "duration": true, "missed_bytes": true,
	"orig_bytes": true, "orig_ip_bytes": true, "orig_pkts": true, "resp_bytes": true, "resp_ip_bytes": true, "resp_pkts": true}

func icmpPart(l *event.Log, s side) schema.Part {
	p := basePart(l, s, "IcmpConnectionInspected")
	p.Where = append(p.Where, schema.Cond{Column: "proto", Op: schema.In, Values: []string{"icmp"}})
	delete(p.Values, "LocalPort")
	delete(p.Values, "RemotePort")
	bag := []schema.Member{{Key: "direction", Value: schema.Const(s.direction), Type: schema.String, Doc: "Out where the device is the originator, else In."}}
	for _, m := range bagMembers(l) {
		if icmpKeys[m.Key] {
			bag = append(bag, m)
		}
	}
	p.Bags = map[string][]schema.Member{"AdditionalFields": bag}
	return p
}
