// Package analyzer is the contract between protocol analyzers and the engine
// that feeds them, and that engine: which analyzers a connection gets, by
// content and by port, what they are given, and what becomes of what they
// say.
//
// A protocol lives in a folder below this one and is one Spec in the list of
// package all.  Analyzers follow Zeek: what confirms a protocol, when a
// record is written and with which fields.  They are push parsers: they keep
// nothing of the bytes they are given, allocate per connection at most (and
// reuse even that), never block, never start a goroutine, never panic on any
// input, and bound everything they remember.
package analyzer

import (
	"strings"

	"wirehunt/event"
)

// Dir says which side of a connection sent something.
type Dir uint8

// The two sides.
const (
	Orig Dir = 0
	Resp Dir = 1
)

// Other returns the other side.
func (d Dir) Other() Dir { return 1 - d }

// Verdict is the answer of a Probe.
type Verdict uint8

// The answers of a Probe.
const (
	No       Verdict = iota // never this protocol
	NeedMore                // cannot tell yet
	Yes                     // attach the analyzer
)

// Start is the start of a connection as a Probe sees it: for TCP up to the
// first 1,024 bytes of each side's stream, for UDP the payload of the latest
// datagram of each side.  One side may still be empty.
type Start struct {
	Orig, Resp         []byte
	OrigPort, RespPort uint16
	UDP                bool
}

// Spec declares a protocol analyzer.
type Spec struct {
	// Name is the protocol's name everywhere: the folder, the service in
	// conn.log, the analyzer in weird.log ("http").
	Name string
	// Title is the name in prose ("HTTP/1.x").
	Title string
	Doc   string
	// Logs are the logs that the analyzer writes.
	Logs []*event.Log
	// TCPPorts and UDPPorts are the responder ports on which the analyzer is
	// attached from the first packet, as Zeek's *_ports sets have it.
	TCPPorts, UDPPorts []uint16
	// Probe recognises the protocol by content on any port, like Zeek's
	// dpd.sig; nil for protocols that only ports or other analyzers start.
	// It is called whenever a side's start has grown, until it answers Yes
	// or No (over UDP No is only about that datagram).  It must be pure and
	// cheap.
	Probe func(s *Start) Verdict
	// FirstBytes, where not empty, lists all bytes that either side's first
	// payload can begin with for Probe to answer other than No.
	FirstBytes string
	// TCP and UDP say over which transports Probe applies.
	TCP, UDP bool
	// WeirdSource is the analyzer in weird.log's source; "" means Name in
	// upper case.
	WeirdSource string
	// Shared, where not nil, makes the state that Base.Shared returns; it is
	// called at most once an engine.
	Shared func() any
	// Spicy marks a protocol that Zeek analyses only where it is built with
	// Spicy; logs that are to be as those of a Zeek without it leave it out.
	Spicy bool
	// New returns an analyzer.  The engine reuses analyzers: it calls Reset
	// before each use.
	New func() Analyzer
}

func (s *Spec) weirdSource() string {
	if s.WeirdSource != "" {
		return s.WeirdSource
	}
	return strings.ToUpper(s.Name)
}
