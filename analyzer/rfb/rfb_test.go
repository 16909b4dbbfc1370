package rfb

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

const desktop = "\x07\x80\x04\x38" + "0123456789abcdef" + "\x00\x00\x00\x05mydsk"

func TestSessions(t *testing.T) {
	f := func(name, want string, steps ...analyzertest.Step) {
		t.Helper()
		out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{Detect: true, RespPort: 5900}, steps...)
		_, got, _ := strings.Cut(out, `"id.resp_p":5900,`)
		if got != want {
			t.Errorf("%s: got %s\nwant %s", name, got, want)
		}
	}
	o, r := analyzertest.Orig, analyzertest.Resp
	versions := func(minor string) string {
		return `"client_major_version":"003","client_minor_version":"` + minor + `","server_major_version":"003","server_minor_version":"` + minor + `"`
	}
	end := `,"share_flag":true,"desktop_name":"mydsk","width":1920,"height":1080}` + "\nservice rfb\n"
	f("VNC", versions("008")+`,"authentication_method":"VNC","auth":true`+end,
		r("RFB 003.008\n"), o("RFB 003.008\n"), r("\x02\x01\x02"), o("\x02"), r("0123456789abcdef"), o("fedcba9876543210"),
		r("\x00\x00\x00\x00"), o("\x01"), r(desktop), o("more"), r("more"))
	f("wrong password", versions("008")+`,"authentication_method":"VNC","auth":false}`+"\nservice rfb\n",
		r("RFB 003.008\n"), o("RFB 003.008\n"), r("\x01\x02"), o("\x02"), r("0123456789abcdef"), o("fedcba9876543210"),
		r("\x00\x00\x00\x01\x00\x00\x00\x05wrong"))
	f("none", versions("008")+`,"authentication_method":"None","auth":true`+end,
		r("RFB 003.008\n"), o("RFB 003.008\n"), r("\x01\x01"), o("\x01"), r("\x00\x00\x00\x00"), o("\x01"), r(desktop))
	f("none, 3.7", versions("007")+`,"authentication_method":"None"`+end,
		r("RFB 003.007\n"), o("RFB 003.007\n"), r("\x01\x01"), o("\x01\x01"), r(desktop))
	f("VNC, 3.3", versions("003")+`,"authentication_method":"VNC","auth":true`+end,
		r("RFB 003.003\n"), o("RFB 003.003\n"), r("\x00\x00\x00\x02"+"0123456789abcdef"), o("fedcba9876543210"),
		r("\x00\x00\x00\x00"), o("\x01"), r(desktop))
	f("Apple", versions("889")+`,"authentication_method":"Apple Remote Desktop","auth":true`+end,
		r("RFB 003.889\n"), o("RFB 003.889\n"), r("\x01\x1e"), o("\x1e"), r("\x00\x02\x00\x04primkeyy"),
		o(strings.Repeat("c", 128)+"keyy"), r("\x00\x00\x00\x00"), o("\x01"), r(desktop))
	f("VeNCrypt", versions("008")+`,"authentication_method":"VeNCrypt"}`+"\nservice rfb\n",
		r("RFB 003.008\n"), o("RFB 003.008\n"), r("\x01\x13"), o("\x13"), r("\x00\x02"))
	f("refused", versions("008")+"}\nservice rfb\n",
		r("RFB 003.008\n"), o("RFB 003.008\n"), r("\x00\x00\x00\x00\x04busy"))
	f("a gap", versions("008")+"}\nservice rfb\n",
		r("RFB 003.008\n"), o("RFB 003.008\n"), analyzertest.Gap(analyzer.Resp, 2), o("\x02"))
	f("another protocol", "", r("220 ftp\r\n"), o("USER x\r\n"))
	f("no version", "", r("RFBabcdefghij"), o("RFB 003.008\n"))
}

func FuzzStreams(f *testing.F) {
	f.Add([]byte("RFB 003.008\n\x02fedcba9876543210\x01"), []byte("RFB 003.008\n"), []byte("\x01\x020123456789abcdef\x00\x00\x00\x00"+desktop))
	f.Add([]byte("RFB 003.003\n"), []byte("RFB 003.003\n\x00\x00\x00\x1e\x00\x00\x00\x02"), []byte("abcd"))
	f.Fuzz(func(t *testing.T, client, server, more []byte) {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 6}, analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, more))
		if n := strings.Count(out, "rfb {"); n > 1 {
			t.Fatalf("%d records", n)
		}
	})
}
