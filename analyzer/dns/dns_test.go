package dns

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// msg builds a message: id, flags and the sections' counts, then what body
// gives.
func msg(id, flags uint16, qd, an, ns, ar uint16, body ...string) string {
	var b []byte
	for _, v := range []uint16{id, flags, qd, an, ns, ar} {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return string(b) + strings.Join(body, "")
}

func name(s string) string {
	var b strings.Builder
	for _, l := range strings.Split(s, ".") {
		if l != "" {
			b.WriteByte(byte(len(l)))
			b.WriteString(l)
		}
	}
	return b.String() + "\x00"
}

func u16(v uint16) string { return string(binary.BigEndian.AppendUint16(nil, v)) }
func u32(v uint32) string { return string(binary.BigEndian.AppendUint32(nil, v)) }

func question(n string, typ uint16) string { return name(n) + u16(typ) + u16(1) }

// rr is a record whose name is a pointer to the question's.
func rr(typ uint16, ttl uint32, data string) string {
	return "\xc0\x0c" + u16(typ) + u16(1) + u32(ttl) + u16(uint16(len(data))) + data
}

// change is a record of an update.
func change(n string, typ, class uint16, ttl uint32, data string) string {
	return name(n) + u16(typ) + u16(class) + u32(ttl) + u16(uint16(len(data))) + data
}

func framed(s string) string { return u16(uint16(len(s))) + s }

const (
	query  = 0x0100
	answer = 0x8580
)

func TestRecords(t *testing.T) {
	type dialogue struct {
		name  string
		opt   analyzertest.Options
		steps []analyzertest.Step
	}
	udp := analyzertest.Options{Proto: 17, RespPort: 53}
	o, r := analyzertest.Orig, analyzertest.Resp
	all := []dialogue{
		{"address", udp, []analyzertest.Step{
			o(msg(7, query, 1, 0, 0, 1, question("WWW.Example.com", 1), "\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00")),
			r(msg(7, answer, 1, 2, 0, 0, question("www.example.com", 1),
				rr(typeCNAME, 60, "\x03web\xc0\x10"), rr(typeA, 30, "\xc0\x00\x02\x01"))),
		}},
		{"types", udp, []analyzertest.Step{
			o(msg(1, query, 1, 0, 0, 0, question("a.example", 255))),
			r(msg(1, answer, 1, 21, 0, 0, question("a.example", 255),
				rr(typeAAAA, 1, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"),
				rr(typeNS, 2, name("ns.a.example")), rr(typePTR, 3, "\xc0\x0c"),
				rr(typeSOA, 4, name("ns.a.example")+name("root.a.example")+u32(1)+u32(2)+u32(3)+u32(4)+u32(5)),
				rr(typeMX, 5, u16(10)+name("mx.a.example")),
				rr(typeSRV, 6, u16(1)+u16(2)+u16(389)+name("ldap.a.example")),
				rr(typeTXT, 7, "\x03abc\x00\x02de"), rr(typeSPF, 8, "\x06v=spf1"),
				rr(typeNAPTR, 9, u16(100)+u16(10)+"\x01u\x07E2U+sip\x03!x!"+name("")),
				rr(typeNAPTR, 9, u16(100)+u16(10)+"\x01s\x03SIP\x00"+name("sip.a.example")),
				rr(typeLOC, 10, "\x00\x12\x16\x13"+u32(1)+u32(2)+u32(3)),
				rr(typeSSHFP, 11, "\x01\x01\xde\xad\xbe\xef"),
				rr(typeRRSIG, 12, u16(1)+"\x08\x02"+u32(1)+u32(2)+u32(3)+u16(4)+name("a.example")+"sig"),
				rr(typeRRSIG, 12, u16(2)+"\x08\x02"+u32(1)+u32(2)+u32(3)+u16(4)+name("")+"sig"),
				rr(typeDNSKEY, 13, u16(257)+"\x03\x0dkey"), rr(typeDS, 14, u16(1)+"\x08\x02digest"),
				rr(typeNSEC, 15, name("b.a.example")+"\x00\x01\x40"), rr(typeNSEC3, 16, "\x01\x00\x00\x0a\x00\x01x"),
				rr(typeCAA, 17, "\x00\x05issueca"), rr(typeHTTPS, 18, u16(1)+"\x00"+u16(1)+u16(3)+"\x02h2"),
				rr(4711, 19, "??"))),
		}},
		{"refused", udp, []analyzertest.Step{
			o(msg(2, query, 1, 0, 0, 0, question("no.example", 1))),
			r(msg(2, 0x8185, 1, 0, 0, 0, question("no.example", 1))),
			o(msg(3, query, 1, 0, 0, 0, question("none.example", 28))),
			r(msg(3, 0x8183, 1, 0, 1, 0, question("none.example", 28), rr(typeSOA, 1, "x"))),
		}},
		{"unpaired", udp, []analyzertest.Step{
			o(msg(4, query, 1, 0, 0, 0, question("first.example", 1))),
			o(msg(4, query, 1, 0, 0, 0, question("second.example", 1))),
			r(msg(4, answer, 1, 1, 0, 0, question("first.example", 1), rr(typeA, 1, "\x0a\x00\x00\x01"))),
			r(msg(9, answer, 1, 1, 0, 0, question("other.example", 1), rr(typeA, 1, "\x0a\x00\x00\x02"))),
		}},
		{"reply first", udp, []analyzertest.Step{
			o(msg(5, answer, 1, 1, 0, 0, question("r.example", 1), rr(typeA, 1, "\x0a\x00\x00\x01"))),
			r(msg(5, query, 1, 0, 0, 0, question("r.example", 1))),
		}},
		{"netbios", analyzertest.Options{Proto: 17, RespPort: 137}, []analyzertest.Step{
			o(msg(6, 0x0110, 1, 0, 0, 0, question("FHEPFCELEHFCEPFFFACACACACACACAAA", 32))),
			o(msg(7, 0x0010, 1, 0, 0, 0, question("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 33))),
			r(msg(7, 0x8400, 0, 1, 0, 0, name("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")+u16(33)+u16(1)+u32(0)+u16(3)+"abc")),
			o(msg(8, 0x2910, 1, 0, 0, 0, question("FHEPFCELEHFCEPFFFACACACACACACAAA", 32))),
		}},
		{"update", udp, []analyzertest.Step{
			o(msg(10, 0x2800, 1, 1, 3, 0, question("example", 6), change("h.example", 5, classNone, 0, ""),
				change("h.example", 28, classAny, 0, ""), change("h.example", 255, classAny, 0, ""),
				change("h.example", 1, 1, 1200, "\x0a\x00\x00\x09"))),
			r(msg(10, 0xa805, 1, 1, 3, 0, question("example", 6), change("h.example", 5, classNone, 0, ""),
				change("h.example", 28, classAny, 0, ""), change("h.example", 255, classAny, 0, ""),
				change("h.example", 1, 1, 1200, "\x0a\x00\x00\x09"))),
		}},
		{"notify", udp, []analyzertest.Step{
			o(msg(11, 0x2400, 1, 0, 0, 0, question("zone.example", 6))),
			r(msg(11, 0xa400, 1, 0, 0, 0, question("zone.example", 6))),
			o(msg(12, 0x3000, 0, 0, 0, 0)),
		}},
		{"tcp", analyzertest.Options{}, []analyzertest.Step{
			o(framed(msg(1, query, 1, 0, 0, 0, question("a.example", 1))) + framed(msg(2, query, 1, 0, 0, 0, question("b.example", 1)))),
			r(framed(msg(2, answer, 1, 1, 0, 0, question("b.example", 1), rr(typeA, 1, "\x0a\x00\x00\x02")))),
			r(framed(msg(1, answer, 1, 1, 0, 0, question("a.example", 1), rr(typeA, 1, "\x0a\x00\x00\x01")))),
		}},
	}
	for _, d := range all {
		t.Run(d.name, func(t *testing.T) {
			var got string
			if d.opt.Proto == 17 {
				got = analyzertest.Run(t, Spec(), d.opt, d.steps...)
			} else {
				got = analyzertest.Chunkings(t, Spec(), d.opt, d.steps...)
			}
			golden.Check(t, filepath.Join("testdata", strings.ReplaceAll(d.name, " ", "-")+".golden"), []byte(got))
		})
	}
}

// weirds returns the names of the weirds that one datagram of the originator
// leads to, and how many records.
func weirds(t *testing.T, datagram string) (names string, records int) {
	t.Helper()
	out := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17, RespPort: 53}, analyzertest.Orig(datagram))
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "dns ") {
			records++
		}
		if _, rest, ok := strings.Cut(line, `"name":"`); ok && strings.HasPrefix(line, "weird ") {
			n, _, _ := strings.Cut(rest, `"`)
			names += n + " "
		}
	}
	return strings.TrimSpace(names), records
}

func TestWeirds(t *testing.T) {
	f := func(want string, records int, datagram string) {
		t.Helper()
		if got, n := weirds(t, datagram); got != want || n != records {
			t.Errorf("%x: got %q and %d records, want %q and %d", datagram, got, n, want, records)
		}
	}
	q := func(body string) string { return msg(1, query, 1, 0, 0, 0, body) }
	a := func(body string) string {
		return msg(1, answer, 1, 1, 0, 0, question("a.example", 1), body)
	}
	f("DNS_truncated_len_lt_hdr_len", 0, "abc")
	f("DNS_label_len_gt_pkt", 1, q("\x03a"))
	f("DNS_label_forward_compress_offset", 1, q("\xc0\x0c\x00\x01\x00\x01"))
	f("dns_invalid_name", 1, q("\x03abc"))
	f("dns_invalid_name", 1, q("\x03abc\xc0\x0c\x00\x01\x00\x01"))
	f("DNS_label_too_long", 1, q("\x40"+strings.Repeat("a", 64)+"\x00\x00\x01\x00\x01"))
	f("DNS_truncated_quest_too_short", 1, q(name("a.example")+"\x00"))
	f("DNS_Conn_count_too_large", 1, msg(1, query, 26, 0, 0, 0, ""))
	f("DNS_unknown_opcode", 0, msg(1, 0x7000, 1, 0, 0, 0, ""))
	f("DNS_truncated_ans_too_short", 1, a("\x00\x00"))
	f("DNS_truncated_RR_rdlength_lt_len", 1, a("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\x01"))
	f("DNS_zero_rdlength", 1, a("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x01"))
	f("DNS_RR_bad_length", 1, a(rr(typeA, 1, "abc")))
	f("dns_invalid_loc_length", 1, a(rr(typeLOC, 1, "abc")))
	f("DNS_TXT_char_str_past_rdlen", 1, a(rr(typeTXT, 1, "\x05ab")))
	f("DNS_RR_length_mismatch", 1, a(rr(typeNS, 1, name("ns.a.example")+"x")))
	f("DNS_RR_unknown_type", 1, a(rr(4711, 1, "x")))
	f("DNS_SVCB_alpn_length_invalid", 1, a(rr(typeSVCB, 1, u16(1)+"\x00"+u16(1)+u16(3)+"\x09h2")))
	f("", 1, a(rr(typeTSIG, 1, "x")))
}

func TestLongNames(t *testing.T) {
	label := "\x3f" + strings.Repeat("a", 63)
	f := func(labels int, want string) {
		t.Helper()
		if got, _ := weirds(t, msg(1, query, 1, 0, 0, 0, strings.Repeat(label, labels)+"\x00\x00\x01\x00\x01")); got != want {
			t.Errorf("%d labels: %q, want %q", labels, got, want)
		}
	}
	f(3, "")
	f(4, "DNS_NAME_too_long")
	f(8, "DNS_NAME_too_long")
	f(9, "DNS_label_len_gt_name_len")
}

func TestPointerChain(t *testing.T) {
	// Each pointer leads to the one before it; the first to a name.
	f := func(n int, want string) {
		t.Helper()
		b := msg(1, query, 1, 0, 0, 0, "\x01a\x00\x00\x01\x00\x01")
		body, at := "", len(b)
		prev := 12
		for range n {
			body += "\xc0" + string(rune(prev))
			prev = at
			at += 2
			if at > 120 {
				t.Fatal("too long for one-byte runes")
			}
		}
		r := reader{b: []byte(b + body), off: len(b) + len(body) - 2}
		r.name(nil)
		if r.weird != want {
			t.Errorf("%d pointers: %q, want %q", n, r.weird, want)
		}
	}
	f(1, "")
	f(maxPointers, "")
	f(maxPointers+1, "DNS_max_compression_depth")
}

func TestNetBIOS(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := appendNetBIOS(nil, []byte(in)); string(got) != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	f("FHEPFCELEHFCEPFFFACACACACACACAAA", "WORKGROUP")
	f("fhepfcelehfcepfffacacacacacacaaa", "WORKGROUP")
	f("FEEIEFCAEOEFFEECEJEPFDCAEOEBENEF", "THE NETBIOS NAM")
	f("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "*")
	f("ABACFPFPENFDECFCEPFHFDEFFPFPACAB", "\x01\x02__MSBROWSE__\x02")
	f("CACACACACACACACACACACACACACACACA", "")
	f("workgroup", "")
	f("QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ", "")
}

func TestPendingLimits(t *testing.T) {
	var steps []analyzertest.Step
	for i := range 300 {
		steps = append(steps, analyzertest.Orig(msg(uint16(i), query, 1, 0, 0, 0, question("x.example", 1))))
	}
	for range 120 {
		steps = append(steps, analyzertest.Orig(msg(7, query, 1, 0, 0, 0, question("y.example", 1))))
	}
	out := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17, RespPort: 53}, steps...)
	if n := strings.Count(out, "dns {"); n != 420 {
		t.Errorf("%d records, want 420", n)
	}
	var p pending
	written := 0
	for i := range 200 {
		tr := p.fresh()
		tr.id, tr.sawReply = uint16(i%2), true
		tr.text = make([]byte, 100<<10)
		p.add(tr, func(*transaction) { written++ })
		if size := p.wait[1].size; size > maxPending+100<<10 {
			t.Fatalf("%d bytes wait", size)
		}
	}
	p.flushAll(func(*transaction) { written++ })
	if written != 200 {
		t.Errorf("%d transactions written, want 200", written)
	}
}

