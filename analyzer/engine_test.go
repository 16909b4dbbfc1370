package analyzer_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/event"
	"wirehunt/packet"
)

// The toy protocol: messages of a 2-byte length and that many bytes.  The
// message "skip" is followed by 10 bytes that nobody looks at, "boom" panics,
// "bad" is a violation, "child" starts a child that gets the rest, "detect"
// one that finds out, "done" ends the analysis of the side.
var (
	toyLog  = event.NewLog("toy", "", "Messages of the toy protocol.")
	toyFrom = toyLog.StringField("from", "Side.")
	toyText = toyLog.StringField("text", "Message.")
)

type toy struct {
	analyzer.Base
	child *analyzer.Feeder
}

func (a *toy) Reset() { a.child = nil }
func (a *toy) Close() { a.row(0, "closed") }

func (a *toy) row(dir analyzer.Dir, text string) {
	r := a.Conn.Row(toyLog, a.Conn.Start)
	toyFrom.SetString(r, a.Spec().Name+[]string{" orig", " resp"}[dir])
	toyText.SetString(r, text)
}

func (a *toy) Data(dir analyzer.Dir, b []byte) (int, int) {
	if a.child != nil {
		a.child.Data(dir, b)
		return len(b), 0
	}
	n := 0
	for len(b)-n >= 2 {
		size := int(binary.BigEndian.Uint16(b[n:]))
		if len(b)-n-2 < size {
			return n, 2 + size
		}
		msg := string(b[n+2 : n+2+size])
		n += 2 + size
		a.Confirm()
		a.row(dir, msg)
		switch msg {
		case "skip":
			a.Skip(dir, 10)
			return n, 0
		case "boom":
			panic("boom")
		case "bad":
			a.Violate("bad message")
			return n, 0
		case "child":
			a.child = a.Child("toy2")
			a.child.Data(dir, b[n:])
			return len(b), 0
		case "detect":
			a.child = a.Detect()
			a.child.Data(dir, b[n:])
			return len(b), 0
		case "done":
			a.Done(dir)
			return n, 0
		case "flip":
			a.Conn.Flip()
		}
	}
	return n, 2
}

func (a *toy) Gap(dir analyzer.Dir, n uint64) bool {
	if a.child != nil {
		a.child.Gap(dir, n)
		return true
	}
	a.row(dir, "gap")
	return n < 100
}

func (a *toy) EOF(dir analyzer.Dir) { a.row(dir, "eof") }

func (a *toy) Datagram(dir analyzer.Dir, b []byte, wireLen int) { a.row(dir, string(b)) }

func toySpec(name, magic string) *analyzer.Spec {
	return &analyzer.Spec{
		Name: name, TCPPorts: []uint16{7}, TCP: true, UDP: true,
		Probe: func(s *analyzer.Start) analyzer.Verdict {
			switch {
			case len(s.Orig) >= len(magic) && string(s.Orig[:len(magic)]) == magic:
				return analyzer.Yes
			case len(s.Orig) < len(magic) && strings.HasPrefix(magic, string(s.Orig)):
				return analyzer.NeedMore
			}
			return analyzer.No
		},
		New: func() analyzer.Analyzer { return new(toy) },
	}
}

func msg(texts ...string) string {
	var b []byte
	for _, s := range texts {
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	return string(b)
}

// texts returns "side text" of each toy record and the services.
func texts(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if s, ok := strings.CutPrefix(line, "service "); ok {
			b.WriteString("= " + s)
			continue
		}
		_, line, _ = strings.Cut(line, `"from":"`)
		from, line, _ := strings.Cut(line, `"`)
		_, line, _ = strings.Cut(line, `"text":"`)
		text, _, _ := strings.Cut(line, `"`)
		b.WriteString(from + " " + text + "\n")
	}
	return b.String()
}

