package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"wirehunt/packet"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// pcapFile builds a pcap file; the last record may be cut by the caller.
func pcapFile(order binary.AppendByteOrder, magic, snap, network uint32, recs ...[]byte) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	for _, v := range []uint32{0, 0, snap, network} {
		b = order.AppendUint32(b, v)
	}
	for i, r := range recs {
		for _, v := range []uint32{uint32(100 + i), uint32(7 + i), uint32(len(r)), uint32(len(r) + 10)} {
			b = order.AppendUint32(b, v)
		}
		if magic == magicModified {
			b = append(b, make([]byte, 8)...)
		}
		b = append(b, r...)
	}
	return b
}

// ngBlock builds a pcapng block.
func ngBlock(order binary.AppendByteOrder, kind uint32, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	all = append(all, make([]byte, -len(all)&3)...)
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, uint32(12+len(all)))
	b = append(b, all...)
	return order.AppendUint32(b, uint32(12+len(all)))
}

func words(order binary.AppendByteOrder, v ...uint32) (b []byte) {
	for _, x := range v {
		b = order.AppendUint32(b, x)
	}
	return b
}

// link is the first word of an interface block.
func link(order binary.AppendByteOrder, l uint16) []byte {
	return order.AppendUint16(order.AppendUint16(nil, l), 0)
}

func option(order binary.AppendByteOrder, code uint16, v ...byte) []byte {
	b := order.AppendUint16(order.AppendUint16(nil, code), uint16(len(v)))
	b = append(b, v...)
	return append(b, make([]byte, -len(v)&3)...)
}

// ngFile has two sections, interfaces of several resolutions, and blocks of
// every kind.
func ngFile(order binary.AppendByteOrder) []byte {
	section := ngBlock(order, blockSection, words(order, byteOrderMagic), order.AppendUint16(nil, 1), order.AppendUint16(nil, 0), words(order, 0xffffffff, 0xffffffff),
		option(order, 1, []byte("a comment")...))
	ts := func(v uint64) []byte { return words(order, uint32(v>>32), uint32(v)) }
	offset := order.AppendUint64(nil, 5)
	return bytes.Join([][]byte{
		section,
		ngBlock(order, blockInterface, link(order, 1), words(order, 0), option(order, 2, []byte("eth0")...)),
		ngBlock(order, blockInterface, link(order, 101), words(order, 3), option(order, 9, 9), option(order, 14, offset...), option(order, 0)),
		ngBlock(order, blockInterface, link(order, 113), words(order, 0), option(order, 9, 0x80|10)),
		ngBlock(order, blockInterface, link(order, 113), words(order, 0), option(order, 9, 12)),
		ngBlock(order, blockEnhanced, words(order, 0), ts(1_000_001), words(order, 3, 30), []byte("abc"), option(order, 1, 'x')),
		ngBlock(order, 4, make([]byte, 40)),
		ngBlock(order, blockEnhanced, words(order, 1), ts(2_000_000_002), words(order, 4, 4), []byte("defg")),
		ngBlock(order, blockEnhanced, words(order, 2), ts(3<<10|512), words(order, 1, 1), []byte("h")),
		ngBlock(order, blockEnhanced, words(order, 3), ts(4_000_000_005_999), words(order, 1, 1), []byte("i")),
		ngBlock(order, blockPacket, order.AppendUint16(nil, 1), order.AppendUint16(nil, 0), ts(1), words(order, 2, 9), []byte("jk")),
		ngBlock(order, blockSimple, words(order, 5), []byte("lmnop")),
		section,
		ngBlock(order, blockInterface, link(order, 228), words(order, 3)),
		ngBlock(order, blockSimple, words(order, 5), []byte("qrst")),
	}, nil)
}

