// Package asn1 reads BER and DER (ITU-T X.690) as protocols carry it: it
// finds elements in a byte slice and reads the simple values, without
// copying, without reflection and without bounds that an attacker could
// stretch.  It is looser than encoding/asn1: what Zeek and OpenSSL accept is
// accepted here, non-minimal lengths and indefinite forms included.
//
// Read a structure with a Reader, whose first failure sticks, so that a
// parser asks for one element after the other and looks at OK once:
//
//	r := asn1.NewReader(b)
//	seq := r.Enter(asn1.Sequence)
//	id, _ := asn1.Int(seq.Read(asn1.Integer))
//	name, has := seq.Optional(asn1.Context | asn1.Constructed | 0)
//	if !seq.OK() { ... }
package asn1

// Identifier octets of the universal types, as they stand in front of an
// element.  Others are put together: Context|Constructed|3 is [3] around
// something, Context|3 is [3] IMPLICIT of a primitive type.
const (
	Boolean         = 0x01
	Integer         = 0x02
	BitString       = 0x03
	OctetString     = 0x04
	Null            = 0x05
	OID             = 0x06
	Enumerated      = 0x0a
	UTF8String      = 0x0c
	PrintableString = 0x13
	T61String       = 0x14
	IA5String       = 0x16
	UTCTime         = 0x17
	GeneralizedTime = 0x18
	VisibleString   = 0x1a
	GeneralString   = 0x1b
	UniversalString = 0x1c
	BMPString       = 0x1e
	Sequence        = 0x30
	Set             = 0x31

	Constructed = 0x20
	Application = 0x40
	Context     = 0x80
	Private     = 0xc0
)

// MaxDepth is how deep elements of indefinite length may nest.
const MaxDepth = 32

// Element is one element.  Body and Raw are parts of the slice it was read
// from.
type Element struct {
	// ID is the identifier octet: class, constructed bit and low tag number
	// (31 where the number is above 30).
	ID byte
	// Tag is the tag number.
	Tag uint32
	// Body is the contents, Raw the whole element.  The body of an element
	// of indefinite length is without its end-of-contents octets.
	Body, Raw []byte
}

// IsConstructed reports whether the element holds elements.
func (e Element) IsConstructed() bool { return e.ID&Constructed != 0 }

// Status tells what Header found.
type Status uint8

// The results of Header.
const (
	OK    Status = iota
	Short        // more bytes are needed
	Bad          // no BER
)

// Header reads the identifier and length octets at the start of b: the size
// of both, and of the contents, -1 for the indefinite form.  Use it on
// streams to learn how many bytes an element takes.
func Header(b []byte) (size, length int, st Status) {
	if len(b) < 2 {
		return 0, 0, Short
	}
	i := 1
	if b[0]&0x1f == 0x1f {
		for {
			if i == len(b) {
				return 0, 0, Short
			}
			if i == 5 {
				return 0, 0, Bad
			}
			i++
			if b[i-1]&0x80 == 0 {
				break
			}
		}
		if i == len(b) {
			return 0, 0, Short
		}
	}
	n := int(b[i])
	i++
	if n < 0x80 {
		return i, n, OK
	}
	if n == 0x80 {
		if b[0]&Constructed == 0 {
			return 0, 0, Bad
		}
		return i, -1, OK
	}
	n &= 0x7f
	length = 0
	for ; n > 0; n-- {
		if i == len(b) {
			return 0, 0, Short
		}
		length = length<<8 | int(b[i])
		if length > 1<<31-1 {
			return 0, 0, Bad
		}
		i++
	}
	return i, length, OK
}

// Next reads the element at the start of b and returns what follows it.  ok
// is false where b holds no whole element.
func Next(b []byte) (e Element, rest []byte, ok bool) {
	size, length, st := Header(b)
	if st != OK {
		return Element{}, nil, false
	}
	e.ID = b[0]
	e.Tag = tagNumber(b)
	if length < 0 {
		n, ok := indefinite(b[size:])
		if !ok {
			return Element{}, nil, false
		}
		e.Body, e.Raw = b[size:size+n], b[:size+n+2]
		return e, b[size+n+2:], true
	}
	if length > len(b)-size {
		return Element{}, nil, false
	}
	e.Body, e.Raw = b[size:size+length], b[:size+length]
	return e, b[size+length:], true
}

func tagNumber(b []byte) uint32 {
	if b[0]&0x1f != 0x1f {
		return uint32(b[0] & 0x1f)
	}
	var t uint32
	for _, c := range b[1:] {
		t = t<<7 | uint32(c&0x7f)
		if c&0x80 == 0 {
			break
		}
	}
	return t
}

// indefinite returns the length of contents that end with the end-of-contents
// octets that match.
func indefinite(b []byte) (n int, ok bool) {
	depth := 0
	i := 0
	for {
		size, length, st := Header(b[i:])
		switch {
		case st != OK:
			return 0, false
		case b[i] == 0 && length == 0:
			if depth == 0 {
				return i, true
			}
			depth--
			i += size
		case length < 0:
			if depth++; depth > MaxDepth {
				return 0, false
			}
			i += size
		case length > len(b)-i-size:
			return 0, false
		default:
			i += size + length
		}
	}
}

// Reader reads elements one after the other.  Its first failure sticks:
// after it every read gives nothing and OK is false.
type Reader struct {
	b   []byte
	bad bool
}

// NewReader returns a reader of the elements in b.
func NewReader(b []byte) Reader { return Reader{b: b} }

// OK reports whether all reads so far succeeded.
func (r *Reader) OK() bool { return !r.bad }

// Empty reports whether nothing is left, or a read failed.
func (r *Reader) Empty() bool { return r.bad || len(r.b) == 0 }

// Rest returns the bytes that are left.
func (r *Reader) Rest() []byte { return r.b }

// PeekID returns the next identifier octet, 0 at the end.
func (r *Reader) PeekID() byte {
	if r.Empty() {
		return 0
	}
	return r.b[0]
}

func (r *Reader) fail() { r.b, r.bad = nil, true }

// Next reads the next element, of any type.
func (r *Reader) Next() Element {
	if r.bad {
		return Element{}
	}
	e, rest, ok := Next(r.b)
	if !ok {
		r.fail()
		return Element{}
	}
	r.b = rest
	return e
}

// Read reads the next element, which must have identifier id, and returns
// its contents.
func (r *Reader) Read(id byte) []byte {
	if r.PeekID() != id {
		r.fail()
		return nil
	}
	return r.Next().Body
}

// Optional reads the next element if it has identifier id.
func (r *Reader) Optional(id byte) (body []byte, has bool) {
	if r.PeekID() != id {
		return nil, false
	}
	e := r.Next()
	return e.Body, !r.bad
}

// Enter reads the next element, which must have identifier id, and returns a
// reader of its contents.  A failure of r is a failure of the new reader.
func (r *Reader) Enter(id byte) Reader {
	b := r.Read(id)
	return Reader{b: b, bad: r.bad}
}

// Skip passes over the next element if it has identifier id.
func (r *Reader) Skip(id byte) { r.Optional(id) }
