package flow

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wirehunt/packet"
)

// world is a Table whose flows leave a line each when they close.
type world struct {
	t      *Table
	log    []string
	data   map[uint32]string
	weirds []string
}

func newWorld(o Options) *world {
	w := &world{data: make(map[uint32]string)}
	if o.ServerPort == nil {
		o.ServerPort = ServerPort
	}
	w.t = NewTable(w, o)
	return w
}

func (w *world) Opened(f *Flow)                            { w.data[f.ID] = "" }
func (w *world) Data(f *Flow, d Dir, b []byte)             { w.data[f.ID] += fmt.Sprintf("%d:%s ", d, b) }
func (w *world) Gap(f *Flow, d Dir, n uint64)              { w.data[f.ID] += fmt.Sprintf("%d:<%d> ", d, n) }
func (w *world) EOF(f *Flow, d Dir)                        { w.data[f.ID] += fmt.Sprintf("%d:eof ", d) }
func (w *world) Datagram(f *Flow, d Dir, p *packet.Packet) {}
func (w *world) Weird(f *Flow, source, name string)        { w.weirds = append(w.weirds, name) }
func (w *world) Flipped(f *Flow)                           {}
func (w *world) Closed(f *Flow, at int64) {
	o, op := f.Addr(Orig)
	r, rp := f.Addr(Resp)
	n, b := f.Packets(Orig)
	m, c := f.Packets(Resp)
	w.log = append(w.log, fmt.Sprintf("%s:%d>%s:%d %s %s bytes %d/%d pkts %d/%d ip %d/%d missed %d dur %d end %d",
		o, op, r, rp, f.State(), f.History(), f.Bytes(Orig), f.Bytes(Resp), n, m, b, c, f.Missed, (f.Last-f.Start)/1e6, at/1e6))
}

var (
	hostA = packet.AddrFrom4([]byte{10, 0, 0, 1})
	hostB = packet.AddrFrom4([]byte{10, 0, 0, 2})
)

// send gives the table a packet between A:1000 and B:8999 unless other ports
// are set, ms milliseconds after the epoch.
func (w *world) send(ms int64, fromB bool, p packet.Packet) {
	p.Src, p.Dst = hostA, hostB
	if p.SrcPort == 0 && p.Kind != packet.KindICMP {
		p.SrcPort, p.DstPort = 1000, 8999
	}
	if fromB {
		p.Src, p.Dst = p.Dst, p.Src
		p.SrcPort, p.DstPort = p.DstPort, p.SrcPort
	}
	now := ms * 1e6
	f, side := w.t.Find(&p, now, now)
	w.t.Deliver(f, side, &p, now)
}

// tcp makes a segment of "FLAGS seq ack [data]", sequence numbers relative to
// isn and peer.
func tcp(isn, peer uint32, spec string) packet.Packet {
	p := packet.Packet{Kind: packet.KindTCP, Proto: protoTCP, Window: 1000}
	var flags, data string
	var seq, ack uint32
	fmt.Sscan(spec, &flags, &seq, &ack, &data)
	for _, c := range flags {
		switch c {
		case 'S':
			p.Flags |= packet.SYN
		case 'A':
			p.Flags |= packet.ACK
		case 'F':
			p.Flags |= packet.FIN
		case 'R':
			p.Flags |= packet.RST
		case 'W':
			p.Window = 0
		}
	}
	p.Seq, p.Payload = isn+seq, []byte(data)
	if p.Flags&packet.ACK != 0 {
		p.Ack = peer + ack
	}
	p.PayloadLen = len(data)
	p.IPLen = 40 + len(data)
	return p
}