func TestGap(t *testing.T) {
	out := analyzertest.Run(t, Spec(), analyzertest.Options{},
		analyzertest.Orig(framed(msg(1, query, 1, 0, 0, 0, question("a.example", 1)))),
		analyzertest.Gap(analyzer.Resp, 10),
		analyzertest.Resp(framed(msg(1, answer, 1, 1, 0, 0, question("a.example", 1), rr(typeA, 1, "\x0a\x00\x00\x01")))))
	if strings.Count(out, "dns {") != 1 || strings.Contains(out, "10.0.0.1\"]") {
		t.Errorf("got %s", out)
	}
}

func TestTruncated(t *testing.T) {
	full := msg(1, answer, 1, 2, 0, 0, question("a.example", 1), rr(typeA, 1, "\x0a\x00\x00\x01"), rr(typeTXT, 1, "\x03abc"))
	for n := range full {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17, RespPort: 53},
			analyzertest.Cut(analyzer.Resp, []byte(full[:n]), len(full)))
		if want := n >= headerLen; strings.Contains(out, "dns {") != want {
			t.Errorf("%d bytes: %s", n, out)
		}
		if !strings.Contains(out, "service \n") {
			t.Errorf("%d bytes: service confirmed", n)
		}
	}
}

func TestOtherProtocols(t *testing.T) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "SSH-2.0-x\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"\x00\x01\x00\x08\x21\x12\xa4\x42" + strings.Repeat("\x07", 20), strings.Repeat("\xff", 60),
	} {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17, RespPort: 53}, analyzertest.Orig(s))
		if !strings.Contains(out, "service \n") {
			t.Errorf("%q was taken for DNS: %s", s, out)
		}
		if v := probe(&analyzer.Start{Orig: []byte(s), UDP: true}); v != analyzer.No {
			t.Errorf("%q: probe says %d", s, v)
		}
	}
}

