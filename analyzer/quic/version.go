package quic

import "strconv"

// The versions that can be read: RFC 9000, RFC 9369, the IETF's drafts 22 to
// 34, and those of Meta's implementation.
const (
	version1     = 0x00000001
	version2     = 0x6b3343cf
	draft22      = 0xff000016
	draft23      = 0xff000017
	draft28      = 0xff00001c
	draft29      = 0xff00001d
	draft32      = 0xff000020
	draft34      = 0xff000022
	mvfst22      = 0xfaceb001
	mvfst27      = 0xfaceb002
	mvfst27Later = 0xfaceb00e
	mvfst29      = 0xfaceb011
	mvfst29Last  = 0xfaceb013
)

// saltOf returns the salt of the version's Initial keys (RFC 9001, 5.2; RFC
// 9369, 3.3.1; the same sections of the drafts), "" for unknown versions.
func saltOf(v uint32) string {
	switch {
	case v == version1, v > draft32 && v <= draft34:
		return "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"
	case v == version2:
		return "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"
	case v >= draft29 && v <= draft32, v >= mvfst29 && v <= mvfst29Last:
		return "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
	case v >= draft23 && v <= draft28, v == mvfst27, v == mvfst27Later:
		return "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"
	case v == draft22, v == mvfst22:
		return "\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x19\x3a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x4a"
	}
	return ""
}

// known reports whether packets of the version can be read.
func known(v uint32) bool { return saltOf(v) != "" }

// appendVersion appends the name of a version as Zeek has it.
func appendVersion(b []byte, v uint32) []byte {
	switch {
	case v == version1:
		return append(b, '1')
	case v == version2:
		return append(b, "quicv2"...)
	case v >= draft22 && v <= draft34:
		return strconv.AppendUint(append(b, "draft-"...), uint64(v&0xff), 10)
	case known(v):
		return append(strconv.AppendUint(append(b, "mvfst ("...), uint64(v), 16), ')')
	}
	return strconv.AppendUint(append(b, "unknown-"...), uint64(v), 16)
}
