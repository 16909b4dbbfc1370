package rdp

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"wirehunt/analyzer/wire/asn1"
	"wirehunt/analyzer/x509"
)

// The settings that both sides exchange are blocks in the user data of T.125
// connect PDUs, wrapped as T.124 has it ([MS-RDPBCGR] 2.2.1.3, 2.2.1.4).

// Types of blocks.
const (
	blockClientCore     = 0xc001
	blockClientNetwork  = 0xc003
	blockServerSecurity = 0x0c02
)

// client handles Connect-Initial.
func (s *session) client(b []byte) bool {
	e, _, ok := asn1.Next(b)
	if !ok {
		return false
	}
	r := asn1.NewReader(e.Body)
	r.Read(asn1.OctetString) // domain selectors
	r.Read(asn1.OctetString)
	r.Read(asn1.Boolean)
	for range 3 { // parameters
		r.Read(asn1.Sequence)
	}
	data := r.Read(asn1.OctetString)
	_, blocks, ok := blocksAfter(data, "Duca")
	return r.OK() && ok && s.blocks(blocks)
}

// server handles Connect-Response.
func (s *session) server(b []byte) bool {
	e, _, ok := asn1.Next(b)
	if !ok {
		return false
	}
	r := asn1.NewReader(e.Body)
	r.Read(asn1.Enumerated) // result
	r.Read(asn1.Integer)
	r.Read(asn1.Sequence)
	data := r.Read(asn1.OctetString)
	at, blocks, ok := blocksAfter(data, "McDn")
	if !r.OK() || !ok || at < 4 {
		return false
	}
	s.start()
	s.Confirm()
	s.result = name(results, uint32(data[at-4]), "result")
	return s.blocks(blocks)
}

// blocksAfter finds the key of the party that user data is of, and the blocks
// behind it and their length.
func blocksAfter(data []byte, key string) (at int, blocks []byte, ok bool) {
	at = bytes.Index(data[:min(len(data), 64)], []byte(key))
	if at < 0 {
		return 0, nil, false
	}
	b := data[at+len(key):]
	if len(b) < 2 {
		return 0, nil, false
	}
	if b[0]&0x80 != 0 { // a length of two bytes, in packed encoding
		return at, b[2:], true
	}
	return at, b[1:], true
}

// blocks handles the blocks of a side.
func (s *session) blocks(b []byte) bool {
	for len(b) >= 4 {
		typ, size := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if size < 4 || size > len(b) {
			return false
		}
		body, ok := b[4:size], true
		switch typ {
		case blockClientCore:
			ok = s.core(body)
		case blockClientNetwork:
			ok = s.network(body)
		case blockServerSecurity:
			ok = s.serverSecurity(body)
		}
		if !ok {
			return false
		}
		b = b[size:]
	}
	return true
}

// core handles TS_UD_CS_CORE; its end is optional.
func (s *session) core(b []byte) bool {
	if len(b) < 128 {
		return false
	}
	s.start()
	s.Confirm()
	s.hasCore = true
	s.width, s.height = binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:])
	s.keyboard, s.build = binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[16:])
	s.clientName = appendUTF16(s.clientName[:0], b[20:52])
	if len(b) >= 142 {
		s.hasDepth = true
		s.depth = binary.LittleEndian.Uint16(b[136:])
		s.wide = binary.LittleEndian.Uint16(b[140:])&2 != 0 // RNS_UD_CS_WANT_32BPP_SESSION
	}
	if len(b) >= 206 {
		s.hasProduct = true
		s.product = appendUTF16(s.product[:0], b[142:206])
	}
	return true
}

// appendUTF16 appends UTF-16, little-endian, up to its end or a zero.
func appendUTF16(dst, b []byte) []byte {
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(binary.LittleEndian.Uint16(b[i:]))
		if r == 0 {
			break
		}
		if utf16.IsSurrogate(r) && i+3 < len(b) {
			if d := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b[i+2:]))); d != utf8.RuneError {
				r = d
				i += 2
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// network handles TS_UD_CS_NET.
func (s *session) network(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[4:]
	if uint64(n)*12 > uint64(len(b)) {
		return false
	}
	s.start()
	s.hasChannels = true
	s.channels = s.channels[:0]
	for i := range min(int(n), maxChannels) {
		s.channels = append(s.channels, bytes.TrimRight(b[12*i:12*i+8], "\x00")...)
		s.channels = append(s.channels, 0)
	}
	return true
}

// serverSecurity handles TS_UD_SC_SEC1.
func (s *session) serverSecurity(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	s.start()
	s.Confirm()
	s.hasSecurity = true
	s.method, s.level = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if s.method == 0 || s.level == 0 {
		return true
	}
	s.security = protocols[0]
	if len(b) < 16 {
		return false
	}
	random, size := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	b = b[16:]
	if uint64(random)+uint64(size) > uint64(len(b)) {
		return false
	}
	return s.certificates(b[random : random+size])
}

// certificates handles the server's certificate or chain of certificates.
func (s *session) certificates(b []byte) bool {
	if len(b) < 4 {
		return len(b) == 0
	}
	v := binary.LittleEndian.Uint32(b)
	s.hasCert, s.certType, s.permanent = true, v&^(1<<31), v>>31 == 0
	switch s.certType {
	case 1:
		s.certs++
		return true
	case 2:
	default:
		return false
	}
	if b = b[4:]; len(b) < 4 {
		return false
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[4:]
	for range min(n, maxCerts) {
		if len(b) < 4 {
			return false
		}
		size := binary.LittleEndian.Uint32(b)
		if uint64(size) > uint64(len(b)-4) {
			return false
		}
		s.certs++
		x509.Certificate(s.Conn, &s.cert, b[4:4+size], true, false, false)
		b = b[4+size:]
	}
	return true
}
