package pcapfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"wirehunt/packet"
)

// Blocks of pcapng.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6

	byteOrderMagic = 0x1a2b3c4d
)

// maxInterfaces is how many interfaces a section may have.
const maxInterfaces = 1 << 16

// block reads blocks up to the next packet.
func (r *Reader) block(rec *Record, buffered bool) (bool, error) {
	for {
		if r.end-r.pos < 12 {
			if buffered {
				return false, nil
			}
			if !r.need(12) {
				if r.end == r.pos && r.inErr == io.EOF {
					return false, io.EOF
				}
				return false, r.cut("header of a block")
			}
		}
		kind := r.u32(r.buf.b[r.pos:])
		if kind == blockSection {
			// Its byte order is its own, and other interfaces follow, which
			// a batch may not mix.
			if buffered {
				return false, nil
			}
			if err := r.section(); err != nil {
				return false, err
			}
			continue
		}
		n := int(r.u32(r.buf.b[r.pos+4:]))
		if n < 12 || n%4 != 0 || n > maxPacket+4096 {
			return false, &FormatError{r.at(), fmt.Sprintf("block of %d bytes", n)}
		}
		switch kind {
		case blockInterface, blockPacket, blockSimple, blockEnhanced:
			if r.end-r.pos < n {
				if buffered {
					return false, nil
				}
				if !r.need(n) {
					return false, r.cut("block")
				}
			}
		default:
			if buffered && r.end-r.pos < n {
				return false, nil
			}
			at := r.at()
			if !r.skip(n) {
				return false, r.cutAt(at, "block")
			}
			continue
		}
		b := r.buf.b[r.pos : r.pos+n-4 : r.pos+n-4]
		if kind == blockInterface {
			if err := r.iface(b); err != nil {
				return false, err
			}
			r.pos += n
			continue
		}
		if err := r.packet(kind, b, rec); err != nil {
			return false, err
		}
		r.pos += n
		return true, nil
	}
}

// section reads a section header block, which starts anew.
func (r *Reader) section() error {
	if !r.need(28) {
		return r.cut("section header")
	}
	h := r.buf.b[r.pos:]
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(h[8:]):
		r.big = false
	case binary.BigEndian.Uint32(h[8:]):
		r.big = true
	default:
		return &FormatError{r.at(), "section header without byte order"}
	}
	n := int(r.u32(h[4:]))
	if n < 28 || n%4 != 0 {
		return &FormatError{r.at(), fmt.Sprintf("section header of %d bytes", n)}
	}
	if major := r.u16(h[12:]); major != 1 {
		return &FormatError{r.at(), fmt.Sprintf("pcapng version %d, want 1", major)}
	}
	r.ifaces = nil
	at := r.at()
	if !r.skip(n) {
		return r.cutAt(at, "section header")
	}
	return nil
}

// iface reads an interface description block.
func (r *Reader) iface(b []byte) error {
	if len(b) < 16 {
		return &FormatError{r.at(), "short interface block"}
	}
	if len(r.ifaces) >= maxInterfaces {
		return &FormatError{r.at(), "too many interfaces"}
	}
	f := Interface{Link: packet.LinkType(r.u16(b[8:])), SnapLen: r.u32(b[12:]), nanos: 1000}
	for o := b[16:]; len(o) >= 4; {
		code, n := r.u16(o), int(r.u16(o[2:]))
		if code == 0 || n > len(o)-4 {
			break
		}
		v := o[4 : 4+n]
		switch {
		case code == 2: // if_name
			f.Name = string(v)
		case code == 9 && n == 1: // if_tsresol
			f.resolution(v[0])
		case code == 14 && n == 8: // if_tsoffset, seconds
			if r.big {
				f.offset = int64(binary.BigEndian.Uint64(v))
			} else {
				f.offset = int64(binary.LittleEndian.Uint64(v))
			}
		}
		o = o[min(len(o), 4+(n+3)&^3):]
	}
	r.ifaces = append(r.ifaces, f)
	return nil
}

// resolution sets the unit of time: a negative power of 10, or of 2 if the
// highest bit is set.
func (f *Interface) resolution(v byte) {
	f.nanos, f.units = 0, 0
	if v&0x80 != 0 {
		f.units = 1 << min(v&0x7f, 63)
		return
	}
	switch {
	case v <= 9:
		f.nanos = 1
		for ; v < 9; v++ {
			f.nanos *= 10
		}
	default:
		f.units = 1
		for range min(v, 19) {
			f.units *= 10
		}
	}
}

// time converts a timestamp to ns since 1970.
func (f *Interface) time(ts uint64) int64 {
	if f.nanos != 0 {
		return int64(ts*f.nanos) + f.offset*1e9
	}
	sec := ts / f.units
	hi, lo := bits.Mul64(ts%f.units, 1e9)
	ns, _ := bits.Div64(hi, lo, f.units)
	return (int64(sec)+f.offset)*1e9 + int64(ns)
}

// packet reads a packet from block b, without its trailing length.
func (r *Reader) packet(kind uint32, b []byte, rec *Record) error {
	var id, caplen, wire uint32
	var ts uint64
	n := 28
	if kind == blockSimple {
		n = 12
	}
	if len(b) < n {
		return &FormatError{r.at(), "short packet block"}
	}
	switch kind {
	case blockEnhanced, blockPacket:
		id = r.u32(b[8:])
		if kind == blockPacket {
			id = uint32(r.u16(b[8:]))
		}
		ts = uint64(r.u32(b[12:]))<<32 | uint64(r.u32(b[16:]))
		caplen, wire = r.u32(b[20:]), r.u32(b[24:])
	case blockSimple:
		wire = r.u32(b[8:])
		caplen = min(wire, uint32(len(b)-n))
	}
	if int64(id) >= int64(len(r.ifaces)) {
		return &FormatError{r.at(), fmt.Sprintf("packet of interface %d, which is not described", id)}
	}
	f := &r.ifaces[id]
	if kind == blockSimple && f.SnapLen > 0 {
		caplen = min(caplen, f.SnapLen)
	}
	if int64(caplen) > int64(len(b)-n) {
		return &FormatError{r.at(), fmt.Sprintf("packet of %d bytes in a block of %d", caplen, len(b)+4)}
	}
	if kind != blockSimple { // which has no time: that of the packet before
		r.last = f.time(ts)
	}
	rec.Time = r.last
	rec.Data = b[n : n+int(caplen) : n+int(caplen)]
	rec.WireLen = int(max(caplen, wire))
	rec.Offset = r.at()
	rec.Interface = int(id)
	rec.Link = f.Link
	return nil
}
