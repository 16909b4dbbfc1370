// Package mutate damages the packets of captures by small programs, and runs
// the damaged ones through the whole pipeline, for tests: whatever comes in,
// no analyzer may panic, hang, or take memory without bound.
//
// A program is a string of bytes, so Go's fuzzer can work on it.  Flips of
// bits find little behind checks of lengths and sequence numbers; so some
// operations keep those right: they make payload longer or shorter and move
// the later sequence numbers, or move a whole conversation to the port of
// another protocol.
package mutate

import (
	"encoding/binary"
	"slices"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// opSize is the length of an operation in a program: what, packet (2 bytes),
// place (2 bytes), how.
const opSize = 6

// MaxOps is how many operations of a program are done.
const MaxOps = 64

// The operations.
const (
	opFlip   = iota // a bit of the payload
	opHeader        // a bit anywhere in the frame
	opSet           // a byte of the payload becomes a limit
	opSet16         // 2 bytes
	opSet32         // 4 bytes
	opFill          // a run of bytes becomes one value
	opCopy          // a part of the payload over another
	opSplice        // the payload of another packet over this one's
	opDigits        // a decimal number becomes a large one
	opCut           // the frame is captured in part
	opGrow          // payload is repeated in the stream
	opShrink        // payload is taken out of the stream
	opLose          // the packet is not there
	opTwice         // it is there twice
	opSwap          // it changes places with another
	opTime          // its time is another
	opLater         // the time of it and all after it is another
	opPort          // its conversation is on another port
	opRepeat        // a run of packets comes again
	opKinds
)

// editor applies operations.  Records are changed in place, their data is
// copied first.
type editor struct {
	recs []pcapfile.Record
	max  int // records at most
	pkt  packet.Packet
}

// Apply returns recs with the program's operations done.  recs and their data
// are not changed; what is returned shares data with them.  There are at most
// twice as many packets and 64 more.
func Apply(recs []pcapfile.Record, prog []byte) []pcapfile.Record {
	e := &editor{recs: slices.Clone(recs), max: 2*len(recs) + 64}
	for n := 0; n < MaxOps && len(prog) >= opSize && len(e.recs) > 0; n++ {
		e.do(prog[0], int(binary.BigEndian.Uint16(prog[1:])), int(binary.BigEndian.Uint16(prog[3:])), prog[5])
		prog = prog[opSize:]
	}
	return e.recs
}

func (e *editor) do(op byte, which, place int, how byte) {
	i := which % len(e.recs)
	switch op %= opKinds; op {
	case opLose:
		e.recs = slices.Delete(e.recs, i, i+1)
	case opTwice:
		if len(e.recs) < e.max {
			e.recs = slices.Insert(e.recs, min(i+1+int(how&15), len(e.recs)), e.recs[i])
		}
	case opSwap:
		j := (i + 1 + int(how)) % len(e.recs)
		e.recs[i].Data, e.recs[j].Data = e.recs[j].Data, e.recs[i].Data
		e.recs[i].WireLen, e.recs[j].WireLen = e.recs[j].WireLen, e.recs[i].WireLen
	case opTime:
		e.recs[i].Time += shift(place, how)
	case opLater:
		by := shift(place, how)
		for j := i; j < len(e.recs); j++ {
			e.recs[j].Time += by
		}
	case opPort:
		e.port(i, how)
	case opRepeat:
		run := e.recs[i:min(i+1+int(how&31), len(e.recs))]
		if len(e.recs)+len(run) <= e.max {
			e.recs = slices.Insert(e.recs, i+len(run), slices.Clone(run)...)
		}
	case opCut:
		r := &e.recs[i]
		r.Data = r.Data[:place%(len(r.Data)+1)]
	case opHeader:
		if b := e.own(i); len(b) > 0 {
			b[place%min(len(b), 128)] ^= 1 << (how & 7)
		}
	case opGrow, opShrink:
		e.resize(e.loaded(i), place, how, op == opShrink)
	default:
		e.payload(op, e.loaded(i), which, place, how)
	}
}

// loaded returns the first packet from i on that has payload, since most have
// none; i if there is none.
func (e *editor) loaded(i int) int {
	for k := range e.recs {
		j := (i + k) % len(e.recs)
		if _, start, _ := e.decode(j); start >= 0 {
			return j
		}
	}
	return i
}

// shift returns a time of up to a year and a half, both ways, in ns.
func shift(place int, how byte) int64 {
	d := int64(1+place) << (how & 0x3f % 40)
	if how&0x40 != 0 {
		return -d
	}
	return d
}

// own gives packet i its own copy of its data.
func (e *editor) own(i int) []byte {
	e.recs[i].Data = slices.Clone(e.recs[i].Data)
	return e.recs[i].Data
}

// decode decodes packet i, and returns its data and where in it the transport
// payload is; start is negative where there is none.
func (e *editor) decode(i int) (data []byte, start, end int) {
	r := &e.recs[i]
	packet.Decode(r.Link, r.Data, r.WireLen, &e.pkt)
	if e.pkt.Kind == packet.KindOther {
		return r.Data, -1, -1
	}
	start = offset(r.Data, e.pkt.Payload)
	return r.Data, start, start + len(e.pkt.Payload)
}

// offset returns where in data the slice sub of it starts, or -1.
func offset(data, sub []byte) int {
	off := cap(data) - cap(sub)
	if len(sub) == 0 || off < 0 || off >= len(data) || &data[off] != &sub[0] {
		return -1
	}
	return off
}

// limits are values at which arithmetic goes wrong.
var limits = [...]uint32{0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xc0, 0xfe, 0xff,
	0x100, 0x1ff, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff}

// payload changes the payload of packet i without a change of its length.
func (e *editor) payload(op byte, i, which, place int, how byte) {
	e.own(i)
	data, start, end := e.decode(i)
	if start < 0 {
		return
	}
	b := data[start:end]
	at := place % len(b)
	v := limits[int(how)%len(limits)]
	switch op {
	case opFlip:
		b[at] ^= 1 << (how & 7)
	case opSet:
		b[at] = byte(v)
	case opSet16:
		if at+2 <= len(b) {
			order(how).PutUint16(b[at:], uint16(v))
		}
	case opSet32:
		if at+4 <= len(b) {
			order(how).PutUint32(b[at:], v)
		}
	case opFill:
		for k := at; k < min(at+1+int(how&31), len(b)); k++ {
			b[k] = byte(limits[which%len(limits)])
		}
	case opCopy:
		copy(b[at:], b[int(how)%len(b):])
	case opSplice:
		from, s, t := e.decode(e.loaded((i + 1 + int(how)) % len(e.recs)))
		copy(b[at:], from[s:t])
	case opDigits:
		for k := range b {
			if k = (at + k) % len(b); b[k] >= '0' && b[k] <= '9' {
				for ; k < len(b) && b[k] >= '0' && b[k] <= '9'; k++ {
					b[k] = '0' + how%10
				}
				return
			}
		}
	}
}

// order returns the byte order that how asks for.
func order(how byte) binary.ByteOrder {
	if how&0x80 != 0 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// resize repeats a piece of the payload of packet i, or takes it out, and
// makes lengths and, unless how says otherwise, the later sequence numbers
// right.
func (e *editor) resize(i, place int, how byte, less bool) {
	data, start, end := e.decode(i)
	if start < 0 || e.pkt.Kind != packet.KindTCP && e.pkt.Kind != packet.KindUDP {
		return
	}
	p := e.pkt
	ip := offset(data, p.IP)
	at := start + place%(end-start)
	n := min(1+int(how&0x3f), end-at)
	r := &e.recs[i]
	if less {
		r.Data = slices.Concat(data[:at], data[at+n:])
		n = -n
	} else {
		if how&0x40 != 0 {
			n = min(end-at, 1400) // all of the rest
		}
		if len(data)+n > 60_000 {
			return
		}
		r.Data = slices.Concat(data[:at+n], data[at:])
	}
	r.WireLen = max(r.WireLen+n, len(r.Data))
	if ip >= 0 {
		add16(r.Data, ip+map[uint8]int{4: 2, 6: 4}[p.Version], n)
	}
	if p.Kind == packet.KindUDP {
		add16(r.Data, start-4, n)
		return
	}
	if how&0x80 != 0 {
		return
	}
	for j := i + 1; j < len(e.recs); j++ {
		e.move(j, &p, n)
	}
}

// add16 adds n to the number at b[at:].
func add16(b []byte, at, n int) {
	if at >= 0 && at+2 <= len(b) {
		binary.BigEndian.PutUint16(b[at:], uint16(int(binary.BigEndian.Uint16(b[at:]))+n))
	}
}

// move adds n to the sequence number of packet j, if it comes after p in the
// same stream, or to what it acknowledges, if it goes the other way.
func (e *editor) move(j int, p *packet.Packet, n int) {
	r := &e.recs[j]
	packet.Decode(r.Link, r.Data, r.WireLen, &e.pkt)
	q := &e.pkt
	if q.Kind != packet.KindTCP {
		return
	}
	ip := offset(r.Data, q.IP)
	if ip < 0 || ip+q.IPHeaderLen+20 > len(r.Data) {
		return
	}
	field := 0
	switch {
	case q.Src == p.Src && q.SrcPort == p.SrcPort && q.Dst == p.Dst && q.DstPort == p.DstPort:
		if field = 4; int32(q.Seq-p.Seq) <= 0 {
			return
		}
	case q.Src == p.Dst && q.SrcPort == p.DstPort && q.Dst == p.Src && q.DstPort == p.SrcPort:
		if field = 8; int32(q.Ack-p.Seq) <= 0 {
			return
		}
	default:
		return
	}
	field += ip + q.IPHeaderLen
	b := e.own(j)[field:]
	binary.BigEndian.PutUint32(b, binary.BigEndian.Uint32(b)+uint32(n))
}

// port moves all packets from or to the lower port of packet i to one of
// ports.
func (e *editor) port(i int, how byte) {
	e.decode(i)
	if e.pkt.Kind != packet.KindTCP && e.pkt.Kind != packet.KindUDP {
		return
	}
	from, kind, to := min(e.pkt.SrcPort, e.pkt.DstPort), e.pkt.Kind, ports[int(how)%len(ports)]
	for j := range e.recs {
		r := &e.recs[j]
		packet.Decode(r.Link, r.Data, r.WireLen, &e.pkt)
		q := &e.pkt
		at := offset(r.Data, q.IP)
		if q.Kind != kind || at < 0 || q.SrcPort != from && q.DstPort != from || at+q.IPHeaderLen+4 > len(r.Data) {
			continue
		}
		if at += q.IPHeaderLen; q.DstPort == from {
			at += 2
		}
		binary.BigEndian.PutUint16(e.own(j)[at:], to)
	}
}

// ports are those of the protocols with an analyzer.
var ports = [...]uint16{20, 21, 22, 23, 25, 53, 67, 68, 69, 79, 80, 88, 110, 123, 135, 137, 139, 143, 161, 389, 443, 445, 502,
	514, 587, 993, 1080, 1194, 1434, 1812, 1883, 3268, 3306, 3389, 4789, 5060, 5072, 5353, 5432, 5900, 6081, 6379, 6667,
	8080, 20000, 2152, 3544, 3128}
