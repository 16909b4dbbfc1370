package redis

import (
	"bytes"

	"wirehunt/analyzer"
)

// Limits of a command: how many of its arguments are kept, how much of each,
// how much the server takes of one, and how long an inline command may be.
const (
	maxArgs   = 4
	maxArg    = 1 << 13
	maxBulk   = 512 << 20
	maxInline = 1 << 10
	maxCount  = 1 << 20
)

// request reads the client's side: arrays of bulk strings, or lines.
type request struct {
	left  int // arguments that follow
	n     int // arguments read
	total int
	args  [maxArgs][]byte
}

func (q *request) reset() {
	for i := range q.args {
		if cap(q.args[i]) > 1<<10 {
			q.args[i] = nil
		}
	}
	q.left, q.n, q.total = 0, 0, 0
}

// client handles what is at the start of b.  It returns how many bytes it
// took, -1 where it is no command; how many more to pass over; and how many
// it needs in all if there are not enough.
func (s *session) client(b []byte) (n, skip, need int) {
	q := &s.req
	line, size := cutLine(b)
	if size == 0 {
		if q.left == 0 && b[0] != '*' && len(b) > maxInline || len(b) > maxLine {
			return -1, 0, 0
		}
		return 0, 0, len(b) + 1
	}
	if q.left == 0 {
		if b[0] != '*' {
			if len(line) > maxInline {
				return -1, 0, 0
			}
			s.inline(line)
			return size, 0, 0
		}
		count, ok := number(line[1:])
		if !ok || count > maxCount {
			return -1, 0, 0
		}
		q.left, q.total, q.n = max(count, 0), max(count, 0), 0
		return size, 0, 0
	}
	if b[0] != '$' {
		return -1, 0, 0
	}
	length, ok := number(line[1:])
	if !ok || length < 0 || length > maxBulk {
		return -1, 0, 0
	}
	k := 0
	if q.n < maxArgs {
		k = min(length, maxArg)
		if len(b) < size+k {
			return 0, 0, size + k
		}
		q.args[q.n] = append(q.args[q.n][:0], b[size:size+k]...)
	}
	q.n++
	if q.left--; q.left == 0 {
		s.command(q.args[:min(q.n, maxArgs)], q.total)
	}
	return size + k, length - k + 2, 0
}

// inline handles a command that is a line of words, as people type them.
func (s *session) inline(line []byte) {
	q := &s.req
	q.n = 0
	for {
		line = bytes.TrimLeft(line, " \t\r\n\x00")
		if len(line) == 0 {
			break
		}
		end := wordEnd(line)
		if q.n < maxArgs {
			q.args[q.n] = append(q.args[q.n][:0], line[:end]...)
		}
		q.n++
		line = line[end:]
	}
	if q.n > 0 {
		s.command(q.args[:min(q.n, maxArgs)], q.n)
	}
}

// wordEnd returns where the first word of a line ends; what is in quotes is
// part of it.
func wordEnd(b []byte) int {
	var quote byte
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quote != 0 && c == '\\' && i+1 < len(b) && b[i+1] == quote:
			i++
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0):
			return i
		}
	}
	return len(b)
}

// which says where a command has its key and value.
type which struct{ key, value int }

// argsOf returns which arguments of a command are logged, as Zeek chooses
// them; 0 for none.
func argsOf(name string) which {
	switch name {
	case "SET", "APPEND", "DECRBY", "EXPIRE", "EXPIREAT", "GETBIT", "GETSET", "HDEL", "HGET", "INCRBY", "MOVE", "MSET", "RENAME":
		return which{1, 2}
	case "BITCOUNT", "BITFIELD", "BITFIELD_RO", "BITPOS", "BLPOP", "BRPOP", "COPY", "DECR", "DEL", "DUMP", "EXISTS", "EXPIRETIME",
		"GET", "GETDEL", "GETEX", "GETRANGE", "HSET", "INCR", "KEYS", "MGET", "PERSIST", "STRLEN", "TTL", "TYPE":
		return which{1, 0}
	case "BITOP":
		return which{2, 0}
	case "BLMPOP":
		return which{3, 0}
	}
	return which{}
}

