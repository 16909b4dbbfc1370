package flow

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

	"wirehunt/packet"
)

// AppendCommunityID appends the Community ID v1 of a flow
// (https://github.com/corelight/community-id-spec) with the given seed.
// ICMP flows have their type and the answer's type, or their code, as ports,
// as Orig and Resp ports in a Flow.
func AppendCommunityID(b []byte, seed uint16, proto uint8, src packet.Addr, srcPort uint16, dst packet.Addr, dstPort uint16) []byte {
	oneWay := false
	if proto == protoICMP || proto == protoICMPv6 {
		_, ok := icmpAnswer(proto, uint8(srcPort))
		oneWay = !ok
	}
	var x, y []byte
	if src.Is4() && dst.Is4() {
		x, y = src[12:], dst[12:]
	} else {
		x, y = src[:], dst[:]
	}
	c := 0
	for i := range x {
		if x[i] != y[i] {
			c = int(x[i]) - int(y[i])
			break
		}
	}
	if !oneWay && (c > 0 || c == 0 && srcPort > dstPort) {
		x, y, srcPort, dstPort = y, x, dstPort, srcPort
	}
	var buf [2 + 32 + 2 + 4]byte
	in := binary.BigEndian.AppendUint16(buf[:0], seed)
	in = append(in, x...)
	in = append(in, y...)
	in = append(in, proto, 0)
	if proto == protoTCP || proto == protoUDP || proto == protoICMP || proto == protoICMPv6 || proto == protoSCTP {
		in = binary.BigEndian.AppendUint16(in, srcPort)
		in = binary.BigEndian.AppendUint16(in, dstPort)
	}
	sum := sha1.Sum(in)
	return base64.StdEncoding.AppendEncode(append(b, "1:"...), sum[:])
}

const protoSCTP = 132
