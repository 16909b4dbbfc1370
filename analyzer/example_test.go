package analyzer_test

import (
	"bytes"
	"log"
	"os"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/packet"
	"wirehunt/zeeklog"
)

// greetLog is greet.log: ts, uid and id, and a field of its own.
var (
	greetLog  = event.NewLog("greet", "", "Greetings.")
	greetName = greetLog.StringField("name", "Who was greeted.")
)

// greeter is an analyzer of a protocol of lines "HELLO name".
type greeter struct{ analyzer.Base }

func (*greeter) Reset()                            {}
func (*greeter) Close()                            {}
func (*greeter) EOF(analyzer.Dir)                  {}
func (*greeter) Gap(_ analyzer.Dir, _ uint64) bool { return false }

// Data consumes whole lines; the engine keeps what is left.
func (g *greeter) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for {
		line, _, whole := bytes.Cut(b[consumed:], []byte("\n"))
		if !whole {
			return consumed, 0
		}
		consumed += len(line) + 1
		name, ok := bytes.CutPrefix(line, []byte("HELLO "))
		if !ok {
			g.Violate("no greeting")
			return consumed, 0
		}
		g.Confirm()
		greetName.Set(g.Conn.Row(greetLog, g.Conn.Now), name)
	}
}

func greeterSpec() *analyzer.Spec {
	return &analyzer.Spec{
		Name: "greet", Title: "Greetings", Doc: "An example.",
		Logs:     []*event.Log{greetLog},
		TCPPorts: []uint16{7001},
		New:      func() analyzer.Analyzer { return &greeter{} },
	}
}

// An Engine runs the analyzers of connections on what a capture, a proxy or a
// test gives it.
func ExampleEngine() {
	e := analyzer.NewEngine([]*analyzer.Spec{greeterSpec()}, analyzer.Options{})
	const start = 1767225600_000000000
	conn := analyzer.Conn{
		UID:  analyzer.UID(1),
		Orig: packet.AddrFrom4([]byte{10, 0, 0, 1}), OrigPort: 40000,
		Resp: packet.AddrFrom4([]byte{10, 0, 0, 2}), RespPort: 7001,
		Proto: 6, Start: start, Now: start,
	}
	e.SetTime(start)
	e.Open(&conn)
	e.Data(&conn, analyzer.Orig, []byte("HELLO wor"))
	e.Data(&conn, analyzer.Orig, []byte("ld\nHELLO again\n"))
	e.Close(&conn)
	for _, b := range e.Batches() {
		if err := zeeklog.WriteBatch(os.Stdout, b, zeeklog.Options{JSON: true}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// {"ts":1767225600.0,"uid":"C11ThU73","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"10.0.0.2","id.resp_p":7001,"name":"world"}
	// {"ts":1767225600.0,"uid":"C11ThU73","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"10.0.0.2","id.resp_p":7001,"name":"again"}
}
