package duckdb

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"unicode/utf8"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"wirehunt/internal/defender"
	"wirehunt/schema"
	"wirehunt/zeeklog"
)

const (
	// chunkRows is the size of DuckDB's vectors, the rows of a chunk.
	chunkRows = 2048
	// flushRows is after how many rows an appender gives them to the
	// database, which by itself it does after 204,800: much memory where
	// rows are wide, and work that is left for the end, when one core is idle.
	flushRows = 1 << 12
	// chunkText bounds the text of a chunk; one with more is handed over
	// before it is full.
	chunkText = 4 << 20
)

// appender stores rows of one table.  The driver's own appender calls into C
// for each value, text and null; this one writes the values into the vectors
// of a data chunk, and calls once for 2,048 rows.
//
// A row is a sequence of set calls, each for another column, and one of
// endRow.  Columns that were not set are null.
type appender struct {
	app   mapping.Appender
	chunk mapping.DataChunk
	types []mapping.LogicalType
	cols  []column
	row   int // rows in the chunk
	rows  int // rows since the last flush
	text  arena
}

// column is where the values of a column of the chunk are, memory of
// DuckDB's.
type column struct {
	data  unsafe.Pointer
	valid *[chunkRows / 64]uint64 // bit set: not null
	typ   schema.Type
}

// rawConn returns DuckDB's handle of a connection.  The driver has one for its
// own appender only, in a field that is not exported: reflection reads it, and
// fails here if a later version of the driver is made otherwise.
func rawConn(c *sql.Conn) (raw mapping.Connection, err error) {
	err = c.Raw(func(c any) error {
		conn, ok := c.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("connection of type %T", c)
		}
		ptr := reflect.ValueOf(conn).Elem().FieldByName("conn")
		if ptr.Type() != reflect.TypeFor[mapping.Connection]() {
			return errors.New("driver without a connection handle")
		}
		raw.Ptr = ptr.FieldByName("Ptr").UnsafePointer()
		return nil
	})
	return raw, err
}

// newAppender returns an appender of rows with the given columns, which the
// table has; catalog is "" for the database.
func newAppender(conn mapping.Connection, catalog, relation string, cols []defender.PhysColumn) (*appender, error) {
	a := &appender{cols: make([]column, len(cols))}
	if mapping.AppenderCreateExt(conn, catalog, "main", relation, &a.app) == mapping.StateError {
		return nil, errors.Join(a.fault(), a.free())
	}
	for i, c := range cols {
		if mapping.AppenderAddColumn(a.app, c.Name) == mapping.StateError {
			return nil, errors.Join(a.fault(), a.free())
		}
		a.types = append(a.types, mapping.AppenderColumnType(a.app, mapping.IdxT(i)))
		if got, want := mapping.GetTypeId(a.types[i]), physTypes[c.Type]; got != want {
			return nil, errors.Join(fmt.Errorf("column %s of %s has type %d, not %d", c.Name, relation, got, want), a.free())
		}
	}
	a.chunk = mapping.CreateDataChunk(a.types)
	for i := range a.cols {
		v := mapping.DataChunkGetVector(a.chunk, mapping.IdxT(i))
		mapping.VectorEnsureValidityWritable(v)
		valid := (*[chunkRows / 64]uint64)(mapping.VectorGetValidity(v))
		clear(valid[:])
		a.cols[i] = column{mapping.VectorGetData(v), valid, cols[i].Type}
	}
	return a, nil
}

// physTypes are the types of sqlTypes as DuckDB's C interface counts them.
var physTypes = [...]mapping.Type{
	schema.Bool: mapping.TypeBoolean, schema.Int: mapping.TypeInteger, schema.Long: mapping.TypeBigInt, schema.Real: mapping.TypeDouble,
	schema.DateTime: mapping.TypeBigInt, schema.TimeSpan: mapping.TypeBigInt,
	schema.String: mapping.TypeVarchar, schema.Guid: mapping.TypeVarchar, schema.Dynamic: mapping.TypeVarchar,
}

// fault returns what the last call that failed says.
func (a *appender) fault() error {
	data := mapping.AppenderErrorData(a.app)
	defer mapping.DestroyErrorData(&data)
	if msg := mapping.ErrorDataMessage(data); msg != "" {
		return explainFull(errors.New(msg))
	}
	return errors.New("DuckDB does not say why")
}

func (a *appender) mark(i int) *column {
	c := &a.cols[i]
	c.valid[a.row/64] |= 1 << (a.row % 64)
	return c
}

func (a *appender) setInt64(i int, v int64) {
	*(*int64)(unsafe.Add(a.mark(i).data, a.row*8)) = v
}

func (a *appender) setInt32(i int, v int32) {
	*(*int32)(unsafe.Add(a.mark(i).data, a.row*4)) = v
}

func (a *appender) setFloat(i int, v float64) {
	*(*uint64)(unsafe.Add(a.mark(i).data, a.row*8)) = math.Float64bits(v)
}

func (a *appender) setBool(i int, v bool) {
	*(*bool)(unsafe.Add(a.mark(i).data, a.row)) = v
}

// inlineText is the longest text that DuckDB keeps within a vector.
const inlineText = 12

