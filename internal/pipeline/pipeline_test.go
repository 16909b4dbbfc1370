package pipeline

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/packet"
	"wirehunt/pcapfile"
	"wirehunt/zeeklog"
)

// frames is a Source of packets in memory.
type frames struct {
	recs []pcapfile.Record
	err  error // at the end; nil means io.EOF
}

func (s *frames) Next(b *capture.Batch) error {
	if len(s.recs) == 0 {
		if s.err != nil {
			return s.err
		}
		return io.EOF
	}
	n := min(len(s.recs), capture.BatchSize)
	b.Records = s.recs[:n]
	s.recs = s.recs[n:]
	return nil
}
func (s *frames) Progress() (int64, int64) { return 0, 0 }
func (s *frames) Close() error             { return nil }

// collect keeps what it is given as JSON lines, by log.
type collect struct {
	logs map[string]*bytes.Buffer
	last map[string]event.Order
	err  error // returned by Write
}

func (c *collect) Write(batches ...*event.Batch) error {
	if c.err != nil {
		return c.err
	}
	if c.logs == nil {
		c.logs, c.last = map[string]*bytes.Buffer{}, map[string]event.Order{}
	}
	for _, b := range batches {
		name := b.Log.Name
		if c.logs[name] == nil {
			c.logs[name] = new(bytes.Buffer)
		}
		for n := range b.Len() {
			if o := b.Order(n); o.Time < c.last[name].Time || n > 0 && o.Less(c.last[name]) {
				return fmt.Errorf("%s: row at %v comes after one at %v", name, o, c.last[name])
			}
			c.last[name] = b.Order(n)
		}
		if err := zeeklog.WriteBatch(c.logs[name], b, zeeklog.Options{JSON: true, Extra: true}); err != nil {
			return err
		}
	}
	return nil
}

func (c *collect) String() string {
	var names []string
	for n := range c.logs {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "== %s\n%s", n, c.logs[n])
	}
	return b.String()
}

func run(t testing.TB, src capture.Source, o Options) (string, Stats) {
	t.Helper()
	c := &collect{}
	st, err := Run(context.Background(), src, o, c)
	if err != nil {
		t.Fatal(err)
	}
	return c.String(), st
}

// ip wraps a transport segment in Ethernet and IPv4.
func ip(proto byte, src, dst [4]byte, seg []byte) []byte {
	b := make([]byte, 14+20, 14+20+len(seg))
	b[12] = 8
	h := b[14:]
	h[0], h[8], h[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(seg)))
	copy(h[12:], src[:])
	copy(h[16:], dst[:])
	return append(b, seg...)
}

func tcpSegment(src, dst uint16, seq, ack uint32, flags byte, data string) []byte {
	b := make([]byte, 20, 20+len(data))
	binary.BigEndian.PutUint16(b, src)
	binary.BigEndian.PutUint16(b[2:], dst)
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[8:], ack)
	b[12], b[13] = 5<<4, flags
	binary.BigEndian.PutUint16(b[14:], 1000)
	return append(b, data...)
}

func udpDatagram(src, dst uint16, data string) []byte {
	b := make([]byte, 8, 8+len(data))
	binary.BigEndian.PutUint16(b, src)
	binary.BigEndian.PutUint16(b[2:], dst)
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(data)))
	return append(b, data...)
}

