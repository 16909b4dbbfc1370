package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// Sizes of AES-128-GCM as QUIC uses it (RFC 9001, 5.3 and 5.4.3).
const (
	keySize    = 16
	ivSize     = 12
	sampleSize = 16
	tagSize    = 16
	maxNumber  = 4 // bytes of a packet number
)

// keys protect one side's Initial packets.  They follow from the client's
// first destination connection id, so that anyone on the path can read them.
type keys struct {
	aead cipher.AEAD
	hp   cipher.Block // header protection
	iv   [ivSize]byte
}

// newKeys derives the keys of a side (RFC 9001, 5.2).
func newKeys(version uint32, dcid []byte, client bool) *keys {
	secret, err := hkdf.Extract(sha256.New, dcid, []byte(saltOf(version)))
	if err != nil {
		return nil
	}
	side := "server in"
	if client {
		side = "client in"
	}
	secret = expand(secret, side, sha256.Size)
	prefix := "quic "
	if version == version2 {
		prefix = "quicv2 "
	}
	k := &keys{}
	block, err := aes.NewCipher(expand(secret, prefix+"key", keySize))
	if err != nil {
		return nil
	}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil
	}
	copy(k.iv[:], expand(secret, prefix+"iv", ivSize))
	if k.hp, err = aes.NewCipher(expand(secret, prefix+"hp", keySize)); err != nil {
		return nil
	}
	return k
}

// expand is HKDF-Expand-Label of TLS 1.3 without context (RFC 8446, 7.1).  It
// returns nil where the platform refuses, which makes the cipher refuse too.
func expand(secret []byte, label string, size int) []byte {
	var buf [64]byte
	info := binary.BigEndian.AppendUint16(buf[:0], uint16(size))
	info = append(info, byte(len("tls13 ")+len(label)))
	info = append(info, "tls13 "...)
	info = append(info, label...)
	info = append(info, 0)
	out, err := hkdf.Expand(sha256.New, secret, string(info), size)
	if err != nil {
		return nil
	}
	return out
}

// open removes the protection of the packet in p, whose packet number begins
// at offset number, and returns its frames.  It changes p, where the frames
// are left.  ok is false where the packet is not authentic.
func (k *keys) open(p []byte, number int) (frames []byte, ok bool) {
	if len(p) < number+maxNumber+sampleSize {
		return nil, false
	}
	var mask [aes.BlockSize]byte
	k.hp.Encrypt(mask[:], p[number+maxNumber:][:sampleSize])
	p[0] ^= mask[0] & 0x0f
	n := int(p[0]&3) + 1
	nonce := k.iv
	for i := range n {
		p[number+i] ^= mask[1+i]
		nonce[ivSize-n+i] ^= p[number+i]
	}
	head, body := p[:number+n], p[number+n:]
	if len(body) < tagSize {
		return nil, false
	}
	frames, err := k.aead.Open(body[:0], nonce[:], body, head)
	return frames, err == nil
}
