// Package schema describes tables: their columns with Kusto types and
// documentation, and where in a store their rows are kept.  It is the single
// source for the store, the query compiler, the reference pages and the
// editor.
package schema

// Type is a Kusto scalar type.
//
// In a store each type has one physical form (for DuckDB):
//
//	bool BOOLEAN, int INTEGER, long BIGINT, real DOUBLE, decimal DECIMAL(38,17),
//	string VARCHAR, guid VARCHAR in lower case,
//	dynamic JSON text in a VARCHAR,
//	datetime BIGINT: ticks of 100 ns since 0001-01-01T00:00:00Z, as .NET counts them,
//	timespan BIGINT: ticks of 100 ns.
//
// Ticks and not TIMESTAMP, because Kusto's datetimes range from year 1 to
// 9999 to the tick and bin() floors from year 1; DuckDB's TIMESTAMP stops at
// microseconds and TIMESTAMP_NS at the years 1677 to 2262.
type Type uint8

// The Kusto types.
const (
	Unknown Type = iota
	Bool
	Int
	Long
	Real
	Decimal
	DateTime
	TimeSpan
	String
	Guid
	Dynamic
)

var typeNames = [...]string{"unknown", "bool", "int", "long", "real", "decimal", "datetime", "timespan", "string", "guid", "dynamic"}

// String returns the name of the type in Kusto ("long").
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

var netNames = [...]string{"Object", "SByte", "Int32", "Int64", "Double", "SqlDecimal", "DateTime", "TimeSpan", "String", "Guid", "Object"}

// NetName returns the name of the type in Defender's and Kusto's REST
// replies ("Int64"; "SByte" stands for bool).
func (t Type) NetName() string {
	if int(t) < len(netNames) {
		return netNames[t]
	}
	return "Object"
}

// ParseType returns the type that Kusto calls name, or Unknown.
func ParseType(name string) Type {
	switch name {
	case "boolean":
		return Bool
	case "double":
		return Real
	case "date":
		return DateTime
	case "time":
		return TimeSpan
	case "uuid", "uniqueid":
		return Guid
	}
	for i, n := range typeNames {
		if i > 0 && n == name {
			return Type(i)
		}
	}
	return Unknown
}

// TicksPerSecond is the resolution of datetime and timespan.
const TicksPerSecond = 10_000_000

// UnixEpochTicks is 1970-01-01T00:00:00Z as a datetime.
const UnixEpochTicks = 621_355_968_000_000_000

// Column is a column of a table.
type Column struct {
	Name string
	Type Type
	Doc  string
}

// Table is a table that queries can name.
type Table struct {
	Name    string
	Doc     string
	Columns []Column
	// Hidden columns resolve by name but are not part of the row ("*"):
	// TimeGenerated and the like.
	Hidden []Column
	// Parts say where the rows are.  The table is the union of its parts; a
	// table without parts is empty.
	Parts []Part
}

// Column returns the column of that name, hidden ones included, or nil.
// Names are case-sensitive, as in Kusto.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	for i := range t.Hidden {
		if t.Hidden[i].Name == name {
			return &t.Hidden[i]
		}
	}
	return nil
}
