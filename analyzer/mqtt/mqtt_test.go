package mqtt

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	. "wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

func str(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

// packet makes a packet of the kind, with flags.
func packet(kind, flags byte, body string) string {
	out := []byte{kind<<4 | flags}
	n := len(body)
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return string(append(out, byte(n))) + body
}

func connect(flags byte, fields ...string) string {
	return packet(kindConnect, 0, str("MQTT")+string([]byte{4, flags, 0, 60})+str("sensor-7")+strings.Join(fields, ""))
}

func publish(qos byte, id, topic, payload string) string {
	return packet(kindPublish, qos<<1, str(topic)+id+payload)
}

var (
	connack   = packet(kindConnack, 0, "\x00\x00")
	subscribe = packet(kindSubscribe, 2, "\x00\x01"+str("a/b")+"\x01"+str("c/#")+"\x02")
)

// dialogues are run whole and in pieces.
var dialogues = map[string][]Step{
	"session": {
		Orig(connect(flagWill|flagUser|flagPassword, str("gone/7"), str("bye"), str("joe"), str("secret"))), Resp(connack),
		Orig(subscribe), Resp(packet(kindSuback, 0, "\x00\x01\x01\x02")),
		Orig(packet(kindUnsubscribe, 2, "\x00\x02"+str("a/b"))), Resp(packet(kindUnsuback, 0, "\x00\x02")),
		Resp(packet(kindPublish, 1, str("a/b")+"kept")), Orig(packet(12, 0, "")), Resp(packet(13, 0, "")), Orig(packet(14, 0, "")),
	},
	"refused": {Orig(connect(0)), Resp(packet(kindConnack, 0, "\x00\x05")), Resp(packet(kindConnack, 0, "\x00\x77"))},
	"acknowledged": {
		Orig(publish(1, "\x00\x05", "t", "once or more")), Resp(packet(kindPuback, 0, "\x00\x05")),
		Orig(publish(2, "\x00\x06", "t", "just once")), Resp(packet(kindPubrec, 0, "\x00\x06")),
		Orig(packet(kindPubrel, 2, "\x00\x06")), Resp(packet(kindPubcomp, 0, "\x00\x06")),
	},
	"not acknowledged": {
		Orig(publish(1, "\x00\x05", "t", "lost")), Orig(subscribe), Orig(publish(2, "\x00\x06", "t", "half")), Resp(packet(kindPubcomp, 0, "\x00\x06")),
		Wait(6e9), Orig(packet(12, 0, "")), Orig(publish(2, "\x00\x07", "t", "too late to tell")),
	},
	"version 5": {
		Orig(packet(kindConnect, 0, str("MQTT")+"\x05\x04\x00\x3c"+"\x05\x11\x00\x00\x00\x1e"+str("sensor-7")+"\x02\x01\x01"+str("gone")+str("bye"))),
		Resp(packet(kindConnack, 0, "\x00\x00\x03\x21\x00\x0a")),
		Orig(packet(kindSubscribe, 2, "\x00\x01"+"\x02\x0b\x01"+str("a/b")+"\x2d")), Resp(packet(kindSuback, 0, "\x00\x01\x00\x01")),
		Orig(packet(kindPublish, 2, str("t")+"\x00\x09"+"\x02\x01\x01"+"payload")), Resp(packet(kindPuback, 0, "\x00\x09\x00\x00")),
		Orig(packet(kindPublish, 0, str("t")+"\x80\x80\x80\x80\x01")),
	},
	"sent again":      {Orig(publish(1, "\x00\x05", "t", "first")), Orig(publish(1, "\x00\x05", "t", "again")), Resp(packet(kindPuback, 0, "\x00\x05"))},
	"long payload":    {Orig(publish(0, "", "t", strings.Repeat("0123456789", 30)))},
	"longest payload": {Orig(publish(0, "", "t", strings.Repeat("0123456789", 30_000))), Orig(publish(0, "", "u", "next"))},
	"gap":             {Orig(connect(0)), Gap(analyzer.Orig, 10), Orig(publish(0, "", "t", "after"))},
	"no MQTT":         {Orig("GET / HTTP/1.1\r\n\r\n"), Resp("HTTP/1.1 200 OK\r\n\r\n")},
	"length too long": {Orig("\x30\x80\x80\x80\x01")},
	"topic too long":  {Orig(packet(kindPublish, 0, "\x00\x09t"))},
	"cut":             {Orig(connect(0)[:12])},
}

func TestDialogues(t *testing.T) {
	for name, steps := range dialogues {
		t.Run(name, func(t *testing.T) {
			got := Chunkings(t, Spec(), Options{}, steps...)
			golden.Check(t, "testdata/"+strings.ReplaceAll(name, " ", "-")+".golden", []byte(got))
		})
	}
}

func TestProbe(t *testing.T) {
	if got := Run(t, Spec(), Options{Detect: true, RespPort: 8000}, Orig(connect(0)), Resp(connack)); !strings.HasSuffix(got, "service mqtt\n") {
		t.Errorf("got %s", got)
	}
	if got := Run(t, Spec(), Options{Detect: true, RespPort: 8000}, Orig("\x10\x03xxxxxxxxx")); got != "service \n" {
		t.Errorf("got %s", got)
	}
}

// TestBounds has more unacknowledged messages and topics than are remembered:
// the oldest are written.
func TestBounds(t *testing.T) {
	var all strings.Builder
	for i := range byte(maxPending + 3) {
		all.WriteString(publish(1, string([]byte{1, i}), "t", "x") + packet(kindSubscribe, 2, string([]byte{2, i})+str("a")+"\x00"))
	}
	got := Run(t, Spec(), Options{}, Orig(all.String()))
	if n := strings.Count(got, "incomplete_qos"); n != 3 {
		t.Errorf("%d messages written", n)
	}
	if n := strings.Count(got, `"ack":false`); n != 3 {
		t.Errorf("%d subscriptions written", n)
	}
	long := strings.Repeat("x", maxHeld-10)
	got = Run(t, Spec(), Options{},
		Orig(publish(1, "\x00\x01", long, "")), Orig(publish(1, "\x00\x02", long, "")),
		Orig(packet(kindSubscribe, 2, "\x00\x01"+str(long)+"\x00")), Orig(packet(kindSubscribe, 2, "\x00\x02"+str(long)+"\x00")))
	if n := strings.Count(got, "incomplete_qos"); n != 1 {
		t.Errorf("%d messages written", n)
	}
	if n := strings.Count(got, `"ack":false`); n != 1 {
		t.Errorf("%d subscriptions written", n)
	}
}

func FuzzMQTT(f *testing.F) {
	f.Add([]byte(connect(flagWill, str("t"), str("m"))+subscribe+publish(2, "\x00\x01", "t", "x")), []byte(connack+packet(kindSuback, 0, "\x00\x01\x01")+packet(kindPubrec, 0, "\x00\x01")))
	f.Add([]byte("\x30\xff\xff\x7f"), []byte("\x30\x02\x00\x00"))
	f.Fuzz(func(t *testing.T, orig, resp []byte) {
		Chunkings(t, Spec(), Options{Size: 1}, Send(0, orig), Send(1, resp), Gap(0, 3), Wait(7e9), Send(0, orig))
	})
}

func TestAllocs(t *testing.T) {
	if n := Allocs(t, Spec(), Options{}, Orig(connect(0)), Resp(connack), Orig(publish(0, "", "t", "x"))); n > 0 {
		t.Errorf("%v allocations per connection and message", n)
	}
}
