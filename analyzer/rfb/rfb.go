// Package rfb analyses the start of remote framebuffer sessions (VNC, RFC
// 6143): versions, authentication and the desktop.  What follows is not
// looked at.  It follows Zeek's base/protocols/rfb.
package rfb

import (
	"encoding/binary"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Log is rfb.log.
var Log = event.NewLog("rfb", "RfbConnectionInspected", "Remote framebuffer (VNC) sessions.")

// The fields of rfb.log.
var (
	colClientMajor = Log.StringField("client_major_version", "Major version of the client.")
	colClientMinor = Log.StringField("client_minor_version", "Minor version of the client.")
	colServerMajor = Log.StringField("server_major_version", "Major version of the server.")
	colServerMinor = Log.StringField("server_minor_version", "Minor version of the server.")
	colMethod      = Log.StringField("authentication_method", "Authentication that the client chose.")
	colAuth        = Log.BoolField("auth", "Whether authentication succeeded.")
	colShare       = Log.BoolField("share_flag", "Whether the client shares the desktop with others.")
	colName        = Log.StringField("desktop_name", "Name of the desktop.")
	colWidth       = Log.CountField("width", "Width of the desktop, pixels.")
	colHeight      = Log.CountField("height", "Height of the desktop, pixels.")
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "rfb", Title: "RFB (VNC)",
		Doc:   "Remote framebuffer sessions: versions, authentication, desktop.",
		Logs:  []*event.Log{Log},
		Probe: probe, FirstBytes: "R", TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// probe recognises the version lines of both sides.
func probe(s *analyzer.Start) analyzer.Verdict {
	const start = "RFB"
	verdict := analyzer.Yes
	for _, b := range [][]byte{s.Orig, s.Resp} {
		n := min(len(b), len(start))
		if string(b[:n]) != start[:n] {
			return analyzer.No
		}
		if n < len(start) {
			verdict = analyzer.NeedMore
		}
	}
	return verdict
}

// Security types (IANA RFB Security Types).
const (
	secInvalid = 0
	secNone    = 1
	secVNC     = 2
	secApple   = 30
)

func methodName(t uint32) string {
	switch t {
	case secInvalid:
		return "Invalid"
	case secNone:
		return "None"
	case secVNC:
		return "VNC"
	case 16:
		return "Tight"
	case 17:
		return "Ultra"
	case 18:
		return "TLS"
	case 19:
		return "VeNCrypt"
	case 20:
		return "GTK-VNC SASL"
	case 21:
		return "MD5 hash authentication"
	case 22:
		return "Colin Dean xvp"
	case secApple:
		return "Apple Remote Desktop"
	}
	return "unknown"
}

// step is the message that a side is to send next; each side has its own
// order.
type step uint8

const (
	stepVersion step = iota
	stepTypes        // of the server: the methods it offers
	stepChoice       // of the client: the method it takes
	stepKey          // of the server: a challenge, or Apple's key
	stepAnswer       // of the client: the answer to it
	stepResult       // of the server: whether it is right
	stepInit         // of both: share flag, desktop
	stepDone
)

const maxName = 1 << 10

type session struct {
	analyzer.Base
	step     [2]step
	version  [2][7]byte // "003.008"
	started  bool
	ts       int64
	hasType  bool
	secType  uint32
	keyLen   int // of Apple's method
	hasAuth  bool
	auth     bool
	hasShare bool
	share    bool
	hasInit  bool
	name     []byte
	width    uint16
	height   uint16
}

func (s *session) Reset() { *s = session{Base: s.Base, name: s.name[:0]} }

func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		if s.waits(dir) {
			// What the other side sends first is missing or late.
			return consumed, len(b) - consumed + 1
		}
		n, need, ok := s.message(dir, b[consumed:])
		if !ok {
			s.Violate("malformed message")
			return len(b), 0
		}
		if s.step[dir] == stepDone {
			return len(b), 0
		}
		if n == 0 {
			return consumed, need
		}
		consumed += n
	}
	return consumed, 0
}

// waits reports whether a side's next message cannot be understood before
// the other side's.
func (s *session) waits(dir analyzer.Dir) bool {
	o, r := s.step[analyzer.Orig], s.step[analyzer.Resp]
	if dir == analyzer.Resp {
		return r == stepTypes && o == stepVersion || r == stepKey && o <= stepChoice && s.minor() >= 7
	}
	return false
}

// minor returns the minor version that both sides speak.
func (s *session) minor() int {
	v := func(b []byte) int { return int(b[4]-'0')*100 + int(b[5]-'0')*10 + int(b[6]-'0') }
	return min(v(s.version[0][:]), v(s.version[1][:]))
}

func (s *session) message(dir analyzer.Dir, b []byte) (n, need int, ok bool) {
	if s.step[dir] == stepVersion {
		return s.readVersion(dir, b)
	}
	if dir == analyzer.Orig {
		return s.client(b)
	}
	return s.server(b)
}

