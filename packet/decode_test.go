package packet

import (
	"bytes"
	"encoding/binary"
	"testing"
)

const (
	macs    = "020000000001>020000000002 "
	tcpText = "tcp 10.0.0.1:1234>10.0.0.2:80 flags 18 len 5/5"
	syn6    = "tcp 2001:db8::1:1234>2001:db8::2:80 flags 02 len 0/0"
)

func TestDecodeLinks(t *testing.T) {
	snap := cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(0x800), tcp4())
	le := binary.LittleEndian
	radiotap := cat([]byte{0, 0, 9, 0, 2, 0, 0, 0, 0x10}) // flags: frame check sequence
	wifiHead := func(fc0, fc1 byte) []byte {
		return cat([]byte{fc0, fc1, 0, 0}, []byte{3, 0, 0, 0, 0, 3}, macA, macB, []byte{0, 0})
	}
	sub := func(payload []byte) []byte { return cat(macB, macA, u16(len(payload)), payload) }
	nflog := cat([]byte{2, 0, 0, 0}, []byte{8, 0, 1, 0, 8, 0, 1, 0},
		le.AppendUint16(nil, uint16(4+len(tcp4()))), []byte{9, 0}, tcp4())
	for _, c := range []struct {
		name  string
		link  LinkType
		frame []byte
		want  string
	}{
		{"ethernet", LinkEthernet, ether(0x800, tcp4()), macs + tcpText},
		{"padding", LinkEthernet, cat(ether(0x800, tcp4()), make([]byte, 20)), macs + tcpText},
		{"ipv6", LinkEthernet, ether(0x86dd, tcp6()), macs + syn6},
		{"arp", LinkEthernet, ether(0x806, make([]byte, 28)), macs + "other"},
		{"vlan", LinkEthernet, ether(0x8100, cat(u16(0x2005, 0x800), tcp4())), macs + "vlan 5 " + tcpText},
		{"qinq", LinkEthernet, ether(0x88a8, cat(u16(7, 0x8100, 8, 0x86dd), tcp6())), macs + "vlan 7/8 " + syn6},
		{"vlan 0", LinkEthernet, ether(0x8100, cat(u16(0, 0x800), tcp4())), macs + "vlan 0 " + tcpText},
		{"vntag", LinkEthernet, ether(0x8926, cat(u32(0), u16(0x800), tcp4())), macs + tcpText},
		{"pbb", LinkEthernet, ether(0x88e7, cat(u32(1), ether(0x800, tcp4()))), macs + tcpText},
		{"fabricpath", LinkEthernet, cat(make([]byte, 12), u16(0x8903, 0), ether(0x800, tcp4())), macs + tcpText},
		{"mpls", LinkEthernet, ether(0x8847, cat(u32(0x10040, 0x20140), tcp4())), macs + tcpText},
		{"mpls pseudowire", LinkEthernet, ether(0x8847, cat(u32(0x20140, 0), ether(0x800, tcp4()))), macs + tcpText},
		{"pppoe", LinkEthernet, ether(0x8864, cat([]byte{0x11, 0}, u16(1, 2+len(tcp4()), 0x21), tcp4())), macs + tcpText},
		{"802.3 snap", LinkEthernet, ether(len(snap), snap), macs + tcpText},
		{"802.3 stp", LinkEthernet, ether(38, cat([]byte{0x42, 0x42, 3}, make([]byte, 43))), macs + "other"},
		{"undefined type", LinkEthernet, ether(1510, tcp4()), macs + "other weird:undefined_ether_type"},
		{"cut ethernet", LinkEthernet, ether(0x800, nil), "other weird:truncated_ethernet_frame"},
		{"cut vlan", LinkEthernet, ether(0x8100, []byte{0, 1, 8}), macs + "other weird:truncated_VLAN_frame"},
		{"raw", LinkRaw, tcp4(), tcpText},
		{"raw 12", LinkRaw12, tcp6(), syn6},
		{"raw 14", LinkRaw14, tcp4(), tcpText},
		{"ipv4", LinkIPv4, tcp4(), tcpText},
		{"ipv6 link", LinkIPv6, tcp6(), syn6},
		{"null little-endian", LinkNull, cat([]byte{2, 0, 0, 0}, tcp4()), tcpText},
		{"null big-endian", LinkNull, cat(u32(30), tcp6()), syn6},
		{"loop", LinkLoop, cat(u32(24), tcp6()), syn6},
		{"null appletalk", LinkNull, cat([]byte{5, 0, 0, 0}, tcp4()), "other"},
		{"sll", LinkSLL, cat(u16(0, 1, 6), macA, u16(0, 0x800), tcp4()), "020000000001>000000000000 " + tcpText},
		{"sll2", LinkSLL2, cat(u16(0x86dd, 0), u32(3), u16(1), []byte{0, 6}, macA, u16(0), tcp6()), "020000000001>000000000000 " + syn6},
		{"ppp", LinkPPP, cat([]byte{0xff, 3}, u16(0x21), tcp4()), tcpText},
		{"ppp compressed", LinkPPPHDLC, cat([]byte{0x21}, tcp4()), tcpText},
		{"pppoe link", LinkPPPoE, cat([]byte{0x11, 0}, u16(1, 2+len(tcp6()), 0x57), tcp6()), syn6},
		{"chdlc", LinkCHDLC, cat(u16(0x0f00, 0x800), tcp4()), tcpText},
		{"nflog header", LinkNFLOG, []byte{2, 0}, "other weird:truncated_nflog_header"},
		{"nflog without packet", LinkNFLOG, []byte{2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 1, 0}, "other weird:nflog_no_pcap_payload"},
		{"nflog length", LinkNFLOG, []byte{2, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0}, "other weird:nflog_bad_tlv_len"},
		{"nflog short length", LinkNFLOG, []byte{2, 0, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0}, "other weird:nflog_bad_tlv_len"},
		{"cut SLL", LinkSLL, make([]byte, 15), "other weird:truncated_Linux_SLL_header"},
		{"cut SLL2", LinkSLL2, make([]byte, 19), "other weird:truncated_Linux_SLL2_header"},
		{"cut loopback", LinkNull, make([]byte, 3), "other weird:null_analyzer_failed"},
		{"cut PPP", LinkPPP, make([]byte, 1), "other weird:truncated_ppp_serial_header"},
		{"cut PPPoE", LinkPPPoE, make([]byte, 8), "other weird:truncated_pppoe_header"},
		{"many PBB", LinkEthernet, bytes.Repeat(append(make([]byte, 12), 0x88, 0xe7, 0, 0, 0, 1), 40), "000000000000>000000000000 other weird:exceeded_tunnel_max_depth"},
		{"nflog", LinkNFLOG, nflog, tcpText},
		{"wifi to ap", Link80211, cat(wifiHead(0x08, 1), snap), macs + tcpText},
		{"wifi qos", Link80211, cat(wifiHead(0x88, 1), u16(0), snap), macs + tcpText},
		{"wifi from ap", Link80211, cat([]byte{8, 2, 0, 0}, macB, []byte{3, 0, 0, 0, 0, 3}, macA, u16(0), snap), macs + tcpText},
		{"wifi bridge", Link80211, cat([]byte{8, 3, 0, 0}, make([]byte, 12), macB, u16(0), macA, snap), macs + tcpText},
		{"wifi encrypted", Link80211, cat(wifiHead(0x08, 0x41), snap), "other"},
		{"wifi null data", Link80211, cat(wifiHead(0x48, 1), snap), "other"},
		{"wifi beacon", Link80211, cat(wifiHead(0x80, 0), snap), "other"},
		{"wifi a-msdu", Link80211, cat(wifiHead(0x88, 1), []byte{0x80, 0}, sub(snap)), macs + tcpText},
		{"radiotap", LinkRadiotap, cat(radiotap, wifiHead(0x08, 1), snap, u32(0xffffffff)), macs + tcpText},
		{"prism", LinkPrism, cat(u32(0x44), []byte{144, 0, 0, 0}, make([]byte, 136), wifiHead(0x08, 1), snap), macs + tcpText},
		{"avs", LinkAVS, cat(u32(0x80211001, 64), make([]byte, 56), wifiHead(0x08, 1), snap), macs + tcpText},
		{"unknown", 147, tcp4(), "other weird:unknown_link_type"},
		{"empty", LinkRaw, nil, "other weird:truncated_IP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Packet
			Decode(c.link, c.frame, len(c.frame), &p)
			if got := summary(&p); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if p.Next() {
				t.Error("Next found another packet")
			}
		})
	}
}

