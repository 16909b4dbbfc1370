package smtp

import (
	"path/filepath"
	"strings"
	"testing"

	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

const letter = "Received: from a.example ([192.0.2.1]) by b.example with SMTP; Mon\r\nReceived: from c.example (c.example [198.51.100.7])\r\n by a.example (192.0.2.1) id 1.2.3.4\r\nDate: Mon\r\nFrom: Ann <ann@example.com>\r\nTo: \"B, Bob\" <bob@example.com>, carl@example.com\r\nCc: d@example.com\r\nReply-To: r@example.com\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@x>\r\nSubject: Hello\r\nX-Mailer: test 1.0\r\nX-Originating-IP: [203.0.113.9]\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\nContent-Type: text/plain\r\n\r\nHi there, reader\r\n..dotted\r\n--zz\r\nContent-Type: image/png; name=\"x.png\"\r\nContent-Transfer-Encoding: base64\r\nSubject: not this\r\n\r\niVBORw0KGgo=\r\n--zz--\r\n"

var dialogues = []struct {
	name  string
	steps []Step
}{
	{"mail", []Step{
		Resp("220 mx ESMTP\r\n"), Orig("EHLO client.example\r\n"), Resp("250-mx\r\n250 PIPELINING\r\n"),
		Orig("MAIL FROM:<ann@example.com> SIZE=10\r\n"), Resp("250 ok\r\n"),
		Orig("RCPT TO:<bob@example.com>\r\n"), Resp("250 ok\r\n"), Orig("RCPT TO: <carl@example.com>\r\n"), Resp("250 ok\r\n"),
		Orig("DATA\r\n"), Resp("354 go\r\n"), Orig(letter + ".\r\n"), Resp("250 queued\r\n"),
		Orig("MAIL FROM:<ann@example.com>\r\n"), Resp("250 ok\r\n"), Orig("RCPT TO:<nobody@example.com>\r\n"), Resp("550 no\r\n"),
		Orig("QUIT\r\n"), Resp("221 bye\r\n"),
	}},
	{"pipelined", []Step{
		Resp("220 mx\r\n"), Orig("HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: one\r\n\r\ntext of the mail\r\n.\r\nQUIT\r\n"),
		Resp("250 hi\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n221 bye\r\n"),
	}},
	{"refused", []Step{
		Resp("220 mx\r\n"), Orig("HELO c\r\n"), Resp("250 hi\r\n"), Orig("MAIL FROM:<a@b>\r\n"), Resp("250 ok\r\n"),
		Orig("DATA\r\n"), Resp("503 no recipients\r\n"), Orig("RSET\r\n"), Resp("250 ok\r\n"),
	}},
	{"bdat", []Step{
		Resp("220 mx\r\n"), Orig("EHLO c\r\n"), Resp("250 CHUNKING\r\n"), Orig("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"), Resp("250 ok\r\n250 ok\r\n"),
		Orig("BDAT 17\r\nSubject: in two\r\n"), Resp("250 ok\r\n"), Orig("BDAT 19 LAST\r\n\r\nBDAT is just text"), Resp("250 queued\r\n"), Orig("QUIT\r\n"),
	}},
	{"starttls", []Step{
		Resp("220 mx\r\n"), Orig("EHLO c\r\n"), Resp("250 STARTTLS\r\n"), Orig("STARTTLS\r\n"), Resp("220 go\r\n"), Orig("\x16\x03\x01\r\n"), Resp("\x16\x03\x03"),
	}},
	{"auth", []Step{
		Resp("220 mx\r\n"), Orig("EHLO c\r\n"), Resp("250 AUTH LOGIN\r\n"), Orig("AUTH LOGIN\r\n"), Resp("334 VXNlcg==\r\n"), Orig("QUIT\r\n"), Resp("334 x\r\n"),
		Orig("cGFzcw==\r\n"), Resp("235 in\r\n"), Orig("MAIL FROM:<a@b>\r\n"), Resp("250 ok\r\n"),
	}},
	{"gap", []Step{
		Resp("220 mx\r\n"), Orig("HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: cut\r\n\r\nsome text"), Gap(0, 100), Orig("rest\r\n.\r\n"),
		Resp("250 ok\r\n"), Orig("MAIL FROM:<e@f>\r\n"), Resp("250 ok\r\n"),
	}},
	{"bdat gap", []Step{
		Resp("220 mx\r\n"), Orig("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"), Resp("250 ok\r\n250 ok\r\n250 ok\r\n"),
		Orig("BDAT 100 LAST\r\nSubject: x\r\n\r\ntext, and a"), Gap(0, 20), Orig("more\r\n"), Resp("250 ok\r\n"),
		Orig("BDAT 6 LAST\r\n\r\nrest"), Resp("250 queued\r\n"),
	}},
	{"bdat broken", []Step{
		Resp("220 mx\r\n"), Orig("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"), Resp("250 ok\r\n250 ok\r\n250 ok\r\n"),
		Orig("BDAT\r\nBDAT x\r\nBDAT -1\r\nBDAT 5 FIRST\r\nBDAT 15555555557777777777\r\nBDAT 4\r\nA: 1NOOP\r\nBDAT 9 LAST\r\nB: 2"),
	}},
	{"turn", []Step{Resp("220 mx\r\n"), Orig("TURN\r\n"), Resp("250 ok\r\n"), Resp("MAIL FROM:<a@b>\r\n"), Orig("250 ok\r\n")}},
	{"not smtp", []Step{Resp("SSH-2.0-x\r\n")}},
}

func TestDialogues(t *testing.T) {
	for _, d := range dialogues {
		t.Run(d.name, func(t *testing.T) {
			got := Chunkings(t, Spec(), Options{}, d.steps...)
			golden.Check(t, filepath.Join("testdata", strings.ReplaceAll(d.name, " ", "_")+".golden"), []byte(got))
			for n := range d.steps {
				Run(t, Spec(), Options{Chunk: 5}, d.steps[:n]...)
			}
		})
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct{ orig, resp, want string }{
		{"EHLO x\r\n", "220 mx ESMTP\r\n", "smtp"},
		{"helo x\r\n", "220-mx\r\n220 y\r\n", "smtp"},
		{"USER x\r\n", "220 ftp\r\n331 y\r\n", ""},
		{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", ""},
	} {
		got := Run(t, Spec(), Options{Detect: true, RespPort: 4444}, Resp(c.resp), Orig(c.orig))
		if !strings.HasSuffix(got, "service "+c.want+"\n") {
			t.Errorf("%q, %q: %s", c.orig, c.resp, got)
		}
	}
}

func TestAddrs(t *testing.T) {
	for _, c := range []struct {
		text    string
		wrapped bool
		want    string
	}{
		{"from a (b [1.2.3.4]) by c", true, "1.2.3.4"}, {"version 1.2.3.4.5", true, ""}, {"at 1.2.3.4 now", true, "1.2.3.4"},
		{"[2001:db8::1]", true, "2001:db8::1"}, {"[IPv6:2001:db8::1]", true, ""}, {"1.2.3.4", true, "1.2.3.4"}, {"x1.2.3.4", false, "1.2.3.4"},
		{"300.1.1.1", false, ""},
	} {
		got := ""
		for _, a := range findAddrs([]byte(c.text), c.wrapped) {
			got += a.String()
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func FuzzSMTP(f *testing.F) {
	f.Add([]byte("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"+letter+".\r\n"), []byte("220 x\r\n250 y\r\n250 z\r\n250 a\r\n354 b\r\n250 c\r\n"))
	f.Add([]byte("BDAT 10\r\n0123456789BDAT 3 LAST\r\nabc"), []byte("220-x\r\n220 y\r\n250 ok\r\n"))
	f.Add([]byte("STARTTLS\r\nTURN\r\nAUTH x\r\n"), []byte("220 x\r\n220 go\r\n334 a\r\n"))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, Spec(), Options{Size: 1 << 20}, Send(0, orig), Send(1, resp), Send(0, orig))
	})
}
