package pcapfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"wirehunt/packet"
)

// Writer writes a capture: pcap with times in ns, or pcapng.
type Writer struct {
	w      *bufio.Writer
	ng     bool
	ifaces int
	err    error
}

// errInterface is returned for a packet of an interface that was not added.
var errInterface = errors.New("pcapfile: no such interface")

// NewWriter writes the header of a pcap file with packets of one link type.
// Little-endian, times in ns, from 1970 to 2106.  Call Flush at the end.
func NewWriter(w io.Writer, link packet.LinkType) *Writer {
	wr := &Writer{w: bufio.NewWriterSize(w, 64<<10), ifaces: 1}
	wr.put(magicNanos, 4<<16|2, 0, 0, usualSnapLen, uint32(link))
	return wr
}

// NewWriterNG writes the header of a pcapng file.  AddInterface must come
// before packets.
func NewWriterNG(w io.Writer) *Writer {
	wr := &Writer{w: bufio.NewWriterSize(w, 64<<10), ng: true}
	wr.put(blockSection, 28, byteOrderMagic, 1, 0xffffffff, 0xffffffff, 28)
	return wr
}

// AddInterface adds an interface to a pcapng file and returns its index.
func (w *Writer) AddInterface(link packet.LinkType) int {
	// Times in ns: option if_tsresol (9) of one byte, then opt_endofopt.
	w.put(blockInterface, 32, uint32(link), 0, 1<<16|9, 9, 0, 32)
	w.ifaces++
	return w.ifaces - 1
}

// Write writes a packet: its Time, Data, WireLen (0 means len(Data)) and, in
// pcapng, Interface.
func (w *Writer) Write(rec *Record) error {
	if w.err != nil {
		return w.err
	}
	n, wire := uint32(len(rec.Data)), uint32(max(rec.WireLen, len(rec.Data)))
	if !w.ng {
		w.put(uint32(rec.Time/1e9), uint32(rec.Time%1e9), n, wire)
		w.bytes(rec.Data)
		return w.err
	}
	if rec.Interface < 0 || rec.Interface >= w.ifaces {
		return errInterface
	}
	pad := -n & 3
	w.put(blockEnhanced, 32+n+pad, uint32(rec.Interface),
		uint32(uint64(rec.Time)>>32), uint32(rec.Time), n, wire)
	w.bytes(rec.Data)
	w.bytes(make([]byte, 3)[:pad])
	w.put(32 + n + pad)
	return w.err
}

// Flush writes what is buffered and returns the first error there was.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

// put writes numbers.
func (w *Writer) put(v ...uint32) {
	var b [4]byte
	for _, x := range v {
		binary.LittleEndian.PutUint32(b[:], x)
		w.bytes(b[:])
	}
}

func (w *Writer) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}