func TestNext(t *testing.T) {
	frame := cat([]byte{0x88, 1, 0, 0}, []byte{3, 0, 0, 0, 0, 3}, macA, macB, []byte{0, 0}, []byte{0x80, 0})
	want := []string{}
	for i := range 3 {
		body := cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(0x800), udp4(i, 53, make([]byte, i)))
		frame = cat(frame, macB, macA, u16(len(body)), body, make([]byte, -(14+len(body))&3))
		want = append(want, macs+"udp 10.0.0.1:"+string('0'+rune(i))+">10.0.0.2:53 len "+string('0'+rune(i))+"/"+string('0'+rune(i)))
	}
	var p Packet
	Decode(Link80211, frame, len(frame), &p)
	for i, w := range want {
		if got := summary(&p); got != w {
			t.Errorf("packet %d: got %s, want %s", i, got, w)
		}
		if more := p.Next(); more != (i < 2) {
			t.Fatalf("Next after packet %d: %v", i, more)
		}
	}
}

func TestDecodeIP(t *testing.T) {
	edit := func(b []byte, at int, v ...byte) []byte {
		b = append([]byte(nil), b...)
		copy(b[at:], v)
		return b
	}
	fixSum := func(b []byte) []byte {
		b[10], b[11] = 0, 0
		binary.BigEndian.PutUint16(b[10:], sum16(b[:int(b[0]&15)*4]))
		return b
	}
	ext := func(next byte, units int, fill ...byte) []byte {
		return append([]byte{next, byte(units)}, cat(fill, make([]byte, 6+8*units-len(fill)))...)
	}
	rt := func(typ, left byte, addrs ...string) []byte {
		b := []byte{protoTCP, byte(2 * len(addrs)), typ, left, 0, 0, 0, 0}
		for _, a := range addrs {
			b = append(b, addr(a)...)
		}
		return b
	}
	seg := tcpSeg(1234, 80, SYN, "")
	// segTo is seg with the checksum for other addresses than the header's.
	segTo := func(src, dst string) []byte { return ip(src, dst, protoTCP, seg, 16)[40:] }
	hoa := ext(protoTCP, 2, cat([]byte{201, 16}, addr("2001:db8::99"))...)
	cut := func(b []byte, n int) []byte { return b[:n] }
	for _, c := range []struct {
		name string
		pkt  []byte
		wire int
		want string
	}{
		{"cut payload", cut(tcp4(), 42), len(tcp4()), "tcp 10.0.0.1:1234>10.0.0.2:80 flags 18 len 2/5"},
		{"cut header", cut(tcp4(), 30), len(tcp4()), "other weird:internally_truncated_header"},
		{"longer than the wire", tcp4()[:44], 44, "other weird:truncated_IP_len"},
		{"version", edit(tcp4(), 0, 0x55), 0, "other weird:unknown_ip_version"},
		{"short header", edit(tcp4(), 0, 0x44), 0, "other weird:IPv4_min_header_size"},
		{"long header", edit(tcp4(), 0, 0x4f), 0, "other weird:invalid_IP_header_size"},
		{"length zero", edit(tcp4(), 2, 0, 0), 0, tcpText + " sum:bad_IP_checksum weird:ip_hdr_len_zero"},
		{"length zero, sum", fixSum(edit(tcp4(), 2, 0, 0)), 0, tcpText + " sum:ip_hdr_len_zero weird:ip_hdr_len_zero"},
		{"bad ip sum", edit(tcp4(), 8, 1), 0, tcpText + " sum:bad_IP_checksum"},
		{"bad tcp sum", edit(tcp4(), 41, 'E'), 0, tcpText + " sum:bad_TCP_checksum"},
		{"bad tcp sum, cut", edit(tcp4(), 41, 'E')[:44], len(tcp4()), "tcp 10.0.0.1:1234>10.0.0.2:80 flags 18 len 4/5"},
		{"tcp header short", fixSum(edit(tcp4(), 2, 0, 39)), 0, "other weird:truncated_header"},
		{"tcp offset small", edit(tcp4(), 32, 0x40), 0, "tcp 10.0.0.1:1234>10.0.0.2:80 flags 18 len 0/5 sum:bad_TCP_checksum weird:bad_TCP_header_len"},
		{"tcp offset large", edit(tcp4(), 32, 0xf0), 0, "tcp 10.0.0.1:1234>10.0.0.2:80 flags 18 len 0/0 sum:bad_TCP_checksum weird:truncated_header"},
		{"udp without sum", edit(udp4(1, 2, []byte("x")), 26, 0, 0), 0, "udp 10.0.0.1:1>10.0.0.2:2 len 1/1"},
		{"udp bad sum", edit(udp4(1, 2, []byte("x")), 28, 'y'), 0, "udp 10.0.0.1:1>10.0.0.2:2 len 1/1 sum:bad_UDP_checksum"},
		{"udp length", edit(udp4(1, 2, []byte("x")), 24, 1, 1), 0, "udp 10.0.0.1:1>10.0.0.2:2 len 1/1 sum:bad_UDP_checksum weird:UDP_datagram_length_mismatch"},
		{"udp6 without sum", ipHeader(a6, b6, protoUDP, udpSeg(1, 2, nil), 0), 0, "udp 2001:db8::1:1>2001:db8::2:2 len 0/0 sum:bad_UDP_checksum"},
		{"icmp", ip(a4, b4, protoICMP, cat([]byte{8, 0, 0, 0}, u16(1, 2), []byte("abc")), 2), 0, "icmp 10.0.0.1>10.0.0.2 8/0 len 3/3"},
		{"icmp bad sum", ipHeader(a4, b4, protoICMP, cat([]byte{8, 0, 0, 0}, u16(1, 2)), 0), 0, "icmp 10.0.0.1>10.0.0.2 8/0 len 0/0 sum:bad_ICMP_checksum"},
		{"icmp6", ip(a6, b6, protoICMPv6, cat([]byte{128, 0, 0, 0}, u16(1, 2)), 2), 0, "icmp 2001:db8::1>2001:db8::2 128/0 len 0/0"},
		{"ospf", ipHeader(a4, b4, 89, make([]byte, 10), 0), 0, "ip4 10.0.0.1>10.0.0.2 proto 89 len 10/10"},
		{"esp over ipv4", ipHeader(a4, b4, 50, make([]byte, 10), 0), 0, "ip4 10.0.0.1>10.0.0.2 proto 50 len 10/10"},
		{"esp over ipv6", ipHeader(a6, b6, 50, make([]byte, 10), 0), 0, "other"},
		{"no next", ipHeader(a6, b6, 59, nil, 0), 0, "other weird:ipv6_no_next"},
		{"fragment", ipHeader(a4, b4, 17, make([]byte, 16), 0x2002), 0, "frag 10.0.0.1>10.0.0.2 proto 17 id 77 off 16 more true len 16"},
		{"cut first fragment", ipHeader(a4, b4, 17, udpSeg(1, 2, make([]byte, 30)), 0x2000)[:40], 58, "udp 10.0.0.1:1>10.0.0.2:2 len 12/30 weird:incompletely_captured_fragment"},
		{"cut fragment", ipHeader(a4, b4, 17, make([]byte, 32), 0x2002)[:40], 52, "other weird:incompletely_captured_fragment"},
		{"fragment6", ipHeader(a6, b6, 44, cat([]byte{6, 0}, u16(0x0011), u32(99), make([]byte, 16)), 0), 0, "frag 2001:db8::1>2001:db8::2 proto 6 id 99 off 16 more true len 16"},
		{"extensions", ipHeader(a6, b6, 0, cat(ext(60, 0), ext(6, 1), segTo(a6, b6)), 0), 0, syn6},
		{"ah", ipHeader(a6, b6, 51, cat([]byte{6, 4}, make([]byte, 22), segTo(a6, b6)), 0), 0, syn6},
		{"routing 0", ipHeader(a6, "2001:db8::3", 43, cat(rt(0, 1, "2001:db8::9", b6), segTo(a6, b6)), 0), 0, syn6 + " weird:routing0_hdr"},
		{"routing 0 done", ipHeader(a6, b6, 43, cat(rt(0, 0, "2001:db8::9"), segTo(a6, b6)), 0), 0, syn6 + " weird:routing0_hdr"},
		{"routing 2", ipHeader(a6, "2001:db8::3", 43, cat(rt(2, 1, b6), segTo(a6, b6)), 0), 0, syn6},
		{"routing 4", ipHeader(a6, b6, 43, cat(rt(4, 1, "2001:db8::9"), segTo(a6, b6)), 0), 0, syn6 + " weird:unknown_routing_type"},
		{"home address", ipHeader(a6, b6, 60, cat(hoa, segTo("2001:db8::99", b6)), 0), 0, "tcp 2001:db8::99:1234>2001:db8::2:80 flags 02 len 0/0"},
		{"option too long", ipHeader(a6, b6, 60, cat(ext(6, 0, 1, 9), segTo(a6, b6)), 0), 0, syn6 + " weird:bad_ipv6_dest_opt_len"},
		{"extension cut", ipHeader(a6, b6, 0, []byte{6, 9, 0, 0}, 0), 0, "ip6 2001:db8::1>2001:db8::2 proto 0 len 4/4"},
		{"mobility", ipHeader(a6, b6, 135, []byte{59, 0, 1, 0, 0, 0, 0, 0}, 0), 0, "other sum:bad_MH_checksum"},
		{"piggyback", ip(a6, b6, 135, []byte{6, 0, 1, 0, 0, 0, 0, 0}, 4), 0, "other weird:mobility_piggyback"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Packet
			Decode(LinkRaw, c.pkt, c.wire, &p)
			if got := summary(&p); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestFields(t *testing.T) {
	seg := cat(u16(1, 2), u32(0xdeadbeef, 0xcafe0001), []byte{8 << 4, byte(SYN | URG)}, u16(0x1234, 0, 0x55aa),
		[]byte{1, 3, 3, 7}, []byte{2, 4, 5, 0xb4}, []byte{0, 0, 0, 0}, []byte("data"))
	pkt := ip(a4, b4, protoTCP, seg, 16)
	frame := cat(ether(0x800, pkt), make([]byte, 6))
	var p Packet
	Decode(LinkEthernet, frame, len(frame)+4, &p)
	if got, want := summary(&p), macs+"tcp 10.0.0.1:1>10.0.0.2:2 flags 22 len 4/4"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if p.Seq != 0xdeadbeef || p.Ack != 0xcafe0001 || p.Window != 0x1234 || p.Urgent != 0x55aa {
		t.Errorf("tcp fields: %x %x %x %x", p.Seq, p.Ack, p.Window, p.Urgent)
	}
	if p.IPLen != len(pkt) || p.IPHeaderLen != 20 || p.TTL != 64 || !bytes.Equal(p.IP, pkt) {
		t.Errorf("ip fields: %d %d %d", p.IPLen, p.IPHeaderLen, p.TTL)
	}
	if p.FrameLen != len(frame)+4 || len(p.Frame) != len(frame) || p.EtherType != 0x800 {
		t.Errorf("link fields: %d %d %x", p.FrameLen, len(p.Frame), p.EtherType)
	}
	if p.WindowScale() != 7 {
		t.Errorf("window scale %d", p.WindowScale())
	}
	if v, ok := p.TCPOption(2); !ok || !bytes.Equal(v, []byte{5, 0xb4}) {
		t.Errorf("mss option: %x %v", v, ok)
	}
	if _, ok := p.TCPOption(4); ok {
		t.Error("found an option that is not there")
	}
	p.Options = []byte{2, 9, 1}
	if _, ok := p.TCPOption(2); ok {
		t.Error("took an option that runs over the end")
	}
}

func TestEmbedded(t *testing.T) {
	icmpError := func(quote []byte, typ byte) []byte {
		return ip("10.9.9.9", a4, protoICMP, cat([]byte{typ, 1, 0, 0}, u32(0), quote), 2)
	}
	var p Packet
	var e Embedded
	decode := func(b []byte) bool {
		Decode(LinkRaw, b, len(b), &p)
		return p.Embedded(&e)
	}
	if !decode(icmpError(udp4(7, 53, []byte("query"))[:28], 3)) {
		t.Fatal("no quote found")
	}
	want := Embedded{AddrFrom4(addr(a4)), AddrFrom4(addr(b4)), 7, 53, protoUDP, 33}
	if e != want {
		t.Errorf("got %+v, want %+v", e, want)
	}
	quote := ipHeader(a6, b6, 0, cat([]byte{protoTCP, 0, 0, 0, 0, 0, 0, 0}, tcpSeg(5, 6, SYN, "")), 0)
	if !decode(ip(b6, a6, protoICMPv6, cat([]byte{1, 4, 0, 0}, u32(0), quote), 2)) {
		t.Fatal("no IPv6 quote found")
	}
	want = Embedded{AddrFrom16(addr(a6)), AddrFrom16(addr(b6)), 5, 6, protoTCP, 68}
	if e != want {
		t.Errorf("got %+v, want %+v", e, want)
	}
	for name, b := range map[string][]byte{
		"echo":  icmpError(tcp4(), 8),
		"short": icmpError(tcp4()[:23], 3),
		"ipv6":  icmpError(tcp6(), 3),
		"tcp":   tcp4(),
	} {
		if decode(b) {
			t.Errorf("%s: found a quote", name)
		}
	}
}

func TestStatus(t *testing.T) {
	seen := map[string]Status{}
	for s := OK + 1; s < numStatus; s++ {
		if s.String() == "" {
			t.Errorf("status %d has no name", s)
		}
		if o, dup := seen[s.String()]; dup {
			t.Errorf("%v and %v have one name", o, s)
		}
		seen[s.String()] = s
		var w Weirds
		w.Add(s)
		if !w.Has(s) || w.Next() != s || w != 0 || w.Next() != OK {
			t.Errorf("%v does not fit into Weirds", s)
		}
	}
	p := Packet{Proto: protoTCP}
	if p.Source(TruncatedHeader) != "TCP" || p.Source(TruncatedIPLen) != "IP" || p.Source(Routing0Hdr) != "" {
		t.Error("wrong sources")
	}
}