func TestFeeder(t *testing.T) {
	t1 := toySpec("toy", "\x00\x02hi")
	t2 := toySpec("toy2", "\x00\x04mark")
	big := strings.Repeat("x", 4000)
	for _, tt := range []struct {
		name  string
		steps []analyzertest.Step
		want  string
	}{
		{"messages", []analyzertest.Step{analyzertest.Orig(msg("hi", "there")), analyzertest.Resp(msg("yo"))},
			"toy orig hi|toy orig there|toy resp yo|toy orig eof|toy resp eof|toy orig closed|= toy|"},
		{"skip", []analyzertest.Step{analyzertest.Orig(msg("hi", "skip") + "0123456789" + msg("on"))},
			"toy orig hi|toy orig skip|toy orig on|toy orig eof|toy resp eof|toy orig closed|= toy|"},
		{"gap in skip", []analyzertest.Step{analyzertest.Orig(msg("skip") + "01234"), analyzertest.Gap(analyzer.Orig, 5), analyzertest.Orig(msg("on"))},
			"toy orig skip|toy orig on|toy orig eof|toy resp eof|toy orig closed|= toy|"},
		{"gap drops the tail", []analyzertest.Step{analyzertest.Orig("\x00\x09abc"), analyzertest.Gap(analyzer.Orig, 6), analyzertest.Orig(msg("on"))},
			"toy orig gap|toy orig on|toy orig eof|toy resp eof|toy orig closed|= toy|"},
		{"large gap", []analyzertest.Step{analyzertest.Gap(analyzer.Orig, 100), analyzertest.Orig(msg("on")), analyzertest.Resp(msg("on"))},
			"toy orig gap|toy orig eof|toy resp eof|toy orig closed|= |"},
		{"violation", []analyzertest.Step{analyzertest.Orig(msg("hi", "bad", "on"))},
			"toy orig hi|toy orig bad|toy orig closed|= |"},
		{"late violation", []analyzertest.Step{analyzertest.Orig(msg("hi", big, big, big, "bad"))},
			"toy orig hi|" + strings.Repeat("toy orig "+big+"|", 3) + "toy orig bad|toy orig closed|= toy|"},
		{"done", []analyzertest.Step{analyzertest.Orig(msg("done", "x")), analyzertest.Resp(msg("y"))},
			"toy orig done|toy resp y|toy orig eof|toy resp eof|toy orig closed|= toy|"},
		{"eof once", []analyzertest.Step{analyzertest.EOF(analyzer.Resp), analyzertest.EOF(analyzer.Resp)},
			"toy resp eof|toy orig eof|toy orig closed|= |"},
		{"child", []analyzertest.Step{analyzertest.Orig(msg("child", "in")), analyzertest.Resp(msg("re", "bad", "x"))},
			"toy orig child|toy2 orig in|toy2 resp re|toy2 resp bad|toy2 orig closed|toy orig eof|toy resp eof|toy orig closed|= toy|"},
		{"detect", []analyzertest.Step{analyzertest.Orig(msg("detect", "mark", "x")), analyzertest.Resp(msg("re"))},
			"toy orig detect|toy2 orig mark|toy2 orig x|toy2 resp re|toy orig eof|toy resp eof|toy2 orig eof|toy2 resp eof|toy2 orig closed|toy orig closed|= toy,toy2|"},
		{"detect nothing", []analyzertest.Step{analyzertest.Orig(msg("detect", "other", "x"))},
			"toy orig detect|toy orig eof|toy resp eof|toy orig closed|= toy|"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := texts(analyzertest.Chunkings(t, t1, analyzertest.Options{More: []*analyzer.Spec{t2}}, tt.steps...))
			if got = strings.ReplaceAll(got, "\n", "|"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestDetection(t *testing.T) {
	spec := toySpec("toy", "\x00\x02hi")
	spec.TCPPorts = nil
	steps := []analyzertest.Step{analyzertest.Resp("banner"), analyzertest.Orig(msg("hi", "on"))}
	for name, tt := range map[string]struct {
		o     analyzertest.Options
		first string
		want  string
	}{
		"replay":     {analyzertest.Options{Detect: true, RespPort: 99, Proto: 6}, "", "= toy"},
		"first byte": {analyzertest.Options{Detect: true, RespPort: 99, Proto: 6}, "\x00b", "= toy"},
		"excluded":   {analyzertest.Options{Detect: true, RespPort: 99, Proto: 6}, "\x00", "= "},
		"datagrams":  {analyzertest.Options{Detect: true, RespPort: 99, Proto: 17}, "\x00", "toy orig"},
	} {
		t.Run(name, func(t *testing.T) {
			spec.FirstBytes = tt.first
			if got := texts(analyzertest.Run(t, spec, tt.o, steps...)); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

func newConn(port uint16) *analyzer.Conn {
	return &analyzer.Conn{
		UID: "C1", Hash: 7, Orig: packet.AddrFrom4([]byte{10, 0, 0, 1}), OrigPort: 1000,
		Resp: packet.AddrFrom4([]byte{10, 0, 0, 2}), RespPort: port, Proto: 6, Start: 1,
	}
}

func TestPanicIsContained(t *testing.T) {
	e := analyzer.NewEngine([]*analyzer.Spec{toySpec("toy", "xx")}, analyzer.Options{})
	for i := range 3 {
		c := newConn(7)
		e.Open(c)
		e.Data(c, analyzer.Orig, []byte(msg("a", "boom")))
		if e.Stats.Panics != uint64(i+1) || !strings.HasPrefix(e.Stats.Panic, "boom\n") {
			t.Fatalf("panics %d %q", e.Stats.Panics, e.Stats.Panic)
		}
		e.Data(c, analyzer.Orig, []byte(msg("after")))
		e.Close(c)
	}
	c := newConn(7)
	e.Open(c)
	e.Data(c, analyzer.Orig, []byte(msg("fine")))
	e.Close(c)
	if e.Stats.Bytes != 0 {
		t.Errorf("%d bytes of analyzers in use with no connection open", e.Stats.Bytes)
	}
	if out := analyzertest.Text(t, e); !strings.Contains(out, "fine") || strings.Contains(out, "after") {
		t.Errorf("after a panic other connections must go on, and this one not: %s", out)
	}
}

func TestExpectation(t *testing.T) {
	spec := toySpec("toy", "xx")
	data := toySpec("toy-data", "xx")
	data.TCPPorts = nil
	e := analyzer.NewEngine([]*analyzer.Spec{spec, data}, analyzer.Options{})
	c := newConn(7)
	e.SetTime(1e9)
	e.Open(c)
	b := &analyzer.Base{Conn: c}
	b.Expect(analyzer.Expectation{Resp: c.Resp, RespPort: 5000, Proto: 6, Analyzer: "toy-data", Timeout: 10e9, Value: 1})
	for _, tt := range []struct {
		now  int64
		port uint16
		want bool
	}{{2e9, 5000, true}, {2e9, 5001, false}, {11e9, 5000, true}, {12e9, 5000, false}} {
		e.SetTime(tt.now)
		d := newConn(tt.port)
		e.Open(d)
		e.Data(d, analyzer.Orig, []byte(msg("hello")))
		if got := string(e.AppendServices(nil, d)) == "toy-data"; got != tt.want {
			t.Errorf("at %d on port %d: expected analyzer attached %v, want %v", tt.now, tt.port, got, tt.want)
		}
		e.Close(d)
	}
}

func TestNets(t *testing.T) {
	e := analyzer.NewEngine(nil, analyzer.Options{})
	for addr, want := range map[string]bool{
		"10.1.2.3": true, "172.31.255.255": true, "172.32.0.0": false, "8.8.8.8": false,
		"fe80::1": true, "2001:db8::1": true, "2001:4f8::1": false, "2002:a01:203::": true, "224.0.0.251": true,
	} {
		if got := e.IsLocal(packet.Addr(netip.MustParseAddr(addr).As16())); got != want {
			t.Errorf("IsLocal(%s) = %v, want %v", addr, got, want)
		}
	}
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for h := range uint64(1000) {
		for _, id := range []string{analyzer.UID(h), analyzer.FileID(h, 1), analyzer.FileID(h, 2)} {
			if len(id) < 6 || len(id) > 19 || seen[id] {
				t.Fatalf("id %q of %d: bad length or taken", id, h)
			}
			seen[id] = true
		}
	}
}

func FuzzFeeder(f *testing.F) {
	f.Add([]byte(msg("hi", "skip")+"0123456789"+msg("bad")), uint8(3), uint16(4))
	f.Add([]byte(msg("child", "hi", "detect")), uint8(1), uint16(0))
	f.Fuzz(func(t *testing.T, b []byte, chunk uint8, gapAt uint16) {
		if bytes.Contains(b, []byte("boom")) {
			t.Skip()
		}
		k := min(int(gapAt), len(b))
		analyzertest.Run(t, toySpec("toy", "\x00\x02hi"), analyzertest.Options{Chunk: int(chunk), More: []*analyzer.Spec{toySpec("toy2", "m")}},
			analyzertest.Send(analyzer.Orig, b[:k]), analyzertest.Gap(analyzer.Orig, uint64(gapAt)), analyzertest.Send(analyzer.Resp, b[k:]))
	})
}
