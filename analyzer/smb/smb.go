// Package smb analyzes SMB versions 1, 2 and 3 ([MS-CIFS], [MS-SMB],
// [MS-SMB2]) over TCP, directly or behind NetBIOS sessions (RFC 1002): shares
// and files for logs of its own, authentication for the analyzers "gssapi" and
// "ntlm", named pipes for "dce_rpc".  What is logged follows Zeek's scripts
// base/protocols/smb.  Encrypted messages are passed over.
package smb

import (
	"encoding/binary"

	"wirehunt/analyzer"
	files "wirehunt/analyzer/file"
	"wirehunt/event"
)

// Spec returns the declaration of the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:       "smb",
		Title:      "SMB",
		Doc:        "File and printer shares and named pipes of Windows: SMB 1, 2 and 3.",
		Logs:       []*event.Log{MappingLog, FilesLog, files.Log},
		TCPPorts:   []uint16{139, 445},
		Probe:      probe,
		FirstBytes: "\x00",
		TCP:        true,
		New:        func() analyzer.Analyzer { return &Analyzer{} },
	}
}

func probe(s *analyzer.Start) analyzer.Verdict {
	v := analyzer.No
	for _, b := range [2][]byte{s.Orig, s.Resp} {
		switch {
		case len(b) == 0:
		case len(b) < frameLen+4:
			v = analyzer.NeedMore
		case (b[4] == 0xff || b[4] == 0xfe) && string(b[5:8]) == "SMB":
			return analyzer.Yes
		}
	}
	return v
}

// frameLen is the length of the NetBIOS session header in front of each
// message: its type and 24 bits of length.
const frameLen = 4

const sessionMessage = 0

// maxMessage is how much of a message is looked at as a whole.  What is
// longer is the data of reads and writes, which need not be in memory.
const maxMessage = 72 << 10

// Analyzer analyzes one connection.
type Analyzer struct {
	analyzer.Base

	s      state
	gssapi *analyzer.Feeder
	lost   [2]bool // bytes are missing: the next message is searched for
	sink   [2]sink

	contents []*files.File // in the order opened
}

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.s.reset()
	a.gssapi = nil
	a.lost, a.sink = [2]bool{}, [2]sink{}
	clear(a.contents)
	a.contents = a.contents[:0]
}

// Close ends the files that are open.
func (a *Analyzer) Close() {
	for _, c := range a.contents {
		c.EOF()
	}
}

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(analyzer.Dir) {}

// Gap implements analyzer.Stream.
func (a *Analyzer) Gap(dir analyzer.Dir, n uint64) bool {
	if a.sink[dir].rest > 0 && a.sink[dir].gap(n) {
		return true
	}
	a.lost[dir] = true
	for _, p := range a.s.pipes {
		p.rpc.Gap(dir, n)
	}
	return true
}

// find returns where the next message of version 1 or 2 begins in b, or how
// many bytes cannot be part of its beginning.
func find(b []byte) (n int, ok bool) {
	for ; n+frameLen+4 <= len(b); n++ {
		if b[n] == sessionMessage && (b[n+4] == 0xff || b[n+4] == 0xfe) && string(b[n+5:n+8]) == "SMB" {
			return n, true
		}
	}
	return n, false
}

// Data implements analyzer.Stream.
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	if a.lost[dir] {
		n, ok := find(b)
		if !ok {
			return n, 0
		}
		a.lost[dir] = false
		consumed = n
	}
	for {
		if a.sink[dir].rest > 0 {
			consumed += a.sink[dir].take(b[consumed:])
		}
		h := b[consumed:]
		if len(h) < frameLen {
			return consumed, frameLen
		}
		n := int(h[1])<<16 | int(h[2])<<8 | int(h[3])
		if h[0] != sessionMessage {
			if h[0]&0x80 == 0 || n > maxMessage {
				a.Violate("no NetBIOS session message")
				return 0, 0
			}
			if len(h) < frameLen+n {
				return consumed, frameLen + n
			}
			consumed += frameLen + n
			continue
		}
		look := min(n, maxMessage)
		if len(h) < frameLen+look {
			if len(h) < frameLen+4 {
				return consumed, frameLen + min(look, 4)
			}
			if !knownProtocol(h[frameLen:]) {
				a.Violate("no SMB message")
				return 0, 0
			}
			return consumed, frameLen + look
		}
		a.sink[dir] = sink{}
		if look > 0 && !a.message(dir, h[frameLen:frameLen+look]) {
			return 0, 0
		}
		consumed += frameLen + look
		a.sink[dir].rest = uint64(n - look)
	}
}

// knownProtocol reports whether b, of 4 bytes or more, begins as a message of
// any version: 0xff SMB1, 0xfe SMB2, 0xfd encrypted, 0xfc compressed.
func knownProtocol(b []byte) bool { return b[0] >= 0xfc && string(b[1:4]) == "SMB" }

// message analyzes a message, or its start.  It returns false when it is
// none.
func (a *Analyzer) message(dir analyzer.Dir, b []byte) bool {
	if len(b) < 4 || !knownProtocol(b) {
		a.Violate("no SMB message")
		return false
	}
	ok := true
	switch b[0] {
	case 0xff:
		ok = a.smb1(dir, b)
	case 0xfe:
		ok = a.smb2Chain(dir, b)
	}
	if !ok {
		a.Violate("malformed SMB message")
	}
	return ok
}

// token hands an authentication token over.
func (a *Analyzer) token(dir analyzer.Dir, b []byte) {
	if len(b) == 0 {
		return
	}
	if a.gssapi == nil {
		a.gssapi = a.Child("gssapi")
	}
	a.gssapi.Datagram(dir, b, len(b))
}

// statusMoreProcessing says that an authentication needs another round.
const statusMoreProcessing = 0xc0000016

// sessionStatus tells the outcome of an authentication, unless there is more
// to come.
func (a *Analyzer) sessionStatus(status uint32) {
	if status == statusMoreProcessing || a.gssapi == nil {
		return
	}
	if r, ok := a.gssapi.Analyzer().(analyzer.AuthResult); ok {
		r.Result(status == 0)
	}
}

var le = binary.LittleEndian

// part returns b[off:off+n], nil where that is not within b.
func part(b []byte, off, n uint64) []byte {
	if off > uint64(len(b)) || n > uint64(len(b))-off {
		return nil
	}
	return b[off : off+n]
}

// upTo is part, cut at the end of b.
func upTo(b []byte, off, n uint64) []byte {
	if off > uint64(len(b)) {
		return nil
	}
	return b[off : off+min(n, uint64(len(b))-off)]
}
