package smtp

import (
	"net/netip"

	"wirehunt/packet"
)

func isAddrChar(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' || c == ':' || c == '.'
}

// findAddrs returns the IP addresses in a text.  With wrapped it returns only
// those in brackets or between blanks, which tells addresses from version
// numbers and the like.
func findAddrs(b []byte, wrapped bool) []packet.Addr {
	var found []packet.Addr
	for i := 0; i < len(b) && len(found) < 8; {
		if !isAddrChar(b[i]) {
			i++
			continue
		}
		end := i
		for end < len(b) && isAddrChar(b[end]) {
			end++
		}
		start := i
		i = end
		for end > start && b[end-1] == '.' {
			end--
		}
		if end-start > 45 {
			continue
		}
		ip, err := netip.ParseAddr(string(b[start:end]))
		if err != nil || wrapped && !isWrapped(b, start, end) {
			continue
		}
		found = append(found, packet.Addr(ip.As16()))
	}
	return found
}

func isWrapped(b []byte, start, end int) bool {
	if start == 0 || end == len(b) {
		return start == 0 && end == len(b)
	}
	switch b[start-1] {
	case '[':
		return b[end] == ']'
	case '(':
		return b[end] == ')'
	case '{':
		return b[end] == '}'
	case ' ':
		return b[end] == ' '
	}
	return false
}
