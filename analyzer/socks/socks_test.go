package socks

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func TestDialogues(t *testing.T) {
	f := func(name, want string, o analyzertest.Options, steps ...analyzertest.Step) {
		t.Helper()
		got := analyzertest.Chunkings(t, Spec(), o, steps...)
		_, row, _ := strings.Cut(got, `"version"`)
		if before, after, ok := strings.Cut(row, "tunnel {"); ok {
			_, after, _ = strings.Cut(after, "\n")
			row = before + after
		}
		if row != want {
			t.Errorf("%s: got %s, want %s", name, row, want)
		}
	}
	detect := analyzertest.Options{Detect: true, RespPort: 10080}
	f("version 5 with a login", `:5,"user":"bob","status":"succeeded","request.host":"192.168.0.2","request_p":22,"bound.host":"192.168.0.1","bound_p":55951}`+"\nservice socks\n", detect,
		analyzertest.Orig("\x05\x03\x00\x03\x02"), analyzertest.Resp("\x05\x02"),
		analyzertest.Orig("\x01\x03bob\x05alice"), analyzertest.Resp("\x01\x00"),
		analyzertest.Orig("\x05\x01\x00\x01\xc0\xa8\x00\x02\x00\x16"), analyzertest.Resp("\x05\x00\x00\x01\xc0\xa8\x00\x01\xda\x8f"),
		analyzertest.Orig("data"), analyzertest.Resp("data"))
	f("version 5 with a name, refused", `:5,"status":"Connection refused","request.name":"a.example","request_p":80,"bound.host":"::","bound_p":0}`+"\nservice socks\n", detect,
		analyzertest.Orig("\x05\x01\x00"), analyzertest.Resp("\x05\x00"),
		analyzertest.Orig("\x05\x01\x00\x03\x09a.example\x00\x50"),
		analyzertest.Resp("\x05\x05\x00\x04"+strings.Repeat("\x00", 18)))
	f("version 4a", `:4,"user":"joe","status":"succeeded","request.host":"0.0.0.1","request.name":"b.example","request_p":443,"bound.host":"10.0.0.9","bound_p":1}`+"\nservice socks\n", detect,
		analyzertest.Orig("\x04\x01\x01\xbb\x00\x00\x00\x01joe\x00b.example\x00"), analyzertest.Resp("\x00\x5a\x00\x01\x0a\x00\x00\x09"))
	f("version 4", `:4,"status":"general SOCKS server failure","request.host":"1.2.3.4","request_p":25,"bound.host":"0.0.0.0","bound_p":0}`+"\nservice socks\n", analyzertest.Options{},
		analyzertest.Orig("\x04\x01\x00\x19\x01\x02\x03\x04\x00"), analyzertest.Resp("\x00\x5b\x00\x00\x00\x00\x00\x00"))
	f("no answer", "", analyzertest.Options{},
		analyzertest.Orig("\x05\x01\x00"), analyzertest.Resp("\x05\x00"), analyzertest.Orig("\x05\x01\x00\x03\x09a.example\x00\x50"))
	f("another protocol", "", analyzertest.Options{Detect: true},
		analyzertest.Orig("GET / HTTP/1.1\r\n\r\n"), analyzertest.Resp("HTTP/1.1 200 OK\r\n\r\n"))
	f("a gap", "", analyzertest.Options{},
		analyzertest.Orig("\x05\x01\x00"), analyzertest.Gap(analyzer.Resp, 2), analyzertest.Orig("\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50"))
}

// TestInner has a protocol behind the proxy's answer.
func TestInner(t *testing.T) {
	echo := &analyzer.Spec{Name: "echo", TCP: true, FirstBytes: "E",
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			if len(s.Orig) > 0 && s.Orig[0] == 'E' {
				return analyzer.Yes
			}
			return analyzer.NeedMore
		},
		New: func() analyzer.Analyzer { return &confirmer{} }}
	got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{More: []*analyzer.Spec{echo}},
		analyzertest.Orig("\x05\x01\x00"), analyzertest.Resp("\x05\x00"),
		analyzertest.Orig("\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50"),
		analyzertest.Resp("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"), analyzertest.Orig("Echo"))
	if !strings.HasSuffix(got, "service socks,echo\n") {
		t.Errorf("got %s", got)
	}
}

type confirmer struct{ analyzer.Base }

func (c *confirmer) Reset()                                   {}
func (c *confirmer) Close()                                   {}
func (c *confirmer) Gap(analyzer.Dir, uint64) bool            { return true }
func (c *confirmer) EOF(analyzer.Dir)                         {}
func (c *confirmer) Data(_ analyzer.Dir, b []byte) (int, int) { c.Confirm(); return len(b), 0 }

func FuzzStreams(f *testing.F) {
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x03\x09a.example\x00\x50"), []byte("\x05\x00\x05\x00\x00\x01\x01\x02\x03\x04\x00\x50x"))
	f.Add([]byte("\x04\x01\x01\xbb\x00\x00\x00\x01joe\x00b.example\x00"), []byte("\x00\x5a\x00\x01\x0a\x00\x00\x09"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{},
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server), analyzertest.Send(analyzer.Orig, client))
		if n := strings.Count(out, "socks {"); n > 1 {
			t.Fatalf("%d records", n)
		}
	})
}

func TestTunnel(t *testing.T) {
	got := analyzertest.Run(t, Spec(), analyzertest.Options{},
		analyzertest.Orig("\x05\x01\x00"), analyzertest.Resp("\x05\x00"), analyzertest.Orig("\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50"))
	want := `tunnel {"ts":1700000003.0,"id.orig_h":"10.0.0.1","id.orig_p":0,"id.resp_h":"93.184.216.34","id.resp_p":1080,` +
		`"tunnel_type":"Tunnel::SOCKS","action":"Tunnel::DISCOVER"}` + "\nservice \n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestAuthentication has methods that are not known.
func TestAuthentication(t *testing.T) {
	f := func(weird string, method string, steps ...analyzertest.Step) {
		t.Helper()
		steps = append([]analyzertest.Step{analyzertest.Orig("\x05\x01\x02"), analyzertest.Resp("\x05" + method)}, steps...)
		steps = append(steps, analyzertest.Orig("\x05\x01\x00\x01\x01\x02\x03\x04\x00\x50"), analyzertest.Resp("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"))
		got := analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
		if !strings.Contains(got, weird) || !strings.Contains(got, `"request.host":"1.2.3.4"`) || !strings.HasSuffix(got, "service socks\n") {
			t.Errorf("got %s", got)
		}
	}
	f(`"name":"socks5_unsupported_authentication_method","addl":"6"`, "\x06", analyzertest.Orig("hello"), analyzertest.Resp("hello"))
	f(`"name":"socks5_unsupported_authentication","addl":"method 2, version 9"`, "\x02", analyzertest.Orig("\x09user"), analyzertest.Resp("\x09"))
}