// traffic makes conversations of all sorts between a few dozen hosts, mixed,
// with losses, repetitions and clock steps.
func traffic(seed uint64, n int) []pcapfile.Record {
	rng := rand.New(rand.NewPCG(seed, 1))
	host := func() [4]byte { return [4]byte{10, 0, 0, byte(1 + rng.IntN(30))} }
	type conv [][]byte
	var open []conv
	var recs []pcapfile.Record
	now := int64(1_700_000_000_000_000_000)
	add := func(b []byte) {
		recs = append(recs, pcapfile.Record{Time: now, Data: b, WireLen: len(b), Link: packet.LinkEthernet})
	}
	dialogue := func() conv {
		a, b := host(), host()
		sp, dp := uint16(1024+rng.IntN(3000)), []uint16{80, 22, 443, 8999, 21}[rng.IntN(5)]
		x, y := rng.Uint32(), rng.Uint32()
		var c conv
		fromA := func(flags byte, data string) {
			c = append(c, ip(6, a, b, tcpSegment(sp, dp, x, y, flags, data)))
			x += uint32(len(data))
		}
		fromB := func(flags byte, data string) {
			c = append(c, ip(6, b, a, tcpSegment(dp, sp, y, x, flags, data)))
			y += uint32(len(data))
		}
		switch rng.IntN(4) {
		case 0:
			for range 1 + rng.IntN(3) {
				c = append(c, ip(17, a, b, udpDatagram(sp, 53, "query")), ip(17, b, a, udpDatagram(53, sp, "answer")))
			}
			return c
		case 1:
			return conv{ip(1, a, b, []byte("\x08\x00\x00\x00\x00\x01\x00\x01ping")), ip(1, b, a, []byte("\x00\x00\x00\x00\x00\x01\x00\x01ping"))}
		}
		fromA(2, "")
		x++
		fromB(0x12, "")
		y++
		fromA(0x10, "")
		for i := range 1 + rng.IntN(4) {
			fromA(0x18, fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: host%d.example\r\n\r\n", i, rng.IntN(5)))
			fromB(0x18, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
		}
		if rng.IntN(2) == 0 {
			fromA(0x11, "")
			x++
			fromB(0x11, "")
			y++
			fromA(0x10, "")
		}
		return c
	}
	for len(recs) < n {
		for len(open) < 40 {
			open = append(open, dialogue())
		}
		i := rng.IntN(len(open))
		now += rng.Int64N(20_000_000)
		if rng.IntN(400) == 0 {
			now += rng.Int64N(100_000_000_000)
		}
		if rng.IntN(500) == 0 {
			now -= 50_000_000
		}
		switch rng.IntN(30) {
		case 0: // lost
		case 1:
			add(open[i][0])
			add(open[i][0])
		default:
			add(open[i][0])
		}
		if open[i] = open[i][1:]; len(open[i]) == 0 {
			open = slices.Delete(open, i, i+1)
		}
	}
	return recs
}

func TestShardsGiveTheSame(t *testing.T) {
	for seed := range uint64(4) {
		recs := traffic(seed, 20_000)
		want, st := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true, CommunityID: true})
		if st.Packets != uint64(len(recs)) || st.Flows < 1000 || st.Rows == 0 || st.Panics != 0 {
			t.Fatalf("stats %+v", st)
		}
		for _, n := range []int{2, 4, 7} {
			got, st2 := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: n, IgnoreChecksums: true, CommunityID: true})
			if got != want {
				t.Fatalf("seed %d: %d shards give other records than 1: %s", seed, n, firstDifference(got, want))
			}
			if st2.Packets != st.Packets || st2.Flows != st.Flows || st2.Rows != st.Rows {
				t.Fatalf("seed %d: %d shards count %+v, 1 counts %+v", seed, n, st2, st)
			}
		}
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}

// TestCaptures runs captures in one and in several shards: the repository's
// own, and those below the directory that WIREHUNT_CAPTURES names.
func TestCaptures(t *testing.T) {
	files, err := filepath.Glob("../../testdata/range/captures/*.pcap*")
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("WIREHUNT_CAPTURES"); dir != "" {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			switch filepath.Ext(path) {
			case ".pcap", ".pcapng", ".cap", ".trace":
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Skip("no captures in testdata/range/captures, and WIREHUNT_CAPTURES is not set")
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			var want string
			for _, n := range []int{1, 2, 3, 8} {
				src, err := capture.Open([]string{f}, capture.Options{})
				if err != nil {
					t.Fatal(err)
				}
				got, st := run(t, src, Options{Specs: all.Specs(), Shards: n, IgnoreChecksums: true})
				src.Close()
				if st.Panics != 0 {
					t.Fatalf("an analyzer panicked: %s", st.Panic)
				}
				if n == 1 {
					want = got
				} else if got != want {
					t.Fatalf("%d shards give other records than 1: %s", n, firstDifference(got, want))
				}
			}
		})
	}
}

