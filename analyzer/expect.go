package analyzer

import "wirehunt/packet"

// expectations are the announced connections, by responder.
type expectations struct {
	byResp map[respKey][]Expectation
	n      int
}

type respKey struct {
	addr  packet.Addr
	port  uint16
	proto uint8
}

// maxExpectations is how many announced connections an engine remembers.
const maxExpectations = 1 << 16

func (e *Engine) expect(x Expectation) {
	x.until = e.now + x.Timeout
	if e.expects.byResp == nil {
		e.expects.byResp = make(map[respKey][]Expectation)
	}
	if e.expects.n >= maxExpectations {
		e.expects.expire(e.now)
	}
	if e.expects.n >= maxExpectations {
		e.Stats.ExpectationsDropped++
		return
	}
	k := respKey{x.Resp, x.RespPort, x.Proto}
	e.expects.byResp[k] = append(e.expects.byResp[k], x)
	e.expects.n++
}

// expire drops the expectations that time has run out for.
func (x *expectations) expire(now int64) {
	for k, list := range x.byResp {
		kept := list[:0]
		for _, ex := range list {
			if ex.until >= now {
				kept = append(kept, ex)
			}
		}
		clear(list[len(kept):])
		x.n -= len(list) - len(kept)
		if len(kept) == 0 {
			delete(x.byResp, k)
		} else {
			x.byResp[k] = kept
		}
	}
}

// attachExpected attaches the analyzers that were announced for c and
// reports whether there were any.
func (e *Engine) attachExpected(c *Conn) bool {
	if e.expects.n == 0 {
		return false
	}
	any := false
	for _, x := range e.expects.byResp[respKey{c.Resp, c.RespPort, c.Proto}] {
		if x.until < e.now || x.Orig != (packet.Addr{}) && x.Orig != c.Orig {
			continue
		}
		i, ok := e.byName[x.Analyzer]
		if !ok || has(c.top, i) {
			continue
		}
		e.attach(c, nil, i, x.Value)
		any = true
	}
	return any
}
