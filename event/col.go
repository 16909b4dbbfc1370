package event

import (
	"encoding/binary"
	"math"
)

// A column type for each kind of field: declared once beside the log, and
// then the only way to set the field, so that a field cannot be set with a
// value of another kind.

type (
	// TimeCol is a field of kind Time.
	TimeCol struct{ col }
	// IntervalCol is a field of kind Interval.
	IntervalCol struct{ col }
	// CountCol is a field of kind Count.
	CountCol struct{ col }
	// IntCol is a field of kind Int.
	IntCol struct{ col }
	// DoubleCol is a field of kind Double.
	DoubleCol struct{ col }
	// BoolCol is a field of kind Bool.
	BoolCol struct{ col }
	// StringCol is a field of kind String or Enum.
	StringCol struct{ col }
	// AddrCol is a field of kind Addr.
	AddrCol struct{ col }
	// PortCol is a field of kind Port.
	PortCol struct{ col }
	// ListCol is a vector or a set; of which kind, its declaration says.
	ListCol struct{ col }
)

// TimeField declares a field of kind Time.
func (l *Log) TimeField(name, doc string, o ...Option) TimeCol {
	return TimeCol{l.add(name, Time, Single, doc).with(o)}
}

// IntervalField declares a field of kind Interval.
func (l *Log) IntervalField(name, doc string, o ...Option) IntervalCol {
	return IntervalCol{l.add(name, Interval, Single, doc).with(o)}
}

// CountField declares a field of kind Count.
func (l *Log) CountField(name, doc string, o ...Option) CountCol {
	return CountCol{l.add(name, Count, Single, doc).with(o)}
}

// IntField declares a field of kind Int.
func (l *Log) IntField(name, doc string, o ...Option) IntCol {
	return IntCol{l.add(name, Int, Single, doc).with(o)}
}

// DoubleField declares a field of kind Double.
func (l *Log) DoubleField(name, doc string, o ...Option) DoubleCol {
	return DoubleCol{l.add(name, Double, Single, doc).with(o)}
}

// BoolField declares a field of kind Bool.
func (l *Log) BoolField(name, doc string, o ...Option) BoolCol {
	return BoolCol{l.add(name, Bool, Single, doc).with(o)}
}

// StringField declares a field of kind String.
func (l *Log) StringField(name, doc string, o ...Option) StringCol {
	return StringCol{l.add(name, String, Single, doc).with(o)}
}

// EnumField declares a field of kind Enum.
func (l *Log) EnumField(name, doc string, o ...Option) StringCol {
	return StringCol{l.add(name, Enum, Single, doc).with(o)}
}

// AddrField declares a field of kind Addr.
func (l *Log) AddrField(name, doc string, o ...Option) AddrCol {
	return AddrCol{l.add(name, Addr, Single, doc).with(o)}
}

// PortField declares a field of kind Port.
func (l *Log) PortField(name, doc string, o ...Option) PortCol {
	return PortCol{l.add(name, Port, Single, doc).with(o)}
}

// VectorField declares a vector of kind k.
func (l *Log) VectorField(name string, k Kind, doc string, o ...Option) ListCol {
	return ListCol{l.add(name, k, Vector, doc).with(o)}
}

// SetField declares a set of kind k.
func (l *Log) SetField(name string, k Kind, doc string, o ...Option) ListCol {
	return ListCol{l.add(name, k, Set, doc).with(o)}
}

// Set sets the field of row r to ns nanoseconds since 1970.
func (c TimeCol) Set(r *Row, ns int64) { r.cell(c.i, uint64(ns)) }

// Set sets the field of row r to ns nanoseconds.
func (c IntervalCol) Set(r *Row, ns int64) { r.cell(c.i, uint64(ns)) }

// Set sets the field of row r.
func (c CountCol) Set(r *Row, v uint64) { r.cell(c.i, v) }

// Set sets the field of row r.
func (c IntCol) Set(r *Row, v int64) { r.cell(c.i, uint64(v)) }

// Set sets the field of row r.
func (c DoubleCol) Set(r *Row, v float64) { r.cell(c.i, math.Float64bits(v)) }

// Set sets the field of row r.
func (c BoolCol) Set(r *Row, v bool) {
	var u uint64
	if v {
		u = 1
	}
	r.cell(c.i, u)
}

// Set sets the field of row r to a copy of v.  An empty v is an empty
// string, which Zeek tells from an unset one; see SetNonEmpty.
func (c StringCol) Set(r *Row, v []byte) { r.bytes(c.i, v) }

// SetString is Set for a string.
func (c StringCol) SetString(r *Row, v string) { r.str(c.i, v) }

// SetNonEmpty sets the field unless v is empty.
func (c StringCol) SetNonEmpty(r *Row, v []byte) {
	if len(v) > 0 {
		r.bytes(c.i, v)
	}
}

// Set sets the field of row r.
func (c AddrCol) Set(r *Row, a [16]byte) { r.bytes(c.i, a[:]) }

// Set sets the field of row r.
func (c PortCol) Set(r *Row, p uint16) { r.cell(c.i, uint64(p)) }

// List starts the value of a vector or set; elements follow by the List's
// methods.  A List without elements is the empty vector, not an unset one.
// Only one List may be open at a time in a batch: set no other field of kind
// String, Addr or List before End.
func (c ListCol) List(r *Row) List {
	return List{r: r, i: c.i, start: len(r.b.arena)}
}

// SetStrings sets the field to the strings of v.
func (c ListCol) SetStrings(r *Row, v []string) {
	l := c.List(r)
	for _, s := range v {
		l.String(s)
	}
	l.End()
}

// List appends elements to a vector or set.
type List struct {
	r     *Row
	i     int
	start int
}

// Bytes appends a string element.
func (l List) Bytes(v []byte) {
	b := l.r.b
	b.arena = binary.AppendUvarint(b.arena, uint64(len(v)))
	b.arena = append(b.arena, v...)
}

// String appends a string element.
func (l List) String(v string) {
	b := l.r.b
	b.arena = binary.AppendUvarint(b.arena, uint64(len(v)))
	b.arena = append(b.arena, v...)
}

// Uint appends an element of kind Count, Port or Bool (0 or 1).
func (l List) Uint(v uint64) { l.r.b.arena = binary.LittleEndian.AppendUint64(l.r.b.arena, v) }

// Int appends an element of kind Time, Interval (both in ns) or Int.
func (l List) Int(v int64) { l.Uint(uint64(v)) }

// Float appends an element of kind Double.
func (l List) Float(v float64) { l.Uint(math.Float64bits(v)) }

// Addr appends an element of kind Addr.
func (l List) Addr(a [16]byte) { l.r.b.arena = append(l.r.b.arena, a[:]...) }

// End ends the list and sets the field.
func (l List) End() {
	b := l.r.b
	l.r.cell(l.i, uint64(l.start)<<32|uint64(len(b.arena)-l.start))
}
