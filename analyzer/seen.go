package analyzer

import "wirehunt/event"

// maxSeen bounds what an engine remembers of a log's rows; beyond it rows are
// written again.
const maxSeen = 1 << 18

// Seen reports whether MarkSeen was called with the log and the key on any
// connection of the engine, for logs that hold a thing once (certificates).
func (c *Conn) Seen(l *event.Log, key []byte) bool {
	_, ok := c.eng.seen[l][string(key)]
	return ok
}

// MarkSeen see Seen.
func (c *Conn) MarkSeen(l *event.Log, key []byte) {
	e := c.eng
	m := e.seen[l]
	if m == nil {
		m = make(map[string]struct{})
		if e.seen == nil {
			e.seen = make(map[*event.Log]map[string]struct{})
		}
		e.seen[l] = m
	}
	if len(m) < maxSeen {
		m[string(key)] = struct{}{}
	}
}
