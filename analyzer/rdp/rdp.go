// Package rdp analyses the start of remote desktop sessions ([MS-RDPBCGR]):
// the negotiation of security, and without TLS the client's and the server's
// settings and certificates.  TLS is handed on.  It follows Zeek's
// base/protocols/rdp.
package rdp

import (
	"bytes"
	"encoding/binary"

	"wirehunt/analyzer"
	wire "wirehunt/analyzer/wire/x509"
	"wirehunt/analyzer/x509"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "rdp", Title: "RDP",
		Doc:      "Remote desktop: negotiation, client settings, certificates.",
		Logs:     []*event.Log{Log, x509.Log},
		TCPPorts: []uint16{3389},
		Probe:    probe, FirstBytes: "\x03", TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

const cookieStart = "Cookie: mstshash="

// probe recognises a connection request with a cookie and its confirmation.
func probe(s *analyzer.Start) analyzer.Verdict {
	o, r := s.Orig, s.Resp
	if len(o) > 0 && o[0] != 3 || len(r) > 0 && r[0] != 3 {
		return analyzer.No
	}
	if len(o) < 11+len(cookieStart) || len(r) < 6 {
		return analyzer.NeedMore
	}
	if o[5] == pduRequest && r[5] == pduConfirm && string(o[11:11+len(cookieStart)]) == cookieStart {
		return analyzer.Yes
	}
	return analyzer.No
}

// Types of X.224 packets.
const (
	pduConfirm = 0xd0
	pduRequest = 0xe0
	pduData    = 0xf0
)

const (
	maxText     = 256
	maxChannels = 31 // [MS-RDPBCGR] 2.2.1.3.4
	maxCerts    = 16
)

type session struct {
	analyzer.Base
	inner   *analyzer.Feeder // TLS
	started bool
	logged  bool
	ts      int64

	hasCookie, hasCore, hasDepth, hasProduct, hasCert, hasSecurity bool

	cookie, clientName, product    []byte
	result, security               string
	channels                       []byte // names, NUL after each
	hasChannels                    bool
	keyboard, build                uint32
	width, height, depth           uint16
	wide                           bool // 32 bits per pixel
	certType, certs, method, level uint32
	permanent                      bool
	cert                           wire.Certificate
}

func (s *session) Reset() {
	old := *s
	*s = session{
		Base: old.Base, cert: old.cert, cookie: old.cookie[:0], clientName: old.clientName[:0],
		product: old.product[:0], channels: old.channels[:0],
	}
}

func (s *session) start() {
	if !s.started {
		s.started, s.ts = true, s.Conn.Now
	}
}

func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		rest := b[consumed:]
		if s.inner != nil {
			s.inner.Data(dir, rest)
			return len(b), 0
		}
		if 0x14 <= rest[0] && rest[0] <= 0x17 {
			s.inner = s.Detect() // records of TLS
			continue
		}
		if rest[0] != 3 {
			s.Violate("no TPKT packet")
			return len(b), 0
		}
		if len(rest) < 4 {
			return consumed, 4
		}
		size := int(binary.BigEndian.Uint16(rest[2:]))
		if size < 7 {
			s.Violate("packet too short")
			return len(b), 0
		}
		if len(rest) < size {
			return consumed, size
		}
		if !s.packet(rest[4:size]) {
			s.Violate("malformed packet")
			return len(b), 0
		}
		consumed += size
	}
	return consumed, 0
}

func (s *session) Gap(dir analyzer.Dir, n uint64) bool {
	if s.inner == nil {
		return false
	}
	s.inner.Gap(dir, n)
	return true
}

func (s *session) EOF(dir analyzer.Dir) { s.inner.EOF(dir) }

func (s *session) Close() { s.finish() }

// packet handles an X.224 packet.
func (s *session) packet(b []byte) bool {
	switch b[1] & 0xf0 {
	case pduRequest:
		return s.request(b)
	case pduConfirm:
		return s.confirm(b)
	case pduData:
		if len(b) < 5 || b[3] != 0x7f {
			return true
		}
		switch b[4] {
		case 0x65:
			return s.client(b[3:])
		case 0x66:
			return s.server(b[3:])
		}
	}
	return true
}

// request handles the client's X.224 connection request.
func (s *session) request(b []byte) bool {
	if len(b) < 7 {
		return false
	}
	if v, ok := bytes.CutPrefix(b[7:], []byte(cookieStart)); ok {
		v, _, ok = bytes.Cut(v, []byte("\r\n"))
		if !ok {
			return false
		}
		s.start()
		s.hasCookie, s.cookie = true, append(s.cookie[:0], v[:min(len(v), maxText)]...)
	}
	return true
}

// confirm handles the server's X.224 connection confirmation.
func (s *session) confirm(b []byte) bool {
	if len(b) < 7 {
		return false
	}
	s.Confirm()
	if b = b[7:]; len(b) < 8 {
		return true
	}
	v := binary.LittleEndian.Uint32(b[4:])
	s.start()
	switch b[0] {
	case 2: // response
		s.security = name(protocols, v, "security_protocol")
		if v > 0 && s.result == "" {
			s.result = "encrypted"
		}
	case 3:
		s.result = name(failures, v, "failure_code")
	default:
		return false
	}
	return true
}

// finish writes the record, once, if there was something of a session.
func (s *session) finish() {
	if s.logged || !s.hasCookie && !s.hasCore && s.result == "" {
		return
	}
	s.logged = true
	r := s.Conn.Row(Log, s.ts)
	if s.hasCookie {
		colCookie.Set(r, s.cookie)
	}
	if s.result != "" {
		colResult.SetString(r, s.result)
	}
	if s.security != "" {
		colSecurity.SetString(r, s.security)
	}
	if s.hasChannels {
		l := colChannels.List(r)
		for rest := s.channels; len(rest) > 0; {
			var n []byte
			n, rest, _ = bytes.Cut(rest, []byte{0})
			l.Bytes(n)
		}
		l.End()
	}
	if s.hasCore {
		colKeyboard.SetString(r, layout(s.keyboard))
		colBuild.SetString(r, name(builds, s.build, "client_build"))
		colName.Set(r, s.clientName)
		colWidth.Set(r, uint64(s.width))
		colHeight.Set(r, uint64(s.height))
	}
	if s.hasProduct {
		colProduct.Set(r, s.product)
	}
	if s.hasDepth {
		d := name(depths, uint32(s.depth), "high_color_depth")
		if s.wide {
			d = "32bit"
		}
		colDepth.SetString(r, d)
	}
	if s.hasCert {
		colCertType.SetString(r, name(certTypes, s.certType, "cert_type"))
		colPermanent.Set(r, s.permanent)
	}
	colCertCount.Set(r, uint64(s.certs))
	if s.hasSecurity {
		colLevel.SetString(r, name(levels, s.level, "encryption_level"))
		colMethod.SetString(r, name(methods, s.method, "encryption_method"))
	}
}
