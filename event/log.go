// Package event holds the records that analyzers write: a Log declares the
// fields of one of Zeek's logs, a Batch keeps rows of several logs compactly
// and without a pointer per value, and is what the log writers and the store
// read.
package event

// Kind is the Zeek type of a field.
type Kind uint8

// The kinds.  A Vector or Set of a kind is the kind with List or Set in
// Field.Multi.
const (
	Time     Kind = iota // int64, nanoseconds since 1970
	Interval             // int64, nanoseconds
	Count                // uint64
	Int                  // int64
	Double               // float64
	Bool                 //
	String               // bytes, as they came from the wire; writers escape what is not UTF-8
	Enum                 // string constant
	Addr                 // 16 bytes, IPv4 mapped
	Port                 // uint16
)

// Multi says whether a field holds one value, a vector or a set.
type Multi uint8

// The forms of a field.
const (
	Single Multi = iota
	Vector
	Set
)

// Field is one field of a log.
type Field struct {
	Name  string // as Zeek names it: "id.orig_h", "user_agent"
	Kind  Kind
	Multi Multi
	Doc   string
	// BagKey is the member of Defender's AdditionalFields that holds the
	// field; "" for none.  Declarations set it to Name unless told otherwise.
	BagKey string
	// Extra marks a field that stock Zeek does not log (JA4, NTLM's server
	// version).  Extra fields are stored and queried, but Zeek-format logs
	// hold them only on request.
	Extra bool
}

// Log declares one log.  Logs are declared once, as package variables of the
// analyzer that writes them, and do not change afterwards.
type Log struct {
	// Name is Zeek's name of the log and of its file without ".log": "http".
	Name string
	Doc  string
	// Action is Defender's ActionType of the log's rows
	// ("HttpConnectionInspected"), "" where the log has none.
	Action string
	Fields []Field
	// HasConn says that the first fields are ts, uid and the four of id.
	HasConn bool
	// OrigFields and RespFields name, for a log without a connection, the
	// fields that hold the addresses of client and server; the first that is
	// set counts.  OrigPort and RespPort are the ports that go with them.
	OrigFields, RespFields []string
	OrigPort, RespPort     uint16
	// UniqueBy names the fields, joined with commas, of whose values each
	// combination is logged once a capture (x509's fingerprint and roles); ""
	// for none.
	UniqueBy string

	inArena uint64 // fields whose cell is a place in the arena
}

// The indexes of the fields that every log with a connection starts with.
const (
	FieldTs = iota
	FieldUID
	FieldOrigH
	FieldOrigP
	FieldRespH
	FieldRespP
	FirstField // the first of the log's own
)

// NewLog declares a log that starts with ts, uid, id.orig_h, id.orig_p,
// id.resp_h and id.resp_p.  Its own fields follow by the methods CountField,
// StringField, ..., in Zeek's order.
func NewLog(name, action, doc string) *Log {
	l := &Log{Name: name, Action: action, Doc: doc, HasConn: true}
	l.add("ts", Time, Single, "Time of the first packet, or of the event that the record tells of.").NoBag()
	l.add("uid", String, Single, "Unique id of the connection.")
	l.add("id.orig_h", Addr, Single, "Address of the originator.").NoBag()
	l.add("id.orig_p", Port, Single, "Port of the originator.").NoBag()
	l.add("id.resp_h", Addr, Single, "Address of the responder.").NoBag()
	l.add("id.resp_p", Port, Single, "Port of the responder.").NoBag()
	return l
}

// NewBareLog declares a log without a connection (x509, dhcp), which starts
// with ts only.
func NewBareLog(name, action, doc string) *Log {
	l := &Log{Name: name, Action: action, Doc: doc}
	l.add("ts", Time, Single, "Time of the event.").NoBag()
	return l
}

// Between says which fields of a log without a connection stand for its
// sides, and returns the log.
func (l *Log) Between(origPort uint16, orig []string, respPort uint16, resp []string) *Log {
	l.OrigPort, l.OrigFields, l.RespPort, l.RespFields = origPort, orig, respPort, resp
	return l
}

// HasSides reports whether records of the log tell of two hosts.
func (l *Log) HasSides() bool { return l.HasConn || len(l.OrigFields) > 0 }

type col struct {
	log *Log
	i   int
}

func (l *Log) add(name string, k Kind, m Multi, doc string) col {
	for _, f := range l.Fields {
		if f.Name == name {
			panic("BUG: log " + l.Name + " declares field " + name + " twice")
		}
	}
	if len(l.Fields) == 64 {
		panic("BUG: log " + l.Name + " has more than 64 fields")
	}
	l.Fields = append(l.Fields, Field{Name: name, Kind: k, Multi: m, Doc: doc, BagKey: name})
	i := len(l.Fields) - 1
	if m != Single || k == String || k == Enum || k == Addr {
		l.inArena |= 1 << i
	}
	return col{l, i}
}

// Index returns the field's index in its log.
func (c col) Index() int { return c.i }

// NoBag keeps the field out of AdditionalFields.
func (c col) NoBag() { c.log.Fields[c.i].BagKey = "" }

// FieldIndex returns the index of the field of that name, or -1.
func (l *Log) FieldIndex(name string) int {
	for i := range l.Fields {
		if l.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// Option changes the declaration of a field.
type Option func(*Field)

// NoBag keeps the field out of AdditionalFields.
func NoBag(f *Field) { f.BagKey = "" }

// Extra marks the field as one that stock Zeek does not log.
func Extra(f *Field) { f.Extra = true }

// BagKey gives the field another name in AdditionalFields.
func BagKey(key string) Option { return func(f *Field) { f.BagKey = key } }

func (c col) with(opts []Option) col {
	for _, o := range opts {
		o(&c.log.Fields[c.i])
	}
	return c
}