// vectorText is DuckDB's string_t: the length, then up to 12 bytes of text
// with zeros after it, or its first four bytes and where it is.
type vectorText struct {
	length uint32
	head   [4]byte
	tail   [8]byte
}

// setText stores s, with bytes that are no UTF-8, which DuckDB would not take,
// written as Zeek does.
func (a *appender) setText(i int, s []byte) {
	if !utf8.Valid(s) {
		s = zeeklog.AppendText(nil, s)
	}
	t := (*vectorText)(unsafe.Add(a.mark(i).data, a.row*int(unsafe.Sizeof(vectorText{}))))
	*t = vectorText{length: uint32(len(s))}
	if len(s) <= inlineText {
		copy(t.tail[:], s[copy(t.head[:], s):])
		return
	}
	copy(t.head[:], s)
	// The pointer is stored as a number, because Go's collector must not take
	// DuckDB's memory for its own; what it points to is pinned.
	*(*uintptr)(unsafe.Pointer(&t.tail)) = uintptr(unsafe.Pointer(unsafe.SliceData(a.text.keep(s))))
}

func (a *appender) setString(i int, s string) {
	a.setText(i, unsafe.Slice(unsafe.StringData(s), len(s)))
}

// setValue stores a value in one of the forms that store.Rows has.
func (a *appender) setValue(i int, v any) error {
	typ := a.cols[i].typ
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		if typ == schema.Bool {
			a.setBool(i, v)
			return nil
		}
	case int32:
		if typ == schema.Int {
			a.setInt32(i, v)
			return nil
		}
	case int64:
		if typ == schema.Long || typ == schema.DateTime || typ == schema.TimeSpan {
			a.setInt64(i, v)
			return nil
		}
	case float64:
		if typ == schema.Real {
			a.setFloat(i, v)
			return nil
		}
	case string:
		if typ == schema.String || typ == schema.Guid || typ == schema.Dynamic {
			a.setString(i, v)
			return nil
		}
	}
	return fmt.Errorf("value of type %T for a column of type %s", v, typ)
}

// endRow completes a row.
func (a *appender) endRow() error {
	a.row++
	a.rows++
	if a.row == chunkRows || a.text.size > chunkText {
		if err := a.handOver(); err != nil {
			return err
		}
	}
	if a.rows < flushRows {
		return nil
	}
	return a.flush()
}

// handOver gives the rows of the chunk to the appender, which copies them.
func (a *appender) handOver() error {
	if a.row == 0 {
		return nil
	}
	mapping.DataChunkSetSize(a.chunk, mapping.IdxT(a.row))
	if mapping.AppendDataChunk(a.app, a.chunk) == mapping.StateError {
		return a.fault()
	}
	for i := range a.cols {
		clear(a.cols[i].valid[:(a.row+63)/64])
	}
	a.row = 0
	a.text.reset()
	return nil
}

// flush gives all rows to the database.
func (a *appender) flush() error {
	if err := a.handOver(); err != nil {
		return err
	}
	a.rows = 0
	if mapping.AppenderFlush(a.app) == mapping.StateError {
		return a.fault()
	}
	return nil
}

// close stores what is left and frees the memory.
func (a *appender) close() error {
	return errors.Join(a.flush(), a.free())
}

// drop frees the memory and forgets rows that were not flushed.
func (a *appender) drop() error {
	mapping.AppenderClear(a.app)
	return a.free()
}

func (a *appender) free() error {
	mapping.DestroyDataChunk(&a.chunk)
	for i := range a.types {
		mapping.DestroyLogicalType(&a.types[i])
	}
	a.text.free()
	if mapping.AppenderDestroy(&a.app) == mapping.StateError {
		return errors.New("closing the appender failed")
	}
	return nil
}

// arena keeps copies of texts where they stay until it is reset: DuckDB has
// pointers to them.
type arena struct {
	pin    runtime.Pinner
	blocks [][]byte // of growing size, the last is in use
	size   int      // bytes kept
}

const firstBlock = 4 << 10

// keep returns a copy of s.
func (r *arena) keep(s []byte) []byte {
	r.size += len(s)
	last := len(r.blocks) - 1
	if last < 0 || cap(r.blocks[last])-len(r.blocks[last]) < len(s) {
		n := firstBlock
		if last >= 0 {
			n = 2 * cap(r.blocks[last])
		}
		b := make([]byte, 0, max(n, len(s)))
		r.pin.Pin(unsafe.SliceData(b[:1]))
		r.blocks = append(r.blocks, b)
		last++
	}
	b := &r.blocks[last]
	n := len(*b)
	*b = append(*b, s...)
	return (*b)[n:]
}

// reset forgets the texts and keeps the largest block.
func (r *arena) reset() {
	r.size = 0
	if n := len(r.blocks); n > 1 {
		large := r.blocks[n-1]
		r.pin.Unpin()
		r.pin.Pin(unsafe.SliceData(large[:1]))
		clear(r.blocks)
		r.blocks = append(r.blocks[:0], large)
	}
	if len(r.blocks) > 0 {
		r.blocks[0] = r.blocks[0][:0]
	}
}

func (r *arena) free() {
	r.pin.Unpin()
	r.blocks, r.size = nil, 0
}
