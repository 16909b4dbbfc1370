package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"wirehunt/packet"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Record is a captured packet.
type Record struct {
	// Time is when it was captured, in ns since 1970.
	Time int64
	// Data is the packet as captured.
	Data []byte
	// WireLen is its length on the wire, at least len(Data).
	WireLen int
	// Offset is where the record starts, in bytes of the uncompressed capture.
	Offset int64
	// Interface is the index of the interface in Reader.Interfaces.
	Interface int
	// Link is the interface's link type.
	Link packet.LinkType
}

// Interface is where packets were captured.
type Interface struct {
	Link    packet.LinkType
	SnapLen uint32
	// Name is the interface's name, "" if the file has none.
	Name string

	nanos  uint64 // ns per unit of time, 0 if that is no whole number
	units  uint64 // units of time per second, where nanos is 0
	offset int64  // seconds to add
}

// Compression is how a file is compressed.
type Compression uint8

// The compressions.
const (
	Plain Compression = iota
	Gzip
	Zstd
)

// String returns the compression's name, "" for Plain.
func (c Compression) String() string { return [...]string{"", "gzip", "zstd"}[c] }

const (
	// maxPacket is the largest packet that is believed.
	maxPacket = 256 << 20
	// usualSnapLen is what packets may have where the file claims less.
	usualSnapLen = 256 << 10
	// maxWindow is the memory that zstd may use.
	maxWindow = 128 << 20
)

// Reader reads a capture.
type Reader struct {
	raw   *source
	in    io.Reader // raw, or what decompresses it
	close func()

	pool     pool
	buf      *Buffer
	pos, end int   // what of buf.b is read and not parsed
	off      int64 // offset of buf.b[0]
	inErr    error // how in ended
	err      error // how the capture ended

	comp   Compression
	ng     bool
	big    bool // numbers are big-endian
	header int  // pcap: length of a record's header
	nanos  int64
	limit  uint32 // pcap: longest packet
	swap   bool   // pcap: captured and wire length may be swapped
	ifaces []Interface
	last   int64 // time of the last packet
}

// NewReader reads the start of a capture and returns its reader.  Errors are
// ErrEmpty, *NotCaptureError, *TruncatedError, *FormatError, and those of r.
// NewReader reads from r in large pieces and beyond what it returns.
func NewReader(r io.Reader) (*Reader, error) {
	raw := &source{r: r}
	rd := &Reader{raw: raw, in: raw}
	rd.buf = rd.pool.get(bufferSize)
	if err := rd.decompress(); err != nil {
		rd.Close()
		return nil, err
	}
	if err := rd.start(); err != nil {
		rd.Close()
		return nil, err
	}
	return rd, nil
}

// decompress recognises compressed input and puts the decompressor before it.
func (r *Reader) decompress() error {
	if !r.need(4) {
		return nil
	}
	head := append([]byte(nil), r.buf.b[:r.end]...)
	in := io.MultiReader(bytes.NewReader(head), r.in)
	switch {
	case head[0] == 0x1f && head[1] == 0x8b:
		r.comp = Gzip
		z, err := gzip.NewReader(in)
		if err != nil {
			return r.inputError(err, 0, "gzip header")
		}
		r.restart(z, func() { z.Close() })
	case binary.LittleEndian.Uint32(head) == 0xfd2fb528:
		r.comp = Zstd
		// One decoder and no read-ahead: no goroutines.
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return r.inputError(err, 0, "zstd header")
		}
		r.restart(z, z.Close)
	}
	return nil
}

// restart reads from z from now on.
func (r *Reader) restart(z io.Reader, close func()) {
	r.in, r.close = z, close
	r.pos, r.end, r.off, r.inErr = 0, 0, 0, nil
}

// start reads the file header.
func (r *Reader) start() error {
	if !r.need(4) {
		switch {
		case r.inErr != io.EOF:
			return r.cut("file header")
		case r.end == 0:
			return ErrEmpty
		}
		return &NotCaptureError{append([]byte(nil), r.buf.b[:r.end]...)}
	}
	if binary.BigEndian.Uint32(r.buf.b) == blockSection {
		r.ng = true
		return r.section()
	}
	return r.startPcap()
}

