package quic

import (
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/analyzer/ssl"
	"wirehunt/internal/x/golden"
)

// The examples of RFC 9001, Appendix A.
const (
	rfcDCID  = "8394c8f03e515708"
	rfcHello = "010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010" +
		"000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e0005000501000000000033" +
		"00260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403" +
		"050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff0801100104" +
		"800075300901100f088394c8f03e51570806048000ffff"
	rfcClient = "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b" // its start
	rfcServer = "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5e" +
		"de4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06ed" +
		"bb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seal makes an Initial packet: the opposite of open.
func seal(version uint32, dcid, to, from []byte, dir analyzer.Dir, number uint32, frames []byte) []byte {
	first := byte(0xc3)
	if version == version2 {
		first = 0xd3
	}
	p := binary.BigEndian.AppendUint32([]byte{first}, version)
	p = append(append(p, byte(len(to))), to...)
	p = append(append(p, byte(len(from))), from...)
	p = append(p, 0) // no token
	p = binary.BigEndian.AppendUint16(p, 0x4000|uint16(4+len(frames)+tagSize))
	at := len(p)
	p = binary.BigEndian.AppendUint32(p, number)
	k := newKeys(version, dcid, dir == analyzer.Orig)
	nonce := k.iv
	for i := range 4 {
		nonce[ivSize-4+i] ^= p[at+i]
	}
	p = k.aead.Seal(p, nonce[:], frames, p)
	var mask [aes.BlockSize]byte
	k.hp.Encrypt(mask[:], p[at+4:at+4+sampleSize])
	p[0] ^= mask[0] & 0x0f
	for i := range 4 {
		p[at+i] ^= mask[1+i]
	}
	return p
}

// cryptoFrame is a CRYPTO frame.
func cryptoFrame(offset int, data []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{frameCrypto}, 0x4000|uint16(offset))
	b = binary.BigEndian.AppendUint16(b, 0x4000|uint16(len(data)))
	return append(b, data...)
}

func padded(frames []byte, n int) []byte { return append(frames, make([]byte, n-len(frames))...) }

// TestRFC9001 makes the client's packet of A.2 and reads it and that of A.3.
func TestRFC9001(t *testing.T) {
	dcid := unhex(t, rfcDCID)
	frames := padded(append([]byte{6, 0x00, 0x40, 0xf1}, unhex(t, rfcHello)...), 1162)
	p := seal(version1, dcid, dcid, nil, analyzer.Orig, 2, frames)
	if got := hex.EncodeToString(p); !strings.HasPrefix(got, rfcClient) {
		t.Fatalf("client's packet %s..., want %s...", got[:len(rfcClient)], rfcClient)
	}
	got, ok := newKeys(version1, dcid, true).open(bytes.Clone(p), 18)
	if !ok || !bytes.Equal(got, frames) {
		t.Error("client's packet cannot be opened")
	}
	server := unhex(t, rfcServer)
	got, ok = newKeys(version1, dcid, false).open(server, 18)
	if !ok || hex.EncodeToString(got[:8]) != "0200000000060040" {
		t.Errorf("server's packet: %v, %x", ok, got)
	}
	server[len(server)-1] ^= 1
	if _, ok = newKeys(version1, dcid, false).open(server, 18); ok {
		t.Error("a changed packet was opened")
	}
}

func send(dir analyzer.Dir, packets ...[]byte) analyzertest.Step {
	return analyzertest.Send(dir, bytes.Join(packets, nil))
}