func TestChecksums(t *testing.T) {
	a, b := [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}
	recs := func() []pcapfile.Record {
		f := ip(17, a, b, udpDatagram(5, 9, "x"))
		binary.BigEndian.PutUint16(f[14+20+6:], 0xbeef)
		// The IP header's own checksum has to be right.
		var sum uint32
		for i := 0; i < 20; i += 2 {
			sum += uint32(binary.BigEndian.Uint16(f[14+i:]))
		}
		sum = sum>>16 + sum&0xffff
		binary.BigEndian.PutUint16(f[14+10:], ^uint16(sum))
		return []pcapfile.Record{{Time: 1, Data: f, WireLen: len(f), Link: packet.LinkEthernet}}
	}
	got, st := run(t, &frames{recs: recs()}, Options{Shards: 1})
	if !strings.Contains(got, `"history":"C","orig_pkts":0`) || !strings.Contains(got, `"name":"bad_UDP_checksum"`) || st.Dropped["bad_UDP_checksum"] != 1 {
		t.Errorf("with checksums: %s %v", got, st.Dropped)
	}
	got, st = run(t, &frames{recs: recs()}, Options{Shards: 1, IgnoreChecksums: true})
	if !strings.Contains(got, `"history":"D","orig_pkts":1`) || len(st.Dropped) != 0 {
		t.Errorf("without checksums: %s %v", got, st.Dropped)
	}
}

// A fragment whose header is damaged does not become part of a packet.
func TestFragmentChecksum(t *testing.T) {
	seg := udpDatagram(5, 9, strings.Repeat("x", 24))
	first := ip(17, [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, seg[:16])
	first[14+6] = 0x20 // more fragments
	last := ip(17, [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, seg[16:])
	last[14+7] = 2 // at 16 bytes
	for _, f := range [][]byte{first, last} {
		binary.BigEndian.PutUint16(f[14+10:], 0x1234)
	}
	got, st := run(t, &frames{recs: records(first, last)}, Options{Shards: 1})
	if strings.Contains(got, "orig_pkts") || !strings.Contains(got, `"name":"bad_IP_checksum"`) || st.Dropped["bad_IP_checksum"] != 2 {
		t.Errorf("with checksums: %s %v", got, st.Dropped)
	}
	got, st = run(t, &frames{recs: records(first, last)}, Options{Shards: 1, IgnoreChecksums: true})
	if !strings.Contains(got, `"orig_ip_bytes":52`) || len(st.Dropped) != 0 {
		t.Errorf("without checksums: %s %v", got, st.Dropped)
	}
}

func TestUIDsAreStableAndDistinct(t *testing.T) {
	a, b := [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}
	var recs []pcapfile.Record
	for i := range uint32(3) {
		// The same endpoints three times at the same time.
		f := ip(6, a, b, tcpSegment(5, 9, 1000*i, 0, 2, ""))
		r := ip(6, b, a, tcpSegment(9, 5, 0, 1000*i+1, 0x14, ""))
		recs = append(recs, pcapfile.Record{Time: 7, Data: f, WireLen: len(f), Link: packet.LinkEthernet},
			pcapfile.Record{Time: 7, Data: r, WireLen: len(r), Link: packet.LinkEthernet})
	}
	got, _ := run(t, &frames{recs: recs}, Options{Shards: 1, IgnoreChecksums: true, Seed: 1})
	again, _ := run(t, &frames{recs: recs}, Options{Shards: 1, IgnoreChecksums: true, Seed: 1})
	other, _ := run(t, &frames{recs: recs}, Options{Shards: 1, IgnoreChecksums: true, Seed: 2})
	if got != again || got == other {
		t.Error("uids do not depend on capture and seed alone")
	}
	uids := map[string]bool{}
	for _, part := range strings.Split(got, `"uid":"`)[1:] {
		uid, _, _ := strings.Cut(part, `"`)
		uids[uid] = true
	}
	if len(uids) != 3 {
		t.Errorf("%d uids for 3 connections: %s", len(uids), got)
	}
}

// TestOddTimes runs packets from before 1970 and from the end of time.
func TestOddTimes(t *testing.T) {
	recs := traffic(5, 2000)
	times := []int64{-1 << 63, -5, 0, 1<<63 - 1, 1e18, 1 << 62, 7}
	for i := range recs {
		recs[i].Time = times[i%len(times)]
	}
	want, st := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true})
	if st.Packets != 2000 || st.Flows == 0 {
		t.Fatalf("stats %+v", st)
	}
	if got, _ := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 3, IgnoreChecksums: true}); got != want {
		t.Fatalf("3 shards give other records than 1: %s", firstDifference(got, want))
	}
}

