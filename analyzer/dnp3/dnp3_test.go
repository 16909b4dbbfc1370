package dnp3

import (
	"encoding/binary"
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
)

// seal appends the checksum of b.
func seal(b string) string {
	return string(binary.LittleEndian.AppendUint16([]byte(b), crc([]byte(b))))
}

// frame makes a link frame with user data.
func frame(control byte, user string) string {
	out := seal(string([]byte{start0, start1, byte(uncounted + len(user)), control, 4, 0, 3, 0}))
	for len(user) > 0 {
		n := min(len(user), block)
		out += seal(user[:n])
		user = user[n:]
	}
	return out
}

const (
	single   = "\xc0" // transport byte: first and last
	fromResp = 0x44
	toResp   = fromOrig | fromResp
)

var (
	read  = frame(toResp, single+"\xc1\x01\x3c\x02\x06\x3c\x03\x06")
	reply = frame(fromResp, single+"\xc1\x81\x90\x00"+strings.Repeat("x", 40))
)

func rows(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		log, _, _ := strings.Cut(line, " ")
		if _, row, ok := strings.Cut(line, `"id.resp_p":20000,`); ok {
			line = log + " " + row
		}
		b.WriteString(line)
	}
	return b.String()
}

func weird(name string) string {
	return `weird "name":"` + name + `","notice":false,"peer":"zeek","source":"DNP3_TCP"}` + "\n"
}

const readRow = `dnp3 "fc_request":"READ","fc_reply":"RESPONSE","iin":36864}` + "\n"

func TestDialogues(t *testing.T) {
	f := func(name, want string, steps ...Step) {
		t.Helper()
		if got := rows(Chunkings(t, Spec(), Options{}, steps...)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	f("read", readRow+"service dnp3_tcp\n", Orig(read), Resp(reply))
	f("no answer", `dnp3 "fc_request":"READ"}`+"\nservice dnp3_tcp\n", Orig(read))
	f("unsolicited", `dnp3 "fc_reply":"UNSOLICITED_RESPONSE","iin":1}`+"\nservice dnp3_tcp\n", Resp(frame(fromResp, single+"\xf1\x82\x00\x01")))
	f("unknown function", `dnp3 "fc_request":"unknown-112"}`+"\nservice dnp3_tcp\n", Orig(frame(toResp, single+"\xc1\x70")))
	f("link frames only", "service dnp3_tcp\n", Orig(frame(toResp, "")+frame(toResp, "")))
	f("fragment in two frames", `dnp3 "fc_request":"WRITE"}`+"\nservice dnp3_tcp\n",
		Orig(frame(toResp, "\x40\xc1")), Orig(frame(toResp, "\x81\x02")))
	f("first frame missing", weird("dnp3_first_application_layer_chunk_missing")+"service dnp3_tcp\n", Orig(frame(toResp, "\x80\xc1\x01")), Orig(read))
	f("roles exchanged", `dnp3 "fc_request":"READ"}`+"\n"+weird("dnp3_unexpected_flow_direction")+"service dnp3_tcp\n",
		Orig(frame(fromResp, single+"\xc1\x01")))
	f("bad checksum of the header", weird("dnp3_corrupt_header_checksum")+"service \n", Orig("\x05\x64\x05\xc4\x04\x00\x03\x00\x00\x00"))
	f("bad checksum of the data", weird("dnp3_corrupt_app_chunk_checksum")+"service dnp3_tcp\n", Orig(read[:len(read)-1]+"!"))
	f("bad length", weird("dnp3_negative_or_zero_length_link_layer")+"service dnp3_tcp\n", Orig(seal("\x05\x64\x04\xc4\x04\x00\x03\x00")))
	f("no DNP3", weird("dnp3_header_lacks_magic")+"service \n", Orig("GET / HTTP/1.1\r\n\r\n"))
	f("cut", "service \n", Orig(read[:9]))
	f("gap", weird("dnp3_header_lacks_magic")+"service dnp3_tcp\n", Orig(read[:12]), Gap(0, 3), Orig(read[15:]+read))
}

func TestUDP(t *testing.T) {
	got := rows(Run(t, UDPSpec(), Options{}, Orig(read[:7]), Orig(read[7:]), Resp(reply)))
	if want := readRow + "service dnp3_udp\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestProbe(t *testing.T) {
	got := rows(Run(t, Spec(), Options{Detect: true, RespPort: 2404}, Orig(read), Resp(reply)))
	if !strings.HasSuffix(got, "service dnp3_tcp\n") {
		t.Errorf("on another port: got %s", got)
	}
	got = rows(Run(t, Spec(), Options{Detect: true, RespPort: 2404}, Orig("\x05\x01\x00"), Resp("\x05\x00")))
	if got != "service \n" {
		t.Errorf("SOCKS: got %s", got)
	}
}

func FuzzDNP3(f *testing.F) {
	f.Add([]byte(read), []byte(reply))
	f.Add([]byte(frame(toResp, "\x40\xc1")+frame(toResp, "\x82\x02")), []byte(frame(fromResp, "")))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, Spec(), Options{Size: 1}, Send(analyzer.Orig, orig), Send(analyzer.Resp, resp), Gap(0, 3), Send(0, orig))
		Run(t, UDPSpec(), Options{}, Send(analyzer.Orig, orig), Send(analyzer.Orig, resp))
	})
}

func TestAllocs(t *testing.T) {
	if n := Allocs(t, Spec(), Options{}, Orig(read), Resp(reply)); n > 0 {
		t.Errorf("%v allocations per request and response", n)
	}
}
