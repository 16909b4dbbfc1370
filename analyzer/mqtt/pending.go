package mqtt

import "wirehunt/analyzer"

// message is a PUBLISH that is being acknowledged.
type message struct {
	id         uint16
	qos        byte
	fromClient bool
	retain     bool
	ok         bool
	received   bool
	released   bool
	ts         int64
	size       int // of the payload
	topic      []byte
	payload    []byte
}

// subscription is a SUBSCRIBE or UNSUBSCRIBE that is being acknowledged.
type subscription struct {
	id        uint16
	subscribe bool
	ts        int64
	list      []byte // topics, and after each a quality of service
}

// Quality of service.
const (
	atMostOnce = iota
	atLeastOnce
	exactlyOnce
)

var qosNames = [...]string{"at most once", "at least once", "exactly once"}

// publish handles PUBLISH.
func (s *session) publish(dir analyzer.Dir, first byte, r *reader, size int) bool {
	m := message{
		qos: first >> 1 & 3, retain: first&1 != 0, fromClient: dir == analyzer.Orig,
		ts: s.Conn.Now, size: size - len(r.b),
	}
	m.topic = r.text()
	if m.qos != atMostOnce {
		m.id = r.uint16()
	}
	s.properties(r)
	if r.bad {
		return false
	}
	m.size += len(r.b)
	m.payload = r.b[:min(len(r.b), maxPayload)]
	if m.qos == atMostOnce {
		m.ok = true
		s.writeMessage(&m)
		return true
	}
	m.topic = append([]byte(nil), m.topic...)
	m.payload = append([]byte(nil), m.payload...)
	if old := s.message(m.id); old != nil {
		*old = m
		return true
	}
	for len(s.published) > 0 && (len(s.published) >= maxPending || s.heldTopics()+len(m.topic) > maxHeld) {
		s.writeMessage(&s.published[0])
		s.drop(&s.published[0])
	}
	s.published = append(s.published, m)
	return true
}

// heldTopics returns the bytes of the topics of pending messages.
func (s *session) heldTopics() (n int) {
	for i := range s.published {
		n += len(s.published[i].topic)
	}
	return n
}

// message returns the message of that id that is being acknowledged.
func (s *session) message(id uint16) *message {
	for i := range s.published {
		if s.published[i].id == id {
			return &s.published[i]
		}
	}
	return nil
}

func (s *session) drop(m *message) {
	for i := range s.published {
		if &s.published[i] == m {
			s.published = append(s.published[:i], s.published[i+1:]...)
			return
		}
	}
}

// acknowledge handles PUBACK, PUBREC, PUBREL and PUBCOMP.
func (s *session) acknowledge(kind byte, id uint16) {
	m := s.message(id)
	if m == nil {
		return
	}
	switch kind {
	case kindPuback:
		m.ok = m.ok || m.qos == atLeastOnce
	case kindPubrec:
		m.received = true
	case kindPubrel:
		m.released = true
	case kindPubcomp:
		m.ok = m.ok || m.qos == exactlyOnce && m.received && m.released
	}
	if m.ok {
		s.writeMessage(m)
		s.drop(m)
	}
}

func (s *session) writeMessage(m *message) {
	r := s.Conn.Row(PublishLog, m.ts)
	colFromClient.Set(r, m.fromClient)
	colRetain.Set(r, m.retain)
	setName(r, colQoS, qosNames[:], m.qos)
	if m.ok {
		colDelivery.SetString(r, "ok")
	} else {
		colDelivery.SetString(r, "incomplete_qos")
	}
	colTopic.Set(r, m.topic)
	colPayload.Set(r, m.payload)
	colPayloadLen.Set(r, uint64(m.size))
}

// subscribe handles SUBSCRIBE and UNSUBSCRIBE.
func (s *session) subscribe(subscribe bool, r *reader) bool {
	sub := subscription{id: r.uint16(), subscribe: subscribe, ts: s.Conn.Now}
	s.properties(r)
	list := r.b
	for len(r.b) > 0 {
		r.text()
		if subscribe {
			r.byte()
		}
	}
	if r.bad {
		return false
	}
	sub.list = append([]byte(nil), list...)
	for i := range s.asked {
		if s.asked[i].id == sub.id {
			s.asked[i] = sub
			return true
		}
	}
	for len(s.asked) > 0 && (len(s.asked) >= maxPending || s.heldLists()+len(list) > maxHeld) {
		s.writeSubscription(&s.asked[0], false, false, 0)
		s.asked = append(s.asked[:0], s.asked[1:]...)
	}
	s.asked = append(s.asked, sub)
	return true
}

// heldLists returns the bytes of the topics of pending subscriptions.
func (s *session) heldLists() (n int) {
	for i := range s.asked {
		n += len(s.asked[i].list)
	}
	return n
}

// granted handles SUBACK and UNSUBACK.
func (s *session) granted(id uint16, hasQoS bool, qos byte) {
	for i := range s.asked {
		if s.asked[i].id == id {
			s.writeSubscription(&s.asked[i], true, hasQoS, qos)
			s.asked = append(s.asked[:i], s.asked[i+1:]...)
			return
		}
	}
}

func (s *session) writeSubscription(sub *subscription, ack, hasQoS bool, qos byte) {
	row := s.Conn.Row(SubscribeLog, sub.ts)
	if sub.subscribe {
		colAction.SetString(row, "MQTT::SUBSCRIBE")
	} else {
		colAction.SetString(row, "MQTT::UNSUBSCRIBE")
	}
	topics := colTopics.List(row)
	for r := (reader{b: sub.list}); len(r.b) > 0; {
		topics.Bytes(r.text())
		if sub.subscribe {
			r.byte()
		}
	}
	topics.End()
	if sub.subscribe {
		levels := colLevels.List(row)
		for r := (reader{b: sub.list}); len(r.b) > 0; {
			r.text()
			qos := r.byte()
			if s.client.version >= version5 {
				qos &= 3 // what is above are other options
			}
			levels.Uint(uint64(qos))
		}
		levels.End()
	}
	if hasQoS {
		colGranted.Set(row, uint64(qos))
	}
	colAck.Set(row, ack)
}

// expire writes what was not acknowledged in time.
func (s *session) expire() {
	due := s.Conn.Now - expiry
	for len(s.published) > 0 && s.published[0].ts < due {
		s.writeMessage(&s.published[0])
		s.drop(&s.published[0])
	}
	for len(s.asked) > 0 && s.asked[0].ts < due {
		s.writeSubscription(&s.asked[0], false, false, 0)
		s.asked = append(s.asked[:0], s.asked[1:]...)
	}
}
