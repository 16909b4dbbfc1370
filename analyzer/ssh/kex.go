package ssh

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"wirehunt/analyzer"
)

// Message numbers of SSH 2 (RFC 4250, 4.1.2; the key exchange methods use 30
// to 49 as they like).
const (
	msgKexInit     = 20
	msgNewKeys     = 21
	msgKexRSAKey   = 30 // RFC 4432: starts with the host key
	msgKexReply    = 31 // RFC 4253, 8; RFC 5656, 4: starts with the host key
	msgKexGexReply = 33 // RFC 4419; RFC 4462 has its host key under that number
)

// Message numbers of SSH 1.
const (
	msg1PublicKey  = 2
	msg1SessionKey = 3
)

// packet2 handles a packet of SSH 2, without its length.
func (s *session) packet2(dir analyzer.Dir, b []byte) bool {
	if len(b) < 2 || len(b) < 2+int(b[0]) {
		return false
	}
	typ, payload := b[1], b[2:len(b)-int(b[0])]
	server := dir == analyzer.Resp
	switch {
	case typ == msgNewKeys:
		s.states[dir] = stateEncrypted
		s.Confirm()
		if s.compressed && s.states[dir.Other()] == stateEncrypted {
			s.Done(analyzer.Orig)
			s.Done(analyzer.Resp)
		}
	case typ == msgKexInit:
		return s.keepKexInit(dir, payload)
	case server && typ == s.keyMessage():
		key, _, ok := cut(payload)
		if !ok {
			return false
		}
		s.hostKey2(key)
	}
	return true
}

// keyMessage returns the number of the message that has the server's host
// key, 0 if that is not known.
func (s *session) keyMessage() byte {
	kex := s.algs.kex
	switch {
	case !s.agreed || string(kex) == failed:
		return 0
	case bytes.HasPrefix(kex, []byte("rsa")):
		return msgKexRSAKey
	case bytes.HasPrefix(kex, []byte("gss-")), bytes.HasPrefix(kex, []byte("diffie-hellman-group-exchange-")):
		return msgKexGexReply
	}
	return msgKexReply
}

// keepKexInit keeps a side's lists of algorithms and, with those of both,
// finds what is agreed upon.
func (s *session) keepKexInit(dir analyzer.Dir, payload []byte) bool {
	if s.hasKexInit[dir] {
		return true
	}
	if _, ok := parseKexInit(payload); !ok {
		return false
	}
	if len(payload) > maxKept {
		return true
	}
	s.kexInit[dir], s.hasKexInit[dir] = append(s.kexInit[dir][:0], payload...), true
	if !s.hasKexInit[dir.Other()] {
		return true
	}
	client, _ := parseKexInit(s.kexInit[analyzer.Orig])
	server, _ := parseKexInit(s.kexInit[analyzer.Resp])
	s.algs.negotiate(&client, &server)
	s.agreed = true
	s.compressed = string(s.algs.compression) == "zlib" || string(s.algs.compression) == "zlib@openssh.com"
	return true
}

// lists are the lists of algorithms in KEXINIT, in its order.
type lists [8][]byte

const (
	listKex = iota
	listHostKey
	listCipher // client to server, then the other way, as those that follow
	_
	listMAC
	_
	listCompression
	_
)

// parseKexInit reads the payload of KEXINIT (RFC 4253, 7.1).
func parseKexInit(b []byte) (l lists, ok bool) {
	if len(b) < 16 {
		return l, false
	}
	b = b[16:] // cookie
	for i := range 10 {
		v, rest, ok := cut(b)
		if !ok {
			return l, false
		}
		if i < len(l) { // the last two are languages
			l[i] = v
		}
		b = rest
	}
	return l, len(b) >= 5
}

// cut takes a string off b.
func cut(b []byte) (v, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n], b[4+n:], true
}

// failed is what is logged where two sides have no algorithm in common.
const failed = "Algorithm negotiation failed"

