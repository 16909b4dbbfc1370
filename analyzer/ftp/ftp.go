package ftp

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"wirehunt/analyzer"
)

// Limits, those of the scripts' options.
const (
	maxCommands   = 20   // waiting for replies
	maxCommandLen = 100  // FTP::max_command_length
	maxNameLen    = 128  // of user and password
	maxArg        = 4096 // of arguments, replies and the working directory
	maxLine       = 16 << 10
)

// Analyzer analyses a control connection.
type Analyzer struct {
	analyzer.Base

	part    [2][]byte // start of a line
	pending int       // code of the multi-line reply being read, or 0
	auth    []byte    // argument of the last AUTH
	tls     *analyzer.Feeder
	adat    *analyzer.Feeder // TLS within ADAT commands
	adatNew bool             // the first ADAT is still to come
	scratch []byte
	foreign bool // the client or the server speaks SMTP or IRC
	off     bool // not FTP

	session session
}

var _ analyzer.Stream = (*Analyzer)(nil)

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.part[0], a.part[1] = a.part[0][:0], a.part[1][:0]
	a.pending, a.auth, a.tls, a.adat, a.adatNew = 0, a.auth[:0], nil, nil, false
	a.off, a.foreign = false, false
	a.session.reset(a)
}

// Data implements analyzer.Stream.  It consumes everything.
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	n := len(b)
	for len(b) > 0 && !a.off {
		if a.tls != nil {
			a.tls.Data(dir, b)
			return n, 0
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			a.part[dir] = append(a.part[dir], b[:min(len(b), maxLine-len(a.part[dir]))]...)
			return n, 0
		}
		line := b[:i]
		if part := a.part[dir]; len(part) > 0 {
			line = append(part, line[:min(len(line), maxLine-len(part))]...)
			a.part[dir] = line[:0]
		}
		b = b[i+1:]
		a.line(dir, line)
	}
	return n, 0
}

func (a *Analyzer) line(dir analyzer.Dir, b []byte) {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	b = a.dropTelnet(b)
	if len(b) == 0 {
		return
	}
	if dir == analyzer.Orig {
		a.command(b)
	} else {
		a.reply(b)
	}
}

// dropTelnet removes Telnet commands, which clients send with ABOR.
func (a *Analyzer) dropTelnet(b []byte) []byte {
	const iac, will = 255, 251
	if bytes.IndexByte(b, iac) < 0 {
		return b
	}
	a.scratch = a.scratch[:0]
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != iac:
			a.scratch = append(a.scratch, b[i])
		case i+1 < len(b) && b[i+1] == iac:
			a.scratch = append(a.scratch, iac)
			i++
		case i+1 < len(b) && b[i+1] >= will:
			i += 2
		default:
			i++
		}
	}
	return a.scratch
}

func skipSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

// splitCommand splits a line into command and argument; ok is false where
// there is no command.
func splitCommand(b []byte) (cmd, arg []byte, ok bool) {
	b = skipSpace(b)
	n := 0
	for n < len(b) && b[n] != ' ' && (b[n] < '\t' || b[n] > '\r') {
		if b[n] < ' ' || b[n] > '~' {
			return nil, nil, false
		}
		n++
	}
	if n < 3 {
		return nil, nil, false
	}
	return b[:n], skipSpace(b[n:]), true
}

func (a *Analyzer) command(b []byte) {
	cmd, arg, ok := splitCommand(b)
	if !ok || len(cmd) > maxCommandLen {
		if a.Confirmed() {
			if ok {
				a.tooLong("FTP_max_command_length_exceeded", strconv.Itoa(len(cmd))+" > "+strconv.Itoa(maxCommandLen))
			} else {
				a.Weird("FTP_invalid_command", "")
			}
		}
		return
	}
	var buf [maxCommandLen]byte
	cmd = buf[:copy(buf[:], cmd)]
	for i, c := range cmd {
		if c >= 'a' && c <= 'z' {
			cmd[i] = c - ('a' - 'A')
		}
	}
	switch {
	case isForeign(cmd):
		a.foreign = true
	case !a.foreign && isCommand(cmd):
		a.Confirm()
	}
	if string(cmd) == "AUTH" {
		a.auth = append(a.auth[:0], arg...)
	}
	a.session.request(cmd, arg)
	a.commandToken(cmd, arg)
}

// tooLong notes that something is longer than what is taken of it.
func (a *Analyzer) tooLong(name, addl string) {
	a.Weird(name, addl)
	a.Conn.Limited()
}

// replyCode returns the three digits that a line starts with, or 0.
func replyCode(b []byte) int {
	if len(b) < 3 || !isDigit(b[0]) || !isDigit(b[1]) || !isDigit(b[2]) {
		return 0
	}
	return int(b[0]-'0')*100 + int(b[1]-'0')*10 + int(b[2]-'0')
}

