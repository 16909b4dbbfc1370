// Package ssh analyses SSH, versions 1 and 2: the version lines, the
// algorithms agreed upon, the server's host key, and, from the lengths of
// encrypted segments, how many attempts to authenticate there were and
// whether one succeeded.  It follows Zeek's SSH analyzer and script
// base/protocols/ssh/main.zeek.
package ssh

import (
	"bytes"
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "ssh", Title: "SSH",
		Doc:      "SSH 1 and 2: versions, algorithms, host key and the outcome of authentication.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{22},
		Probe:    probe, FirstBytes: "sS", TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// probe is Zeek's signature: both sides start with a version line.
func probe(s *analyzer.Start) analyzer.Verdict {
	o, r := probeSide(s.Orig), probeSide(s.Resp)
	switch {
	case o == analyzer.No || r == analyzer.No:
		return analyzer.No
	case o == analyzer.Yes && r == analyzer.Yes:
		return analyzer.Yes
	}
	return analyzer.NeedMore
}

func probeSide(b []byte) analyzer.Verdict {
	const start = "ssh-"
	for i := range min(len(b), 6) {
		ok := false
		switch {
		case i < 3:
			ok = b[i]|0x20 == start[i]
		case i == 3:
			ok = b[i] == '-'
		case i == 4:
			ok = b[i] == '1' || b[i] == '2'
		case i == 5:
			ok = b[i] == '.'
		}
		if !ok {
			return analyzer.No
		}
	}
	if len(b) < 6 {
		return analyzer.NeedMore
	}
	return analyzer.Yes
}

// Limits.
const (
	maxLine    = 1 << 12 // of a version line
	maxLines   = 64      // before the server's version line
	maxPacket  = 1 << 17 // of a packet in the clear
	maxKept    = 1 << 16 // of a list of algorithms
	maxHeld    = 1 << 14 // bytes kept while the version is not known
	maxVersion = 512     // bytes of a version line that are logged
)

// state is where a side is.
type state uint8

const (
	stateVersion   state = iota // before its version line
	stateKex                    // key exchange, in the clear
	stateEncrypted              //
)

// version is a protocol version of a side, or of both.
type version uint8

const (
	verUnknown version = iota
	ver1
	ver199 // both 1 and 2
	ver2
)

// session is the analyzer.
type session struct {
	analyzer.Base
	states   [2]state
	versions [2]version
	version  version // what both speak
	lines    int     // lines before the server's version line

	started bool
	logged  bool
	ts      int64

	line       [2][]byte // version lines
	kexInit    [2][]byte // payloads of the messages KEXINIT
	hasKexInit [2]bool
	agreed     bool // algorithms were negotiated
	algs       algorithms
	compressed bool

	hasKey      bool
	fingerprint [39]byte
	md5         [47]byte
	sha         bool // fingerprint is set

	auth auth
}

func (s *session) Reset() {
	old := *s
	*s = session{Base: old.Base, algs: algorithms{buf: old.algs.buf[:0]}}
	for i := range s.line {
		s.line[i] = old.line[i][:0]
		s.kexInit[i] = old.kexInit[i][:0]
	}
}

func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		rest := b[consumed:]
		n := 0
		switch s.states[dir] {
		case stateVersion:
			n, need = s.versionLine(dir, rest)
		case stateKex:
			n, need = s.packet(dir, rest)
		case stateEncrypted:
			s.segment(dir, len(rest))
			return len(b), 0
		}
		if n == 0 {
			return consumed, need
		}
		consumed += n
	}
	return consumed, 0
}

// Gap ends the analysis: the lengths of what follows mean nothing any more.
func (s *session) Gap(analyzer.Dir, uint64) bool { return false }

func (s *session) EOF(analyzer.Dir) {}

func (s *session) Close() { s.finish() }

