package ssh

import (
	"encoding/binary"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

// packet2 makes a packet of SSH 2.
func packet2(typ byte, payload string) string {
	pad := 8 - (len(payload)+6)%8
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+2+pad))
	b = append(b, byte(pad), typ)
	return string(b) + payload + strings.Repeat("\x00", pad)
}

func str(s string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// kexInit makes KEXINIT with lists of key exchanges, host keys, and ciphers,
// MACs and compressions for each direction.
func kexInit(lists ...string) string {
	var b strings.Builder
	b.WriteString("cookiecookiecook")
	for i := range 10 {
		if i < len(lists) {
			b.WriteString(str(lists[i]))
		} else {
			b.WriteString(str(""))
		}
	}
	b.WriteString("\x00\x00\x00\x00\x00")
	return packet2(msgKexInit, b.String())
}

// keyExchange is a dialogue up to NEWKEYS of both sides; ext bytes of the
// server's are encrypted already in the segment with its NEWKEYS.
func keyExchange(compression string, ext int) []analyzertest.Step {
	lists := []string{"ext-info-c,curve25519-sha256", "ssh-ed25519", "aes256-ctr,aes128-ctr", "aes128-ctr",
		"hmac-sha2-256", "hmac-sha2-256", compression, compression}
	server := []string{"curve25519-sha256,ecdh-sha2-nistp256", "rsa-sha2-512,ssh-ed25519", "aes128-ctr,aes256-ctr", "aes128-ctr",
		"hmac-sha1,hmac-sha2-256", "hmac-sha2-256", "none," + compression, "none," + compression}
	return []analyzertest.Step{
		analyzertest.Resp("Welcome\r\n"),
		analyzertest.Resp("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
		analyzertest.Orig("SSH-2.0-PuTTY_0.78\r\n" + kexInit(lists...)),
		analyzertest.Resp(kexInit(server...)),
		analyzertest.Orig(packet2(30, str("client key"))),
		analyzertest.Resp(packet2(31, str("the host key")+str("server key")+str("signature")) +
			packet2(msgNewKeys, "") + strings.Repeat("e", ext)),
		analyzertest.Orig(packet2(msgNewKeys, "")),
	}
}

const (
	accept  = 60 // lengths of encrypted segments
	failure = 76
	success = accept - successDiff
)

func enc(n int) string { return strings.Repeat("x", n) }

// talk appends pairs of a request and an answer of the given length.
func talk(steps []analyzertest.Step, answers ...int) []analyzertest.Step {
	for _, n := range answers {
		steps = append(steps, analyzertest.Orig(enc(100)), analyzertest.Resp(enc(n)))
	}
	return steps
}

func TestAuthentication(t *testing.T) {
	f := func(name, want string, steps []analyzertest.Step) {
		t.Helper()
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
		_, got, _ := strings.Cut(out, `"version":2,`)
		got, _, _ = strings.Cut(got, `,"direction"`)
		if got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	f("wrong passwords", `"auth_success":false,"auth_attempts":5`,
		talk(keyExchange("none", 0), accept, failure, failure, failure, failure, failure, failure, 92))
	f("right at once", `"auth_success":true,"auth_attempts":1`, talk(keyExchange("none", 0), accept, failure, success))
	f("right the third time", `"auth_success":true,"auth_attempts":3`,
		talk(keyExchange("none", 0), accept, failure, failure, failure, success))
	f("no authentication", `"auth_success":true,"auth_attempts":1`, talk(keyExchange("none", 0), accept, success))
	f("a banner first", `"auth_success":true,"auth_attempts":1`,
		talk(keyExchange("none", 0), accept, accept+bannerDiff+1, failure, success))
	f("server speaks first", `"auth_success":true,"auth_attempts":1`,
		talk(keyExchange("none", 200), accept, failure, success))
	f("left early", `"auth_attempts":0`, talk(keyExchange("none", 0), accept, failure))
	f("compressed", `"auth_attempts":0`, talk(keyExchange("zlib", 0), accept, failure, failure, success))
}

func TestRecord(t *testing.T) {
	got := analyzertest.Run(t, Spec(), analyzertest.Options{Detect: true, RespPort: 2222}, talk(keyExchange("none", 0)[1:], accept, failure, success)...)
	const want = `ssh {"ts":1700000002.0,"uid":"C5","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"93.184.216.34","id.resp_p":2222,` +
		`"version":2,"auth_success":true,"auth_attempts":1,"direction":"OUTBOUND","client":"SSH-2.0-PuTTY_0.78","server":"SSH-2.0-OpenSSH_9.2p1 Debian-2",` +
		`"cipher_alg":"To server: aes256-ctr, to client: aes128-ctr","mac_alg":"hmac-sha2-256","compression_alg":"none","kex_alg":"curve25519-sha256",` +
		`"host_key_alg":"ssh-ed25519","host_key_fingerprint":"SHA256:nVRRx8QjRmvyQulx23Pndw7nkuFYcHjZ","host_key":"bc:c4:d2:08:f1:6c:13:a0:61:81:5e:32:00:3c:9b:10"}` + "\nservice ssh\n"
	if mask(got) != mask(want) {
		t.Errorf("got %swant %s", got, want)
	}
}

// mask hides the connection's id.
func mask(s string) string {
	i := strings.Index(s, `"uid":"`) + 7
	if i < 7 {
		return s
	}
	return s[:i] + s[i+strings.IndexByte(s[i:], '"'):]
}

// TestChunks has the part in the clear in any pieces.
func TestChunks(t *testing.T) {
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, keyExchange("none", 0)...)
	if !strings.Contains(out, `"kex_alg":"curve25519-sha256"`) || !strings.HasSuffix(out, "service ssh\n") {
		t.Errorf("got %s", out)
	}
}

func TestGapAndCut(t *testing.T) {
	steps := keyExchange("none", 0)
	for i := range steps {
		cut := append(append([]analyzertest.Step{}, steps[:i]...), analyzertest.Gap(analyzer.Resp, 10))
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, append(cut, steps[i:]...)...)
		if n, want := strings.Count(out, "ssh {"), min(max(i-1, 0), 1); n != want {
			t.Errorf("gap before step %d: %d records, want %d", i, n, want)
		}
	}
}

func TestRefused(t *testing.T) {
	f := func(want string, steps ...analyzertest.Step) {
		t.Helper()
		if got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{Detect: true}, steps...); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("service \n", analyzertest.Orig("GET / HTTP/1.1\r\n\r\n"), analyzertest.Resp("SSH-2.0-OpenSSH_8.7\r\n"))
	f("service \n", analyzertest.Orig("\x16\x03\x01\x00\x72\x01\x00\x00\x6e\x03\x03"))
	f("service \n", analyzertest.Resp(strings.Repeat("no version\r\n", 100)))
	f("service \n", analyzertest.Resp(strings.Repeat("x", maxLine+10)))
}

func TestVersion1(t *testing.T) {
	packet1 := func(typ byte, data string) string {
		n := len(data) + 5
		return string(binary.BigEndian.AppendUint32(nil, uint32(n))) + strings.Repeat("p", 8-n%8) + string(typ) + data + "crc!"
	}
	mp := "\x00\x08\xab"
	out := analyzertest.Chunkings(t, Spec(), analyzertest.Options{},
		analyzertest.Resp("SSH-1.99-OpenSSH_3\n"), analyzertest.Orig("SSH-1.5-old\n"),
		analyzertest.Resp(packet1(msg1PublicKey, "cookie!!"+"\x00\x00\x00\x08"+mp+mp+"\x00\x00\x00\x08"+mp+mp+strings.Repeat("\x00", 12))),
		analyzertest.Orig(packet1(msg1SessionKey, "\x03cookie!!"+mp+"\x00\x00\x00\x00")), analyzertest.Resp("garbage"))
	if !strings.Contains(out, `"version":1,"auth_attempts":0`) || !strings.Contains(out, `"host_key":"`) || !strings.HasSuffix(out, "service ssh\n") {
		t.Errorf("got %s", out)
	}
}

func TestCommon(t *testing.T) {
	f := func(a, b string, want version) {
		t.Helper()
		if got := common(lineVersion([]byte(a)), lineVersion([]byte(b))); got != want {
			t.Errorf("%s and %s: got %d, want %d", a, b, got, want)
		}
	}
	f("SSH-2.0-a", "SSH-2.0-b", ver2)
	f("SSH-1.99-a", "SSH-2.0-b", ver2)
	f("SSH-1.99-a", "SSH-1.99-b", ver2)
	f("SSH-1.5-a", "SSH-1.99-b", ver1)
	f("SSH-1.5-a", "SSH-1.5-b", ver1)
	f("SSH-1.5-a", "SSH-2.0-b", verUnknown)
	f("SSH-", "SSH-2.0-b", verUnknown)
	f("SSH-3.0-a", "SSH-2.0-b", verUnknown)
}

func TestProbe(t *testing.T) {
	f := func(orig, resp string, want analyzer.Verdict) {
		t.Helper()
		if got := probe(&analyzer.Start{Orig: []byte(orig), Resp: []byte(resp)}); got != want {
			t.Errorf("%q, %q: got %d, want %d", orig, resp, got, want)
		}
	}
	f("SSH-2.0-x", "ssh-1.", analyzer.Yes)
	f("SSH-2.", "", analyzer.NeedMore)
	f("", "SS", analyzer.NeedMore)
	f("SSH-3.", "SSH-2.", analyzer.No)
	f("SSH-2.", "220 x", analyzer.No)
}

func FuzzStreams(f *testing.F) {
	f.Add([]byte("SSH-2.0-x\r\n"+kexInit("a", "b", "c")), []byte("SSH-1.99-y\n"+kexInit("a", "b", "c")+packet2(31, str("k"))+packet2(msgNewKeys, "")))
	f.Add([]byte("SSH-1.5-x\n\x00\x00\x00\x05ppp\x02"), []byte("SSH-1.5-y\n"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
		if n := strings.Count(out, "ssh {"); n > 1 {
			t.Fatalf("%d records", n)
		}
	})
}