// readVersion reads "RFB 003.008\n".
func (s *session) readVersion(dir analyzer.Dir, b []byte) (n, need int, ok bool) {
	if len(b) < 12 {
		return 0, 12, true
	}
	if string(b[:4]) != "RFB " || b[7] != '.' || b[11] != '\n' {
		return 0, 0, false
	}
	for _, i := range []int{4, 5, 6, 8, 9, 10} {
		if b[i] < '0' || b[i] > '9' {
			return 0, 0, false
		}
	}
	if !s.started {
		s.started, s.ts = true, s.Conn.Now
	}
	copy(s.version[dir][:], b[4:11])
	s.step[dir] = stepTypes
	if dir == analyzer.Orig {
		s.step[dir] = stepChoice
	}
	if s.step[dir.Other()] != stepVersion {
		s.Confirm()
		if s.minor() < 7 {
			s.step[analyzer.Orig] = stepAnswer // the server chooses
		}
	}
	return 12, 0, true
}

// client reads the client's messages.
func (s *session) client(b []byte) (n, need int, ok bool) {
	switch s.step[analyzer.Orig] {
	case stepChoice:
		s.choose(uint32(b[0]))
		s.step[analyzer.Orig] = stepAnswer
		return 1, 0, true
	case stepAnswer:
		n := 0
		switch {
		case !s.hasType:
			return 0, len(b) + 1, true
		case s.secType == secVNC:
			n = 16
		case s.secType == secApple:
			if s.keyLen == 0 {
				return 0, len(b) + 1, true
			}
			n = 128 + s.keyLen
		}
		if len(b) < n {
			return 0, n, true
		}
		s.step[analyzer.Orig] = stepInit
		if n == 0 {
			return s.client(b)
		}
		return n, 0, true
	}
	s.hasShare, s.share = true, b[0] != 0
	s.step[analyzer.Orig] = stepDone
	s.Done(analyzer.Orig)
	return 1, 0, true
}

// choose notes the authentication method.  Methods whose messages are not
// known end the analysis.
func (s *session) choose(t uint32) {
	s.hasType, s.secType = true, t
	if t != secNone && t != secVNC && t != secApple {
		s.step = [2]step{stepDone, stepDone}
		s.Done(analyzer.Orig)
		s.Done(analyzer.Resp)
	}
}

// server reads the server's messages.
func (s *session) server(b []byte) (n, need int, ok bool) {
	switch s.step[analyzer.Resp] {
	case stepTypes:
		if s.minor() < 7 {
			if len(b) < 4 {
				return 0, 4, true
			}
			s.step[analyzer.Resp] = stepKey
			s.choose(binary.BigEndian.Uint32(b))
			return 4, 0, true
		}
		if len(b) < 1+int(b[0]) {
			return 0, 1 + int(b[0]), true
		}
		if b[0] == 0 { // refused, with a reason
			s.step[analyzer.Resp] = stepDone
			s.Done(analyzer.Resp)
			return 1, 0, true
		}
		s.step[analyzer.Resp] = stepKey
		return 1 + int(b[0]), 0, true
	case stepKey:
		return s.key(b)
	case stepResult:
		if len(b) < 4 {
			return 0, 4, true
		}
		s.hasAuth, s.auth = true, binary.BigEndian.Uint32(b) == 0
		s.step[analyzer.Resp] = stepInit
		if !s.auth {
			s.step[analyzer.Resp] = stepDone
			s.Done(analyzer.Resp)
		}
		return 4, 0, true
	}
	return s.desktop(b)
}

// key reads what the server sends before the client proves who it is.
func (s *session) key(b []byte) (n, need int, ok bool) {
	s.step[analyzer.Resp] = stepResult
	switch s.secType {
	case secNone:
		if s.minor() < 8 {
			s.step[analyzer.Resp] = stepInit // there is no result
		}
		return s.server(b)
	case secVNC:
		n = 16
	case secApple:
		n = 4
		if len(b) >= 4 {
			s.keyLen = int(binary.BigEndian.Uint16(b[2:]))
			n += 2 * s.keyLen
		}
	}
	if len(b) < n {
		s.step[analyzer.Resp] = stepKey
		return 0, n, true
	}
	return n, 0, true
}

// desktop reads the size and the name of the desktop.
func (s *session) desktop(b []byte) (n, need int, ok bool) {
	if len(b) < 24 {
		return 0, 24, true
	}
	size := binary.BigEndian.Uint32(b[20:])
	if size > maxName {
		return 0, 0, false
	}
	n = 24 + int(size)
	if len(b) < n {
		return 0, n, true
	}
	s.hasInit = true
	s.width, s.height = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	s.name = append(s.name[:0], b[24:n]...)
	s.step[analyzer.Resp] = stepDone
	s.Done(analyzer.Resp)
	return n, 0, true
}

func (s *session) Gap(analyzer.Dir, uint64) bool { return false }

func (s *session) EOF(analyzer.Dir) {}

// Close writes the record.
func (s *session) Close() {
	if !s.started {
		return
	}
	r := s.Conn.Row(Log, s.ts)
	if v := &s.version[analyzer.Orig]; v[0] != 0 {
		colClientMajor.Set(r, v[:3])
		colClientMinor.Set(r, v[4:])
	}
	if v := &s.version[analyzer.Resp]; v[0] != 0 {
		colServerMajor.Set(r, v[:3])
		colServerMinor.Set(r, v[4:])
	}
	if s.hasType {
		colMethod.SetString(r, methodName(s.secType))
	}
	if s.hasAuth {
		colAuth.Set(r, s.auth)
	}
	if s.hasShare {
		colShare.Set(r, s.share)
	}
	if s.hasInit {
		colName.Set(r, s.name)
		colWidth.Set(r, uint64(s.width))
		colHeight.Set(r, uint64(s.height))
	}
}
