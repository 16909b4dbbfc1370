package ftp

import (
	"path/filepath"
	"strings"
	"testing"

	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

var dialogues = []struct {
	name  string
	steps []Step
}{
	{"session", []Step{
		Resp("220-Welcome\r\n to the\r\n220 Service ready\r\n"),
		Orig("USER anonymous\r\n"), Resp("331 Please\r\n"),
		Orig("PASS me@example.com\r\n"), Resp("230-Hi\r\n230 In\r\n"),
		Orig("CWD pub/../docs\r\n"), Resp("250 OK\r\n"),
		Orig("PWD\r\n"), Resp("257 \"/docs\" is current\r\n"),
		Orig("SIZE a.txt\r\n"), Resp("213 1234\r\n"),
		Orig("PASV\r\n"), Resp("227 Entering Passive Mode (93,184,216,34,4,1).\r\n"),
		Orig("RETR a.txt\r\n"), Resp("150 Opening a.txt (1234 bytes)\r\n"), Resp("226 Done\r\n"),
		Orig("EPSV\r\n"), Resp("229 Extended (|||1025|)\r\n"),
		Orig("STOR ../b.txt\r\n"), Resp("150 Go on\r\n226 Done\r\n"),
		Orig("QUIT\r\n"), Resp("221 Bye\r\n"),
	}},
	{"active", []Step{
		Resp("220 x\r\n"), Orig("USER bob\r\n"), Resp("331 y\r\n"), Orig("PASS secret\r\n"), Resp("230 z\r\n"),
		Orig("PORT 10,0,0,1,7,208\r\n"), Resp("200 OK\r\n"),
		Orig("EPRT |2|2001:db8::1|2001|\r\n"), Resp("200 OK\r\n"),
		Orig("DELE /etc/passwd\r\n"), Resp("550 No\r\n"),
	}},
	{"login only", []Step{Resp("220 x\r\n"), Orig("USER bob\r\n"), Resp("331 y\r\n"), Orig("PASS secret\r\n"), Resp("530 Login incorrect.\r\n")}},
	{"banner only", []Step{Resp("220 Service ready\r\n"), EOF(1)}},
	{"queued", []Step{
		Orig("USER ftp\r\nPASS x\r\nPASV\r\nRETR f\r\nQUIT\r\n"),
		Resp("220 x\r\n331 USER\r\n230 PASS\r\n227 Entering (1,2,3,4,5,6)\r\n550 f: no\r\n221 bye\r\n"),
	}},
	{"gap", []Step{Resp("220 x\r\n"), Orig("USER bo"), Gap(0, 4), Orig("b\r\nPASV\r\n"), Resp("227 (1,2,3"), Gap(1, 10), Resp("500 what\r\n")}},
	{"telnet", []Step{Resp("220 x\r\n"), Orig("\xff\xf4\xff\xf2ABOR\r\n"), Resp("226 ok\r\n")}},
	{"not ftp", []Step{Resp("HTTP/1.1 400 Bad\r\n")}},
	{"tls", []Step{Resp("220 x\r\n"), Orig("AUTH TLS\r\n"), Resp("234 go\r\n"), Orig("\x16\x03\x01\n\n\n"), Resp("\x16\x03\n")}},
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

func TestData(t *testing.T) {
	got := Chunkings(t, DataSpec(), Options{RespPort: 1025}, Resp("%PDF-1.4 and "), Gap(1, 7), Resp("more"), EOF(1), EOF(0))
	golden.Check(t, "testdata/data.golden", []byte(got))
}

// What is too long is cut, and weird.log has its length.
func TestTooLong(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	got := Run(t, Spec(), Options{}, Resp("220 hi\r\n"),
		Orig("USER "+x(129)+"\r\n"), Resp("331 y\r\n"), Orig("PASS "+x(130)+"\r\n"), Resp("230 "+x(4097)+"\r\n"),
		Orig(strings.Repeat("Y", 100)+"\r\n"), Resp("500 n\r\n"), Orig(strings.Repeat("Z", 132)+"\r\n"), Resp("500 n\r\n"),
		Orig("RETR "+x(4098)+"\r\n"), Resp("550 n\r\n"), Orig(strings.Repeat("NOOP\r\n", 21)))
	for _, want := range []string{
		`"FTP_user_too_long","addl":"129"`, `"FTP_password_too_long","addl":"130"`, `"FTP_reply_msg_too_long","addl":"4097"`,
		`"FTP_max_command_length_exceeded","addl":"132 > 100"`, `"FTP_arg_too_long","addl":"4098"`, `"FTP_too_many_pending_commands","addl":"20"`,
	} {
		if n := strings.Count(got, want); n != 1 {
			t.Errorf("%s: %d times in %s", want, n, got)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct{ orig, resp, want string }{
		{"USER x\r\n", "220 hello\r\n331 y\r\n", "ftp"},
		{"SYST\r\n user x\r\n", "220-a\r\nb\r\n220 hello\r\n230 y\r\n", "ftp"},
		{"USER x\r\n", "+OK POP3\r\n", ""},
		{"EHLO x\r\n", "220 smtp\r\n250 ok\r\n", ""},
		{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", ""},
	} {
		got := Run(t, Spec(), Options{Detect: true, RespPort: 4444}, Resp(c.resp), Orig(c.orig))
		if !strings.HasSuffix(got, "service "+c.want+"\n") {
			t.Errorf("%q, %q: %s", c.orig, c.resp, got)
		}
	}
}

func TestPaths(t *testing.T) {
	for _, c := range [][2]string{
		{"./robots.txt", "./robots.txt"}, {"/a/../b", "/b"}, {"/../a", "/a"}, {"a//b/./c", "a/b/c"}, {"/", "/"}, {"", ""},
		{"../../x", "../../x"}, {"a/b/../../..", ".."}, {"/a/", "/a"},
	} {
		if got := string(compressPath([]byte(c[0]))); got != c[1] {
			t.Errorf("compressPath(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func FuzzFTP(f *testing.F) {
	f.Add([]byte("USER a\r\nPORT 1,2,3,4,5,6\r\nEPRT |1|1.2.3.4|5|\r\nCWD ../x\r\n"), []byte("220-x\r\n220 y\r\n331 z\r\n200 a\r\n250 b\r\n"))
	f.Add([]byte("AUTH GSSAPI\r\nADAT FgMBAAAA\r\n"), []byte("334 ADAT=\r\n335 ADAT=AAAA\r\n"))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, Spec(), Options{Size: 1 << 20}, Send(0, orig), Send(1, resp), Send(0, orig))
	})
}