// versionLine reads a side's version line.  The server may send other lines
// before it (RFC 4253, 4.2).
func (s *session) versionLine(dir analyzer.Dir, b []byte) (consumed, need int) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		if len(b) > maxLine || dir == analyzer.Orig && !isVersion(b) {
			s.Violate("no version line")
			return len(b), 0
		}
		return 0, len(b) + 1
	}
	line := bytes.TrimSuffix(b[:i], []byte{'\r'})
	if len(line) < 4 || !isVersion(line) {
		s.lines++
		if dir == analyzer.Orig || s.lines > maxLines {
			s.Violate("no version line")
			return len(b), 0
		}
		return i + 1, 0
	}
	if !s.started {
		s.started, s.ts = true, s.Conn.Now
	}
	s.line[dir] = append(s.line[dir][:0], line[:min(len(line), maxVersion)]...)
	s.states[dir] = stateKex
	s.versions[dir] = lineVersion(line)
	s.version = common(s.versions[0], s.versions[1])
	return i + 1, 0
}

// isVersion reports whether b can be the start of a version line.
func isVersion(b []byte) bool {
	const start = "SSH-"
	return string(b[:min(len(b), 4)]) == start[:min(len(b), 4)]
}

// lineVersion returns the version that a version line offers.
func lineVersion(l []byte) version {
	switch {
	case len(l) < 5:
		return verUnknown
	case l[4] == '2':
		return ver2
	case l[4] == '1' && len(l) >= 8 && l[6] == '9' && l[7] == '9':
		return ver199
	case l[4] == '1':
		return ver1
	}
	return verUnknown
}

// common returns the version that two sides will speak.
func common(a, b version) version {
	switch {
	case a == verUnknown || b == verUnknown:
		return verUnknown
	case a == ver199 && b == ver199:
		return ver2
	case a == ver199:
		return b
	case b == ver199 || a == b:
		return a
	}
	return verUnknown
}

// packet reads a packet in the clear.
func (s *session) packet(dir analyzer.Dir, b []byte) (consumed, need int) {
	if s.version == verUnknown {
		if len(b) > maxHeld {
			s.Done(dir)
			return len(b), 0
		}
		return 0, len(b) + 1
	}
	if len(b) < 4 {
		return 0, 4
	}
	size := int(binary.BigEndian.Uint32(b))
	if size > maxPacket {
		s.Violate("packet too long")
		return len(b), 0
	}
	total := 4 + size
	if s.version == ver1 {
		total += 8 - size%8
	}
	if len(b) < total {
		return 0, total
	}
	ok := false
	if s.version == ver1 {
		ok = s.packet1(dir, b[4+8-size%8:total])
	} else {
		ok = s.packet2(dir, b[4:total])
	}
	if !ok {
		s.Violate("malformed packet")
		return len(b), 0
	}
	return total, 0
}

// finish writes the record, once.
func (s *session) finish() {
	if !s.started || s.logged {
		return
	}
	s.logged = true
	c := s.Conn
	r := c.Row(Log, s.ts)
	client, server := s.line[analyzer.Orig], s.line[analyzer.Resp]
	if len(client) > 4 && len(server) > 4 {
		switch s.version {
		case ver1:
			colVersion.Set(r, 1)
		case ver2:
			colVersion.Set(r, 2)
		default:
			colVersion.Set(r, 0)
		}
	}
	if s.auth.known {
		colSuccess.Set(r, s.auth.success)
	}
	colAttempts.Set(r, uint64(s.auth.attempts))
	if o, p := c.IsLocal(c.Orig), c.IsLocal(c.Resp); o && !p {
		colDirection.SetString(r, "OUTBOUND")
	} else if p && !o {
		colDirection.SetString(r, "INBOUND")
	}
	if s.states[analyzer.Orig] != stateVersion {
		colClient.Set(r, client)
	}
	if s.states[analyzer.Resp] != stateVersion {
		colServer.Set(r, server)
	}
	if s.agreed {
		colCipher.Set(r, s.algs.cipher)
		colMAC.Set(r, s.algs.mac)
		colCompression.Set(r, s.algs.compression)
		colKex.Set(r, s.algs.kex)
		colHostKeyAlg.Set(r, s.algs.hostKey)
	}
	if s.hasKey {
		if s.sha {
			colFingerprint.Set(r, s.fingerprint[:])
		}
		colHostKey.Set(r, s.md5[:])
	}
}
