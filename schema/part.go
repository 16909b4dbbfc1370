package schema

// Part is one physical relation whose rows, or some of them, are rows of a
// table.  DeviceNetworkEvents has, for each log, a part for the originator's
// and one for the responder's view; the query compiler leaves out the parts
// that a query's filters exclude, so that the union costs nothing.
type Part struct {
	// Relation is the physical table in the store.
	Relation string
	// Where must hold for a row of Relation to belong to the part; all of it.
	Where []Cond
	// Values gives each column of the table; a column that is not here is
	// null, or the empty string if it is of type string.
	Values map[string]Value
	// Bags gives, by column, the members of a column that holds a JSON
	// object built from typed physical columns (AdditionalFields).  A column
	// is in Values or in Bags, not in both.
	Bags map[string][]Member
	// OneOf lists, by column, every value that occurs in the part, where the
	// store knows them (the ActionTypes of imported rows).  A filter that
	// none of them passes prunes the part.
	OneOf map[string][]string
	// Joins are look-ups that some values need.  A join whose alias no used
	// value names is not made.
	Joins []Join
}

// Cond is a condition on a physical column.
type Cond struct {
	Column string
	Op     CondOp
	Values []string
}

// CondOp is the operator of a Cond.
type CondOp uint8

// The operators.
const (
	IsNotNull CondOp = iota
	IsNull
	In    // the column equals one of Values
	NotIn // the column is null or equals none of Values
	IsTrue
	IsNotTrue
)

// Value says how a column of a table comes out of a part.
type Value struct {
	// Const is the value for all rows where IsConst is set: string, bool,
	// int64 or float64.  Constants are what prunes parts.
	Const   any
	IsConst bool
	// Column is the physical column, of Relation or of the join named Join.
	// It has the physical form of the table column's type and may be null;
	// the compiler makes null strings empty.
	Column string
	Join   string
	// NotNull says that Column is never null.
	NotNull bool
	// Map translates the strings of Column; others pass unchanged.
	Map []Pair
}

// Pair is one translation of Value.Map.
type Pair struct{ From, To string }

// Const returns the Value of a column that is v in all rows of a part.
func Const(v any) Value { return Value{Const: v, IsConst: true} }

// Col returns the Value of a column that is stored in physical column name.
func Col(name string) Value { return Value{Column: name} }

// Member is one key of a JSON object built from physical columns.  As in
// Defender all values are JSON strings, and a member whose value is null is
// left out of the object.
type Member struct {
	Key   string
	Value Value
	// Type is the type of Value and decides how it becomes a string: Bool
	// "true"/"false"; Int and Long in decimal; Real with the fewest digits
	// that give the number back, and at least one after the point; Dynamic
	// its JSON text; DateTime the decimal Windows FILETIME (100 ns ticks
	// since 1601-01-01).
	Type Type
	Doc  string
}

// FileTimeEpochTicks is 1601-01-01T00:00:00Z, where FILETIME starts, as a
// datetime.
const FileTimeEpochTicks = 504_911_232_000_000_000

// Join is a left look-up: at most one row of Relation has the given keys.
type Join struct {
	Alias    string
	Relation string
	// On pairs columns of the joined relation with columns of the part's
	// relation.
	On []JoinKey
}

// JoinKey is one equality of a Join.  Where Column is empty the joined
// column equals Const.
type JoinKey struct {
	Joined string
	Column string
	Const  string
}
