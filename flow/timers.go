package flow

import "math"

// Zeek's times, ns (scripts/base/init-bare.zeek).
const (
	attemptDelay = 5e9 // tcp_attempt_delay
	closeDelay   = 5e9 // tcp_close_delay
	resetDelay   = 5e9 // tcp_reset_delay
	sessionTimer = 6e9 // tcp_session_timer
	synTimeout   = 5e9 // tcp_SYN_timeout
	linger       = 5e9 // tcp_connection_linger
	portTimeout  = 3600e9
)

const never = math.MaxInt64

// timers are the times at which a flow is looked at; 0 means not set.
type timers struct {
	inactivity    int64    // time-out, not a time
	attempt       int64    // an unanswered SYN is given up
	expire        [2]int64 // see Flow.expire; with flag expiring only
	remove        int64    // the connection is closed and goes away
	reset         int64    // a RST came after the FIN
	session       int64
	sessionPeriod int64
	sessionIdle   int64
	interim       int64 // the flow is reported in the midst
}

// cancel stops the timers of the TCP analysis.
func (m *timers) cancel() {
	m.attempt, m.reset = 0, 0
	m.expire = [2]int64{}
}

func (m *timers) addExpire(at int64) {
	if m.expire[0] == 0 {
		m.expire[0] = at
	} else {
		m.expire[1] = at
	}
}

// next returns when the first timer goes off.
func (f *Flow) next() int64 {
	m := &f.timers
	due := int64(never)
	if m.inactivity > 0 {
		due = f.Last + m.inactivity
	}
	for _, at := range [...]int64{m.attempt, m.remove, m.reset, m.session, m.interim} {
		if at != 0 && at < due {
			due = at
		}
	}
	if f.flags&expiring != 0 {
		for _, at := range m.expire {
			if at != 0 && at < due {
				due = at
			}
		}
	}
	return due
}

// expired lets the timers of f up to now go off and reports whether f is over,
// and since when.
func (t *Table) expired(f *Flow, now int64) (at int64, over bool) {
	m := &f.timers
	for {
		at = f.next()
		if at > now {
			f.due = at
			return 0, false
		}
		switch at {
		case m.remove:
			return at, true
		case m.reset:
			m.reset = 0
			if f.flags&active != 0 {
				return at, true
			}
		case m.attempt:
			m.attempt = 0
			if o, r := f.end(Orig), f.end(Resp); f.flags&active != 0 &&
				(o.state == synSent || o.state == synAckSent) && r.state == inactive {
				return at, true
			}
		case m.expire[0]:
			m.expire[0] = 0
			if f.expire(at, &m.expire[0]) {
				return at, true
			}
		case m.expire[1]:
			m.expire[1] = 0
			if f.expire(at, &m.expire[1]) {
				return at, true
			}
		case m.session:
			if at-f.Last >= m.sessionIdle {
				return at, true
			}
			m.session = at + m.sessionPeriod
		case m.interim:
			m.interim = at + t.opt.Interim
			if m.remove == 0 { // else it is closed, and only waits for stragglers
				t.opt.OnInterim(f, at, uint64((at-f.Start)/t.opt.Interim))
			}
		default:
			return at, true // inactivity
		}
	}
}

// expire looks whether a TCP connection has ended without saying so.  Zeek
// does so every 6 seconds from the first packet on; here the timer matters
// only while nothing was seen of the endpoints, or one has closed (flag
// expiring).
func (f *Flow) expire(at int64, timer *int64) bool {
	if f.flags&active == 0 {
		return false
	}
	o, r := f.end(Orig), f.end(Resp)
	if f.Last+linger < at {
		if (o.didClose || r.didClose) &&
			(o.didClose && r.didClose || o.state == reset || r.state == reset || o.state == inactive || r.state == inactive) {
			return true
		}
		if o.state == inactive && r.state == inactive {
			return true
		}
	}
	*timer = at + sessionTimer
	return false
}

func (f *Flow) setInactivity(t *Table, ns int64) {
	f.timers.inactivity = ns
	if ns > 0 {
		f.arm(t, f.Last+ns)
	}
}

// SetInactivity sets after how many ns without a packet the flow ends.
func (t *Table) SetInactivity(f *Flow, ns int64) { f.setInactivity(t, ns) }

// SessionTimer looks at the flow every period ns from now on, and ends it if
// it was idle for idle ns then.
func (t *Table) SessionTimer(f *Flow, now, period, idle int64) {
	m := &f.timers
	m.session, m.sessionPeriod, m.sessionIdle = now+period, period, idle
	f.arm(t, m.session)
}

// portTimeout gives connections to services that idle for long more time
// (Zeek's port_inactivity_timeouts).
func (f *Flow) portTimeout(t *Table) {
	switch _, port := f.Addr(Resp); port {
	case 21, 22, 23, 513:
		f.setInactivity(t, portTimeout)
	}
}

// arm sees to it that the flow is looked at by the time at.
func (f *Flow) arm(t *Table, at int64) {
	if at < f.due {
		f.due = at
	}
	if at < f.w.at {
		t.wheel.remove(t, f)
		t.wheel.add(t, f, at)
	}
}
