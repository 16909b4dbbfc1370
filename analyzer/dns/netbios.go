package dns

// netbiosPort is where the NetBIOS name service speaks DNS with names of its
// own (RFC 1002).
const netbiosPort = 137

// appendNetBIOS appends the name that the first-level encoding of RFC 1001
// section 14.1 holds: 32 letters A to P, two per byte.  As Zeek's
// decode_netbios_name it leaves out the 16th byte, the kind of the name, and
// the padding, and appends nothing where the text is no such encoding.
func appendNetBIOS(dst, encoded []byte) []byte {
	if len(encoded) != 32 {
		return dst
	}
	var name [15]byte
	for i := range encoded {
		c := encoded[i] | 0x20
		if c < 'a' || c > 'p' {
			return dst
		}
		if i < 30 {
			name[i/2] = name[i/2]<<4 | (c - 'a')
		}
	}
	n := len(name)
	for n > 0 && (name[n-1] == 0 || name[n-1] == ' ') {
		n--
	}
	for i, c := range name[:n] {
		// The names of the browser service begin with bytes 1 and 2.
		if c >= 3 && c < ' ' || c >= 0x7f {
			n = i
			break
		}
	}
	return append(dst, name[:n]...)
}