func dialogues(t testing.TB) map[string][]analyzertest.Step {
	const o, r = analyzer.Orig, analyzer.Resp
	dcid, hello := unhex(t, rfcDCID), unhex(t, rfcHello)
	scid := []byte{1, 2, 3, 4}
	server := unhex(t, "f067a5502a4262b5")
	first := func(v uint32, from []byte, frames []byte) []byte {
		return seal(v, dcid, dcid, from, o, 0, padded(frames, 1162))
	}
	whole := cryptoFrame(0, hello)
	serverHello := unhex(t, "020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00"+
		"209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304")
	handshake := append(append([]byte{0xe0, 0, 0, 0, 1, 4, 1, 2, 3, 4, 8}, server...), 0x14)
	handshake = append(handshake, make([]byte, 20)...)
	long := func(typ byte, version uint32, rest ...byte) []byte {
		return append(append(binary.BigEndian.AppendUint32([]byte{typ}, version), 0, 4, 9, 9, 9, 9), rest...)
	}
	var pieces []byte
	for _, at := range []int{200, 40, 80, 0, 120, 160} {
		pieces = append(append(pieces, framePing), cryptoFrame(at, hello[at:min(at+45, len(hello))])...)
	}
	shorts := []analyzertest.Step{send(o, first(version1, nil, whole)), send(r, unhex(t, rfcServer))}
	for range 5 {
		shorts = append(shorts, send(o, append([]byte{0x41}, server...)), send(r, []byte{0x41}))
	}
	closing := append([]byte{frameAck, 0, 0, 0, 0, frameClose, 0x0a, 0}, 2, 'n', 'o')
	return map[string][]analyzertest.Step{
		"rfc9001":   {send(o, first(version1, nil, whole)), send(r, unhex(t, rfcServer))},
		"rfc9369":   {send(o, first(version2, scid, whole)), send(r, seal(version2, dcid, scid, server, r, 0, cryptoFrame(0, serverHello)))},
		"draft29":   {send(o, first(draft29, scid, whole)), send(r, seal(draft29, dcid, scid, server, r, 0, cryptoFrame(0, serverHello)))},
		"pieces":    {send(o, first(version1, scid, pieces))},
		"two":       {send(o, first(version1, scid, cryptoFrame(100, hello[100:]))), send(o, first(version1, scid, cryptoFrame(0, hello[:100])))},
		"coalesced": {send(o, first(version1, scid, whole)), send(r, seal(version1, dcid, scid, server, r, 0, cryptoFrame(0, serverHello)), handshake, handshake)},
		"retry": {send(o, first(version1, scid, whole)), send(r, long(0xf0, version1, make([]byte, 24)...)),
			send(o, seal(version1, server, server, scid, o, 1, padded(whole, 1162)))},
		"close":     {send(o, first(version1, scid, whole)), send(r, seal(version1, dcid, scid, server, r, 0, closing)), send(o, append([]byte{0x41, 1}, server...))},
		"early":     {send(o, first(version1, scid, whole), long(0xd0, version1, 3, 1, 2, 3))},
		"shorts":    shorts,
		"discarded": {send(o, first(version1, nil, whole)), send(o, []byte{0x01, 2, 3}), send(r, []byte{0})},
		"unknown":   {send(o, long(0xc0, 0x51303433, 1, 2, 3)), send(r, long(0xc0, 0))},
		"negotiate": {send(o, first(version1, scid, whole)), send(r, long(0x80|0x40, 0, 0, 0, 0, 1)), send(o, first(version1, scid, whole))},
		"forged":    {send(o, func() []byte { p := first(version1, scid, whole); p[100] ^= 1; return p }())},
		"server":    {send(r, unhex(t, rfcServer))},
		"short":     {send(o, []byte{0x41, 1, 2, 3})},
		"cut short": {send(o, first(version1, scid, whole)[:300])},
		"snaplen":   {analyzertest.Cut(o, first(version1, scid, whole)[:300], 1200), send(o, first(version1, scid, whole))},
		"frames":    {send(o, first(version1, scid, []byte{0x08, 1, 2, 3}))},
		"DTLS":      {send(o, unhex(t, "16feff0000000000000000000301000000"))},
	}
}

func TestGolden(t *testing.T) {
	for name, steps := range dialogues(t) {
		t.Run(name, func(t *testing.T) {
			o := analyzertest.Options{Detect: true, More: []*analyzer.Spec{ssl.Spec()}}
			golden.Check(t, "testdata/"+strings.ReplaceAll(name, " ", "_")+".golden", []byte(analyzertest.Run(t, Spec(), o, steps...)))
		})
	}
}

