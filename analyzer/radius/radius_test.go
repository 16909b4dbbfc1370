package radius

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func attr(typ byte, value string) string { return string([]byte{typ, byte(2 + len(value))}) + value }

func message(code byte, attrs ...string) string {
	a := strings.Join(attrs, "")
	return string([]byte{code, 7, 0, byte(headerLen + len(a))}) + "authenticator000" + a
}

func run(t testing.TB, messages ...string) string {
	t.Helper()
	var steps []analyzertest.Step
	for i, m := range messages {
		steps = append(steps, analyzertest.Send(analyzer.Dir(i&1), []byte(m)))
	}
	return analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
}

func TestAuthentications(t *testing.T) {
	f := func(name, want string, messages ...string) {
		t.Helper()
		var rows []string
		got := run(t, messages...)
		for line := range strings.Lines(got) {
			if _, row, ok := strings.Cut(line, `"id.resp_p":1812,`); ok {
				rows = append(rows, strings.TrimSuffix(row, "}\n"))
			}
		}
		if got := strings.Join(rows, " | "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	request := message(accessRequest, attr(attrUserName, "joe"), attr(attrCallingStation, "00-14-22-E9-54-5E"))
	f("accepted", `"username":"joe","mac":"00:14:22:e9:54:5e","result":"success","ttl":1.0`, request, message(accessAccept))
	f("challenge, then refused", `"username":"joe","mac":"00:14:22:e9:54:5e","framed_addr":"10.1.2.3","reply_msg":"Hello","result":"failed","ttl":3.0`,
		request, message(accessChallenge, attr(attrFramedAddress, "\x0a\x01\x02\x03"), attr(attrReplyMessage, "Hello"), attr(attrReplyMessage, "again")),
		message(accessRequest, attr(attrUserName, "another")), message(accessReject))
	f("what a tunnel says", `"tunnel_client":"192.0.2.1","connect_info":"54 Mbps","result":"unknown"`,
		message(accessRequest, attr(attrTunnelClient, "192.0.2.1"), attr(attrConnectInfo, "54 Mbps")))
	f("two authentications", `"username":"a","result":"success","ttl":1.0 | "username":"b","result":"success","ttl":1.0`,
		message(accessRequest, attr(attrUserName, "a")), message(accessAccept), message(accessRequest, attr(attrUserName, "b")), message(accessAccept))
	f("no hardware address", `"mac":"","result":"unknown"`, message(accessRequest, attr(attrCallingStation, "+49 30 123")))
	f("8 bytes of hardware address", `"mac":"00:11:22:33:44:55:66:77","result":"unknown"`,
		message(accessRequest, attr(attrCallingStation, "0011.2233.4455.6677")))
}

func TestMalformed(t *testing.T) {
	for _, m := range []string{
		"short", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
		message(accessRequest) + "\x01", message(accessRequest) + "\x01\x01", message(accessRequest) + "\x01\x09joe",
	} {
		if got := run(t, m); got != "service \n" {
			t.Errorf("%q: got %s", m, got)
		}
	}
}

func FuzzDatagram(f *testing.F) {
	f.Add([]byte(message(accessRequest, attr(attrUserName, "joe"))))
	f.Add([]byte(message(accessChallenge, attr(attrFramedAddress, "1234"), attr(attrReplyMessage, "x"))))
	f.Add([]byte(message(accessReject)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := run(t, string(b), string(b)); strings.Count(got, "\n") > 3 {
			t.Fatalf("got %s", got)
		}
	})
}

func TestAllocs(t *testing.T) {
	n := analyzertest.Allocs(t, Spec(), analyzertest.Options{},
		analyzertest.Orig(message(accessRequest, attr(attrUserName, "joe"), attr(attrCallingStation, "00-14-22-E9-54-5E"))), analyzertest.Resp(message(accessAccept)))
	if n > 0 {
		t.Errorf("%v allocations per authentication", n)
	}
}
