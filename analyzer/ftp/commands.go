package ftp

// commandName returns a command's name without allocating for those known.
func commandName(b []byte) string {
	for i := range replies {
		if string(b) == replies[i].command {
			return replies[i].command
		}
	}
	return string(b)
}

// isCommand reports whether a word is a command of FTP's: those of replies,
// those of RFC 2228, and the X commands of RFC 1123.  Zeek takes any word as a
// sign of FTP.
func isCommand(word []byte) bool {
	switch string(word) {
	case "AUTH", "ADAT", "PBSZ", "PROT", "CCC", "MIC", "ENC", "CONF", "XPWD", "XCWD", "XCUP", "XMKD", "XRMD", "LPSV", "HOST", "LANG":
		return true
	}
	for i := range replies {
		if string(word) == replies[i].command {
			return true
		}
	}
	return false
}

// isForeign reports whether a word is how a client of SMTP or IRC begins,
// which share commands with FTP.
func isForeign(word []byte) bool {
	switch string(word) {
	case "EHLO", "HELO", "NICK", "CAP":
		return true
	}
	return false
}

// isLogged reports whether a command has a record of its own
// (FTP::logged_commands).
func isLogged(name string) bool {
	switch name {
	case "APPE", "DELE", "RETR", "STOR", "STOU", "ACCT", "PORT", "PASV", "EPRT", "EPSV":
		return true
	}
	return false
}

// isFileCommand reports whether a command's argument is a path.
func isFileCommand(name string) bool {
	switch name {
	case "APPE", "CWD", "DELE", "MKD", "RETR", "RMD", "RNFR", "RNTO", "STOR", "STOU", "REST", "SIZE", "MDTM":
		return true
	}
	return false
}

// fits reports whether a reply code is one that a command gets.
func fits(name string, code int) bool {
	for i := range replies {
		if replies[i].command != name {
			continue
		}
		for _, c := range replies[i].codes {
			if int(c) == code {
				return true
			}
		}
		return false
	}
	return false
}

// replies are the codes that commands get: RFC 959, section 5.4, and for the
// extensions RFC 1639, 2389, 2428 and 3659; 0 is a line in the midst of a
// reply.
var replies = [...]struct {
	command string
	codes   []uint16
}{
	{"<init>", []uint16{0, 120, 220, 421}},
	{"USER", []uint16{230, 331, 332, 421, 530, 500, 501}},
	{"PASS", []uint16{230, 202, 332, 421, 530, 500, 501, 503}},
	{"ACCT", []uint16{230, 202, 421, 530, 500, 501, 503}},
	{"CWD", []uint16{250, 421, 500, 501, 502, 530, 550}},
	{"CDUP", []uint16{200, 250, 421, 500, 501, 502, 530, 550}},
	{"SMNT", []uint16{202, 250, 421, 500, 501, 502, 530, 550}},
	{"REIN", []uint16{120, 220, 421, 500, 502}},
	{"QUIT", []uint16{0, 221, 500}},
	{"PORT", []uint16{200, 421, 500, 501, 530}},
	{"PASV", []uint16{227, 421, 500, 501, 502, 530}},
	{"MODE", []uint16{200, 421, 500, 501, 502, 504, 530}},
	{"TYPE", []uint16{200, 421, 500, 501, 504, 530}},
	{"STRU", []uint16{200, 421, 500, 501, 504, 530}},
	{"ALLO", []uint16{200, 202, 421, 500, 501, 504, 530}},
	{"REST", []uint16{200, 350, 421, 500, 501, 502, 530}},
	{"STOR", []uint16{110, 125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 452, 553, 500, 501, 530, 550}},
	{"STOU", []uint16{110, 125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 452, 553, 500, 501, 530, 550}},
	{"RETR", []uint16{110, 125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 530, 550}},
	{"LIST", []uint16{125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 502, 530, 550}},
	{"NLST", []uint16{125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 502, 530, 550}},
	{"APPE", []uint16{125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 550, 452, 553, 500, 501, 502, 530}},
	{"RNFR", []uint16{350, 421, 450, 550, 500, 501, 502, 530}},
	{"RNTO", []uint16{250, 421, 532, 553, 500, 501, 502, 503, 530}},
	{"DELE", []uint16{250, 421, 450, 550, 500, 501, 502, 530}},
	{"RMD", []uint16{250, 421, 500, 501, 502, 530, 550}},
	{"MKD", []uint16{257, 421, 500, 501, 502, 530, 550}},
	{"PWD", []uint16{257, 421, 500, 501, 502, 550}},
	{"ABOR", []uint16{225, 226, 421, 500, 501, 502}},
	{"SYST", []uint16{215, 421, 500, 501, 502, 530}},
	{"STAT", []uint16{211, 212, 213, 421, 450, 500, 501, 502, 530}},
	{"HELP", []uint16{200, 211, 214, 421, 500, 501, 502}},
	{"SITE", []uint16{200, 202, 214, 500, 501, 502, 530}},
	{"NOOP", []uint16{200, 421, 500}},
	{"LPRT", []uint16{500, 501, 521}},
	{"FEAT", []uint16{211, 500, 502}},
	{"OPTS", []uint16{200, 451, 501}},
	{"EPSV", []uint16{229, 500, 501}},
	{"EPRT", []uint16{200, 500, 501, 522}},
	{"SIZE", []uint16{213, 500, 501, 550}},
	{"MDTM", []uint16{213, 500, 501, 550}},
	{"MLST", []uint16{150, 226, 250, 500, 501, 550}},
	{"MLSD", []uint16{150, 226, 250, 500, 501, 550}},
	{"CLNT", []uint16{200, 500}},
	{"MACB", []uint16{200, 500, 550}},
}
