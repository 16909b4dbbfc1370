package ssl

import (
	"encoding/hex"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	wire "wirehunt/analyzer/wire/x509"
	"wirehunt/event"
)

// maxHistory is the longest ssl_history (SSL::max_ssl_history_length).
const maxHistory = 100

// maxChain bounds the certificates of a chain that are looked at.
const maxChain = 64

// chain is what is kept of one side's certificates.
type chain struct {
	fps             [][32]byte
	subject, issuer []byte // of the first
	leaf            bool   // subject and issuer are those of the first certificate sent
}

// session is a TLS session: what Zeek's scripts keep of it, and the state of
// its handshake.
type session struct {
	analyzer.Base

	dtls       bool
	quic       bool    // see OverQUIC
	over       bool    // nothing more is looked at
	broken     bool    // a message could not be parsed
	encrypted  [2]bool // a side, by direction
	flipped    bool    // the originator is the server
	negotiated uint16  // 0 until the server's hello
	cipher     uint32
	hs         [2][]byte // start of a handshake message that records divide

	started bool
	logged  bool
	ts      int64

	hasVersion, hasCipher, hasCurve, hasSNI, hasALPN, hasAlert bool

	version     uint16
	curve       uint16
	lastAlert   uint16
	established bool
	resumed     bool
	hrr         bool // the server hello being read is a hello retry request
	ticket      bool // the client sent a ticket and no session id
	keyExchange bool // the client's key exchange was seen
	psk         bool // the client offered a pre-shared key
	hasID       bool
	hasChains   bool
	sniSet      bool // sniMatches is known
	sniMatches  bool

	id      [32]byte // session id that the client offered
	sni     []byte
	alpn    []byte
	history []byte
	chains  [2]chain // server's, client's
	ja4     [36]byte
	hasJA4  bool
	ja4s    [25]byte
	hasJA4S bool
	scratch hello
	cert    wire.Certificate
	status  file.File // a stapled OCSP response
}

func (s *session) reset(dtls bool) {
	old := *s
	*s = session{
		Base: old.Base, dtls: dtls, scratch: old.scratch, cert: old.cert, status: old.status,
		sni: old.sni[:0], alpn: old.alpn[:0], history: old.history[:0],
	}
	for i := range s.hs {
		s.hs[i] = old.hs[i][:0]
		if cap(s.hs[i]) > 1<<14 {
			s.hs[i] = nil
		}
		c := &old.chains[i]
		s.chains[i] = chain{fps: c.fps[:0], subject: c.subject[:0], issuer: c.issuer[:0]}
	}
}

// start notes the time of the session's first event.
func (s *session) start() {
	if !s.started {
		s.started = true
		s.ts = s.Conn.Now
	}
}

// isClient reports whether the side is the client's.
func (s *session) isClient(dir analyzer.Dir) bool { return (dir == analyzer.Orig) != s.flipped }

// letter adds a letter to the history: upper case for the client.
func (s *session) letter(dir analyzer.Dir, c byte) {
	s.start()
	if len(s.history) >= maxHistory {
		return
	}
	if !s.isClient(dir) {
		c |= 0x20
	}
	s.history = append(s.history, c)
}

func (s *session) alert(dir analyzer.Dir, desc uint16) {
	s.letter(dir, 'L')
	s.lastAlert, s.hasAlert = desc, true
}

func (s *session) changeCipher(dir analyzer.Dir) {
	s.letter(dir, 'I')
	if s.isClient(dir) && s.ticket && !s.keyExchange {
		s.resumed = true
	}
	if s.negotiated == 0 || s.oldVersion() {
		// In TLS 1.3 the message means nothing (RFC 8446, D.4).
		s.encrypted[dir] = true
	}
}

// plainData is about application data that is not encrypted.
func (s *session) plainData() {
	if s.hasVersion && !s.established {
		s.WeirdFrom("", "ssl_early_application_data", "")
	}
}

// ciphertext is about an encrypted record: with it the session is
// established if both sides encrypt.
func (s *session) ciphertext() {
	if s.encrypted[0] && s.encrypted[1] {
		s.establish()
	}
}

// Established reports whether the session was established: protocols around
// TLS want to know.
func (s *session) Established() bool { return s.established }

func (s *session) establish() {
	s.start()
	s.established = true
	s.end()
}

// end writes the record and ends the analysis.
func (s *session) end() {
	s.finish()
	s.over = true
	s.Done(analyzer.Orig)
	s.Done(analyzer.Resp)
}

// violate ends the analysis because of what is not TLS.
func (s *session) violate(reason string) {
	s.finish()
	s.over = true
	s.Violate(reason)
}

// malformed is violate for a message that cannot be parsed: what was to
// happen after it does not.
func (s *session) malformed(reason string) {
	s.violate(reason)
	s.broken = true
}

// finish writes the record of ssl.log, once.
func (s *session) finish() {
	if !s.started || s.logged {
		return
	}
	s.logged = true
	r := s.Conn.Row(Log, s.ts)
	if s.hasVersion {
		colVersion.SetString(r, versionName(s.version))
	}
	if s.hasCipher {
		colCipher.SetString(r, cipherName(s.cipher))
	}
	if s.hasCurve {
		colCurve.SetString(r, curveName(s.curve))
	}
	if s.hasSNI {
		colServerName.Set(r, s.sni)
	}
	colResumed.Set(r, s.resumed)
	if s.hasAlert {
		colLastAlert.SetString(r, alertName(s.lastAlert))
	}
	if s.hasALPN {
		colNextProto.Set(r, s.alpn)
	}
	colEstablished.Set(r, s.established)
	colHistory.Set(r, s.history)
	if s.hasChains {
		setFingerprints(r, colChain, s.chains[0].fps)
		setFingerprints(r, colClientChain, s.chains[1].fps)
	}
	if c := &s.chains[0]; c.leaf {
		colSubject.Set(r, c.subject)
		colIssuer.Set(r, c.issuer)
	}
	if c := &s.chains[1]; c.leaf {
		colCliSubject.Set(r, c.subject)
		colCliIssuer.Set(r, c.issuer)
	}
	if s.sniSet {
		colSNIMatches.Set(r, s.sniMatches)
	}
	if s.quic {
		s.ja4[0], s.ja4s[0] = 'q', 'q'
	}
	if s.hasJA4 {
		colJA4.Set(r, s.ja4[:])
	}
	if s.hasJA4S {
		colJA4S.Set(r, s.ja4s[:])
	}
}

func setFingerprints(r *event.Row, col event.ListCol, fps [][32]byte) {
	l := col.List(r)
	for i := range fps {
		var text [64]byte
		hex.Encode(text[:], fps[i][:])
		l.Bytes(text[:])
	}
	l.End()
}
