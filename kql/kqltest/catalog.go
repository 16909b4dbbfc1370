package kqltest

import (
	"slices"

	"wirehunt/schema"
)

// catalog is a small database in the shape of the real one: a table that is
// the union of the views of both ends of two logs, and of imported rows.
type catalog struct{ tables []schema.Table }

// Table returns the table of that name, or nil.
func (c *catalog) Table(name string) *schema.Table {
	i := slices.IndexFunc(c.tables, func(t schema.Table) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &c.tables[i]
}

// Tables lists the names of the tables.
func (c *catalog) Tables() []string {
	var out []string
	for _, t := range c.tables {
		out = append(out, t.Name)
	}
	return out
}

// Catalog returns the tables that the cases query.
func Catalog() interface {
	Table(string) *schema.Table
	Tables() []string
} {
	col := func(n string, t schema.Type) schema.Column { return schema.Column{Name: n, Type: t} }
	text := schema.String
	cols := []schema.Column{col("Timestamp", schema.DateTime), col("DeviceId", text), col("ActionType", text), col("LocalIP", text), col("LocalPort", schema.Int),
		col("RemoteIP", text), col("RemotePort", schema.Int), col("AdditionalFields", text)}
	web := []schema.Member{
		{Key: "uid", Value: schema.Col("uid"), Type: text}, {Key: "host", Value: schema.Col("host"), Type: text},
		{Key: "status", Value: schema.Col("status"), Type: schema.Long}, {Key: "seconds", Value: schema.Col("seconds"), Type: schema.Real},
		{Key: "ok", Value: schema.Col("ok"), Type: schema.Bool}, {Key: "tags", Value: schema.Col("tags"), Type: schema.Dynamic}}
	shell := []schema.Member{{Key: "uid", Value: schema.Col("uid"), Type: text}, {Key: "client", Value: schema.Col("client"), Type: text}}
	imported := map[string]schema.Value{}
	for _, c := range cols {
		imported[c.Name] = schema.Col(c.Name)
	}
	net := schema.Table{Name: "Net", Columns: cols, Hidden: []schema.Column{col("TimeGenerated", schema.DateTime)}, Parts: []schema.Part{
		view("log_web", "WebSeen", "Out", web), view("log_web", "WebSeen", "In", web), view("log_shell", "ShellSeen", "Out", shell), view("log_shell", "ShellSeen", "In", shell),
		{Relation: "net_imported", Values: imported, OneOf: map[string][]string{"ActionType": {"Blocked", "WebSeen"}}},
	}}
	names := schema.Table{Name: "Names", Columns: []schema.Column{col("DeviceId", text), col("Name", text), col("Seen", schema.DateTime), col("Addresses", text)}, Parts: []schema.Part{
		{Relation: "names", Values: map[string]schema.Value{"DeviceId": schema.Col("DeviceId"), "Name": schema.Col("Name"), "Seen": schema.Col("Seen"), "Addresses": schema.Col("Addresses")}}}}
	empty := schema.Table{Name: "Nothing", Columns: cols}
	return &catalog{[]schema.Table{net, names, empty}}
}

// view is one end's view of a log.
func view(relation, action, direction string, members []schema.Member) schema.Part {
	us, them, device := "orig", "resp", "orig_device"
	if direction == "In" {
		us, them, device = "resp", "orig", "resp_device"
	}
	bag := append([]schema.Member{{Key: "direction", Value: schema.Const(direction), Type: schema.String}}, members...)
	return schema.Part{
		Relation: relation,
		Where:    []schema.Cond{{Column: device, Op: schema.IsNotNull}},
		Values: map[string]schema.Value{
			"Timestamp": {Column: "ts", NotNull: true}, "TimeGenerated": {Column: "ts", NotNull: true},
			"DeviceId": {Column: device, NotNull: true}, "ActionType": schema.Const(action),
			"LocalIP": schema.Col(us + "_h"), "LocalPort": schema.Col(us + "_p"), "RemoteIP": schema.Col(them + "_h"), "RemotePort": schema.Col(them + "_p"),
		},
		Bags: map[string][]schema.Member{"AdditionalFields": bag},
	}
}

// Setup returns the SQL that fills a database for the cases.
func Setup() []string {
	const base = "ts BIGINT NOT NULL, orig_device VARCHAR, resp_device VARCHAR, orig_h VARCHAR, orig_p INTEGER, resp_h VARCHAR, resp_p INTEGER, uid VARCHAR"
	return []string{
		"CREATE TABLE log_web (" + base + ", host VARCHAR, status BIGINT, seconds DOUBLE, ok BOOLEAN, tags VARCHAR)",
		"CREATE TABLE log_shell (" + base + ", client VARCHAR)",
		"CREATE TABLE net_imported (Timestamp BIGINT, DeviceId VARCHAR, ActionType VARCHAR, LocalIP VARCHAR, LocalPort INTEGER, RemoteIP VARCHAR, RemotePort INTEGER, AdditionalFields VARCHAR)",
		"CREATE TABLE names (DeviceId VARCHAR, Name VARCHAR, Seen BIGINT, Addresses VARCHAR)",
		// 638528400000000000 is 2024-06-01 12:00.
		`INSERT INTO log_web VALUES
(638528400000000000, 'a', NULL, '10.0.0.1', 50001, '192.0.2.1', 80, 'C1', 'one.example', 200, 0.5, true, '["x","y"]'),
(638528406000000000, 'a', 'b', '10.0.0.1', 50002, '10.0.0.2', 80, 'C2', 'two.example', 404, 236.02, false, NULL),
(638528412000000000, NULL, 'b', '198.51.100.7', 50003, '10.0.0.2', 80, 'C3', NULL, NULL, NULL, NULL, '[]')`,
		`INSERT INTO log_shell VALUES
(638528418000000000, 'b', NULL, '10.0.0.2', 50004, '192.0.2.9', 22, 'C4', 'SSH-2.0-Tool_1.0')`,
		`INSERT INTO net_imported VALUES
(638528424000000000, 'c', 'Blocked', '10.0.0.3', 1, '192.0.2.1', 80, '{"direction":"Out","status":"403"}'),
(638528430000000000, 'c', 'WebSeen', '10.0.0.3', 2, '192.0.2.1', 80, '{"direction":"Out","host":"three.example","status":"200"}')`,
		`INSERT INTO names VALUES ('a', 'alpha', 638528000000000000, '["10.0.0.1","fe80::1"]'), ('b', 'beta', 638528100000000000, '["10.0.0.2"]'), ('b', 'beta2', 638528200000000000, '[]')`,
	}
}
