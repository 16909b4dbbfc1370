package zeeklog

import (
	"math/bits"
	"strconv"

	"wirehunt/event"
)

// jsonFormat writes rows of one log as JSON objects.
type jsonFormat struct {
	log  *event.Log
	keys []string // `"name":`
	mask uint64   // the fields to write
}

func newJSON(l *event.Log, mask uint64) *jsonFormat {
	f := &jsonFormat{log: l, mask: mask}
	for i := range l.Fields {
		f.keys = append(f.keys, string(appendJSONString(nil, []byte(l.Fields[i].Name)))+":")
	}
	return f
}

// appendRow appends row n of b as one line.  Unset fields are left out.
func (f *jsonFormat) appendRow(dst []byte, b *event.Batch, n int) []byte {
	dst = append(dst, '{')
	for m := b.Mask(n) & f.mask; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		dst = append(dst, f.keys[i]...)
		dst = AppendJSONField(dst, b, n, i)
		dst = append(dst, ',')
	}
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}', '\n')
}

// AppendJSONField appends field i of row n, which must be set, as a JSON
// value: times and intervals as seconds, vectors and sets as arrays.
func AppendJSONField(dst []byte, b *event.Batch, n, i int) []byte {
	f := &b.Log.Fields[i]
	if f.Multi == event.Single {
		switch f.Kind {
		case event.String, event.Enum:
			return appendJSONString(dst, b.Bytes(n, i))
		case event.Addr:
			dst = append(dst, '"')
			return append(appendAddr(dst, b.Bytes(n, i)), '"')
		}
		return appendJSONCell(dst, f.Kind, b.Uint(n, i))
	}
	dst = append(dst, '[')
	for list := b.Bytes(n, i); len(list) > 0; {
		var s []byte
		var v uint64
		s, v, list = b.Elem(i, list)
		switch f.Kind {
		case event.String, event.Enum:
			dst = appendJSONString(dst, s)
		case event.Addr:
			dst = append(appendAddr(append(dst, '"'), s), '"')
		default:
			dst = appendJSONCell(dst, f.Kind, v)
		}
		if len(list) > 0 {
			dst = append(dst, ',')
		}
	}
	return append(dst, ']')
}

func appendJSONCell(dst []byte, k event.Kind, v uint64) []byte {
	switch k {
	case event.Time, event.Interval:
		return appendSeconds(dst, int64(v), true)
	case event.Count, event.Port:
		return strconv.AppendUint(dst, v, 10)
	case event.Int:
		return strconv.AppendInt(dst, int64(v), 10)
	case event.Double:
		return appendDouble(dst, float64frombits(v))
	}
	return strconv.AppendBool(dst, v != 0)
}
