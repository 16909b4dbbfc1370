package irc

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

const (
	welcome = ":irc.example 001 joe :Welcome\r\n"
	login   = "CAP LS\r\nPASS secret\r\nNICK joe\r\nUSER joe 0 * :Joe B Doe\r\n"
)

var dialogues = map[string][]Step{
	"session": {
		Orig(login), Resp(":irc.example NOTICE * :*** hello\r\n" + welcome), Orig("JOIN #a,#b key\r\nnick :jim\r\n"),
		Resp(":joe!j@h NICK jim\r\n:joe!j@h JOIN #a\r\n"), Orig(":jim JOIN :#c\nPRIVMSG #c :hello\rNJOIN #d :@@x,+y,z\r\n"),
	},
	"short user":        {Orig("USER\r\nUSER a\r\n")},
	"odd lines":         {Orig("x\r\n\r\n:prefix\r\nPRIVMSG alone\r\nJOIN \r\nNJOIN #a\r\n" + strings.Repeat("x", 600) + "\r\n" + strings.Repeat("c", 30) + " x\r\n")},
	"endless line":      {Orig("NICK joe\r\n"), Orig(strings.Repeat("x", 1001)), Orig("y\r\nNICK jim\r\n")},
	"bad reply":         {Orig("NICK joe\r\n"), Resp(":irc 12x y\r\n")},
	"prefix alone":      {Orig("NICK joe\r\n"), Orig(":prefix x\r\n")},
	"too many commands": {Orig("NICK joe\r\n"), Orig(strings.Repeat(strings.Repeat("c", 30)+"\r\n", maxInvalid+1) + "NICK jim\r\n")},
	"server alone":      {Resp(welcome)},
	"client and number": {Orig("353 \r\n")},
	"servers":           {Orig("PASS x 0210 IRC| Z\r\nSERVER a 1 :a\r\n"), Resp("PASS x 0210 IRC| Z\r\nSERVER b 1 :b\r\n"), Orig("\x78\x9c...\r\n")},
	"gap":               {Orig("NICK j"), Gap(analyzer.Orig, 5), Orig("x\r\nNICK jim\r\n")},
	"DCC":               {Orig("NICK joe\r\nPRIVMSG jim :\x01DCC SEND a.zip 167772161 5555 12\x01\r\n")},
	"bad DCC":           {Orig("PRIVMSG j :\x01DCC SEND a\x01\r\nPRIVMSG j :DCC SEND a 1x 5 1\r\nPRIVMSG j :DCC SEND a 16777343 99999 1\r\nPRIVMSG j :DCC CHAT chat 16777343 5000\r\n")},
	"no IRC":            {Orig("\x16\x03\x01\x00\x05hello"), Resp("\x15\x03\x01\x00\x02\x02\x28")},
}

func TestDialogues(t *testing.T) {
	for name, steps := range dialogues {
		t.Run(name, func(t *testing.T) {
			got := Chunkings(t, Spec(), Options{}, steps...)
			golden.Check(t, "testdata/"+strings.ReplaceAll(name, " ", "-")+".golden", []byte(got))
		})
	}
}

func TestProbe(t *testing.T) {
	f := func(want string, steps ...Step) {
		t.Helper()
		got := Chunkings(t, Spec(), Options{Detect: true, RespPort: 7000}, steps...)
		if !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("service irc\n", Orig(login), Resp(welcome))
	f("service irc\n", Resp("NOTICE AUTH :x\r\n"), Orig("nick x\r\nuser x x x :x\r\n"), Resp("001 x :y\r\n"))
	f("service irc\n", Orig("SERVER a 1 :a\r\n"), Resp("SERVER b 1 :b\r\n"))
	f("service \n", Orig(login), Resp("ERROR :closing\r\n"))
	f("service \n", Orig("USER joe\r\n"), Resp("331 Password\r\n"), Orig("PASS x\r\n"), Resp("230 ok\r\n"))
	f("service \n", Orig("GET / HTTP/1.1\r\n\r\n"), Resp("200 x\r\n"))
}

// TestFile has a file that was offered: announced connections need an engine
// that both are on.
func TestFile(t *testing.T) {
	o := &offer{name: []byte("a.txt"), size: 5, ts: Start, uid: "C1", origPort: 1, respPort: 2}
	set(&o.rec.nick, &o.rec.hasNick, []byte("joe"))
	spec := DataSpec()
	spec.New = func() analyzer.Analyzer { return &expecting{offer: o} }
	got := Run(t, spec, Options{Proto: 6, RespPort: 5555}, Resp("hello"), Orig("\x00\x00\x00\x05"))
	golden.Check(t, "testdata/file.golden", []byte(got))
}

// announced is Data under a name that does not hide its method.
type announced = Data

// expecting is Data as if it had been announced.
type expecting struct {
	announced
	offer *offer
}

func (e *expecting) Reset() {
	e.Expected = e.offer
	e.announced.Reset()
}

func TestStartTLS(t *testing.T) {
	var tls strings.Builder
	spec := &analyzer.Spec{Name: "ssl", New: func() analyzer.Analyzer { return &sink{out: &tls} }}
	got := Run(t, Spec(), Options{More: []*analyzer.Spec{spec}}, Orig("CAP LS\r\nSTARTTLS\r\n"), Resp(":irc 670 joe :go on\r\n"), Orig("hello"), Resp("hi"), Gap(0, 2), EOF(0))
	if got != "service irc\n" || tls.String() != "hellohi<gap><eof><eof>" {
		t.Errorf("got %s and %s", got, tls.String())
	}
}

// sink writes down what it is given.
type sink struct {
	analyzer.Base
	out *strings.Builder
}

func (s *sink) Reset() {}
func (s *sink) Close() {}
func (s *sink) Data(_ analyzer.Dir, b []byte) (int, int) {
	s.out.Write(b)
	return len(b), 0
}

func (s *sink) Gap(analyzer.Dir, uint64) bool {
	s.out.WriteString("<gap>")
	return true
}
func (s *sink) EOF(analyzer.Dir) { s.out.WriteString("<eof>") }

func FuzzIRC(f *testing.F) {
	f.Add([]byte(login+"JOIN #a,,#b k\r\nPRIVMSG j :\x01DCC SEND a 167772161 5 1 T\x01\r\n"), []byte(welcome+":x NICK y\n"))
	f.Add([]byte("PASS a b c Z\rSERVER x\r"), []byte(":irc 670 j :x\r\n"))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, Spec(), Options{Size: 1}, Send(0, orig), Send(1, resp), Gap(0, 3), Send(0, orig))
	})
}

func TestAllocs(t *testing.T) {
	if n := Allocs(t, Spec(), Options{}, Orig(login+"JOIN #a key\r\n"), Resp(welcome)); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
