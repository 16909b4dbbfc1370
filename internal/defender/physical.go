// Package defender is where Zeek's records and Defender's tables meet: how a
// log is stored, which rows of which table its records are seen as, whose
// device an address is.
package defender

import (
	"slices"
	"strings"

	"wirehunt/event"
	"wirehunt/schema"
)

// Columns that the store adds to the fields of each log with a connection.
const (
	ColOrigDevice = "_orig_device"  // DeviceId of the originator, null where it is no device
	ColRespDevice = "_resp_device"  // the same for the responder
	ColOrigIPType = "_orig_ip_type" // class of the originator's address: see IPType
	ColRespIPType = "_resp_ip_type"
	// ColOrigAddr and ColRespAddr, of logs without a connection only, are the
	// addresses that stand for the sides.
	ColOrigAddr = "_orig_h"
	ColRespAddr = "_resp_h"
	ColImport   = "_import" // number of the import that brought the row; in all tables
	// ColOrigProcess and ColRespProcess, of conn only, are true where the
	// side's process is known and an imported row tells of the connection.
	ColOrigProcess = "_orig_process"
	ColRespProcess = "_resp_process"
)

// Relations of the store that are not logs.
const (
	// RelDevices has one row per device: DeviceId, DeviceName.
	RelDevices = "_devices"
	// RelProcesses has the process of a connection's side: uid, side ("orig"
	// or "resp") and the InitiatingProcess columns.
	RelProcesses = "_processes"
)

// PhysColumn is a column of a physical table.
type PhysColumn struct {
	Name string
	Type schema.Type
}

// LogRelation returns the physical table of a log.
func LogRelation(l *event.Log) string { return "zeek_" + l.Name }

// TableRelation returns the physical table that holds imported rows of one
// of Defender's tables.
func TableRelation(table string) string { return "defender_" + table }

// TableColumns returns the columns of the relation of imported rows of one of
// Defender's tables: those of the table, its hidden ones, and ColImport.  SQL
// does not tell names apart by case, as Defender does (LogonId and LogonID of
// DeviceProcessEvents): the later one gets an underscore.
func TableColumns(t *schema.Table) []PhysColumn {
	taken := map[string]bool{}
	var cols []PhysColumn
	for _, c := range slices.Concat(t.Columns, t.Hidden) {
		name := c.Name
		for taken[strings.ToLower(name)] {
			name += "_"
		}
		taken[strings.ToLower(name)] = true
		cols = append(cols, PhysColumn{Name: name, Type: c.Type})
	}
	return append(cols, PhysColumn{Name: ColImport, Type: schema.Int})
}

// FieldType returns the Kusto type of a field: vectors and sets are dynamic,
// intervals real seconds as in Zeek's JSON.
func FieldType(f *event.Field) schema.Type {
	if f.Multi != event.Single {
		return schema.Dynamic
	}
	switch f.Kind {
	case event.Time:
		return schema.DateTime
	case event.Interval, event.Double:
		return schema.Real
	case event.Count, event.Int:
		return schema.Long
	case event.Bool:
		return schema.Bool
	case event.Port:
		return schema.Int
	}
	return schema.String
}

// LogColumns returns the physical columns of a log: its fields, then the
// store's own.
func LogColumns(l *event.Log) []PhysColumn {
	var cols []PhysColumn
	for i := range l.Fields {
		cols = append(cols, PhysColumn{l.Fields[i].Name, FieldType(&l.Fields[i])})
	}
	if l.HasSides() && !l.HasConn {
		cols = append(cols, PhysColumn{ColOrigAddr, schema.String}, PhysColumn{ColRespAddr, schema.String})
	}
	if l.HasSides() {
		cols = append(cols,
			PhysColumn{ColOrigDevice, schema.String}, PhysColumn{ColRespDevice, schema.String},
			PhysColumn{ColOrigIPType, schema.String}, PhysColumn{ColRespIPType, schema.String})
	}
	if l.Name == connLog {
		cols = append(cols, PhysColumn{ColOrigProcess, schema.Bool}, PhysColumn{ColRespProcess, schema.Bool})
	}
	return append(cols, PhysColumn{ColImport, schema.Int})
}

// TableName returns the name of a log's table in queries: "ZeekSmbFiles" for
// smb_files.
func TableName(logName string) string {
	b := []byte("Zeek")
	for _, w := range strings.Split(logName, "_") {
		if w != "" {
			b = append(b, strings.ToUpper(w[:1])...)
			b = append(b, w[1:]...)
		}
	}
	return string(b)
}