// command handles a command of total arguments, the first of which are args.
func (s *session) command(args [][]byte, total int) {
	s.commands = true
	var upper [16]byte
	name := string(appendUpper(upper[:0], args[0]))
	silent := s.off
	switch name {
	case "HELLO":
		if len(args) > 1 && string(args[1]) == "3" {
			s.resp3 = true
		}
	case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE":
		s.subscribed = !s.resp3
		silent = true
	case "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE":
		s.subscribed = false
		silent = true
	case "CLIENT":
		silent = s.clientReply(args, total) || s.off
		s.subscribed = false
	default:
		s.subscribed = false
	}
	if s.skipNext > 0 {
		if s.skipNext--; s.skipNext == 0 {
			silent = true
		}
	}
	s.push(args, argsOf(name), silent)
}

// clientReply handles CLIENT REPLY, which turns replies off and on; it
// returns whether the command itself has none.
func (s *session) clientReply(args [][]byte, total int) bool {
	if total != 3 || !bytes.EqualFold(args[1], []byte("REPLY")) {
		return false
	}
	switch {
	case bytes.EqualFold(args[2], []byte("ON")):
		s.off = false
	case bytes.EqualFold(args[2], []byte("OFF")):
		s.off = true
		return true
	case bytes.EqualFold(args[2], []byte("SKIP")):
		if !s.off {
			s.skipNext = 2
		}
		return true
	}
	return false
}

// appendUpper appends a name in upper case, cut to the longest there is.
func appendUpper(dst, b []byte) []byte {
	for _, c := range b[:min(len(b), 16)] {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// pending is a command without its reply.
type pending struct {
	ts             int64
	text           []byte // name, key and value
	name, key      int    // where they end in text
	hasKey, hasVal bool
	silent         bool // it has no reply
}

// Limits of what waits for replies: Zeek's max_pending_commands, and bytes.
const (
	maxPending = 10000
	maxText    = 1 << 20
)

// push adds a command to those that wait.
func (s *session) push(args [][]byte, w which, silent bool) {
	if len(s.queue)-s.head > maxPending || s.queued > maxText {
		s.Weird("Redis_excessive_pipelining", "")
		s.dropQueue()
	}
	if s.head > 64 && s.head*2 > len(s.queue) {
		// Move the rest to the front; the buffers change places.
		n := len(s.queue) - s.head
		for i := range n {
			s.queue[i], s.queue[s.head+i] = s.queue[s.head+i], s.queue[i]
		}
		s.queue, s.head = s.queue[:n], 0
	}
	if len(s.queue) < cap(s.queue) {
		s.queue = s.queue[:len(s.queue)+1]
	} else {
		s.queue = append(s.queue, pending{})
	}
	p := &s.queue[len(s.queue)-1]
	*p = pending{ts: s.Conn.Now, text: append(p.text[:0], args[0]...), silent: silent}
	p.name = len(p.text)
	if w.key > 0 && w.key < len(args) {
		p.text, p.hasKey = append(p.text, args[w.key]...), true
	}
	p.key = len(p.text)
	if w.value > 0 && w.value < len(args) {
		p.text, p.hasVal = append(p.text, args[w.value]...), true
	}
	s.queued += len(p.text)
}

func (s *session) dropQueue() { s.queue, s.head, s.queued = s.queue[:0], 0, 0 }

// pop writes the command that waits longest, with its reply if it has one.
func (s *session) pop(reply []byte, success, replied bool) {
	p := &s.queue[s.head]
	if s.head++; s.head == len(s.queue) {
		s.queue, s.head = s.queue[:0], 0
	}
	s.queued -= len(p.text)
	r := s.Conn.Row(Log, p.ts)
	colName.Set(r, p.text[:p.name])
	if p.hasKey {
		colKey.Set(r, p.text[p.name:p.key])
	}
	if p.hasVal {
		colValue.Set(r, p.text[p.key:])
	}
	if replied {
		colSuccess.Set(r, success)
		colReply.Set(r, reply)
	}
	if cap(p.text) > 1<<10 {
		p.text = nil
	}
}

// replied handles a whole reply: it is for the first command that waits for
// one.
func (s *session) replied(typ byte, text []byte) {
	if isRESP3(typ) {
		s.resp3, s.subscribed = true, false
	}
	failed := typ == '-' || typ == '!'
	if typ == '>' || s.subscribed && !failed {
		return // out of band
	}
	s.replies = true
	for s.head < len(s.queue) {
		silent := s.queue[s.head].silent
		if s.pop(text, !failed, !silent); !silent {
			return
		}
	}
}

var _ analyzer.Stream = (*session)(nil)
