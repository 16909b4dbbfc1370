package pcapfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"wirehunt/packet"
)

// Magic numbers of pcap.
const (
	magicMicros   = 0xa1b2c3d4
	magicNanos    = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Alexey Kuznetzov's: 8 more bytes a record
)

// startPcap reads the file header of pcap.
func (r *Reader) startPcap() error {
	magic := binary.LittleEndian.Uint32(r.buf.b[r.pos:])
	if m := bits.ReverseBytes32(magic); m == magicMicros || m == magicNanos || m == magicModified {
		magic, r.big = m, true
	}
	r.header, r.nanos = 16, 1000
	switch magic {
	case magicMicros:
	case magicNanos:
		r.nanos = 1
	case magicModified:
		r.header = 24
	default:
		r.need(16)
		return &NotCaptureError{append([]byte(nil), r.buf.b[:min(16, r.end)]...)}
	}
	if !r.need(24) {
		return r.cut("file header")
	}
	h := r.buf.b[r.pos:]
	major, minor := r.u16(h[4:]), r.u16(h[6:])
	if major != 2 {
		return &FormatError{r.at(), fmt.Sprintf("pcap version %d.%d, want 2.4", major, minor)}
	}
	// Writers before 2.4 disagreed on the order of the two lengths.
	r.swap = minor < 4
	snap := r.u32(h[16:])
	r.limit = min(max(snap, usualSnapLen), maxPacket)
	// The upper bits say how long the frame check sequence is.
	r.ifaces = []Interface{{Link: packet.LinkType(r.u32(h[20:]) & 0xffff), SnapLen: snap}}
	r.pos += 24
	return nil
}

// pcapRecord reads a packet record of pcap.
func (r *Reader) pcapRecord(rec *Record, buffered bool) (bool, error) {
	if r.end-r.pos < r.header {
		if buffered {
			return false, nil
		}
		if !r.need(r.header) {
			if r.end == r.pos && r.inErr == io.EOF {
				return false, io.EOF
			}
			return false, r.cut("header of a packet")
		}
	}
	h := r.buf.b[r.pos : r.pos+16]
	var sec, frac, caplen, wire uint32
	if r.big {
		sec, frac = binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:])
		caplen, wire = binary.BigEndian.Uint32(h[8:]), binary.BigEndian.Uint32(h[12:])
	} else {
		sec, frac = binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[4:])
		caplen, wire = binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint32(h[12:])
	}
	if r.swap && caplen > wire {
		caplen, wire = wire, caplen
	}
	if caplen > r.limit {
		return false, &FormatError{r.at(), fmt.Sprintf("packet of %d bytes", caplen)}
	}
	n := r.header + int(caplen)
	if r.end-r.pos < n {
		if buffered {
			return false, nil
		}
		if !r.need(n) {
			return false, r.cut("packet")
		}
	}
	rec.Time = int64(sec)*1e9 + int64(frac)*r.nanos
	rec.Data = r.buf.b[r.pos+r.header : r.pos+n : r.pos+n]
	rec.WireLen = int(max(caplen, wire))
	rec.Offset = r.at()
	rec.Interface = 0
	rec.Link = r.ifaces[0].Link
	r.pos += n
	return true, nil
}

// u16 and u32 read a number in the file's byte order.
func (r *Reader) u16(b []byte) uint16 {
	if r.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (r *Reader) u32(b []byte) uint32 {
	if r.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}
