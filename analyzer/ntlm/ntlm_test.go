package ntlm

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// carrier stands in for the protocols that carry NTLM: each piece of its
// stream is a kind, "m" for a message and "+" or "-" for an outcome, a length
// and the message.
type carrier struct {
	analyzer.Base
	ntlm *analyzer.Feeder
}

func carrierSpec() *analyzer.Spec {
	return &analyzer.Spec{Name: "carrier", TCPPorts: []uint16{445}, TCP: true, New: func() analyzer.Analyzer { return &carrier{} }}
}

func (c *carrier) Reset()                        { c.ntlm = nil }
func (c *carrier) Close()                        {}
func (c *carrier) EOF(analyzer.Dir)              {}
func (c *carrier) Gap(analyzer.Dir, uint64) bool { return false }
func (c *carrier) Data(dir analyzer.Dir, b []byte) (int, int) {
	if len(b) < 3 {
		return 0, 3
	}
	n := 3 + int(binary.BigEndian.Uint16(b[1:]))
	if len(b) < n {
		return 0, n
	}
	if c.ntlm == nil {
		c.ntlm = c.Child("ntlm")
	}
	if b[0] == 'm' {
		c.ntlm.Datagram(dir, b[3:n], n-3)
	} else if r, ok := c.ntlm.Analyzer().(analyzer.AuthResult); ok {
		r.Result(b[0] == '+')
	}
	return n, 3
}

func piece(kind, data string) string {
	return kind + string(binary.BigEndian.AppendUint16(nil, uint16(len(data)))) + data
}

func utf16(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteByte(byte(c))
		b.WriteByte(byte(c >> 8))
	}
	return b.String()
}

func le16(v int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }
func le32(v int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }

// fields lays out the payload behind a head of that length: for each text its
// length, room and offset, and all the texts.
func fields(head int, texts ...string) (refs []string, payload string) {
	for _, s := range texts {
		refs = append(refs, le16(len(s))+le16(len(s))+le32(head+len(payload)))
		payload += s
	}
	return refs, payload
}

func negotiate() string {
	return signature + le32(typeNegotiate) + le32(flagUnicode|flagVersion) + strings.Repeat("\x00", 16) +
		"\x0a\x00" + le16(19045) + "\x00\x00\x00\x0f"
}

func challenge(info string) string {
	refs, payload := fields(56, utf16("CORP"), info)
	return signature + le32(typeChallenge) + refs[0] + le32(flagUnicode|flagTargetInfo|flagVersion) +
		"12345678" + strings.Repeat("\x00", 8) + refs[1] + "\x0a\x00" + le16(22621) + "\x00\x00\x00\x0f" + payload
}

func av(id int, s string) string { return le16(id) + le16(len(utf16(s))) + utf16(s) }

func info() string {
	return av(avNBDomain, "CORP") + av(avNBComputer, "SRV1") + av(avDNSDomain, "corp.example") +
		av(avDNSComputer, "srv1.corp.example") + av(avDNSTree, "example") + le16(7) + le16(2) + "xx" + le16(0) + le16(0)
}

func authenticate(domain, user, host string, flags int) string {
	enc := utf16
	if flags&flagUnicode == 0 {
		enc = func(s string) string { return s }
	}
	refs, payload := fields(88, "lm", "nt", enc(domain), enc(user), enc(host), "key")
	return signature + le32(typeAuthenticate) + strings.Join(refs, "") + le32(flags) + "\x0a\x00" + le16(19045) +
		"\x00\x00\x00\x0f" + strings.Repeat("\x00", 16) + payload
}

func TestRecords(t *testing.T) {
	o := func(m string) analyzertest.Step { return analyzertest.Orig(piece("m", m)) }
	r := func(m string) analyzertest.Step { return analyzertest.Resp(piece("m", m)) }
	yes, no := analyzertest.Resp(piece("+", "")), analyzertest.Resp(piece("-", ""))
	unicode := flagUnicode | flagVersion
	for name, steps := range map[string][]analyzertest.Step{
		"success":   {o(negotiate()), r(challenge(info())), o(authenticate("CORP", "álice", "WS1", unicode)), yes},
		"failure":   {o(negotiate()), r(challenge(info())), o(authenticate("CORP", "bob", "WS1", unicode)), no},
		"undecided": {o(negotiate()), r(challenge(info())), o(authenticate("CORP", "bob", "WS1", unicode))},
		"anonymous": {o(negotiate()), r(challenge("")), o(authenticate("", "", "", unicode)), yes},
		"oem":       {o(authenticate("CORP", "bob", "WS1", 0)), yes},
		// A second authentication on the connection is a second record; a
		// second outcome is none.
		"twice": {
			o(negotiate()), r(challenge(info())), o(authenticate("CORP", "bob", "WS1", unicode)), no, no,
			o(negotiate()), r(challenge(info())), o(authenticate("CORP", "eve", "WS1", unicode)), yes,
		},
		// Attributes that run over the end of the message.
		"cut": {o(negotiate()), r(challenge(av(avNBComputer, "SRV1") + le16(avDNSTree) + le16(400) + "x")), no},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyzertest.Chunkings(t, carrierSpec(), analyzertest.Options{More: []*analyzer.Spec{Spec()}}, steps...)
			golden.Check(t, filepath.Join("testdata", name+".golden"), []byte(got))
		})
	}
}

func TestRefused(t *testing.T) {
	for _, m := range []string{"", "NTLMSSP", signature + le32(0), signature + le32(4), "GET / HTTP/1.1",
		signature + le32(typeChallenge) + "short", signature + le32(typeAuthenticate) + "short"} {
		got := analyzertest.Run(t, carrierSpec(), analyzertest.Options{More: []*analyzer.Spec{Spec()}},
			analyzertest.Orig(piece("m", m)), analyzertest.Resp(piece("m", negotiate())))
		if !strings.HasSuffix(got, "service \n") {
			t.Errorf("%q was taken: %s", m, got)
		}
	}
}

func TestResultWithoutMessage(t *testing.T) {
	got := analyzertest.Run(t, carrierSpec(), analyzertest.Options{More: []*analyzer.Spec{Spec()}}, analyzertest.Resp(piece("+", "")))
	if got != "service \n" {
		t.Errorf("got %s", got)
	}
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte(negotiate()), []byte(challenge(info())), []byte(authenticate("CORP", "bob", "WS1", flagUnicode|flagVersion)))
	f.Add([]byte(authenticate("CORP", "bob", "WS1", 0)), []byte(challenge("")), []byte(nil))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var steps []analyzertest.Step
		for i, m := range [][]byte{a, b, c} {
			if len(m) > 0xffff {
				return
			}
			steps = append(steps, analyzertest.Send(analyzer.Dir(i%2), []byte(piece("m", string(m)))))
		}
		analyzertest.Run(t, carrierSpec(), analyzertest.Options{More: []*analyzer.Spec{Spec()}}, steps...)
	})
}
