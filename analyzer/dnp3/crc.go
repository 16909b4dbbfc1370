package dnp3

// crcTable is the table of DNP3's checksum: polynomial 0x3d65, reflected.
var crcTable = func() (t [256]uint16) {
	for i := range t {
		c := uint16(i)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xa6bc
			} else {
				c >>= 1
			}
		}
		t[i] = c
	}
	return t
}()

// crc returns the checksum of b.
func crc(b []byte) uint16 {
	var c uint16
	for _, v := range b {
		c = crcTable[byte(c)^v] ^ c>>8
	}
	return ^c
}