// Compression returns how the input is compressed.
func (r *Reader) Compression() Compression { return r.comp }

// Interfaces returns the interfaces seen so far; pcap has one.
func (r *Reader) Interfaces() []Interface { return r.ifaces }

// Close frees what the reader holds; it does not close the input.
func (r *Reader) Close() {
	if r.close != nil {
		r.close()
		r.close = nil
	}
	r.buf.Release()
	r.buf = nil
	if r.err == nil {
		r.err = io.EOF
	}
}

// Next reads the next packet into rec.  rec.Data is valid until the next
// call.  Errors are io.EOF, *TruncatedError, *FormatError and those of the
// input; they stay.
func (r *Reader) Next(rec *Record) error {
	if r.err == nil {
		_, r.err = r.record(rec, false)
	}
	return r.err
}

// ReadBatch reads packets into recs: as many as fit and are there without
// waiting, and at least one.  Their data is valid until buf.Release, which
// must be called; until then the memory is not used again.  Errors are those
// of Next, and come alone.
func (r *Reader) ReadBatch(recs []Record) (n int, buf *Buffer, err error) {
	for n < len(recs) && r.err == nil {
		var ok bool
		if ok, r.err = r.record(&recs[n], n > 0); !ok {
			break
		}
		n++
	}
	if n == 0 {
		return 0, nil, r.err
	}
	r.buf.refs.Add(1)
	return n, r.buf, nil
}

// record reads a packet.  With buffered it returns false, nil rather than
// read from the input.
func (r *Reader) record(rec *Record, buffered bool) (bool, error) {
	if r.ng {
		return r.block(rec, buffered)
	}
	return r.pcapRecord(rec, buffered)
}

// need makes the next n bytes available at pos, in this buffer or in another
// one when batches still use this one.  False if the input ends before.  The
// memory grows with what is there, not with what a header claims.
func (r *Reader) need(n int) bool {
	for r.end-r.pos < n {
		if r.inErr != nil {
			return false
		}
		have := r.end - r.pos
		want := min(n, max(bufferSize, 2*have))
		if r.pos > 0 && len(r.buf.b)-r.end < bufferSize/2 || len(r.buf.b)-r.pos < want {
			r.off += int64(r.pos)
			old := r.buf
			if len(old.b) < want || old.refs.Load() > 1 {
				r.buf = r.pool.get(want)
			}
			copy(r.buf.b, old.b[r.pos:r.end])
			r.pos, r.end = 0, have
			if r.buf != old {
				old.Release()
			}
		}
		r.fill(r.pos + want)
	}
	return true
}

// fill reads until the buffer is filled to end or the input ends.
func (r *Reader) fill(end int) {
	for idle := 0; r.end < end && r.inErr == nil; {
		var k int
		k, r.inErr = r.in.Read(r.buf.b[r.end:])
		r.end += k
		if k > 0 {
			idle = 0
		} else if idle++; idle == 100 && r.inErr == nil {
			r.inErr = io.ErrNoProgress
		}
	}
}

// skip passes over n bytes.
func (r *Reader) skip(n int) bool {
	for {
		k := min(n, r.end-r.pos)
		r.pos += k
		if n -= k; n == 0 {
			return true
		}
		if !r.need(1) {
			return false
		}
	}
}

// at returns the offset of pos.
func (r *Reader) at() int64 { return r.off + int64(r.pos) }

// cut is the error for input that ends inside what.
func (r *Reader) cut(what string) error { return r.cutAt(r.at(), what) }

// cutAt is cut for a record that starts at an offset.
func (r *Reader) cutAt(at int64, what string) error { return r.inputError(r.inErr, at, what) }

// inputError makes the end of the input inside what a TruncatedError, and
// damage that a decompressor found a FormatError.
func (r *Reader) inputError(err error, at int64, what string) error {
	switch {
	case err == nil:
		return nil
	case r.raw.err != nil && r.raw.err != io.EOF:
		return r.raw.err
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return &TruncatedError{at, what}
	}
	return &FormatError{at, r.comp.String() + ": " + err.Error()}
}

// source remembers how the input ended, which decompressors may hide.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil {
		s.err = err
	}
	return n, err
}
