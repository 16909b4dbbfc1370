// Package websocket analyses WebSocket (RFC 6455) after HTTP's switch to it:
// the handshake is written to websocket.log as Zeek does, and what the frames
// carry goes to whichever analyzer recognises it, so that SSH or HTTP in a
// WebSocket tunnel has its own records.
package websocket

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Log is websocket.log.
var Log = event.NewLog("websocket", "WebsocketConnectionInspected", "WebSocket handshakes.")

// The columns of Log after uid and id.
var (
	colHost        = Log.StringField("host", "Host header of the request.")
	colURI         = Log.StringField("uri", "Target of the request.")
	colUserAgent   = Log.StringField("user_agent", "User-Agent header of the request.")
	colSubprotocol = Log.StringField("subprotocol", "Protocol that the server chose.")
	colClientProto = Log.VectorField("client_protocols", event.String, "Protocols that the client offered.")
	colServerExt   = Log.VectorField("server_extensions", event.String, "Extensions that the server chose.")
	colClientExt   = Log.VectorField("client_extensions", event.String, "Extensions that the client offered.")
)

// Spec declares the analyzer.  Only HTTP starts it.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Name:  "websocket",
		Title: "WebSocket",
		Doc:   "Handshakes, and the protocols carried in frames.",
		Logs:  []*event.Log{Log},
		New:   func() analyzer.Analyzer { return new(Analyzer) },
	}
}

// Analyzer analyses one connection.
type Analyzer struct {
	analyzer.Base
	side  [2]side
	child *analyzer.Feeder
	buf   []byte
}

type side struct {
	left   uint64 // bytes left of the frame
	data   bool   // which is one of data
	masked bool
	mask   [4]byte
	at     uint // place in the mask
}

var _ analyzer.Stream = (*Analyzer)(nil)

// Reset implements analyzer.Analyzer.
func (a *Analyzer) Reset() {
	a.side = [2]side{}
	a.child = a.Detect()
}

// Handshake tells what the HTTP messages said: request and reply return
// headers by their names in lower case, nil for those that were not there.
func (a *Analyzer) Handshake(request, reply func(name string) []byte) {
	a.Confirm()
	if key, found := request("sec-websocket-key"), reply("sec-websocket-accept"); key != nil && found != nil {
		if want := accept(key); want != string(found) {
			a.WeirdFrom("WebSocket", "websocket_wrong_accept_header", "expected="+want+", found="+string(found))
		}
	}
	r := a.Conn.Row(Log, a.Conn.Now)
	set(r, colHost, request("host"))
	set(r, colURI, request("uri"))
	set(r, colUserAgent, request("user-agent"))
	set(r, colSubprotocol, reply("sec-websocket-protocol"))
	setList(r, colClientProto, request("sec-websocket-protocol"))
	setList(r, colServerExt, reply("sec-websocket-extensions"))
	setList(r, colClientExt, request("sec-websocket-extensions"))
}

// accept returns the answer to a client's key (RFC 6455, 4.2.2).
func accept(key []byte) string {
	sum := sha1.Sum(append(bytes.Clone(key), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func set(r *event.Row, col event.StringCol, v []byte) {
	if v != nil {
		col.Set(r, v)
	}
}

// setList sets a vector to the elements of a header's list.
func setList(r *event.Row, col event.ListCol, v []byte) {
	if v == nil {
		return
	}
	l := col.List(r)
	for more := true; more; {
		var elem []byte
		elem, v, more = bytes.Cut(v, []byte(","))
		l.Bytes(bytes.TrimSpace(elem))
	}
	l.End()
}

// Data implements analyzer.Stream.
func (a *Analyzer) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	s := &a.side[dir]
	n := 0
	for n < len(b) {
		if s.left > 0 {
			k := int(min(s.left, uint64(len(b)-n)))
			a.payload(dir, b[n:n+k])
			s.left -= uint64(k)
			n += k
			continue
		}
		size, ok := s.header(b[n:])
		if !ok {
			return n, size
		}
		if opcode := b[n] & 0x0f; opcode >= 8 && s.left > maxControl {
			a.Weird("websocket_control_frame_size_exceeded", fmt.Sprintf("%d > %d", s.left, maxControl))
		}
		n += size
	}
	return n, 0
}

// maxControl is how long a control frame may be (RFC 6455, 5.5).
const maxControl = 125

// header reads a frame's header; ok is false if it is not all there, and size
// how long it is then.
func (s *side) header(b []byte) (size int, ok bool) {
	size = 2
	if len(b) < size {
		return size, false
	}
	length := uint64(b[1] & 0x7f)
	switch length {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	s.masked = b[1]&0x80 != 0
	if s.masked {
		size += 4
	}
	if len(b) < size {
		return size, false
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		length = binary.BigEndian.Uint64(b[2:])
	}
	if s.masked {
		copy(s.mask[:], b[size-4:size])
	}
	s.left, s.at = length, 0
	s.data = b[0]&0x0f <= 2 // continuation, text, binary
	return size, true
}

// payload gives a frame's content, without its mask, to the child.
func (a *Analyzer) payload(dir analyzer.Dir, b []byte) {
	s := &a.side[dir]
	if !s.data || !a.child.Active() {
		s.at += uint(len(b))
		return
	}
	if s.masked {
		a.buf = append(a.buf[:0], b...)
		for i := range a.buf {
			a.buf[i] ^= s.mask[(s.at+uint(i))&3]
		}
		s.at += uint(len(b))
		b = a.buf
	}
	a.child.Data(dir, b)
}

// Gap implements analyzer.Stream: a gap within a frame is passed over, after
// any other the frames cannot be found again.
func (a *Analyzer) Gap(dir analyzer.Dir, n uint64) bool {
	s := &a.side[dir]
	if n > s.left {
		a.Done(dir)
		a.child.Gap(dir, n)
		return true
	}
	s.left -= n
	s.at += uint(n)
	if s.data {
		a.child.Gap(dir, n)
	}
	return true
}

// EOF implements analyzer.Stream.
func (a *Analyzer) EOF(dir analyzer.Dir) { a.child.EOF(dir) }

// Close implements analyzer.Analyzer.
func (a *Analyzer) Close() {}
