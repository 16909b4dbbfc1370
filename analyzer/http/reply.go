package http

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file/mime"
)

// replyLine takes a status line, or what stands in its place.
func (a *Analyzer) replyLine(b []byte) {
	s := &a.side[analyzer.Resp]
	reason, hasReason, ok := a.parseStatus(b)
	if !ok {
		if len(b) > 0 {
			s.state = nothing
			a.giveUp("not a http reply line")
		}
		return
	}
	if len(a.unanswered) > 0 {
		a.Confirm()
	}
	s.state, s.ongoing = inMessage, true
	a.reply(reason, hasReason)
	if a.connect && a.code != 200 {
		a.connect = false
	}
	s.start(a.replyRule())
}

// parseStatus reads a status line and sets the analyzer's code.
func (a *Analyzer) parseStatus(b []byte) (reason []byte, hasReason, ok bool) {
	if !a.isProtocol(b) {
		return nil, false, false
	}
	b = b[5:]
	a.setVersion(&a.side[analyzer.Resp], parseVersion(b))
	for len(b) > 0 && !isSpace(b[0]) {
		b = b[1:]
	}
	b = skipSpace(b)
	if len(b) < 3 {
		return nil, false, false
	}
	a.code = 0
	if isDigit(b[0]) && isDigit(b[1]) && isDigit(b[2]) {
		a.code = int(b[0]-'0')*100 + int(b[1]-'0')*10 + int(b[2]-'0')
	}
	b = b[3:]
	for len(b) > 0 && !isSpace(b[0]) {
		b = b[1:]
	}
	if len(b) == 0 {
		return nil, false, true
	}
	return skipSpace(b), true, true
}

// reply notes a status line in its transaction.
func (a *Analyzer) reply(reason []byte, hasReason bool) {
	t := a.newReply()
	t.status = a.code
	if !hasReason {
		reason = noReason
	}
	t.statusMsg = t.keep(reason)
	v := a.side[analyzer.Resp].version
	t.version = t.keep([]byte{'0' + v.major, '.', '0' + v.minor})
	if isInfo(a.code) {
		t.info, t.infoMsg = a.code, t.statusMsg
	}
	a.authResult(t)
	if a.code == 200 && string(t.lookup(t.method)) == "CONNECT" {
		a.tunnelFound()
	}
}

// noReason is what Zeek logs for a missing reason phrase.
var noReason = []byte("<empty>")

// replyRule tells whether the reply has a body (RFC 9112, 6.3).
func (a *Analyzer) replyRule() bodyRule {
	if len(a.unanswered) > 0 && a.unanswered[0] == methodHead {
		return bodyNever
	}
	if isInfo(a.code) || a.code == 204 || a.code == 304 {
		return bodyNever
	}
	return bodyExpected
}

// answered takes the first request off those without reply.
func (a *Analyzer) answered() {
	if len(a.unanswered) > 0 {
		a.unanswered = a.unanswered[:copy(a.unanswered, a.unanswered[1:])]
	}
}

// replyMade ends the reply.
func (a *Analyzer) replyMade(interrupted bool) {
	s := &a.side[analyzer.Resp]
	if !s.ongoing {
		return
	}
	s.ongoing = false
	s.done()
	if !isInfo(a.code) {
		a.answered()
	}
	if a.code == 101 && len(a.unanswered) == 1 && a.upgrade && len(a.protocol) > 0 {
		a.upgraded = true
		a.around()
		if mime.EqualFold(a.protocol, "websocket") {
			a.goWebSocket()
		} else {
			a.tunnel = a.Detect()
		}
	}
	a.code, a.upgrade, a.protocol = 0, false, a.protocol[:0]
	s.state = wantLine
	if interrupted || a.upgraded {
		s.state = nothing
	}
}

// handshaker is an analyzer that wants to know how it came to be started.
type handshaker interface {
	// Handshake gives functions that return headers of the request and the
	// reply, by their names in lower case ("uri" is the target); nil for those
	// that were not there.
	Handshake(request, reply func(name string) []byte)
}

// goWebSocket hands the connection to the analyzer of WebSocket.
func (a *Analyzer) goWebSocket() {
	a.tunnel = a.Child("websocket")
	if a.tunnel == nil {
		return
	}
	h, ok := a.tunnel.Analyzer().(handshaker)
	if !ok {
		return
	}
	t := a.touch(analyzer.Resp)
	get := func(fields map[string]span) func(string) []byte {
		return func(name string) []byte { return t.lookup(fields[name]) }
	}
	h.Handshake(
		get(map[string]span{
			"host": t.host, "uri": t.uri, "user-agent": t.agent, "sec-websocket-key": t.key,
			"sec-websocket-protocol": t.protocols, "sec-websocket-extensions": t.extensions,
		}),
		get(map[string]span{
			"sec-websocket-accept": t.accept, "sec-websocket-protocol": t.subprotocol, "sec-websocket-extensions": t.accepted,
		}))
}
