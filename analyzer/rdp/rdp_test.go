package rdp

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func tpkt(body string) string {
	n := len(body) + 4
	return string([]byte{3, 0, byte(n >> 8), byte(n)}) + body
}

func request(cookie string) analyzertest.Step {
	if cookie != "" {
		cookie = cookieStart + cookie + "\r\n"
	}
	return analyzertest.Orig(tpkt("\x2b\xe0\x00\x00\x00\x00\x00" + cookie + "\x01\x00\x08\x00\x03\x00\x00\x00"))
}

func confirm(typ, value byte) analyzertest.Step {
	return analyzertest.Resp(tpkt("\x0e\xd0\x00\x00\x12\x34\x00" + string(typ) + "\x00\x08\x00" + string(rune(value)) + "\x00\x00\x00"))
}

func tlv(id, body string) string {
	return id + "\x82" + string([]byte{byte(len(body) >> 8), byte(len(body))}) + body
}

func block(typ uint16, body string) string {
	return string(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, typ), uint16(len(body)+4))) + body
}

func wide(s string, n int) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return string(b) + strings.Repeat("\x00", n-len(b))
}

func u32(v uint32) string { return string(binary.LittleEndian.AppendUint32(nil, v)) }

func client(blocks string) analyzertest.Step {
	gcc := "\x00\x05\x00\x14\x7c\x00\x01\x81\x00\x00\x08\x00\x10\x00\x01\xc0\x00Duca\x81\x00" + blocks
	return analyzertest.Orig(tpkt("\x02\xf0\x80" + tlv("\x7f\x65", "\x04\x01\x01\x04\x01\x01\x01\x01\xff"+
		strings.Repeat("\x30\x03\x02\x01\x01", 3)+tlv("\x04", gcc))))
}

func server(result byte, blocks string) analyzertest.Step {
	gcc := "\x00\x05\x00\x14\x7c\x00\x01\x2a\x14\x76\x0a\x01\x01" + string(result) + "\x01\xc0\x00McDn\x81\x00" + blocks
	return analyzertest.Resp(tpkt("\x02\xf0\x80" + tlv("\x7f\x66", "\x0a\x01\x00\x02\x01\x00\x30\x03\x02\x01\x01"+tlv("\x04", gcc))))
}

func core(keyboard uint32, flags byte) string {
	return block(blockClientCore, "\x04\x00\x08\x00\x80\x07\x38\x04\x01\xca\x03\xaa"+u32(keyboard)+u32(9600)+wide("JOHN-PC", 32)+
		strings.Repeat("\x00", 12+64+8)+"\x10\x00\x0f\x00"+string([]byte{flags, 0})+wide("3c571ed0", 64))
}

func TestSessions(t *testing.T) {
	f := func(name, want string, steps ...analyzertest.Step) {
		t.Helper()
		got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{Detect: true, RespPort: 4000}, steps...)
		_, got, _ = strings.Cut(got, `"id.resp_p":4000,`)
		if got != want {
			t.Errorf("%s: got %s\nwant %s", name, got, want)
		}
	}
	channels := block(blockClientNetwork, u32(2)+"rdpdr\x00\x00\x00"+u32(0)+"cliprdr\x00"+u32(0))
	settings := `"client_channels":["rdpdr","cliprdr"],"keyboard_layout":"English - United States","client_build":"RDP 8.1",` +
		`"client_name":"JOHN-PC","client_dig_product_id":"3c571ed0","desktop_width":1920,"desktop_height":1080,"requested_color_depth":"16bit",`
	f("without TLS", `"cookie":"john","result":"Success","security_protocol":"RDP",`+settings+
		`"cert_type":"RSA","cert_count":1,"cert_permanent":true,"encryption_level":"Client compatible","encryption_method":"128bit"}`+"\nservice rdp\n",
		request("john"), confirm(2, 0), client(core(1033, 0)+channels),
		server(0, block(0x0c01, "\x04\x00\x08\x00")+block(blockServerSecurity, u32(2)+u32(2)+u32(4)+u32(8)+"rand"+u32(1)+"cert")))
	f("guessed keyboard", `"cookie":"john","security_protocol":"RDP","keyboard_layout":"Thai (Best Guess for 263198)","client_build":"RDP 8.1",`+
		`"client_name":"JOHN-PC","client_dig_product_id":"3c571ed0","desktop_width":1920,"desktop_height":1080,"requested_color_depth":"32bit","cert_count":0}`+"\nservice rdp\n",
		request("john"), confirm(2, 0), client(core(263198, 2)))
	f("TLS", `"cookie":"john","result":"encrypted","security_protocol":"HYBRID","cert_count":0}`+"\nservice rdp\n",
		request("john"), confirm(2, 2), analyzertest.Orig("\x16\x03\x01\x00\x05hello"))
	f("refused", `"cookie":"john","result":"HYBRID_REQUIRED_BY_SERVER","cert_count":0}`+"\nservice rdp\n", request("john"), confirm(3, 5))
	f("a gap", `"cookie":"john","security_protocol":"RDP","cert_count":0}`+"\nservice rdp\n",
		request("john"), confirm(2, 0), analyzertest.Gap(analyzer.Orig, 50), server(0, ""))
	f("another protocol", "", analyzertest.Orig("GET / HTTP/1.1\r\n\r\n"), analyzertest.Resp("HTTP/1.1 200 OK\r\n\r\n"))
}

func TestOnPort(t *testing.T) {
	f := func(name, want string, steps ...analyzertest.Step) {
		t.Helper()
		if got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
	f("no cookie", "service rdp\n", request(""), confirm(2, 0))
	f("another protocol", "service \n", analyzertest.Orig("GET / HTTP/1.1\r\n\r\n"))
	f("length", "service \n", analyzertest.Orig("\x03\x00\x00\x05\x00"))
	f("malformed", "service \n", analyzertest.Orig(tpkt("\x02\xf0\x80\x7f\x65\x82\xff\xff")))
}

func TestServerChain(t *testing.T) {
	security := u32(2) + u32(2) + u32(0)
	f := func(cert string, want bool) {
		t.Helper()
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, request("a"), confirm(2, 0),
			server(0, block(blockServerSecurity, security+u32(uint32(len(cert)))+cert)))
		if got := strings.HasSuffix(out, "service rdp\n"); got != want || strings.Contains(out, "x509 {") {
			t.Errorf("%q: got %s", cert, out)
		}
	}
	f(u32(2)+u32(1)+u32(3)+"abc", true)
	f(u32(2)+u32(1)+u32(300)+"abc", false)
	f(u32(2)+u32(1<<31), false)
	f(u32(7), false)
	f("", true)
}

func FuzzStreams(f *testing.F) {
	f.Add([]byte(tpkt("\x2b\xe0\x00\x00\x00\x00\x00"+cookieStart+"x\r\n")), []byte(tpkt("\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x00\x00\x00\x00")))
	f.Add([]byte(tpkt("\x02\xf0\x80"+tlv("\x7f\x65", "\x04\x00"))), []byte("\x16\x03\x01"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
		if n := strings.Count(out, "rdp {"); n > 1 {
			t.Fatalf("%d records", n)
		}
	})
}
