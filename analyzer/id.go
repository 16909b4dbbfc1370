package analyzer

import "math/bits"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// UID returns the unique id of the connection with hash h: "C" and base-62.
func UID(h uint64) string { return id('C', h) }

// FileID returns the id of the nth file of the connection with hash h: "F"
// and base-62.
func FileID(h uint64, n uint32) string { return id('F', mix(h, uint64(n)+1)) }

// id writes h, stretched to 96 bits as in Zeek, in base 62.
func id(first byte, h uint64) string {
	var b [19]byte
	n := 0
	b[n] = first
	n++
	for v := h; v != 0; v /= 62 {
		b[n] = base62[v%62]
		n++
	}
	for v := mix(h, 0x9e3779b97f4a7c15) >> 32; v != 0; v /= 62 {
		b[n] = base62[v%62]
		n++
	}
	return string(b[:n])
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
