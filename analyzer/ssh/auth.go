package ssh

import "wirehunt/analyzer"

// auth infers the outcome of authentication from the lengths of the server's
// encrypted segments, as Zeek's SSH_Analyzer::ProcessEncrypted does.  All
// messages carry the same overhead, so that differences of lengths are
// differences of the messages, padded to 8 or 16 bytes.
type auth struct {
	known    bool
	success  bool
	attempts int
	decided  bool

	client bool // the client sent something encrypted
	banner bool // a banner was passed over
	accept int  // length of SSH_MSG_SERVICE_ACCEPT, 24 bytes of content
	fail   int  // length of SSH_MSG_USERAUTH_FAILURE
}

// successDiff is by how much SSH_MSG_USERAUTH_SUCCESS (one byte) is shorter
// than SSH_MSG_SERVICE_ACCEPT.
const successDiff = 16

// bannerDiff is by how much a first answer must be longer than
// SSH_MSG_SERVICE_ACCEPT to be taken for a banner.
const bannerDiff = 256

// segment handles an encrypted segment of n bytes.
func (s *session) segment(dir analyzer.Dir, n int) {
	a := &s.auth
	if a.decided || s.version != ver2 {
		return
	}
	if dir == analyzer.Orig {
		a.client = true
		return
	}
	switch {
	case !a.client:
		// The server's SSH_MSG_EXT_INFO comes before the client's request.
	case a.accept == 0:
		a.accept = n
	case a.fail == 0 && n+successDiff == a.accept:
		a.decided = true
		s.attempt(true)
	case a.fail == 0 && !a.banner && n-a.accept > bannerDiff:
		a.banner = true
	case a.fail == 0:
		// The answer to the method "none", with which clients ask for the
		// methods there are, is a failure but no attempt.
		a.fail = n
	case n == a.fail:
		s.attempt(false)
	case n+successDiff == a.accept:
		a.decided = true
		s.attempt(true)
	}
}

// attempt notes an attempt to authenticate.
func (s *session) attempt(success bool) {
	if s.compressed {
		return // lengths tell nothing
	}
	s.auth.known, s.auth.success = true, success
	s.auth.attempts++
	if success {
		s.finish()
		s.Done(analyzer.Orig)
		s.Done(analyzer.Resp)
	}
}