func TestProbe(t *testing.T) {
	f := func(want analyzer.Verdict, s string) {
		t.Helper()
		if got := probe(&analyzer.Start{Orig: []byte(s), UDP: true}); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
	f(analyzer.Yes, msg(1, query, 1, 0, 0, 0, question("a.example", 1)))
	f(analyzer.Yes, msg(1, 0x0120, 1, 0, 0, 1, question("a.example", 28), "\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00"))
	f(analyzer.No, msg(1, answer, 1, 0, 0, 0, question("a.example", 1)))
	f(analyzer.No, msg(1, query, 1, 0, 0, 0, question("a.example", 1), "x"))
	f(analyzer.No, msg(1, query, 2, 0, 0, 0, question("a.example", 1)))
	f(analyzer.No, msg(1, query, 1, 0, 0, 0, question("a.example", 54)))
	f(analyzer.No, msg(1, query, 1, 0, 0, 0, question("a\x01.example", 1)))
	f(analyzer.No, msg(1, query, 1, 0, 0, 0, question("", 1)))
}

func TestNames(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(typeName(1), "A")
	f(typeName(54), "query-54")
	f(typeName(65281), "WINS")
	f(typeName(65000), "query-65000")
	f(className(1), "C_INTERNET")
	f(className(32769), "qclass-32769")
	f(opcodeName(5, false), "dynamic-update")
	f(opcodeName(5, true), "netbios-registration")
	f(opcodeName(9, false), "opcode-9")
}

// pair is a query and its reply, as bytes.
func pairBytes() (q, r []byte) {
	return []byte(msg(7, query, 1, 0, 0, 0, question("www.example.com", 1))),
		[]byte(msg(7, answer, 1, 2, 0, 0, question("www.example.com", 1),
			rr(typeCNAME, 60, "\x03web\xc0\x10"), rr(typeA, 30, "\xc0\x00\x02\x01")))
}

func newConn(tb testing.TB) (*analyzer.Engine, *analyzer.Conn) {
	tb.Helper()
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	c := &analyzer.Conn{UID: "C1", Proto: 17, OrigPort: 40000, RespPort: 53}
	e.OpenWith(c, "dns")
	return e, c
}

func TestNoAllocation(t *testing.T) {
	q, r := pairBytes()
	e, c := newConn(t)
	run := func() {
		e.Datagram(c, analyzer.Orig, q, len(q))
		e.Datagram(c, analyzer.Resp, r, len(r))
		for _, b := range e.Batches() {
			b.Reset()
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("%v allocations per query and reply", n)
	}
}

func BenchmarkPair(b *testing.B) {
	q, r := pairBytes()
	e, c := newConn(b)
	b.ReportAllocs()
	for b.Loop() {
		e.Datagram(c, analyzer.Orig, q, len(q))
		e.Datagram(c, analyzer.Resp, r, len(r))
		for _, b := range e.Batches() {
			b.Reset()
		}
	}
}

func FuzzDatagram(f *testing.F) {
	q, r := pairBytes()
	f.Add(q, r)
	f.Add([]byte(msg(10, 0x2800, 1, 0, 1, 0, question("e", 6), change("h.e", 1, 1, 1, "\x0a\x00\x00\x09"))), r)
	f.Add([]byte(msg(1, answer, 1, 1, 0, 0, question("a", 1), rr(typeNAPTR, 9, u16(1)+u16(1)+"\x01u\x01s\x01r\x00"))), q)
	f.Fuzz(func(t *testing.T, q, r []byte) {
		for _, port := range []uint16{53, netbiosPort} {
			analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17, RespPort: port},
				analyzertest.Send(analyzer.Orig, q), analyzertest.Send(analyzer.Resp, r), analyzertest.Send(analyzer.Orig, r))
		}
		probe(&analyzer.Start{Orig: q, UDP: true})
	})
}

func FuzzStream(f *testing.F) {
	q, r := pairBytes()
	f.Add([]byte(framed(string(q))), []byte(framed(string(r))), 3)
	f.Fuzz(func(t *testing.T, q, r []byte, chunk int) {
		steps := []analyzertest.Step{analyzertest.Send(analyzer.Orig, q), analyzertest.Send(analyzer.Resp, r)}
		whole := analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
		if chunk < 1 {
			return
		}
		if got := analyzertest.Run(t, Spec(), analyzertest.Options{Chunk: chunk}, steps...); got != whole {
			t.Errorf("in pieces of %d bytes: %s", chunk, fmt.Sprintf("%s\nwant %s", got, whole))
		}
	})
}