// algorithms are those agreed upon, in buf or in the lists.
type algorithms struct {
	cipher, mac, compression, kex, hostKey []byte
	buf                                    []byte
}

func (a *algorithms) negotiate(client, server *lists) {
	a.kex = find(client[listKex], server[listKex])
	a.hostKey = find(client[listHostKey], server[listHostKey])
	a.cipher = a.findBoth(client, server, listCipher)
	a.mac = a.findBoth(client, server, listMAC)
	a.compression = a.findBoth(client, server, listCompression)
}

// find returns the first algorithm of the client's list that the server has.
func find(client, server []byte) []byte {
	for len(client) > 0 {
		name, rest, _ := bytes.Cut(client, []byte{','})
		if len(name) > 0 && contains(server, name) {
			return name
		}
		client = rest
	}
	return []byte(failed)
}

func contains(list, name []byte) bool {
	for len(list) > 0 {
		n, rest, _ := bytes.Cut(list, []byte{','})
		if bytes.Equal(n, name) {
			return true
		}
		list = rest
	}
	return false
}

// findBoth is find for both directions.
func (a *algorithms) findBoth(client, server *lists, i int) []byte {
	up, down := find(client[i], server[i]), find(client[i+1], server[i+1])
	if bytes.Equal(up, down) {
		return up
	}
	n := len(a.buf)
	a.buf = append(a.buf, "To server: "...)
	a.buf = append(a.buf, up...)
	a.buf = append(a.buf, ", to client: "...)
	a.buf = append(a.buf, down...)
	return a.buf[n:len(a.buf):len(a.buf)]
}

// hostKey2 notes the fingerprints of a host key of SSH 2.
func (s *session) hostKey2(key []byte) {
	sum := sha256.Sum256(key)
	copy(s.fingerprint[:], "SHA256:")
	base64.StdEncoding.Encode(s.fingerprint[7:39], sum[:24])
	s.hasKey, s.sha = true, true
	s.putMD5(md5.Sum(key))
}

const hexLower = "0123456789abcdef"

// putMD5 notes an MD5 fingerprint: digits in pairs, with colons.
func (s *session) putMD5(sum [16]byte) {
	b := s.md5[:0]
	for i, c := range sum {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, hexLower[c>>4], hexLower[c&15])
	}
}

// packet1 handles a packet of SSH 1, from its type to its checksum.
func (s *session) packet1(dir analyzer.Dir, b []byte) bool {
	if len(b) < 5 {
		return false
	}
	switch b[0] {
	case msg1PublicKey:
		s.states[dir] = stateEncrypted
		return s.hostKey1(b[1 : len(b)-4])
	case msg1SessionKey:
		s.states[dir] = stateEncrypted
		s.Confirm()
		s.Done(analyzer.Orig)
		s.Done(analyzer.Resp)
	}
	return true
}

// hostKey1 notes the fingerprint of a host key of SSH 1, modulus and
// exponent.
func (s *session) hostKey1(b []byte) bool {
	var exp, mod []byte
	ok := len(b) >= 8
	if ok {
		b = b[8:] // cookie
	}
	for range 2 { // server key, host key
		if !ok || len(b) < 4 {
			return false
		}
		b = b[4:]
		if exp, b, ok = cutMP(b); ok {
			mod, b, ok = cutMP(b)
		}
	}
	if !ok {
		return false
	}
	h := md5.New()
	h.Write(mod)
	h.Write(exp)
	var sum [16]byte
	h.Sum(sum[:0])
	s.hasKey = true
	s.putMD5(sum)
	return true
}

// cutMP takes a number of SSH 1 off b: its length in bits before it.
func cutMP(b []byte) (v, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := (int(binary.BigEndian.Uint16(b)) + 7) / 8
	if n > len(b)-2 {
		return nil, nil, false
	}
	return b[2 : 2+n], b[2+n:], true
}
