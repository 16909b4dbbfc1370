// Package ntlm analyzes NTLM authentications ([MS-NLMP]): the messages
// NEGOTIATE, CHALLENGE and AUTHENTICATE, which other protocols carry and hand
// over one by one.  Records follow Zeek's script base/protocols/ntlm/main.zeek:
// one is written when the carrier tells the outcome, or at the end.
package ntlm

import (
	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec returns the declaration of the analyzer, which only other analyzers start.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:  "ntlm",
		Title: "NTLM",
		Doc:   "NTLM authentication messages, as SMB, DCE/RPC, GSS-API and HTTP carry them.",
		Logs:  []*event.Log{Log},
		New:   func() analyzer.Analyzer { return &Analyzer{} },
	}
}

// Analyzer analyzes the authentications of one connection.  It is given the
// messages as datagrams, and the outcome by Result.
type Analyzer struct {
	analyzer.Base

	x auth
}

// auth is what one authentication tells.
type auth struct {
	ts                         int64
	user, host, domain         []byte
	nbComputer, nbDomain       []byte
	dnsComputer, dnsDomain     []byte
	dnsTree                    []byte
	serverVersion, version     []byte
	has                        uint16 // bit n: attribute n was there
	open, decided, ok, written bool
}

// clear empties x and keeps its buffers.
func (x *auth) clear() {
	*x = auth{
		user: x.user[:0], host: x.host[:0], domain: x.domain[:0],
		nbComputer: x.nbComputer[:0], nbDomain: x.nbDomain[:0],
		dnsComputer: x.dnsComputer[:0], dnsDomain: x.dnsDomain[:0], dnsTree: x.dnsTree[:0],
		serverVersion: x.serverVersion[:0], version: x.version[:0],
	}
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() { a.x.clear() }

// Close writes an authentication whose outcome nobody told.
func (a *Analyzer) Close() { a.write() }

// Datagram takes one message.
func (a *Analyzer) Datagram(_ analyzer.Dir, b []byte, _ int) {
	typ := messageType(b)
	if typ < typeNegotiate || typ > typeAuthenticate {
		a.Violate("no NTLM message")
		return
	}
	if typ == typeNegotiate && a.x.written {
		a.x.clear()
	}
	if !a.x.open {
		a.x.open, a.x.ts = true, a.Conn.Now
	}
	ok := true
	switch typ {
	case typeChallenge:
		ok = a.x.challenge(b)
	case typeAuthenticate:
		ok = a.x.authenticate(b)
	}
	if !ok {
		a.Violate("NTLM message too short")
		return
	}
	a.Confirm()
}

// Result implements analyzer.AuthResult: the outcome, as the carrier knows
// it.  The first one counts.
func (a *Analyzer) Result(success bool) {
	if !a.x.open || a.x.written {
		return
	}
	a.x.decided, a.x.ok = true, success
	a.write()
}

func (a *Analyzer) write() {
	x := &a.x
	if !x.open || x.written {
		return
	}
	x.written = true
	row := a.Conn.Row(Log, x.ts)
	colUser.SetNonEmpty(row, x.user)
	colHost.SetNonEmpty(row, x.host)
	colDomain.SetNonEmpty(row, x.domain)
	if x.has&(1<<avNBComputer) != 0 {
		colNBComputer.Set(row, x.nbComputer)
	}
	if x.has&(1<<avDNSComputer) != 0 {
		colDNSComputer.Set(row, x.dnsComputer)
	}
	if x.has&(1<<avDNSTree) != 0 {
		colTree.Set(row, x.dnsTree)
	}
	if x.decided {
		colSuccess.Set(row, x.ok)
	}
	colNBDomain.SetNonEmpty(row, x.nbDomain)
	colDNSDomain.SetNonEmpty(row, x.dnsDomain)
	colServerVer.SetNonEmpty(row, x.serverVersion)
	colVersion.SetNonEmpty(row, x.version)
}
