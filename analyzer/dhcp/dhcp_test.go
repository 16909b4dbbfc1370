package dhcp

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
	"wirehunt/packet"
)

const second = int64(1e9)

func option(id byte, v string) string { return string([]byte{id, byte(len(v))}) + v }

// msg is a message: op is 1 from a client, 2 from a server.
func msg(op byte, xid uint32, kind byte, yiaddr string, options ...string) string {
	b := string([]byte{op, 1, 6, 0}) + string(binary.BigEndian.AppendUint32(nil, xid)) + strings.Repeat("\x00", 8)
	if yiaddr == "" {
		yiaddr = "\x00\x00\x00\x00"
	}
	b += yiaddr + strings.Repeat("\x00", 8) + "\x00\x0b\x82\x01\xfc\x42" + strings.Repeat("\x00", 10+192) + "\x63\x82\x53\x63"
	return b + option(optType, string([]byte{kind})) + strings.Join(options, "") + "\xff"
}

// step is a datagram of one of the connections, at a second of its time.
type step struct {
	at   int64
	conn int
	dir  analyzer.Dir
	data string
}

var ends = [][2]string{
	{"\x00\x00\x00\x00", "\xff\xff\xff\xff"}, // client to all
	{"\x0a\x00\x00\x01", "\xff\xff\xff\xff"}, // server to all
	{"\x0a\x00\x00\x07", "\x0a\x00\x00\x01"}, // client to server
}

// run plays the steps and returns the records.
func run(t testing.TB, steps ...step) string {
	t.Helper()
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	conns := make([]*analyzer.Conn, len(ends))
	start := analyzertest.Start
	for _, s := range steps {
		now := start + s.at*second
		e.SetTime(now)
		c := conns[s.conn]
		if c == nil {
			c = &analyzer.Conn{Proto: 17, OrigPort: clientPort, RespPort: serverPort, Start: now, Hash: uint64(s.conn + 1)}
			if s.conn == 1 {
				c.OrigPort, c.RespPort = serverPort, clientPort
			}
			c.UID = analyzer.UID(c.Hash)
			c.Orig, c.Resp = packet.AddrFrom4([]byte(ends[s.conn][0])), packet.AddrFrom4([]byte(ends[s.conn][1]))
			e.OpenWith(c, "dhcp")
			conns[s.conn] = c
		}
		c.Now = now
		e.Datagram(c, s.dir, []byte(s.data), len(s.data))
	}
	for _, c := range conns {
		if c != nil {
			e.Close(c)
		}
	}
	if e.Stats.Panics > 0 {
		t.Fatal(e.Stats.Panic)
	}
	return analyzertest.Text(t, e)
}

func TestRecords(t *testing.T) {
	lease := []string{option(optLease, "\x00\x00\x0e\x10"), option(optDomain, "corp.example\x00")}
	discover := msg(1, 7, 1, "", option(optHostName, "ws1"), option(optRequested, "\x0a\x00\x00\x07"),
		option(optClientID, "\x01\x00\x0b\x82\x01\xfc\x42"), option(optFQDN, "\x00\x00\x00ws1.corp.example"))
	for name, steps := range map[string][]step{
		"lease": {
			{0, 0, analyzer.Orig, discover}, {1, 1, analyzer.Orig, msg(2, 7, 2, "\x0a\x00\x00\x07", lease...)},
			{2, 0, analyzer.Orig, msg(1, 7, 3, "", option(optFQDN, "\x04\x00\x00\x03ws1\x04corp\x00"))},
			{3, 1, analyzer.Orig, msg(2, 7, 5, "\x0a\x00\x00\x07", lease...)},
		},
		"renewal":  {{0, 2, analyzer.Orig, msg(1, 8, 3, "")}, {1, 2, analyzer.Resp, msg(2, 8, 5, "\x0a\x00\x00\x07", lease...)}},
		"inform":   {{0, 2, analyzer.Orig, msg(1, 9, 8, "")}},
		"messages": {{0, 2, analyzer.Orig, msg(1, 9, 4, "", option(optMessage, "taken"))}, {1, 2, analyzer.Resp, msg(2, 9, 6, "", option(optMessage, "no\x00"))}},
		"expiry": {
			{0, 2, analyzer.Orig, msg(1, 10, 8, "")}, {20, 2, analyzer.Orig, msg(1, 11, 8, "")}, {21, 2, analyzer.Orig, msg(1, 10, 99, "")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			golden.Check(t, filepath.Join("testdata", name+".golden"), []byte(run(t, steps...)))
		})
	}
}

func TestManyMessages(t *testing.T) {
	var steps []step
	for i := range 2*maxKinds + 1 {
		steps = append(steps, step{0, 2, analyzer.Orig, msg(1, 7, byte(1+i%8), "")})
	}
	if got := run(t, steps...); strings.Count(got, "dhcp {") != 3 {
		t.Errorf("got %s", got)
	}
}

func TestManyExchanges(t *testing.T) {
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	c := &analyzer.Conn{Proto: 17, OrigPort: clientPort, RespPort: serverPort}
	e.OpenWith(c, "dhcp")
	for i := range maxExchanges + 10 {
		b := msg(1, uint32(i), 8, "")
		e.Datagram(c, analyzer.Orig, []byte(b), len(b))
	}
	if n := e.Batches()[0].Len(); n != maxExchanges {
		t.Errorf("%d records written before the end, want %d", n, maxExchanges)
	}
	e.Close(c)
	if n := e.Batches()[0].Len(); n != maxExchanges+10 {
		t.Errorf("%d records, want %d", n, maxExchanges+10)
	}
}

func TestRefused(t *testing.T) {
	whole := msg(1, 7, 1, "")
	for _, s := range []string{"", "GET / HTTP/1.1\r\n", whole[:100], whole[:cookieOffset] + "abcd", whole[:cookieOffset+4], strings.Repeat("\x01", 300)} {
		got := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17}, analyzertest.Orig(s), analyzertest.Orig(whole))
		if s != "" && got != "service \n" {
			t.Errorf("%q: %s", s, got)
		}
		if v := Spec().Probe(&analyzer.Start{Orig: []byte(s), UDP: true}); v != analyzer.No {
			t.Errorf("%q: probe says %d", s, v)
		}
	}
	if v := Spec().Probe(&analyzer.Start{Orig: []byte(whole), UDP: true}); v != analyzer.Yes {
		t.Errorf("probe says %d", v)
	}
	got := analyzertest.Run(t, Spec(), analyzertest.Options{Proto: 17}, analyzertest.Cut(analyzer.Orig, []byte(whole[:90]), len(whole)), analyzertest.Orig(whole))
	if !strings.HasSuffix(got, "service dhcp\n") {
		t.Errorf("after a cut message: %s", got)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte(msg(1, 7, 1, "", option(optFQDN, "\x04\x00\x00\x03ws1\x00"))), []byte(msg(2, 7, 5, "\x0a\x00\x00\x07")))
	f.Fuzz(func(t *testing.T, q, r []byte) {
		run(t, step{0, 0, analyzer.Orig, string(q)}, step{3, 1, analyzer.Orig, string(r)}, step{40, 2, analyzer.Resp, string(q)})
	})
}
