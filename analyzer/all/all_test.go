package all

import (
	"regexp"
	"strings"
	"testing"

	. "wirehunt/analyzer/analyzertest"
	"wirehunt/event"
)

func TestSpecs(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Specs() {
		if names[s.Name] {
			t.Errorf("%s: two analyzers", s.Name)
		}
		names[s.Name] = true
		if s.Title == "" || s.Doc == "" || s.New == nil {
			t.Errorf("%s: not all declared", s.Name)
		}
		if s.Probe != nil && !s.TCP && !s.UDP {
			t.Errorf("%s: a probe without a transport", s.Name)
		}
	}
}

func TestLogs(t *testing.T) {
	action := regexp.MustCompile(`^[A-Z][A-Za-z0-9]+Inspected$`)
	names := map[string]*event.Log{}
	for _, l := range Logs() {
		if names[l.Name] != nil {
			t.Errorf("%s: two logs", l.Name)
		}
		names[l.Name] = l
		if l.Doc == "" {
			t.Errorf("%s: no doc", l.Name)
		}
		if l.Action != "" && !action.MatchString(l.Action) {
			t.Errorf("%s: ActionType %s", l.Name, l.Action)
		}
		for _, f := range l.Fields {
			if f.Doc == "" {
				t.Errorf("%s.%s: no doc", l.Name, f.Name)
			}
		}
	}
}

// TestDetection has the starts of connections on ports that no protocol
// claims, with all analyzers there are: each is found by its own and by no
// other.
func TestDetection(t *testing.T) {
	tcp := Options{Detect: true, Proto: 6, RespPort: 61234}
	udp := Options{Detect: true, Proto: 17, RespPort: 61234}
	for _, c := range []struct {
		service string
		o       Options
		steps   []Step
	}{
		{"http", tcp, []Step{Orig("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), Resp("HTTP/1.1 204 No Content\r\n\r\n")}},
		{"smtp", tcp, []Step{Resp("220 mx.example ESMTP\r\n"), Orig("EHLO a.example\r\n"), Resp("250 mx.example\r\n")}},
		{"ftp", tcp, []Step{Resp("220 ftp.example\r\n"), Orig("USER joe\r\n"), Resp("331 Password\r\n")}},
		{"irc", tcp, []Step{Orig("NICK joe\r\nUSER joe 0 * :Joe\r\n"), Resp(":irc.example 001 joe :Welcome\r\n")}},
		{"mqtt", tcp, []Step{Orig("\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04name"), Resp("\x20\x02\x00\x00")}},
		{"socks", tcp, []Step{Orig("\x05\x01\x00"), Resp("\x05\x00"), Orig("\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50"),
			Resp("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")}},
		{"dnp3_tcp", tcp, []Step{Orig("\x05\x64\x05\xc0\x01\x00\x00\x04\xe9\x21"), Resp("\x05\x64\x05\x0b\x00\x04\x01\x00\x5a\x96")}},
		{"sip", udp, []Step{Orig("OPTIONS sip:x SIP/2.0\r\n\r\n"), Resp("SIP/2.0 200 OK\r\n\r\n")}},
		{"", tcp, []Step{Orig("hello\r\n"), Resp("hello yourself\r\n")}},
		{"", tcp, []Step{Orig("\x00\x00\x00\x01\x02\x03\x04\x05"), Resp("\x00\x00\x00\x00")}},
		{"", udp, []Step{Orig("\xff\xfe\xfd\xfc\xfb\xfa"), Resp("\x01\x02\x03\x04")}},
	} {
		specs := Specs()
		c.o.More = specs[1:]
		got := Run(t, specs[0], c.o, c.steps...)
		if !strings.HasSuffix(got, "service "+c.service+"\n") {
			t.Errorf("%s: got %s", c.service, got)
		}
	}
}
