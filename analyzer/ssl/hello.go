package ssl

import (
	"encoding/binary"
	"strings"

	"wirehunt/analyzer"
)

// Extension types that are looked into (IANA TLS ExtensionType).
const (
	extServerName        = 0
	extGroups            = 10
	extPointFormats      = 11
	extSignatures        = 13
	extALPN              = 16
	extTicket            = 35
	extKeyShareOld       = 40
	extPSK               = 41
	extSupportedVersions = 43
	extPSKModes          = 45
	extKeyShare          = 51
)

// helloRetry is the random of a server hello that is a hello retry request
// (RFC 8446, 4.1.3).
const helloRetry = "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91" +
	"\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C"

// hello holds the lists of a hello, for the fingerprints.
type hello struct {
	ciphers, exts, sigs []uint16
	version             uint16 // the highest version, or the one chosen
	alpn                [2]byte
	hasALPN, hasSNI     bool
}

// maxKeptList is the longest list that is kept for reuse.
const maxKeptList = 1 << 10

func (h *hello) reset(version uint16) {
	keep := func(l []uint16) []uint16 {
		if cap(l) > maxKeptList {
			return nil
		}
		return l[:0]
	}
	*h = hello{ciphers: keep(h.ciphers), exts: keep(h.exts), sigs: keep(h.sigs), version: version}
}

// cursor reads big-endian fields; its first failure sticks.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) bytes(n int) []byte {
	if n > len(c.b) {
		c.b, c.bad = nil, true
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) u8() int {
	if v := c.bytes(1); v != nil {
		return int(v[0])
	}
	return 0
}

func (c *cursor) u16() int {
	if v := c.bytes(2); v != nil {
		return int(binary.BigEndian.Uint16(v))
	}
	return 0
}

func (c *cursor) u24() int { return c.u8()<<16 | c.u16() }

// clientHello handles a client hello; it reports whether it could be parsed.
func (s *session) clientHello(b []byte) bool {
	c := cursor{b: b}
	version := uint16(c.u16())
	c.bytes(32) // random
	id := c.bytes(c.u8())
	if version == verDTLS10 || version == verDTLS12 || version == verDTLS13 {
		c.bytes(c.u8()) // cookie
	}
	suites := c.bytes(c.u16() &^ 1)
	c.bytes(c.u8()) // compression methods
	if c.bad {
		return false
	}
	h := &s.scratch
	h.reset(version)
	for i := 0; i+1 < len(suites); i += 2 {
		if v := binary.BigEndian.Uint16(suites[i:]); !isGrease(v) {
			h.ciphers = append(h.ciphers, v)
		}
	}
	if !s.extensions(c.b, true) {
		return false
	}
	if versionOK(version) {
		s.Confirm()
	} else {
		s.violate("unsupported version in client hello")
	}
	s.offerID(id)
	if !s.hasJA4 {
		s.hasJA4 = true
		s.ja4 = h.ja4(s.dtls)
	}
	return true
}

// offerID notes the session id of a client hello.
func (s *session) offerID(id []byte) {
	p := padID(id)
	if p != ([32]byte{}) {
		s.id, s.hasID = p, true
		s.ticket = false
	}
}

// padID returns a session id with zeros behind it; one that is too long is
// none, as in Zeek.
func padID(id []byte) (p [32]byte) {
	if len(id) <= len(p) {
		copy(p[:], id)
	}
	return p
}

// serverHello handles a server hello or a hello retry request.
func (s *session) serverHello(b []byte) bool {
	c := cursor{b: b}
	version := uint16(c.u16())
	random := c.bytes(32)
	var id []byte
	// Drafts of TLS 1.3 had neither session id nor compression.
	early := version == verTLS13 || version>>8 == 0x7f
	if !early {
		id = c.bytes(c.u8())
	}
	cipher := uint32(c.u16())
	if !early {
		c.u8() // compression method
	}
	if c.bad {
		return false
	}
	s.negotiated = version
	h := &s.scratch
	h.reset(version)
	if !s.extensions(c.b, false) {
		return false
	}
	if !versionOK(version) {
		s.violate("unsupported version in server hello")
	}
	if !s.hasVersion {
		s.version, s.hasVersion = version, true
	}
	s.cipher, s.hasCipher = cipher, true
	s.hrr = string(random) == helloRetry
	if s.hasID && s.id == padID(id) && !isDraft(s.version) && s.version != verTLS13 {
		s.resumed = true
	}
	s.hasJA4S = true
	s.ja4s = h.ja4s(s.dtls, uint16(cipher))
	return true
}

// extensions handles the extensions of a hello, with the length before them;
// they may be missing.
func (s *session) extensions(b []byte, client bool) bool {
	if len(b) == 0 {
		return true
	}
	c := cursor{b: b}
	c.u16() // Zeek reads on to the end whatever the length says
	for len(c.b) > 0 {
		typ := uint16(c.u16())
		data := c.bytes(c.u16())
		if c.bad || len(data) > 0 && !s.extension(typ, data, client) {
			return false
		}
		s.start()
		switch {
		case client && typ == extTicket && len(data) > 0:
			s.ticket = true
		case client && typ == extPSK:
			s.psk = true
		case typ == extPSK && s.psk:
			s.resumed = true
		}
		if h := &s.scratch; !isGrease(typ) {
			h.exts = append(h.exts, typ)
			if typ == extServerName {
				h.hasSNI = true
			}
		}
	}
	return !c.bad
}

