package snmp

import (
	"encoding/hex"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

// tlv makes an element of BER.
func tlv(tag byte, parts ...string) string {
	body := strings.Join(parts, "")
	if len(body) < 0x80 {
		return string([]byte{tag, byte(len(body))}) + body
	}
	return string([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
}

func num(b ...byte) string { return tlv(tagInteger, string(b)) }

func variable(oid, value string) string { return tlv(tagSequence, tlv(tagOID, oid), value) }

// pdu makes a PDU with three numbers and variables.
func pdu(kind byte, variables ...string) string {
	return tlv(kind, num(1), num(0), num(0), tlv(tagSequence, variables...))
}

func community(version byte, name, pdu string) string {
	return tlv(tagSequence, num(version), tlv(tagOctets, name), pdu)
}

// scoped makes a message of version 3, the last part of which is data.
func scoped(flags, data string) string {
	return tlv(tagSequence, num(3), tlv(tagSequence, num(9), num(0x40, 0), tlv(tagOctets, flags), num(3)), tlv(tagOctets, "params"), data)
}

const other = "\x2b\x06\x01\x02\x01\x01\x05\x00"

var (
	null  = tlv(tagNull)
	get   = community(0, "public", pdu(pduGet, variable(sysDescr, null), variable(other, null)))
	reply = community(0, "public", pdu(pduResponse,
		variable(sysDescr, tlv(tagOctets, "Router")), variable(sysUpTime, tlv(tagTicks, "\x27\x10")), variable(other, num(5))))
	trap = community(0, "traps", tlv(pduTrap, tlv(tagOID, other), tlv(tagAddress, "\x0a\x00\x00\x01"), num(6), num(1),
		tlv(tagTicks, "\x01"), tlv(tagSequence, variable(other, num(1)))))
)

func run(t testing.TB, messages ...string) string {
	t.Helper()
	var steps []analyzertest.Step
	for i, m := range messages {
		steps = append(steps, analyzertest.Send(analyzer.Dir(i&1), []byte(m)))
	}
	return analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
}

func TestMessages(t *testing.T) {
	f := func(name, want string, messages ...string) {
		t.Helper()
		_, got, _ := strings.Cut(run(t, messages...), `"id.resp_p":161,`)
		got = strings.TrimSuffix(got, "\n")
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	counts := func(get, bulk, res, set string) string {
		return `"get_requests":` + get + `,"get_bulk_requests":` + bulk + `,"get_responses":` + res + `,"set_requests":` + set
	}
	f("get", `"duration":1.0,"version":"1","community":"public",`+counts("2", "0", "3", "0")+
		`,"display_string":"Router","up_since":1699999902.0}`+"\nservice snmp", get, reply)
	f("request alone", `"duration":0.0,"version":"2c","community":"c",`+counts("1", "0", "0", "0")+"}\nservice ",
		community(1, "c", pdu(pduGetNext, variable(other, null))))
	f("bulk and set", `"duration":2.0,"version":"2c","community":"",`+counts("0", "1", "2", "3")+"}\nservice snmp",
		community(1, "", pdu(pduBulk, variable(other, null))),
		community(1, "", pdu(pduResponse, variable(other, tlv(tagEndOfView)), variable(sysDescr, num(1)))),
		community(1, "", pdu(pduSet, variable(other, num(1)), variable(other, num(1)), variable(other, num(1)))))
	f("trap", `"duration":0.0,"version":"1","community":"traps",`+counts("0", "0", "0", "0")+"}\nservice ", trap)
	f("unknown PDU", `"duration":0.0,"version":"1","community":"x",`+counts("0", "0", "0", "0")+"}\nservice ",
		community(0, "x", tlv(0xaf, "whatever")))
	f("version 3", `"duration":2.0,"version":"3",`+counts("1", "0", "0", "0")+"}\nservice snmp",
		scoped("\x00", tlv(tagSequence, tlv(tagOctets, "engine"), tlv(tagOctets, ""), pdu(pduGet, variable(other, null)))),
		scoped("\x03", tlv(tagOctets, "encrypted")),
		scoped("\x03", tlv(0x13, "neither")))
	f("version 9 says nothing", "", tlv(tagSequence, num(9)))
}

// TestMalformed has messages that take the service away.
func TestMalformed(t *testing.T) {
	for _, bad := range []string{
		"", "\x30", "GET / HTTP/1.1\r\n\r\n", get[:len(get)-1], tlv(tagOctets, get),
		community(0, "x", pdu(pduGet, tlv(tagOctets, "no variable"))),
		community(0, "x", tlv(pduGet, num(1), num(0), tlv(tagSequence))),
		community(0, "x", tlv(pduTrap, tlv(tagOID, other), num(1))),
		scoped("\x03\x03", tlv(tagOctets, "encrypted")),
		tlv(tagSequence, tlv(tagInteger, "0123456789")),
		"\x30\x89\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		if got := run(t, get, bad); !strings.HasSuffix(got, "\nservice \n") {
			t.Errorf("%x: got %s", bad, got)
		}
	}
}

func TestLongArc(t *testing.T) {
	const ok, long = "\x2b\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "\x2b\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x05"
	if got := run(t, community(0, "x", pdu(pduGet, variable(ok, null)))); strings.Contains(got, "weird") {
		t.Errorf("64 bits: got %s", got)
	}
	got := run(t, community(0, "x", pdu(pduGet, variable(long, null))))
	if strings.Count(got, `"name":"asn_oid_subidentifier_too_long","addl":"11"`) != 1 || strings.Contains(got, `weird {"ts":1700000001.0,"uid"`) {
		t.Errorf("70 bits: got %s", got)
	}
}

// TestLateNonsense has a malformed message on a large connection.
func TestLateNonsense(t *testing.T) {
	got := analyzertest.Run(t, Spec(), analyzertest.Options{Size: 1 << 20},
		analyzertest.Orig(get), analyzertest.Orig("nonsense"), analyzertest.Resp(reply))
	if !strings.Contains(got, `"get_responses":3`) || !strings.HasSuffix(got, "service snmp\n") {
		t.Errorf("got %s", got)
	}
}

func FuzzDatagram(f *testing.F) {
	for _, s := range []string{get, reply, trap, scoped("\x03", tlv(tagOctets, "encrypted"))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// Each message may hold an arc that is too long, which is told of itself.
		got := run(t, string(b), string(b))
		if strings.Count(got, "\n") > 2+strings.Count(got, "asn_oid_subidentifier_too_long") {
			t.Fatalf("%s: got %s", hex.EncodeToString(b), got)
		}
	})
}

func TestAllocs(t *testing.T) {
	n := analyzertest.Allocs(t, Spec(), analyzertest.Options{}, analyzertest.Orig(get), analyzertest.Resp(reply))
	if n > 0 {
		t.Errorf("%v allocations per request and response", n)
	}
}