func TestErrors(t *testing.T) {
	boom := errors.New("boom")
	for _, n := range []int{1, 3} {
		recs := traffic(9, 5000)
		c := &collect{}
		st, err := Run(context.Background(), &frames{recs: recs, err: boom}, Options{Shards: n, IgnoreChecksums: true}, c)
		if err != boom || st.Packets != 5000 || c.logs["conn"].Len() == 0 {
			t.Errorf("%d shards, source fails: error %v, %d packets; want boom and all that was read", n, err, st.Packets)
		}
		if _, err = Run(context.Background(), &frames{recs: recs}, Options{Shards: n, IgnoreChecksums: true}, &collect{err: boom}); err != boom {
			t.Errorf("%d shards, sink fails: error %v", n, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err = Run(ctx, &frames{recs: recs}, Options{Shards: n}, &collect{}); err != context.Canceled {
			t.Errorf("%d shards, canceled: error %v", n, err)
		}
	}
}

func TestDedup(t *testing.T) {
	e := analyzer.NewEngine(nil, analyzer.Options{})
	at := func(ns int64) { e.SetTime(ns) }
	a, b, c := packet.AddrFrom4([]byte{1, 1, 1, 1}), packet.AddrFrom4([]byte{2, 2, 2, 2}), packet.AddrFrom4([]byte{3, 3, 3, 3})
	at(1)
	e.FlowWeird(a, b, 0, "", "routing0_hdr", "")
	e.FlowWeird(a, b, 0, "", "routing0_hdr", "") // repeated
	e.FlowWeird(a, c, 0, "", "routing0_hdr", "")
	e.FlowWeird(a, b, 0, "", "fragment_overlap", "")
	e.FlowWeird(a, c, 0, "", "fragment_overlap", "") // same originator
	e.FlowWeird(a, b, 0, "", "bad_IP_checksum", "")
	at(600e9)
	e.FlowWeird(a, b, 0, "", "routing0_hdr", "") // still repeated
	at(600e9 + 1)
	e.FlowWeird(a, b, 0, "", "routing0_hdr", "")
	e.FlowWeird(b, a, 0, "", "spontaneous_FIN", "") // never
	out := &collect{}
	m := newMerger(out, 1)
	p := &part{rows: e.Batches()}
	for _, b := range p.rows {
		p.refs = append(p.refs, sortRows(nil, b))
	}
	if err := m.write([]*part{p}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), `"name"`); got != 5 {
		t.Errorf("%d records, want 5:\n%s", got, out)
	}
}

func BenchmarkRun(b *testing.B) {
	recs := traffic(1, 50_000)
	size := 0
	for i := range recs {
		size += len(recs[i].Data)
	}
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprintf("shards=%d", n), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := Run(context.Background(), &frames{recs: recs}, Options{Specs: all.Specs(), Shards: n, IgnoreChecksums: true}, discard{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(recs)), "ns/packet")
		})
	}
}

type discard struct{}

func (discard) Write(...*event.Batch) error { return nil }

// FuzzRun feeds frames cut from arbitrary bytes.
func FuzzRun(f *testing.F) {
	for seed := range uint64(3) {
		var b []byte
		for _, r := range traffic(seed, 8) {
			b = append(b, byte(len(r.Data)))
			b = append(b, r.Data...)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var recs []pcapfile.Record
		for now := int64(1e18); len(b) > 1; now += 1e6 {
			n := min(int(b[0]), len(b)-1)
			recs = append(recs, pcapfile.Record{Time: now, Data: b[1 : 1+n], WireLen: n, Link: packet.LinkEthernet})
			b = b[1+n:]
		}
		got, st := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true})
		if st.Panics != 0 {
			t.Fatalf("an analyzer panicked: %s", st.Panic)
		}
		if again, _ := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true}); again != got {
			t.Fatalf("two runs differ: %s", firstDifference(again, got))
		}
	})
}
