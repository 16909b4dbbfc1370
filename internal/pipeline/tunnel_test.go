package pipeline

import (
	"regexp"
	"strings"
	"testing"

	"wirehunt/analyzer/all"
	"wirehunt/packet"
	"wirehunt/pcapfile"
)

var (
	a1, b1 = [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2} // outer
	a2, b2 = [4]byte{10, 9, 0, 1}, [4]byte{10, 9, 0, 2} // inner
)

func vxlan(inner []byte) []byte {
	return ip(17, a1, b1, udpDatagram(5555, 4789, "\x08\x00\x00\x00\x00\x00\x07\x00"+string(inner)))
}

func gre(inner []byte) []byte {
	return ip(47, a1, b1, append([]byte{0, 0, 8, 0}, inner[14:]...))
}

// teredo is Teredo on a port that does not tell.
func teredo(data string) []byte {
	seg := udpDatagram(4000, 9, data)
	h := "\x60\x00\x00\x00\x00" + string([]byte{byte(len(seg))}) + "\x11\x40" +
		"\x20\x01\x00\x00" + strings.Repeat("\x01", 12) + "\x20\x01\x0d\xb8" + strings.Repeat("\x02", 12)
	return ip(17, a1, b1, udpDatagram(5555, 6666, h+string(seg)))
}

func ipip(inner []byte) []byte { return ip(4, a1, b1, inner[14:]) }

func records(fs ...[]byte) []pcapfile.Record {
	var recs []pcapfile.Record
	for i, f := range fs {
		recs = append(recs, pcapfile.Record{Time: 1e18 + int64(i)*1e6, Data: f, WireLen: len(f), Link: packet.LinkEthernet})
	}
	return recs
}

var uidPattern = regexp.MustCompile(`"uid":"([^"]+)"`)

func TestTunnels(t *testing.T) {
	q := ip(17, a2, b2, udpDatagram(4000, 9, "query"))
	r := ip(17, b2, a2, udpDatagram(9, 4000, "reply"))
	for _, tt := range []struct {
		name   string
		frames [][]byte
		typ    string
		rows   int  // of tunnel.log
		conns  int  // of conn.log
		parent bool // the carrier is a connection
	}{
		{"VXLAN", [][]byte{vxlan(q), vxlan(r)}, "Tunnel::VXLAN", 2, 2, true},
		{"GRE", [][]byte{gre(q), gre(r)}, "Tunnel::GRE", 1, 1, false},
		{"IP in IP", [][]byte{ipip(q), ipip(q)}, "Tunnel::IP", 1, 1, false},
		{"Teredo by content", [][]byte{teredo("query"), teredo("again")}, "Tunnel::TEREDO", 2, 2, true},
		{"VXLAN in GRE", [][]byte{gre(vxlan(q)), gre(vxlan(r))}, "Tunnel::VXLAN", 3, 2, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := run(t, &frames{recs: records(tt.frames...)}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true})
			conns, tunnels, ok := strings.Cut(got, "== tunnel\n")
			if !ok {
				t.Fatalf("no tunnel.log: %s", got)
			}
			if n := strings.Count(tunnels, "\n"); n != tt.rows || !strings.Contains(tunnels, tt.typ) {
				t.Errorf("%d rows in tunnel.log, want %d, with %s:\n%s", n, tt.rows, tt.typ, tunnels)
			}
			if n := strings.Count(conns, `"uid"`); n != tt.conns {
				t.Errorf("%d connections, want %d:\n%s", n, tt.conns, conns)
			}
			_, parents, ok := strings.Cut(conns, `"tunnel_parents":["`)
			if !ok {
				t.Fatalf("no tunnel_parents: %s", conns)
			}
			parent, _, _ := strings.Cut(parents, `"`)
			found := false
			for _, m := range uidPattern.FindAllStringSubmatch(tunnels, -1) {
				found = found || m[1] == parent
			}
			if !found || strings.Contains(conns, `"uid":"`+parent) != tt.parent {
				t.Errorf("parent %s is not the tunnel's uid, or a connection's where it must not be:\n%s", parent, got)
			}
		})
	}
}

func TestTunnelChanges(t *testing.T) {
	q := ip(17, a2, b2, udpDatagram(4000, 9, "query"))
	var fs [][]byte
	for range 8 {
		fs = append(fs, gre(q), q)
	}
	got, _ := run(t, &frames{recs: records(fs...)}, Options{Shards: 1, IgnoreChecksums: true})
	if !strings.Contains(got, `"history":"DX","orig_pkts":16`) || !strings.Contains(got, `"name":"tunnel_max_changes_per_connection_exceeded","addl":"5"`) {
		t.Errorf("a connection in and out of a tunnel:\n%s", got)
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	o := Options{Specs: all.Specs(), MaxFlows: 1 << 12, ReassemblyBytes: 1 << 20, AnalyzerBytes: 1 << 20, IgnoreChecksums: true}
	s := newShard(&o, 0)
	seq := uint32(1)
	payload := strings.Repeat("x", 500)
	now := int64(1e18)
	send := func(b []byte) {
		now += 1000
		s.packet(&pcapfile.Record{Time: now, Data: b, WireLen: len(b), Link: packet.LinkEthernet}, now)
	}
	for range 10 {
		send(ip(6, a1, b1, tcpSegment(4000, 9, seq, 1, 0x18, payload)))
		seq += 500
	}
	f := ip(6, a1, b1, tcpSegment(4000, 9, seq, 1, 0x18, payload))
	if n := testing.AllocsPerRun(1000, func() { send(f) }); n > 0 {
		t.Errorf("%v allocations per packet", n)
	}
}
