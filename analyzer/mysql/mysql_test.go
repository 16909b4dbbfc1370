package mysql

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func packet(seq byte, body string) string {
	return string([]byte{byte(len(body)), byte(len(body) >> 8), byte(len(body) >> 16), seq}) + body
}

func greeting(caps uint32) analyzertest.Step {
	return analyzertest.Resp(packet(0, "\x0a8.0.32\x00\x01\x00\x00\x00challeng\x00"+
		string([]byte{byte(caps), byte(caps >> 8)})+"\x2d\x02\x00"+string([]byte{byte(caps >> 16), byte(caps >> 24)})+
		"\x15"+strings.Repeat("\x00", 10)+"challenge2\x00caching_sha2_password\x00"))
}

func login(caps uint32, user string) analyzertest.Step {
	return analyzertest.Orig(packet(1, string([]byte{byte(caps), byte(caps >> 8), byte(caps >> 16), byte(caps >> 24)})+
		"\x00\x00\x00\x01\x2d"+strings.Repeat("\x00", 23)+user+"\x00\x04pass"))
}

func command(com byte, arg string) analyzertest.Step {
	return analyzertest.Orig(packet(0, string([]byte{com})+arg))
}

const (
	plain = capProtocol41
	ok    = "\x00\x00\x00\x02\x00\x00\x00"
	eof   = "\xfe\x00\x00\x22\x00"
)

// fields returns the records' own fields, one line each.
func fields(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if _, f, found := strings.Cut(line, `"cmd":`); found {
			b.WriteString(f)
		}
	}
	return b.String()
}

func TestCommands(t *testing.T) {
	f := func(name, want string, caps uint32, steps ...analyzertest.Step) {
		t.Helper()
		steps = append([]analyzertest.Step{greeting(caps), login(caps, "joe"),
			analyzertest.Resp(packet(2, "\x01\x03")), analyzertest.Resp(packet(3, ok))}, steps...)
		out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...)
		want = `"login","arg":"joe","success":true,"rows":0}` + "\n" + want
		if got := fields(out); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
		if !strings.HasSuffix(out, "service mysql\n") {
			t.Errorf("%s: %s", name, out)
		}
	}
	rows := `"query","arg":"select 1","success":true,"rows":0}` + "\n"
	f("result", rows, plain, command(comQuery, "select 1"),
		analyzertest.Resp(packet(1, "\x01")+packet(2, "\x03defcol")+packet(3, eof)+packet(4, "\x011")+packet(5, eof)))
	f("result without EOF", rows, plain|capDeprecateEOF, command(comQuery, "select 1"),
		analyzertest.Resp(packet(1, "\x01")+packet(2, "\x03defcol")+packet(3, "\x011")+packet(4, "\xfe\x00\x00\x02\x00\x00\x00\x00\x00")))
	f("attributes", rows, plain|capQueryAttrs, command(comQuery, "\x00\x01select 1"), analyzertest.Resp(packet(1, "\x00\x00")))
	f("attributes with values", rows, plain|capQueryAttrs,
		command(comQuery, "\x02\x01\x00\x01\x01\x00\x01a\xfd\x00\x01b\x07\x03xyzselect 1"), analyzertest.Resp(packet(1, "\x00\x00")))
	f("affected", `"query","arg":"delete from t","success":true,"rows":300}`+"\n", plain,
		command(comQuery, "delete from t"), analyzertest.Resp(packet(1, "\x00\xfc\x2c\x01\x00")))
	f("error", `"query","arg":"x","success":false,"response":"You have an error"}`+"\n", plain,
		command(comQuery, "x"), analyzertest.Resp(packet(1, "\xff\x28\x04#42000You have an error")))
	f("error in rows", `"query","arg":"x","success":false,"response":"Killed"}`+"\n", plain,
		command(comQuery, "x"), analyzertest.Resp(packet(1, "\x01")+packet(2, "\x03def")+packet(3, eof)+packet(4, "\xff\x01\x01Killed")))
	f("fields", `"field_list","arg":"t","success":true,"rows":0}`+"\n", plain,
		command(comFieldList, "t\x00"), analyzertest.Resp(packet(1, "\x03def")+packet(2, eof)))
	f("unanswered", `"statistics","arg":""}`+"\n"+`"ping","arg":"","success":true,"rows":0}`+"\n"+`"unknown-99","arg":""}`+"\n"+`"quit","arg":""}`+"\n", plain,
		command(comStatistics, ""), analyzertest.Resp(packet(1, "Uptime: 1")), command(14, ""), analyzertest.Resp(packet(1, ok)),
		command(99, ""), command(comQuit, ""))
	long := strings.Repeat("a", 60000)
	f("long row", rows, plain, command(comQuery, "select 1"),
		analyzertest.Resp(packet(1, "\x01")+packet(2, "\x03defcol")+packet(3, eof)+packet(4, "\xfc\x60\xea"+long)+packet(5, eof)))
}

func TestLogin(t *testing.T) {
	f := func(name, want string, steps ...analyzertest.Step) {
		t.Helper()
		out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...)
		if got := fields(out); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	f("refused", `"login","arg":"joe","success":false,"response":"Access denied"}`+"\n",
		greeting(plain), login(plain, "joe"), analyzertest.Resp(packet(2, "\xff\x15\x04#28000Access denied")))
	f("cut off", `"login","arg":"joe"}`+"\n", greeting(plain), login(plain, "joe"))
	f("host blocked", "", analyzertest.Resp(packet(0, "\xff\x69\x04Host is blocked")))
	f("gap", `"login","arg":"joe"}`+"\n", greeting(plain), login(plain, "joe"), analyzertest.Gap(analyzer.Resp, 10), analyzertest.Resp(packet(2, ok)))
	f("compressed", `"login","arg":"joe","success":true,"rows":0}`+"\n", greeting(plain|capCompress), login(plain|capCompress, "joe"),
		analyzertest.Resp(packet(2, ok)), analyzertest.Orig("\x05\x00\x00\x00\x00\x00\x00zzzzz"))
	f("another protocol", "", analyzertest.Orig("GET / HTTP/1.1\r\n\r\n"))
	f("another server", "", analyzertest.Resp("SSH-2.0-OpenSSH\r\n"))
}

func FuzzStreams(f *testing.F) {
	f.Add([]byte(packet(1, "\x00\x02\x00\x00\x00\x00\x00\x01\x2d"+strings.Repeat("\x00", 23)+"joe\x00\x00")+packet(0, "\x03\x01\x01\x00\x01\x01\x00\x01a\x07x")),
		[]byte(packet(0, "\x0a8\x00\x01\x00\x00\x00challeng\x00\x00\x02\x2d\x02\x00\x00\x08\x00")+packet(2, ok)), []byte(packet(1, "\x01")+packet(2, eof)))
	f.Fuzz(func(t *testing.T, client, server, more []byte) {
		analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, more))
	})
}
