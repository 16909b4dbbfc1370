// Package redis analyses Redis (RESP2 and RESP3): commands with their replies
// in redis.log, as Zeek's analyzer Redis and scripts base/protocols/redis
// write them.
package redis

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Spec declares the analyzer.
func Spec() *analyzer.Spec {
	return &analyzer.Spec{
		Spicy: true,
		Name:  "redis", Title: "Redis",
		Doc:      "Commands of Redis and their replies.",
		Logs:     []*event.Log{Log},
		TCPPorts: []uint16{6379},
		Probe:    probe, FirstBytes: "*" + replyTypes, TCP: true,
		New: func() analyzer.Analyzer { return &session{} },
	}
}

// replyTypes are the bytes that replies begin with.
const replyTypes = "+-:$*_#,(!=%~>|"

// probe wants a command as programs send them, an array of strings, and a
// reply's first line.
func probe(s *analyzer.Start) analyzer.Verdict {
	v := probeCommand(s.Orig)
	if v == analyzer.No || len(s.Resp) == 0 {
		return min(v, analyzer.NeedMore)
	}
	if bytes.IndexByte([]byte(replyTypes), s.Resp[0]) < 0 {
		return analyzer.No
	}
	line, size := cutLine(s.Resp)
	if size == 0 {
		return analyzer.NeedMore
	}
	switch s.Resp[0] {
	case '+', '-', '_', '#', ',', '(', ':':
		return v
	}
	if _, ok := number(line[1:]); !ok {
		return analyzer.No
	}
	return v
}

// probeCommand recognises the start of a command: *2\r\n$3\r\n.
func probeCommand(b []byte) analyzer.Verdict {
	for _, typ := range [...]byte{'*', '$'} {
		if len(b) > 0 && b[0] != typ {
			return analyzer.No
		}
		line, size := cutLine(b)
		if size == 0 {
			if len(b) > 12 {
				return analyzer.No
			}
			return analyzer.NeedMore
		}
		if n, ok := number(line[1:]); !ok || n < 1 {
			return analyzer.No
		}
		b = b[size:]
	}
	return analyzer.Yes
}

// session is a connection to a server.
type session struct {
	analyzer.Base
	req        request
	rep        reply
	queue      []pending
	head       int // of queue
	queued     int // bytes of the texts in it
	commands   bool
	replies    bool
	resp3      bool
	subscribed bool // replies are out of band
	off        bool // the client wants no replies
	skipNext   int  // 1 when the next command has no reply
	failed     bool
}

// Reset implements analyzer.Analyzer.
func (s *session) Reset() {
	old := *s
	*s = session{Base: old.Base, req: old.req, rep: old.rep, queue: old.queue[:0]}
	s.req.reset()
	s.rep.reset()
	if cap(s.queue) > 64 {
		s.queue = nil
	}
}

// Close implements analyzer.Analyzer: commands without replies are written
// too, if the server ever replied.
func (s *session) Close() {
	if !s.replies || s.failed {
		return
	}
	for s.head < len(s.queue) {
		s.pop(nil, false, false)
	}
}

// Data implements analyzer.Stream.
func (s *session) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	for consumed < len(b) {
		var n, skip int
		if dir == analyzer.Orig {
			n, skip, need = s.client(b[consumed:])
		} else {
			n, skip, need = s.server(b[consumed:])
		}
		switch {
		case n < 0:
			s.failed = true
			s.Violate("not RESP")
			return len(b), 0
		case need > 0:
			return consumed, need
		}
		consumed += n
		if skip > 0 {
			s.Skip(dir, uint64(skip))
			return consumed, 0
		}
	}
	return consumed, 0
}

// Gap implements analyzer.Stream: where the next value begins is not known.
func (s *session) Gap(analyzer.Dir, uint64) bool { return false }

// EOF implements analyzer.Stream.
func (s *session) EOF(analyzer.Dir) {}
