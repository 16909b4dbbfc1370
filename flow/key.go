package flow

import (
	"encoding/binary"
	"math/bits"

	"wirehunt/packet"
)

// Key identifies a flow: what is the same for the packets of both directions.
// The lower endpoint is A.
type Key struct {
	A, B         packet.Addr
	APort, BPort uint16
	Proto        uint8
	// OneWay marks messages without an answer (most of ICMP): the two
	// directions are then flows of their own, and A is the sender.
	OneWay bool
}

// tuple is a packet's view of its flow.
type tuple struct {
	src, dst         packet.Addr
	srcPort, dstPort uint16
	proto            uint8
	oneWay           bool
}

// makeTuple fills t from a packet; ICMP messages have their type as source
// port and the type of the answer, or their code, as destination port.
func makeTuple(t *tuple, p *packet.Packet) {
	t.src, t.dst, t.proto, t.oneWay = p.Src, p.Dst, p.Proto, false
	switch p.Kind {
	case packet.KindTCP, packet.KindUDP:
		t.srcPort, t.dstPort = p.SrcPort, p.DstPort
	case packet.KindICMP:
		t.srcPort = uint16(p.ICMPType)
		answer, ok := icmpAnswer(p.Proto, p.ICMPType)
		if !ok {
			answer, t.oneWay = p.ICMPCode, true
		}
		t.dstPort = uint16(answer)
	default:
		t.srcPort, t.dstPort = 0, 0
	}
}

// icmpAnswer returns the type that answers an ICMP message of the given type,
// or the type that it answers.
func icmpAnswer(proto, typ uint8) (uint8, bool) {
	if proto == protoICMP {
		switch typ {
		case 0: // echo reply
			return 8, true
		case 8: // echo request
			return 0, true
		case 9: // router advertisement
			return 10, true
		case 10: // router solicitation
			return 9, true
		case 13, 15, 17: // timestamp, information, mask requests
			return typ + 1, true
		case 14, 16, 18: // and their replies
			return typ - 1, true
		}
		return 0, false
	}
	switch typ {
	case 128: // echo request
		return 129, true
	case 129:
		return 128, true
	case 130: // multicast listener query
		return 131, true
	case 131:
		return 130, true
	case 133: // router solicitation
		return 134, true
	case 134:
		return 133, true
	case 135: // neighbour solicitation
		return 136, true
	case 136:
		return 135, true
	case 139: // node information query
		return 140, true
	case 140:
		return 139, true
	case 144: // home agent address discovery
		return 145, true
	case 145:
		return 144, true
	}
	return 0, false
}

// IP protocol numbers.
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// key returns the canonical key.
func (t *tuple) key(k *Key) {
	k.Proto, k.OneWay = t.proto, t.oneWay
	if t.oneWay || less(&t.src, t.srcPort, &t.dst, t.dstPort) {
		k.A, k.APort, k.B, k.BPort = t.src, t.srcPort, t.dst, t.dstPort
	} else {
		k.A, k.APort, k.B, k.BPort = t.dst, t.dstPort, t.src, t.srcPort
	}
}

func less(a *packet.Addr, aPort uint16, b *packet.Addr, bPort uint16) bool {
	if x, y := binary.BigEndian.Uint64(a[8:]), binary.BigEndian.Uint64(b[8:]); x != y {
		return x < y
	}
	if x, y := binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(b[:8]); x != y {
		return x < y
	}
	return aPort < bPort
}

// equal reports whether two keys are the same; faster than ==, which calls
// out for arrays.
func (k *Key) equal(l *Key) bool {
	return k.APort == l.APort && k.BPort == l.BPort && k.Proto == l.Proto && k.OneWay == l.OneWay &&
		same(&k.A, &l.A) && same(&k.B, &l.B)
}

func same(a, b *packet.Addr) bool {
	return binary.LittleEndian.Uint64(a[8:]) == binary.LittleEndian.Uint64(b[8:]) &&
		binary.LittleEndian.Uint64(a[:8]) == binary.LittleEndian.Uint64(b[:8])
}

// hash returns a keyed hash of k.
func (k *Key) hash(seed uint64) uint64 {
	h := seed ^ uint64(k.APort)<<48 ^ uint64(k.BPort)<<32 ^ uint64(k.Proto)<<8
	if k.OneWay {
		h ^= 1
	}
	h = mix(h^0x9e3779b97f4a7c15, binary.LittleEndian.Uint64(k.A[8:])^0xa0761d6478bd642f)
	h = mix(h^binary.LittleEndian.Uint64(k.A[:8]), binary.LittleEndian.Uint64(k.B[8:])^0xe7037ed1a0b428db)
	return mix(h^binary.LittleEndian.Uint64(k.B[:8]), seed^0x8ebc6af09c88c6e3)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