// list reads all packets and prints them, and the error.
func list(t *testing.T, in io.Reader) string {
	t.Helper()
	rd, err := NewReader(in)
	if err != nil {
		return err.Error()
	}
	defer rd.Close()
	var s strings.Builder
	var rec Record
	for {
		if err := rd.Next(&rec); err != nil {
			if again := rd.Next(&rec); again != err {
				t.Errorf("error %v, then %v", err, again)
			}
			if err != io.EOF {
				s.WriteString(err.Error())
			}
			return s.String()
		}
		fmt.Fprintf(&s, "%d %d/%d %q %d @%d\n", rec.Time, rec.Interface, rec.Link, rec.Data, rec.WireLen, rec.Offset)
	}
}

func TestReadPcap(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	micros := "100000007000 0/1 \"one\" 13 @24\n101000008000 0/1 \"three\" 15 @43\n"
	nanos := "100000000007 0/1 \"one\" 13 @24\n101000000008 0/1 \"three\" 15 @43\n"
	modified := strings.Replace(micros, "@43", "@51", 1)
	recs := [][]byte{[]byte("one"), []byte("three")}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"micro", pcapFile(le, magicMicros, 65535, 1, recs...), micros},
		{"micro big-endian", pcapFile(be, magicMicros, 65535, 1, recs...), micros},
		{"nano", pcapFile(le, magicNanos, 0, 1, recs...), nanos},
		{"nano big-endian", pcapFile(be, magicNanos, 1<<31, 1, recs...), nanos},
		{"modified", pcapFile(le, magicModified, 65535, 1, recs...), modified},
		{"fcs length in the link type", pcapFile(le, magicMicros, 65535, 0x24000001, recs...), micros},
		{"no packets", pcapFile(le, magicMicros, 65535, 1), ""},
		{"empty packet", pcapFile(le, magicMicros, 65535, 1, nil), "100000007000 0/1 \"\" 10 @24\n"},
		{"cut packet", pcapFile(le, magicMicros, 65535, 1, recs...)[:60], micros[:30] + "capture is cut off in the packet at offset 43"},
		{"cut record header", pcapFile(le, magicMicros, 65535, 1, recs...)[:44], micros[:30] + "capture is cut off in the header of a packet at offset 43"},
		{"cut file header", pcapFile(le, magicMicros, 65535, 1)[:20], "capture is cut off in the file header at offset 0"},
		{"huge packet", append(pcapFile(le, magicMicros, 1<<31, 1, recs[0]), bytes.Repeat([]byte{0xff}, 30)...),
			"100000007000 0/1 \"one\" 13 @24\ndamaged capture: packet of 4294967295 bytes at offset 43"},
		{"packet over the limit", append(pcapFile(le, magicMicros, 96, 1), words(le, 0, 0, usualSnapLen+1, usualSnapLen+1)...),
			"damaged capture: packet of 262145 bytes at offset 24"},
		{"version", append(words(le, magicMicros, 9), make([]byte, 16)...), "damaged capture: pcap version 9.0, want 2.4 at offset 0"},
		{"empty", nil, "empty file, not a capture"},
		{"short", []byte("ab"), `not a capture file: starts with "ab", want pcap or pcapng`},
		{"text", []byte("#separator \\x09\n#set_separator"), `not a capture file: starts with "#separator \\x09\n", want pcap or pcapng`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := list(t, bytes.NewReader(c.file)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := list(t, iotest.OneByteReader(bytes.NewReader(c.file))); got != c.want {
				t.Errorf("byte by byte: got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestSwappedLengths(t *testing.T) {
	f := pcapFile(binary.LittleEndian, magicMicros, 65535, 1, []byte("one"))
	f[6] = 3
	binary.LittleEndian.PutUint32(f[24+8:], 13)
	binary.LittleEndian.PutUint32(f[24+12:], 3)
	if got := list(t, bytes.NewReader(f)); got != "100000007000 0/1 \"one\" 13 @24\n" {
		t.Error(got)
	}
}

func TestReadPcapng(t *testing.T) {
	want := `1000001000 0/1 "abc" 30 @172
7000000002 1/101 "defg" 4 @268
3500000000 2/113 "h" 1 @304
4000000005 3/113 "i" 1 @340
5000000001 1/101 "jk" 9 @376
5000000001 0/1 "lmnop" 5 @412
5000000001 0/228 "qrs" 5 @500
`
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		f := ngFile(order)
		if got := list(t, bytes.NewReader(f)); got != want {
			t.Errorf("%v: got\n%s\nwant\n%s", order, got, want)
		}
		if got := list(t, iotest.OneByteReader(bytes.NewReader(f))); got != want {
			t.Errorf("%v, byte by byte: got\n%s\nwant\n%s", order, got, want)
		}
	}
	rd, err := NewReader(bytes.NewReader(ngFile(binary.LittleEndian)))
	if err != nil {
		t.Fatal(err)
	}
	var rec Record
	if err := rd.Next(&rec); err != nil {
		t.Fatal(err)
	}
	if f := rd.Interfaces(); len(f) != 4 || f[0].Name != "eth0" || f[1].SnapLen != 3 || f[2].Link != packet.LinkSLL {
		t.Errorf("interfaces %+v", f)
	}
}

func TestBadPcapng(t *testing.T) {
	le := binary.LittleEndian
	section := ngBlock(le, blockSection, words(le, byteOrderMagic, 1, 0xffffffff, 0xffffffff))
	iface := ngBlock(le, blockInterface, link(le, 1), words(le, 0))
	for _, c := range []struct {
		name string
		file [][]byte
		want string
	}{
		{"cut section", [][]byte{section[:20]}, "capture is cut off in the section header at offset 0"},
		{"no byte order", [][]byte{words(le, blockSection, 28, 0, 1, 0, 0, 28)}, "damaged capture: section header without byte order at offset 0"},
		{"version", [][]byte{words(le, blockSection, 28, byteOrderMagic, 2, 0, 0, 28)}, "damaged capture: pcapng version 2, want 1 at offset 0"},
		{"section length", [][]byte{words(le, blockSection, 8, byteOrderMagic, 1, 0, 0, 28)}, "damaged capture: section header of 8 bytes at offset 0"},
		{"cut block", [][]byte{section, iface[:16]}, "capture is cut off in the block at offset 28"},
		{"cut unknown block", [][]byte{section, ngBlock(le, 99, make([]byte, 50))[:40]}, "capture is cut off in the block at offset 28"},
		{"cut block header", [][]byte{section, iface[:7]}, "capture is cut off in the header of a block at offset 28"},
		{"length not of 4", [][]byte{section, words(le, 6, 33, 0)}, "damaged capture: block of 33 bytes at offset 28"},
		{"length huge", [][]byte{section, words(le, 6, 0x7ffffff0, 0)}, "damaged capture: block of 2147483632 bytes at offset 28"},
		{"no interface", [][]byte{section, ngBlock(le, blockEnhanced, words(le, 0, 0, 0, 0, 0))}, "damaged capture: packet of interface 0, which is not described at offset 28"},
		{"packet too long", [][]byte{section, iface, ngBlock(le, blockEnhanced, words(le, 0, 0, 0, 9, 9), []byte("abcd"))}, "damaged capture: packet of 9 bytes in a block of 36 at offset 48"},
		{"short packet", [][]byte{section, iface, ngBlock(le, blockEnhanced, words(le, 0, 0))}, "damaged capture: short packet block at offset 48"},
		{"short interface", [][]byte{section, ngBlock(le, blockInterface)}, "damaged capture: short interface block at offset 28"},
	} {
		if got := list(t, bytes.NewReader(bytes.Join(c.file, nil))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func compress(t testing.TB, how Compression, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch how {
	case Gzip:
		w = gzip.NewWriter(&out)
	case Zstd:
		z, err := zstd.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	default:
		return b
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCompression(t *testing.T) {
	plain := ngFile(binary.LittleEndian)
	want := list(t, bytes.NewReader(plain))
	for _, how := range []Compression{Plain, Gzip, Zstd} {
		z := compress(t, how, plain)
		if got := list(t, bytes.NewReader(z)); got != want {
			t.Errorf("%v: got\n%s\nwant\n%s", how, got, want)
		}
		rd, err := NewReader(iotest.OneByteReader(bytes.NewReader(z)))
		if err != nil {
			t.Fatal(err)
		}
		if rd.Compression() != how {
			t.Errorf("compression %v, want %v", rd.Compression(), how)
		}
		rd.Close()
		if how == Plain {
			continue
		}
		// Cut and damaged.
		if got := list(t, bytes.NewReader(z[:len(z)/2])); !strings.Contains(got, "cut off") {
			t.Errorf("%v, cut: %s", how, got)
		}
		bad := append([]byte(nil), z...)
		bad[len(bad)-2] ^= 0x55
		bad[len(bad)/2] ^= 0x55
		var format *FormatError
		rd, err = NewReader(bytes.NewReader(bad))
		var rec Record
		for err == nil {
			err = rd.Next(&rec)
		}
		if !errors.As(err, &format) {
			t.Errorf("%v, damaged: %v", how, err)
		}
		if got := list(t, bytes.NewReader(compress(t, how, nil))); got != "empty file, not a capture" {
			t.Errorf("%v of nothing: %s", how, got)
		}
	}
}

// failing fails after some bytes.
type failing struct {
	r   io.Reader
	err error
}

func (f *failing) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestInputError(t *testing.T) {
	broken := errors.New("disk on fire")
	f := pcapFile(binary.LittleEndian, magicMicros, 65535, 1, []byte("one"))
	for n := range len(f) {
		rd, err := NewReader(&failing{bytes.NewReader(f[:n]), broken})
		var rec Record
		for err == nil {
			err = rd.Next(&rec)
		}
		if err != broken {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

func TestReadBatch(t *testing.T) {
	// More than several buffers, packets of all sizes, batches held for long.
	var file bytes.Buffer
	w := NewWriter(&file, packet.LinkEthernet)
	const packets = 3000
	data := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, (i*7919)%1600) }
	for i := range packets {
		if err := w.Write(&Record{Time: int64(i), Data: data(i), WireLen: 2000}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, in := range []io.Reader{bytes.NewReader(file.Bytes()), iotest.HalfReader(bytes.NewReader(file.Bytes()))} {
		rd, err := NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		type batch struct {
			recs []Record
			buf  *Buffer
		}
		var held []batch
		next := 0
		check := func(b batch) {
			for _, r := range b.recs {
				if r.Time != int64(next) || !bytes.Equal(r.Data, data(next)) || r.WireLen != 2000 {
					t.Fatalf("packet %d is wrong", next)
				}
				next++
			}
			b.buf.Release()
		}
		for {
			recs := make([]Record, 256)
			n, buf, err := rd.ReadBatch(recs)
			if err == io.EOF {
				break
			}
			if err != nil || n == 0 {
				t.Fatal(n, err)
			}
			held = append(held, batch{recs[:n], buf})
			if len(held) == 8 {
				check(held[0])
				held = held[1:]
			}
		}
		rd.Close()
		for _, b := range held {
			check(b)
		}
		if next != packets {
			t.Fatalf("%d packets", next)
		}
	}
}

func TestLargePacket(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	f := pcapFile(binary.LittleEndian, magicNanos, 4<<20, 1, []byte("one"), big, []byte("two"))
	rd, err := NewReader(bytes.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	var rec Record
	for _, want := range [][]byte{[]byte("one"), big, []byte("two")} {
		if err := rd.Next(&rec); err != nil || !bytes.Equal(rec.Data, want) {
			t.Fatalf("%d bytes, %v; want %d", len(rec.Data), err, len(want))
		}
	}
	// A length without the bytes must not cost the memory.
	f = append(pcapFile(binary.LittleEndian, magicNanos, maxPacket, 1), words(binary.LittleEndian, 0, 0, maxPacket, maxPacket)...)
	rd, err = NewReader(bytes.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	var cut *TruncatedError
	if err := rd.Next(&rec); !errors.As(err, &cut) || cut.Offset != 24 {
		t.Fatal(err)
	}
	if len(rd.buf.b) > 2*bufferSize {
		t.Errorf("took %d bytes of memory", len(rd.buf.b))
	}
}

func TestWriters(t *testing.T) {
	recs := []Record{
		{Time: 1_700_000_000_123_456_789, Data: []byte("hello"), WireLen: 9},
		{Time: 1_700_000_001_000_000_000, Data: []byte("raw"), WireLen: 3, Interface: 1},
	}
	var pcap, ng bytes.Buffer
	w := NewWriter(&pcap, packet.LinkRaw)
	n := NewWriterNG(&ng)
	if err := n.Write(&recs[0]); err == nil {
		t.Error("wrote a packet without interface")
	}
	n.AddInterface(packet.LinkRaw)
	if id := n.AddInterface(packet.LinkEthernet); id != 1 {
		t.Errorf("second interface is %d", id)
	}
	for i := range recs {
		if err := n.Write(&recs[i]); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&recs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), n.Flush()); err != nil {
		t.Fatal(err)
	}
	want := "1700000000123456789 0/101 \"hello\" 9 @24\n1700000001000000000 0/101 \"raw\" 3 @45\n"
	if got := list(t, &pcap); got != want {
		t.Errorf("pcap: got\n%s\nwant\n%s", got, want)
	}
	want = "1700000000123456789 0/101 \"hello\" 9 @92\n1700000001000000000 1/1 \"raw\" 3 @132\n"
	if got := list(t, &ng); got != want {
		t.Errorf("pcapng: got\n%s\nwant\n%s", got, want)
	}
}

func TestNoAllocations(t *testing.T) {
	f := pcapFile(binary.LittleEndian, magicMicros, 65535, 1, bytes.Split(bytes.Repeat([]byte("packet "), 5000), []byte(" "))...)
	rd, err := NewReader(bytes.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	recs := make([]Record, 16)
	if n := testing.AllocsPerRun(200, func() {
		_, buf, err := rd.ReadBatch(recs)
		if err != nil {
			t.Fatal(err)
		}
		buf.Release()
	}); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

func FuzzReader(f *testing.F) {
	le, be := binary.LittleEndian, binary.BigEndian
	for _, b := range [][]byte{
		pcapFile(le, magicMicros, 65535, 1, []byte("one"), []byte("three")),
		pcapFile(be, magicModified, 65535, 1, []byte("one")),
		ngFile(le), ngFile(be), []byte("#fields"),
	} {
		f.Add(b)
		f.Add(compress(f, Gzip, b))
		f.Add(compress(f, Zstd, b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rd, err := NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		defer rd.Close()
		recs := make([]Record, 7)
		last := int64(-1)
		for {
			n, buf, err := rd.ReadBatch(recs)
			if err != nil {
				return
			}
			for _, r := range recs[:n] {
				if r.WireLen < len(r.Data) || r.Offset <= last {
					t.Fatalf("record %+v after offset %d", r, last)
				}
				last = r.Offset
			}
			buf.Release()
		}
	})
}

func BenchmarkReader(b *testing.B) {
	pkt := make([]byte, 600)
	recs := make([][]byte, 100_000)
	for i := range recs {
		recs[i] = pkt
	}
	le := binary.LittleEndian
	ng := [][]byte{ngBlock(le, blockSection, words(le, byteOrderMagic, 1, 0, 0)), ngBlock(le, blockInterface, link(le, 1), words(le, 0))}
	for range recs {
		ng = append(ng, ngBlock(le, blockEnhanced, words(le, 0, 0, 0, 600, 600), pkt))
	}
	for name, file := range map[string][]byte{
		"pcap":   pcapFile(le, magicMicros, 65535, 1, recs...),
		"pcapng": bytes.Join(ng, nil),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			batch := make([]Record, 256)
			for b.Loop() {
				rd, err := NewReader(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				for {
					_, buf, err := rd.ReadBatch(batch)
					if err != nil {
						break
					}
					buf.Release()
				}
				rd.Close()
			}
		})
	}
}