func TestProbe(t *testing.T) {
	dcid := unhex(t, rfcDCID)
	for _, tc := range []struct {
		name string
		b    []byte
		want analyzer.Verdict
	}{
		{"version 1", seal(version1, dcid, dcid, nil, analyzer.Orig, 0, make([]byte, 100)), analyzer.Yes},
		{"version 2", seal(version2, dcid, dcid, nil, analyzer.Orig, 0, make([]byte, 100)), analyzer.Yes},
		{"draft", seal(draft22, dcid, dcid, nil, analyzer.Orig, 0, make([]byte, 100)), analyzer.Yes},
		{"handshake packet", unhex(t, "e000000001000000"), analyzer.No},
		{"version 1's type with version 2", unhex(t, "c06b3343cf0000"), analyzer.No},
		{"unknown version", unhex(t, "c0513034330000"), analyzer.No},
		{"DNS", unhex(t, "c0de01000001000000000000"), analyzer.No},
		{"short", unhex(t, "c00000"), analyzer.No},
	} {
		if got := probe(&analyzer.Start{Orig: tc.b, UDP: true}); got != tc.want {
			t.Errorf("%s: got %v", tc.name, got)
		}
	}
}

func TestVersionNames(t *testing.T) {
	for v, want := range map[uint32]string{
		version1: "1", version2: "quicv2", draft22: "draft-22", draft34: "draft-34", mvfst22: "mvfst (faceb001)", 0: "unknown-0", 0x51303433: "unknown-51303433",
	} {
		if got := string(appendVersion(nil, v)); got != want {
			t.Errorf("%x: got %s, want %s", v, got, want)
		}
	}
}

// TestStream puts pieces together in any order, against a plain array.
func TestStream(t *testing.T) {
	want := []byte("the quick brown fox jumps over the lazy dog")
	for seed := range 200 {
		var s stream
		have := make([]bool, len(want))
		for i := range 60 {
			from := (seed*31 + i*17) % len(want)
			to := min(from+1+(seed+i*7)%9, len(want))
			if !s.add(from, want[from:to]) {
				t.Fatal("no room")
			}
			for k := from; k < to; k++ {
				have[k] = true
			}
			n := 0
			for n < len(have) && have[n] {
				n++
			}
			if got := s.head(); !bytes.Equal(got, want[:n]) {
				t.Fatalf("got %q, want %q", got, want[:n])
			}
		}
	}
}

func FuzzDatagrams(f *testing.F) {
	for _, steps := range [][]byte{unhex(f, rfcServer), unhex(f, "c0513034330004090909090102"), {0x41, 1, 2}, {0xf0, 0, 0, 0, 1, 0, 0}} {
		f.Add(steps, steps, steps)
	}
	dcid := unhex(f, rfcDCID)
	f.Fuzz(func(t *testing.T, frames, a, b []byte) {
		if len(frames) > 1<<12 {
			return
		}
		frames = append(frames, 0, 0, 0, 0)
		analyzertest.Run(t, Spec(), analyzertest.Options{More: []*analyzer.Spec{ssl.Spec()}},
			analyzertest.Send(analyzer.Orig, a), analyzertest.Send(analyzer.Resp, b),
			analyzertest.Send(analyzer.Orig, seal(version1, dcid, dcid, nil, analyzer.Orig, 0, frames)),
			analyzertest.Send(analyzer.Resp, seal(version1, dcid, nil, dcid, analyzer.Resp, 0, frames)),
			analyzertest.Send(analyzer.Orig, b), analyzertest.Send(analyzer.Resp, a))
	})
}

func BenchmarkHandshake(b *testing.B) {
	steps := dialogues(b)["rfc9001"]
	for b.Loop() {
		analyzertest.Run(b, Spec(), analyzertest.Options{}, steps...)
	}
}
