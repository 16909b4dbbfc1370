package event

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Batch holds rows of one log.  A row is a run of 8-byte cells, one per
// field, a bit set that tells which are set, and bytes in a shared arena; so
// a batch of any size is four allocations and holds no pointers.  A Batch is
// owned by one goroutine at a time.
type Batch struct {
	Log   *Log
	cells []uint64
	set   []uint64
	order []Order
	text  []uint32 // where each row's bytes begin in the arena
	arena []byte
	row   Row
}

// Order places a row among the rows of all shards: by the packet time at
// which it was written, then by connection, then in the order written.
type Order struct {
	Time int64 // ns
	Conn uint64
	Seq  uint32
}

// Less reports whether row a comes before row b.
func (a Order) Less(b Order) bool {
	if a.Time != b.Time {
		return a.Time < b.Time
	}
	if a.Conn != b.Conn {
		return a.Conn < b.Conn
	}
	return a.Seq < b.Seq
}

// NewBatch returns an empty batch of log l.
func NewBatch(l *Log) *Batch { return &Batch{Log: l} }

// Len returns the number of rows.
func (b *Batch) Len() int { return len(b.set) }

// Size returns the bytes that the batch's rows take.
func (b *Batch) Size() int { return len(b.cells)*8 + len(b.arena) + len(b.set)*36 }

// Reset drops all rows and keeps the memory.
func (b *Batch) Reset() {
	b.cells, b.set, b.order, b.text, b.arena = b.cells[:0], b.set[:0], b.order[:0], b.text[:0], b.arena[:0]
}

// Row is a row that is being written.  It is valid until the next Add.
type Row struct {
	b    *Batch
	n    int // index of the row
	base int // index of its first cell
	text int // where its bytes begin in the arena
}

// Add appends a row with all fields unset and returns it.
func (b *Batch) Add(o Order) *Row {
	n := len(b.Log.Fields)
	base := len(b.cells)
	if cap(b.cells)-base < n {
		grown := make([]uint64, base, 2*cap(b.cells)+16*n)
		copy(grown, b.cells)
		b.cells = grown
	}
	b.cells = b.cells[:base+n]
	clear(b.cells[base:])
	b.set = append(b.set, 0)
	b.order = append(b.order, o)
	b.text = append(b.text, uint32(len(b.arena)))
	b.row = Row{b, len(b.set) - 1, base, len(b.arena)}
	return &b.row
}

// DropLast takes back the row that the last Add made, for readers that find
// a fault in the middle of a record.
func (b *Batch) DropLast() {
	r := &b.row
	b.cells, b.set, b.order, b.text, b.arena = b.cells[:r.base], b.set[:r.n], b.order[:r.n], b.text[:r.n], b.arena[:r.text]
}

func (r *Row) cell(i int, v uint64) {
	r.b.cells[r.base+i] = v
	r.b.set[r.n] |= 1 << i
}

func (r *Row) bytes(i int, v []byte) {
	b := r.b
	r.cell(i, uint64(len(b.arena))<<32|uint64(len(v)))
	b.arena = append(b.arena, v...)
}

func (r *Row) str(i int, v string) {
	b := r.b
	r.cell(i, uint64(len(b.arena))<<32|uint64(len(v)))
	b.arena = append(b.arena, v...)
}

// SetConn sets the first fields of a row of a log with a connection.
func (r *Row) SetConn(ts int64, uid string, origH [16]byte, origP uint16, respH [16]byte, respP uint16) {
	r.cell(FieldTs, uint64(ts))
	r.str(FieldUID, uid)
	r.bytes(FieldOrigH, origH[:])
	r.cell(FieldOrigP, uint64(origP))
	r.bytes(FieldRespH, respH[:])
	r.cell(FieldRespP, uint64(respP))
}

// SetTs sets the first field, the time in ns since 1970.
func (r *Row) SetTs(ts int64) { r.cell(FieldTs, uint64(ts)) }

// SetBytes sets string field i to a copy of v.  Analyzers use their columns
// instead; this is for readers of logs, which know fields by index only.
func (r *Row) SetBytes(i int, v []byte) { r.bytes(i, v) }

// SetCell sets field i to the raw 8 bytes of its value, like SetBytes.
func (r *Row) SetCell(i int, v uint64) { r.cell(i, v) }

// ListAt starts the list of field i, like SetBytes.
func (r *Row) ListAt(i int) List { return List{r: r, i: i, start: len(r.b.arena)} }

// Order returns the place of row n.
func (b *Batch) Order(n int) Order { return b.order[n] }

// IsSet reports whether field i of row n is set.
func (b *Batch) IsSet(n, i int) bool { return b.set[n]>>i&1 != 0 }

// Mask returns the set fields of row n, field i in bit i.
func (b *Batch) Mask(n int) uint64 { return b.set[n] }

// Uint returns field i of row n, of kind Count, Port or Bool.
func (b *Batch) Uint(n, i int) uint64 { return b.cells[n*len(b.Log.Fields)+i] }

// Int returns field i of row n, of kind Time, Interval or Int.
func (b *Batch) Int(n, i int) int64 { return int64(b.Uint(n, i)) }

// Float returns field i of row n, of kind Double.
func (b *Batch) Float(n, i int) float64 { return math.Float64frombits(b.Uint(n, i)) }

// Bytes returns field i of row n, of kind String, Enum or Addr, or the
// encoded elements of a list.  The bytes are the batch's own and must not be
// changed; they are valid until Reset.
func (b *Batch) Bytes(n, i int) []byte {
	v := b.Uint(n, i)
	off, size := int(v>>32), int(uint32(v))
	return b.arena[off : off+size : off+size]
}

// Elem takes the first element off the encoded list of field i: its bytes,
// for kinds String, Enum and Addr, or its 8-byte value, and what follows.
func (b *Batch) Elem(i int, list []byte) (bytes []byte, v uint64, rest []byte) {
	switch b.Log.Fields[i].Kind {
	case String, Enum:
		n, k := binary.Uvarint(list)
		return list[k : k+int(n)], 0, list[k+int(n):]
	case Addr:
		return list[:16], 0, list[16:]
	}
	return nil, binary.LittleEndian.Uint64(list), list[8:]
}

// AppendRow copies row n of src, a batch of the same log.
func (b *Batch) AppendRow(src *Batch, n int) {
	fields := len(src.Log.Fields)
	from, to := int(src.text[n]), len(src.arena)
	if n+1 < len(src.text) {
		to = int(src.text[n+1])
	}
	base, mask := len(b.cells), src.set[n]
	b.set = append(b.set, mask)
	b.order = append(b.order, src.order[n])
	b.text = append(b.text, uint32(len(b.arena)))
	b.cells = append(b.cells, src.cells[n*fields:(n+1)*fields]...)
	// A row's bytes are together, so they move as one, all as far.
	moved := uint64(len(b.arena)-from) << 32
	b.arena = append(b.arena, src.arena[from:to]...)
	for m := mask & src.Log.inArena; m != 0; m &= m - 1 {
		b.cells[base+bits.TrailingZeros64(m)] += moved
	}
	b.row = Row{b, len(b.set) - 1, base, int(b.text[len(b.text)-1])}
}
