package irc

import "bytes"

// confirming are the client's commands that say that this is IRC; Zeek takes
// any word.  They have parameters, and no other protocol of lines has them:
// QUIT or LIST are FTP's as well.
var confirming = [...]string{
	"NICK", "JOIN", "PART", "PRIVMSG", "NOTICE", "CAP", "SERVER", "NJOIN", "SQUIT", "TOPIC", "NAMES", "INVITE", "KICK",
	"WHO", "WHOIS", "WHOWAS", "PING", "PONG", "OPER", "ISON", "USERHOST", "SQUERY", "AUTHENTICATE",
}

// userParams is how many parameters USER has (RFC 2812, 3.1.3), which FTP's
// has not.
const userParams = 4

// isCommand reports whether a client's command says that this is IRC.
func isCommand(command, params []byte) bool {
	if len(params) == 0 {
		return false
	}
	if equalFold(command, "USER") {
		return len(bytes.Fields(params)) >= userParams
	}
	for _, c := range confirming {
		if equalFold(command, c) {
			return true
		}
	}
	return false
}
