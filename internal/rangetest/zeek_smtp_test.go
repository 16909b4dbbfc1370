package rangetest

import (
	"mime"
	"regexp"
	"strings"
	"testing"
)

type smtpRow struct {
	flow
	Helo     string   `json:"helo"`
	MailFrom string   `json:"mailfrom,omitempty"`
	RcptTo   []string `json:"rcptto,omitempty"`
	From     string   `json:"from,omitempty"`
	To       []string `json:"to,omitempty"`
	MsgID    string   `json:"msg_id,omitempty"`
	Subject  string   `json:"subject,omitempty"`
	Reply    string   `json:"last_reply"`
	TLS      bool     `json:"tls"`
}

type smtpFact struct {
	ends
	Helo      string   `json:"helo"`
	TLS       bool     `json:"tls"`
	LastClear string   `json:"last_clear_reply"` // of sessions
	Accepted  bool     `json:"accepted"`         // and the rest of mails
	MailFrom  string   `json:"mail_from"`
	RcptTo    []string `json:"rcpt_to"`
	Subject   string   `json:"subject"`
	From      string   `json:"header_from"`
	To        string   `json:"header_to"`
	MessageID string   `json:"message_id"`
	Parts     []struct {
		Type     string `json:"type"`
		Filename string `json:"filename"`
		Size     int    `json:"size"`
	} `json:"parts"`
}

// queued is the server's answer to a mail, which only the server knows.
var queued = regexp.MustCompile(`^250 2\.0\.0 Ok: queued as RANGE\d+$`)

func checkSMTP(t *testing.T, r records) {
	var truth struct{ Sessions, Mails []smtpFact }
	loadTruth(t, "smtp", &truth)
	got := rows[smtpRow](t, r, "smtp")
	for i := range got {
		subject, err := new(mime.WordDecoder).DecodeHeader(got[i].Subject)
		if err != nil {
			t.Errorf("subject %q: %v", got[i].Subject, err)
		}
		got[i].Subject = subject // Zeek logs it as sent
		if queued.MatchString(got[i].Reply) {
			got[i].Reply = "queued"
		}
	}
	type part struct {
		flow
		Type     string `json:"mime_type"`
		Filename string `json:"filename,omitempty"`
		Size     int    `json:"seen_bytes"`
	}
	mails := map[flow]smtpFact{}
	var parts []part
	for _, m := range truth.Mails {
		mails[m.flow()] = m
		if m.TLS {
			continue
		}
		for _, p := range m.Parts {
			parts = append(parts, part{m.flow(), p.Type, p.Filename, p.Size})
		}
	}
	var want []smtpRow
	var all, tls []ends
	for _, s := range truth.Sessions {
		w := smtpRow{flow: s.flow(), Helo: s.Helo, Reply: s.LastClear, TLS: s.TLS}
		all = append(all, s.ends)
		if m := mails[w.flow]; s.TLS {
			tls = append(tls, s.ends)
		} else {
			w.MailFrom, w.RcptTo, w.From, w.MsgID, w.Subject = m.MailFrom, m.RcptTo, m.From, m.MessageID, m.Subject
			if m.To != "" {
				w.To = strings.Split(m.To, ", ")
			}
			// Zeek writes a mail when it is accepted, before QUIT.
			if m.Accepted {
				w.Reply = "queued"
			}
		}
		want = append(want, w)
	}
	sameRows(t, "sessions", got, want)
	sameRows(t, "parts of mails", rows[part](t, r, "files"), parts)
	sameServices(t, r, "smtp", all)
	sameServices(t, r, "ssl", tls)
}