func TestTCP(t *testing.T) {
	const hello = ">S 0 0|<SA 0 1|>A 1 1|"
	for _, tt := range []struct{ name, script, want, data string }{
		{"closed by both", hello + ">A 1 1 GET|<A 1 4 reply|>FA 4 6|<FA 6 5|>A 5 7",
			"SF ShADdFf bytes 3/5 pkts 5/3 ip 203/125", "0:GET 1:reply 0:eof 1:eof"},
		{"not closed", hello + ">A 1 1 GET", "S1 ShAD bytes 3/0 pkts 3/1", "0:GET"},
		{"no answer", ">S 0 0", "S0 S bytes 0/0 pkts 1/0", ""},
		{"rejected", ">S 0 0|<RA 0 1", "REJ Sr bytes 0/0 pkts 1/1", "1:eof"},
		{"reset by originator", hello + ">A 1 1 x|>R 2 0", "RSTO ShADR bytes 1/0 pkts 4/1", "0:x 0:eof"},
		{"reset by responder", hello + ">A 1 1 x|<R 1 0", "RSTR ShADr bytes 1/0", "0:x 1:eof"},
		{"SYN then RST", ">S 0 0|>R 1 0", "RSTOS0 SR", "0:eof"},
		{"SYN then FIN", ">S 0 0|>F 1 0", "SH SF", "0:eof"},
		{"half closed by originator", hello + ">FA 1 1", "S2 ShAF", "0:eof"},
		{"half closed by responder", hello + "<FA 1 1", "S3 ShAf", "1:eof"},
		{"midstream", ">A 5 5 abc|<A 5 8 de", "OTH Dd bytes 3/2", "0:abc 1:de"},
		{"retransmission", hello + ">A 1 1 abc|>A 1 1 abc|<A 1 4", "S1 ShADTa bytes 3/0", "0:abc"},
		{"out of order", hello + ">A 4 1 def|>A 1 1 abc", "S1 ShADT bytes 6/0", "0:abc 0:def"},
		{"gap", hello + ">A 4 1 def|<A 1 7", "S1 ShADaG bytes 6/0 pkts 3/2 ip 123/80 missed 3", "0:<3> 0:def"},
		{"zero window once in ten", hello + strings.Repeat("<AW 1 1|", 12), "S1 ShAaww", ""},
		{"inconsistent flags", hello + ">FR 1 0", "RSTO ShAI", "0:eof"},
		{"SYN and FIN", ">SF 0 0", "SH Q", "0:eof"},
		{"SYN answered with an ACK first", ">S 0 0|<A 1 1|<SA 0 1|>A 1 1", "S1 SahA", ""},
		{"SYN and ACK first", "<SA 0 1|>A 1 1|>A 1 1 x|<A 1 2", "OTH ^hADa bytes 1/0 pkts 2/2", ""},
		{"FIN waits for data", hello + ">A 1 1 abc|>FA 7 1|<A 1 4|>A 4 1 def|<FA 1 8", "SF ShADFaTf bytes 6/0", "0:abc 0:def 0:eof 1:eof"},
		{"two SYNs", ">S 0 0|>S 0 0|<SA 0 1|<SA 0 1", "S1 Sh", ""},
		{"closed, then the other resets", hello + ">FA 1 1|<R 1 0", "RSTR ShAFr", "0:eof 1:eof"},
		{"FIN, RST, FIN", hello + ">FA 1 1|>R 2 0|<FA 1 2", "SF ShAFRf", "0:eof 1:eof"},
	} {
		for _, isn := range []uint32{0x1000, 0xfffffffe, 0xfffffff0} {
			t.Run(fmt.Sprintf("%s/%x", tt.name, isn), func(t *testing.T) {
				w := newWorld(Options{})
				for i, s := range strings.Split(strings.TrimSuffix(tt.script, "|"), "|") {
					fromB := s[0] == '<'
					mine, peer := isn, isn+0x5000
					if fromB {
						mine, peer = peer, mine
					}
					w.send(int64(i), fromB, tcp(mine, peer, s[1:]))
				}
				if w.t.Stats.Live != 1 {
					t.Fatalf("%d flows, want 1", w.t.Stats.Live)
				}
				if got := strings.TrimSpace(w.data[0]); tt.data != "" && got != tt.data {
					t.Errorf("delivered %q, want %q", got, tt.data)
				}
				w.t.CloseAll(1e9)
				_, got, _ := strings.Cut(w.log[0], " ")
				if !strings.HasPrefix(got, tt.want+" ") {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		}
	}
}

func TestTimers(t *testing.T) {
	type pkt struct {
		ms    int64
		fromB bool
		p     packet.Packet
	}
	seg := func(ms int64, fromB bool, spec string) pkt { return pkt{ms, fromB, tcp(100, 100, spec)} }
	udp := packet.Packet{Kind: packet.KindUDP, Proto: protoUDP}
	open := []pkt{seg(0, false, "S 0 0"), seg(1, true, "SA 0 1"), seg(2, false, "A 1 1")}
	for _, tt := range []struct {
		name string
		pkts []pkt
		want []string // end of the flows closed before the last packet
	}{
		{"unanswered SYN", []pkt{seg(0, false, "S 0 0"), seg(4999, false, "S 0 0"), seg(5000, false, "S 0 0")}, []string{"end 5000"}},
		{"closed", append(open[:3:3], seg(10, false, "FA 1 1"), seg(20, true, "FA 1 2"), seg(5019, false, "A 2 2"), seg(5020, false, "A 2 2")), []string{"end 5020"}},
		{"reset", append(open[:3:3], seg(10, false, "R 1 0"), seg(5010, false, "A 1 1")), []string{"end 5010"}},
		{"idle TCP", append(open[:3:3], seg(300_001, false, "A 1 1"), seg(600_001, false, "A 1 1")), []string{"end 600001"}},
		{"half closed and silent", append(open[:3:3], seg(10, false, "FA 1 1"), seg(200_000, true, "A 1 2"), seg(400_000, true, "A 1 2")), nil},
		{"RST after FIN", append(open[:3:3], seg(10, false, "FA 1 1"), seg(20, false, "R 2 0"), seg(5019, true, "A 1 2"), seg(5020, true, "A 1 2")), []string{"end 5020"}},
		{"idle UDP", []pkt{{0, false, udp}, {59_999, true, udp}, {119_998, true, udp}, {179_998, true, udp}}, []string{"end 179998"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(Options{})
			for _, p := range tt.pkts {
				w.send(p.ms, p.fromB, p.p)
			}
			if len(w.log) != len(tt.want) {
				t.Fatalf("closed %q, want %q", w.log, tt.want)
			}
			for i := range w.log {
				if !strings.HasSuffix(w.log[i], tt.want[i]) {
					t.Errorf("closed %q, want %q", w.log[i], tt.want[i])
				}
			}
		})
	}
}

func TestAdvanceIsExact(t *testing.T) {
	w := newWorld(Options{})
	w.send(0, false, packet.Packet{Kind: packet.KindUDP, Proto: protoUDP})
	w.t.Advance(59_999_999_999)
	if len(w.log) != 0 {
		t.Fatalf("closed early: %v", w.log)
	}
	w.t.Advance(60_000_000_000)
	if len(w.log) != 1 || w.t.Stats.Live != 0 {
		t.Fatalf("not closed in time: %v, %d live", w.log, w.t.Stats.Live)
	}
}

func TestSessionTimer(t *testing.T) {
	w := newWorld(Options{})
	udp := packet.Packet{Kind: packet.KindUDP, Proto: protoUDP}
	w.send(0, false, udp)
	w.t.SessionTimer(w.t.Flow(0), 0, 10e9, 9e9)
	w.send(1500, true, udp)
	w.send(10_100, false, udp) // 8.5 s idle at 10 s: stays
	w.send(20_100, false, udp) // 9.9 s idle at 20 s: gone
	if len(w.log) != 1 || !strings.HasSuffix(w.log[0], "end 20000") {
		t.Errorf("closed %q, want one at 20000 ms", w.log)
	}
}

// lateTimers sets timers on flows that close, as analyzers do that are found
// in the last bytes only.
type lateTimers struct{ *world }

func (w lateTimers) Closed(f *Flow, at int64) {
	w.t.SetInactivity(f, 1)
	w.t.SessionTimer(f, at, 1, 1)
	w.world.Closed(f, at)
}

func TestTimersOfClosed(t *testing.T) {
	w := newWorld(Options{})
	w.t.h = lateTimers{w}
	// The first flow ends because the second has its endpoints, that one
	// because the third comes long after.
	w.send(0, false, tcp(1000, 0, "S 0 0"))
	w.send(1000, false, tcp(5000, 0, "S 0 0"))
	w.send(1000_000, false, tcp(9000, 0, "S 0 0"))
	w.t.Advance(5000_000e6)
	if len(w.log) != 3 || w.t.Stats.Live != 0 {
		t.Errorf("%d flows are open, closed are\n%s", w.t.Stats.Live, strings.Join(w.log, "\n"))
	}
}

func TestReuse(t *testing.T) {
	w := newWorld(Options{})
	w.send(0, false, tcp(100, 500, "S 0 0"))
	w.send(1, true, tcp(500, 100, "SA 0 1"))
	w.send(2, false, tcp(100, 500, "FA 1 1"))
	w.send(3, true, tcp(500, 100, "FA 1 2"))
	w.send(100, false, tcp(9000, 0, "S 0 0"))
	if len(w.log) != 1 || w.t.Stats.Flows != 2 || strings.Join(w.weirds, " ") != "premature_connection_reuse" {
		t.Errorf("closed %q, %d flows, weirds %q", w.log, w.t.Stats.Flows, w.weirds)
	}
}

func TestWhoIsOriginator(t *testing.T) {
	udp := packet.Packet{Kind: packet.KindUDP, Proto: protoUDP, UDPLen: 5, PayloadLen: 5, IPLen: 33}
	ports := func(p packet.Packet, src, dst uint16) packet.Packet {
		p.SrcPort, p.DstPort = src, dst
		return p
	}
	for _, tt := range []struct {
		name string
		p    packet.Packet
		want string
	}{
		{"UDP request", ports(udp, 4000, 53), "10.0.0.1:4000>10.0.0.2:53 S0 D bytes 5/0 pkts 1/0 ip 33/0"},
		{"UDP reply first", ports(udp, 53, 4000), "10.0.0.2:4000>10.0.0.1:53 SHR ^d bytes 0/5 pkts 0/1 ip 0/33"},
		{"UDP between servers", ports(udp, 53, 53), "10.0.0.1:53>10.0.0.2:53 S0 D "},
		{"SYN and ACK of a server", ports(tcp(1, 1, "SA 0 1"), 80, 4000), "10.0.0.2:4000>10.0.0.1:80 OTH ^h "},
		{"SYN and ACK of nobody known", ports(tcp(1, 1, "SA 0 1"), 8999, 4000), "10.0.0.1:8999>10.0.0.2:4000 OTH H "},
		{"SYN of a server", ports(tcp(1, 1, "S 0 0"), 80, 4000), "10.0.0.1:80>10.0.0.2:4000 S0 S "},
		{"data of a server", ports(tcp(1, 1, "A 1 1 x"), 443, 4000), "10.0.0.2:4000>10.0.0.1:443 OTH ^d "},
		{"data between servers, lower first", ports(tcp(1, 1, "A 1 1 x"), 80, 8080), "10.0.0.2:8080>10.0.0.1:80 OTH ^d "},
		{"data between servers, higher first", ports(tcp(1, 1, "A 1 1 x"), 8080, 80), "10.0.0.1:8080>10.0.0.2:80 OTH D "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(Options{})
			w.send(0, false, tt.p)
			w.t.CloseAll(1)
			if !strings.HasPrefix(w.log[0], tt.want) {
				t.Errorf("got  %s\nwant %s", w.log[0], tt.want)
			}
		})
	}
}

func TestICMP(t *testing.T) {
	msg := func(proto, typ, code uint8) packet.Packet {
		return packet.Packet{Kind: packet.KindICMP, Proto: proto, ICMPType: typ, ICMPCode: code, Payload: make([]byte, 56), PayloadLen: 56, IPLen: 84}
	}
	w := newWorld(Options{})
	w.send(0, false, msg(1, 8, 0))
	w.send(1, true, msg(1, 0, 0))
	w.send(2, true, msg(1, 3, 1))
	w.send(3, false, msg(1, 3, 1))
	w.send(4, false, msg(58, 135, 0))
	w.send(5, true, msg(58, 136, 0))
	w.t.CloseAll(1)
	want := []string{
		"10.0.0.1:8>10.0.0.2:0 OTH  bytes 56/56 pkts 1/1",
		"10.0.0.2:3>10.0.0.1:1 OTH  bytes 56/0 pkts 1/0",
		"10.0.0.1:3>10.0.0.2:1 OTH  bytes 56/0 pkts 1/0",
		"10.0.0.1:135>10.0.0.2:136 OTH  bytes 56/56 pkts 1/1",
	}
	if len(w.log) != len(want) {
		t.Fatalf("flows %q, want %d", w.log, len(want))
	}
	for i := range want {
		if !strings.HasPrefix(w.log[i], want[i]) {
			t.Errorf("got  %s\nwant %s", w.log[i], want[i])
		}
	}
}

func TestFloodDoesNotEvictEstablished(t *testing.T) {
	w := newWorld(Options{MaxFlows: 1000})
	w.send(0, false, tcp(100, 500, "S 0 0"))
	w.send(1, true, tcp(500, 100, "SA 0 1"))
	w.send(2, false, tcp(100, 500, "A 1 1"))
	for i := range 5000 {
		p := tcp(1, 0, "S 0 0")
		p.SrcPort, p.DstPort = uint16(10000+i), 8999
		w.send(3, false, p)
	}
	if w.t.Stats.Live > 1000 || w.t.Stats.Evicted != 4001 || w.t.Stats.EvictedUp != 0 {
		t.Errorf("stats %+v, want 1000 live at most, 4001 evicted, none of them established", w.t.Stats)
	}
	w.send(4, false, tcp(100, 500, "A 1 1 x"))
	if got := w.data[0]; got != "0:x " {
		t.Errorf("the established connection got %q, want its data", got)
	}
}

func TestEvictIdleFirst(t *testing.T) {
	w := newWorld(Options{MaxFlows: 3})
	both := func(ms int64, port uint16) {
		udp := packet.Packet{Kind: packet.KindUDP, Proto: protoUDP, SrcPort: port, DstPort: 9}
		w.send(ms, false, udp)
		w.send(ms, true, udp)
	}
	both(1, 101)
	both(2, 102)
	both(3, 103)
	both(4, 101)
	both(5, 104)
	if len(w.log) != 1 || !strings.Contains(w.log[0], ":102>") || w.t.Stats.EvictedUp != 1 {
		t.Errorf("evicted %q, want that of port 102", w.log)
	}
}

// TestTableAgainstMap opens and closes flows at random and compares with a
// map.
func TestTableAgainstMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := newWorld(Options{UDPTimeout: 2e9})
	want := map[uint32]int64{} // by ports, last time
	opened := uint64(0)
	now := int64(0)
	for range 50_000 {
		now += rng.Int64N(3_000_000)
		a, b := uint16(20000+rng.IntN(60)), uint16(20000+rng.IntN(60))
		k := uint32(min(a, b))<<16 | uint32(max(a, b))
		p := packet.Packet{Kind: packet.KindUDP, Proto: protoUDP, Src: hostA, Dst: hostA, SrcPort: a, DstPort: b}
		f, side := w.t.Find(&p, now, now)
		w.t.Deliver(f, side, &p, now)
		if last, ok := want[k]; !ok || now >= last+2e9 {
			opened++
		}
		want[k] = now
		if w.t.Stats.Flows != opened {
			t.Fatalf("%d flows opened, want %d", w.t.Stats.Flows, opened)
		}
	}
	w.t.Advance(now + 1)
	live := 0
	for _, last := range want {
		if now+1 < last+2e9 {
			live++
		}
	}
	if w.t.Stats.Live != live {
		t.Errorf("%d flows live, want %d", w.t.Stats.Live, live)
	}
}

func TestKeyIsSymmetric(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		var a, b packet.Addr
		for i := range a {
			a[i], b[i] = byte(rng.Uint32()), byte(rng.Uint32())
		}
		x := tuple{src: a, dst: b, srcPort: uint16(rng.Uint32()), dstPort: uint16(rng.Uint32()), proto: 6}
		y := tuple{src: b, dst: a, srcPort: x.dstPort, dstPort: x.srcPort, proto: 6}
		var k, l Key
		x.key(&k)
		y.key(&l)
		if k != l || k.hash(7) != l.hash(7) {
			t.Fatalf("keys of both directions differ: %v %v", k, l)
		}
		if k.hash(7) == k.hash(8) {
			t.Fatal("the seed does not change the hash")
		}
	}
}

