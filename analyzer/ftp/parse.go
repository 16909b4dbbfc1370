package ftp

import (
	"bytes"
	"net/netip"
	"strconv"

	"wirehunt/packet"
)

// parsePort reads "h1,h2,h3,h4,p1,p2" (RFC 959, PORT).
func parsePort(b []byte) (addr packet.Addr, port uint16, ok bool) {
	var v [6]byte
	for i := range v {
		n, digits := 0, 0
		for len(b) > 0 && isDigit(b[0]) && digits < 4 {
			n = n*10 + int(b[0]-'0')
			b = b[1:]
			digits++
		}
		if digits == 0 || n > 255 || i < 5 && (len(b) == 0 || b[0] != ',') {
			return addr, 0, false
		}
		v[i] = byte(n)
		if i < 5 {
			b = b[1:]
		}
	}
	return packet.AddrFrom4(v[:4]), uint16(v[4])<<8 | uint16(v[5]), true
}

// parsePasv reads the address of a 227 reply: behind a parenthesis, or where
// the digits begin.
func parsePasv(msg []byte) (addr packet.Addr, port uint16, ok bool) {
	if i := bytes.IndexByte(msg, '('); i >= 0 {
		return parsePort(msg[i+1:])
	}
	if i := bytes.IndexAny(msg, "0123456789"); i >= 0 {
		return parsePort(msg[i:])
	}
	return addr, 0, false
}

// parseExtended reads "|2|::1|1234|" or "|||1234|" (RFC 2428); the address is
// zero where none is given.
func parseExtended(b []byte) (addr packet.Addr, port uint16, ok bool) {
	if len(b) < 5 {
		return addr, 0, false
	}
	part := bytes.SplitN(b, b[:1], 5)
	if len(part) < 5 {
		return addr, 0, false
	}
	if len(part[2]) > 0 {
		ip, err := netip.ParseAddr(string(part[2][:min(len(part[2]), 64)]))
		if err != nil {
			return addr, 0, false
		}
		addr = packet.Addr(ip.As16())
	}
	n, err := strconv.ParseUint(string(part[3][:min(len(part[3]), 8)]), 10, 16)
	return addr, uint16(n), err == nil
}

// lastNumber returns the last number in a text, or 0, as Zeek's
// extract_count.
func lastNumber(b []byte) int64 {
	end := len(b)
	for end > 0 && !isDigit(b[end-1]) {
		end--
	}
	start := end
	for start > 0 && isDigit(b[start-1]) {
		start--
	}
	n, err := strconv.ParseInt(string(b[start:end]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// joinPath returns a path in a directory; absolute paths stay as they are.
func joinPath(dir, path []byte) []byte {
	if len(path) > 0 && path[0] == '/' || len(path) > 2 && path[1] == ':' && path[2] == '\\' {
		return bytes.Clone(path)
	}
	out := make([]byte, 0, len(dir)+1+len(path))
	out = append(out, dir...)
	if len(out) == 0 || out[len(out)-1] != '/' {
		out = append(out, '/')
	}
	return append(out, path...)
}

// compressPath removes "/.." with the element before it, "/./" and doubled
// slashes, in place.
func compressPath(p []byte) []byte {
	absolute := len(p) > 0 && p[0] == '/'
	out := p[:0]
	first := true
	for rest := p; len(rest) > 0 || first; {
		part := rest
		if i := bytes.IndexByte(rest, '/'); i >= 0 {
			part, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		switch {
		case len(part) == 0, string(part) == "." && !first:
		case string(part) == ".." && len(out) > 0 && string(out[bytes.LastIndexByte(out, '/')+1:]) != "..":
			out = out[:max(bytes.LastIndexByte(out, '/'), 0)]
		case string(part) == ".." && absolute:
		default:
			if len(out) > 0 || absolute {
				out = append(out, '/')
			}
			out = append(out, part...)
		}
		first = false
	}
	if len(out) == 0 && absolute {
		out = append(out, '/')
	}
	return out
}

// extractPath returns the first absolute path in a text, without quotes.
func extractPath(msg []byte) []byte {
	for i := range msg {
		if msg[i] != '/' && (i+2 >= len(msg) || msg[i+1] != ':' || msg[i+2] != '\\' || msg[i]|0x20 < 'a' || msg[i]|0x20 > 'z') {
			continue
		}
		end := i + 1
		for end < len(msg) && msg[end] != '"' && (msg[end] != ' ' || msg[end-1] == '\\') {
			end++
		}
		return msg[i:end]
	}
	return nil
}