func (a *Analyzer) reply(b []byte) {
	line := b
	code := replyCode(b)
	if code == 220 && !a.Confirmed() && bytes.Contains(b, []byte("SMTP")) {
		a.foreign = true
	}
	more := false
	switch {
	case a.pending != 0 && code == a.pending && len(b) > 3 && b[3] == ' ':
		b, a.pending = skipSpace(b[3:]), 0
	case a.pending != 0:
		code, more = 0, true
	case code < 100:
		a.violate("no reply code")
		return
	case len(b) > 3 && b[3] == '-':
		a.pending, more = code, true
		b = skipSpace(b[4:])
	case len(b) > 3 && b[3] != ' ':
		a.violate("no blank after the reply code")
		return
	default:
		b = skipSpace(b[3:])
	}
	if code == 234 && string(a.auth) == "TLS" {
		a.tls = a.Child("ssl")
		if a.tls == nil {
			a.Done(analyzer.Orig)
			a.Done(analyzer.Resp)
		}
	}
	if code == 334 && a.adat == nil && string(a.auth) == "GSSAPI" {
		a.adat, a.adatNew = a.Child("ssl"), true
	}
	a.session.reply(code, b, more)
	a.replyToken(code, line)
}

// violate gives up.  Before the client's first command it only passes over
// the line, as in Zeek.
func (a *Analyzer) violate(reason string) {
	if a.Confirmed() {
		a.off = true
		a.Violate(reason)
	}
}

// commandToken gives the token of an ADAT command to the TLS analyzer: the
// Grid's security is TLS within GSSAPI within FTP (RFC 2228).
func (a *Analyzer) commandToken(cmd, arg []byte) {
	if a.adat == nil {
		return
	}
	switch string(cmd) {
	case "AUTH":
		a.endTokens()
	case "ADAT":
		token, ok := a.decode(arg)
		if a.adatNew {
			// Only a token that is a TLS record is followed.
			a.adatNew = false
			if !ok {
				a.WeirdFrom("FTP_ADAT", "ftp_adat_bad_first_token_encoding", "")
				token = nil
			}
			if len(token) < 5 || token[0] != 0x16 || len(token)-5 != int(binary.BigEndian.Uint16(token[3:])) {
				a.endTokens()
				return
			}
		}
		a.tokenData(analyzer.Orig, token)
	}
}

// established is implemented by the TLS analyzer.
type established interface {
	// Established reports whether a session was established.
	Established() bool
}

// tokenData gives a token to the TLS analyzer.  Once its session is there the
// connection is GridFTP's, by Zeek's script base/protocols/ftp/gridftp.zeek.
func (a *Analyzer) tokenData(dir analyzer.Dir, token []byte) {
	a.adat.Data(dir, token)
	if e, ok := a.adat.Analyzer().(established); ok && e.Established() {
		a.Conn.AddService("gridftp")
	}
}

func (a *Analyzer) replyToken(code int, line []byte) {
	if a.adat == nil || code == 0 {
		return
	}
	switch code {
	case 235, 334, 335:
		line = bytes.TrimPrefix(line[3:], []byte("-"))
		if text, ok := bytes.CutPrefix(skipSpace(line), []byte("ADAT=")); ok {
			token, _ := a.decode(text)
			a.tokenData(analyzer.Resp, token)
		}
		if code == 235 {
			a.endTokens()
		}
	case 232, 234, 421, 431, 500, 501, 503, 535, 631, 632, 633:
		a.endTokens()
	}
}

func (a *Analyzer) endTokens() {
	a.adat.Close()
	a.adat, a.auth = nil, a.auth[:0]
}

// decode decodes base64 and reports whether all of it could be.
func (a *Analyzer) decode(b []byte) (token []byte, ok bool) {
	b = bytes.TrimRight(b, "=")
	if n := base64.RawStdEncoding.DecodedLen(len(b)); cap(a.scratch) < n {
		a.scratch = make([]byte, n)
	}
	out := a.scratch[:cap(a.scratch)]
	n, err := base64.RawStdEncoding.Decode(out, b)
	if err == nil {
		return out[:n], true
	}
	var at base64.CorruptInputError
	if errors.As(err, &at) && int(at) < len(b) {
		a.WeirdFrom("", "base64_illegal_encoding", fmt.Sprintf("character %d ignored by Base64 decoding", b[at]))
	}
	return nil, false
}

// Gap implements analyzer.Stream: the rest of the line is lost.
func (a *Analyzer) Gap(dir analyzer.Dir, n uint64) bool {
	if a.tls != nil {
		a.tls.Gap(dir, n)
		return true
	}
	a.part[dir] = a.part[dir][:0]
	if dir == analyzer.Resp {
		a.pending = 0
	}
	return true
}

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(dir analyzer.Dir) {
	if a.tls != nil {
		a.tls.EOF(dir)
		return
	}
	if part := a.part[dir]; len(part) > 0 {
		a.part[dir] = part[:0]
		a.line(dir, part)
	}
}

// Close implements analyzer.Analyzer.
func (a *Analyzer) Close() { a.session.finish() }