func TestCommunityID(t *testing.T) {
	// From the baseline of the community-id specification.
	a, b := packet.AddrFrom4([]byte{128, 232, 110, 120}), packet.AddrFrom4([]byte{66, 35, 250, 204})
	const want = "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
	if got := string(AppendCommunityID(nil, 0, 6, a, 34855, b, 80)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := string(AppendCommunityID(nil, 0, 6, b, 80, a, 34855)); got != want {
		t.Errorf("other direction: got %s, want %s", got, want)
	}
}

type nobody struct{}

func (nobody) Opened(*Flow)                        {}
func (nobody) Data(*Flow, Dir, []byte)             {}
func (nobody) Gap(*Flow, Dir, uint64)              {}
func (nobody) EOF(*Flow, Dir)                      {}
func (nobody) Datagram(*Flow, Dir, *packet.Packet) {}
func (nobody) Weird(*Flow, string, string)         {}
func (nobody) Flipped(*Flow)                       {}
func (nobody) Closed(*Flow, int64)                 {}

func TestNoAllocationPerPacket(t *testing.T) {
	tab := NewTable(nobody{}, Options{})
	p := tcp(1, 1, "A 1 1 hello")
	p.Src, p.Dst, p.SrcPort, p.DstPort = hostA, hostB, 1000, 8999
	now := int64(1e18)
	n := testing.AllocsPerRun(1000, func() {
		now += 1000
		p.Seq += 5
		f, side := tab.Find(&p, now, now)
		tab.Deliver(f, side, &p, now)
	})
	if n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x12\x00\x01\x00\x00\x00\x00\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := newWorld(Options{MaxFlows: 4, ReassemblyBytes: 1 << 17})
		now := int64(0)
		for len(b) >= 10 {
			p := packet.Packet{
				Kind: packet.KindTCP, Proto: protoTCP, Flags: packet.TCPFlags(b[0]), SrcPort: uint16(b[1] & 3), DstPort: 80,
				Seq: binary.BigEndian.Uint32(b[2:]), Ack: binary.BigEndian.Uint32(b[4:]) << (b[1] >> 5), Payload: make([]byte, int(b[8])),
			}
			p.PayloadLen = len(p.Payload)
			if b[9]&0x40 != 0 {
				p.Kind, p.Proto, p.UDPLen = packet.KindUDP, protoUDP, p.PayloadLen
			}
			now += int64(b[9]&0x3f) * 100
			w.send(now, b[9]&0x80 != 0, p)
			b = b[10:]
		}
		w.t.CloseAll(now * 1e6)
		if w.t.Stats.Live != 0 || uint64(len(w.log)) != w.t.Stats.Flows || w.t.pool.Used() != 0 {
			t.Fatalf("after CloseAll: %+v, %d closed, %d bytes in use", w.t.Stats, len(w.log), w.t.pool.Used())
		}
	})
}

func BenchmarkInOrder(b *testing.B) {
	tab := NewTable(nobody{}, Options{})
	ps := make([]packet.Packet, 8192)
	for i := range ps {
		ps[i] = tcp(1, 1, "A 1 1")
		ps[i].Payload = make([]byte, 512)
		ps[i].PayloadLen = 512
		ps[i].Src, ps[i].Dst, ps[i].SrcPort, ps[i].DstPort = hostA, hostB, uint16(i), 8999
	}
	now := int64(1e18)
	for i := 0; b.Loop(); i++ {
		p := &ps[i%len(ps)]
		p.Seq += 512
		now += 1000
		f, side := tab.Find(p, now, now)
		tab.Deliver(f, side, p, now)
	}
}
