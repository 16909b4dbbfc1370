package packet

import (
	"testing"
)

func TestTunnelsOverIP(t *testing.T) {
	const o4, p4 = "192.0.2.1", "192.0.2.2"
	gre := func(flags, et int, rest ...[]byte) []byte {
		return ipHeader(o4, p4, 47, cat(u16(flags, et), cat(rest...)), 0)
	}
	hop := func(s string) string { return "[" + s + " 192.0.2.1:0>192.0.2.2:0] " }
	deep := tcp4()
	text := tcpText
	for range 5 {
		deep = ipHeader(o4, p4, 4, deep, 0)
	}
	for _, c := range []struct {
		name string
		pkt  []byte
		want string
	}{
		{"4in4", ipHeader(o4, p4, 4, tcp4(), 0), hop("IP 0") + text},
		{"6in4", ipHeader(o4, p4, 41, tcp6(), 0), hop("IP 0") + syn6},
		{"4in6", ipHeader("2001:db8::7", "2001:db8::8", 4, tcp4(), 0), "[IP 0 2001:db8::7:0>2001:db8::8:0] " + text},
		{"4in4in4", ipHeader(o4, p4, 4, ipHeader(o4, p4, 4, tcp4(), 0), 0), hop("IP 0") + hop("IP 0") + text},
		{"too deep", deep, hop("IP 0") + hop("IP 0") + hop("IP 0") + hop("IP 0") + "other weird:exceeded_tunnel_max_depth"},
		{"wrong version", ipHeader(o4, p4, 4, tcp6(), 0), "other weird:invalid_inner_IP_version"},
		{"short", ipHeader(o4, p4, 41, tcp6()[:39], 0), "other weird:truncated_inner_IP"},
		{"too short", ipHeader(o4, p4, 4, tcp4()[:40], 0), "other weird:truncated_inner_IP"},
		{"too long", ipHeader(o4, p4, 4, cat(tcp4(), []byte{0}), 0), "other weird:inner_IP_payload_length_mismatch"},
		{"inner bad ip sum", ipHeader(o4, p4, 4, cat(tcp4()[:8], []byte{1}, tcp4()[9:]), 0), hop("IP 0") + text + " sum:bad_IP_checksum"},
		{"gre", gre(0, 0x800, tcp4()), hop("GRE 0") + text},
		{"gre all fields", gre(0xb000, 0x86dd, u32(0, 0x1234, 1), tcp6()), hop("GRE 4660") + syn6},
		{"gre ethernet", gre(0, 0x6558, ether(0x8100, cat(u16(5, 0x800), tcp4()))), "020000000001>020000000002 vlan 5 " + hop("GRE 0") + text},
		{"erspan 1", gre(0, 0x88be, ether(0x800, tcp4())), macs + hop("GRE 0") + text},
		{"erspan 2", gre(0x1000, 0x88be, u32(1), u32(0x10000041, 0), ether(0x800, tcp4())), macs + hop("GRE 65") + text},
		{"erspan 3", gre(0x1000, 0x22eb, u32(1), u32(0x20000041, 0, 1), u32(0, 0), ether(0x800, tcp4())), macs + hop("GRE 65") + text},
		{"gre mpls", gre(0, 0x8847, u32(0x140), tcp4()), hop("GRE 0") + text},
		{"pptp", gre(0x3081, 0x880b, u32(0x00400007, 1, 2), u16(0xff03, 0x21), tcp4()), hop("GRE 7") + text},
		{"pptp lcp", gre(0x3081, 0x880b, u32(0x00400007, 1, 2), u16(0xff03, 0xc021), tcp4()), "other weird:non_ip_packet_in_encap"},
		{"pptp not ppp", gre(0x2001, 0x800, u32(7), tcp4()), "other weird:egre_protocol_type"},
		{"gre version", gre(2, 0x800, tcp4()), "other weird:unknown_gre_version"},
		{"gre routing", gre(0x4000, 0x800, u32(0), tcp4()), "other weird:gre_routing"},
		{"gre flags", gre(0x0008, 0x800, tcp4()), "other weird:unknown_gre_flags"},
		{"gre cut", ipHeader(o4, p4, 47, []byte{0, 0, 8}, 0), "other weird:truncated_GRE"},
		{"gre cut key", gre(0x2000, 0x800, []byte{1}), "other weird:truncated_GRE"},
		{"gre unknown", gre(0, 0x1234, []byte("something that is no packet")), hop("GRE 0") + "other weird:unknown_ip_version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Packet
			Decode(LinkRaw, c.pkt, len(c.pkt), &p)
			if got := summary(&p); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTunnelsOverUDP(t *testing.T) {
	vxlan := func(flags byte) []byte { return cat([]byte{flags, 0, 0, 0, 0, 1, 2, 0}, ether(0x800, tcp4())) }
	bubble := ipHeader(a6, b6, 59, nil, 0)
	gtp := func(flags, typ byte, rest ...[]byte) []byte {
		b := cat(rest...)
		return cat([]byte{flags, typ}, u16(len(b)), u32(0x42), b)
	}
	hop := func(name, id string, port string) string {
		return "[" + name + " " + id + " 10.0.0.1:999>10.0.0.2:" + port + "] "
	}
	for _, c := range []struct {
		name    string
		port    int
		payload []byte
		ok      bool
		want    string // of the inner packet, "" for none
	}{
		{"vxlan", 4789, vxlan(8), true, macs + hop("VXLAN", "258", "4789") + tcpText},
		{"vxlan no vni", 4789, vxlan(0), false, ""},
		{"vxlan short", 4789, vxlan(8)[:7], false, ""},
		{"vxlan empty", 4789, vxlan(8)[:8], true, ""},
		{"geneve", 6081, cat([]byte{1, 0}, u16(0x6558), u32(0x700), u32(0), ether(0x86dd, tcp6())), true, macs + hop("GENEVE", "7", "6081") + syn6},
		{"geneve ip", 6081, cat([]byte{0, 0}, u16(0x800), u32(0x700), tcp4()), true, hop("GENEVE", "7", "6081") + tcpText},
		{"geneve version", 6081, cat([]byte{0x40, 0}, u16(0x800), u32(0x700), tcp4()), false, ""},
		{"geneve options cut", 6081, cat([]byte{9, 0}, u16(0x800), u32(0x700)), false, ""},
		{"geneve other", 6081, cat([]byte{0, 0}, u16(0x1234), u32(0), []byte{1}), true, ""},
		{"teredo", 3544, tcp6(), true, hop("TEREDO", "0", "3544") + syn6},
		{"teredo headers", 3544, cat([]byte{0, 1, 2, 2}, make([]byte, 4+9), u16(0), make([]byte, 6), tcp6()), true, hop("TEREDO", "0", "3544") + syn6},
		{"teredo bubble", 3544, bubble, true, hop("TEREDO", "0", "3544") + "other"},
		{"teredo bubble with payload", 3544, cat(bubble, []byte{1}), true, hop("TEREDO", "0", "3544") + "other"},
		{"teredo too long", 3544, cat(tcp6(), []byte{1}), false, ""},
		{"teredo too short", 3544, tcp6()[:59], false, ""},
		{"teredo two origins", 3544, cat(make([]byte, 16), tcp6()), false, ""},
		{"gtp", 2152, gtp(0x30, 255, tcp4()), true, hop("GTPv1", "66", "2152") + tcpText},
		{"gtp sequence", 2152, gtp(0x32, 255, u32(0), tcp4()), true, hop("GTPv1", "66", "2152") + tcpText},
		{"gtp extension", 2152, gtp(0x34, 255, []byte{0, 0, 0, 0x85, 1, 0, 9, 0}, tcp6()), true, hop("GTPv1", "66", "2152") + syn6},
		{"gtp extension of length 0", 2152, gtp(0x34, 255, []byte{0, 0, 0, 0x85, 0, 0, 9, 0}, tcp6()), false, ""},
		{"gtp echo", 2152, gtp(0x32, 1, u32(0)), true, ""},
		{"gtp version", 2152, gtp(0x50, 255, tcp4()), false, ""},
		{"gtp length", 2152, gtp(0x30, 255, tcp4(), []byte{0}), false, ""},
		{"gre", 4754, cat(u16(0, 0x800), tcp4()), true, "[GRE 0 10.0.0.1:0>10.0.0.2:0] " + tcpText},
		{"gre ethernet", 4754, cat(u16(0, 0x6558), ether(0x800, tcp4())), true, macs + "[GRE 0 10.0.0.1:0>10.0.0.2:0] " + tcpText},
		{"gre bad", 4754, cat(u16(2, 0x800), tcp4()), false, ""},
		{"ayiya", 5072, cat([]byte{0x42, 0x52, 1, 41}, u32(0), make([]byte, 16+20), tcp6()), true, hop("AYIYA", "0", "5072") + syn6},
		{"ayiya noop", 5072, cat([]byte{0x42, 0x52, 0, 59}, u32(0), make([]byte, 16+20)), true, ""},
		{"ayiya cut", 5072, cat([]byte{0x42, 0x52, 1, 41}, u32(0), make([]byte, 16)), false, ""},
		{"none", 53, tcp6(), false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			pkt := udp4(999, c.port, c.payload)
			var p, q Packet
			Decode(LinkRaw, pkt, len(pkt), &p)
			var in Inner
			if ok := Inside(PortTunnel(uint16(c.port)), &p, &in); ok != c.ok {
				t.Fatalf("valid: %v, want %v", ok, c.ok)
			}
			if !c.ok {
				return
			}
			if len(in.Data) == 0 {
				if c.want != "" {
					t.Fatal("carries nothing")
				}
				return
			}
			DecodeInner(&p, &in, &q)
			if got := summary(&q); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if c.port == 3544 && LooksTeredo(c.payload) != (len(c.payload) > 70) {
				t.Error("LooksTeredo is wrong")
			}
		})
	}
}

func TestInnerDepth(t *testing.T) {
	pkt := tcp4()
	for range 5 {
		pkt = udp4(1, 4789, cat([]byte{8, 0, 0, 0, 0, 0, 0, 0}, ether(0x800, pkt)))
	}
	var p [2]Packet
	Decode(LinkRaw, pkt, len(pkt), &p[0])
	for i := range 5 {
		var in Inner
		if !Inside(TunnelVXLAN, &p[i%2], &in) {
			t.Fatal("no VXLAN at depth", i)
		}
		DecodeInner(&p[i%2], &in, &p[1-i%2])
	}
	if p[1].Status != ExceededTunnelMaxDepth || p[1].Kind != KindOther {
		t.Errorf("depth 5: %s", summary(&p[1]))
	}
}

func TestLooksTeredo(t *testing.T) {
	v6 := ipHeader("2001:0:1::1", b6, 59, nil, 0)
	for _, c := range []struct {
		b    []byte
		want bool
	}{
		{v6, true},
		{ipHeader(b6, "2001:0:1::1", 59, nil, 0), true},
		{ipHeader(a6, b6, 59, nil, 0), false},
		{cat(make([]byte, 8), v6), true},
		{v6[:39], false},
		{make([]byte, 60), false},
		{[]byte("a long message that is quite certainly something else"), false},
	} {
		if got := LooksTeredo(c.b); got != c.want {
			t.Errorf("LooksTeredo(%x) = %v", c.b, got)
		}
	}
}

func TestTunnelNames(t *testing.T) {
	if TunnelTeredo.String() != "TEREDO" || TunnelAYIYA.String() != "AYIYA" || Tunnel(99).String() != "NONE" {
		t.Error("wrong names")
	}
}