// extension handles the data of one extension.
func (s *session) extension(typ uint16, data []byte, client bool) bool {
	h := &s.scratch
	c := cursor{b: data}
	switch typ {
	case extServerName:
		return s.serverNames(data, client)
	case extALPN:
		list := cursor{b: c.bytes(c.u16())}
		if c.bad {
			return false
		}
		for first := true; len(list.b) > 0; first = false {
			name := list.bytes(list.u8())
			if list.bad {
				return false
			}
			if first {
				h.hasALPN, h.alpn = true, alpnEnds(name)
				if !client {
					s.alpn, s.hasALPN = append(s.alpn[:0], name...), true
				}
			}
		}
	case extSignatures:
		c.u16()
		for len(c.b) > 0 && !c.bad {
			if v := uint16(c.u16()); !c.bad && client && !isGrease(v) {
				h.sigs = append(h.sigs, v)
			}
		}
	case extSupportedVersions:
		if client {
			c.b = c.bytes(c.u8())
			for len(c.b) > 0 && !c.bad {
				h.offer(uint16(c.u16()))
			}
		} else if v := uint16(c.u16()); !c.bad {
			s.negotiated, s.version, s.hasVersion, h.version = v, v, true, v
		}
	case extKeyShare, extKeyShareOld:
		if client {
			c.bytes(c.u16())
		} else if v := uint16(c.u16()); !c.bad {
			if len(data) != 2 { // a hello retry request has the group only
				c.bytes(c.u16())
			}
			s.curve, s.hasCurve = v, !c.bad || s.hasCurve
		}
	case extPSK:
		if client {
			c.bytes(c.u16())
			c.bytes(c.u16())
		} else {
			c.u16()
		}
	case extGroups:
		c.bytes(c.u16() &^ 1)
	case extPointFormats, extPSKModes:
		c.bytes(c.u8())
	}
	return !c.bad
}

// offer notes a version that the client supports, for JA4: DTLS counts
// versions downwards.
func (h *hello) offer(v uint16) {
	switch {
	case isGrease(v):
	case h.version>>8 == 0xfe:
		if v>>8 == 0xfe && v < h.version {
			h.version = v
		}
	case v > h.version && v <= verTLS13:
		h.version = v
	}
}

// serverNames handles the extension of that name (RFC 6066, 3).
func (s *session) serverNames(data []byte, client bool) bool {
	c := cursor{b: data}
	list := cursor{b: c.bytes(c.u16())}
	if c.bad {
		return false
	}
	names := 0
	var all strings.Builder
	for len(list.b) > 0 {
		if list.u8() != 0 {
			break // another type of name takes the rest
		}
		name := list.bytes(list.u16())
		if list.bad {
			return false
		}
		if names++; names == 1 && client {
			s.sni, s.hasSNI = append(s.sni[:0], name...), true
			s.Conn.SetHost(name)
		}
		if names == 2 {
			all.WriteString("[" + string(s.sni))
		}
		if names > 1 && all.Len() < 1024 {
			all.WriteString(", ")
			all.Write(name)
		}
	}
	if names > 1 && client {
		s.WeirdFrom("", "SSL_many_server_names", all.String()+"]")
	}
	return true
}

// v2ClientHello handles the hello of SSL 2.0, in which newer clients may
// offer newer versions.
func (a *stream) v2ClientHello(b []byte) {
	c := cursor{b: b}
	suites, id, challenge := c.u16(), c.u16(), c.u16()
	c.bytes(suites / 3 * 3)
	sid := c.bytes(id)
	c.bytes(challenge)
	if c.bad {
		a.malformed("malformed SSL 2.0 client hello")
		return
	}
	a.Confirm()
	a.start()
	a.offerID(sid)
	a.history = append(a.history, 'C')
}

// v2ServerHello handles the server's hello of SSL 2.0, which has its
// certificate.
func (a *stream) v2ServerHello(dir analyzer.Dir, b []byte) {
	c := cursor{b: b}
	version, cert, suites, id := c.u16(), c.u16(), c.u16(), c.u16()
	der := c.bytes(cert)
	list := c.bytes(suites / 3 * 3)
	c.bytes(id)
	if c.bad {
		a.malformed("malformed SSL 2.0 server hello")
		return
	}
	if version != verSSL2 {
		a.violate("invalid version in SSL server hello")
		return
	}
	a.start()
	a.negotiated = verSSL2
	if !a.hasVersion {
		a.version, a.hasVersion = verSSL2, true
	}
	a.cipher, a.hasCipher = 0, true
	if len(list) >= 3 {
		a.cipher = uint32(list[0])<<16 | uint32(list[1])<<8 | uint32(list[2])
	}
	a.history = append(a.history, 's')
	a.certificate(dir, 0, der)
}

// v2ClientMasterKey handles the message after which SSL 2.0 encrypts.
func (a *stream) v2ClientMasterKey(b []byte) {
	c := cursor{b: b}
	c.u8() // the third byte of the cipher
	clear, secret, arg := c.u16(), c.u16(), c.u16()
	c.bytes(clear + secret + arg)
	if c.bad {
		a.malformed("malformed SSL 2.0 client master key")
		return
	}
	a.establish()
}

// alpnEnds returns what JA4 shows of a protocol name: its first and last
// character, in hexadecimal digits unless both are letters or digits.
func alpnEnds(name []byte) [2]byte {
	if len(name) == 0 {
		return [2]byte{'0', '0'}
	}
	first, last := name[0], name[len(name)-1]
	if isAlnum(first) && isAlnum(last) {
		return [2]byte{first, last}
	}
	return [2]byte{hexLower[first>>4], hexLower[last&15]}
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
