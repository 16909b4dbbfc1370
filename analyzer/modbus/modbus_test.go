package modbus

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
)

// pdu makes a message of unit 1.
func pdu(tid, code byte, body string) string {
	n := 2 + len(body)
	return string([]byte{0, tid, 0, 0, byte(n >> 8), byte(n), 1, code}) + body
}

// rows returns the own fields of the records in out, and the services.
func rows(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if _, row, ok := strings.Cut(line, `"id.resp_p":502,`); ok {
			line = row
		}
		b.WriteString(line)
	}
	return b.String()
}

func row(tid, fn, typ, more string) string {
	return `"tid":` + tid + `,"unit":1,"func":"` + fn + `","pdu_type":"` + typ + `"` + more + "}\n"
}

func TestDialogues(t *testing.T) {
	f := func(name, want string, steps ...Step) {
		t.Helper()
		if got := rows(Chunkings(t, Spec(), Options{}, steps...)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	f("read", row("7", "READ_COILS", "REQ", "")+row("7", "READ_COILS", "RESP", "")+"service modbus\n",
		Orig(pdu(7, 1, "\x00\x00\x00\x10")), Resp(pdu(7, 1, "\x02\xff\x00")))
	f("two at once", row("1", "WRITE_SINGLE_COIL", "REQ", "")+row("2", "unknown-33", "REQ", "")+"service modbus\n",
		Orig(pdu(1, 5, "\x00\x00\xff\x00")+pdu(2, 33, "")))
	f("failed", row("1", "READ_FIFO_QUEUE", "REQ", "")+row("1", "READ_FIFO_QUEUE_EXCEPTION", "RESP", `,"exception":"ILLEGAL_DATA_ADDRESS"`)+
		row("2", "unknown-161", "RESP", `,"exception":"unknown-7"`)+"service modbus\n",
		Orig(pdu(1, 24, "\x00\x00")), Resp(pdu(1, 24|failed, "\x02")+pdu(2, 33|failed, "\x07")))
	f("request with a failure's code", "service modbus\n", Orig(pdu(1, 0x81, "\x01")))
	f("body too short", row("1", "READ_COILS", "REQ", "")+"service \n", Orig(pdu(1, 1, "\x00\x00\x00")))
	f("failure without a reason", "service \n", Resp(pdu(1, 0x81, "")))
	f("no Modbus", "service \n", Orig("GET / HTTP/1.1\r\n\r\n"), Resp("HTTP/1.1 200 OK\r\n\r\n"))
	f("too short for a header", "service \n", Orig("\x00\x01\x00\x00\x00\x01\x01\x01\x01"))
	f("cut", row("1", "READ_COILS", "REQ", "")+"service \n", Orig(pdu(1, 1, "\x00\x00\x00\x10")[:10]))
	f("gap between messages", row("1", "READ_COILS", "REQ", "")+row("3", "READ_COILS", "REQ", "")+"service modbus\n",
		Orig(pdu(1, 1, "\x00\x00\x00\x10")), Gap(analyzer.Orig, 12), Orig(pdu(3, 1, "\x00\x00\x00\x10")))
	f("gap in a message", row("1", "READ_COILS", "REQ", "")+row("4", "READ_COILS", "REQ", "")+"service modbus\n",
		Orig(pdu(1, 1, "\x00\x00\x00\x10")[:10]), Gap(analyzer.Orig, 14), Orig(pdu(3, 1, "\x00\x00\x00\x10")), Orig(pdu(4, 1, "\x00\x00\x00\x10")))
}

// TestLateNonsense has a message that cannot be read on a large connection.
func TestLateNonsense(t *testing.T) {
	got := rows(Run(t, Spec(), Options{Size: 1 << 20},
		Orig(pdu(1, 3, "\x00\x00\x00\x10")), Orig("GET / HTTP/1.1\r\n\r\n"), Orig(pdu(2, 3, "\x00\x00\x00\x10"))))
	want := row("1", "READ_HOLDING_REGISTERS", "REQ", "") + row("2", "READ_HOLDING_REGISTERS", "REQ", "") + "service modbus\n"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBodies(t *testing.T) {
	f := func(dir analyzer.Dir, code byte, body string, want bool) {
		t.Helper()
		if got := fits(dir, code, []byte(body)); got != want {
			t.Errorf("%d %d %q: got %v", dir, code, body, got)
		}
	}
	const o, r = analyzer.Orig, analyzer.Resp
	f(o, 6, "\x00\x00\x00\x00", true)
	f(o, 15, "\x00\x00\x00\x08\x01\xff", true)
	f(o, 15, "\x00\x00\x00\x08\x02\xff", false)
	f(o, 16, "\x00\x00\x00\x01\x02\x00\x00", true)
	f(o, 16, "\x00\x00\x00\x02\x02\x00\x00", false)
	f(o, 16, "\x00\x00\x00\x01\x03\x00\x00\x00", false)
	f(o, 16, "\x00\x00\x00\x01", false)
	f(o, 20, "\x07\x06\x00\x01\x00\x00\x00\x01", true)
	f(o, 20, "\x06\x06\x00\x01\x00\x00\x00", false)
	f(o, 20, "", false)
	f(o, 21, "\x09\x06\x00\x01\x00\x00\x00\x01ab", true)
	f(o, 21, "\x09\x06\x00\x01\x00\x00\x00\x02ab", false)
	f(o, 21, "\x03\x06\x00\x01", false)
	f(o, 22, "\x00\x00\x00\x00\x00\x00", true)
	f(o, 22, "\x00\x00\x00\x00\x00", false)
	f(o, 23, "\x00\x00\x00\x00\x00\x00\xff\xff\x01a", true)
	f(o, 23, "\x00\x00\x00\x00\x00\x00\xff\xff\x02a", false)
	f(o, 24, "\x00", false)
	f(o, 99, "", true)
	f(r, 2, "\x01", false)
	f(r, 3, "\x02ab", true)
	f(r, 3, "\x01a", false)
	f(r, 16, "\x00\x00\x00\x00", true)
	f(r, 20, "\x05\x03\x06abc", true)
	f(r, 20, "\x05\x09\x06abc", false)
	f(r, 21, "", false)
	f(r, 22, "\x00\x00\x00\x00\x00\x00", true)
	f(r, 24, "\x00\x04\x00\x01ab", true)
	f(r, 24, "\x00\x04\x00\x02ab", false)
	f(r, 99, "", true)
}

func FuzzModbus(f *testing.F) {
	f.Add([]byte(pdu(1, 16, "\x00\x00\x00\x01\x02\x00\x00")+pdu(2, 21, "\x09\x06\x00\x01\x00\x00\x00\x01ab")),
		[]byte(pdu(1, 20, "\x05\x03\x06abc")+pdu(2, 0x95, "\x01")))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, Spec(), Options{Size: 1}, Send(0, orig), Send(1, resp), Gap(0, 5), Send(0, orig))
	})
}

func TestAllocs(t *testing.T) {
	n := Allocs(t, Spec(), Options{}, Orig(pdu(1, 24, "\x00\x00")+pdu(1, 33, "")), Resp(pdu(1, 24|failed, "\x02")))
	if n > 0 {
		t.Errorf("%v allocations per request and response", n)
	}
}
