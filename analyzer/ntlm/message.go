package ntlm

import (
	"encoding/binary"
	"strconv"

	"wirehunt/analyzer/wire/win"
)

// Message types ([MS-NLMP] section 2.2.1).
const (
	typeNegotiate    = 1
	typeChallenge    = 2
	typeAuthenticate = 3
)

// Flags ([MS-NLMP] section 2.2.2.5).
const (
	flagUnicode    = 0x00000001
	flagTargetInfo = 0x00800000
	flagVersion    = 0x02000000
)

// Attributes of the challenge's target information ([MS-NLMP] section
// 2.2.2.1).
const (
	avEOL         = 0
	avNBComputer  = 1
	avNBDomain    = 2
	avDNSComputer = 3
	avDNSDomain   = 4
	avDNSTree     = 5
)

const signature = "NTLMSSP\x00"

// messageType returns the type of message b, 0 for none.
func messageType(b []byte) uint32 {
	if len(b) < 12 || string(b[:8]) != signature {
		return 0
	}
	return binary.LittleEndian.Uint32(b[8:])
}

// payload returns what the length and offset at b[at:] point to, as far as it
// is within b.
func payload(b []byte, at int) []byte {
	if len(b) < at+8 {
		return nil
	}
	n, off := uint64(binary.LittleEndian.Uint16(b[at:])), uint64(binary.LittleEndian.Uint32(b[at+4:]))
	if off >= uint64(len(b)) {
		return nil
	}
	return b[off:min(off+n, uint64(len(b)))]
}

// appendVersion appends the VERSION structure at b[at:] ([MS-NLMP] section
// 2.2.2.10) as Defender shows it: "10.0 22621 15".
func appendVersion(dst, b []byte, at int) []byte {
	if len(b) < at+8 {
		return dst
	}
	v := b[at : at+8]
	dst = strconv.AppendUint(dst, uint64(v[0]), 10)
	dst = append(dst, '.')
	dst = strconv.AppendUint(dst, uint64(v[1]), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, uint64(binary.LittleEndian.Uint16(v[2:])), 10)
	dst = append(dst, ' ')
	return strconv.AppendUint(dst, uint64(v[7]), 10)
}

// challenge takes the server's names and version from a CHALLENGE.
func (x *auth) challenge(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	flags := binary.LittleEndian.Uint32(b[20:])
	if flags&flagVersion != 0 {
		x.serverVersion = appendVersion(x.serverVersion[:0], b, 48)
	}
	if flags&flagTargetInfo == 0 {
		return true
	}
	info := payload(b, 40)
	for len(info) >= 4 {
		id, n := binary.LittleEndian.Uint16(info), int(binary.LittleEndian.Uint16(info[2:]))
		if id == avEOL || n > len(info)-4 {
			break
		}
		v := info[4 : 4+n]
		info = info[4+n:]
		if dst := x.attribute(id); dst != nil {
			*dst = win.AppendUTF16((*dst)[:0], v)
			x.has |= 1 << id
		}
	}
	return true
}

func (x *auth) attribute(id uint16) *[]byte {
	switch id {
	case avNBComputer:
		return &x.nbComputer
	case avNBDomain:
		return &x.nbDomain
	case avDNSComputer:
		return &x.dnsComputer
	case avDNSDomain:
		return &x.dnsDomain
	case avDNSTree:
		return &x.dnsTree
	}
	return nil
}

// authenticate takes the user's and the client's names and version from an
// AUTHENTICATE.
func (x *auth) authenticate(b []byte) bool {
	if len(b) < 52 {
		return false
	}
	// The shortest form, of old clients, ends before the flags; its strings
	// are in Unicode where the lengths let it be, as the NT response says
	// that the client knows it.
	flags := uint32(flagUnicode)
	if len(b) >= 64 {
		flags = binary.LittleEndian.Uint32(b[60:])
	}
	text := func(dst []byte, at int) []byte {
		if flags&flagUnicode != 0 {
			return win.AppendUTF16(dst[:0], payload(b, at))
		}
		return append(dst[:0], payload(b, at)...)
	}
	x.domain = text(x.domain, 28)
	x.user = text(x.user, 36)
	x.host = text(x.host, 44)
	if flags&flagVersion != 0 {
		x.version = appendVersion(x.version[:0], b, 64)
	}
	return true
}
