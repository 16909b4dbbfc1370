package snmp

// Versions as messages have them.
const (
	version1 = 0
	version2 = 1
	version3 = 3
)

// Kinds of PDUs.
const (
	pduGet      = 0xa0
	pduGetNext  = 0xa1
	pduResponse = 0xa2
	pduSet      = 0xa3
	pduTrap     = 0xa4
	pduBulk     = 0xa5
	pduReport   = 0xa8
)

// Tags of BER.
const (
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagNull     = 0x05
	tagOID      = 0x06
	tagSequence = 0x30

	tagAddress   = 0x40
	tagCounter32 = 0x41
	tagUnsigned  = 0x42
	tagTicks     = 0x43
	tagCounter64 = 0x46

	// What stands for a value that is not there.
	tagNoObject   = 0x80
	tagNoInstance = 0x81
	tagEndOfView  = 0x82
)

// maxInteger is the longest integer: 64 bits and a sign.
const maxInteger = 9

// message is what one message says; its slices are parts of the message.
type message struct {
	version   int64
	community []byte // versions 1 and 2c
	kind      byte   // of PDU, 0 for one that is encrypted
	bindings  []byte // encoded variables
	count     uint64 // how many
	hasHeader bool   // the message goes that far
	unknown   bool   // a version nobody knows
	tooLong   int    // bytes of an arc of a variable's name that is too long to be a number
}

// reader takes elements off the front of a message.  As in Zeek, sequences
// are entered by their headers alone: whether their lengths fit what is
// inside is not looked at.
type reader struct {
	b   []byte
	bad bool
}

// header takes an identifier and a length.
func (r *reader) header() (tag byte, n uint64) {
	if len(r.b) < 2 {
		r.fail()
		return 0, 0
	}
	tag, n = r.b[0], uint64(r.b[1])
	r.b = r.b[2:]
	if n&0x80 == 0 {
		return tag, n
	}
	k := int(n & 0x7f)
	if k > len(r.b) {
		r.fail()
		return 0, 0
	}
	n = 0
	for _, c := range r.b[:k] {
		if n >= 1<<32 {
			r.fail()
			return 0, 0
		}
		n = n<<8 | uint64(c)
	}
	r.b = r.b[k:]
	return tag, n
}

func (r *reader) fail() { r.b, r.bad = nil, true }

// enter takes the header of a sequence.
func (r *reader) enter() {
	if tag, _ := r.header(); tag != tagSequence {
		r.fail()
	}
}

// any takes a whole element.
func (r *reader) any() (tag byte, body []byte) {
	tag, n := r.header()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0, nil
	}
	body, r.b = r.b[:n], r.b[n:]
	return tag, body
}

// read takes an element that must have the tag.
func (r *reader) read(want byte) []byte {
	tag, body := r.any()
	if tag != want || r.bad {
		r.fail()
		return nil
	}
	return body
}

// integer takes an integer.
func (r *reader) integer() []byte {
	b := r.read(tagInteger)
	if len(b) > maxInteger {
		r.fail()
	}
	return b
}

// parse reads message b and reports whether it is one.
func (m *message) parse(b []byte) bool {
	r := reader{b: b}
	r.enter()
	m.version = int64(number(r.integer()))
	if r.bad {
		return false
	}
	switch m.version {
	case version1, version2:
		m.community = r.read(tagOctets)
	case version3:
		if encrypted := m.header3(&r); encrypted || r.bad {
			m.hasHeader = !r.bad
			return !r.bad
		}
	default:
		m.unknown = true
	}
	m.hasHeader = !r.bad
	if r.bad || m.unknown {
		return !r.bad
	}
	return m.pdu(&r)
}

// header3 reads what version 3 has in front of the PDU, which may be
// encrypted.
func (m *message) header3(r *reader) (encrypted bool) {
	r.enter()
	r.integer() // message id
	r.integer() // largest size
	if flags := r.read(tagOctets); len(flags) != 1 {
		r.fail()
	}
	r.integer()       // security model
	r.read(tagOctets) // security parameters
	if tag, _ := r.header(); tag != tagSequence {
		return true
	}
	r.read(tagOctets) // context engine
	r.read(tagOctets) // context name
	return false
}

// pdu reads a PDU.
func (m *message) pdu(r *reader) bool {
	m.kind, _ = r.header()
	switch {
	case r.bad:
		return false
	case m.kind == pduTrap:
		r.read(tagOID)     // enterprise
		r.read(tagAddress) // agent
		r.integer()        // generic
		r.integer()        // specific
		r.read(tagTicks)
	case m.kind >= pduGet && m.kind <= pduReport:
		// Request, status and index; of GetBulk: request, non-repeaters and
		// repetitions.
		r.integer()
		r.integer()
		r.integer()
	default:
		return true
	}
	r.enter()
	if r.bad {
		return false
	}
	m.bindings = r.b
	for list := r.b; len(list) > 0; m.count++ {
		var v binding
		rest, ok := v.next(list)
		if !ok {
			return false
		}
		if n := longestArc(v.name); n > maxArc {
			m.tooLong = n
		}
		list = rest
	}
	return true
}

// maxArc is how many bytes an arc of an object identifier has at most that
// fits in 64 bits.
const maxArc = 10

// longestArc returns the length of the longest arc of an encoded object
// identifier, in bytes.
func longestArc(oid []byte) (longest int) {
	if len(oid) <= maxArc {
		return 0
	}
	n := 0
	for _, c := range oid {
		if n++; c&0x80 == 0 {
			longest, n = max(longest, n), 0
		}
	}
	return longest
}

// binding is one variable.
type binding struct {
	name  []byte // encoded object identifier
	tag   byte
	value []byte
}

// next reads the variable at the start of list and returns what follows.
func (v *binding) next(list []byte) (rest []byte, ok bool) {
	r := reader{b: list}
	r.enter()
	v.name = r.read(tagOID)
	v.tag, v.value = r.any()
	return r.b, !r.bad
}

// isCount reports whether the value is an unsigned number.
func (v *binding) isCount() bool {
	switch v.tag {
	case tagCounter32, tagUnsigned, tagTicks, tagCounter64:
		return true
	}
	return false
}

// isText reports whether the value is a string of bytes, as which everything
// counts that is nothing else.
func (v *binding) isText() bool {
	switch v.tag {
	case tagNull, tagNoObject, tagNoInstance, tagEndOfView, tagOID, tagInteger, tagAddress:
		return false
	}
	return !v.isCount()
}

// number returns the low 64 bits of a big-endian number.
func number(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
