package rangetest

import (
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type ftpRow struct {
	flow
	User    string `json:"user"`
	Command string `json:"command"`
	Arg     string `json:"arg,omitempty"`
	Code    int    `json:"reply_code"`
	Msg     string `json:"reply_msg"`
}

type ftpReply struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
}

type ftpFact struct {
	ends
	User     string `json:"user"`
	Login    bool   `json:"login"`
	TLS      bool   `json:"tls"`
	Commands []struct {
		Command string     `json:"command"`
		Arg     string     `json:"arg"`
		Replies []ftpReply `json:"replies"`
	} `json:"commands"`
	Transfers []struct {
		Direction string `json:"direction"`
		Path      string `json:"path"`
		Bytes     int    `json:"bytes"`
		Mode      string `json:"mode"`
	} `json:"transfers"`
	Data []ends `json:"data_connections"`
}

// ftpLogged are the commands that Zeek logs; those in ftpFiles with a URL.
var (
	ftpLogged = []string{"APPE", "DELE", "RETR", "STOR", "STOU", "ACCT", "PORT", "PASV", "EPRT", "EPSV"}
	ftpFiles  = []string{"APPE", "DELE", "RETR", "STOR", "STOU"}
	quoted    = regexp.MustCompile(`"([^"]*)"`)
)

// ftpRows gives what Zeek logs of a session.
func ftpRows(f ftpFact) []ftpRow {
	var out []ftpRow
	host := f.Server
	if a := netip.MustParseAddr(host); a.Is6() {
		host = "[" + host + "]"
	}
	cwd := "/"
	for i, c := range f.Commands {
		last := c.Replies[len(c.Replies)-1]
		switch {
		case c.Command == "PWD" && last.Code == 257:
			cwd = quoted.FindStringSubmatch(last.Msg)[1]
		case c.Command == "CWD" && last.Code == 250:
			cwd = c.Arg // all of them absolute here
		}
		if f.TLS && c.Command == "AUTH" || !f.Login && c.Command == "PASS" {
			// Zeek would log nothing of these sessions; we log the last
			// command that could be seen, so that hunters find the session.
			arg := c.Arg
			if c.Command == "PASS" {
				arg = "<hidden>"
			}
			user := f.User
			if f.TLS {
				user = "<unknown>"
			}
			return append(out, ftpRow{f.flow(), user, c.Command, arg, last.Code, last.Msg})
		}
		if !slices.Contains(ftpLogged, c.Command) {
			continue
		}
		w := ftpRow{f.flow(), f.User, c.Command, c.Arg, last.Code, last.Msg}
		if slices.Contains(ftpFiles, c.Command) {
			w.Arg = "ftp://" + host + path.Join(cwd, c.Arg)
		}
		// lftp sends ABOR when it has all data, before the server says so:
		// Zeek logs a command with what was answered before the next one.
		if i+1 < len(f.Commands) && f.Commands[i+1].Command == "ABOR" {
			w.Code, w.Msg = c.Replies[0].Code, c.Replies[0].Msg
		}
		out = append(out, w)
	}
	return out
}

func checkFTP(t *testing.T, r records) {
	var truth struct{ Sessions []ftpFact }
	loadTruth(t, "ftp", &truth)
	type channel struct {
		Passive bool   `json:"data_channel.passive"`
		OrigH   string `json:"data_channel.orig_h"`
		RespH   string `json:"data_channel.resp_h"`
		RespP   int    `json:"data_channel.resp_p"`
	}
	type fullRow struct {
		ftpRow
		channel
		Fuid string `json:"fuid"`
	}
	type file struct {
		Fuid   string `json:"fuid"`
		Source string `json:"source"`
		IsOrig bool   `json:"is_orig"`
		Bytes  int    `json:"seen_bytes"`
	}
	type transfer struct {
		URL    string
		Upload bool
		Bytes  int
	}
	files := map[string]file{}
	for _, f := range rows[file](t, r, "files") {
		files[f.Fuid] = f
	}
	var got, want []ftpRow
	var gotMoved, wantMoved []transfer
	var gotChannels, wantChannels []channel
	for _, g := range rows[fullRow](t, r, "ftp") {
		got = append(got, g.ftpRow)
		if g.Fuid != "" {
			gotMoved = append(gotMoved, transfer{g.Arg, g.Command == "STOR", files[g.Fuid].Bytes})
		}
		if g.RespP != 0 {
			gotChannels = append(gotChannels, g.channel)
		}
	}
	var control, data []ends
	for _, f := range truth.Sessions {
		want = append(want, ftpRows(f)...)
		if !f.TLS {
			control = append(control, f.ends)
			data = append(data, f.Data...)
			for _, d := range f.Data {
				wantChannels = append(wantChannels, channel{d.Client == f.Client, d.Client, d.Server, d.ServerPort})
			}
			for _, m := range f.Transfers {
				host := f.Server
				if strings.Contains(host, ":") {
					host = "[" + host + "]"
				}
				wantMoved = append(wantMoved, transfer{"ftp://" + host + m.Path, m.Direction == "upload", m.Bytes})
			}
		}
	}
	sameRows(t, "commands", got, want)
	sameRows(t, "transfers", gotMoved, wantMoved)
	sameRows(t, "data channels", gotChannels, wantChannels)
	sameServices(t, r, "ftp", control)
	sameServices(t, r, "ftp-data", data)
}
