package ldap

import (
	"encoding/binary"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/analyzer/wire/asn1"
	"wirehunt/internal/x/golden"
)

// tlv is an element.
func tlv(id byte, body ...string) string {
	b := strings.Join(body, "")
	switch n := len(b); {
	case n < 0x80:
		return string([]byte{id, byte(n)}) + b
	default:
		return string(binary.BigEndian.AppendUint32([]byte{id, 0x84}, uint32(n))) + b
	}
}

func num(v byte) string   { return tlv(asn1.Integer, string([]byte{v})) }
func enum(v byte) string  { return tlv(asn1.Enumerated, string([]byte{v})) }
func str(s string) string { return tlv(asn1.OctetString, s) }

// msg is a message: id, operation's tag, contents.
func msg(id, op byte, body ...string) string {
	tag := byte(asn1.Application | asn1.Constructed)
	switch op {
	case opUnbind, opDelRequest, opAbandon:
		tag = asn1.Application
	}
	return tlv(asn1.Sequence, num(id), tlv(tag|op, body...))
}

func result(id, op, code byte, diag string) string {
	return msg(id, op, enum(code), str(""), str(diag))
}

func find(id, scope byte, base, filter string, attrs ...string) string {
	list := ""
	for _, a := range attrs {
		list += str(a)
	}
	return msg(id, opSearchRequest, str(base), enum(scope), enum(0), num(0), num(0), tlv(asn1.Boolean, "\x00"), filter, tlv(asn1.Sequence, list))
}

func filter(kind byte, body ...string) string {
	if kind == filterPresent {
		return tlv(asn1.Context|kind, body...)
	}
	return tlv(asn1.Context|asn1.Constructed|kind, body...)
}

func eq(a, v string) string { return filter(filterEqual, str(a), str(v)) }

// wrap is a message in a wrap token.
func wrap(flags byte, extra, rotated uint16, body string) string {
	b := []byte{5, 4, flags, 0xff}
	b = binary.BigEndian.AppendUint16(b, extra)
	b = binary.BigEndian.AppendUint16(b, rotated)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 7)
	if rotated > 0 {
		body = strings.Repeat("c", int(rotated)) + body
	} else {
		body += strings.Repeat("c", int(extra))
	}
	b = append(b, body...)
	return string(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
}

func bind(id byte, name string, auth ...string) string {
	return msg(id, opBindRequest, append([]string{num(3), str(name)}, auth...)...)
}

func sasl(mech string) string {
	return tlv(asn1.Context|asn1.Constructed|bindSASL, str(mech), str("\x60\x01x"))
}

func dialogues() map[string][]analyzertest.Step {
	o, r := analyzertest.Orig, analyzertest.Resp
	simple := tlv(asn1.Context|bindSimple, "secret")
	bound := []analyzertest.Step{o(bind(1, "", sasl("GSS-SPNEGO"))), r(result(1, opBindResponse, 0, ""))}
	after := func(steps ...analyzertest.Step) []analyzertest.Step {
		return append(append([]analyzertest.Step{}, bound...), steps...)
	}
	all := find(2, 2, "dc=x", filter(filterPresent, "objectClass"), "cn", "*")
	entry := msg(2, opSearchEntry, str("cn=a,dc=x"), tlv(asn1.Sequence))
	done := result(2, opSearchDone, 0, "")
	big := msg(2, opSearchEntry, str("cn=b"), tlv(asn1.Sequence, strings.Repeat("x", maxMessage)))
	return map[string][]analyzertest.Step{
		"simple": {o(bind(1, "cn=joe", simple)), r(result(1, opBindResponse, 49, "80090308: LdapErr")), o(msg(2, opUnbind))},
		"search": {o(all), r(entry + entry + done), o(find(3, 0, "", eq("a", "b"))), r(result(3, opSearchDone, 32, "no such"))},
		"large":  {o(all), r(entry + big + big + done)},
		"changes": {
			o(msg(1, opAddRequest, str("cn=new"), tlv(asn1.Sequence))), r(result(1, opAddResponse, 68, "")),
			o(msg(2, opModifyRequest, str("cn=old"), tlv(asn1.Sequence))), r(result(2, opModifyResponse, 0, "")),
			o(msg(3, opDelRequest, "cn=gone")), r(result(3, opDelResponse, 50, "")),
			o(msg(4, opModDNRequest, str("cn=a"), str("cn=b"), "\x01\x01\xff")), r(result(4, opModDNResponse, 0, "")),
			o(msg(5, opCompareRequest, str("cn=c"), tlv(asn1.Sequence, str("a"), str("b")))), r(result(5, opCompareResponse, 6, "")),
			o(msg(6, opAbandon, "\x05")), o(msg(7, opModifyRequest, str("cn=unanswered"), tlv(asn1.Sequence))),
		},
		"reordered": {o(all), o(find(3, 1, "", eq("a", "b"))), r(result(3, opSearchDone, 0, "")), r(entry + done)},
		"whoami":    {o(msg(1, opExtendedRequest, tlv(asn1.Context, "1.3.6.1.4.1.4203.1.11.3"))), r(result(1, opExtendedResponse, 0, ""))},
		"StartTLS":  {o(msg(1, opExtendedRequest, tlv(asn1.Context, startTLS))), r(result(1, opExtendedResponse, 0, "")), o("\x16\x03\x01")},
		"StartTLS refused": {
			o(msg(1, opExtendedRequest, tlv(asn1.Context, startTLS))), r(result(1, opExtendedResponse, 52, "")), o(all), r(done),
		},
		"signed":  after(o(wrap(0, 12, 0, all)), r(wrap(1, 12, 12, entry+done))),
		"sealed":  after(o(wrap(2, 0, 28, "encrypted")), r(wrap(3, 0, 28, "encrypted")), o(wrap(2, 0, 28, strings.Repeat("e", 1000)))),
		"clear":   after(o(all), r(entry), r(done)),
		"opaque":  {o(bind(1, "", sasl("DIGEST-MD5"))), r(result(1, opBindResponse, 0, "")), o("\x00\x00\x00\x05abcde\x00\x00\x00\x01x"), r("\x00\x00\x00\x02ab")},
		"sicily":  {o(bind(1, "NTLM", tlv(asn1.Context|bindSicilyNego, "NTLMSSP\x00"))), r(result(1, opBindResponse, 0, ""))},
		"reused":  {o(bind(1, "a", simple)), o(bind(1, "b", simple)), r(result(1, opBindResponse, 0, ""))},
		"answers": {r(result(1, opBindResponse, 0, "")), r(result(2, opSearchDone, 4, ""))},
		"gap":     {o(all), analyzertest.Gap(analyzer.Resp, 100), r(done)},
		"not":     {o(all), r("HTTP/1.1 200 OK\r\n")},
		"bad":     {o(all), o(tlv(asn1.Sequence, num(4), tlv(asn1.Application|30)))},
	}
}

