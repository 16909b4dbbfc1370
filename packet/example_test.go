package packet_test

import (
	"fmt"
	"slices"

	"wirehunt/packet"
)

// Decode looks through tunnels that need no connection, here IP in IP.
func ExampleDecode() {
	outer := []byte("E\x00\x00\x35\x00\x00\x00\x00\x40\x04\x00\x00" + "\xc6\x33\x64\x01" + "\xcb\x00\x71\x07")
	inner := []byte("E\x00\x00\x21\x00\x00\x00\x00\x40\x11\x00\x00" + "\x0a\x00\x00\x01" + "\x0a\x00\x00\x02" +
		"\x30\x39\x00\x35\x00\x0d\x00\x00" + "hello")
	frame := slices.Concat(outer, inner)

	var p packet.Packet
	packet.Decode(packet.LinkRaw, frame, len(frame), &p)
	if p.Kind == packet.KindUDP {
		fmt.Printf("%v:%d > %v:%d %q\n", p.Src, p.SrcPort, p.Dst, p.DstPort, p.Payload)
	}
	for _, h := range p.Hops[:p.NHops] {
		fmt.Printf("in %v, %v > %v\n", h.Tunnel, h.Src, h.Dst)
	}
	// Output:
	// 10.0.0.1:12345 > 10.0.0.2:53 "hello"
	// in IP, 198.51.100.1 > 203.0.113.7
}
