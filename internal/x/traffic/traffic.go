// Package traffic makes packets that try the limits of memory: a flood of
// connection attempts, and one connection that carries very much.  It gives
// them as a capture.Source, so that no captures have to be kept.
package traffic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"wirehunt/internal/capture"
	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// Source makes packets by a function.  It implements capture.Source.
type Source struct {
	next func(r *pcapfile.Record) bool
}

// Next implements capture.Source.
func (s *Source) Next(b *capture.Batch) error {
	// A batch is used while the next one is made: its packets are its own.
	records := make([]pcapfile.Record, 0, capture.BatchSize)
	for len(records) < capture.BatchSize {
		var r pcapfile.Record
		if !s.next(&r) {
			break
		}
		records = append(records, r)
	}
	b.Records = records
	if len(records) == 0 {
		return io.EOF
	}
	return nil
}

// Progress implements capture.Source.
func (s *Source) Progress() (read, total int64) { return 0, 0 }

// Close implements capture.Source.
func (s *Source) Close() error { return nil }

// WriteTo writes all packets as a pcap file.
func (s *Source) WriteTo(out io.Writer) (n int64, err error) {
	w := pcapfile.NewWriter(out, packet.LinkEthernet)
	for {
		var b capture.Batch
		if err := s.Next(&b); errors.Is(err, io.EOF) {
			return n, w.Flush()
		}
		for i := range b.Records {
			if err := w.Write(&b.Records[i]); err != nil {
				return n, err
			}
			n++
		}
	}
}

// start is the time of the first packet, ns since 1970.
const start = int64(1_700_000_000e9)

// Flags of TCP.
const (
	syn = 0x02
	psh = 0x08
	ack = 0x10
)

// server is where all connections go.
var server = [4]byte{192, 0, 2, 1}

// SYNFlood is n connection attempts from n sources, none of them local, 10 µs
// apart, none of which is answered.
func SYNFlood(n int) *Source {
	i := 0
	return &Source{next: func(r *pcapfile.Record) bool {
		if i == n {
			return false
		}
		client := [4]byte{240, byte(i >> 16), byte(i >> 8), byte(i)}
		set(r, start+int64(i)*10_000, segment(client, server, uint16(1024+i%60000), 80, uint32(i), 0, syn, nil))
		i++
		return true
	}}
}

// Payload bytes of a full segment.
const full = 1448

// Elephant is an HTTP reply with a body of the given size, a packet every
// 10 µs, with an acknowledgement after every second.
func Elephant(size int64) *Source {
	client := [4]byte{10, 0, 0, 1}
	const cport, sport = 40000, 80
	request := []byte("GET /image HTTP/1.1\r\nHost: server.example\r\n\r\n")
	reply := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", size)
	body := make([]byte, full+1024)
	for i := range body {
		body[i] = byte(i*i>>3 + i)
	}
	cseq, sseq := uint32(1), uint32(1) // wrap in long bodies
	sent, step := int64(0), 0
	return &Source{next: func(r *pcapfile.Record) bool {
		at := start + int64(step)*10_000
		var b []byte
		switch {
		case step == 0:
			b = segment(client, server, cport, sport, 0, 0, syn, nil)
		case step == 1:
			b = segment(server, client, sport, cport, 0, 1, syn|ack, nil)
		case step == 2:
			b = segment(client, server, cport, sport, cseq, sseq, psh|ack, request)
			cseq += uint32(len(request))
		case step == 3:
			b = segment(server, client, sport, cport, sseq, cseq, psh|ack, reply)
			sseq += uint32(len(reply))
		case step%3 == 0:
			b = segment(client, server, cport, sport, cseq, sseq, ack, nil)
		case sent == size:
			return false
		default:
			n := min(full, size-sent)
			b = segment(server, client, sport, cport, sseq, cseq, ack, body[sent%1024:][:n])
			sseq += uint32(n)
			sent += n
		}
		step++
		set(r, at, b)
		return true
	}}
}

func set(r *pcapfile.Record, at int64, b []byte) {
	*r = pcapfile.Record{Time: at, Data: b, WireLen: len(b), Link: packet.LinkEthernet}
}

// segment makes an Ethernet frame with a TCP segment over IPv4.  Checksums are
// left at 0.
func segment(src, dst [4]byte, sport, dport uint16, seq, acked uint32, flags byte, data []byte) []byte {
	b := make([]byte, 14+20+20+len(data))
	b[12] = 8 // IPv4
	ip := b[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+len(data)))
	copy(ip[12:], src[:])
	copy(ip[16:], dst[:])
	tcp := ip[20:]
	binary.BigEndian.PutUint16(tcp, sport)
	binary.BigEndian.PutUint16(tcp[2:], dport)
	binary.BigEndian.PutUint32(tcp[4:], seq)
	binary.BigEndian.PutUint32(tcp[8:], acked)
	tcp[12], tcp[13] = 5<<4, flags
	binary.BigEndian.PutUint16(tcp[14:], 0xffff)
	copy(tcp[20:], data)
	return b
}