func TestGolden(t *testing.T) {
	for name, steps := range dialogues() {
		t.Run(name, func(t *testing.T) {
			tls := &analyzer.Spec{Name: "ssl", New: func() analyzer.Analyzer { return &confirmer{} }}
			got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{More: []*analyzer.Spec{tls}}, steps...)
			golden.Check(t, "testdata/"+strings.ReplaceAll(name, " ", "_")+".golden", []byte(got))
		})
	}
}

func TestUDP(t *testing.T) {
	f := filter(filterAnd, eq("DnsDomain", "x.example"), eq("NtVer", "\x16\x00\x00\x20"))
	steps := []analyzertest.Step{
		analyzertest.Orig(find(1, 0, "", f, "Netlogon")), analyzertest.Resp(msg(1, opSearchEntry, str(""), tlv(asn1.Sequence)) + result(1, opSearchDone, 0, "")),
	}
	got := analyzertest.Run(t, UDPSpec(), analyzertest.Options{Detect: true, RespPort: 1389}, steps...)
	golden.Check(t, "testdata/udp.golden", []byte(got))
}

func TestFilters(t *testing.T) {
	sid := "\x01\x04\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\x39\xc3\xc7\x44\x3a\xb6\x24\x1d\xaa\x28\xfd\x71"
	deep := eq("a", "b")
	for range maxDepth {
		deep = filter(filterNot, deep)
	}
	for _, tc := range []struct{ filter, want string }{
		{eq("cn", "joe"), "(cn=joe)"},
		{filter(filterGreater, str("n"), str("5")), "(n>=5)"},
		{filter(filterLess, str("n"), str("5")), "(n<=5)"},
		{filter(filterApprox, str("n"), str("5")), "(n~=5)"},
		{filter(filterPresent, "objectClass"), "(objectClass=*)"},
		{filter(filterNot, eq("a", "b")), "(!(a=b))"},
		{filter(filterAnd), ""},
		{filter(filterAnd, eq("a", "1")), "(&(a=1))"},
		{filter(filterAnd, eq("a", "1"), eq("b", "2")), "(&(a=1)(b=2))"},
		{filter(filterOr, eq("a", "1"), eq("b", "2"), eq("c", "3"), eq("d", "4")), "(|(|(|(a=1)(b=2))(c=3))(d=4))"},
		{filter(filterSubstrings, str("cn"), tlv(asn1.Sequence, tlv(0x80, "a"), tlv(0x81, "b"), tlv(0x81, "c"), tlv(0x82, "d"))), "(cn=a*b*c*d)"},
		{filter(filterSubstrings, str("cn"), tlv(asn1.Sequence, tlv(0x81, "b"))), "(cn=*b*)"},
		{filter(filterSubstrings, str("cn"), tlv(asn1.Sequence, tlv(0x82, "d"))), "(cn=*d)"},
		{
			filter(filterExtensible, tlv(0x81, "1.2.840.113556.1.4.803"), tlv(0x82, "userAccountControl"), tlv(0x83, "2")),
			"(userAccountControl:1.2.840.113556.1.4.803:=2)",
		},
		{eq("DomainSid", sid), "(DomainSid=S-1-5-21-1153942329-488945210-1912416426)"},
		{eq("DomainSid", sid[:23]), "(DomainSid=SID_FORMAT_FAILED)"},
		{eq("objectSid", "\x01\x05\xff"), "(objectSid=01:05:ff)"},
		{eq("DomainGuid", "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), "(DomainGuid=33221100-5544-7766-8899-aabbccddeeff)"},
		{eq("DomainGuid", "x"), "(DomainGuid=GUID_FORMAT_FAILED)"},
		{eq("NtVer", "\x16\x00\x00\x20"), "(NtVer=0x20000016)"},
		{eq("NtVer", "\x16"), "(NtVer=HEX_FORMAT_FAILED)"},
		{filter(10), "bad"},
		{filter(filterNot), "bad"},
		{filter(filterAnd, "\x04"), "bad"},
		{deep, "bad"},
	} {
		e, _, ok := asn1.Next([]byte(tc.filter))
		if !ok {
			t.Fatal("no element")
		}
		b, ok := appendFilter(nil, e, 0)
		if !ok {
			b = []byte("bad")
		}
		if string(b) != tc.want {
			t.Errorf("got %s, want %s", b, tc.want)
		}
	}
}

func TestProbe(t *testing.T) {
	search := find(1, 2, "dc=x", eq("a", "b"))
	for _, tc := range []struct {
		name, orig, resp string
		udp              bool
		want             analyzer.Verdict
	}{
		{"search", search, "0", false, analyzer.Yes},
		{"search over UDP", search, "0", true, analyzer.Yes},
		{"unanswered", search, "", false, analyzer.NeedMore},
		{"start of a search", search[:4], "", false, analyzer.NeedMore},
		{"another answer", search, "\x16", false, analyzer.No},
		{"delete", msg(1, opDelRequest, "cn=a"), "0", false, analyzer.Yes},
		{"delete over UDP", msg(1, opDelRequest, "cn=a"), "0", true, analyzer.No},
		{"SNMP", "0\x26\x02\x01\x01\x04\x06public", "0", true, analyzer.No},
		{"text", "01234567", "0", false, analyzer.No},
		{"id of five bytes", "0\x20\x02\x05\x00\x00\x00\x00\x01\x63", "0", false, analyzer.No},
	} {
		if got := probe(&analyzer.Start{Orig: []byte(tc.orig), Resp: []byte(tc.resp), UDP: tc.udp}); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestOpen bounds what is remembered of a client without a server.
func TestOpen(t *testing.T) {
	var steps []analyzertest.Step
	for range 3 {
		for id := range byte(100) {
			steps = append(steps, analyzertest.Orig(tlv(asn1.Sequence, tlv(asn1.Integer, string([]byte{byte(len(steps) / 100), id})),
				tlv(asn1.Application|asn1.Constructed|opModifyRequest, str("cn=x"))))) // 300 ids
		}
	}
	got := analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
	if n := strings.Count(got, "\nldap "); n != 299 { // all but the first line
		t.Errorf("%d rows", n+1)
	}
}

type confirmer struct{ analyzer.Base }

func (c *confirmer) Reset()                                   {}
func (c *confirmer) Close()                                   {}
func (c *confirmer) Gap(analyzer.Dir, uint64) bool            { return true }
func (c *confirmer) EOF(analyzer.Dir)                         {}
func (c *confirmer) Data(_ analyzer.Dir, b []byte) (int, int) { c.Confirm(); return len(b), 0 }

func FuzzStreams(f *testing.F) {
	f.Add([]byte(bind(1, "a", sasl("GSSAPI"))), []byte(result(1, opBindResponse, 0, "")), []byte(wrap(0, 12, 0, msg(2, opUnbind))))
	f.Add([]byte(find(1, 2, "", filter(filterOr, eq("a", "b"), filter(filterNot, eq("DomainSid", "x"))), "a")), []byte(result(1, opSearchDone, 0, "")), []byte("0"))
	f.Add([]byte(msg(1, opExtendedRequest, tlv(asn1.Context, startTLS))), []byte(result(1, opExtendedResponse, 0, "")), []byte("\x16"))
	f.Fuzz(func(t *testing.T, client, server, more []byte) {
		steps := []analyzertest.Step{
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server), analyzertest.Send(analyzer.Orig, more),
		}
		tls := &analyzer.Spec{Name: "ssl", New: func() analyzer.Analyzer { return &confirmer{} }}
		analyzertest.Chunkings(t, Spec(), analyzertest.Options{More: []*analyzer.Spec{tls}, Size: 1}, steps...)
		analyzertest.Run(t, UDPSpec(), analyzertest.Options{}, steps...)
	})
}
